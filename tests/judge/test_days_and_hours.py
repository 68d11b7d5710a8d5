"""A day and an hours clock: docs/meaning.md, 1, "A day and an hour"."""

from __future__ import annotations

from typing import Any

import pytest
from build import Case, cmp, const, event_point, m, plus, reading
from test_openings import JUDGES

NOTIFY = m("notify")
DAY, HOUR = "2024-01-03", "2024-01-03T15:00"


@pytest.fixture(params=JUDGES, ids=["reference", "plan"])
def judge(request: pytest.FixtureRequest) -> Any:
    return request.param


def case(judge: Any, aware: str | None = DAY, acts: tuple[str, ...] = ()) -> Case:
    """`aware` happened on a day or at an hour; `notify`, `stop` and `fix` are acts."""
    found = Case(judge=judge).event("aware").event("notify").event("stop").event("fix")
    found.measure("stock")
    if aware is not None:
        found.did(aware, "aware")
    for act in acts:
        found.did(act, "notify")
    return found


@pytest.mark.parametrize(
    ("aware", "act", "last"),
    [
        (DAY, "2024-01-05T23:00", "kept"),
        (DAY, "2024-01-06T10:00", "unknown"),  # in time if they became aware after ten
        (DAY, "2024-01-06", "unknown"),
        (DAY, "2024-01-07T00:00", "cured"),
        (DAY, "2024-01-07", "cured"),
        (DAY, None, "broken"),
        (HOUR, "2024-01-06T14:59", "kept"),
        (HOUR, "2024-01-06T15:00", "cured"),
        ("2024-01-03..2024-01-04", "2024-01-07T10:00", "unknown"),
        (DAY, "2024-01-03", "kept"),  # both by the day: the act follows what it answers
        (DAY, "2024-01-03T10:00", "unknown"),  # it may have come before
    ],
)
def test_hours_from_a_trigger_by_the_day(
    judge: Any, aware: str, act: str | None, last: str
) -> None:
    found = case(judge, aware, () if act is None else (act,))
    found.must("1", NOTIFY, trigger=m("aware"), within="72 hours")
    assert found.verdicts("1")[-1].status == last


def test_the_hours_are_over_between_two_days(judge: Any) -> None:
    found = case(judge).must("1", NOTIFY, trigger=m("aware"), within="72 hours")
    assert found.story("1") == "2024-01-03 due, 2024-01-06 unknown, 2024-01-07 broken"
    found = case(judge).must("1", NOTIFY, trigger=m("aware"), within="3 days")
    assert found.story("1") == "2024-01-03 due, 2024-01-07 broken"


@pytest.mark.parametrize(
    ("window", "act", "last"),
    [
        ({"opens": m("aware")}, "2024-01-03T10:00", "unknown"),
        ({"opens": m("aware")}, "2024-01-03", "unknown"),
        ({"opens": m("aware")}, "2024-01-04T00:00", "broken"),
        ({"opens": m("aware")}, "2024-01-02", "kept"),
        ({"opens": plus(event_point(m("aware")), "12 hours")}, "2024-01-04T10:00", "unknown"),
        ({"opens": plus(event_point(m("aware")), "12 hours")}, "2024-01-04T12:00", "broken"),
        ({"opens": plus(event_point(m("aware")), "1 day")}, "2024-01-04T00:00", "broken"),
        ({"trigger": m("aware"), "term": "48 hours"}, "2024-01-04T12:00", "broken"),
    ],
)
def test_a_forbidden_act_about_an_end_known_by_the_day(
    judge: Any, window: dict[str, Any], act: str, last: str
) -> None:
    found = case(judge, acts=(act,)).forbid("1", NOTIFY, **window)
    assert found.verdicts("1")[-1].status == last


@pytest.mark.parametrize(
    "window", [{"until": m("aware")}, {"until": plus(event_point(m("aware")), "0 hours")}]
)
@pytest.mark.parametrize("act", ["2024-01-03T10:00", "2024-01-03"])
def test_a_forbidden_act_on_the_day_of_an_end_is_not_a_breach(
    judge: Any, window: dict[str, Any], act: str
) -> None:
    statuses = [
        v.status for v in case(judge, acts=(act,)).forbid("1", NOTIFY, **window).verdicts("1")
    ]
    assert statuses[:2] == ["kept", "unknown"]
    assert "broken" not in statuses


