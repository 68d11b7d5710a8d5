"""What stands around every page: the days asked about, the problems of the text, the way about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest

from servanda.language.errors import Problem, render
from servanda.view.sight import Sight
from servanda.view.site import site

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
KEPT = ("on", "known", "account")
WAYS = (
    ("board", "Board"),
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
    found: dict[str, Any] = {
        "ways": WAYS,
        "here": request.path.strip("/").partition("/")[0],
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
    first, last = sight.first_day(), sight.case.last_day()
    on = str(sight.day(sight.tick))
    query = request.GET.copy()
    query.pop("format", None)
    twin = f"{request.path}.json" + (f"?{query.urlencode()}" if query else "")
    return {
        "case": header.name,
        "title": header.title or header.name,
        "on": sight.asked.on,
        "on_day": on,
        "long_day": long_day(on),
        "known": sight.asked.known,
        "account": sight.account,
        "accounts": sight.accounts,
        "account_titles": {a.name: a.title for a in sight.case.agreement.accounts},
        "waiting": waiting,
        "refusals": [
            {"whole": render(p), "problem": p} for p in sight.version.refused(sight.asked)
        ],
        "first": first,
        "last": last,
        "days": (date.fromisoformat(last) - date.fromisoformat(first)).days,
        "offset": (date.fromisoformat(on) - date.fromisoformat(first)).days,
        "keep": {name: request.GET[name] for name in KEPT if request.GET.get(name)},
        "twin": twin,
        "path": request.path,
    }


def long_day(text: str) -> str:
    """`1 July 2019`, the same in every locale."""
    months = MONTHS
    moment = date.fromisoformat(text)
    return f"{moment.day} {months[moment.month - 1]} {moment.year}"


def problem_rows(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems as the JSON contract has them, and as `check` prints them (`whole`)."""
    return [
        {
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
