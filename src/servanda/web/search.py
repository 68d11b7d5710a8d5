"""Search across clauses, entries, sources, accounts and parties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from servanda.syntax.printer.statements import show
from servanda.web.query import Query, Refused

MOST = 60
LONGEST = 200
LONGEST_TEXT = 20_000


class Findable(Struct, frozen=True):
    """Something with a page. `text` is all that is searched, with case folded."""

    kind: str
    id: str
    title: str
    text: str


def search(query: Query, text: str) -> dict[str, Any]:
    """Search for all the words of a text; matches in names come first."""
    if len(text) > LONGEST:
        message = "this is too long to search for"
        raise Refused("E011", "option:q", message, f"up to {LONGEST} characters")
    words = text.casefold().split()
    things: list[Findable] = query.version.answers.get("things", lambda: list(every(query)))
    found = [t for t in things if all(word in t.text for word in words)] if words else []
    whole = " ".join(words)
    found.sort(key=lambda t: rank(t, whole))
    return {
        "query": text,
        "count": len(found),
        "found": [{"kind": t.kind, "id": t.id, "title": t.title} for t in found[:MOST]],
    }


def rank(thing: Findable, whole: str) -> tuple[bool, bool, bool]:
    id_, title = thing.id.casefold(), thing.title.casefold()
    return (id_ != whole, not id_.startswith(whole), whole not in title)


def every(query: Query) -> Iterator[Findable]:
    agreement, record = query.case.agreement, query.case.record
    for clause in agreement.clauses:
        yield findable("clause", clause.id, clause.title or "", show(clause), clause.not_modelled)
    for reading in agreement.readings:
        title = f"{reading.full_name}: {reading.title or ''}"
        yield findable("clause", reading.clause, title, show(reading))
    for account in agreement.accounts:
        reasons = " ".join(h.reason or "" for h in account.held)
        yield findable("account", account.name, account.title or "", reasons)
    for party in agreement.parties:
        yield findable("party", party.name, party.title or "")
    for group in agreement.groups:
        yield findable("party", group.name, group.title or "")
    for entry in record.entries:
        people = " ".join(step.by for step in entry.chain)
        cited = " ".join(ref.id for ref in entry.sources)
        yield findable("entry", entry.id, query.says(entry), entry.note, people, cited, entry.by)
    for source in record.sources.values():
        names = " ".join(source.authors)
        yield findable(
            "source", source.id, source.title or "", names, source.publisher, source.note
        )


def findable(kind: str, id_: str, title: str, *more: str | None) -> Findable:
    text = " ".join([id_, title, *(part[:LONGEST_TEXT] for part in more if part)])
    folded = text[:LONGEST_TEXT].casefold()
    return Findable(kind, id_, title, folded + " " + folded.replace("_", " "))
