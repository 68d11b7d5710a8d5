"""Search across clauses, entries, sources, accounts and parties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from servanda.syntax.printer.statements import show
from servanda.web.query import Refused, Sight

MOST = 60
LONGEST = 200
LONGEST_TEXT = 20_000


class Thing(Struct, frozen=True):
    """Something with a page. `text` is all that is searched, folded."""

    kind: str
    id: str
    title: str
    text: str


def search(sight: Sight, query: str) -> dict[str, Any]:
    """What has all the words of a query; what is named so comes first."""
    if len(query) > LONGEST:
        raise Refused("this is too long to search for", f"up to {LONGEST} characters")
    words = query.casefold().split()
    things: list[Thing] = sight.version.kept.get("things", lambda: list(every(sight)))
    found = [t for t in things if all(word in t.text for word in words)] if words else []
    whole = " ".join(words)
    found.sort(key=lambda t: rank(t, whole))
    return {
        "query": query,
        "count": len(found),
        "found": [{"kind": t.kind, "id": t.id, "title": t.title} for t in found[:MOST]],
    }


def rank(thing: Thing, whole: str) -> tuple[bool, bool, bool]:
    id_, title = thing.id.casefold(), thing.title.casefold()
    return (id_ != whole, not id_.startswith(whole), whole not in title)


def every(sight: Sight) -> Iterator[Thing]:
    agreement, record = sight.case.agreement, sight.case.record
    for clause in agreement.clauses:
        yield thing("clause", clause.id, clause.title or "", show(clause), clause.not_modelled)
    for reading in agreement.readings:
        title = f"{reading.full_name}: {reading.title or ''}"
        yield thing("clause", reading.clause, title, show(reading))
    for account in agreement.accounts:
        reasons = " ".join(h.reason or "" for h in account.held)
        yield thing("account", account.name, account.title or "", reasons)
    for party in agreement.parties:
        yield thing("party", party.name, party.title or "")
    for group in agreement.groups:
        yield thing("party", group.name, group.title or "")
    for entry in record.entries:
        people = " ".join(step.by for step in entry.chain)
        cited = " ".join(ref.id for ref in entry.sources)
        yield thing("entry", entry.id, sight.says(entry), entry.note, people, cited, entry.by)
    for source in record.sources.values():
        names = " ".join(source.authors)
        yield thing("source", source.id, source.title or "", names, source.publisher, source.note)


def thing(kind: str, id_: str, title: str, *more: str | None) -> Thing:
    text = " ".join([id_, title, *(part[:LONGEST_TEXT] for part in more if part)])
    spaced = text[:LONGEST_TEXT].casefold()
    return Thing(kind, id_, title, spaced + " " + spaced.replace("_", " "))