@pytest.mark.parametrize(
    ("act", "last"),
    [
        ("2024-01-02", "kept"),
        ("2024-01-03T10:00", "unknown"),
        ("2024-01-03", "unknown"),
        ("2024-01-04", "cured"),
        (None, "broken"),
    ],
)
def test_before_an_event_by_the_day(judge: Any, act: str | None, last: str) -> None:
    found = case(judge, acts=() if act is None else (act,)).must("1", NOTIFY, before=m("aware"))
    assert found.verdicts("1")[-1].status == last


@pytest.mark.parametrize(
    ("at", "statuses"),
    [
        ("2024-01-03T10:00", ["dormant", "kept", "unknown", "broken"]),
        ("2024-01-03", ["dormant", "broken"]),
        ("2024-01-04T06:00", ["dormant", "kept", "broken"]),
    ],
)
def test_a_level_that_fails_on_the_day_of_the_opening(
    judge: Any, at: str, statuses: list[str]
) -> None:
    found = case(judge).keep("1", cmp(reading("stock"), "<=", 10), opens=m("aware"))
    found.read("2024-01-01", "stock", 5).read(at, "stock", 20)
    assert [v.status for v in found.verdicts("1")] == statuses


def test_a_level_put_right_on_the_day_of_the_opening_may_not_have_failed(judge: Any) -> None:
    found = case(judge).keep("1", cmp(reading("stock"), "<=", 10), opens=m("aware"))
    found.read("2024-01-01", "stock", 5).read("2024-01-03T10:00", "stock", 20)
    found.read("2024-01-03T14:00", "stock", 5)
    assert [v.status for v in found.verdicts("1")] == ["dormant", "kept", "unknown", "kept"]


def test_a_level_for_some_hours(judge: Any) -> None:
    found = case(judge).keep(
        "1", cmp(reading("stock"), "<=", 10), trigger=m("aware"), term="48 hours"
    )
    found.read("2024-01-01", "stock", 5).read("2024-01-05T10:00", "stock", 20)
    assert "broken" not in [v.status for v in found.verdicts("1")]
    found.read("2024-01-04T10:00", "stock", 20)
    assert "broken" in [v.status for v in found.verdicts("1")]


def test_the_hours_to_cure_a_violation_by_the_day(judge: Any) -> None:
    def last(cured: str) -> str:
        found = case(judge, None, (DAY,)).did(cured, "fix")
        found.forbid("1", NOTIFY, cured_by=m("fix"), cure_within="24 hours")
        return found.verdicts("1")[-1].status

    assert [last("2024-01-03T20:00"), last("2024-01-04T10:00"), last("2024-01-05T00:00")] == [
        "cured",
        "unknown",
        "broken",
    ]


def test_the_hours_of_a_remedy_of_a_violation_by_the_day(judge: Any) -> None:
    def last(fixed: str) -> str:
        found = case(judge, None, (DAY,)).did(fixed, "fix").forbid("1", NOTIFY)
        found.otherwise("1", "2", "achieve", m("fix"), within="24 hours")
        return found.verdicts("2")[-1].status

    assert [last("2024-01-03T20:00"), last("2024-01-04T10:00"), last("2024-01-05T00:00")] == [
        "unknown",  # with an hour, and the violation without: it may have come before
        "unknown",
        "cured",
    ]


def test_a_power_open_for_some_hours(judge: Any) -> None:
    found = case(judge).must("1", m("fix"), opens="2024-01-01", by="2024-06-01")
    found.may("P", "waive", "1", debtor="B", creditor=None, trigger=m("aware"), term="24 hours")
    found.uses("2024-01-04T10:00", "B", "waive", "1")
    assert found.verdicts("1")[-1].status != "waived"
    found.uses("2024-01-03T20:00", "B", "waive", "1")
    assert found.verdicts("P")[-1].status == "expired"


def test_an_event_that_arises_hours_after_a_day(judge: Any) -> None:
    def last(stop: str) -> str:
        found = case(judge).arises("late", m("aware"), "72 hours", end_of_day=False)
        found.did(stop, "stop").forbid("1", m("stop"), opens=m("late"))
        return found.verdicts("1")[-1].status

    assert [last("2024-01-05"), last("2024-01-06T10:00"), last("2024-01-07T01:00")] == [
        "kept",
        "unknown",
        "broken",
    ]


def test_the_day_of_the_last_instalment(judge: Any) -> None:
    found = Case(judge=judge).event("order").event("pay", "amount:number").did(DAY, "order")
    found.must(
        "1",
        m("pay", amount=(">=", 5)),
        trigger=m("order"),
        within="48 hours",
        total=("amount", const(5)),
    )
    found.did("2024-01-04", "pay", 3).did("2024-01-05T08:00", "pay", 2)
    assert found.verdicts("1")[-1].status == "unknown"
