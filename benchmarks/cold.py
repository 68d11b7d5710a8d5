"""Cold starts on the flagship: each command as a whole process, in turn, several rounds.

    python benchmarks/cold.py [ROUNDS]

Processor time beside the clock. Absolute seconds depend on the machine; the ratios of processor
time to starting Python with DuckDB alone, measured in the same rounds, travel better. Nothing is
asserted.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

CASE = str(Path(__file__).parent.parent / "cases" / "jcpoa")
SERVANDA = [sys.executable, "-m", "servanda"]
COMMANDS = {
    "python, nothing": [sys.executable, "-c", "pass"],
    "python, duckdb opened": [sys.executable, "-c", "import duckdb; duckdb.connect()"],
    "status": [*SERVANDA, "status", CASE, "--on", "2019-07-01", "--json"],
    "status, table": [*SERVANDA, "status", CASE, "--on", "2019-07-01"],
    "status, last day": [*SERVANDA, "status", CASE],
    "why 7": [*SERVANDA, "why", CASE, "7", "--on", "2019-07-01", "--json"],
    "why V.20": [*SERVANDA, "why", CASE, "V.20", "--on", "2025-11-01", "--json"],
    "check": [*SERVANDA, "check", CASE, "--json"],
    "compare": [*SERVANDA, "compare", CASE, "--on", "2025-11-01", "--json"],
}


# As on a user's machine, bytecode of the first start is cached for the second.
SETTING = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


class Taken(NamedTuple):
    """Seconds of a process by the clock, and of processor."""

    clock: float
    processor: float


def run(command: list[str]) -> Taken:
    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    start, before = time.perf_counter(), spent()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=SETTING)
    return Taken(time.perf_counter() - start, spent() - before)


def main(rounds: int) -> None:
    for command in COMMANDS.values():
        run(command)
    taken: dict[str, list[Taken]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            taken[name].append(run(command))
    base = statistics.median(each.processor for each in taken["python, duckdb opened"])
    print(f"{'command':<24}{'clock s':>9}{'processor s':>13}{'min':>7}{'max':>7}{'× duckdb':>10}")
    for name, found in taken.items():
        clock = statistics.median(each.clock for each in found)
        times = [each.processor for each in found]
        middle = statistics.median(times)
        spread = f"{min(times):>7.2f}{max(times):>7.2f}"
        print(f"{name:<24}{clock:>9.2f}{middle:>13.2f}{spread}{middle / base:>10.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
