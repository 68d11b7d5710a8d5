"""Tables that a stranger made: what runs, what is far larger than it looks, names of our own."""

from __future__ import annotations

import gzip
import json
import resource
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from servanda.record.tables import registry
from servanda.record.tables.files import connect
from test_bulk_input import mapped, ocel_sqlite, status
from test_bulk_input import run as run_verb

CASE = """agreement Bulk "Bulk input"
  zone UTC
party shop
event order(id: text), not recorded is taken as not done
event deliver(by: party, id: text), not recorded is taken as not done
clause 1 "Delivery"
  when order(n):
    shop must deliver(n) within 5 days
"""
ROWS = [("a", "order", "2024-01-01T10:00:00Z"), ("a", "deliver", "2024-01-04T10:00:00Z")]
CSV = "id,what,at\n" + "".join(",".join(row) + "\n" for row in ROWS)
OCEL = {"id": "ocel:type:parcel", "at": "ocel:timestamp", "what": "ocel:activity"}
XES = {"id": "case:concept:name", "at": "time:timestamp", "what": "concept:name"}
GIGABYTE = 1 << 30


def case_of(folder: Path, name: str, **columns: str) -> Path:
    (folder / "case.sv").write_text(CASE + mapped(name, **columns))
    return folder / "case.sv"


