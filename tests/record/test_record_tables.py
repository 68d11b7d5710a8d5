"""Tables: CSV and Parquet rows as events and readings, and every way they can be wrong."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_record import Reader, read

from servanda.record.account_facts import parse_as_of
from servanda.record.facts import Bulk, Facts
from servanda.record.tables import registry
from servanda.record.tables.files import TableFile, TableRequest, literal

STOCK = """table "stock.csv"
  row is heavy_water of column who = column tonnes in t on column day
"""
HEAD = "day,who,tonnes\n"


def rows(bulks: tuple[Bulk, ...]) -> list[dict[str, Any]]:
    found = []
    with duckdb.connect() as connection:
        for bulk in bulks:
            answer = connection.sql(bulk.sql)
            found += [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]
    return found


def events(facts: Facts, name: str = "order") -> list[dict[str, Any]]:
    return rows(facts.bulk_events[name])


def readings(facts: Facts, name: str = "heavy_water") -> list[dict[str, Any]]:
    return rows(facts.bulk_readings[name])


def start(day: str, zone: str = "UTC") -> int:
    before = date.fromisoformat(day) - timedelta(days=1)
    return parse_as_of(before.isoformat(), zone) + 2


def test_readings_from_csv(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text(HEAD + "2019-07-01,Iran,130.9\n2019-07-02,Iran,1e2\n")
    found = read(STOCK, tmp_path).facts()
    first, second = start("2019-07-01"), start("2019-07-02")
    assert readings(found) == [
        {
            "entry": "stock:1",
            "lo": first,
            "hi": first,
            "of": "Iran",
            "low": Decimal("130.9"),
            "high": Decimal("130.9"),
            "tier": 0,
        },
        {
            "entry": "stock:2",
            "lo": second,
            "hi": second,
            "of": "Iran",
            "low": Decimal(100),
            "high": Decimal(100),
            "tier": 0,
        },
    ]


ORDERS = """table "orders.csv" zone Europe/Amsterdam
  row is order(id: column nr, buyer: column by, amount: column cents in cent, due: column due)
    on column at reported column told source column src grade column how
"""
CENT = "unit cent = 0.01 EUR\n"


def test_events_from_csv(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "nr,at,by,cents,due,told,src,how\n"
        "007,2019-10-28T10:00,US,1999,2019-11-01,2019-10-30,a,verified\n"
        '"8, 9",2019-10-28 10:00:00.5+00:00,E3,,,,,alleged\n'
        '"a ""b""",2019-10-28,,5,,,b,\n'
    )
    text = ORDERS + "2019-11-01 withdraws orders:3\n"
    found = read(text, tmp_path, more=CENT)
    one, two, three = events(found.facts(known="2019-10-31"))
    ten = parse_as_of("2019-10-28T09:00Z", "UTC") - 62
    assert one == {
        "entry": "orders:1",
        "lo": ten,
        "hi": ten,
        "fin": ten + 63,
        "sure": True,
        "p_id": "007",
        "p_buyer": "US",
        "p_amount": Decimal("19.99"),
        "p_due": date(2019, 11, 1),
    }
    assert (two["lo"] - ten, two["sure"], two["p_id"]) == (64 * 3_600_500_000, False, "8, 9")
    assert (two["p_amount"], two["p_due"]) == (None, None)
    assert three["lo"] == start("2019-10-28", "Europe/Amsterdam")
    assert three["fin"] == start("2019-10-29", "Europe/Amsterdam") - 1
    assert three["p_id"] == 'a "b"'
    assert {row["entry"] for row in events(found.facts())} == {"orders:1", "orders:2"}
    assert {row["entry"] for row in events(found.facts(known="2019-10-28"))} == {
        "orders:2",
        "orders:3",
    }
    assert [row["entry"] for row in events(found.facts("strict"))] == ["orders:1"]
    assert [row["sure"] for row in events(found.facts("open"))] == [True, True]


