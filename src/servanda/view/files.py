"""The view's own files: style and script, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

STATIC = Path(__file__).parent / "static"
KINDS = {"servanda.css": "text/css", "servanda.js": "text/javascript"}


def charts(request: HttpRequest) -> HttpResponse:
    """The script that makes charts live: made once a process, the same as long as it runs."""
    from servanda.charts.script import javascript

    response = HttpResponse(javascript(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def static(request: HttpRequest, name: str) -> HttpResponse:
    if name not in KINDS:
        raise Http404
    return HttpResponse(content(name), content_type=f"{KINDS[name]}; charset=utf-8")


@cache
def content(name: str) -> bytes:
    return (STATIC / name).read_bytes()
