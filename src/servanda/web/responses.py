"""From a request to what it asks, and from an answer to a page, JSON or a refusal."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from servanda.web.page_frame import page_context
from servanda.web.page_registry import Page, PageRequest
from servanda.web.problem_rows import problem_rows
from servanda.web.query import Query, Refused, dates_of, still_judging
from servanda.web.settings import site

PATIENCE = 0.1
"""Seconds that a page waits for a judgement before it is shown without."""
PATIENCE_FOR_JSON = 60.0
MOST_PARAMETERS = 50
LONGEST_PATH = 4000


def query_of(request: HttpRequest, patience: float = PATIENCE) -> Query:
    """The query of a request; starts the judgements it needs. Raises Refused."""
    version = site.workspace.version
    if version is None:
        raise Refused(
            *("E008", "file:record"),
            "there is nothing to show yet",
            "correct what is said above: the page follows",
            503,
        )
    dates = dates_of(version, request.GET.dict())
    query = Query(version, dates, request.GET.get("account"))
    site.workspace.want(version, query.dates, list(query.accounts), patience)
    return query


def page_view(page: Page) -> Callable[..., HttpResponse]:
    """The view of a page: HTML, or the data it is made of."""

    @require_safe
    @ensure_csrf_cookie
    def view(request: HttpRequest, id_: str = "", json: str | None = None) -> HttpResponse:
        as_json = bool(json) or request.GET.get("format") == "json"
        if id_.endswith(".json") and not (json or is_id(page, id_)):
            id_, as_json = id_.removesuffix(".json"), True
        try:
            query = query_of(request, PATIENCE_FOR_JSON if as_json else PATIENCE)
            if as_json and (page.dated or page.by_all) and query.version.waiting(query.dates):
                raise still_judging()  # a twin is whole, or not there
            data = page.build(PageRequest(query, request.GET.dict(), id_, as_json))
        except Refused as refused:
            return refuse(request, refused, as_json)
        if as_json:
            return json_response(data)
        return render(request, page.template, page_context(request, query) | {"page": data})

    return view


def is_id(page: Page, id_: str) -> bool:
    """Whether something of this page is really called so, `.json` and all."""
    version = site.workspace.version
    if version is None:
        return False
    return page.exists(Query(version, dates_of(version, {})), id_)


def json_response(data: object, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(data), content_type="application/json", status=status)


def wants_json(request: HttpRequest) -> bool:
    if is_too_large(request):  # the parameters are not even read
        return request.path.endswith(".json")
    return request.path.endswith(".json") or request.GET.get("format") == "json"


def refuse(request: HttpRequest, refused: Refused, as_json: bool | None = None) -> HttpResponse:
    """A refusal with advice, as a page or JSON."""
    if wants_json(request) if as_json is None else as_json:
        unread = site.workspace.errors if refused.status == 503 else ()
        errors = problem_rows(unread or [refused.problem])
        return later(json_response({"errors": errors}, refused.status))
    context = page_context(request, None) | {"refused": refused.problem}
    return later(render(request, "servanda/refused.html", context, status=refused.status))


def later(response: HttpResponse) -> HttpResponse:
    """A refusal for now says when to ask again."""
    if response.status_code == 503:
        response.headers["Retry-After"] = "1"
    return response


def is_too_large(request: HttpRequest) -> bool:
    """Whether an address has more parameters, or is longer, than any that a page links to."""
    asked = request.META.get("QUERY_STRING", "")
    return asked.count("&") >= MOST_PARAMETERS or len(request.path) > LONGEST_PATH
