"""Three-valued conditions at a tick, for the reference judge: 0 false, 1 possible, 2 sure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from servanda.judge.reference.truth import (
    FALSE,
    NO,
    NOTHING,
    POSSIBLE,
    SURE,
    YES,
    Grounds,
    Truth,
    both,
    either,
    negated,
)
from servanda.judge.reference.world import (
    FOR_GOOD,
    SINCE_EVER,
    Bindings,
    Bounds,
    Happening,
    Number,
    World,
    compares,
    exactly,
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


# (status condition, bindings of the instance that asks, tick) -> truth
Felt = Callable[[RuleStatus, Bindings, int], Truth]


class Conditions:
    """Evaluates conditions; `felt` answers those that speak of the status of rules."""

    def __init__(self, world: World, felt: Felt) -> None:
        self.world = world
        self.felt = felt
        self.turns: dict[int, tuple[Cond, list[int]]] = {}  # by id of a condition, kept alive here
        self.known: dict[tuple[object, ...], tuple[int, int, Truth]] = {}

    def truth(
        self, cond: Cond, bindings: Bindings, x: int, since: tuple[int, int] = NO_OPENING
    ) -> Truth:
        """At tick `x`, for these bindings; `since` (earliest, surely) is where `so far` begins."""
        if isinstance(cond, Always):
            return YES if cond.value else NO
        if isinstance(cond, And):
            return both([self.truth(c, bindings, x, since) for c in cond.items])
        if isinstance(cond, Or):
            return either([self.truth(c, bindings, x, since) for c in cond.items])
        if isinstance(cond, Not):
            return negated(self.truth(cond.item, bindings, x, since))
        if isinstance(cond, RuleStatus):
            return self.felt(cond, bindings, x)
        key = (id(cond), since, *bindings.items())
        known = self.known.get(key)
        if known is None or not known[0] <= x < known[1]:
            found = self.of_facts(cond, bindings, x, since)
            self.known[key] = known = (*self.between_turns(cond, x, since), found)
        return known[2]

    def of_facts(
        self,
        cond: Compare | Within | InState | IsVague | Happened,
        bindings: Bindings,
        x: int,
        since: tuple[int, int],
    ) -> Truth:
        """The truth at tick `x` of a condition on facts alone, which no status can change."""
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
            return self.world.vague(cond.match, bindings, x)
        return self.happened(cond, bindings, x)

    def between_turns(self, cond: Cond, x: int, since: tuple[int, int]) -> tuple[int, int]:
        """The ticks around `x`, half-open, in which nothing changes that a condition reads."""
        if id(cond) not in self.turns:
            lengths = {0} | looks_back(cond)
            turns = self.world.turns(facts_of(self.world, [cond]) | terms_of(cond))
            self.turns[id(cond)] = (cond, sorted({t + n for t in turns for n in lengths}))
        ticks = self.turns[id(cond)][1]
        n = bisect_right(ticks, x)
        ends = [*ticks[max(0, n - 1) : n + 1], *since]
        return (
            max([t for t in ends if t <= x], default=x),
            min([t for t in ends if t > x], default=FOR_GOOD),
        )

    def happened(self, cond: Happened, bindings: Bindings, x: int) -> Truth:
        count = Total(cond.match, None, cond.window)
        total = self.world.total(count, bindings, x, NO_OPENING)
        if total.low >= 1:
            sure = [h for h in happenings(total) if counts_surely(h, cond.window, x)]
            return Truth(SURE, because=min(sure, key=lambda h: (h.hi, h.entry)).grounds)
        if total.high < 1:
            return Truth(FALSE, because=total.high_because)
        because = NOTHING.union(*(h.grounds for h in happenings(total)))
        return self.marked(Truth(POSSIBLE, because=because), [count], bindings, x, NO_OPENING)

    # -------------------------------------------------------------- comparisons
    def compare(self, cond: Compare, bindings: Bindings, x: int, since: tuple[int, int]) -> Truth:
        if is_plain(cond.left) and is_plain(cond.right):
            sides = (scalar(side, bindings) for side in (cond.left, cond.right))
            return Truth(compare_plain(cond.op, *sides))
        left = self.number(cond.left, bindings, x, since)
        right = self.number(cond.right, bindings, x, since)
        if surely(cond.op, left.bounds, right.bounds):
            return Truth(SURE, because=decisive(cond.op, left, right))
        opposite = OPPOSITE[cond.op]
        if surely(opposite, left.bounds, right.bounds):
            return Truth(FALSE, because=decisive(opposite, left, right))
        totals = [n for n in numbers(cond) if isinstance(n, Total)]
        open_ = Truth(POSSIBLE, because=left.because | right.because)
        return self.marked(open_, totals, bindings, x, since)

    def marked(
        self, truth: Truth, totals: list[Total], bindings: Bindings, x: int, since: tuple[int, int]
    ) -> Truth:
        """A truth that is open is vague where an undetermined occurrence may count in it."""
        vague = any(self.world.counts_undecided(total, bindings, x, since) for total in totals)
        return Truth(truth.value, vague, truth.because)

    def number(self, expr: Expr, bindings: Bindings, x: int, since: tuple[int, int]) -> Number:
        """The least and the greatest that an expression can be, with the grounds of each."""
        if isinstance(expr, Const | Var):
            value = scalar(expr, bindings)
            return exactly(value if isinstance(value, Decimal) else None)
        if isinstance(expr, MeasureReading):
            return self.world.reading(expr.measure, subject(expr, bindings), x)
        if isinstance(expr, MeasureChange):
            now = self.world.reading(expr.measure, subject(expr, bindings), x)
            then = self.world.reading(
                expr.measure, subject(expr, bindings), x - expr.window * PHASES
            )
            return difference(now, then)
        if isinstance(expr, Total):
            return self.world.total(expr, bindings, x, since)
        left = self.number(expr.left, bindings, x, since)
        right = self.number(expr.right, bindings, x, since)
        if expr.op == "+":
            return Number(
                left.low + right.low,
                left.high + right.high,
                left.low_because | right.low_because,
                left.high_because | right.high_because,
                (*left.facts, *right.facts),
            )
        if expr.op == "-":
            return difference(left, right)
        products = [Decimal(0) if 0 in (a, b) else a * b for a in left.bounds for b in right.bounds]
        because = left.because | right.because
        facts = (*left.facts, *right.facts)
        return Number(min(products), max(products), because, because, facts)


def difference(left: Number, right: Number) -> Number:
    return Number(
        left.low - right.high,
        left.high - right.low,
        left.low_because | right.high_because,
        left.high_because | right.low_because,
        (*left.facts, *right.facts),
    )


def decisive(op: str, left: Number, right: Number) -> Grounds:
    """The grounds of the bounds by which a comparison surely holds."""
    if op in ("<", "<="):
        return left.high_because | right.low_because
    if op in (">", ">="):
        return left.low_because | right.high_because
    if op == "!=" and left.high < right.low:
        return left.high_because | right.low_because
    if op == "!=":
        return left.low_because | right.high_because
    return left.because | right.because


def happenings(number: Number) -> list[Happening]:
    return [fact for fact in number.facts if isinstance(fact, Happening)]


def counts_surely(h: Happening, window: int | None, x: int) -> bool:
    return h.sure and h.hi <= x and (window is None or x < h.lo + window * PHASES)


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


def looks_back(cond: Cond) -> set[int]:
    """The lengths, in ticks, over which a condition looks back."""
    lengths = {part.window for part in parts(cond) if isinstance(part, Happened)}
    lengths |= {n.window for n in numbers(cond) if isinstance(n, Total | MeasureChange)}
    return {length * PHASES for length in lengths if length is not None}


def terms_of(cond: Cond) -> set[str]:
    """The names of the vague terms in a condition."""
    return {part.match.name for part in parts(cond) if isinstance(part, IsVague)}


def facts_of(world: World, conds: Iterable[Cond]) -> set[str]:
    """The events and measures that conditions speak of, directly or through states."""
    names = set()
    for cond in conds:
        for part in parts(cond):
            if isinstance(part, InState):
                state = world.states[part.match.name]
                names |= {m.name for m in state.changes}
            elif isinstance(part, Happened):
                names.add(part.match.name)
        for number in numbers(cond):
            if isinstance(number, Total):
                names.add(number.match.name)
            elif isinstance(number, MeasureReading | MeasureChange):
                names.add(number.measure)
    return names
