"""What a page may write: what was supposed, if asked; drafts that a person confirmed.

Only on this machine, only from the view's own pages, only when confirmed, and never if the case
would then have errors.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from servanda.syntax.problems import ServandaError
from servanda.web import draft_review, saving, supposition
from servanda.web.page_frame import chrome, problem_rows
from servanda.web.query import Refused, Sight
from servanda.web.responses import Data, refuse, sight_of
from servanda.web.settings import site


# ------------------------------------------------------------------ what if
def what_if(request: HttpRequest, sight: Sight) -> Data:
    """The page to type into; with `text`, the difference it would make."""
    text = request.GET.get("text", "")
    found: Data = {"text": text, "account": sight.account, "on": sight.asked.on}
    if text.strip():
        result = supposition.supposed(sight, text)
        found |= result | {"problems": problem_rows(result["problems"])}
    return found


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save what was supposed: as a what-if file, or into the record."""
    form = request.POST

    def write(root: Path) -> str:
        return saving.save(root, form.get("text", ""), form.get("name", ""), form.get("into", ""))

    return written(request, write)


# ------------------------------------------------------------------ drafts of an article
def drafts(sight: Sight) -> Data:
    if site.drafts is None:
        advice = "`servanda read ARTICLE --case CASE -o drafts.json`, then `serve --drafts`"
        raise Refused("there are no drafts to review", advice, 404)
    try:
        return draft_review.drafts(sight, site.drafts)
    except ServandaError as error:
        raise Refused(error.problems[0].message, error.problems[0].help, 409) from None


@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Add the drafts that were kept, as they were edited, to the record in one step."""

    def write(root: Path) -> str:
        if site.drafts is None:
            raise Refused("there are no drafts to review", None, 404)
        return draft_review.accept(root, site.drafts, request.POST.dict())

    return written(request, write)


# ------------------------------------------------------------------ writing at all
def written(request: HttpRequest, write: Callable[[Path], str]) -> HttpResponse:
    """Write, if that is allowed and confirmed, and say where; or say why not."""
    try:
        allowed(request)
        name = write(site.desk.root)
        sight = sight_of(request)
    except ServandaError as error:
        lines = [f"{p.place}: {p.message}" if p.line else p.message for p in error.problems[:5]]
        return refuse(request, Refused("; ".join(lines), error.problems[0].help, 409))
    except OSError as error:
        return refuse(request, Refused("it could not be written", error.strerror, 409))
    except Refused as refused:
        return refuse(request, refused)
    return render(
        request, "servanda/saved.html", chrome(request, sight) | {"page": {"saved": name}}
    )


def allowed(request: HttpRequest) -> None:
    """Raises Refused unless this machine's own page sent the form, and somebody confirmed."""
    if not site.writable:
        raise Refused(
            "nothing is saved from here", "`servanda serve` saves only on this machine", 403
        )
    origin = f"{request.scheme}://{request.get_host()}"
    fetched = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.headers.get("Origin") != origin or fetched != "same-origin":
        raise Refused("this form was not sent from this page", "load the page again", 403)
    if request.POST.get("confirm") != "yes":
        raise Refused("nothing was saved", "tick the box that confirms it")
