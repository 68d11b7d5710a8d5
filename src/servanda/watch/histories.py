"""The status history of each instance, and the changes between two versions of it.

A history is a list of spans `[from, status, entries, breaches, outcome]`, each lasting until the
next. The changes withdraw the old spans after the common beginning, latest first, and append the
new ones. Replay: append each change; on `withdrawn`, delete the last span.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from servanda.judge.verdict import Bindings, Verdict
from servanda.watch.fact_filing import NO_KEY, key_of

encode = msgspec.json.Encoder(decimal_format="number").encode
decode = msgspec.json.decode

HistorySpan = list[Any]  # [from (a tick, or None: unbounded), status, entries, breaches, outcome]


class Instance(Struct, array_like=True):
    """An instance of a rule and its status history."""

    rule: str
    debtor: str
    creditor: str | None
    trigger: str | None
    instance: dict[str, Any]
    spans: list[HistorySpan]


class StatusChange(Struct):
    """A change of status from tick `at` on.

    If `withdrawn`, the span with status `was` from `at` is deleted, and `status` is the one before.
    `nth` numbers instances that are equal in all other fields, from 0.
    """

    of: Instance
    nth: int
    at: int | None
    was: str | None
    status: str | None
    entries: list[str]
    breaches: list[dict[str, Any]]
    outcome: str | None
    withdrawn: bool


class KeyVerdicts(Struct):
    """The histories under one key up to now, and the tick of their next change."""

    instances: list[Instance]
    next: int | None = None

    def change_by(self, tick: int) -> None:
        self.next = tick if self.next is None else min(self.next, tick)


def verdicts_by_key(
    verdicts: Iterable[Verdict], keys: Mapping[str, str], now: int
) -> dict[str, KeyVerdicts]:
    """Histories by key, cut off at `now` (a tick); `keys` names each rule's key variable."""
    found: dict[str, KeyVerdicts] = {}
    spans: list[HistorySpan] = []
    later: int | None = None
    for v in verdicts:
        if v.from_ is None or v.from_ <= now:
            breaches = [plain(b) for b in v.breaches]
            spans.append([v.from_, v.status, list(v.entries), breaches, v.outcome])
        elif later is None:
            later = v.from_
        if v.until is not None:
            continue
        variable = keys.get(v.rule)
        key = NO_KEY if variable is None else key_of(dict(v.instance)[variable])
        of = found.setdefault(key, KeyVerdicts([]))
        if spans:
            of.instances.append(
                Instance(v.rule, v.debtor, v.creditor, v.trigger, plain(v.instance), spans)
            )
        if later is not None:
            of.change_by(later)
        spans, later = [], None
    return found


def plain(bindings: Bindings) -> dict[str, Any]:
    """Bindings as JSON values, without loss of precision."""
    return {name: value_of(value) for name, value in bindings}


def value_of(value: object) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value.normalize()
    return value if value is None or isinstance(value, str) else str(value)


# ------------------------------------------------------------------ as text
def encode_histories(instances: list[Instance]) -> bytes:
    """Histories as canonical JSON, independent of their order."""
    return b"[" + b",".join(sorted(map(encode, instances))) + b"]"


READER = msgspec.json.Decoder(list[Instance])


def decode_histories(body: bytes | None) -> list[Instance]:
    return READER.decode(body) if body else []


# ------------------------------------------------------------------ what changed
def changes_between(before: bytes | None, after: bytes) -> Iterator[StatusChange]:
    """The changes from one set of encoded histories to another."""
    if before == after:
        return
    old, new = by_identity(decode_histories(before)), by_identity(decode_histories(after))
    for name in [*old, *(n for n in new if n not in old)]:
        yield from instance_changes(old.get(name), new.get(name), name[1])


def by_identity(instances: list[Instance]) -> dict[tuple[bytes, int], Instance]:
    seen: Counter[bytes] = Counter()
    found: dict[tuple[bytes, int], Instance] = {}
    for one in instances:
        name = encode([one.rule, one.debtor, one.creditor, one.trigger, one.instance])
        found[name, seen[name]] = one
        seen[name] += 1
    return found


def instance_changes(
    old: Instance | None, new: Instance | None, nth: int
) -> Iterator[StatusChange]:
    was, now = old.spans if old else [], new.spans if new else []
    same = 0
    while same < min(len(was), len(now)) and was[same] == now[same]:
        same += 1
    for n in range(len(was) - 1, same - 1, -1):
        assert old is not None
        at, status, entries, breaches, outcome = was[n]
        then = was[n - 1][1] if n else None
        yield StatusChange(old, nth, at, status, then, entries, breaches, outcome, True)
    for n in range(same, len(now)):
        assert new is not None
        at, status, entries, breaches, outcome = now[n]
        yield StatusChange(
            new, nth, at, now[n - 1][1] if n else None, status, entries, breaches, outcome, False
        )
