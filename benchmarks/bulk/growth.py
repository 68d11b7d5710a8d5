"""How time and memory grow with the number of events, drawn as docs/growth.svg.

    ./run python benchmarks/bulk/growth.py [--policy delivery] [--most 1e8] [--memory 3GB]

With `--live`, instead, what an event costs where a million of them are spread over more and more
instances of one clause (`threshold`), all of them live.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import altair
import cases
from run import SERVANDA, Run, run

DRAWN = Path(__file__).resolve().parents[2] / "docs" / "growth.svg"


def measure(policy: str, events: int, memory: str, each: int = 100) -> Run:
    with tempfile.TemporaryDirectory(prefix="servanda-growth-") as name:
        folder = Path(name)
        case = cases.make(policy, events, folder / policy, each)
        asked = cases.judging(case, folder / "verdicts.parquet")
        return run([SERVANDA, *asked, "--memory", memory])


def drawing(rows: list[dict[str, float]]) -> altair.VConcatChart:
    base = altair.Chart(altair.Data(values=rows)).mark_line(point=True)
    x = altair.X("events:Q", scale=altair.Scale(type="log"), title="events")
    wall = base.encode(x, altair.Y("wall:Q", scale=altair.Scale(type="log"), title="seconds"))
    peak = base.encode(x, altair.Y("peak:Q", title="peak memory, MB"))
    return altair.vconcat(wall.properties(height=160), peak.properties(height=120))


def of_live_instances(memory: str, events: int = 10**6) -> None:
    print("      live      wall s       cpu s   µs/event     peak MB")
    for live in (10**2, 10**3, 10**4, 10**5):
        one = measure("threshold", events, memory, events // live)
        cost = one.cpu / events * 1e6
        print(
            f"{live:10,} {one.wall:11.2f} {one.cpu:11.2f} {cost:10.2f} {one.peak:11.0f}", flush=True
        )


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
        one = measure(asked.policy, events, asked.memory)
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
