"""The text of a case: new, fmt."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.answers import ERRORS, open_case, show
from servanda.cli.options import CasePath, Json
from servanda.cli.verbs import verb

if TYPE_CHECKING:
    from servanda.present.terminal.blocks import Block


@verb("text")
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is not there yet.")],
    json: Json = False,
) -> None:
    """Start a case: a small complete one, with every line explained."""
    from servanda.present.terminal.blocks import Line

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        from servanda import api

        files = api.new(folder)
        lines = [Line(f"wrote {name}") for name in files]
        return {"files": files}, [*lines, Line(f"now: servanda check {folder}")]

    show(answer, json)


@verb("text")
def fmt(
    case: CasePath,
    check: Annotated[bool, typer.Option("--check", help="Only say what would change.")] = False,
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="Rewrite old spellings with the meaning they had.")
    ] = False,
    json: Json = False,
) -> None:
    """Lay out the servanda blocks of a case; the prose is not touched."""
    from servanda.present.terminal.blocks import Line

    def upgraded() -> tuple[dict[str, Any], Iterable[Block]]:
        found = open_case(case).upgrade(write=not check)
        lines = [Line(f"{word} {name}") for name in found.changed] or [Line("nothing to change")]
        if found.changed:
            lines.append(Line(f"judged before and after, {found.judged}: equal"))
        if found.choices:
            lines += [Line(""), Line("choose again, where another meaning may have been meant:")]
        for choice in found.choices:
            lines.append(Line(f"  {choice.file}:{choice.line}: {choice.message}"))
            lines.append(Line(f"    {choice.help}"))
        as_json = {
            "changed": list(found.changed),
            "choices": [
                {
                    "file": c.file,
                    "line": c.line,
                    "code": c.code,
                    "message": c.message,
                    "help": c.help,
                }
                for c in found.choices
            ],
        }
        return as_json, lines

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        found = open_case(case).format(write=not check)
        lines = [Line(f"{word} {name}") for name in found.changed] or [Line("nothing to change")]
        return {"changed": list(found.changed)}, lines

    word = "would change" if check else "changed"
    found = show(upgraded if upgrade else answer, json)
    if check and found["changed"]:
        raise typer.Exit(ERRORS)
