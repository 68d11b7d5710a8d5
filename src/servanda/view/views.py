"""Requests in, pages or their JSON twins out. What a page says is worked out in the other files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from servanda.language.errors import Problem
from servanda.view import board, evidence, finding, lists, pages, parting, supposing
from servanda.view.chrome import chrome, problem_rows
from servanda.view.desk import NOW
from servanda.view.sight import Refused, Sight, asked_of
from servanda.view.site import site
from servanda.view.versions import Asked, Version

PATIENCE = 0.1
"""Seconds that a page waits for a judgement before it is shown without."""
PATIENCE_OF_TWINS = 60.0
Data = dict[str, Any]


# ------------------------------------------------------------------ asking
def sight_of(request: HttpRequest, patience: float = PATIENCE) -> Sight:
    """The question that an address puts, with the judgements it needs under way."""
    version = site.desk.version
    if version is None:
        raise Refused("there is nothing to show yet", "the text has errors", 503)
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


def refuse(request: HttpRequest, refused: Refused, twin: bool = False) -> HttpResponse:
    """What is wrong with a question, and what to do: a page, or JSON."""
    if twin:
        problem = Problem("", 0, 0, refused.message, refused.help)
        errors = problem_rows([problem] if refused.code != 503 else site.desk.errors or [problem])
        return json({"errors": errors}, refused.code)
    context = chrome(request, None) | {"refused": refused}
    return render(request, "servanda/refused.html", context, status=refused.code)


# ------------------------------------------------------------------ pages
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/board")


@require_safe
@ensure_csrf_cookie
def table(request: HttpRequest, name: str, twin: str | None = None) -> HttpResponse:
    """The pages that are one each: the board, the timeline, lists, search."""
    if name == "board":
        return answer(
            request, "servanda/board.html", bool(twin), lambda s: the_board(request, s, bool(twin))
        )
    makers: dict[str, Callable[[Sight], Data]] = {
        "compare": lambda s: compared(request, s),
        "search": lambda s: finding.search(s, request.GET.get("q", "")),
        "text": lists.text,
        "record": lambda s: evidence.record(s, number(request, "page")),
        "sources": evidence.sources,
        "accounts": lists.accounts,
        "parties": lists.parties,
        "what-if": lambda s: what_if(request, s),
    }
    return answer(request, f"servanda/{name}.html", bool(twin), makers[name])


def number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name) or "1"
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Refused(f"`{text[:40]}` is no page", "pages are counted from 1")
    return int(text)


def the_board(request: HttpRequest, sight: Sight, twin: bool) -> Data:
    show, party = request.GET.get("show") or "play", request.GET.get("party") or None
    if twin:
        return board.board(sight, show, party)
    lanes = board.chosen(sight, show, party)
    first = len(lanes) if len(lanes) <= board.AT_ONCE else board.BLOCK
    blocks = [
        {"from": n, "rows": min(board.BLOCK, len(lanes) - n)}
        for n in range(first, len(lanes), board.BLOCK)
    ]
    return board.summary(sight, show, party) | {
        "duties": board.rows(sight, lanes, 0, first),
        "shown": len(lanes),
        "blocks": blocks,
        "changes": lists.changes(sight),
    }


@require_safe
def board_rows(request: HttpRequest) -> HttpResponse:
    """Some more rows of the board, as they come into view."""
    try:
        sight = sight_of(request)
        show, party = request.GET.get("show") or "play", request.GET.get("party") or None
        from_ = number(request, "from")
        lanes = board.chosen(sight, show, party)
        page = {"duties": board.rows(sight, lanes, from_, from_ + board.BLOCK), "show": show}
    except Refused as refused:
        return refuse(request, refused)
    context = chrome(request, sight) | {"page": page | {"accounts": list(sight.accounts)}}
    return render(request, "servanda/_rows.html", context)


@require_safe
@ensure_csrf_cookie
def thing(request: HttpRequest, name: str, id_: str) -> HttpResponse:
    """The page of one clause, entry, source, account, party or duty; `.json` is its twin."""
    makers: dict[str, Callable[[Sight, str], Data]] = {
        "clause": pages.clause,
        "entry": evidence.entry,
        "source": evidence.source,
        "account": pages.account,
        "party": pages.party,
        "duty": lambda s, i: the_duty(s, i, twin),
    }
    version = site.desk.version
    twin = id_.endswith(".json") and not (version and exists(version, name, id_))
    wanted = id_.removesuffix(".json") if twin else id_
    return answer(request, f"servanda/{name}.html", twin, lambda s: makers[name](s, wanted))


def exists(version: Version, name: str, id_: str) -> bool:
    """Whether something is really called so, `.json` and all."""
    record = version.case.record
    return (name == "source" and id_ in record.sources) or (
        name == "entry" and record.entry(id_) is not None
    )


def the_duty(sight: Sight, id_: str, twin: bool) -> Data:
    try:
        data = pages.duty(sight, id_)
    except Refused:
        if sight.version.waiting(sight.asked):
            raise Refused("this is still being judged", "ask again in a moment", 503) from None
        raise
    return data | {"turns_on": turned(sight, id_, PATIENCE_OF_TWINS if twin else 0.0)}


def compared(request: HttpRequest, sight: Sight) -> Data:
    """Two accounts on one day, or one account on two days."""
    later = request.GET.get("on2")
    if later:
        asked = asked_of(sight.version, request.GET.dict() | {"on": later})
        site.desk.want(sight.version, asked, [sight.account], PATIENCE)
        other = Sight(sight.version, asked, sight.account)
        if asked.until != sight.asked.until:
            raise Refused(f"{later} is after the record's last day", "ask for an earlier one")
        return parting.days(*sorted((sight, other), key=lambda s: s.tick))
    names = sight.accounts
    one = request.GET.get("a") or names[0]
    two = request.GET.get("b") or names[min(1, len(names) - 1)]
    return parting.accounts(sight, one, two)


# ------------------------------------------------------------------ what a difference turns on
def turned(sight: Sight, id_: str, patience: float) -> list[str] | None:
    """What the accounts' difference on a duty turns on; None while that is being worked out."""
    lane = sight.lane(id_)
    if not sight.contested(lane):
        return []
    if sight.version.waiting(sight.asked):
        return None
    key = ("turns", id_, sight.asked)
    kept = sight.version.kept
    if key not in kept.found:
        site.desk.worker.add(
            (sight.version.number, key),
            NOW,
            lambda: told(kept.get(key, lambda: parting.turns_on(sight, lane))),
        )
        site.desk.wait(lambda: key in kept.found, patience)
    found: list[str] | None = kept.found.get(key)
    return found


