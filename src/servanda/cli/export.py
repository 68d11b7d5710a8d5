"""A case in the forms of other programs: export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.atomic_files import whole_or_not
from servanda.cli.common import By, CasePath, Json, Known, On, open_case, show
from servanda.cli.output import Out, check_place, ending, needs
from servanda.cli.pictures import drawn_from, written

if TYPE_CHECKING:
    from servanda.explain.judged import Judged
    from servanda.present.terminal.blocks import Block

FORMATS = ("csv", "xlsx", "parquet", "json", "jsonld", "ics")
"""Those of `present/export/formats.py`, named here so that the command line starts quickly."""


def export(
    case: CasePath,
    *,
    output: Out,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="|".join(FORMATS), help="If the ending does not say it."),
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
        from servanda.present.terminal.blocks import Line

        check_place(output)
        chosen = format_of(output, form, calendar, table)
        opened = open_case(case)
        found = drawn_from(opened, on, known, account)
        judged = opened.by_account(account, found["on"], known)
        try:
            content, remarks = made(judged, chosen, table or "spans", found)
        except ModuleNotFoundError as error:
            raise needs(error, f"a file of the form {chosen}") from None
        with whole_or_not(output) as file:
            file.write_bytes(content)
        document, blocks = written(found, output)
        lines = [Line(remark, "quiet") for remark in remarks]
        return document | {"format": chosen, "undated": remarks}, [*blocks, *lines]

    show(answer, json, case)


def format_of(output: Path, form: str | None, calendar: bool, table: str | None) -> str:
    """The form of the file: what was said, else by its ending. Raises ServandaError."""
    from servanda.api import refused
    from servanda.present.export.formats import FORMATS as known
    from servanda.present.export.rows import TABLES
    from servanda.syntax.problems import did_you_mean

    if form is not None and form not in FORMATS:
        advice = did_you_mean(form, FORMATS) or f"there are {', '.join(FORMATS)}"
        raise refused(f"there is no format `{form}`", advice)
    chosen = form or ("ics" if calendar else ending(output, FORMATS))
    if calendar and not known[chosen].calendar:
        raise refused(f"a calendar is no `{chosen}`", "leave out --format, or say ics")
    if table is not None and table not in TABLES:
        advice = did_you_mean(table, TABLES) or f"there are {', '.join(TABLES)}"
        raise refused(f"there is no table `{table}`", advice)
    if table is not None and not known[chosen].one_table:
        raise refused(f"a file of the form {chosen} holds no single table", "leave out --table")
    return chosen


def made(
    judged: Mapping[str, Judged], form: str, table: str, found: Mapping[str, Any]
) -> tuple[bytes, list[str]]:
    """The file, and what is not in it that should be told."""
    from servanda.api import refused
    from servanda.present.export import formats, tables

    about = {key: value for key, value in found.items() if key != "notes"}
    try:
        return formats.FORMATS[form].write(formats.ExportRequest(judged, table, about))
    except tables.TooLarge as error:
        raise refused(str(error), "export it as .parquet or .csv") from None
