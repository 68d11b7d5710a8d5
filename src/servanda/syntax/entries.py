"""Entries, completeness and tables as written: names unresolved, units and dates unconverted.

`servanda.record` resolves them.
"""

from __future__ import annotations

from datetime import date
from typing import Literal as OneOf

from msgspec import Struct

from servanda.syntax.tree import NOWHERE, Arg, Day, Name, Number, Pattern, Place, Text

Granularity = OneOf["day", "month", "instant"]
Grade = OneOf["verified", "estimated", "declared", "alleged"]
PowerVerb = OneOf["suspend", "resume", "waive", "release", "end", "end_all", "amend", "create"]
Literal = Number | Text | Day | Name


class When(Struct, frozen=True):
    """When something happened, as written: a day, a month, an instant, or a span of them.

    `start` and `end` are dates, or the ISO text of instants. `end` is the last day or instant of a
    span, itself included; a month is the span of its days. `zone` is a named zone, or None for the
    instant's own offset or else the agreement's zone.
    """

    start: date | str
    end: date | str | None = None
    zone: str | None = None
    granularity: Granularity = "day"


class Attribution(Struct, frozen=True):
    """One step of attribution: `said by X on Y`, `reported by Z on DATE`.

    `on` is what X spoke on (a broadcast, a paper); `at` the time of Z's report.
    """

    kind: OneOf["said", "reported"]
    by: str
    on: str | None = None
    at: When | None = None


class SourceRef(Struct, frozen=True):
    """A source by its id, and the page or paragraph in it."""

    id: str
    locator: str | None = None
    place: Place = NOWHERE


# ------------------------------------------------------------------ facts
class EventFact(Struct, frozen=True, tag=True):
    """An event happened. Every argument is `=` a number, text, day or name."""

    event: str
    by: str | None = None
    args: tuple[Arg, ...] = ()
    place: Place = NOWHERE


class StateFact(Struct, frozen=True, tag=True):
    """A state held all through the entry's date. Every argument is `=` a value."""

    state: str
    by: str | None = None
    args: tuple[Arg, ...] = ()
    place: Place = NOWHERE


class ReadingFact(Struct, frozen=True, tag=True):
    """A measure read: `= x` gives both bounds, `<= x` one, `unknown` none.

    `open_low`: the value is more than `low`, not equal to it; `open_high`: less than `high`.
    """

    measure: str
    of: str | None = None
    low: Number | None = None
    high: Number | None = None
    open_low: bool = False
    open_high: bool = False
    place: Place = NOWHERE


class LinkFact(Struct, frozen=True, tag=True):
    """A statement about readings, to be checked against them: `change`, `ratio` or `first time`.

    `change`: this reading less the one at `since`; `ratio`: this reading by `to`; `first`: no
    earlier reading is in these bounds.
    """

    kind: OneOf["change", "ratio", "first"]
    reading: ReadingFact
    since: When | None = None
    to: Number | None = None
    place: Place = NOWHERE


class PowerFact(Struct, frozen=True, tag=True):
    """A power used. `key` narrows to the instances with these values."""

    verb: PowerVerb
    by: str
    clauses: tuple[str, ...] = ()
    key: tuple[tuple[str, Literal], ...] = ()
    of: str | None = None
    towards: str | None = None
    amendment: str | None = None
    place: Place = NOWHERE


class InstanceSelector(Struct, frozen=True):
    """The instances of a clause with these values, as a question names them: `7(id: "A")`."""

    clause: str
    key: tuple[tuple[str, Literal], ...] = ()


class DetermineFact(Struct, frozen=True, tag=True):
    """A body says that a vague term holds, or does not."""

    by: str
    pattern: Pattern
    holds: bool = True
    place: Place = NOWHERE


class SaidFact(Struct, frozen=True, tag=True):
    """A speech act (says, demands, denies, …): a text, an event to come, or about a clause."""

    by: str
    verb: str
    to: str | None = None
    text: str | None = None
    pattern: Pattern | None = None
    clause: str | None = None
    place: Place = NOWHERE


class WithdrawFact(Struct, frozen=True, tag=True):
    """The withdrawal of an earlier entry."""

    id: str
    place: Place = NOWHERE


Fact = (
    EventFact
    | StateFact
    | ReadingFact
    | LinkFact
    | PowerFact
    | DetermineFact
    | SaidFact
    | WithdrawFact
)


# ------------------------------------------------------------------ lines of the record
class Entry(Struct, frozen=True):
    """One dated line. None or empty: not written. `id`: the one written, if any."""

    when: When
    fact: Fact
    id: str | None = None
    sources: tuple[SourceRef, ...] = ()
    grade: Grade | None = None
    grade_by: str | None = None
    announced: When | None = None
    verified: When | None = None
    reported: When | None = None
    chain: tuple[Attribution, ...] = ()
    corrects: str | None = None
    note: str | None = None
    place: Place = NOWHERE


class Completeness(Struct, frozen=True):
    """`by` declares that it has everything on these events or measures, from … until …."""

    by: str
    names: tuple[str, ...]
    from_: When | None = None
    until: When | None = None
    sources: tuple[SourceRef, ...] = ()
    reported: When | None = None
    note: str | None = None
    place: Place = NOWHERE


# ------------------------------------------------------------------ tables
class Column(Struct, frozen=True, tag=True):
    """The value of a column, in each row; `unit` of its numbers, if said."""

    name: str
    unit: str | None = None
    place: Place = NOWHERE


Cell = Column | Number | Text | Name


class CellArg(Struct, frozen=True):
    """A parameter of the row's event, and where its value comes from."""

    name: str
    value: Cell
    place: Place = NOWHERE


class RowMap(Struct, frozen=True):
    """Mapping of a table row: an event with `args`, or a measure (`value` set).

    `on` … `grade` name the columns that hold them; `graded` is one grade for all rows; `where`
    keeps only rows whose column is one of some texts. `event_of`: the column that names the event
    of each row, instead of `name`.
    """

    name: str
    args: tuple[CellArg, ...] = ()
    of: Cell | None = None
    value: Cell | None = None
    on: str | None = None
    until: str | None = None
    reported: str | None = None
    verified: str | None = None
    announced: str | None = None
    id: str | None = None
    source: str | None = None
    grade: str | None = None
    graded: Grade | None = None
    graded_by: str | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    event_of: str | None = None
    place: Place = NOWHERE

    @property
    def is_measure(self) -> bool:
        """Whether a row is a reading of a measure, not an event."""
        return self.value is not None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is named."""
        cells = (*(arg.value for arg in self.args), self.of, self.value)
        dates = (self.on, self.until, self.reported, self.verified, self.announced)
        conditions = (column for column, _ in self.where)
        named = (*dates, self.id, self.source, self.grade, self.event_of, *conditions)
        columns = [cell.name for cell in cells if isinstance(cell, Column)]
        return (*columns, *(name for name in named if name is not None))


class TableMap(Struct, frozen=True):
    """A table file (relative to the case's folder as written) and what its rows say.

    `each`: a row of it is an event and one object of this type. `sheet`: of a spreadsheet, the
    one that is read. `dates` and `numbers`: how they are written, if not as in the record.
    `distinct`: rows that are alike are one. `ordered`: of rows at one time, the first was first.
    """

    file: str
    each: str | None = None
    zone: str | None = None
    rows: tuple[RowMap, ...] = ()
    sources: tuple[SourceRef, ...] = ()
    sheet: str | None = None
    dates: str | None = None
    numbers: str | None = None
    distinct: bool = False
    ordered: bool = False
    place: Place = NOWHERE
