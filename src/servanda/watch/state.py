"""The state of a watch on disk: a SQLite file, updated in one transaction per batch.

A crash at any moment leaves the state of the last committed batch.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from servanda.syntax.atomic_files import check_ordinary
from servanda.syntax.problems import Problem, ServandaError
from servanda.watch.fact_filing import FilingKey

FORMAT = "3"
MANY = 400
TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE facts (unit INTEGER, key TEXT, entry TEXT, n INTEGER, kind TEXT, name TEXT, lo INTEGER,
                    body BLOB, PRIMARY KEY (unit, key, entry, n)) WITHOUT ROWID;
CREATE TABLE verdicts (unit INTEGER, key TEXT, body BLOB, next INTEGER,
                       PRIMARY KEY (unit, key)) WITHOUT ROWID;
CREATE TABLE entries (id TEXT PRIMARY KEY, said BLOB, line BLOB, target TEXT, filed BLOB)
                     WITHOUT ROWID;
CREATE TABLE changes (n INTEGER PRIMARY KEY, batch INTEGER, body BLOB);
CREATE TABLE rejected (line INTEGER PRIMARY KEY, text BLOB, why TEXT);
"""
INDEXES = """
CREATE INDEX next_change ON verdicts (next) WHERE next IS NOT NULL;
CREATE INDEX targets ON entries (target) WHERE target IS NOT NULL;
"""

FactRow = tuple[int, str, str, int, str, str, int, bytes]
Verdicts = tuple[bytes, int | None]
GO_ON = "then start the watch again: it goes on from the last batch"
REFUSALS = {
    sqlite3.SQLITE_FULL: ("E045", "there is no room for the state", f"make room, {GO_ON}"),
    sqlite3.SQLITE_IOERR: ("E045", "the disk does not take the state", f"make room, {GO_ON}"),
    sqlite3.SQLITE_READONLY: ("E005", "the state may not be written", f"allow it, {GO_ON}"),
    sqlite3.SQLITE_CANTOPEN: ("E005", "the state cannot be opened", f"allow it, {GO_ON}"),
    sqlite3.SQLITE_CORRUPT: ("E021", "the state is damaged", "give another --state"),
    sqlite3.SQLITE_NOTADB: ("E021", "this is no state of a watch", "give another --state"),
}
"""By the error of SQLite: code, message and advice."""


class InUse(Exception):
    """Another process is using this state."""


class Connection(sqlite3.Connection):
    """A connection whose errors of the system are problems: a full disk, a file nobody may write.

    A lock that another process holds stays an OperationalError.
    """

    def execute(self, *statement: Any) -> sqlite3.Cursor:
        with self.refusing():
            return super().execute(*statement)

    def executemany(self, *statement: Any) -> sqlite3.Cursor:
        with self.refusing():
            return super().executemany(*statement)

    def executescript(self, script: str) -> sqlite3.Cursor:
        with self.refusing():
            return super().executescript(script)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code not in REFUSALS:
                raise
            number, message, advice = REFUSALS[code]
            raise ServandaError(
                [Problem(number, "file:state", "state.sqlite", 0, 0, message, advice)]
            ) from error


