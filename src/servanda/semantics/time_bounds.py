"""Bounds of points and windows that hold for every record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from servanda.semantics import norms
from servanda.semantics.clock import LENGTHS, AmbiguousMonthEnd, Counting
from servanda.syntax.tree import Duration

# Shortest and longest length of a unit in days.
DAYS: dict[str, tuple[float, float]] = {
    "day": (1, 1),
    "week": (7, 7),
    "month": (28, 31),
    "year": (365, 366),
}


class ConstantBounds(NamedTuple):
    """The constant bounds of a window, as far as they are known; None: not known, or none."""

    opens: int | None
    closes: int | None


class WindowBounds:
    """Works out constant points by the counting rules of the norms."""

    def __init__(self, norms: norms.Norms) -> None:
        self.counting = Counting(
            norms.zone, norms.clipped, norms.count_trigger_day, norms.calendars
        )

    def constant(self, point: norms.Point | None) -> int | None:
        """The microseconds of a point that no record changes, or None.

        Raises AmbiguousMonthEnd where no month-end rule is declared and one is needed.
        """
        match point:
            case norms.AtTime():
                return point.micros
            case norms.Shifted():
                inner = self.constant(point.point)
                if inner is None or point.duration.calendar is not None:
                    return None
                return self._shift(inner, point.duration, point.sign)
            case norms.DayEdge():
                inner = self.constant(point.point)
                if inner is None:
                    return None
                return self.counting.day_end(inner) if point.end else self.counting.day_begin(inner)
            case norms.First():
                found = [self.constant(p) for p in point.points]
                known = [value for value in found if value is not None]
                if len(known) != len(found) or not known:
                    return None
                return max(known) if point.latest else min(known)
            case _:
                return None

    def _shift(self, micros: int, duration: Duration, sign: int) -> int | None:
        try:
            return self.counting.shift(micros, duration, sign)
        except AmbiguousMonthEnd:
            raise
        except (OverflowError, ValueError):
            return None

    def opening(self, window: norms.DutyWindow) -> int | None:
        """Tick at which a standing window opens, if constant."""
        return self.constant(window.opens)

    def closings(self, window: norms.DutyWindow) -> list[int]:
        """The constant instants at which a window closes, whatever it opens by."""
        found = []
        for point, how in window.closes:
            value = self.constant(point)
            if value is not None:
                found.append(self.counting.day_end(value) if how == "day" else value)
        opens = self.constant(window.opens)
        if opens is not None and window.every is None:
            for duration, ends in ((window.within, False), (window.term, True)):
                if duration is not None and duration.calendar is None:
                    value = self._bound(opens, duration, ends)
                    if value is not None:
                        found.append(value)
        return found

    def _bound(self, opens: int, duration: Duration, term: bool) -> int | None:
        try:
            if term:
                return self.counting.term_end(opens, duration)
            return self.counting.deadline(opens, duration)
        except AmbiguousMonthEnd:
            raise
        except (OverflowError, ValueError):
            return None

    def span(self, rule: norms.Rule) -> ConstantBounds:
        """The constant bounds of a rule's window."""
        closes = self.closings(rule.window)
        return ConstantBounds(self.opening(rule.window), min(closes, default=None))

    def never_together(self, one: norms.Rule, other: norms.Rule) -> bool:
        """Whether the windows of two rules provably have no instant in common."""
        try:
            here, there = self.span(one), self.span(other)
        except AmbiguousMonthEnd:
            return False
        for first, second in ((here, there), (there, here)):
            known = first.closes is not None and second.opens is not None
            if known and (first.closes or 0) <= (second.opens or 0):
                return True
        return any(
            _meets(first.window, second.window) or _ends_at_trigger(first, second)
            for first, second in ((one, other), (other, one))
        )

    def reaches_beyond(self, one: norms.Rule, other: norms.Rule) -> bool:
        """Whether the first window provably has an instant that the second has not."""
        try:
            here, there = self.span(one), self.span(other)
        except AmbiguousMonthEnd:
            return False
        if there.closes is not None:
            bounded = one.window.closes or one.window.within or one.window.term
            if not bounded and one.window.every is None:
                return True
            if here.closes is not None and here.closes > there.closes:
                return True
        if there.opens is None or one.trigger is not None:
            return False
        if one.window.opens is None and one.window.every is None:
            return True
        return here.opens is not None and here.opens < there.opens


def _meets(one: norms.DutyWindow, other: norms.DutyWindow) -> bool:
    """Whether one window closes, at the latest, at a point where the other has not opened yet."""
    if other.opens is None:
        return False
    base, offset = distance(other.opens)
    for point, how in one.closes:
        if how != "at":
            continue
        if point == other.opens:
            return True
        beside, shift = distance(point)
        if beside == base and offset is not None and shift is not None and shift <= offset:
            return True
    return False


def _ends_at_trigger(one: norms.Rule, other: norms.Rule) -> bool:
    """Whether each occurrence that makes an instance of `other` surely has closed `one`'s window.

    An instance never opens before its trigger, and a standing window closes at a first occurrence.
    """
    trigger = other.trigger
    if one.trigger is not None or one.window.every is not None:
        return False
    if trigger is None or trigger.match is None:
        return False
    ends = [end for point, how in one.window.closes if how == "at" for end in _earliest(point)]
    return any(
        _is_among(match, end) for match in (trigger.match, *trigger.following) for end in ends
    )


def _earliest(point: norms.Point) -> Iterable[norms.Match]:
    """The events at the first of which a point lies, or before them."""
    if isinstance(point, norms.AtMatch):
        yield point.match
    elif isinstance(point, norms.First) and not point.latest:
        for inner in point.points:
            yield from _earliest(inner)


def _is_among(narrow: norms.Match, wide: norms.Match) -> bool:
    """Whether every occurrence of the one pattern surely is one of the other."""
    return narrow.name == wide.name and all(
        any(_passes(mine, test) for mine in narrow.args) for test in wide.args
    )


def _passes(mine: norms.Arg, test: norms.Arg) -> bool:
    """Whether one test implies the other; bound variables are local to their rule."""
    if mine.param != test.param or mine.op != test.op:
        return False
    if test.op == "in":
        return set(mine.values) <= set(test.values)
    return isinstance(test.value, norms.Const) and mine.value == test.value


def distance(point: norms.Point) -> tuple[norms.Point, float | None]:
    """A point as another point and so many days later; None where that is not sure."""
    if not isinstance(point, norms.Shifted):
        return point, 0
    base, offset = distance(point.point)
    length = days(point.duration)
    if offset is None or length is None or length[0] != length[1]:
        return base, None
    return base, offset + point.sign * length[0]


def days(duration: Duration) -> tuple[float, float] | None:
    """The shortest and the longest a duration can be, in days; None for business days."""
    if duration.calendar is not None:
        return None
    if duration.unit in DAYS:
        shortest, longest = DAYS[duration.unit]
        return duration.count * shortest, duration.count * longest
    length = duration.count * LENGTHS[duration.unit] / LENGTHS["day"]
    return length, length


def surely_longer(one: Duration, other: Duration) -> bool:
    """Whether one duration is longer than another, whenever they are counted."""
    mine, theirs = days(one), days(other)
    return mine is not None and theirs is not None and mine[0] > theirs[1]


def conjuncts(cond: norms.Cond) -> Iterable[norms.Cond]:
    """The conditions that all must hold for this one to hold."""
    return cond.items if isinstance(cond, norms.And) else (cond,)
