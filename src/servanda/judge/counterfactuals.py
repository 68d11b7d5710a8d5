"""What would give a duty another status: hypotheses, each tried by judging it.

A hypothesis is a line of the record, an entry that the account sets aside, the record's own later
entries, or a declaration of completeness. Those of lines are written in the language, read back by
its parser and seen with the account's own trust, so that a line that is shown does what it says
when somebody supposes it. What the judge does not confirm is not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from typing import Literal as OneOf

import msgspec
from msgspec import Struct

from servanda.judge import derivation as d
from servanda.judge.dependencies import Footprints
from servanda.judge.reference.walk import Walk, verdicts_of
from servanda.judge.support import every_ground, only, outcome, without
from servanda.judge.verdict import JudgeError, Status, Verdict
from servanda.judge.visible_facts import visible
from servanda.record.account_facts import facts_for
from servanda.record.dates import end_of
from servanda.record.facts import Facts, Value
from servanda.record.record import Record
from servanda.record.resolver import resolve_record
from servanda.record.trust import Policy
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
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import parse
from servanda.syntax.printer.statements import show
from servanda.syntax.problems import Problems
from servanda.syntax.tree import NOWHERE, Account, Agreement
from servanda.syntax.verbs import verb_forms

MOST_SET_ASIDE = 30
MOST_TIMES = 5
POWERS = ("waive", "release", "suspend", "end", "end_all", "create")


class Setting:
    """An account on a day: `facts` are its own up to that day; `known` the last tick known then.

    What several derivations need of it is worked out once.
    """

    def __init__(
        self,
        agreement: Agreement,
        record: Record,
        account: Account | None,
        norms: Norms,
        facts: Facts,
        *,
        known: int | None = None,
    ) -> None:
        self.agreement = agreement
        self.record = record
        self.account = account
        self.norms = norms
        self.facts = facts
        self.known = known

    @cached_property
    def footprints(self) -> Footprints:
        return Footprints(self.norms)

    @cached_property
    def trusting(self) -> Facts:
        """The facts of somebody who counts every entry as sure."""
        everyone = Account("everyone", None, (), (), (), (), ("alleged",), (), NOWHERE)
        return self.seen_by(everyone, self.record, self.facts.now)

    @cached_property
    def to_the_last(self) -> Facts | None:
        """The account's facts up to the record's last day, where that is later; not of tables."""
        last, zone = self.record.last, self.norms.zone
        if last is None or last <= self.facts.now or self.facts.bulk_events:
            return None
        end = end_of(local_day(micros_of(last), zone).isoformat(), zone)
        return self.seen_by(self.account, self.record, end)

    def seen_by(self, account: Account | None, record: Record, now: int) -> Facts:
        record = msgspec.structs.replace(record, tables=())
        return facts_for(record, self.agreement, account, self.norms, on=now, known=self.known)

    @cached_property
    def taken(self) -> frozenset[str]:
        """The ids of the record's entries."""
        return frozenset(entry.id for entry in self.record.entries)


class Change(Struct, frozen=True):
    """What would give the duty the status `status`, as judged.

    `lines`: lines of the record that are supposed; `entries`: entries of the record that are
    counted, or that come later. `until`: the last day judged, where that is after the day asked.
    """

    kind: OneOf["record", "complete", "untrusted", "unsure", "later"]
    status: Status
    lines: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    day: date | None = None


class Hypothesis(Struct, frozen=True):
    """Lines to suppose, all together."""

    kind: OneOf["record", "complete"]
    lines: tuple[e.Entry | e.Completeness, ...]
    day: date


def changes(setting: Setting, derivation: d.Derivation) -> list[Change]:
    """Everything tried that gives the instance another status, the nearest first."""
    return Counterfactuals(setting, derivation).all()


