"""Every refusal of a request has a code of its own, a subject, and advice."""

from __future__ import annotations

import ast
import json
import re
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import servanda
from servanda.articles.draft_files import load_drafts
from servanda.articles.drafts import Drafts
from servanda.articles.review import lines_by_number
from servanda.cli import app
from servanda.syntax.problem_codes import EXAMPLE_HEAD, problem_codes
from servanda.syntax.problems import Problem, ServandaError
from servanda.watch.watch import Watch

SRC = Path(__file__).parent.parent / "src" / "servanda"
TEXT = f"{EXAMPLE_HEAD}measure stock in EUR\nclause 1\n  A must pay\n"
RECORD = "2024-01-31 A pays(amount: 5 EUR)\n"
SUBJECT = re.compile(r"[a-z]+:.+", re.S)
WITHOUT_SUBJECT_OF_THEIR_OWN = {"E002", "E009"}
"""Not requests: `tests/language/test_problem_codes.py` has them."""
IN_THE_VIEW = {"E040", "E041", "E042", "E047"}
OF_THE_DISK = {"E043", "E045", "E046"}  # tests/test_disk.py
"""`tests/web/test_view.py` has them."""


def case_in(folder: Path, record: str = RECORD) -> Path:
    (folder / "case.sv").write_text(TEXT + record)
    return folder / "case.sv"


def opened(folder: Path, record: str = RECORD) -> servanda.Case:
    return servanda.open(case_in(folder, record))


def told(*words: str | Path) -> list[dict[str, Any]]:
    """The errors that the command line gives as JSON."""
    result = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert result.exit_code in (1, 2), result.output
    return list(json.loads(result.output)["errors"])


def watched(folder: Path, *lines: str) -> Watch:
    events = folder / "events.jsonl"
    events.write_text("".join(f"{line}\n" for line in lines))
    return Watch(case_in(folder), events, state=folder / "state")


def shortened(folder: Path) -> None:
    with watched(folder, '{"now": "2024-02-01"}', '{"now": "2024-02-02"}') as watch:
        list(watch.batches(once=True))
    with watched(folder, '{"now": "2024-02-01"}') as watch:
        list(watch.batches(once=True))


def twice(folder: Path) -> None:
    with watched(folder, '{"now": "2024-02-01"}') as watch:
        list(watch.batches(once=True))
        watched(folder, '{"now": "2024-02-01"}').__enter__()


def set_aside(folder: Path) -> list[Problem]:
    with watched(folder, "no JSON") as watch:
        return [p for batch in watch.batches(once=True) for p in batch.rejected]


def empty_article(folder: Path) -> None:
    (folder / "a.txt").write_text(" ")
    opened(folder).read(folder / "a.txt")


def no_line(folder: Path) -> None:
    lines_by_number(Drafts("a.txt", "", {"id": "a"}, (), ()), "1")


REQUESTS: dict[str, list[Callable[[Path], object]]] = {
    "E003": [
        lambda f: opened(f).chart("pie", f / "x.svg"),
        lambda f: opened(f).export(f / "x.csv", format="doc"),
        lambda f: opened(f).export(f / "x.csv", table="all"),
        lambda f: told("explain-error", "E31"),
    ],
    "E004": [
        lambda f: opened(f).suppose(),
        lambda f: opened(f).accept("drafts.json"),
        lambda f: opened(f).why("1(period: 2024)", period="2025"),
        lambda f: opened(f).export(f / "x.json", table="spans"),
        lambda f: told("export", case_in(f), "-o", f / "x.ics", "--calendar", "--format", "csv"),
    ],
    "E005": [
        lambda f: opened(f).report(f),
        lambda f: opened(f).report(f / "none" / "x.html"),
        lambda f: servanda.new(case_in(f).parent),
        lambda f: servanda.new(case_in(f)),
    ],
    "E006": [
        lambda f: opened(f).report(f / "x"),
        lambda f: opened(f).verdicts().write(f / "x.doc"),
    ],
    "E008": [lambda f: opened(f, "").status()],
    "E010": [
        lambda f: opened(f).why("1", debtor="B"),
        lambda f: opened(f).why("1", {"id": "x"}),
        lambda f: opened(f).chart("measure", f / "x.svg", measure="stock"),
    ],
    "E012": [
        lambda f: opened(f).status(on=5),  # type: ignore[arg-type]
        lambda f: opened(f).read(f / "a.txt", "soon"),
        lambda f: opened(f).why("1)"),
        *(
            (lambda f, size=size: opened(f).verdicts(memory=size).counts())
            for size in ("nonsense", "3XB", "-5GB", "", "0GB", "3 GB or so")
        ),
    ],
    "E013": [lambda f: told("status", case_in(f), "--engine", "abacus")],
    "E020": [shortened],
    "E021": [twice],
    "E022": [set_aside],
    "E030": [empty_article],
    "E031": [lambda f: load_drafts(f / "none.json")],
    "E032": [no_line],
    "E103": [
        lambda f: opened(f).read(f / "none.txt"),
        lambda f: told("read", f / "none.txt", "--case", case_in(f)),
    ],
    "E140": [lambda f: opened(f).status("2019-13-01")],
    "E203": [lambda f: opened(f).chart_measures(measure="stocks")],
    "E206": [lambda f: opened(f).why("2")],
    "E212": [lambda f: opened(f).status(account="Nobody")],
}


def problems(request: Callable[[Path], object], folder: Path) -> list[dict[str, Any]]:
    try:
        found = request(folder)
    except ServandaError as error:
        found = error.problems
    assert isinstance(found, Iterable)
    keys = ("code", "subject", "message", "help")
    return [p if isinstance(p, dict) else {k: getattr(p, k) for k in keys} for p in found]


@pytest.mark.parametrize(
    ("code", "number"), [(code, n) for code, made in REQUESTS.items() for n in range(len(made))]
)
def test_a_refused_request_has_its_code_its_subject_and_advice(
    code: str, number: int, tmp_path: Path
) -> None:
    (found,) = problems(REQUESTS[code][number], tmp_path)
    assert found["code"] == code, found
    assert SUBJECT.fullmatch(found["subject"]) and found["help"], found


def test_an_answer_that_needs_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    (found,) = problems(lambda f: opened(f).status().to_polars(), tmp_path)
    assert (found["code"], found["subject"]) == ("E007", "package:polars")


def test_more_than_one_answer_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servanda.explain.judged_case.MOST_SPANS", 0)
    (tmp_path / "pays.csv").write_text("day,who\n2024-01-31,A\n")
    table = 'table "pays.csv"\n  row is pay(by: column who) on column day\n'
    (found,) = problems(lambda f: opened(f, table).status("2024-02-01"), tmp_path)
    assert found["code"] == "E011"


def test_an_address_that_cannot_be_served(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(app, ["serve", str(case_in(tmp_path)), "--port", port])
    assert result.exit_code == 2 and "--port" in result.stderr


def test_every_code_of_requests_is_here() -> None:
    here = {*REQUESTS, "E001", "E007", "E011", "E014", "E044"}
    of_requests = {code for code in problem_codes() if code[1] == "0"}
    assert of_requests - WITHOUT_SUBJECT_OF_THEIR_OWN - IN_THE_VIEW - OF_THE_DISK <= here


def test_the_code_of_an_unreadable_command_line_stands_there_alone() -> None:
    """E001 is no code for what nobody gave a code."""
    naming = {
        str(file.relative_to(SRC))
        for file in SRC.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and node.value == "E001"
    }
    assert naming == {"cli/__init__.py"}
