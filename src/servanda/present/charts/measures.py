"""Measures over time: their values by account, their readings by grade, their limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from servanda.explain.judged import Judged
from servanda.explain.table_entries import readings_spelled_out
from servanda.explain.wording import at, bounds, joined
from servanda.judge.measure_levels import Level
from servanda.present.charts.chart import NARROW, WIDTH, Chart, slug
from servanda.present.charts.readings import (
    Limit,
    Point,
    Subject,
    accounts_by_levels,
    in_words,
    limits,
    measure_of,
    points,
    subjects,
)
from servanda.present.charts.rows import account_names
from servanda.present.charts.time_axis import ZOOM, local_time, x_axis
from servanda.vocabulary.colours import INK, LIMIT, PAPER, QUIET, VALUE, VALUE_2, VALUE_3
from servanda.vocabulary.escaping import readable, visible

HEIGHT = 240
AXIS = 30
"""Pixels that the numbers of the axis take of a phone's width."""
GRADES = {
    "verified": "circle",
    "estimated": "diamond",
    "declared": "square",
    "alleged": "cross",
    "no grade said": "triangle-up",
}
QUANTITY = {"type": "quantitative"}
LINES = (VALUE, VALUE_2, VALUE_3)


def measures(
    judged: Mapping[str, Judged],
    measure: str | None = None,
    clause: str | None = None,
    least: int = 1,
    narrow: bool = False,
) -> list[Chart]:
    """A chart for each measure that the record reads and its subject; one measure's if named.

    `clause`: only measures that a duty of the clause limits. `least`: how many readings one needs
    that no duty limits. `narrow`: for a phone. Readings of tables are drawn up to
    `table_entries.FEW_ROWS` rows of a table.
    """
    judged = {name: readings_spelled_out(one) for name, one in judged.items()}
    found = []
    some = next(iter(judged.values()))
    for subject in subjects(some.agreement, some.record):
        if measure is not None and subject[0] != measure:
            continue
        by_account = {name: limits(one, subject) for name, one in judged.items()}
        every = [limit for found_ in by_account.values() for limit in found_]
        if clause is not None and not any(limit.clause == clause for limit in every):
            continue
        panel = Panel(judged, subject, by_account, narrow)
        if panel.limits or len(panel.points) >= least:
            found.append(panel.chart().narrow() if narrow else panel.chart())
    return found


