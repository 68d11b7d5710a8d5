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
        bearing = self.bearing_on(entry)
        supposed = tuple(sure if e.id == entry.id else e for e in bearing)
        policy = Policy(account, record)
        before, after = (
            {
                each.id
                for each, _ in standing(
                    msgspec.structs.replace(record, entries=entries), policy, self.known
                ).entries
            }
            for entries in (bearing, supposed)
        )
        changed = (before ^ after) | {entry.id}
        fresh = tuple(e for e in supposed if e.id in changed & after)
        facts = self.seen_by(
            account, msgspec.structs.replace(record, entries=fresh), self.facts.now
        )
        return frozenset(changed & before), facts

    def bearing_on(self, entry: Entry) -> tuple[Entry, ...]:
        """The entry, and all that correct or withdraw one another with it: the only ones that may
        cease to count, or begin to, with it."""
        found, waiting = {entry.id}, [entry.id]
        while waiting:
            fresh = self.linked.get(waiting.pop(), set()) - found
            found |= fresh
            waiting += fresh
        if len(found) == 1:
            return (entry,)
        return tuple(each for each in self.record.entries if each.id in found)

    @cached_property
    def linked(self) -> dict[str, set[str]]:
        """The ids of entries (or rows) with those that they correct or withdraw, both ways."""
        found: dict[str, set[str]] = {}
        for entry in self.record.entries:
            for other in (
                entry.corrects,
                entry.what.entry if isinstance(entry.what, Withdrawn) else None,
            ):
                if other is not None:
                    found.setdefault(entry.id, set()).add(other)
                    found.setdefault(other, set()).add(entry.id)
        return found

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
