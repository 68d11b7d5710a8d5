"""Writing requests: save hypothetical entries; accept confirmed drafts.

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
from servanda.web import draft_review, saving
from servanda.web.page_frame import page_context
from servanda.web.query import Refused, foreign_form
from servanda.web.responses import query_of, refuse
from servanda.web.settings import site
from servanda.web.workspace import placed


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save hypothetical entries: as a what-if file, or into the record."""
    form = request.POST

    def write(root: Path) -> str:
        return saving.save(root, form.get("text", ""), form.get("name", ""), form.get("into", ""))

    return write_and_confirm(request, write)


@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Add the drafts that were kept, as they were edited, to the record in one step."""

    def write(root: Path) -> str:
        if site.drafts is None:
            raise draft_review.no_drafts()
        return draft_review.accept(root, site.drafts, request.POST.dict())

    return write_and_confirm(request, write)


def write_and_confirm(request: HttpRequest, write: Callable[[Path], str]) -> HttpResponse:
    """Write, if that is allowed and confirmed, and say where; or say why not."""
    try:
        check_allowed(request)
        with placed(site.workspace.writers):
            name = write(site.workspace.root)
        query = query_of(request)
    except ServandaError as error:
        lines = [f"{p.place}: {p.message}" if p.line else p.message for p in error.problems[:5]]
        first = error.problems[0]
        return refuse(
            request, Refused(first.code, first.subject, "; ".join(lines), first.help, 409)
        )
    except OSError as error:
        return refuse(request, unwritable(error))
    except Refused as refused:
        return refuse(request, refused)
    context = page_context(request, query) | {"page": {"saved": name}}
    return render(request, "servanda/saved.html", context)


def unwritable(error: OSError) -> Refused:
    file = Path(error.filename or "the file").name
    message = f"`{file}` could not be written: {error.strerror or error}"
    return Refused("E005", f"file:{file}", message, "make room and permission, then try again", 409)


def check_allowed(request: HttpRequest) -> None:
    """Raises Refused unless this machine's own page sent the form, and somebody confirmed."""
    if not site.writable:
        raise Refused(
            *("E040", "option:save"),
            "nothing is saved from here",
            "save on the machine where `servanda serve` runs, at its own address",
            403,
        )
    origin = f"{request.scheme}://{request.get_host()}"
    fetched = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.headers.get("Origin") != origin or fetched != "same-origin":
        raise foreign_form()
    if request.POST.get("confirm") != "yes":
        raise Refused(
            "E040", "option:confirm", "nothing was saved", "tick the box that confirms it"
        )
