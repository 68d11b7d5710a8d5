"""From a request to the question it puts, and from an answer to a page, JSON or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from servanda.syntax.problems import Problem
from servanda.web.page_frame import chrome, problem_rows
from servanda.web.query import Refused, Sight, asked_of
from servanda.web.settings import site

PATIENCE = 0.1
"""Seconds that a page waits for a judgement before it is shown without."""
PATIENCE_OF_TWINS = 60.0
Data = dict[str, Any]


def sight_of(request: HttpRequest, patience: float = PATIENCE) -> Sight:
    """The question that an address puts, with the judgements it needs under way."""
    version = site.desk.version
    if version is None:
        raise Refused("there is nothing to show yet", "see what is said above", 503)
    sight = Sight(version, asked_of(version, request.GET.dict()), request.GET.get("account"))
    site.desk.want(version, sight.asked, list(sight.accounts), patience)
    return sight


def answer(
    request: HttpRequest, template: str, twin: bool, make: Callable[[Sight], Data]
) -> HttpResponse:
    """A page, or the data it is made of."""
    twin = twin or request.GET.get("format") == "json"
    try:
        sight = sight_of(request, PATIENCE_OF_TWINS if twin else PATIENCE)
        data = make(sight)
    except Refused as refused:
        return refuse(request, refused, twin)
    if twin:
        return json(data)
    return render(request, template, chrome(request, sight) | {"page": data})


def json(data: object, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(data), content_type="application/json", status=status)


def wants_json(request: HttpRequest) -> bool:
    return request.path.endswith(".json") or request.GET.get("format") == "json"


def refuse(request: HttpRequest, refused: Refused, twin: bool | None = None) -> HttpResponse:
    """What is wrong with a question, and what to do: a page, or JSON."""
    if wants_json(request) if twin is None else twin:
        problem = Problem("", 0, 0, refused.message, refused.help)
        errors = problem_rows([problem] if refused.code != 503 else site.desk.errors or [problem])
        return json({"errors": errors}, refused.code)
    context = chrome(request, None) | {"refused": refused}
    return render(request, "servanda/refused.html", context, status=refused.code)


def number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name) or "1"
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Refused(f"`{text[:40]}` is no page", "pages are counted from 1")
    return int(text)
