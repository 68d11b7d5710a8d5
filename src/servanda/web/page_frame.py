"""The frame of every page: navigation, the bar of days, the problems of the text."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest

from servanda.syntax.problems import render
from servanda.vocabulary.statuses import POWERS
from servanda.web.board import SHOWS
from servanda.web.list_pages import changes
from servanda.web.query import Query
from servanda.web.settings import site

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
KEPT = ("on", "known", "account")
POWER_WORDS = [(term.word, term.description) for term in POWERS]
MOST_ROWS = 200
MOST_IN_TABLE = 250


def page_context(request: HttpRequest, query: Query | None) -> dict[str, Any]:
    """The context that every template has. Without a query: the days are not known."""
    from servanda.web.page_registry import BY_NAME, PAGES

    workspace = site.workspace
    number = 0 if workspace.version is None else workspace.version.number
    waiting = [] if query is None else query.version.waiting(query.dates)
    problems = workspace.errors
    here = request.path.strip("/").partition("/")[0].removesuffix(".json")
    page = BY_NAME.get(here)
    found: dict[str, Any] = {
        "navigation": [(p.name, p.label) for p in PAGES if p.label and p.offered()],
        "here": here,
        "dated": query is not None and page is not None and page.dated,
        "by_all": page is not None and page.by_all,
        "news": f"{number}.{workspace.reading}.{len(waiting)}",
        "problems": [{"whole": render(p), "problem": p} for p in problems],
        "keep": {},
        "writable": site.writable,
        "root": workspace.root.resolve().name,
    }
    if query is None:
        return found
    return found | context_of_query(request, query, waiting)


def context_of_query(request: HttpRequest, query: Query, waiting: list[str]) -> dict[str, Any]:
    header = query.case.agreement.header
    parameters = request.GET.copy()
    parameters.pop("format", None)
    twin = f"{request.path}.json" + (f"?{parameters.urlencode()}" if parameters else "")
    return days(query) | {
        "case": header.name,
        "title": header.title or header.name,
        "account": query.account,
        "accounts": query.accounts,
        "account_titles": {a.name: a.title for a in query.case.agreement.accounts},
        "parties": [p.name for p in query.case.agreement.parties],
        "shows": SHOWS.items(),
        "waiting": waiting,
        "refusals": [
            {"whole": render(p), "problem": p} for p in query.version.refused(query.dates)
        ],
        "keep": {name: request.GET[name] for name in KEPT if request.GET.get(name)},
        "rest": {n: v for n, v in request.GET.items() if n not in (*KEPT, "format", "text")},
        "on2": request.GET.get("on2"),
        "power_words": POWER_WORDS,
        "most_rows": MOST_ROWS,
        "most_in_table": MOST_IN_TABLE,
        "twin": twin,
        "path": request.path,
    }


def days(query: Query) -> dict[str, Any]:
    """The days asked about, and their places on the sliders. The last place on that of `known`
    means: all that the record holds."""
    first, last = query.first_day(), query.case.last_day()
    on = str(query.day(query.tick))
    known = query.dates.known
    known_day = None if known is None else str(query.day(query.case.tick(known)))
    whole = between(first, last)
    most = max(whole, between(first, on))
    return {
        "on": query.dates.on,
        "on_day": on,
        "long_day": long_day(on),
        "known": known,
        "known_day": known_day,
        "long_known": known_day and long_day(known_day),
        "first": first,
        "last": last,
        "offset": between(first, on),
        "on_most": most,
        "known_offset": most + 1 if known_day is None else between(first, known_day),
        "known_most": most + 1,
        "changes": changes(query),
    }


def between(first: str, then: str) -> int:
    return (date.fromisoformat(then) - date.fromisoformat(first)).days


def long_day(text: str) -> str:
    """`1 July 2019`, the same in every locale."""
    moment = date.fromisoformat(text)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
