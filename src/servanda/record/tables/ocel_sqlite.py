"""OCEL 2.0 in SQLite, read only."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from servanda.record.tables.files import TableFile, TableRequest, Unreadable, quoted
from servanda.record.tables.ocel import open_ocel
from servanda.record.tables.ocel_sink import NOT_OCEL, Sink, as_text, texts

LONGEST_VALUE = 16 << 20
STEPS = 1_000_000
VIRTUAL = re.compile(r"\s*create\s+virtual\b", re.IGNORECASE)
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
            _bound(base, path.stat().st_size)
            _read(base, sink)
        finally:
            base.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        said = "this is not a whole SQLite file"
        raise Unreadable("E703", 0, f"{said}: {error}"[:200], "copy it again") from None


def _bound(base: sqlite3.Connection, size: int) -> None:
    """Let a connection read tables and count, and no more than a file of this size can hold.

    Views and computed columns would be the file's own programs, which may never end.
    """
    base.execute("PRAGMA trusted_schema = OFF")
    base.execute("PRAGMA cell_size_check = ON")
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    base.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    steps = 0

    def is_over() -> bool:
        nonlocal steps
        steps += 1
        return steps * STEPS > 100 * STEPS + 100 * size

    def may(action: int, first: str | None, name: str | None, *_: object) -> int:
        reads = action in (sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT)
        counts = action == sqlite3.SQLITE_FUNCTION and name == "count"
        looks = action == sqlite3.SQLITE_PRAGMA and first == "table_xinfo"
        return sqlite3.SQLITE_OK if reads or counts or looks else sqlite3.SQLITE_DENY

    base.set_progress_handler(is_over, STEPS)
    base.set_authorizer(may)


def _read(base: sqlite3.Connection, sink: Sink) -> None:
    found = base.execute("SELECT name, type, sql FROM sqlite_master").fetchall()
    there = {name for name, *_ in found}
    for name, kind, sql in found:
        is_asked = name.startswith(("event", "object")) and kind != "index"
        if is_asked and (kind != "table" or VIRTUAL.match(sql or "")):
            message = f"{NOT_OCEL}: `{name}` is no ordinary table"
            raise Unreadable("E706", 0, message, "write its rows as a table")
        for *_, hidden in base.execute(f"PRAGMA table_xinfo({quoted(name)})") if is_asked else ():
            if hidden:
                message = f"{NOT_OCEL}: `{name}` has a column that is computed"
                raise Unreadable("E706", 0, message, "write its values")
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
