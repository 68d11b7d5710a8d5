"""After a crash at any moment a watch continues: no change is lost, none is written twice.

SERVANDA_LONG=200 ends it so often, by SIGKILL and SIGTERM in turn.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_watch import append, kept

from budgets import LONG
from servanda.syntax.problems import ServandaError
from servanda.watch import Watch
from servanda.watch.output import FileSink

KILLS = LONG or 4
STOPPED = b"goes on from here"
CASE = """
agreement A "A"
party seller
event order(id: text), not recorded is taken as not done
event deliver(by: party, id: text), not recorded is taken as not done
clause 1
  when order(id: n):
    seller must deliver(id: n) within 1 day
"""


def lines(count: int) -> list[dict[str, object]]:
    chance = random.Random(3)
    found: list[dict[str, object]] = []
    for n in range(count):
        at = f"2024-01-{1 + n * 27 // count:02}T{n % 24:02}:00:00Z"
        if n % 2:
            args = {"id": f"o{chance.randrange(n)}"}
            line = {"event": "deliver", "at": at, "by": "seller", "args": args}
        else:
            line = {"event": "order", "at": at, "args": {"id": f"o{n}"}}
        found.append(line | {"id": f"e{n}"})
    return found


def started(case: Path, events: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "servanda", "watch", str(case), "--follow", str(events)]
    command += ["--out", str(out), "--json", "--once", "--batch", "5"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_killed_again_and_again(tmp_path: Path) -> None:
    """At the beginning, and once it has taken a batch."""
    case, events, out = (tmp_path / n for n in ("case.sv", "events.jsonl", "changes.jsonl"))
    case.write_text(CASE, encoding="utf-8")
    append(events, *lines(40 + 20 * KILLS))
    chance, killed = random.Random(), {signal.SIGKILL: 0, signal.SIGTERM: 0}
    while True:
        run = started(case, events, out)
        assert run.stderr is not None
        number = min(killed, key=lambda each: killed[each])
        said = b""
        going_on = sum(killed.values()) < KILLS
        if going_on:
            if chance.random() < 0.7:
                said = run.stderr.readline()
            time.sleep(chance.random() * (0.2 if said else 0.6))
            run.send_signal(number)
        said += run.communicate(timeout=30 if going_on else 900)[1]
        assert b"Traceback" not in said and b"E009" not in said, said.decode()
        whole = out.read_bytes() if out.exists() and number == signal.SIGTERM else b"\n"
        assert not whole or whole.endswith(b"\n")
        if run.returncode == 0 and STOPPED not in said:
            break
        assert run.returncode in (0, 128 + number, -number), said.decode()
        killed[number] += 1
    assert sum(killed.values()) >= KILLS - 1, "it was never killed: nothing was tried"
    print(f"watch: {killed}")
    with Watch(case, events, state=tmp_path / "whole", most=5) as whole:
        for _ in whole.batches(once=True):
            pass
        expected = [body + b"\n" for _, body in whole.changes()]
        with Watch(case, events) as watch:
            assert kept(watch) == kept(whole)
            assert [body + b"\n" for _, body in watch.changes()] == expected
    assert out.read_bytes() == b"".join(expected)
    numbers = [json.loads(line)["n"] for line in expected]
    assert numbers == list(range(1, len(numbers) + 1))


def test_killed_at_the_beginning(tmp_path: Path) -> None:
    case, events, out = (tmp_path / n for n in ("case.sv", "events.jsonl", "changes.jsonl"))
    case.write_text(CASE, encoding="utf-8")
    append(events, *lines(10))
    run = started(case, events, out)
    made = tmp_path / "events.jsonl.watch" / "state.beginning"
    while run.poll() is None and not made.exists():
        time.sleep(0.001)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    again = started(case, events, out)
    _, said = again.communicate()
    assert again.returncode == 0, said.decode()
    with Watch(case, events, state=tmp_path / "whole", most=5) as whole:
        for _ in whole.batches(once=True):
            pass
        assert out.read_bytes() == b"".join(body + b"\n" for _, body in whole.changes()) != b""


class Killed(Exception):
    """Simulates a crash between two steps."""


@pytest.mark.parametrize("torn", [b"", b'{"n":1,"ba'])
def test_what_was_written_but_not_noted_is_written_over(tmp_path: Path, torn: bytes) -> None:
    case, events, out = (tmp_path / n for n in ("case.sv", "events.jsonl", "changes.jsonl"))
    case.write_text(CASE, encoding="utf-8")
    append(events, *lines(20))

    def killed(*_: object) -> None:
        raise Killed

    for times in range(3):
        with Watch(case, events, most=7) as watch:
            file = FileSink(watch, out)
            if times < 2:
                watch.note = killed  # type: ignore[method-assign]
                with pytest.raises(Killed):
                    for _ in watch.batches(once=True):
                        file.catch_up()
                if torn:  # only part of it reached the disk
                    out.write_bytes(torn)
            else:
                for _ in watch.batches(once=True):
                    pass
                file.catch_up()
                expected = [body + b"\n" for _, body in watch.changes()]
    assert out.read_bytes() == b"".join(expected) != b""


def test_a_file_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    case, events, out = (tmp_path / n for n in ("case.sv", "events.jsonl", "changes.jsonl"))
    case.write_text(CASE, encoding="utf-8")
    append(events, *lines(4))
    out.write_text("mine\n", encoding="utf-8")
    with Watch(case, events) as watch, pytest.raises(ServandaError, match="already exists"):
        FileSink(watch, out)
    assert out.read_text(encoding="utf-8") == "mine\n"
