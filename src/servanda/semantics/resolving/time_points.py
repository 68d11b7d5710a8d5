"""Resolves points in time and windows: named days inlined, dates and instants exact."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal as OneOf
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from servanda.semantics import norms
from servanda.semantics.clock import day_start, to_micros, with_offset
from servanda.semantics.resolving.conditions import Conditions
from servanda.semantics.resolving.scope import Context, Scope, pick
from servanda.syntax import tree
from servanda.syntax.instants import read_instant
from servanda.syntax.tree import Place

Closing = OneOf["at", "day"]
EXACT = frozenset({"second", "minute", "hour"})
NEVER = norms.AtTime(0, False)


class TimePoints(Conditions):
    """Resolves points and windows within a scope."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._named: dict[str, norms.Point] = {}
        self._naming: list[str] = []

    # -------------------------------------------------------------- points
    def point(self, point: tree.Point, scope: Scope) -> norms.Point:
        """A point, resolved: its events found, its named days inlined."""
        match point:
            case tree.AtDate():
                return norms.AtTime(self.start_of(point.date, scope.place), True)
            case tree.AtInstant():
                return norms.AtTime(self.instant(point.text, point.zone, scope.place), False)
            case tree.AtEvent():
                return self._at_event(point.pattern, scope)
            case tree.Shift():
                self.context.check_duration(point.duration, scope.place)
                inner = self.point(point.point, scope)
                return norms.Shifted(inner, point.sign, point.duration)
            case tree.Earlier():
                return norms.First(tuple(self.point(p, scope) for p in point.points), False)
            case tree.Later():
                return norms.First(tuple(self.point(p, scope) for p in point.points), True)
            case tree.Edge():
                return norms.DayEdge(self.point(point.point, scope), point.edge == "end")

    def start_of(self, day: date, place: Place) -> int:
        """The first instant of a day of the agreement's zone, in microseconds."""
        try:
            return day_start(day, self.context.zone)
        except (OverflowError, ValueError):
            self.problems.add(
                "E142", place, f"{day} is out of range", "write a year from 1700 to 2200"
            )
            return 0

    def instant(self, text: str, zone: str | None, place: Place) -> int:
        """An instant as written, in microseconds; without an offset it is local time."""
        try:
            moment = read_instant(text)
            if moment.tzinfo is None:
                return self._local(moment, zone or self.context.zone, place)
            return to_micros(moment.astimezone(UTC))
        except (ValueError, OverflowError):
            self.problems.add(
                "E141", place, f"`{text}` is no instant", "write it as 2018-11-05T05:00Z"
            )
        except (ZoneInfoNotFoundError, OSError):
            self.problems.add(
                "E143",
                place,
                f"unknown zone `{zone}`",
                "zones are named as in `UTC` or `Europe/Vienna`",
            )
        return 0

    def _local(self, moment: datetime, zone: str, place: Place) -> int:
        here = ZoneInfo(zone)
        first, second = (moment.replace(tzinfo=here, fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            skipped = first.astimezone(UTC).astimezone(here).replace(tzinfo=None) != moment
            what = "does not exist" if skipped else "happens twice"
            self.problems.add(
                "E146",
                place,
                f"{moment.isoformat()} {what} in {zone}: the clocks change then",
                f"write it with its offset from UTC, as in {with_offset(first)}",
            )
        return to_micros(first.astimezone(UTC))

    def _at_event(self, pattern: tree.Pattern, scope: Scope) -> norms.Point:
        place = pick(pattern.place, scope.place)
        name = pattern.name
        if name in self.names.moments:
            if pattern.args:
                message = f"`{name}` is a moment: it takes no arguments"
                self.problems.add("E310", place, message, f"write `{name}`")
            return self.named(name)
        bound = scope.look_up(name)
        if bound is not None:
            if bound.type in ("date", None) and isinstance(bound.expr, norms.Var):
                return norms.AtVar(bound.expr.name)
            self.problems.add(
                "E220",
                place,
                f"`{name}` is a {bound.type}: a window is bounded by a date or an event",
                f"declare the parameter a date (`{name}: date`), or name an event: `by due(id)`",
            )
            return NEVER
        what = self.names.what_is(name)
        if what is not None and what != "an event":
            self.problems.add(
                "E220",
                place,
                f"`{name}` is {what}: it does not happen at one moment",
                "a window is bounded by dates, events and named days; use `while` for a condition",
            )
            return NEVER
        if what is None:
            near = self.names.suggest(name, self.names.events, self.names.moments)
            help_ = near or f"declare it: `event {name}` or `day {name} = …`"
            message = f"unknown event or day `{name}`"
            self.problems.add_unknown("E201", place, f"event:{name}", message, help_)
            return NEVER
        return norms.AtMatch(self.event_match(pattern, scope))

    def named(self, name: str) -> norms.Point:
        """The point behind a named day or instant."""
        self.context.used.add(name)
        if name in self._naming:
            self.context.circles.add((*self._naming[self._naming.index(name) :], name))
            return NEVER
        if name not in self._named:
            moment = self.names.moments[name]
            self._naming.append(name)
            point = self.point(moment.point, Scope(moment.place))
            self._naming.pop()
            if moment.kind == "day" and not is_day(point):
                point = norms.DayEdge(point, False)
            self._named[name] = point
        return self._named[name]

    # -------------------------------------------------------------- windows
    def window(
        self, window: tree.Window, scope: Scope, opened_by_trigger: bool
    ) -> norms.DutyWindow:
        """When a rule runs. `within D after P` opens at P unless `from` says otherwise; what
        counts from an opening that nobody said counts from the entry into force."""
        opens = None if window.from_ is None else self.point(window.from_, scope)
        closes: list[tuple[norms.Point, Closing]] = []
        within = window.within
        for duration in (within, window.term):
            if duration is not None:
                self.context.check_duration(duration, scope.place)
        if window.until is not None:
            closes.append((self.point(window.until, scope), "at"))
        if window.by is not None:
            by = self.point(window.by, scope)
            closes.append((by, "day" if has_day(by) else "at"))
        if window.before is not None:
            closes.append((self.point(window.before, scope), "at"))
        if window.after is not None and within is not None:
            after = self.point(window.after, scope)
            if opens is None:
                opens = after
            else:
                closing: Closing = "at" if within.unit in EXACT else "day"
                closes.append((norms.Shifted(after, 1, within), closing))
                within = None
        force = self.context.agreement.header.force_from
        if opens is None and not opened_by_trigger and force is not None:
            opens = self.point(force, Scope(scope.place))
        return norms.DutyWindow(
            opens, tuple(closes), within, window.term, window.every, window.edge, window.in_period
        )


def is_day(point: norms.Point) -> bool:
    """Whether a point is the start of a local day however it comes out."""
    match point:
        case norms.AtTime():
            return point.is_date
        case norms.AtMatch():
            return False
        case norms.Shifted():
            return point.duration.unit not in EXACT
        case norms.First():
            return all(is_day(p) for p in point.points)
        case norms.DayEdge() | norms.AtVar():
            return True


def has_day(point: norms.Point) -> bool:
    """Whether `by` this point means its whole day: for all but exact instants."""
    match point:
        case norms.AtTime():
            return point.is_date
        case norms.Shifted():
            return point.duration.unit not in EXACT
        case norms.First():
            return all(has_day(p) for p in point.points)
        case norms.DayEdge():
            return not point.end
        case norms.AtMatch() | norms.AtVar():
            return True
