"""Verdict tables too large to be looked at row by row: judge."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.common import By, CasePath, Engine, Json, Known, On, document, open_case, show
from servanda.cli.output import check_place, ending

if TYPE_CHECKING:
    from servanda.report.blocks import Block

Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write the table: .parquet or .csv."),
]
Summary = Annotated[bool, typer.Option("--summary", help="Count by clause and status.")]
Memory = Annotated[
    str | None,
    typer.Option("--memory", metavar="SIZE", help="At most this, then the disk: 3GB."),
]


def judge(
    case: CasePath,
    *,
    output: Output = None,
    summary: Summary = False,
    on: On = None,
    known: Known = None,
    account: By = None,
    memory: Memory = None,
    engine: Engine = "duckdb",
    json: Json = False,
) -> None:
    """The whole verdict table into a file, or its counts: for records of any size."""
    from servanda.cli.progress import shown
    from servanda.report.blocks import Line, summary_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        from servanda.judge import written

        if output is not None:
            ending(output, written.FORMATS)
            check_place(output)
        opened = open_case(case, engine)
        found = document(opened, on, known, account)
        lines: list[Block] = []
        with shown() as progress:
            judged = opened.judgement(found["account"], found["on"], known, memory, progress)
            if output is not None:
                found |= {"file": str(output), "rows": written.write(judged, output)}
                lines.append(Line(f"wrote {found['rows']:,} spans to {output}"))
            if summary or output is None:
                rows = written.counts(judged)
                found["counts"] = [
                    {"clause": c.clause, "status": c.status, "instances": c.instances} for c in rows
                ]
                lines += summary_blocks(found)
        return found, lines

    show(answer, json, case)
