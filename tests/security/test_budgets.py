"""Texts that a stranger made to take for ever: each ends soon, with an answer or with its line."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from servanda.cli import app

HEAD = """agreement G "g"
  zone UTC
party A, B
event pay(by: party, id: text), not recorded is taken as not done
event rob(by: party), not recorded is taken as not done
measure stock in kg
state ill from pay(by: A) until pay(by: B)
state bad from rob(by: A) until rob(by: B)
"""
PAYS = '2024-01-01 A pays("x")\n'
SOON = 20


def run(*words: str | Path) -> tuple[int, str]:
    started = time.monotonic()
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert time.monotonic() - started < SOON
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def chain(step: str, first: str = "ill") -> str:
    """`c40`, in forty steps that each use the one before as `$`."""
    lines = [f"define c0 = {first}"]
    lines += [f"define c{n + 1} = {step.replace('$', f'c{n}')}" for n in range(40)]
    return "\n".join(lines) + "\n"


def case_of(folder: Path, text: str) -> Path:
    duty = "clause 1\n  A must pay(any) by 2024-01-31 if not c40\n"
    (folder / "case.sv").write_text(HEAD + text + duty + PAYS)
    return folder / "case.sv"


SHARED = ("$ and $", "$ or $", "$ and $ and $", "$ or $ or $", "($ and $) or ($ and $)", "not $")


@pytest.mark.parametrize(("first", "status"), [("ill", "kept"), ("not ill", "dormant")])
@pytest.mark.parametrize("step", SHARED)
def test_definitions_that_say_one_thing_twice_say_it_once(
    tmp_path: Path, step: str, first: str, status: str
) -> None:
    code, text = run("status", case_of(tmp_path, chain(step, first)), "--json")
    assert code == 0, text
    (duty,) = json.loads(text)["duties"]
    assert duty["status"] == status


GROWING = (
    "$ or not $",
    "$ and not $",
    "($ or bad) and not ($ and bad)",
    "not ($ and bad) or ($ and ill)",
    "($ and bad) or ($ and ill)",
    "($ and stock > 1 kg) or (bad and not $)",
)


@pytest.mark.parametrize("verb", ["check", "status"])
@pytest.mark.parametrize("step", GROWING)
def test_definitions_that_grow_are_refused_with_their_line(
    tmp_path: Path, step: str, verb: str
) -> None:
    case = case_of(tmp_path, chain(step))
    code, text = run(verb, case, "--json")
    (error,) = json.loads(text)["errors"]
    assert code == 1 and error["code"] == "E236"
    assert case.read_text().split("\n")[error["line"] - 1].startswith("define c")


def test_definitions_that_grow_where_a_parameter_differs(tmp_path: Path) -> None:
    lines = ["define c0(p: party) = rob(by: p) has happened"]
    lines += [f"define c{n + 1}(p: party) = c{n}(p) or not c{n}(A)" for n in range(39)]
    text = "\n".join(lines) + "\ndefine c40 = c39(B)\n"
    code, said = run("check", case_of(tmp_path, text), "--json")
    assert code == 1 and [e["code"] for e in json.loads(said)["errors"]] == ["E236"]


TEXTS = {
    "groups": "group g0 = A, B\n" + "".join(f"group g{n + 1} = g{n}, g{n}\n" for n in range(40)),
    "long window": "clause 2\n  when pay(any):\n    A must rob within 99999999999 days\n",
    "long number": f"clause 2\n  A must keep stock <= {'9' * 50_000} kg\n",
    "exponent": "clause 2\n  A must keep stock <= 1e999999999 kg\n",
    "power": "clause 2\n  A must keep stock <= 10**10**9 kg\n",
    "year": "clause 2\n  A must pay by 999999-01-01\n",
    "every second": "clause 2\n  A must pay every 1 second from 2024-01-01\n",
    "negations": f"define d = {'not ' * 3_000}ill\n",
    "conjunction": f"define d = {' and '.join(['ill'] * 3_000)}\n",
    "units": "unit u1 = 10 kg\n" + "".join(f"unit u{n + 1} = 10 u{n}\n" for n in range(1, 20)),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_large_on_one_line_ends_soon(tmp_path: Path, text: str) -> None:
    code, said = run("check", case_of(tmp_path, chain("$") + text), "--json")
    assert code in (0, 1)
    assert all(error["line"] for error in json.loads(said)["errors"])


def test_many_headings(tmp_path: Path) -> None:
    headings = "".join(f"# {n}\n\n## {n}.1\n\n" for n in range(20_000))
    (tmp_path / "case.md").write_text(f"{headings}\n```servanda\n{HEAD}```\n")
    code, text = run("check", tmp_path / "case.md")
    assert code == 1 and "has neither a rule" in text
