"""Provisions in force: docs/meaning.md, 3, "Applies"."""

from __future__ import annotations

from typing import Any

import pytest
from build import Case, all_of, bind, in_state, m, not_, once, status, var
from test_openings import JUDGES, told

from servanda.semantics.norms import NOBODY, Trigger


@pytest.fixture(params=JUDGES, ids=["reference", "plan"])
def judge(request: pytest.FixtureRequest) -> Any:
    return request.param


def regime() -> Case:
    """In an emergency nothing of it applies."""
    case = Case().event("alarm").event("calm").event("act", "by")
    return case.state("emergency", m("alarm"), m("calm")).now("2024-12-31")


def applies(case: Case, id_: str = "1", **more: Any) -> Case:
    return case.rule(id_, "provision", None, debtor=NOBODY, creditor=None, **more)


def statuses(case: Case, judge: Any, rule: str = "1") -> list[str]:
    return [v.status for v in judge(case.norms(), case.facts) if v.rule == rule]


def test_it_is_in_force_in_its_window_and_nobody_owes_it(judge: Any) -> None:
    case = applies(regime(), opens="2024-03-01", until="2024-06-01")
    found = [v for v in judge(case.norms(), case.facts) if v.rule == "1"]
    assert [v.status for v in found] == ["not_yet_in_force", "in_force", "expired"]
    assert {(v.debtor, v.creditor, v.acts) for v in found} == {(NOBODY, None, ())}


def test_its_exception_suspends_it_once_it_has_been_in_force(judge: Any) -> None:
    case = applies(regime(), opens="2024-03-01", unless=in_state("emergency"))
    case.did("2024-02-01", "alarm").did("2024-04-01", "calm")
    case.did("2024-05-01", "alarm").did("2024-06-01", "calm")
    assert statuses(case, judge) == ["not_yet_in_force", "in_force", "suspended", "in_force"]
    assert told(case, "1", judge)[1:] == [
        ("suspended", ("e3",), ("e4",)),
        ("in_force", ("e4",), ()),
    ]


def test_a_condition_that_fails_at_its_opening_finds_it_not_yet_in_force(judge: Any) -> None:
    """The window opens at phase 0 of the instant whose fact stops it."""
    case = applies(regime(), opens="2024-03-01", while_=not_(in_state("emergency")))
    case.did("2024-03-01", "alarm").did("2024-04-01", "calm")
    assert statuses(case, judge) == ["not_yet_in_force", "in_force"]


def test_powers_suspend_and_end_it_and_the_agreement_takes_it_along(judge: Any) -> None:
    case = applies(regime(), opens="2024-03-01")
    case.may("P", "suspend", "1", debtor="A", creditor=None)
    case.may("Q", "end", "1", debtor="B", creditor=None)
    case.uses("2024-04-01", "A", "suspend", "1").uses("2024-05-01", "A", "resume", "1")
    case.uses("2024-06-01", "B", "end", "1")
    assert statuses(case, judge) == [
        *("not_yet_in_force", "in_force", "suspended", "in_force", "terminated"),
    ]


def test_a_power_of_its_own_clause_suspends_it(judge: Any) -> None:
    """A power is no duty of its holder: a suspension covers the clause."""
    case = applies(regime())
    case.may("P", "suspend", "1", debtor="A", creditor=None, clause="1")
    case.uses("2024-04-01", "A", "suspend", "1")
    assert statuses(case, judge) == ["in_force", "suspended"]


def test_what_is_only_possible_leaves_it_unknown(judge: Any) -> None:
    case = applies(regime(), unless=once(m("act", by="A"), None))
    case.did("2024-04-01", "act", "A", alleged=True)
    assert statuses(case, judge) == ["in_force", "unknown"]


def test_one_arises_for_each_occurrence(judge: Any) -> None:
    case = regime().event("notice", "by").event("withdrawal", "by")
    trigger = Trigger(match=m("notice", by=bind("p")))
    closed = m("withdrawal", by=var("p"))
    applies(case, trigger=trigger, variables=("p:party",), unless=once(closed, None))
    case.did("2024-03-01", "notice", "A").did("2024-04-01", "notice", "B")
    case.did("2024-05-01", "withdrawal", "A")
    assert sorted(statuses(case, judge)) == ["in_force", "in_force", "suspended"]


def test_duties_ask_whether_it_is_in_force_and_feel_it_at_once(judge: Any) -> None:
    case = applies(regime(), opens="2024-03-01", unless=in_state("emergency"))
    case.forbid("2", m("act", by="A"), while_=all_of(status("binding", "1")))
    case.did("2024-02-01", "act", "A").did("2024-04-01", "alarm").did("2024-04-02", "act", "A")
    case.did("2024-04-03", "calm").did("2024-04-03", "act", "A")
    assert statuses(case, judge, "2") == ["dormant", "kept", "dormant", "broken"]
