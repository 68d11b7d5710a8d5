"""What every request passes: is it meant for this server; does an error get told; and the headers
that keep a page to itself (only its own files, no inline script, no other frame)."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from ipaddress import ip_address

from django.core.exceptions import DisallowedHost
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from servanda.web import error_pages
from servanda.web.settings import site

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
Answer = Callable[[HttpRequest], HttpResponse]


def guard(answer: Answer) -> Answer:
    def guarded(request: HttpRequest) -> HttpResponse:
        response = answer(request) if named(request) else error_pages.strange_host(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-cache")
        return response

    return guarded


def named(request: HttpRequest) -> bool:
    """Whether the Host header is a name of this server: else another site's name may have been
    pointed here, and its scripts would read the case. A bare number cannot be."""
    try:
        host, _ = split_domain_port(request.get_host())
    except DisallowedHost:
        return False
    return host in site.names or is_number(host)


def is_number(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def tell(request: HttpRequest | None = None, **_: object) -> None:
    """Write the error that a page failed with to the terminal, with where it happened."""
    where = "" if request is None else f"{request.method} {request.path}"
    sys.stderr.write(f"servanda: an error of its own at {where}\n{traceback.format_exc()}")
    sys.stderr.flush()


got_request_exception.connect(tell, dispatch_uid="servanda")
