"""News for open pages: each asks whether there is any, and the answer waits until there is."""

from __future__ import annotations

import threading

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from servanda.web.query import Refused, dates_of
from servanda.web.responses import json_response
from servanda.web.settings import site

HOLD = 20.0
"""Seconds for which a question without news is held."""
SEATS = 8
"""Pages whose questions are held at once: each takes a thread. The others ask again and again."""
seats = threading.BoundedSemaphore(SEATS)


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Long polling: a request with `seen` is answered when `news` differs from it, or after `HOLD`
    seconds. `news` is the version shown, how often the text was read, and how many accounts are
    not judged; `held` whether the request waited."""
    seen = request.GET.get("seen")
    held = seen == news(request) and seats.acquire(blocking=False)
    if held:
        try:
            site.workspace.wait(lambda: news(request) != seen, HOLD)
        finally:
            seats.release()
    return json_response(
        {"news": news(request), "held": held, "errors": len(site.workspace.errors)}
    )


def news(request: HttpRequest) -> str:
    version = site.workspace.version
    waiting = 0
    if version is not None:
        try:
            dates = dates_of(version, request.GET.dict())
            site.workspace.want(version, dates, list(version.case.accounts), 0)
            waiting = len(version.waiting(dates))
        except Refused:
            pass
    number = 0 if version is None else version.number
    return f"{number}.{site.workspace.reading}.{waiting}"
