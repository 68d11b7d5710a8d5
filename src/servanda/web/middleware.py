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

from servanda.vocabulary.escaping import printable
from servanda.web import error_pages
from servanda.web.responses import is_too_large
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
        response = refusal(request) or answer(request)
        if response.status_code == 405:
            allowed = response.headers.get("Allow", "")
            response = error_pages.wrong_method(request)
            response.headers["Allow"] = allowed
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-cache")
        return response

    return guarded


def refusal(request: HttpRequest) -> HttpResponse | None:
    """The answer to a request that no page is asked about; None: it may go on."""
    if not is_own_host(request):
        return error_pages.unknown_host(request)
    if is_too_large(request):
        return error_pages.too_large(request)
    if is_foreign(request):
        return error_pages.foreign_page(request)
    return None


def is_foreign(request: HttpRequest) -> bool:
    """Whether a page of another site asks, by the browser's word: for an image, a script, a frame
    or data. It may only lead a person here."""
    if request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
        return False
    is_link = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method == "GET"
    return not (is_link and request.headers.get("Sec-Fetch-Dest") == "document")


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
    where = "" if request is None else printable(f"{request.method} {request.path}")[:200]
    sys.stderr.write(f"servanda: an error of its own at {where}\n{traceback.format_exc()}")
    sys.stderr.flush()


got_request_exception.connect(log_error, dispatch_uid="servanda")
