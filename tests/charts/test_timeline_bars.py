"""Every bar of a timeline chart is a span that was judged, and every span in force has its bar."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import servanda
from pages import JUDGED, case_of
from servanda.explain.judged import Judged
from servanda.explain.rows import timeline_rows
from servanda.present.charts.chart import Chart
from servanda.present.charts.rows import histories, short_labels
from servanda.present.charts.time_axis import extent, local_time
from servanda.present.charts.timeline import ENTRY_MARK, timeline
from servanda.vocabulary.statuses import came_to, term


def layer_values(chart: Chart, key: str) -> list[dict[str, Any]]:
    """The rows of data that have a key."""
    layers = [chart.spec, *chart.spec["layer"]]
    found = [value for layer in layers for value in layer.get("data", {}).get("values", ())]
    return [value for value in found if key in value]


def check(one: Judged) -> int:
    """Compare the chart of one account with its timeline; how many bars there are."""
    judged = {one.account: one}
    duties = histories(judged)
    named = dict(zip(short_labels(duties), duties, strict=True))
    chart = timeline(judged)
    zone = one.norms.zone
    bars = layer_values(chart, "thin")
    drawn_duties = {named[bar["duty"]].id for bar in bars}
    first, last = extent(judged, [d for d in duties if d.id in drawn_duties])
    ends = (local_time(first, zone), local_time(last, zone))
    begun: dict[int, set[str]] = {}
    for bar in bars:
        begun.setdefault(bar["row"], set()).add(bar["from"])

    spans: dict[str, list[tuple[str, str | None, str | None]]] = {}
    for row, verdict in zip(timeline_rows(one), one.verdicts, strict=True):
        from_ = None if verdict.from_ is None else local_time(verdict.from_, zone)
        until = None if verdict.until is None else local_time(verdict.until, zone)
        spans.setdefault(f"{row['clause']} {row['duty']}", []).append((row["status"], from_, until))

    for bar in bars:
        duty = named[bar["duty"]]
        own = spans[f"{duty.clause} {duty.label.text}"]
        alike = [
            (status, from_, until)
            for status, from_, until in own
            if status == bar["status"]
            and (from_ == bar["from"] or (from_ is None and "period" in duty.instance)
                 or (from_ is None and bar["from"] == ends[0]))
        ]  # fmt: skip
        assert alike, (bar, own)
        settled = term(bar["status"], duty.kind).settled
        assert any(
            bar["until"] == (until if until is not None and until <= ends[1] else ends[1])
            or (until is None and settled and bar["until"] in begun[bar["row"]])
            for _, _, until in alike
        ), (bar, own)

    told = {(row[1], row[3]) for row in chart.rows}
    for label, duty in named.items():
        if duty.id not in drawn_duties:
            continue
        for span in duty.spans[one.account]:
            status = term(span.status, duty.kind)
            if status.drawn:
                word = status.word + came_to(span.status, duty.kind, span.verdict.outcome)
                assert (label.partition("  ")[2], word) in told, (label, word)
    return len(bars)


@pytest.mark.parametrize("path", JUDGED, ids=lambda p: p.stem)
def test_every_bar_is_a_span_of_the_timeline(path: Path, tmp_path: Path) -> None:
    for one in case_of(path, tmp_path).by_account().values():
        check(one)


RENT = """agreement Lease "a lease"
  record closed 2024-04-15
party tenant, landlord
currency EUR
event pay(by: party, amount: number in EUR), not recorded is taken as not done
clause 3
  tenant must pay(amount: at least 900 EUR) to landlord
    every month within 6 days after its start from 2024-01-01
2024-01-05 tenant pays(amount: 900 EUR), id january
2024-02-20 tenant pays(amount: 900 EUR), id february
"""


@pytest.fixture(scope="module")
def rent(tmp_path_factory: pytest.TempPathFactory) -> Chart:
    file = tmp_path_factory.mktemp("rent") / "case.sv"
    file.write_text(RENT, encoding="utf-8")
    case = servanda.open(file)
    assert not case.check().errors, case.check().errors
    return case.chart_timeline()


def test_a_month_is_due_until_its_deadline_and_broken_only_then(rent: Chart) -> None:
    bars = [
        (bar["row"], bar["status"], bar["from"][:10], bar["until"][:10])
        for bar in layer_values(rent, "thin")
    ]
    assert bars == [
        (0, "due", "2024-01-01", "2024-01-05"),
        (0, "kept", "2024-01-05", "2024-02-01"),
        (0, "due", "2024-02-01", "2024-02-08"),
        (0, "broken", "2024-02-08", "2024-02-20"),
        (0, "cured", "2024-02-20", "2024-03-01"),
        (0, "due", "2024-03-01", "2024-03-08"),
        # March is not paid: it stays open in its row, and April has one of its own
        (0, "broken", "2024-03-08", "2024-04-15"),
        (1, "due", "2024-04-01", "2024-04-08"),
        (1, "broken", "2024-04-08", "2024-04-15"),
    ]


def test_marks_stand_where_a_breach_begins_and_where_an_entry_opened_a_span(rent: Chart) -> None:
    marks = [(m["row"], m["from"][:10], m["mark"]) for m in layer_values(rent, "mark")]
    breaches = [mark for mark in marks if mark[2] != ENTRY_MARK]
    assert breaches == [
        (0, "2024-02-08", "a breach begins"),
        (0, "2024-03-08", "a breach begins"),
        (1, "2024-04-08", "a breach begins"),
    ]
    assert [mark for mark in marks if mark[2] == ENTRY_MARK] == [
        (0, "2024-01-05", ENTRY_MARK),
        (0, "2024-02-20", ENTRY_MARK),
    ]


def test_the_rows_are_named_after_their_periods(rent: Chart) -> None:
    names = dict.fromkeys(row["duty"] for row in layer_values(rent, "who"))
    assert [name.partition("(period")[2] for name in names] == [
        " 2024-01 to 2024-03)",
        " 2024-04)",
    ]
