"""Duties side by side: one lane a duty, with its spans in every account."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from servanda.explain.duty_keys import Duty
from servanda.explain.judged import Judged
from servanda.explain.rows import bindings
from servanda.explain.rule_text import Duties
from servanda.explain.snapshot import Begun
from servanda.judge.verdict import Status, Verdict
from servanda.semantics.norms import Rule


class Stretch(Struct, frozen=True):
    """A span of one status, in ticks, half-open; None is open."""

    from_: int | None
    until: int | None
    status: Status
    verdict: Verdict


class Lane(Struct):
    """One duty of one debtor (or one occasion of it), alike in all accounts.

    `id` is a lasting name made of what the duty is; `text` the sentence of its rule.
    """

    id: str
    key: Duty
    clause: str
    kind: str
    debtor: str
    creditor: str | None
    instance: dict[str, Any]
    remedy: bool
    text: str
    spans: dict[str, list[Stretch]]

    def at(self, account: str, tick: int) -> Status | None:
        """The status in an account at the end of a day; None: no such duty there and then."""
        stretch = self.stretch(account, tick)
        return None if stretch is None else stretch.status

    def stretch(self, account: str, tick: int) -> Stretch | None:
        for stretch in self.spans.get(account, ()):
            if (stretch.from_ is None or stretch.from_ <= tick) and (
                stretch.until is None or tick < stretch.until
            ):
                return stretch
        return None


def lanes_of(judged: Mapping[str, Judged], clauses: Iterable[str]) -> list[Lane]:
    """The duties of all accounts, in the order of the clauses."""
    lanes: dict[Duty, Lane] = {}
    for account, one in judged.items():
        words = Duties(one.agreement)
        rules = {rule.id: rule for rule in one.norms.rules}
        begun = Begun(one)
        for key, rule, verdicts in duties_of(one, rules):
            lane = lanes.get(key)
            if lane is None:
                text = words.of(rule).short(verdicts[0].debtor)
                lane = lanes[key] = new_lane(key, rule, verdicts[0], text)
            lane.spans.setdefault(account, []).extend(stretches(verdicts, begun))
    order = {clause: n for n, clause in enumerate(clauses)}
    return sorted(lanes.values(), key=lambda lane: order.get(lane.clause, len(order)))


def duties_of(
    judged: Judged, rules: Mapping[str, Rule]
) -> Iterator[tuple[Duty, Rule, list[Verdict]]]:
    """Each instance of each rule with its spans, under the key that accounts share."""
    groups: dict[Any, list[Verdict]] = {}
    ended: Counter[Any] = Counter()
    for verdict in judged.verdicts:
        same = (verdict.rule, verdict.debtor, verdict.creditor, verdict.trigger, verdict.instance)
        # what a condition raised names no entry: its occasions are told apart by their last spans
        groups.setdefault((same, ended[same]), []).append(verdict)
        ended[same] += verdict.until is None
    seen: Counter[tuple[str, str, str, str, str, int]] = Counter()
    for verdicts in groups.values():
        first = verdicts[0]
        rule = rules[first.rule]
        instance = json.dumps(bindings(first.instance), sort_keys=True)
        depth = rule.id.count("/else")
        alike = (rule.clause, rule.kind, first.debtor, first.creditor or "", instance, depth)
        seen[alike] += 1
        yield (*alike, seen[alike]), rule, verdicts


def new_lane(key: Duty, rule: Rule, first: Verdict, text: str) -> Lane:
    digest = hashlib.blake2b(json.dumps(key).encode(), digest_size=6).hexdigest()
    return Lane(
        id=digest,
        key=key,
        clause=rule.clause,
        kind=rule.kind,
        debtor=first.debtor,
        creditor=first.creditor,
        instance=bindings(first.instance),
        remedy="/else" in rule.id,
        text=text,
        spans={},
    )


def stretches(verdicts: Iterable[Verdict], begun: Begun) -> Iterator[Stretch]:
    """The spans of one instance; that of a period begins when the period does."""
    for verdict in verdicts:
        from_ = verdict.from_
        rule = begun.rules.get(verdict.rule)
        if from_ is None and rule is not None and begun.windows is not None:
            from_ = begun.first(rule, verdict, begun.windows)
        if from_ is None or verdict.until is None or from_ < verdict.until:
            yield Stretch(from_, verdict.until, verdict.status, verdict)
