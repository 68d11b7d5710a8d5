"""The norms of one account: the resolved agreement, input of both judges.

Names are resolved, groups expanded, units unified per parameter and measure, readings chosen,
definitions and named days inlined. Every value has its meaning in `docs/meaning.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal as OneOf

from msgspec import Struct

from servanda.syntax.tree import Calendar, Duration, Place

Value = str | Decimal | date


class Var(Struct, frozen=True, tag=True):
    """A variable of the instance, bound by its trigger."""

    name: str


class Const(Struct, frozen=True, tag=True):
    """A constant: text (also a party or a clause), number or date."""

    value: Value


Term = Var | Const


# ------------------------------------------------------------------ expressions
class MeasureReading(Struct, frozen=True, tag=True):
    """The current value of a measure for a subject (`of` None: the measure has no subject)."""

    measure: str
    of: Term | None


class MeasureChange(Struct, frozen=True, tag=True):
    """`m(x) − m(x − window)`; window in microseconds."""

    measure: str
    of: Term | None
    window: int


class Total(Struct, frozen=True, tag=True):
    """Sum of `param` (or, if None, the number) of matching occurrences in the last `window`
    microseconds, or since the instance's opening if None. `scale` multiplies the result."""

    match: Match
    param: str | None
    window: int | None


class Arith(Struct, frozen=True, tag=True):
    """A sum, difference or product."""

    op: OneOf["+", "-", "*"]
    left: Expr
    right: Expr


Expr = Var | Const | MeasureReading | MeasureChange | Total | Arith


# ------------------------------------------------------------------ patterns
class Arg(Struct, frozen=True):
    """A test on one parameter. `op`:

    - `=`, `>=`, `<=`, `>`, `<`: against `value` (constants, variables, arithmetic on them);
    - `in`: the parameter is one of `values` (a party: itself, its groups, its members);
    - `bind`: binds `variable` to the parameter (only in triggers);
    - `same`: equals the violating occurrence's parameter of the same name (only in `cured by`).

    `may_lack`: the record leaves out a value that the test compares, somewhere.
    """

    param: str
    op: OneOf["=", ">=", "<=", ">", "<", "in", "bind", "same"]
    value: Expr | None = None
    values: tuple[str, ...] = ()
    variable: str | None = None
    may_lack: bool = False


class Match(Struct, frozen=True):
    """Occurrences of an event (or keys of a state, or a vague term) whose parameters pass."""

    name: str
    args: tuple[Arg, ...]


# ------------------------------------------------------------------ conditions
class Always(Struct, frozen=True, tag=True):
    """A condition that is decided: true or false."""

    value: bool


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
    """A comparison of two expressions in one unit."""

    op: OneOf["<=", ">=", "<", ">", "=", "!="]
    left: Expr
    right: Expr


class Within(Struct, frozen=True, tag=True):
    """The term is one of the values (a party in a group)."""

    term: Term
    values: tuple[str, ...]


class InState(Struct, frozen=True, tag=True):
    """The state holds for a key that matches."""

    match: Match


class IsVague(Struct, frozen=True, tag=True):
    """The vague term holds for arguments that match."""

    match: Match


class Happened(Struct, frozen=True, tag=True):
    """A matching occurrence so far, or in the last `window` microseconds."""

    match: Match
    window: int | None


class Join(Struct, frozen=True):
    """A test between two instances: `mine` of the one that asks, `theirs` of the other.

    `in`: the one that is given is one of `values`. A variable without a value fails every test.
    """

    op: OneOf["=", ">=", "<=", ">", "<", "in"]
    mine: Expr | None
    theirs: Expr | None
    values: tuple[str, ...] = ()


class RuleStatus(Struct, frozen=True, tag=True):
    """Some instance of one of `rules` is in `state`; `debtor` and `creditor` narrow to theirs.

    With `joins` it is an instance of the one rule that passes them all.
    """

    rules: tuple[str, ...]
    state: OneOf["broken", "performed", "suspended", "binding"]
    debtor: Term | None
    creditor: Term | None = None
    joins: tuple[Join, ...] = ()


Cond = Always | And | Or | Not | Compare | Within | InState | IsVague | Happened | RuleStatus


# ------------------------------------------------------------------ time
class AtTime(Struct, frozen=True, tag=True):
    """Microseconds since 1970 UTC; `is_date` when it is the start of a local day."""

    micros: int
    is_date: bool


class AtMatch(Struct, frozen=True, tag=True):
    """The first matching occurrence; with variables, the instance's own."""

    match: Match


