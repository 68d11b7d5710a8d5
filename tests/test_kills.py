"""`accept` and `judge -o`, ended at random moments: nothing is lost and nothing half written.

SERVANDA_LONG=200 ends each so often, by SIGKILL and SIGTERM in turn; `watch/test_kill.py` does the
same to `watch`.
"""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

import servanda
from budgets import LONG
from servanda.articles.draft_files import save
from servanda.articles.drafts import Draft, Drafts
from servanda.syntax.atomic_files import TEMPORARY

KILLS = LONG or 4
AGREEMENT = """agreement A "A"
  zone UTC
party a
event pay(by: party, id: text), not recorded is taken as not done
clause 1
  when pay(id: n):
    a must pay(id: n) by 2025-01-20
"""
SIGNALS = (signal.SIGKILL, signal.SIGTERM)
ENDED = {-signal.SIGKILL, -signal.SIGTERM, 128 + signal.SIGTERM}
"""By the system, or by itself once it had heard the signal."""


class Runs:
    """A command that is run again and again and ended at a random moment of its usual time."""

    def __init__(self, *command: str) -> None:
        self.command = [sys.executable, "-m", "servanda", *command]
        self.chance = random.Random()
        self.ended = {number: 0 for number in SIGNALS}
        begun = time.monotonic()
        self.whole()
        self.usual = time.monotonic() - begun

    def whole(self) -> None:
        done = subprocess.run(self.command, capture_output=True, check=False, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr

    def end(self, number: signal.Signals, folder: Path) -> None:
        """Run it and end it; counts, unless it was quicker."""
        run = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            run.wait(self.usual * self.chance.uniform(0.3, 1.1))
        except subprocess.TimeoutExpired:
            run.send_signal(number)
        said = b"".join(run.communicate(timeout=60))
        assert run.returncode in {0, *ENDED}, said
        assert b"Traceback" not in said and b"E009" not in said, said
        if run.returncode:
            self.ended[number] += 1
        if number == signal.SIGTERM and run.returncode != -signal.SIGKILL:
            assert not left_over(folder) or self.ended[signal.SIGKILL]


def left_over(folder: Path) -> list[Path]:
    return list(folder.rglob(f"{TEMPORARY}*"))


def enough(runs: Runs) -> bool:
    return sum(runs.ended.values()) >= KILLS


def line(number: int) -> str:
    return f'2024-01-12 a pays(id: "n{number}"), source wire'


def test_accept_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """Each time three more drafts, with those of the times before that did not come through."""
    case, file = tmp_path / "case", tmp_path / "drafts.json"
    case.mkdir()
    (case / "agreement.md").write_text(f"```servanda\n{AGREEMENT}```\n")
    source = {"id": "wire", "type": "article", "title": "The wire"}

    def offer(numbers: list[int]) -> None:
        found = [
            Draft(n, "reported", "assertion", "a", (), "", (), "direct", record=line(number))
            for n, number in enumerate(numbers, 1)
        ]
        save(Drafts("a.txt", "", source, tuple(found), ()), file)
        runs.command[-1] = ",".join(str(n) for n, _ in enumerate(numbers, 1))

    def recorded() -> list[int]:
        path = case / "record" / "articles.md"
        text = path.read_text() if path.is_file() else ""
        return [n for n in range(last) if f"\n{line(n)}\n" in text for _ in text.split(line(n))[1:]]

    found = Draft(1, "reported", "assertion", "a", (), "", (), "direct", record=line(0))
    save(Drafts("a.txt", "", source, (found,), ()), file)
    last = 1
    runs = Runs("accept", str(file), "--case", str(case), "--keep", "1")
    assert recorded() == [0]
    pending: list[int] = []
    while not enough(runs):
        for number in SIGNALS:
            pending += range(last, last + 3)
            last += 3
            offer(pending)
            before = recorded()
            runs.end(number, case)
            after = recorded()
            assert after in (before, sorted([*before, *pending]))
            if len(after) > len(before):
                pending = []
            sources = json.loads((case / "sources.json").read_text())
            assert [one["id"] for one in sources] == ["wire"]
    offer([*pending, 0, last])
    last += 1
    runs.whole()
    assert recorded() == list(range(last)) and not left_over(case)
    assert servanda.open(case).check().errors == ()
    print(f"accept: {runs.ended}, {last} lines, {runs.usual:.1f} s usually")


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_verdict_table_is_whole_or_not_at_all(tmp_path: Path, ending: str) -> None:
    case, out = tmp_path / "case", tmp_path / "out" / f"verdicts.{ending}"
    case.mkdir()
    out.parent.mkdir()
    with (case / "pays.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["day", "who", "id"])
        rows.writerows((f"2024-{1 + n % 12:02}-{1 + n % 28:02}", "a", n) for n in range(40_000))
    table = 'table "pays.csv"\n  row is pay(by: column who, id: column id) on column day\n'
    (case / "agreement.md").write_text(f"```servanda\n{AGREEMENT}```\n```servanda\n{table}```\n")

    def rows_of(path: Path) -> int:
        return int(duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall()[0][0])

    runs = Runs("judge", str(case), "-o", str(out))
    expected, turn = rows_of(out), 0
    assert expected >= 40_000
    while sum(runs.ended.values()) < KILLS / 2:
        for number in SIGNALS:
            turn += 1
            if turn % 3 == 0:
                out.unlink()
            elif turn % 3 == 1:
                out.write_text("old")
            before = out.read_bytes() if out.exists() else None
            runs.end(number, out.parent)
            after = out.read_bytes() if out.exists() else None
            if after != before:
                assert rows_of(out) == expected
    runs.whole()
    assert rows_of(out) == expected and os.listdir(out.parent) == [out.name]
    print(f"judge -o .{ending}: {runs.ended}, {runs.usual:.1f} s usually")
