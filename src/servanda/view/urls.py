"""The addresses of the view; each page has its JSON twin at the same address with `.json`."""

from __future__ import annotations

from django.urls import path, re_path

from servanda.view import files, live, views, writing

TABLES = "board|timeline|compare|search|text|record|sources|accounts|parties|what-if|drafts"
THINGS = "clause|entry|source|account|party|duty"
urlpatterns = [
    path("", views.home),
    re_path(rf"^(?P<name>{TABLES})(?P<twin>\.json)?$", views.table),
    path("board/rows", views.board_rows),
    path("duty/<str:id_>/turns", views.turns),
    re_path(rf"^(?P<name>{THINGS})/(?P<id_>.+)$", views.thing),
    path("what-if/save", writing.save),
    path("drafts/accept", writing.accept),
    re_path(
        r"^chart/(?P<kind>[a-z]+)/(?P<name>[\w.-]+)\.(?P<form>svg|png|vega|json)$", views.chart
    ),
    path("live", live.live),
    re_path(r"^static/(?P<name>[\w.-]+)$", files.static),
]
handler404 = "servanda.view.failing.nowhere"
handler400 = "servanda.view.failing.not_understood"
handler500 = "servanda.view.failing.failed"
