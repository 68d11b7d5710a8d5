"""Interfaces between instances, powers and the walk, so that imports run one way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from servanda.judge.reference.conditions import Conditions
from servanda.judge.reference.truth import Grounds, Truth
from servanda.judge.reference.windows import Moment
from servanda.judge.reference.world import FOR_GOOD, SINCE_EVER, Bindings, World, compares, scalar
from servanda.semantics.norms import Join, Match, Norms, Point, Rule, RuleStatus


class Walk(Protocol):
    """One walk through time (walk.py), as instances see it; `x` is the tick it is at."""

    x: int
    world: World
    norms: Norms
    conditions: Conditions
    recording: bool
    touching: dict[tuple[str, str], list[Rule]]
    together: dict[str, list[Rule]]
    asking: set[object]
    kept_alive: list[object]

    def instances_of(self, rule_id: str) -> Sequence[Any]: ...
    def breach(self, of: Any, x: int, trigger: str | None, vague: bool) -> Breach: ...
    def breach_comes(self, breach: Breach, x: int, sure: bool) -> None: ...
    def follows(self, x: int, of: Any) -> None: ...
    def schedule(self, at: int) -> None: ...
    def force(self, point: Point) -> Moment: ...


class Duty(Protocol):
    """An instance of a rule (instance.py), as powers and remedies see it."""

    walk: Walk
    rule: Rule
    debtor: str
    creditor: str | None
    bindings: Bindings

    def felt(self, state: str, x: int) -> Truth: ...
    def comes(self, hi: int, sure: bool) -> None: ...
    def grounds(self, x: int) -> Grounds: ...
    def idle(self, x: int) -> Truth: ...


class Power(Duty, Protocol):
    """An instance of a power (may.py), as its uses see it."""

    def uses(self) -> list[Any]: ...
    def acts_under(self, match: Match) -> list[Any]: ...
    def all_uses(self) -> Iterator[Any]: ...
    def open_to_exercise(self, micros: int) -> Truth: ...
    def open_at(self, at: int, before: int) -> Truth: ...


@dataclass
class Breach:
    """What a remedy answers: it comes at `lo` at the earliest, at `hi` at the latest, if at all.

    `vague`: while that is open, a vague term is why.
    """

    trigger: str | None
    lo: int
    vague: bool
    hi: int = FOR_GOOD
    sure: bool = False
    till: int = SINCE_EVER  # of an act of which only the day is known, the end of that day
    remedy: Duty | None = None


def narrowed(cond: RuleStatus, bindings: Bindings) -> Callable[[Duty], bool]:
    """Whether an instance has the debtor and the creditor that a condition names, and is joined."""
    debtor = None if cond.debtor is None else scalar(cond.debtor, bindings)
    creditor = None if cond.creditor is None else scalar(cond.creditor, bindings)
    return lambda instance: (
        (cond.debtor is None or instance.debtor == debtor)
        and (cond.creditor is None or instance.creditor == creditor)
        and all(joined(join, bindings, instance.bindings) for join in cond.joins)
    )


def joined(join: Join, mine: Bindings, theirs: Bindings) -> bool:
    """Whether two instances pass a test: a variable without a value passes none."""
    here = None if join.mine is None else scalar(join.mine, mine)
    there = None if join.theirs is None else scalar(join.theirs, theirs)
    if join.op == "in":
        return (there if join.mine is None else here) in join.values
    return here is not None and there is not None and compares(join.op, here, there)
