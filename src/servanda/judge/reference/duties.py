"""The kinds of duty, for the naive judge: docs/meaning.md, 3, one class a kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from servanda.judge.reference.exercises import (
    PowerUse,
    exercises_of,
    joint_levels,
    same_joint,
    uses_of,
)
from servanda.judge.reference.instance import COMMON, Condition, Instance
from servanda.judge.reference.interfaces import Breach
from servanda.judge.reference.truth import (
    FALSE,
    NOTHING,
    POSSIBLE,
    SURE,
    Grounds,
    Truth,
    both,
    either,
    negated,
)
from servanda.judge.reference.world import FOR_GOOD, SINCE_EVER, Happening
from servanda.judge.verdict import Bindings, Status
from servanda.semantics.clock import FACT, PHASES, micros_of, tick
from servanda.semantics.norms import Always


class Keep(Instance):
    """`must keep C`: episodes of breach over the stretches where C does not hold."""

    CONDITIONS: ClassVar[dict[str, Condition]] = COMMON | {
        "breach": lambda of, x: of.open_sure,
        "left open": lambda of, x: of.gates(x).unbound == POSSIBLE or of.open_possible,
        "left open, vague": lambda of, x: of.CONDITIONS["left open"](of, x) and of.left_open(x),
        "time to cure": lambda of, x: (of.onset_sure, of.onset_possible) != (None, None),
        "was broken": lambda of, x: of.had,
    }

    onset_sure: int | None = None  # the first surely binding tick of this stretch of violation
    onset_possible: int | None = None
    open_sure = False
    open_possible = False
    had = False  # an episode lies behind
    violated = Truth(SURE)
    onset_because: Grounds = NOTHING  # what the episode's beginning rested on
    was_open = False
    broken_off: Breach | None = None

    def advance(self, x: int) -> None:
        self.had = self.had or self.open_sure
        gates, inside = self.gates(x), self.inside(x)
        self.violated = self.truth(self.rule.keep or Always(True), x)
        surely, possibly = self.violated.value == FALSE, self.violated.value <= POSSIBLE
        # Powers and windows come before the facts of their instant: no breach begins in between.
        settled = x % PHASES >= FACT or x <= SINCE_EVER
        bound_sure = settled and inside == SURE and gates.over == FALSE
        bound_possible = (
            settled and inside >= POSSIBLE and gates.unbound < SURE and gates.ex.value < SURE
        )
        before = self.onset_sure, self.onset_possible
        self.onset_sure = onset(self.onset_sure, surely, bound_sure, x)
        self.onset_possible = onset(self.onset_possible, possibly, bound_possible, x)
        if before != (self.onset_sure, self.onset_possible):
            self.onset_because |= self.violated.because | gates.because
        self.open_sure = self.counts(self.onset_sure, x)
        self.open_possible = self.counts(self.onset_possible, x)
        self.tell_remedy(x)
        if x >= max(self.window.c_hi, self.window.o_hi, self.sure_from):
            self.finished = x % PHASES >= FACT

    def counts(self, since: int | None, x: int) -> bool:
        """An episode counts at once, or once the time to cure has run out."""
        if since is None or self.rule.cure_within is None:
            return since is not None
        if since <= SINCE_EVER:
            return True
        last = tick(self.walk.world.counting.deadline(micros_of(since), self.rule.cure_within), 0)
        self.walk.schedule(last)
        return x >= last

    def tell_remedy(self, x: int) -> None:
        """A breach begins while the window is open, also where there is time to cure."""
        open_sure = self.open_sure and x < self.window.c_lo
        if not (self.open_possible and x < self.window.c_hi):
            self.broken_off = None
        elif self.broken_off is None:
            self.broken_off = self.walk.breach(self, x, self.trigger, self.left_open(x))
        if open_sure and not self.was_open:
            if self.broken_off is None or self.broken_off.hi < FOR_GOOD:
                self.broken_off = self.walk.breach(self, x, self.trigger, self.left_open(x))
            self.walk.breach_comes(self.broken_off, x, x >= self.sure_from)
        self.was_open = open_sure

    def undecided(self, x: int) -> bool:
        return self.violated.vague

    def acts_because(self, x: int) -> Grounds:
        return self.onset_because | self.truth(self.rule.keep or Always(True), x).because

    def in_breach(self, x: int) -> int:
        gates = self.gates(x)
        over = max(gates.wa.value, gates.re.value, gates.en.value)
        if self.open_sure and over == FALSE and x < self.window.c_lo:
            return SURE
        return int(self.open_possible and over < SURE and x < self.window.c_hi)


def onset(before: int | None, violated: bool, bound: bool, x: int) -> int | None:
    """Where the episode in this stretch of violation began."""
    if not violated:
        return None
    return x if before is None and bound else before


class Violation:
    """One forbidden act: sure, possible, or none, and until when it stays open."""

    def __init__(self, act: Happening, sure: bool) -> None:
        self.act = act
        self.sure_in_window = sure
        self.at_lo: int | None = None
        self.level = FALSE
        self.opened_at: int | None = None  # the tick from which it is possible
        self.read = False
        self.sure_end = FOR_GOOD
        self.last_end = FOR_GOOD
        self.cure: str = ""
        self.cures: list[Happening] = []
        self.breach: Breach | None = None

    def open(self, x: int) -> int:
        if self.level == SURE and x < self.sure_end:
            return SURE
        return int(self.level > FALSE and x < self.last_end)


class Forbid(Instance):
    """`must not E`: every matching act is a violation, open until it is cured."""

    CONDITIONS: ClassVar[dict[str, Condition]] = COMMON | {
        "doubted violation": lambda of, x: (
            x < of.sure_from and (x < of.window.o_hi or of.now_open(x) == SURE)
        ),
        "doubted violation, vague": lambda of, x: (
            of.doubt_is_vague and of.CONDITIONS["doubted violation"](of, x)
        ),
        "breach": lambda of, x: of.now_open(x) == SURE,
        "left open, vague": lambda of, x: of.gates(x).vague,
        "left open": lambda of, x: POSSIBLE in (of.gates(x).over, of.now_open(x)) or of.silent(x),
        "was broken": lambda of, x: of.had,
    }

    acts: list[Violation] | None = None
    bound_since: int | None = None
    had = False

    def comes(self, hi: int, sure: bool) -> None:
        super().comes(hi, sure)
        for violation in self.acts or ():
            act = violation.act
            inside = self.in_window(act.lo, act.hi, act.fin)
            violation.sure_in_window = act.sure and inside == SURE
            violation.read = False

    def found(self) -> list[Violation]:
        if self.acts is None:
            assert self.rule.action is not None
            self.acts = []
            for act in self.walk.world.matching(self.rule.action, self.bindings):
                inside = self.in_window(act.lo, act.hi, act.fin)
                if inside > FALSE:
                    self.acts.append(Violation(act, act.sure and inside == SURE))
        return self.acts

    def advance(self, x: int) -> None:
        gates = self.gates(x)
        inside = self.inside(x)
        if self.bound_since is None and inside > FALSE and gates.over < SURE:
            self.bound_since = x
        if inside == FALSE and x < self.window.o_lo:
            return
        for violation in self.found():
            self.read(violation, x)
            breach = violation.breach
            if breach and violation.read and breach.hi >= FOR_GOOD:
                sure = violation.level == SURE and self.sure_from < FOR_GOOD
                self.walk.breach_comes(breach, max(x, self.sure_from) if sure else x, sure)
        self.had = any(v.level == SURE for v in self.found())
        if x >= max(self.window.c_hi, self.window.o_hi, self.hi) and x % PHASES >= FACT:
            settled = self.rule.cured_by is None or self.now_open(x) == FALSE
            self.finished = settled and all(v.act.hi <= x for v in self.found())

    def read(self, violation: Violation, x: int) -> None:
        """Bound and excused are read at both ends of the act's date: sure needs both."""
        act = violation.act
        if violation.at_lo is None and x >= act.lo:
            violation.at_lo = self.bound_at(act.lo)
            if violation.at_lo > FALSE:
                self.opens(violation, POSSIBLE, x, act.lo)
            if x < act.hi:
                self.walk.schedule(act.hi)
        if not violation.read and violation.at_lo is not None and x >= act.hi:
            at_hi = self.bound_at(act.hi)
            if violation.sure_in_window and min(violation.at_lo, at_hi) == SURE:
                self.opens(violation, SURE, x, act.hi)
            elif at_hi > FALSE:
                self.opens(violation, POSSIBLE, x, act.hi)
            violation.read = True

    def bound_at(self, at: int) -> int:
        gates = self.gates(at)
        if SURE in (gates.unbound, gates.ex.value):
            return FALSE
        return SURE if gates.over == FALSE else POSSIBLE

    def opens(self, violation: Violation, level: int, x: int, read: int) -> None:
        """At tick `x`, by the overlays of the duty at tick `read`."""
        if violation.level == FALSE:
            violation.opened_at = x
            self.set_cures(violation)
            vague = self.gates(read).vague
            violation.breach = self.walk.breach(self, x, violation.act.entry, vague)
        violation.level = max(violation.level, level)

    def set_cures(self, violation: Violation) -> None:
        if self.rule.cured_by is None:
            return
        act, end = violation.act, FOR_GOOD
        if self.rule.cure_within is not None:
            counting = self.walk.world.counting
            end = tick(counting.deadline(micros_of(act.hi), self.rule.cure_within), 0)
        cures = [
            h
            for h in self.walk.world.matching(self.rule.cured_by, self.bindings, act.params)
            if h.lo >= act.hi and h.lo < end
        ]
        violation.cures = cures
        violation.sure_end = min((h.lo for h in cures), default=FOR_GOOD)
        sure = [h for h in cures if h.sure and h.hi < end]
        if sure:
            violation.last_end, violation.cure = min((h.hi, h.entry) for h in sure)

    def now_open(self, x: int) -> int:
        return max((v.open(x) for v in self.acts or ()), default=FALSE)

    def silent(self, x: int) -> bool:
        """Nobody says that the record is complete on the event since the duty was first bound."""
        assert self.rule.action is not None
        return self.bound_since is not None and not self.walk.world.closed_over(
            self.rule.action.name, self.bound_since, x + 1
        )

    def acts_because(self, x: int) -> Grounds:
        assert self.rule.action is not None
        found = self.walk.world.declarations(self.rule.action.name)
        for v in self.acts or ():
            if v.level > FALSE and v.act.lo <= x:
                found |= v.act.grounds | {h.entry for h in v.cures if h.lo <= x}
        return found

    def latest(self, x: int) -> list[Happening]:
        """The acts that surely violated at the last tick at which any did, by entry."""
        acts = [v.act for v in self.acts or () if v.level == SURE and v.act.hi <= x]
        last = max((act.hi for act in acts), default=None)
        return sorted((act for act in acts if act.hi == last), key=lambda act: act.entry)

    def breaches(self, x: int) -> tuple[tuple[int, tuple[str, ...]] | None, tuple[Bindings, ...]]:
        acts = self.latest(x)
        if not acts:
            return None, ()
        told = acts[0].hi, tuple(act.entry for act in acts)
        return told, tuple(tuple(act.params.items()) for act in acts)

    def opening_acts(self, x: int, status: Status) -> tuple[str, ...]:
        if status == "broken":
            return tuple(act.entry for act in self.latest(x))
        if status == "cured":
            return tuple(sorted({v.cure for v in self.acts or () if v.last_end == x}))
        return ()

    def in_breach(self, x: int) -> int:
        if self.over_for_good("wa", x) or self.over_for_good("re", x):
            return FALSE
        return self.now_open(x)


