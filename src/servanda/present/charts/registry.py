"""The charts there are, each with what draws it.

A chart is added here and nowhere else: the command line, the Python interface and the live view
read names and makers from this list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from servanda.explain.judged import Judged
from servanda.present.charts.board import board
from servanda.present.charts.chart import Chart
from servanda.present.charts.counts import counts
from servanda.present.charts.measures import measures
from servanda.present.charts.timeline import Link, timeline


class ChartRequest(Struct, frozen=True):
    """What is drawn: judgements by account, all up to the same day, narrowed to a clause or a
    measure; `link` gives the address of a duty, for pages that have one; `narrow`: for a phone."""

    judged: Mapping[str, Judged]
    clause: str | None = None
    measure: str | None = None
    link: Link | None = None
    narrow: bool = False

    @property
    def clauses(self) -> tuple[str, ...] | None:
        return None if self.clause is None else (self.clause,)


class ChartKind(Struct, frozen=True):
    """`on_pages`: the pages of the live view that show it: `timeline` and `clause`."""

    name: str
    draw: Callable[[ChartRequest], list[Chart]]
    on_pages: tuple[str, ...] = ()


CHARTS = {
    kind.name: kind
    for kind in (
        ChartKind(
            "timeline",
            lambda r: [timeline(r.judged, r.clauses, r.link, narrow=r.narrow)],
            ("timeline", "clause"),
        ),
        ChartKind(
            "measures",
            lambda r: measures(r.judged, r.measure, r.clause, narrow=r.narrow),
            ("timeline", "clause"),
        ),
        ChartKind("counts", lambda r: [counts(r.judged, r.clauses, r.narrow)], ("timeline",)),
        ChartKind("board", lambda r: [board(r.judged, r.clauses)]),
    )
}
"""By name, in the order in which pages show them."""
