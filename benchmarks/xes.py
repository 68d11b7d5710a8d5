"""Reading speed of a XES log: `./run python benchmarks/xes.py [EVENTS]` makes one and reads it."""

from __future__ import annotations

import gzip
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from servanda.record.tables import xes

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
EVENT = (
    '<event><string key="concept:name" value="{}"/><string key="org:resource" value="r{}"/>'
    '<date key="time:timestamp" value="{}"/><int key="cost" value="{}"/></event>\n'
)


def make(path: Path, events: int) -> None:
    """A log of orders: two events of four attributes each, in a trace of two."""
    with gzip.open(path, "wt", compresslevel=3) as file:
        file.write('<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n')
        for n in range(events // 2):
            file.write(f'<trace><string key="concept:name" value="o{n}"/>')
            file.write(f'<float key="amount" value="{n % 9999}.5"/>\n')
            for act, days in (("order", 0), ("deliver", n % 8)):
                at = (BEGIN + timedelta(days=days, seconds=n * 40)).isoformat(timespec="seconds")
                file.write(EVENT.format(act, n % 100, at, n))
            file.write("</trace>\n")
        file.write("</log>\n")


def main() -> None:
    events = int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="servanda-bench-") as name:
        folder = Path(name)
        make(folder / "log.xes.gz", events)
        wall, cpu = time.perf_counter(), time.process_time()
        xes.fill(folder / "log.xes.gz", folder)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{events:,} events of a .xes.gz as Parquet: {wall:.1f} s, {cpu:.1f} s of processor")
    print(f"{events / cpu:,.0f} events a second of processor; at most {peak:.0f} MB")


if __name__ == "__main__":
    main()
