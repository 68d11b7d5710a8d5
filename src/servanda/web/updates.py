"""Whether there is news: asked by every open page, answered when there is, or after a while."""

from __future__ import annotations

import threading

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from servanda.web.query import Refused, asked_of
from servanda.web.responses import json
from servanda.web.settings import site

HOLD = 20.0
"""Seconds for which a question without news is held."""
SEATS = 8
"""Pages whose questions are held at once: each takes a thread. The others ask again and again."""
seats = threading.BoundedSemaphore(SEATS)


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """`news` is the version shown, how often the text was read, and how many accounts are not
    judged; a question with `seen` waits until it is something else. `held`: it did wait."""
    seen = request.GET.get("seen")
    held = seen == news(request) and seats.acquire(blocking=False)
    if held:
        try:
            site.desk.wait(lambda: news(request) != seen, HOLD)
        finally:
            seats.release()
    return json({"news": news(request), "held": held, "errors": len(site.desk.errors)})


def news(request: HttpRequest) -> str:
    version = site.desk.version
    waiting = 0
    if version is not None:
        try:
            asked = asked_of(version, request.GET.dict())
            site.desk.want(version, asked, list(version.case.accounts), 0)
            waiting = len(version.waiting(asked))
        except Refused:
            pass
    number = 0 if version is None else version.number
    return f"{number}.{site.desk.reading}.{waiting}"
