"""What goes on all that time: docs/meaning.md, 2, "States"."""

from __future__ import annotations

from typing import Any

import pytest
from build import Case, bind, in_state, m, not_
from test_openings import JUDGES, told

from servanda.semantics.clock import local_day, micros_of


@pytest.fixture(params=JUDGES, ids=["reference", "plan"])
def judge(request: pytest.FixtureRequest) -> Any:
    return request.param


def strikes(*, closed: bool = False) -> Case:
    """No union may be on strike from 1 March on; a walk-out begins a strike, a return ends it."""
    case = Case().event("walk", "by", closed=closed).event("back", "by", closed=closed)
    case.state("strike", m("walk", by=bind("by")), m("back", by=bind("by")), "by")
    return case.keep("1", not_(in_state("strike", by="A"))).now("2024-06-30")


def days(case: Case, judge: Any) -> list[tuple[str, str]]:
    """The days from which each status lasts; the first is from the beginning of time."""
    found = [v for v in judge(case.norms(), case.facts) if v.rule == "1"]
    return [(text(v.from_, case.zone), v.status) for v in found]


def text(tick_: int | None, zone: str) -> str:
    return "ever" if tick_ is None else str(local_day(micros_of(tick_), zone))


def test_it_holds_from_the_start_of_the_first_day_to_the_end_of_the_last(judge: Any) -> None:
    case = strikes(closed=True).throughout("2024-03-08..2024-03-12", "strike", "A")
    assert days(case, judge) == [
        ("ever", "kept"),
        ("2024-03-08", "broken"),
        ("2024-03-13", "cured"),
    ]
    assert told(case, "1", judge) == [("broken", ("e1",), ("e1",)), ("cured", ("e1",), ())]


def test_it_says_nothing_of_before_and_that_it_is_over_afterwards(judge: Any) -> None:
    case = strikes().throughout("2024-03-08..2024-03-12", "strike", "A")
    assert [status for _, status in days(case, judge)] == ["unknown", "broken", "cured"]


def test_of_two_that_overlap_the_later_end_counts(judge: Any) -> None:
    case = strikes(closed=True).throughout("2024-03-08..2024-03-12", "strike", "A")
    case.throughout("2024-03-10..2024-03-20", "strike", "A")
    case.throughout("2024-03-11", "strike", "A")
    assert days(case, judge)[1:] == [("2024-03-08", "broken"), ("2024-03-21", "cured")]


def test_its_end_does_not_end_what_an_event_began(judge: Any) -> None:
    case = strikes(closed=True).did("2024-03-01", "walk", "A")
    case.throughout("2024-03-08..2024-03-12", "strike", "A").did("2024-04-01", "back", "A")
    assert days(case, judge)[1:] == [("2024-03-01", "broken"), ("2024-04-01", "cured")]


def test_an_end_recorded_within_it_does_not_cut_it_short(judge: Any) -> None:
    case = strikes(closed=True).did("2024-03-10", "back", "A")
    case.throughout("2024-03-08..2024-03-12", "strike", "A")
    assert days(case, judge)[1:] == [("2024-03-08", "broken"), ("2024-03-13", "cured")]


def test_what_is_only_possible_leaves_it_open_and_settles_nothing(judge: Any) -> None:
    case = strikes(closed=True).throughout("2024-03-08..2024-03-12", "strike", "A", alleged=True)
    assert [s for _, s in days(case, judge)] == ["kept", "unknown", "kept"]
    open_ = strikes().throughout("2024-03-08..2024-03-12", "strike", "A", alleged=True)
    assert [s for _, s in days(open_, judge)] == ["unknown"]


def test_another_key_is_not_touched(judge: Any) -> None:
    case = strikes(closed=True).throughout("2024-03-08..2024-03-12", "strike", "B")
    assert days(case, judge) == [("ever", "kept")]
