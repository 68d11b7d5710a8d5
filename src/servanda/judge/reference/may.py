"""`may …`, for the reference judge: whether a power is open, and used (docs/meaning.md, 3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from servanda.judge.reference.exercises import (
    Aim,
    PowerUse,
    exercises_of,
    joint_levels,
    same_joint,
    uses_of,
)
from servanda.judge.reference.instance import (
    COMMON,
    COMMON_PARTS,
    SHUT,
    Condition,
    Instance,
    Parts,
)
from servanda.judge.reference.truth import (
    FALSE,
    POSSIBLE,
    SURE,
    Grounds,
    Truth,
    both,
    either,
    negated,
)
from servanda.judge.statuses import Code
from servanda.semantics.clock import FACT, tick


class May(Instance):
    """A power or permission: whether it is open, and whether it has been used."""

    CONDITIONS: ClassVar[dict[str, Condition]] = COMMON | {
        "used": lambda of, x: of.used(x).value == SURE,
        "used, shut": lambda of, x: of.CONDITIONS["used"](of, x) and of.CONDITIONS["shut"](of, x),
        "used, left open": lambda of, x: (
            of.CONDITIONS["used"](of, x) and of.CONDITIONS["left open"](of, x)
        ),
        "was used": lambda of, x: of.ever_used(x) == SURE,
        "use open": lambda of, x: of.ever_used(x) == POSSIBLE,
        "use open, vague": lambda of, x: of.ever_used(x) == POSSIBLE and of.used(x).vague,
        "shut": lambda of, x: SURE in (of.gates(x).idle.value, of.gates(x).ex.value),
        "first open, vague": lambda of, x: (
            of.CONDITIONS["first open"](of, x) and any(t.vague for t in of.deciding(x))
        ),
        "left open": lambda of, x: any(t.value == POSSIBLE for t in of.deciding(x)),
        "left open, vague": lambda of, x: (
            of.CONDITIONS["left open"](of, x) and any(t.vague for t in of.deciding(x))
        ),
    }
    PARTS: ClassVar[dict[str, Parts]] = COMMON_PARTS | {
        "used": Parts(
            {
                "use": lambda of, x: any(use.lo <= x for use in of.all_uses()),
                "use possible": lambda of, x: of.used(x).value > FALSE,
                "use in effect": lambda of, x: of.used(x).value == SURE,
            }
        ),
        "shut": SHUT,
        "left open": Parts(
            {
                "suspended open": lambda of, x: of.gates(x).su.value == POSSIBLE,
                "ended open": lambda of, x: of.gates(x).en.value == POSSIBLE,
                "use open": lambda of, x: of.used(x).value == POSSIBLE,
                "idle open": lambda of, x: of.gates(x).idle.value == POSSIBLE,
                "excused open": lambda of, x: of.gates(x).ex.value == POSSIBLE,
            },
            any=True,
        ),
    }

    _uses: list[PowerUse] | None = None
    used_together = FALSE  # how surely those who hold it together have used it in its window
    _together: dict[Aim, int] | None = None  # of each aim, how surely all cover it just now

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

    def ever_used(self, x: int) -> int:
        """How surely it has been used by tick `x`, whether or not the use is in effect still."""
        assert self.rule.power is not None
        if self.rule.power.joint:
            return self.used_by_all(x)
        return max((u.made(x) for u in self.uses()), default=FALSE)

    def used_by_all(self, x: int) -> int:
        """The same of those who hold it together: what they began to cover in its window."""
        if self._together is None:
            self._together = self.covered(x - 1)
        now = self.covered(x)
        if self.window.o_lo <= x < self.window.c_hi:
            begun = (n for aim, n in now.items() if n > self._together.get(aim, FALSE))
            self.used_together = max(self.used_together, *begun, FALSE)
        self._together = now
        return self.used_together

    def covered(self, x: int) -> dict[Aim, int]:
        """Of each aim, how surely all who hold the power have used it, in effect at `x`."""
        found = joint_levels(self.walk, self.rule, x).items()
        return {aim: both(levels).value for aim, levels in found}

    def acts_because(self, x: int) -> Grounds:
        return self.used(x).because

    def first_overlays(self, x: int) -> tuple[Truth, ...]:
        gates = self.gates(x)
        return gates.en, gates.su, either([gates.idle, gates.ex])

    def advance(self, x: int) -> None:
        for use in self.uses():
            if x >= use.lo:
                use.watch(x)

    def deciding(self, x: int) -> tuple[Truth, ...]:
        """Grounds that leave it unknown whether the power is open."""
        gates = self.gates(x)
        return (gates.su, gates.en, self.used(x), gates.idle, gates.ex)

    def opening_acts(self, x: int, status: Code) -> tuple[str, ...]:
        if not status.startswith("exercised"):
            return ()
        begun = [u for u in self.all_uses() if u.begins == x and u.level(x).value == SURE]
        assert self.rule.power is not None
        if self.rule.power.joint:  # what nobody joined has no effect
            together = joint_levels(self.walk, self.rule, x)
            begun = [u for u in begun if both(together[u.aim]).value == SURE]
        return tuple(sorted(u.entry for u in begun)[:1])

    def all_uses(self) -> Iterator[PowerUse]:
        """Its uses, or those of all who hold it together."""
        assert self.rule.power is not None
        if not self.rule.power.joint:
            yield from self.uses()
            return
        for rule in self.walk.norms.rules:
            if same_joint(rule, self.rule):
                yield from uses_of(self.walk, rule)
