"""Spark beside DuckDB on the bench's policies: the same table, and what it costs.

    SERVANDA_SPARK=1 ./run python benchmarks/bulk/spark.py [--events 1000000] [POLICY ...]

Spark runs on SERVANDA_SPARK_MASTER, else on this machine. Its start is timed by itself.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import cases

import servanda
from servanda.judge import verdict_table
from servanda.judge.engines.spark.session import session


def spent(spark: Any) -> float:
    """Seconds of all processors: this process, its children, and the Java machine beside it."""
    own = sum(
        resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    java = Path(f"/proc/{spark._jvm.java.lang.ProcessHandle.current().pid()}/stat")
    ticks = java.read_text().rpartition(")")[2].split()[11:13]
    return own + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def judged(case: Path, engine: str, file: Path, spark: Any) -> tuple[float, float]:
    """Seconds of the clock and of all processors, from the opened case to the written table."""
    opened = servanda.open(case, engine)
    begun, before = time.perf_counter(), spent(spark)
    verdict_table.write(opened.judgement(on=cases.LAST_DAY), file)
    return time.perf_counter() - begun, spent(spark) - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("policies", nargs="*", default=cases.names())
    parser.add_argument("--events", type=lambda n: int(float(n)), default=1_000_000)
    asked = parser.parse_args()
    begun = time.perf_counter()
    spark = session()
    print(f"{asked.events:,} events; Spark took {time.perf_counter() - begun:.1f} s to start\n")
    print("policy         same   duckdb s (cpu)    spark s (cpu)")
    for policy in asked.policies:
        with tempfile.TemporaryDirectory(prefix="servanda-bench-") as folder:
            case = cases.make(policy, asked.events, Path(folder) / policy)
            files = [Path(folder) / f"{engine}.parquet" for engine in ("duckdb", "spark")]
            (duck, duck_cpu), (wall, cpu) = (judged(case, file.stem, file, spark) for file in files)
            same = cases.same(*files)
            print(
                f"{policy:14} {same!s:5} {duck:8.1f} ({duck_cpu:5.1f}) {wall:9.1f} ({cpu:6.1f})",
                flush=True,
            )
            if not same:
                print("\n".join(cases.differences(*files)))


if __name__ == "__main__":
    main()