def test_ids_filters_constants_and_spans(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "acts.tsv").write_text(
        "key\tfrom\tto\tkind\nA-1\t2019-01-01\t2019-01-03\toil\nB\t2019-02-01\t\tgas\n"
        "\tnever\t\tnothing\n"
    )
    found = read(
        'table "acts.tsv"\n  row is reimposes(by: US, programme: "oil trade") on column from\n'
        '    until column to id column key where column kind = "oil" alleged by France\n'
        "  source b\n"
        'table "acts.tsv"\n  row is reimposes(by: US) on column from id column key\n'
        '    where column kind = "gas"\n',
        tmp_path,
    )
    (oil,), (gas,) = [rows((bulk,)) for bulk in found.facts().bulk_events["reimposes"]]
    assert oil == {
        "entry": "acts:A-1",
        "lo": start("2019-01-01"),
        "hi": start("2019-01-03"),
        "fin": start("2019-01-04") - 1,
        "sure": False,
        "p_by": "US",
        "p_programme": "oil trade",
    }
    assert (gas["entry"], gas["p_programme"], gas["sure"]) == ("acts:B", None, True)


def test_parquet(read: Reader, tmp_path: Path) -> None:
    table = pa.table(
        {
            "n": [1, 2],
            "at": pa.array([datetime(2019, 7, 1, 12)] * 2, pa.timestamp("us")),
            "due": pa.array([date(2019, 8, 1), None]),
            "eur": [0.1, 123456789.123],
            "who": ["US", "US"],
        }
    )
    pq.write_table(table, tmp_path / "orders.parquet")
    text = (
        'table "orders.parquet" zone Asia/Tehran\n  row is order(id: column n, buyer: column who,\n'
        "    amount: column eur in EUR, due: column due) on column at\n"
    )
    one, two = events(read(text, tmp_path).facts())
    noon = parse_as_of("2019-07-01T12:00", "Asia/Tehran") - 62
    assert (one["lo"], one["p_id"], one["p_amount"]) == (noon, "1", Decimal("0.1"))
    assert (one["p_due"], two["p_due"]) == (date(2019, 8, 1), None)
    assert two["p_amount"] == Decimal("123456789.123")


def test_parquet_with_zones(read: Reader, tmp_path: Path) -> None:
    at = pa.array([datetime(2025, 9, 28, tzinfo=UTC)], pa.timestamp("ms", "America/New_York"))
    pq.write_table(pa.table({"at": at}), tmp_path / "x.parquet")
    found = read('table "x.parquet"\n  row is implementation_day on column at\n', tmp_path)
    (row,) = events(found.facts(), "implementation_day")
    assert row["lo"] == parse_as_of("2025-09-28T00:00Z", "UTC") - 62


def test_many_files_and_compression(read: Reader, tmp_path: Path) -> None:
    for year, name in ((2019, "stock.csv"), (2020, "stock.csv")):
        folder = tmp_path / str(year)
        folder.mkdir()
        (folder / name).write_text(HEAD + f"{year}-01-01,Iran,1\n")
    (tmp_path / "2020" / "stock2.csv.gz").write_bytes(
        gzip.compress((HEAD + "2020-02-01,Iran,2\n").encode())
    )
    found = read(STOCK.replace("stock.csv", "*/stock*"), tmp_path).facts()
    assert [row["entry"] for row in readings(found)] == [
        "2019/stock:1",
        "2020/stock:1",
        "2020/stock2:1",
    ]


@pytest.mark.parametrize(
    "head", ["day;who;tonnes\n", "day\twho\ttonnes\n", "\ufeffday,who,tonnes\n"]
)
def test_other_separators(read: Reader, tmp_path: Path, head: str) -> None:
    body = "2019-01-01,Iran,5\n"
    for separator in ";\t":
        body = body.replace(",", separator) if separator in head else body
    (tmp_path / "stock.csv").write_text(head + body)
    assert len(readings(read(STOCK, tmp_path).facts())) == 1


