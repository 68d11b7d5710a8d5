"""Build the initial state: file all facts of the case and judge them."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from servanda.api import Case
from servanda.record.facts import Bulk, Facts, Occurrence, ReadingFact
from servanda.syntax.atomic_files import refusing, sync_folder
from servanda.syntax.problems import ServandaError
from servanda.watch.fact_filing import EVENT, READING, FactFiling
from servanda.watch.live_verdicts import Added, LiveVerdicts
from servanda.watch.state import FactRow, Store

FETCHED = 10_000
Progress = Callable[[str, int], None]


def file_and_judge(
    live: LiveVerdicts, entries: list[Added], facts: Facts, now: int, progress: Progress
) -> None:
    """File all facts of the case and judge them; calls `progress(what, number)` now and then."""
    store = live.store
    rows = [row for entry, named in entries for row in live.rows(entry, named)]
    store.add_facts(with_progress(chain(rows, table_rows(live.filing, facts)), progress))
    store.index()
    for number, _ in enumerate(live.begin(now), 1):
        if number % FETCHED == 0:
            progress("keys judged", number)


def with_progress(rows: Iterable[FactRow], progress: Progress) -> Iterator[FactRow]:
    for number, row in enumerate(rows, 1):
        yield row
        if number % 100_000 == 0:
            progress("facts filed", number)


def table_rows(filing: FactFiling, facts: Facts) -> Iterator[FactRow]:
    """The rows of the case's tables, each event sorted by its key to speed up insertion."""
    con = duckdb.connect()
    for name, bulks in facts.bulk_events.items():
        params = filing.params[name]
        columns = ["entry", "lo", "hi", "fin", "sure", *(f'"p_{p}"' for p in params)]
        for entry, lo, hi, fin, sure, *args in rows_of(con, bulks, columns):
            occurrence = Occurrence(entry, lo, hi, fin, sure, tuple(args))
            body = filing.write(occurrence)
            for unit, key in filing.places(EVENT, name, occurrence):
                yield unit, key, entry, 0, EVENT, name, lo, body
    columns = ["entry", "lo", "hi", '"of"', "low", "high", "tier"]
    for name, bulks in facts.bulk_readings.items():
        for values in rows_of(con, bulks, columns):
            reading = ReadingFact(*values)
            body = filing.write(reading)
            for unit, key in filing.places(READING, name, reading):
                yield unit, key, reading.entry, 0, READING, name, reading.lo, body


def rows_of(
    con: duckdb.DuckDBPyConnection, bulks: Iterable[Bulk], columns: list[str]
) -> Iterator[tuple[Any, ...]]:
    whole = " UNION ALL BY NAME ".join(f"({bulk.sql})" for bulk in bulks)
    found = con.execute(f"SELECT {', '.join(columns)} FROM ({whole}) ORDER BY {columns[-1]}")
    while rows := found.fetchmany(FETCHED):
        yield from rows


# ------------------------------------------------------------------ the same case
def fingerprint(case: Case, account: str, root: Path, apart: Iterable[Path]) -> str:
    """A digest of all files of a case's folder, except hidden ones and those in `apart`."""
    found = hashlib.blake2b(digest_size=16)
    found.update(msgspec.json.encode([account, [layout.file for layout in case.layouts]]))
    away = {path.resolve() for path in apart}
    for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
        inside = path.relative_to(case.folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if hidden or not path.is_file() or away & {path.resolve(), *path.resolve().parents}:
            continue
        found.update(f"\0{inside.as_posix()}\0".encode())
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "blake2b").digest())
    return found.hexdigest()


def move_durably(made: Path, path: Path) -> None:
    """Move a finished file to its name atomically, synced to disk."""
    with refusing(path):
        with made.open("r+b") as file:
            os.fsync(file.fileno())
        os.replace(made, path)
        sync_folder(path.parent)


def new_store(path: Path) -> Store:
    """An empty store under a temporary name; deletes what a killed attempt left there.

    Raises InUse if another process is using it.
    """
    if path.exists():
        with suppress(sqlite3.DatabaseError, ServandaError):  # half written: nobody is using it
            Store(path, safe=False).close()
        path.unlink()
    return Store(path, safe=False)
