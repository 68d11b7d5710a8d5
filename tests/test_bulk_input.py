"""Bulk records through the command line: what is read, what is refused, and where it says so."""

from __future__ import annotations

import gzip
import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather
from typer.testing import CliRunner

from servanda.cli import app

CASE = """agreement Bulk "Bulk input"
  zone UTC
party shop
event order(id: text), not recorded is taken as not done
event deliver(by: party, id: text), not recorded is taken as not done
clause 1 "Delivery"
  when order(n):
    shop must deliver(n) within 5 days
"""


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def case_with(folder: Path, lines: str) -> Path:
    (folder / "case.sv").write_text(CASE + lines)
    return folder / "case.sv"


def status(case: Path, *words: str) -> dict[str, Any]:
    code, text = run("status", case, "--json", *words)
    assert code == 0, text
    found: dict[str, Any] = json.loads(text)
    return found


# ------------------------------------------------------------------ the day a question is about
def test_the_last_day_is_that_of_the_tables(tmp_path: Path) -> None:
    case = case_with(tmp_path, 'table "o.csv"\n  row is order(id: column id) on column day\n')
    (tmp_path / "o.csv").write_text("id,day\na,2024-03-01\nb,2024-01-01\n")
    assert status(case)["on"] == "2024-03-01"
    (tmp_path / "case.sv").write_text(case.read_text() + '2024-04-01 order("c")\n')
    assert status(case)["on"] == "2024-04-01"


def test_an_empty_record_has_no_last_day(tmp_path: Path) -> None:
    case = case_with(tmp_path, 'table "o.csv"\n  row is order(id: column id) on column day\n')
    (tmp_path / "o.csv").write_text("id,day\n")
    code, text = run("status", case)
    assert code == 2
    assert "nothing is recorded" in text and "--on" in text
    assert status(case, "--on", "2024-01-01")["on"] == "2024-01-01"


# ------------------------------------------------------------------ sources
def test_rows_have_the_sources_of_their_table_and_their_own(tmp_path: Path) -> None:
    case = case_with(
        tmp_path,
        'table "o.csv"\n  source log\n  row is order(id: column id) on column day\n'
        'table "d.csv"\n  row is deliver(by: shop, id: column id) on column day '
        "source column src\n",
    )
    (tmp_path / "o.csv").write_text("id,day\na,2024-01-01\nb,2024-01-01\n")
    (tmp_path / "d.csv").write_text("id,day,src\na,2024-01-02,courier\nb,2024-01-02,\n")
    (tmp_path / "sources.json").write_text(
        json.dumps([{"id": id, "type": "document", "title": id} for id in ("log", "courier")])
    )
    one, two = status(case)["duties"]
    assert (one["entries"], one["sources"]) == (["o:1", "d:1"], ["log", "courier"])
    assert (two["entries"], two["sources"]) == (["o:2", "d:2"], ["log"])


# ------------------------------------------------------------------ formats
def mapped(file: str, id: str = "id", at: str = "at", what: str = "what", head: str = "") -> str:
    return (
        f'table "{file}"{head}\n'
        f'  row is order(id: column "{id}") on column "{at}" where column "{what}" = "order"\n'
        f'  row is deliver(by: shop, id: column "{id}") on column "{at}" '
        f'where column "{what}" = "deliver"\n'
    )


ROWS = [
    ("a", "order", "2024-01-01T10:00:00Z"),
    ("b", "order", "2024-01-02T10:00:00Z"),
    ("a", "deliver", "2024-01-04T10:00:00Z"),
    ("b", "deliver", "2024-01-10T10:00:00Z"),
    ("c", "order", "2024-01-10T10:00:00Z"),
]
CSV = "id,what,at\n" + "".join(",".join(row) + "\n" for row in ROWS)
ANSWER = [("a", "kept"), ("b", "cured"), ("c", "due")]