def test_no_rows_are_no_problem(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text(HEAD)
    assert readings(read(STOCK, tmp_path).facts()) == []


def test_a_name_with_wildcards_in_it(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "it's [1].csv").write_text(HEAD + "2019-01-01,Iran,5\n")
    found = read(STOCK.replace("stock.csv", "it's ?1?.csv"), tmp_path).facts()
    assert len(readings(found)) == 1


def test_columns_of_any_name(read: Reader, tmp_path: Path) -> None:
    names = [
        "on_day",
        "entry",
        "lo",
        "source",
        "_row",
        "on_local",
        "p_id",
        "select",
        "a b",
        "known",
    ]
    (tmp_path / "x.csv").write_text(",".join(names) + "\n2019-01-01,e,l,s,r,2019-01-02,i,US,b,k\n")
    found = read(
        'table "x.csv"\n  row is order(id: column "a b", buyer: column select) on column on_day\n'
        "    reported column on_local\n",
        tmp_path,
    )
    (row,) = events(found.facts())
    assert (row["entry"], row["p_id"], row["p_buyer"]) == ("x:1", "b", "US")
    assert row["lo"] == start("2019-01-01")
    assert events(found.facts(known="2019-01-01")) == []


# ------------------------------------------------------------------ what can be wrong in the rows
@pytest.mark.parametrize(
    ("row", "message", "help"),
    [
        ("2019-13-01,Iran,5", "`2019-13-01` is not a date or a time (column `day`)", "2019-07-01"),
        ("yesterday,Iran,5", "`yesterday` is not a date or a time", None),
        ("2019-02-29,Iran,5", "`2019-02-29` is not a date", None),
        (",Iran,5", "the date is missing (column `day`)", None),
        ("0219-01-01,Iran,5", "is out of range (column `day`)", None),
        ("9999-12-31,Iran,5", "is out of range (column `day`)", None),
        ("2019-01-01,Iraq,5", "no party, body or group `Iraq`", "`Iran`"),
        ("2019-01-01,,5", "the subject is missing", None),
        ("2019-01-01,Iran,", "the amount is missing", None),
        ("2019-01-01,Iran,five", "`five` is not a number (column `tonnes`)", "1234.5"),
        ("2019-01-01,Iran,0x10", "`0x10` is not a number", None),
        ("2019-01-01,Iran,1_0", "`1_0` is not a number", None),
        ("2019-01-01,Iran,NaN", "`NaN` is not a number", None),
        ("2019-01-01,Iran,inf", "`inf` is not a number", None),
        ("2019-01-01,Iran,-Infinity", "not a number", None),
        ('2019-01-01,Iran,"1,000"', "`1,000` is not a number", None),
        ("2019-01-01,Iran,1e29", "1e29 is too large a number", "29 digits"),
        ("2019-01-01,Iran,1e400", "too large a number", None),
    ],
)
def test_wrong_rows(read: Reader, tmp_path: Path, row: str, message: str, help: str | None) -> None:
    (tmp_path / "stock.csv").write_text(HEAD + "2019-01-01,Iran,1\n" + f"{row}\n" * 2)
    problem = read(STOCK, tmp_path).problem
    assert problem.message.startswith("`stock.csv`, line 3: ")
    assert message in problem.message
    assert problem.message.endswith("(and 1 more rows)")
    assert (problem.file, problem.line) == ("stock.csv", 3)
    assert help is None or help in str(problem.help)


def test_every_wrong_thing_is_reported_at_once(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text(HEAD + "x,Iran,1\n2019-01-01,Iraq,1\n2019-01-01,Iran,x\n")
    assert [p.line for p in read(STOCK, tmp_path).problems] == [2, 3, 4]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("8,2019-10-27T02:30,US,,,,,", "skip this time, or show it twice: 2019-10-27 02:30:00"),
        ("8,2019-03-31T02:30,US,,,,,", "skip this time"),
        ("8,2019-10-27,US,,,2019-10-26,,", "reported before it was done"),
        ("8,2019-10-27,US,,2019-10-27T10:00,,,", "`2019-10-27T10:00` is not a date (column `due`)"),
        ("8,2019-10-27,US,,,,c,", "there is no source `c`"),
        ("8,2019-10-27,US,,,,,sure", "`sure` is no grade"),
        ("8,2019-10-27,US,1.5.1,,,,", "`1.5.1` is not a number"),
    ],
)
def test_wrong_events(read: Reader, tmp_path: Path, row: str, message: str) -> None:
    (tmp_path / "orders.csv").write_text(f"nr,at,by,cents,due,told,src,how\n{row}\n")
    problem = read(ORDERS, tmp_path, more=CENT).problem
    assert message in problem.message
    assert "line 2" in problem.message


def test_ids_twice_and_missing(read: Reader, tmp_path: Path) -> None:
    text = STOCK.rstrip() + " id column nr\n"
    (tmp_path / "stock.csv").write_text(
        "nr,day,who,tonnes\n" + "".join(f"{n},2019-01-0{n},Iran,1\n" for n in (1, 2, 3, 2, 4))
    )
    problem = read(text, tmp_path).problem
    assert "line 5: the id `2` stands in 2 rows" in problem.message
    (tmp_path / "stock.csv").write_text("nr,day,who,tonnes\n,2019-01-01,Iran,1\n")
    assert "the id is missing (column `nr`)" in read(text, tmp_path).problem.message


