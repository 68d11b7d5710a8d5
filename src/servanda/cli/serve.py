"""The live view in a browser: serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from servanda.cli.answers import refuse
from servanda.cli.options import CasePath
from servanda.cli.verbs import verb


@verb("view")
def serve(
    case: CasePath,
    *,
    host: Annotated[str, typer.Option("--host", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8000,
    drafts: Annotated[
        Path | None,
        typer.Option("--drafts", metavar="FILE", help="Drafts of `read -o`, to review."),
    ] = None,
) -> None:
    """Show a case in a browser, following its text; on this machine only unless told otherwise."""
    from servanda.syntax.problems import refused

    try:
        from servanda.web.server import serve as serve_case
    except ModuleNotFoundError as error:
        advice = "install `servanda[view]`"
        message = f"the view needs {error.name}"
        refuse(refused("E007", f"package:{error.name}", message, advice).problems, json=False)
    try:
        serve_case(case, host, port, typer.echo, drafts)
    except OSError as error:
        message = f"cannot serve at {host}:{port}: {error.strerror or error}"
        advice = "name another with --host and --port"
        refuse(refused("E014", f"option:port {port}", message, advice).problems, json=False)
