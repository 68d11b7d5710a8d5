"""Which events and states a vague term may leave open, and which conditions count them."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.judge.plan.load import patterns
from servanda.semantics.norms import Arith, Compare, Cond, Expr, Happened, Match, Norms, Total


def counted_in(cond: Cond) -> Iterator[tuple[Match, int | None, str]]:
    """The events that a condition counts: which, for how long each, and from when on."""
    if isinstance(cond, Happened):
        yield cond.match, cond.window, "true"
    waiting: list[Expr] = [cond.left, cond.right] if isinstance(cond, Compare) else []
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, Total):
            yield expr.match, expr.window, "true" if expr.window is not None else "e.fin > i.since"
        if isinstance(expr, Arith):
            waiting += [expr.left, expr.right]


def undecidable(norms: Norms) -> frozenset[str]:
    """The events that arise by themselves, and the states, that a vague term may leave open."""
    hangs = {d.name: set(patterns((d.trigger, d.if_, d.unless))) for d in norms.derived}
    hangs |= {s.name: set(patterns(s.changes)) for s in norms.states}
    found, before = {v.name for v in norms.vagues}, 0
    while len(found) > before:
        before = len(found)
        found |= {name for name, on in hangs.items() if on & found}
    return frozenset(found & hangs.keys())
