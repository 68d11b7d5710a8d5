"""Middleware: check of host names, content security policy, error log.

The other headers are those of `SecurityMiddleware` and `XFrameOptionsMiddleware` (settings.py).
"""

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
    """Refuse foreign host names; pages load only their own files and run no inline script."""

    def guarded(request: HttpRequest) -> HttpResponse:
        response = answer(request) if is_own_host(request) else error_pages.unknown_host(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-cache")
        return response

    return guarded


def is_own_host(request: HttpRequest) -> bool:
    """Whether the Host header is a name of this server, or a bare address.

    Otherwise another site's name may point here (DNS rebinding), and its scripts could read the
    case."""
    try:
        host, _ = split_domain_port(request.get_host())
    except DisallowedHost:
        return False
    return host in site.names or is_address(host)


def is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def log_error(request: HttpRequest | None = None, **_: object) -> None:
    """Write the error that a page failed with to the terminal, with its traceback."""
    where = "" if request is None else f"{request.method} {request.path}"
    sys.stderr.write(f"servanda: an error of its own at {where}\n{traceback.format_exc()}")
    sys.stderr.flush()


got_request_exception.connect(log_error, dispatch_uid="servanda")
