"""Bad input through the command line: a clear error that names the place, exit 1, nothing written,
no traceback, in bounded time and memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from budgets import LONG
from servanda.cli import app

FUZZ = settings(
    max_examples=2000 if LONG else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
HEAD = """agreement Bad "Bad input"
party A
event pay(by: party, id: text, amount: number in kg), not recorded is taken as not done
measure stock(of: party) in kg
clause 1
  A must pay(any) by 2024-01-31
clause 2
  A must keep stock <= 10 kg
"""
STARTER = Path(__file__).parent.parent / "src" / "servanda" / "starter"
GIGABYTE = 1 << 30


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def refused(case: Path, *words: str) -> str:
    """What `check` and `status` say of a case at fault; nothing in its folder changes."""
    folder = case if case.is_dir() else case.parent
    before = snapshot(folder)
    code, text = run("check", case)
    asked, answer = run("status", case, "--on", "2024-06-01")
    assert (code, asked) == (1, 1), text + answer
    found = json.loads(run("check", case, "--json")[1])["errors"]
    assert found and all(row["message"] for row in found)
    assert "Traceback" not in text + answer and "Servanda's own" not in text + answer
    assert snapshot(folder) == before
    for word in words:
        assert word in text, text
    return text


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    refused_path = tmp_path / "none"
    code, text = run("check", refused_path)
    assert code == 1 and "there is no folder or file" in text
    assert not refused_path.exists()


def test_an_empty_folder(tmp_path: Path) -> None:
    refused(
        tmp_path,
        "holds no `agreement.md`",
        "servanda new",
    )


def test_binary(tmp_path: Path) -> None:
    (tmp_path / "agreement.md").write_bytes(bytes(range(256)) * 100)
    refused(tmp_path, "agreement.md", "binary")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "case.sv").write_text("")
    refused(tmp_path / "case.sv", "no `agreement` line")


def test_a_line_of_fifty_megabytes_is_refused_in_bounded_time_and_memory(tmp_path: Path) -> None:
    case = tmp_path / "case.sv"
    case.write_text(HEAD + "2024-01-01 stock of A = " + "9" * 50_000_000 + " kg\n")

    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2 * GIGABYTE, 2 * GIGABYTE))
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))

    command = [sys.executable, "-m", "servanda", "check", str(case)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limits)
    assert done.returncode == 1, done.stderr[-500:]
    assert "case.sv:9" in done.stdout + done.stderr
    assert len(done.stdout + done.stderr) < 5000
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("depth", [300, 20_000])
def test_deep_nesting(tmp_path: Path, depth: int) -> None:
    nested = "(" * depth + "stock <= 1 kg" + ")" * depth
    (tmp_path / "case.sv").write_text(HEAD + f"clause 3\n  A must keep {nested}\n")
    code, text = run("check", tmp_path / "case.sv")
    assert code in (0, 1)
    assert "Servanda's own" not in text
    assert code == 0 or "case.sv" in text


def test_deep_indentation(tmp_path: Path) -> None:
    steps = "".join(" " * n + f"clause {n}:\n" for n in range(1, 800))
    (tmp_path / "case.sv").write_text(HEAD + steps)
    refused(tmp_path / "case.sv", "case.sv:")


def test_a_cycle_of_includes(tmp_path: Path) -> None:
    (tmp_path / "agreement.md").write_text(f'```servanda\n{HEAD}include "a.sv"\n```\n')
    (tmp_path / "a.sv").write_text('include "b.sv"\n')
    (tmp_path / "b.sv").write_text('include "a.sv"\n')
    refused(tmp_path, "a.sv", "b.sv")


@pytest.mark.parametrize(
    "line",
    [
        '2024-02-30 A pays("x", 1 kg)',
        '2024-13-01 A pays("x", 1 kg)',
        '0000-01-01 A pays("x", 1 kg)',
        '2024-01-01T25:00 A pays("x", 1 kg)',
        '2024-02-01..2024-01-01 A pays("x", 1 kg)',
        '2024-01-01 A pays("x", 1 kg) reported 2024-02-30',
        '2024-01-01 A pays("x", 1 litre)',
        "2024-01-01 stock of A = 1 m",
        "2024-01-01 stock of A = nan kg",
        "2024-01-01 stock of A = inf kg",
        "2024-01-01 stock of A = 1e999999 kg",
        "2024-01-01 stock of A = 5",
        "2024-01-01 stock of B = 5 kg",
        '2024-01-01 A pays("x", 1 kg) source nowhere',
        '2024-01-01 A pays("x", 1 kg) corrects nothing',
        '2024-01-01 A pays("x", 1 kg) id one\n2024-01-02 A pays("y", 1 kg) id one',
        '9999-12-31 A pays("x", 1 kg)\nclause 9\n  A must pay(any) within 5 years after pay(any)',
        "clause 1\n  A must pay(any)",
        '\u202e 2024-01-01 A pays("x", 1 kg)',
        '2024-01-01 \x00 A pays("x", 1 kg)',
    ],
)
def test_lines_that_cannot_be(tmp_path: Path, line: str) -> None:
    (tmp_path / "case.sv").write_text(HEAD + line + "\n")
    refused(tmp_path / "case.sv", "case.sv:")


def test_an_unknown_zone_is_told_once_and_the_rest_is_read(tmp_path: Path) -> None:
    text = HEAD.replace('"Bad input"\n', '"Bad input"\n  zone AEurope/Amsterdam\n')
    (tmp_path / "case.sv").write_text(text + '2024-01-01 A pays("x", 1 m)\n')
    told = ("case.sv:2:8", "did you mean `Europe/Amsterdam`", "into kg")
    said = refused(tmp_path / "case.sv", *told)
    assert said.count("AEurope") == 2, said  # the message and the line it stands in


# ------------------------------------------------------------------ tables
ROW = (
    'table "rows.csv"\n'
    "  row is pay(by: A, id: column name, amount: column weight in kg) on column day\n"
)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("name,day\nx,2024-01-01\n", "weight"),
        ("name,weight,day\nx,much,2024-01-01\n", "much"),
        ("name,weight,day\nx,NaN,2024-01-01\n", "rows.csv"),
        ("name,weight,day\nx,inf,2024-01-01\n", "rows.csv"),
        ("name,weight,day\nx,1,2024-02-30\n", "2024-02-30"),
        ("name,weight,day\nx,1,soon\n", "soon"),
        ("name,weight,day\nx,1,12345-01-01\n", "rows.csv"),
        ("", "rows.csv"),
        ("\x00\x01\x02", "rows.csv"),
        ("name,weight,day\nx,1,2024-01-01,too many,cells\n", "rows.csv"),
    ],
)
def test_tables_that_cannot_be(tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "case.sv").write_text(HEAD + ROW)
    (tmp_path / "rows.csv").write_text(table)
    before = snapshot(tmp_path)
    code, text = run("status", tmp_path / "case.sv", "--on", "2024-06-01")
    assert code == 1, text
    assert said in text and "Servanda's own" not in text
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    "lines",
    [
        ROW.replace("rows.csv", "none.csv"),
        ROW.replace("rows.csv", "../*.csv"),
        ROW.replace(" in kg", " in m"),
        ROW.replace("row is pay", "row is pays_"),
        ROW.replace("by: A", "by: Nobody"),
        ROW.replace(" on column day", ""),
    ],
)
def test_mappings_that_cannot_be(tmp_path: Path, lines: str) -> None:
    (tmp_path / "rows.csv").write_text("name,weight,day\nx,1,2024-01-01\n")
    (tmp_path / "case.sv").write_text(HEAD + lines)
    refused(tmp_path / "case.sv", "case.sv:")


# ------------------------------------------------------------------ fuzz
TEXT = (STARTER / "agreement.md").read_text() + (STARTER / "accounts.md").read_text()
TEXT += (STARTER / "record" / "2026.md").read_text()
PIECES = st.one_of(st.text(max_size=12), st.sampled_from(sorted(set(TEXT.split()))))


@FUZZ
@given(cuts=st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, 60), PIECES), max_size=4))
def test_a_text_with_any_change_is_read_or_refused(
    tmp_path: Path, cuts: list[tuple[int, int, str]]
) -> None:
    text = TEXT
    for start, length, piece in cuts:
        text = text[:start] + piece + text[start + length :]
    (tmp_path / "agreement.md").write_text(text, errors="replace")
    code, said = run("check", tmp_path)
    asked, answer = run("status", tmp_path, "--on", "2026-06-01")
    assert code in (0, 1) and asked in (0, 1)
    assert "Servanda's own" not in said + answer
    assert not code or asked, "a question was answered of a case with errors"


CELLS = st.one_of(
    st.text(max_size=8), st.sampled_from(["2024-01-01", "1", "-1e9", "x", "NaN", '"', "\n", "\t"])
)


@FUZZ
@given(rows=st.lists(st.lists(CELLS, max_size=4), max_size=5))
def test_any_table_is_read_or_refused(tmp_path: Path, rows: list[list[str]]) -> None:
    (tmp_path / "case.sv").write_text(HEAD + ROW)
    body = "\n".join(",".join(row) for row in rows)
    (tmp_path / "rows.csv").write_text(f"name,weight,day\n{body}\n", errors="replace")
    code, said = run("status", tmp_path / "case.sv", "--on", "2024-06-01")
    assert code in (0, 1)
    assert "Servanda's own" not in said


# ---------------------------------------------------------------------- what follows from others
DECLARED_AND_USED = """agreement Bad "Bad input"
party A, B
%s
event pay(by: party, id: text), not recorded is taken as not done
clause 3
  A must pay(id: "a") by 2024-01-31%s
  B may waive 3
