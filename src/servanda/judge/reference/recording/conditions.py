"""Conditions and numbers as the reference judge read them, as parts of a derivation."""

from __future__ import annotations

from decimal import Decimal

from servanda.judge import derivation as d
from servanda.judge.reference.conditions import is_plain
from servanda.judge.reference.instance import Instance
from servanda.judge.reference.interfaces import narrowed
from servanda.judge.reference.truth import FALSE, entries_of
from servanda.judge.reference.walk import Walk
from servanda.judge.reference.world import (
    FOR_GOOD,
    SINCE_EVER,
    Number,
    instant,
    scalar,
)
from servanda.record.facts import ReadingFact, Value
from servanda.semantics.clock import PHASES
from servanda.semantics.norms import (
    Always,
    And,
    Arith,
    Compare,
    Cond,
    Expr,
    Happened,
    InState,
    IsVague,
    MeasureChange,
    MeasureReading,
    Not,
    Or,
    RuleStatus,
    Within,
)


class ConditionRecorder:
    """Records conditions as the reference judge reads them."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.world = walk.world

    def of_instance(self, cond: Cond, instance: Instance, at: int) -> d.Condition:
        window = instance.window
        since = (instant(window.o_lo), instant(window.o_hi))
        if window.o_lo >= FOR_GOOD:
            since = (SINCE_EVER, SINCE_EVER)
        return self.of(cond, instance.bindings, at, since)

    def of(
        self,
        cond: Cond,
        bindings: dict[str, Value | None],
        at: int,
        since: tuple[int, int] = (SINCE_EVER, SINCE_EVER),
    ) -> d.Condition:
        truth = self.walk.conditions.truth(cond, bindings, at, since)
        known = truth.value, truth.vague, entries_of(truth.because)
        match cond:
            case Always():
                return d.Constant(truth.value)
            case And(items):
                return d.AllOf(*known, tuple(self.of(c, bindings, at, since) for c in items))
            case Or(items):
                return d.AnyOf(*known, tuple(self.of(c, bindings, at, since) for c in items))
            case Not(item):
                return d.Negation(*known, self.of(item, bindings, at, since))
            case Compare(_, left, right):
                return d.Comparison(
                    *known,
                    cond,
                    self.number(left, bindings, at, since),
                    self.number(right, bindings, at, since),
                )
            case Within(term):
                return d.Membership(*known, cond, scalar(term, bindings))
            case InState():
                return d.State(*known, cond)
            case Happened():
                return d.Occurred(*known, cond)
            case IsVague(match):
                held = self.world.held(match, bindings, at)
                if held is not None and not held.outranks and truth.because:
                    held = None  # it gave way to a determination
                deciders = self.world.vagues[match.name].deciders
                return d.VagueTerm(*known, cond, held, deciders)
            case RuleStatus():
                return d.DutyStatus(*known, cond, self.rules_so(cond, bindings, at))

    def rules_so(
        self, cond: RuleStatus, bindings: dict[str, Value | None], at: int
    ) -> tuple[str, ...]:
        """The rules of which some instance has the status, surely or possibly."""
        is_meant = narrowed(cond, bindings)
        return tuple(
            rule
            for rule in cond.rules
            if any(
                i.felt(cond.state, at).value > FALSE
                for i in self.walk.instances_of(rule)
                if is_meant(i)
            )
        )

    def number(
        self, expr: Expr, bindings: dict[str, Value | None], at: int, since: tuple[int, int]
    ) -> d.Number:
        if is_plain(expr):
            value = scalar(expr, bindings)
            known = value if isinstance(value, Decimal) else None
            return d.Number(expr, known, known)
        found: Number = self.walk.conditions.number(expr, bindings, at, since)
        if isinstance(expr, MeasureReading) and not found.facts:
            return self.past(expr, scalar(expr.of, bindings) if expr.of else None, at)
        parts: tuple[d.Number, ...] = ()
        if isinstance(expr, Arith):
            parts = tuple(
                self.number(side, bindings, at, since) for side in (expr.left, expr.right)
            )
        if isinstance(expr, MeasureChange):
            reading = MeasureReading(expr.measure, expr.of)
            parts = tuple(
                self.number(reading, bindings, x, since) for x in (at, at - expr.window * PHASES)
            )
        readings = [f for f in found.facts if isinstance(f, ReadingFact)]
        return d.Number(
            expr,
            found.low if found.low.is_finite() else None,
            found.high if found.high.is_finite() else None,
            tuple(dict.fromkeys(f.entry for f in found.facts)),
            max((r.lo for r in readings), default=None),
            found.stale if found.stale is None or found.stale < FOR_GOOD else None,
            parts,
        )

    def past(self, expr: MeasureReading, of: Value | None, at: int) -> d.Number:
        """A measure without a current reading: its last one, and since when it is stale."""
        known = [
            r for r in self.world.facts.readings.get(expr.measure, ()) if r.of == of and r.hi <= at
        ]
        if not known:
            return d.Number(expr, None, None)
        r = max(known, key=lambda r: (r.hi, r.entry))
        stale = self.world.stale(expr.measure, r.hi)
        last = d.Reading(r.entry, r.low, r.high)
        return d.Number(expr, None, None, read=r.lo, stale=stale, last=last)
