"""The bench of policies: Servanda and SQL written by hand, in turn, as whole processes.

    ./run python benchmarks/bulk/run.py [--events 1000000] [--rounds 3] [POLICY ...]

Ratios come first. Answers are compared row for row; a policy whose answers differ has no ratio.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import cases

HERE = Path(__file__).parent
SERVANDA = Path(sys.executable).parent / "servanda"


@dataclass
class Run:
    """One whole process: seconds of the clock, seconds of all processors, peak memory in MB."""

    wall: float
    cpu: float
    peak: float


@dataclass
class Result:
    policy: str
    ours: list[Run] = field(default_factory=list)
    by_hand: list[Run] = field(default_factory=list)
    same: bool = True


def run(command: list[str | Path]) -> Run:
    timed = subprocess.run(
        [sys.executable, HERE / "timed.py", *command],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if timed.returncode:
        raise SystemExit(f"failed: {' '.join(map(str, command))}")
    wall, cpu, peak = map(float, timed.stdout.split())
    return Run(wall, cpu, peak)


def measure(policy: str, events: int, rounds: int, folder: Path, memory: str | None) -> Result:
    case = cases.make(policy, events, folder / policy)
    ours, by_hand = folder / "ours.parquet", folder / "by_hand.parquet"
    mine = [SERVANDA, *cases.judging(case, ours), *(["--memory", memory] if memory else [])]
    query = cases.POLICIES / policy / "by_hand.sql"
    result = Result(policy)
    for _ in range(rounds):
        result.ours.append(run(mine))
        result.by_hand.append(run([sys.executable, HERE / "by_hand.py", query, case, by_hand]))
    result.same = cases.same(ours, by_hand)
    if not result.same:
        print("\n".join(cases.differences(ours, by_hand)))
    return result


def line(result: Result, events: int) -> str:
    if not result.same:
        return f"{result.policy:14} ANSWERS DIFFER"
    ratios = sorted(o.wall / h.wall for o, h in zip(result.ours, result.by_hand, strict=True))
    cpu = statistics.median(o.cpu for o in result.ours) / statistics.median(
        h.cpu for h in result.by_hand
    )
    ours, by_hand = (statistics.median(r.wall for r in rs) for rs in (result.ours, result.by_hand))
    return (
        f"{result.policy:14} {statistics.median(ratios):5.2f}"
        f"  {ratios[0]:5.2f} – {ratios[-1]:<5.2f}"
        f" {cpu:7.2f} {ours:9.2f} {by_hand:9.2f} {events / ours / 1e6:9.2f}"
        f" {max(r.peak for r in result.ours):9.0f} {max(r.peak for r in result.by_hand):9.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("policies", nargs="*", default=cases.names())
    parser.add_argument("--events", type=lambda n: int(float(n)), default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", help="a limit for Servanda's engine, as in 3GB")
    asked = parser.parse_args()
    print(f"{asked.events:,} events, {os.cpu_count()} cores, medians of {asked.rounds}\n")
    print(
        "policy         ratio  spread          cpu"
        "      ours s    hand s   M ev/s   ours MB   hand MB"
    )
    for policy in asked.policies:
        with tempfile.TemporaryDirectory(prefix="servanda-bench-") as folder:
            found = measure(policy, asked.events, asked.rounds, Path(folder), asked.memory)
        print(line(found, asked.events), flush=True)


if __name__ == "__main__":
    main()
