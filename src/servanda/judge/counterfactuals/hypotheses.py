"""Hypotheses about a duty: lines of the record that might give it another status.

They are made from its derivation: a performance of what is owed, a reading on either side of a
limit, the use of a power, a determination of a vague term, a declaration of completeness.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Literal as OneOf

import msgspec
from msgspec import Struct

from servanda.judge import derivation as d
from servanda.judge.counterfactuals.setting import Setting
from servanda.record.facts import Value
from servanda.semantics.clock import local_day, micros_of
from servanda.semantics.norms import (
    Arg,
    Const,
    Match,
    MeasureReading,
    Norms,
    Rule,
    Total,
    Var,
    Variable,
)
from servanda.syntax import entries as e
from servanda.syntax import tree as m
from servanda.syntax.verbs import verb_forms

MOST_TIMES = 5
POWERS = ("waive", "release", "suspend", "end", "end_all", "create", "amend")


class Hypothesis(Struct, frozen=True):
    """Lines to suppose, all together."""

    kind: OneOf["record", "complete"]
    lines: tuple[e.Entry | e.Completeness, ...]
    day: date


class Hypotheses:
    """Makes the hypotheses of one derivation; `norms`: those that the duty depends on."""

    def __init__(self, setting: Setting, derivation: d.Derivation, norms: Norms) -> None:
        self.setting = setting
        self.derivation = derivation
        self.verdict = derivation.verdict
        self.rule = derivation.rule
        self.norms = norms
        self.today = setting.today
        self.bound = dict(derivation.verdict.instance)

    def all(self) -> Iterator[Hypothesis]:
        match self.rule.kind:
            case "achieve":
                yield from self.performances()
            case "keep":
                yield from self.readings()
            case "forbid":
                yield from self.violations()
            case "may":
                yield from self.own_uses()
        yield from self.uses()
        yield from self.determinations()
        yield from self.declarations()

    # -------------------------------------------------------------- acts
    def performances(self) -> Iterator[Hypothesis]:
        """A performance on the last day of the window, on the day asked, as the window opens."""
        if self.rule.action is None:
            return
        fact = self.act(self.rule.action)
        for day in self.days():
            yield from self.line(fact, day)
        remedy = next((r for r in self.norms.rules if r.id == self.rule.remedy), None)
        if self.verdict.status == "broken" and remedy is not None and remedy.action is not None:
            yield from self.line(self.act(remedy.action), self.today)

    def days(self) -> list[date]:
        """The days on which an act may fall differently: in the window, late, as it opens."""
        zone = self.setting.norms.zone
        found = [self.today]
        for step in self.derivation.steps:
            if isinstance(step, d.Opening):
                closes, opens = step.window.closes, step.window.opens
                if closes is not None and closes.lo is not None:
                    found.append(local_day(closes.lo - 1, zone))
                if opens is not None and opens.hi is not None:
                    found.append(local_day(opens.hi, zone))
        return list(dict.fromkeys(found))

    def violations(self) -> Iterator[Hypothesis]:
        if self.rule.action is not None:
            yield from self.line(self.act(self.rule.action), self.today)
        if self.rule.cured_by is not None:
            breaches = self.verdict.breaches or ((),)
            acts = dict.fromkeys(self.act(self.rule.cured_by, dict(b)) for b in breaches)
            yield Hypothesis("record", tuple(self.written(a, self.today) for a in acts), self.today)

    def act(self, match: Match, same_as: Mapping[str, Value | None] | None = None) -> e.EventFact:
        """The event with what a pattern asks for; of what adds up, what is still missing.

        `same_as`: the particulars of the violation that it is to cure.
        """
        params = self.params(match.name)
        missing = self.missing()
        args: dict[str, Value] = {}
        for arg in match.args:
            wanted = (same_as or {}).get(arg.param) if arg.op == "same" else self.wanted(arg)
            if wanted is not None:
                args[arg.param] = wanted
        if missing is not None and self.rule.total is not None:
            args[self.rule.total[0]] = missing
        by = args.pop("by", None) if any(p.name == "by" for p in params) else None
        if by is None and any(p.name == "by" for p in params):
            by = self.verdict.debtor
        units = {p.name: p.unit for p in params}
        types = {p.name: p.type for p in params}
        return e.EventFact(
            match.name if by is None else third_person(match.name),
            None if by is None else str(by),
            tuple(
                m.Arg(name, "=", literal(value, types.get(name), units.get(name)))
                for name, value in args.items()
            ),
        )

    def params(self, event: str) -> tuple[Variable, ...]:
        norms = self.setting.norms
        return next((t.params for t in norms.events if t.name == event), ())

    def wanted(self, arg: Arg) -> Value | None:
        """A value that passes one test of a pattern; None: any does."""
        if arg.op == "in":
            return self.verdict.debtor if self.verdict.debtor in arg.values else arg.values[0]
        if arg.op == "same":
            return dict(self.verdict.breach).get(arg.param)
        value = self.value(arg.value)
        if value is None or arg.op in ("=", ">=", "<="):
            return value
        if isinstance(value, Decimal):
            return value + 1 if arg.op == ">" else value - 1
        return None

    def value(self, expr: object) -> Value | None:
        if isinstance(expr, Const):
            return expr.value
        return self.bound.get(expr.name) if isinstance(expr, Var) else None

    def missing(self) -> Decimal | None:
        for step in self.derivation.steps:
            if isinstance(step, d.Sum) and step.owed is not None:
                left = step.owed - step.done
                return left if left > 0 else step.owed
        return None

    # -------------------------------------------------------------- readings and sums
    def readings(self) -> Iterator[Hypothesis]:
        """For each comparison: a reading that meets the limit, and one that does not."""
        read = [s for s in self.derivation.steps if isinstance(s, d.Gate) and s.name == "keep"]
        for gate in read[-1:]:
            for comparison in comparisons(gate.condition):
                yield from self.around(comparison)

    def around(self, found: d.Comparison) -> Iterator[Hypothesis]:
        op, left, right = found.compare.op, found.left, found.right
        if isinstance(left.expr, Const):
            op, left, right = d.MIRRORED[op], right, left
        if right.low is None or right.low != right.high:
            return
        limit = right.low
        inside, outside = {
            "<=": (limit, limit + 1),
            ">=": (limit, limit - 1),
            "<": (limit - 1, limit),
            ">": (limit + 1, limit),
            "=": (limit, limit + 1),
            "!=": (limit + 1, limit),
        }[op]
        if isinstance(left.expr, MeasureReading):
            for amount in (inside, outside):
                fact = self.reading(left.expr, amount)
                yield from self.line(fact, self.today)
        elif isinstance(left.expr, Total) and left.low is not None and op in ("<=", "<"):
            yield from self.more(left.expr, outside - left.low)
        elif isinstance(left.expr, Total) and left.low is not None:
            yield from self.more(left.expr, inside - left.low)

    def more(self, total: Total, amount: Decimal) -> Iterator[Hypothesis]:
        """One more occurrence, of the amount by which a sum passes its limit."""
        if amount <= 0:
            return
        fact = self.act(total.match)
        if total.param is None:
            times = int(amount.to_integral_value(ROUND_CEILING))
            if times <= MOST_TIMES:
                entry = self.written(fact, self.today)
                ids = (f"supposed-{n}" for n in range(1, times + 1))
                lines = tuple(msgspec.structs.replace(entry, id=id_) for id_ in ids)
                yield Hypothesis("record", lines, self.today)
            return
        params = {p.name: p for p in self.params(total.match.name)}
        kept = tuple(a for a in fact.args if a.name != total.param)
        added = m.Arg(total.param, "=", m.Number(amount, params[total.param].unit))
        fact = msgspec.structs.replace(fact, args=(*kept, added))
        yield from self.line(fact, self.today)

    def reading(self, expr: MeasureReading, amount: Decimal) -> e.ReadingFact:
        units = {measure.name: measure.unit for measure in self.setting.norms.measures}
        of = None if expr.of is None else self.value(expr.of)
        number = m.Number(amount, units.get(expr.measure))
        return e.ReadingFact(expr.measure, None if of is None else str(of), number, number)

    # -------------------------------------------------------------- powers and terms
    def own_uses(self) -> Iterator[Hypothesis]:
        """The power itself used: by its holder, or by all who hold it together."""
        does = self.rule.power
        if does is None:
            return
        if does.verb == "do" and does.match is not None:
            yield from self.line(self.act(does.match), self.today)
        elif does.verb == "determine" and does.match is not None:
            pattern = self.pattern(does.match)
            yield from self.line(e.DetermineFact(self.verdict.debtor, pattern), self.today)
        else:
            yield from self.use(self.rule, does.clauses[0] if does.clauses else None)

    def uses(self) -> Iterator[Hypothesis]:
        """Powers over the duty used on the day asked; a suspension given up."""
        for power in self.norms.rules:
            does = power.power
            if does is None or power.id == self.rule.id or does.verb not in POWERS:
                continue
            if self.rule.id in does.rules or self.rule.clause in does.clauses:
                yield from self.use(power, self.rule.clause)
        for step in self.derivation.steps:
            if isinstance(step, d.Overlay) and step.name == "suspended":
                for use in step.uses:
                    if use.in_effect:
                        fact = e.PowerFact("resume", use.by, (self.rule.clause,))
                        yield from self.line(fact, self.today)

    def use(self, power: Rule, clause: str | None) -> Iterator[Hypothesis]:
        does = power.power
        assert does is not None
        debtor = power.debtor
        by = (
            debtor.value
            if isinstance(debtor, Const)
            else self.verdict.creditor or self.verdict.debtor
        )
        done = {name for s in self.derivation.steps if isinstance(s, d.Wanting) for name in s.used}
        holders = does.holders if does.joint else (str(by),)
        clauses = () if clause is None or does.verb == "end_all" else (clause,)
        lines = [
            self.written(
                e.PowerFact(does.verb, holder, clauses, amendment=does.amendment),  # type: ignore[arg-type]
                self.today,
            )
            for holder in holders
            if holder not in done or power.id != self.rule.id
        ]
        if lines:
            yield Hypothesis("record", tuple(lines), self.today)

    def determinations(self) -> Iterator[Hypothesis]:
        """Each open vague term, determined either way: as the span began, and on the day asked."""
        zone = self.setting.norms.zone
        days = [self.today]
        if self.verdict.from_ is not None:
            days.insert(0, local_day(micros_of(self.verdict.from_), zone))
        for term in vague_terms(self.derivation):
            for by in term.deciders:
                for holds in (True, False):
                    if term.value == (2 if holds else 0):
                        continue
                    for day in dict.fromkeys(days):
                        fact = e.DetermineFact(by, self.pattern(term.term.match), holds)
                        yield from self.line(fact, day)

    def pattern(self, match: Match) -> m.Pattern:
        args = []
        for arg in match.args:
            value = self.wanted(arg)
            if value is not None:
                args.append(m.Arg(arg.param, "=", literal(value, None, None)))
        return m.Pattern(match.name, tuple(args))

    # -------------------------------------------------------------- completeness
    def declarations(self) -> Iterator[Hypothesis]:
        """A declaration that the record is complete on what the duty is silent about."""
        names = [
            step.name
            for step in self.derivation.steps
            if isinstance(step, d.Silence) and not step.covers
        ]
        names += [step.measure for step in self.derivation.steps if isinstance(step, d.Freshness)]
        for name in dict.fromkeys(names):
            by = self.speaker() or self.keeper()
            yield Hypothesis("complete", (e.Completeness(by, (name,)),), self.today)

    def keeper(self) -> str:
        """Somebody whose record it may be: a body, else the creditor, else any party."""
        parties = self.setting.agreement.parties
        bodies = [party.name for party in parties if party.body]
        others = [party.name for party in parties if party.name != self.verdict.debtor]
        return next(
            iter((*bodies, *filter(None, (self.verdict.creditor,)), *others, self.verdict.debtor))
        )

    # -------------------------------------------------------------- lines
    def line(self, fact: e.Fact, day: date) -> Iterator[Hypothesis]:
        yield Hypothesis("record", (self.written(fact, day),), day)

    def written(self, fact: e.Fact, day: date) -> e.Entry:
        """The entry, said by somebody whom the account trusts where it does not trust all."""
        by = self.speaker(preferred=isinstance(fact, e.ReadingFact))
        chain = () if by is None else (e.Attribution("said", by),)
        return e.Entry(e.When(day), fact, chain=chain)

    def speaker(self, preferred: bool = False) -> str | None:
        """Whom the account trusts, where it does not trust everybody (or `preferred` some)."""
        account = self.setting.account
        if account is None:
            return None
        return next(iter((*account.only, *(account.first if preferred else ()))), None)


def literal(
    value: Value, type_: str | None, unit: str | None
) -> m.Number | m.Text | m.Day | m.Name:
    """A value as the language writes it."""
    if isinstance(value, Decimal):
        return m.Number(value, unit)
    if isinstance(value, date):
        return m.Day(value)
    return m.Text(value) if type_ == "text" else m.Name(value)


def third_person(event: str) -> str:
    """The form of an event's verb that follows an actor: `pays`, `carries_out`, `withdraws`."""
    forms = verb_forms(event)
    if is_third(event) and any(len(form) < len(event) for form in forms):
        return event
    return max(forms, key=lambda form: (is_third(form), len(form), form))


def is_third(event: str) -> bool:
    return event.partition("_")[0].endswith("s")


def comparisons(condition: d.Condition) -> Iterator[d.Comparison]:
    match condition:
        case d.Comparison():
            yield condition
        case d.AllOf(items=items) | d.AnyOf(items=items):
            for item in items:
                yield from comparisons(item)
        case d.Negation(item=item):
            yield from comparisons(item)


def vague_terms(derivation: d.Derivation) -> Iterator[d.VagueTerm]:
    """The vague terms of a derivation on which the account has no answer of its own."""
    waiting: list[d.Condition] = [
        step.condition for step in derivation.steps if isinstance(step, d.Gate)
    ]
    waiting += [
        step.condition
        for step in derivation.steps
        if isinstance(step, d.Overlay) and step.condition is not None
    ]
    while waiting:
        match waiting.pop():
            case d.VagueTerm(held=None) as term:
                yield term
            case d.AllOf(items=items) | d.AnyOf(items=items):
                waiting += items
            case d.Negation(item=item):
                waiting.append(item)
