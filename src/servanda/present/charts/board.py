"""The board as a picture: accounts side by side over the duties of one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from servanda.explain.duty_histories import DutyHistory
from servanda.explain.judged import Judged
from servanda.present.charts.chart import Chart
from servanda.present.charts.rows import MOST_ROWS, histories, merge_alike_periods, short_labels
from servanda.vocabulary.colours import INK, ON_FILL, PAPER
from servanda.vocabulary.escaping import visible
from servanda.vocabulary.statuses import ABSENT, ORDER, Term, term

STEP, COLUMN, NAMES = 20, 104, 400


def board(
    judged: Mapping[str, Judged], clauses: Iterable[str] | None = None, most: int = MOST_ROWS
) -> Chart:
    """Each duty in play on the day judged, and its status by every account given."""
    some, accounts = next(iter(judged.values())), list(judged)
    tick = some.facts.now
    found = [duty for duty in histories(judged, clauses) if duty.in_play(tick)]
    rows = merge_alike_periods(found, accounts, tick)
    shown = rows[:most]
    contested = sum(duty.contested(accounts, tick) for duty in found)
    many = "duty or power" if len(found) == 1 else "duties and powers"
    text = f"{len(found)} {many} in play on {some.on}"
    if len(accounts) > 1:
        text += f"; {contested} contested among {len(accounts)} accounts, marked with a dot"
    if len(shown) < len(rows):
        text += f"; the first {most} rows are drawn"
    labels = short_labels(shown)
    return Chart(
        name="board",
        title=visible(f"{some.agreement.header.name} on {some.on}, by each account"),
        text=f"{text}.",
        spec=spec(shown, labels, accounts, tick),
        columns=("clause", "duty", *accounts),
        rows=tuple(
            (
                duty.clause,
                label.partition("  ")[2],
                *(term(duty.status(name, tick), duty.kind).word for name in accounts),
            )
            for duty, label in zip(shown, labels, strict=True)
        ),
    )


def spec(
    shown: list[DutyHistory], labels: list[str], accounts: list[str], tick: int
) -> dict[str, Any]:
    cells = [
        cell(n, name, term(duty.status(name, tick), duty.kind))
        for n, duty in enumerate(shown)
        for name in accounts
    ]
    names = [
        {"row": n, "duty": label, "contested": duty.contested(accounts, tick)}
        for n, (duty, label) in enumerate(zip(shown, labels, strict=True))
    ]
    used = [code for code in ORDER if any(c["status"] == code for c in cells)]
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
        "scale": {
            "domain": [*used, ABSENT.code],
            "range": [*(term(code).fill.light for code in used), PAPER.light],
        },
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
                "transform": [{"filter": "!datum.pale"}],
                "mark": text | {"color": ON_FILL},
                "encoding": {"x": x, "y": y, "text": {"field": "word"}},
            },
            {
                "transform": [{"filter": "datum.pale"}],
                "mark": text | {"color": INK.light},
                "encoding": {"x": x, "y": y, "text": {"field": "word"}},
            },
            {
                "data": {"values": names},
                "mark": text | {"align": "left", "color": INK.light, "limit": NAMES},
                "encoding": {"y": y, "x": {"value": -NAMES - 22}, "text": {"field": "duty"}},
            },
            {
                "data": {"values": [name for name in names if name["contested"]]},
                "mark": {"type": "point", "filled": True, "size": 40, "color": INK.light}
                | {"opacity": 1},
                "encoding": {"y": y, "x": {"value": -10}},
            },
        ],
    }


def cell(row: int, account: str, status: Term) -> dict[str, Any]:
    return {
        "row": row,
        "account": visible(account),
        "status": status.code,
        "word": status.word,
        "pale": status.pale,
    }
