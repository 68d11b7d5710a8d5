"""When a duty's window opens and closes, and which entries say so: for explanations only.

The judges decide; this retells in words where the bounds come from, by docs/meaning.md, 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property

import msgspec
from msgspec import Struct

from servanda.answers.evidence import Evidence, same_instance
from servanda.answers.judged import Judged
from servanda.judge.naive import no_status
from servanda.judge.naive_conditions import Conditions
from servanda.judge.naive_windows import arise
from servanda.judge.naive_world import Happening, World
from servanda.judge.verdicts import Verdict
from servanda.language.clock import AmbiguousMonthEnd, Counting, day_start, micros_of
from servanda.language.core import (
    AtMatch,
    AtTime,
    AtVar,
    DayEdge,
    First,
    Match,
    Point,
    Rule,
    Shifted,
)
from servanda.language.model import Duration
from servanda.record.facts import Occurrence


class Moment(Struct, frozen=True):
    """An instant in microseconds and the entries it counts from. `micros` None: not yet."""

    micros: int | None
    entries: tuple[str, ...] = ()


class Bounds(Struct, frozen=True):
    """`opens` None: no opening said; `closes` None: it never closes (or not yet)."""

    opens: Moment | None
    closes: Moment | None


class Closing(Struct, frozen=True):
    """One bound of a window's end, and which of the rule's words made it: `by`, `before` or
    `until` a point, `within` so long, or `for` a term."""

    moment: Moment
    point: Point | None = None
    within: Duration | None = None
    term: Duration | None = None


NOT_YET = Moment(None)
LONGEST_PERIOD = 366 * 86_400_000_000


class Windows:
    """Finds the bounds of instances of one judgement."""

    def __init__(self, judged: Judged, evidence: Evidence) -> None:
        norms = judged.norms
        self.judged = judged
        self.evidence = evidence
        self.counting = Counting(
            norms.zone, norms.clipped, norms.count_trigger_day, norms.calendars
        )

    @cached_property
    def risen(self) -> World:
        """The recorded facts (tables left out) with the events that arise by themselves."""
        facts = msgspec.structs.replace(self.judged.facts, bulk_events={}, bulk_readings={})
        world = World(self.judged.norms, facts)
        arise(world, Conditions(world, no_status))
        return world

    def bounds(self, rule: Rule, verdict: Verdict) -> Bounds:
        """The window of an instance, as far as it can be told."""
        try:
            return self._bounds(rule, verdict)
        except (AmbiguousMonthEnd, KeyError, OverflowError, ValueError):
            return Bounds(None, None)

    def _bounds(self, rule: Rule, verdict: Verdict) -> Bounds:
        window = rule.window
        if window.every is not None:
            return self.period(rule, verdict, window.every)
        if rule.window.opens is not None:
            opens: Moment | None = self.point(rule.window.opens, verdict)
        elif rule.trigger is not None and rule.trigger.match is None:
            opens = self.raised(verdict)
        elif verdict.trigger is not None:
            opens = self.trigger(verdict.trigger)
        else:
            opens = None
        told = [
            c.moment for c in self.closings(rule, verdict, opens) if c.moment.micros is not None
        ]
        return Bounds(opens, min(told, key=lambda m: m.micros or 0) if told else None)

    def closings(self, rule: Rule, verdict: Verdict, opens: Moment | None) -> Iterator[Closing]:
        """Each bound that the window's end is the earliest of, as far as it can be told."""
        window = rule.window
        for point, how in window.closes:
            moment = self.point(point, verdict)
            if moment.micros is not None and how == "day":
                moment = Moment(self.counting.day_end(moment.micros), moment.entries)
            yield Closing(moment, point=point)
        if opens is not None and opens.micros is not None:
            if window.within is not None:
                last = self.counting.deadline(opens.micros, window.within)
                yield Closing(Moment(last, opens.entries), within=window.within)
            if window.term is not None:
                last = self.counting.term_end(opens.micros, window.term)
                yield Closing(Moment(last, opens.entries), term=window.term)

    def period(self, rule: Rule, verdict: Verdict, every: str) -> Bounds:
        """The window of one period: the period itself, or so long from its start or end."""
        window = rule.window
        label = dict(verdict.instance).get("period")
        begun = self.point(window.opens, verdict) if window.opens is not None else Moment(0)
        if begun.micros is None or label is None:
            return Bounds(begun, None)
        last = micros_of(self.judged.facts.now) + LONGEST_PERIOD
        for start, end, name in self.counting.periods(every, begun.micros, last):
            if name != label:
                continue
            if window.within is None:
                return Bounds(Moment(max(start, begun.micros)), Moment(end))
            edge = end if window.edge == "end" else start
            return Bounds(Moment(edge), Moment(self.counting.deadline(edge, window.within)))
        return Bounds(begun, None)

    def raised(self, verdict: Verdict) -> Moment:
        """When a breach or a condition raised the instance: where its first span begins."""
        begun = self.instance(verdict)[0].from_
        return NOT_YET if begun is None else Moment(micros_of(begun))

    def instance(self, verdict: Verdict) -> list[Verdict]:
        """The spans of one instance. What a condition raises again is told apart by last spans."""
        found: list[Verdict] = []
        for one in self.judged.verdicts:
            if same_instance(one, verdict):
                found.append(one)
                if one.until is None:
                    if verdict in found:
                        return found
                    found = []
        return [verdict]

    def trigger(self, entry: str) -> Moment:
        happened = self.evidence.by_id.get(entry)
        return Moment(micros_of(happened.when.lo), (entry,)) if happened else Moment(None, (entry,))

    def point(self, point: Point, verdict: Verdict) -> Moment:
        match point:
            case AtTime(micros):
                return Moment(micros)
            case AtVar(name):
                day = dict(verdict.instance).get(name)
                if not isinstance(day, date):
                    return NOT_YET
                return Moment(day_start(day, self.judged.norms.zone))
            case AtMatch(match):
                found = self.first(match, verdict)
                return Moment(micros_of(found.lo), (found.entry,)) if found else NOT_YET
            case Shifted(inner, sign, duration):
                base = self.point(inner, verdict)
                if base.micros is None:
                    return base
                return Moment(self.counting.shift(base.micros, duration, sign), base.entries)
            case First(points, latest):
                return self.choose([self.point(p, verdict) for p in points], latest)
            case DayEdge(inner, end):
                base = self.point(inner, verdict)
                if base.micros is None:
                    return base
                edge = self.counting.day_end if end else self.counting.day_begin
                return Moment(edge(base.micros), base.entries)

    def choose(self, moments: list[Moment], latest: bool) -> Moment:
        told = [m for m in moments if m.micros is not None]
        if not told or (latest and len(told) < len(moments)):
            return NOT_YET
        return (max if latest else min)(told, key=lambda m: m.micros or 0)

    def first(self, match: Match, verdict: Verdict) -> Occurrence | Happening | None:
        """The first matching occurrence, recorded or arisen by itself."""
        bound = dict(verdict.instance)
        if any(d.name == match.name for d in self.judged.norms.derived):
            risen = self.risen.matching(match, bound)
            return min(risen, key=lambda h: h.lo, default=None)
        ids = set(self.evidence.occurrences(match, bound, self.judged.facts.now))
        every = self.judged.facts.events.get(match.name, ())
        return min((o for o in every if o.entry in ids), key=lambda o: o.lo, default=None)
