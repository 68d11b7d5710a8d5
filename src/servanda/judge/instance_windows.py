"""Windows and coming dates of instances, computed from the facts without judging."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from servanda.judge import derivation as d
from servanda.judge.reference.conditions import Conditions
from servanda.judge.reference.recording.windows import recorded_moment, recorded_window
from servanda.judge.reference.walk import no_status, occasions
from servanda.judge.reference.windows import (
    Window,
    arise,
    moment,
    periods_of,
    risen_from,
    window_of,
)
from servanda.judge.reference.world import FOR_GOOD, SINCE_EVER, Happening, World
from servanda.judge.verdict import Verdict
from servanda.record.facts import Facts
from servanda.semantics.clock import Counting
from servanda.semantics.norms import Derived, Norms, Point, Rule


class InstanceWindows:
    """Computes windows for the verdicts of one account; ignores rows of tables."""

    def __init__(self, norms: Norms, facts: Facts) -> None:
        read = msgspec.structs.replace(facts, bulk_events={}, bulk_readings={})
        self.norms = norms
        self.world = World(norms, read)
        self.conditions = Conditions(self.world, no_status)
        arise(self.world, self.conditions)

    @property
    def counting(self) -> Counting:
        return self.world.counting

    def of(self, rule: Rule, verdict: Verdict, began: int | None) -> d.Window:
        """The window of the instance of a verdict; `began`: the tick of its first span.

        Raises AmbiguousMonthEnd where the agreement does not settle how months are counted.
        """
        bindings = dict(verdict.instance)
        arose = self.arose(rule, verdict, began)
        whole = window_of(self.world, rule, bindings, arose)
        every = rule.window.every is not None
        window = self.period(rule, verdict, whole, arose[1]) if every else whole
        return recorded_window(self.world, rule, bindings, window, verdict.trigger)

    def period(self, rule: Rule, verdict: Verdict, whole: Window, since: int) -> Window:
        label = dict(verdict.instance).get("period")
        found = periods_of(self.world, rule, whole, since)
        return next((window for name, window in found if name == label), whole)

    def arose(self, rule: Rule, verdict: Verdict, began: int | None) -> tuple[int, int, int]:
        """The ticks at which the instance arose, at the earliest and at the latest; and by when."""
        if rule.trigger is None:
            return SINCE_EVER, SINCE_EVER, SINCE_EVER
        if rule.trigger.match is not None:
            own = dict(verdict.instance)
            for each in occasions(self.world, rule):
                same = all(own.get(name, value) == value for name, value in each.bindings.items())
                if each.entry == verdict.trigger and same:
                    return each.lo, each.hi, max(each.hi, each.till)
        at = SINCE_EVER if began is None else began
        return at, at, at

    def moment(self, point: Point, verdict: Verdict) -> d.Moment:
        """A point in time, for the instance of a verdict."""
        return recorded_moment(moment(self.world, point, dict(verdict.instance)))

    # -------------------------------------------------------------- what arises by itself
    def rising(self, derived: Derived) -> Iterator[tuple[Happening, Happening]]:
        """Each trigger of a derived event, and the occurrence that it leads to, past or to come."""
        for trigger in self.world.happenings[derived.trigger.name]:
            risen = risen_from(self.world, self.conditions, derived, trigger)
            if risen is not None:
                yield trigger, risen

    def stale(self, measure: str, read: int) -> int | None:
        """The tick at which a reading taken at tick `read` no longer counts; None: never."""
        at = self.world.stale(measure, read)
        return None if at >= FOR_GOOD else at
