"""The names of duties: no two read alike in any table, chart or calendar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import servanda
from pages import JUDGED, ROOT, case_of
from servanda.explain.comparison import compare
from servanda.explain.deadlines import deadlines
from servanda.explain.duty_histories import duty_histories
from servanda.explain.duty_labels import instances, labels
from servanda.explain.judged import Judged
from servanda.present.charts.board import board
from servanda.present.charts.rows import LONGEST, histories, short_labels
from servanda.present.charts.timeline import timeline
from servanda.present.terminal.blocks import names_apart
from servanda.present.terminal.folding import folded


@pytest.fixture(params=JUDGED, ids=lambda p: p.stem, scope="module")
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Judged]]:
    yield dict(case_of(request.param, tmp_path_factory.mktemp("page")).by_account())


def repeated(items: list[Any]) -> list[Any]:
    return [item for item, times in Counter(items).items() if times > 1]


def test_no_two_instances_of_a_clause_read_alike(judged: dict[str, Judged]) -> None:
    for one in judged.values():
        named = labels(one)
        found = [
            (instance.rule.clause, named[id(instance.first)].text)
            for instance in instances(one.verdicts, one.norms.rules)
        ]
        assert repeated(found) == []
        assert len(named) == len(one.verdicts)


def test_no_variable_is_left_unbound(judged: dict[str, Judged]) -> None:
    """A rule spread over a group names each member, not the variable that stands for them."""
    for one in judged.values():
        for label in labels(one).values():
            assert not any("\ue000" <= c <= "\uf8ff" for c in label.text)


def test_no_two_rows_of_status_and_timeline_read_alike(judged: dict[str, Judged]) -> None:
    from servanda.explain.rows import status_rows, timeline_rows

    for one in judged.values():
        rows = folded(status_rows(one))
        assert repeated([tuple(cells) for cells in names_apart(rows)]) == []
        rows = timeline_rows(one)
        by_name: dict[tuple[str, ...], set[str]] = {}
        for row, cells in zip(rows, names_apart(rows), strict=True):
            by_name.setdefault(tuple(cells), set()).add(row["duty"])
        assert [name for name, duties in by_name.items() if len(duties) > 1] == []


def test_no_two_duties_of_all_accounts_read_alike(judged: dict[str, Judged]) -> None:
    some = next(iter(judged.values()))
    found = duty_histories(judged, [clause.id for clause in some.agreement.clauses])
    assert repeated([(duty.clause, duty.label.text) for duty in found]) == []
    assert len({duty.id for duty in found}) == len(found)


def test_no_two_rows_of_a_chart_read_alike(judged: dict[str, Judged]) -> None:
    lines = short_labels(histories(judged))
    assert repeated(lines) == []
    assert all(len(line.partition("  ")[2]) <= LONGEST for line in lines)
    assert repeated([row[:2] for row in board(judged).rows]) == []
    drawn = [
        layer["data"]["values"]
        for layer in timeline(judged).spec["layer"]
        if "data" in layer and any("who" in value for value in layer["data"]["values"])
    ]
    names = [(v["duty"], v["who"]) for v in drawn[0] if v["duty"]] if drawn else []
    assert repeated(names) == []


def test_no_two_events_of_a_calendar_read_alike(judged: dict[str, Judged]) -> None:
    for one in judged.values():
        found = {(d.what, d.key, d.text) for d in deadlines(one) if d.clause is not None}
        assert repeated([(what, key[0], text) for what, key, text in found]) == []


def test_no_two_rows_of_compare_read_alike(tmp_path: Path) -> None:
    compared = 0
    for number, path in enumerate(JUDGED):
        at = tmp_path / str(number)
        at.mkdir()
        case = case_of(path, at)
        if len(case.accounts) < 2:
            continue
        rows = compare(case)
        assert repeated([tuple(cells) for cells in names_apart(rows)]) == [], path.stem
        compared += 1
    assert compared >= 5


# ------------------------------------------------------------------ the right words
HEAD = "party A, B, C\ngroup G = A, B\ncurrency EUR\n"
HEAD += "event order(by: party, ref: text, sum: number in EUR), not recorded is taken as not done\n"
HEAD += "event pay(by: party, amount: number in EUR), not recorded is taken as not done\n"
HEAD += "measure deployed(of: party) in t\n"


def duties_of(folder: Path, rules: str) -> list[tuple[str, dict[str, str]]]:
    text = f'agreement X "x"\n  record closed 2024-12-31\n{HEAD}{rules}'
    (folder / "case.sv").write_text(text, encoding="utf-8")
    case = servanda.open(folder / "case.sv")
    assert not case.check().errors, case.check().errors
    one = case.judge()
    named = labels(one)
    found = (named[id(v)] for v in one.current())
    return [(label.text, label.particulars) for label in found]


def test_the_member_of_a_group_takes_the_place_of_its_variable(tmp_path: Path) -> None:
    rules = "clause 1\n  each p of G must keep deployed of p <= 700 t\n"
    assert [text for text, _ in duties_of(tmp_path, rules)] == [
        "A must keep deployed of A <= 700 t",
        "B must keep deployed of B <= 700 t",
    ]


def test_values_have_their_names_and_units_as_declared(tmp_path: Path) -> None:
    rules = "clause 1\n  when order(by: p, ref: r, sum: s):\n"
    rules += "    C must pay(amount: at least s) to p within 3 days\n"
    rules += '2024-01-01 A orders(ref: "one", sum: 12500.5 EUR)\n'
    assert duties_of(tmp_path, rules) == [
        (
            "C must pay(amount: at least 12,500.5 EUR) (by A, ref one)",
            {"by": "A", "ref": "one", "sum": "12,500.5 EUR"},
        )
    ]


def test_what_tells_alike_duties_apart_is_added_and_nothing_else(tmp_path: Path) -> None:
    rules = "clause 1\n  when order(by: p):\n    C must pay to p within 3 days\n"
    rules += "clause 2\n  A must pay by 2024-03-01\n  A must pay by 2024-04-01\n"
    rules += "clause 3\n  A must pay\n"
    rules += "2024-01-01 A orders(ref: one, sum: 1 EUR)\n".replace("one", '"one"')
    rules += "2024-01-02 A orders(ref: one, sum: 1 EUR)\n".replace("one", '"two"')
    rules += "2024-01-03 B orders(ref: one, sum: 1 EUR)\n".replace("one", '"two"')
    found = [text for text, _ in duties_of(tmp_path, rules)]
    assert sorted(found) == [
        "A must pay",
        "A must pay (by 2024-03-01)",
        "A must pay (by 2024-04-01)",
        "C must pay (by A; from 2024-01-01-order-A-one)",
        "C must pay (by A; from 2024-01-02-order-A-two)",
        "C must pay (by B)",
    ]


def test_the_commission_of_the_flagship_is_told_apart_seven_times() -> None:
    case = servanda.open(ROOT / "cases" / "jcpoa")
    found = [d.label.text for d in histories(case.by_account(), ["36"]) if "settle" in d.text]
    assert len(found) > 7 and len(set(found)) == len(found)
    assert "JointCommission may settle(referrer: Iran) (from 2018-05-10-invokes-Iran-US)" in found
