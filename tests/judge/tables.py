"""Facts of generated cases as tables: what a record of millions of rows gives the plan."""

from __future__ import annotations

from msgspec.structs import replace

from servanda.judge.engines.duckdb import cell
from servanda.judge.plan.sql import column_type, named
from servanda.record.facts import Bulk, Facts, Occurrence, ReadingFact
from servanda.record.tables.files import connect
from servanda.semantics.norms import EventType, Norms


def as_tables(norms: Norms, facts: Facts) -> Facts:
    """The same facts, in tables: every second event keeps a row of its own beside its table."""
    events: dict[str, tuple[Occurrence, ...]] = {}
    tables: dict[str, tuple[Bulk, ...]] = {}
    for n, event in enumerate(norms.events):
        rows = facts.events.get(event.name, ())
        alone = n % 2
        if rows[alone:]:
            tables[event.name] = (occurrences(event, rows[alone:]),)
        if rows[:alone]:
            events[event.name] = rows[:alone]
    readings = {name: (measured(rows),) for name, rows in facts.readings.items() if rows}
    return replace(facts, events=events, readings={}, bulk_events=tables, bulk_readings=readings)


def occurrences(event: EventType, rows: tuple[Occurrence, ...]) -> Bulk:
    names = ["entry", "lo", "hi", "fin", "sure", *(named("p_", p.name) for p in event.params)]
    types = ["VARCHAR", "BIGINT", "BIGINT", "BIGINT", "BOOLEAN"]
    types += [column_type(p.type) for p in event.params]
    values = [(o.entry, o.lo, o.hi, o.fin, o.sure, *o.args) for o in rows]
    return Bulk(select(names, types, values), all(o.lo == o.hi for o in rows))


def measured(rows: tuple[ReadingFact, ...]) -> Bulk:
    names = ["entry", "lo", "hi", '"of"', "low", "high", "tier"]
    types = ["VARCHAR", "BIGINT", "BIGINT", "VARCHAR", *["DECIMAL(38,9)"] * 2, "INTEGER"]
    values = [(r.entry, r.lo, r.hi, r.of, r.low, r.high, r.tier) for r in rows]
    return Bulk(select(names, types, values), all(r.lo == r.hi for r in rows))


def select(names: list[str], types: list[str], rows: list[tuple[object, ...]]) -> str:
    listed = ", ".join(f"({', '.join(map(cell, row))})" for row in rows)
    typed = ", ".join(f"{n}::{t} AS {n}" for n, t in zip(names, types, strict=True))
    return f"SELECT {typed} FROM (VALUES {listed}) t({', '.join(names)})"


def in_rows(norms: Norms, facts: Facts) -> Facts:
    """The reverse: the rows of tables among the other facts, for the reference judge."""
    events, readings = dict(facts.events), dict(facts.readings)
    with connect() as connection:
        for event in norms.events:
            names = [
                "entry",
                "lo",
                "hi",
                "fin",
                "sure",
                *(named("p_", p.name) for p in event.params),
            ]
            for bulk in facts.bulk_events.get(event.name, ()):
                found = connection.execute(
                    f"SELECT {', '.join(names)} FROM ({bulk.sql})"
                ).fetchall()
                rows = tuple(Occurrence(*row[:5], tuple(row[5:])) for row in found)
                events[event.name] = (*events.get(event.name, ()), *rows)
        for name, bulks in facts.bulk_readings.items():
            for bulk in bulks:
                columns = 'entry, lo, hi, "of", low, high, tier'
                found = connection.execute(f"SELECT {columns} FROM ({bulk.sql})").fetchall()
                rows_ = tuple(ReadingFact(*row) for row in found)
                readings[name] = (*readings.get(name, ()), *rows_)
    return replace(facts, events=events, readings=readings, bulk_events={}, bulk_readings={})
