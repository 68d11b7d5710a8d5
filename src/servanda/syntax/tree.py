"""The syntax tree of an agreement, as immutable structs.

Numbers are `Decimal`; units are as written. A `Place` never takes part in equality: two texts with
the same content give equal trees, wherever the words stand.
"""

from __future__ import annotations

from datetime import date
from typing import Literal as OneOf

from msgspec import Struct

from servanda.syntax.values import NOWHERE as NOWHERE
from servanda.syntax.values import Day as Day
from servanda.syntax.values import LineRange as LineRange
from servanda.syntax.values import Number as Number
from servanda.syntax.values import Place as Place
from servanda.syntax.values import Text as Text


class Name(Struct, frozen=True, tag=True):
    """A word that the resolver turns into a party, a variable or a measure of the debtor."""

    name: str
    place: Place = NOWHERE


class MeasureOf(Struct, frozen=True, tag=True):
    """The reading of a measure; `of` is a party, a variable, or None for the debtor."""

    measure: str
    of: str | None = None
    place: Place = NOWHERE


class Arithmetic(Struct, frozen=True, tag=True):
    """A sum, difference or product of two expressions."""

    op: OneOf["+", "-", "*"]
    left: Expr
    right: Expr


class SumOf(Struct, frozen=True, tag=True):
    """Sum of a parameter over matching events: in the last `window`, or so far if None."""

    param: str
    pattern: Pattern
    window: Duration | None
    place: Place = NOWHERE


class CountOf(Struct, frozen=True, tag=True):
    """The number of matching events: in the last `window`, or so far if None."""

    pattern: Pattern
    window: Duration | None
    place: Place = NOWHERE


class RateOf(Struct, frozen=True, tag=True):
    """Sum over the last `window`, divided by the number of `per` units in it."""

    param: str
    pattern: Pattern
    per: str
    window: Duration
    place: Place = NOWHERE


class ChangeOf(Struct, frozen=True, tag=True):
    """A measure now less the same measure `window` earlier."""

    measure: str
    of: str | None
    window: Duration
    place: Place = NOWHERE


Expr = Number | Text | Day | Name | MeasureOf | Arithmetic | SumOf | CountOf | RateOf | ChangeOf


# ------------------------------------------------------------------ patterns and conditions
class Arg(Struct, frozen=True):
    """An argument: by position if `name` is None; `any` matches all, `same` is as in the breach."""

    name: str | None
    op: OneOf["=", ">=", "<=", ">", "<", "any", "same"]
    value: Expr | None = None
    place: Place = NOWHERE


class Pattern(Struct, frozen=True, tag=True):
    """A name with arguments: an event, a state, a vague term or a defined condition."""

    name: str
    args: tuple[Arg, ...] = ()
    place: Place = NOWHERE


class And(Struct, frozen=True, tag=True):
    """All of the items hold."""

    items: tuple[Cond, ...]


class Or(Struct, frozen=True, tag=True):
    """One of the items holds."""

    items: tuple[Cond, ...]


class Not(Struct, frozen=True, tag=True):
    """The item does not hold."""

    item: Cond


class Compare(Struct, frozen=True, tag=True):
    """A comparison of two expressions."""

    op: OneOf["<=", ">=", "<", ">", "=", "!="]
    left: Expr
    right: Expr
    place: Place = NOWHERE


class Member(Struct, frozen=True, tag=True):
    """`name in group`."""

    name: str
    group: str
    place: Place = NOWHERE


class InBreach(Struct, frozen=True, tag=True):
    """The party has an open breach of the clause (of any clause if None).

    `owed`: of a duty owed to who may or must act by this rule. `determined`: a vague term that the
    party's breach has been determined to be, as in `determined to be material`.
    """

    party: str
    clause: str | None
    owed: bool = False
    determined: str | None = None
    place: Place = NOWHERE


class ClauseIs(Struct, frozen=True, tag=True):
    """`clause 7 is broken`: some duty of the clause has the status; `in force`: a provision."""

    clause: str
    state: OneOf["suspended", "binding", "performed", "broken", "in force"]
    place: Place = NOWHERE


