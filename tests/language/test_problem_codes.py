"""The registry of problem codes, against its own examples, the code and docs/errors.md."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from typer.testing import CliRunner

import servanda
from servanda.cli import app
from servanda.semantics.resolver import norms_of
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import parse_agreement
from servanda.syntax.problem_codes import (
    EXAMPLE_HEAD,
    FAMILIES,
    Example,
    ProblemCode,
    is_mutable,
    problem_codes,
    suggest_code,
)
from servanda.syntax.problems import Problem, Problems, ServandaError, render

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "errors.md"
CODES = list(problem_codes().values())
WITH_EXAMPLES = [code for code in CODES if code.wrong is not None]
CODE = re.compile(r"[EWH]\d{3}")


def problems_of(case: Path) -> list[Problem]:
    try:
        return list(servanda.open(case).check().problems)
    except ServandaError as error:
        return list(error.problems)


def checked(example: Example, folder: Path) -> list[Problem]:
    folder.mkdir()
    for name, text in example.files.items():
        (folder / name).write_text(text)
    return problems_of(folder / example.main)


# ---------------------------------------------------------------------- the examples
@pytest.mark.parametrize("code", WITH_EXAMPLES, ids=lambda c: c.code)
def test_the_wrong_example_has_the_problem_and_the_right_one_has_none(
    code: ProblemCode, tmp_path: Path
) -> None:
    assert code.wrong is not None and code.right is not None
    wrong = checked(code.wrong, tmp_path / "wrong")
    assert code.code in {p.code for p in wrong}, [render(p) for p in wrong]
    right = checked(code.right, tmp_path / "right")
    in_the_way = [p for p in right if p.code == code.code or p.severity == "error"]
    assert not in_the_way, [render(p) for p in in_the_way]


def test_every_problem_of_an_example_says_what_to_do(tmp_path: Path) -> None:
    for code in WITH_EXAMPLES:
        assert code.wrong is not None
        for problem in checked(code.wrong, tmp_path / code.code):
            assert problem.help, render(problem)
            assert problem.subject and re.match(r"[a-z]+:", problem.subject), render(problem)


# What an advice tells to write, to the letter; `…` stands for what the reader fills in.
WRITE = re.compile(
    r"(?:write|declare it:|did you mean|add|choose another name:) (`[^`]+`(?:(?:,| or) `[^`]+`)*)"
)
# The advice begins with another way out, without a text to write, which the right example takes.
ANOTHER_WAY = {"E133": "the phrase is left out", "E320": "the amount is in the unit wanted"}


def written_by(advice: str, example: Example) -> bool:
    """Whether the example has one of the texts that the advice tells to write."""
    text = " ".join(" ".join(example.files.values()).split())
    parts = [part for parts in WRITE.findall(advice) for part in re.findall("`([^`]+)`", parts)]
    wanted = [re.escape(part).replace("…", ".+?").replace('"why"', '".+?"') for part in parts]
    return not wanted or any(re.search(pattern, text) for pattern in wanted)


@pytest.mark.parametrize("code", WITH_EXAMPLES, ids=lambda c: c.code)
def test_the_right_example_follows_the_advice_to_the_letter(
    code: ProblemCode, tmp_path: Path
) -> None:
    assert code.wrong is not None and code.right is not None
    advice = [p.help or "" for p in checked(code.wrong, tmp_path / "wrong") if p.code == code.code]
    followed = any(written_by(one, code.right) for one in advice)
    assert followed != (code.code in ANOTHER_WAY), (advice, code.right.shown)


# ---------------------------------------------------------------------- codes without examples
TABLE = 'table "{file}"{more}\n  row is pay(by: column who) on column day{id}\n'


def table_case(folder: Path, table: pa.Table, by_id: str = "") -> Path:
    pq.write_table(table, folder / "pays.parquet")
    text = EXAMPLE_HEAD + TABLE.format(file="pays.parquet", more="", id=by_id)
    (folder / "case.sv").write_text(text)
    return folder / "case.sv"


def several_objects(folder: Path) -> Path:
    relations = ["o1", "o2"]
    log = {
        "objects": [{"id": id_, "type": "item"} for id_ in relations],
        "events": [
            {
                "id": "e1",
                "type": "pay",
                "time": "2024-01-31T12:00:00Z",
                "relationships": [{"objectId": id_, "qualifier": "of"} for id_ in relations],
            }
        ],
    }
    (folder / "log.json").write_text(json.dumps(log))
    row = '  row is order(id: column "ocel:type:item") on column "ocel:timestamp"\n'
    text = f'{EXAMPLE_HEAD}event order(id: text)\ntable "log.json"\n{row}'
    (folder / "case.sv").write_text(text)
    return folder / "case.sv"


def amount_of_an_event(folder: Path) -> Path:
    several_objects(folder)
    log = json.loads((folder / "log.json").read_text())
    log["events"][0]["attributes"] = [{"name": "weight", "value": 2}]
    (folder / "log.json").write_text(json.dumps(log))
    row = '  row is order(weight: column weight) on column "ocel:timestamp"\n'
    text = f'{EXAMPLE_HEAD}event order(weight: number)\ntable "log.json" each item\n{row}'
    return in_file(folder, text)


def two_sheets(folder: Path) -> Path:
    with xlsxwriter.Workbook(folder / "pays.xlsx") as book:
        for name in ("One", "Two"):
            book.add_worksheet(name).write_row(0, 0, ["day", "who"])
    return in_file(folder, EXAMPLE_HEAD + TABLE.format(file="pays.xlsx", more="", id=""))


def column_of_lists(folder: Path) -> Path:
    return table_case(folder, pa.table({"day": [[1]], "who": ["A"]}))


def float_ids(folder: Path) -> Path:
    table = pa.table({"day": ["2024-01-31"], "who": ["A"], "n": [2.0**60]})
    return table_case(folder, table, ", id column n")


def many_operations(folder: Path) -> Path:
    return in_file(folder, f"clause 1\n  A must keep {' + '.join('1' * 120)} <= 5\n")


def growing_definitions(folder: Path) -> Path:
    steps = (f"define c{n + 1} = c{n} or not c{n}\n" for n in range(12))
    duty = "clause 1\n  A must pay to B excused while c12, time not extended\n"
    return in_file(folder, f"{EXAMPLE_HEAD}define c0 = pay has happened\n{''.join(steps)}{duty}")


def many_failures(folder: Path) -> Path:
    return in_file(folder, "nonsense here\n" * 250)


def in_file(folder: Path, text: str | bytes) -> Path:
    (folder / "case.sv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / "case.sv"


def stray(folder: Path) -> Path:
    (folder / "agreement.md").write_text(f"```servanda\n{EXAMPLE_HEAD}```\n")
    (folder / "hypothesis.sv").write_text("2024-01-31 A pays\n")
    return folder


MADE: dict[str, Callable[[Path], Path]] = {
    "E101": lambda folder: folder / "nothing",
    "E104": lambda folder: in_file(folder, "agreement Zürich\n".encode("latin-1")),
    "E105": lambda folder: in_file(folder, b"x" * 100_001),
    "E123": many_failures,
    "E132": many_operations,
    "E236": growing_definitions,
    "E709": column_of_lists,
    "E713": several_objects,
    "E714": float_ids,
    "E724": amount_of_an_event,
    "E725": two_sheets,
    "W502": stray,
}


@pytest.mark.parametrize("code", MADE)
def test_a_code_whose_example_is_too_long_for_the_page(code: str, tmp_path: Path) -> None:
    found = problems_of(MADE[code](tmp_path))
    assert code in {p.code for p in found}, [render(p) for p in found]


def run(*words: str) -> tuple[int, dict[str, object]]:
    result = CliRunner().invoke(app, [*words, "--json"])
    return result.exit_code, json.loads(result.output)


def first_error(document: dict[str, object]) -> dict[str, str]:
    errors = document["errors"]
    assert isinstance(errors, list)
    return dict(errors[0])


def test_a_request_is_refused_with_its_own_code() -> None:
    exit_code, document = run("status", str(ROOT / "cases" / "sale"), "--account", "Nobody")
    assert (exit_code, first_error(document)["code"]) == (2, "E212")


def test_a_rule_that_cannot_be_judged(tmp_path: Path) -> None:
    text = (
        "event ask(by: party)\nclause 1\n  when ask(by: A):\n"
        "    B must pay to A within 1 month\n2023-01-31 A asks\n"
    )
    exit_code, document = run("status", str(in_file(tmp_path, EXAMPLE_HEAD + text)))
    assert (exit_code, first_error(document)["code"]) == (1, "E002")


def test_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("broken")

    monkeypatch.setattr("servanda.cli.questions.open_case", fail)
    exit_code, document = run("check", str(ROOT / "cases" / "sale"))
    assert (exit_code, first_error(document)["code"]) == (1, "E009")


def test_an_unknown_account() -> None:
    problems = Problems()
    agreement = parse_agreement(lay_out(EXAMPLE_HEAD, "a.sv", problems).statements, problems)
    norms_of(agreement, "Nobody", None, problems)
    assert [p.code for p in problems] == ["E212"]


def test_a_format_that_needs_another_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = several_objects(tmp_path)
    monkeypatch.setattr("servanda.record.tables.ocel_json.find_spec", lambda _: None)
    assert "E717" in {p.code for p in problems_of(case)}


ELSEWHERE = {"E002", "E009", "E212", "E717"}
REQUESTS = {code.code for code in CODES if code.code[1] == "0"}
"""`tests/test_refusals.py` and `tests/web/test_view.py` have them."""


def test_every_code_is_produced_by_an_example_or_a_test() -> None:
    produced = {code.code for code in WITH_EXAMPLES} | set(MADE) | ELSEWHERE | REQUESTS
    assert produced == set(problem_codes())


# ---------------------------------------------------------------------- the code and the registry
def codes_in_source() -> set[str]:
    found: set[str] = set()
    for file in sorted((ROOT / "src" / "servanda").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if CODE.fullmatch(node.value) else set()
    return found


def test_the_code_names_the_codes_of_the_registry_and_no_others() -> None:
    assert codes_in_source() == set(problem_codes())


def test_codes_are_in_order_and_belong_to_a_topic() -> None:
    assert all(code.code[1] in FAMILIES for code in CODES)
    topics = [code.code[1] for code in CODES]
    assert topics == sorted(topics)
    assert len({code.title for code in CODES}) == len(CODES)


def test_every_code_says_what_to_do() -> None:
    for code in CODES:
        assert len(code.explanation.split("\n\n")) >= 2, code.code


# ---------------------------------------------------------------------- docs/errors.md
INTRODUCTION = """\
# Errors, warnings and hints

