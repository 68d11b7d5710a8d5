"""Shared by all table formats: the request to open a file, its rows for DuckDB, its errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from servanda.syntax.tree import Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


REPEATS = "__repeats"


class TableRequest(Struct, frozen=True):
    """A table file to be opened in a DuckDB connection.

    `path` is absolute; `file` is the path in the case folder, `name` what the ids of its rows
    begin with, `suffix` the ending that the registry knows it by. `each`: of a log of objects, a
    row for each object of this type. `wanted`: the columns that the mapping names.
    """

    connection: DuckDBPyConnection
    path: Path
    file: str
    name: str
    suffix: str
    each: str | None = None
    wanted: frozenset[str] = frozenset()
    sheet: str | None = None


class TableFile(Struct, frozen=True):
    """An opened file: `columns` are names → DuckDB types, `sql` its rows, numbered as `__row`.

    `name` begins the ids of its rows, `file` is its path in the case folder. `several` are the
    columns that can hold more than one value, each with the column that counts them. `repeated`:
    columns whose value stands in as many rows as `REPEATS` says. `pointed`: those of texts with
    a point or a plus, as numbers may have. `line_of`:
    the line of a row in the file, where it has lines; `line_of_record`: of a record as DuckDB
    counts them, the header and blank lines too.
    """

    file: str
    name: str
    sql: str
    columns: dict[str, str]
    several: dict[str, str] = {}
    repeated: frozenset[str] = frozenset()
    pointed: frozenset[str] = frozenset()
    line_of: Callable[[int], int] | None = None
    line_of_record: Callable[[int], int] | None = None

    def place(self, row: int | None = None) -> Place:
        """The place of a row: its line, else the file."""
        return Place(self.file, self.line_of(row) if row and self.line_of else 0, 0)

    def named(self, row: int) -> str:
        """A row in words, by its line in the file if it has one."""
        where = f"line {self.line_of(row)}" if self.line_of else f"row {row}"
        return f"`{self.file}`, {where}"


class Unreadable(ValueError):
    """A file is not what its ending says: code, line (or 0), message and advice."""

    def __init__(self, code: str, line: int, message: str, help: str) -> None:
        super().__init__(message)
        self.code = code
        self.line = line
        self.help = help


def connect(*folders: Path) -> DuckDBPyConnection:
    """A DuckDB connection in memory that loads no extensions; with folders, it reads only there.

    Nothing that it runs can open it again: its configuration is locked.
    """
    import duckdb

    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        }
    )
    if folders:
        listed = ", ".join(literal(str(folder)) for folder in folders)
        connection.execute(f"SET allowed_directories = [{listed}]")
        connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def is_reserved(column: str) -> bool:
    """Whether a column has a name as the queries here give their own."""
    return column.startswith("__")


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def run(connection: DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query. Raises Unreadable for what is wrong with the file."""
    import duckdb

    try:
        return connection.execute(sql).fetchall()
    except duckdb.Error as error:
        raise _unreadable(str(error)) from error


def _unreadable(message: str) -> Unreadable:
    """DuckDB's message in the words of this project."""
    line = re.search(r"CSV Error on Line: (\d+)", message)
    number = int(line[1]) if line else 0
    if counts := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message):
        said = f"{counts[2]} values in a table of {counts[1]} columns"
        return Unreadable(
            "E705",
            number,
            said,
            f"write {counts[1]} values in each row; put a value with a comma in quotes",
        )
    known = (
        (
            "unterminated quote",
            "a quote that is not closed",
            "close it; write a quote within a value twice",
        ),
        ("nvalid unicode", "this is not a CSV text in UTF-8", "save it as UTF-8"),
        (
            "aximum line size",
            "a line too long for a table",
            "write it as a CSV file, or give it the ending of its format",
        ),
        ("agic bytes", "this is not a whole Parquet file", "write it again"),
        ("too small to be a Parquet", "this is not a whole Parquet file", "write it again"),
    )
    for sign, said, advice in known:
        if sign in message:
            return Unreadable("E703", number, said, advice)
    lines = [part for part in message.splitlines() if part and "Line:" not in part]
    what = re.sub(r"\S*/\S*/(\S+)", r"\1", lines[0] if lines else message)[:200]
    return Unreadable("E703", number, f"this table cannot be read: {what}", "write it again")
