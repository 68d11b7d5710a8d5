"""Pages for what cannot be answered; errors of Servanda's own are in full in the terminal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from servanda.web.query import Refused
from servanda.web.responses import json_response, refuse, wants_json


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(request, Refused("there is no such page", "begin at the board, or search", 404))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return plain(request, 400, "this request cannot be read", "begin at the board")


def unknown_host(request: HttpRequest) -> HttpResponse:
    return plain(
        request,
        400,
        "this address is not one of this server's names",
        "use http://127.0.0.1, or the host that `servanda serve --host` was given",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return plain(
        request,
        500,
        "an error of Servanda's own",
        "what happened is in the terminal where `servanda serve` runs; please report it",
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(
        request, Refused("this form was not sent from this page", "load the page again", 403)
    )


def plain(request: HttpRequest, status: int, message: str, advice: str) -> HttpResponse:
    """A page that needs nothing of the case: it must not fail itself."""
    if wants_json(request):
        return json_response(
            {"errors": [{"message": message, "help": advice, "severity": "error"}]}, status
        )
    context = {"status": status, "message": message, "advice": advice}
    return render(request, "servanda/plain.html", context, status=status)
