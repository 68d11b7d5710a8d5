"""The verbs from outside: the JSON contract, exit codes, bad input, nothing half written."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.testing import CliRunner

from servanda.cli import app
from servanda.cli.verbs import verbs
from servanda.judge.verdict import Status

ROW = {
    "clause",
    "kind",
    "debtor",
    "creditor",
    "instance",
    "status",
    "final",
    "entries",
    "sources",
}
PROBLEM = {"file", "line", "column", "message", "help", "severity", "paragraph"}


def run(*words: str | Path) -> tuple[int, str]:
    """Exit code and all output of a command, in this process."""
    result = CliRunner().invoke(app, [str(w) for w in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def data(*words: str | Path, code: int = 0) -> Any:
    exit_code, output = run(*words, "--json")
    assert exit_code == code, output
    return json.loads(output)


def process(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    command = [sys.executable, "-m", "servanda", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def lease(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases") / "lease"
    assert run("new", folder)[0] == 0
    return folder


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A case with one error in a line and one in a name."""
    run("new", tmp_path / "wrong")
    record = tmp_path / "wrong" / "record" / "2026.md"
    lines = "2026-01-03 tenant pay_back(1)\n2026-02-31 begins\n"
    record.write_text(record.read_text().replace("```servanda\n", f"```servanda\n{lines}", 1))
    return tmp_path / "wrong"


# ------------------------------------------------------------------ the contract
def test_check(lease: Path) -> None:
    found = data("check", lease)
    assert found["errors"] == []
    assert found["hints"] == []
    assert found["paragraphs"] == {"modelled": 4, "not_modelled": 1, "uncovered": []}


def test_check_of_a_wrong_case(wrong: Path) -> None:
    found = data("check", wrong, code=1)
    assert len(found["errors"]) == 2
    assert all(set(p) >= PROBLEM for p in found["errors"])
    assert {p["file"] for p in found["errors"]} == {"record/2026.md"}
    code, text = run("check", wrong)
    assert code == 1
    assert "^" in text
    assert "record/2026.md" in text


def test_status(lease: Path) -> None:
    found = data("status", lease, "--on", "2026-02-12")
    assert list(found) == ["case", "account", "on", "known", "duties"]
    assert found["case"] == "lease"
    assert found["account"] == "record"
    assert found["on"] == "2026-02-12"
    assert found["known"] is None
    assert len(found["duties"]) == 5
    for row in found["duties"]:
        assert set(row) >= ROW | {"since", "until"}
        assert row["status"] in get_args(Status)
        assert row["kind"] in {"achieve", "keep", "forbid", "may"}
        assert isinstance(row["final"], bool)
        assert isinstance(row["instance"], dict)
        assert row["until"] is None


def test_status_of_one_clause_as_known_then(lease: Path) -> None:
    found = data("status", lease, "--clause", "2", "--on", "2026-02-12", "--known", "2026-02-10")
    assert [row["status"] for row in found["duties"]] == ["kept"]
    assert found["known"] == "2026-02-10"


def test_status_at_an_instant(lease: Path) -> None:
    found = data("status", lease, "--on", "2026-02-09T23:00:00Z", "--clause", "2")
    assert [row["status"] for row in found["duties"]] == ["broken"]
    assert (
        data("status", lease, "--on", "2026-02-09T22:59:00Z", "--clause", "2")["duties"][0][
            "status"
        ]
        == "kept"
    )


def test_timeline(lease: Path) -> None:
    found = data("timeline", lease, "--clause", "2")
    rows = found["duties"]
    assert all(set(row) >= ROW | {"from", "until"} for row in rows)
    assert rows[0]["from"] is None
    assert rows[-1]["until"] is None
    assert all(a["until"] == b["from"] for a, b in pairwise(rows))


def test_compare(lease: Path) -> None:
    found = data("compare", lease, "--on", "2026-02-12")
    assert found["accounts"] == ["record", "tenants_letters"]
    for row in found["duties"]:
        keys = {"clause", "debtor", "instance", "kind", "statuses", "contested", "turns_on"}
        assert set(row) >= keys
        assert bool(row["turns_on"]) == row["contested"]


