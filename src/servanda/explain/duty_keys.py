"""One key for a duty in all accounts, and the current status under each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from servanda.explain.rows import bindings
from servanda.judge.verdict import Status, Verdict
from servanda.record.record import Record
from servanda.semantics.norms import Rule

Duty = tuple[str, str, str, str, str, int, int]
"""Clause, kind, debtor, creditor, instance (as JSON), how deep a remedy, which of several alike."""
Alike = tuple[str, str, str, str, str, int]
"""A key without its number."""
Standing = tuple[Rule, Verdict]
"""A duty's rule in an account, and the last of its spans."""


class Numbered:
    """The occasions of duties that are otherwise alike: which rules had them, by which entries."""

    def __init__(self) -> None:
        self.rules: list[set[str]] = []
        self.exactly: dict[tuple[str, str | None], dict[int, None]] = {}
        self.by_trigger: dict[str | None, dict[int, None]] = {}

    def add(self, place: int, rule: str, trigger: str | None) -> None:
        if place == len(self.rules):
            self.rules.append(set())
        self.rules[place].add(rule)
        self.exactly.setdefault((rule, trigger), {})[place] = None
        self.by_trigger.setdefault(trigger, {})[place] = None


class Occasions:
    """Numbers duties that are otherwise alike, the same occasion alike in every account.

    What makes an occasion is the rule and the entry that triggered it (the one it corrects, if it
    corrects one); else the entry alone; and where an account has another rule for the duty, which
    other entries trigger, such go together in their order.
    """

    def __init__(self, record: Record) -> None:
        self.corrected = {e.id: e.corrects for e in record.entries if e.corrects is not None}
        self.known: dict[Alike, Numbered] = {}

    def numbers(self, same: Alike, found: Iterable[tuple[str, str | None]]) -> list[int]:
        """A number from 1 for each rule and trigger of one account's duties that are alike."""
        known = self.known.setdefault(same, Numbered())
        given = [(rule, self.origin(trigger)) for rule, trigger in found]
        places: dict[int, int] = {}
        used = set[int]()
        for level in (exact, triggered, unlike):
            left: dict[object, Iterator[int]] = {}
            for n, (rule, trigger) in enumerate(given):
                if n in places:
                    continue
                asked = rule if level is unlike else (rule, trigger)
                candidates = left.setdefault(asked, level(known, rule, trigger))
                place = next((k for k in candidates if k not in used), None)
                if place is not None:
                    places[n] = place
                    used.add(place)
        for n, (rule, trigger) in enumerate(given):
            known.add(places.setdefault(n, len(known.rules)), rule, trigger)
        return [places[n] + 1 for n in range(len(given))]

    def origin(self, entry: str | None) -> str | None:
        """The entry that others correct, at the end of a chain of corrections."""
        while entry in self.corrected:
            entry = self.corrected[entry]
        return entry


def exact(known: Numbered, rule: str, trigger: str | None) -> Iterator[int]:
    return iter(list(known.exactly.get((rule, trigger), ())))


def triggered(known: Numbered, rule: str, trigger: str | None) -> Iterator[int]:
    return iter([] if trigger is None else list(known.by_trigger.get(trigger, ())))


def unlike(known: Numbered, rule: str, trigger: str | None) -> Iterator[int]:
    """Occasions that the rule cannot have had by another entry."""
    return (n for n, had in enumerate(known.rules[:]) if trigger is None or rule not in had)


def identity_without_occasion(rule: Rule, verdict: Verdict) -> Alike:
    """What a duty is, but for the occasion."""
    instance = json.dumps(bindings(verdict.instance), sort_keys=True)
    depth = rule.id.count("/else")
    return (rule.clause, rule.kind, verdict.debtor, verdict.creditor or "", instance, depth)


def written(rule: Rule) -> str:
    """Where a rule stands: a reading's in place of the text has the same id."""
    return f"{rule.place.file}:{rule.place.line}:{rule.place.column}"


def keys(found: Sequence[Standing], occasions: Occasions) -> list[Duty]:
    """A key for each duty of one account, in the order given."""
    groups: dict[Alike, list[int]] = {}
    for n, (rule, verdict) in enumerate(found):
        groups.setdefault(identity_without_occasion(rule, verdict), []).append(n)
    keyed: dict[int, Duty] = {}
    for same, places in groups.items():
        triggers = [(written(found[n][0]), found[n][1].trigger) for n in places]
        numbers = occasions.numbers(same, triggers)
        keyed |= {n: (*same, number) for n, number in zip(places, numbers, strict=True)}
    return [keyed[n] for n in range(len(found))]


def current(
    rules: Iterable[Rule], verdicts: Iterable[Verdict], occasions: Occasions
) -> dict[Duty, Standing]:
    """Every duty with its last span, keyed alike in all accounts that share the occasions."""
    by_id = {rule.id: rule for rule in rules}
    found = [(by_id[v.rule], v) for v in verdicts if v.until is None]
    return dict(zip(keys(found, occasions), found, strict=True))


def duties(
    rules: Iterable[Rule], verdicts: Iterable[Verdict], occasions: Occasions
) -> dict[Duty, Status]:
    """The current status of every duty, keyed alike in all accounts that share the occasions."""
    return {
        key: verdict.status for key, (_, verdict) in current(rules, verdicts, occasions).items()
    }
