"""`must keep C`, for the reference judge: episodes of breach (docs/meaning.md, 3)."""

from __future__ import annotations

from typing import ClassVar

from servanda.judge.reference.instance import (
    COMMON,
    COMMON_PARTS,
    Condition,
    Instance,
    Parts,
    open_overlays,
)
from servanda.judge.reference.interfaces import Breach
from servanda.judge.reference.truth import (
    FALSE,
    NOTHING,
    POSSIBLE,
    SURE,
    Grounds,
    Truth,
)
from servanda.judge.reference.world import FOR_GOOD, SINCE_EVER
from servanda.semantics.clock import FACT, PHASES, micros_of, tick
from servanda.semantics.norms import Always


class Keep(Instance):
    """`must keep C`: episodes of breach over the stretches where C does not hold."""

    CONDITIONS: ClassVar[dict[str, Condition]] = COMMON | {
        "breach": lambda of, x: of.open_sure,
        "left open": lambda of, x: (
            POSSIBLE in (of.gates(x).unbound, of.gates(x).ex.value) or of.open_possible
        ),
        "left open, vague": lambda of, x: of.CONDITIONS["left open"](of, x) and of.left_open(x),
        "time to cure": lambda of, x: (of.onset_sure, of.onset_possible) != (None, None),
        "was broken": lambda of, x: of.had,
        "never bound": lambda of, x: not of.was_bound,
        "in breach then": lambda of, x: of.at_end[0],
        "verdict open": lambda of, x: of.at_end[1] or (of.was_possible and not of.had),
        "verdict open, vague": lambda of, x: (
            of.CONDITIONS["verdict open"](of, x) and of.was_undecided
        ),
    }
    PARTS: ClassVar[dict[str, Parts]] = COMMON_PARTS | {
        "breach": Parts(
            {
                "may fail": lambda of, x: of.violated.value < SURE,
                "fails": lambda of, x: of.violated.value == FALSE,
                "bound as it began to fail": lambda of, x: of.onset_sure is not None,
                "time to cure over": lambda of, x: of.open_sure,
            }
        ),
        "left open": Parts(
            open_overlays("su", "idle", "en", "wa", "re", over="unbound")
            | open_overlays("ex")
            | {"failure open": lambda of, x: of.open_possible},
            any=True,
        ),
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
    was_bound = False  # it may have bound somewhere
    was_possible = False  # an episode was only possible
    was_undecided = False  # and a vague term was the reason
    ended_at: int | None = None  # the tick from which on the duty is over
    at_end = (False, False)  # whether it was in breach just before that, surely and possibly

    def first_overlays(self, x: int) -> tuple[Truth, ...]:
        gates = self.gates(x)
        return gates.en, gates.wa, gates.re, gates.su, gates.idle

    def advance(self, x: int) -> None:
        before_end = self.open_sure, self.open_possible
        if self.ended_at is None:
            self.had = self.had or self.open_sure
        gates, inside = self.gates(x), self.inside(x)
        self.violated = self.truth(self.rule.keep or Always(True), x)
        surely, possibly = self.violated.value == FALSE, self.violated.value <= POSSIBLE
        # Powers and windows come before the facts of their instant: no breach begins in between.
        settled = x % PHASES >= FACT or x <= SINCE_EVER
        opened = inside == SURE and not self.window.opening_day(x)
        bound_sure = settled and opened and gates.over == FALSE
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
        self.note_outcome(x, before_end, bound_possible)
        self.tell_remedy(x)
        if x >= max(self.window.c_hi, self.window.o_hi, self.sure_from):
            self.finished = x % PHASES >= FACT

    def note_outcome(self, x: int, before: tuple[bool, bool], bound: bool) -> None:
        """What the duty will have come to once it is over; it stands from then on."""
        if self.ended_at is not None:
            return
        if self.is_over(x):
            self.ended_at, self.at_end = x, before
            return
        self.was_bound |= bound
        if self.open_possible and not self.open_sure:
            self.was_possible = True
            self.was_undecided |= self.left_open(x)

    def counts(self, since: int | None, x: int) -> bool:
        """An episode counts at once, or once the time to cure has run out."""
        if since is None or self.rule.grace is None:
            return since is not None
        if since <= SINCE_EVER:
            return True
        last = tick(self.walk.world.counting.deadline(micros_of(since), self.rule.grace), 0)
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
