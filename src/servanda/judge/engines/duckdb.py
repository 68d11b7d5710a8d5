"""Tables in DuckDB, with a record of which are empty, so that queries on those are skipped."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from copy import copy
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import count
from tempfile import TemporaryDirectory
from threading import local
from typing import TYPE_CHECKING, Any, Protocol
from weakref import finalize

import duckdb

from servanda.judge.plan.sql import SINCE_EVER, literal, named, quoted

if TYPE_CHECKING:
    import pyarrow

Row = tuple[Any, ...]


class EngineError(Exception):
    """The engine could not do what the plan asks, or is not there."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.help = help

    def of_the_system(self) -> OSError | None:
        """The error of the system that is behind it, such as a full disk; the engine names it."""
        number = re.search(r'"errno":"(\d+)"', str(self))
        return None if number is None else OSError(int(number[1]), os.strerror(int(number[1])))


class Tables(Protocol):
    """An engine's tables, as the plan sees them: all that it asks of an engine.

    Names are SQL identifiers, quoted where they need it; queries are in DuckDB's SQL. `empty` are
    the tables known to have no rows. Everything raises EngineError.
    """

    empty: set[str]

    def rows(self, query: str) -> list[Row]: ...

    def row(self, query: str) -> Row:
        """The one row of a query that always has one."""

    def fingerprint(self, table: str) -> Row:
        """The same for two states of a table exactly when they have the same rows."""

    def declare(self, table: str, columns: str) -> None:
        """An empty table."""

    def create(self, table: str, select: str) -> None:
        """A table of what a query finds, in place of any of that name."""

    def number(self, table: str, column: str, select: str, order: str, freely: bool) -> None:
        """As `create`, with a column of numbers: in an order, or `freely` where that is quicker."""

    def define(self, table: str, select: str) -> None:
        """A name for what a query finds, found each time it is asked for."""

    def delete(self, table: str, where: str) -> None: ...

    def append(self, table: str, select: str) -> None:
        """Add what a query finds, by the names of its columns."""

    def insert(self, table: str, rows: Sequence[Sequence[object]]) -> None: ...

    def statement_done(self) -> float:
        """Of the statement under way, the share that is done; 0 where that is not known."""

    def write(self, query: str, file: str, options: str) -> int:
        """Write the rows of a query to a file with DuckDB's COPY; return their number."""

    def stream(self, query: str, rows: int) -> pyarrow.RecordBatchReader:
        """The rows of a query, as Arrow batches of so many rows."""

    def beside(self) -> Tables:
        """Empty tables of another judgement in the same engine."""

    def give(self, query: str, folder: str) -> str:
        """What a query finds, for `writer` to select from; kept in the folder if need be."""

    def writer(self) -> Tables:
        """Those that can select from all that was given, by these and by those beside them."""


def opened() -> duckdb.DuckDBPyConnection:
    """A new engine, in memory."""
    engine = duckdb.connect(":memory:")
    engine.execute("SET preserve_insertion_order = false; SET GLOBAL TimeZone = 'UTC'")
    return engine


@cache
def shared() -> duckdb.DuckDBPyConnection:
    """The engine of all that is small: to open and close one takes longer than many a judgement."""
    engine = opened()
    engine.execute("SET threads = 1")
    return engine


SCHEMAS = count()