def xes(rows: list[tuple[str, str, str]], head: str = '<?xml version="1.0"?>\n') -> str:
    """A trace for each id, its events in the order of the rows."""
    text = head + '<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n'
    text += '<global scope="event"><string key="concept:name" value="none"/></global>\n'
    for id in dict.fromkeys(row[0] for row in rows):
        text += f'<trace><string key="concept:name" value="{id}"/>\n'
        for _, what, at in (row for row in rows if row[0] == id):
            text += (
                f'<event><string key="concept:name" value="{what}"><int key="x" value="1"/>'
                f'</string><date key="time:timestamp" value="{at}"/>'
                '<list key="l"><values/></list></event>\n'
            )
        text += "</trace>\n"
    return text + "</log>\n"


def ocel(rows: list[tuple[str, str, str]]) -> dict[str, Any]:
    ids = dict.fromkeys(row[0] for row in rows)
    return {
        "objectTypes": [{"name": "parcel", "attributes": []}],
        "eventTypes": [],
        "objects": [{"id": id, "type": "parcel"} for id in ids] + [{"id": "s", "type": "shop"}],
        "events": [
            {
                "id": f"e{n}",
                "type": what,
                "time": at,
                "attributes": [{"name": "weight", "value": 1.5}],
                "relationships": [
                    {"objectId": id, "qualifier": "sent"},
                    {"objectId": "s", "qualifier": "sender"},
                ],
            }
            for n, (id, what, at) in enumerate(rows)
        ],
    }


def ocel_sqlite(path: Path, rows: list[tuple[str, str, str]]) -> None:
    with sqlite3.connect(path) as base:
        base.executescript(
            "CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);"
            "CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);"
            "CREATE TABLE event_object (ocel_event_id, ocel_object_id, ocel_qualifier);"
            "CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);"
            "CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);"
            "CREATE TABLE event_order (ocel_id TEXT, ocel_time TEXT, number INTEGER);"
            "CREATE TABLE event_deliver (ocel_id TEXT, ocel_time TEXT, number INTEGER);"
        )
        for what in ("order", "deliver"):
            base.execute("INSERT INTO event_map_type VALUES (?, ?)", (what, what))
        for id in dict.fromkeys(row[0] for row in rows):
            base.execute("INSERT INTO object VALUES (?, 'parcel')", (id,))
        for n, (id, what, at) in enumerate(rows):
            base.execute("INSERT INTO event VALUES (?, ?)", (f"e{n}", what))
            base.execute(f"INSERT INTO event_{what} VALUES (?, ?, ?)", (f"e{n}", at, 2**53 + 1))
            base.execute("INSERT INTO event_object VALUES (?, ?, 'sent')", (f"e{n}", id))
    base.close()


def ocel_xml(rows: list[tuple[str, str, str]]) -> str:
    text = '<?xml version="1.0"?>\n<log><object-types/><event-types/><objects>\n'
    for id in dict.fromkeys(row[0] for row in rows):
        text += f'<object id="{id}" type="parcel"><attributes/></object>\n'
    text += "</objects><events>\n"
    for n, (id, what, at) in enumerate(rows):
        text += (
            f'<event id="e{n}" type="{what}" time="{at}">'
            f'<attributes><attribute name="note">a &amp; b</attribute></attributes>'
            f'<objects><relationship object-id="{id}" qualifier="sent"/></objects></event>\n'
        )
    return text + "</events></log>\n"


def arrow(rows: list[tuple[str, str, str]]) -> pa.Table:
    names = ("id", "what", "at")
    table = pa.table({name: [row[n] for row in rows] for n, name in enumerate(names)})
    times = pa.array([datetime.fromisoformat(row[2]) for row in rows], pa.timestamp("us", "UTC"))
    return table.set_column(2, "at", times)


XES_LINES = {"id": "case:concept:name", "at": "time:timestamp", "what": "concept:name"}
OCEL_LINES = {"id": "ocel:type:parcel", "at": "ocel:timestamp", "what": "ocel:activity"}


