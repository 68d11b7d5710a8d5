"""Options and arguments that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CasePath = Annotated[Path, typer.Argument(metavar="CASE", help="A case folder, or one file.")]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day asked about.")]
Known = Annotated[str | None, typer.Option("--known", metavar="DATE", help="As known on that day.")]
By = Annotated[str | None, typer.Option("--account", metavar="NAME", help="By whose account.")]
Clause = Annotated[str | None, typer.Option("--clause", metavar="ID", help="One clause only.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]
Engine = Annotated[
    str, typer.Option("--engine", metavar="NAME", help="What judges: duckdb, or spark.")
]
OutputPath = Annotated[
    Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")
]