def test_numbers_that_are_none_in_parquet(read: Reader, tmp_path: Path) -> None:
    for value in (float("nan"), float("inf"), 1e30):
        columns = {"day": [date(2019, 1, 1)], "who": ["Iran"], "tonnes": [value]}
        pq.write_table(pa.table(columns), tmp_path / "stock.parquet")
        problem = read(STOCK.replace(".csv", ".parquet"), tmp_path).problem
        assert problem.message.startswith("`stock.parquet`, row 1: ")
        assert (problem.file, problem.line) == ("stock.parquet", 0)


# ------------------------------------------------------------------ what can be wrong in the lines
@pytest.mark.parametrize(
    ("old", "new", "message", "help"),
    [
        ("column tonnes", "column tons", "`stock.csv` has no column `tons`", "`tonnes`"),
        ("column tonnes", "column Tonnes", "has no column `Tonnes`", "`tonnes`"),
        ("on column day", "on column dayy", "has no column `dayy`", "`day`"),
        ("on column day", 'on column day where column x = "1"', "no column `x`", "its columns"),
        ("in t", "in EUR", "`heavy_water` is in t", None),
        ("in t", "in kg U", "`heavy_water` is in t", "conversion"),
        (" in t", "", "the unit of column `tonnes` is missing", "write `column tonnes in t`"),
        ("heavy_water", "heavy_watr", "no measure `heavy_watr`", "`heavy_water`"),
        ("of column who ", "", "`heavy_water` needs a subject", "of column"),
        ("of column who", "of Iraq", "no party, body or group `Iraq`", "`Iran`"),
        ("heavy_water of", "uranium_stock of", "`uranium_stock` is in kg U", None),
        ("stock.csv", "stok.csv", "there is no file `stok.csv`", "`stock.csv`"),
        ("stock.csv", "*.parquet", "there is no file `*.parquet`", None),
        ("stock.csv", "../stock.csv", "outside the case folder", None),
        ("stock.csv", "/etc/passwd", "outside the case folder", None),
        ("stock.csv", "stock.docx", "`stock.docx` is not a table", ".csv"),
    ],
)
def test_wrong_lines(
    read: Reader, tmp_path: Path, *, old: str, new: str, message: str, help: str | None
) -> None:
    (tmp_path / "stock.csv").write_text(HEAD + "2019-01-01,Iran,1\n")
    (tmp_path / "stock.docx").write_text("x")
    problem = read(STOCK.replace(old, new), tmp_path).problem
    assert message in problem.message
    assert help is None or help in str(problem.help)
    assert problem.file == "record.sv"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("reimposed(by: US)", "no event `reimposed`"),
        ("reimposes(bye: US)", "no parameter `bye`"),
        ("reimposes(by: US, by: US)", "given twice"),
        ("reimposes(by: column who in t)", "has no unit"),
        ("order(amount: column tonnes)", "the unit of column"),
        ("order(due: column n)", "holds bigint, not dates"),
        ("order(amount: column day in EUR)", "holds date, not numbers"),
        ("arises_later", "arises by itself"),
        ("heavy_water", "is a measure"),
        ("reimposes reported column n", "holds bigint, not dates or times"),
    ],
)
def test_wrong_event_lines(read: Reader, tmp_path: Path, row: str, message: str) -> None:
    columns = {"day": [date(2019, 1, 1)], "who": ["US"], "tonnes": [1.0], "n": [1]}
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    problem = read(f'table "x.parquet"\n  row is {row} on column day\n', tmp_path).problem
    assert message in problem.message


