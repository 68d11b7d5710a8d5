"""CSV and TSV files as tables, packed (`.gz`, `.zst`) or not."""

from __future__ import annotations

import csv
import glob
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.record.tables.files import (
    TableFile,
    TableRequest,
    Unreadable,
    is_reserved,
    literal,
    run,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ONE_COLUMN = "columns={'line': 'VARCHAR'}, delim='\\x01', quote='', escape='', comment=''"
LONGEST_LINE = 64 * 1024 * 1024
LONGEST_HEADER = 100_000
HEADER_LINES = 100
UNNAMED, RESERVED = "__unnamed_", "__reserved_"
SEPARATOR = re.compile(r"sep=([,;|\t])")
NAME_THEM = "write the names of the columns there"


def open_rows(request: TableRequest) -> TableFile:
    """The rows of a CSV file, their values as text. Raises Unreadable."""
    source = literal(glob.escape(str(request.path)))
    names, delimiter, skipped = _columns(request.connection, source, request.suffix)

    def line_of(row: int) -> int:
        return _line_of(request.path, delimiter, row + skipped, len(names) > 1)

    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    read = (
        f"read_csv({source}, columns={{{types}}}, "
        f"header=true, skip={skipped}, delim={literal(delimiter)}, "
        "quote='\"', escape='\"', comment='', "
        "nullstr='', auto_detect=false, strict_mode=true, null_padding=false)"
    )
    sql = f"SELECT row_number() OVER () AS __row, * FROM {read}"
    columns = {name: "VARCHAR" for name in names if not is_reserved(name)}

    def line_of_record(number: int) -> int:
        records = islice(_records(request.path, delimiter), number - 1, None)
        return next(records, (number, []))[0]

    if any(name.startswith(UNNAMED) for name in names):
        try:
            row = _beyond_names(request.connection, sql, names)
        except Unreadable as error:
            error.line = line_of_record(error.line) if error.line else 0
            raise
        if row is not None:
            message = f"a value stands after the last column, `{list(columns)[-1]}`"
            advice = "give its column a name, or take it out"
            raise Unreadable("E705", line_of(row), message, advice)
    return TableFile(
        request.file,
        request.name,
        sql,
        columns,
        line_of=line_of,
        line_of_record=line_of_record,
    )


# ---------------------------------------------------------------------- the first line
def _columns(
    connection: DuckDBPyConnection, source: str, suffix: str
) -> tuple[list[str], str, int]:
    """The names of all columns, the delimiter, and how many lines stand before the names.

    Columns at the end may have no name. A first line `sep=;` is Excel's, and names the delimiter.
    """
    rows = run(
        connection,
        f"SELECT line FROM read_csv({source}, {ONE_COLUMN}, header=false, auto_detect=false, "
        f"max_line_size={LONGEST_LINE}) LIMIT {HEADER_LINES}",
    )
    lines = [line or "" for (line,) in rows]
    if lines:
        lines[0] = lines[0].removeprefix("\ufeff")
    if not lines or not lines[0].strip():
        raise Unreadable("E704", 1, "the first line is empty", NAME_THEM)
    if len(lines[0]) > LONGEST_HEADER:
        message = f"the first line has {len(lines[0]):,} characters"
        raise Unreadable("E704", 1, message, NAME_THEM)
    named = SEPARATOR.fullmatch(lines[0])
    if named is not None:
        lines = lines[1:]
    delimiter = _delimiter(lines, suffix) if named is None else named[1]
    first, following = _two_records(lines, delimiter)
    # A name may be broken over lines, in quotes.
    names = [" ".join(name.split()) for name in first]
    while names and not names[-1]:
        names.pop()
    if not names or not all(names):
        raise Unreadable("E704", 1, "a column has no name", NAME_THEM)
    _distinct(names)
    beyond = following[len(names) :]
    count = len(first) - len(names) if any(beyond) else len(beyond)
    names = [f"{RESERVED}{n}" if is_reserved(name) else name for n, name in enumerate(names)]
    unnamed = (f"{UNNAMED}{n}" for n in range(1, count + 1))
    return [*names, *unnamed], delimiter, int(named is not None)


def _two_records(lines: list[str], delimiter: str) -> tuple[list[str], list[str]]:
    """The names, and the first row as far as it can be read."""
    found = []
    try:
        for record in csv.reader((f"{line}\n" for line in lines), delimiter=delimiter):
            if record:
                found.append(record)
            if len(found) == 2:
                break
    except csv.Error:  # too long a value, which DuckDB reads
        pass
    return (found[0] if found else []), (found[1] if len(found) > 1 else [])


def _delimiter(lines: list[str], suffix: str) -> str:
    """What separates the names: what makes most of them, of equals what the suffix says."""
    usual = "\t" if suffix.startswith(".tsv") else ","
    others = (usual, *(mark for mark in (",", ";", "\t") if mark != usual))
    return max(others, key=lambda mark: len(_two_records(lines, mark)[0]))


def _distinct(names: list[str]) -> None:
    lowered = [name.lower() for name in names]
    for index, name in enumerate(lowered):
        if name in lowered[:index]:
            message = f"two columns are called `{names[index]}`"
            raise Unreadable(
                "E704", 1, message, "rename one: upper and lower case make no difference in a table"
            )


def _beyond_names(connection: DuckDBPyConnection, sql: str, names: list[str]) -> int | None:
    """The first row with a value in a column without a name, as delimiters at ends make them."""
    bad = " OR ".join(f"{name} IS NOT NULL" for name in names if name.startswith(UNNAMED))
    ((row,),) = run(connection, f"SELECT min(__row) FROM ({sql}) WHERE {bad}")
    return None if row is None else int(row)


# ---------------------------------------------------------------------- lines
def _line_of(path: Path, delimiter: str, row: int, skips_blanks: bool) -> int:
    """The line on which a row begins. Blank lines are rows only in a table of one column."""
    records = ((line, r) for line, r in _records(path, delimiter) if r or not skips_blanks)
    line, _ = next(islice(records, row, None), (row + 1, []))
    return line


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every record with the line on which it begins, as far as it can be read."""
    import pyarrow as pa

    packed = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix.lower())
    with pa.input_stream(str(path), compression=packed) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
        reader = csv.reader(text, delimiter=delimiter)
        begins = 1
        try:
            for record in reader:
                yield begins, record
                begins = reader.line_num + 1
        except (csv.Error, OSError):
            return
