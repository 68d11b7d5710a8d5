"""Questions to a case: check, status, timeline, why, compare, suppose."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.common import (
    ERRORS,
    By,
    CasePath,
    Clause,
    Engine,
    Json,
    Known,
    On,
    document,
    open_case,
    problem_document,
    show,
)

if TYPE_CHECKING:
    from servanda.present.terminal.blocks import Block


def check(case: CasePath, json: Json = False) -> None:
    """Every error at once, which paragraphs have a rule, and which figures do not fit."""
    from servanda.explain.check_report import cross_check_row
    from servanda.present.terminal.blocks import check_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case)
        found = opened.check()
        document = problem_document(found.problems) | {"paragraphs": found.paragraphs}
        document["cross_checks"] = [cross_check_row(one) for one in found.cross_checks]
        document["muted"] = len(found.muted)
        return document, check_blocks(opened.name, found.problems, document)

    document = show(answer, json)
    if document["errors"]:
        raise typer.Exit(ERRORS)


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
    from servanda.present.terminal.blocks import status_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case, engine)
        found = document(opened, on, known, account)
        found["duties"] = opened.status(found["on"], known, found["account"], clause)
        return found, status_blocks(found)

    show(answer, json, case)


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
    from servanda.explain.rows import timeline_rows
    from servanda.present.terminal.blocks import timeline_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case, engine)
        found = document(opened, on, known, account)
        judged = opened.judge(found["account"], found["on"], known)
        found["duties"] = timeline_rows(judged, opened.clause(clause))
        return found, timeline_blocks(found)

    show(answer, json, case)


def why(
    case: CasePath,
    clause: Annotated[str, typer.Argument(metavar="CLAUSE", help="The clause asked about.")],
    *,
    on: On = None,
    known: Known = None,
    account: By = None,
    json: Json = False,
) -> None:
    """The derivation of a clause's status, down to entries and sources."""
    from servanda.explain.why import why as trees_of
    from servanda.present.terminal.blocks import why_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        import msgspec

        opened = open_case(case)
        found = document(opened, on, known, account)
        chosen = opened.clause(clause) or clause
        trees = trees_of(opened.judge(found["account"], found["on"], known), chosen)
        found |= {"clause": chosen, "why": msgspec.to_builtins(trees)}
        return found, why_blocks(found, trees)

    show(answer, json, case)


def compare(case: CasePath, on: On = None, known: Known = None, json: Json = False) -> None:
    """The accounts side by side, and what their differences turn on."""
    from servanda.explain.comparison import compare as rows_of
    from servanda.present.terminal.blocks import compare_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case)
        found = document(opened, on, known, opened.accounts[0])
        del found["account"]
        found["accounts"] = list(opened.accounts)
        found["duties"] = rows_of(opened, found["on"], known)
        return found, compare_blocks(found)

    show(answer, json, case)


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
    from servanda.explain.supposition import suppose as difference
    from servanda.present.terminal.blocks import suppose_blocks

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case)
        found = document(opened, on, known, account)
        found |= difference(opened, changes, on, known, found["account"])
        return found, suppose_blocks(found)

    show(answer, json, case)
