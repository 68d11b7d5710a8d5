"""A case with an error of `check` answers no question: every verb refuses with that error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import servanda
from servanda.cli import app
from servanda.cli.verbs import verbs
from servanda.syntax.problem_codes import EXAMPLE_HEAD
from servanda.syntax.problems import ServandaError
from servanda.watch.watch import Watch

DUTY = "clause 1\n  A must pay by 2024-01-31\n"
WRONG = {
    "E405": "clause 1\n  A must pay from 2024-02-01 until 2024-01-01\n",
    "E406": "clause 1\n  A must pay from 2030-01-01 by 2030-02-01\n",
    "E411": "measure stock in EUR\nclause 1\n  A must keep stock >= 5 EUR and stock <= 1 EUR\n",
    "E234": f"define c = d\ndefine d = not c\n{DUTY}clause 2\n  A must not pay while c\n",
    "E412": f"{DUTY}  disapplies 2 while it binds\n"
    "clause 2\n  disapplies 1 while it binds\n  A must pay by 2024-01-31\n",
    "E414": "group None_of_them = A\nclause 1\n  A must not pay while B in None_of_them\n",
    "E410": f"{DUTY}clause 2\n  A must not pay\n",
}
"""Errors that only `check` found, and a conflict that needs the record to be judged."""
RECORD = "2024-01-20 B pays(amount: 5 EUR)\n"

ARGUMENTS = {
    "status": (),
    "timeline": (),
    "why": ("1",),
    "compare": (),
    "suppose": ("more.sv",),
    "judge": ("--summary",),
    "watch": ("--follow", "events.jsonl", "--once"),
    "report": ("-o", "case.html"),
    "chart": ("timeline", "-o", "case.svg"),
    "export": ("-o", "case.csv"),
}
"""How each verb that answers a question is asked; `serve` shows the problems in place of pages."""
NO_QUESTION = {"check", "new", "fmt", "explain-error", "read", "accept", "serve"}


def case_in(folder: Path, wrong: str) -> str:
    head = EXAMPLE_HEAD.replace(
        "agreement Example\n", "agreement Example\n  in force from 2020-01-01 until 2029-01-01\n"
    )
    (folder / "case.sv").write_text(head + wrong + RECORD)
    (folder / "more.sv").write_text("2024-01-21 A pays(amount: 5 EUR)\n")
    (folder / "events.jsonl").write_text("")
    return "case.sv"


def told(*words: str) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(app, [*words, "--json"])
    return result.exit_code, json.loads(result.output)["errors"]


def test_the_list_of_verbs_is_whole() -> None:
    assert verbs().keys() == ARGUMENTS.keys() | NO_QUESTION


@pytest.mark.parametrize("code", WRONG)
def test_every_verb_refuses_with_the_errors_of_check(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    case = case_in(tmp_path, WRONG[code])
    status, errors = told("check", case)
    assert (status, {error["code"] for error in errors}) == (1, {code})
    before = sorted(tmp_path.rglob("*"))
    for verb, rest in ARGUMENTS.items():
        words = (verb, *rest[:1], case, *rest[1:]) if verb == "chart" else (verb, case, *rest)
        assert told(*words) == (1, errors), verb
    assert sorted(tmp_path.rglob("*")) == before, "nothing is written"


QUESTIONS: dict[str, Callable[[servanda.Case], object]] = {
    "status": lambda case: case.status(on="2024-01-10"),
    "timeline": lambda case: case.timeline(),
    "why": lambda case: case.why("1"),
    "compare": lambda case: case.compare(),
    "suppose": lambda case: case.suppose(text="2024-01-21 A pays(amount: 5 EUR)\n"),
    "deadlines": lambda case: case.deadlines(),
    "entries": lambda case: case.entries(),
    "verdicts": lambda case: case.verdicts().counts(),
    "judge": lambda case: case.judge(),
    "judgement": lambda case: case.judgement(),
    "charts": lambda case: case.charts("counts"),
    "report": lambda case: case.report_html(),
    "measured": lambda case: case.measured(),
}


@pytest.mark.parametrize("code", ["E234", "E405", "E410"])
def test_so_do_the_methods(code: str, tmp_path: Path) -> None:
    case = servanda.open(tmp_path / case_in(tmp_path, WRONG[code]))
    errors = case.check().errors
    assert {error.code for error in errors} == {code}
    for name, ask in QUESTIONS.items():
        with pytest.raises(ServandaError) as refused:
            ask(case)
        assert refused.value.problems == errors, name
    with pytest.raises(ServandaError) as refused:
        Watch(tmp_path / "case.sv", tmp_path / "events.jsonl", state=tmp_path / "state")
    assert refused.value.problems == errors


def test_what_is_supposed_may_be_at_fault_too(tmp_path: Path) -> None:
    case = servanda.open(tmp_path / case_in(tmp_path, DUTY))
    assert case.check().errors == ()
    with pytest.raises(ServandaError) as refused:
        case.suppose(text="clause 9\n  A must not pay\n")
    assert [problem.code for problem in refused.value.problems] == ["E410"]
