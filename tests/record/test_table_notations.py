"""Dates, numbers and rows as other programs write them: declared, never guessed."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather
from small_record import Reader
from table_writers import WRITERS

from servanda.record.dates import instant_of
from servanda.record.tables.files import connect
from servanda.semantics.clock import FACT, day_start

# A text is one in every format, once it is read: one of each kind of reader is enough here.
SOME = {file: WRITERS[file] for file in ("x.csv", "x.parquet", "x.xes", "x.sqlite", "x.ods")}
LINE = "  row is order(id: column id) on column at\n"


def orders(found: Any, columns: str = "p_id, lo") -> list[Any]:
    """Columns of the orders, in the order of their ids; one column alone is no tuple."""
    assert not [p for p in found.problems if p.severity == "error"], found.problems
    with connect() as con:
        rows = [
            row
            for bulk in found.facts(on="2030-01-01").bulk_events.get("order", ())
            for row in con.execute(f"SELECT {columns} FROM ({bulk.sql})").fetchall()
        ]
    return [row[0] if len(row) == 1 else row for row in sorted(rows, key=str)]


def micros(found: Any) -> list[int]:
    return [(lo - FACT) // 64 for _, lo in orders(found)]


def instant(text: str) -> int:
    if "T" in text:
        return instant_of(text, "UTC")
    return day_start(date.fromisoformat(text), "UTC")


# ------------------------------------------------------------------ dates
WRITTEN = [
    ("DD.MM.YYYY", "31.12.2024", "2024-12-31"),
    ("DD.MM.YYYY", "1.2.2024", "2024-02-01"),
    ("DD-MM-YYYY", "05-06-2024", "2024-06-05"),
    ("DD-MM-YYYY", "05-06-2024 14:30", "2024-06-05T14:30"),
    ("DD-MM-YYYY", "05-06-2024T14:30:15.1234567+02", "2024-06-05T12:30:15.123456Z"),
    ("DD-MM-YYYY", "2024-06-05", "2024-06-05"),  # as the record writes it: no other reading
    ("MM/DD/YYYY", "12/31/2024", "2024-12-31"),
    ("M/D/YYYY", "1/2/2024 2:05 PM", "2024-01-02T14:05"),
    ("M/D/YYYY", "1/2/2024, 12:05:09 am", "2024-01-02T00:05:09"),
    ("M/D/YYYY", "1/2/2024 12:05 PM", "2024-01-02T12:05"),
    ("DD/MM/YYYY", "1/2/2024 9:05", "2024-02-01T09:05"),
    ("YYYY/MM/DD", "2024/12/31", "2024-12-31"),
    ("YYYYMMDD", "20241231", "2024-12-31"),
    ("DD-MMM-YYYY", "05-jun-2024", "2024-06-05"),
    ("DD MMM YYYY", "5 Dec 2024", "2024-12-05"),
    ("YYYY-DD-MM", "2024-05-06", "2024-06-05"),
    ("epoch seconds", "1577836799", "2019-12-31T23:59:59Z"),
    ("epoch seconds", "1577836799.9999999", "2019-12-31T23:59:59.999999Z"),
    ("epoch seconds", "-0.0000001", "1969-12-31T23:59:59.999999Z"),
    ("epoch milliseconds", "1577836799999", "2019-12-31T23:59:59.999Z"),
    ("epoch microseconds", "1577836799999999", "2019-12-31T23:59:59.999999Z"),
    ("epoch nanoseconds", "1577836799999999999", "2019-12-31T23:59:59.999999Z"),
    ("epoch seconds", "2019-12-31T23:59:59Z", "2019-12-31T23:59:59Z"),
]


@pytest.mark.parametrize("notation", dict.fromkeys(row[0] for row in WRITTEN))
def test_declared_dates(read: Reader, tmp_path: Path, notation: str) -> None:
    rows = [(text, iso) for said, text, iso in WRITTEN if said == notation]
    other = list(WRITERS)[len(notation) % len(WRITERS)]
    for file in dict.fromkeys(("x.csv", other)):
        ids = [f"{n}" for n in range(len(rows))]
        WRITERS[file](tmp_path / file, {"id": ids, "at": [text for text, _ in rows]})
        table = f'table "{file}" zone UTC\n  dates "{notation}"\n{LINE}'
        assert micros(read(table, tmp_path)) == [instant(iso) for _, iso in rows], file


@pytest.mark.parametrize(
    ("notation", "text"),
    [
        ("DD.MM.YYYY", "31.02.2024"),
        ("DD.MM.YYYY", "13.13.2024"),
        ("DD.MM.YYYY", "31-12-2024"),
        ("DD-MM-YYYY", "31-12-24"),
        ("MM/DD/YYYY", "31/12/2024"),
        ("M/D/YYYY", "1/2/2024 13:05 PM"),
        ("DD-MMM-YYYY", "05-Dez-2024"),
        ("DD.MM.YYYY", "31.12.2024 25:00"),
        ("YYYYMMDD", "2024131"),
        ("epoch seconds", "1e400"),
        ("epoch seconds", "99999999999999"),
        ("epoch seconds", "soon"),
    ],
)
def test_dates_that_are_not_as_declared(
    read: Reader, tmp_path: Path, notation: str, text: str
) -> None:
    WRITERS["x.csv"](tmp_path / "x.csv", {"id": ["a"], "at": [text]})
    problem = read(f'table "x.csv"\n  dates "{notation}"\n{LINE}', tmp_path).problem
    assert problem.code == "E710" and f"`{text}`" in problem.message


def test_a_date_that_is_not_declared_is_not_guessed(read: Reader, tmp_path: Path) -> None:
    for text in ("31.12.2024", "05-06-2024", "1577836799", "20241231"):
        WRITERS["x.csv"](tmp_path / "x.csv", {"id": ["a"], "at": [text]})
        problem = read(f'table "x.csv"\n{LINE}', tmp_path).problem
        assert problem.code == "E710" and 'dates "DD.MM.YYYY"' in str(problem.help)


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64(), pa.float64(), pa.decimal128(30, 4)])
def test_counts_in_typed_columns(read: Reader, tmp_path: Path, kind: pa.DataType) -> None:
    before = 0 if kind == pa.uint64() else -1
    at = pa.array([1577836799, before]).cast(kind)
    table = pa.table({"id": ["0", "1"], "at": at})
    pq.write_table(table, tmp_path / "x.parquet")
    feather.write_feather(table, tmp_path / "x.feather")
    for file in ("x.parquet", "x.feather"):
        plain = read(f'table "{file}"\n{LINE}', tmp_path).problem
        assert plain.code == "E709" and 'dates "epoch seconds"' in str(plain.help)
        found = micros(read(f'table "{file}"\n  dates "epoch seconds"\n{LINE}', tmp_path))
        assert found == [1577836799_000_000, before * 1_000_000]


def test_days_as_numbers_and_days_as_values(read: Reader, tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"id": ["a"], "at": [20240131], "due": [20240201]}), tmp_path / "x.parquet"
    )
    line = LINE.replace("column id", "column id, due: column due")
    found = read(f'table "x.parquet"\n  dates "YYYYMMDD"\n{line}', tmp_path)
    assert orders(found, "p_due") == [date(2024, 2, 1)]
    assert micros(found) == [instant("2024-01-31")]
    WRITERS["x.csv"](tmp_path / "x.csv", {"id": ["a"], "at": ["31.01.2024"], "due": ["1.2.2024"]})
    found = read(f'table "x.csv"\n  dates "DD.MM.YYYY"\n{line}', tmp_path)
    assert orders(found, "p_due") == [date(2024, 2, 1)]


# ------------------------------------------------------------------ numbers
NUMBERS = [
    ("1.234,5", "1.234.567,89", "1234567.89"),
    ("1.234,5", "1234,5", "1234.5"),
    ("1.234,5", "-7", "-7"),
    ("1.234,5", "1.500", "1500"),
    ("1234,5", "0,05", "0.05"),
    ("1234,56", "1e2", "100"),
    ("1,234.5", "1,234.5", "1234.5"),
    ("1 234,5", "1\u00a0234\u202f567,5", "1234567.5"),
    ("1'234.5", "1'234.50", "1234.5"),
]


@pytest.mark.parametrize("notation", dict.fromkeys(row[0] for row in NUMBERS))
def test_declared_numbers(read: Reader, tmp_path: Path, notation: str) -> None:
    rows = [(text, plain) for said, text, plain in NUMBERS if said == notation]
    line = LINE.replace("column id", "column id, amount: column sum in EUR")
    for file in ("x.csv", list(WRITERS)[-len(rows)]):
        texts = [text for text, _ in rows]
        ids = [f"{n}" for n in range(len(rows))]
        WRITERS[file](tmp_path / file, {"id": ids, "at": ["2024-01-01"] * len(rows), "sum": texts})
        found = read(f'table "{file}"\n  numbers "{notation}"\n{line}', tmp_path)
        wanted = [(f"{n}", Decimal(plain)) for n, (_, plain) in enumerate(rows)]
        assert orders(found, "p_id, p_amount") == wanted, file


@pytest.mark.parametrize(
    ("notation", "text"),
    [
        (None, "1,5"),
        (None, "1.234,5"),
        ("1234,5", "1.234,5"),
        ("1234,5", "1.5"),
        ("1.234,5", "1.5"),
        ("1.234,5", "12.34,5"),
        ("1,234.5", "1,5"),
        ("1.234,5", "5 EUR"),
    ],
)
def test_numbers_that_are_not_as_declared(
    read: Reader, tmp_path: Path, notation: str | None, text: str
) -> None:
    columns = {"id": ["a"], "at": ["2024-01-01"], "sum": [text]}
    WRITERS["x.csv"](tmp_path / "x.csv", columns)
    line = LINE.replace("column id", "column id, amount: column sum in EUR")
    said = f'  numbers "{notation}"\n' if notation else ""
    problem = read(f'table "x.csv"\n{said}{line}', tmp_path).problem
    assert problem.code == "E710" and f"`{text}` is not a number" in problem.message
    assert 'numbers "1.234,5"' in str(problem.help)


def test_a_typed_number_needs_no_notation(read: Reader, tmp_path: Path) -> None:
    columns = {"id": ["a"], "at": ["2024-01-01"], "sum": [1234.5]}
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    line = LINE.replace("column id", "column id, amount: column sum in EUR")
    found = read(f'table "x.parquet"\n  numbers "1.234,5"\n{line}', tmp_path)
    assert orders(found, "p_amount") == [Decimal("1234.5")]


@pytest.mark.parametrize(
    "said",
    [
        'dates "DD.MM.YY"',
        'dates "DD.MM"',
        'dates "DD.MM.YYYY DD"',
        'dates "epoch days"',
        'dates ""',
        'numbers "1.234"',
        'numbers "1.234.5"',
        'numbers "comma"',
    ],
)
def test_ways_to_write_that_are_none(read: Reader, tmp_path: Path, said: str) -> None:
    WRITERS["x.csv"](tmp_path / "x.csv", {"id": ["a"], "at": ["2024-01-01"]})
    assert read(f'table "x.csv"\n  {said}\n{LINE}', tmp_path).problem.code == "E723"


# ------------------------------------------------------------------ columns of nulls
@pytest.mark.parametrize(
    "kind",
    [pa.null(), pa.int32(), pa.float64(), pa.bool_(), pa.list_(pa.int8()), pa.time64("us")],
)
def test_a_column_of_nulls_has_no_type(read: Reader, tmp_path: Path, kind: pa.DataType) -> None:
    nothing = pa.array([None, None], kind)
    table = pa.table(
        {"id": ["a", "b"], "at": ["2024-01-01"] * 2, "none": nothing, "who": ["US", "US"]}
    )
    line = (
        "  row is order(id: column id, buyer: column none, amount: column none in EUR, "
        "due: column none) on column at, reported column none, verified column none, "
        "source column none, grade column none\n"
        "  row is reimposes(by: column who) on column at, until column none\n"
    )
    pq.write_table(table, tmp_path / "x.parquet")
    feather.write_feather(table, tmp_path / "x.feather")
    for file in ("x.parquet", "x.feather"):
        found = read(f'table "{file}"\n{line}', tmp_path)
        wanted = [("a", None, None, None), ("b", None, None, None)]
        assert orders(found, "p_id, p_buyer, p_amount, p_due") == wanted
        missing = read(f'table "{file}"\n{LINE.replace("column at", "column none")}', tmp_path)
        assert "the date is missing (column `none`)" in missing.problem.message


def test_an_empty_table_has_no_types(read: Reader, tmp_path: Path) -> None:
    table = pa.table({"id": pa.array([], pa.int32()), "at": pa.array([], pa.bool_())})
    pq.write_table(table, tmp_path / "x.parquet")
    assert orders(read(f'table "x.parquet"\n{LINE}', tmp_path)) == []


# ------------------------------------------------------------------ CSV of other programs
@pytest.mark.parametrize(
    "text",
    [
        '"id","at"\na,2024-01-01\n',
        '"i\nd",at\na,2024-01-01\n',
        '"i\r\nd",at\r\na,2024-01-01\r\n',
        "id;at;\na;2024-01-01;\n",
        "sep=;\nid;at\na;2024-01-01\n",
        "\ufeffsep=|\r\nid|at|\r\na|2024-01-01|\r\n",
        "id;at;\na;2024-01-01\n",
        "id;at\na;2024-01-01;\n",
        "id;at;;;\na;2024-01-01;;;\n",
        "id,at,,\na,2024-01-01,,\n",
        '"a, b; c";id;at\nx;a;2024-01-01\n',
        "a,b;id;at\nx;a;2024-01-01\n",
        "\ufeffid\tat\t\na\t2024-01-01\t\n",
        " id , at \na,2024-01-01\n",
    ],
)
def test_headers_of_other_programs(read: Reader, tmp_path: Path, text: str) -> None:
    (tmp_path / "x.csv").write_bytes(text.encode())
    id_ = '"i d"' if text.startswith('"i\n') or text.startswith('"i\r') else "id"
    line = LINE.replace("column id", f"column {id_}")
    assert orders(read(f'table "x.csv"\n{line}', tmp_path)) == [
        ("a", instant("2024-01-01") * 64 + FACT)
    ]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("id;at;\na;2024-01-01;\nb;2024-01-01;x\n", "E705", 3),
        ("id;at\na;2024-01-01;\nb;2024-01-01;x\n", "E705", 3),
        ("id,,at\na,,2024-01-01\n", "E704", 1),
        (";;\na;b;c\n", "E704", 1),
        ('id,at\n"a\nb",2024-01-01\nb,soon\n', "E710", 4),
        ('"i\nd",at\n\na,2024-01-01\n\n\nb,soon\n', "E708", None),
        ('id,"a\n\nt",at\n\na,,2024-01-01\n\n\nb,,soon\n', "E710", 8),
        ('id,at\n"a\nb",2024-01-01\nb,2024-01-01,x\n', "E705", 4),
        ('id,at\r\n"a\r\nb",2024-01-01\r\nb,soon\r\n', "E710", 4),
        ('sep=,\nid,at\n"a\nb",2024-01-01\nb,soon\n', "E710", 5),
        ('sep=,\nid,at\n"a\nb",2024-01-01\nb,2024-01-01,x\n', "E705", 5),
        ('id,at\n"a\n\n",2024-01-01\n\nc,2024-01-01\nb,2024-01-01,x\n', "E705", 7),
    ],
)
def test_lines_of_errors_are_those_of_the_file(
    read: Reader, tmp_path: Path, text: str, code: str, line: int | None
) -> None:
    for name in ("x.csv", "x.csv.gz"):
        data = text.encode()
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
        problem = read(f'table "{name}"\n{LINE}', tmp_path).problem
        assert problem.code == code
        if line is not None:
            assert problem.line == line, problem
            assert f"`{name}`, line {line}: " in problem.message


# ------------------------------------------------------------------ which rows count
MIXED = {
    "id": ["a", "b", "c", "d"],
    "what": ["order", "Order!", "ship", "cancel\u00a0"],
    "at": ["2024-01-01"] * 4,
}


def test_where_in(read: Reader, tmp_path: Path) -> None:
    for file, writer in SOME.items():
        writer(tmp_path / file, MIXED)
        for among, wanted in (
            ('in ("order", "ship")', ["a", "c"]),
            ('in ("cancel")', ["d"]),
            ('= "cancel"', ["d"]),
            ('in ("cancel\u00a0", "none")', ["d"]),
            ('in ("none")', []),
            ('in ("order", "ship") where column id in ("c", "d")', ["c"]),
        ):
            line = LINE.replace("\n", f" where column what {among}\n")
            assert orders(read(f'table "{file}"\n{line}', tmp_path), "p_id") == wanted, among


ALL = "event cancel(id, by: party)\nevent create_fine(id)\nevent ship(id, by: party)\n"


def test_one_line_for_many_events(read: Reader, tmp_path: Path) -> None:
    columns = {
        "id": ["a", "b", "c", "d"],
        "what": ["order", "Create Fine", "ships", "cancel"],
        "who": ["US", "", "Iran", "US"],
        "at": ["2024-01-01"] * 4,
    }
    row = "  row is event of column what(id: column id, by: column who) on column at"
    for file, writer in SOME.items():
        writer(tmp_path / file, columns)
        found = read(f'table "{file}"\n{row}\n', tmp_path, more=ALL).facts(on="2030-01-01")
        with connect() as con:
            rows = {
                name: con.execute(f"SELECT * FROM ({bulk.sql})").fetchall()
                for name, (bulk,) in found.bulk_events.items()
            }
        assert set(rows) == {"order", "create_fine", "ship", "cancel"}, file
        assert all(len(each) == 1 for each in rows.values())
        only = f'{row} where column what in ("order", "cancel")\n'
        names = read(f'table "{file}"\n{only}', tmp_path, more=ALL).facts(on="2030-01-01")
        assert set(names.bulk_events) == {"order", "cancel"}


@pytest.mark.parametrize(
    ("row", "code", "message"),
    [
        ("event of column what(id: column id) on column at", "E201", "no event is called `nap`"),
        ("event of column wat(id: column id) on column at", "E708", "no column `wat`"),
        ("event of column empty(id: column id) on column at", "E711", "the event is missing"),
        ("event of column good(id: column id, x: column id) on column at", "E301", "`x`"),
        ("event of column good(id: column idd) on column at", "E708", "no column `idd`"),
    ],
)
def test_one_line_for_events_that_are_none(
    read: Reader, tmp_path: Path, row: str, code: str, message: str
) -> None:
    columns = {
        "id": ["a", "b"],
        "what": ["order", "nap"],
        "empty": ["order", None],
        "good": ["order", "order"],
        "at": ["2024-01-01"] * 2,
    }
    WRITERS["x.csv"](tmp_path / "x.csv", columns)
    problem = read(f'table "x.csv"\n  row is {row}\n', tmp_path).problem
    assert problem.code == code and message in problem.message


def test_distinct_rows(read: Reader, tmp_path: Path) -> None:
    """Alike in every column, also over the files of a pattern; the first keeps its number."""
    days = ["2024-01-01", "2024-01-01", "2024-01-02", "2024-01-03"]
    columns = {"id": ["a", "a", "b", "a"], "at": days}
    for file, writer in SOME.items():
        writer(tmp_path / f"1{file}", columns)
        writer(tmp_path / f"2{file}", {"id": ["b", "c", "c"], "at": ["2024-01-02"] * 3})
        table = f'table "?{file}"\n{{}}{LINE}'
        every = orders(read(table.format(""), tmp_path), "entry")
        assert len(every) == 7
        found = read(table.format("  distinct rows\n"), tmp_path)
        has_ids = file in ("x.json", "x.sqlite", "x.xml")  # events with ids of their own
        kept = ["1x:1", "1x:2", "1x:3", "1x:4", "2x:1", "2x:2", "2x:3"]
        wanted = kept if has_ids else ["1x:1", "1x:3", "1x:4", "2x:2"]
        assert orders(found, "entry") == wanted, file


def test_rows_in_order(read: Reader, tmp_path: Path) -> None:
    """Of rows at one time each is a microsecond after the one before, over the lines too."""
    at = ["2024-01-01T12:00", "2024-01-01T13:00+01:00", "2024-01-01", "2024-01-01", "2024-01-02"]
    columns = {"id": list("abcde"), "what": ["x", "y", "x", "x", "x"], "at": at}
    noon, day = instant("2024-01-01T12:00"), instant("2024-01-01")
    lines = LINE.replace("\n", ' where column what = "x"\n')
    for file, writer in SOME.items():
        writer(tmp_path / file, columns)
        head = f'table "{file}" zone UTC\n'
        plain = micros(read(f"{head}{LINE}", tmp_path))
        assert plain == [noon, noon, day, day, instant("2024-01-02")]
        found = micros(read(f"{head}  rows are in order\n{LINE}", tmp_path))
        assert found == [noon, noon + 1, day, day + 1, instant("2024-01-02")], file
        apart = micros(read(f"{head}  rows are in order\n{lines}", tmp_path))
        assert apart == [noon, day, day + 1, instant("2024-01-02")]


@pytest.mark.parametrize(
    "at",
    [
        ["2024-01-01T12:00:00.999999"] * 2,
        ["2024-01-01T12:00:00.000001", "2024-01-01T12:00:00.000001", "2024-01-01T12:00:00.000002"],
    ],
)
def test_order_moves_no_row_past_another_time(read: Reader, tmp_path: Path, at: list[str]) -> None:
    ids = [f"{n}" for n in range(len(at))]
    WRITERS["x.csv"](tmp_path / "x.csv", {"id": ids, "at": at})
    assert read(f'table "x.csv"\n  rows are in order\n{LINE}', tmp_path).problem.code == "E722"


def test_options_are_given_once(read: Reader, tmp_path: Path) -> None:
    WRITERS["x.csv"](tmp_path / "x.csv", {"id": ["a"], "at": ["2024-01-01"]})
    for option in ("distinct rows", "rows are in order", 'dates "DD.MM.YYYY"', 'numbers "1234,5"'):
        text = f'table "x.csv"\n  {option}\n  {option}\n{LINE}'
        assert read(text, tmp_path).problem.code == "E124"