"""


@pytest.mark.parametrize(
    ("line", "use"),
    [
        ("state disaster(of: party) from pay(", " while disaster(A)"),
        ("vague grave decided A", " while grave"),
        ("define bad = not", " while bad"),
        ("day fixed = 2024-01-01 +", " if no fixed"),
        ("measure stock of: party in kg", " while stock > 3 kg"),
        (
            "calendar Office = business days NL",
            "\n  A must pay(any) within 5 business days of Office after pay",
        ),
        ("event calls(by: party", " while call has happened"),
        ("party C D", "\n  C must pay(any)\n  D must pay(any)"),
        ("grup G = A, B", "\n  each of G must pay(any)"),
        ("unit crate = = 5 kg\nmeasure stock(of: party) in kg", " while stock > 3 crate"),
        ('clause 1 Rent\n  A must pay(id: "r")', "\n  B may end 1"),
        ("clause 1 Rent\n  define bad = no pay", " while bad"),
        ("reading R.x off 3\n  no duty\naccount Z\n  reads R as x", ""),
        ("amendment M of: 3\n  no duty", "\n  B may amend 3 to M"),
        ("event calls(by: party\n2024-01-05 A calls", ""),
        ("clause 1 Rent\n2024-01-05 B suspends 1", ""),
    ],
)
def test_what_an_unreadable_line_declares_is_not_unknown_elsewhere(
    tmp_path: Path, line: str, use: str
) -> None:
    case = tmp_path / "bad.sv"
    case.write_text(DECLARED_AND_USED % (line, use))
    found = json.loads(run("check", case, "--json")[1])
    assert [row["line"] for row in found["errors"]] == [3], found
    assert not found["hints"]


def test_beside_an_unreadable_line_nothing_is_called_unused(tmp_path: Path) -> None:
    case = tmp_path / "bad.sv"
    case.write_text(DECLARED_AND_USED % ("group G = A, B", "\n  each of G must pay(any) byy pay"))
    found = json.loads(run("check", case, "--json")[1])
    assert [row["line"] for row in found["errors"]] == [7]
    assert not found["hints"]


def test_a_paragraph_whose_lines_cannot_be_read_is_not_called_uncovered(tmp_path: Path) -> None:
    case = tmp_path / "bad.md"
    text = DECLARED_AND_USED % ("", "")
    rent = "## 1 Rent\n\n```servanda\nclause 1 Rent\n  A must pay(any)\n```\n"
    case.write_text(f"```servanda\n{text}```\n\n{rent}\n## 2 Keys\n")
    found = json.loads(run("check", case, "--json")[1])
    assert ["Rent" in row["message"] for row in found["errors"]] == [True, False]
    assert "paragraph 2 has neither" in found["errors"][1]["message"]


def test_what_no_line_declares_is_unknown_beside_an_unreadable_line(tmp_path: Path) -> None:
    case = tmp_path / "bad.sv"
    case.write_text(DECLARED_AND_USED % ("state disaster from", " while calm"))
    found = json.loads(run("check", case, "--json")[1])
    assert [row["line"] for row in found["errors"]] == [3, 6]
