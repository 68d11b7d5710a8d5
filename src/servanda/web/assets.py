"""The view's own files: its styles, its script, and that of live charts (built in `assets/`)."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from servanda.vocabulary.statuses import style_sheet

STATIC = Path(__file__).parent / "static"
STATUSES = "statuses.css"
"""Made from the registry of statuses; all others are files."""
CONTENT_TYPES = {
    "charts.js": "text/javascript",
    "charts.licences.txt": "text/plain",
    "servanda.css": "text/css",
    "servanda.js": "text/javascript",
    STATUSES: "text/css",
}


@cache
def content(name: str) -> bytes:
    return style_sheet().encode() if name == STATUSES else (STATIC / name).read_bytes()


@cache
def digest(name: str) -> str:
    return sha256(content(name)).hexdigest()


def etag(request: HttpRequest, name: str) -> str | None:
    return f'"{digest(name)}"' if name in CONTENT_TYPES else None


@require_safe
@condition(etag_func=etag)
def static(request: HttpRequest, name: str) -> HttpResponse:
    if name not in CONTENT_TYPES:
        raise Http404
    return HttpResponse(content(name), content_type=f"{CONTENT_TYPES[name]}; charset=utf-8")
