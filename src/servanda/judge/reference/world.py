"""Facts at a tick for the reference judge: occurrences, states, measures, terms.

Nothing here knows of rules or statuses; every answer is read off the facts by definition
(docs/meaning.md, 2). Truths are 0 false, 1 possible, 2 sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from servanda.judge.reference.truth import (
    FALSE,
    NOTHING,
    POSSIBLE,
    SURE,
    Grounds,
    Truth,
    either,
)
from servanda.judge.verdict import JudgeError
from servanda.record.facts import Facts, Occurrence, ReadingFact, Value
from servanda.semantics.clock import PHASES, Counting, micros_of, tick
from servanda.semantics.norms import (
    Arg,
    Arith,
    Const,
    Expr,
    HeldVague,
    Match,
    Norms,
    StateType,
    Term,
    Total,
    Var,
)

SINCE_EVER = -(1 << 62)
FOR_GOOD = 1 << 62
INFINITE = Decimal("Infinity")

Bindings = dict[str, Value | None]
Bounds = tuple[Decimal, Decimal]


@dataclass(frozen=True, eq=False)
class Happening:
    """An occurrence with its parameters by name; `vague`: a vague term leaves it open.

    `because`: what else it rests on than its entry, where it is derived.
    """

    entry: str
    lo: int
    hi: int
    fin: int
    sure: bool
    params: dict[str, Value | None]
    vague: bool = False
    because: Grounds = NOTHING

    @cached_property
    def grounds(self) -> Grounds:
        return self.because | {self.entry}

    @property
    def by_the_day(self) -> bool:
        """Whether its time of day is not known."""
        return self.fin - self.hi > PHASES

    @property
    def till(self) -> int:
        """The tick by which it has happened, whatever its time of day."""
        return self.fin if self.by_the_day else self.hi


@dataclass(frozen=True)
class Number:
    """The least and the greatest that a number can be, and the grounds of either bound.

    `facts`: the readings or occurrences that it is made of; `stale`: the tick at which the last
    of the readings no longer counts.
    """

    low: Decimal
    high: Decimal
    low_because: Grounds = NOTHING
    high_because: Grounds = NOTHING
    facts: tuple[ReadingFact | Happening, ...] = ()
    stale: int | None = None

    @property
    def bounds(self) -> Bounds:
        return self.low, self.high

    @property
    def because(self) -> Grounds:
        return self.low_because | self.high_because


def exactly(value: Decimal | None) -> Number:
    """A known number; None: unknown."""
    return Number(-INFINITE, INFINITE) if value is None else Number(value, value)


def scalar(expr: Expr | Term, bindings: Bindings) -> Value | None:
    """The value of constants, variables and arithmetic on them; None: not said."""
    if isinstance(expr, Const):
        return expr.value
    if isinstance(expr, Var):
        return bindings.get(expr.name)
    if isinstance(expr, Arith):
        left, right = scalar(expr.left, bindings), scalar(expr.right, bindings)
        if not isinstance(left, Decimal) or not isinstance(right, Decimal):
            return None
        return {"+": left + right, "-": left - right, "*": left * right}[expr.op]
    raise TypeError(f"{type(expr).__name__} changes over time")


def passes(
    arg: Arg, params: Bindings, bindings: Bindings, violation: Bindings | None = None
) -> int:
    """How surely a parameter passes one test: possibly, where either value is not said."""
    if arg.op == "bind":
        return SURE
    said = params.get(arg.param)
    if said is None:
        return POSSIBLE
    if arg.op == "in":
        return SURE if said in arg.values else FALSE
    wanted = violation and violation.get(arg.param)
    if arg.op != "same" and arg.value is not None:
        wanted = scalar(arg.value, bindings)
    if wanted is None:
        return POSSIBLE
    return SURE if compares("=" if arg.op == "same" else arg.op, said, wanted) else FALSE


def fits(
    match: Match, params: Bindings, bindings: Bindings, violation: Bindings | None = None
) -> int:
    """How surely parameters pass every test of a pattern."""
    return min([passes(a, params, bindings, violation) for a in match.args], default=SURE)


def compares(op: str, left: Any, right: Any) -> bool:
    """Two values of one type, compared."""
    if op in ("=", "!="):
        return (left == right) is (op == "=")
    if op in ("<=", ">"):
        return (left <= right) is (op == "<=")
    return (left < right) is (op == "<")


def bound(match: Match, params: Bindings, before: Bindings) -> Bindings | None:
    """The variables a trigger binds, or None if the occurrence surely does not match."""
    found = dict(before)
    for arg in match.args:
        if arg.op == "bind" and arg.variable is not None:
            said = params.get(arg.param)
            known = found.get(arg.variable)
            if said is not None and known is not None and known != said:
                return None
            found.setdefault(arg.variable, said)
    return found if fits(match, params, found) > FALSE else None


def surely_bound(match: Match, params: Bindings, before: Bindings, found: Bindings) -> bool:
    """Whether an occurrence that binds `found` surely matches: nothing asked is left out."""
    same = (
        params.get(a.param) is not None and before[a.variable] is not None
        for a in match.args
        if a.op == "bind" and a.variable in before
    )
    return fits(match, params, found) == SURE and all(same)


class World:
    """The facts of one account, ready to be asked what holds at any tick."""

    def __init__(self, norms: Norms, facts: Facts) -> None:
        if facts.bulk_events or facts.bulk_readings:
            raise JudgeError("the reference judge reads no tables")
        self.norms = norms
        self.facts = facts
        self.counting = Counting(
            norms.zone, norms.clipped, norms.count_trigger_day, norms.calendars
        )
        self.params = {e.name: [p.name for p in e.params] for e in norms.events}
        self.params |= {d.name: [p.name for p in d.params] for d in norms.derived}
        self.happenings = {
            name: [self.happening(name, o) for o in facts.events.get(name, ())]
            for name in self.params
        }
        self.derived = {d.name: d for d in norms.derived}
        self.states = {s.name: s for s in norms.states}
        self.vagues = {v.name: v for v in norms.vagues}
        self.silence = {m.name: m.silent_after for m in norms.measures}
        self.declared_closed = {e.name for e in norms.events if e.closed}
        self.complete: dict[str, list[tuple[int, int]]] = {}
        self._changes: dict[str, dict[tuple[Value | None, ...], list[StateChange]]] = {}
        self._matching: dict[tuple[object, ...], list[Happening]] = {}
        self._readings: dict[str, dict[Value | None, list[ReadingFact]]] = {}
        for span in facts.complete:
            self.complete.setdefault(span.name, []).append(
                (
                    SINCE_EVER if span.from_ is None else span.from_,
                    FOR_GOOD if span.until is None else span.until,
                )
            )
        self.complete = {name: merged(spans) for name, spans in self.complete.items()}

    def happening(self, name: str, of: Occurrence) -> Happening:
        params = dict(zip(self.params[name], of.args, strict=True))
        return Happening(of.entry, of.lo, of.hi, of.fin, of.sure, params)

    def turns(self, names: Iterable[str]) -> set[int]:
        """The ticks at which what the facts say on some events, measures or terms may change."""
        found: set[int] = set()
        for name in names:
            for h in self.happenings.get(name, ()):
                found.update((h.lo, h.hi, h.fin))
            for r in self.facts.readings.get(name, ()):
                found.update((r.lo, r.hi, self.expiry(name, r.hi), self.stale(name, r.hi)))
            found.update(end for span in self.complete.get(name, ()) for end in span)
            for declared in self.facts.complete:
                if declared.name == name:
                    found.update(t for t in (declared.from_, declared.until) if t is not None)
            for d in self.facts.determinations:
                if d.name == name:
                    found.update((d.lo, d.hi))
            for held in self.norms.held:
                if held.name == name:
                    ends = (held.from_, held.until)
                    found.update(tick(at, 0) for at in ends if at is not None)
        return found

    # -------------------------------------------------------------- occurrences
    def matching(
        self, match: Match, bindings: Bindings, violation: Bindings | None = None
    ) -> list[Happening]:
        names = variables(match)
        key = (id(match), *(bindings.get(n) for n in names))
        if violation is None and key in self._matching:
            return self._matching[key]
        found = []
        for h in self.happenings[match.name]:
            fit = fits(match, h.params, bindings, violation)
            if fit > FALSE:
                found.append(h if fit == SURE or not h.sure else replace(h, sure=False))
        found.sort(key=lambda h: (h.hi, h.entry))
        if violation is None:
            self._matching[key] = found
        return found

    def is_closed(self, name: str) -> bool:
        """What is not recorded did not happen. A derived event is as closed as its trigger."""
        if name in self.derived:
            return self.is_closed(self.derived[name].trigger.name)
        return name in self.declared_closed

    def closed_over(self, name: str, start: int, end: int) -> bool:
        """What is not recorded of the event did not happen over `[start, end)`."""
        spans = self.complete.get(name, ())
        return self.is_closed(name) or any(f <= start and end <= u for f, u in spans)

    def declarations(self, name: str, start: int = SINCE_EVER, end: int = FOR_GOOD) -> Grounds:
        """The declarations of completeness on a name that overlap `[start, end)`.

        None where what is not recorded did not happen without them.
        """
        if self.is_closed(name):
            return NOTHING
        return frozenset(
            declared
            for declared in self.facts.complete
            if declared.name == name
            and (declared.from_ is None or declared.from_ < end)
            and (declared.until is None or declared.until > start)
        )

    # -------------------------------------------------------------- states
    def changes(self, state: StateType) -> dict[tuple[Value | None, ...], list[StateChange]]:
        """Per key, the occurrences that begin or end the state."""
        if state.name not in self._changes:
            found: dict[tuple[Value | None, ...], list[StateChange]] = {}
            for begins, matches in ((True, state.begins), (False, state.ends)):
                for match in matches:
                    for h in self.happenings[match.name]:
                        key = bound(match, h.params, {})
                        if key is not None:
                            surely = h.sure and surely_bound(match, h.params, {}, key)
                            by = h if surely or not h.sure else replace(h, sure=False)
                            at = tuple(key.get(p.name) for p in state.params)
                            found.setdefault(at, []).append(StateChange(by, begins))
            self._changes[state.name] = found
        return self._changes[state.name]

    def spans(self, state: StateType) -> dict[tuple[Value | None, ...], list[Happening]]:
        """Per key, the spans of the record in which the state held all the time."""
        found: dict[tuple[Value | None, ...], list[Happening]] = {}
        for h in self.happenings[state.held.name]:
            found.setdefault(tuple(h.params[p.name] for p in state.params), []).append(h)
        return found

    def in_state(self, match: Match, bindings: Bindings, x: int) -> Truth:
        """True if true for some key that matches; of keys never heard of, silence decides."""
        state = self.states[match.name]
        names = [p.name for p in state.params]
        closed = all(self.closed_over(b.name, SINCE_EVER, x + 1) for b in state.begins)
        unheard = Truth(
            FALSE if closed else POSSIBLE,
            because=NOTHING.union(*(self.declarations(b.name) for b in state.begins)),
        )
        single = len(match.args) == len(names) and all(
            a.op == "=" or (a.op == "in" and len(a.values) == 1) for a in match.args
        )
        changes, spans = self.changes(state), self.spans(state)
        values = [
            key_in_state(changes.get(key, []), spans.get(key, []), x, unheard)
            for key in dict.fromkeys([*changes, *spans])
            if fits(match, dict(zip(names, key, strict=True)), bindings) == SURE
        ]
        if not single or not values:
            values.append(unheard)
        return either(values)

    # -------------------------------------------------------------- measures
    def reading(self, measure: str, of: Value | None, x: int) -> Number:
        """The bounds of a measure: the best tier that is current; none: unknown.

        Where it is not sure which of several readings is the last, all that it may be.
        """
        readings = [r for r in self.readings_of(measure, of) if r.lo <= x]
        for tier in sorted({r.tier for r in readings}):
            mine = [r for r in readings if r.tier == tier]
            coming = [r for r in mine if x < r.hi]
            came = [r for r in mine if r.hi <= x]
            newest = max((r.lo for r in came), default=0)
            taken = [r for r in came if r.hi >= newest and x < self.stale(measure, r.hi)]
            if not coming and not taken:
                continue
            facts = (*taken, *coming)
            because: Grounds = frozenset(r.entry for r in facts)
            if any(x >= self.expiry(measure, r.hi) for r in taken):
                because |= self.declarations(measure)
            if not taken:
                return Number(-INFINITE, INFINITE, because, because, facts)
            low = min(-INFINITE if r.low is None else r.low for r in facts)
            high = max(INFINITE if r.high is None else r.high for r in facts)
            stale = max(self.stale(measure, r.hi) for r in taken)
            return Number(low, high, because, because, facts, stale)
        return exactly(None)

    def readings_of(self, measure: str, of: Value | None) -> list[ReadingFact]:
        if measure not in self._readings:
            by_subject: dict[Value | None, list[ReadingFact]] = {}
            for reading in self.facts.readings.get(measure, ()):
                by_subject.setdefault(reading.of, []).append(reading)
            self._readings[measure] = by_subject
        return self._readings[measure].get(of, [])

    def expiry(self, measure: str, read: int) -> int:
        """Tick at which a reading taken at tick `read` expires, without a later one."""
        silent_after = self.silence[measure]
        return FOR_GOOD if silent_after is None else read + silent_after * PHASES

    def stale(self, measure: str, read: int) -> int:
        """Tick at which a reading taken at tick `read` expires; completeness extends it."""
        expiry = self.expiry(measure, read)
        if expiry >= FOR_GOOD:
            return FOR_GOOD
        return max(
            [expiry] + [u for f, u in self.complete.get(measure, ()) if f <= expiry and u > read]
        )

    # -------------------------------------------------------------- sums and counts
    def total(self, of: Total, bindings: Bindings, x: int, since: tuple[int, int]) -> Number:
        """Bounds of a sum or count: in the last `window` microseconds, or since the opening."""
        low = high = Decimal(0)
        length = None if of.window is None else of.window * PHASES
        counted: list[Happening] = []
        lower: list[Happening] = []  # what the lower bound needs; the upper one needs the rest
        upper: list[Happening] = []
        for h in self.matching(of.match, bindings):
            amount = Decimal(1) if of.param is None else h.params.get(of.param)
            if length is None:
                surely, possibly = h.lo >= since[1] and h.hi <= x, h.fin > since[0] and h.lo <= x
            else:
                surely, possibly = h.hi <= x < h.lo + length, h.lo <= x < h.hi + length
            certain = h.sure and surely
            if possibly:
                counted.append(h)
            if not isinstance(amount, Decimal):
                if possibly:
                    high += INFINITE
                    upper.append(h)
            elif amount >= 0:
                low += amount if certain else 0
                high += amount if possibly else 0
                lower += [h] if certain and amount > 0 else []
            else:  # it takes back: at least where that is sure, at most where it is possible
                low += amount if possibly else 0
                high += amount if certain else 0
                upper += [h] if certain or possibly else []
        start = since[0] if length is None else max(SINCE_EVER, x - length)
        closed = x < start or self.closed_over(of.match.name, start, x + 1)
        name = of.match.name
        return Number(
            low,
            high if closed else INFINITE,
            NOTHING.union(*(h.grounds for h in lower)),
            NOTHING.union(self.declarations(name, start, x + 1), *(h.grounds for h in upper)),
            tuple(counted),
        )

    def counts_undecided(
        self, of: Total, bindings: Bindings, x: int, since: tuple[int, int]
    ) -> bool:
        """Whether an occurrence that a vague term leaves open may count in it."""
        gone = FOR_GOOD if of.window is None else of.window * PHASES
        return any(
            h.vague and h.lo <= x < h.hi + gone and (of.window is not None or h.fin > since[0])
            for h in self.matching(of.match, bindings)
        )

    # -------------------------------------------------------------- vague terms
    def held(self, match: Match, bindings: Bindings, x: int) -> HeldVague | None:
        """The account's own answer to a vague term, if it has one at tick `x`."""
        held = [
            h
            for h in self.norms.held
            if h.name == match.name
            and self.concerns(match, bindings, h.name, h.args)
            and (h.from_ is None or tick(h.from_, 0) <= x)
            and (h.until is None or x < tick(h.until, 0))
        ]
        return max(held, key=lambda h: SINCE_EVER if h.from_ is None else h.from_, default=None)

    def concerns(
        self, match: Match, bindings: Bindings, name: str, args: tuple[Value | None, ...]
    ) -> bool:
        names = [p.name for p in self.vagues[match.name].params]
        said = dict(zip(names, args, strict=True))
        return name == match.name and all(
            said.get(a.param) is None or passes(a, said, bindings) == SURE for a in match.args
        )

    def vague(self, match: Match, bindings: Bindings, x: int) -> Truth:
        """The last determination by a named body, else the account's own answer, else open; its
        own answer comes first where it outranks determinations."""
        held = self.held(match, bindings, x)
        if held is not None and held.outranks:
            return Truth(SURE if held.holds else FALSE)
        said = [
            d
            for d in self.facts.determinations
            if d.name == match.name
            and self.concerns(match, bindings, d.name, d.args)
            and d.by in self.vagues[match.name].deciders
        ]
        sure = [d for d in said if d.sure and d.hi <= x]
        if not sure:
            contrary = [d for d in said if held is not None and d.lo <= x and d.holds != held.holds]
            if held is None or contrary:
                return Truth(POSSIBLE, True, frozenset(d.entry for d in contrary))
            return Truth(SURE if held.holds else FALSE)
        decided = max(d.hi for d in sure)
        last_said = [d for d in sure if d.hi == decided]
        last_said += [d for d in said if decided <= d.lo <= x and (not d.sure or x < d.hi)]
        because: Grounds = frozenset(d.entry for d in last_said)
        answers = {d.holds for d in last_said}
        if len(answers) > 1:
            return Truth(POSSIBLE, True, because)
        return Truth(SURE if answers == {True} else FALSE, because=because)


