"""The view's own files: style and script, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

STATIC = Path(__file__).parent / "static"
KINDS = {"servanda.css": "text/css", "servanda.js": "text/javascript"}


def static(request: HttpRequest, name: str) -> HttpResponse:
    if name not in KINDS:
        raise Http404
    return HttpResponse(content(name), content_type=f"{KINDS[name]}; charset=utf-8")


@cache
def content(name: str) -> bytes:
    return (STATIC / name).read_bytes()
