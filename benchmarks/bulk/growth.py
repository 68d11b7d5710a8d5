"""How time and memory grow with the number of events, drawn as docs/growth.svg.

    ./run python benchmarks/bulk/growth.py [--policy delivery] [--most 1e8] [--memory 3GB]

With `--live`, instead, what an event costs where a million of them are spread over more and more
instances of one clause (`threshold`), all of them live: with like readings, so that the answer
grows with the instances, and with an answer of one size.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from pathlib import Path

import altair
import cases
from pyarrow import parquet
from run import SERVANDA, Run, run

DRAWN = Path(__file__).resolve().parents[2] / "docs" / "growth.svg"


SPANS = 230_000  # about what a hundred thousand instances have, one reading in fifty above the mark


def measure(
    policy: str, events: int, memory: str, each: int = 100, above: int = 20
) -> tuple[Run, int]:
    """One run; also the number of spans of the answer."""
    with tempfile.TemporaryDirectory(prefix="servanda-growth-") as name:
        folder = Path(name)
        case = cases.make(policy, events, folder / policy, each, above)
        file = folder / "verdicts.parquet"
        asked = cases.judging(case, file)
        return run([SERVANDA, *asked, "--memory", memory]), parquet.read_metadata(file).num_rows


def drawing(rows: list[dict[str, float]]) -> altair.VConcatChart:
    base = altair.Chart(altair.Data(values=rows)).mark_line(point=True)
    x = altair.X("events:Q", scale=altair.Scale(type="log"), title="events")
    wall = base.encode(x, altair.Y("wall:Q", scale=altair.Scale(type="log"), title="seconds"))
    peak = base.encode(x, altair.Y("peak:Q", title="peak memory, MB"))
    return altair.vconcat(wall.properties(height=160), peak.properties(height=120))


def of_live_instances(memory: str, events: int = 10**6) -> None:
    print("      live      spans      wall s       cpu s   µs/event     peak MB")
    for alike in (False, True):
        for live in (10**2, 10**3, 10**4, 10**5):
            above = above_for(SPANS, live, events) if alike else 20
            one, spans = measure("threshold", events, memory, events // live, above)
            cost = one.cpu / events * 1e6
            spent = f"{one.wall:11.2f} {one.cpu:11.2f} {cost:10.2f} {one.peak:11.0f}"
            print(f"{live:10,} {spans:10,} {spent}", flush=True)


def above_for(spans: int, live: int, events: int) -> int:
    """How many readings in a thousand are to be above the mark: each that follows one below begins
    two spans, beside the two with which an instance begins."""
    share = (spans / 2 - live) / (events - live)
    return round(1000 * (1 - math.sqrt(1 - 4 * share)) / 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policy", default="delivery", choices=cases.names())
    parser.add_argument("--most", type=lambda n: int(float(n)), default=10**8)
    parser.add_argument("--memory", default="3GB")
    parser.add_argument("--live", action="store_true", help="by the number of live instances")
    asked = parser.parse_args()
    if asked.live:
        of_live_instances(asked.memory)
        return
    rows: list[dict[str, float]] = []
    events = 10**5
    print("    events      wall s       cpu s   µs/event     peak MB")
    while events <= asked.most:
        one, _ = measure(asked.policy, events, asked.memory)
        rows.append({"events": events, "wall": one.wall, "cpu": one.cpu, "peak": one.peak})
        each = one.cpu / events * 1e6
        print(
            f"{events:10,} {one.wall:11.2f} {one.cpu:11.2f} {each:10.2f} {one.peak:11.0f}",
            flush=True,
        )
        events *= 10
    drawing(rows).save(DRAWN)


if __name__ == "__main__":
    main()
