"""Response time of the live view for each kind of page, and for the first page after start.

    ./run python benchmarks/view.py            the flagship: every page of every kind, warm
    ./run python benchmarks/view.py --large    a board of 2,000 duties by 6 accounts

Each page is requested once to warm the caches, then three times for the median. CPU is the server's
time for one request, which is steadier on a busy machine. For drawing in a browser see
benchmarks/scrolling.py.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
PORT = 8791
ADDRESS = f"http://127.0.0.1:{PORT}"
LIMIT = 0.150


def get(path: str) -> bytes:
    with urllib.request.urlopen(ADDRESS + path, timeout=300) as answer:
        found: bytes = answer.read()
    return found


def took(path: str) -> float:
    before = time.perf_counter()
    get(path)
    return time.perf_counter() - before


@contextmanager
def serving(case: Path) -> Iterator[tuple[float, int]]:
    """Serve a case; the value is the seconds from start to the first page, and the process."""
    command = [sys.executable, "-m", "servanda", "serve", str(case), "--port", str(PORT)]
    begun = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                get("/board")
                break
            except OSError:
                time.sleep(0.01)
        yield time.perf_counter() - begun, server.pid
    finally:
        server.terminate()
        server.wait(30)


def pages() -> dict[str, list[str]]:
    """All addresses of a case, by kind."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in ("board", "timeline", "compare", "text", "record", "sources", "accounts"):
        found[name].append(f"/{name}")
    found["board"] += [f"/board?show=all&on={year}-07-01" for year in range(2016, 2026)]
    found["search"].append("/search?q=uranium")
    for kind, list_, key in (
        ("clause", "/text.json", "clause"),
        ("account", "/accounts.json", "name"),
        ("party", "/parties.json", "name"),
        ("source", "/sources.json", "id"),
    ):
        rows = json.loads(get(list_))
        plural = {"clause": "clauses", "party": "parties"}.get(kind, f"{kind}s")
        found[kind] = [f"/{kind}/{quote(row[key])}" for row in rows[plural]]
    record = json.loads(get("/record.json"))
    for number in range(1, record["pages"] + 1):
        rows = json.loads(get(f"/record.json?page={number}"))["entries"]
        found["entry"] += [f"/entry/{quote(row['id'])}" for row in rows]
    duties = json.loads(get("/board.json?show=all"))["duties"]
    found["duty"] = [f"/duty/{row['id']}" for row in duties]
    return found


def busy(pid: int) -> float:
    """Seconds of processor time that a process has used, by /proc (0 where there is none)."""
    path = Path(f"/proc/{pid}/stat")
    if not path.is_file():
        return 0.0
    fields = path.read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(pid: int, rounds: int = 3) -> None:
    print(
        f"{'page':10} {'how many':>9} {'median ms':>10} {'CPU ms':>8} {'slowest ms':>11}  slowest"
    )
    every = []
    for kind, addresses in pages().items():
        times = {}
        for address in addresses:
            get(address)
        used = busy(pid)
        for address in addresses:
            times[address] = statistics.median(took(address) for _ in range(rounds))
        used = (busy(pid) - used) / len(times) / rounds
        slowest = max(times, key=lambda a: times[a])
        every += times.values()
        middle = statistics.median(times.values())
        told = f"{middle * 1e3:10.1f} {used * 1e3:8.1f} {times[slowest] * 1e3:11.1f}"
        print(f"{kind:10} {len(times):9} {told}  {slowest}")
    late = sum(t > LIMIT for t in every)
    print(f"{len(every)} pages, {late} of them slower than {LIMIT * 1e3:.0f} ms")


def large(folder: Path, duties: int = 2000, accounts: int = 6) -> Path:
    """A case of many duties: a delivery and its payment each day, by accounts that differ."""
    root = folder / "large"
    (root / "record").mkdir(parents=True)
    blocks = [
        'agreement Large "Two thousand duties"\n  zone UTC\n  record closed 2026-01-01',
        "party seller, buyer",
        "event order(by: party, id: text), not recorded is taken as not done",
        "event deliver(by: party, id: text), not recorded is taken as not done",
        "vague urgent(id: text) to be determined by seller",
        'clause 1 "Delivery"\n  when order(id: id):\n    seller must deliver(id: id) to buyer'
        " within 10 days",
    ]
    names = [f"reader{n}" for n in range(1, accounts + 1)]
    told = [f'account {n} "as {n} sees it"\n  distrusts source-{k}' for k, n in enumerate(names)]
    lines = []
    for n in range(duties):
        day, late = n % 27 + 1, n % 27 + (3 if n % 3 else 14)
        month = n // 27 % 11 + 1
        done = f"2025-{month:02}-{late:02}" if late < 28 else f"2025-{month + 1:02}-{late - 27:02}"
        lines.append(f'2025-{month:02}-{day:02} buyer orders(id: "{n}") source orders')
        lines.append(f'{done} seller delivers(id: "{n}") source source-{n % (accounts * 2)}')
    text = "# Large\n\n## Terms\n\n```servanda\n" + "\n\n".join(blocks) + "\n```\n"
    (root / "agreement.md").write_text(text, encoding="utf-8")
    block = "# Accounts\n\n```servanda\n" + "\n\n".join(told) + "\n```\n"
    (root / "accounts.md").write_text(block, encoding="utf-8")
    record = "# Record\n\n```servanda\n" + "\n".join(lines) + "\n```\n"
    (root / "record" / "all.md").write_text(record, encoding="utf-8")
    known = ["orders", *(f"source-{n}" for n in range(accounts * 2))]
    listed = [{"id": k, "type": "document", "title": k} for k in known]
    (root / "sources.json").write_text(json.dumps(listed), encoding="utf-8")
    return root


def measure_large() -> None:
    with TemporaryDirectory() as folder:
        case = large(Path(folder))
        with serving(case) as (first, _):
            print(f"first page {first:.2f} s after start")
            before = time.perf_counter()
            found = json.loads(get("/board.json?show=all"))
            print(f"all judged {time.perf_counter() - before:.2f} s later")
            print(f"{found['total']['all']} duties by {len(found['accounts'])} accounts")
            for address in ("/board?show=all", "/board/rows?from=600&show=all", "/timeline"):
                get(address)
                middle = statistics.median(took(address) for _ in range(5))
                print(f"{address:32} {middle * 1e3:7.1f} ms, {len(get(address)) / 1e3:.0f} kB")


def main() -> None:
    if "--large" in sys.argv:
        measure_large()
        return
    with serving(ROOT / "cases" / "jcpoa") as (first, pid):
        print(f"first page {first:.2f} s after start")
        get("/board.json")
        measure(pid)


if __name__ == "__main__":
    main()
