"""Requests in, pages or their JSON twins out. What a page says is worked out in the other files."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from servanda.web import board, chart_views, differences, list_pages, pages, record_pages, search
from servanda.web.page_frame import chrome
from servanda.web.query import Refused, Sight, asked_of
from servanda.web.responses import (
    PATIENCE,
    PATIENCE_OF_TWINS,
    Data,
    answer,
    json,
    number,
    refuse,
    sight_of,
)
from servanda.web.settings import site
from servanda.web.versions import Version
from servanda.web.workspace import NOW
from servanda.web.write_views import drafts, what_if


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
        "timeline": lambda s: chart_views.timeline(s, request.GET.get("clause") or None),
        "search": lambda s: search.search(s, request.GET.get("q", "")),
        "text": list_pages.text,
        "record": lambda s: record_pages.record(s, number(request, "page")),
        "sources": record_pages.sources,
        "accounts": list_pages.accounts,
        "parties": list_pages.parties,
        "what-if": lambda s: what_if(request, s),
        "drafts": drafts,
    }
    return answer(request, f"servanda/{name}.html", bool(twin), makers[name])


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
    summary = board.summary(sight, show, party)
    return (
        summary
        | board.bars(summary["counts"], sight.accounts)
        | {
            "duties": board.rows(sight, lanes, 0, first),
            "shown": len(lanes),
            "blocks": blocks,
        }
    )


@require_safe
def board_rows(request: HttpRequest) -> HttpResponse:
    """Some more rows of the board, as they come into view."""
    try:
        sight = sight_of(request)
        show, party = request.GET.get("show") or "play", request.GET.get("party") or None
        from_ = number(request, "from")
        lanes = board.chosen(sight, show, party)
        duties = board.rows(sight, lanes, from_, from_ + board.BLOCK)
    except Refused as refused:
        return refuse(request, refused)
    return render(request, "servanda/_rows.html", chrome(request, sight) | {"duties": duties})


FORMS = {"svg": "image/svg+xml", "png": "image/png"}


@require_safe
def chart(request: HttpRequest, kind: str, name: str, form: chart_views.Form) -> HttpResponse:
    """One chart: a picture, a live spec, or its data."""
    theme: chart_views.Theme = "dark" if request.GET.get("theme") == "dark" else "light"
    clause = request.GET.get("clause") or None
    try:
        made = chart_views.drawn(sight_of(request), (kind, name, clause), form, theme)
    except Refused as refused:
        return refuse(request, refused, form in ("json", "vega"))
    if isinstance(made, dict):
        return json(made)
    response = HttpResponse(made, content_type=FORMS[form])
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@require_safe
@ensure_csrf_cookie
def thing(request: HttpRequest, name: str, id_: str) -> HttpResponse:
    """The page of one clause, entry, source, account, party or duty; `.json` is its twin."""
    makers: dict[str, Callable[[Sight, str], Data]] = {
        "clause": lambda s, i: pages.clause(s, i) | {"charts": chart_views.shown(s, i)},
        "entry": record_pages.entry,
        "source": record_pages.source,
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
    found = turned(sight, id_, PATIENCE_OF_TWINS if twin else 0.0)
    return data | {
        "turns_on": None if found is None else [each["sentence"] for each in found],
        "differences": found,
        "sides": differences.sides(sight, sight.lane(id_)),
    }


def compared(request: HttpRequest, sight: Sight) -> Data:
    """Two accounts on one day, or one account on two days."""
    later = request.GET.get("on2")
    if later:
        asked = asked_of(sight.version, request.GET.dict() | {"on": later})
        site.desk.want(sight.version, asked, [sight.account], PATIENCE)
        other = Sight(sight.version, asked, sight.account)
        if asked.until != sight.asked.until:
            raise Refused(f"{later} is after the record's last day", "ask for an earlier one")
        return differences.days(*sorted((sight, other), key=lambda s: s.tick))
    names = sight.accounts
    one = request.GET.get("a") or names[0]
    two = request.GET.get("b") or names[min(1, len(names) - 1)]
    return differences.accounts(sight, one, two)


# ------------------------------------------------------------------ what a difference turns on
def turned(sight: Sight, id_: str, patience: float) -> list[Data] | None:
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
            lambda: told(kept.get(key, lambda: differences.turns_on(sight, lane))),
        )
        site.desk.wait(lambda: key in kept.found, patience)
    found: list[Data] | None = kept.found.get(key)
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
    page = {
        "id": id_,
        "differences": found,
        "sides": differences.sides(sight, lane),
        "kind": lane.kind,
    }
    context = chrome(request, sight) | {"page": page}
    return render(request, "servanda/_turns.html", context, status=202 if found is None else 200)
