"""The addresses of the view; each page has its JSON twin at the same address with `.json`."""

from __future__ import annotations

from django.urls import path, re_path

from servanda.web import assets, updates, views, write_views

TABLES = "board|timeline|compare|search|text|record|sources|accounts|parties|what-if|drafts"
THINGS = "clause|entry|source|account|party|duty"
urlpatterns = [
    path("", views.home),
    re_path(rf"^(?P<name>{TABLES})(?P<twin>\.json)?$", views.table),
    path("board/rows", views.board_rows),
    path("duty/<str:id_>/turns", views.turns),
    re_path(rf"^(?P<name>{THINGS})/(?P<id_>.+)$", views.thing),
    path("what-if/save", write_views.save),
    path("drafts/accept", write_views.accept),
    re_path(
        r"^chart/(?P<kind>[a-z]+)/(?P<name>[\w.-]+)\.(?P<form>svg|png|vega|json)$", views.chart
    ),
    path("live", updates.live),
    re_path(r"^static/(?P<name>[\w.-]+)$", assets.static),
]
handler404 = "servanda.web.error_pages.nowhere"
handler400 = "servanda.web.error_pages.not_understood"
handler500 = "servanda.web.error_pages.failed"