def test_an_unknown_source(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text(HEAD)
    assert "no source `c`" in read(STOCK + "  source c\n", tmp_path).problem.message


def test_two_files_of_one_name(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for folder in ("", "a/"):
        (tmp_path / f"{folder}stock.csv").write_text(HEAD)
    found = read(STOCK + STOCK.replace("stock.csv", "a/stock.csv"), tmp_path)
    assert "would have the same ids" in found.problem.message


def test_a_link_out_of_the_folder(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "stock.csv").write_text(HEAD)
    (tmp_path / "case" / "stock.csv").symlink_to(tmp_path / "stock.csv")
    assert "outside the case folder" in read(STOCK, tmp_path / "case").problem.message


# ------------------------------------------------------------------ files that are no tables
def parquet(cut: Callable[[bytes], bytes]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table({n: ["x" * i for i in range(99)] for n in ("day", "who", "tonnes")}), sink
    )
    return cut(sink.getvalue().to_pybytes())


@pytest.mark.parametrize(
    ("name", "content", "message", "line"),
    [
        ("x.csv", b"", "this file is empty", 0),
        ("x.csv", b"\n1,2\n", "the first line is empty", 1),
        ("x.csv", b"day,,who\n", "a column has no name", 1),
        ("x.csv", b"day,who,Day,tonnes\n", "two columns are called `Day`", 1),
        ("x.csv", b"day,who,tonnes\n2019-01-01,Iran\n", "2 values in a table of 3 columns", 2),
        ("x.csv", b"day,who,tonnes\n1,2,3,4\n", "4 values in a table of 3 columns", 2),
        ("x.csv", b'day,who,tonnes\n2019-01-01,"Iran,1\n', "quote that is not closed", 2),
        ("x.csv", b"day,who,tonnes\n2019-01-01,\xff\xfe,1\n", "not a CSV text in UTF-8", 2),
        ("x.csv", bytes(range(256)) * 40, "x.csv", None),
        ("x.csv.gz", b"day,who,tonnes\n", "cannot be read", 0),
        ("x.csv.gz", gzip.compress(b"day,who,tonnes\n" * 99, mtime=0)[:-9], "cannot be read", 0),
        ("x.parquet", b"PAR1", "not a whole Parquet file", 0),
        ("x.parquet", b"day,who,tonnes\n", "not a whole Parquet file", 0),
        ("x.parquet", parquet(lambda whole: whole[: len(whole) // 2]), "not a whole Parquet", 0),
        (
            "x.parquet",
            parquet(lambda whole: whole[:20] + bytes(80) + whole[100:]),
            "cannot be read",
            0,
        ),
    ],
)
def test_files_that_are_no_tables(
    read: Reader, tmp_path: Path, *, name: str, content: bytes, message: str, line: int | None
) -> None:
    (tmp_path / name).write_bytes(content)
    problem = read(STOCK.replace("stock.csv", name), tmp_path).problems[0]
    assert message in problem.message
    assert name in problem.message
    assert str(tmp_path) not in problem.message
    assert problem.file == name or line is None
    assert line is None or problem.line == line


def test_a_long_line(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text("x" * 5_000_000)
    assert len(read(STOCK, tmp_path).problems) >= 1


# ------------------------------------------------------------------ tables and entries agree
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None
)
@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)).map(
                lambda at: at.replace(second=0, microsecond=0).isoformat(timespec="minutes")
            )
            | st.dates(date(1990, 1, 1), date(2040, 1, 1)).map(date.isoformat),
            st.decimals(0, 10**9, places=4),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda row: row[0],
    ),
    st.sampled_from(["UTC", "Europe/Amsterdam", "America/Havana", "Asia/Tehran", "Asia/Kathmandu"]),
)
def test_a_table_says_what_entries_say(
    tmp_path: Path, lines: list[tuple[str, Decimal]], zone: str
) -> None:
    text = "".join(
        f"{at} uranium_stock of Iran = {kg} kg UF6 id e{n}\n" for n, (at, kg) in enumerate(lines, 1)
    )
    table = "at,kg\n" + "".join(f"{at},{kg}\n" for at, kg in lines)
    (tmp_path / "e.csv").write_text(table)
    entries = read(text, zone=zone)
    tables = read(
        'table "e.csv"\n  row is uranium_stock of Iran = column kg in kg UF6 on column at\n',
        tmp_path,
        zone=zone,
    )
    assert bool(entries.problems) == bool(tables.problems)
    if not entries.problems:
        one = {
            (r.entry[1:], r.lo, r.hi, r.of, r.low, r.high)
            for r in entries.facts(on="2150-01-01").readings["uranium_stock"]
        }
        other = {
            (r["entry"].removeprefix("e:"), r["lo"], r["hi"], r["of"], r["low"], r["high"])
            for r in readings(tables.facts(on="2150-01-01"), "uranium_stock")
        }
        assert one == other


# ------------------------------------------------------------------ clocks and the last day
CLOCK = """table "stock*.csv"
  row is heavy_water of column who = column tonnes in t on column day
"""


@pytest.mark.parametrize("zone", ["", " zone Asia/Tehran"])
def test_times_with_and_without_offset_need_a_zone(read: Reader, tmp_path: Path, zone: str) -> None:
    (tmp_path / "stock.csv").write_text(
        HEAD + "2019-01-01,Iran,1\n2019-07-01T12:00+02:00,Iran,1\n2019-07-01T12:00,Iran,2\n"
    )
    found = read(CLOCK.replace('"\n', f'"{zone}\n', 1), tmp_path)
    if zone:
        assert len(readings(found.facts())) == 3
        return
    assert found.problem.message == (
        "`stock.csv`, line 4: this time has no offset, and others have one (column `day`)"
    )
    assert (found.problem.file, found.problem.line) == ("stock.csv", 4)
    assert "zone Europe/Amsterdam" in str(found.problem.help)


def test_files_of_one_table_have_one_clock(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "stock1.csv").write_text(HEAD + "2019-07-01T12:00,Iran,2\n")
    (tmp_path / "stock2.csv").write_text(HEAD + "2019-07-01T12:00Z,Iran,1\n")
    problem = read(CLOCK, tmp_path).problem
    assert "`stock1.csv`, line 2: this time has no offset" in problem.message


@pytest.mark.parametrize(
    ("rows_", "first", "last"),
    [
        (["2019-01-02,Iran,1", "2019-01-01,Iran,1"], "2019-01-01", "2019-01-02"),
        (["2019-01-02T23:00-05:00,Iran,1", "2019-01-03T03:30Z,Iran,1"], None, "2019-01-03T04:00Z"),
        (["2019-07-01T00:30,Iran,1"], None, "2019-06-30T22:30Z"),
        ([], None, None),
    ],
)
def test_first_and_last(
    read: Reader, tmp_path: Path, rows_: list[str], first: str | None, last: str | None
) -> None:
    (tmp_path / "stock.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows_))
    (table,) = read(STOCK, tmp_path, zone="Europe/Amsterdam").record.tables
    assert first is None or table.first == start(first, "Europe/Amsterdam")
    if last is None or len(last) > 10:
        assert table.last == (None if last is None else parse_as_of(last, "UTC") - 62)
    else:
        assert table.last == start(last, "Europe/Amsterdam")


# ---------------------------------------------------------------------- the registry of formats
def test_every_format_of_the_registry_has_a_module_that_opens_it() -> None:
    assert len(registry.SUFFIXES) == sum(len(format_.suffixes) for format_ in registry.FORMATS)
    for format_ in registry.FORMATS:
        module = import_module(f"servanda.record.tables.{format_.module}")
        assert callable(module.open_rows), format_.name


def test_a_format_is_added_in_one_place(
    read: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line in the registry and a module are enough: finding, naming and opening follow."""
    (tmp_path / "stock.piped").write_text("day|who|tonnes\n2019-01-01|Iran|2\n")
    assert "`stock.piped` is not a table" in read(PIPED, tmp_path).problem.message
    module = ModuleType("piped")
    module.open_rows = open_piped  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "servanda.record.tables.piped", module)
    added = registry.TableFormat("Piped", (".piped",), "piped")
    monkeypatch.setitem(registry.BY_SUFFIX, ".piped", added)
    monkeypatch.setattr(registry, "SUFFIXES", (*registry.SUFFIXES, ".piped"))
    (row,) = readings(read(PIPED, tmp_path).facts())
    assert (row["entry"], row["low"]) == ("stock:1", Decimal(2))


PIPED = STOCK.replace("stock.csv", "stock.piped")


def open_piped(request: TableRequest) -> TableFile:
    header, *lines = request.path.read_text().splitlines()
    names = header.split("|")
    values = ", ".join(
        f"({number}, {', '.join(literal(value) for value in line.split('|'))})"
        for number, line in enumerate(lines, 1)
    )
    sql = f"SELECT * FROM (VALUES {values}) v(__row, {', '.join(names)})"
    return TableFile(request.file, request.name, sql, dict.fromkeys(names, "VARCHAR"))