class Once(Struct, frozen=True, tag=True):
    """`E has happened`: ever so far, or within the last `last`."""

    pattern: Pattern
    last: Duration | None = None
    place: Place = NOWHERE


class Holds(Struct, frozen=True, tag=True):
    """A state, vague term or defined condition holds."""

    pattern: Pattern


Cond = And | Or | Not | Compare | Member | InBreach | ClauseIs | Once | Holds


# ------------------------------------------------------------------ time
class Duration(Struct, frozen=True):
    """`5 days`, `48 hours`, `3 months`, `5 business days of Amsterdam` (unit singular)."""

    count: int
    unit: OneOf["second", "minute", "hour", "day", "week", "month", "year"]
    calendar: str | None = None
    place: Place = NOWHERE

    @property
    def is_exact(self) -> bool:
        """Whether it is an exact length: hours and less."""
        return self.unit in ("second", "minute", "hour")


class AtDate(Struct, frozen=True, tag=True):
    """A calendar day."""

    date: date


class AtInstant(Struct, frozen=True, tag=True):
    """ISO text of an instant; `zone` a named zone or None (the offset, or the agreement's)."""

    text: str
    zone: str | None = None


class AtEvent(Struct, frozen=True, tag=True):
    """The first matching event, or a named day or instant."""

    pattern: Pattern


class Shift(Struct, frozen=True, tag=True):
    """`point + duration` (sign 1) or `point - duration` (sign -1)."""

    point: Point
    sign: OneOf[1, -1]
    duration: Duration


class Earlier(Struct, frozen=True, tag=True):
    """The earliest of the points."""

    points: tuple[Point, ...]


class Later(Struct, frozen=True, tag=True):
    """The latest of the points."""

    points: tuple[Point, ...]


class Edge(Struct, frozen=True, tag=True):
    """The first instant of the point's local day, or the first instant after that day."""

    edge: OneOf["start", "end"]
    point: Point


Point = AtDate | AtInstant | AtEvent | Shift | Earlier | Later | Edge


# ------------------------------------------------------------------ declarations
PARTY_WORDS = frozenset({"by", "to", "of", "from", "towards"})
"""Parameters that are parties where no type is written."""
OTHERWISE_TEXT = PARTY_WORDS - {"by"}
"""Those of them that may be declared as another type."""


class Param(Struct, frozen=True):
    """A parameter with its type, and for a number its unit."""

    name: str
    type: OneOf["party", "text", "number", "date", "clause"] = "text"
    unit: str | None = None


class Header(Struct, frozen=True):
    """The `agreement` line and the rules of counting that belong to the whole."""

    name: str
    title: str | None
    place: Place
    zone: str | None = None
    months: OneOf["clipped", "refused"] | None = None
    counting: OneOf["the_trigger", "the_next_day"] = "the_next_day"
    suspension: OneOf["stops", "runs"] | None = None
    force_from: Point | None = None
    force_until: Point | None = None
    closed: date | None = None


class Party(Struct, frozen=True):
    """A party, or a body that decides (`body` True)."""

    name: str
    title: str | None
    body: bool
    place: Place


class Group(Struct, frozen=True):
    """A group of parties, bodies and groups, by name."""

    name: str
    title: str | None
    members: tuple[str, ...]
    place: Place


class Conversion(Struct, frozen=True):
    """`1 kg UF6 = 0.676 kg U`: exact, and named by the agreement."""

    left: Number
    right: Number
    place: Place


class UnitWord(Struct, frozen=True):
    """A word the agreement adds to the units: a substance, a currency, or `unit x = 3 kg`."""

    name: str
    kind: OneOf["substance", "currency", "unit"]
    value: Number | None
    place: Place


class Calendar(Struct, frozen=True):
    """The business days of `region` (`NL`, `US-NY`), less the days `without`, and `extra` ones."""

    name: str
    region: str
    without: tuple[date, ...]
    extra: tuple[date, ...]
    place: Place


class Arises(Struct, frozen=True):
    """When a derived event arises."""

    end_of_day: bool
    delay: Duration
    after: Pattern
    if_: Cond | None
    unless: Pattern | None