def test_why(lease: Path) -> None:
    found = data("why", lease, "2", "--on", "2026-02-12")
    assert found["clause"] == "2"
    (root,) = found["why"]
    assert set(root) == {"sentence", "entries", "sources", "children"}
    assert "2026-02-10-temperature" in root["entries"]
    assert "meter-2026" in root["sources"]


def test_suppose(lease: Path, tmp_path: Path) -> None:
    changes = tmp_path / "if.sv"
    changes.write_text("2026-02-12 temperature = 20 degC\n")
    found = data("suppose", lease, changes, "--on", "2026-02-12")
    assert set(found) >= {"added", "removed", "changed"}
    (change,) = found["changed"]
    assert set(change) == {"before", "after"}
    assert change["after"]["status"] == "cured"


# ------------------------------------------------------------------ plain text
def test_what_was_not_asked_is_said(lease: Path) -> None:
    _, text = run("status", lease)
    assert "in the account of record, as of 2026-02-12" in text
    assert "no --on" in text
    assert "no --account" in text
    assert text.splitlines()[-1] == "1 in breach, 1 complied with, 3 performed"
    _, asked = run("status", lease, "--on", "2026-02-12", "--account", "record")
    assert "no --" not in asked


@pytest.mark.parametrize("verb", ["check", "status", "timeline", "compare"])
def test_a_pipe_gets_plain_and_stable_text(lease: Path, verb: str) -> None:
    first, second = run(verb, lease)[1], run(verb, lease)[1]
    assert first == second
    assert "\x1b" not in first
    assert "\t" not in first
    assert not set("│┃━─┏└") & set(first)


# ------------------------------------------------------------------ usage
@pytest.mark.parametrize(
    "words",
    [
        ("--account", "recor"),
        ("--clause", "12"),
        ("--on", "2026-02-30"),
        ("--on", "yesterday"),
        ("--on", "9999-01-01"),
        ("--known", "2026-1-1"),
        ("--on", "2026-03-29T02:30"),
    ],
)
def test_a_bad_option_value_is_one_clear_line(lease: Path, words: tuple[str, str]) -> None:
    code, text = run("status", lease, *words)
    assert code == 2
    assert len(text.splitlines()) == 1
    assert text.startswith("servanda: ")
    found = data("status", lease, *words, code=2)
    assert len(found["errors"]) == 1


def test_a_misspelt_account_is_corrected(lease: Path) -> None:
    assert "did you mean `record`?" in run("status", lease, "--account", "recor")[1]


def test_an_unknown_option_is_usage_also_in_json(lease: Path) -> None:
    assert process("status", lease, "--bogus").returncode == 2
    done = process("status", lease, "--bogus", "--json")
    assert done.returncode == 2
    assert set(json.loads(done.stdout)["errors"][0]) >= PROBLEM


def test_no_words_at_all_show_the_help() -> None:
    done = process()
    assert done.returncode == 2
    assert "status" in done.stdout + done.stderr
    assert process("--help").returncode == 0


# ------------------------------------------------------------------ wrong cases
@pytest.mark.parametrize("verb", ["status", "timeline", "compare"])
def test_a_question_to_a_wrong_case_says_all_that_check_says(wrong: Path, verb: str) -> None:
    errors = data("check", wrong, code=1)["errors"]
    assert data(verb, wrong, code=1)["errors"] == errors
    assert run(verb, wrong)[0] == 1


@pytest.mark.parametrize("verb", ["check", "status", "timeline", "compare", "fmt"])
def test_nothing_to_read(tmp_path: Path, verb: str) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        found = data(verb, path, code=1)
        assert len(found["errors"]) == 1
        code, text = run(verb, path)
        assert code == 1
        assert "Traceback" not in text


@pytest.mark.parametrize(
    "content",
    [b"\0\1\2", b"\xff\xfe", b"```servanda\n" + b"(" * 90_000 + b"\n```\n", b"x" * 200_000, b""],
)
def test_bad_bytes_are_a_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "agreement.md").write_bytes(content)
    for verb in ("check", "status"):
        code, text = run(verb, tmp_path)
        assert code == 1
        assert "agreement.md" in text
        assert "Servanda's own" not in text


