"""Facts into tables: one table per event, measure, kind of power entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from servanda.judge.engines.duckdb import Tables
from servanda.judge.plan.sql import column_type, named
from servanda.record.facts import Facts, Value
from servanda.semantics.norms import EventType, Match, Norms, VagueType


def load(tables: Tables, norms: Norms, facts: Facts) -> None:
    """Make every table that the plan reads."""
    asked = Counter(patterns(norms))
    derived = {d.name for d in norms.derived}
    for event in event_types(norms):
        once = asked[event.name] == 1
        load_event(tables, event, facts, read_once=once, arises=event.name in derived)
    tables.declare("readings", READING_COLUMNS)
    tables.insert(
        "readings",
        [
            (n, r.lo, r.hi, r.of, r.low, r.high, r.tier, r.entry)
            for n, measure in enumerate(norms.measures)
            for r in facts.readings.get(measure.name, ())
        ],
    )
    for n, measure in enumerate(norms.measures):
        for source in facts.bulk_readings.get(measure.name, ()):
            tables.append("readings", f"SELECT {n} AS measure, * FROM ({source.sql})")
    for vague in norms.vagues:
        load_determinations(tables, vague, facts)
    load_powers(tables, facts)


def load_determinations(tables: Tables, vague: VagueType, facts: Facts) -> None:
    columns = [f"{named('p_', p.name)} {column_type(p.type)}" for p in vague.params]
    table = named("said_", vague.name)
    tables.declare(table, ", ".join([OCCURRENCE_COLUMNS, "by_ VARCHAR", *columns]))
    rows = [
        (d.entry, d.lo, d.hi, d.hi + 1, d.sure, d.by, *d.args)
        for d in facts.determinations
        if d.name == vague.name
    ]
    tables.insert(table, rows)


READING_COLUMNS = (
    'measure INTEGER, lo BIGINT, hi BIGINT, "of" VARCHAR, low DECIMAL(38,9), '
    "high DECIMAL(38,9), tier INTEGER, entry VARCHAR"
)
OCCURRENCE_COLUMNS = "entry VARCHAR, lo BIGINT, hi BIGINT, fin BIGINT, sure BOOLEAN"


Events = dict[str, EventType]


def event_types(norms: Norms) -> Iterable[EventType]:
    """Recorded events, then those that arise by themselves (their tables start empty)."""
    derived = {d.name for d in norms.derived}
    yield from (e for e in norms.events if e.name not in derived)
    yield from (EventType(d.name, d.params, True) for d in norms.derived)


def load_event(
    tables: Tables, event: EventType, facts: Facts, *, read_once: bool, arises: bool
) -> None:
    """The occurrences of an event; those that one part of the plan reads once stay in their file."""
    columns = [f"{named('p_', p.name)} {column_type(p.type)}" for p in event.params]
    if arises:
        columns.append("und BOOLEAN")  # a vague term leaves it open
    table = named("ev_", event.name)
    bulk = facts.bulk_events.get(event.name, ())
    occurrences = facts.events.get(event.name, ())
    if bulk and read_once and not occurrences:
        tables.define(table, " UNION ALL BY NAME ".join(source.sql for source in bulk))
        return
    tables.declare(table, ", ".join([OCCURRENCE_COLUMNS, *columns]))
    tables.insert(table, [(o.entry, o.lo, o.hi, o.fin, o.sure, *o.args) for o in occurrences])
    for source in bulk:
        tables.append(table, source.sql)


def size(tables: Tables, facts: Facts) -> int:
    """The number of rows of bulk facts, for reporting a rate."""
    sources = [b for bulk in (facts.bulk_events, facts.bulk_readings) for b in bulk.values()]
    counts = [f"SELECT count(*) AS n FROM ({b.sql})" for found in sources for b in found]
    if not counts:
        return 0
    return int(tables.row(f"SELECT sum(n) FROM ({' UNION ALL '.join(counts)})")[0])


def patterns(part: object) -> Iterator[str]:
    """The name in every pattern of some norms."""
    if isinstance(part, Match):
        yield part.name
    if isinstance(part, Struct):
        part = tuple(getattr(part, name) for name in part.__struct_fields__)
    if isinstance(part, tuple):
        for item in part:
            yield from patterns(item)


def load_powers(tables: Tables, facts: Facts) -> None:
    tables.declare(
        "exercises",
        f"{OCCURRENCE_COLUMNS}, verb VARCHAR, by_ VARCHAR, clause VARCHAR, of_ VARCHAR, "
        "towards VARCHAR, keys MAP(VARCHAR, VARCHAR), amendment VARCHAR, n INTEGER",
    )
    tables.insert(
        "exercises",
        [
            (
                *(e.entry, e.lo, e.hi, e.fin, e.sure, e.verb, e.by, e.clause, e.of, e.towards),
                {k: plain(v) for k, v in e.keys},
                e.amendment,
                n,
            )
            for n, e in enumerate(facts.exercises)
        ],
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
