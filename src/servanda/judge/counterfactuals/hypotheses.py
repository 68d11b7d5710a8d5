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
from servanda.judge.counterfactuals.levels import Level, begun, solutions
from servanda.judge.counterfactuals.setting import Setting
from servanda.judge.counterfactuals.times import cure_ends, day_of, times, times_of_power
from servanda.judge.dependencies import nodes
from servanda.record.facts import Value
from servanda.semantics.clock import local_day, micros_of
from servanda.semantics.norms import (
    Arg,
    Const,
    IsVague,
    Match,
    Norms,
    Rule,
    Total,
    Var,
    Variable,
)
from servanda.syntax import entries as e
from servanda.syntax import tree as m
from servanda.syntax.verbs import third_person

MOST_TIMES = 5
SURE = 2
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
        self.zone = setting.norms.zone
        self.now = e.When(setting.today)
        self.times = times(derivation, setting.today, self.zone)
        self.bound = dict(derivation.verdict.instance)

    def all(self) -> Iterator[Hypothesis]:
        match self.rule.kind:
            case "achieve":
                yield from self.performances()
            case "forbid":
                yield from self.violations()
            case "may":
                yield from self.own_uses()
        yield from self.conditions()
        yield from self.uses()
        yield from self.determinations()
        yield from self.declarations()

    # -------------------------------------------------------------- acts
    def performances(self) -> Iterator[Hypothesis]:
        """A performance on the day asked, at the end of the window, as it opens, and late."""
        if self.rule.action is None:
            return
        fact = self.act(self.rule.action, missing=self.missing())
        for when in self.times:
            yield from self.line(fact, when)
        remedy = next((r for r in self.norms.rules if r.id == self.rule.remedy), None)
        if self.verdict.status == "broken" and remedy is not None and remedy.action is not None:
            yield from self.line(self.act(remedy.action), self.now)

    def violations(self) -> Iterator[Hypothesis]:
        if self.rule.action is not None:
            fact = self.act(self.rule.action)
            for when in self.times:
                yield from self.line(fact, when)
        if self.rule.cured_by is not None:
            breaches = self.verdict.breaches or ((),)
            acts = dict.fromkeys(self.act(self.rule.cured_by, dict(b)) for b in breaches)
            for when in self.times:
                lines = tuple(self.written(act, when) for act in acts)
                yield Hypothesis("record", lines, day_of(when))

    def act(
        self,
        match: Match,
        given: Mapping[str, Value | None] | None = None,
        missing: Decimal | None = None,
    ) -> e.EventFact:
        """The event with what a pattern asks for.

        `given`: the particulars of the violation that it is to cure, or of the state that it is to
        begin or end; `missing`: of what adds up, the amount that is still owed.
        """
        params = self.params(match.name)
        args: dict[str, Value] = {}
        for arg in match.args:
            name = {"same": arg.param, "bind": arg.variable or ""}.get(arg.op)
            wanted = self.wanted(arg) if name is None else (given or {}).get(name)
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

    # -------------------------------------------------------------- conditions
    def conditions(self) -> Iterator[Hypothesis]:
        """For each part of the conditions: what would make it hold, and what would make it fail."""
        gates = {s.name: s for s in self.derivation.steps if isinstance(s, d.Gate)}
        for gate in gates.values():  # of what is to be kept, the last: as it is on the day asked
            read = self.setting.facts.now
            if gate.name == "if" and gate.at is not None:
                read = gate.at
            at = e.When(local_day(micros_of(read), self.zone))
            for part in parts_of(gate.condition):
                match part:
                    case d.Comparison():
                        yield from self.around(part, read, at)
                        if gate.name == "keep":
                            yield from self.before_the_breach(part)
                    case d.Occurred() if part.value < SURE:
                        yield from self.line(self.act(part.happened.match), at)
                    case d.State():
                        yield from self.changes(part, at)

    def changes(self, found: d.State, at: e.When) -> Iterator[Hypothesis]:
        """An event that begins a state, or one that ends it."""
        match = found.state.match
        wanted = {arg.param: self.wanted(arg) for arg in match.args}
        for state in (s for s in self.norms.states if s.name == match.name):
            begins = state.begins if found.value < SURE else ()
            ends = state.ends if found.value else ()
            for change in (*begins[:1], *ends[:1]):
                yield from self.line(self.act(change, wanted), at)

    def around(self, found: d.Comparison, read: int, at: e.When) -> Iterator[Hypothesis]:
        """The amounts around the limit of a comparison that was read at tick `read`."""
        for solved in solutions(found):
            for amount in (solved.holds, solved.fails):
                if solved.level.total is not None:
                    yield from self.more(solved.level.total, amount - solved.now, at)
                else:
                    when = self.when(solved.level, read, at)
                    yield from self.line(self.reading(solved.level, amount), when)
        if not any(True for _ in solutions(found)):
            yield from self.both_ends(found, read, at)

    def both_ends(self, found: d.Comparison, read: int, at: e.When) -> Iterator[Hypothesis]:
        """Of changes of which neither end is known: a beginning at nothing, alone and with an
        end."""
        left, supposed = begun(found.left)
        right, others = begun(found.right)
        lines = [
            self.written(self.reading(each, Decimal(0)), self.when(each, read, at))
            for each in sorted(supposed | others, key=str)
        ]
        if lines:
            yield Hypothesis("record", tuple(lines), day_of(at))
        for solved in solutions(msgspec.structs.replace(found, left=left, right=right)):
            for amount in (solved.holds, solved.fails):
                line = self.written(self.reading(solved.level, amount), at)
                yield Hypothesis("record", (*lines, line), day_of(at))

    def before_the_breach(self, found: d.Comparison) -> Iterator[Hypothesis]:
        """Readings that put a failure right on the last day before it counts as a breach."""
        for end in cure_ends(self.derivation, self.zone):
            for solved in solutions(found):
                if solved.level.total is None and not solved.level.before:
                    yield from self.line(self.reading(solved.level, solved.holds), end)

    def when(self, level: Level, read: int, at: e.When) -> e.When:
        """When a level is read: of a change, at its beginning or its end."""
        if not level.before:
            return at
        return e.When(local_day(micros_of(read) - level.before, self.zone))

    def more(self, total: Total, amount: Decimal, at: e.When) -> Iterator[Hypothesis]:
        """One more occurrence, of the amount by which a sum passes its limit."""
        if amount <= 0:
            return
        fact = self.act(total.match)
        if total.param is None:
            times = int(amount.to_integral_value(ROUND_CEILING))
            if times <= MOST_TIMES:
                entry = self.written(fact, at)
                ids = (f"supposed-{n}" for n in range(1, times + 1))
                lines = tuple(msgspec.structs.replace(entry, id=id_) for id_ in ids)
                yield Hypothesis("record", lines, day_of(at))
            return
        params = {p.name: p for p in self.params(total.match.name)}
        kept = tuple(a for a in fact.args if a.name != total.param)
        added = m.Arg(total.param, "=", m.Number(amount, params[total.param].unit))
        fact = msgspec.structs.replace(fact, args=(*kept, added))
        yield from self.line(fact, at)

    def reading(self, level: Level, amount: Decimal) -> e.ReadingFact:
        units = {measure.name: measure.unit for measure in self.setting.norms.measures}
        of = None if level.of is None else self.value(level.of)
        number = m.Number(amount, units.get(level.measure))
        return e.ReadingFact(level.measure, None if of is None else str(of), number, number)

    # -------------------------------------------------------------- powers and terms
    def own_uses(self) -> Iterator[Hypothesis]:
        """The power itself used: by its holder, or by all who hold it together."""
        does = self.rule.power
        if does is None:
            return
        if does.verb == "do" and does.match is not None:
            yield from self.line(self.act(does.match), self.now)
        elif does.verb == "determine" and does.match is not None:
            pattern = self.pattern(does.match)
            yield from self.line(e.DetermineFact(self.verdict.debtor, pattern), self.now)
        else:
            yield from self.use(self.rule, does.clauses[0] if does.clauses else None, self.now)

    def uses(self) -> Iterator[Hypothesis]:
        """Powers over the duty used, and a suspension given up."""
        for power in self.norms.rules:
            does = power.power
            if does is None or power.id == self.rule.id or does.verb not in POWERS:
                continue
            if self.rule.id in does.rules or self.rule.clause in does.clauses:
                today = self.setting.today
                for when in times_of_power(power, self.derivation, today, self.zone):
                    yield from self.use(power, self.rule.clause, when)
        for step in self.derivation.steps:
            if isinstance(step, d.Overlay) and step.name == "suspended":
                for use in step.uses:
                    if use.in_effect:
                        fact = e.PowerFact("resume", use.by, (self.rule.clause,))
                        yield from self.line(fact, self.now)

    def use(self, power: Rule, clause: str | None, when: e.When) -> Iterator[Hypothesis]:
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
                when,
            )
            for holder in holders
            if holder not in done or power.id != self.rule.id
        ]
        if lines:
            yield Hypothesis("record", tuple(lines), day_of(when))

    def determinations(self) -> Iterator[Hypothesis]:
        """Each open vague term, determined either way: as the span began, as a power over it was
        used that this leaves open, and on the day asked."""
        days = [self.setting.today]
        if self.verdict.from_ is not None:
            days.insert(0, local_day(micros_of(self.verdict.from_), self.zone))
        for step in self.derivation.steps:
            if isinstance(step, d.Overlay) and step.vague:
                days += (local_day(micros_of(use.at), self.zone) for use in step.uses)
        for match, by in dict.fromkeys(self.open_terms()):
            for holds in (True, False):
                for day in dict.fromkeys(days):
                    fact = e.DetermineFact(by, self.pattern(match), holds)
                    yield from self.line(fact, e.When(day))

    def open_terms(self) -> Iterator[tuple[Match, str]]:
        """The vague terms of its conditions, and of the rules that leave it undetermined, each with
        somebody who decides it."""
        for term in vague_terms(self.derivation):
            yield from ((term.term.match, by) for by in term.deciders)
        if self.verdict.status == "undetermined":
            deciders = {vague.name: vague.deciders for vague in self.norms.vagues}
            for node in nodes(self.norms.rules):
                if isinstance(node, IsVague):
                    yield from ((node.match, by) for by in deciders[node.match.name])

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
            yield Hypothesis("complete", (e.Completeness(by, (name,)),), self.setting.today)

    def keeper(self) -> str:
        """Somebody whose record it may be: a body, else the creditor, else any party."""
        parties = self.setting.agreement.parties
        bodies = [party.name for party in parties if party.body]
        others = [party.name for party in parties if party.name != self.verdict.debtor]
        return next(
            iter((*bodies, *filter(None, (self.verdict.creditor,)), *others, self.verdict.debtor))
        )

    # -------------------------------------------------------------- lines
    def line(self, fact: e.Fact, when: e.When) -> Iterator[Hypothesis]:
        yield Hypothesis("record", (self.written(fact, when),), day_of(when))

    def written(self, fact: e.Fact, when: e.When) -> e.Entry:
        """The entry, from a trusted source if the account does not trust all."""
        by = self.speaker(preferred=isinstance(fact, e.ReadingFact))
        chain = () if by is None else (e.Attribution("said", by),)
        return e.Entry(when, fact, chain=chain)

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


def parts_of(condition: d.Condition) -> Iterator[d.Condition]:
    """The parts of a condition that have none themselves."""
    match condition:
        case d.AllOf(items=items) | d.AnyOf(items=items):
            for item in items:
                yield from parts_of(item)
        case d.Negation(item=item):
            yield from parts_of(item)
        case _:
            yield condition


def vague_terms(derivation: d.Derivation) -> Iterator[d.VagueTerm]:
    """The vague terms of a derivation on which the account has no answer of its own."""
    for step in derivation.steps:
        if isinstance(step, d.Gate | d.Overlay) and step.condition is not None:
            for part in parts_of(step.condition):
                if isinstance(part, d.VagueTerm) and part.held is None:
                    yield part