class May(Instance):
    """A power or permission: whether it is open, and whether it has been used."""

    CONDITIONS: ClassVar[dict[str, Condition]] = COMMON | {
        "used": lambda of, x: of.used(x).value == SURE,
        "shut": lambda of, x: SURE in (of.gates(x).idle.value, of.gates(x).ex.value),
        "left open": lambda of, x: any(t.value == POSSIBLE for t in of.deciding(x)),
        "left open, vague": lambda of, x: (
            of.CONDITIONS["left open"](of, x) and any(t.vague for t in of.deciding(x))
        ),
    }

    _uses: list[PowerUse] | None = None

    def uses(self) -> list[PowerUse]:
        if self._uses is None:
            self._uses = list(exercises_of(self))
        return self._uses

    def open_to_exercise(self, micros: int) -> Truth:
        """Conditions at phase 1 of the instant; overlays of the power just before it."""
        return self.open_at(tick(micros, FACT), tick(micros, 0) - 1)

    def open_at(self, at: int, before: int) -> Truth:
        """Conditions at a tick; overlays of the power at the tick before."""
        over = [self.idle(at), self.excused(at), self.suspended(before), self.ended(before)]
        return both([Truth(self.inside(at)), *map(negated, over), self.is_there(at)])

    def used(self, x: int) -> Truth:
        assert self.rule.power is not None
        if self.rule.power.joint:
            together = joint_levels(self.walk, self.rule, x).values()
            return either([both(levels) for levels in together])
        return either([u.level(x) for u in self.uses()])

    def acts_because(self, x: int) -> Grounds:
        return self.used(x).because

    def advance(self, x: int) -> None:
        for use in self.uses():
            if x >= use.lo:
                use.watch(x)

    def deciding(self, x: int) -> tuple[Truth, ...]:
        """What leaves it unknown, where any of it is open, whether the power is open."""
        gates = self.gates(x)
        return (gates.su, gates.en, self.used(x), gates.idle, gates.ex)

    def opening_acts(self, x: int, status: Status) -> tuple[str, ...]:
        if status != "kept":
            return ()
        begun = (u.entry for u in self.all_uses() if u.begins == x and u.level(x).value == SURE)
        return tuple(sorted(begun)[:1])

    def all_uses(self) -> Iterator[PowerUse]:
        """Its uses, or those of all who hold it together."""
        assert self.rule.power is not None
        if not self.rule.power.joint:
            yield from self.uses()
            return
        for rule in self.walk.norms.rules:
            if same_joint(rule, self.rule):
                yield from uses_of(self.walk, rule)
