"""The view's own files: its style, its script, and that of live charts (built in `assets/`)."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import condition

STATIC = Path(__file__).parent / "static"
KINDS = {
    "charts.js": "text/javascript",
    "charts.licences.txt": "text/plain",
    "servanda.css": "text/css",
    "servanda.js": "text/javascript",
}


@cache
def content(name: str) -> bytes:
    return (STATIC / name).read_bytes()


@cache
def digest(name: str) -> str:
    return sha256(content(name)).hexdigest()


def etag(request: HttpRequest, name: str) -> str | None:
    return f'"{digest(name)}"' if name in KINDS else None


@condition(etag_func=etag)
def static(request: HttpRequest, name: str) -> HttpResponse:
    if name not in KINDS:
        raise Http404
    return HttpResponse(content(name), content_type=f"{KINDS[name]}; charset=utf-8")
