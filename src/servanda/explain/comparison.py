"""Accounts side by side: where they agree, and what a difference turns on.

    for row in compare(case, on="2025-11-01"):
        print(row["clause"], row["statuses"], row["turns_on"])

Each sentence of `turns_on` names choices that are enough by themselves: an account with these
choices of another's in place of its own has the other's status. The fewest choices are named.
Every claim is judged: see `variants.Variants`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations, permutations
from typing import Any

import msgspec

from servanda.explain.differences import Change, Difference, Wording
from servanda.explain.duty_keys import Duty, Standing, current
from servanda.explain.duty_labels import DutyLabel, labels_by_key
from servanda.explain.judged import Judged
from servanda.explain.judged_case import JudgedCase
from servanda.explain.rule_text import Duties
from servanda.explain.variants import (
    PLAIN,
    Choice,
    Variants,
    differences,
    identity,
    reading_as,
    switched,
)
from servanda.judge.verdict import Status, Verdict
from servanda.syntax.tree import Account
from servanda.vocabulary.escaping import readable
from servanda.vocabulary.statuses import KINDS

MOST_TOGETHER = 3
MOST_SETS = 400
RANK = {"reads": 0, "holds": 1, "accepts": 2, "trusts": 3}
"""Of sets of choices that do as well, one about the text comes before one about trust."""


def compare(
    case: JudgedCase,
    on: str | None = None,
    known: str | None = None,
    accounts: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """One row per duty: its status in each account, and what the difference turns on.

    Rows are those of docs/json.md. Raises ServandaError for an unknown account or day.
    """
    return Comparison(case, on, known, accounts).rows()


def choices_that_change(
    case: JudgedCase,
    duty: Duty,
    account: str,
    on: str | None = None,
    *,
    known: str | None = None,
    comparison: Comparison | None = None,
) -> list[Change]:
    """What an account would have to choose otherwise for a duty to have another status on a day.

    Tried and judged: every other reading that the agreement offers, with what that needs; and the
    choices of every other account, one by one, then the fewest together. Only what changes the
    status is returned, with the status it gives; fewest choices first, readings before trust.
    `duty` is a key of `Comparison.duty_of`. `comparison`, one of the same case, day and knowledge,
    saves judging again. Raises ServandaError for an unknown account or day.
    """
    whole = comparison or Comparison(case, on, known, None)
    return list(whole.changes(duty, account))


class Comparison:
    """Judges accounts and their variants, each no more than once.

    `judged` are judgements of that day that are there already, by account.
    """

    def __init__(
        self,
        case: JudgedCase,
        on: str | None,
        known: str | None,
        accounts: Sequence[str] | None,
        judged: Mapping[str, Judged] | None = None,
        *,
        beside: Sequence[str] = (),
    ) -> None:
        """`beside`: more accounts, whose choices are tried and which are not judged themselves."""
        self.case = case
        self.on = on or case.last_day()
        self.known = known
        self.names = tuple(accounts or case.accounts)
        every = dict.fromkeys((*self.names, *beside))
        self.chosen = {name: case.account(name) or PLAIN for name in every}
        self.variants = Variants(case, self.on, known)
        self.wording = Wording(case.agreement, case.record)
        self.rules = Duties(case.agreement)
        groups = dict.fromkeys(reading.group for reading in case.agreement.readings)
        self.groups = {group: n for n, group in enumerate(groups)}
        self.standing = {name: self._standing(name, judged or {}) for name in self.names}
        self.statuses = {
            name: {key: verdict.status for key, (_, verdict) in found.items()}
            for name, found in self.standing.items()
        }

    def _standing(self, name: str, judged: Mapping[str, Judged]) -> dict[Duty, Standing]:
        """All duties of an account: judged whole, or, beside another, only where it differs."""
        account = self.chosen[name]
        shares = self.variants.any_held and not self.case.record.tables
        found = self.variants.whole(account) if shares and name not in judged else None
        clauses: Iterable[str] = self.variants.clauses
        if found is None:
            one = judged.get(name) or self.case.judge(name, self.on, self.known)
            found = current(one.norms.rules, one.verdicts, self.variants.occasions)
            clauses = clauses if one.clause is None else [one.clause]
        self.variants.hold(account, found, clauses)
        return found

    def rows(self) -> list[dict[str, Any]]:
        keys = list(dict.fromkeys(key for found in self.statuses.values() for key in found))
        order = {clause.id: n for n, clause in enumerate(self.case.agreement.clauses)}
        keys.sort(key=lambda key: order.get(key[0], len(order)))
        contested = [k for k in keys if len({s.get(k) for s in self.statuses.values()}) > 1]
        found, labels = self.differences(contested), self.labels
        return [
            {
                "clause": key[0],
                "duty": labels[key].text,
                "debtor": key[2] or None,
                "instance": json.loads(key[4]),
                "particulars": labels[key].particulars,
                "kind": key[1],
                "statuses": {name: held.get(key) for name, held in self.statuses.items()},
                "contested": key in found,
                "turns_on": [difference.sentence for difference in found.get(key, ())],
                "differences": msgspec.to_builtins(found.get(key, ())),
            }
            for key in keys
        ]

    @cached_property
    def labels(self) -> dict[Duty, DutyLabel]:
        """A name for each duty of the accounts compared, no two alike."""
        zone = self.case.agreement.header.zone or "UTC"
        return labels_by_key(self.case.agreement, zone, self.standing.values())

    # -------------------------------------------------------------- what it turns on
    def differences(self, contested: Iterable[Duty]) -> dict[Duty, tuple[Difference, ...]]:
        """For each contested duty, one smallest set of choices per pair of statuses."""
        found: dict[Duty, tuple[Difference, ...]] = {}
        for key in contested:
            told = {d.sentence: d for d in (self.difference(key, *f) for f in self.flips(key))}
            found[key] = tuple(told.values())
        return found

    def difference(self, key: Duty, a: str, b: str, choices: tuple[Choice, ...]) -> Difference:
        """A flip in words, with the accounts of both statuses that it turns."""
        statuses = {name: held.get(key) for name, held in self.statuses.items()}
        pair = (statuses[a], statuses[b])
        accounts = {n: self.chosen[n] for n in self.names if statuses[n] in pair}
        turned = set[str]()
        for judging in (False, True):
            for one, other in permutations(accounts, 2):
                if (
                    statuses[one] != statuses[other]
                    and not {one, other} <= turned
                    and self.is_flip(key, one, other, choices, judging=judging)
                ):
                    turned |= {one, other}
        label = self.label(key)
        return self.wording.difference(
            key, label, accounts, statuses, choices=choices, turned=turned
        )

    def label(self, key: Duty) -> str:
        """The clause and the duty; where accounts differ on its rule, who owes it stands for it."""
        held = [found[key][0] for found in self.standing.values() if key in found]
        label = self.labels[key]
        if len({self.rules.of(rule).head for rule in held}) == 1:
            return f"Clause {key[0]}, {readable(label.text)}"
        details = f" ({label.details})" if label.details else ""
        return f"Clause {key[0]}, {key[2]} {KINDS[key[1]]} …{readable(details)}"

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
        """The fewest choices that turn one account of some pair: sets in an order that no account
        has a part in, each tried in every pair."""
        relevant = {pair: self.relevant(key, *pair) for pair in pairs}
        for size in range(1, MOST_TOGETHER + 1):
            tries = [
                (a, b, some)
                for (a, b), choices in relevant.items()
                for some in combinations(choices, size)
            ]
            tries.sort(key=lambda found: self.rank(key, found[2]))
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
        found = [
            choice
            for choice in differences(one, other)
            if self.reaches(key, one, switched(one, other, [choice]))
            or self.reaches(key, other, switched(other, one, [choice]))
        ]
        return sorted(found, key=lambda choice: self.rank(key, [choice]))

    def reaches(self, key: Duty, account: Account, variant: Account) -> bool:
        """Whether a variant that can be held may have another status of the duty."""
        here = self.variants.footprint(account, key[0])
        return self.variants.footprint(variant, key[0]) not in (here, None)

    def is_flip(
        self, key: Duty, a: str, b: str, choices: Iterable[Choice], *, judging: bool = True
    ) -> bool:
        """Whether the duty then has b's status; without judging, only where an account tells."""
        variant = switched(self.chosen[a], self.chosen[b], choices)
        if not judging and not self.variants.is_held(variant, key[0]):
            return False
        return self.variants.can_judge(variant, key[0]) and self.variants.status(
            variant, key
        ) == self.statuses[b].get(key)

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

    # -------------------------------------------------------------- what would change it
    def duty_of(self, account: str, verdict: Verdict) -> Duty | None:
        """The key of the duty that a verdict of an account is of; None: it is not there that day.

        What a condition raised names no entry: of several such, the one with this last span.
        """
        found = [
            (key, held)
            for key, (_, held) in self.standing[account].items()
            if instance_of(held) == instance_of(verdict)
        ]
        exact = (key for key, held in found if held.from_ == verdict.from_)
        return next(exact, found[0][0] if found else None)

    def changes(self, key: Duty, name: str, most: int = MOST_TOGETHER) -> Iterator[Change]:
        """The choices, at most so many together, that give the duty another status in an account;
        fewest first."""
        mine = self.chosen[name]
        before = self.statuses[name].get(key)
        found: dict[Any, tuple[Account, tuple[Choice, ...], Status | None]] = {}
        for variant, choices in self.tries(key, name, most):
            if identity(variant) in found or any(
                set(fewer) < set(choices) for _, fewer, _ in found.values()
            ):
                continue
            if self.variants.can_judge(variant, key[0]):
                after = self.variants.status(variant, key)
                if after != before:
                    found[identity(variant)] = (variant, choices, after)
        fewest = sorted(found.values(), key=lambda f: (len(f[1]), self.rank(key, f[1])))
        for variant, choices, after in fewest:
            others = [
                other
                for other, account in self.chosen.items()
                if other != name and not set(choices) & set(differences(account, variant))
            ]
            yield self.wording.change(key, (name, mine, before), (others, variant, after), choices)

    def tries(
        self, key: Duty, name: str, most: int
    ) -> Iterator[tuple[Account, tuple[Choice, ...]]]:
        """Variants of an account that may have another status of the duty, fewest choices first:
        each other reading that is offered, then the choices of each other account."""
        mine = self.chosen[name]
        for variant in self.other_readings(mine):
            if self.reaches(key, mine, variant):
                yield variant, tuple(differences(mine, variant))
        others = [account for other, account in self.chosen.items() if other != name]
        for size in range(1, most + 1):
            for other in others:
                choices = [
                    choice
                    for choice in differences(mine, other)
                    if self.reaches(key, mine, switched(mine, other, [choice])) or size > 1
                ]
                for some in combinations(choices, size):
                    variant = switched(mine, other, some)
                    if self.reaches(key, mine, variant):
                        yield variant, some

    def other_readings(self, account: Account) -> Iterator[Account]:
        """The account with one reading it has not chosen, and what that needs; or with none."""
        mine = dict(account.reads)
        for group in mine:
            yield reading_as(account, group, None)
        for reading in self.wording.readings.values():
            if mine.get(reading.group) != reading.name:
                yield self.with_reading(account, reading.full_name)

    def with_reading(self, account: Account, full_name: str) -> Account:
        reading = self.wording.readings[full_name]
        account = reading_as(account, reading.group, reading.name)
        for needed in reading.needs:
            if needed in self.wording.readings and tuple(needed.split(".", 1)) not in account.reads:
                account = self.with_reading(account, needed)
        return account

    def rank(self, key: Duty, choices: Iterable[Choice]) -> list[tuple[int, bool, int, str]]:
        """The order of sets of equally many choices: readings first, of the clause itself
        before others, as the agreement has them."""
        return [
            (
                RANK[kind],
                kind == "reads" and key[0] not in self.wording.clauses(what),
                self.groups.get(what, len(self.groups)) if kind == "reads" else 0,
                what,
            )
            for kind, what in choices
        ]


def instance_of(verdict: Verdict) -> tuple[Any, ...]:
    return (verdict.rule, verdict.debtor, verdict.creditor, verdict.trigger, verdict.instance)
