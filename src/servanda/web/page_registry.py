"""Every page of the view: its address, what builds it, its template, its place in the navigation.

A page is added here and nowhere else: the addresses (`urls.py`), the JSON twin of each page, the
navigation and the bar of days are made from this list. The template of a page is
`templates/servanda/NAME.html`; its JSON twin is what `build` returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from servanda.web import (
    board,
    chart_views,
    differences,
    draft_review,
    list_pages,
    pages,
    record_pages,
    search,
    supposition,
)
from servanda.web.query import Query, Refused
from servanda.web.settings import site

Data = dict[str, Any]


class PageRequest(Struct, frozen=True):
    """A request for a page. `id`: that of the subject of the page (else empty);
    `as_json`: the twin is asked for, so that nothing may be left for later."""

    query: Query
    parameters: Mapping[str, str]
    id: str
    as_json: bool

    def get(self, name: str) -> str | None:
        return self.parameters.get(name) or None

    def number(self, name: str) -> int:
        """A count from 1 in the address; 1 if there is none. Raises Refused."""
        text = self.get(name) or "1"
        if not text.isascii() or not text.isdigit() or len(text) > 6:
            message = f"`{text[:40]}` is no page"
            raise Refused("E012", f"option:{name}", message, "pages are counted from 1")
        return int(text)


class Page(Struct, frozen=True):
    """One kind of page.

    - `name`: its address is `/NAME`, or `/NAME/ID` where `about_one` thing;
    - `label`: its word in the navigation (None: it is not there);
    - `dated`: it has the bar of days; `by_all`: it shows all accounts at once;
    - `exists`: whether an id that ends in `.json` is really one, and not the address of a twin.
    """

    name: str
    build: Callable[[PageRequest], Data]
    label: str | None = None
    about_one: bool = False
    dated: bool = False
    by_all: bool = False
    offered: Callable[[], bool] = lambda: True
    exists: Callable[[Query, str], bool] = lambda query, id_: False

    @property
    def template(self) -> str:
        return f"servanda/{self.name}.html"


def timeline(r: PageRequest) -> Data:
    return chart_views.timeline(r.query, r.get("clause"))


PAGES = (
    Page(
        "board",
        lambda r: board.page(r.query, r.get("show"), r.get("party"), whole=r.as_json),
        label="Board",
        dated=True,
        by_all=True,
    ),
    Page("timeline", timeline, label="Timeline", by_all=True),
    Page(
        "compare",
        lambda r: differences.page(r.query, r.parameters),
        label="Compare",
        dated=True,
    ),
    Page(
        "what-if", lambda r: supposition.page(r.query, r.get("text")), label="What if", dated=True
    ),
    Page("text", lambda r: list_pages.text(r.query), label="Text"),
    Page("record", lambda r: record_pages.record(r.query, r.number("page")), label="Record"),
    Page("sources", lambda r: record_pages.sources(r.query), label="Sources"),
    Page("accounts", lambda r: list_pages.accounts(r.query), label="Accounts"),
    Page("parties", lambda r: list_pages.parties(r.query), label="Parties"),
    Page(
        "drafts",
        lambda r: draft_review.page(r.query, site.drafts),
        label="Drafts",
        offered=lambda: site.drafts is not None,
    ),
    Page("search", lambda r: search.search(r.query, r.parameters.get("q", ""))),
    Page(
        "clause",
        lambda r: (
            pages.clause(r.query, r.id, wait=r.as_json)
            | {"charts": chart_views.shown(r.query, r.id)}
        ),
        about_one=True,
        dated=True,
        by_all=True,
    ),
    Page(
        "duty",
        lambda r: pages.duty(r.query, r.id) | differences.of_duty(r.query, r.id, wait=r.as_json),
        about_one=True,
        dated=True,
        by_all=True,
    ),
    Page(
        "entry",
        lambda r: record_pages.entry(r.query, r.id),
        about_one=True,
        exists=lambda query, id_: query.case.record.entry(id_) is not None,
    ),
    Page(
        "source",
        lambda r: record_pages.source(r.query, r.id),
        about_one=True,
        exists=lambda query, id_: id_ in query.case.record.sources,
    ),
    Page(
        "account",
        lambda r: pages.account(r.query, r.id),
        about_one=True,
        dated=True,
        by_all=True,
    ),
    Page("party", lambda r: pages.party(r.query, r.id), about_one=True, dated=True, by_all=True),
)
BY_NAME = {page.name: page for page in PAGES}
