"""Time on a chart: the agreement's own days, whatever zone the reader's machine is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from servanda.explain.duty_histories import DutyHistory
from servanda.explain.judged import Judged
from servanda.semantics.clock import micros_of, to_datetime


def local_time(tick: int, zone: str) -> str:
    """A tick as the local clock shows it, written as UTC: charts count in UTC."""
    moment = to_datetime(micros_of(tick), zone).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"


def extent(judged: Mapping[str, Judged], duties: Iterable[DutyHistory]) -> tuple[int, int]:
    """The first change of any duty and the day asked, in ticks."""
    last = max((one.facts.now for one in judged.values()), default=0)
    edges = [
        edge
        for duty in duties
        for spans in duty.spans.values()
        for span in spans
        for edge in (span.from_, span.until)
        if edge is not None and edge <= last
    ]
    first = min(edges, default=last)
    margin = max((last - first) // 50, 64 * 86_400_000_000)
    return first - margin, last


def x_axis(first: str, last: str, **more: Any) -> dict[str, Any]:
    """The horizontal channel of every chart of time."""
    axis = {"title": None, "labelOverlap": True, "tickCount": 12, **more}
    scale = {"type": "utc", "domain": [first, last], "nice": False}
    return {"field": "from", "type": "temporal", "axis": axis, "scale": scale}


ZOOM = [{"name": "zoom", "select": {"type": "interval", "encodings": ["x"]}, "bind": "scales"}]
"""Wheel and drag over a live chart: zoom and pan along time."""