def refused(case: Path, *words: str) -> str:
    """What `status` says, in a process that may take 2 GB and 20 s."""

    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (2 * GIGABYTE, 2 * GIGABYTE))
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))

    done = subprocess.run(
        [sys.executable, "-m", "servanda", "status", str(case), "--on", "2024-06-01"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=limits,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1, said[-500:]
    assert "Traceback" not in said and "Servanda's own" not in said, said[-500:]
    for word in words:
        assert word in said, said[-500:]
    return said


# ------------------------------------------------------------------ JSON
DEEP = {
    "lists": "[" * 200_000,
    "objects": '{"a":' * 100_000,
    "closed": "[" * 200_000 + "]" * 200_000,
    "in an event": '{"events": [{"id": "e", "x": ' + "[" * 200_000,
    "in an object": '{"objects": [{"id": "e", "x": ' + '{"x":' * 100_000,
    "beside": '{"other": ' + "[" * 200_000 + "]" * 200_000 + ', "events": []}',
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_json_nested_too_deeply(tmp_path: Path, text: str) -> None:
    (tmp_path / "log.json").write_text(text)
    refused(case_of(tmp_path, "log.json", **OCEL), "E703", "nested deeper than 100")


def test_an_item_of_json_that_is_too_large(tmp_path: Path) -> None:
    long = json.dumps({"objects": [{"id": "a", "type": "x" * (17 << 20)}], "events": []})
    (tmp_path / "log.json").write_text(long)
    refused(case_of(tmp_path, "log.json", **OCEL), "E703", "more than 16 MB")


# ------------------------------------------------------------------ packed files
def bomb(path: Path, start: bytes = b"", unit: bytes = b"a") -> None:
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(start)
        piece = unit * ((1 << 20) // len(unit))
        for _ in range(400):
            file.write(piece)


def test_gzip_that_unpacks_to_a_thousandfold(tmp_path: Path) -> None:
    bomb(tmp_path / "log.csv.gz", b"id,what,at\n")
    refused(case_of(tmp_path, "log.csv.gz"), "E703", "more than 250 times its size")


@pytest.mark.parametrize("start", [b"<log>", b"<log><string key='", b"<log><!--", b""])
def test_a_log_that_unpacks_to_a_thousandfold(tmp_path: Path, start: bytes) -> None:
    bomb(tmp_path / "log.xes.gz", start)
    refused(case_of(tmp_path, "log.xes.gz", **XES), "E703", "more than 250 times its size")


def test_zstd_that_unpacks_to_a_thousandfold(tmp_path: Path) -> None:
    with pa.output_stream(tmp_path / "log.csv.zst", compression="zstd") as file:
        file.write(b"id,what,at\n" + b"a,order,2024-01-01\n" * 10_000_000)
    refused(case_of(tmp_path, "log.csv.zst"), "E703", "more than 250 times its size")


def test_a_spreadsheet_that_unpacks_to_a_thousandfold(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "log.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr("xl/workbook.xml", b" " * (300 << 20))
    refused(case_of(tmp_path, "log.xlsx"), "E703", "more than 250 times its size")


def test_a_trace_that_repeats_a_long_text_in_each_event(tmp_path: Path) -> None:
    with (tmp_path / "log.xes").open("w") as file:
        file.write('<log><trace><string key="concept:name" value="' + "a" * (4 << 20) + '"/>')
        file.write("<event/>" * 100_000 + "</trace></log>")
    refused(case_of(tmp_path, "log.xes", **XES), "E703", "250 times the size")


def test_a_trace_that_repeats_many_attributes_in_each_event(tmp_path: Path) -> None:
    with (tmp_path / "log.xes").open("w") as file:
        file.write("<log><trace>")
        file.write("".join(f'<string key="k{n}" value=""/>' for n in range(1_900)))
        file.write("<event/>" * 5_000 + "</trace></log>")
    refused(case_of(tmp_path, "log.xes", **XES), "E703", "250 times the size")


# ------------------------------------------------------------------ SQLite
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x, x FROM n"
PROGRAMS = {
    "endless view": ("event", f"CREATE VIEW event (ocel_id, ocel_type) AS {ENDLESS}"),
    "view": ("object", "CREATE VIEW object AS SELECT 'a' AS ocel_id, 'parcel' AS ocel_type"),
    "view of a type": (
        "event_order",
        f"CREATE VIEW event_order (ocel_id, ocel_time) AS {ENDLESS}",
    ),
    "view of relations": (
        "event_object",
        "CREATE VIEW event_object AS SELECT a.ocel_id AS ocel_event_id, b.ocel_id AS "
        "ocel_object_id, 'x' AS ocel_qualifier FROM event a, object b, event c, event d",
    ),
    "virtual table": ("object", "CREATE VIRTUAL TABLE object USING fts5(ocel_id, ocel_type)"),
    "computed column": (
        "event_order",
        "CREATE TABLE event_order (ocel_id TEXT, ocel_time TEXT, "
        "x AS (length(printf('%.*c', 9000, 'a'))))",
    ),
}


@pytest.mark.parametrize(("table", "sql"), PROGRAMS.values(), ids=PROGRAMS)
def test_no_program_of_a_database_runs(tmp_path: Path, table: str, sql: str) -> None:
    ocel_sqlite(tmp_path / "log.sqlite", ROWS)
    with sqlite3.connect(tmp_path / "log.sqlite") as base:
        base.execute(f"ALTER TABLE {table} RENAME TO x_{table}")
        base.execute(sql)
        if "TABLE event_order" in sql:
            base.execute("INSERT INTO event_order SELECT ocel_id, ocel_time FROM x_event_order")
    base.close()
    refused(case_of(tmp_path, "log.sqlite", **OCEL), "log.sqlite")


def test_triggers_and_other_views_of_a_database_do_not_matter(tmp_path: Path) -> None:
    ocel_sqlite(tmp_path / "log.sqlite", ROWS)
    with sqlite3.connect(tmp_path / "log.sqlite") as base:
        base.execute(f"CREATE VIEW numbers AS {ENDLESS}")
        base.execute("CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM object; END")
    base.close()
    found = status(case_of(tmp_path, "log.sqlite", **OCEL))
    assert [duty["status"] for duty in found["duties"]] == ["kept"]


# ------------------------------------------------------------------ DuckDB
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd', columns={'l': 'VARCHAR'}, delim='\\x01')",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '/tmp/servanda-outside.csv'",
        "ATTACH '/tmp/servanda-outside.db' AS x",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_csv('https://example.org/a.csv')",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/etc']",
    ],
)
def test_the_engine_that_reads_tables_reads_nothing_else(tmp_path: Path, sql: str) -> None:
    import duckdb

    with connect(tmp_path) as connection, pytest.raises(duckdb.Error):
        connection.execute(sql).fetchall()


NAMES = (
    "__on_local",
    "__on_text",
    "__row",
    "__bad_0",
    "__counts",
    "__reserved_0",
    "__unnamed_1",
    "entry",
    "grade",
    "source",
    "lo",
    "p_id",
    "of",
    "file_row_number",
    "rowid",
    'x"; DROP TABLE x; --',
)


@pytest.mark.parametrize("name", NAMES)
def test_a_column_may_be_called_as_ours_are(tmp_path: Path, name: str) -> None:
    table = pa.table({**{c: [r[n] for r in ROWS] for n, c in enumerate(("id", "what", "at"))}})
    (tmp_path / "log.csv").write_text(
        CSV.replace("at\n", 'at,"' + name.replace('"', '""') + '"\n').replace("Z\n", "Z,5\n")
    )
    found = status(case_of(tmp_path, "log.csv"))
    assert [duty["status"] for duty in found["duties"]] == ["kept"]
    if name != "file_row_number":  # that one DuckDB refuses
        pq.write_table(table.append_column(name, pa.array([5, 6])), tmp_path / "log.parquet")
        found = status(case_of(tmp_path, "log.parquet"))
        assert [duty["status"] for duty in found["duties"]] == ["kept"]


@pytest.mark.parametrize("name", NAMES[:7])
def test_a_reserved_name_of_a_column_is_refused_where_it_is_used(tmp_path: Path, name: str) -> None:
    (tmp_path / "log.csv").write_text(CSV.replace("at\n", f"{name}\n"))
    refused(case_of(tmp_path, "log.csv", at=name), "E708", name, "another name")


# ------------------------------------------------------------------ encodings
@pytest.mark.parametrize(
    "encoding",
    ["utf-7", "EBCDIC-CP-US", "shift_jis", "no-such", "rot13", "zlib", "idna", "unicode_escape"],
)
def test_a_log_in_an_odd_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "log.xes").write_bytes(
        f'<?xml version="1.0" encoding="{encoding}"?><log><trace/></log>'.encode()
    )
    refused(case_of(tmp_path, "log.xes", **XES), "log.xes")


# ------------------------------------------------------------------ other folders
@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside that of the case; nothing is allowed after the test."""
    monkeypatch.setattr(registry, "_ALLOWED", [])
    (tmp_path / "case").mkdir()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "log.csv").write_text(CSV)
    return tmp_path / "logs"


WAYS = ("{}/log.csv", "../logs/log.csv", "{}/l*.csv", "../logs/*.csv", "{}/**/*.csv")


@pytest.mark.parametrize("written", WAYS)
def test_only_who_runs_the_tool_allows_another_folder(apart: Path, written: str) -> None:
    case = case_of(apart.parent / "case", written.format(apart))
    code, text = run_verb("status", case)
    assert code == 1 and "E107" in text and "--allow-folder" in text
    code, text = run_verb("status", case, "--allow-folder", apart)
    assert code == 0 and "performed" in text, text


@pytest.mark.parametrize("written", ["/etc/*", "/**/*.csv", "../../*", "../*/log.csv", "/"])
def test_what_no_folder_allows_is_not_looked_for(apart: Path, written: str) -> None:
    case = case_of(apart.parent / "case", written)
    code, text = run_verb("status", case, "--allow-folder", apart)
    assert code == 1 and "E107" in text, text


def test_a_pattern_does_not_follow_a_link_out(apart: Path) -> None:
    (apart.parent / "case" / "all").symlink_to("/")
    for written in ("all/**/*.csv", "*/**/*.csv", "a*/**/l*.csv"):
        code, text = run_verb("status", case_of(apart.parent / "case", written))
        assert code == 1 and ("E107" in text or "E701" in text), text
