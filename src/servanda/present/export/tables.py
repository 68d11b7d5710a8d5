"""Tables as CSV, Excel, Parquet and JSON, each as the bytes of a whole file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from servanda.present.export.json_files import as_bytes
from servanda.present.export.rows import Kind, Table, instant

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula."""
LONGEST_CELL, MOST_ROWS = 32_767, 1_048_576


class TooLarge(ValueError):
    """A table that the form of file cannot hold; the message says what does not fit."""


def plain(value: Any, kind: Kind) -> str:
    """A value as the text of one cell: lists by `; `, data as JSON, nothing as nothing."""
    if value is None:
        return ""
    if kind == "list":
        return "; ".join(value)
    if kind == "data":
        return msgspec.json.encode(value).decode() if value else ""
    if kind == "bool":
        return "true" if value else "false"
    return str(value)


def safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_csv(table: Table) -> bytes:
    """One table, in UTF-8 with CRLF line ends (RFC 4180)."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(table.names)
    kinds = [kind for _, kind in table.columns]
    for row in table.rows:
        writer.writerow([safe(plain(v, kind)) for v, kind in zip(row, kinds, strict=True)])
    return stream.getvalue().encode("utf-8")


def as_json(about: Mapping[str, Any], tables: Iterable[Table]) -> bytes:
    """The question, and every table as a list of objects."""
    document = dict(about) | {table.name: table.dicts() for table in tables}
    return as_bytes(document)


def as_parquet(table: Table) -> bytes:
    """One table with types: instants in UTC, lists of texts, data as JSON text."""
    import pyarrow
    import pyarrow.parquet

    types = {
        "text": pyarrow.string(),
        "time": pyarrow.timestamp("us", tz="UTC"),
        "bool": pyarrow.bool_(),
        "int": pyarrow.int64(),
        "list": pyarrow.list_(pyarrow.string()),
        "data": pyarrow.string(),
    }
    columns = []
    for n, (_, kind) in enumerate(table.columns):
        values = [row[n] for row in table.rows]
        if kind == "time":
            values = [instant(value) for value in values]
        if kind == "data":
            values = [msgspec.json.encode(value).decode() for value in values]
        columns.append(pyarrow.array(values, types[kind]))
    schema = pyarrow.schema([(name, types[kind]) for name, kind in table.columns])
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(
        pyarrow.Table.from_arrays(columns, schema=schema), sink, compression="zstd"
    )
    found: bytes = sink.getvalue().to_pybytes()
    return found


def as_excel(about: Mapping[str, Any], tables: Iterable[Table]) -> bytes:
    """A workbook: what was asked, and a sheet for each table. No text is ever a formula.

    Raises TooLarge for a text or a table that a sheet cannot hold.
    """
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        | {"strings_to_numbers": False},
    )
    head = book.add_format({"bold": True, "bottom": 1})
    first = book.add_worksheet("about")
    first.set_column(0, 1, 24)
    for n, (name, value) in enumerate(about.items()):
        first.write_string(n, 0, name, head)
        first.write_string(n, 1, ", ".join(value) if isinstance(value, list) else str(value or ""))
    for table in tables:
        if len(table.rows) >= MOST_ROWS:
            rows = f"{len(table.rows):,} rows"
            raise TooLarge(f"the table {table.name} has {rows}, more than a sheet holds")
        sheet = book.add_worksheet(table.name)
        sheet.freeze_panes(1, 0)
        for column, (name, _) in enumerate(table.columns):
            sheet.write_string(0, column, name, head)
            sheet.set_column(column, column, 12 if len(name) < 8 else 20)
        for row, values in enumerate(table.rows, 1):
            for column, (value, (name, kind)) in enumerate(zip(values, table.columns, strict=True)):
                cell(sheet, (row, column), value, kind, f"{table.name}, {name}, row {row}")
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    book.set_properties({"created": EPOCH, "title": str(about.get("case", ""))})
    book.close()
    return stream.getvalue()


def cell(sheet: Any, place: tuple[int, int], value: Any, kind: Kind, where: str) -> None:
    row, column = place
    if value is None:
        return
    if kind == "bool":
        sheet.write_boolean(row, column, value)
    elif kind == "int":
        sheet.write_number(row, column, value)
    else:
        text = plain(value, kind)
        if len(text) > LONGEST_CELL:
            raise TooLarge(f"a text of {len(text):,} characters is too long for a cell: {where}")
        sheet.write_string(row, column, text)


EPOCH = instant("1980-01-01T00:00:00")
"""When every workbook says it was made: the same case gives the same file."""
