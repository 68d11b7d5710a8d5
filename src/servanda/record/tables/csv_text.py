"""CSV and TSV files as tables, packed (`.gz`, `.zst`) or not."""

from __future__ import annotations

import csv
import glob
from typing import TYPE_CHECKING

from servanda.record.tables.files import TableFile, TableRequest, Unreadable, literal, run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ONE_COLUMN = "columns={'line': 'VARCHAR'}, delim='\\x01', quote='', escape='', comment=''"
LONGEST_LINE = 64 * 1024 * 1024
LONGEST_HEADER = 100_000


def open_rows(request: TableRequest) -> TableFile:
    """The rows of a CSV file, their values as text. Raises Unreadable."""
    source = literal(glob.escape(str(request.path)))
    header, delimiter = _header(request.connection, source, request.suffix)
    columns = {name: "VARCHAR" for name in header}
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    sql = (
        f"SELECT row_number() OVER () AS __row, * FROM read_csv({source}, columns={{{types}}}, "
        f"header=true, delim={literal(delimiter)}, quote='\"', escape='\"', comment='', "
        "nullstr='', auto_detect=false, strict_mode=true, null_padding=false)"
    )
    return TableFile(request.file, request.name, sql, columns, True)


def _header(connection: DuckDBPyConnection, source: str, suffix: str) -> tuple[list[str], str]:
    """The column names in the first line, and the delimiter."""
    rows = run(
        connection,
        f"SELECT line FROM read_csv({source}, {ONE_COLUMN}, header=false, auto_detect=false, "
        f"max_line_size={LONGEST_LINE}) LIMIT 1",
    )
    line = (rows[0][0] if rows else "") or ""
    line = line.removeprefix("\ufeff")
    if len(line) > LONGEST_HEADER:
        raise Unreadable(
            "E704",
            1,
            f"the first line has {len(line):,} characters",
            "write the names of the columns there",
        )
    if not line.strip():
        raise Unreadable(
            "E704", 1, "the first line is empty", "write the names of the columns there"
        )
    delimiter = "\t" if suffix.startswith(".tsv") else ","
    if delimiter not in line:
        delimiter = next((other for other in (";", "\t") if other in line), delimiter)
    names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
    if not all(names):
        raise Unreadable("E704", 1, "a column has no name", "write the names of the columns there")
    lowered = [name.lower() for name in names]
    for index, name in enumerate(lowered):
        if name in lowered[:index]:
            message = f"two columns are called `{names[index]}`"
            raise Unreadable(
                "E704", 1, message, "rename one: upper and lower case make no difference in a table"
            )
    return names, delimiter