class Event(Struct, frozen=True):
    """`closed` is True when silence means that it did not happen."""

    name: str
    params: tuple[Param, ...]
    closed: bool
    arises: Arises | None
    place: Place


class State(Struct, frozen=True):
    """A state: true from events of `begins` until events of `ends`."""

    name: str
    params: tuple[Param, ...]
    begins: tuple[Pattern, ...]
    ends: tuple[Pattern, ...]
    place: Place


class Measure(Struct, frozen=True):
    """A measured quantity; stale when silent for longer than `silent_after`."""

    name: str
    params: tuple[Param, ...]
    unit: str | None
    silent_after: Duration | None
    place: Place


class Vague(Struct, frozen=True):
    """A vague term, and the parties or bodies that may decide it."""

    name: str
    params: tuple[Param, ...]
    deciders: tuple[str, ...]
    place: Place


class Moment(Struct, frozen=True):
    """A named day or instant; absent while what it counts from has not happened."""

    name: str
    kind: OneOf["day", "instant"]
    point: Point
    place: Place


class Define(Struct, frozen=True):
    """A named condition with parameters."""

    name: str
    params: tuple[Param, ...]
    cond: Cond
    place: Place


# ------------------------------------------------------------------ rules
class Holder(Struct, frozen=True):
    """Who owes or may: one name, several names each, each member of a group (optionally as a
    variable), any one member for all, all members acting together, or nobody (a provision).

    `all` is an old spelling, which the builder turns into `each` or `together`.
    """

    mode: OneOf["one", "many", "each", "any", "together", "all", "none"]
    names: tuple[str, ...]
    variable: str | None = None
    place: Place = NOWHERE


class Trigger(Struct, frozen=True):
    """`when` an event (joined with earlier events that share variables), or `whenever` a
    condition becomes true (`cond`).

    `surplus` is bound to the amount by which the left side of `cond` exceeds the right one then.
    """

    pattern: Pattern | None
    following: tuple[Pattern, ...] = ()
    if_: Cond | None = None
    cond: Cond | None = None
    surplus: str | None = None
    place: Place = NOWHERE


class Window(Struct, frozen=True):
    """The window of a duty as written; None: not written.

    `every` is `day`, `week`, `month`, `quarter` or `year`, or a length, as in `6 months`.
    `in_period`: a window `after its EDGE` is open in the period too.
    """

    from_: Point | None = None
    until: Point | None = None
    term: Duration | None = None
    within: Duration | None = None
    after: Point | None = None
    edge: OneOf["start", "end"] | None = None
    in_period: bool = False
    by: Point | None = None
    before: Point | None = None
    every: str | None = None


class Gates(Struct, frozen=True):
    """`if` is read once, when the duty arises; `while` and `unless` all along."""

    if_: Cond | None = None
    while_: Cond | None = None
    unless: Cond | None = None


class Duty(Struct, frozen=True, tag=True):
    """`must E` (achieve), `must keep C` (keep) or `must not E` (forbid), with its remedy.

    A `provision` (`applies from … until …`) is nobody's duty: it has a window and gates only.

    `early`: whether performance before the opening counts: never, always (from before the trigger
    too), or None: from the trigger on. `cure_within` cuts off the cure of achieve and forbid,
    `grace` is the time in which a condition may be restored without breach. `time_extended`: the
    deadline moves by the time for which the duty is excused.
    """

    kind: OneOf["achieve", "keep", "forbid", "provision"]
    holder: Holder
    event: Pattern | None
    cond: Cond | None
    trigger: Trigger | None
    window: Window
    gates: Gates
    creditor: str | None
    early: OneOf["always", "never"] | None
    total: bool
    cured_by: Pattern | None
    cure_within: Duration | None
    grace: Duration | None
    curable: bool
    time_extended: bool
    remedy: Remedy | None
    place: Place


class Remedy(Struct, frozen=True):
    """What is owed on breach: also, or `instead`: then performing it makes the breach good."""

    duty: Duty
    instead: bool


Verb = OneOf[
    "suspend", "resume", "waive", "release", "end", "end_all", "amend", "determine", "create", "do"
]


