"""Questions to a case: check, status, timeline, why, compare, suppose."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.answers import ERRORS, default_notes, open_case, rendered, show
from servanda.cli.options import By, CasePath, Clause, Engine, Json, Known, On
from servanda.cli.verbs import verb

if TYPE_CHECKING:
    from servanda.present.terminal.blocks import Block

    Shown = tuple[dict[str, Any], Iterable[Block]]


@verb("question")
def check(case: CasePath, json: Json = False) -> None:
    """Every error at once, which paragraphs have a rule, and which figures do not fit."""
    document = show(lambda: rendered(open_case(case).check()), json)
    if document["errors"]:
        raise typer.Exit(ERRORS)


@verb("question")
def status(
    case: CasePath,
    *,
    on: On = None,
    known: Known = None,
    account: By = None,
    clause: Clause = None,
    engine: Engine = "duckdb",
    json: Json = False,
) -> None:
    """Each duty on a day, by one account."""

    def answer() -> Shown:
        opened = open_case(case, engine)
        found = opened.status(on, known, account, clause)
        return rendered(found, default_notes(opened, found.question, on, account))

    show(answer, json, case)


@verb("question")
def timeline(
    case: CasePath,
    *,
    account: By = None,
    clause: Clause = None,
    on: On = None,
    known: Known = None,
    engine: Engine = "duckdb",
    json: Json = False,
) -> None:
    """Every span of every duty over the whole record, half-open."""

    def answer() -> Shown:
        opened = open_case(case, engine)
        found = opened.timeline(account, clause, on, known)
        return rendered(found, default_notes(opened, found.question, on, account))

    show(answer, json, case)


@verb("question")
def why(
    case: CasePath,
    clause: Annotated[
        str,
        typer.Argument(
            metavar="CLAUSE", help="The clause asked about; of one instance: '7(id: \"A\")'."
        ),
    ],
    *,
    debtor: Annotated[
        str | None, typer.Option("--debtor", metavar="NAME", help="Only what this party owes.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="PERIOD", help="Of a recurring duty: 2024-01, 2024."),
    ] = None,
    on: On = None,
    known: Known = None,
    account: By = None,
    json: Json = False,
) -> None:
    """The derivation of a clause's status, down to entries and sources."""

    def answer() -> Shown:
        opened = open_case(case)
        found = opened.why(
            clause, debtor=debtor, period=period, on=on, known=known, account=account
        )
        return rendered(found, default_notes(opened, found.question, on, account))

    show(answer, json, case)


@verb("question")
def compare(case: CasePath, on: On = None, known: Known = None, json: Json = False) -> None:
    """The accounts side by side, and what their differences turn on."""

    def answer() -> Shown:
        opened = open_case(case)
        found = opened.compare(on, known)
        return rendered(found, default_notes(opened, found.question, on, None))

    show(answer, json, case)


@verb("question")
def suppose(
    case: CasePath,
    changes: Annotated[Path, typer.Argument(metavar="FILE", help="Hypothetical entries or rules.")],
    *,
    on: On = None,
    known: Known = None,
    account: By = None,
    json: Json = False,
) -> None:
    """What hypothetical entries or rules would change; nothing is written."""

    def answer() -> Shown:
        opened = open_case(case)
        found = opened.suppose(changes, on, known, account)
        return rendered(found, default_notes(opened, found.question, on, account))

    show(answer, json, case)
