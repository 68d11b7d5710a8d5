"""`allow W301 "why"`: what it mutes and where, and how it is parsed, printed and laid out."""

from __future__ import annotations

from pathlib import Path

import pytest

import servanda
from servanda.syntax.formatter import format_text
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import parse_agreement
from servanda.syntax.printer.statements import show
from servanda.syntax.problem_codes import EXAMPLE_HEAD
from servanda.syntax.problems import Problem, Problems
from servanda.syntax.tree import Agreement

EXACT = "  A must pay(amount: 5 EUR) to B by 2024-01-31\n"
TWO_CLAUSES = f"clause 1\n{EXACT}clause 2\n{EXACT.replace('5', '6')}"


def problems_of(text: str, folder: Path) -> list[Problem]:
    (folder / "case.sv").write_text(EXAMPLE_HEAD + text)
    return list(servanda.open(folder / "case.sv").check().problems)


def codes(text: str, folder: Path) -> list[str]:
    return [problem.code for problem in problems_of(text, folder)]


def parsed(text: str) -> tuple[Agreement, list[Problem]]:
    problems = Problems()
    agreement = parse_agreement(lay_out(text, "a.sv", problems).statements, problems)
    return agreement, list(problems)


# ---------------------------------------------------------------------- what is muted, and where
def test_a_line_at_the_margin_mutes_everywhere(tmp_path: Path) -> None:
    assert codes(TWO_CLAUSES, tmp_path) == ["W301", "W301"]
    assert codes(f'allow W301 "the rent is exact"\n{TWO_CLAUSES}', tmp_path) == []


def test_a_line_in_a_clause_mutes_there_only(tmp_path: Path) -> None:
    text = TWO_CLAUSES.replace("clause 2\n", 'clause 2\n  allow W301 "the rent is exact"\n')
    (left,) = problems_of(text, tmp_path)
    assert (left.code, left.line) == ("W301", 6)


def test_a_line_at_the_end_of_a_clause_mutes_the_lines_above(tmp_path: Path) -> None:
    assert codes(f'clause 1\n{EXACT}  allow W301 "exact"\n', tmp_path) == []


def test_a_line_in_one_clause_does_not_reach_one_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "more.sv").write_text(f'clause 9\n  allow W301 "exact"\n{EXACT}')
    text = f'include "more.sv"\n{"# a line" + chr(10)}clause 1\n{EXACT}'
    found = problems_of(text, tmp_path)
    assert [(p.code, p.file) for p in found] == [("W301", "case.sv")]


def test_a_reading_and_an_amendment_have_their_own(tmp_path: Path) -> None:
    text = (
        f'clause 1\n{EXACT}  B may amend 1 to later\n  allow W301 "exact"\n'
        f'amendment later of 1\n  allow W301 "exact"\n{EXACT}'
        f'reading R.strict of 1, reads the text as\n  allow W301 "exact"\n'
        f'  allow H204 "nobody holds it"\n{EXACT}'
    )
    assert codes(text, tmp_path) == []


def test_another_code_is_not_muted(tmp_path: Path) -> None:
    found = codes(f'allow H202 "why"\n{TWO_CLAUSES}', tmp_path)
    assert found == ["H410", "W301", "W301"]


def test_a_line_that_mutes_nothing_is_a_hint(tmp_path: Path) -> None:
    text = TWO_CLAUSES.replace("amount: ", "amount: at least ")
    (idle,) = problems_of(f'allow W301 "the rent is exact"\n{text}', tmp_path)
    assert (idle.code, idle.severity, idle.line) == ("H410", "hint", 5)
    assert idle.source == 'allow W301 "the rent is exact"'


def test_a_line_that_mutes_nothing_is_not_reported_beside_errors(tmp_path: Path) -> None:
    assert codes('allow H202 "why"\nclause 1\n  A must fly\n', tmp_path) == ["E201"]


def test_muted_problems_are_counted(tmp_path: Path) -> None:
    (tmp_path / "case.sv").write_text(f'{EXAMPLE_HEAD}allow W301 "exact"\n{TWO_CLAUSES}')
    checked = servanda.open(tmp_path / "case.sv").check()
    assert [problem.code for problem in checked.muted] == ["W301", "W301"]


# ---------------------------------------------------------------------- what is refused
@pytest.mark.parametrize(
    ("line", "message", "advice"),
    [
        ('allow E201 "why"', "`E201` is an error", "servanda explain-error E201"),
        ('allow W999 "why"', "`W999` is no warning and no hint", "lists all codes"),
        ('allow w301 "why"', "`w301` is no warning and no hint", "did you mean `W301`"),
        ('allow W301 " "', "the reason is empty", "say why"),
    ],
)
def test_lines_that_cannot_mute(line: str, message: str, advice: str) -> None:
    _, (problem,) = parsed(f"agreement X\n{line}\n")
    assert problem.code == "E160"
    assert message in problem.message
    assert advice in str(problem.help)


def test_the_reason_is_mandatory() -> None:
    _, (problem,) = parsed("agreement X\nallow W301\n")
    assert problem.code == "E121"
    assert 'a text in "quotes"' in str(problem.help)


# ---------------------------------------------------------------------- printed and laid out
def test_printing_and_parsing_again() -> None:
    text = (
        'agreement X\nallow H202 "kept for the record"\nclause 1\n  allow W301 "exact"\n  no duty\n'
        'amendment a of 1\n  allow W301 "exact"\n  no duty\n'
        'reading R.a of 1, finds no obligation\n  allow W301 "exact"\n'
    )
    agreement, problems = parsed(text)
    assert problems == []
    again, _ = parsed(show(agreement))
    assert again == agreement
    assert [len(b.allows) for b in (agreement, *agreement.clauses, *agreement.readings)] == [1] * 3


def test_the_formatter_keeps_it() -> None:
    text = 'agreement X\nclause 1\n  allow   W301   "exact"  # twice\n  no duty\n'
    formatted, problems = format_text(text, "a.sv")
    assert problems == []
    assert '  allow W301 "exact"  # twice\n' in formatted


def test_allow_can_still_be_a_name() -> None:
    agreement, problems = parsed(
        "agreement X\nparty allow\nevent allow(by: party)\nclause 1\n  allow must allow\n"
    )
    assert problems == []
    assert agreement.clauses[0].rules
