"""Time of `servanda watch` for batches of 1,000 events, on a case of a million instances.

./run python benchmarks/watch.py [INSTANCES] [BATCHES]  (default: a million and a hundred)

The case has one duty with a remedy, `INSTANCES` orders in a Parquet table and a delivery for most.
Every batch has new orders, deliveries and late ones at random, and moves the clock, so that
deadlines pass of orders that no event touches. Nothing is asserted; `--check` judges everything
from scratch at the end and compares (slow at a million).
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from servanda.watch import Watch
from servanda.watch.histories import Instance, decode_histories

AGREEMENT = """# Market

```servanda
agreement Market "A marketplace"
  zone UTC
party seller, buyer
event order(id: text, buyer: party), not recorded is taken as not done
event deliver(by: party, id: text), not recorded is taken as not done
event refund(by: party, id: text), not recorded is taken as not done

clause Delivery
  when order(id: n):
    seller must deliver(id: n) within 5 days
      on breach seller must instead refund(id: n) within 10 days
```
"""
RECORD = """```servanda
table "orders.parquet" zone UTC
  row is order(id: column id, buyer: buyer) on column ordered id column entry
table "deliveries.parquet" zone UTC
  row is deliver(by: seller, id: column id) on column delivered id column entry
```
"""
BATCH = 1000
START = datetime(2023, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)


def make_case(folder: Path, instances: int) -> None:
    (folder / "record").mkdir(parents=True)
    (folder / "agreement.md").write_text(AGREEMENT, encoding="utf-8")
    (folder / "record" / "tables.md").write_text(RECORD, encoding="utf-8")
    con = duckdb.connect()
    seconds = int(YEAR.total_seconds())
    con.execute(
        f"""CREATE TABLE o AS SELECT 'o' || i AS id, 'eo' || i AS entry, i, TIMESTAMP '2023-01-01'
              + to_seconds(CAST(i * {seconds} / {instances} AS BIGINT)) AS ordered
            FROM range({instances}) t(i)"""
    )
    con.execute(f"COPY (SELECT id, entry, ordered FROM o) TO '{folder}/orders.parquet'")
    con.execute(
        f"""COPY (SELECT id, 'ed' || i AS entry,
                    ordered + to_seconds(CAST(hash(i) % 500000 AS BIGINT)) AS delivered
            FROM o WHERE hash(i + 7) % 10 < 8 AND ordered < TIMESTAMP '2023-12-25')
            TO '{folder}/deliveries.parquet'"""
    )


def batch_of(number: int, instances: int, chance: random.Random, fresh: list[str]) -> list[str]:
    """1,000 lines over the next ten minutes."""
    begins = START + YEAR + timedelta(minutes=10 * number)
    lines = []
    for n in range(BATCH):
        at = (begins + timedelta(seconds=n * 600 / BATCH)).isoformat().replace("+00:00", "Z")
        draw = chance.random()
        if draw < 0.4:
            id_ = f"n{number}-{n}"
            fresh.append(id_)
            line = {"event": "order", "at": at, "args": {"id": id_, "buyer": "buyer"}}
        elif draw < 0.6 and fresh:
            line = delivered(at, fresh.pop(chance.randrange(len(fresh))))
        else:
            line = delivered(at, f"o{chance.randrange(instances)}")
        lines.append(json.dumps(line | {"id": f"b{number}-{n}"}))
    return lines


def delivered(at: str, id_: str) -> dict[str, object]:
    return {"event": "deliver", "at": at, "by": "seller", "args": {"id": id_}}


def main(instances: int, batches: int, check: bool, keep: str | None) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(keep or name)
        if not (folder / "market").exists():
            make_case(folder / "market", instances)
        events = folder / "events.jsonl"
        events.touch()
        started = time.perf_counter()
        with Watch(folder / "market", events) as watch:
            size = sum(f.stat().st_size for f in watch.folder.iterdir())
            took = time.perf_counter() - started
            said = f"{instances:,} instances: ready in {took:.1f} s"
            print(f"{said} ({time.process_time():.1f} s CPU), state {size / 1e6:,.0f} MB")
            measure(watch, events, instances, batches)
            if check:
                compare(watch, events)


def measure(watch: Watch, events: Path, instances: int, batches: int) -> None:
    chance, fresh = random.Random(watch.now), list[str]()
    walls, cpus, changes = [], [], 0
    begun: int = watch.store.get("lines") // BATCH  # other lines than in an earlier run
    for number in range(begun, begun + batches):
        with events.open("a", encoding="utf-8") as file:
            file.write("\n".join(batch_of(number, instances, chance, fresh)) + "\n")
        wall, cpu = time.perf_counter(), time.process_time()
        for batch in watch.batches(once=True):
            changes += len(batch.changes)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    for what, times in (("wall", walls), ("CPU", cpus)):
        ordered = sorted(t * 1000 for t in times)
        high = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        median = statistics.median(ordered)
        print(f"a batch of {BATCH:,}, {what}: median {median:.0f} ms, 95 % {high:.0f} ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{changes:,} changes in {batches} batches; peak memory {peak:,.0f} MB")


def histories(watch: Watch) -> dict[tuple[int, str], list[Instance]]:
    """The stored histories by unit and key, without empty ones."""
    stored = watch.store.all_verdicts()
    decoded = ((unit, key, decode_histories(body)) for unit, key, body in stored)
    return {(unit, key): found for unit, key, found in decoded if found}


def compare(watch: Watch, events: Path) -> None:
    """Compare the state with one built from all lines in a single batch."""
    with Watch(watch.case.folder, events, state=events.with_name("again"), most=10**9) as again:
        for _ in again.batches(once=True):
            pass
        ours, theirs = histories(watch), histories(again)
    print("the same as in one batch" if ours == theirs else "NOT THE SAME as in one batch")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="What a batch of a watch takes.")
    arguments.add_argument("instances", nargs="?", type=int, default=1_000_000)
    arguments.add_argument("batches", nargs="?", type=int, default=100)
    arguments.add_argument("--check", action="store_true", help="compare with one batch of all")
    arguments.add_argument("--keep", metavar="DIR", help="make the case there, or go on with it")
    given = arguments.parse_args()
    main(given.instances, given.batches, given.check, given.keep)