class Store:
    """Reads and writes the state; nothing is persistent before `commit`.

    `safe=False` skips durability, for a file that is discarded after a crash.
    """

    def __init__(self, path: Path, safe: bool = True) -> None:
        check_ordinary(path)
        self.con = sqlite3.connect(
            path, timeout=1, isolation_level=None, check_same_thread=False, factory=Connection
        )
        try:
            self.con.execute("PRAGMA trusted_schema = OFF")
            self.con.execute("PRAGMA locking_mode = EXCLUSIVE")
            self.con.execute("PRAGMA cache_size = -262144")
            self.con.execute(f"PRAGMA journal_mode = {'WAL' if safe else 'MEMORY'}")
            self.con.execute(f"PRAGMA synchronous = {'FULL' if safe else 'OFF'}")
            self.con.execute("BEGIN IMMEDIATE")
            if not self.con.execute("SELECT 1 FROM sqlite_master").fetchone():
                self.con.execute("COMMIT")
                self.con.executescript(f"BEGIN; {TABLES} COMMIT;")
                self.con.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            self.con.close()
            raise InUse(str(error)) from error
        except BaseException:
            self.con.close()
            raise

    def index(self) -> None:
        """Create the indexes; faster after the bulk load than before."""
        self.con.execute("COMMIT")
        self.con.executescript(INDEXES)
        self.con.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.con.execute("COMMIT")
        self.con.execute("BEGIN IMMEDIATE")

    def undo(self) -> None:
        self.roll_back()
        self.con.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        try:
            self.roll_back()
        finally:
            self.con.close()

    def roll_back(self) -> None:
        """Forget what was not committed; SQLite may have done so itself, as on a full disk."""
        if self.con.in_transaction:
            self.con.execute("ROLLBACK")

    def is_own(self) -> bool:
        """Whether the file has the tables of a state, and nothing that would run on reading it."""
        found = self.con.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        own = {statement.strip() for statement in f"{TABLES}{INDEXES}".split(";")} - {""}
        return {normal(sql) for (sql,) in found} <= {normal(sql) for sql in own}

    # -------------------------------------------------------------- where it stands
    def get(self, name: str) -> Any:
        found = self.con.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else found[0]

    def put(self, **values: object) -> None:
        self.con.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    # -------------------------------------------------------------- facts
    def add_facts(self, rows: Iterable[FactRow]) -> None:
        self.con.executemany("INSERT OR REPLACE INTO facts VALUES (?,?,?,?,?,?,?,?)", rows)

    def drop_facts(self, entry: str, places: Iterable[FilingKey]) -> None:
        self.con.executemany(
            "DELETE FROM facts WHERE unit = ? AND key = ? AND entry = ?",
            ((unit, key, entry) for unit, key in places),
        )

    def places_of(self, entry: str) -> list[FilingKey]:
        """The units and keys of a table row. Scans all facts; only corrected rows need it."""
        rows = self.con.execute("SELECT DISTINCT unit, key FROM facts WHERE entry = ?", (entry,))
        return rows.fetchall()

    def facts_of(self, entry: str, place: FilingKey) -> list[tuple[str, str, str]]:
        """`(kind, name, body)` of an entry's facts."""
        rows = self.con.execute(
            "SELECT kind, name, body FROM facts WHERE unit = ? AND key = ? AND entry = ? "
            "ORDER BY n",
            (*place, entry),
        )
        return [(kind, name, body.decode()) for kind, name, body in rows]

    def facts(self, unit: int, keys: Sequence[str]) -> Iterator[tuple[str, str, str, int, bytes]]:
        """`(key, kind, name, lo, body)` of all facts under these keys."""
        for some in chunks(keys):
            yield from self.con.execute(
                "SELECT key, kind, name, lo, body FROM facts "
                f"WHERE unit = ? AND key IN ({placeholders(some)})",
                (unit, *some),
            )

    def keys(self, unit: int) -> list[str]:
        """All keys of a unit with facts or verdicts."""
        rows = self.con.execute(
            "SELECT key FROM facts WHERE unit = ?1 UNION SELECT key FROM verdicts WHERE unit = ?1",
            (unit,),
        )
        return [key for (key,) in rows]

    # -------------------------------------------------------------- verdicts
    def verdicts(self, unit: int, keys: Sequence[str]) -> dict[str, Verdicts]:
        found: dict[str, Verdicts] = {}
        for some in chunks(keys):
            rows = self.con.execute(
                "SELECT key, body, next FROM verdicts "
                f"WHERE unit = ? AND key IN ({placeholders(some)})",
                (unit, *some),
            )
            found |= {key: (body, next_) for key, body, next_ in rows}
        return found

    def put_verdicts(self, rows: Iterable[tuple[int, str, bytes, int | None]]) -> None:
        self.con.executemany("INSERT OR REPLACE INTO verdicts VALUES (?,?,?,?)", rows)

    def all_verdicts(self) -> Iterator[tuple[int, str, bytes]]:
        return self.con.execute("SELECT unit, key, body FROM verdicts")

    def due(self, now: int) -> list[FilingKey]:
        """Units and keys whose next change is at or before a tick."""
        return self.con.execute(
            "SELECT unit, key FROM verdicts WHERE next <= ? AND next IS NOT NULL", (now,)
        ).fetchall()

    # -------------------------------------------------------------- entries
    def entry(self, id_: str) -> tuple[bytes, bytes, str | None, bytes] | None:
        """`(said, line, target, filed)` of an entry."""
        found: tuple[bytes, bytes, str | None, bytes] | None = self.con.execute(
            "SELECT said, line, target, filed FROM entries WHERE id = ?", (id_,)
        ).fetchone()
        return found

    def known(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Content digests of known entries by id."""
        found: dict[str, bytes] = {}
        for some in chunks(ids):
            found |= dict(
                self.con.execute(
                    f"SELECT id, said FROM entries WHERE id IN ({placeholders(some)})", some
                ).fetchall()
            )
        return found

    def correcting(self, ids: Sequence[str]) -> list[str]:
        """Ids of the entries that correct or withdraw one of these."""
        return [
            id_
            for some in chunks(ids)
            for (id_,) in self.con.execute(
                f"SELECT id FROM entries WHERE target IN ({placeholders(some)})", some
            )
        ]

    def put_entries(self, rows: Iterable[tuple[str, bytes, bytes, str | None, bytes]]) -> None:
        self.con.executemany("INSERT OR REPLACE INTO entries VALUES (?,?,?,?,?)", rows)

    # -------------------------------------------------------------- what came of it
    def log(self, batch: int, bodies: Sequence[bytes]) -> None:
        self.con.executemany(
            "INSERT INTO changes (batch, body) VALUES (?, ?)", ((batch, body) for body in bodies)
        )

    def changes(self, after: int) -> Iterator[tuple[int, int, bytes]]:
        """`(n, batch, body)` of the changes after the n-th."""
        return self.con.execute(
            "SELECT n, batch, body FROM changes WHERE n > ? ORDER BY n", (after,)
        )

    def reject(self, rows: Iterable[tuple[int, bytes, str]]) -> None:
        self.con.executemany("INSERT OR REPLACE INTO rejected VALUES (?,?,?)", rows)

    def rejected(self) -> list[tuple[int, bytes, str]]:
        return self.con.execute("SELECT line, text, why FROM rejected ORDER BY line").fetchall()


def normal(statement: str) -> str:
    return " ".join(statement.split())


def placeholders(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def chunks(values: Sequence[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), MANY):
        yield ordered[start : start + MANY]
