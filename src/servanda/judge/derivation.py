"""Derivations: why a verdict span has its status, as typed steps, each with its entries.

The reference judge records them (`judge/reference/recording/`); `explain/` puts them into words.
Times are ticks as in `Verdict`, save those of a `Moment`, which are microseconds since 1970 UTC.
Truth values are 0 (it fails), 1 (possible) and 2 (it holds).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal as OneOf

from msgspec import Struct

from servanda.judge.verdict import Bindings, Outcome, Status, Verdict
from servanda.record.facts import Complete, Value
from servanda.semantics.norms import (
    Compare,
    Expr,
    Happened,
    HeldVague,
    InState,
    IsVague,
    Point,
    Rule,
    RuleStatus,
    Within,
)
from servanda.syntax.tree import Duration

Entries = tuple[str, ...]
Op = OneOf["<=", ">=", "<", ">", "=", "!="]
MIRRORED: dict[Op, Op] = {"<=": ">=", ">=": "<=", "<": ">", ">": "<", "=": "=", "!=": "!="}
"""The comparison with its sides exchanged."""


# ------------------------------------------------------------------ conditions
class Number(Struct, frozen=True):
    """Value of an expression: its bounds (None: unbounded) and its facts.

    `read`: when the last reading was taken; `stale`: the tick from which it no longer counts; where
    that has come, `last` is what it said. `parts`: the sides of arithmetic; of a change of a
    measure, what it was at the end and at the beginning of the length.
    """

    expr: Expr
    low: Decimal | None
    high: Decimal | None
    entries: Entries = ()
    read: int | None = None
    stale: int | None = None
    parts: tuple[Number, ...] = ()
    last: Reading | None = None


class Reading(Struct, frozen=True):
    """A reading that is past: what it said (None: unbounded), by which entry."""

    entry: str
    low: Decimal | None
    high: Decimal | None


class Constant(Struct, frozen=True, tag=True):
    """`always` or `never`."""

    value: int
    vague: bool = False
    entries: Entries = ()


class AllOf(Struct, frozen=True, tag=True):
    value: int
    vague: bool
    entries: Entries
    items: tuple[Condition, ...]


class AnyOf(Struct, frozen=True, tag=True):
    value: int
    vague: bool
    entries: Entries
    items: tuple[Condition, ...]


class Negation(Struct, frozen=True, tag=True):
    value: int
    vague: bool
    entries: Entries
    item: Condition


class Comparison(Struct, frozen=True, tag=True):
    """Two numbers (or plain values: then without bounds) compared."""

    value: int
    vague: bool
    entries: Entries
    compare: Compare
    left: Number
    right: Number


class Membership(Struct, frozen=True, tag=True):
    value: int
    vague: bool
    entries: Entries
    within: Within
    of: Value | None


class State(Struct, frozen=True, tag=True):
    """Whether a state holds; `entries`: the changes that decide it."""

    value: int
    vague: bool
    entries: Entries
    state: InState


class Occurred(Struct, frozen=True, tag=True):
    """Whether an event has happened, or did so in the last while."""

    value: int
    vague: bool
    entries: Entries
    happened: Happened


class VagueTerm(Struct, frozen=True, tag=True):
    """A vague term: held by the account itself, determined by an entitled body, or open."""

    value: int
    vague: bool
    entries: Entries
    term: IsVague
    held: HeldVague | None
    deciders: tuple[str, ...]


class DutyStatus(Struct, frozen=True, tag=True):
    """The status of other duties: `rules` are those of which it is so, or possibly so."""

    value: int
    vague: bool
    entries: Entries
    status: RuleStatus
    rules: tuple[str, ...]


Condition = (
    Constant
    | AllOf
    | AnyOf
    | Negation
    | Comparison
    | Membership
    | State
    | Occurred
    | VagueTerm
    | DutyStatus
)


# ------------------------------------------------------------------ time
class Moment(Struct, frozen=True):
    """Microseconds: the earliest it can be, and from when it is sure. None: it has not come."""

    lo: int | None
    hi: int | None
    entries: Entries = ()

    @property
    def exact(self) -> bool:
        """It has come, and is known to the instant."""
        return self.lo is not None and self.lo == self.hi


class Bound(Struct, frozen=True):
    """One of the bounds of which the earliest closes a window, and how it is counted."""

    at: Moment
    point: Point | None = None
    whole_day: bool = False
    within: Duration | None = None
    term: Duration | None = None


class Window(Struct, frozen=True):
    """`opens` None: open since ever. `closes` None: nothing closes it, as far as is known.

    `stopped`: microseconds by which suspension has moved the close; `standing_still`: it does yet.
    `shut`: the `if` of a standing rule failed as the window opened, so there is no such duty.
    """

    opens: Moment | None
    closes: Moment | None
    bounds: tuple[Bound, ...] = ()
    stopped: int = 0
    standing_still: bool = False
    never_opens: bool = False
    shut: bool = False


# ------------------------------------------------------------------ steps
class Origin(Struct, frozen=True, tag=True):
    """What made the instance: the trigger's entry and those it followed; a condition; a breach."""

    trigger: str | None
    entries: Entries
    at: int | None
    condition: Condition | None = None
    breach_of: str | None = None


class Opening(Struct, frozen=True, tag=True):
    """The window of the instance."""

    window: Window
    entries: Entries = ()


class Gate(Struct, frozen=True, tag=True):
    """A condition of the rule at tick `at` (None: as far back as time goes)."""

    name: OneOf["keep", "while", "unless", "if", "whenever"]
    at: int | None
    condition: Condition

    @property
    def entries(self) -> Entries:
        return self.condition.entries


