"""Pages for what cannot be answered; errors of Servanda's own are in full in the terminal."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from servanda.syntax.problems import Problem
from servanda.web.problem_rows import problem_rows
from servanda.web.query import Refused, foreign_form
from servanda.web.responses import json_response, refuse, wants_json


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(
        request,
        Refused(
            *("E042", f"page:{request.path[:80]}"),
            "there is no such page",
            "begin at the board, or search",
            404,
        ),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    return plain(request, 400, "E047", "this request is too large", "ask for less at once")


def wrong_method(request: HttpRequest) -> HttpResponse:
    message = f"`{request.method or ''}` is not answered here"[:80]
    return plain(request, 405, "E042", message, "read pages with GET; send the forms of a page")


def foreign_page(request: HttpRequest) -> HttpResponse:
    message = "another site asked for this, not a person who follows a link"
    return plain(request, 403, "E040", message, "open the address in a window of its own")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, TooManyFieldsSent | RequestDataTooBig | TooManyFilesSent):
        return too_large(request)
    return plain(request, 400, "E042", "this request cannot be read", "begin at the board")


def unknown_host(request: HttpRequest) -> HttpResponse:
    return plain(
        request,
        400,
        "E042",
        "this address is not one of this server's names",
        "use http://127.0.0.1, or the host that `servanda serve --host` was given",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return plain(
        request,
        500,
        "E009",
        "an error of Servanda's own",
        "what happened is in the terminal where `servanda serve` runs; please report it",
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(request, foreign_form())


def plain(request: HttpRequest, status: int, code: str, message: str, advice: str) -> HttpResponse:
    """A page that needs nothing of the case: it must not fail itself."""
    if wants_json(request):
        problem = Problem(code, f"page:{request.path[:80]}", "", 0, 0, message, advice)
        return json_response({"errors": problem_rows([problem])}, status)
    context = {"status": status, "code": code, "message": message, "advice": advice}
    return render(request, "servanda/plain.html", context, status=status)
