"""OCEL 2.0 in SQLite, read only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from servanda.record.tables.files import TableFile, TableRequest, Unreadable, quoted
from servanda.record.tables.ocel import open_ocel
from servanda.record.tables.ocel_sink import NOT_OCEL, Sink, as_text, texts

ANOTHER = "name a database that keeps to OCEL 2.0"
TABLES = ("event", "object", "event_object", "event_map_type")


def open_rows(request: TableRequest) -> TableFile:
    """The rows of a log. Raises Unreadable."""
    return open_ocel(request, read)


def read(path: Path, sink: Sink) -> None:
    """Put the objects, events and relations of a file into the sink. Raises Unreadable."""
    log = path.with_name(path.name + "-wal")
    if log.is_file() and log.stat().st_size:
        advice = "close the program that has it open, and let SQLite finish"
        raise Unreadable("E703", 0, f"changes of this database are still in `{log.name}`", advice)
    try:
        # immutable: nothing is written beside the file
        place = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        base = sqlite3.connect(place, uri=True)
        try:
            _read(base, sink)
        finally:
            base.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        said = "this is not a whole SQLite file"
        raise Unreadable("E703", 0, f"{said}: {error}"[:200], "copy it again") from None


def _read(base: sqlite3.Connection, sink: Sink) -> None:
    base.execute("PRAGMA trusted_schema = OFF")
    there = {name for (name,) in base.execute("SELECT name FROM sqlite_master")}
    for table in TABLES:
        if table not in there:
            raise Unreadable("E706", 0, f"{NOT_OCEL}: it has no table `{table}`", ANOTHER)
    for id, type in base.execute("SELECT ocel_id, ocel_type FROM object"):
        sink.object(as_text(id), as_text(type))
    if "object_map_type" in there:
        for _, mapped in base.execute("SELECT ocel_type, ocel_type_map FROM object_map_type"):
            if f"object_{mapped}" in there:
                _changes(base, f"object_{mapped}", sink)
    for type, mapped in base.execute("SELECT ocel_type, ocel_type_map FROM event_map_type"):
        if f"event_{mapped}" not in there:
            message = f"{NOT_OCEL}: it has no table `event_{mapped}` for the type `{type}`"
            raise Unreadable("E706", 0, message, ANOTHER)
        for id, time, attributes in _events(base, f"event_{mapped}"):
            sink.event(as_text(id), as_text(type), as_text(time), attributes, ())
    counted = base.execute("SELECT count(*) FROM event").fetchone()[0]
    if counted != sink.events.count:
        message = f"`event` has {counted:,} rows, and the tables of its types {sink.events.count:,}"
        raise Unreadable("E706", 0, message, "write each event once in the table of its type")
    for row in base.execute(
        "SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object"
    ):
        sink.relate(*map(as_text, row))


def _events(
    base: sqlite3.Connection, table: str
) -> Iterator[tuple[Any, Any, dict[str, str | None]]]:
    found = base.execute(f"SELECT * FROM {quoted(table)}")
    names = [column[0] for column in found.description]
    if not {"ocel_id", "ocel_time"} <= set(names):
        raise Unreadable(
            "E706", 0, f"{NOT_OCEL}: `{table}` has no `ocel_id` or no `ocel_time`", ANOTHER
        )
    id, time = names.index("ocel_id"), names.index("ocel_time")
    own = [n for n in range(len(names)) if n not in (id, time)]
    for row in found:
        yield row[id], row[time], dict(texts((names[n], row[n]) for n in own))


def _changes(base: sqlite3.Connection, table: str, sink: Sink) -> None:
    """The values of the objects' attributes: one row for the first, one for each change."""
    found = base.execute(f"SELECT * FROM {quoted(table)}")
    names = [column[0] for column in found.description]
    if not {"ocel_id", "ocel_time"} <= set(names):
        return
    for row in found:
        said = dict(zip(names, row, strict=True))
        changed = said.get("ocel_changed_field")
        for name, value in said.items():
            if not name.startswith("ocel_") and changed in (None, name):
                time = None if said["ocel_time"] is None else as_text(said["ocel_time"])
                sink.change(as_text(said["ocel_id"]), name, as_text(value), time)
