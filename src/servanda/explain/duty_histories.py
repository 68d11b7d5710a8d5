"""The history of each duty: its spans in every account, side by side."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from servanda.explain.duty_keys import Duty, Occasions, keys
from servanda.explain.duty_labels import (
    DutyLabel,
    Instance,
    in_common,
    instances,
    qualifiers,
    tell_apart,
)
from servanda.explain.judged import Judged
from servanda.explain.rows import bindings
from servanda.explain.rule_text import Duties, InstanceText
from servanda.explain.snapshot import Begun
from servanda.judge.verdict import Status, Verdict
from servanda.vocabulary.statuses import IN_PLAY

PERIOD = "period"
"""The variable that names a period of a recurring duty."""


class StatusSpan(Struct, frozen=True):
    """A span of one status, in ticks, half-open; None is open."""

    from_: int | None
    until: int | None
    status: Status
    verdict: Verdict

    def covers(self, tick: int) -> bool:
        return (self.from_ is None or self.from_ <= tick) and (
            self.until is None or tick < self.until
        )


class DutyHistory(Struct):
    """One duty of one debtor (one instance of its rule), alike in all accounts.

    `id` is a lasting name made of what the duty is; `label` says it in words, unlike that of any
    other duty; `spans` are by account, in order of time.
    """

    id: str
    key: Duty
    clause: str
    kind: str
    debtor: str | None
    creditor: str | None
    instance: dict[str, Any]
    remedy: bool
    label: DutyLabel
    spans: dict[str, list[StatusSpan]]

    @property
    def text(self) -> str:
        """The rule's sentence for this duty, its variables filled in."""
        return self.label.sentence

    @property
    def details(self) -> str:
        """What the sentence does not show, and what tells the duty from others like it."""
        return self.label.details

    def status(self, account: str, tick: int) -> Status | None:
        """The status in an account at the end of a day; None: no such duty there and then."""
        span = self.span(account, tick)
        return None if span is None else span.status

    def span(self, account: str, tick: int) -> StatusSpan | None:
        return next((span for span in self.spans.get(account, ()) if span.covers(tick)), None)

    def in_play(self, tick: int) -> bool:
        """Whether the duty is in force, or was and left something open, in any account."""
        return any(self.status(account, tick) in IN_PLAY for account in self.spans)

    def ever_in_play(self) -> bool:
        return any(span.status in IN_PLAY for spans in self.spans.values() for span in spans)

    def contested(self, accounts: Iterable[str], tick: int) -> bool:
        return len({self.status(account, tick) for account in accounts}) > 1

    def over_periods(self, first: str, last: str) -> DutyHistory:
        """The same named after a row of periods."""
        period = first if first == last else f"{first} to {last}"
        label = msgspec.structs.replace(
            self.label,
            unsaid=self.label.unsaid | {PERIOD: period},
            particulars=self.label.particulars | {PERIOD: period},
        )
        return msgspec.structs.replace(self, instance=self.instance | {PERIOD: period}, label=label)


def duty_histories(judged: Mapping[str, Judged], clauses: Iterable[str]) -> list[DutyHistory]:
    """The duties of all accounts, in the order of the clauses."""
    keyed = keyed_instances(judged)
    labels = shared_labels(judged, keyed)
    found: dict[Duty, DutyHistory] = {}
    for account, one in judged.items():
        begun = Begun(one)
        for key, instance in keyed[account]:
            duty = found.get(key)
            if duty is None:
                duty = found[key] = history(key, instance, labels[key])
            duty.spans.setdefault(account, []).extend(spans_of(instance.verdicts, begun))
    order = {clause: n for n, clause in enumerate(clauses)}
    return sorted(found.values(), key=lambda duty: order.get(duty.clause, len(order)))


def shared_labels(
    judged: Mapping[str, Judged], keyed: Mapping[str, list[tuple[Duty, Instance]]]
) -> dict[Duty, DutyLabel]:
    """The label of each duty of some accounts, no two alike."""
    texts: dict[Duty, InstanceText] = {}
    apart: dict[Duty, list[tuple[str, ...]]] = {}
    for account, one in judged.items():
        duties = Duties(one.agreement, one.norms.rules)
        for key, instance in keyed[account]:
            text = duties.instance(instance.rule, instance.first)
            texts.setdefault(key, text)
            given = tuple(qualifiers(instance, text, one.norms.zone))
            apart.setdefault(key, []).append(given)
    named = tell_apart((key[0], text, in_common(apart[key])) for key, text in texts.items())
    return dict(zip(texts, named, strict=True))


def keyed_instances(judged: Mapping[str, Judged]) -> dict[str, list[tuple[Duty, Instance]]]:
    """Each instance of each rule by account, under the key that accounts share."""
    found: dict[str, list[tuple[Duty, Instance]]] = {}
    occasions: Occasions | None = None
    for account, one in judged.items():
        occasions = occasions or Occasions(one.record)
        every = instances(one.verdicts, one.norms.rules)
        given = keys([(each.rule, each.first) for each in every], occasions)
        found[account] = list(zip(given, every, strict=True))
    return found


def history(key: Duty, instance: Instance, label: DutyLabel) -> DutyHistory:
    """A duty without spans as yet."""
    rule, first = instance.rule, instance.first
    return DutyHistory(
        id=hashlib.blake2b(json.dumps(key).encode(), digest_size=6).hexdigest(),
        key=key,
        clause=rule.clause,
        kind=rule.kind,
        debtor=first.debtor or None,
        creditor=first.creditor,
        instance=bindings(first.instance),
        remedy="/else" in rule.id,
        label=label,
        spans={},
    )


def spans_of(verdicts: Iterable[Verdict], begun: Begun) -> Iterator[StatusSpan]:
    """The spans of one instance; the first of a period begins when the period does."""
    for verdict in verdicts:
        from_ = verdict.from_
        rule = begun.rules.get(verdict.rule)
        if from_ is None and rule is not None:
            from_ = begun.first(rule, verdict)
        if from_ is None or verdict.until is None or from_ < verdict.until:
            yield StatusSpan(from_, verdict.until, verdict.status, verdict)