class Shifted(Struct, frozen=True, tag=True):
    """A point plus (`sign` 1) or minus (-1) a duration."""

    point: Point
    sign: int
    duration: Duration


class First(Struct, frozen=True, tag=True):
    """The earliest of the points that exist (`latest`: the latest, absent if any is)."""

    points: tuple[Point, ...]
    latest: bool


class DayEdge(Struct, frozen=True, tag=True):
    """The start of the point's local day, or (`end`) of the day after."""

    point: Point
    end: bool


class AtVar(Struct, frozen=True, tag=True):
    """The start of the day that a variable of the instance holds; absent where it was not said."""

    name: str


Point = AtTime | AtVar | AtMatch | Shifted | First | DayEdge


# ------------------------------------------------------------------ rules
Early = OneOf["always", "from_trigger", "never"]


class Variable(Struct, frozen=True):
    """A variable or parameter: its name, type and, for a number, unit."""

    name: str
    type: OneOf["party", "text", "number", "date", "clause"]
    unit: str | None


class Trigger(Struct, frozen=True):
    """Origin of instances. Exactly one of `match`, `cond`, `breach_of` is set.

    `following` are earlier (or same-instant) occurrences joined on shared variables; `breach_of`
    is the rule whose breach this remedy answers (its variables are this rule's too). `surplus` is
    the variable that `cond` binds, and the number that it is when `cond` becomes true.
    """

    match: Match | None = None
    following: tuple[Match, ...] = ()
    cond: Cond | None = None
    breach_of: str | None = None
    surplus: tuple[str, Expr] | None = None


class DutyWindow(Struct, frozen=True):
    """Bounds of the window; each `closes` item is a point and how it closes.

    `closing` kinds: `at` (closes at the point's instant), `day` (the point's whole day belongs).
    `every` is a calendar period (`month`), or a length counted from the opening (`6 months`).
    `in_period`: the window of `within` after an `edge` is open in the period too.
    """

    opens: Point | None = None
    closes: tuple[tuple[Point, OneOf["at", "day"]], ...] = ()
    within: Duration | None = None
    term: Duration | None = None
    every: str | None = None
    edge: OneOf["start", "end"] | None = None
    in_period: bool = False


class PowerEffect(Struct, frozen=True):
    """Effect of a power. `rules`: the rules it can affect; `joint` needs every holder."""

    verb: str
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    holders: tuple[str, ...]
    joint: bool
    amendment: str | None = None
    match: Match | None = None


class Precedence(Struct, frozen=True):
    """Rules that prevail over this one while `status` holds.

    `by_act`: this one forbids what the one rule asks for or permits, and gives way in its acts
    only; otherwise the whole instance is excused.
    """

    status: RuleStatus
    by_act: bool = False


class Rule(Struct, frozen=True):
    """One duty or power of one debtor (or of a variable one).

    `id` is unique and stable: the clause, then `:debtor` where one rule was spread over several,
    `/2` for a second rule of the clause, `@version` for an amendment, `/else` for a remedy.
    `early`: performance before the opening counts always, from the trigger on, or never.
    `grace`: in which a kept condition may be restored without breach. `time_extended`: the close
    moves by the time excused.
    `compensates`: to perform the remedy makes the breach good. `together`: who has to act, by the
    actors whose acts count: a member alone, or a group for those of its members.
    """

    id: str
    clause: str
    version: str | None
    reading: str | None
    kind: OneOf["achieve", "keep", "forbid", "may", "provision"]
    debtor: Term
    creditor: Term | None
    variables: tuple[Variable, ...]
    trigger: Trigger | None
    window: DutyWindow
    if_: Cond
    while_: Cond
    unless: Cond
    action: Match | None
    keep: Cond | None
    total: tuple[str, Expr] | None
    early: Early
    cured_by: Match | None
    cure_within: Duration | None
    grace: Duration | None
    curable: bool
    remedy: str | None
    compensates: bool
    time_extended: bool
    together: tuple[tuple[str, tuple[str, ...]], ...]
    power: PowerEffect | None
    yields_to: tuple[Precedence, ...]
    needs_creation: bool
    survives: bool
    place: Place
    survives_for: Duration | None = None

    @property
    def is_by_days(self) -> bool:
        """Whether an end of its window that is dated by the day comes at the start of that day."""
        return self.window.every is not None or self.kind == "provision"


class EventType(Struct, frozen=True):
    """`params` in order, with types and (for numbers) the unit all occurrences are kept in."""

    name: str
    params: tuple[Variable, ...]
    closed: bool


