"""The policies of the bench: each an agreement, a generator of its log, and SQL by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

POLICIES = Path(__file__).parent / "policies"
ONE_LOG = '[{"id": "log", "type": "dataset", "title": "A log"}]'
LAST_DAY = "2024-12-31"
MICROS_OF_LOG = 330 * 86_400_000_000  # from the first of January on, so that most deadlines pass


def names() -> list[str]:
    return sorted(p.name for p in POLICIES.iterdir() if (p / "by_hand.sql").is_file())


def make(policy: str, events: int, folder: Path, each: int = 100, above: int = 20) -> Path:
    """A case of about so many events, always the same ones; its folder.

    `each`: the events of one instance, `above`: how many in a thousand fall outside what must be
    kept, where the log's query asks (`threshold`).
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(POLICIES / policy / "agreement.md", folder)
    sources = POLICIES / policy / "sources.json"
    if sources.is_file():
        shutil.copy(sources, folder)
    else:
        (folder / "sources.json").write_text(ONE_LOG)
    con = connect()
    con.execute(f"SET VARIABLE n = {events}::BIGINT; SET VARIABLE span = {MICROS_OF_LOG}::BIGINT")
    con.execute(f"SET VARIABLE each = {each}::BIGINT; SET VARIABLE above = {above}::BIGINT")
    query = (POLICIES / policy / "log.sql").read_text()
    con.execute(f"COPY ({query}) TO '{folder / 'log.parquet'}' (FORMAT parquet)")
    return folder


def judging(case: Path, file: Path) -> list[str | Path]:
    """The `servanda` command that writes the whole table, for every account of the agreement."""
    asked: list[str | Path] = ["judge", case, "--on", LAST_DAY, "-o", file, "--json"]
    return (
        [*asked, "--account", "all"]
        if "\naccount " in (case / "agreement.md").read_text()
        else asked
    )


def connect() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(
        f"SET GLOBAL TimeZone = 'UTC'; SET VARIABLE now = TIMESTAMP '{LAST_DAY}' + INTERVAL 1 DAY"
    )
    return con


def differences(ours: Path, by_hand: Path, most: int = 5) -> list[str]:
    """Rows that only one of two tables has, with their multiplicity."""
    con = connect()
    found, columns = [], compared(con, by_hand)
    for name, mine, other in (("only Servanda", ours, by_hand), ("only by hand", by_hand, ours)):
        query = f"SELECT {columns} FROM '{mine}' EXCEPT ALL SELECT {columns} FROM '{other}'"
        rows = con.execute(f"{query} LIMIT {most}").fetchall()
        found += [f"{name}: {row}" for row in rows]
    return found


def compared(con: duckdb.DuckDBPyConnection, by_hand: Path) -> str:
    """The columns that the query by hand writes: all but the outcome of what is over."""
    return ", ".join(f'"{row[0]}"' for row in con.execute(f"DESCRIBE FROM '{by_hand}'").fetchall())


def same(ours: Path, by_hand: Path) -> bool:
    """Whether two tables have the same rows: compares row counts and two sums of row hashes."""
    con = connect()
    columns = compared(con, by_hand)
    digest = "SELECT count(*), bit_xor(hash(t)), sum(hash(t, 1))"
    sums = [
        con.execute(f"{digest} FROM (SELECT {columns} FROM '{f}') t").fetchall()
        for f in (ours, by_hand)
    ]
    return bool(sums[0] == sums[1])
