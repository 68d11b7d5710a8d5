"""Object-centric logs as pm4py writes them, and spreadsheets."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from ocel_logs import HAVE_CHANGES, LOGS, standard_json
from small_record import Reader
from table_writers import WRITERS

from servanda.record.dates import instant_of
from servanda.record.tables import spreadsheet
from servanda.record.tables.files import connect
from servanda.semantics.clock import FACT


def orders(found: Any, columns: str = "p_id, lo") -> list[Any]:
    """Columns of the orders, by entry; one column alone is no tuple."""
    assert not found.problems, found.problems
    with connect() as con:
        rows = [
            row
            for bulk in found.facts(on="2030-01-01").bulk_events.get("order", ())
            for row in con.execute(f"SELECT {columns} FROM ({bulk.sql}) ORDER BY entry").fetchall()
        ]
    return [row[0] if len(row) == 1 else row for row in rows]


SHIP = 'where column "ocel:activity" = "ship"'


def line(args: str, where: str = "") -> str:
    return f'  row is order({args}) on column "ocel:timestamp" {where}\n'


# ------------------------------------------------------------------ OCEL
@pytest.mark.parametrize("file", LOGS)
def test_a_log_however_it_is_written(read: Reader, tmp_path: Path, file: str) -> None:
    LOGS[file](tmp_path / file)
    whole = read(f'table "{file}"\n' + line('id: column "ocel:eid"'), tmp_path)
    times = ("01T08:00Z", "03T08:00Z", "09T08:00Z", "09T09:00Z")
    ticks = [instant_of(f"2024-01-{at}", "UTC") * 64 + FACT for at in times]
    assert sorted(orders(whole)) == list(zip(("e1", "e2", "e3", "e4"), ticks, strict=True))
    weights = line('id: column "ocel:type:order", amount: column weight in EUR', SHIP)
    found = read(f'table "{file}"\n{weights}', tmp_path)
    assert sorted(orders(found, "p_id, p_amount")) == [
        ("o1", Decimal("0.5")),
        ("o1", Decimal("2.5")),
    ]
    items = read(f'table "{file}" each item\n' + line('id: column "ocel:type:item"'), tmp_path)
    assert sorted(orders(items, "p_id")) == ["cap", "cap", "ink", "ink", "pen", "pen", "pen"]


@pytest.mark.parametrize("file", LOGS)
def test_attributes_of_objects_are_those_of_the_time(
    read: Reader, tmp_path: Path, file: str
) -> None:
    """The price of `pen` is 3 until it changes on the 5th; `cap` has none."""
    LOGS[file](tmp_path / file)
    args = 'id: column "ocel:type:item", amount: column "ocel:attribute:item:price" in EUR'
    found = read(f'table "{file}" each item\n' + line(args), tmp_path)
    later = 5 if file in HAVE_CHANGES else 3
    prices = sorted(orders(found, "p_id, p_amount"), key=str)
    assert prices == [
        ("cap", None),
        ("cap", None),
        ("ink", 7),
        ("ink", 7),
        *(("pen", price) for price in (3, 3, later)),
    ]
    bill = 'where column "ocel:activity" = "bill"'
    found = read(f'table "{file}"\n' + line(args, bill), tmp_path)
    assert orders(found, "p_id, p_amount") == [("pen", later)]
    order = line('id: column "ocel:attribute:item:colour"', bill)
    assert orders(read(f'table "{file}" each order\n{order}', tmp_path), "p_id") == ["blue"]


@pytest.mark.parametrize("file", LOGS)
def test_an_attribute_of_an_event_counts_once(read: Reader, tmp_path: Path, file: str) -> None:
    """After `each item`, the weight of a shipment of two items is in two rows."""
    LOGS[file](tmp_path / file)
    args = 'id: column "ocel:type:item", amount: column weight in EUR'
    problem = read(f'table "{file}" each item\n' + line(args, SHIP), tmp_path).problem
    assert problem.code == "E724"
    assert "`weight` is of an event with 2 objects" in problem.message
    text = line('id: column "ocel:type:item", buyer: US', SHIP)
    assert len(orders(read(f'table "{file}" each item\n{text}', tmp_path))) == 3
    one = line(args, f'{SHIP} where column "ocel:type:item" = "cap"')
    assert orders(read(f'table "{file}" each item\n{one}', tmp_path), "p_amount") == [2.5]
    alone = line('id: column "ocel:type:order", amount: column weight in EUR', SHIP)
    assert len(orders(read(f'table "{file}"\n{alone}', tmp_path), "p_amount")) == 2
    assert len(orders(read(f'table "{file}" each order\n{alone}', tmp_path), "p_amount")) == 2


def test_several_objects_have_no_one_attribute(read: Reader, tmp_path: Path) -> None:
    standard_json(tmp_path / "x.json")
    text = line('id: column "ocel:attribute:item:price"')
    problem = read(f'table "x.json"\n{text}', tmp_path).problem
    assert problem.code == "E713" and "has 3 objects" in problem.message
    missing = line('id: column "ocel:attribute:item:size"')
    problem = read(f'table "x.json"\n{missing}', tmp_path).problem
    assert problem.code == "E708" and "ocel:attribute:item" in str(problem.help)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"time": "soon"}, "changes at `soon`, which is no time"),
        ({"time": "2024-01-05T00:00+99:99"}, "which is no time"),
    ],
)
def test_changes_at_no_time(
    read: Reader, tmp_path: Path, changed: dict[str, str], message: str
) -> None:
    standard_json(tmp_path / "x.json")
    log = json.loads((tmp_path / "x.json").read_text())
    log["objects"][1]["attributes"][-1] |= changed
    (tmp_path / "x.json").write_text(json.dumps(log))
    text = line('id: column "ocel:eid"')
    assert message in read(f'table "x.json"\n{text}', tmp_path).problem.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"ocel:events": [], "ocel:objects": []}', None),
        ('{"ocel:events": {"e": 1}, "ocel:objects": {}}', "not an OCEL"),
        ('{"ocel:events": {"e": {"ocel:vmap": {"a": [1]}}}, "ocel:objects": {}}', "not an OCEL"),
        ('{"ocel:events": {}}', "not an OCEL"),
        ('{"ocel:events": {"e": {"ocel:omap": ["o"]}}, "ocel:objects": {}}', "`o` is missing"),
        ('{"ocel:events": {"e": {', "ends early"),
    ],
)
def test_first_logs_that_are_none(
    read: Reader, tmp_path: Path, text: str, message: str | None
) -> None:
    (tmp_path / "x.jsonocel").write_text(text)
    found = read('table "x.jsonocel"\n' + line('id: column "ocel:eid"'), tmp_path)
    if message is None:
        assert orders(found) == []
    else:
        assert message in found.problem.message


def test_an_activity_that_is_another_is_refused(read: Reader, tmp_path: Path) -> None:
    LOGS["pm4py.sqlite"](tmp_path / "x.sqlite")
    with sqlite3.connect(tmp_path / "x.sqlite") as base:
        base.execute("UPDATE event_Ship SET \"ocel:activity\" = 'bill'")
    base.close()
    problem = read('table "x.sqlite"\n' + line('id: column "ocel:eid"'), tmp_path).problem
    assert "a name that OCEL uses itself" in problem.message


# ------------------------------------------------------------------ spreadsheets
def book(path: Path, **sheets: list[list[Any]]) -> None:
    """Sheets with their rows; days, times and instants as a spreadsheet has them."""
    with xlsxwriter.Workbook(path) as written:
        formats = {
            kind: written.add_format({"num_format": text})
            for kind, text in (
                (datetime, "yyyy-mm-dd hh:mm:ss"),
                (date, "yyyy-mm-dd"),
                (time, "hh:mm"),
            )
        }
        for name, rows in sheets.items():
            sheet = written.add_worksheet(name)
            for y, row in enumerate(rows):
                for x, cell in enumerate(row):
                    if type(cell) in formats:
                        sheet.write_datetime(y, x, cell, formats[type(cell)])
                    elif cell is not None:
                        sheet.write(y, x, cell)


ROW = "  row is order(id: column id, amount: column sum in EUR) on column at\n"
CELLS = [
    ["id", "at", "sum"],
    [1001, date(2024, 1, 31), 1234.5],
    ["x-1", date(2024, 2, 1), 0.1],
]


def test_cells_of_a_spreadsheet(read: Reader, tmp_path: Path) -> None:
    book(tmp_path / "x.xlsx", Rows=CELLS)
    found = orders(read(f'table "x.xlsx"\n{ROW}', tmp_path), "entry, p_id, p_amount, lo, fin")
    day = instant_of("2024-01-31T00:00Z", "UTC")
    assert found[0] == (
        "x:1",
        "1001",
        Decimal("1234.5"),
        day * 64 + FACT,
        (day + 86_400_000_000) * 64,
    )
    assert found[1][1:3] == ("x-1", Decimal("0.1"))


def test_times_of_a_spreadsheet(read: Reader, tmp_path: Path) -> None:
    """Beside times of day, a day is its midnight."""
    rows = [["id", "at", "sum"], ["a", datetime(2024, 1, 31, 12, 30), 1]]
    book(tmp_path / "x.xlsx", Rows=[*rows, ["b", datetime(2024, 2, 1), 1]])
    found = orders(read(f'table "x.xlsx"\n{ROW}', tmp_path), "lo, fin")
    for (lo, fin), at in zip(found, ("2024-01-31T12:30", "2024-02-01T00:00"), strict=True):
        assert lo == instant_of(at, "UTC") * 64 + FACT
        assert fin == lo + 63


def test_sheets_are_named(read: Reader, tmp_path: Path) -> None:
    book(tmp_path / "x.xlsx", One=CELLS, Two=CELLS[:2])
    problem = read(f'table "x.xlsx"\n{ROW}', tmp_path).problem
    assert problem.code == "E725" and '`sheet "One"`, `sheet "Two"`' in str(problem.help)
    found = read(f'table "x.xlsx" sheet "Two"\n{ROW}', tmp_path)
    assert orders(found, "entry") == ["x.Two:1"]
    both = f'table "x.xlsx" sheet "One"\n{ROW}table "x.xlsx" sheet "Two"\n{ROW}'
    assert orders(read(both, tmp_path), "entry") == ["x.One:1", "x.One:2", "x.Two:1"]
    problem = read(f'table "x.xlsx" sheet "twos"\n{ROW}', tmp_path).problem
    assert problem.code == "E725" and "did you mean `Two`" in str(problem.help)
    WRITERS["x.csv"](tmp_path / "x.csv", {"id": ["a"], "at": ["2024-01-01"], "sum": ["1"]})
    assert read(f'table "x.csv" sheet "One"\n{ROW}', tmp_path).problem.code == "E707"


def test_empty_rows_and_lines_of_a_spreadsheet(read: Reader, tmp_path: Path) -> None:
    """The names may stand lower; empty rows are no rows; errors name the row of the sheet."""
    rows = [[], [None, *CELLS[0]], [], [None, *CELLS[1]], [], [None, "b", "soon", 1]]
    book(tmp_path / "x.xlsx", Rows=rows)
    problem = read(f'table "x.xlsx"\n{ROW}', tmp_path).problem
    assert (problem.code, problem.line) == ("E710", 6)
    assert "`x.xlsx`, line 6: `soon`" in problem.message


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (1001.0, "1001"),
        (True, "true"),
        (0.5, "0.5"),
        (9007199254740993.0, None),
        ("1001", "1001"),
        (" 1001\u00a0", "1001"),
        (None, None),
    ],
)
def test_ids_of_a_spreadsheet(read: Reader, tmp_path: Path, cell: Any, wanted: str | None) -> None:
    book(tmp_path / "x.xlsx", Rows=[["id", "at"], [cell, date(2024, 1, 1)]])
    text = "  row is order(id: column id) on column at\n"
    found = read(f'table "x.xlsx"\n{text}', tmp_path)
    if cell == 9007199254740993.0 and isinstance(cell, float) and cell > 10**15:
        assert found.problem.code == "E714"
    else:
        assert orders(found, "p_id") == [wanted]


def test_files_that_are_no_spreadsheet(read: Reader, tmp_path: Path) -> None:
    book(tmp_path / "good.xlsx", Rows=CELLS)
    good = (tmp_path / "good.xlsx").read_bytes()
    WRITERS["x.ods"](tmp_path / "good.ods", {"id": ["a"]})
    for name, data in (
        ("x.xlsx", good[: len(good) // 2]),
        ("x.xlsx", b"id,at\n"),
        ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("x.ods", b"PK\x03\x04" + bytes(100)),
        ("x.xlsb", b"x"),
        ("x.xlsx", good.replace(b"workbook.xml", b"workbooc.xml")),
    ):
        (tmp_path / name).write_bytes(data)
        problem = read(f'table "{name}"\n{ROW}', tmp_path).problem
        assert problem.code == "E703" and "spreadsheet" in problem.message, name
    book(tmp_path / "x.xlsx", Rows=[])
    assert read(f'table "x.xlsx"\n{ROW}', tmp_path).problem.code == "E704"
    book(tmp_path / "x.xlsx", Rows=[["id", "ID"]])
    assert "two columns are called" in read(f'table "x.xlsx"\n{ROW}', tmp_path).problem.message


def test_a_spreadsheet_that_unpacks_without_end(
    read: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_UNPACKED", 1 << 20)
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", bytes(3 << 20))
    problem = read(f'table "x.xlsx"\n{ROW}', tmp_path).problem
    assert problem.code == "E703" and "unpacks to 3 MB" in problem.message