def write_log(folder: Path, name: str, rows: list[tuple[str, str, str]]) -> str:
    """A log in the format of its name; the lines that map it."""
    path = folder / name
    path.unlink(missing_ok=True)
    text = "id,what,at\n" + "".join(",".join(row) + "\n" for row in rows)
    suffix = name.partition(".")[2]
    if suffix.startswith("csv"):
        packing = {"csv": None, "csv.gz": "gzip", "csv.zst": "zstd"}[suffix]
        with pa.output_stream(path, compression=packing) as file:
            file.write(text.encode())
        return mapped(name)
    if suffix == "parquet":
        pq.write_table(arrow(rows), path)
    elif suffix == "feather":
        feather.write_feather(arrow(rows), path, chunksize=2)
    elif suffix == "arrow":
        with pa.ipc.new_file(path, arrow(rows).schema) as file:
            file.write(arrow(rows))
    elif suffix.startswith("xes"):
        data = xes(rows).encode()
        path.write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
        return mapped(name, **XES_LINES)
    else:
        if suffix == "json":
            path.write_text(json.dumps(ocel(rows)))
        elif suffix == "sqlite":
            ocel_sqlite(path, rows)
        else:
            path.write_text(ocel_xml(rows))
        return mapped(name, **OCEL_LINES)
    return mapped(name)


FORMATS = (
    "log.csv",
    "log.csv.gz",
    "log.csv.zst",
    "log.parquet",
    "log.feather",
    "log.arrow",
    "log.xes",
    "log.xes.gz",
    "log.json",
    "log.sqlite",
    "log.xml",
)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_answer(tmp_path: Path, name: str) -> None:
    case = case_with(tmp_path, write_log(tmp_path, name, ROWS))
    found = status(case)
    assert found["on"] == "2024-01-10"
    assert [(d["instance"]["n"], d["status"]) for d in found["duties"]] == ANSWER
    assert all(entry.startswith("log:") for d in found["duties"] for entry in d["entries"])
    case = case_with(tmp_path, write_log(tmp_path, name, ROWS[::-1]))
    assert {(d["instance"]["n"], d["status"]) for d in status(case)["duties"]} == set(ANSWER)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_ends_early_is_refused(tmp_path: Path, name: str, kept: float) -> None:
    rows = [(f"i{n}", "order", f"2024-01-01T10:{n % 60:02}:00Z") for n in range(3000)]
    lines = write_log(tmp_path, name, rows)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * kept)])
    case = case_with(tmp_path, lines)
    code, text = run("status", case)
    assert code == 1, text
    assert f"`{name}`" in text
    assert "Servanda's own" not in text and str(tmp_path) not in text.replace(str(case), "")


@pytest.mark.parametrize("name", ["log.xes", "log.json", "log.sqlite", "log.xml"])
@pytest.mark.parametrize("at_once", [1, 2, 3, 5, 6])
def test_logs_are_read_in_parts_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, at_once: int
) -> None:
    """Parts as large as the log, larger, smaller, and that divide it."""
    monkeypatch.setattr("servanda.record.tables.scratch.ROWS_AT_ONCE", at_once)
    case = case_with(tmp_path, write_log(tmp_path, name, ROWS))
    assert {(d["instance"]["n"], d["status"]) for d in status(case)["duties"]} == set(ANSWER)


# ------------------------------------------------------------------ what is refused
def refused(case: Path, *words: str) -> str:
    """What `status` says of a case at fault: no traceback, no guess, no full paths."""
    code, text = run("status", case)
    assert code == 1, text
    assert "Servanda's own" not in text and "Traceback" not in text
    for word in words:
        assert word in text, text
    return text


