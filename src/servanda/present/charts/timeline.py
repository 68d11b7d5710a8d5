"""The timeline: a row for each duty, a bar for each status, marks for breaches and entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from servanda.explain.duty_histories import DutyHistory
from servanda.explain.judged import Judged, iso
from servanda.present.charts.chart import NARROW, WIDTH, Chart, slug
from servanda.present.charts.rows import (
    MOST_ROWS,
    Bar,
    ChartRow,
    account_names,
    chart_rows,
    histories,
    series,
    short_labels,
)
from servanda.present.charts.time_axis import ZOOM, extent, local_time, x_axis
from servanda.vocabulary.colours import GRID, INK, ON_FILL, PAPER, QUIET, STRIPE
from servanda.vocabulary.escaping import visible
from servanda.vocabulary.statuses import BREACH, ORDER, term, word

STEP, NAMES, WHO = 19, 400, 160
TALL, LINE = 30, 13
"""The height of a row on a phone, where names stand above the bars, and of a line of names."""
LETTER = 6.2
"""About how wide a letter in a bar is, in pixels."""
BREACH_MARK, ENTRY_MARK = "a breach begins", "an entry opens it"
MARK_SHAPES = {BREACH_MARK: "triangle-right", ENTRY_MARK: "circle"}
PERIODS = (
    " Periods of a recurring duty share a row: a settled one is drawn until the next of its row"
    " begins."
)
Link = Callable[[DutyHistory, str], str]
"""The address of a duty in an account, for pages that have one."""


def timeline(
    judged: Mapping[str, Judged],
    clauses: Sequence[str] | None = None,
    link: Link | None = None,
    most: int = MOST_ROWS,
    narrow: bool = False,
) -> Chart:
    """Every duty's history by every account given, up to the day they were judged.

    Accounts that agree on a duty share a bar. Duties never in force are left out, and counted in
    the chart's text; so are those past the first `most` rows. `narrow`: for a phone.
    """
    some, accounts = next(iter(judged.values())), list(judged)
    found = histories(judged, clauses)
    groups = series(found)
    shown = [group for group in groups if any(duty.ever_in_play() for duty in group)]
    rows = [row for group in shown for row in chart_rows(group, accounts)]
    cut = whole_duties(rows, most)
    drawing = Drawing(judged, cut, found, link, narrow)
    text = describe(some, len(groups), len(shown), cut, accounts)
    chart = Chart(
        name="timeline" if clauses is None else slug("timeline-" + "-".join(clauses)),
        title=f"{some.agreement.header.name}: the history of each duty",
        text=text + (PERIODS if len(groups) < len(found) else ""),
        spec=drawing.spec(),
        columns=("clause", "duty", "account", "status", "from", "until", "opened by"),
        rows=tuple(drawing.table()),
    )
    return chart.narrow() if narrow else chart


def whole_duties(rows: Sequence[ChartRow], most: int) -> list[ChartRow]:
    """The first rows, no duty cut in two."""
    end = min(most, len(rows))
    while 0 < end < len(rows) and not rows[end].first:
        end -= 1
    return list(rows[:end])


def describe(
    some: Judged, found: int, shown: int, rows: Sequence[ChartRow], accounts: Sequence[str]
) -> str:
    """What is drawn, and what is not, in a paragraph."""
    drawn = sum(row.first for row in rows)
    by = f"the account of {accounts[0]}"
    if len(accounts) > 1:
        by = f"the accounts of {', '.join(accounts)}"
    known = f"as known on {some.known}" if some.known else "with all that the record holds"
    many = "duty or power" if drawn == 1 else "duties and powers"
    text = f"{drawn} {many} in {by}, up to {some.on}, {known}."
    text += f" Days are those of {some.norms.zone}."
    if found > shown:
        text += f" {found - shown} that never were in force are not drawn."
    if shown > drawn:
        text += f" {shown - drawn} more are not drawn: ask for single clauses to see them."
    if len(accounts) > 1:
        text += " Accounts that agree on a duty share its bar; those without one have no such duty."
    return visible(text)


class Drawing:
    """The rows of a timeline as the layers of a chart."""

    def __init__(
        self,
        judged: Mapping[str, Judged],
        rows: Sequence[ChartRow],
        duties: Sequence[DutyHistory],
        link: Link | None,
        narrow: bool,
    ) -> None:
        self.narrow = narrow
        self.width = NARROW if narrow else WIDTH
        self.zone = next(iter(judged.values())).norms.zone
        self.rows = rows
        self.accounts = list(judged)
        self.link = link
        self.first, self.last = extent(judged, [bar.duty for row in rows for bar in row.bars])
        named = {(row.duty.id, row.duty.details): row.duty for row in rows}
        lines = short_labels(list(named.values()))
        self.names = dict(zip(named, lines, strict=True))
        self.of_duty = {
            duty.id: label for duty, label in zip(duties, short_labels(duties), strict=True)
        }

    # -------------------------------------------------------------- data
    def bars(self) -> list[dict[str, Any]]:
        """One for each span that was in force, cut at the ends of the chart."""
        found = []
        for n, row in enumerate(self.rows):
            for bar in row.bars:
                span, status = bar.span, term(bar.span.status, bar.duty.kind)
                from_ = self.first if span.from_ is None else span.from_
                until = self.last if bar.until is None else min(bar.until, self.last)
                if from_ >= until:
                    continue
                drawn = {
                    "row": n,
                    "from": local_time(from_, self.zone),
                    "until": local_time(until, self.zone),
                    "status": status.code,
                    "word": status.word if self.fits(status.word, from_, until) else "",
                    "duty": self.of_duty[bar.duty.id],
                    "account": account_names(row.accounts, self.accounts),
                    "thin": not status.in_play,
                    "opened": visible(", ".join(span.verdict.entries)) or "no entry",
                }
                if self.link is not None:
                    drawn["href"] = self.link(bar.duty, row.accounts[0])
                found.append(drawn)
        return found

    def fits(self, word: str, from_: int, until: int) -> bool:
        wide = (until - from_) / max(1, self.last - self.first) * self.width
        return wide > len(word) * LETTER + 12

    def marks(self) -> list[dict[str, Any]]:
        """Where breaches begin, and where an entry opened a span."""
        found = []
        for n, row in enumerate(self.rows):
            for bar in row.bars:
                span = bar.span
                if span.from_ is None or span.from_ > self.last:
                    continue
                breach = span.status == BREACH
                if breach or span.verdict.entries:
                    found.append(
                        {
                            "row": n,
                            "from": local_time(span.from_, self.zone),
                            "mark": BREACH_MARK if breach else ENTRY_MARK,
                            "size": 55 if breach else 18,
                            "entries": visible(", ".join(span.verdict.entries)) or "no entry",
                        }
                    )
        return found

    def labels(self) -> list[dict[str, Any]]:
        """The name of each row, where it is not that of the row above; `odd`: every other duty."""
        odd, found, before = False, list[dict[str, Any]](), ""
        for n, row in enumerate(self.rows):
            odd ^= row.first
            name = self.names[row.duty.id, row.duty.details]
            again = not row.first and name == before
            before = name
            found.append(
                {
                    "row": n,
                    "duty": "" if again else name,
                    "who": account_names(row.accounts, self.accounts),
                    "odd": odd,
                }
            )
        return found

    def table(self) -> Iterable[tuple[str, ...]]:
        """Every span of every duty drawn, with its own ends."""
        for row in self.rows:
            for bar in row.bars:
                yield self.table_row(row, bar)

    def table_row(self, row: ChartRow, bar: Bar) -> tuple[str, ...]:
        span = bar.span
        return (
            bar.duty.clause,
            self.of_duty[bar.duty.id].partition("  ")[2],
            account_names(row.accounts, self.accounts),
            word(span.status, bar.duty.kind, span.verdict.outcome),
            (iso(span.from_, self.zone) or "ever")[:10],
            (iso(span.until, self.zone) or "still so")[:10],
            ", ".join(span.verdict.entries),
        )

    # -------------------------------------------------------------- the picture
    @property
    def step(self) -> int:
        """The height of a row."""
        if not self.narrow:
            return STEP
        return TALL + LINE * (len(self.accounts) > 1)

    @property
    def lower(self) -> float:
        """How far below the middle of its row a bar is drawn: the names stand above it."""
        return (self.step - STEP) / 2 if self.narrow else 0

    def spec(self) -> dict[str, Any]:
        y = {"field": "row", "type": "ordinal", "axis": None, "scale": {"padding": 0}}
        bars, marks = self.bars(), self.marks()
        domain = [local_time(self.first, self.zone), local_time(self.last, self.zone)]
        x = x_axis(*domain, orient="top", grid=True)
        lower = x | {"axis": {**x["axis"], "orient": "bottom", "grid": False}}
        x = {"top": x, "bottom": lower, "none": x | {"axis": None}}
        present = {bar["status"] for bar in bars}
        used = [status for status in ORDER if status in present]
        colour = {
            "field": "status",
            "type": "nominal",
            "scale": {"domain": used, "range": [term(s).fill.light for s in used]},
            "legend": {"title": None, "orient": "top", "columns": 9, "symbolType": "square"},
        }
        bar = {"x": x["top"], "x2": {"field": "until"}, "y": y, "color": colour}
        fields = ("duty", "account", "status")
        opened = {"field": "opened", "title": "opened by"}
        bar["tooltip"] = [*({"field": field} for field in fields), opened]
        if self.link is not None:
            bar["href"] = {"field": "href"}
        return {
            "width": self.width,
            "height": {"step": self.step},
            "data": {"values": bars},
            "layer": [
                self.stripes(y),
                *(self.names_above(y) if self.narrow else self.names_beside(y)),
                {
                    "mark": {
                        "type": "bar",
                        "clip": True,
                        "height": 0.72 * STEP,
                        "yOffset": self.lower,
                    },
                    "transform": [{"filter": "!datum.thin"}],
                    "params": ZOOM,
                    "encoding": bar,
                },
                {
                    "mark": {
                        "type": "bar",
                        "clip": True,
                        "height": 0.2 * STEP,
                        "yOffset": self.lower,
                    },
                    "transform": [{"filter": "datum.thin"}],
                    "encoding": bar | {"x": x["bottom"]},
                },
                {
                    "mark": {"type": "text", "clip": True, "align": "left", "dx": 7}
                    | {
                        "fontSize": 10.5,
                        "color": ON_FILL,
                        "baseline": "middle",
                        "dy": 0.5 + self.lower,
                    },
                    "transform": [{"filter": "datum.word !== '' && !datum.thin"}],
                    "encoding": {"x": x["none"], "y": y, "text": {"field": "word"}},
                },
                self.points(y, x["none"], marks),
            ],
            "resolve": {"axis": {"x": "independent"}},
        }

    def stripes(self, y: dict[str, Any]) -> dict[str, Any]:
        """A background under every other duty, to guide the eye along its row."""
        return {
            "data": {"values": self.labels()},
            "transform": [{"filter": "datum.odd"}],
            "mark": {"type": "rect", "color": STRIPE.light},
            "encoding": {"y": y, "x": {"value": 0}, "x2": {"value": self.width}},
        }

    def names_beside(self, y: dict[str, Any]) -> list[dict[str, Any]]:
        several = len(self.accounts) > 1
        # explicit `clip`: a chart that zooms would cut off the names beside it
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

    def names_above(self, y: dict[str, Any]) -> list[dict[str, Any]]:
        """For a phone: the duty on a line above its bar, and whose accounts on the next line."""
        text = {"type": "text", "align": "left", "baseline": "middle", "limit": self.width}
        lines = [("duty", INK, 11.5)]
        if len(self.accounts) > 1:
            lines.append(("who", QUIET, 10.5))
        top = (LINE - self.step) / 2
        return [
            {
                "data": {"values": self.labels()},
                "mark": text
                | {"color": colour.light, "fontSize": size, "dy": top + n * LINE}
                | {"clip": False},
                "encoding": {"y": y, "x": {"value": 2}, "text": {"field": field}},
            }
            for n, (field, colour, size) in enumerate(lines)
        ]

    def points(
        self, y: dict[str, Any], x: dict[str, Any], marks: list[dict[str, Any]]
    ) -> dict[str, Any]:
        return {
            "data": {"values": marks},
            "mark": {"type": "point", "clip": True, "filled": True, "opacity": 1}
            | {"yOffset": self.lower}
            | {"color": INK.light, "stroke": PAPER.light, "strokeWidth": 0.6},
            "encoding": {
                "x": x,
                "y": y,
                "shape": {
                    "field": "mark",
                    "type": "nominal",
                    "scale": {"domain": list(MARK_SHAPES), "range": list(MARK_SHAPES.values())},
                    "legend": {"title": None, "orient": "top", "symbolStrokeColor": GRID.light},
                },
                "size": {"field": "size", "type": "quantitative", "scale": None},
                "tooltip": [{"field": "mark"}, {"field": "entries"}],
            },
        }
