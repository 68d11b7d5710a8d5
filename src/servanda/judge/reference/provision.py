"""`applies …`, for the reference judge: whether a provision is in force (docs/meaning.md, 3)."""

from __future__ import annotations

from typing import ClassVar

from servanda.judge.reference.instance import (
    COMMON,
    COMMON_PARTS,
    SHUT,
    Condition,
    Instance,
    Parts,
)
from servanda.judge.reference.truth import FALSE, POSSIBLE, SURE, Truth, either
from servanda.judge.reference.world import SINCE_EVER
from servanda.semantics.clock import FACT, PHASES


class Provision(Instance):
    """A provision: nobody's duty, in force in its window while nothing suspends it."""

    CONDITIONS: ClassVar[dict[str, Condition]] = COMMON | {
        "shut": lambda of, x: of.held_off(x) == SURE,
        "shut, was in force": lambda of, x: of.held_off(x) == SURE and of.was_in_force,
        "left open": lambda of, x: of.stopped(x) == POSSIBLE,
        "left open, vague": lambda of, x: of.stopped(x) == POSSIBLE and of.gates(x).vague,
    }

    PARTS: ClassVar[dict[str, Parts]] = COMMON_PARTS | {
        "shut": SHUT,
        "shut, was in force": SHUT,
        "left open": Parts(
            {
                "suspended open": lambda of, x: of.gates(x).su.value == POSSIBLE,
                "ended open": lambda of, x: of.gates(x).en.value == POSSIBLE,
                "idle open": lambda of, x: of.gates(x).idle.value == POSSIBLE,
                "excused open": lambda of, x: of.gates(x).ex.value == POSSIBLE,
            },
            any=True,
        ),
    }

    was_in_force = False

    def held_off(self, x: int) -> int:
        """Idle or excused: surely, possibly or not."""
        return max(self.gates(x).idle.value, self.gates(x).ex.value)

    def stopped(self, x: int) -> int:
        """The same, or suspended or ended."""
        return max(self.held_off(x), self.gates(x).su.value, self.gates(x).en.value)

    def first_overlays(self, x: int) -> tuple[Truth, ...]:
        gates = self.gates(x)
        return gates.en, gates.su, either([gates.idle, gates.ex])

    def advance(self, x: int) -> None:
        # Windows open before the facts of their instant: what these stop was not in force.
        settled = x % PHASES >= FACT or x <= SINCE_EVER
        inside = self.inside(x) == SURE and x >= self.sure_from
        self.was_in_force |= settled and inside and self.stopped(x) == FALSE
