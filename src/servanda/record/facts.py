"""The record as one account sees it, on a date, as known on a date: what both judges read.

Ticks are as in docs/meaning.md, 1: microseconds × 64 + phase. Facts are already filtered by trust,
by what was known, by corrections, and by `now`; units are those of the norms.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

Value = str | Decimal | date


class Occurrence(Struct, frozen=True):
    """An event that happened. `args` in the order of the event type's params; None: not said."""

    entry: str
    lo: int
    hi: int
    fin: int
    sure: bool
    args: tuple[Value | None, ...]


class ReadingFact(Struct, frozen=True):
    """A measure's bounds from tick `lo` on (surely from `hi`). None: unbounded on that side.

    A strict bound (`< x`) is moved by one unit in the ninth decimal. `tier` 0 is best.
    """

    entry: str
    lo: int
    hi: int
    of: str | None
    low: Decimal | None
    high: Decimal | None
    tier: int


class Exercise(Struct, frozen=True):
    """A power used. `clause` None is the whole agreement; `keys` narrow to instances."""

    entry: str
    lo: int
    hi: int
    fin: int
    sure: bool
    verb: str
    by: str
    clause: str | None
    of: str | None
    towards: str | None
    keys: tuple[tuple[str, Value], ...]
    amendment: str | None


class Determination(Struct, frozen=True):
    """A decision on a vague term by a party or body, from tick `lo` on (surely from `hi`)."""

    entry: str
    lo: int
    hi: int
    sure: bool
    by: str
    name: str
    args: tuple[Value | None, ...]
    holds: bool


class Complete(Struct, frozen=True):
    """A trusted source declares that it has everything on `name` over [from, until)."""

    name: str
    from_: int | None
    until: int | None


class Bulk(Struct, frozen=True):
    """Occurrences or readings in a table: a DuckDB SELECT with the same columns.

    For events: `entry, lo, hi, fin, sure` and one column `p_<param>` per parameter (NULL: not
    said; numbers DECIMAL(38,9)). For measures: `entry, lo, hi, of, low, high, tier`.
    `at_once`: known to have `lo = hi` in every row.
    """

    sql: str
    at_once: bool = False


class Facts(Struct, frozen=True):
    """`now` is the last tick that exists; everything has `lo <= now`."""

    now: int
    events: dict[str, tuple[Occurrence, ...]] = {}
    readings: dict[str, tuple[ReadingFact, ...]] = {}
    exercises: tuple[Exercise, ...] = ()
    determinations: tuple[Determination, ...] = ()
    complete: tuple[Complete, ...] = ()
    bulk_events: dict[str, tuple[Bulk, ...]] = {}
    bulk_readings: dict[str, tuple[Bulk, ...]] = {}