LAUGHS = '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
OUTSIDE = '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'
EVENT = '<event><date key="time:timestamp" value="2024-01-01T10:00:00Z"/></event>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (xes(ROWS, LAUGHS).replace('"a"', '"&b;"'), ("line 1", "document type", "take it out")),
        (xes(ROWS, OUTSIDE).replace('"a"', '"&x;"'), ("line 1", "document type")),
        ('<!DOCTYPE log SYSTEM "http://example.org/x.dtd">\n' + xes(ROWS), ("document type",)),
        (xes(ROWS).replace('"a"', '"&nothing;"'), ("line 4", "undefined entity")),
        (xes(ROWS).replace("</trace>", ""), ("line 8", "`<trace>` is no attribute of XES")),
        (xes(ROWS).replace("</event>", ""), ("line 6", "`<event>` is no attribute of XES")),
        (xes(ROWS).replace("</trace>", "</event>"), ("not well-formed", "mismatched tag")),
        ("<html><body/></html>", ("line 1", "first element is `html`", "<log")),
        ("not xml", ("line 1", "not well-formed")),
        ("<log></log>", ("no event in this log",)),
        (f"<log><trace>{EVENT}<string key='x' value='1'/></trace></log>", ("after an event",)),
        (xes(ROWS).replace(' value="a"', ""), ("line 4", "has no value")),
        (
            xes(ROWS).replace("date key", "datum key"),
            ("line 5", "`<datum>` is no attribute of XES"),
        ),
        (xes(ROWS).replace("time:timestamp", "concept:name"), ("has `concept:name` twice",)),
        (
            xes(ROWS).replace("2024-01-10T", "2024-02-30T"),
            ("`2024-02-30T10:00:00Z` is not a date",),
        ),
        (xes(ROWS).replace("2024-01-10T", "9999-01-10T"), ("line 10", "out of range")),
        (xes(ROWS).replace("10:00:00Z", "10:00:00", 1), ("line 5", "no offset", "others have one")),
        (
            xes(ROWS).replace("case:", "").replace("time:timestamp", "Time"),
            ("no column `time:time",),
        ),
        (
            f"<log><string key='x' value='{'y' * 18_000_000}'/>{EVENT}</log>",
            ("16 MB in one piece",),
        ),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_logs_in_xes_that_cannot_be(
    tmp_path: Path, text: str, words: tuple[str, ...], packed: bool
) -> None:
    name = "log.xes.gz" if packed else "log.xes"
    (tmp_path / name).write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    refused(case_with(tmp_path, mapped(name, **XES_LINES)), f"`{name}`", *words)


def changed(**of_first: object) -> str:
    log = ocel(ROWS)
    log["events"][0] |= of_first
    return json.dumps(log)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (changed(relationships=[{"objectId": "z", "qualifier": "sent"}]), ("`e0`", "object `z`")),
        (changed(id="e1"), ("event 1", "2 events have the id `e1`")),
        (changed(id=None), ("event 1 has no id",)),
        (changed(id={"a": 1}), ("not an OCEL 2.0 log", "`id`")),
        (changed(time=None), ("row 1", "the date is missing")),
        (changed(time="2024-13-01T00:00:00Z"), ("row 1", "`2024-13-01T00:00:00Z` is not a date")),
        (changed(relationships="many"), ("not an OCEL 2.0 log",)),
        (changed(attributes=[{"name": "x", "value": float("nan")}]), ("this is not JSON",)),
        (changed(attributes=[{"name": "x", "value": float("inf")}]), ("this is not JSON",)),
        (changed(attributes=[{"name": "ocel:eid", "value": 1}]), ("a name that OCEL uses itself",)),
        (
            changed(relationships=[{"objectId": id, "qualifier": "sent"} for id in "ab"]),
            ("row 1", "column `ocel:type:parcel` has 2 objects", "`each`"),
        ),
        ('{"ocel:events": {}}', ("not an OCEL 2.0 log", "`objects`")),
        ("[1, 2]", ("not an OCEL 2.0 log",)),
        ("{]", ("not JSON",)),
    ],
)
def test_logs_in_ocel_that_cannot_be(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    (tmp_path / "log.json").write_text(text)
    refused(case_with(tmp_path, mapped("log.json", **OCEL_LINES)), "`log.json`", *words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DROP TABLE event_object", ("not an OCEL 2.0 log", "no table `event_object`")),
        ("DROP TABLE event_order", ("no table `event_order`",)),
        ("DELETE FROM object WHERE ocel_id = 'b'", ("whose object `b` is missing",)),
        ("DELETE FROM event_order WHERE ocel_id = 'e1'", ("`event` has 5 rows", "4")),
        ("UPDATE event_object SET ocel_event_id = 'z' WHERE rowid = 1", ("event `z` is missing",)),
        ("UPDATE event_order SET ocel_time = 9e999", ("row 1", "`Inf` is not a date")),
        ("ALTER TABLE event_order DROP COLUMN ocel_time", ("no `ocel_time`",)),
    ],
)
def test_databases_that_are_no_log(tmp_path: Path, change: str, words: tuple[str, ...]) -> None:
    lines = write_log(tmp_path, "log.sqlite", ROWS)
    with sqlite3.connect(tmp_path / "log.sqlite") as base:
        base.executescript(change)
    base.close()
    before = sorted(tmp_path.iterdir())
    refused(case_with(tmp_path, lines), "`log.sqlite`", *words)
    assert sorted(tmp_path.iterdir()) == sorted({*before, tmp_path / "case.sv"})


