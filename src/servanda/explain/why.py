"""Why a duty stands as it does: one tree per instance, down to entries and their sources.

    for tree in why(judged, "7"):
        print(tree.sentence)

The wording is the same for every verdict of a kind, and takes no side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from servanda.explain.evidence import Evidence, performing
from servanda.explain.judged import Judged
from servanda.explain.measured import Measurements
from servanda.explain.otherwise import changes, why_not
from servanda.explain.rows import bindings
from servanda.explain.rule_text import Duties, Written
from servanda.explain.table_entries import spelled_out
from servanda.explain.used import Used
from servanda.explain.windows import Bounds, Moment, Windows
from servanda.explain.wording import Node, Words, closing, joined
from servanda.judge.verdict import Verdict
from servanda.semantics.norms import Rule
from servanda.syntax.printer.values import cond, duration

HOUR = 3_600_000_000  # microseconds

__all__ = ["Node", "why"]

STANDS = {
    "dormant": "dormant",
    "due": "due",
    "kept": "kept",
    "broken": "broken",
    "cured": "cured: broken before, and made good",
    "compensated": "compensated: broken, and its remedy performed",
    "released": "released",
    "suspended": "suspended",
    "waived": "waived",
    "excused": "excused",
    "lapsed": "lapsed: its window is over",
    "ended": "ended",
    "unknown": "unknown",
    "undetermined": "undetermined",
}
POWER_STANDS = {
    "due": "open to exercise",
    "dormant": "not open",
    "kept": "exercised and in effect",
    "lapsed": "no longer open: its window is over",
}


def why(judged: Judged, clause: str, instance: dict[str, Any] | None = None) -> list[Node]:
    """One tree per instance of the clause in force at `on`, narrowed to some particulars.

    Where there is none, one tree that says so.
    """
    judged = spelled_out(judged, clause)
    explain = Explanation(judged)
    found = [
        explain.tree(verdict)
        for verdict in judged.current()
        if judged.rule(verdict.rule).clause == clause and matches(verdict, instance)
    ]
    return found or [explain.nothing(clause, instance)]


def matches(verdict: Verdict, instance: dict[str, Any] | None) -> bool:
    own = bindings(verdict.instance)
    return all(name in own and str(own[name]) == str(v) for name, v in (instance or {}).items())


class Explanation:
    """Explains the verdicts of one judgement."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.evidence = Evidence(judged)
        self.words = Words(judged)
        self.windows = Windows(judged, self.evidence)
        self.duties = Duties(judged.agreement)
        self.used = Used(judged, self.windows, self.words, self.duties)
        self.measured = Measurements(judged, self.evidence, self.words)

    # -------------------------------------------------------------- the root
    def tree(self, verdict: Verdict) -> Node:
        rule = self.judged.rule(verdict.rule)
        written = self.duties.of(rule)
        bounds = self.windows.bounds(rule, verdict)
        entries = self.evidence.of(rule, verdict)
        children = [
            self.owed(rule, verdict, written),
            *self.arisen(verdict),
            *self.window(rule, verdict, bounds),
            *self.condition(rule, verdict, written),
            *self.performance(rule, verdict, bounds),
            *self.overlays(rule, verdict, written),
            *self.used.of_power(rule, verdict),
            *self.silence(rule, verdict, bounds),
            *self.remedy(rule, verdict),
            *self.before(verdict),
            why_not(self.judged, self.words, rule, verdict, bounds),
            changes(self.used.uses, self.words, rule, verdict, written),
        ]
        return Node(
            self.headline(rule, verdict, written), entries, self.evidence.sources(entries), children
        )

    def headline(self, rule: Rule, verdict: Verdict, written: Written) -> str:
        particulars = joined(f"{k} {v}" for k, v in bindings(verdict.instance).items())
        of = f" ({particulars})" if particulars else ""
        since = "since ever" if verdict.from_ is None else f"since {self.words.time(verdict.from_)}"
        return (
            f"Clause {rule.clause}, {written.short(verdict.debtor)}{of}: "
            f"{self.stands(rule, verdict)}, {since}, {self.by_whom()}."
        )

    def stands(self, rule: Rule, verdict: Verdict) -> str:
        if rule.kind == "may" and verdict.status in POWER_STANDS:
            return POWER_STANDS[verdict.status]
        return STANDS[verdict.status]

    def by_whom(self) -> str:
        judged = self.judged
        known = (
            "with all that the record holds"
            if judged.known is None
            else f"as known on {judged.known}"
        )
        return f"in the account of {judged.account}, as of {judged.on}, {known}"

    def nothing(self, clause: str, instance: dict[str, Any] | None) -> Node:
        """No duty of the clause has an instance: what stands in the way."""
        rules = [r for r in self.judged.norms.rules if r.clause == clause]
        named = next((c for c in self.judged.agreement.clauses if c.id == clause), None)
        children = []
        if named is not None and named.not_modelled is not None:
            children.append(Node(f"The clause is not modelled: {named.not_modelled}."))
        if not rules and not children:
            children.append(Node("In this account the clause holds no rule."))
        for rule in rules:
            written = self.duties.of(rule)
            children.append(
                Node(f"It would take an event that makes an instance of: {written.text}.")
            )
        narrowed = f" with {joined(f'{k} {v}' for k, v in instance.items())}" if instance else ""
        return Node(
            f"Clause {clause}: no duty{narrowed} stands in it, {self.by_whom()}.",
            children=children,
        )

    # -------------------------------------------------------------- what is owed, and when
    def owed(self, rule: Rule, verdict: Verdict, written: Written) -> Node:
        how = "as written"
        if rule.reading is not None:
            how = f"by the reading {rule.reading}"
        if rule.version is not None:
            how = f"as amended by {rule.version}"
        line = f"{rule.place.file}, line {rule.place.line}" if rule.place.line else "the text"
        to = f", owed to {verdict.creditor}" if verdict.creditor else ""
        what = "What may be done" if rule.kind == "may" else "What is owed"
        return Node(f"{what}{to}: {written.text} (clause {rule.clause} {how}; {line}).")

    def arisen(self, verdict: Verdict) -> Iterator[Node]:
        if verdict.trigger is not None:
            yield self.words.leaf(verdict.trigger, "It arose from ")

    def window(self, rule: Rule, verdict: Verdict, bounds: Bounds) -> Iterator[Node]:
        if bounds.opens is None and bounds.closes is None:
            return
        parts, entries = [], list[str]()
        if bounds.opens is not None:
            entries += bounds.opens.entries
            parts.append(
                "has not opened: what it counts from has not happened"
                if bounds.opens.micros is None
                else f"opened {self.span(bounds.opens, 'on', self.words.time)}"
            )
        if bounds.closes is not None and bounds.closes.last is not None:
            entries += bounds.closes.entries
            over = bounds.closes.last * 64 <= self.judged.facts.now
            parts.append(f"{'closed' if over else 'closes'} {self.close(bounds)}")
        elif bounds.opens is None or bounds.opens.micros is not None:
            parts.append("has no end yet")
        leaves = self.words.leaves([e for e in entries if e != verdict.trigger])
        yield Node(
            f"Its window {joined(parts)}.",
            list(dict.fromkeys(entries)),
            self.evidence.sources(entries),
            leaves,
        )

    def span(self, moment: Moment, at: str, told: Callable[[int], str]) -> str:
        """`on 2024-04-05`, or `between 2024-04-05 and 2024-04-09`."""
        first, last = ((micros or 0) * 64 for micros in (moment.micros, moment.last))
        return f"{at} {told(first)}" if first == last else f"between {told(first)} and {told(last)}"

    def close(self, bounds: Bounds) -> str:
        """When the window closes, and how far suspension has moved that."""
        assert bounds.closes is not None
        if bounds.standing:
            return "when its suspension is over and its time has run on: until then it stands still"
        said = self.span(bounds.closes, "at", lambda tick: closing(tick, self.words.zone))
        if not bounds.stopped:
            return said
        days, rest = divmod(bounds.stopped, 24 * HOUR)
        longer = f"{bounds.stopped / HOUR:g} hours" if rest else f"{days} day{'s' * (days > 1)}"
        return f"{said}, {longer} later for its suspension"

    # -------------------------------------------------------------- what happened
    def condition(self, rule: Rule, verdict: Verdict, written: Written) -> Iterator[Node]:
        if rule.keep is None:
            return
        yield from self.measured.compared(rule.keep, verdict)
        entries = list(self.evidence.condition(rule.keep, dict(verdict.instance), verdict))
        told = {e for node in self.measured.given for e in node}
        left = [e for e in dict.fromkeys(entries) if e not in told]
        if left:
            yield self.used.listed("What the condition rests on.", left)

    def performance(self, rule: Rule, verdict: Verdict, bounds: Bounds) -> Iterator[Node]:
        if rule.action is None or rule.kind == "may":
            return
        bound = dict(verdict.instance)
        end = self.judged.facts.now
        match = performing(rule, rule.action)
        found = list(dict.fromkeys(self.evidence.occurrences(match, bound, end)))
        inside = [id_ for id_ in found if self.inside(id_, rule, bounds)]
        outside = [id_ for id_ in found if id_ not in inside]
        what = "of the forbidden act" if rule.kind == "forbid" else "of performance"
        if inside:
            ends = (bounds.opens, bounds.closes)
            lie = (
                "that may lie " if any(m is not None and m.latest is not None for m in ends) else ""
            )
            yield self.used.listed(f"Entries {what} {lie}in its window.", inside)
        else:
            where = " in its window" if outside else ""
            yield Node(f"No entry records {rule.action.name}{where} by then.")
        if outside:
            yield self.used.listed("Entries that match, outside its window.", outside)
        closes = bounds.closes
        if rule.kind != "achieve" or closes is None or closes.last is None or bounds.standing:
            return
        when = self.span(closes, "", lambda tick: closing(tick, self.words.zone)).strip()
        passed = "passed" if closes.last * 64 <= self.judged.facts.now else "is still to come"
        yield Node(f"The deadline, {when}, {passed}.")

    def inside(self, id_: str, rule: Rule, bounds: Bounds) -> bool:
        """Whether an occurrence can lie in the window (rows of tables are not looked at)."""
        entry = self.evidence.by_id.get(id_)
        if entry is None:
            return True
        opens = bounds.opens.micros if bounds.opens is not None else None
        closes = bounds.closes.last if bounds.closes is not None else None
        early = opens is not None and not rule.early and entry.when.fin <= opens * 64
        return not early and not (closes is not None and entry.when.lo >= closes * 64)

    # -------------------------------------------------------------- what stands over it
    def overlays(self, rule: Rule, verdict: Verdict, written: Written) -> Iterator[Node]:
        yield from self.used.over(rule, verdict)
        gates = written.gates
        if gates is None:
            return
        if gates.unless is not None:
            says = "It is excused because" if verdict.status == "excused" else "It is excused if"
            yield self.gate(f"{says}: {cond(gates.unless)}.", rule.unless, verdict)
        if gates.while_ is not None:
            yield self.gate(f"It binds only while: {cond(gates.while_)}.", rule.while_, verdict)
        if rule.yields_to:
            clauses = {self.judged.rule(o).clause for o in rule.yields_to if self.has(o)}
            yield Node(f"It gives way while these clauses bind: {joined(sorted(clauses))}.")

    def has(self, rule_id: str) -> bool:
        return any(r.id == rule_id for r in self.judged.norms.rules)

    def gate(self, sentence: str, condition: Any, verdict: Verdict) -> Node:
        entries = list(
            dict.fromkeys(self.evidence.condition(condition, dict(verdict.instance), verdict))
        )
        return Node(sentence, entries, self.evidence.sources(entries), self.words.leaves(entries))

    def silence(self, rule: Rule, verdict: Verdict, bounds: Bounds) -> Iterator[Node]:
        """Whether absence of entries counts, for events; staleness, for measures."""
        opens = bounds.opens.micros if bounds.opens else None
        from_ = None if opens is None else opens * 64
        if rule.action is not None and rule.kind != "may":
            yield self.words.silence(rule.action.name, from_, verdict.until)
        if rule.keep is not None:
            yield from self.measured.silence(rule.keep, verdict)

    # -------------------------------------------------------------- after a breach
    def remedy(self, rule: Rule, verdict: Verdict) -> Iterator[Node]:
        if rule.kind == "achieve" and not rule.curable:
            yield Node("Late performance does not cure it.")
        if rule.cured_by is not None:
            yield Node(f"A breach is cured by {rule.cured_by.name}.")
        if rule.cure_within is not None:
            yield Node(f"A breach can be cured within {duration(rule.cure_within)}.")
        if rule.remedy is None:
            return
        for other in self.judged.current():
            same = dict(other.instance).items() >= dict(verdict.instance).items()
            if other.rule == rule.remedy and same:
                remedy = self.judged.rule(other.rule)
                text = self.duties.of(remedy).text
                entries = self.evidence.of(remedy, other)
                yield Node(
                    f"Its remedy, {text}: {self.stands(remedy, other)}, "
                    f"since {self.words.time(other.from_)}.",
                    entries,
                    self.evidence.sources(entries),
                )

    def before(self, verdict: Verdict) -> Iterator[Node]:
        """The earlier spans of the same instance."""
        spans = [v for v in self.evidence.spans(verdict) if v.until is not None]
        if spans:
            time = self.words.time
            said = [
                f"{s.status} until {time(s.until)}"
                if s.from_ is None
                else f"{s.status} from {time(s.from_)} until {time(s.until)}"
                for s in spans
            ]
            opened = [e for s in spans for e in s.acts]
            yield Node(
                f"Before: {'; '.join(said)}.",
                list(dict.fromkeys(opened)),
                self.evidence.sources(opened),
            )
