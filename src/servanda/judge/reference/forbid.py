"""`must not E`, for the reference judge: violations and their cures (docs/meaning.md, 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from servanda.judge.reference.instance import (
    COMMON,
    COMMON_PARTS,
    Condition,
    Instance,
    Parts,
    open_overlays,
)
from servanda.judge.reference.interfaces import Breach, Duty, narrowed
from servanda.judge.reference.truth import (
    FALSE,
    NOTHING,
    POSSIBLE,
    SURE,
    Grounds,
    Truth,
    both,
    either,
)
from servanda.judge.reference.world import FOR_GOOD, Happening, fits
from servanda.judge.statuses import Code
from servanda.judge.verdict import Bindings
from servanda.semantics.clock import FACT, PHASES, latest, micros_of, tick
from servanda.semantics.norms import acted_out


class Violation:
    """One forbidden act: sure, possible, or none, and until when it stays open."""

    def __init__(self, act: Happening, sure: bool) -> None:
        self.act = act
        self.sure_in_window = sure
        self.at_lo: int | None = None
        self.level = FALSE
        self.opened_at: int | None = None  # the tick from which it is possible
        self.read = False
        self.vague = False  # a vague term leaves it open
        self.because: Grounds = NOTHING  # what it rests on that nothing that prevails has it done
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
        "over, left open": lambda of, x: (
            (of.over_for_good("en", x) or of.CONDITIONS["lapsed"](of, x))
            and of.now_open(x) == POSSIBLE
        ),
        "over, left open, vague": lambda of, x: (
            of.CONDITIONS["over, left open"](of, x) and of.possible_is_vague(x)
        ),
        "never bound": lambda of, x: of.bound_since is None,
        "in breach then": lambda of, x: of.open_then == SURE,
        "verdict open": lambda of, x: (
            of.open_then == POSSIBLE or of.silent_then or (of.possible_before(x) and not of.had)
        ),
        "verdict open, vague": lambda of, x: (
            of.CONDITIONS["verdict open"](of, x) and of.possible_is_vague(x)
        ),
    }
    PARTS: ClassVar[dict[str, Parts]] = COMMON_PARTS | {
        "breach": Parts(
            {
                "violation": lambda of, x: any(v.level > FALSE for v in of.acts or ()),
                "sure violation": lambda of, x: of.had,
                "not cured": lambda of, x: of.now_open(x) == SURE,
            }
        ),
        "left open": Parts(
            open_overlays("su", "ex", "idle", "en", "wa", "re")
            | {
                "violation open": lambda of, x: of.now_open(x) == POSSIBLE,
                "silence open": lambda of, x: of.silent(x),
            },
            any=True,
        ),
    }

    acts: list[Violation] | None = None
    bound_since: int | None = None
    had = False
    ended_at: int | None = None  # the tick from which on the duty is over
    silent_then = False  # silence left it open whether it was kept, just before that
    open_then = FALSE  # whether a violation was open just before it was waived or released

    def comes(self, hi: int, sure: bool) -> None:
        super().comes(hi, sure)
        for violation in self.acts or ():
            act = violation.act
            inside = self.in_window(act)
            violation.sure_in_window = act.sure and inside == SURE
            violation.read = False

    def found(self) -> list[Violation]:
        if self.acts is None:
            assert self.rule.action is not None
            self.acts = []
            for act in self.acts_under(self.rule.action):
                inside = self.in_window(act)
                if inside > FALSE:
                    self.acts.append(Violation(act, act.sure and inside == SURE))
        return self.acts

    def first_overlays(self, x: int) -> tuple[Truth, ...]:
        gates = self.gates(x)
        return gates.en, gates.wa, gates.re, gates.su, gates.idle, gates.ex

    def advance(self, x: int) -> None:
        gates = self.gates(x)
        inside = self.inside(x)
        if self.ended_at is None and self.is_over(x):
            self.ended_at, self.silent_then = x, self.silent(x - 1)
            if self.over_for_good("wa", x) or self.over_for_good("re", x):
                self.open_then = self.now_open(x - 1)
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
            violation.at_lo = self.forbidden_at(violation, act.lo)
            if violation.at_lo > FALSE:
                self.opens(violation, POSSIBLE, x, act.lo)
            if x < act.hi:
                self.walk.schedule(act.hi)
        if not violation.read and violation.at_lo is not None and x >= act.hi:
            at_hi = self.forbidden_at(violation, act.hi)
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

    def forbidden_at(self, violation: Violation, at: int) -> int:
        """How surely the duty binds at a tick, and no rule that prevails has the act done."""
        excused = self.excused_act(violation.act, at)
        violation.because |= excused.because
        return min(self.bound_at(at), 2 - excused.value)

    def excused_act(self, act: Happening, at: int) -> Truth:
        """Whether an instance binds that prevails and asks for or permits the act."""
        return either(
            [
                both([other.felt("binding", at), Truth(does(act, other))])
                for other in self.having_done(act)
            ]
        )

    def having_done(self, act: Happening) -> Iterator[Instance]:
        """The instances of rules that prevail which ask for or permit the act."""
        for one in self.rule.yields_to:
            is_meant = narrowed(one.status, self.bindings)
            for id_ in one.status.rules if one.by_act else ():
                found: Sequence[Instance] = self.walk.instances_of(id_)
                yield from (other for other in found if is_meant(other) and does(act, other))

    def opens(self, violation: Violation, level: int, x: int, read: int) -> None:
        """At tick `x`, by the overlays of the duty at tick `read`."""
        if violation.level == FALSE:
            violation.opened_at = x
            self.set_cures(violation)
            violation.vague = self.gates(read).vague
            violation.breach = self.walk.breach(self, x, violation.act.entry, violation.vague)
            if violation.act.by_the_day:
                violation.breach.till = violation.act.fin
        violation.level = max(violation.level, level)

    def set_cures(self, violation: Violation) -> None:
        if self.rule.cured_by is None:
            return
        act, end, sure_end = violation.act, FOR_GOOD, FOR_GOOD
        if (within := self.rule.cure_within) is not None:
            deadline = self.walk.world.counting.deadline
            by = latest(micros_of(act.hi), micros_of(act.till), within.is_exact)
            end = tick(deadline(by, within), 0)
            sure_end = tick(deadline(micros_of(act.hi), within), 0)
        cures = [
            h
            for h in self.walk.world.matching(self.rule.cured_by, self.bindings, act.params)
            if h.lo >= act.hi and h.lo < end
        ]
        violation.cures = cures
        violation.sure_end = min((h.lo for h in cures), default=FOR_GOOD)
        sure = [h for h in cures if h.sure and h.fin <= sure_end]
        if sure:
            violation.last_end, violation.cure = min((h.hi, h.entry) for h in sure)

    def now_open(self, x: int) -> int:
        return max((v.open(x) for v in self.acts or ()), default=FALSE)

    def possible_before(self, x: int) -> bool:
        """An act may have violated the duty by tick `x`."""
        return any(v.opened_at is not None and v.opened_at <= x for v in self.acts or ())

    def possible_is_vague(self, x: int) -> bool:
        """A vague term leaves open whether an act by tick `x` violated it."""
        acts = (v for v in self.acts or () if v.opened_at is not None and v.opened_at <= x)
        return any(v.level == POSSIBLE and v.vague for v in acts)

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
                found |= v.act.grounds | v.because | {h.entry for h in v.cures if h.lo <= x}
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

    def opening_acts(self, x: int, status: Code) -> tuple[str, ...]:
        if status == "broken":
            return tuple(act.entry for act in self.latest(x))
        if status == "cured":
            return tuple(sorted({v.cure for v in self.acts or () if v.last_end == x}))
        return ()

    def in_breach(self, x: int) -> int:
        if self.over_for_good("wa", x) or self.over_for_good("re", x):
            return FALSE
        return self.now_open(x)


def does(act: Happening, duty: Duty) -> int:
    """How surely an act is one that a duty asks for, or a permission permits."""
    return fits(acted_out(duty.rule), act.params, duty.bindings)