class Panel:
    """One measure of one subject."""

    def __init__(
        self,
        judged: Mapping[str, Judged],
        subject: Subject,
        found: Mapping[str, list[Limit]],
        narrow: bool,
    ) -> None:
        self.narrow = narrow
        self.width = NARROW - AXIS if narrow else WIDTH
        self.judged = judged
        self.subject = subject
        self.some = next(iter(judged.values()))
        self.zone = self.some.norms.zone
        self.unit = measure_of(self.some, subject[0]).unit
        self.accounts = list(judged)
        self.lines = list(accounts_by_levels(judged, subject))
        self.points = self.every_point()
        self.limits = self.every_limit(found)
        self.first, self.last = self.extent()
        self.bottom, self.top = self.heights()

    # -------------------------------------------------------------- what there is
    def every_point(self) -> dict[str, tuple[Point, list[str]]]:
        """Each reading once, with the accounts that have it."""
        found: dict[str, tuple[Point, list[str]]] = {}
        for name, one in self.judged.items():
            for p in points(one, self.subject):
                found.setdefault(p.entry, (p, []))[1].append(name)
        return found

    def every_limit(self, by_account: Mapping[str, list[Limit]]) -> dict[Limit, list[str]]:
        found: dict[Limit, list[str]] = {}
        for name, some in by_account.items():
            for limit in some:
                found.setdefault(limit, []).append(name)
        return found

    def extent(self) -> tuple[int, int]:
        last = self.some.facts.now
        edges = [p.lo for p, _ in self.points.values()]
        edges += [limit.from_ for limit in self.limits if limit.from_ is not None]
        first = min(edges, default=last)
        return first - (last - first) // 50 - 64, last

    def heights(self) -> tuple[float, float]:
        """The range of values: from zero, unless that would flatten the line."""
        values = [v for p, _ in self.points.values() for v in (p.low, p.high) if v is not None]
        values += [limit.value for limit in self.limits]
        low, high = float(min(values, default=0)), float(max(values, default=1))
        bottom = 0.0 if low >= 0 and low < high * 0.8 else low - (high - low or abs(low) or 1) * 0.2
        top = high + (high - bottom or 1) * 0.08
        return bottom, top

    # -------------------------------------------------------------- the chart
    def chart(self) -> Chart:
        measure, of = self.subject
        name = readable(measure) + (f" of {of}" if of else "")
        unit = f", in {self.unit}" if self.unit else ""
        return Chart(
            name=slug(f"measure-{measure}-{of or ''}"),
            title=visible(f"{name[:1].upper()}{name[1:]}{unit}"),
            text=visible(self.describe()),
            spec=self.spec(),
            columns=("day", "reading", "grade", "by", "entry", "sources", "accounts"),
            rows=tuple(self.table()),
        )

    def describe(self) -> str:
        many = {0: "no readings", 1: "1 reading"}.get(
            len(self.points), f"{len(self.points):,} readings"
        )
        text = f"{many} up to {self.some.on}"
        text += f", {limits_in_words(self.limits, self.unit, self.accounts)}."
        if any(levels for _, levels in self.lines):
            text += (
                " The line is what counts as current, and breaks where the last reading is stale or"
            )
            text += " there is none. Pale bands and small triangles: only bounds are known."
        if any(limit.interrupted for limit in self.limits):
            text += " A limit is dashed while an account has its duty suspended or excused."
        if len(self.lines) > 1:
            text += " Accounts that trust other sources have lines of their own."
        return text

    def table(self) -> Iterator[tuple[str, ...]]:
        for p, names in sorted(self.points.values(), key=lambda found: found[0].lo):
            yield (
                at(p.lo, self.zone)[:10],
                bounds(p.low, p.high, self.unit),
                p.grade,
                p.by or "",
                p.entry,
                ", ".join(p.sources),
                account_names(names, self.accounts),
            )

    def spec(self) -> dict[str, Any]:
        domain = [local_time(self.first, self.zone), local_time(self.last, self.zone)]
        x = x_axis(*domain, grid=False)
        y = {
            "type": "quantitative",
            "scale": {"domain": [self.bottom, self.top], "nice": False, "zero": False},
            "axis": {"title": self.unit, "grid": True, "tickCount": 6},
        }
        return {
            "width": self.width,
            "height": HEIGHT,
            "data": {"values": []},
            "layer": [*self.drawn(x, y), *self.marks(x, y), *self.lines_of_limits(x, y)],
            "resolve": {"scale": {"color": "independent"}},
        }

    # -------------------------------------------------------------- layers
    def drawn(self, x: dict[str, Any], y: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The lines and bands of what counts as current."""
        names = [account_names(names, self.accounts) for names, levels in self.lines if levels]
        colour: dict[str, Any] = {
            "field": "account",
            "type": "nominal",
            "scale": {"domain": names, "range": [c.light for c in LINES[: len(names)]]},
            "legend": None,
        }
        legend = {"title": "By:", "orient": "top", "titleOrient": "left", "symbolType": "stroke"}
        spans = [
            row
            for n, (accounts, levels) in enumerate(self.lines)
            for row in self.spans(accounts, levels, 2 + 2 * (len(self.lines) - n - 1))
        ]
        base = {"x": x, "x2": {"field": "until"}}
        yield {
            "data": {"values": [r for r in spans if r["low"] != r["high"]]},
            "mark": {"type": "rect", "opacity": 0.22, "clip": True},
            "params": ZOOM,
            "encoding": base
            | {"y": y | {"field": "low"}, "y2": {"field": "high"}, "color": colour},
        }
        yield {
            "data": {"values": [r for r in spans if r["low"] == r["high"]]},
            "mark": {"type": "rule", "clip": True},
            "encoding": base
            | {"y": y | {"field": "low"}, "size": {"field": "wide", "scale": None, **QUANTITY}}
            | {"color": colour | ({"legend": legend} if len(names) > 1 else {})},
        }
        yield {
            "data": {"values": list(risers(spans))},
            "mark": {"type": "rule", "strokeWidth": 1, "clip": True, "opacity": 0.7},
            "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}
            | {"color": colour},
        }

    def spans(
        self, names: Iterable[str], levels: Iterable[Level], wide: int
    ) -> Iterator[dict[str, Any]]:
        """The spans of one line; where lines coincide, the wider one shows below."""
        for level in levels:
            yield {
                "account": account_names(list(names), self.accounts),
                "wide": wide,
                "from": local_time(level.from_, self.zone),
                "until": local_time(level.until, self.zone),
                "low": self.bottom if level.low is None else rounded(level.low),
                "high": self.top if level.high is None else rounded(level.high),
            }

    def marks(self, x: dict[str, Any], y: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The readings: shape by grade; a spread is a bar, a bound an arrow."""
        rows = [self.mark(p, names) for p, names in self.points.values()]
        rows = [row for row in rows if row["at"] is not None]
        used = [grade for grade in GRADES if any(row["grade"] == grade for row in rows)]
        yield {
            "data": {"values": [row for row in rows if row["bound"] == "spread"]},
            "mark": {"type": "rule", "strokeWidth": 2, "color": INK.light, "clip": True},
            "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
        }
        shape = {
            "field": "grade",
            "type": "nominal",
            "scale": {"domain": used, "range": [GRADES[grade] for grade in used]},
            "legend": {"title": "Reading:", "orient": "top", "titleOrient": "left"},
        }
        tips = [{"field": f} for f in ("day", "reading", "grade", "by", "entry", "accounts")]
        yield {
            "data": {"values": rows},
            "mark": {"type": "point", "filled": True, "size": 42, "opacity": 1, "clip": True}
            | {"color": INK.light, "stroke": PAPER.light, "strokeWidth": 0.7},
            "encoding": {"x": x, "y": y | {"field": "at"}, "shape": shape, "tooltip": tips},
        }
        arrow = {"type": "point", "filled": True, "size": 30, "opacity": 1, "clip": True}
        for bound, way, dy in (
            ("at most", "triangle-down", 8),
            ("at least", "triangle-up", -8),
        ):
            yield {
                "data": {"values": [row for row in rows if row["bound"] == bound]},
                "mark": arrow | {"shape": way, "yOffset": dy, "color": QUIET.light},
                "encoding": {"x": x, "y": y | {"field": "at"}},
            }

    def mark(self, p: Point, names: list[str]) -> dict[str, Any]:
        bound = "value"
        if p.low is None or p.high is None:
            bound = "at most" if p.low is None else "at least"
        elif p.low != p.high:
            bound = "spread"
        middle = [v for v in (p.low, p.high) if v is not None]
        return {
            "from": local_time(p.lo, self.zone),
            "day": at(p.lo, self.zone)[:10],
            "at": rounded(sum(middle, Decimal(0)) / len(middle)) if middle else None,
            "low": None if p.low is None else rounded(p.low),
            "high": None if p.high is None else rounded(p.high),
            "bound": bound,
            "reading": bounds(p.low, p.high, self.unit),
            "grade": p.grade,
            "by": visible(p.by or ""),
            "entry": visible(p.entry),
            "accounts": account_names(names, self.accounts),
        }

    def lines_of_limits(self, x: dict[str, Any], y: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Each limit over the time its duty is in force; dashed while suspended or excused."""
        rows = []
        for limit, names in self.limits.items():
            from_ = self.first if limit.from_ is None else max(limit.from_, self.first)
            until = self.last if limit.until is None else min(limit.until, self.last)
            if from_ >= until:
                continue
            whose = account_names(names, self.accounts)
            by = "" if len(names) == len(self.accounts) else f", by {whose}"
            rows.append(
                {
                    "from": local_time(from_, self.zone),
                    "until": local_time(until, self.zone),
                    "limit": rounded(limit.value),
                    "interrupted": limit.interrupted,
                    "says": f"clause {limit.clause}: {in_words(limit, self.unit)}{by}",
                }
            )
        height = y | {"field": "limit"}
        for interrupted, dash in ((True, [3, 3]), (False, [1, 0])):
            yield {
                "data": {"values": [row for row in rows if row["interrupted"] is interrupted]},
                "mark": {"type": "rule", "strokeWidth": 2, "strokeDash": dash, "clip": True}
                | {"color": LIMIT.light},
                "encoding": {"x": x, "x2": {"field": "until"}, "y": height}
                | {"tooltip": [{"field": "says"}]},
            }
        beside = {"align": "left", "limit": 330}
        if self.narrow:  # above its line
            beside = {"align": "right", "limit": self.width, "dy": -8}
        yield {
            "data": {"values": list(self.names_of_limits(rows))},
            "mark": {"type": "text", "baseline": "middle", "fontSize": 11}
            | {"color": LIMIT.light, "clip": False, **beside},
            "encoding": {
                "x": {"value": self.width + (0 if self.narrow else 8)},
                "y": height | {"field": "place"},
            }
            | {"text": {"field": "says"}},
        }

    def names_of_limits(self, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """One name for each height, beside the plot, moved apart where two would touch."""
        least = (self.top - self.bottom) * 15 / HEIGHT
        place: float | None = None
        names: dict[tuple[float, str], None] = {}
        for row in sorted(rows, key=lambda r: r["limit"]):
            names.setdefault((row["limit"], row["says"].partition(", by")[0]))
        for limit, says in names:
            place = limit if place is None else max(limit, place + least)
            yield {"place": place, "limit": limit, "says": visible(says), "from": None}


def risers(spans: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The steps from one value to the next, where the line does not break between them."""
    for one, other in pairwise(spans):
        touch = one["until"] == other["from"] and one["account"] == other["account"]
        if touch and one["low"] == one["high"] and other["low"] == other["high"] != one["high"]:
            yield other | {"low": one["low"], "high": other["high"]}


def rounded(value: Decimal) -> float:
    """A number for drawing: a strict bound's last decimal is not drawn."""
    return float(round(value, 6))


def limits_in_words(found: Mapping[Limit, list[str]], unit: str | None, every: list[str]) -> str:
    """The limits in words, and whose they are where not everybody's."""
    held_by: dict[str, set[str]] = {}
    for limit, names in found.items():
        held_by.setdefault(f"{in_words(limit, unit)} (clause {limit.clause})", set()).update(names)
    if not held_by:
        return "no duty limits it"
    parts = []
    for words, held in held_by.items():
        whose = "" if len(held) == len(every) else f", in the account of {joined(sorted(held))}"
        parts.append(words + whose)
    return f"limit {'; '.join(parts)}"
