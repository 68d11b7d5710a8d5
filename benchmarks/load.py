"""Load test of the live view: failed requests, response times and memory of the server.

    ./run python benchmarks/load.py 600 50      ten minutes at fifty requests a second

Pages of every kind of the flagship, their JSON twins, other days, and invalid requests are sent in
turn by eight threads, at a fixed rate. An answer with an unexpected status code is an error. Memory
is the resident size of the server, read from /proc.
"""

from __future__ import annotations

import http.client
import itertools
import statistics
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from view import ADDRESS, PORT, ROOT, get, pages, serving

THREADS = 8
WRONG = {"/nowhere": 404, "/clause/none": 404, "/board?on=2019-13-01": 400}


def resident(pid: int) -> float:
    """Megabytes in memory."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Asker(threading.local):
    """One connection a thread, kept open as a browser keeps it."""

    def __init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)

    def code(self, address: str) -> int:
        try:
            self.connection.request("GET", address)
            answer = self.connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return 0
        return answer.status


def addresses() -> list[tuple[str, int]]:
    kinds = pages()
    every = [a for found in kinds.values() for a in found]
    days = [f"/board?on={y}-{m:02}-15" for y in range(2016, 2026) for m in range(1, 13, 2)]
    twins = [f"{kinds[kind][0]}.json" for kind in ("board", "clause", "entry", "source", "text")]
    good = [(address, 200) for address in (*every, *days, *twins)]
    return [*good, *WRONG.items()]


def run(pid: int, seconds: float, rate: float) -> None:
    asker = Asker()
    wrong: Counter[str] = Counter()
    times: list[float] = []
    turn = itertools.cycle(addresses())
    for address, _ in itertools.islice(turn, 400):
        asker.code(address)

    def ask(address: str, expected: int) -> None:
        before = time.perf_counter()
        code = asker.code(address)
        times.append(time.perf_counter() - before)
        if code != expected:
            wrong[f"{code} for {address}"] += 1

    begun = time.perf_counter()
    sizes = [resident(pid)]
    with ThreadPoolExecutor(THREADS) as pool:
        for n in itertools.count():
            due = begun + n / rate
            if due > begun + seconds:
                break
            time.sleep(max(0.0, due - time.perf_counter()))
            pool.submit(ask, *next(turn))
            if n % max(1, int(rate * seconds / 10)) == 0:
                sizes.append(resident(pid))
                print(f"{time.perf_counter() - begun:6.0f} s {sizes[-1]:7.1f} MB", flush=True)
    sizes.append(resident(pid))
    elapsed = time.perf_counter() - begun
    print(f"{len(times)} requests in {elapsed:.0f} s, {len(times) / elapsed:.1f} a second")
    ordered = sorted(times)
    print(
        f"median {statistics.median(ordered) * 1e3:.0f} ms, "
        f"99 % within {ordered[int(len(ordered) * 0.99)] * 1e3:.0f} ms"
    )
    print(f"wrong answers: {sum(wrong.values())} {dict(wrong.most_common(5))}")
    print(f"memory: {sizes[1]:.0f} MB at first, {sizes[-1]:.0f} MB at the end")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    rate = float(sys.argv[2]) if len(sys.argv) > 2 else 50.0
    with serving(ROOT / "cases" / "jcpoa") as (_, pid):
        get("/board.json")
        print(f"{ADDRESS}, {rate:.0f} requests a second for {seconds:.0f} s")
        run(pid, seconds, rate)


if __name__ == "__main__":
    main()
