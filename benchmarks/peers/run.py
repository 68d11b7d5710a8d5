"""The peers of the bench: pm4py and Declare4Py beside Servanda and SQL by hand, in turn.

    ./run python benchmarks/peers/run.py [--events 100000 1000000] [--rounds 3] [POLICY ...]

Each is a whole process. The peers run in an environment of their own, made here on first use from
requirements.txt. Their policies count hours, so ours do here: `within 120 hours`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "bulk"))
import cases  # noqa: E402
from run import SERVANDA, Run, run  # noqa: E402

VENV = HERE / ".venv"
PEERS = {  # a peer: what it can say of each policy, in its own terms
    "pm4py LTL": ("delivery", "approval"),
    "pm4py Declare": ("delivery", "approval"),
    "Declare4Py": ("delivery", "approval", "frozen"),
}
POLICIES = ("delivery", "approval", "frozen")
VIOLATED = "SELECT count(DISTINCT instance) FROM '{}' WHERE status IN ('broken', 'cured')"


def python() -> Path:
    """The interpreter of the peers' environment, made on first use."""
    wanted = (HERE / "requirements.txt").read_text()
    made = VENV / "made-from"
    if not made.is_file() or made.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        asked = ["install", "--quiet", "-r", HERE / "requirements.txt"]
        subprocess.run([VENV / "bin" / "python", "-m", "pip", *asked], check=True)
        made.write_text(wanted)
    return VENV / "bin" / "python"


def in_hours(case: Path) -> None:
    """The agreement with its days as hours."""
    text = (case / "agreement.md").read_text()
    (case / "agreement.md").write_text(text.replace("within 5 days", "within 120 hours"))


def measure(policy: str, events: int, rounds: int, folder: Path, peers: Path) -> None:
    case = cases.make(policy, events, folder)
    in_hours(case)
    ours, by_hand, answer = folder / "ours.parquet", folder / "hand.parquet", folder / "answer"
    query = cases.POLICIES / policy / "by_hand.sql"
    runs: dict[str, list[Run]] = {}
    counts: dict[str, int] = {}
    for _ in range(rounds):
        judge = [SERVANDA, *cases.judging(case, ours)]
        runs.setdefault("Servanda", []).append(run(judge))
        hand = [sys.executable, HERE.parent / "bulk" / "by_hand.py", query, case, by_hand]
        runs.setdefault("SQL by hand", []).append(run(hand))
        for peer in (name for name, can in PEERS.items() if policy in can):
            asked = [peers, HERE / "check.py", peer, policy, case / "log.parquet", answer]
            runs.setdefault(peer, []).append(run(asked))
            counts[peer] = int(answer.read_text())
    counts["Servanda"] = duckdb.sql(VIOLATED.format(ours)).fetchall()[0][0]
    wall, cpu = (
        statistics.median(values) for values in zip(*map(times, runs["Servanda"]), strict=True)
    )
    for name, found in runs.items():
        walls, cpus = (sorted(values) for values in zip(*map(times, found), strict=True))
        middle, worked = statistics.median(walls), statistics.median(cpus)
        count = f"{counts[name]:,}" if name in counts else ""
        print(
            f"{policy:9} {events:>9,} {name:14} {middle / wall:6.2f} {worked / cpu:6.2f} "
            f"{middle:8.2f} {walls[0]:7.2f} – {walls[-1]:<7.2f} {worked:7.2f} "
            f"{max(r.peak for r in found):6.0f} {count:>9}",
            flush=True,
        )


def times(run: Run) -> tuple[float, float]:
    return run.wall, run.cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("policies", nargs="*", default=POLICIES)
    parser.add_argument("--events", nargs="+", type=lambda n: int(float(n)), default=[100_000])
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    peers = python()
    print(f"{os.cpu_count()} cores, medians of {asked.rounds}; ratios to Servanda\n")
    print(
        "policy       events tool            wall    cpu        s   least – most     cpu s"
        "     MB  violated"
    )
    for events in asked.events:
        for policy in asked.policies:
            with tempfile.TemporaryDirectory(prefix="servanda-bench-") as folder:
                measure(policy, events, asked.rounds, Path(folder), peers)


if __name__ == "__main__":
    main()