class StateChange(NamedTuple):
    """One occurrence that begins (or ends) a state for one key."""

    by: Happening
    begins: bool


def key_in_state(
    changes: list[StateChange], spans: list[Happening], x: int, unheard: Truth
) -> Truth:
    """True in a span of the record; else the changes decide, and a span that is over says no."""
    begun = [h for h in spans if h.lo <= x]
    holding = [h for h in begun if x < h.fin]
    if any(h.sure for h in holding):
        return Truth(SURE, because=NOTHING.union(*(h.grounds for h in holding if h.sure)))
    over = [h for h in begun if h.sure]
    if over:
        unheard = Truth(FALSE, because=NOTHING.union(*(h.grounds for h in over)))
    changed = key_changed(changes, x, unheard)
    if not holding:
        return changed
    possible = Truth(POSSIBLE, because=NOTHING.union(*(h.grounds for h in holding)))
    return either([changed, possible])


def key_changed(changes: list[StateChange], x: int, unheard: Truth) -> Truth:
    """The last sure change decides, unless a possible contrary one came then or later."""
    sure = [c for c in changes if c.by.sure and c.by.hi <= x]
    possible = [c for c in changes if c.by.lo <= x and (not c.by.sure or c.by.lo < c.by.hi)]
    if not sure:
        begun = [c for c in possible if c.begins]
        if not begun:
            return unheard
        return Truth(POSSIBLE, any(c.by.vague for c in begun), grounds_of(begun))
    last = max(c.by.hi for c in sure)
    decisive = [c for c in sure if c.by.hi == last]
    ways = {c.begins for c in decisive}
    contrary = [c for c in possible if c.by.lo >= last and c.begins not in ways]
    because = grounds_of([*decisive, *contrary])
    if len(ways) > 1 or contrary:
        return Truth(POSSIBLE, any(c.by.vague for c in contrary), because)
    return Truth(SURE if ways == {True} else FALSE, because=because)


def grounds_of(changes: list[StateChange]) -> Grounds:
    return NOTHING.union(*(c.by.grounds for c in changes))


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def variables(match: Match) -> tuple[str, ...]:
    return tuple(n for arg in match.args if arg.value is not None for n in named(arg.value))


def named(expr: Expr) -> Iterator[str]:
    if isinstance(expr, Var):
        yield expr.name
    elif isinstance(expr, Arith):
        yield from named(expr.left)
        yield from named(expr.right)


def instant(tick_: int) -> int:
    """A tick cut to the beginning of its instant."""
    return tick(micros_of(tick_), 0)
