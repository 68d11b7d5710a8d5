"""The charts of a page: which there are, and each as a picture, a live spec, or data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from typing import Literal as OneOf
from urllib.parse import quote, urlencode

from servanda.web.query import Query, Refused, no_clause, still_judging
from servanda.web.settings import site

if TYPE_CHECKING:
    from servanda.explain.duty_histories import DutyHistory
    from servanda.explain.judged import Judged
    from servanda.present.charts.chart import Chart

Theme = OneOf["light", "dark"]
Form = OneOf["svg", "png", "vega", "json"]


def timeline(query: Query, clause: str | None) -> dict[str, Any]:
    """The page of all charts: duties' lives, measures, counts; of one clause if named."""
    if clause is not None and clause not in {c.id for c in query.case.agreement.clauses}:
        raise no_clause(clause)
    return {
        "case": query.case.agreement.header.name,
        "known": query.dates.known,
        "clause": clause,
        "charts": shown(query, clause, "timeline"),
        "clauses": [{"id": c.id, "title": c.title} for c in query.case.agreement.clauses],
    }


def shown(query: Query, clause: str | None, page: str = "clause") -> list[dict[str, Any]]:
    """The charts of a page as its template and its twin have them."""
    return [
        {
            "kind": kind,
            "name": chart.name,
            "title": chart.title,
            "text": chart.text,
            "columns": list(chart.columns),
            "rows": [list(row) for row in chart.rows],
            "address": address(query, kind, chart.name, clause),
        }
        for kind in kinds_on(page)
        for chart in charts(query, kind, clause)
        if chart.rows
    ]


def address(query: Query, kind: str, name: str, clause: str | None) -> dict[str, str]:
    """Where the chart is as each form. The version is part of it: what it gives never changes."""
    dates = {"clause": clause, "known": query.dates.known, "v": stamp(query)}
    if query.dates.until != query.case.last_day():
        dates["on"] = query.dates.until
    parameters = urlencode({key: value for key, value in dates.items() if value})
    return {
        form: f"/chart/{kind}/{quote(name)}.{form}?{parameters}"
        for form in ("svg", "png", "vega", "json")
    }


def stamp(query: Query) -> str:
    judged = len(query.version.whole_judgements(query.dates))
    return f"{query.version.number}.{judged}"


# ------------------------------------------------------------------ charts
def charts(query: Query, kind: str, clause: str | None, narrow: bool = False) -> list[Chart]:
    """The charts of a kind over the accounts judged so far; none while none is."""
    judgements = query.version.whole_judgements(query.dates)
    if not judgements:
        return []
    key = (kind, clause, narrow, query.dates.until, query.dates.known, tuple(judgements))
    found: list[Chart] = query.version.charts.get(
        key, lambda: make(kind, judgements, clause, narrow)
    )
    return found


def make(kind: str, judgements: dict[str, Judged], clause: str | None, narrow: bool) -> list[Chart]:
    from servanda.present.charts.registry import CHARTS, ChartRequest

    kinds = {one.address or one.name: one for one in CHARTS.values()}
    return kinds[kind].draw(ChartRequest(judgements, clause, link=link, narrow=narrow))


def kinds_on(page: str) -> list[str]:
    """The charts that a page shows, by name."""
    from servanda.present.charts.registry import CHARTS

    return [kind.address or kind.name for kind in CHARTS.values() if page in kind.on_pages]


def link(duty: DutyHistory, account: str) -> str:
    return f"/duty/{duty.id}"


def drawn(
    query: Query,
    which: tuple[str, str, str | None],
    form: Form,
    theme: Theme,
    narrow: bool = False,
) -> str | bytes | dict[str, Any]:
    """One chart, by its kind, name and clause, in one form; `narrow`: for a phone.

    Raises Refused if there is none.
    """
    kind, name, clause = which
    found = charts(query, kind, clause, narrow) if kind in kinds_on("timeline") else []
    chart = next((one for one in found if one.name == name), None)
    if chart is None:
        if query.version.waiting(query.dates):
            raise still_judging()
        raise Refused(
            *("E042", f"chart:{name}"), "there is no such chart", "look at the timeline", 404
        )
    draw: dict[str, Callable[[], str | bytes | dict[str, Any]]] = {
        "svg": lambda: chart.svg(theme),
        "png": lambda: chart.png(theme),
        "vega": lambda: chart.vega(theme),
        "json": lambda: {
            "title": chart.title,
            "text": chart.text,
            "columns": list(chart.columns),
            "rows": [list(row) for row in chart.rows],
            "vegalite": chart.vegalite(theme),
        },
    }
    judgements = tuple(query.version.whole_judgements(query.dates))
    key = (which, form, theme, narrow, query.dates.until, query.dates.known, judgements)
    made: str | bytes | dict[str, Any] | None = query.version.charts.peek(key)
    if made is None:
        with site.workspace.turn():
            made = query.version.charts.get(key, draw[form])
    return made
