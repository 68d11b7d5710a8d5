"""The addresses of the view: those of the pages and their JSON twins, and what pages load."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from servanda.web import assets, updates, views, write_views
from servanda.web.page_registry import PAGES, Page
from servanda.web.responses import page_view


def addresses(page: Page) -> URLPattern:
    """`/NAME` or `/NAME/ID`; with `.json`, its twin."""
    if page.about_one:
        return re_path(rf"^{page.name}/(?P<id_>.+)$", page_view(page))
    return re_path(rf"^{page.name}(?P<json>\.json)?$", page_view(page))


urlpatterns = [
    path("", views.home),
    path("board/rows", views.board_rows),
    path("clause/<str:id_>/why", views.reasons),
    path("duty/<str:id_>/turns", views.turning_points),
    path("what-if/save", write_views.save),
    path("drafts/accept", write_views.accept),
    *map(addresses, PAGES),
    re_path(
        r"^chart/(?P<kind>[a-z]+)/(?P<name>[\w.-]+)\.(?P<form>svg|png|vega|json)$", views.chart
    ),
    path("live", updates.live),
    re_path(r"^static/(?P<name>[\w.-]+)$", assets.static),
]
handler404 = "servanda.web.error_pages.not_found"
handler400 = "servanda.web.error_pages.bad_request"
handler500 = "servanda.web.error_pages.server_error"
