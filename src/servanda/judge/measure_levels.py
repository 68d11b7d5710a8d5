"""Values of a measure over time, and the constant limits that rules set on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

import msgspec
from msgspec import Struct

from servanda.judge.derivation import MIRRORED, Op
from servanda.judge.reference.conditions import parts
from servanda.judge.reference.world import INFINITE, World
from servanda.record.facts import Facts, Value
from servanda.semantics.norms import Compare, Const, Expr, MeasureReading, Norms, Rule, Var


class Level(Struct, frozen=True):
    """Value of a measure over [from_, until), in ticks; None: unbounded on that side."""

    from_: int
    until: int
    low: Decimal | None
    high: Decimal | None


def levels(norms: Norms, facts: Facts, measure: str, of: str | None) -> Iterator[Level]:
    """The stretches over which there is a current reading (docs/meaning.md, 2); not of tables."""
    world = World(norms, msgspec.structs.replace(facts, bulk_events={}, bulk_readings={}))
    readings = [r for r in facts.readings.get(measure, ()) if r.of == of]
    edges = {edge for r in readings for edge in (r.lo, r.hi, world.stale(measure, r.hi))}
    ordered = [*sorted(edge for edge in edges if edge < facts.now), facts.now]
    for from_, until in pairwise(ordered):
        value = world.reading(measure, of, from_)
        low = None if value.low == -INFINITE else value.low
        high = None if value.high == INFINITE else value.high
        if (low, high) != (None, None):
            yield Level(from_, until, low, high)


def plain_limits(
    rule: Rule, measure: str, of: str | None, bound: Mapping[str, Value | None]
) -> Iterator[tuple[Op, Decimal]]:
    """The limits of a rule on a subject's measure; a computed limit is none."""
    for compare in parts(rule.keep):
        if not isinstance(compare, Compare):
            continue
        op, left, right = reading_on_the_left(compare)
        if not isinstance(left, MeasureReading) or left.measure != measure:
            continue
        whose = bound.get(left.of.name) if isinstance(left.of, Var) else left.of and left.of.value
        value = bound.get(right.name) if isinstance(right, Var) else None
        if isinstance(right, Const):
            value = right.value
        if (whose is None or whose == of) and isinstance(value, Decimal):
            yield op, value


def reading_on_the_left(compare: Compare) -> tuple[Op, Expr, Expr]:
    """A comparison with its reading on the left."""
    if isinstance(compare.left, Const | Var):
        return MIRRORED[compare.op], compare.right, compare.left
    return compare.op, compare.left, compare.right
