"""The charts: what is drawn is what was judged, and nothing in a text can run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import servanda
from servanda.present.charts import themes
from servanda.present.charts.chart import Chart
from servanda.vocabulary.statuses import word

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def sale() -> servanda.Case:
    return servanda.open(ROOT / "cases" / "sale")


def charts_of(case: servanda.Case) -> list[Chart]:
    drawn = [case.chart_timeline(), case.chart_board(), case.chart_counts()]
    return [*drawn, *case.chart_measures()]


def values(spec: Any) -> list[dict[str, Any]]:
    """Every row of data in a spec."""
    found: list[dict[str, Any]] = []
    if isinstance(spec, dict):
        found += spec.get("data", {}).get("values", []) if "data" in spec else []
        for part in spec.values():
            found += values(part)
    elif isinstance(spec, list):
        for part in spec:
            found += values(part)
    return found


def test_every_spec_is_vega_lite_and_every_svg_is_xml(sale: servanda.Case) -> None:
    for chart in charts_of(sale):
        chart.altair().to_dict()  # Altair holds it against the schema
        root = ElementTree.fromstring(chart.svg())
        assert root.tag == f"{SVG}svg"
        assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"], chart.name
        assert root.find(f"{SVG}title").text == chart.title  # type: ignore[union-attr]
        assert chart.png()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_chart_of_nothing_has_a_height(tmp_path: Path) -> None:
    """A legend without a word gave a picture of a limit without a reading an infinite height."""
    (tmp_path / "case.sv").write_text(
        'agreement X "x"\n  record closed 2024-12-31\nparty A\nmeasure load(of: party) in kg\n'
        "clause 1\n  A must keep load <= 5 kg\n2024-06-01 load of A = 3 kg\n",
        encoding="utf-8",
    )
    case = servanda.open(tmp_path / "case.sv")
    on = "2024-03-01"
    drawn = [case.chart_timeline(on=on), case.chart_board(on=on), case.chart_counts(on=on)]
    measured = case.chart_measures(on=on)
    assert "no readings up to 2024-03-01" in measured[0].text
    for chart in (*drawn, *measured):
        for each in (chart, chart.narrow()):
            box = ElementTree.fromstring(each.svg()).attrib["viewBox"].split()
            assert max(map(float, box)) < 2000, chart.name


def test_the_timeline_draws_each_span_of_the_rows(sale: servanda.Case) -> None:
    account = sale.accounts[0]
    chart = sale.chart_timeline(account=account)
    spans = [
        (r["clause"], word(r["status"], r["kind"], r["outcome"]), r["from"])
        for r in sale.timeline(account=account)
        if r["kind"] != "may" and r["from"] is not None and "period" not in r["instance"]
    ]
    told = {(row[0], row[3], row[4]) for row in chart.rows}
    assert len(spans) > 4
    for clause, status, from_ in spans:
        assert (clause, status, from_[:10]) in told


def test_broken_spans_are_marked(sale: servanda.Case) -> None:
    chart = sale.chart_timeline()
    broken = sum(row[3] == word("broken") for row in chart.rows)
    marks = [v for v in values(chart.spec) if v.get("mark") == "a breach begins"]
    assert broken and len(marks) == broken


def test_the_counts_are_those_of_status(sale: servanda.Case) -> None:
    account = sale.accounts[0]
    last = [row for row in sale.chart_counts(account=account).rows][-1]
    columns = sale.chart_counts(account=account).columns
    rows = sale.status(account=account)
    for status, count in zip(columns[2:], last[2:], strict=True):
        assert int(count) == sum(r["status"] == status for r in rows), status


def test_dark_is_the_same_picture_in_other_colours(sale: servanda.Case) -> None:
    chart = sale.chart_board()
    light, dark = json.dumps(chart.vegalite("light")), json.dumps(chart.vegalite("dark"))
    used = [c for c in themes.EVERY if f'"{c.light}"' in light]
    assert len(used) > 5
    for colour in used:
        assert light.count(f'"{colour.light}"') == dark.count(f'"{colour.dark}"')


def test_no_two_names_of_rows_touch(sale: servanda.Case) -> None:
    """Names stand one below another, at least their own height apart."""
    svg = sale.chart_timeline().svg()
    places = re.findall(
        r'<text text-anchor="start" transform="translate\((-[\d.]+),([\d.]+)\)', svg
    )
    heights: dict[str, list[float]] = {}
    for x, y in places:
        heights.setdefault(x, []).append(float(y))
    assert heights
    for found in heights.values():
        apart = [b - a for a, b in zip(sorted(found), sorted(found)[1:], strict=False)]
        assert all(gap >= 12 for gap in apart)


HOSTILE = "<script>alert(1)</script>"


def test_hostile_text_is_shown_and_never_run(tmp_path: Path) -> None:
    (tmp_path / "case.sv").write_text(
        f'agreement X "{HOSTILE}"\nparty A, B\n'
        "measure load(of: party) in kg\n"
        "event pay(by: party, id: text), not recorded is taken as not done\n"
        "clause 1\n  when pay(by: A, id: n):\n    B must pay(id: n) within 3 days\n"
        "clause 2\n  A must keep load <= 5 kg\n"
        f'2024-01-01 A pays(id: "\u202e{HOSTILE}")\n'
        + "2024-01-02 load of A = 7 kg\n2024-02-01 load of A <= 4 kg\n",
        encoding="utf-8",
    )
    case = servanda.open(tmp_path / "case.sv")
    assert not case.check().errors, case.check().errors
    found = charts_of(case)
    for chart in found:
        for text in (chart.svg(), chart.figure()):
            assert "<script" not in text and "\u202e" not in text
            ElementTree.fromstring(chart.svg())
    assert "⟨U+202E⟩" in found[0].svg()


def test_what_is_stale_is_empty(tmp_path: Path) -> None:
    (tmp_path / "case.sv").write_text(
        'agreement X "x"\n  record closed 2024-12-31\nparty A\n'
        "measure load(of: party) in kg, each figure valid for 30 days\n"
        "clause 1\n  A must keep load <= 5 kg\n"
        "2024-01-01 load of A = 3 kg, verified by A\n2024-06-01 load of A <= 4 kg, declared by A\n"
        "2024-07-15 load of A between 1 kg and 2 kg  estimated by A\n",
        encoding="utf-8",
    )
    case = servanda.open(tmp_path / "case.sv")
    (chart,) = case.chart_measures()
    lines = [v for v in values(chart.spec) if "wide" in v]
    assert sorted((v["from"][:10], v["until"][:10], v["high"]) for v in lines) == [
        ("2024-01-01", "2024-01-31", 3.0),
        ("2024-06-01", "2024-07-01", 4.0),
        ("2024-07-15", "2024-08-14", 2.0),
    ]
    grades = [v["grade"] for v in values(chart.spec) if "grade" in v and v["bound"] == "value"]
    assert "verified" in grades
    limit = [v for v in values(chart.spec) if "interrupted" in v]
    assert [v["limit"] for v in limit] == [5.0]


def test_readings_of_a_table_are_drawn_as_entries_are(tmp_path: Path) -> None:
    (tmp_path / "agreement.sv").write_text(
        'agreement X "x"\n  record closed 2024-12-31\nparty A\n'
        "measure load(of: party) in kg, each figure valid for 30 days\n"
        "clause 1\n  A must keep load <= 5 kg\n"
        'table "load.csv"\n  row is load of A = column kg in kg\n'
        "    on column day grade column how source column from\n",
        encoding="utf-8",
    )
    rows = "day,kg,how,from\n2024-01-01,3,verified,log\n2024-06-01,6,,\n"
    (tmp_path / "load.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "sources.json").write_text('[{"id": "log", "type": "document"}]', encoding="utf-8")
    case = servanda.open(tmp_path)
    (chart,) = case.chart_measures()
    lines = [v for v in values(chart.spec) if "wide" in v]
    assert [(v["from"][:10], v["until"][:10], v["high"]) for v in lines] == [
        ("2024-01-01", "2024-01-31", 3.0),
        ("2024-06-01", "2024-07-01", 6.0),
    ]
    assert [row[:3] + row[4:6] for row in chart.rows] == [
        ("2024-01-01", "= 3 kg", "verified", "load:1", "log"),
        ("2024-06-01", "= 6 kg", "no grade said", "load:2", ""),
    ]
    assert case.measured() == [("load", "A")]


def test_a_limit_is_named_with_the_accounts_that_hold_it(tmp_path: Path) -> None:
    (tmp_path / "case.sv").write_text(
        'agreement X "x"\n  record closed 2024-12-31\nparty A\nmeasure load(of: party) in kg\n'
        "clause 1\n  A must keep load <= 5 kg\n"
        "reading R.wide of 1, reads the text as\n  A must keep load <= 9 kg\n"
        'account P "p"\n\naccount Q "q"\n  reads R as wide\n\naccount S "s"\n  reads R as wide\n'
        "2024-01-01 load of A = 3 kg\n",
        encoding="utf-8",
    )
    case = servanda.open(tmp_path / "case.sv")
    assert not case.check().errors, case.check().errors
    (chart,) = case.chart_measures()
    assert "at most 5 kg (clause 1), in the account of P; " in chart.text
    assert "at most 9 kg (clause 1), in the account of Q and S." in chart.text
