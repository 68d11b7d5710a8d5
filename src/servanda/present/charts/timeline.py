"""The timeline: a lane for each duty, a bar for each status, marks for breaches and entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from servanda.explain.escaping import visible
from servanda.explain.judged import Judged, iso
from servanda.explain.lanes import Lane
from servanda.explain.statuses import ORDER, PAST
from servanda.present.charts.chart import Chart, slug
from servanda.present.charts.palette import GRID, INK, ON_FILL, PAPER, QUIET, STATUS, STRIPE
from servanda.present.charts.rows import (
    MOST_ROWS,
    LaneRow,
    ever_in_play,
    folded,
    label,
    lane_rows,
    lanes,
    who,
    word,
)
from servanda.present.charts.time_axis import ZOOM, extent, wall, x_axis

WIDTH, STEP, NAMES, WHO = 860, 19, 400, 160
LETTER = 6.2
BREACH, ENTRY = "a breach begins", "an entry opens it"
FOLDED = " A duty of every period is one row: a bar for each period, as that period stands last."
Link = Callable[[Lane, str], str]
"""The address of a duty in an account, for pages that have one."""


def timeline(
    judged: Mapping[str, Judged],
    clauses: Sequence[str] | None = None,
    link: Link | None = None,
    most: int = MOST_ROWS,
) -> Chart:
    """Every duty's life by every account given, up to the day they were judged.

    Accounts that agree on a duty share a bar. Duties never in force are left out, and counted in
    the chart's text; so are those past the first `most` rows.
    """
    some, accounts = next(iter(judged.values())), list(judged)
    every = lanes(judged, clauses)
    found = folded(every, some.facts.now)
    shown = [lane for lane in found if ever_in_play(lane)]
    rows = list(lane_rows(shown, accounts))
    cut = whole_lanes(rows, most)
    drawing = Drawing(judged, cut, accounts, link)
    return Chart(
        name="timeline" if clauses is None else slug("timeline-" + "-".join(clauses)),
        title=f"{some.agreement.header.name}: the life of each duty",
        text=told(some, found, shown, cut, accounts) + (FOLDED if len(found) < len(every) else ""),
        spec=drawing.spec(),
        columns=("clause", "duty", "account", "status", "from", "until", "opened by"),
        rows=tuple(drawing.table()),
    )


def whole_lanes(rows: Sequence[LaneRow], most: int) -> list[LaneRow]:
    """The first rows, no duty cut in two."""
    end = min(most, len(rows))
    while 0 < end < len(rows) and not rows[end].first:
        end -= 1
    return list(rows[:end])


def told(
    some: Judged,
    found: Sequence[Lane],
    shown: Sequence[Lane],
    rows: Sequence[LaneRow],
    accounts: Sequence[str],
) -> str:
    drawn = {row.lane.id for row in rows}
    by = f"the account of {accounts[0]}"
    if len(accounts) > 1:
        by = f"the accounts of {', '.join(accounts)}"
    known = f"as known on {some.known}" if some.known else "with all that the record holds"
    many = "duty or power" if len(drawn) == 1 else "duties and powers"
    text = f"{len(drawn)} {many} in {by}, up to {some.on}, {known}."
    text += f" Days are those of {some.norms.zone}."
    never = len(found) - len(shown)
    if never:
        text += f" {never} that never were in force are not drawn."
    left = len(shown) - len(drawn)
    if left:
        text += f" {left} more are not drawn: ask for single clauses to see them."
    if len(accounts) > 1:
        text += " Accounts that agree on a duty share its bar; those without one have no such duty."
    return visible(text)


class Drawing:
    """The rows, laid out."""

    def __init__(
        self,
        judged: Mapping[str, Judged],
        rows: Sequence[LaneRow],
        accounts: Sequence[str],
        link: Link | None,
    ) -> None:
        self.zone = next(iter(judged.values())).norms.zone
        self.rows = rows
        self.accounts = accounts
        self.link = link
        self.first, self.last = extent(judged, [row.lane for row in rows])

    # -------------------------------------------------------------- data
    def bars(self) -> list[dict[str, Any]]:
        found = []
        for n, row in enumerate(self.rows):
            for stretch in row.spans:
                from_ = self.first if stretch.from_ is None else stretch.from_
                until = self.last if stretch.until is None else min(stretch.until, self.last)
                if stretch.status == "dormant" or from_ >= until:
                    continue
                said = word(stretch.status, row.lane.kind)
                bar = {
                    "row": n,
                    "from": wall(from_, self.zone),
                    "until": wall(until, self.zone),
                    "status": stretch.status,
                    "said": said if self.fits(said, from_, until) else "",
                    "duty": label(row.lane),
                    "account": who(row.accounts, self.accounts),
                    "thin": stretch.status in PAST,
                    "opened": visible(", ".join(stretch.verdict.entries)) or "no entry",
                }
                if self.link is not None:
                    bar["href"] = self.link(row.lane, row.accounts[0])
                found.append(bar)
        return found

    def fits(self, said: str, from_: int, until: int) -> bool:
        wide = (until - from_) / max(1, self.last - self.first) * WIDTH
        return wide > len(said) * LETTER + 12

    def marks(self) -> list[dict[str, Any]]:
        """Where breaches begin, and where an entry opened a span."""
        found = []
        for n, row in enumerate(self.rows):
            for stretch in row.spans:
                if stretch.from_ is None or stretch.from_ > self.last:
                    continue
                broken = stretch.status == "broken"
                if broken or stretch.verdict.entries:
                    found.append(
                        {
                            "row": n,
                            "from": wall(stretch.from_, self.zone),
                            "mark": BREACH if broken else ENTRY,
                            "size": 55 if broken else 18,
                            "entries": visible(", ".join(stretch.verdict.entries)) or "no entry",
                        }
                    )
        return found

    def labels(self) -> list[dict[str, Any]]:
        odd, found = False, []
        for n, row in enumerate(self.rows):
            odd ^= row.first
            found.append(
                {
                    "row": n,
                    "duty": label(row.lane) if row.first else "",
                    "who": who(row.accounts, self.accounts),
                    "odd": odd,
                }
            )
        return found

    def table(self) -> Iterable[tuple[str, ...]]:
        for row in self.rows:
            for s in row.spans:
                yield (
                    row.lane.clause,
                    label(row.lane).partition("  ")[2],
                    who(row.accounts, self.accounts),
                    word(s.status, row.lane.kind),
                    (iso(s.from_, self.zone) or "ever")[:10],
                    (iso(s.until, self.zone) or "still so")[:10],
                    ", ".join(s.verdict.entries),
                )

    # -------------------------------------------------------------- the picture
    def spec(self) -> dict[str, Any]:
        y = {"field": "row", "type": "ordinal", "axis": None, "scale": {"padding": 0}}
        bars, marks = self.bars(), self.marks()
        domain = [wall(self.first, self.zone), wall(self.last, self.zone)]
        x = x_axis(*domain, orient="top", grid=True)
        lower = x | {"axis": {**x["axis"], "orient": "bottom", "grid": False}}
        x = {"top": x, "bottom": lower, "none": x | {"axis": None}}
        present = {bar["status"] for bar in bars}
        used = [status for status in ORDER if status in present]
        colour = {
            "field": "status",
            "type": "nominal",
            "scale": {"domain": used, "range": [STATUS[s].light for s in used]},
            "legend": {"title": None, "orient": "top", "columns": 9, "symbolType": "square"},
        }
        bar = {"x": x["top"], "x2": {"field": "until"}, "y": y, "color": colour}
        told = ("duty", "account", "status")
        bar["tooltip"] = [{"field": f} for f in told] + [{"field": "opened", "title": "opened by"}]
        if self.link is not None:
            bar["href"] = {"field": "href"}
        return {
            "width": WIDTH,
            "height": {"step": STEP},
            "data": {"values": bars},
            "layer": [
                self.stripes(y),
                *self.names(y),
                {
                    "mark": {"type": "bar", "clip": True, "height": {"band": 0.72}},
                    "transform": [{"filter": "!datum.thin"}],
                    "params": ZOOM,
                    "encoding": bar,
                },
                {
                    "mark": {"type": "bar", "clip": True, "height": {"band": 0.2}},
                    "transform": [{"filter": "datum.thin"}],
                    "encoding": bar | {"x": x["bottom"]},
                },
                {
                    "mark": {"type": "text", "clip": True, "align": "left", "dx": 7}
                    | {"fontSize": 10.5, "color": ON_FILL, "baseline": "middle", "dy": 0.5},
                    "transform": [{"filter": "datum.said !== '' && !datum.thin"}],
                    "encoding": {"x": x["none"], "y": y, "text": {"field": "said"}},
                },
                self.points(y, x["none"], marks),
            ],
            "resolve": {"axis": {"x": "independent"}},
        }

    def stripes(self, y: dict[str, Any]) -> dict[str, Any]:
        """Every other duty on a ground of its own, so that the eye keeps to its row."""
        return {
            "data": {"values": self.labels()},
            "transform": [{"filter": "datum.odd"}],
            "mark": {"type": "rect", "color": STRIPE.light},
            "encoding": {"y": y, "x": {"value": 0}, "x2": {"value": WIDTH}},
        }

    def names(self, y: dict[str, Any]) -> list[dict[str, Any]]:
        several = len(self.accounts) > 1
        # `clip` is said: a chart that zooms cuts off all that stands beside it
        text = {"type": "text", "align": "left", "baseline": "middle", "clip": False}
        data = {"values": self.labels()}
        found = [
            {
                "data": data,
                "mark": text | {"color": INK.light, "fontSize": 11.5, "limit": NAMES},
                "encoding": {
                    "y": y,
                    "x": {"value": -NAMES - (WHO + 20 if several else 10)},
                    "text": {"field": "duty"},
                },
            }
        ]
        if several:
            found.append(
                {
                    "data": data,
                    "mark": text | {"color": QUIET.light, "fontSize": 10.5, "limit": WHO},
                    "encoding": {"y": y, "x": {"value": -WHO - 10}, "text": {"field": "who"}},
                }
            )
        return found

    def points(
        self, y: dict[str, Any], x: dict[str, Any], marks: list[dict[str, Any]]
    ) -> dict[str, Any]:
        return {
            "data": {"values": marks},
            "mark": {"type": "point", "clip": True, "filled": True, "opacity": 1}
            | {"color": INK.light, "stroke": PAPER.light, "strokeWidth": 0.6},
            "encoding": {
                "x": x,
                "y": y,
                "shape": {
                    "field": "mark",
                    "type": "nominal",
                    "scale": {"domain": [BREACH, ENTRY], "range": ["triangle-right", "circle"]},
                    "legend": {"title": None, "orient": "top", "symbolStrokeColor": GRID.light},
                },
                "size": {"field": "size", "type": "quantitative", "scale": None},
                "tooltip": [{"field": "mark"}, {"field": "entries"}],
            },
        }
