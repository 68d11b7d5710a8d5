"""Which entries opened each span: docs/meaning.md, 8, read off a walk that has ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from servanda.judge.reference.achieve import Achieve
from servanda.judge.reference.conditions import NO_OPENING, numbers
from servanda.judge.reference.exercises import (
    PowerUse,
    covers,
    overlay,
    same_joint,
    touching,
    uses_of,
)
from servanda.judge.reference.forbid import Forbid
from servanda.judge.reference.instance import Change, Instance
from servanda.judge.reference.interfaces import narrowed
from servanda.judge.reference.may import May
from servanda.judge.reference.truth import SURE, Truth
from servanda.judge.reference.world import (
    SINCE_EVER,
    Bindings,
    Happening,
    bound,
    fits,
    instant,
    scalar,
)
from servanda.semantics.clock import PHASES
from servanda.semantics.norms import (
    And,
    AtMatch,
    AtTime,
    AtVar,
    Cond,
    Expr,
    First,
    Happened,
    InState,
    IsVague,
    Match,
    MeasureChange,
    MeasureReading,
    Not,
    Or,
    Point,
    RuleStatus,
    Total,
    Var,
    excuse_of,
)

OPEN = ("unknown", "undetermined")
Begin = tuple[Instance, int]
"""An instance, and the instant in which one of its spans begins."""


class Openings:
    """Finds the entries that opened the spans of a walk's instances.

    `spans`: the spans of every instance as they are shown, their beginnings cut to instants.
    """

    def __init__(self, spans: dict[Instance, list[Change]], now: int) -> None:
        self.begins = {(of, span.at): span for of, found in spans.items() for span in found}
        self.firsts = {of: found[0].at for of, found in spans.items() if found}
        self.now = now
        self.known: dict[Begin, tuple[frozenset[str], frozenset[Begin]]] = {}

    def entries(self, of: Instance, at: int) -> tuple[str, ...]:
        """Of the span of an instance that begins at `at`, by id: its own, and those of the spans it
        follows from in that instant, directly or through others."""
        found: set[str] = set()
        waiting, seen = [(of, at)], {(of, at)}
        while waiting:
            own, others = self.opened(waiting.pop())
            found |= own
            waiting += others - seen
            seen |= others
        return tuple(sorted(found))

    def opened(self, begin: Begin) -> tuple[frozenset[str], frozenset[Begin]]:
        """The entries that opened a span by themselves, and the spans that it follows from."""
        if begin not in self.known:
            found = list(self.openers(*begin))
            self.known[begin] = (
                frozenset(each for each in found if isinstance(each, str)),
                frozenset(each for each in found if not isinstance(each, str) and each != begin),
            )
        return self.known[begin]

    def openers(self, of: Instance, at: int) -> Iterator[str | Begin]:
        first = self.firsts[of] == at
        if first and of.trigger is not None:
            yield of.trigger
        if at <= SINCE_EVER:
            return
        if first:
            yield from self.origin(of, at)
        acts = self.acts(of, self.begins[of, at])
        yield from acts
        if not acts:
            if isinstance(of, Forbid):
                yield from doubtful_acts(of, at)
            yield from self.conditions(of, at)
            yield from self.overlays(of, at)
            yield from bounds(of, at)

    def acts(self, of: Instance, span: Change) -> tuple[str, ...]:
        """The acts that began a span, a performance that leaves the duty unknown among them."""
        if isinstance(of, Achieve) and of.possible is not None and span.status in OPEN:
            return of.possible_entries() if instant(of.possible[0]) == span.at else ()
        return span.acts

    def begun(self, of: Instance, at: int) -> Iterator[Begin]:
        if (of, at) in self.begins:
            yield of, at

    def origin(self, of: Instance, at: int) -> Iterator[str | Begin]:
        """The breach that a remedy answers, or the condition that has become true."""
        if of.parent is not None:
            yield from self.begun(of.parent, at)
        if of.rule.trigger is not None and of.rule.trigger.cond is not None:
            yield from self.turned(of, of.rule.trigger.cond, at, None)

    # -------------------------------------------------------------- conditions
    def conditions(self, of: Instance, at: int) -> Iterator[str | Begin]:
        rule = of.rule
        for cond in (rule.keep, rule.while_, excuse_of(rule)):
            if cond is not None:
                yield from self.turned(of, cond, at, of.bindings)

    def around(self, at: int) -> tuple[int, int]:
        """The ticks just before an instant, and at its end."""
        return at - 1, min(at + PHASES - 1, self.now)

    def turned(
        self, of: Instance, cond: Cond, at: int, bindings: Bindings | None
    ) -> Iterator[str | Begin]:
        """Facts that changed a condition at an instant; `bindings` None: the trigger's."""
        if self.truths(of, cond, at, bindings)[0] == self.truths(of, cond, at, bindings)[1]:
            return
        if isinstance(cond, And | Or):
            for item in cond.items:
                yield from self.turned(of, item, at, bindings)
        elif isinstance(cond, Not):
            yield from self.turned(of, cond.item, at, bindings)
        elif isinstance(cond, RuleStatus):
            is_meant = narrowed(cond, bindings or {})
            for rule in cond.rules:
                for other in of.walk.instances_of(rule):
                    if is_meant(other):
                        yield from self.begun(other, at)
        else:
            yield from facts_at(of, cond, at, bindings)

    def truths(
        self, of: Instance, cond: Cond, at: int, bindings: Bindings | None
    ) -> tuple[Truth, Truth]:
        before, after = self.around(at)
        if bindings is None:
            truth = of.walk.conditions.truth
            return truth(cond, {}, before, NO_OPENING), truth(cond, {}, after, NO_OPENING)
        return of.truth(cond, before), of.truth(cond, after)

    # -------------------------------------------------------------- overlays
    def overlays(self, of: Instance, at: int) -> Iterator[str | Begin]:
        """Uses of powers whose effect on the duty begins or ends, and the agreement's term."""
        before, after = self.around(at)
        rule, norms = of.rule, of.walk.norms
        for verb in ("suspend", "waive", "release"):
            if overlay(of, verb, before) != overlay(of, verb, after):
                yield from self.uses_turned(uses_over(of, verb), at)
        if of.ended(before) != of.ended(after):
            for verb in ("end",) if rule.survives else ("end", "end_all"):
                yield from self.uses_turned(uses_over(of, verb), at)
            if rule.trigger is None:
                yield from self.uses_turned(uses_over(of, "amend", away_from=rule.version), at)
            if norms.force_until is not None and not rule.survives:
                yield from anchors(of, norms.force_until, {}, at)
        if of.waiting(before) != of.waiting(after):
            if rule.needs_creation:
                yield from self.uses_turned(uses_over(of, "create"), at)
            if rule.version is not None and rule.trigger is None:
                yield from self.uses_turned(uses_over(of, "amend", to=rule.version), at)
            if norms.force_from is not None:
                yield from anchors(of, norms.force_from, {}, at)
        if isinstance(of, May):
            joint = rule.power is not None and rule.power.joint
            if not joint or of.used(before) != of.used(after):
                yield from self.uses_turned(of.all_uses(), at)

    def uses_turned(self, uses: Iterable[PowerUse], at: int) -> Iterator[str | Begin]:
        """What begins the effect of some uses in an instant, and what ends that of others: a
        resumption, or whatever turned the power's own `while`."""
        before, after = self.around(at)
        for use in uses:
            was, is_ = use.level(before), use.level(after)
            if is_.value < was.value:
                for resumed in use.resumed:
                    if at in (instant(resumed.lo), instant(resumed.hi)):
                        yield resumed.entry
                assert isinstance(use.power, Instance)
                yield from self.begun(use.power, at)
            elif is_ != was and at in (instant(use.lo), instant(use.hi), instant(use.begins)):
                yield use.entry