def test_each_is_said_of_objects_only(tmp_path: Path) -> None:
    lines = write_log(tmp_path, "log.csv", ROWS).replace('.csv"', '.csv" each parcel')
    refused(case_with(tmp_path, lines), "`each parcel` is for a log with objects")
    lines = write_log(tmp_path, "log.json", ROWS).replace('.json"', '.json" each parsel')
    refused(case_with(tmp_path, lines), "no object of this log has the type `parsel`", "`parcel`")


def test_each_object_has_a_row(tmp_path: Path) -> None:
    log = ocel(ROWS)
    log["events"][0]["relationships"] += [{"objectId": "d", "qualifier": "sent too"}]
    log["objects"].append({"id": "d", "type": "parcel"})
    (tmp_path / "log.json").write_text(json.dumps(log))
    lines = mapped("log.json", **OCEL_LINES, head=" each parcel")
    found = status(case_with(tmp_path, lines))["duties"]
    assert [(d["instance"]["n"], d["status"]) for d in found] == [
        ("a", "kept"),
        ("d", "broken"),
        ("b", "cured"),
        ("c", "due"),
    ]
    assert found[1]["entries"] == ["log.parcel:2"]


@pytest.mark.parametrize("name", ["log.parquet", "log.csv", "log.xes", "log.json", "log.feather"])
def test_a_file_of_another_kind(tmp_path: Path, name: str) -> None:
    lines = write_log(tmp_path, name, ROWS)
    (tmp_path / name).write_bytes(bytes(range(256)) * 64)
    refused(case_with(tmp_path, lines), f"`{name}`")
    (tmp_path / name).write_bytes(b"")
    refused(case_with(tmp_path, lines), f"`{name}`", "empty")


def test_a_pattern_that_matches_nothing(tmp_path: Path) -> None:
    refused(case_with(tmp_path, mapped("logs/*.csv.gz")), "there is no file `logs/*.csv.gz`")


def test_a_pattern_reads_every_file_of_every_kind(tmp_path: Path) -> None:
    case = case_with(tmp_path, mapped("log*.*"))
    pq.write_table(arrow(ROWS[:2]), tmp_path / "log1.parquet")
    feather.write_feather(arrow(ROWS[2:4]), tmp_path / "log2.feather")
    (tmp_path / "log3.csv").write_text("id,what,at\n" + ",".join(ROWS[4]) + "\n")
    found = status(case)["duties"]
    assert [(d["instance"]["n"], d["status"]) for d in found] == ANSWER
    assert found[1]["entries"] == ["log1:2", "log2:2"]


# ------------------------------------------------------------------ rules
LARGE = 2**53 + 1


def test_whole_numbers_past_2_to_53_keep_every_digit(tmp_path: Path) -> None:
    rows = [(str(LARGE), *ROWS[0][1:]), (str(LARGE - 1), *ROWS[2][1:])]
    at = [datetime.fromisoformat(row[2]) for row in rows]
    pq.write_table(
        pa.table({"id": [LARGE, LARGE - 1], "what": [row[1] for row in rows], "at": at}),
        tmp_path / "log.parquet",
    )
    log = ocel(rows)
    for n, event in enumerate(log["events"]):
        event["attributes"] = [{"name": "number", "value": LARGE - n}]
    (tmp_path / "log.json").write_text(json.dumps(log))
    for name, lines in (
        ("log.parquet", mapped("log.parquet")),
        ("log.json", mapped("log.json", **OCEL_LINES | {"id": "number"})),
        ("log.csv", write_log(tmp_path, "log.csv", rows)),
        ("log.xes", write_log(tmp_path, "log.xes", rows)),
    ):
        (duty,) = status(case_with(tmp_path, lines), "--on", "2024-02-01")["duties"]
        assert (duty["instance"]["n"], duty["status"]) == (str(LARGE), "broken"), name


