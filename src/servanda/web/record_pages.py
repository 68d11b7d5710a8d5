"""A page for each entry and each source: who says so, through whom, and what rests on it."""

from __future__ import annotations

from typing import Any

from servanda.explain.duty_histories import DutyHistory, StatusSpan
from servanda.record.record import Entry, Withdrawn
from servanda.record.sources import Source
from servanda.record.tables.row_sources import cited_by_rows
from servanda.web.pages import head
from servanda.web.query import Query, Refused

PAGE = 100
DATES = ("announced", "verified", "reported")


# ------------------------------------------------------------------ entries
def brief(query: Query, entry: Entry) -> dict[str, Any]:
    """An entry in one line."""
    return {
        "id": entry.id,
        "done": entry.when.text,
        "says": query.says(entry),
        "grade": entry.grade,
        "by": entry.by,
        "sources": list(dict.fromkeys(ref.id for ref in entry.sources)),
    }


def entry(query: Query, id_: str) -> dict[str, Any]:
    """An entry: what it says, who says so through whom, its four dates, and what rests on it."""
    found = query.case.record.entry(id_)
    if found is None:
        return table_row(query, id_)
    record = query.case.record
    cited = list(dict.fromkeys(ref.id for ref in found.sources))
    return (
        head(query)
        | brief(query, found)
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
                {"id": ref.id, "place": ref.locator, "title": title(query, ref.id)}
                for ref in found.sources
            ],
            "one_source": cited[0] if len(cited) == 1 else None,
            "one_title": title(query, cited[0]) if len(cited) == 1 else None,
            "corrects": found.corrects,
            "corrected_by": [
                brief(query, other)
                for other in record.entries
                if other.corrects == id_
                or (isinstance(other.what, Withdrawn) and other.what.entry == id_)
            ],
            "note": found.note,
            "file": found.place.file,
            "line": found.place.line,
            "rests_on_it": rests(query, [id_]),
        }
    )


def table_row(query: Query, id_: str) -> dict[str, Any]:
    """A row of a table file: its table's sources, and what rests on it."""
    tables = query.case.record.tables_of(id_)
    if not tables:
        message = f"there is no entry `{id_}`"
        raise Refused("E042", f"entry:{id_}", message, "look through the record, or search", 404)
    table = tables[0]
    cited = cited_by_rows(query.case.record, [id_])[id_]
    return head(query) | {
        "id": id_,
        "says": f"a row of the table {table.name}: {table.event or table.measure}",
        "grade": None,
        "by": table.by,
        "sources": cited,
        "dates": {},
        "through": [],
        "cites": [{"id": s, "place": None, "title": title(query, s)} for s in cited],
        "one_source": cited[0] if len(cited) == 1 else None,
        "corrects": None,
        "corrected_by": [],
        "note": None,
        "file": table.place.file,
        "line": table.place.line,
        "rests_on_it": rests(query, [id_]),
    }


def title(query: Query, source: str) -> str | None:
    known = query.case.record.sources.get(source)
    return None if known is None else known.title


def rests(query: Query, entries: list[str]) -> list[dict[str, Any]]:
    """The duties with spans that rest on some entries; one line a duty, account and span."""
    resting = query.resting()
    found: dict[Any, dict[str, Any]] = {}
    for id_ in entries:
        for account, duty, span in resting.get(id_, ()):
            key = (duty.id, account, span.from_, span.status)
            found.setdefault(key, rested(query, account, duty, span))
    return list(found.values())


def rested(query: Query, account: str, duty: DutyHistory, span: StatusSpan) -> dict[str, Any]:
    return {
        "duty": duty.id,
        "clause": duty.clause,
        "text": duty.text,
        "details": duty.details,
        "kind": duty.kind,
        "instance": duty.instance,
        "account": account,
        "status": span.status,
        "from": query.iso(span.from_),
        "until": query.iso(span.until),
    }


def record(query: Query, page: int) -> dict[str, Any]:
    """The entries in order of time, a page of them."""
    key = "by time"
    ordered: list[Entry] = query.version.answers.get(
        key, lambda: sorted(query.case.record.entries, key=lambda e: (e.when.lo, e.id))
    )
    pages = max(1, -(-len(ordered) // PAGE))
    if not 1 <= page <= pages:
        message = f"there is no page {page} of the record"
        raise Refused("E042", f"page:{page}", message, f"ask for 1 to {pages}", 404)
    shown = ordered[(page - 1) * PAGE : page * PAGE]
    return head(query) | {
        "entries": [brief(query, e) for e in shown],
        "count": len(ordered),
        "page": page,
        "pages": pages,
        "numbers": list(range(1, pages + 1)),
        "tables": [
            {"name": t.name, "of": t.event or t.measure, "sources": [r.id for r in t.sources]}
            for t in query.case.record.tables
        ],
    }


# ------------------------------------------------------------------ sources
def source(query: Query, id_: str) -> dict[str, Any]:
    """A source, the entries that cite it, and what rests on them."""
    known = query.case.record.sources.get(id_)
    cited = query.citing().get(id_, [])
    if known is None and not cited:
        message = f"there is no source `{id_}`"
        raise Refused("E042", f"source:{id_}", message, "look through the sources, or search", 404)
    return (
        head(query)
        | described(id_, known)
        | {
            "entries": [brief(query, e) for e in cited],
            "only_source_of": [e.id for e in cited if len({r.id for r in e.sources}) == 1],
            "rests_on_it": rests(query, [e.id for e in cited]),
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


def sources(query: Query) -> dict[str, Any]:
    """All sources, and how many entries cite each."""
    citing = query.citing()
    known = query.case.record.sources
    return head(query) | {
        "sources": [
            described(id_, known.get(id_)) | {"cited_by": len(citing.get(id_, ()))}
            for id_ in dict.fromkeys((*known, *citing))
        ]
    }
