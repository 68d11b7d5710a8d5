"""The history of each instance, and what changed between two of them.

A history is a list of spans `[from, status, opened, breaches]`, each lasting until the next. Of two
histories of one instance the common beginning stands; old spans past it are withdrawn, the latest
first, and new ones follow. Applied in order to an empty table, all changes give the verdicts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from servanda.judge.verdict import Bindings, Verdict
from servanda.watch.fact_files import ALONE, key_of

encode = msgspec.json.Encoder(decimal_format="number").encode
decode = msgspec.json.decode

Span = list[Any]  # [from (a tick, None: since ever), status, opened, breaches]


class Instance(Struct, array_like=True):
    """One instance of a rule: what it is, and its history."""

    rule: str
    debtor: str
    creditor: str | None
    trigger: str | None
    instance: dict[str, Any]
    spans: list[Span]


class Step(Struct):
    """One change of status: from `at` on it `is` so, or (`withdrawn`) it turns out it was not.

    `nth` tells apart instances that are alike in all else, from 0.
    """

    of: Instance
    nth: int
    at: int | None
    was: str | None
    status: str | None
    opened: list[str]
    breaches: list[dict[str, Any]]
    withdrawn: bool


class Told(Struct):
    """What a judgement says under one key: histories up to now, and when they would change."""

    instances: list[Instance]
    next: int | None = None

    def not_after(self, tick: int) -> None:
        self.next = tick if self.next is None else min(self.next, tick)


def told(verdicts: Iterable[Verdict], keys: Mapping[str, str], now: int) -> dict[str, Told]:
    """Histories by key, cut at now; `keys` names each rule's key variable."""
    found: dict[str, Told] = {}
    spans: list[Span] = []
    later: int | None = None
    for v in verdicts:
        if v.from_ is None or v.from_ <= now:
            spans.append([v.from_, v.status, list(v.entries), [plain(b) for b in v.breaches]])
        elif later is None:
            later = v.from_
        if v.until is not None:
            continue
        variable = keys.get(v.rule)
        key = ALONE if variable is None else key_of(dict(v.instance)[variable])
        of = found.setdefault(key, Told([]))
        if spans:
            of.instances.append(
                Instance(v.rule, v.debtor, v.creditor, v.trigger, plain(v.instance), spans)
            )
        if later is not None:
            of.not_after(later)
        spans, later = [], None
    return found


def plain(bindings: Bindings) -> dict[str, Any]:
    """Values as JSON has them, exactly."""
    return {name: value_of(value) for name, value in bindings}


def value_of(value: object) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value.normalize()
    return value if value is None or isinstance(value, str) else str(value)


# ------------------------------------------------------------------ as text
def written(instances: list[Instance]) -> bytes:
    """The same text for the same histories, in whatever order they come."""
    return b"[" + b",".join(sorted(map(encode, instances))) + b"]"


READER = msgspec.json.Decoder(list[Instance])


def read(body: bytes | None) -> list[Instance]:
    return READER.decode(body) if body else []


# ------------------------------------------------------------------ what changed
def steps(before: bytes | None, after: bytes) -> Iterator[Step]:
    """What turns the histories written before into those written after."""
    if before == after:
        return
    old, new = named(read(before)), named(read(after))
    for name in [*old, *(n for n in new if n not in old)]:
        yield from between(old.get(name), new.get(name), name[1])


def named(instances: list[Instance]) -> dict[tuple[bytes, int], Instance]:
    seen: Counter[bytes] = Counter()
    found: dict[tuple[bytes, int], Instance] = {}
    for one in instances:
        name = encode([one.rule, one.debtor, one.creditor, one.trigger, one.instance])
        found[name, seen[name]] = one
        seen[name] += 1
    return found


def between(old: Instance | None, new: Instance | None, nth: int) -> Iterator[Step]:
    was, now = old.spans if old else [], new.spans if new else []
    same = 0
    while same < min(len(was), len(now)) and was[same] == now[same]:
        same += 1
    for n in range(len(was) - 1, same - 1, -1):
        assert old is not None
        at, status, opened, breaches = was[n]
        then = was[n - 1][1] if n else None
        yield Step(old, nth, at, status, then, opened, breaches, True)
    for n in range(same, len(now)):
        assert new is not None
        at, status, opened, breaches = now[n]
        yield Step(new, nth, at, now[n - 1][1] if n else None, status, opened, breaches, False)
