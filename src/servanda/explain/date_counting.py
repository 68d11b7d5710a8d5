"""How a date was counted, in words: `30 days counted from the day after 2025-08-28, …`."""

from __future__ import annotations

from datetime import timedelta

from servanda.explain.judged import iso
from servanda.explain.wording import at, joined
from servanda.judge.derivation import Bound, Moment
from servanda.judge.instance_windows import InstanceWindows
from servanda.judge.verdict import Verdict
from servanda.semantics.clock import day_start, local_day, micros_of
from servanda.semantics.norms import (
    AtMatch,
    AtTime,
    AtVar,
    DayEdge,
    Derived,
    First,
    Point,
    Rule,
    Shifted,
)
from servanda.syntax.printer.values import duration
from servanda.syntax.tree import Duration

DAY = 86_400_000_000
EXACT = ("second", "minute", "hour")


class Counted:
    """Tells the counts of one judgement's windows."""

    def __init__(self, windows: InstanceWindows) -> None:
        self.windows = windows
        self.zone = windows.norms.zone

    def day(self, micros: int) -> str:
        """A day where it is the first instant of one, else an instant."""
        return at(micros * 64, self.zone)

    def instant(self, micros: int) -> str:
        return str(iso(micros * 64, self.zone))

    def end(self, micros: int) -> str:
        """`ends with 2025-09-27, that is at 2025-09-28T00:00:00Z`."""
        day = local_day(micros, self.zone)
        if day_start(day, self.zone) != micros:
            return f"ends at {self.instant(micros)}"
        return f"ends with {day - timedelta(days=1)}, that is at {self.instant(micros)}"

    # -------------------------------------------------------------- counts
    def days(self, counted: Duration, opens: Moment, ends: int) -> str:
        """A deadline `within D`: the whole last day belongs to it."""
        assert opens.lo is not None
        said = duration(counted)
        if counted.unit in EXACT:
            return f"{said} after {self.instant(opens.lo)}: it {self.end(ends)}"
        first = local_day(opens.lo, self.zone)
        trigger_counts = self.windows.counting.count_trigger_day and counted.calendar is None
        whence = (
            f"{first} on, that day being the first" if trigger_counts else f"the day after {first}"
        )
        return f"{said} counted from {whence}, so it {self.end(ends)}"

    def closing(self, closing: Bound, verdict: Verdict, opens: Moment | None) -> str:
        ends = closing.at.lo
        assert ends is not None
        if closing.within is not None and opens is not None:
            return self.days(closing.within, opens, ends)
        if closing.term is not None and opens is not None and opens.lo is not None:
            said = f"for {duration(closing.term)} from {self.day(opens.lo)}"
            return f"{said}, the anniversary outside: it {self.end(ends)}"
        assert closing.point is not None
        return f"until {self.point(closing.point, verdict)}: it {self.end(ends)}"

    def opening(self, point: Point | None, verdict: Verdict, opens: Moment) -> str:
        assert opens.lo is not None
        if point is None:
            return f"it begins at {self.instant(opens.lo)}"
        return f"from {self.point(point, verdict)}: it begins at {self.instant(opens.lo)}"

    def period(self, rule: Rule, verdict: Verdict, closes: Moment) -> str:
        assert closes.lo is not None
        label = dict(verdict.instance).get("period")
        window = rule.window
        if window.within is None:
            return f"the period {label} of every {window.every}: it {self.end(closes.lo)}"
        edge = window.edge or "start"
        said = f"within {duration(window.within)} of the {edge} of {label}"
        return f"{said}, every {window.every}: it {self.end(closes.lo)}"

    def silence(self, silent: int, read: int, stale: int) -> str:
        """`120 days without another reading after 2025-06-13`; completeness may put it off."""
        days = f"{silent // DAY} days" if silent % DAY == 0 else f"{silent // 3_600_000_000} hours"
        said = f"{days} of 24 hours without another reading after {self.day(micros_of(read))}"
        if stale > read + silent * 64 + 64:
            said += ", put off to the end of a declared completeness"
        return f"{said}: from {self.instant(micros_of(stale))} on it no longer counts"

    def derived(self, derived: Derived, trigger: int, risen: int) -> str:
        begun = micros_of(trigger)
        said = duration(derived.delay)
        if derived.end_of_day:
            first = local_day(begun, self.zone)
            counts = self.windows.counting.count_trigger_day and derived.delay.calendar is None
            whence = f"{first} on" if counts else f"the day after {first}"
            last = local_day(micros_of(risen), self.zone) - timedelta(days=1)
            said = f"the end of {said} counted from {whence}, the last being {last}"
        else:
            said = f"{said} after {self.day(begun)}"
        unless = f", unless {derived.unless.name} comes first" if derived.unless else ""
        return f"{said}: it arises at {self.instant(micros_of(risen))}{unless}"

    # -------------------------------------------------------------- points
    def point(self, point: Point, verdict: Verdict) -> str:
        """A point in time as its text has it, each part with its day."""
        match point:
            case AtTime(micros):
                return self.day(micros)
            case AtVar(name):
                return self.known(name, point, verdict)
            case AtMatch(match):
                return self.known(match.name, point, verdict)
            case Shifted(inner, sign, by):
                whole = self.known("", point, verdict)
                op = "+" if sign > 0 else "-"
                return f"{self.point(inner, verdict)} {op} {duration(by)}{whole}"
            case First(points, latest):
                which = "the later of" if latest else "the earlier of"
                return f"{which} {joined((self.point(p, verdict) for p in points), 'and')}"
            case DayEdge(inner, end):
                return f"the {'end' if end else 'start'} of {self.point(inner, verdict)}"

    def known(self, name: str, point: Point, verdict: Verdict) -> str:
        """`implementation_day (2016-01-16)`, or that it has not happened."""
        moment = self.windows.moment(point, verdict).lo
        said = "not yet" if moment is None else self.day(moment)
        return f"{name} ({said})" if name else f" ({said})"
