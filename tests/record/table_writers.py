"""Writes one small table in every format, its values as texts."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from pyarrow import feather

Columns = Mapping[str, Sequence[str | None]]


def _rows(columns: Columns) -> list[dict[str, str]]:
    rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def _csv(path: Path, columns: Columns) -> None:
    quote = '"{}"'.format
    lines = [",".join(columns)]
    lines += [
        ",".join("" if value is None else quote(value.replace('"', '""')) for value in row)
        for row in zip(*columns.values(), strict=True)
    ]
    data = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def _parquet(path: Path, columns: Columns) -> None:
    pq.write_table(pa.table(dict(columns)), path)


def _feather(path: Path, columns: Columns) -> None:
    feather.write_feather(pa.table(dict(columns)), path)


def _xes(path: Path, columns: Columns) -> None:
    events = "".join(
        "\n<event>"
        + "".join(f"<string key={quoteattr(k)} value={quoteattr(v)}/>" for k, v in row.items())
        + "</event>"
        for row in _rows(columns)
    )
    path.write_text(f"<log><trace>{events}</trace></log>", encoding="utf-8")


def _ocel_json(path: Path, columns: Columns) -> None:
    events = [
        {
            "id": f"e{n}",
            "type": "t",
            "time": "2019-01-01T00:00:00Z",
            "attributes": [{"name": k, "value": v} for k, v in row.items()],
            "relationships": [],
        }
        for n, row in enumerate(_rows(columns), 1)
    ]
    log = {"objectTypes": [], "eventTypes": [], "objects": [], "events": events}
    path.write_text(json.dumps(log), encoding="utf-8")


def _ocel_sqlite(path: Path, columns: Columns) -> None:
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT)")
        base.execute("CREATE TABLE event (ocel_id TEXT, ocel_type TEXT)")
        base.execute("CREATE TABLE object (ocel_id TEXT, ocel_type TEXT)")
        base.execute(
            "CREATE TABLE event_object "
            "(ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT)"
        )
        names = "".join(f', "{name}" TEXT' for name in columns)
        base.execute(f"CREATE TABLE event_t (ocel_id TEXT, ocel_time TEXT{names})")
        base.execute("INSERT INTO event_map_type VALUES ('t', 't')")
        for n, row in enumerate(zip(*columns.values(), strict=True), 1):
            base.execute("INSERT INTO event VALUES (?, 't')", (f"e{n}",))
            marks = ", ?" * len(row)
            base.execute(
                f"INSERT INTO event_t VALUES (?, '2019-01-01T00:00:00Z'{marks})", (f"e{n}", *row)
            )
    base.close()


def _ocel_xml(path: Path, columns: Columns) -> None:
    events = "".join(
        f'<event id="e{n}" type="t" time="2019-01-01T00:00:00Z"><attributes>'
        + "".join(
            f"<attribute name={quoteattr(k)}>{v.replace('&', '&amp;').replace('<', '&lt;')}"
            "</attribute>"
            for k, v in row.items()
        )
        + "</attributes></event>"
        for n, row in enumerate(_rows(columns), 1)
    )
    path.write_text(f"<log><events>{events}</events></log>", encoding="utf-8")


def _xlsx(path: Path, columns: Columns) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Rows")
    for at, (name, values) in enumerate(columns.items()):
        for row, value in enumerate([name, *values]):
            if value is not None:
                sheet.write_string(row, at, value)
    book.close()


def _ods(path: Path, columns: Columns) -> None:
    def cell(value: str | None) -> str:
        if value is None:
            return "<table:table-cell/>"
        return (
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(value)}</text:p></table:table-cell>"
        )

    across = [tuple(columns), *zip(*columns.values(), strict=True)]
    rows = "".join(
        f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in across
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", kind)
        packed.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>"
            f'<table:table table:name="Rows">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        packed.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
            f'><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            "</manifest:manifest>",
        )


WRITERS: dict[str, Callable[[Path, Columns], None]] = {
    "x.csv": _csv,
    "x.csv.gz": _csv,
    "x.parquet": _parquet,
    "x.feather": _feather,
    "x.xes": _xes,
    "x.json": _ocel_json,
    "x.sqlite": _ocel_sqlite,
    "x.xml": _ocel_xml,
    "x.xlsx": _xlsx,
    "x.ods": _ods,
}
HAS_LINES = ("x.csv", "x.csv.gz", "x.xes", "x.xlsx", "x.ods")
