"""Why a duty stands as it does: the derivation of its verdict in words, down to its sources.

    for tree in why(judged, "7"):
        print(tree.sentence)

Every sentence renders a step of the derivation that the judge recorded (`judge/derivation.py`);
nothing here interprets a rule. The wording is the same for every verdict of a kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from servanda.explain.act_text import ActText
from servanda.explain.advice import advice, no_longer_counted, setting_of
from servanda.explain.comparison import Comparison
from servanda.explain.condition_text import ConditionText, duration_text
from servanda.explain.judged import Judged
from servanda.explain.judged_case import JudgedCase
from servanda.explain.power_text import PowerText
from servanda.explain.reasons import reason
from servanda.explain.rows import bindings
from servanda.explain.rule_text import Duties, Written
from servanda.explain.table_entries import with_rows
from servanda.explain.window_text import WindowText
from servanda.explain.wording import Node, Words, joined
from servanda.judge import derivation as d
from servanda.judge.counterfactuals.setting import Setting
from servanda.judge.dependencies import names_read
from servanda.judge.derive import derive
from servanda.judge.verdict import Verdict
from servanda.record.facts import Complete, Facts
from servanda.semantics.norms import Rule
from servanda.syntax.printer.values import cond, duration
from servanda.vocabulary.statuses import phrase, word

MOST_TREES = 10
"""Of more instances than this, `why` lists which there are and asks for one."""

__all__ = ["Explanation", "Node", "why"]


def why(
    judged: Judged,
    clause: str,
    instance: Mapping[str, Any] | None = None,
    *,
    debtor: str | None = None,
    period: str | None = None,
    case: JudgedCase | None = None,
) -> list[Node]:
    """One tree per instance of the clause in force at `on`, narrowed to some particulars.

    Of more than `MOST_TREES` instances, one tree that lists them by status; where there is none,
    one tree that says so. With the `case`, other readings and what other accounts choose are tried
    among what would change a verdict.
    """
    explain = Explanation(judged, case)
    wanted = dict(instance or {}) | ({} if period is None else {"period": period})
    found = [
        verdict
        for verdict in judged.current()
        if judged.rule(verdict.rule).clause == clause
        and debtor in (None, verdict.debtor)
        and matches(verdict, wanted)
    ]
    if len(found) > MOST_TREES:
        return [explain.listing(clause, found)]
    return explain.trees(found) or [explain.nothing(clause, wanted)]


def matches(verdict: Verdict, wanted: Mapping[str, Any]) -> bool:
    own = bindings(verdict.instance)
    return all(name in own and str(own[name]) == str(v) for name, v in wanted.items())


class Explanation:
    """Explains the verdicts of one judgement."""

    def __init__(self, judged: Judged, case: JudgedCase | None = None) -> None:
        self.judged = judged
        self.case = case
        self.now = judged.facts.now
        self.words = Words(judged)
        self.duties = Duties(judged.agreement, judged.norms.rules)
        self.windows = WindowText(self.words, self.now)
        self.conditions = ConditionText(self.words)
        self.acts = ActText(self.words)
        self.powers = PowerText(judged, self.words, self.duties)

    # -------------------------------------------------------------- the root
    def tree(self, verdict: Verdict) -> Node:
        """The tree of one verdict that is open on the day judged."""
        return self.trees([verdict])[0]

    def trees(self, verdicts: Sequence[Verdict]) -> list[Node]:
        judged = self.judged
        derived = derive(judged.norms, judged.facts, verdicts, self.setting.footprints)
        named = {id_ for derivation in derived for id_ in derivation.named}
        rows = with_rows(self.judged, named)
        explain = self if rows is self.judged else Explanation(rows, self.case)
        return [explain.of(derivation) for derivation in derived]

    def of(self, derivation: d.Derivation) -> Node:
        rule, verdict = derivation.rule, derivation.verdict
        written = self.duties.of(rule)
        cited = list(derivation.cited)
        children = [
            self.owed(rule, verdict, written),
            *self.arisen(derivation),
            *self.window(derivation),
            *self.keep(derivation),
            *self.done(derivation),
            *self.gates(derivation, written),
            *self.used(derivation),
            *self.silence(derivation),
            *self.remedy(derivation),
            *self.before(derivation),
            self.cited(derivation),
            Node(reason(derivation)),
            *advice(self.judged, self.setting, self.words, derivation, self.choices(verdict)),
        ]
        headline = self.headline(rule, verdict)
        return Node(headline, cited, self.words.sources(cited), children)

    def headline(self, rule: Rule, verdict: Verdict) -> str:
        text = self.duties.instance(rule, verdict)
        unsaid = joined(f"{name} {said}" for name, said in text.unsaid.items())
        of = f" ({unsaid})" if unsaid else ""
        since = "since ever" if verdict.from_ is None else f"since {self.words.time(verdict.from_)}"
        return (
            f"Clause {rule.clause}, {text.sentence}{of}: "
            f"{stands(rule, verdict)}, {since}, {self.by_whom()}."
        )

    def by_whom(self) -> str:
        judged = self.judged
        known = (
            "with all that the record holds"
            if judged.known is None
            else f"as known on {judged.known}"
        )
        return f"in the account of {judged.account}, as of {judged.on}, {known}"

    @cached_property
    def setting(self) -> Setting:
        return setting_of(self.judged)

    @cached_property
    def comparison(self) -> Comparison | None:
        """The account with every other choice that it could make, each judged when it is asked."""
        if self.case is None or self.judged.facts.bulk_events or self.judged.facts.bulk_readings:
            return None
        name = self.judged.account
        others = [other for other in self.case.accounts if other != name]
        on, known = self.judged.on, self.judged.known
        return Comparison(self.case, on, known, [name], {name: self.judged}, beside=others)

    def choices(self, verdict: Verdict) -> list[str]:
        """Other readings, and choices of other accounts, that give the duty another status."""
        if self.comparison is None:
            return []
        standing = self.comparison.standing[self.judged.account]
        keys = [key for key, (_, each) in standing.items() if each == verdict]
        changes = (self.comparison.changes(k, self.judged.account, 1) for k in keys[:1])
        return [change.sentence for each in changes for change in each]

    # -------------------------------------------------------------- none, or very many
    def nothing(self, clause: str, instance: Mapping[str, Any]) -> Node:
        """No duty of the clause has an instance: what stands in the way."""
        rules = [r for r in self.judged.norms.rules if r.clause == clause]
        named = next((c for c in self.judged.agreement.clauses if c.id == clause), None)
        children = []
        if named is not None and named.not_modelled is not None:
            children.append(Node(f"The clause is not modelled: {named.not_modelled}."))
        if not rules and not children:
            children.append(Node("In this account the clause holds no rule."))
        for rule in rules:
            what = (
                "an event" if rule.trigger is None or rule.trigger.cond is None else "a condition"
            )
            text = self.duties.of(rule).text
            children.append(Node(f"It would take {what} that makes an instance of: {text}."))
        setting, mine = self.setting, self.of_triggers(rules, self.judged.facts)
        for ids, said in (
            (mine, "Entries of such an event that made none: they differ, or `if` did not hold."),
            (
                self.of_triggers(rules, setting.trusting) - mine,
                "Entries that could have made one, and that this account does not count.",
            ),
        ):
            if ids:
                leaves = self.words.leaves(sorted(ids))
                children.append(Node(said, sorted(ids), self.words.sources(sorted(ids)), leaves))
        former = sorted(self.of_triggers(rules, setting.former))
        if former:
            taken_back = {id_: setting.taken_back[id_] for id_ in former}
            children.append(no_longer_counted(self.words, taken_back))
        narrowed = f" with {joined(f'{k} {v}' for k, v in instance.items())}" if instance else ""
        return Node(
            f"Clause {clause}: no duty{narrowed} stands in it, {self.by_whom()}.",
            children=children,
        )

    def of_triggers(self, rules: Sequence[Rule], facts: Facts) -> set[str]:
        """The entries, among some facts, of the events and measures that trigger some rules."""
        read = [names_read(rule.trigger) for rule in rules if rule.trigger is not None]
        names = {name for names in read for name in names}
        found = (each.get(name, ()) for each in (facts.events, facts.readings) for name in names)
        return {fact.entry for some in found for fact in some}

    def listing(self, clause: str, found: Sequence[Verdict]) -> Node:
        """The instances of a clause by status, each with what would ask for it alone."""
        counts = Counter(stands(self.judged.rule(v.rule), v) for v in found)
        children = []
        for status, count in counts.most_common():
            mine = [v for v in found if stands(self.judged.rule(v.rule), v) == status]
            every = list(dict.fromkeys(self.selector(clause, v) for v in mine))
            shown = every[:MOST_TREES]
            more = f" and {len(every) - len(shown):,} more" if len(every) > len(shown) else ""
            children.append(Node(f"{count:,} {status}: {'; '.join(shown)}{more}."))
        return Node(
            f"Clause {clause} has {len(found):,} instances, {self.by_whom()}. "
            f"Ask for one, as in `why {self.selector(clause, found[0])}`.",
            children=children,
        )

    def selector(self, clause: str, verdict: Verdict) -> str:
        """What selects an instance on the command line: `7(id: "A") --debtor Iran`."""
        own = dict(verdict.instance)
        period = own.pop("period", None)
        inside = ", ".join(f'{k}: "{v}"' for k, v in own.items() if v is not None)
        said = f"{clause}({inside})" if inside else clause
        if period is not None:
            said += f" --period {period}"
        return f"{said} --debtor {verdict.debtor}" if verdict.debtor else said

    # -------------------------------------------------------------- what is owed, and when
    def owed(self, rule: Rule, verdict: Verdict, written: Written) -> Node:
        how = "as written"
        if rule.reading is not None:
            how = f"by the reading {rule.reading}"
        if rule.version is not None:
            how = f"as amended by {rule.version}"
        line = f"{rule.place.file}, line {rule.place.line}" if rule.place.line else "the text"
        to = f", owed to {verdict.creditor}" if verdict.creditor else ""
        of_kind = {"may": "What may be done", "provision": "What applies"}
        what = of_kind.get(rule.kind, "What is owed")
        return Node(f"{what}{to}: {written.text} (clause {rule.clause} {how}; {line}).")

    def arisen(self, derivation: d.Derivation) -> Iterator[Node]:
        for origin in steps(derivation, d.Origin):
            if origin.trigger is not None:
                others = [e for e in origin.entries if e != origin.trigger]
                leaf = self.words.leaf(origin.trigger, "It arose from ")
                leaf.children = self.words.leaves(others)
                yield leaf
            elif origin.condition is not None and origin.at is not None:
                ids = list(origin.condition.entries)
                of = dict(derivation.verdict.instance)
                children = list(self.conditions.told(origin.condition, of, self.now))
                said = f"It arose on {self.words.time(origin.at)}, when its condition came to hold."
                yield Node(said, ids, self.words.sources(ids), children)
            elif origin.breach_of is not None:
                clause = self.words.clause(origin.breach_of)
                yield Node(f"It answers a breach of clause {clause}.", list(origin.entries))

    def window(self, derivation: d.Derivation) -> Iterator[Node]:
        for opening in steps(derivation, d.Opening):
            yield from self.windows.told(opening.window, derivation.verdict.trigger)

    # -------------------------------------------------------------- what happened
    def keep(self, derivation: d.Derivation) -> Iterator[Node]:
        """What is to be kept: when the breach began, where it did, and on the day asked."""
        read = [gate for gate in steps(derivation, d.Gate) if gate.name == "keep"]
        of = dict(derivation.verdict.instance)
        for gate in read:
            nodes = list(self.conditions.told(gate.condition, of, self.now, kept=True))
            if len(read) > 1:
                ids = list(gate.entries)
                on = "From the beginning" if gate.at is None else f"On {self.words.time(gate.at)}"
                said = f"{on}, when it began to fail:"
                if gate is read[-1]:
                    said = "On the day asked:"
                elif gate.condition.value == 1:
                    said = f"{on}, when it may have begun to fail:"
                yield Node(said, ids, self.words.sources(ids), nodes)
            else:
                yield from nodes

    def done(self, derivation: d.Derivation) -> Iterator[Node]:
        rule = derivation.rule
        if rule.action is None or rule.kind == "may":
            return
        openings = steps(derivation, d.Opening)
        ends = [m for o in openings for m in (o.window.opens, o.window.closes) if m is not None]
        uncertain = any(m.lo is not None and m.lo != m.hi for m in ends)
        yield from self.acts.told(rule, steps(derivation, d.Act), uncertain)
        for found in steps(derivation, d.Sum):
            yield self.acts.sum(rule, found)
        for group in steps(derivation, d.Wanting):
            yield self.acts.members(group)
        if rule.kind == "achieve":
            for opening in openings:
                yield from self.windows.deadline(opening.window)

    # -------------------------------------------------------------- overlays
    def gates(self, derivation: d.Derivation, written: Written) -> Iterator[Node]:
        rule, of = derivation.rule, dict(derivation.verdict.instance)
        for overlay in steps(derivation, d.Overlay):
            yield from self.powers.over(rule, overlay, of)
        overlaid = {overlay.name for overlay in steps(derivation, d.Overlay)}
        for gate in steps(derivation, d.Gate):
            ids = list(gate.entries)
            children = list(self.conditions.told(gate.condition, of, self.now))
            if gate.name == "while" and written.gates is not None and written.gates.while_:
                holds = ("it does not", "that is possible", "it does")[gate.condition.value]
                binds = {"may": "is open", "provision": "applies"}.get(rule.kind, "binds")
                said = f"It {binds} only while: {cond(written.gates.while_)}; {holds}."
                yield Node(said, ids, self.words.sources(ids), children)
            elif gate.name == "unless" and "excused" not in overlaid and written.gates is not None:
                if written.gates.unless is not None:
                    stopped = "suspended" if rule.kind == "provision" else "excused"
                    said = f"It is {stopped} if: {cond(written.gates.unless)}; that does not hold."
                    yield Node(said, ids, self.words.sources(ids), children)
            elif gate.name == "if" and children:
                then = "" if gate.at is None else f", as it was on {self.words.time(gate.at)}"
                said = f"It arises only if this holds{then}."
                yield Node(said, ids, self.words.sources(ids), children)

    def used(self, derivation: d.Derivation) -> Iterator[Node]:
        if derivation.rule.kind == "may":
            yield from self.powers.of_power(
                derivation.verdict.status,
                steps(derivation, d.Use),
                steps(derivation, d.Wanting),
            )

    # -------------------------------------------------------------- silence
    def silence(self, derivation: d.Derivation) -> Iterator[Node]:
        """Whether absence of entries counts, for events; staleness, for measures."""
        for found in steps(derivation, d.Silence):
            yield self.absence(found.name, found.closed, found.declared)
        for fresh in steps(derivation, d.Freshness):
            if fresh.silent_after is None:
                yield Node(f"A reading of {fresh.measure} holds until the next one.")
                continue
            declared = self.absence(fresh.measure, False, fresh.declared)
            length = duration_text(fresh.silent_after)
            said = f"A reading of {fresh.measure} goes stale after {length} without another."
            yield Node(said, [], declared.sources, [declared])

    def absence(self, name: str, closed: bool, declared: Sequence[Complete]) -> Node:
        """What the absence of entries on an event or measure proves in this account."""
        if closed:
            return Node(f"By the agreement, {name} that is not recorded is taken as not done.")
        if not declared:
            return Node(
                f"No source that this account trusts declares its record of {name} complete: "
                "absence of an entry proves nothing."
            )
        said = []
        for span in declared:
            from_ = "ever" if span.from_ is None else self.words.time(span.from_)
            until = "" if span.until is None else f" until {self.words.time(span.until)}"
            said.append(f"from {from_}{until or ' on, without end'}")
        by = self.words.declarations(name)
        who = joined(dict.fromkeys(one.by for one in by)) or "A trusted source"
        sources = list(dict.fromkeys(ref.id for one in by for ref in one.sources))
        return Node(f"{who} declares its record of {name} complete {joined(said)}.", [], sources)

    # -------------------------------------------------------------- after a breach, and before
    def remedy(self, derivation: d.Derivation) -> Iterator[Node]:
        rule = derivation.rule
        if rule.kind == "achieve" and not rule.curable:
            yield Node("Late performance does not cure it.")
        if rule.cured_by is not None:
            yield Node(f"A breach is cured by {rule.cured_by.name}.")
        if rule.grace is not None:
            yield Node(f"A failure counts as a breach once it has lasted {duration(rule.grace)}.")
        if rule.cure_within is not None:
            yield Node(f"A breach can be cured within {duration(rule.cure_within)}.")
        for end in (end for end in steps(derivation, d.CureEnd) if end.ends.hi is not None):
            yield self.windows.cure_end(end, rule.kind)
        for found in steps(derivation, d.Remedy):
            remedy = self.judged.rule(found.rule)
            ids = list(found.entries)
            of = derivation.verdict
            debtor = self.words.name(remedy.debtor, dict(of.instance)) or of.debtor
            owed = self.duties.instance(remedy, replace(of, debtor=debtor))
            what = f"{owed.sentence} {owed.rest}".strip()
            yield Node(
                f"Its remedy, {what}: {stands(remedy, found)}, "
                f"since {self.words.time(found.since)}.",
                ids,
                self.words.sources(ids),
            )

    def before(self, derivation: d.Derivation) -> Iterator[Node]:
        """The earlier spans of the same instance."""
        spans = steps(derivation, d.Earlier)
        if spans:
            time = self.words.time
            kind = derivation.rule.kind
            said = [
                f"{word(s.status, kind)} {'' if s.from_ is None else f'from {time(s.from_)} '}"
                f"until {time(s.until)}"
                for s in spans
            ]
            yield Node(f"Before: {joined(said)}.")

    def cited(self, derivation: d.Derivation) -> Node:
        """The entries that suffice for the verdict, and what would do in place of one."""
        ids = list(derivation.cited)
        if not ids and not derivation.declared:
            return Node("It rests on no entry: on the text, on time, and on what is not recorded.")
        children = []
        for id_, others in derivation.instead.items():
            what = joined(others) if others else "the rest of the record"
            children.append(Node(f"Without {id_}, {what} would do as well.", list(others)))
        parts = ids + [f"the declared completeness of {c.name}" for c in derivation.declared]
        needed = "; each of them is needed" if len(parts) > 1 else ""
        said = f"It rests on {joined(dict.fromkeys(parts))} and on no other entry{needed}."
        return Node(said, ids, self.words.sources(ids), children)


def stands(rule: Rule, verdict: Verdict | d.Remedy) -> str:
    """A status in a sentence."""
    return phrase(verdict.status, rule.kind, verdict.outcome)


def steps(derivation: d.Derivation, kind: type[Any]) -> list[Any]:
    """The steps of one kind, in order."""
    return [step for step in derivation.steps if isinstance(step, kind)]
