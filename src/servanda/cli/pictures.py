"""To print or send: report, chart."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from servanda.atomic_files import whole_or_not
from servanda.cli.common import By, CasePath, Clause, Json, Known, On, document, open_case, show
from servanda.cli.output import Out, check_place, ending, needs

if TYPE_CHECKING:
    from servanda.api import Case
    from servanda.present.charts.chart import Chart, Theme
    from servanda.present.terminal.blocks import Block

CHARTS = ("timeline", "measure", "board", "counts")
Asked = tuple[str | None, str, str | None]
"""Account (None: all), day, and as known when."""
PICTURES = ("svg", "png", "json", "html")


class Only(NamedTuple):
    """What a chart is narrowed to."""

    clause: str | None
    measure: str | None


def report(
    case: CasePath,
    *,
    output: Out,
    account: By = None,
    on: On = None,
    known: Known = None,
    json: Json = False,
) -> None:
    """The whole case on a day as one page to send or print; all accounts, unless one is named."""

    def answer() -> tuple[dict[str, Any], Iterable[Block]]:
        check_place(output)
        ending(output, ("html", "htm"))
        opened = open_case(case)
        found = drawn_from(opened, on, known, account)
        try:
            page = page_of(opened, found["on"], known, account)
        except ModuleNotFoundError as error:
            raise needs(error, "a report") from None
        with whole_or_not(output) as file:
            file.write_bytes(page.encode("utf-8"))
        return written(found, output)

    show(answer, json, case)


def page_of(case: Case, on: str, known: str | None, account: str | None) -> str:
    from servanda.explain.comparison import compare
    from servanda.present.report.contents import Report
    from servanda.present.report.page import report as page

    judged = case.by_account(account, on, known)
    compared = compare(case, on, known) if len(judged) > 1 else None
    return page(Report(case.layouts, case.check(), judged, compared))


def chart(
    which: Annotated[str, typer.Argument(metavar="|".join(CHARTS))],
    case: CasePath,
    *,
    output: Out,
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
        check_place(output)
        form = ending(output, PICTURES)
        opened = open_case(case)
        found = drawn_from(opened, on, known, account)
        try:
            asked = (account, found["on"], known)
            drawn = chosen(opened, which, asked, Only(clause, measure))
            content = pictured(drawn, form, dark)
        except ModuleNotFoundError as error:
            raise needs(error, "a chart") from None
        with whole_or_not(output) as file:
            file.write_bytes(content)
        found |= {"chart": drawn.name, "title": drawn.title, "text": drawn.text}
        return written(found, output)

    show(answer, json, case)


def chosen(case: Case, which: str, asked: Asked, only: Only) -> Chart:
    """The chart asked for. Raises ServandaError for one there is not."""
    from servanda.api import refused
    from servanda.explain.table_entries import FEW_ROWS
    from servanda.syntax.problems import did_you_mean

    if which == "timeline":
        return case.chart_timeline(*asked, clause=only.clause)
    if which == "board":
        return case.chart_board(*asked)
    if which == "counts":
        return case.chart_counts(*asked)
    if which != "measure":
        advice = did_you_mean(which, CHARTS) or f"there are {', '.join(CHARTS)}"
        raise refused(f"there is no chart `{which}`", advice)
    found = case.chart_measures(*asked, only.measure, only.clause)
    if len(found) == 1:
        return found[0]
    names = list(dict.fromkeys(name for name, _ in case.measured()))
    if not found:
        what = (
            f"there is no reading of {f'`{only.measure}`' if only.measure else 'a measure of it'}"
        )
        advice = (
            f"read are {', '.join(names) or 'none'}; tables of over {FEW_ROWS:,} rows are not drawn"
        )
        raise refused(what, advice)
    raise refused(f"{len(found)} charts fit: name one", f"--measure {' or '.join(names)}")


def pictured(drawn: Chart, form: str, dark: bool) -> bytes:
    theme: Theme = "dark" if dark else "light"
    if form == "png":
        return drawn.png(theme)
    if form == "json":
        import msgspec

        return msgspec.json.format(msgspec.json.encode(drawn.vegalite(theme)), indent=1)
    if form == "html":
        return drawn.figure().encode("utf-8")
    return drawn.svg(theme).encode("utf-8")


def drawn_from(
    case: Case, on: str | None, known: str | None, account: str | None
) -> dict[str, Any]:
    """What is asked, told as every answer tells it; without an account, by all of them."""
    found = document(case, on, known, account or case.accounts[0])
    if account is None:
        del found["account"]
        found["accounts"] = list(case.accounts)
    return found


def written(found: dict[str, Any], output: Path) -> tuple[dict[str, Any], Iterable[Block]]:
    from servanda.present.terminal.blocks import Line, head

    return found | {"file": str(output)}, [*head(found), Line(f"wrote {output}")]
