"""A parameter has the type that it is declared with; who fills `by` and `to`."""

from __future__ import annotations

from pathlib import Path

import pytest

import servanda

DUTY = "clause 1\n  {duty}\n"


def case_of(folder: Path, text: str) -> servanda.Case:
    (folder / "case.sv").write_text(f"agreement G\nparty A, B\n{text}")
    return servanda.open(folder / "case.sv")


def problems(case: servanda.Case) -> list[str]:
    return [p.code for p in case.check().problems if p.severity == "error"]


SILENT = ", not recorded is taken as not done"


@pytest.mark.parametrize(
    ("params", "duty", "entry", "status"),
    [
        ("item: text, to: text", 'A must move("x", to: "Lyon")', 'move("x", "Lyon")', "kept"),
        ("item: text, to: text", 'A must move("x", to: "Lyon")', 'move("x", "Nice")', "broken"),
        ("by, item, to: text", 'A must move("x", "Lyon") to B', 'A moves("x", "Lyon")', "kept"),
        ("by, item, to: text", 'A must move("x", "Lyon") to B', 'B moves("x", "Lyon")', "broken"),
        ("by, to: number", "A must move(at least 5) to B", "A moves(6)", "kept"),
        ("by, to: date", "A must move(2024-01-05) to B", "A moves(2024-01-05)", "kept"),
        ("by, from: text, to", 'A must move("Lyon") to B', 'A moves("Lyon", B)', "kept"),
        ("by, from: text, to", 'A must move("Lyon") to B', 'A moves("Lyon", A)', "broken"),
        ("by, of: text", 'A must move("steel")', 'A moves("steel")', "kept"),
        ("by, towards: text", 'A must move("north")', 'A moves("south")', "broken"),
        ("by, to, item", 'A must move(item: "x") to B', 'A moves(B, "x")', "kept"),
        ("by: party, to: party", "A must move to B", "A moves(B)", "kept"),
        (
            "by, to: number",
            "A must move(at least 5) to B instalments add up",
            "A moves(5)",
            "kept",
        ),
    ],
)
def test_an_act(tmp_path: Path, params: str, duty: str, entry: str, status: str) -> None:
    more = "" if "instalments" not in duty else " instalments add up"
    duty = duty.removesuffix(more)
    text = f"event move({params}){SILENT}\n{DUTY.format(duty=f'{duty} by 2024-02-01{more}')}"
    case = case_of(tmp_path, f"{text}2024-01-10 {entry}\n")
    assert problems(case) == []
    (row,) = case.status(on="2024-03-01")
    assert row.status == status


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        (f"event move(by: text){SILENT}\n", "E316"),
        (f"event move(by: number, item: text){SILENT}\n", "E316"),
        (f"event go(by){SILENT}\nevent move(by: date) arises 2 days after go\n", "E316"),
        (
            f"event move(by){SILENT}\nevent rest(by){SILENT}\n"
            "state away(by: text) from move(by) until rest(by)\n",
            "E316",
        ),
        (f"event move(by: clause){SILENT}\n", "E316"),
    ],
)
def test_an_actor_is_a_party(tmp_path: Path, declared: str, code: str) -> None:
    case = case_of(tmp_path, f"{declared}clause 1\n  A must not move\n")
    assert code in problems(case)


@pytest.mark.parametrize("word", ["to", "of", "from", "towards"])
def test_where_no_type_is_written_they_are_parties(tmp_path: Path, word: str) -> None:
    text = f"event move(by, {word}){SILENT}\nclause 1\n  A must move({word}: {{}}) by 2024-02-01\n"
    assert problems(case_of(tmp_path, text.format("B"))) == []
    case = case_of(tmp_path, text.format('"Lyon"'))
    (problem,) = case.check().errors
    assert (problem.code, f"declare it `{word}: text`" in problem.help) == ("E304", True)
    mended = text.replace(f"by, {word}", f"by, {word}: text").format('"Lyon"')
    assert problems(case_of(tmp_path, mended)) == []


def test_of_a_state_and_of_a_vague_term(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        f"""event open(to: text){SILENT}
event close(to: text){SILENT}
event pass(by){SILENT}
state open_to(to: text) from open(to) until close(to)
vague fit(of: text) to be determined by B
clause 1
  A must not pass while open_to("Lyon") and fit("road")
2024-01-01 open("Lyon")
2024-01-02 B determines fit("road")
2024-01-03 A passes
""",
    )
    assert problems(case) == []
    assert [row.status for row in case.status()] == ["broken"]


def test_the_subject_of_a_measure(tmp_path: Path) -> None:
    text = (
        "measure level(of: {}) in t\n{}clause 1\n  A must keep level of North <= 5 t\n"
        "2024-01-01 level of North = 4 t\n2024-01-02 level of South = 9 t\n"
    )
    case = case_of(tmp_path, text.format("text", ""))
    assert problems(case) == []
    assert [row.status for row in case.status()] == ["kept"]
    assert set(problems(case_of(tmp_path, text.format("party", "")))) == {"E202"}
    assert problems(case_of(tmp_path, text.format("party", "party North, South\n"))) == []


def test_rows_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "moves.csv").write_text("day,who,where\n2024-01-10,A,Lyon\n")
    case = case_of(
        tmp_path,
        f"""event move(by, to: text){SILENT}
clause 1
  A must move("Lyon") by 2024-02-01
table "moves.csv"
  row is move(by: column who, to: column where) on column day
""",
    )
    assert problems(case) == []
    assert [row.status for row in case.status(on="2024-03-01")] == ["kept"]
