"""An account's trust in entries: docs/meaning.md, 2, "Trust"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from servanda.record.record import (
    DeclaredCompleteness,
    Determined,
    Entry,
    Exercised,
    Happened,
    Record,
    Statement,
    WentOn,
)
from servanda.syntax.entries import SourceRef
from servanda.syntax.problems import Problems, did_you_mean
from servanda.syntax.tree import Account

ALWAYS_ACCEPTED = frozenset({None, "verified", "estimated", "declared"})


class Trust(Struct, frozen=True):
    """The trust in an entry that is kept: `tier` 0 is best; not `sure`: only possible."""

    tier: int
    sure: bool


@lru_cache(maxsize=8192)
def fold(name: str) -> str:
    """A name normalised for comparison: `Tehran_Times` equals `Tehran Times`."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


class Policy:
    """One account's choice of sources and grades. Without an account, all are trusted alike."""

    def __init__(self, account: Account | None, record: Record) -> None:
        self.record = record
        self.only = self._names(account.only if account else ())
        self.first = self._names(account.first if account else ())
        self.distrusts = self._names(account.distrusts if account else ())
        self.grades = ALWAYS_ACCEPTED | frozenset(account.grades if account else ())

    def _names(self, trusted: Iterable[str]) -> frozenset[str]:
        return frozenset(
            fold(known) for name in trusted for known in (name, *self.record.aliases.get(name, ()))
        )

    def of_names(self, names: frozenset[str], grade: str | None) -> Trust | None:
        """The trust in something from all of these folded names; None: dropped."""
        if self.only and not self.only & names:
            return None
        if self.distrusts & names:
            return None
        tier = 1 if self.first and not self.first & names else 0
        return Trust(tier, grade in self.grades)

    def of_entry(self, entry: Entry, corrected: Entry | None = None) -> Trust | None:
        """`corrected`: a correction that names no source of its own has those of its entry."""
        names = names_of(entry, self.record)
        if not names and corrected is not None:
            names = names_of(corrected, self.record)
        return self.of_names(names, entry.grade)

    def takes_back(self, entry: Entry) -> bool:
        """Whether a withdrawal counts: the record's keeper needs no source to withdraw."""
        names = names_of(entry, self.record)
        return not names or self.of_names(names, entry.grade) is not None

    def of_declaration(self, declared: DeclaredCompleteness) -> bool:
        """Whether a declaration of completeness counts."""
        names = frozenset({fold(declared.by)}) | names_of_sources(declared.sources, self.record)
        return self.of_names(names, None) is not None


def names_of(entry: Entry, record: Record) -> frozenset[str]:
    """The folded names that an entry is from: sources, publishers, authors, speakers.

    An act that names none of these is from its actor: docs/meaning.md, 2, "Trust".
    """
    people = {fold(entry.by)} if entry.by else set()
    people |= {fold(step.by) for step in entry.chain}
    named = names_of_sources(entry.sources, record) | people
    actor = actor_of(entry)
    return named or (frozenset() if actor is None else frozenset({fold(actor)}))


def actor_of(entry: Entry) -> str | None:
    """Who did what an entry records: an event's `by`, a power's holder, a body that decides."""
    match entry.what:
        case Happened(by=by) | WentOn(by=by) | Exercised(by=by):
            return by
        case Determined(by=by) | Statement(by=by):
            return by
        case _:
            return None


def names_of_sources(cited: Iterable[SourceRef], record: Record) -> frozenset[str]:
    """The folded names of several sources."""
    return frozenset(name for ref in cited for name in names_of_source(ref.id, record))


def names_of_source(id: str, record: Record) -> frozenset[str]:
    """The folded id, publisher and authors of a source."""
    source = record.sources.get(id)
    if source is None:
        return frozenset({fold(id)})
    names = {source.id, source.publisher, *source.authors}
    return frozenset(fold(name) for name in names if name)


def check_trust(accounts: Iterable[Account], record: Record, problems: Problems) -> None:
    """Report names that an account trusts or distrusts and that occur nowhere in the record."""
    spellings = {fold(name): name for name in _spellings(record)}
    for account in accounts:
        for name in (*account.only, *account.first, *account.distrusts):
            if fold(name) not in spellings:
                problems.add(
                    "E522",
                    account.place,
                    f"account {account.name} names the source `{name}`, which nothing is from",
                    did_you_mean(name, spellings.values())
                    or "name a party, a source, its publisher or author, or someone who says it",
                )


def _spellings(record: Record) -> Iterable[str]:
    yield from record.aliases
    for source in record.sources.values():
        yield from (name for name in (source.id, source.publisher, *source.authors) if name)
    for entry in record.entries:
        named = (entry.by, actor_of(entry), *(step.by for step in entry.chain))
        yield from (name for name in named if name)
    yield from (declared.by for declared in record.complete)