`servanda check` reports every problem at once, each with a code. The first letter is the severity:

- **E**, an error: the case cannot be judged until it is corrected. The exit code is 1.
- **W**, a warning: something is probably wrong.
- **H**, a hint: something is worth a look.

Warnings and hints stop nothing, and a line in the case [mutes them](language/muting.md).
`servanda explain-error E104` says what a code means and what to write instead, with a wrong and a
right example. Each code below links to the same text.
"""
SECTIONS = "../src/servanda/syntax/problem_codes.md"


def anchor(code: ProblemCode) -> str:
    """The place of a heading as GitHub names it."""
    heading = re.sub(r"[^\w\- ]", "", f"{code.code} {code.title}".lower())
    return heading.replace(" ", "-")


def errors_page() -> str:
    """docs/errors.md: an index of the registry."""
    parts = [INTRODUCTION]
    for digit, topic in FAMILIES.items():
        parts.append(f"## {digit}xx: {topic}\n\n| code | problem |\n|---|---|")
        rows = [c for c in CODES if c.code[1] == digit]
        parts += [f"| [{c.code}]({SECTIONS}#{anchor(c)}) | {c.title} |" for c in rows]
        parts.append("")
    return "\n".join(parts)


def test_the_page_is_that_of_the_registry() -> None:
    if os.environ.get("SERVANDA_UPDATE") == "1":
        PAGE.write_text(errors_page())
    assert PAGE.read_text() == errors_page()


# ---------------------------------------------------------------------- explain-error
def test_explaining_a_code() -> None:
    exit_code, found = run("explain-error", "e301")
    assert exit_code == 0
    assert found["code"] == "E301" and found["severity"] == "error"
    assert "sum: 5 EUR" in str(found["wrong"]) and "amount: 5 EUR" in str(found["right"])
    text = CliRunner().invoke(app, ["explain-error", "E301"]).output
    assert text.startswith("error[E301]: A parameter that is not declared\n")


def test_explaining_without_a_code_lists_all() -> None:
    exit_code, found = run("explain-error")
    assert exit_code == 0
    rows = found["codes"]
    assert isinstance(rows, list)
    assert [row["code"] for row in rows] == list(problem_codes())
    text = CliRunner().invoke(app, ["explain-error"]).output
    assert all(code in text for code in problem_codes())


@pytest.mark.parametrize(
    ("given", "near"), [("E31", "E3"), ("H205", "W205"), ("XYZ", "`servanda explain-error`")]
)
def test_explaining_an_unknown_code_names_those_near_it(given: str, near: str) -> None:
    exit_code, document = run("explain-error", given)
    assert exit_code == 2
    assert near in first_error(document)["help"]


def test_suggestions_of_codes_that_can_be_muted() -> None:
    assert suggest_code("E205", mutable=True) == "did you mean `W205`?"
    assert is_mutable("W205") and not is_mutable("E205") and not is_mutable("W999")


# ---------------------------------------------------------------------- the contract
def test_json_has_code_severity_and_subject(tmp_path: Path) -> None:
    text = EXAMPLE_HEAD + "clause 1\n  A must pay(amount: 5 EUR)\n  C must pay\n"
    exit_code, document = run("check", str(in_file(tmp_path, text)))
    assert exit_code == 1
    error = first_error(document)
    assert (error["code"], error["severity"], error["subject"]) == ("E202", "error", "party:C")
    warnings = document["warnings"]
    assert isinstance(warnings, list)
    assert [(w["code"], w["severity"]) for w in warnings] == [("W301", "warning")]
    assert isinstance(document["hints"], list)


@pytest.mark.parametrize(
    ("line", "code", "subject"),
    [
        ("clause 1\n  A must pay(amount: 5 EUR)\n", "W301", "clause:1"),
        ("clause 1\n  A must pay\n    within 5 days\n", "E401", "clause:1"),
        ("clause 1\n  A must py\n", "E201", "event:py"),
        ("clause 1\n  A mst pay\n", "E120", "clause:1"),
        ("event visit(by: party)\n", "H202", "event:visit"),
        ("event visit(by: party, by: party)\n", "E232", "event:visit"),
        ("day start_day = pay + 5 business days of Office\n", "E209", "calendar:Office"),
        ("clause 1\n  no duty\nreading R.a of 1\n  A must pay\n", "H204", "reading:R.a"),
        ("account Mine\n  reads R as a\n", "E211", "reading:R.a"),
        ("account Mine\n  trusts only Nobody\n", "E522", "account:Mine"),
        ("2024-01-31 A pays source letter\n", "E501", "source:letter"),
        ("nonsense here\n", "E120", "file:case.sv"),
    ],
)
def test_the_subject_of_a_problem(line: str, code: str, subject: str, tmp_path: Path) -> None:
    found = problems_of(in_file(tmp_path, EXAMPLE_HEAD + line))
    assert subject in [p.subject for p in found if p.code == code], [(p, p.subject) for p in found]


def test_warnings_do_not_change_the_exit_code(tmp_path: Path) -> None:
    text = EXAMPLE_HEAD + "clause 1\n  A must pay(amount: 5 EUR)\n"
    exit_code, document = run("check", str(in_file(tmp_path, text)))
    assert (exit_code, document["errors"]) == (0, [])
    assert document["warnings"]