class Derived(Struct, frozen=True):
    """An event that arises by itself: see meaning.md, 6. Arguments of `name` are `outputs`:
    parameter of the derived event → the trigger's variable."""

    name: str
    params: tuple[Variable, ...]
    outputs: tuple[tuple[str, Term], ...]
    trigger: Match
    delay: Duration
    end_of_day: bool
    if_: Cond
    unless: Match | None


class StateType(Struct, frozen=True):
    """Patterns bind variables named as the state's parameters.

    `held`: the spans of the record in which it held all the time, as occurrences of `during`.
    """

    name: str
    params: tuple[Variable, ...]
    begins: tuple[Match, ...]
    ends: tuple[Match, ...]
    held: Match

    @property
    def changes(self) -> tuple[Match, ...]:
        """What it depends on."""
        return (*self.begins, *self.ends, self.held)


def during(state: str) -> str:
    """The event whose occurrences are the spans `throughout` which a state held.

    No text can write the name; an occurrence's `fin` is the end of its span.
    """
    return f"throughout {state}"


def held_match(state: str, params: Iterable[Variable]) -> Match:
    """The spans of a state, each parameter bound."""
    return Match(during(state), tuple(Arg(p.name, "bind", variable=p.name) for p in params))


class MeasureType(Struct, frozen=True):
    """A measure: its subject's parameter, unit, and staleness in microseconds."""

    name: str
    of: Variable | None
    unit: str | None
    silent_after: int | None


class VagueType(Struct, frozen=True):
    """A vague term: its parameters, and who may decide it."""

    name: str
    params: tuple[Variable, ...]
    deciders: tuple[str, ...]


class HeldVague(Struct, frozen=True):
    """An account's own answer: ticks are microseconds; None is open.

    It `outranks` determinations, or stands until there is one.
    """

    name: str
    args: tuple[Value | None, ...]
    holds: bool
    from_: int | None
    until: int | None
    outranks: bool


NOBODY = ""
"""The debtor of a provision, which is nobody's duty; rows tell it as null."""


class Norms(Struct, frozen=True):
    """All that one account holds to be agreed."""

    account: str
    zone: str
    clipped: bool
    count_trigger_day: bool
    suspension_stops_clock: bool
    force_from: Point | None
    force_until: Point | None
    calendars: tuple[Calendar, ...]
    events: tuple[EventType, ...]
    derived: tuple[Derived, ...]
    states: tuple[StateType, ...]
    measures: tuple[MeasureType, ...]
    vagues: tuple[VagueType, ...]
    held: tuple[HeldVague, ...]
    rules: tuple[Rule, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]


def excuse_of(rule: Rule) -> Cond:
    """What excuses the whole of a rule: its `unless`, or a rule that prevails and binds."""
    prevailing = tuple(one.status for one in rule.yields_to if not one.by_act)
    if not prevailing:
        return rule.unless
    if rule.unless == Always(False):
        return prevailing[0] if len(prevailing) == 1 else Or(prevailing)
    return Or((rule.unless, *prevailing))


def acted_out(rule: Rule) -> Match:
    """The acts by which a rule is performed or used; of instalments, parts of any amount."""
    assert rule.action is not None
    if rule.total is None:
        return rule.action
    param = rule.total[0]
    return Match(rule.action.name, tuple(a for a in rule.action.args if a.param != param))


def variables_by_parameter(rules: Sequence[Rule]) -> dict[tuple[str, str], str]:
    """By clause and parameter: the variable that a trigger of the clause binds to it.

    People know an instance by the parameter's name, for tables show it. A parameter that is bound
    to different variables in one clause is left out, and so is one named like a variable there.
    """
    found: dict[tuple[str, str], set[str]] = {}
    own = {(rule.clause, variable.name) for rule in rules for variable in rule.variables}
    for rule in rules:
        matches = () if rule.trigger is None else (rule.trigger.match, *rule.trigger.following)
        for match in matches:
            for arg in () if match is None else match.args:
                if arg.op == "bind" and arg.variable is not None:
                    found.setdefault((rule.clause, arg.param), set()).add(arg.variable)
    return {
        key: next(iter(names)) for key, names in found.items() if len(names) == 1 and key not in own
    }


def may_be_its_trigger(rule: Rule, act: Match) -> bool:
    """Whether the act that a rule is about may be the one that made an instance of it."""
    trigger = rule.trigger
    return trigger is not None and trigger.match is not None and trigger.match.name == act.name
