"""Facts into tables: one table per event, measure, kind of power entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from servanda.judge.plan.text import SINCE_EVER, column_type, literal, named
from servanda.language.core import EventType, Norms, VagueType
from servanda.record.facts import Bulk, Facts, Value

BATCH = 2000


def open_engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("SET preserve_insertion_order = false")
    return connection


def load(con: duckdb.DuckDBPyConnection, norms: Norms, facts: Facts) -> None:
    """Make every table that the plan reads."""
    if not (facts.bulk_events or facts.bulk_readings):
        con.execute("SET threads = 1")
    con.execute("BEGIN")
    for event in event_types(norms):
        load_event(con, event, facts)
    for measure in norms.measures:
        create(con, named("rd_", measure.name), READING_COLUMNS)
        rows = [
            (r.entry, r.lo, r.hi, r.of, r.low, r.high, r.tier)
            for r in facts.readings.get(measure.name, ())
        ]
        insert(con, named("rd_", measure.name), rows)
        append(con, named("rd_", measure.name), facts.bulk_readings.get(measure.name, ()))
    for vague in norms.vagues:
        load_determinations(con, vague, facts)
    load_powers(con, facts)


def load_determinations(con: duckdb.DuckDBPyConnection, vague: VagueType, facts: Facts) -> None:
    columns = [f"{named('p_', p.name)} {column_type(p.type)}" for p in vague.params]
    table = named("said_", vague.name)
    create(con, table, ", ".join([OCCURRENCE_COLUMNS, "by_ VARCHAR", *columns]))
    rows = [
        (d.entry, d.lo, d.hi, d.hi + 1, d.sure, d.by, *d.args)
        for d in facts.determinations
        if d.name == vague.name
    ]
    insert(con, table, rows)


READING_COLUMNS = (
    'entry VARCHAR, lo BIGINT, hi BIGINT, "of" VARCHAR, low DECIMAL(38,9), '
    "high DECIMAL(38,9), tier INTEGER"
)
OCCURRENCE_COLUMNS = "entry VARCHAR, lo BIGINT, hi BIGINT, fin BIGINT, sure BOOLEAN"


def event_types(norms: Norms) -> Iterable[EventType]:
    """Recorded events, then those that arise by themselves (their tables start empty)."""
    derived = {d.name for d in norms.derived}
    yield from (e for e in norms.events if e.name not in derived)
    yield from (EventType(d.name, d.params, True) for d in norms.derived)


def load_event(con: duckdb.DuckDBPyConnection, event: EventType, facts: Facts) -> None:
    columns = [f"{named('p_', p.name)} {column_type(p.type)}" for p in event.params]
    table = named("ev_", event.name)
    bulk = facts.bulk_events.get(event.name, ())
    occurrences = facts.events.get(event.name, ())
    create(con, table, ", ".join([OCCURRENCE_COLUMNS, *columns]))
    insert(con, table, [(o.entry, o.lo, o.hi, o.fin, o.sure, *o.args) for o in occurrences])
    append(con, table, bulk)


def load_powers(con: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    create(
        con,
        "exercises",
        f"{OCCURRENCE_COLUMNS}, verb VARCHAR, by_ VARCHAR, clause VARCHAR, of_ VARCHAR, "
        "towards VARCHAR, keys MAP(VARCHAR, VARCHAR), amendment VARCHAR",
    )
    for e in facts.exercises:
        keys = ", ".join(f"{literal(k)}: {literal(plain(v))}" for k, v in e.keys)
        values = ", ".join(map(literal, (e.verb, e.by, e.clause, e.of, e.towards)))
        con.execute(
            f"INSERT INTO exercises VALUES ({literal(e.entry)}, {e.lo}, {e.hi}, {e.fin}, {e.sure}, "
            f"{values}, MAP {{{keys}}}, {literal(e.amendment)})"
        )


def plain(value: Value) -> str:
    """How a key of an instance is compared: as the text DuckDB gives its column."""
    return (
        value
        if isinstance(value, str)
        else f"{value:f}"
        if not hasattr(value, "year")
        else str(value)
    )


def create(con: duckdb.DuckDBPyConnection, table: str, columns: str) -> None:
    con.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    for start in range(0, len(rows), BATCH):
        text = ", ".join(
            "(" + ", ".join(cell(v) for v in row) + ")" for row in rows[start : start + BATCH]
        )
        con.execute(f"INSERT INTO {table} VALUES {text}")


def cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(max(value, SINCE_EVER))
    return literal(value)  # type: ignore[arg-type]


def append(con: duckdb.DuckDBPyConnection, table: str, bulk: Sequence[Bulk]) -> None:
    for source in bulk:
        con.execute(f"INSERT INTO {table} BY NAME {source.sql}")
