"""Late, or done without a breach: docs/meaning.md, 3, "Achieve"."""

from __future__ import annotations

from typing import Any

import pytest
from build import Case, in_state, m, not_, once, status
from test_openings import JUDGES

PAY, LATE = m("pay"), "2024-01-20"


@pytest.fixture(params=JUDGES, ids=["reference", "plan"])
def judge(request: pytest.FixtureRequest) -> Any:
    return request.param


def last(case: Case, rule: str = "1") -> str:
    return case.verdicts(rule)[-1].status


# ---------------------------------------------- done late, and perhaps earlier too: no breach told
def silent(judge: Any, *acts: str, **more: Any) -> Case:
    """To pay by 10 January, where nobody says that every payment is recorded."""
    found = Case(judge=judge).open_event("pay").event("order")
    found.must("1", PAY, **({"opens": "2024-01-01", "by": "2024-01-10"} | more))
    for act in acts:
        found.did(act, "pay")
    return found


def test_done_late_where_silence_proves_nothing(judge: Any) -> None:
    assert silent(judge, LATE).story("1") == "dormant, 2024-01-01 due, 2024-01-11 unknown"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"cure_within": "20 days"}, "unknown"),
        ({"cure_within": "5 days"}, "unknown"),
        ({"curable": False}, "unknown"),
        ({"early": True}, "unknown"),
        ({"opens": None, "by": "2024-01-10"}, "unknown"),
    ],
)
def test_siblings_of_done_late(judge: Any, more: dict[str, Any], expected: str) -> None:
    found = silent(judge, LATE, **more)
    assert last(found) == expected
    assert "broken" not in [v.status for v in found.verdicts("1")]


def test_done_late_after_a_trigger_and_in_a_period(judge: Any) -> None:
    found = silent(judge, LATE, opens=None, by="2024-01-10", trigger=m("order"))
    assert last(found.did("2024-01-02", "order")) == "unknown"
    found = silent(
        judge, "2024-02-20", by="2024-03-31", every="month", within="10 days", edge="start"
    )
    assert {v.status for v in found.verdicts("1")} == {"dormant", "due", "unknown"}


def test_a_declaration_of_completeness_tells_that_it_was_late(judge: Any) -> None:
    assert last(silent(judge, LATE).complete("pay", "2024-01-01", "2024-02-01")) == "cured"
    assert last(silent(judge, LATE).complete("pay", "2024-01-12", "2024-02-01")) == "unknown"


def test_an_alleged_payment_in_time_and_a_sure_one_late(judge: Any) -> None:
    found = Case(judge=judge).event("pay").must("1", PAY, opens="2024-01-01", by="2024-01-10")
    found.did("2024-01-05", "pay", alleged=True).did(LATE, "pay")
    assert last(found) == "unknown"


def test_what_is_done_late_or_in_time_is_performed_and_in_breach_no_more(judge: Any) -> None:
    found = silent(judge, LATE).event("act")
    found.keep("performed", not_(status("performed", "1")))
    found.keep("breach", not_(status("broken", "1")))
    assert [v.status for v in found.verdicts("performed")][-1] == "broken"
    assert [v.status for v in found.verdicts("breach")] == ["kept", "unknown", "kept"]


def test_a_remedy_of_a_breach_that_is_only_possible(judge: Any) -> None:
    found = silent(judge, LATE)
    found.otherwise("1", "2", "achieve", m("order"), within="5 days")
    assert last(found.did("2024-01-12", "order"), "2") == "unknown"
    assert last(found) == "unknown"


# ----------------------------------------------------------- past the deadline, while it is excused
def excused(judge: Any, *acts: str, until: str | None = "2024-01-31", **more: Any) -> Case:
    """To pay by 10 January, with a strike from 8 January."""
    found = Case(judge=judge).event("pay").event("strike").event("work")
    found.state("striking", m("strike"), m("work")).did("2024-01-08", "strike")
    if until is not None:
        found.did(until, "work")
    found.must("1", PAY, opens="2024-01-01", by="2024-01-10", **more)
    for act in acts:
        found.did(act, "pay")
    return found


STRIKE = {"unless": in_state("striking")}


@pytest.mark.parametrize(
    ("act", "until", "more", "expected"),
    [
        (LATE, "2024-01-31", STRIKE, "kept"),
        (LATE, None, STRIKE, "kept"),
        ("2024-02-05", "2024-01-31", STRIKE, "cured"),  # the breach came when the excuse was over
        (LATE, "2024-01-09", STRIKE, "cured"),
        (LATE, "2024-01-31", {"while_": not_(in_state("striking"))}, "kept"),
        ("2024-02-05", "2024-01-31", STRIKE | {"time_extended": True}, "cured"),
        ("2024-02-02", "2024-01-31", STRIKE | {"time_extended": True}, "kept"),
        (None, None, STRIKE, "excused"),
    ],
)
def test_done_past_the_deadline_while_excused(
    judge: Any, act: str | None, until: str | None, more: dict[str, Any], expected: str
) -> None:
    assert last(excused(judge, *([act] if act else []), until=until, **more)) == expected


def test_done_past_the_deadline_under_an_excuse_that_is_only_possible(judge: Any) -> None:
    found = Case(judge=judge).event("pay").event("force").did("2024-01-08", "force", alleged=True)
    found.must("1", PAY, opens="2024-01-01", by="2024-01-10", unless=once(m("force")))
    assert last(found.did(LATE, "pay")) == "unknown"
