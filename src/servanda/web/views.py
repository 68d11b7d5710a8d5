"""Requests for parts of pages: more rows of the board, reasons, turning points, charts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from servanda.web import board, chart_views, differences, pages
from servanda.web.page_frame import page_context
from servanda.web.page_registry import PageRequest
from servanda.web.query import Refused
from servanda.web.responses import json_response, query_of, refuse

CONTENT_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/board")


@require_safe
def board_rows(request: HttpRequest) -> HttpResponse:
    """Some more rows of the board, as they come into view."""
    try:
        asked = PageRequest(query_of(request), request.GET.dict(), "", False)
        found = board.rows_from(
            asked.query, asked.get("show"), asked.get("party"), asked.number("from")
        )
    except Refused as refused:
        return refuse(request, refused)
    context = page_context(request, asked.query) | {"duties": found}
    return render(request, "servanda/_rows.html", context)


@require_safe
def chart(request: HttpRequest, kind: str, name: str, form: chart_views.Form) -> HttpResponse:
    """One chart: a picture, a live spec, or its data."""
    theme: chart_views.Theme = "dark" if request.GET.get("theme") == "dark" else "light"
    clause, narrow = request.GET.get("clause") or None, bool(request.GET.get("narrow"))
    try:
        made = chart_views.drawn(query_of(request), (kind, name, clause), form, theme, narrow)
    except Refused as refused:
        return refuse(request, refused, form in ("json", "vega"))
    if isinstance(made, dict):
        return json_response(made)
    response = HttpResponse(made, content_type=CONTENT_TYPES[form])
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@require_safe
def reasons(request: HttpRequest, id_: str) -> HttpResponse:
    """Why a clause's duties stand as they do, as a part of a page; 202 until it is complete."""
    try:
        query = query_of(request)
        data = pages.reasons(query, id_, pages.PATIENCE) | {"clause": id_}
    except Refused as refused:
        return refuse(request, refused)
    context = page_context(request, query) | {"page": data}
    status = 200 if data["complete"] else 202
    return render(request, "servanda/_why.html", context, status=status)


@require_safe
def turning_points(request: HttpRequest, id_: str) -> HttpResponse:
    """What a contested duty turns on, as a part of a page; 202 while it is worked out."""
    try:
        query = query_of(request)
        duty = query.duty(id_)
        data = differences.of_duty(query, id_) | {"id": id_, "kind": duty.kind}
    except Refused as refused:
        return refuse(request, refused)
    status = 202 if data["differences"] is None else 200
    context = page_context(request, query) | {"page": data}
    return render(request, "servanda/_turns.html", context, status=status)
