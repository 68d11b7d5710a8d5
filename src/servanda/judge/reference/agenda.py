"""The instants at which something may change, for the reference judge."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.judge.reference.conditions import conditions_of, looks_back
from servanda.judge.reference.windows import moment
from servanda.judge.reference.world import FOR_GOOD, SINCE_EVER, World
from servanda.semantics.clock import PHASES, micros_of
from servanda.semantics.norms import Norms


def windows_back(norms: Norms) -> set[int]:
    """The lengths, in ticks, over which conditions look back."""
    return {n for rule in norms.rules for cond in conditions_of(rule) for n in looks_back(cond)}


def fact_ticks(world: World) -> Iterator[int]:
    for happenings in world.happenings.values():
        for h in happenings:
            yield from (h.lo, h.hi, h.fin)
    for measure, readings in world.facts.readings.items():
        for r in readings:
            yield from (r.lo, r.hi, world.stale(measure, r.hi))
    for d in world.facts.determinations:
        yield from (d.lo, d.hi)
    for e in world.facts.exercises:
        yield from (e.lo, e.hi)
    for spans in world.complete.values():
        for span in spans:
            yield from span
    for held in world.norms.held:
        yield from (at * PHASES for at in (held.from_, held.until) if at is not None)
    for point in (world.norms.force_from, world.norms.force_until):
        if point is not None:
            at = moment(world, point, {})
            yield from (micros * PHASES for micros in (at.lo, at.hi) if micros is not None)


def first_instants(world: World) -> set[int]:
    """Every instant known beforehand at which the answer to some condition may change."""
    ticks = {t for t in fact_ticks(world) if SINCE_EVER < t < FOR_GOOD}
    lengths = windows_back(world.norms)
    ticks |= {t + length for t in ticks for length in lengths}
    return {micros_of(t) for t in ticks if t <= world.facts.now} | {micros_of(SINCE_EVER)}