def uses_over(
    of: Instance, verb: str, to: str | None = None, away_from: str | None = ""
) -> Iterator[PowerUse]:
    """The uses, so far, of the powers of a verb that cover an instance; as `overlay` has them."""
    for power in touching(of.walk, of.rule, verb):
        does = power.power
        assert does is not None
        if (to is not None and does.amendment != to) or does.amendment == away_from:
            continue
        if power.id == of.rule.id or (does.joint and same_joint(power, of.rule)):
            continue
        yield from (use for use in uses_of(of.walk, power) if covers(use, of))


def doubtful_acts(of: Forbid, at: int) -> Iterator[str]:
    """Violations that are possible from an instant on, and cures that may close some in it."""
    for violation in of.acts or ():
        if violation.opened_at is None:
            continue
        if instant(violation.opened_at) == at:
            yield violation.act.entry
        if instant(violation.sure_end) == at:
            yield min(violation.cures, key=lambda h: (h.lo, h.entry)).entry
        if instant(violation.last_end) == at:
            yield violation.cure


# ------------------------------------------------------------------ facts
def facts_at(of: Instance, cond: Cond, at: int, bindings: Bindings | None) -> Iterator[str]:
    """The facts that a condition reads and that come, or cease to count, in an instant."""
    walk, given = of.walk, bindings or {}
    if isinstance(cond, InState):
        yield from state_changes(of, cond.match, given, at)
    elif isinstance(cond, IsVague):
        vague = walk.world.vagues[cond.match.name]
        names = [p.name for p in vague.params]
        for d in walk.world.facts.determinations:
            said = dict(zip(names, d.args, strict=False))
            decides = d.name == vague.name and d.by in vague.deciders
            comes = at in (instant(d.lo), instant(d.hi))
            if decides and comes and fits(cond.match, said, given) == SURE:
                yield d.entry
    elif isinstance(cond, Happened):
        yield from counted(of, Total(cond.match, None, cond.window), given, at, SINCE_EVER)
    else:
        opened = instant(of.window.o_lo) if bindings is not None else SINCE_EVER
        for number in numbers(cond):
            yield from number_at(of, number, given, at, opened)


