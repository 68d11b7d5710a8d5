"""Accounts side by side: where they agree, and what a difference turns on.

    for row in compare(case, on="2025-11-01"):
        print(row["clause"], row["statuses"], row["turns_on"])

Each string of `turns_on` is enough by itself: an account with these choices of another's in place
of its own has the other's status. The fewest choices are named.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, Protocol

import msgspec

from servanda.judge.dependencies import Footprints
from servanda.explain.judged import Judged
from servanda.explain.rows import bindings
from servanda.explain.variants import PLAIN, Choice, described, differences, identity, switched
from servanda.judge.verdict import JudgeError, Verdict
from servanda.record.account_facts import facts_for
from servanda.record.facts import Facts
from servanda.record.record import Record
from servanda.semantics.norms import Norms, Rule
from servanda.syntax.problems import Problems
from servanda.syntax.tree import Account, Agreement

MOST_TOGETHER = 3
MOST_SETS = 400

Duty = tuple[str, str, str, str, str, int, int]
"""Clause, kind, debtor, creditor, instance (as JSON), how deep a remedy, which of several alike."""


class Case(Protocol):
    """What comparing needs of a case."""

    agreement: Agreement
    record: Record

    @property
    def accounts(self) -> tuple[str, ...]: ...
    def last_day(self) -> str: ...
    def tick(self, text: str) -> int: ...
    def account(self, name: str | None) -> Account | None: ...
    def judge(
        self, account: str | None = None, on: str | None = None, known: str | None = None
    ) -> Judged: ...


def compare(
    case: Case,
    on: str | None = None,
    known: str | None = None,
    accounts: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """One row per duty: its status in each account, and what the difference turns on."""
    return Comparison(case, on, known, accounts).rows()


def duties(rules: Iterable[Rule], verdicts: Iterable[Verdict]) -> dict[Duty, str]:
    """The current status of every duty, keyed alike in all accounts."""
    by_id = {rule.id: rule for rule in rules}
    seen: Counter[tuple[str, str, str, str, str, int]] = Counter()
    found: dict[Duty, str] = {}
    for verdict in verdicts:
        if verdict.until is not None:
            continue
        rule = by_id[verdict.rule]
        instance = json.dumps(bindings(verdict.instance), sort_keys=True)
        creditor = verdict.creditor or ""
        depth = rule.id.count("/else")
        alike = (rule.clause, rule.kind, verdict.debtor, creditor, instance, depth)
        seen[alike] += 1
        found[(*alike, seen[alike])] = verdict.status
    return found


class Comparison:
    """Judges accounts and their variants, each no more than once."""

    def __init__(
        self, case: Case, on: str | None, known: str | None, accounts: Sequence[str] | None
    ) -> None:
        self.case = case
        self.on = on or case.last_day()
        self.known = known
        self.names = tuple(accounts or case.accounts)
        self.chosen = {name: case.account(name) or PLAIN for name in self.names}
        self.judged = {name: case.judge(name, self.on, known) for name in self.names}
        self.statuses = {name: duties(j.norms.rules, j.verdicts) for name, j in self.judged.items()}
        self.variants = Variants(case, self.on, known)

    def rows(self) -> list[dict[str, Any]]:
        keys = list(dict.fromkeys(key for found in self.statuses.values() for key in found))
        order = {clause.id: n for n, clause in enumerate(self.case.agreement.clauses)}
        keys.sort(key=lambda key: order.get(key[0], len(order)))
        contested = [k for k in keys if len({s.get(k) for s in self.statuses.values()}) > 1]
        turns = self.turns_on(contested)
        return [
            {
                "clause": key[0],
                "debtor": key[2],
                "instance": json.loads(key[4]),
                "kind": key[1],
                "statuses": {name: found.get(key) for name, found in self.statuses.items()},
                "contested": key in turns,
                "turns_on": turns.get(key, []),
            }
            for key in keys
        ]

    # -------------------------------------------------------------- what it turns on
    def turns_on(self, contested: list[Duty]) -> dict[Duty, list[str]]:
        """For each contested duty, one smallest set of choices per pair of statuses."""
        for name, statuses in self.statuses.items():
            for clause in dict.fromkeys(key[0] for key in contested):
                self.variants.know(self.chosen[name], clause, statuses)
        found: dict[Duty, list[str]] = {}
        for key in contested:
            texts = [
                described(self.case.agreement, self.chosen[a], self.chosen[b], choices)
                for a, b, choices in self.flips(key)
            ]
            found[key] = list(dict.fromkeys(texts))
        return found

    def flips(self, key: Duty) -> Iterator[tuple[str, str, tuple[Choice, ...]]]:
        """Per pair of statuses: two accounts, and the fewest choices that turn one's status
        into the other's."""
        held = list(dict.fromkeys(self.statuses[name].get(key) for name in self.names))
        for one, other in combinations(held, 2):
            pairs = [
                (a, b)
                for a in self.names
                for b in self.names
                if (self.statuses[a].get(key), self.statuses[b].get(key))
                in ((one, other), (other, one))
            ]
            smallest = self.smallest(key, pairs)
            if smallest is not None:
                yield smallest

    def smallest(
        self, key: Duty, pairs: list[tuple[str, str]]
    ) -> tuple[str, str, tuple[Choice, ...]] | None:
        relevant = {pair: self.relevant(key, *pair) for pair in pairs}
        for size in range(1, MOST_TOGETHER + 1):
            tries = [
                (a, b, some)
                for (a, b), choices in relevant.items()
                for some in combinations(choices, size)
            ]
            for judging in (False, True):
                for a, b, some in tries[:MOST_SETS]:
                    if self.is_flip(key, a, b, some, judging=judging):
                        return a, b, some
        for a, b in pairs:
            some = self.reduced(key, a, b)
            if some:
                return a, b, some
        return None

    def relevant(self, key: Duty, a: str, b: str) -> list[Choice]:
        """The differences between two accounts that reach the duty, from either side."""
        one, other = self.chosen[a], self.chosen[b]
        clause = key[0]
        here, there = self.variants.print(one, clause), self.variants.print(other, clause)
        return [
            choice
            for choice in differences(one, other)
            if self.variants.print(switched(one, other, [choice]), clause) not in (here, None)
            or self.variants.print(switched(other, one, [choice]), clause) not in (there, None)
        ]

    def is_flip(
        self, key: Duty, a: str, b: str, choices: Iterable[Choice], *, judging: bool = True
    ) -> bool:
        """Whether the duty then has b's status; without judging, only where that is known."""
        variant = switched(self.chosen[a], self.chosen[b], choices)
        if not judging and not self.variants.knows(variant, key[0]):
            return False
        found = self.variants.statuses(variant, key[0])
        return found is not None and found.get(key) == self.statuses[b].get(key)

    def reduced(self, key: Duty, a: str, b: str) -> tuple[Choice, ...]:
        """All the differences, less each that is not needed for the flip."""
        some = tuple(differences(self.chosen[a], self.chosen[b]))
        if not self.is_flip(key, a, b, some):
            return ()
        for choice in some:
            fewer = tuple(c for c in some if c != choice)
            if self.is_flip(key, a, b, fewer):
                some = fewer
        return some