class DuckTables:
    """Tables in DuckDB, in memory: an engine of its own, or the shared one for few and small."""

    def __init__(self, small: bool = False, memory: str | None = None) -> None:
        self.engine = shared() if small else opened()
        if not small:
            self.spilled = TemporaryDirectory(prefix="servanda-", ignore_cleanup_errors=True)
            self.engine.execute(f"SET temp_directory = {quoted(self.spilled.name)}")
        if memory is not None:
            self.engine.execute(f"SET memory_limit = {quoted(memory)}")
        self.begin()

    def begin(self) -> None:
        """A schema of its own: no tables yet."""
        self.schema = f"tables_{next(SCHEMAS)}"
        self.engine.cursor().execute(f"CREATE SCHEMA {self.schema}")
        finalize(self, drop, self.engine, self.schema).atexit = False
        self.own = local()
        self.cursors: list[duckdb.DuckDBPyConnection] = []
        self.empty: set[str] = set()
        self.views: set[str] = set()

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """This thread's connection to the engine."""
        if not hasattr(self.own, "con"):
            self.own.con = self.engine.cursor()
            self.own.con.execute(  # progress is reported when asked, never drawn
                f"USE {self.schema}; SET enable_progress_bar = true; "
                "SET enable_progress_bar_print = false"
            )
            self.cursors.append(self.own.con)
        found: duckdb.DuckDBPyConnection = self.own.con
        return found

    def execute(self, statement: str, values: Sequence[object] = ()) -> duckdb.DuckDBPyConnection:
        try:
            return self.con.execute(statement, values)
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    def beside(self) -> DuckTables:
        other = copy(self)
        other.begin()
        return other

    def give(self, query: str, folder: str) -> str:
        self.execute(f"CREATE VIEW given AS {query}")
        return f"{self.schema}.given"

    def writer(self) -> DuckTables:
        return self

    def statement_done(self) -> float:
        return max([0.0, *(con.query_progress() / 100 for con in self.cursors)])

    def write(self, query: str, file: str, options: str) -> int:
        (count,) = self.row(f"COPY ({query}) TO {quoted(file)} ({options})")
        return int(count)

    def stream(self, query: str, rows: int) -> pyarrow.RecordBatchReader:
        return self.con.sql(query).to_arrow_reader(rows)

    def rows(self, query: str) -> list[Row]:
        return self.execute(query).fetchall()

    def row(self, query: str) -> Row:
        return self.rows(query)[0]

    def fingerprint(self, table: str) -> Row:
        return self.row(f"SELECT count(*), sum(hash(t)) FROM {table} t")

    def declare(self, table: str, columns: str) -> None:
        self.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
        self.empty.add(table)

    def create(self, table: str, select: str) -> None:
        if table in self.views:
            self.views.discard(table)
            self.execute(f"DROP VIEW {table}")
        (count,) = self.row(f"CREATE OR REPLACE TABLE {table} AS {select}")
        self.count(table, count)

    def number(self, table: str, column: str, select: str, order: str, freely: bool) -> None:
        if not freely:
            self.create(
                table, f"SELECT row_number() OVER (ORDER BY {order}) AS {column}, * FROM ({select})"
            )
            return
        # row_number() keeps the whole statement on one thread; the rows are numbered in any case
        rows = named("rows_of_", table.strip('"'))
        self.create(rows, select)
        self.define(table, f"SELECT rowid AS {column}, * FROM {rows}")

    def define(self, table: str, select: str) -> None:
        self.execute(f"CREATE OR REPLACE VIEW {table} AS {select}")
        self.views.add(table)
        self.count(table, len(self.rows(f"SELECT 1 FROM {table} LIMIT 1")))

    def delete(self, table: str, where: str) -> None:
        self.execute(f"DELETE FROM {table} WHERE {where}")

    def append(self, table: str, select: str) -> None:
        (count,) = self.row(f"INSERT INTO {table} BY NAME {select}")
        if count:
            self.empty.discard(table)

    def insert(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        if not rows:
            return
        self.empty.discard(table)
        if any(isinstance(value, dict) for value in rows[0]):
            text = ", ".join("(" + ", ".join(map(cell, row)) + ")" for row in rows)
            self.execute(f"INSERT INTO {table} VALUES {text}")
            return
        # as lists, a column each: a text of values takes ten times as long to parse
        columns = [[handed(value) for value in column] for column in zip(*rows, strict=True)]
        lists = ", ".join("unnest(?)" for _ in columns)
        self.execute(f"INSERT INTO {table} SELECT {lists}", columns)

    def count(self, table: str, count: object) -> None:
        if count:
            self.empty.discard(table)
        else:
            self.empty.add(table)


def drop(engine: duckdb.DuckDBPyConnection, schema: str) -> None:
    engine.cursor().execute(f"DROP SCHEMA {schema} CASCADE")


def handed(value: object) -> object:
    """A value as the engine takes it over; it makes numbers and dates of texts."""
    if isinstance(value, int) and not isinstance(value, bool):
        return max(value, SINCE_EVER)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(max(value, SINCE_EVER))
    if isinstance(value, dict):
        return f"MAP {{{', '.join(f'{cell(k)}: {cell(v)}' for k, v in value.items())}}}"
    return literal(value)  # type: ignore[arg-type]
