"""The charts there are, each with what draws it.

A chart is added here and nowhere else: the command line, the Python interface and the live view
read names and makers from this list. What draws is imported when it draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from servanda.syntax.problems import did_you_mean, refused

if TYPE_CHECKING:
    from servanda.explain.judged import Judged
    from servanda.present.charts.chart import Chart
    from servanda.present.charts.timeline import Link


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
    """`name` is what it is asked for by; `address` its name in the live view. `on_pages`: the pages
    of the live view that show it: `timeline` and `clause`."""

    name: str
    draw: Callable[[ChartRequest], list[Chart]]
    on_pages: tuple[str, ...] = ()
    address: str = ""


def timeline(asked: ChartRequest) -> list[Chart]:
    from servanda.present.charts.timeline import timeline

    return [timeline(asked.judged, asked.clauses, asked.link, narrow=asked.narrow)]


def measures(asked: ChartRequest) -> list[Chart]:
    from servanda.present.charts.measures import measures

    return measures(asked.judged, asked.measure, asked.clause, narrow=asked.narrow)


def board(asked: ChartRequest) -> list[Chart]:
    from servanda.present.charts.board import board

    return [board(asked.judged, asked.clauses)]


def counts(asked: ChartRequest) -> list[Chart]:
    from servanda.present.charts.counts import counts

    return [counts(asked.judged, asked.clauses, asked.narrow)]


CHARTS = {
    kind.name: kind
    for kind in (
        ChartKind("timeline", timeline, ("timeline", "clause")),
        ChartKind("measure", measures, ("timeline", "clause"), address="measures"),
        ChartKind("counts", counts, ("timeline",)),
        ChartKind("board", board),
    )
}
"""By name, in the order in which pages show them."""


def chart_kind(name: str) -> ChartKind:
    """A chart by its name. Raises ServandaError where there is none of it."""
    if name not in CHARTS:
        advice = did_you_mean(name, CHARTS) or f"there are {', '.join(CHARTS)}"
        raise refused("E003", f"chart:{name}", f"there is no chart `{name}`", advice)
    return CHARTS[name]
