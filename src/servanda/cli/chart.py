"""One chart as a picture: chart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.answers import default_notes, open_case, rendered, show
from servanda.cli.options import By, CasePath, Clause, Json, Known, On, OutputPath
from servanda.cli.verbs import verb
from servanda.present.charts.registry import CHARTS

if TYPE_CHECKING:
    from servanda.present.terminal.blocks import Block


@verb("document")
def chart(
    which: Annotated[str, typer.Argument(metavar="|".join(CHARTS))],
    case: CasePath,
    *,
    output: OutputPath,
    account: By = None,
    clause: Clause = None,
    measure: Annotated[
        str | None, typer.Option("--measure", metavar="NAME", help="Which measure.")
    ] = None,
    on: On = None,
    known: Known = None,
    dark: Annotated[bool, typer.Option("--dark", help="For a dark page.")] = False,
    json: Json = False,
) -> None:
    """One chart as a picture (.svg, .png), its spec (.json) or a piece of a page (.html)."""

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case)
        found = opened.chart(
            which,
            output,
            on=on,
            known=known,
            account=account,
            clause=clause,
            measure=measure,
            dark=dark,
        )
        return rendered(found, default_notes(opened, found.question, on, account))

    show(answer, json, case)
