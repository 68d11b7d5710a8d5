"""The account, day and facts that counterfactuals start from."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Literal as OneOf

import msgspec

from servanda.judge.dependencies import Footprints
from servanda.record.account_facts import facts_for, known_entries, standing
from servanda.record.dates import end_of
from servanda.record.facts import Facts
from servanda.record.record import Entry, Record, Step, Withdrawn
from servanda.record.trust import Policy
from servanda.semantics.clock import local_day, micros_of
from servanda.semantics.norms import (
    Norms,
)
from servanda.syntax.tree import NOWHERE, Account, Agreement

SetAsideAs = OneOf["untrusted", "unsure"]
ANYBODY = "anybody"
"""Who says what is supposed to count, where the account trusts whom it does not distrust."""


class Setting:
    """An account on a day: `facts` are its own up to that day; `known` the last tick known then.

    What several derivations need of it is worked out once.
    """

    def __init__(
        self,
        agreement: Agreement,
        record: Record,
        account: Account | None,
        norms: Norms,
        facts: Facts,
        *,
        known: int | None = None,
    ) -> None:
        self.agreement = agreement
        self.record = record
        self.account = account
        self.norms = norms
        self.facts = facts
        self.known = known
        self.as_sure: dict[str, tuple[frozenset[str], Facts]] = {}

    @cached_property
    def footprints(self) -> Footprints:
        return Footprints(self.norms)

    @cached_property
    def trusting(self) -> Facts:
        """The facts of somebody who counts every entry as sure."""
        everyone = Account("everyone", None, (), (), (), (), ("alleged",), (), NOWHERE)
        return self.seen_by(everyone, self.record, self.facts.now)

    @cached_property
    def set_aside(self) -> list[tuple[Entry, SetAsideAs]]:
        """The entries that the account does not count, or not surely.

        Of those after the day only what corrects or withdraws others: that counts since ever.
        """
        policy, found = Policy(self.account, self.record), list[tuple[Entry, SetAsideAs]]()
        for entry in known_entries(self.record, self.known):
            reason = set_aside_as(policy, entry, self.record)
            timeless = entry.corrects is not None or isinstance(entry.what, Withdrawn)
            if reason is not None and (timeless or entry.when.lo <= self.facts.now):
                found.append((entry, reason))
        return found

    def counted(self, entry: Entry) -> tuple[frozenset[str], Facts]:
        """What counting an entry as sure changes: the entries whose facts go, and new facts."""
        if entry.id not in self.as_sure:
            self.as_sure[entry.id] = self.difference(entry)
        return self.as_sure[entry.id]

    def difference(self, entry: Entry) -> tuple[frozenset[str], Facts]:
        account, record = self.account, self.record
        trusted = (*account.only, *account.first, ANYBODY) if account is not None else (ANYBODY,)
        sure = msgspec.structs.replace(
            entry, grade=None, by=None, sources=(), chain=(Step("said", trusted[0]),)
        )
        supposed = msgspec.structs.replace(
            record, entries=tuple(sure if e.id == entry.id else e for e in record.entries)
        )
        policy = Policy(account, record)
        before, after = (
            {each.id for each, _ in standing(one, policy, self.known).entries}
            for one in (record, supposed)
        )
        changed = (before ^ after) | {entry.id}
        fresh = tuple(e for e in supposed.entries if e.id in changed & after)
        facts = self.seen_by(
            account, msgspec.structs.replace(supposed, entries=fresh), self.facts.now
        )
        return frozenset(changed & before), facts

    @cached_property
    def to_the_last(self) -> Facts | None:
        """The account's facts up to the record's last day, where that is later; not of tables."""
        last, zone = self.record.last, self.norms.zone
        if last is None or last <= self.facts.now or self.facts.bulk_events:
            return None
        end = end_of(local_day(micros_of(last), zone).isoformat(), zone)
        return self.seen_by(self.account, self.record, end)

    def until(self, now: int) -> Facts:
        """The account's facts up to a tick, rows of tables among them."""
        return facts_for(
            self.record, self.agreement, self.account, self.norms, on=now, known=self.known
        )

    @cached_property
    def taken_back(self) -> dict[str, str]:
        """The entries that were corrected or withdrawn, each with the entry that did so."""
        policy = Policy(self.account, self.record)
        return standing(self.record, policy, self.known).taken_back

    @cached_property
    def former(self) -> Facts:
        """What the account would take from those entries, had they been left as they were."""
        entries = tuple(
            msgspec.structs.replace(entry, corrects=None)
            for entry in self.record.entries
            if entry.id in self.taken_back and not isinstance(entry.what, Withdrawn)
        )
        record = msgspec.structs.replace(self.record, entries=entries, complete=())
        return self.seen_by(self.account, record, self.facts.now)

    def seen_by(self, account: Account | None, record: Record, now: int) -> Facts:
        record = msgspec.structs.replace(record, tables=())
        return facts_for(record, self.agreement, account, self.norms, on=now, known=self.known)

    @cached_property
    def today(self) -> date:
        """The day asked, in the zone of the agreement."""
        return local_day(micros_of(self.facts.now), self.norms.zone)

    @cached_property
    def taken(self) -> frozenset[str]:
        """The ids of the record's entries."""
        return frozenset(entry.id for entry in self.record.entries)


def set_aside_as(policy: Policy, entry: Entry, record: Record) -> SetAsideAs | None:
    """Why a policy does not count an entry, or not surely; None: it does."""
    if isinstance(entry.what, Withdrawn):
        return None if policy.takes_back(entry) else "untrusted"
    trust = policy.of_entry(entry, record.entry(entry.corrects) if entry.corrects else None)
    if trust is None:
        return "untrusted"
    return None if trust.sure else "unsure"
