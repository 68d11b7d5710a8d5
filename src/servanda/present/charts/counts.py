"""Number of duties with each status, by account, over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from servanda.explain.duty_histories import DutyHistory
from servanda.explain.judged import Judged
from servanda.explain.wording import at
from servanda.present.charts.chart import NARROW, WIDTH, Chart
from servanda.present.charts.rows import histories
from servanda.present.charts.time_axis import extent, local_time, x_axis
from servanda.semantics.clock import micros_of
from servanda.vocabulary.colours import PAPER
from servanda.vocabulary.escaping import visible
from servanda.vocabulary.statuses import IN_PLAY, ORDER, term

HEIGHT = 120
AXIS = 30
COUNTED = (
    "Duties and powers in play, counted one by one in each account. "
    "Whole numbers: nothing is rounded, weighed or made into an index."
)
Change = tuple[int, Counter[str]]
SHOWN = [status for status in ORDER if status in IN_PLAY]


def counts(
    judged: Mapping[str, Judged], clauses: Iterable[str] | None = None, narrow: bool = False
) -> Chart:
    """Duties in play, stacked by status, one strip for each account, on one scale.

    `narrow`: for a phone.
    """
    some, accounts = next(iter(judged.values())), list(judged)
    found = histories(judged, clauses)
    first, last = extent(judged, found)
    by_account = {name: list(changes(found, name, first, last)) for name in accounts}
    chart = Chart(
        name="counts",
        title=visible(f"{some.agreement.header.name}: how many duties have each status"),
        text=f"{COUNTED} Counted up to {some.on}.",
        spec=spec(by_account, first, last, some.norms.zone, narrow),
        columns=("account", "from", *SHOWN),
        rows=tuple(table(by_account, some.norms.zone)),
    )
    return chart.narrow() if narrow else chart


def changes(found: list[DutyHistory], account: str, first: int, last: int) -> Iterator[Change]:
    """The counts from each instant at which one of them changes."""
    steps: dict[int, Counter[str]] = {first: Counter(), last: Counter()}
    for duty in found:
        for span in duty.spans.get(account, ()):
            if span.status not in IN_PLAY:
                continue
            from_ = first if span.from_ is None else max(first, span.from_)
            until = last if span.until is None else min(last, span.until)
            if from_ < until:
                steps.setdefault(from_, Counter())[span.status] += 1
                steps.setdefault(until, Counter())[span.status] -= 1
    now: Counter[str] = Counter()
    by_instant: dict[int, Change] = {}
    for tick in sorted(steps):
        if tick < last:
            now = Counter({s: now[s] + steps[tick][s] for s in SHOWN})
        # only the result of all changes of one instant is drawn
        by_instant[micros_of(tick) // 1000] = tick, now
    before = None
    for tick, after in by_instant.values():
        if after != before or tick == last:
            yield tick, after
        before = after


def table(by_account: Mapping[str, list[Change]], zone: str) -> Iterator[tuple[str, ...]]:
    """The counts after the last change of each year."""
    for account, found in by_account.items():
        years: dict[str, Change] = {}
        for tick, now in found:
            years[at(tick, zone)[:4]] = (tick, now)
        for tick, now in years.values():
            yield account, at(tick, zone)[:10], *(str(now.get(s, 0)) for s in SHOWN)


def stacked(account: str, at: str, now: Counter[str], used: list[str]) -> Iterator[dict[str, Any]]:
    """One status on top of another (Vega-Lite's own stack would read absence as zero)."""
    low = 0
    for status in used:
        high = low + now.get(status, 0)
        yield {"from": at, "account": account, "status": status, "low": low, "high": high}
        low = high


def spec(
    by_account: Mapping[str, list[Change]], first: int, last: int, zone: str, narrow: bool
) -> dict[str, Any]:
    every = [now for found in by_account.values() for _, now in found]
    used = [status for status in SHOWN if any(now.get(status) for now in every)]
    rows = [
        row
        for account, found in by_account.items()
        for tick, now in found
        for row in stacked(visible(account), local_time(tick, zone), now, used)
    ]
    return {
        "data": {"values": rows},
        "facet": {
            "row": {
                "field": "account",
                "type": "nominal",
                "sort": [visible(account) for account in by_account],
                "header": {"title": None, "labelAngle": 0, "labelAlign": "left"}
                | {"labelFontSize": 12}
                | ({"labelOrient": "top", "labelAnchor": "start"} if narrow else {}),
            }
        },
        "spacing": 12,
        "spec": {
            "width": NARROW - AXIS if narrow else WIDTH,
            "height": HEIGHT,
            "mark": {"type": "area", "interpolate": "step-after", "opacity": 1}
            | {"stroke": PAPER.light, "strokeWidth": 0.6},
            "encoding": {
                "x": x_axis(local_time(first, zone), local_time(last, zone), grid=False),
                "y": {
                    "field": "low",
                    "type": "quantitative",
                    "stack": None,
                    "axis": {"title": "duties", "tickMinStep": 1, "format": "d", "tickCount": 4},
                },
                "color": {
                    "field": "status",
                    "type": "nominal",
                    "scale": {"domain": used, "range": [term(s).fill.light for s in used]},
                    "legend": {"title": None, "orient": "top", "columns": 9}
                    | {"symbolType": "square"},
                },
                "y2": {"field": "high"},
            },
        },
    }