def number_at(of: Instance, number: Expr, given: Bindings, at: int, opened: int) -> Iterator[str]:
    if isinstance(number, Total):
        yield from counted(of, number, given, at, opened)
    elif isinstance(number, MeasureReading | MeasureChange):
        window = number.window if isinstance(number, MeasureChange) else None
        subject = None if number.of is None else scalar(number.of, given)
        there = [
            r
            for r in of.walk.world.facts.readings.get(number.measure, ())
            if r.of == subject and comes_at(at, r.lo, r.hi, window)
        ]
        best = min((r.tier for r in there), default=0)
        yield from (r.entry for r in there if r.tier == best)


def comes_at(at: int, lo: int, hi: int, window: int | None) -> bool:
    """Whether a fact comes in an instant, or leaves a window of so many microseconds then."""
    ticks = [lo, hi]
    if window is not None:
        ticks += [lo + window * PHASES, hi + window * PHASES]
    return at in map(instant, ticks)


def counted(of: Instance, total: Total, given: Bindings, at: int, opened: int) -> Iterator[str]:
    """Occurrences that begin or cease to count; of those so far, none before the opening."""
    for h in of.walk.world.matching(total.match, given):
        there = total.window is not None or h.fin > opened
        if there and comes_at(at, h.lo, h.hi, total.window):
            yield h.entry


def state_changes(of: Instance, match: Match, given: Bindings, at: int) -> Iterator[str]:
    state = of.walk.world.states[match.name]
    for change in state.changes:
        for h in of.walk.world.happenings[change.name]:
            key = bound(change, h.params, {})
            ends = h.fin if change is state.held else h.hi
            if key is not None and comes_at(at, h.lo, ends, None):
                told = {p.name: key.get(p.name) for p in state.params}
                if fits(match, told, given) == SURE:
                    yield h.entry


# ------------------------------------------------------------------ windows
def bounds(of: Instance, at: int) -> Iterator[str]:
    """The occurrences that open or close the window in an instant."""
    window, said = of.window, of.rule.window
    if said.opens is not None and at in (instant(window.o_lo), instant(window.o_hi)):
        yield from anchors(of, said.opens, of.bindings, at)
    if at in (instant(window.c_lo), instant(window.c_hi)):
        for point, _ in said.closes:
            yield from anchors(of, point, of.bindings, at)


def anchors(of: Instance, point: Point, given: Bindings, at: int) -> Iterator[str]:
    """The occurrences that a point in time counts from, where they come in that instant."""
    if isinstance(point, AtMatch):
        found = of.walk.world.matching(point.match, given)
        yield from earliest([h for h in found if h.sure], "hi", at)
        yield from earliest(found, "lo", at)
    elif isinstance(point, First):
        for each in point.points:
            yield from anchors(of, each, given, at)
    elif not isinstance(point, AtTime | AtVar | Var):
        yield from anchors(of, point.point, given, at)


def earliest(found: list[Happening], end: str, at: int) -> Iterator[str]:
    first = min(found, key=lambda h: (getattr(h, end), h.entry), default=None)
    if first is not None and instant(getattr(first, end)) == at:
        yield first.entry
