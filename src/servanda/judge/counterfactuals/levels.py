"""What a reading or one more act would have to be for a comparison to hold, or to fail.

A comparison is solved for one reading (or sum) at a time, with all others as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from msgspec import Struct
from msgspec.structs import replace

from servanda.judge import derivation as d
from servanda.semantics.norms import Arith, MeasureChange, MeasureReading, Term, Total

LEAST = Decimal("0.000000001")

Linear = tuple[Decimal, Decimal]
"""Factor and summand: what an expression is, as a function of one level."""


class Level(Struct, frozen=True):
    """A measure of a subject now or, for a change, so many microseconds `before`; or a sum."""

    measure: str
    of: Term | None
    before: int = 0
    total: Total | None = None


class Solved(Struct, frozen=True):
    """The amounts of a level with which a comparison holds, and with which it fails.

    `now`: what a sum is already.
    """

    level: Level
    holds: Decimal
    fails: Decimal
    now: Decimal = Decimal(0)


def solutions(found: d.Comparison) -> Iterator[Solved]:
    """For each reading and sum that a comparison depends on: the amounts around its limit."""
    for level, now in dict(levels(found.left, found.right)).items():
        left, right = linear(found.left, level), linear(found.right, level)
        if left is None or right is None or left[0] == right[0]:
            continue
        factor, summand = left[0] - right[0], left[1] - right[1]
        op = found.compare.op if factor > 0 else d.MIRRORED[found.compare.op]
        rounding = ROUND_FLOOR if op in ("<=", ">") else ROUND_CEILING
        limit = (-summand / factor).quantize(LEAST, rounding).normalize() + 0
        holds, fails = {
            "<=": (limit, limit + 1),
            ">=": (limit, limit - 1),
            "<": (limit - 1, limit),
            ">": (limit + 1, limit),
            "=": (limit, limit + 1),
            "!=": (limit + 1, limit),
        }[op]
        yield Solved(level, holds, fails, now)


def begun(number: d.Number) -> tuple[d.Number, frozenset[Level]]:
    """A number with every change whose beginning is not known taken to begin at nothing, and the
    levels that this supposes."""
    expr = number.expr
    if isinstance(expr, MeasureChange) and exact(number.parts[1]) is None:
        nothing = replace(number.parts[1], low=Decimal(0), high=Decimal(0))
        changed = replace(number, parts=(number.parts[0], nothing))
        return changed, frozenset([Level(expr.measure, expr.of, expr.window)])
    if isinstance(expr, Arith):
        sides = [begun(part) for part in number.parts]
        parts = tuple(part for part, _ in sides)
        return replace(number, parts=parts), frozenset().union(*(found for _, found in sides))
    return number, frozenset()


def levels(*numbers: d.Number) -> Iterator[tuple[Level, Decimal]]:
    """The readings and sums that numbers are made of; of a change whose beginning is not known,
    that beginning too."""
    for number in numbers:
        expr = number.expr
        if isinstance(expr, MeasureReading):
            yield Level(expr.measure, expr.of), Decimal(0)
        elif isinstance(expr, MeasureChange):
            yield Level(expr.measure, expr.of), Decimal(0)
            if exact(number.parts[1]) is None:
                yield Level(expr.measure, expr.of, expr.window), Decimal(0)
        elif isinstance(expr, Total) and number.low is not None:
            yield Level("", None, total=expr), number.low
        elif isinstance(expr, Arith):
            yield from levels(*number.parts)


def linear(number: d.Number, level: Level) -> Linear | None:
    """What a number is as a function of a level; None: something else in it is not known."""
    expr = number.expr
    if isinstance(expr, MeasureReading) and level == Level(expr.measure, expr.of):
        return Decimal(1), Decimal(0)
    if isinstance(expr, Total) and level.total == expr:
        return Decimal(1), Decimal(0)
    if isinstance(expr, MeasureChange) and (expr.measure, expr.of) == (level.measure, level.of):
        end, begin = map(exact, number.parts)
        if not level.before:
            return None if begin is None else (Decimal(1), -begin)
        if level.before == expr.window and end is not None:
            return Decimal(-1), end
    if isinstance(expr, Arith) and number.parts:
        return combined(expr.op, *(linear(part, level) for part in number.parts))
    known = exact(number)
    return None if known is None else (Decimal(0), known)


def combined(op: str, left: Linear | None, right: Linear | None) -> Linear | None:
    if left is None or right is None:
        return None
    if op == "+":
        return left[0] + right[0], left[1] + right[1]
    if op == "-":
        return left[0] - right[0], left[1] - right[1]
    if left[0] and right[0]:
        return None
    return left[0] * right[1] + right[0] * left[1], left[1] * right[1]


def exact(number: d.Number) -> Decimal | None:
    return number.low if number.low == number.high else None