class Counterfactuals:
    """Tries hypotheses about one instance."""

    def __init__(self, setting: Setting, derivation: d.Derivation) -> None:
        self.setting = setting
        self.of = derivation.verdict
        self.rule = derivation.rule
        self.derivation = derivation
        self.footprints = setting.footprints
        self.reach = self.footprints.follow([self.rule.id])
        self.norms, facts = self.footprints.within(self.reach, setting.facts)
        self.facts = visible(self.norms, facts, self.of)
        self.records: dict[tuple[str, ...], Record | None] = {}
        self.unchanged: dict[int, Status | None] = {}
        self.today = local_day(micros_of(setting.facts.now), setting.norms.zone)
        self.bound = dict(self.of.instance)

    def all(self) -> list[Change]:
        found = [*self.set_aside(), *self.lines(), *self.later()]
        kept: dict[object, Change] = {}
        for change in found:
            kept.setdefault((change.kind, change.status, change.lines, change.entries), change)
        return list(kept.values())

    def status(self, facts: Facts) -> Status | None:
        """What the instance is on the last day of some facts, if that is another status."""
        _, fewer = self.footprints.within(self.reach, facts)
        found = outcome(self.norms, fewer, self.of)
        return None if found is None or found.status == self.of.status else found.status

    # -------------------------------------------------------------- what is set aside
    def set_aside(self) -> Iterator[Change]:
        """Entries that this account does not trust, or not surely, and that would change it."""
        every = self.footprints.within(self.reach, self.setting.trusting)[1]
        every = visible(self.norms, every, self.of)
        mine, theirs = by_entry(self.facts), by_entry(every)
        differing = [id_ for id_, facts in theirs.items() if facts != mine.get(id_)]
        for id_ in differing[:MOST_SET_ASIDE]:
            status = self.status(joined(without(self.facts, id_), only_entry(every, id_)))
            if status is not None:
                yield Change(self.reason(id_), status, entries=(id_,))

    def reason(self, id_: str) -> OneOf["untrusted", "unsure"]:
        """Why the account does not count an entry, or not surely."""
        entry = self.setting.record.entry(id_)
        policy = Policy(self.setting.account, self.setting.record)
        dropped = entry is not None and policy.of_entry(entry) is None
        return "untrusted" if dropped else "unsure"

    # -------------------------------------------------------------- what comes later
    def later(self) -> Iterator[Change]:
        """What the record's own later entries make of it next."""
        setting, zone = self.setting, self.setting.norms.zone
        if setting.to_the_last is None:
            return
        facts = self.footprints.within(self.reach, setting.to_the_last)[1]
        facts = visible(self.norms, facts, self.of)
        if facts.now == self.facts.now or every_ground(facts) == every_ground(self.facts):
            return
        walk = Walk(self.norms, facts, alone=self.of)
        try:
            walk.run()
        except JudgeError:
            return
        spans = next(
            (
                found
                for found in verdicts_of(walk).values()
                if any(self.is_same(span) for span in found)
            ),
            [],
        )
        for span in spans:
            begins = span.from_
            if begins is not None and begins > setting.facts.now and span.entries:
                day = local_day(micros_of(begins), zone)
                yield Change("later", span.status, entries=span.entries, day=day)
                return

    def is_same(self, span: Verdict) -> bool:
        own = (self.of.rule, self.of.debtor, self.of.creditor, self.of.trigger, self.of.instance)
        same = (span.rule, span.debtor, span.creditor, span.trigger, span.instance) == own
        return same and (span.status, span.from_) == (self.of.status, self.of.from_)

    # -------------------------------------------------------------- what might be recorded
    def lines(self) -> Iterator[Change]:
        """Lines of the record, supposed one by one (of a joint power: together)."""
        for hypothesis in dict.fromkeys(self.hypotheses()):
            lines = self.with_ids(hypothesis.lines)
            status = self.supposed(lines, hypothesis.day)
            if status is not None:
                yield Change(hypothesis.kind, status, lines, day=hypothesis.day)

    def supposed(self, lines: Sequence[str], day: date) -> Status | None:
        """What the instance is at the end of the day asked, or of the lines' own, if later."""
        setting = self.setting
        now = max(setting.facts.now, end_of(day.isoformat(), setting.norms.zone))
        record = self.read(lines)
        if record is None:
            return None
        added = setting.seen_by(setting.account, record, now)
        facts = msgspec.structs.replace(joined(self.facts, added), now=now)
        status = self.status(facts)
        return None if now > setting.facts.now and status == self.by_then(now) else status

    def by_then(self, now: int) -> Status | None:
        """What time alone makes of it by a later tick."""
        if now not in self.unchanged:
            later = msgspec.structs.replace(self.facts, now=now)
            self.unchanged[now] = self.status(later)
        return self.unchanged[now]

    def with_ids(self, lines: Sequence[e.Entry | e.Completeness]) -> tuple[str, ...]:
        """The lines as text, with an id of their own where the record has theirs already."""
        record = self.read([show(line) for line in lines])
        taken = self.setting.taken
        if record is None or not any(entry.id in taken for entry in record.entries):
            return tuple(show(line) for line in lines)
        return tuple(
            show(msgspec.structs.replace(line, id=f"supposed-{n}"))
            if isinstance(line, e.Entry)
            else show(line)
            for n, line in enumerate(lines, 1)
        )

    def read(self, lines: Sequence[str]) -> Record | None:
        """The record of some lines; None where they do not read, or do not fit the agreement."""
        given = tuple(lines)
        if given not in self.records:
            self.records[given] = self.resolved(given)
        return self.records[given]

    def resolved(self, lines: tuple[str, ...]) -> Record | None:
        problems = Problems()
        layout = lay_out("\n".join(lines) + "\n", "supposed.sv", problems)
        parsed = parse(layout.statements, problems)
        setting = self.setting
        record = resolve_record(
            parsed.record, setting.agreement, setting.record.sources, problems, None
        )
        if problems.errors:
            return None
        return msgspec.structs.replace(
            record, sources=setting.record.sources, aliases=setting.record.aliases
        )

    def hypotheses(self) -> Iterator[Hypothesis]:
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
        if self.of.status == "broken" and remedy is not None and remedy.action is not None:
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
            yield from self.line(self.act(self.rule.cured_by), self.today)

    def act(self, match: Match) -> e.EventFact:
        """The event with what a pattern asks for; of what adds up, what is still missing."""
        params = self.params(match.name)
        missing = self.missing()
        args: dict[str, Value] = {}
        for arg in match.args:
            wanted = self.wanted(arg)
            if wanted is not None:
                args[arg.param] = wanted
        if missing is not None and self.rule.total is not None:
            args[self.rule.total[0]] = missing
        by = args.pop("by", None) if any(p.name == "by" for p in params) else None
        if by is None and any(p.name == "by" for p in params):
            by = self.of.debtor
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
            return self.of.debtor if self.of.debtor in arg.values else arg.values[0]
        if arg.op == "same":
            return dict(self.of.breach).get(arg.param)
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
            yield from self.line(e.DetermineFact(self.of.debtor, pattern), self.today)
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
        by = debtor.value if isinstance(debtor, Const) else self.of.creditor or self.of.debtor
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
        if self.of.from_ is not None:
            days.insert(0, local_day(micros_of(self.of.from_), zone))
        for term in open_terms(self.derivation):
            for by in term.deciders:
                for holds in (True, False):
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
        others = [party.name for party in parties if party.name != self.of.debtor]
        return next(iter((*bodies, *filter(None, (self.of.creditor,)), *others, self.of.debtor)))

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


