"""The tables of statuses: judge/statuses.py, what both judges make of it, and docs/meaning.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from servanda.judge.plan import achieve, forbid, keep, powers, provision
from servanda.judge.reference.walk import KINDS
from servanda.judge.statuses import (
    CONDITIONS,
    FINAL,
    OTHERWISE,
    OUTCOMES,
    OVER,
    STATUSES,
    Kind,
    status_in_sql,
    status_of,
    told,
)
from servanda.judge.verdict import Status

MEANING = Path(__file__).resolve().parents[2] / "docs" / "meaning.md"
IN_SQL = {
    "achieve": achieve.STATUS,
    "keep": keep.STATUS,
    "forbid": forbid.STATUS,
    "may": powers.STATUS,
    "provision": provision.STATUS,
}


def documented(kind: Kind) -> str:
    """The table of a kind as docs/meaning.md has it."""
    lines = [f"| first that holds: `{kind}` | status | final |", "|---|---|---|"]
    for condition, status in STATUSES[kind]:
        code = told(kind, status).status
        final = "yes" if code in FINAL[kind] else ""
        lines.append(f"| {CONDITIONS[condition]} | `{code}` | {final} |")
    return "\n".join(lines)


@pytest.mark.parametrize("kind", STATUSES)
def test_the_page_on_the_meaning_has_the_table(kind: Kind) -> None:
    assert documented(kind) in MEANING.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [kind for kind in OUTCOMES if OUTCOMES[kind]])
def test_the_page_on_the_meaning_has_the_outcomes(kind: Kind) -> None:
    lines = [f"| first that holds: `{kind}` | outcome |", "|---|---|"]
    for condition, code in OUTCOMES[kind]:
        lines.append(f"| {CONDITIONS[condition]} | {f'`{code}`' if code else 'none'} |")
    assert "\n".join(lines) in MEANING.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", STATUSES)
def test_both_judges_know_every_condition(kind: Kind) -> None:
    rows = (*STATUSES[kind], *OUTCOMES[kind])
    asked = [condition for condition, _ in rows if condition != OTHERWISE]
    assert set(asked) <= KINDS[kind].CONDITIONS.keys()
    assert STATUSES[kind][-1][0] == OTHERWISE
    given = re.findall(r"(?:THEN|ELSE) '([\w, ]+)'", IN_SQL[kind])
    outcomes = [f", {code}" if code else "" for _, code in OUTCOMES[kind]]
    wanted = list[str]()
    for _, status in STATUSES[kind]:
        told_with = kind == "may" or (outcomes and status in OVER)
        wanted += [status, *filter(None, outcomes)] if told_with else [status]
    assert given == wanted


def test_the_first_row_that_holds_gives_the_status() -> None:
    assert status_of("keep", {"breach", "excused"}.__contains__) == "broken"
    assert status_of("achieve", set[str]().__contains__) == "due"
    conditions = dict.fromkeys(CONDITIONS, "false") | {"used": "true", "shut": "true"}
    in_sql = status_in_sql("may", conditions)
    used, shut = ("WHEN true THEN 'exercised, open'", "WHEN true THEN 'closed'")
    assert in_sql.index(used) < in_sql.index(shut)


def test_every_condition_and_status_is_of_some_kind() -> None:
    rows = [row for kind in STATUSES.values() for row in kind]
    rows += [row for kind in OUTCOMES.values() for row in kind]
    assert {condition for condition, _ in rows} == CONDITIONS.keys()
    codes = {told(kind, code).status for kind, table in STATUSES.items() for _, code in table}
    assert codes == set(get_args(Status))
    assert FINAL.keys() == STATUSES.keys()