def told(_: object) -> None:
    with site.desk.news:
        site.desk.news.notify_all()


@require_safe
def turns(request: HttpRequest, id_: str) -> HttpResponse:
    """What a contested duty turns on, as a part of a page; 202 while it is worked out."""
    try:
        sight = sight_of(request)
        found = turned(sight, id_, PATIENCE)
        lane = sight.lane(id_)
    except Refused as refused:
        return refuse(request, refused)
    context = chrome(request, sight) | {
        "page": {"turns_on": found, "id": id_, "statuses": sight.statuses(lane)}
    }
    return render(request, "servanda/_turns.html", context, status=202 if found is None else 200)


# ------------------------------------------------------------------ what if
def what_if(request: HttpRequest, sight: Sight) -> Data:
    """The page to type into; with `text`, the difference it would make."""
    text = request.GET.get("text", "")
    found: Data = {"text": text, "account": sight.account, "on": sight.asked.on, "saved": None}
    if text.strip():
        result = supposing.supposed(sight, text)
        found |= result | {"problems": problem_rows(result["problems"])}
    return found


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Write supposed entries into the record, because somebody asked for it."""
    try:
        sight = sight_of(request)
        if not site.writable:
            raise Refused(
                "nothing is saved from here", "`servanda serve` saves only on this machine", 403
            )
        name = supposing.save(sight, request.POST.get("text", ""), request.POST.get("name", ""))
    except Refused as refused:
        return refuse(request, refused)
    context = chrome(request, sight) | {"page": {"saved": name}}
    return render(request, "servanda/saved.html", context)


# ------------------------------------------------------------------ news
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Whether there is news: the version shown, how often the text was read, who is not judged."""
    desk = site.desk
    version = desk.version
    waiting: list[str] = []
    if version is not None:
        try:
            asked: Asked = asked_of(version, request.GET.dict())
            desk.want(version, asked, list(version.case.accounts), 0)
            waiting = version.waiting(asked)
        except Refused:
            pass
    number_ = 0 if version is None else version.number
    return json({"news": f"{number_}.{desk.reading}.{len(waiting)}", "errors": len(desk.errors)})


# ------------------------------------------------------------------ what cannot be answered
def nowhere(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    refused = Refused("there is no such page", "begin at the board, or search", 404)
    return refuse(request, refused, request.path.endswith(".json"))


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse("400: this request cannot be read\n", "text/plain", status=400)


def failed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        "500: an error of Servanda's own; it is in the terminal\n", "text/plain", 500
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    refused = Refused("this form was not sent from this page", "load the page again", 403)
    return refuse(request, refused)
