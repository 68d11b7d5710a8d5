"""How many duties have each status, by account, over time: counts, and nothing made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from servanda.explain.escaping import visible
from servanda.explain.judged import Judged
from servanda.explain.lanes import Lane
from servanda.explain.statuses import ORDER, PAST
from servanda.explain.wording import at
from servanda.present.charts.chart import Chart
from servanda.present.charts.palette import PAPER, STATUS
from servanda.present.charts.rows import lanes
from servanda.present.charts.time_axis import extent, wall, x_axis
from servanda.semantics.clock import micros_of

WIDTH, HEIGHT = 860, 120
COUNTED = (
    "Duties and powers in play, counted one by one in each account; a power that is open counts as "
    "due, one in use as kept. Whole numbers: nothing is rounded, weighed or made into an index."
)
Change = tuple[int, Counter[str]]
SHOWN = [status for status in ORDER if status not in PAST]


def counts(judged: Mapping[str, Judged], clauses: Iterable[str] | None = None) -> Chart:
    """Duties in play, stacked by status, one strip for each account, on one scale."""
    some, accounts = next(iter(judged.values())), list(judged)
    found = lanes(judged, clauses)
    first, last = extent(judged, found)
    told = {name: list(changes(found, name, first, last)) for name in accounts}
    return Chart(
        name="counts",
        title=visible(f"{some.agreement.header.name}: how many duties have each status"),
        text=f"{COUNTED} Counted up to {some.on}.",
        spec=spec(told, first, last, some.norms.zone),
        columns=("account", "from", *SHOWN),
        rows=tuple(table(told, some.norms.zone)),
    )


def changes(found: list[Lane], account: str, first: int, last: int) -> Iterator[Change]:
    """The counts from each instant at which one of them changes."""
    steps: dict[int, Counter[str]] = {first: Counter(), last: Counter()}
    for lane in found:
        for stretch in lane.spans.get(account, ()):
            if stretch.status in PAST:
                continue
            from_ = first if stretch.from_ is None else max(first, stretch.from_)
            until = last if stretch.until is None else min(last, stretch.until)
            if from_ < until:
                steps.setdefault(from_, Counter())[stretch.status] += 1
                steps.setdefault(until, Counter())[stretch.status] -= 1
    now: Counter[str] = Counter()
    told: dict[int, Change] = {}
    for tick in sorted(steps):
        if tick < last:
            now = Counter({s: now[s] + steps[tick][s] for s in SHOWN})
        # of what changes in one instant, only what comes of it is drawn
        told[micros_of(tick) // 1000] = tick, now
    before = None
    for tick, after in told.values():
        if after != before or tick == last:
            yield tick, after
        before = after


def table(told: Mapping[str, list[Change]], zone: str) -> Iterator[tuple[str, ...]]:
    """The counts after the last change of each year."""
    for account, found in told.items():
        years: dict[str, Change] = {}
        for tick, now in found:
            years[at(tick, zone)[:4]] = (tick, now)
        for tick, now in years.values():
            yield account, at(tick, zone)[:10], *(str(now.get(s, 0)) for s in SHOWN)


def stacked(account: str, at: str, now: Counter[str], used: list[str]) -> Iterator[dict[str, Any]]:
    """One status upon the other (Vega-Lite's own stack would take absence for nought)."""
    low = 0
    for status in used:
        high = low + now.get(status, 0)
        yield {"from": at, "account": account, "status": status, "low": low, "high": high}
        low = high


def spec(told: Mapping[str, list[Change]], first: int, last: int, zone: str) -> dict[str, Any]:
    used = [s for s in SHOWN if any(now.get(s) for found in told.values() for _, now in found)]
    rows = [
        row
        for account, found in told.items()
        for tick, now in found
        for row in stacked(visible(account), wall(tick, zone), now, used)
    ]
    return {
        "data": {"values": rows},
        "facet": {
            "row": {
                "field": "account",
                "type": "nominal",
                "sort": [visible(account) for account in told],
                "header": {"title": None, "labelAngle": 0, "labelAlign": "left"}
                | {"labelFontSize": 12},
            }
        },
        "spacing": 12,
        "spec": {
            "width": WIDTH,
            "height": HEIGHT,
            "mark": {"type": "area", "interpolate": "step-after", "opacity": 1}
            | {"stroke": PAPER.light, "strokeWidth": 0.6},
            "encoding": {
                "x": x_axis(wall(first, zone), wall(last, zone), grid=False),
                "y": {
                    "field": "low",
                    "type": "quantitative",
                    "stack": None,
                    "axis": {"title": "duties", "tickMinStep": 1, "format": "d", "tickCount": 4},
                },
                "color": {
                    "field": "status",
                    "type": "nominal",
                    "scale": {"domain": used, "range": [STATUS[s].light for s in used]},
                    "legend": {"title": None, "orient": "top", "columns": 9}
                    | {"symbolType": "square"},
                },
                "y2": {"field": "high"},
            },
        },
    }
