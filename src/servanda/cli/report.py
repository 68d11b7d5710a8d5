"""A case on one page: report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from servanda.cli.answers import default_notes, open_case, rendered, show
from servanda.cli.options import By, CasePath, Json, Known, On, OutputPath
from servanda.cli.verbs import verb

if TYPE_CHECKING:
    from servanda.present.terminal.blocks import Block


@verb("document")
def report(
    case: CasePath,
    *,
    output: OutputPath,
    account: By = None,
    on: On = None,
    known: Known = None,
    json: Json = False,
) -> None:
    """The whole case on a day as one page to send or print; all accounts, unless one is named."""

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        opened = open_case(case)
        found = opened.report(output, on=on, known=known, account=account)
        return rendered(found, default_notes(opened, found.question, on, account))

    show(answer, json, case)
