"""Three-valued conditions at a tick, for the naive judge: 0 false, 1 possible, 2 sure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from servanda.judge.reference.truth import FALSE, POSSIBLE, SURE, Truth, both, either, negated
from servanda.judge.reference.world import (
    INFINITE,
    SINCE_EVER,
    Bindings,
    Bounds,
    World,
    compares,
    scalar,
)
from servanda.record.facts import Value
from servanda.semantics.clock import PHASES
from servanda.semantics.norms import (
    Always,
    And,
    Arith,
    Compare,
    Cond,
    Const,
    Expr,
    Happened,
    InState,
    IsVague,
    MeasureChange,
    MeasureReading,
    Not,
    Or,
    Rule,
    RuleStatus,
    Total,
    Var,
    Within,
)

NO_OPENING = (SINCE_EVER, SINCE_EVER)


# (status condition, the debtor it names or None, tick) -> truth
Felt = Callable[[RuleStatus, Value | None, int], Truth]


class Conditions:
    """Evaluates conditions; `felt` answers those that speak of the status of rules."""

    def __init__(self, world: World, felt: Felt) -> None:
        self.world = world
        self.felt = felt

    def truth(
        self, cond: Cond, bindings: Bindings, x: int, since: tuple[int, int] = NO_OPENING
    ) -> Truth:
        """At tick `x`, for these bindings; `since` (earliest, surely) is where `so far` begins."""
        if isinstance(cond, Always):
            return Truth(SURE if cond.value else FALSE)
        if isinstance(cond, And):
            return both([self.truth(c, bindings, x, since) for c in cond.items])
        if isinstance(cond, Or):
            return either([self.truth(c, bindings, x, since) for c in cond.items])
        if isinstance(cond, Not):
            return negated(self.truth(cond.item, bindings, x, since))
        if isinstance(cond, Compare):
            return self.compare(cond, bindings, x, since)
        if isinstance(cond, Within):
            value = scalar(cond.term, bindings)
            if value is None:
                return Truth(POSSIBLE)
            return Truth(SURE if value in cond.values else FALSE)
        if isinstance(cond, InState):
            return self.world.in_state(cond.match, bindings, x)
        if isinstance(cond, IsVague):
            decided = self.world.vague(cond.match, bindings, x)
            return Truth(decided, decided == POSSIBLE)
        if isinstance(cond, Happened):
            count = Total(cond.match, None, cond.window)
            total = self.world.total(count, bindings, x, NO_OPENING)
            came = SURE if total[0] >= 1 else POSSIBLE if total[1] >= 1 else FALSE
            return self.marked(came, [count], bindings, x, NO_OPENING)
        debtor = None if cond.debtor is None else scalar(cond.debtor, bindings)
        return self.felt(cond, debtor, x)

    # -------------------------------------------------------------- comparisons
    def compare(self, cond: Compare, bindings: Bindings, x: int, since: tuple[int, int]) -> Truth:
        if is_plain(cond.left) and is_plain(cond.right):
            sides = (scalar(side, bindings) for side in (cond.left, cond.right))
            return Truth(compare_plain(cond.op, *sides))
        left = self.bounds(cond.left, bindings, x, since)
        right = self.bounds(cond.right, bindings, x, since)
        value = (
            SURE
            if surely(cond.op, left, right)
            else (FALSE if surely(OPPOSITE[cond.op], left, right) else POSSIBLE)
        )
        totals = [n for n in numbers(cond) if isinstance(n, Total)]
        return self.marked(value, totals, bindings, x, since)

    def marked(
        self, value: int, totals: list[Total], bindings: Bindings, x: int, since: tuple[int, int]
    ) -> Truth:
        """What is open is undecided where what is undecided may count in it."""
        vague = value == POSSIBLE and any(
            self.world.counts_undecided(total, bindings, x, since) for total in totals
        )
        return Truth(value, vague)

    def bounds(self, expr: Expr, bindings: Bindings, x: int, since: tuple[int, int]) -> Bounds:
        """The least and the greatest that a number can be."""
        if isinstance(expr, Const | Var):
            value = scalar(expr, bindings)
            return (value, value) if isinstance(value, Decimal) else (-INFINITE, INFINITE)
        if isinstance(expr, MeasureReading):
            return self.world.reading(expr.measure, subject(expr, bindings), x)
        if isinstance(expr, MeasureChange):
            now = self.world.reading(expr.measure, subject(expr, bindings), x)
            then = self.world.reading(
                expr.measure, subject(expr, bindings), x - expr.window * PHASES
            )
            return now[0] - then[1], now[1] - then[0]
        if isinstance(expr, Total):
            return self.world.total(expr, bindings, x, since)
        left = self.bounds(expr.left, bindings, x, since)
        right = self.bounds(expr.right, bindings, x, since)
        if expr.op == "+":
            return left[0] + right[0], left[1] + right[1]
        if expr.op == "-":
            return left[0] - right[1], left[1] - right[0]
        products = [Decimal(0) if 0 in (a, b) else a * b for a in left for b in right]
        return min(products), max(products)


OPPOSITE = {"<=": ">", ">": "<=", "<": ">=", ">=": "<", "=": "!=", "!=": "="}


def surely(op: str, left: Bounds, right: Bounds) -> bool:
    """Whether the comparison holds for everything the bounds allow."""
    if op in (">", ">="):
        return surely({">": "<", ">=": "<="}[op], right, left)
    if op == "<=":
        return left[1] <= right[0]
    if op == "<":
        return left[1] < right[0]
    if op == "=":
        return left[0] == left[1] == right[0] == right[1]
    return left[1] < right[0] or right[1] < left[0]


def compare_plain(op: str, left: Value | None, right: Value | None) -> int:
    """Constants and variables; what is not said is unknown."""
    if left is None or right is None:
        return POSSIBLE
    return SURE if compares(op, left, right) else FALSE


def is_plain(expr: Expr) -> bool:
    if isinstance(expr, Arith):
        return is_plain(expr.left) and is_plain(expr.right)
    return isinstance(expr, Const | Var)


def subject(expr: MeasureReading | MeasureChange, bindings: Bindings) -> Value | None:
    return None if expr.of is None else scalar(expr.of, bindings)


# ------------------------------------------------------------------ what conditions speak of
def parts(cond: Cond | None) -> Iterator[Cond]:
    """A condition and every condition inside it."""
    if cond is None:
        return
    yield cond
    if isinstance(cond, And | Or):
        for item in cond.items:
            yield from parts(item)
    elif isinstance(cond, Not):
        yield from parts(cond.item)


def numbers(cond: Cond | None) -> Iterator[Expr]:
    """Every number that a condition compares, and every number inside it."""
    for part in parts(cond):
        waiting: list[Expr] = [part.left, part.right] if isinstance(part, Compare) else []
        while waiting:
            expr = waiting.pop()
            yield expr
            if isinstance(expr, Arith):
                waiting += [expr.left, expr.right]


def conditions_of(rule: Rule) -> Iterable[Cond]:
    watched = None if rule.trigger is None else rule.trigger.cond
    conds = (rule.if_, rule.while_, rule.unless, rule.keep, watched)
    return [c for c in conds if c is not None]


def facts_of(world: World, conds: Iterable[Cond]) -> set[str]:
    """The events and measures that conditions speak of, directly or through states."""
    names = set()
    for cond in conds:
        for part in parts(cond):
            if isinstance(part, InState):
                state = world.states[part.match.name]
                names |= {m.name for m in (*state.begins, *state.ends)}
            elif isinstance(part, Happened):
                names.add(part.match.name)
        for number in numbers(cond):
            if isinstance(number, Total):
                names.add(number.match.name)
            elif isinstance(number, MeasureReading | MeasureChange):
                names.add(number.measure)
    return names
