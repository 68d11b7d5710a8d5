"""`servanda watch` as a command."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from test_kill import CASE
from test_watch import append

from test_cli import run

LINES = [
    {"event": "order", "at": "2024-01-01T10:00:00Z", "args": {"id": "o1"}, "id": "e1"},
    {"event": "deliver", "at": "2024-01-02", "by": "seller", "args": {"id": "o1"}, "id": "e2"},
    {"event": "delivr", "at": "2024-01-02"},
    {"event": "order", "at": "2024-01-03T10:00:00Z", "args": {"id": "o\u202e2"}, "id": "e3"},
    {"now": "2024-01-06"},
]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.sv"
    path.write_text(CASE, encoding="utf-8")
    append(tmp_path / "events.jsonl", *LINES)
    return path


def watched(case: Path, *words: str) -> subprocess.CompletedProcess[str]:
    events = str(case.with_name("events.jsonl"))
    command = [sys.executable, "-m", "servanda", "watch", str(case), "--follow", events, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_line_a_change_and_each_once(case: Path) -> None:
    first = watched(case, "--once")
    assert first.returncode == 0
    assert first.stdout.splitlines() == [
        "2024-01-01T10:00:00Z  1 (n o1)  seller: due  by e1",
        "2024-01-02T00:00:00Z  1 (n o1)  seller: due → kept  by e2",
        "2024-01-03T10:00:00Z  1 (n o2)  seller: due  by e3",
        "2024-01-05T00:00:00Z  1 (n o2)  seller: due → broken",
    ]
    assert "events.jsonl, line 3: there is no event `delivr`" in first.stderr
    again = watched(case, "--once")
    assert (again.returncode, again.stdout) == (0, "")
    append(case.with_name("events.jsonl"), {"withdraws": "e2", "at": "2024-01-06"})
    third = watched(case, "--once", "--json")
    assert [json.loads(line)["n"] for line in third.stdout.splitlines()] == [5, 6]


def test_ctrl_c_ends_it_cleanly(case: Path) -> None:
    events = str(case.with_name("events.jsonl"))
    command = [sys.executable, "-m", "servanda", "watch", str(case), "--follow", events]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stderr is not None
    while "lines/s" not in run.stderr.readline():
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    _, said = run.communicate()
    assert run.returncode == 0 and "goes on from here" in said
    assert watched(case, "--once").stdout == ""


def test_strict_and_wrong_options(case: Path) -> None:
    strict = watched(case, "--once", "--strict", "--state", str(case.with_name("strict")))
    assert strict.returncode == 1 and "events.jsonl:3" in strict.stderr and not strict.stdout
    as_json = watched(
        case, "--once", "--strict", "--json", "--state", str(case.with_name("strict"))
    )
    assert json.loads(as_json.stdout)["errors"][0]["line"] == 3
    assert run("watch", case)[0] == 2
    assert watched(case, "--once", "--account", "nobody").returncode == 2


def test_what_is_judged_again_is_explained(case: Path) -> None:
    code, said = run("watch", case, "--explain")
    assert code == 0
    assert said == "judged for the affected keys only: 1\n  filed: deliver by id, order by id\n"
    code, said = run("watch", Path("cases/jcpoa"), "--explain")
    assert code == 0 and "judged as a whole at every change" in said