class Power(Struct, frozen=True, tag=True):
    """`may`: targets are clauses; `of` and `towards` narrow to a debtor and a creditor."""

    verb: Verb
    holder: Holder
    targets: tuple[str, ...]
    pattern: Pattern | None
    amendment: str | None
    of: str | None
    towards: str | None
    trigger: Trigger | None
    window: Window
    gates: Gates
    place: Place


Rule = Duty | Power


class Allow(Struct, frozen=True):
    """`allow W301 "why"`: mutes a warning or hint, everywhere or (`block`) in one block."""

    code: str
    reason: str
    place: Place = NOWHERE
    block: LineRange | None = None


class Precedence(Struct, frozen=True):
    """A clause that gives way: to the extent of a `conflict`, or `all` of it meanwhile."""

    clause: str
    extent: OneOf["conflict", "all"]


class Clause(Struct, frozen=True):
    """`survives_for`: how long it `survives` the end of the agreement; None: for good."""

    id: str
    title: str | None
    rules: tuple[Rule, ...]
    prevails_over: tuple[Precedence, ...]
    survives: bool
    created: bool
    not_modelled: str | None
    place: Place
    survives_for: Duration | None = None
    allows: tuple[Allow, ...] = ()


Effect = OneOf["replaces", "adds", "none", "as_written"]
EFFECT_PHRASES: dict[Effect, str] = {
    "replaces": "reads the text as",
    "adds": "adds to the text",
    "none": "finds no obligation",
    "as_written": "leaves the text as it is",
}


class Reading(Struct, frozen=True):
    """One alternative (`name`) of a contested point (`group`), about one clause.

    `effect` is what it does to the clause: its rules replace those of the clause or add to them,
    the clause has no obligation, or stands as written. None: only its definitions differ.
    """

    group: str
    name: str
    clause: str
    title: str | None
    rules: tuple[Rule, ...]
    effect: Effect | None
    needs: tuple[str, ...]
    prevails_over: tuple[Precedence, ...]
    defines: tuple[Define, ...]
    place: Place
    allows: tuple[Allow, ...] = ()

    @property
    def full_name(self) -> str:
        """`R3.remedial`: point and alternative."""
        return f"{self.group}.{self.name}"


class Amendment(Struct, frozen=True):
    """Rules that replace those of a clause once a power is used."""

    name: str
    clause: str
    title: str | None
    rules: tuple[Rule, ...]
    place: Place
    allows: tuple[Allow, ...] = ()


class Held(Struct, frozen=True):
    """An account's own answer to a vague term, from a date, with its reason.

    `outranks`: whatever a body that is entitled to determines.
    """

    pattern: Pattern
    holds: bool
    from_: str | None
    until: str | None
    outranks: bool
    reason: str | None
    place: Place


class Account(Struct, frozen=True):
    """An account: its choices of readings, sources, grades and answers to vague terms."""

    name: str
    title: str | None
    reads: tuple[tuple[str, str], ...]
    only: tuple[str, ...]
    first: tuple[str, ...]
    distrusts: tuple[str, ...]
    grades: tuple[str, ...]
    held: tuple[Held, ...]
    place: Place


class Agreement(Struct, frozen=True):
    """A whole agreement, each kind of node in the order of the text.

    `unparsed`: the subjects that unparsable lines declare; None: every line was parsed.
    """

    header: Header
    parties: tuple[Party, ...]
    groups: tuple[Group, ...]
    units: tuple[UnitWord, ...]
    conversions: tuple[Conversion, ...]
    calendars: tuple[Calendar, ...]
    events: tuple[Event, ...]
    states: tuple[State, ...]
    measures: tuple[Measure, ...]
    vagues: tuple[Vague, ...]
    moments: tuple[Moment, ...]
    defines: tuple[Define, ...]
    clauses: tuple[Clause, ...]
    readings: tuple[Reading, ...]
    amendments: tuple[Amendment, ...]
    accounts: tuple[Account, ...]
    unparsed: frozenset[str] | None = None
    allows: tuple[Allow, ...] = ()