@pytest.mark.parametrize("value", [float(2**53 + 2), 1e300, float("nan"), float("inf")])
def test_floats_are_no_ids_where_they_may_be_rounded(tmp_path: Path, value: float) -> None:
    at = [datetime.fromisoformat(row[2]) for row in ROWS[:2]]
    table = pa.table({"id": [7.0, value], "what": ["order", "order"], "at": at})
    pq.write_table(table, tmp_path / "log.parquet")
    case = case_with(tmp_path, mapped("log.parquet"))
    refused(case, "`log.parquet`, row 2", "is a float", "keep ids as text")
    pq.write_table(table.slice(0, 1), tmp_path / "log.parquet")
    assert status(case)["duties"][0]["instance"] == {"n": "7"}


def test_a_key_that_is_not_said_is_nobodys(tmp_path: Path) -> None:
    """A row with an empty key is a fact all the same: its duty arises, and what has no key either
    may have performed it."""
    case = case_with(tmp_path, mapped("log.csv"))
    (tmp_path / "log.csv").write_text(
        "id,what,at\n,order,2024-01-01\n,deliver,2024-01-02\na,order,2024-01-01\n"
        "a,deliver,2024-01-02\n"
    )
    one, two = sorted(status(case, "--on", "2024-02-01")["duties"], key=lambda d: d["entries"])
    assert (one["instance"], one["status"], one["entries"]) == (
        {"n": None},
        "unknown",
        ["log:1", "log:2"],
    )
    assert two["status"] == "kept"
    with_id = mapped("log.csv").replace('"at" where', '"at" id column "id" where')
    refused(case_with(tmp_path, with_id), "line 2", "the id is missing")


@pytest.mark.parametrize("name", ["log.csv", "log.parquet", "log.xes", "log.json"])
def test_every_row_counts_once_and_ids_refuse_duplicates(tmp_path: Path, name: str) -> None:
    lines = write_log(tmp_path, name, [*ROWS, ROWS[1], ROWS[3]])
    found = status(case_with(tmp_path, lines))["duties"]
    counted = [(d["instance"]["n"], d["status"]) for d in found]
    assert sorted(counted) == sorted([*ANSWER, ("b", "cured")])
    assert len({tuple(d["entries"]) for d in found}) == 4
    id = XES_LINES["id"] if name.endswith("xes") else OCEL_LINES["id"]
    id = id if name.endswith(("xes", "json")) else "id"
    lines = lines.replace(" where", f' id column "{id}" where')
    at = "line" if name.endswith(("csv", "xes")) else "row"
    refused(case_with(tmp_path, lines), f"`{name}`, {at} ", "stands in 2 rows")


@pytest.mark.parametrize("kind", ["ms", "us"])
@pytest.mark.parametrize("ticks", [2**62, -(2**62), 2**63 - 1, -(2**63) + 1])
def test_times_past_every_calendar(tmp_path: Path, kind: str, ticks: int) -> None:
    at = pa.array([ticks], pa.int64()).cast(pa.timestamp(kind))
    table = pa.table({"id": ["a"], "what": ["order"], "at": at})
    pq.write_table(table, tmp_path / "log.parquet")
    refused(case_with(tmp_path, mapped("log.parquet")), "`log.parquet`")


# ------------------------------------------------------------------ why
@pytest.mark.parametrize("most", [100_000, 3])
def test_why_says_what_rows_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Also of a table too large to be read whole: the rows of the instance asked about."""
    monkeypatch.setattr("servanda.judge.visible_facts.MOST_ROWS", most)
    case = case_with(tmp_path, write_log(tmp_path, "log.xes", ROWS))
    code, text = run("why", case, "1", "--on", "2024-01-09")
    assert code == 0
    assert "It arose from entry log:1: order(id: a), done 2024-01-01T10:00:00Z" in text
    assert "Its window opened on 2024-01-01T10:00:00Z" in text


def test_a_reading_in_a_table_is_named(tmp_path: Path) -> None:
    case = case_with(
        tmp_path,
        "measure stock(of: party) in kg\nclause 2\n  shop must keep stock <= 9 kg\n"
        'table "s.csv"\n  row is stock of shop = column kg in kg on column day\n',
    )
    (tmp_path / "s.csv").write_text("day,kg\n2024-01-01,5\n2024-01-02,10\n")
    assert status(case)["duties"][0]["entries"] == ["s:2"]
