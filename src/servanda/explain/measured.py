"""Readings against limits, in words: what a `must keep` rests on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal as OneOf

from servanda.explain.evidence import Evidence
from servanda.explain.judged import Judged
from servanda.explain.wording import Node, Words, amount, bounds
from servanda.judge.verdict import Verdict
from servanda.record.facts import ReadingFact, Value
from servanda.semantics.norms import (
    And,
    Arith,
    Compare,
    Cond,
    Const,
    Expr,
    MeasureChange,
    MeasureReading,
    Not,
    Or,
    Total,
    Var,
)

LIMITS = {
    "<=": "at most",
    ">=": "at least",
    "<": "less than",
    ">": "more than",
    "=": "exactly",
    "!=": "other than",
}
Op = OneOf["<=", ">=", "<", ">", "=", "!="]
MIRRORED: dict[Op, Op] = {"<=": ">=", ">=": "<=", "<": ">", ">": "<", "=": "=", "!=": "!="}
DAY = 86_400_000_000


class Measurements:
    """Tells the comparisons of a condition; `given` are the entries already told."""

    def __init__(self, judged: Judged, evidence: Evidence, words: Words) -> None:
        self.judged = judged
        self.evidence = evidence
        self.words = words
        self.given: list[list[str]] = []

    def compared(self, cond: Cond, verdict: Verdict) -> Iterator[Node]:
        """A node per comparison: the limit, and the readings that were current."""
        self.given = []
        for comparison in comparisons(cond):
            yield self.one(comparison, verdict)

    def one(self, compare: Compare, verdict: Verdict) -> Node:
        op, left, right = compare.op, compare.left, compare.right
        if isinstance(left, Const):
            op, left, right = MIRRORED[op], right, left
        bound = dict(verdict.instance)
        unit = self.unit(left) or self.unit(right)
        limit = f"{LIMITS[op]} {self.text(right, bound, unit)}"
        subject = self.text(left, bound, unit)
        asked = self.evidence.asked(verdict)
        entries = [
            *self.evidence.expression(left, bound, asked),
            *self.evidence.expression(right, bound, asked),
        ]
        entries = list(dict.fromkeys(entries))
        self.given.append(entries)
        if isinstance(left, MeasureReading):
            current = self.evidence.readings(left.measure, left.of, bound, asked.end)
            said = self.current(left, current, unit)
        elif entries:
            said = "it rests on these entries"
        else:
            said = "no entry bears on it"
        return Node(
            f"The limit is {limit}; {subject}: {said}.",
            entries,
            self.evidence.sources(entries),
            self.words.leaves(entries),
        )

    def current(self, reading: MeasureReading, found: list[ReadingFact], unit: str | None) -> str:
        if not found:
            return "no reading that this account trusts"
        values = list(dict.fromkeys(bounds(r.low, r.high, unit) for r in found))
        stale = self.stale_at(reading, found)
        since = self.words.time(max(r.lo for r in found))
        said = (
            f"the last reading, of {since}, is {' or '.join(v.removeprefix('= ') for v in values)}"
        )
        if stale is not None and stale <= self.judged.facts.now:
            said += f", and went stale on {self.words.time(stale)}"
        return said

    def stale_at(self, reading: MeasureReading, found: list[ReadingFact]) -> int | None:
        """When the last reading stops counting: completeness keeps it fresh."""
        measure = next(m for m in self.judged.norms.measures if m.name == reading.measure)
        if measure.silent_after is None or not found:
            return None
        last = max(r.lo for r in found)
        stale = last + measure.silent_after * 64
        for span in self.judged.facts.complete:
            begun = span.from_ is None or span.from_ <= stale
            if span.name == measure.name and begun:
                if span.until is None:
                    return None
                stale = max(stale, span.until)
        return stale

    # -------------------------------------------------------------- silence
    def silence(self, cond: Cond, verdict: Verdict) -> Iterator[Node]:
        """How long a reading counts, per measure of the condition."""
        told = set[str]()
        for compare in comparisons(cond):
            for side in (compare.left, compare.right):
                for reading in readings(side):
                    if reading.measure in told:
                        continue
                    told.add(reading.measure)
                    yield self.freshness(reading.measure, verdict)

    def freshness(self, name: str, verdict: Verdict) -> Node:
        measure = next(m for m in self.judged.norms.measures if m.name == name)
        declared = self.words.silence(name, verdict.from_, verdict.until)
        if measure.silent_after is None:
            return Node(f"A reading of {name} holds until the next one.")
        days = measure.silent_after // DAY
        sentence = f"A reading of {name} goes stale after {days} days without another."
        return Node(sentence, [], declared.sources, [declared])

    # -------------------------------------------------------------- expressions
    def unit(self, expr: Expr) -> str | None:
        if isinstance(expr, MeasureReading | MeasureChange):
            return self.words.units.get(expr.measure)
        if isinstance(expr, Total) and expr.param is not None:
            params = self.words.params.get(expr.match.name, ())
            return next((p.unit for p in params if p.name == expr.param), None)
        if isinstance(expr, Arith):
            return self.unit(expr.left) or self.unit(expr.right)
        return None

    def text(self, expr: Expr, bound: dict[str, Value | None], unit: str | None) -> str:
        match expr:
            case Const(value):
                return amount(value, unit) if isinstance(value, Decimal) else str(value)
            case Var(name):
                given = bound.get(name)
                return amount(given, unit) if isinstance(given, Decimal) else str(given or name)
            case MeasureReading(measure, of):
                return self.words.subject(measure, self.name(of, bound))
            case MeasureChange(measure, of, window):
                subject = self.words.subject(measure, self.name(of, bound))
                return f"the change of {subject} over {window // DAY} days"
            case Total(match, param, window):
                what = f"the sum of {param} in {match.name}" if param else f"count of {match.name}"
                return what + (f" over {window // DAY} days" if window else " so far")
            case Arith(op, left, right):
                both = (self.text(left, bound, None), self.text(right, bound, None))
                return f"{both[0]} {op} {both[1]}" + (f" {unit}" if unit else "")

    def name(self, term: Const | Var | None, bound: dict[str, Value | None]) -> str | None:
        found = self.evidence.value(term, bound)
        return None if found is None else str(found)


def comparisons(cond: Cond) -> Iterator[Compare]:
    if isinstance(cond, Compare):
        yield cond
    elif isinstance(cond, And | Or):
        for item in cond.items:
            yield from comparisons(item)
    elif isinstance(cond, Not):
        yield from comparisons(cond.item)


def readings(expr: Expr) -> Iterator[MeasureReading | MeasureChange]:
    if isinstance(expr, MeasureReading | MeasureChange):
        yield expr
    elif isinstance(expr, Arith):
        yield from readings(expr.left)
        yield from readings(expr.right)
