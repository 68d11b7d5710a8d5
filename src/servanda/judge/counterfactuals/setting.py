"""The account, day and facts that counterfactuals start from."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import msgspec

from servanda.judge.dependencies import Footprints
from servanda.record.account_facts import facts_for
from servanda.record.dates import end_of
from servanda.record.facts import Facts
from servanda.record.record import Record
from servanda.semantics.clock import local_day, micros_of
from servanda.semantics.norms import (
    Norms,
)
from servanda.syntax.tree import NOWHERE, Account, Agreement


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

    @cached_property
    def footprints(self) -> Footprints:
        return Footprints(self.norms)

    @cached_property
    def trusting(self) -> Facts:
        """The facts of somebody who counts every entry as sure."""
        everyone = Account("everyone", None, (), (), (), (), ("alleged",), (), NOWHERE)
        return self.seen_by(everyone, self.record, self.facts.now)

    @cached_property
    def to_the_last(self) -> Facts | None:
        """The account's facts up to the record's last day, where that is later; not of tables."""
        last, zone = self.record.last, self.norms.zone
        if last is None or last <= self.facts.now or self.facts.bulk_events:
            return None
        end = end_of(local_day(micros_of(last), zone).isoformat(), zone)
        return self.seen_by(self.account, self.record, end)

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
