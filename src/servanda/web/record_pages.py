"""A page for each entry and each source: who says so, through whom, and what rests on it."""

from __future__ import annotations

from typing import Any

from servanda.explain.lanes import Lane, Stretch
from servanda.record.record import Entry, Withdrawn
from servanda.record.sources import Source
from servanda.record.tables.row_sources import cited_by_rows
from servanda.web.pages import head
from servanda.web.query import Refused, Sight

PAGE = 100
DATES = ("announced", "verified", "reported")


# ------------------------------------------------------------------ entries
def brief(sight: Sight, entry: Entry) -> dict[str, Any]:
    """An entry in one line."""
    return {
        "id": entry.id,
        "done": entry.when.text,
        "says": sight.says(entry),
        "grade": entry.grade,
        "by": entry.by,
        "sources": list(dict.fromkeys(ref.id for ref in entry.sources)),
    }


def entry(sight: Sight, id_: str) -> dict[str, Any]:
    """An entry: what it says, who says so through whom, its four dates, and what rests on it."""
    found = sight.case.record.entry(id_)
    if found is None:
        return table_row(sight, id_)
    record = sight.case.record
    cited = list(dict.fromkeys(ref.id for ref in found.sources))
    return (
        head(sight)
        | brief(sight, found)
        | {
            "dates": {"done": found.when.text}
            | {word: span.text if (span := getattr(found, word)) else None for word in DATES},
            "through": [
                {
                    "how": step.kind,
                    "by": step.by,
                    "on": step.on,
                    "date": step.at.text if step.at else None,
                }
                for step in found.chain
            ],
            "cites": [
                {"id": ref.id, "place": ref.locator, "title": title(sight, ref.id)}
                for ref in found.sources
            ],
            "one_source": cited[0] if len(cited) == 1 else None,
            "one_title": title(sight, cited[0]) if len(cited) == 1 else None,
            "corrects": found.corrects,
            "corrected_by": [
                brief(sight, other)
                for other in record.entries
                if other.corrects == id_
                or (isinstance(other.what, Withdrawn) and other.what.entry == id_)
            ],
            "note": found.note,
            "file": found.place.file,
            "line": found.place.line,
            "rests_on_it": rests(sight, [id_]),
        }
    )


def table_row(sight: Sight, id_: str) -> dict[str, Any]:
    """A row of a table file: its table's sources, and what rests on it."""
    tables = sight.case.record.tables_of(id_)
    if not tables:
        raise Refused(f"there is no entry `{id_}`", "look through the record, or search", 404)
    table = tables[0]
    cited = cited_by_rows(sight.case.record, [id_])[id_]
    return head(sight) | {
        "id": id_,
        "says": f"a row of the table {table.name}: {table.event or table.measure}",
        "grade": None,
        "by": table.by,
        "sources": cited,
        "dates": {},
        "through": [],
        "cites": [{"id": s, "place": None, "title": title(sight, s)} for s in cited],
        "one_source": cited[0] if len(cited) == 1 else None,
        "corrects": None,
        "corrected_by": [],
        "note": None,
        "file": table.place.file,
        "line": table.place.line,
        "rests_on_it": rests(sight, [id_]),
    }


def title(sight: Sight, source: str) -> str | None:
    known = sight.case.record.sources.get(source)
    return None if known is None else known.title


def rests(sight: Sight, entries: list[str]) -> list[dict[str, Any]]:
    """The duties with spans that rest on some entries; one line a duty, account and span."""
    resting = sight.resting()
    found: dict[Any, dict[str, Any]] = {}
    for id_ in entries:
        for account, lane, stretch in resting.get(id_, ()):
            key = (lane.id, account, stretch.from_, stretch.status)
            found.setdefault(key, rested(sight, account, lane, stretch))
    return list(found.values())


def rested(sight: Sight, account: str, lane: Lane, stretch: Stretch) -> dict[str, Any]:
    return {
        "duty": lane.id,
        "clause": lane.clause,
        "text": lane.text,
        "instance": lane.instance,
        "account": account,
        "status": stretch.status,
        "from": sight.iso(stretch.from_),
        "until": sight.iso(stretch.until),
    }


def record(sight: Sight, page: int) -> dict[str, Any]:
    """The entries in order of time, a page of them."""
    key = "by time"
    ordered: list[Entry] = sight.version.kept.get(
        key, lambda: sorted(sight.case.record.entries, key=lambda e: (e.when.lo, e.id))
    )
    pages = max(1, -(-len(ordered) // PAGE))
    if not 1 <= page <= pages:
        raise Refused(f"there is no page {page} of the record", f"it has {pages} pages", 404)
    shown = ordered[(page - 1) * PAGE : page * PAGE]
    return head(sight) | {
        "entries": [brief(sight, e) for e in shown],
        "count": len(ordered),
        "page": page,
        "pages": pages,
        "numbers": list(range(1, pages + 1)),
        "tables": [
            {"name": t.name, "of": t.event or t.measure, "sources": [r.id for r in t.sources]}
            for t in sight.case.record.tables
        ],
    }


# ------------------------------------------------------------------ sources
def source(sight: Sight, id_: str) -> dict[str, Any]:
    """A source, the entries that cite it, and what rests on them."""
    known = sight.case.record.sources.get(id_)
    cited = sight.citing().get(id_, [])
    if known is None and not cited:
        raise Refused(f"there is no source `{id_}`", "look through the sources, or search", 404)
    return (
        head(sight)
        | described(id_, known)
        | {
            "entries": [brief(sight, e) for e in cited],
            "only_source_of": [e.id for e in cited if len({r.id for r in e.sources}) == 1],
            "rests_on_it": rests(sight, [e.id for e in cited]),
        }
    )


def described(id_: str, known: Source | None) -> dict[str, Any]:
    if known is None:
        return {"id": id_, "title": None, "authors": []}
    return {
        "id": id_,
        "title": known.title,
        "publisher": known.publisher,
        "authors": list(known.authors),
        "issued": known.issued,
        "number": known.number,
        "kind": known.kind,
        "note": known.note,
        "url": known.url,
    }


def sources(sight: Sight) -> dict[str, Any]:
    """All sources, and how many entries cite each."""
    citing = sight.citing()
    known = sight.case.record.sources
    return head(sight) | {
        "sources": [
            described(id_, known.get(id_)) | {"cited_by": len(citing.get(id_, ()))}
            for id_ in dict.fromkeys((*known, *citing))
        ]
    }
