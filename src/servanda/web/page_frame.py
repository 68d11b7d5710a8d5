"""What stands around every page: the days asked about, the problems of the text, the way about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest

from servanda.syntax.problems import Problem, render
from servanda.web.board import SHOWS
from servanda.web.list_pages import changes
from servanda.web.query import Sight
from servanda.web.settings import site

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
KEPT = ("on", "known", "account")
DATED = ("board", "clause", "duty", "account", "party", "compare", "what-if")
BY_ALL = ("board", "timeline", "duty", "clause", "account", "party")
"""Pages that ask of a day; those of them that show all accounts at once."""
MOST_ROWS = 200
MOST_IN_TABLE = 250
WAYS = (
    ("board", "Board"),
    ("timeline", "Timeline"),
    ("compare", "Compare"),
    ("what-if", "What if"),
    ("text", "Text"),
    ("record", "Record"),
    ("sources", "Sources"),
    ("accounts", "Accounts"),
    ("parties", "Parties"),
)


def chrome(request: HttpRequest, sight: Sight | None) -> dict[str, Any]:
    """The context that every template has. Without a sight: the days are not known."""
    desk = site.desk
    number = 0 if desk.version is None else desk.version.number
    waiting = [] if sight is None else sight.version.waiting(sight.asked)
    problems = desk.errors
    here = request.path.strip("/").partition("/")[0]
    found: dict[str, Any] = {
        "ways": WAYS if site.drafts is None else (*WAYS, ("drafts", "Drafts")),
        "here": here,
        "dated": sight is not None and here in DATED,
        "by_all": here in BY_ALL,
        "news": f"{number}.{desk.reading}.{len(waiting)}",
        "problems": [{"whole": render(p), "problem": p} for p in problems],
        "keep": {},
        "writable": site.writable,
        "root": desk.root.resolve().name,
    }
    if sight is None:
        return found
    return found | asked(request, sight, waiting)


def asked(request: HttpRequest, sight: Sight, waiting: list[str]) -> dict[str, Any]:
    header = sight.case.agreement.header
    query = request.GET.copy()
    query.pop("format", None)
    twin = f"{request.path}.json" + (f"?{query.urlencode()}" if query else "")
    return days(sight) | {
        "case": header.name,
        "title": header.title or header.name,
        "account": sight.account,
        "accounts": sight.accounts,
        "account_titles": {a.name: a.title for a in sight.case.agreement.accounts},
        "parties": [p.name for p in sight.case.agreement.parties],
        "shows": SHOWS.items(),
        "waiting": waiting,
        "refusals": [
            {"whole": render(p), "problem": p} for p in sight.version.refused(sight.asked)
        ],
        "keep": {name: request.GET[name] for name in KEPT if request.GET.get(name)},
        "rest": {n: v for n, v in request.GET.items() if n not in (*KEPT, "format", "text")},
        "on2": request.GET.get("on2"),
        "most_rows": MOST_ROWS,
        "most_in_table": MOST_IN_TABLE,
        "twin": twin,
        "path": request.path,
    }


def days(sight: Sight) -> dict[str, Any]:
    """The days asked about, and the sliders on which they lie; the last place of that of
    `known` means: all that the record holds."""
    first, last = sight.first_day(), sight.case.last_day()
    on = str(sight.day(sight.tick))
    known = sight.asked.known
    known_day = None if known is None else str(sight.day(sight.case.tick(known)))
    whole = between(first, last)
    most = max(whole, between(first, on))
    return {
        "on": sight.asked.on,
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
        "changes": changes(sight),
    }


def between(first: str, then: str) -> int:
    return (date.fromisoformat(then) - date.fromisoformat(first)).days


def long_day(text: str) -> str:
    """`1 July 2019`, the same in every locale."""
    moment = date.fromisoformat(text)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def problem_rows(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems as the JSON contract has them, and as `check` prints them (`whole`)."""
    return [
        {
            "code": p.code,
            "subject": p.subject,
            "file": p.file,
            "line": p.line,
            "column": p.column,
            "message": p.message,
            "help": p.help,
            "severity": p.severity,
            "paragraph": p.paragraph,
            "whole": render(p),
        }
        for p in problems
    ]
