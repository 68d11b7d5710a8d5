"""The addresses of the view; each page has its JSON twin at the same address with `.json`."""

from __future__ import annotations

from django.urls import path, re_path

from servanda.view import files, views

urlpatterns = [
    path("", views.home),
    re_path(r"^(?P<name>board|timeline|measures|compare|search|text|record|sources|accounts|parties|what-if)(?P<twin>\.json)?$", views.table),
    path("board/rows", views.board_rows),
    path("timeline/chart.json", views.timeline_chart),
    path("measures/chart.json", views.measures_chart),
    path("duty/<str:id_>/turns", views.turns),
    re_path(r"^(?P<name>clause|entry|source|account|party|duty)/(?P<id_>.+)$", views.thing),
    path("what-if/save", views.save),
    path("live", views.live),
    re_path(r"^export/(?P<name>[a-z-]+\.[a-z]+)$", files.export),
    path("report.html", files.report),
    re_path(r"^static/(?P<name>[\w.-]+)$", files.static),
]
handler404 = "servanda.view.views.nowhere"
handler400 = "servanda.view.views.not_understood"
handler500 = "servanda.view.views.failed"
