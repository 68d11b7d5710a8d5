"""Which entries a verdict span rests on, and their sources."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from servanda.explain.cited_sources import CitedSources
from servanda.explain.judged import Judged
from servanda.judge.reference.world import passes
from servanda.judge.verdict import Verdict
from servanda.record.facts import Occurrence, ReadingFact, Value
from servanda.semantics.clock import PHASES, micros_of
from servanda.semantics.norms import (
    And,
    Arg,
    Arith,
    Compare,
    Cond,
    Const,
    Expr,
    Happened,
    InState,
    IsVague,
    Match,
    MeasureChange,
    MeasureReading,
    Not,
    Or,
    Rule,
    Term,
    Total,
    Var,
)

POWERED = {"suspended": "suspend", "waived": "waive", "released": "release", "ended": "end"}
OVER = ("lapsed", "ended", "waived", "released")
COMPARED = ("!=", "<", "<=", ">", ">=")


class Asked(Struct, frozen=True):
    """When a condition is asked about: at tick `end`, of a span that began at `begun`, of a duty
    whose window opened at `opened` (None: ever); `so far` counts from there."""

    end: int
    begun: int | None = None
    opened: int | None = None


class Evidence:
    """Looks up entries for the verdicts of one judgement."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.facts = judged.facts
        self.params = {e.name: [p.name for p in e.params] for e in judged.norms.events}
        self.states = {s.name: s for s in judged.norms.states}
        self.by_id = {e.id: e for e in judged.record.entries}
        self.cited = CitedSources(judged)

    def sources(self, entries: list[str]) -> list[str]:
        """The sources of some entries, each once, in order."""
        return self.cited.of(entries)

    def of(self, rule: Rule, verdict: Verdict) -> list[str]:
        """The trigger, what opened the span, and what the condition rests on while it lasts."""
        found: list[str] = []
        bound = dict(verdict.instance)
        if verdict.trigger is not None:
            found.append(verdict.trigger)
        elif rule.trigger is not None and rule.trigger.cond is not None:
            found += self.rests_on(rule.trigger.cond, bound, Asked(self.began(verdict)))
        if rule.total is not None and verdict.status in ("kept", "cured"):
            found += self.parts(rule, verdict)
        found += verdict.acts
        if verdict.status in POWERED:
            found += self.exercises(rule, verdict, POWERED[verdict.status])
        for cond in self.concerned(rule, verdict):
            found += self.condition(cond, bound, verdict)
        return list(dict.fromkeys(found))

    def parts(self, rule: Rule, verdict: Verdict) -> Iterator[str]:
        """The part performances that add up to what was owed."""
        if rule.action is not None and verdict.from_ is not None:
            bound = dict(verdict.instance)
            opened = None if rule.early else self.opening(verdict)
            match = performing(rule, rule.action)
            yield from self.occurrences(match, bound, verdict.from_ + PHASES - 1, opened)

    def opening(self, verdict: Verdict) -> int | None:
        """The instant at which the instance's window opened (None: ever open)."""
        spans = self.spans(verdict)
        first = min((v.from_ or 0 for v in spans if v.status != "dormant"), default=0)
        return first - first % PHASES if first else None

    def began(self, verdict: Verdict) -> int:
        """The last tick of the instant in which the instance came about."""
        at = self.spans(verdict)[0].from_
        return (self.facts.now if at is None else at) + PHASES - 1

    def spans(self, verdict: Verdict) -> list[Verdict]:
        """The spans of one instance, in order: what a condition raises again is another one, and
        nothing but the end of the last span tells them apart."""
        found: list[Verdict] = []
        for span in self.judged.verdicts:
            if not same_instance(span, verdict):
                continue
            found.append(span)
            if span.until is None:
                if verdict in found:
                    return found
                found = []
        return found if verdict in found else [verdict]

    def concerned(self, rule: Rule, verdict: Verdict) -> list[Cond]:
        """The conditions whose facts decide the status."""
        if verdict.status == "excused":
            return [rule.unless]
        if rule.keep is not None and verdict.status in ("kept", "broken", "cured", "unknown"):
            return [rule.keep]
        if rule.kind == "may" and verdict.status in ("due", "kept"):
            return [rule.while_, rule.if_]
        return []

    def exercises(self, rule: Rule, verdict: Verdict, verb: str) -> list[str]:
        """The power entries that took effect when the span began."""
        if verdict.from_ is None:
            return []
        at = micros_of(verdict.from_)
        return [
            e.entry
            for e in self.facts.exercises
            if e.verb.startswith(verb) and e.clause in (rule.clause, None) and micros_of(e.hi) == at
        ]

    def in_vain(self, rule: Rule, verdict: Verdict) -> Iterator[str]:
        """The entries that say that a power was used, at no time that it reads as used."""
        does = rule.power
        if does is None or does.joint:
            return
        kept = [
            span
            for span in self.judged.verdicts
            if span.status == "kept" and same_instance(span, verdict)
        ]
        for e in self.facts.exercises:
            mine = e.verb == does.verb and e.by == verdict.debtor
            meant = e.clause in does.clauses or (e.clause is None and does.verb == "end_all")
            version = does.amendment in (None, e.amendment)
            owed = None in (verdict.creditor, e.towards) or e.towards == verdict.creditor
            took = any(
                (span.from_ is None or span.from_ <= e.hi)
                and (span.until is None or e.lo < span.until)
                for span in kept
            )
            if mine and meant and version and owed and not took and e.lo <= self.facts.now:
                yield e.entry

    # -------------------------------------------------------------- conditions
    def condition(
        self, cond: Cond, bound: dict[str, Value | None], verdict: Verdict
    ) -> Iterator[str]:
        """Entries that the truth of a condition rests on, up to the end of the span."""
        yield from self.rests_on(cond, bound, self.asked(verdict))

    def asked(self, verdict: Verdict) -> Asked:
        end = self.facts.now if verdict.until is None else verdict.until - 1
        if verdict.status in OVER and verdict.from_ is not None:
            end = verdict.from_ - 1  # what comes after counts no more
        return Asked(end, verdict.from_, self.opening(verdict))

    def rests_on(self, cond: Cond, bound: dict[str, Value | None], at: Asked) -> Iterator[str]:
        """Entries that the truth of a condition rests on."""
        if isinstance(cond, And | Or):
            for item in cond.items:
                yield from self.rests_on(item, bound, at)
        elif isinstance(cond, Not):
            yield from self.rests_on(cond.item, bound, at)
        elif isinstance(cond, Compare):
            for side in (cond.left, cond.right):
                yield from self.expression(side, bound, at)
        elif isinstance(cond, InState):
            yield from self.state(cond.match, bound, at.end)
        elif isinstance(cond, Happened):
            yield from self.counted(cond.match, cond.window, bound, Asked(at.end, at.begun))
        elif isinstance(cond, IsVague):
            yield from self.decided(cond.match, bound, at.end)

    def decided(self, match: Match, bound: dict[str, Value | None], end: int) -> Iterator[str]:
        """The last determination of a vague term, unless the account holds an answer of its own."""
        vague = next(v for v in self.judged.norms.vagues if v.name == match.name)
        names = [p.name for p in vague.params]

        def concerns(args: tuple[Value | None, ...]) -> bool:
            return self.passes(match, dict(zip(names, args, strict=False)), bound)

        at = micros_of(end)
        for held in self.judged.norms.held:
            begun = held.from_ is None or held.from_ <= at
            holding = begun and (held.until is None or at < held.until)
            if holding and held.name == match.name and concerns(held.args):
                return
        said = [
            d
            for d in self.facts.determinations
            if d.name == match.name and d.by in vague.deciders and d.lo <= end and concerns(d.args)
        ]
        last = max((d.lo for d in said), default=None)
        yield from (d.entry for d in said if d.lo == last)

    def expression(self, expr: Expr, bound: dict[str, Value | None], at: Asked) -> Iterator[str]:
        if isinstance(expr, MeasureReading | MeasureChange):
            yield from (r.entry for r in self.readings(expr.measure, expr.of, bound, at.end))
        elif isinstance(expr, Total):
            yield from self.counted(expr.match, expr.window, bound, at)
        elif isinstance(expr, Arith):
            yield from self.expression(expr.left, bound, at)
            yield from self.expression(expr.right, bound, at)

    def counted(
        self, match: Match, window: int | None, bound: dict[str, Value | None], at: Asked
    ) -> Iterator[str]:
        """Occurrences that may count in the last `window` microseconds (None: so far) at some time
        of the span, or cease to where it begins."""
        start = at.opened
        if window is not None:
            begun = at.end if at.begun is None else at.begun
            start = begun - window * PHASES - 1
        yield from self.occurrences(match, bound, at.end, start)

    def readings(
        self, measure: str, of: Term | None, bound: dict[str, Value | None], end: int
    ) -> list[ReadingFact]:
        """The latest readings of a measure for a subject (all of the same instant)."""
        subject = self.value(of, bound)
        known = [
            r
            for r in self.facts.readings.get(measure, ())
            if r.lo <= end and (of is None or r.of == subject)
        ]
        latest = max((r.lo for r in known), default=None)
        return [r for r in known if r.lo == latest]

    def state(self, match: Match, bound: dict[str, Value | None], end: int) -> Iterator[str]:
        """The last change of the state at each key that matches."""
        state = self.states[match.name]
        last: dict[tuple[Value | None, ...], Occurrence] = {}
        for change in (*state.begins, *state.ends):
            names = {a.variable: a.param for a in change.args if a.op == "bind"}
            columns = self.params.get(change.name, [])
            for occurrence in self.facts.events.get(change.name, ()):
                values = dict(zip(columns, occurrence.args, strict=False))
                key = {p.name: values.get(names.get(p.name) or "") for p in state.params}
                if occurrence.lo <= end and self.passes(match, key, bound):
                    at = tuple(key.values())
                    if at not in last or last[at].lo <= occurrence.lo:
                        last[at] = occurrence
        yield from (o.entry for o in last.values())

    def occurrences(
        self,
        match: Match,
        bound: dict[str, Value | None],
        end: int,
        start: int | None = None,
    ) -> Iterator[str]:
        """Occurrences that match, up to a tick; none that was surely over by `start`."""
        columns = self.params.get(match.name, [])
        for occurrence in self.facts.events.get(match.name, ()):
            values = dict(zip(columns, occurrence.args, strict=False))
            if start is not None and occurrence.fin <= start:
                continue
            if occurrence.lo <= end and self.passes(match, values, bound):
                yield occurrence.entry

    def passes(
        self, match: Match, values: dict[str, Value | None], bound: dict[str, Value | None]
    ) -> bool:
        return all(self.passes_one(arg, values.get(arg.param), bound) for arg in match.args)

    def passes_one(self, arg: Arg, value: Value | None, bound: dict[str, Value | None]) -> bool:
        if arg.op == "in":
            return value in arg.values
        if arg.op == "=" and isinstance(arg.value, Var | Const):
            return value == self.value(arg.value, bound)
        if arg.op in COMPARED:
            return passes(arg, {arg.param: value}, bound)
        return True

    def value(self, term: Term | None, bound: dict[str, Value | None]) -> Value | None:
        if isinstance(term, Var):
            return bound.get(term.name)
        return None if term is None else term.value


def performing(rule: Rule, action: Match) -> Match:
    """The occurrences that count for a duty: of what adds up, each part, however small."""
    if rule.total is None:
        return action
    return Match(action.name, tuple(a for a in action.args if a.param != rule.total[0]))


def same_instance(one: Verdict, other: Verdict) -> bool:
    keys = ("rule", "debtor", "creditor", "trigger", "instance")
    return all(getattr(one, key) == getattr(other, key) for key in keys)
