"""What an account would have to choose otherwise: each change is judged anew with nothing left out,
and no single choice that changes the status is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_compare import case_with
from test_turns_on import KNOWN, ON, compared
from variants import Whole

import servanda
from servanda.explain.comparison import Comparison, choices_that_change
from servanda.explain.differences import KINDS, Change
from servanda.explain.duty_keys import Duty
from servanda.explain.variants import Choice, differences, reading_as, switched
from servanda.judge.reference import walk
from servanda.syntax.tree import Account

DAY = "2024-02-01"


def changes(case: servanda.Case, account: str, clause: str) -> list[Change]:
    comparison = Comparison(case, DAY, None, None)
    key = next(key for key in comparison.statuses[account] if key[0] == clause)
    return choices_that_change(case, key, account, DAY, comparison=comparison)


# ------------------------------------------------------------------ sentences
def test_the_source_that_another_account_distrusts(tmp_path: Path) -> None:
    case = case_with(tmp_path, [], ["distrusts paper"])
    (change,) = (c for c in changes(case, "a0", "2") if c.points[0].kind == "source")
    assert change.status == "kept"
    assert change.sentence == "complied with, if a0 distrusted “A paper” (paper), as a1 does"
    assert [side.accounts for side in change.points[0].sides] == [("a0",), ("a1",)]


def test_a_reading_that_nobody_has_chosen(tmp_path: Path) -> None:
    case = case_with(tmp_path, ["for measurements prefers paper"])
    (change,) = changes(case, "a0", "1")
    assert change.sentence == (
        "complied with, if a0 read clause 1 as “A must keep stock <= 200 kg from begins”"
        " (R1.lenient)"
    )
    assert [side.accounts for side in change.points[0].sides] == [("a0",), ()]


def test_no_reading_at_all(tmp_path: Path) -> None:
    case = case_with(tmp_path, ["reads R1 as lenient", "for measurements prefers paper"], [])
    assert (
        "in breach, if a0 read clause 1 as written: “A must keep stock <= 100 kg from begins”, "
        "as a1 does"
    ) in [change.sentence for change in changes(case, "a0", "1")]


def test_a_reading_comes_with_what_it_needs(tmp_path: Path) -> None:
    found = compared(KNOWN, tmp_path)
    (key,) = (k for k in found.statuses["a0"] if k[0] == "3")
    # of clause 3 the reading that needs another adds a duty, and leaves this one as it is
    assert "R3" not in {p.subject for c in found.changes(key, "a0") for p in c.points}
    added: Duty = (*key[:2], "B", *key[3:])
    (change,) = found.changes(added, "a0")
    assert change.status == "kept"
    assert {point.subject for point in change.points} == {"R2", "R3"}


def test_nothing_changes_what_no_choice_reaches(tmp_path: Path) -> None:
    case = case_with(
        tmp_path,
        ["takes the position that serious(B), whatever is determined"],
        ["takes the position that not serious(B), whatever is determined"],
    )
    assert changes(case, "a0", "2") == []


def test_a_verdict_leads_to_its_duty(tmp_path: Path) -> None:
    case = case_with(tmp_path, [], ["distrusts paper"])
    comparison = Comparison(case, DAY, None, None)
    for account in case.accounts:
        judged = case.judge(account, DAY)
        found = [comparison.duty_of(account, verdict) for verdict in judged.current()]
        assert found == list(comparison.statuses[account])
    earlier = next(v for v in case.judge("a0", DAY).verdicts if v.until is not None)
    assert comparison.duty_of("a0", earlier) in comparison.statuses["a0"]


# ------------------------------------------------------------------ each and all, by judging
def single_choices(found: Comparison, name: str) -> Iterator[tuple[Choice, Account]]:
    """Every variant of an account by one choice: another reading, or another account's choice."""
    mine = found.chosen[name]
    for reading in found.case.agreement.readings:
        if dict(mine.reads).get(reading.group) != reading.name:
            yield ("reads", reading.group), reading_as(mine, reading.group, reading.name)
    for group, _ in mine.reads:
        yield ("reads", group), reading_as(mine, group, None)
    for other in found.chosen.values():
        for choice in differences(mine, other):
            yield choice, switched(mine, other, [choice])


def named(choice: Choice) -> tuple[str, str]:
    kind, what = choice
    return KINDS[kind], what.partition(":")[2] if kind == "trusts" else what


@pytest.mark.parametrize("clause", ["1", "2", "4", "5"])
def test_single_choices_are_told_where_they_change_the_status_and_only_there(
    clause: str, tmp_path: Path
) -> None:
    found = compared(KNOWN, tmp_path)
    whole = Whole(found.case, ON, walk.judge)
    seen: set[Any] = set()
    for name, statuses in found.statuses.items():
        for key in (key for key in statuses if key[0] == clause):
            wanted = set()
            for choice, variant in single_choices(found, name):
                judged = whole.of(variant)
                if judged is not None and judged.get(key) != statuses[key]:
                    wanted.add((*named(choice), judged.get(key)))
            told = {
                (c.points[0].kind, c.points[0].subject, c.status)
                for c in found.changes(key, name)
                if len(c.points) == 1
            }
            assert told == wanted
            seen |= wanted
    assert seen
