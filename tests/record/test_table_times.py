"""Times of tables: nothing is rounded over a boundary, and offsets are alike everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather
from small_record import Reader
from table_writers import HAS_LINES, WRITERS

from servanda.record.account_facts import parse_as_of
from servanda.record.dates import BadDate, instant_of
from servanda.record.tables.files import connect
from servanda.semantics.clock import FACT, tick

LINE = "  row is order(id: column id) on column at\n"


def micros(found: Any) -> list[int]:
    """The instants of the orders, in the order of their ids."""
    assert not found.problems, found.problems
    with connect() as con:
        rows = [
            row
            for bulk in found.facts(on="2030-01-01").bulk_events.get("order", ())
            for row in con.execute(f"SELECT p_id, lo FROM ({bulk.sql})").fetchall()
        ]
    return [(lo - FACT) // 64 for _, lo in sorted(rows)]


def instant(text: str) -> int:
    return instant_of(text, "UTC")


# ------------------------------------------------------------------ finer than a microsecond
FINE = {
    "2019-12-31T23:59:59.9999999Z": "2019-12-31T23:59:59.999999Z",
    "2019-12-31T23:59:59.99999999Z": "2019-12-31T23:59:59.999999Z",
    "2019-12-31 23:59:59.999999999+00": "2019-12-31T23:59:59.999999Z",
    "2019-06-30T23:59:59.9999995+02:00": "2019-06-30T21:59:59.999999Z",
    "2019-12-31T23:59:59.0000005-0530": "2020-01-01T05:29:59Z",
    "1969-12-31T23:59:59.9999999Z": "1969-12-31T23:59:59.999999Z",
    "1901-01-01T00:00:00.0000001Z": "1901-01-01T00:00:00Z",
}


@pytest.mark.parametrize("file", WRITERS)
def test_digits_past_the_microsecond_are_cut_in_text(
    read: Reader, tmp_path: Path, file: str
) -> None:
    WRITERS[file](tmp_path / file, {"id": [f"{n}" for n in range(len(FINE))], "at": list(FINE)})
    found = read(f'table "{file}"\n{LINE}', tmp_path)
    assert micros(found) == [instant(text) for text in FINE.values()]


@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
@pytest.mark.parametrize("file", ["x.parquet", "x.feather"])
def test_nanoseconds_are_cut_in_typed_columns(
    read: Reader, tmp_path: Path, file: str, zone: str | None
) -> None:
    """A tenth of a microsecond before midnight is the day before; so it is before 1970."""
    nanos = [1577836799_999999900, -100, -1_500, 1577836800_000000000, 1577836800_000000999]
    table = pa.table(
        {"id": ["0", "1", "2", "3", "4"], "at": pa.array(nanos, pa.timestamp("ns", zone))}
    )
    if file.endswith("parquet"):
        pq.write_table(table, tmp_path / file)
    else:
        feather.write_feather(table, tmp_path / file)
    found = read(f'table "{file}"\n{LINE}', tmp_path)
    midnight = instant("2020-01-01T00:00Z")
    assert micros(found) == [midnight - 1, -1, -2, midnight, midnight]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_every_unit_of_a_typed_column(read: Reader, tmp_path: Path, unit: str) -> None:
    steps = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[unit]
    times = pa.array([1577836799 * steps], pa.timestamp(unit, "Asia/Tehran"))
    pq.write_table(pa.table({"id": ["0"], "at": times}), tmp_path / "x.parquet")
    assert micros(read(f'table "x.parquet"\n{LINE}', tmp_path)) == [instant("2019-12-31T23:59:59Z")]


def test_a_year_out_of_range_in_nanoseconds(read: Reader, tmp_path: Path) -> None:
    times = pa.array([-9_000_000_000_000_000_000], pa.timestamp("ns", "UTC"))
    pq.write_table(pa.table({"id": ["0"], "at": times}), tmp_path / "x.parquet")
    assert (
        "is out of range (column `at`)"
        in read(f'table "x.parquet"\n{LINE}', tmp_path).problem.message
    )


def test_an_entry_is_as_fine_as_a_row(read: Reader) -> None:
    for text, coarse in FINE.items():
        written = text.replace(" ", "T")
        found = read(f'{written} order(id: "a") id e\n').facts(on="2030-01-01")
        assert found.events["order"][0].lo == tick(instant(coarse), FACT)


# ------------------------------------------------------------------ offsets
GOOD = {
    "2019-07-01T12:00+00": "2019-07-01T12:00Z",
    "2019-07-01T12:00-00": "2019-07-01T12:00Z",
    "2019-07-01T12:00+02": "2019-07-01T10:00Z",
    "2019-07-01T12:00:00-11": "2019-07-01T23:00Z",
    "2019-07-01T12:00:00.5+0530": "2019-07-01T06:30:00.5Z",
    "2019-07-01T12:00+14:00": "2019-06-30T22:00Z",
    "2019-07-01T12:00-15:56": "2019-07-02T03:56Z",
}
BAD = (
    "2019-07-01T12:00+99:99",
    "2019-07-01T12:00+01:60",
    "2019-07-01T12:00-24:00",
    "2019-07-01T12:00+16",
    "2019-07-01T12:00+0260",
    "2019-07-01T24:00Z",
    "2019-07-01T12:60Z",
    "2019-07-01T23:59:60Z",
    "2019-07-01T12:00:00.1234567891Z",
)


@pytest.mark.parametrize("file", WRITERS)
def test_offsets_in_every_format(read: Reader, tmp_path: Path, file: str) -> None:
    WRITERS[file](tmp_path / file, {"id": [f"{n}" for n in range(len(GOOD))], "at": list(GOOD)})
    assert micros(read(f'table "{file}"\n{LINE}', tmp_path)) == [instant(t) for t in GOOD.values()]
    WRITERS[file]((tmp_path / file).with_name("bad_" + file), {"id": list(BAD), "at": list(BAD)})
    message = read(f'table "bad_{file}"\n{LINE}', tmp_path).problem.message
    assert "is not a date or a time (column `at`)" in message
    assert f"(and {len(BAD) - 1} more rows)" in message


@pytest.mark.parametrize("text", BAD)
def test_what_no_clock_shows_is_refused_everywhere(read: Reader, text: str) -> None:
    (entry,) = read(f'{text} order(id: "a")\n').problems[:1]
    assert entry.code == "E141", entry
    more = f"instant late = {text}\n"
    with pytest.raises(AssertionError, match="E141"):
        read("", more=more)
    with pytest.raises(BadDate) as refused:
        instant_of(text, "UTC")
    assert refused.value.code == "E141"
    with pytest.raises(BadDate):
        parse_as_of(text, "UTC")
    assert ("offset" in refused.value.help) == ("+" in text or "-24" in text)


def test_offsets_in_entries_and_questions(read: Reader) -> None:
    for text, utc in GOOD.items():
        (row,) = read(f'{text} order(id: "a") id e\n').facts(on="2030-01-01").events["order"]
        assert row.lo == tick(instant(utc), FACT)
        assert instant(text) == instant(utc)
        read("", more=f"instant late = {text}\n")


def test_a_subtraction_is_no_offset(read: Reader) -> None:
    for days in ("-30 days", "-10 business days of Office", "+12 hours", "- 3 months"):
        more = f"calendar Office = business days of NL\nday late = 2019-07-01T12:00{days}\n"
        assert not read("", more=more).problems


# ------------------------------------------------------------------ one clock for a column
WHATS = ["order", "reimposes", "order"]
ORDERS = '  row is order(id: column id) on column at where column what = "order"\n'
REIMPOSES = '  row is reimposes(by: US) on column at where column what = "reimposes"\n'
ZONED, BARE = "2019-07-01T12:00Z", "2019-07-01T12:00:00"
OTHERS_HAVE_ONE = "this time has no offset, and others have one (column `at`)"


def mixed(times: list[str]) -> dict[str, list[str]]:
    return {"id": list("abc"), "what": WHATS, "at": times}


@pytest.mark.parametrize("file", WRITERS)
def test_offsets_mixed_over_the_lines_of_a_table(read: Reader, tmp_path: Path, file: str) -> None:
    WRITERS[file](tmp_path / file, mixed([ZONED, BARE, ZONED]))
    lines = ORDERS + REIMPOSES
    found = read(f'table "{file}"\n{lines}', tmp_path)
    assert found.problem.code == "E715"
    at = "line 3" if file in HAS_LINES else "row 2"
    assert f"{at}: {OTHERS_HAVE_ONE}" in found.problem.message
    assert not found.record.tables
    apart = f'table "{file}"\n{ORDERS}table "{file}"\n{REIMPOSES}'
    assert read(apart, tmp_path).problem.message == found.problem.message
    assert not read(f'table "{file}" zone Asia/Tehran\n{lines}', tmp_path).problems
    whole = {"id": list("abc"), "what": WHATS, "at": [ZONED, "2019-07-01", ZONED]}
    WRITERS[file](tmp_path / f"days_{file}", whole)
    assert not read(f'table "days_{file}"\n{lines}', tmp_path).problems


@pytest.mark.parametrize("file", WRITERS)
def test_offsets_mixed_over_the_files_of_a_pattern(read: Reader, tmp_path: Path, file: str) -> None:
    """Also where each file has rows of one line only."""
    WRITERS[file](tmp_path / f"1{file}", {"id": ["a"], "what": ["order"], "at": [ZONED]})
    WRITERS[file](tmp_path / f"2{file}", {"id": ["b"], "what": ["reimposes"], "at": [BARE]})
    problem = read(f'table "?{file}"\n{ORDERS}{REIMPOSES}', tmp_path).problem
    at = "line 2" if file in HAS_LINES else "row 1"
    assert problem.message == f"`2{file}`, {at}: {OTHERS_HAVE_ONE}"
    assert problem.file == f"2{file}"


def test_offsets_over_tables_that_share_a_file_by_patterns(read: Reader, tmp_path: Path) -> None:
    for name, what, at in (
        ("a1", "order", ZONED),
        ("a2", "order", ZONED),
        ("b2", "reimposes", BARE),
    ):
        WRITERS["x.csv"](tmp_path / f"{name}.csv", {"id": ["a"], "what": [what], "at": [at]})
    text = f'table "a*.csv"\n{ORDERS}table "b*.csv"\n{REIMPOSES}'
    assert not read(text, tmp_path).problems  # two clocks, in two tables of different files
    found = read(f'{text}table "?2.csv"\n{ORDERS}{REIMPOSES}', tmp_path)
    assert [p.code for p in found.problems] == ["E715"]


def test_two_columns_may_have_two_clocks(read: Reader, tmp_path: Path) -> None:
    WRITERS["x.csv"](tmp_path / "x.csv", {"id": ["a"], "at": [ZONED], "told": ["2019-07-02T12:00"]})
    line = LINE.replace("on column at\n", "on column at, reported column told\n")
    assert not read(f'table "x.csv"\n{line}', tmp_path).problems


def test_a_typed_column_with_a_zone_and_one_without(read: Reader, tmp_path: Path) -> None:
    for n, zone in enumerate(("UTC", None)):
        times = pa.array([1577836799_000_000], pa.timestamp("us", zone))
        pq.write_table(pa.table({"id": ["a"], "at": times}), tmp_path / f"{n}.parquet")
    assert read(f'table "*.parquet"\n{LINE}', tmp_path).problem.message == (
        f"`1.parquet`, row 1: {OTHERS_HAVE_ONE}"
    )