def test_an_error_of_our_own_is_no_traceback(lease: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import servanda.api

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(servanda.api.Case, "status", broken)
    code, text = run("status", lease)
    assert code == 1
    assert "ZeroDivisionError: oops" in text
    assert "Traceback" not in text


def test_a_reader_that_leaves_is_no_error(lease: Path) -> None:
    command = f"{sys.executable} -m servanda timeline {lease} --json | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""


# ------------------------------------------------------------------ new
def test_a_new_case_is_clean_commented_and_formatted(lease: Path) -> None:
    files = {str(p.relative_to(lease)) for p in lease.rglob("*") if p.is_file()}
    assert files == {"agreement.md", "accounts.md", "record/2026.md", "sources.json"}
    assert run("check", lease)[0] == 0
    assert run("fmt", lease, "--check")[0] == 0
    assert "# " in (lease / "agreement.md").read_text()


@pytest.mark.parametrize("name", ["a-b c", "2015", "état", "agreement", "clause"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    assert run("new", tmp_path / name)[0] == 0
    assert run("check", tmp_path / name)[0] == 0


def test_new_fills_an_empty_folder_and_makes_its_parents(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run("new", tmp_path / "empty")[0] == 0
    assert run("new", tmp_path / "a" / "b" / "c")[0] == 0


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file"):
        code, text = run("new", tmp_path / name)
        assert code == 2
        assert len(text.splitlines()) == 1
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "full", "mine.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_new_where_nothing_may_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    assert run("new", tmp_path / "lease")[0] == 1


# ------------------------------------------------------------------ fmt
def test_fmt_writes_in_place_and_only_once(tmp_path: Path) -> None:
    folder = tmp_path / "lease"
    run("new", folder)
    agreement = folder / "agreement.md"
    clean = agreement.read_text()
    agreement.write_text(clean.replace("currency EUR", "currency    EUR"))
    agreement.chmod(0o640)
    assert data("fmt", folder, "--check", code=1)["changed"] == ["agreement.md"]
    assert "currency    EUR" in agreement.read_text()
    assert data("fmt", folder)["changed"] == ["agreement.md"]
    assert agreement.read_text() == clean
    assert agreement.stat().st_mode & 0o777 == 0o640
    assert data("fmt", folder)["changed"] == []
    assert not [p for p in folder.iterdir() if p.name.startswith(".")]


def test_fmt_writes_nothing_while_there_are_errors(wrong: Path) -> None:
    agreement = wrong / "agreement.md"
    untidy = agreement.read_text().replace("currency EUR", "currency    EUR") + "\n"
    agreement.write_text(untidy + "```servanda\nclause\n```\n")
    before = agreement.read_text()
    assert run("fmt", wrong)[0] == 1
    assert agreement.read_text() == before


# ------------------------------------------------------------------ cold start
def test_only_what_is_needed_is_imported(lease: Path) -> None:
    script = (
        "import sys\n"
        "from servanda.cli import app\n"
        f"sys.argv = ['servanda', 'status', {str(lease)!r}, '--json']\n"
        "try:\n    app()\nexcept SystemExit: pass\n"
        "heavy = {'rich', 'pint', 'holidays', 'pandas', 'polars', 'pyarrow', 'bibtexparser'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


# ------------------------------------------------------------------ verbs
ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
CONTRACT = (ROOT / "docs" / "json.md").read_text()
NO_DOCUMENT = {"serve"}
"""Verbs that answer with something other than a document."""


def test_a_verb_is_named_in_help_readme_and_contract() -> None:
    """A verb is one function with `@verb`; whoever adds one is told here what to write of it."""
    listed = re.findall(r"^  ([a-z][a-z-]+)  ", run("--help")[1].split("Commands:")[1], re.M)
    assert listed == list(verbs())
    assert len(listed) >= 17
    table = README.split("## What you can ask")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert set(re.findall(r"`servanda ([a-z-]+)", "\n".join(rows))) == set(listed)
    documents = re.findall(
        r"^\| `([a-z-]+)[ `]", CONTRACT.split("| verb |")[1].split("\n\n")[0], re.M
    )
    assert set(documents) == set(listed) - NO_DOCUMENT


@pytest.mark.parametrize("name", list(verbs()))
def test_every_verb_has_its_help_and_json(name: str) -> None:
    code, text = run(name, "--help")
    assert code == 0
    assert (verbs()[name].__doc__ or "").split(":")[0].split(";")[0] in " ".join(text.split())
    assert ("--json" in text) == (name not in NO_DOCUMENT)


def test_options_name_what_there_is() -> None:
    """The command line starts without what exports, so it repeats the names of the tables."""
    from servanda.present.charts.registry import CHARTS
    from servanda.present.export.formats import FORMATS
    from servanda.present.export.rows import TABLES

    assert "|".join(CHARTS) in run("chart", "--help")[1]
    text = " ".join(run("export", "--help")[1].split())
    assert all(f in text for f in FORMATS)
    assert all(t in text for t in TABLES)


def test_the_version_is_said() -> None:
    assert run("--version") == (0, f"servanda {version('servanda')}\n")


# ------------------------------------------------------------------ selectors
def test_why_of_one_instance(lease: Path) -> None:
    recurring = data("why", lease, "1", "--period", "2026-01", "--debtor", "tenant")
    assert len(recurring["why"]) == 1
    assert data("why", lease, '1(period: "2026-01")')["why"] == recurring["why"]
    code, text = run("why", lease, "1", "--period", "2025-01")
    assert code == 2
    assert text.count("\n") == 1
    asked = re.findall(r"there are `([^`]+)`", text)
    assert run("why", lease, *asked)[0] == 0, "advice works when followed to the letter"


# ------------------------------------------------------------------ cross-checks
CROSS_CHECK = {
    "kind",
    "agrees",
    "measure",
    "of",
    "on",
    "message",
    "off",
    "entries",
    "sources",
    "odd",
    "odd_sources",
    "file",
    "line",
}
FIGURES = """agreement Page "Figures"
party A
measure stock(of: party) in t
clause 1 "Stock"
  A must keep stock <= 20 t
2024-01-01 stock of A = 10 t
2024-02-01 stock of A = 12 t
2024-02-01 change of stock of A since 2024-01-01 = 2 t
2024-02-01 stock of A = 2 t  alleged by B, id slip
2024-03-01 ratio of stock of A to 5 t = 2
"""


def test_cross_checks_are_shown_and_change_no_exit_code(tmp_path: Path) -> None:
    case = tmp_path / "figures.sv"
    case.write_text(FIGURES)
    document = data("check", case)
    assert document["errors"] == []
    rows = {row["kind"]: row for row in document["cross_checks"]}
    assert all(set(row) == CROSS_CHECK for row in rows.values())
    assert (rows["change"]["agrees"], rows["change"]["off"]) == (True, 0)
    assert (rows["ratio"]["agrees"], rows["ratio"]["off"]) == (None, None)
    slip = rows["readings"]
    assert (slip["agrees"], slip["odd"], slip["off"]) == (False, "slip", 10)
    assert (slip["file"], slip["line"]) == ("figures.sv", 9)
    code, text = run("check", case)
    assert code == 0
    assert "cross-check: figures.sv:9: stock of A on 2024-02-01" in text
    assert "entries: 2024-02-01-stock-A, slip" in text
    assert "cross-checks: 1 agree, 1 do not, 1 could not be made" in text


def test_a_case_without_figures_has_no_cross_check(lease: Path) -> None:
    assert "cross-check" not in run("check", lease)[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("deaf", [False, True])
def test_a_signal_ends_a_command_also_one_that_does_not_hear_it(
    number: signal.Signals, deaf: bool
) -> None:
    """The exception of a signal may get lost in a library: the program ends all the same."""
    program = f"""
import time
from servanda.cli import signals
signals.PATIENCE = 0.2
signals.catch_signals()
try:
    print("ready", flush=True)
    time.sleep(20)
except KeyboardInterrupt:
    assert signals.is_interrupted()
    time.sleep(20 * {deaf})
raise SystemExit(signals.exit_code_of_signal())
"""
    run = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert run.stdout is not None and run.stdout.readline()
    run.send_signal(number)
    run.communicate(timeout=15)
    assert run.returncode == 128 + number


def test_a_signal_while_a_library_makes_code_has_the_same_code() -> None:
    """Python notes it there, and would end by a signal of its own."""
    program = """
from servanda import cli
def app(**_):
    exec("import os, signal, time; os.kill(os.getpid(), signal.SIGTERM); time.sleep(9)")
cli.app = app
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (143, b"servanda: interrupted\n")
