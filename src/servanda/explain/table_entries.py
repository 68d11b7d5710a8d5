"""Rows of tables spelled out as entries, so that an answer can say what they say."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from msgspec.structs import replace

from servanda.explain.judged import Judged, iso
from servanda.record.dates import FactTime
from servanda.record.facts import Bulk, Facts, Occurrence, ReadingFact
from servanda.record.record import Entry, Happened, Measured
from servanda.record.tables.files import connect
from servanda.record.tables.row_sources import cited_by_rows, graded_by_rows
from servanda.semantics.clock import day_start, local_day, micros_of
from servanda.syntax.entries import SourceRef

FEW_ROWS = 2_000


def with_rows(judged: Judged, ids: Collection[str]) -> Judged:
    """The judgement with the rows of tables that have these ids among its entries."""
    known = {entry.id for entry in judged.record.entries}
    wanted = sorted(id_ for id_ in ids if id_ not in known)
    if not wanted or not (judged.facts.bulk_events or judged.facts.bulk_readings):
        return judged
    facts = judged.facts
    found = _with_readings(_with_events(judged, wanted), wanted)
    return replace(found, facts=facts)


def readings_spelled_out(judged: Judged) -> Judged:
    """The judgement with the readings of tables with few rows among its entries."""
    return _with_readings(judged, None)


def _with_events(judged: Judged, ids: list[str] | None) -> Judged:
    events, entries = dict(judged.facts.events), list[Entry]()
    for name, bulks in judged.facts.bulk_events.items():
        params = [p.name for e in judged.norms.events if e.name == name for p in e.params]
        for row in _rows(bulks, ids):
            args = tuple(row[f"p_{p}"] for p in params)
            found = Occurrence(row["entry"], row["lo"], row["hi"], row["fin"], row["sure"], args)
            events[name] = (*events.get(name, ()), found)
            by = dict(zip(params, args, strict=True)).get("by")
            says = Happened(name, args, None if by is None else str(by))
            entries.append(_entry(judged, row, row["fin"], says))
    return _among(judged, replace(judged.facts, events=events, bulk_events={}), entries)


def _with_readings(judged: Judged, ids: list[str] | None) -> Judged:
    readings, entries = dict(judged.facts.readings), list[Entry]()
    for name, bulks in judged.facts.bulk_readings.items():
        for row in _rows(bulks, ids):
            bounds = row["low"], row["high"]
            read = ReadingFact(row["entry"], row["lo"], row["hi"], row["of"], *bounds, row["tier"])
            readings[name] = (*readings.get(name, ()), read)
            entries.append(_entry(judged, row, None, Measured(name, row["of"], *bounds)))
    return _among(judged, replace(judged.facts, readings=readings, bulk_readings={}), entries)


def _among(judged: Judged, facts: Facts, rows: list[Entry]) -> Judged:
    """The judgement with rows among its entries, each with its grade and its sources."""
    if not rows:
        return replace(judged, facts=facts)
    ids = {row.id for row in rows}
    cited, graded = cited_by_rows(judged.record, ids), graded_by_rows(judged.record, ids)
    told = list[Entry]()
    for row in rows:
        grade, by = graded.get(row.id, (None, None))
        sources = tuple(SourceRef(id_) for id_ in cited[row.id])
        told.append(replace(row, sources=sources, grade=grade, by=by))
    entries = (*judged.record.entries, *told)
    return replace(judged, facts=facts, record=replace(judged.record, entries=entries))


def _rows(bulks: Collection[Bulk], ids: list[str] | None) -> Iterator[dict[str, Any]]:
    """The rows of some tables as dicts, in the order of time: those of these ids; None: all rows
    of tables with few."""
    with connect() as connection:
        for bulk in bulks:
            found, given = f"SELECT * FROM ({bulk.sql})", list[Any]()
            if ids is None:
                (count,) = connection.execute(f"SELECT count(*) FROM ({found})").fetchall()[0]
                if count > FEW_ROWS:
                    continue
            else:
                found, given = f"{found} WHERE entry IN (SELECT unnest(?::VARCHAR[]))", [ids]
            answer = connection.execute(f"{found} ORDER BY lo, entry", given)
            names = [column[0] for column in answer.description]
            yield from (dict(zip(names, row, strict=True)) for row in answer.fetchall())


def _entry(
    judged: Judged, row: dict[str, Any], fin: int | None, says: Happened | Measured
) -> Entry:
    zone = judged.record.zone
    text = _text(row["lo"], zone)
    if row["hi"] != row["lo"]:
        text = f"{text}..{_text(row['hi'], zone)}"
    return Entry(row["entry"], FactTime(row["lo"], row["hi"], fin or row["hi"] + 1, text), says)


def _text(tick: int, zone: str) -> str:
    """A day where it is the first instant of one, else an instant."""
    day = local_day(micros_of(tick), zone)
    return str(day if day_start(day, zone) == micros_of(tick) else iso(tick, zone))
