"""`servanda judge`: the verdict table written whole or not at all, and the same as the timeline."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

import servanda
from servanda.cli import app
from servanda.judge import verdict_table

CASES = Path(__file__).resolve().parent.parent / "cases"
AGREEMENT = """
```servanda
agreement Market "Market"
  zone Europe/Amsterdam
party seller, buyer
event order(id: text, size: number), not recorded is taken as not done
event deliver(id: text), not recorded is taken as not done
event inspect(id: text), not recorded is taken as not done
clause 1 "Delivery"
  when order(id: n, size: s):
    seller must deliver(id: n) to buyer within 5 days
clause 2 "Quiet"
  seller must not inspect(any)
```
"""
RECORD = """
```servanda
table "data/*.csv"
  source log
  row is order(id: column id, size: column size) on column at where column kind = "order"
  row is deliver(id: column id) on column at where column kind = "deliver"
  row is inspect(id: column id) on column at where column kind = "inspect"
```
"""
ROWS = '''kind,id,size,at
order,a,3,2024-01-01T10:00
order,"b ""quoted""",2.50,2024-01-02
order,c,,2024-01-03
deliver,a,,2024-01-04
deliver,c,,2024-03-30
inspect,c,,2024-02-01
'''


@pytest.fixture
def market(tmp_path: Path) -> Path:
    folder = tmp_path / "market"
    (folder / "record").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "agreement.md").write_text(AGREEMENT)
    (folder / "record" / "log.md").write_text(RECORD)
    (folder / "data" / "log.csv").write_text(ROWS)
    (folder / "sources.json").write_text('[{"id": "log", "type": "dataset", "title": "log"}]')
    return folder


def run(*args: object) -> str:
    done = CliRunner().invoke(app, ["judge", *map(str, args)])
    assert done.exit_code == 0, done.output
    return done.stdout


BREACHES = {"breach": "{}", "breaches": "[]", "breach_entries": "[]"}


def told(rows: list[dict[str, object]]) -> list[str]:
    """What table and timeline both say of a span, in an order of its own."""
    keys = ("clause", "rule", "kind", "debtor", "creditor", "instance", "status", "final")
    return sorted(repr([(k, r[k]) for k in (*keys, *BREACHES, "from", "until")]) for r in rows)


def read(path: Path) -> list[dict[str, object]]:
    """The rows of a written table, as the timeline has them."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    stamp = "strftime({}, '%Y-%m-%dT%H:%M:%SZ')"
    found = con.execute(
        f'SELECT * REPLACE ({stamp.format(chr(34) + "from" + chr(34))} AS "from", '
        f"{stamp.format('until')} AS until) FROM '{path}'"
    )
    names = [d[0] for d in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [
        r
        | {"instance": json.loads(r["instance"])}
        | {key: json.loads(r[key] or nothing) for key, nothing in BREACHES.items()}
        for r in rows
    ]


@pytest.mark.parametrize("name", ["sale", "ceasefire", "jcpoa"])
def test_the_table_says_what_the_timeline_says(name: str, tmp_path: Path) -> None:
    case = servanda.open(CASES / name)
    out = tmp_path / "verdicts.parquet"
    run(CASES / name, "-o", out)
    timeline = case.timeline().to_dicts()
    for row in timeline:
        for end in ("from", "until"):
            if row[end] is not None:
                at = case.tick(row[end].replace("Z", "+00:00")) >> 6
                row[end] = duckdb.execute(
                    f"SELECT strftime(make_timestamp({at}), '%Y-%m-%dT%H:%M:%SZ')"
                ).fetchall()[0][0]
    assert told(read(out)) == told(timeline)


def test_rows_of_tables_open_and_close_spans(market: Path, tmp_path: Path) -> None:
    out = tmp_path / "verdicts.csv"
    answer = json.loads(run(market, "--on", "2024-04-01", "-o", out, "--summary", "--json"))
    counts = [
        [c[k] for k in ("clause", "status", "outcome", "instances")] for c in answer["counts"]
    ]
    assert counts == [
        ["1", "broken", None, 1],
        ["1", "cured", "cured", 1],
        ["1", "kept", "kept", 1],
        ["2", "broken", None, 1],
    ]
    with out.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == answer["rows"] == 9
    assert {json.loads(r["instance"]).get("n") for r in rows} == {None, "a", 'b "quoted"', "c"}
    assert {json.loads(r["instance"]).get("s") for r in rows} == {None, 3, 2.5}
    kept = [(r["trigger"], r["entries"], r["closed_by"]) for r in rows if r["status"] == "kept"]
    assert ("log:1", '["log:4"]', "[]") in kept
    (due,) = [r for r in rows if r["status"] == "due" and r["trigger"] == "log:1"]
    assert (due["entries"], due["closed_by"]) == ('["log:1"]', '["log:4"]')
    assert [due["from"], due["until"]] == ["2024-01-01 09:00:00+00", "2024-01-03 23:00:00+00"]
    (breach,) = [r["breach"] for r in rows if r["clause"] == "2" and r["status"] == "broken"]
    assert json.loads(breach) == {"id": "c"}


def test_all_violations_of_one_instant_are_told(market: Path, tmp_path: Path) -> None:
    with (market / "data" / "log.csv").open("a") as log:
        log.write(
            'inspect,"b ""quoted""",,2024-02-01\ninspect,,,2024-02-01\ninspect,d,,2024-02-02\n'
        )
    out = tmp_path / "verdicts.parquet"
    run(market, "--on", "2024-04-01", "-o", out)
    table = [r for r in read(out) if r["status"] == "broken" and r["clause"] == "2"]
    timeline = [
        r for r in servanda.open(market).timeline(on="2024-04-01", clause="2") if r["breaches"]
    ]
    both = [sorted(repr([r[k] for k in BREACHES]) for r in rows) for rows in (table, timeline)]
    assert both[0] == both[1]
    first, second = timeline
    assert first["breaches"] == [{"id": "c"}, {"id": 'b "quoted"'}, {"id": None}]
    assert first["breach_entries"] == ["log:6", "log:7", "log:8"]
    assert (first["breach"], second["breaches"]) == ({"id": "c"}, [{"id": "d"}])
    for rows in (table, timeline):
        opened = sorted((r["breach_entries"], r["closed_by"]) for r in rows)
        assert [r["entries"] for r in sorted(rows, key=lambda r: r["breach_entries"])] == [
            breach_entries for breach_entries, _ in opened
        ]
        assert [closed for _, closed in opened] == [["log:9"], []]


def test_python_gets_a_stream(market: Path) -> None:
    stream = servanda.open(market).verdicts(on="2024-04-01").reader()
    table = stream.read_all()
    assert table.num_rows == 9
    assert str(table.schema.field("from").type) == "timestamp[us, tz=UTC]"
    assert table.schema.names == list(stream.schema.names)


def test_a_case_without_duties_still_has_its_columns(tmp_path: Path) -> None:
    (tmp_path / "a.sv").write_text('agreement A "A"\nparty p\n')
    run(tmp_path, "--on", "2024-01-01", "-o", tmp_path / "v.parquet")
    assert read(tmp_path / "v.parquet") == []
    assert "no duties" in run(tmp_path, "--on", "2024-01-01")


def test_an_interrupted_table_leaves_nothing(
    market: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out" / "verdicts.parquet"
    out.parent.mkdir()
    out.write_text("as it was")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    judged = servanda.open(market).judgement(on="2024-04-01")
    with pytest.raises(KeyboardInterrupt):
        verdict_table.write(judged, out)
    assert [p.name for p in out.parent.iterdir()] == [out.name]
    assert out.read_text() == "as it was"


@pytest.mark.parametrize("name", ["verdicts.xlsx", "nowhere/verdicts.csv", "verdicts"])
def test_a_file_that_cannot_be_is_refused_at_once(name: str, market: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["judge", str(market), "-o", str(tmp_path / name)])
    assert done.exit_code == 2
    assert not list(tmp_path.glob("**/verdicts*"))
    assert "Traceback" not in done.output


def test_what_is_too_much_to_look_at_is_pointed_to_judge(
    market: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("servanda.explain.judged_case.MOST_SPANS", 8)
    done = CliRunner().invoke(app, ["timeline", str(market), "--on", "2024-04-01"])
    assert done.exit_code == 2
    assert "servanda judge" in done.output
    monkeypatch.setattr("servanda.explain.judged_case.MOST_SPANS", 9)
    assert len(servanda.open(market).timeline(on="2024-04-01")) == 9


def test_several_accounts_share_a_table(tmp_path: Path) -> None:
    case = servanda.open(CASES / "jcpoa")
    out, one = tmp_path / "all.parquet", tmp_path / "one.parquet"
    two = list(case.accounts[:2])
    asked = ["--account", two[1], "--account", two[0], "--summary", "--json", "-o", out]
    answer = json.loads(run(CASES / "jcpoa", *asked))
    assert answer["accounts"] == two[::-1]
    assert {count["account"] for count in answer["counts"]} == set(two)
    rows = read(out)
    assert len(rows) == answer["rows"]
    for name in two:
        run(CASES / "jcpoa", "--account", name, "-o", one)
        assert told(read(one)) == told([r for r in rows if r["account"] == name])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all.parquet", "one.parquet"]
    everyone = json.loads(run(CASES / "jcpoa", "--account", "all", "--json"))
    assert everyone["accounts"] == list(case.accounts)