class Variants:
    """Accounts that nobody holds, judged on the clauses that are asked about."""

    def __init__(self, case: Case, on: str, known: str | None) -> None:
        self.case = case
        self.on = case.tick(on)
        self.known = None if known is None else case.tick(known)
        self.made: dict[Any, Footprints | None] = {}
        self.seen: dict[Any, Facts] = {}
        self.prints: dict[Any, Any] = {}
        self.answers: dict[Any, dict[Duty, str] | None] = {}

    def norms(self, account: Account) -> Footprints | None:
        """The norms of a variant; None if it cannot be held (a reading without what it needs)."""
        reads, _, _, _, _, held = identity(account)
        if (reads, held) not in self.made:
            self.made[reads, held] = self.make(account)
        return self.made[reads, held]

    def make(self, account: Account) -> Footprints | None:
        from servanda.semantics.resolver import norms_of

        agreement = self.case.agreement
        problems = Problems()
        if account.name == PLAIN.name and not agreement.accounts:
            norms: Norms = norms_of(agreement, None, None, problems)
        else:
            alone = msgspec.structs.replace(agreement, accounts=(account,))
            norms = norms_of(alone, account.name, None, problems)
        return None if problems.errors else Footprints(norms)

    def facts(self, account: Account, norms: Norms) -> Facts:
        """The record as the variant trusts it: readings have no part in that."""
        _, *trust, _ = identity(account)
        key = tuple(trust)
        if key not in self.seen:
            self.seen[key] = facts_for(
                self.case.record,
                self.case.agreement,
                account,
                norms,
                on=self.on,
                known=self.known,
            )
        return self.seen[key]

    def print(self, account: Account, clause: str) -> Any:
        """The footprint of a clause in a variant, as a small number; None: cannot be held."""
        key = (identity(account), clause)
        if key not in self.prints:
            made = self.norms(account)
            if made is None:
                self.prints[key] = None
            else:
                whole = made.of(clause, self.facts(account, made.norms))
                self.prints[key] = self.number(whole)
        return self.prints[key]

    def number(self, whole: Any) -> int:
        numbers: dict[Any, int] = self.__dict__.setdefault("numbers", {})
        return numbers.setdefault(whole, len(numbers))

    def know(self, account: Account, clause: str, statuses: dict[Duty, str]) -> None:
        """Take over what an account was judged to."""
        number = self.print(account, clause)
        if number is not None:
            self.answers[clause, number] = statuses

    def knows(self, account: Account, clause: str) -> bool:
        number = self.print(account, clause)
        return number is None or (clause, number) in self.answers

    def statuses(self, account: Account, clause: str) -> dict[Duty, str] | None:
        """The statuses of a clause's duties in a variant."""
        number = self.print(account, clause)
        if number is None:
            return None
        if (clause, number) not in self.answers:
            self.answers[clause, number] = self.judge(account, clause)
        return self.answers[clause, number]

    def judge(self, account: Account, clause: str) -> dict[Duty, str] | None:
        from servanda.judge.dispatch import judge

        made = self.norms(account)
        if made is None:
            return None
        norms, facts = made.restricted(clause, self.facts(account, made.norms))
        try:
            verdicts = judge(norms, facts)
        except JudgeError:
            return None
        found = duties(norms.rules, verdicts)
        return {key: status for key, status in found.items() if key[0] == clause}