class Lack(Struct, frozen=True):
    """Why an act does not count, and by how much.

    `amount`: `said` is short of (or past) `wanted` by `by`; `early`, `late`: by microseconds, from
    the end of its day, or to its beginning;
    `unsure`: this account takes the entry for only possible; `differs`: another particular;
    `prevailed`: a rule that prevails has the act done, or permits it.
    """

    what: OneOf[
        "amount", "differs", "not said", "early", "late", "unsure", "not bound", "prevailed"
    ]
    param: str | None = None
    said: Value | None = None
    wanted: Value | None = None
    by: Decimal | int | None = None
    op: str | None = None


class Prevailing(Struct, frozen=True):
    """An instance that prevails over the duty and binds: its rule, debtor and variables.

    `value`: how surely it binds.
    """

    rule: str
    debtor: str
    instance: Bindings
    value: int


class Act(Struct, frozen=True, tag=True):
    """A performance or a violation that is recorded: how it counts, or what it lacks.

    `counts`: `sure`, `possible`, `late` (it came after the breach: it cures), or `no`. `fin`: the
    tick at which its day is over; of an instant, the next one.
    `prevailing`: what has a forbidden act done, or permits it.
    """

    entry: str
    lo: int
    hi: int
    fin: int
    sure: bool
    counts: OneOf["sure", "possible", "late", "part", "no"]
    lacks: tuple[Lack, ...] = ()
    cured_by: str | None = None
    prevailing: tuple[Prevailing, ...] = ()

    @property
    def entries(self) -> Entries:
        return (self.entry,) if self.cured_by is None else (self.entry, self.cured_by)


class Sum(Struct, frozen=True, tag=True):
    """Part performances that add up: what is owed, and what is surely and possibly done of it."""

    param: str
    owed: Decimal | None
    done: Decimal
    possibly: Decimal
    entries: Entries


class Use(Struct, frozen=True, tag=True):
    """An entry that uses a power: from when, and whether it is in effect on the day asked.

    `open`: how surely the power was open to it. `ended_by`: entries that brought it to its end.
    """

    power: str
    verb: str
    by: str
    entry: str
    at: int
    sure: bool
    open: int
    in_effect: int
    ended_by: Entries = ()

    @property
    def entries(self) -> Entries:
        return (self.entry, *self.ended_by)


class Overlay(Struct, frozen=True, tag=True):
    """The overlays of the duty on the day asked, sure or possible, with the uses behind them."""

    name: OneOf["suspended", "excused", "idle", "ended", "waived", "released"]
    value: int
    vague: bool
    uses: tuple[Use, ...]
    entries: Entries
    condition: Condition | None = None
    prevailing: tuple[Prevailing, ...] = ()


class Wanting(Struct, frozen=True, tag=True):
    """A group that acts together, by a power or a duty: who has acted, and who has not."""

    used: tuple[str, ...]
    wanting: tuple[str, ...]
    entries: Entries = ()


class Silence(Struct, frozen=True, tag=True):
    """Whether absence of entries on a name counts: by the agreement, by declarations, or not.

    `needed`: over which ticks `[from, until)` it had to; None: since ever, or for good.
    """

    name: str
    closed: bool
    declared: tuple[Complete, ...]
    covers: bool
    needed: tuple[int | None, int | None]
    entries: Entries = ()


class Freshness(Struct, frozen=True, tag=True):
    """How long a reading counts: `silent_after` in microseconds (None: until the next one)."""

    measure: str
    silent_after: int | None
    declared: tuple[Complete, ...]
    entries: Entries = ()


class CureEnd(Struct, frozen=True, tag=True):
    """Until when a breach can be made good (`must`, `must not`), or a failure is none yet (`keep`).

    `ends`: the instant at which that time is over; `entries`: what it is counted from.
    """

    ends: Moment
    entries: Entries = ()


class Remedy(Struct, frozen=True, tag=True):
    """The duty that the text puts in place of a broken one, and its status."""

    rule: str
    status: Status
    since: int | None
    entries: Entries
    outcome: Outcome | None = None


class Earlier(Struct, frozen=True, tag=True):
    """A span of the same instance before the one asked about."""

    status: Status
    from_: int | None
    until: int
    entries: Entries


Step = (
    Origin
    | Opening
    | Gate
    | Act
    | Sum
    | Overlay
    | Use
    | Wanting
    | Silence
    | Freshness
    | CureEnd
    | Remedy
    | Earlier
)


class Row(Struct, frozen=True):
    """A row of the table of statuses (judge/statuses.py) as the judge read it on the day asked.

    `parts`: the parts of the condition that make it hold or fail, where it has parts. `entries`:
    what it was read from.
    """

    condition: str
    status: Status
    holds: bool
    parts: tuple[str, ...] = ()
    entries: Entries = ()


class Derivation(Struct, frozen=True):
    """Why an instance of a rule has its status on the day asked.

    `rows`: the table of statuses of its kind, in order; the first row that holds gives the status.

    `cited` and `declared` suffice: judged on these entries and declarations alone, the instance
    has the same status since the same instant; and each is needed for that. Where the record holds
    other entries that would do in place of one that is cited, `instead` names them.
    """

    verdict: Verdict
    rule: Rule
    steps: tuple[Step, ...]
    rows: tuple[Row, ...]
    cited: Entries
    declared: tuple[Complete, ...] = ()
    instead: dict[str, Entries] = {}

    @property
    def deciding(self) -> Row:
        """The row that gave the status."""
        return next(row for row in self.rows if row.holds)

    @property
    def named(self) -> set[str]:
        """Every entry that it names."""
        found = {*self.cited, *(e for each in self.instead.values() for e in each)}
        found |= {e for step in self.steps for e in step.entries}
        return found | ({self.verdict.trigger} if self.verdict.trigger else set())
