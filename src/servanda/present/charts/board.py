"""The board as a picture: accounts side by side over the duties of one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from servanda.explain.escaping import visible
from servanda.explain.judged import Judged
from servanda.explain.lanes import Lane
from servanda.explain.statuses import ORDER
from servanda.present.charts.chart import Chart
from servanda.present.charts.palette import INK, ON_FILL, PALE, PAPER, STATUS
from servanda.present.charts.rows import (
    MOST_ROWS,
    alike_periods,
    contested,
    in_play,
    label,
    lanes,
    word,
)

STEP, COLUMN, NAMES = 20, 104, 400
ABSENT = "no such duty"


def board(
    judged: Mapping[str, Judged], clauses: Iterable[str] | None = None, most: int = MOST_ROWS
) -> Chart:
    """Each duty in play on the day judged, and its status by every account given."""
    some, accounts = next(iter(judged.values())), list(judged)
    tick = some.facts.now
    found = [lane for lane in lanes(judged, clauses) if in_play(lane, tick)]
    shown = alike_periods(found, accounts, tick)[:most]
    apart = sum(contested(lane, accounts, tick) for lane in found)
    many = "duty or power" if len(found) == 1 else "duties and powers"
    text = f"{len(found)} {many} in play on {some.on}"
    if len(accounts) > 1:
        text += f"; {apart} contested among {len(accounts)} accounts, marked with a dot"
    if len(shown) == most:
        text += f"; the first {most} rows are drawn"
    return Chart(
        name="board",
        title=visible(f"{some.agreement.header.name} on {some.on}, by each account"),
        text=f"{text}.",
        spec=spec(shown, accounts, tick),
        columns=("clause", "duty", *accounts),
        rows=tuple(
            (
                lane.clause,
                label(lane).partition("  ")[2],
                *(said(lane, name, tick) for name in accounts),
            )
            for lane in shown
        ),
    )


def said(lane: Lane, account: str, tick: int) -> str:
    status = lane.at(account, tick)
    return ABSENT if status is None else word(status, lane.kind)


def spec(shown: list[Lane], accounts: list[str], tick: int) -> dict[str, Any]:
    cells = [
        {
            "row": n,
            "account": visible(name),
            "status": lane.at(name, tick) or ABSENT,
            "said": said(lane, name, tick),
            "plain": (lane.at(name, tick) or "dormant") in PALE,
        }
        for n, lane in enumerate(shown)
        for name in accounts
    ]
    names = [
        {"row": n, "duty": label(lane), "apart": contested(lane, accounts, tick)}
        for n, lane in enumerate(shown)
    ]
    used = [s for s in ORDER if any(c["status"] == s for c in cells)]
    colours = [STATUS[s].light for s in used]
    y = {"field": "row", "type": "ordinal", "axis": None, "scale": {"padding": 0}}
    x = {
        "field": "account",
        "type": "nominal",
        "sort": None,
        "axis": {"orient": "top", "title": None, "labelAngle": 0, "domain": False, "ticks": False}
        | {"labelFontSize": 12, "labelLimit": COLUMN - 6},
    }
    colour = {
        "field": "status",
        "type": "nominal",
        "scale": {"domain": [*used, ABSENT], "range": [*colours, PAPER.light]},
        "legend": None,
    }
    text = {"type": "text", "baseline": "middle", "fontSize": 11}
    return {
        "width": {"step": COLUMN},
        "height": {"step": STEP},
        "data": {"values": cells},
        "layer": [
            {
                "mark": {"type": "rect", "stroke": PAPER.light, "strokeWidth": 2},
                "encoding": {"x": x, "y": y, "color": colour},
            },
            {
                "transform": [{"filter": "!datum.plain"}],
                "mark": text | {"color": ON_FILL},
                "encoding": {"x": x, "y": y, "text": {"field": "said"}},
            },
            {
                "transform": [{"filter": "datum.plain"}],
                "mark": text | {"color": INK.light},
                "encoding": {"x": x, "y": y, "text": {"field": "said"}},
            },
            {
                "data": {"values": names},
                "mark": text | {"align": "left", "color": INK.light, "limit": NAMES},
                "encoding": {"y": y, "x": {"value": -NAMES - 22}, "text": {"field": "duty"}},
            },
            {
                "data": {"values": [name for name in names if name["apart"]]},
                "mark": {"type": "point", "filled": True, "size": 40, "color": INK.light}
                | {"opacity": 1},
                "encoding": {"y": y, "x": {"value": -10}},
            },
        ],
    }
