"""The tables of an export: spans of duties, entries, sources, and what is still to come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from typing import Literal as OneOf

from msgspec import Struct

from servanda.explain.deadlines import deadlines
from servanda.explain.judged import Judged, iso
from servanda.explain.rows import timeline_rows
from servanda.explain.wording import Words
from servanda.record.record import Entry

Kind = OneOf["text", "time", "bool", "int", "list", "data"]
"""`time`: an instant, with its offset, as text; `list`: texts; `data`: a dict of plain values."""


class Table(Struct, frozen=True):
    """A table of plain values, in the order of `columns`."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    rows: list[tuple[Any, ...]]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.columns]

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]


SPANS: tuple[tuple[str, Kind], ...] = (
    ("account", "text"),
    ("clause", "text"),
    ("rule", "text"),
    ("version", "text"),
    ("reading", "text"),
    ("kind", "text"),
    ("debtor", "text"),
    ("creditor", "text"),
    ("instance", "data"),
    ("particulars", "data"),
    ("duty", "text"),
    ("status", "text"),
    ("outcome", "text"),
    ("used", "bool"),
    ("open", "bool"),
    ("from", "time"),
    ("until", "time"),
    ("final", "bool"),
    ("breach", "data"),
    ("breaches", "data"),
    ("breach_particulars", "data"),
    ("breach_entries", "list"),
    ("entries", "list"),
    ("closed_by", "list"),
    ("sources", "list"),
)
ENTRIES: tuple[tuple[str, Kind], ...] = (
    ("id", "text"),
    ("done", "text"),
    ("announced", "text"),
    ("verified", "text"),
    ("reported", "text"),
    ("says", "text"),
    ("grade", "text"),
    ("by", "text"),
    ("through", "list"),
    ("sources", "list"),
    ("corrects", "text"),
    ("note", "text"),
    ("file", "text"),
    ("line", "int"),
)
SOURCES: tuple[tuple[str, Kind], ...] = (
    ("id", "text"),
    ("title", "text"),
    ("authors", "list"),
    ("publisher", "text"),
    ("issued", "text"),
    ("number", "text"),
    ("kind", "text"),
    ("url", "text"),
)
COMING: tuple[tuple[str, Kind], ...] = (
    ("account", "text"),
    ("what", "text"),
    ("clause", "text"),
    ("debtor", "text"),
    ("instance", "data"),
    ("particulars", "data"),
    ("duty", "text"),
    ("status", "text"),
    ("at", "time"),
    ("counted", "text"),
    ("entries", "list"),
    ("sources", "list"),
)


def tables(judged: Mapping[str, Judged]) -> dict[str, Table]:
    """Every table of a case as judged by some accounts on one day."""
    return {name: make(judged) for name, make in TABLES.items()}


def spans(judged: Mapping[str, Judged]) -> Table:
    """Every span of every duty, by each account: the rows of `timeline`."""
    rows = [
        tuple((row | {"account": name})[column] for column, _ in SPANS)
        for name, one in judged.items()
        for row in timeline_rows(one)
    ]
    return Table("spans", SPANS, rows)


def entries(judged: Mapping[str, Judged]) -> Table:
    """Every entry of the record, whoever trusts it (rows of table files are in those files)."""
    some = next(iter(judged.values()))
    words = Words(some)
    return Table("entries", ENTRIES, [entry_row(words, entry) for entry in some.record.entries])


def entry_row(words: Words, entry: Entry) -> tuple[Any, ...]:
    spans_ = (entry.announced, entry.verified, entry.reported)
    return (
        entry.id,
        entry.when.text,
        *(span.text if span else None for span in spans_),
        words.what(entry.what),
        entry.grade,
        entry.by,
        list(words.chain(entry)),
        list(dict.fromkeys(ref.id for ref in entry.sources)),
        entry.corrects,
        entry.note,
        entry.place.file,
        entry.place.line,
    )


def sources(judged: Mapping[str, Judged]) -> Table:
    """Every source of the case, as its list of sources describes it."""
    some = next(iter(judged.values()))
    rows = [
        (s.id, s.title, list(s.authors), s.publisher, s.issued, s.number, s.kind, s.url)
        for s in some.record.sources.values()
    ]
    return Table("sources", SOURCES, rows)


def coming(judged: Mapping[str, Judged]) -> Table:
    """What is still to come after the day judged, by each account."""
    rows = [row for name, one in judged.items() for row in ahead(name, one)]
    return Table("coming", COMING, rows)


def ahead(name: str, judged: Judged) -> Iterator[tuple[Any, ...]]:
    zone = judged.norms.zone
    for one in deadlines(judged):
        yield (
            name,
            one.what,
            one.clause,
            one.debtor,
            one.instance,
            one.particulars,
            one.text,
            one.status,
            None if one.micros is None else iso(one.micros * 64, zone),
            one.counted,
            list(one.entries),
            list(one.sources),
        )


TABLES = {"spans": spans, "entries": entries, "sources": sources, "coming": coming}
"""What makes each table, by its name."""


def instant(text: str | None) -> datetime | None:
    """A time of a row as a datetime with its offset."""
    return None if text is None else datetime.fromisoformat(text)
