"""The verdict table of a record of any size: judge."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.answers import default_notes, open_case, rendered, show
from servanda.cli.options import CasePath, Engine, Json, Known, On
from servanda.cli.verbs import verb

if TYPE_CHECKING:
    from servanda.present.terminal.blocks import Block


@verb("table")
def judge(
    case: CasePath,
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the table: .parquet or .csv."),
    ] = None,
    summary: Annotated[bool, typer.Option("--summary", help="Count by clause and status.")] = False,
    on: On = None,
    known: Known = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            "--account", metavar="NAME", help="By whose account; again for more, or `all`."
        ),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option("--memory", metavar="SIZE", help="At most this, then the disk: 3GB."),
    ] = None,
    engine: Engine = "duckdb",
    json: Json = False,
) -> None:
    """The whole verdict table into a file, or its counts: for records of any size."""
    from servanda.cli.progress import progress_bar

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case, engine)
        with progress_bar() as progress:
            found = opened.verdicts(account, on, known, memory=memory, progress=progress)
            if output is None:
                counted = found.counts()
                return rendered(counted, default_notes(opened, found.question, on, account))
            wrote = found.write(output, count=summary)
            return rendered(wrote, default_notes(opened, found.question, on, account))

    show(answer, json, case)
