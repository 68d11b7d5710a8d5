"""The charts of a page: which there are, and each as a picture, a live spec, or data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from typing import Literal as OneOf
from urllib.parse import quote, urlencode

from servanda.web.query import Refused, Sight

if TYPE_CHECKING:
    from servanda.explain.judged import Judged
    from servanda.explain.lanes import Lane
    from servanda.present.charts.chart import Chart

KINDS = ("timeline", "measures", "counts")
Theme = OneOf["light", "dark"]
Form = OneOf["svg", "png", "vega", "json"]


def timeline(sight: Sight, clause: str | None) -> dict[str, Any]:
    """The page of all charts: duties' lives, measures, counts; of one clause if named."""
    if clause is not None and clause not in {c.id for c in sight.case.agreement.clauses}:
        raise Refused(f"there is no clause `{clause}`", "look through the text, or search", 404)
    return {
        "case": sight.case.agreement.header.name,
        "known": sight.asked.known,
        "clause": clause,
        "charts": shown(sight, clause, KINDS),
        "clauses": [{"id": c.id, "title": c.title} for c in sight.case.agreement.clauses],
    }


def shown(
    sight: Sight, clause: str | None, kinds: tuple[str, ...] = KINDS[:2]
) -> list[dict[str, Any]]:
    """The charts of a page as its template and its twin have them."""
    return [
        {
            "kind": kind,
            "name": chart.name,
            "title": chart.title,
            "text": chart.text,
            "columns": list(chart.columns),
            "rows": [list(row) for row in chart.rows],
            "address": address(sight, kind, chart.name, clause),
        }
        for kind in kinds
        for chart in charts(sight, kind, clause)
        if chart.rows
    ]


def address(sight: Sight, kind: str, name: str, clause: str | None) -> dict[str, str]:
    """Where the chart is as each form. The version is part of it: what it gives never changes."""
    asked = {"clause": clause, "known": sight.asked.known, "v": stamp(sight)}
    if sight.asked.until != sight.case.last_day():
        asked["on"] = sight.asked.until
    query = urlencode({key: value for key, value in asked.items() if value})
    return {
        form: f"/chart/{kind}/{quote(name)}.{form}?{query}"
        for form in ("svg", "png", "vega", "json")
    }


def stamp(sight: Sight) -> str:
    judged = len(sight.version.wholes(sight.asked))
    return f"{sight.version.number}.{judged}"


# ------------------------------------------------------------------ charts
def charts(sight: Sight, kind: str, clause: str | None) -> list[Chart]:
    """The charts of a kind over the accounts judged so far; none while none is."""
    wholes = sight.version.wholes(sight.asked)
    if not wholes:
        return []
    key = (kind, clause, sight.asked.until, sight.asked.known, tuple(wholes))
    found: list[Chart] = sight.version.drawn.get(key, lambda: make(kind, wholes, clause))
    return found


def make(kind: str, wholes: dict[str, Judged], clause: str | None) -> list[Chart]:
    from servanda.present.charts import counts as of_counts
    from servanda.present.charts import measures as of_measures
    from servanda.present.charts import timeline as of_timeline

    clauses = None if clause is None else (clause,)
    makers: dict[str, Callable[[], list[Chart]]] = {
        "timeline": lambda: [of_timeline.timeline(wholes, clauses, link)],
        "measures": lambda: of_measures.measures(wholes, None, clause),
        "counts": lambda: [of_counts.counts(wholes, clauses)],
    }
    return makers[kind]()


def link(lane: Lane, account: str) -> str:
    return f"/duty/{lane.id}"


def drawn(
    sight: Sight, which: tuple[str, str, str | None], form: Form, theme: Theme
) -> str | bytes | dict[str, Any]:
    """One chart, by its kind, name and clause, in one form. Raises Refused if there is none."""
    kind, name, clause = which
    found = charts(sight, kind, clause) if kind in KINDS else []
    chart = next((one for one in found if one.name == name), None)
    if chart is None:
        if sight.version.waiting(sight.asked):
            raise Refused("this is still being judged", "ask again in a moment", 503)
        raise Refused("there is no such chart", "look at the timeline", 404)
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
    wholes = tuple(sight.version.wholes(sight.asked))
    key = (which, form, theme, sight.asked.until, sight.asked.known, wholes)
    made: str | bytes | dict[str, Any] = sight.version.drawn.get(key, draw[form])
    return made
