"""Fuzzing of each reader: changed bytes of a good file are read or refused, soon.

`SERVANDA_FUZZ=3600` tries each reader for an hour; by default each has two seconds.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import servanda
from servanda.articles.article import read_article
from servanda.record.sources import read_bibtex, read_csl
from servanda.syntax.problems import Problems, ServandaError
from test_bulk_input import CASE, ROWS, write_log

SECONDS = float(os.environ.get("SERVANDA_FUZZ", "2"))
SOON = 20
STARTER = Path(__file__).parents[2] / "src" / "servanda" / "starter"
PIECES = (
    *(b"\0", b"\xff\xfe", b"\xed\xa0\x80", b'"', b"'", b"<", b">", b"&", b"]]>", b"{", b"}", b"["),
    *(b"]", b",", b"\n", b"\r", b"\t", b"\\", b"\\ud800", b"NaN", b"1e999999999", b"-0", b"0" * 50),
    *(
        b"9999-12-31T23:59:60+99:99",
        b"0000-00-00",
        b"null",
        b"true",
        b"((",
        b"not ",
        b"define c = ",
    ),
    *(
        b"@",
        b"#",
        b"%",
        b"\xe2\x80\xae",
        b"\xef\xbb\xbf",
        b"__row",
        b"file:///etc/passwd",
        b"  " * 9,
    ),
)


def changed(data: bytes, chance: random.Random) -> bytes:
    """Some bytes cut out, repeated, flipped, or replaced by what readers stumble over."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(data))
        cut = chance.choice((0, 0, 1, 2, 8, 64, len(data)))
        piece = chance.choice((*PIECES, data[at : at + 40] * chance.randint(0, 3), b""))
        if chance.random() < 0.3:
            piece = bytes([chance.randrange(256)])
        data = data[:at] + piece + data[at + cut :]
    return data


@contextmanager
def soon() -> Iterator[None]:
    def late(*_: object) -> None:
        raise TimeoutError(f"more than {SOON} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SOON)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def fuzz(seed: bytes, read: Callable[[bytes], object], kind: str) -> None:
    """Call a reader with changed bytes until its time is over; keep those that it raises for."""
    number, end = 0, time.monotonic() + SECONDS
    while number == 0 or time.monotonic() < end:
        number += 1
        data = changed(seed, random.Random(f"{kind} {number}"))
        try:
            with soon():
                read(data)
        except ServandaError:
            continue
        except BaseException as error:
            raise AssertionError(f"{kind}, number {number}: {data[:2000]!r}") from error
    print(f"{kind}: {number:,} tries")


TABLES = (
    *("log.csv", "log.csv.gz", "log.parquet", "log.feather"),
    *("log.xes", "log.xes.gz", "log.json", "log.sqlite", "log.xml"),
)


@pytest.mark.parametrize("name", TABLES)
def test_any_table_is_read_or_refused(tmp_path: Path, name: str) -> None:
    lines = write_log(tmp_path, name, ROWS)
    (tmp_path / "case.sv").write_text(CASE + lines)
    seed = (tmp_path / name).read_bytes()
    packed = name == "log.xes.gz"
    inner = gzip.decompress(seed) if packed else seed

    def read(data: bytes) -> None:
        (tmp_path / name).write_bytes(gzip.compress(data, 1) if packed else data)
        servanda.open(tmp_path / "case.sv").check()

    fuzz(inner, read, name)


@pytest.mark.parametrize("name", ["agreement.md", "accounts.md", "record/2026.md"])
def test_any_text_is_read_or_refused(tmp_path: Path, name: str) -> None:
    for file in ("agreement.md", "accounts.md", "record/2026.md", "sources.json"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes((STARTER / file).read_bytes())

    def read(data: bytes) -> None:
        (tmp_path / name).write_bytes(data)
        servanda.open(tmp_path).check()

    fuzz((STARTER / name).read_bytes(), read, name)


def test_any_csl_is_read_or_refused() -> None:
    item = {"id": "a", "title": "t", "author": [{"family": "f", "given": "g"}], "type": "report"}
    item["issued"] = {"date-parts": [[2024, 1, 31], [2024, 2]]}
    seed = json.dumps([item, {"id": "b", "issued": {"raw": "2024"}}]).encode()
    fuzz(seed, lambda data: read_csl(data.decode("utf-8", "replace"), "x", Problems()), "CSL")


def test_any_bibtex_is_read_or_refused() -> None:
    seed = b"""@string{p = "Press"}
@report{a, title = {A {B} c}, author = {Knuth, Jr., Donald and {A Body} and others},
  date = {2019~/..},
  publisher = p # { x}, url = {http://x}}
@comment{x}
"""
    fuzz(seed, lambda data: read_bibtex(data.decode("utf-8", "replace"), "x", Problems()), "BibTeX")


@pytest.mark.parametrize("name", ["a.html", "a.txt", "a.md", "a.mhtml"])
def test_any_article_is_read_or_refused(tmp_path: Path, name: str) -> None:
    said = (
        "The minister said on Monday that the government will pay the whole sum by the end of May. "
    )
    seed = f"<html><head><title>T</title></head><body><p>{said * 6}</p></body></html>"
    if name == "a.mhtml":
        head = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n"
        seed = f"{head}\n--x\nContent-Type: text/html\n\n{seed}\n--x--\n"

    def read(data: bytes) -> None:
        (tmp_path / name).write_bytes(data)
        read_article(tmp_path / name)

    fuzz((seed if "html" in name else said * 6).encode(), read, name)
