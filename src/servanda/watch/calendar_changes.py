"""Ticks at which the calendar alone creates instances or events: see `Unit.clocked`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from servanda.semantics.clock import (
    FACT,
    AmbiguousMonthEnd,
    Counting,
    is_calendar_period,
    micros_of,
    tick,
)
from servanda.semantics.norms import Derived, Norms
from servanda.watch.fact_filing import EVENT


class CalendarChanges:
    """The calendar changes of a set of rules."""

    def __init__(self, norms: Norms) -> None:
        self.counting = Counting(
            norms.zone, norms.clipped, norms.count_trigger_day, norms.calendars
        )
        self.after: dict[str, list[Derived]] = {}
        for derived in norms.derived:
            self.after.setdefault(derived.trigger.name, []).append(derived)
        self.every = {r.window.every for r in norms.rules if r.window.every is not None}

    def period_starts(self, now: int) -> Iterator[int]:
        """Ticks at which the next period of each kind begins; for `every N months` the next day."""
        at = micros_of(now)
        for every in self.every:
            each = every if is_calendar_period(every) else "day"
            for _, until, _ in self.counting.periods(each, at, at + 1):
                yield tick(until, 0)

    def derived_ticks(self, kind: str, name: str, body: bytes) -> Iterator[int]:
        """Ticks of the derived events that follow from a fact, given as filed."""
        if kind == EVENT and name in self.after:
            _, lo, hi, *_ = msgspec.json.decode(body)
            for at in {lo, hi}:
                yield from self.follow(name, micros_of(at))

    def follow(self, name: str, micros: int) -> Iterator[int]:
        for derived in self.after.get(name, ()):
            count = self.counting.deadline if derived.end_of_day else self.counting.shift
            try:
                at = max(micros, count(micros, derived.delay))
            except AmbiguousMonthEnd:
                continue  # the judge reports it
            yield tick(at, FACT)
            yield from self.follow(derived.name, at)