# ------------------------------------------------------------------ pieces
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


def open_terms(derivation: d.Derivation) -> Iterator[d.VagueTerm]:
    """The vague terms of a derivation that nobody has decided."""
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
            case d.VagueTerm(value=1) as term:
                yield term
            case d.AllOf(items=items) | d.AnyOf(items=items):
                waiting += items
            case d.Negation(item=item):
                waiting.append(item)


def by_entry(facts: Facts) -> dict[str, list[object]]:
    """All that is taken from each entry."""
    found: dict[str, list[object]] = {}
    for name, occurrences in facts.events.items():
        for occurrence in occurrences:
            found.setdefault(occurrence.entry, []).append((name, occurrence))
    for measure, readings in facts.readings.items():
        for reading in readings:
            found.setdefault(reading.entry, []).append((measure, reading))
    for exercise in facts.exercises:
        found.setdefault(exercise.entry, []).append(exercise)
    for determination in facts.determinations:
        found.setdefault(determination.entry, []).append(determination)
    return found


def only_entry(facts: Facts, entry: str) -> Facts:
    return msgspec.structs.replace(only(facts, [entry]), complete=())


def joined(one: Facts, other: Facts) -> Facts:
    """The facts of both, as they stand on the first one's last day."""

    def both(mine: dict[str, tuple[object, ...]], theirs: dict[str, tuple[object, ...]]) -> object:
        names = dict.fromkeys((*mine, *theirs))
        return {name: (*mine.get(name, ()), *theirs.get(name, ())) for name in names}

    return msgspec.structs.replace(
        one,
        events=both(one.events, other.events),  # type: ignore[arg-type]
        readings=both(one.readings, other.readings),  # type: ignore[arg-type]
        exercises=(*one.exercises, *other.exercises),
        determinations=(*one.determinations, *other.determinations),
        complete=(*one.complete, *other.complete),
    )
