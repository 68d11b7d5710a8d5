"""The resolved record: declared names, dates in ticks, numbers in declared units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal as OneOf

from msgspec import Struct

from servanda.record.dates import FactTime
from servanda.record.sources import Source
from servanda.syntax.entries import Grade, SourceRef
from servanda.syntax.tree import NOWHERE, Number, Place

Value = str | Decimal | date


# ------------------------------------------------------------------ what an entry says
class Happened(Struct, frozen=True, tag=True):
    """An event, its arguments in the order of the declared parameters; None: not said.

    `by` is the actor, who also stands among the arguments.
    """

    event: str
    args: tuple[Value | None, ...]
    by: str | None = None


class WentOn(Struct, frozen=True, tag=True):
    """A state that held from the start to the end of the entry's date; else as `Happened`."""

    state: str
    args: tuple[Value | None, ...]
    by: str | None = None


class Measured(Struct, frozen=True, tag=True):
    """A measure's bounds in its declared unit; `written` are the figures as they stand."""

    measure: str
    of: str | None
    low: Decimal | None
    high: Decimal | None
    open_low: bool = False
    open_high: bool = False
    written: tuple[Number, ...] = ()


class Linked(Struct, frozen=True, tag=True):
    """A statement about readings, to be checked against them.

    `change`: the reading of this day less the one of `since`; `ratio`: the reading by `to` (in
    the measure's unit); `first`: no earlier reading is in these bounds. The bounds of a ratio are
    bare numbers, the others are in the measure's unit.
    """

    kind: OneOf["change", "ratio", "first"]
    measure: str
    of: str | None
    low: Decimal | None
    high: Decimal | None
    open_low: bool = False
    open_high: bool = False
    written: tuple[Number, ...] = ()
    since: FactTime | None = None
    to: Decimal | None = None


class Exercised(Struct, frozen=True, tag=True):
    """A power used by a party or group; `key` narrows to instances with these values."""

    verb: str
    by: str
    clauses: tuple[str, ...]
    key: tuple[tuple[str, Value], ...] = ()
    of: str | None = None
    towards: str | None = None
    amendment: str | None = None


class Determined(Struct, frozen=True, tag=True):
    """The determination of a vague term by a party or body."""

    by: str
    name: str
    args: tuple[Value | None, ...]
    holds: bool


class Statement(Struct, frozen=True, tag=True):
    """A statement (speech act): kept and shown, but no fact for a judge."""

    by: str
    verb: str
    to: str | None = None
    text: str | None = None
    clause: str | None = None
    event: str | None = None
    args: tuple[Value | None, ...] = ()


class Withdrawn(Struct, frozen=True, tag=True):
    """The withdrawal of the entry with this id."""

    entry: str


What = Happened | WentOn | Measured | Linked | Exercised | Determined | Statement | Withdrawn


# ------------------------------------------------------------------ entries
class Step(Struct, frozen=True):
    """One step of attribution: `said` by a speaker on a medium, or `reported` by a source."""

    kind: str
    by: str
    on: str | None = None
    at: FactTime | None = None


class Entry(Struct, frozen=True):
    """One line of the record. `when` is when it was done; `by` who graded it."""

    id: str
    when: FactTime
    what: What
    sources: tuple[SourceRef, ...] = ()
    grade: Grade | None = None
    by: str | None = None
    announced: FactTime | None = None
    verified: FactTime | None = None
    reported: FactTime | None = None
    chain: tuple[Step, ...] = ()
    corrects: str | None = None
    note: str | None = None
    place: Place = NOWHERE

    @property
    def known(self) -> int:
        """The tick from which it is known: reported, else verified, else done."""
        return (self.reported or self.verified or self.when).hi


class DeclaredCompleteness(Struct, frozen=True):
    """`by` declares that it has everything on `names` over [from, until), in ticks."""

    by: str
    names: tuple[str, ...]
    from_: int | None
    until: int | None
    sources: tuple[SourceRef, ...] = ()
    known: int | None = None
    place: Place = NOWHERE


class Table(Struct, frozen=True):
    """Rows of table files under one mapping, as one SELECT for DuckDB.

    Columns: `entry, lo, hi, fin, known, grade, source`, and for an event `p_<param>` each, for a
    measure `of, low, high`. `by` is who graded all of it; `sources` are those of every row, and
    `cites` says whether rows have sources of their own besides. `prefixes` are what the ids of its
    rows begin with. `first` and `last` are the least and the greatest `lo`, None of no rows;
    `files` are those it is read from. `at_once`: `hi` is `lo` in every row; `has_actor`: the event
    has a parameter `by`.
    """

    name: str
    event: str | None
    measure: str | None
    sql: str
    by: str | None = None
    sources: tuple[SourceRef, ...] = ()
    cites: bool = False
    prefixes: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    at_once: bool = False
    has_actor: bool = False
    files: tuple[str, ...] = ()
    place: Place = NOWHERE


class Record(Struct, frozen=True):
    """The whole record of a case, before trust and dates are applied.

    `aliases`: a party, body or group, and what else it goes by: its title, its members.
    """

    zone: str
    entries: tuple[Entry, ...] = ()
    complete: tuple[DeclaredCompleteness, ...] = ()
    tables: tuple[Table, ...] = ()
    sources: dict[str, Source] = {}
    aliases: dict[str, tuple[str, ...]] = {}

    def entry(self, id: str) -> Entry | None:
        """The entry with an id, or None."""
        return next((entry for entry in self.entries if entry.id == id), None)

    def tables_of(self, id: str) -> tuple[Table, ...]:
        """The tables that may have a row of this id."""
        return tuple(table for table in self.tables if id.startswith(table.prefixes))

    @property
    def first(self) -> int | None:
        """The tick at which the earliest of what it holds may have been done; None: it is empty."""
        begins = [entry.when.lo for entry in self.entries]
        begins += [table.first for table in self.tables if table.first is not None]
        return min(begins, default=None)

    @property
    def last(self) -> int | None:
        """The tick at which the latest of what it holds may have been done; None: it is empty."""
        ends = [entry.when.lo for entry in self.entries]
        ends += [table.last for table in self.tables if table.last is not None]
        return max(ends, default=None)
