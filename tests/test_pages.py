"""The manual is run: every page of docs/language and every case's expectations."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations import agrees, answer, expectations
from pages import JUDGED, NOT_JUDGED, PAGES, ROOT, check_page, copied, page_case
from servanda.cli.answers import problems_of
from servanda.judge.verdict import JudgeError
from servanda.syntax.problems import ServandaError

EXPECTATIONS = sorted((ROOT / "cases").glob("*/expectations.md"))


def test_there_are_pages() -> None:
    assert len(PAGES) >= 25
    assert len(JUDGED) >= 60
    assert len(EXPECTATIONS) >= 3


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_page(page, copied(page, tmp_path), monkeypatch) > 0


@pytest.mark.parametrize("name", NOT_JUDGED)
def test_a_page_that_is_not_judged_says_why(name: str, tmp_path: Path) -> None:
    """Other tests leave these out: none of them may become a case unnoticed."""
    case = page_case(next(page for page in PAGES if page.stem == name), tmp_path)
    errors = list(case.check().errors)
    if not errors:
        with pytest.raises((ServandaError, JudgeError)) as refused:
            case.by_account()
        errors = problems_of(refused.value)
    assert [problem.code for problem in errors] == [NOT_JUDGED[name]]


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        pytest.param(command, rows, id=f"{page.parent.name}-{n}")
        for page in EXPECTATIONS
        for n, (command, rows) in enumerate(expectations(page), start=1)
    ],
)
def test_expectation(
    command: str, wanted: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    document = answer(command)
    given = document.get("duties") or document.get("cross_checks")
    given = given or [*document.get("added", ()), *document.get("changed", ())]
    assert wanted or not document["duties"], f"$ {command}\nno row is expected: {given}"
    for row in wanted:
        if "never" in row:
            assert given and not any(one["status"] == row["never"] for one in given)
            continue
        assert any(agrees(row, one) for one in given), f"$ {command}\n{row}\nnot in {given}"
