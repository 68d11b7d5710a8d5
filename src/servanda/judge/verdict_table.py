"""The verdict table of one judgement: written to a file, streamed as Arrow, or counted.

Nothing here loops over rows: the engine writes, streams and counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from servanda.judge.engines.duckdb import EngineError
from servanda.judge.judgement import Judgement
from servanda.judge.plan import output
from servanda.judge.plan.sql import quoted
from servanda.syntax.atomic_files import temporary, whole_or_not

if TYPE_CHECKING:
    import pyarrow

FORMATS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false",
    "csv": "FORMAT csv, HEADER true, USE_TMP_FILE false",
}
ROWS_AT_ONCE = 100_000


class Count(Struct, frozen=True):
    """How many instances of a clause have a status at the end of time known, by what they came to
    if they are over; of `power`s apart."""

    clause: str
    status: str
    instances: int
    power: bool = False
    outcome: str | None = None
    kind: str = ""


def write(judgement: Judgement, path: Path) -> int:
    """Write the table whole or not at all, in place of any file of that name; its number of rows.

    Raises JudgeError where the plan cannot be run, ServandaError where the file cannot be written.
    """
    judgement.progress.step("writing")
    with whole_or_not(path) as made:
        try:
            return judgement.tables.write(
                as_cells(judgement.table(), path), str(made), options(path)
            )
        except EngineError as error:
            raise error.of_the_system() or judgement.explained(error) from error


def write_each(judgements: Iterable[tuple[str, Judgement]], path: Path) -> int:
    """The tables of several accounts in one file, as `write` does, with a first column `account`.

    The judgements are of one engine, each made beside another; the file is written once for all.
    """
    parts: list[str] = []
    judged: list[Judgement] = []  # tables live as long as their judgement
    with temporary(path.parent, is_folder=True, of=path) as folder:
        for account, judgement in judgements:
            judged.append(judgement)
            try:
                rows = judgement.tables.give(judgement.table(), str(folder))
            except EngineError as error:
                raise judgement.explained(error) from error
            parts.append(f"SELECT {quoted(account)} AS account, * FROM {rows}")
        judgement.progress.step("writing", len(parts))
        with whole_or_not(path) as made:
            try:
                query = as_cells(" UNION ALL ".join(parts), path)
                return judgement.tables.writer().write(query, str(made), options(path))
            except EngineError as error:
                raise error.of_the_system() or judgement.explained(error) from error


def as_cells(table: str, path: Path) -> str:
    """The table as a format can hold it: CSV has no lists, and gets them as JSON."""
    if path.suffix.lower() != ".csv":
        return table
    lists = ", ".join(f"to_json({name})::VARCHAR AS {name}" for name in ("entries", "closed_by"))
    return f"SELECT * REPLACE ({lists}) FROM ({table})"


def options(path: Path) -> str:
    return FORMATS[path.suffix.lower().lstrip(".")]


def reader(judgement: Judgement) -> pyarrow.RecordBatchReader:
    """The table as a stream of Arrow record batches, in no order; read once."""
    return judgement.tables.stream(judgement.table(), ROWS_AT_ONCE)


def counts(judgement: Judgement) -> list[Count]:
    """By clause in the order of the agreement, and by status."""
    clauses = list(dict.fromkeys(rule.clause for rule in judgement.norms.rules))
    last = f"({output.spans(judgement.rules)}) WHERE until IS NULL"
    counted = "clause, status, count(*), kind = 'may', outcome, kind"
    rows = judgement.tables.rows(f"SELECT {counted} FROM {last} GROUP BY ALL")
    rows.sort(key=lambda row: (clauses.index(row[0]), row[3], row[1], row[4] or "", row[5]))
    return [Count(*row) for row in rows]
