"""Ids of tables: what looks like one id is one id, and what may have been rounded is none."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather
from small_record import Reader
from table_writers import WRITERS

from servanda.api.selectors import parse_selector
from servanda.record.tables.files import connect, literal
from servanda.record.tables.sql import clean
from servanda.syntax.key_texts import key_text

LINE = "  row is order(id: column id) on column at\n"


def ids(found: Any) -> list[str]:
    """The ids of all orders, of entries and of tables, in order."""
    assert not [p for p in found.problems if p.severity == "error"], found.problems
    facts = found.facts(on="2030-01-01")
    with connect() as con:
        rows = [
            row[0]
            for bulk in facts.bulk_events.get("order", ())
            for row in con.execute(f"SELECT p_id FROM ({bulk.sql})").fetchall()
        ]
    return sorted([*rows, *(o.args[0] for o in facts.events.get("order", ()))], key=str)


# ------------------------------------------------------------------ texts that look alike
ALIKE = {
    unicodedata.normalize("NFD", "Zoë 1"): "Zoë 1",
    "\ufeffa": "a",
    "a\u00a0b": "a b",
    "a \t": "a",
    "\u00a0a\u202f": "a",
    "a\u200b\u2060b": "ab",
    "a\u00ad-\u200e1": "a-1",
    "re\u0301sume\u0301": "résumé",
    "\u0646\u0645\u06cc\u200c\u062f": "\u0646\u0645\u06cc\u200c\u062f",  # a joiner within a word
    "\u1100\u1161": "가",
}


@pytest.mark.parametrize("file", WRITERS)
def test_texts_that_look_alike_are_one_id(read: Reader, tmp_path: Path, file: str) -> None:
    """In a table of any format, in an entry, and in a question."""
    WRITERS[file](tmp_path / file, {"id": list(ALIKE), "at": ["2019-07-01"] * len(ALIKE)})
    assert ids(read(f'table "{file}"\n{LINE}', tmp_path)) == sorted(ALIKE.values())
    entries = "".join(
        f'2019-07-01 order(id: "{text}") id e{n}\n' for n, text in enumerate(ALIKE)
    ).replace("\t", " ")
    assert ids(read(entries)) == sorted(ALIKE.values())
    for text, alike in ALIKE.items():
        assert parse_selector(f'7(id: "{text}")'.replace("\t", " ")) == ("7", {"id": alike})


def test_names_with_accents_are_one_name_composed_or_not(read: Reader, tmp_path: Path) -> None:
    """Of a party, in a record, in a table and in the agreement itself."""
    name = "Zoe\u0308"
    line = f'2019-07-01 order(id: "a", buyer: {name}) id e\n'
    for more in ("party Zo\u00eb\n", f"party {name}\n"):
        (row,) = read(line, more=more).facts(on="2030-01-01").events["order"]
        assert row.args[1] == "Zo\u00eb"
        WRITERS["x.csv"](tmp_path / "x.csv", {"id": ["a"], "who": [name], "at": ["2019-07-01"]})
        table = LINE.replace("column id", "column id, buyer: column who")
        assert ids(read(f'table "x.csv"\n{table}', tmp_path, more=more)) == ["a"]


def test_python_and_sql_have_one_form() -> None:
    texts = [
        *ALIKE,
        "",
        " ",
        "\u00a0",
        "\ufeff",
        "A\u0301\u00a0 \u200cx\u200d",
        "a  b",
        "\x0ba\x0c",
    ]
    with connect() as con:
        for text in texts:
            (found,) = con.execute(
                f"SELECT {clean('v')} FROM (SELECT {literal(text)} AS v)"
            ).fetchone()
            assert (found or "") == key_text(text), ascii(text)


def test_conditions_names_numbers_and_dates_are_read_alike(read: Reader, tmp_path: Path) -> None:
    columns = {
        "id": ["a"],
        "who": ["Iran\u00a0"],
        "sum": ["\ufeff5 "],
        "at": ["2019-07-01\u00a0"],
        "due": ["2019-08-01\u200b"],
        "what": ["cafe\u0301 "],
    }
    WRITERS["x.csv"](tmp_path / "x.csv", columns)
    line = (
        "  row is order(id: column id, buyer: column who, "
        "amount: column sum in EUR, due: column due)\n"
        '    on column at where column what = "caf\u00e9"\n'
    )
    assert ids(read(f'table "x.csv"\n{line}', tmp_path)) == ["a"]


def test_two_ids_that_look_alike_are_one_twice(read: Reader, tmp_path: Path) -> None:
    WRITERS["x.csv"](tmp_path / "x.csv", {"id": ["a", "a\u00a0"], "at": ["2019-07-01"] * 2})
    line = LINE.replace("on column at", "on column at, id column id")
    assert "the id `a` stands in 2 rows" in read(f'table "x.csv"\n{line}', tmp_path).problem.message


# ------------------------------------------------------------------ typed columns
def write(path: Path, column: pa.Array) -> None:
    table = pa.table({"id": column, "at": ["2019-07-01"] * len(column)})
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        feather.write_feather(table, path)


TYPED = [
    (pa.array([b"1001", b"caf\xc3\xa9 ", None], pa.binary()), ["1001", "café", None]),
    (pa.array([b"1001"], pa.binary(4)), ["1001"]),
    (pa.array([b"1001"], pa.large_binary()), ["1001"]),
    (pa.array([Decimal("1001.00"), Decimal("7.50")], pa.decimal128(10, 2)), ["1001", "7.5"]),
    (pa.array([Decimal("1000")], pa.decimal128(38, 0)), ["1000"]),
    (pa.array([Decimal("-0.00"), Decimal("0.10")], pa.decimal128(5, 2)), ["0", "0.1"]),
    (pa.array([1001.0, 0.5, 2.0**53 - 1], pa.float64()), ["1001", "0.5", "9007199254740991"]),
    (pa.array([2.0**24 - 1], pa.float32()), ["16777215"]),
    (pa.array([2**63 - 1, -(2**63)], pa.int64()), ["9223372036854775807", "-9223372036854775808"]),
    (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
    (pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
    (pa.array([None, None], pa.null()), [None, None]),
]


@pytest.mark.parametrize("file", ["x.parquet", "x.feather"])
def test_typed_ids(read: Reader, tmp_path: Path, file: str) -> None:
    for n, (column, wanted) in enumerate(TYPED):
        write(tmp_path / f"{n}{file}", column)
        found = ids(read(f'table "{n}{file}"\n{LINE}', tmp_path))
        assert found == sorted(wanted, key=str), column.type


@pytest.mark.parametrize(
    "column",
    [
        pa.array([2.0**53], pa.float64()),  # 2^53 + 1 is rounded to it
        pa.array([1.0, -1e300], pa.float64()),
        pa.array([float("nan")], pa.float64()),
        pa.array([2.0**24], pa.float32()),
        pa.array([b"\xff\xfe", b"a"], pa.binary()),
        pa.array([bytes(range(16))], pa.binary(16)),
    ],
)
def test_typed_ids_that_are_none(read: Reader, tmp_path: Path, column: pa.Array) -> None:
    for file in ("x.parquet", "x.feather"):
        write(tmp_path / file, column)
        problem = read(f'table "{file}"\n{LINE}', tmp_path).problem
        assert problem.code == "E714", problem
        assert ("float" in problem.message) == pa.types.is_floating(column.type)


# ------------------------------------------------------------------ logs and texts
def log(value: Any) -> dict[str, Any]:
    event = {
        "id": "e1",
        "type": "t",
        "time": "2019-07-01T00:00Z",
        "attributes": [{"name": "id", "value": value}, {"name": "at", "value": "2019-07-01"}],
    }
    return {"objects": [], "events": [event]}


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (1001.0, "1001"),
        (1001, "1001"),
        (9007199254740993, "9007199254740993"),
        (1e2, "100"),
        (0.5, "0.5"),
    ],
)
def test_numbers_of_logs(read: Reader, tmp_path: Path, value: float, wanted: str) -> None:
    (tmp_path / "x.json").write_text(json.dumps(log(value)))
    assert ids(read(f'table "x.json"\n{LINE}', tmp_path)) == [wanted]
    WRITERS["x.sqlite"](tmp_path / "x.sqlite", {"id": ["x"], "at": ["2019-07-01"]})
    with sqlite3.connect(tmp_path / "x.sqlite") as base:
        base.executescript(
            "CREATE TABLE n (ocel_id, ocel_time, id, at);"
            f"INSERT INTO n SELECT ocel_id, ocel_time, {value!r}, at FROM event_t;"
            "DROP TABLE event_t; ALTER TABLE n RENAME TO event_t;"
        )
    base.close()
    assert ids(read(f'table "x.sqlite"\n{LINE}', tmp_path)) == [wanted]
    kind = "float" if isinstance(value, float) else "int"
    (tmp_path / "x.xes").write_text(
        f'<log><trace><event><{kind} key="id" value="{value!r}"/>'
        '<date key="at" value="2019-07-01"/></event></trace></log>'
    )
    assert ids(read(f'table "x.xes"\n{LINE}', tmp_path)) == [wanted]


@pytest.mark.parametrize(
    "text",
    ["9.00720E+15", "9.007199254740992e+15", "9.007199254740993E15", "9007199254740992.0"],
)
def test_a_float_as_text_is_no_id(read: Reader, tmp_path: Path, text: str) -> None:
    for file, writer in list(WRITERS.items())[:5]:
        writer(tmp_path / file, {"id": ["a", text], "at": ["2019-07-01"] * 2})
        problem = read(f'table "{file}"\n{LINE}', tmp_path).problem
        assert problem.code == "E714" and f"{text} in column `id`" in problem.message


def test_sqlite_keeps_bytes_and_refuses_those_that_are_no_text(
    read: Reader, tmp_path: Path
) -> None:
    WRITERS["x.sqlite"](tmp_path / "x.sqlite", {"id": ["x"], "at": ["2019-07-01"]})
    for value, wanted in (("x'61'", "a"), ("9007199254740993.0", None), ("x'ff'", None)):
        with sqlite3.connect(tmp_path / "x.sqlite") as base:
            base.executescript(
                "CREATE TABLE n (ocel_id, ocel_time, id, at);"
                f"INSERT INTO n SELECT ocel_id, ocel_time, {value}, at FROM event_t;"
                "DROP TABLE event_t; ALTER TABLE n RENAME TO event_t;"
            )
        base.close()
        found = read(f'table "x.sqlite"\n{LINE}', tmp_path)
        if wanted:
            assert ids(found) == [wanted]
        else:
            assert found.problem.code == "E714", value


def test_a_number_with_a_point_is_hinted_at(read: Reader, tmp_path: Path) -> None:
    for file, writer in list(WRITERS.items())[:5]:
        writer(tmp_path / file, {"id": ["1001.0", "7.50"], "at": ["2019-07-01"] * 2})
        found = read(f'table "{file}"\n{LINE}', tmp_path)
        assert (found.problem.code, found.problem.severity) == ("H701", "hint")
        assert "`1001.0`" in found.problem.message
        assert ids(found) == ["1001.0", "7.50"]


def test_a_number_as_an_id_of_an_entry(read: Reader) -> None:
    assert ids(read("2019-07-01 order(id: 1001.00) id a\n2019-07-01 order(id: 1001) id b\n")) == [
        "1001",
        "1001",
    ]
