"""Cold starts on the flagship: each command as a whole process, in turn, several rounds.

    python benchmarks/cold.py [ROUNDS]

Absolute seconds depend on the machine; the ratios to starting Python and DuckDB alone, measured in
the same rounds, travel better. Nothing is asserted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

CASE = str(Path(__file__).parent.parent / "cases" / "jcpoa")
SERVANDA = [sys.executable, "-m", "servanda"]
COMMANDS = {
    "python, nothing": [sys.executable, "-c", "pass"],
    "python, duckdb opened": [sys.executable, "-c", "import duckdb; duckdb.connect()"],
    "status": [*SERVANDA, "status", CASE, "--on", "2019-07-01", "--json"],
    "status, table": [*SERVANDA, "status", CASE, "--on", "2019-07-01"],
    "why": [*SERVANDA, "why", CASE, "7", "--on", "2019-07-01", "--json"],
    "check": [*SERVANDA, "check", CASE, "--json"],
    "compare": [*SERVANDA, "compare", CASE, "--on", "2025-11-01", "--json"],
}


# As on a user's machine, bytecode of the first start is cached for the second.
SETTING = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=SETTING)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    for command in COMMANDS.values():
        seconds(command)
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    base = statistics.median(taken["python, duckdb opened"])
    print(f"{'command':<24}{'median s':>10}{'min':>8}{'max':>8}{'× duckdb':>10}")
    for name, times in taken.items():
        middle = statistics.median(times)
        print(
            f"{name:<24}{middle:>10.2f}{min(times):>8.2f}{max(times):>8.2f}{middle / base:>10.1f}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
