"""A case in the forms of other programs: export."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.answers import default_notes, open_case, rendered, show
from servanda.cli.options import By, CasePath, Json, Known, On, OutputPath
from servanda.cli.verbs import verb
from servanda.present.export.formats import FORMATS

if TYPE_CHECKING:
    from servanda.present.terminal.blocks import Block


@verb("document")
def export(
    case: CasePath,
    *,
    output: OutputPath,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="|".join(FORMATS),
            help="If the extension does not say it.",
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option("--table", metavar="NAME", help="spans, entries, sources or coming."),
    ] = None,
    calendar: Annotated[bool, typer.Option("--calendar", help="What is still to come.")] = False,
    account: By = None,
    on: On = None,
    known: Known = None,
    json: Json = False,
) -> None:
    """Spans, entries and sources as a table, provenance as PROV-O, deadlines as a calendar."""

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        from servanda.syntax.problems import refused

        if calendar and form not in (None, "ics"):
            advice = "leave out --format, or say ics"
            raise refused("E004", "option:format", f"a calendar is no `{form}`", advice)
        chosen = "ics" if calendar else form
        opened = open_case(case)
        found = opened.export(
            output, format=chosen, table=table, on=on, known=known, account=account
        )
        return rendered(found, default_notes(opened, found.question, on, account))

    show(answer, json, case)
