"""Options and arguments that several verbs share."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

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
AllowFolder = Annotated[
    list[Path] | None,
    typer.Option(
        "--allow-folder",
        metavar="FOLDER",
        help="Tables may be in this folder, too: repeat it for several.",
    ),
]


def with_folders(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb that takes a case the option `--allow-folder`."""
    signature = inspect.signature(function, eval_str=True)
    if "case" not in signature.parameters:
        return function

    @functools.wraps(function)
    def verb(*args: Any, allow_folder: list[Path] | None = None, **words: Any) -> Any:
        from servanda.api import allow_folder as allow

        for folder in allow_folder or ():
            allow(folder)
        return function(*args, **words)

    option = inspect.Parameter(
        "allow_folder", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=AllowFolder
    )
    parameters = [*signature.parameters.values(), option]
    verb.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    verb.__annotations__ = {p.name: p.annotation for p in parameters}
    return verb
