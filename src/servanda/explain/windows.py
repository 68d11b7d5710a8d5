"""When a duty's window opens and closes, and which entries say so: for explanations only.

The judges decide; this retells in words where the bounds come from, by docs/meaning.md, 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property

import msgspec
from msgspec import Struct

from servanda.explain.evidence import Evidence
from servanda.explain.judged import Judged
from servanda.judge.reference.conditions import Conditions
from servanda.judge.reference.walk import no_status
from servanda.judge.reference.windows import arise
from servanda.judge.reference.world import Happening, World
from servanda.judge.verdict import Verdict
from servanda.record.facts import Occurrence
from servanda.semantics.clock import AmbiguousMonthEnd, Counting, day_start, micros_of
from servanda.semantics.norms import (
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
from servanda.syntax.tree import Duration


class Moment(Struct, frozen=True):
    """An instant in microseconds and the entries it counts from. `micros` None: not yet.

    `latest`: the last that it may be, where what it counts from has no one instant.
    """

    micros: int | None
    entries: tuple[str, ...] = ()
    latest: int | None = None

    @property
    def last(self) -> int | None:
        return self.micros if self.latest is None else self.latest

    def moved(self, by: Callable[[int], int]) -> Moment:
        """The same, each of its ends moved; what is not yet stays so."""
        if self.micros is None:
            return self
        return between(by(self.micros), by(self.last or self.micros), self.entries)


def between(first: int, last: int, entries: tuple[str, ...]) -> Moment:
    return Moment(first, entries, last if last > first else None)


class Bounds(Struct, frozen=True):
    """`opens` None: no opening said; `closes` None: it never closes (or not yet).

    `stopped`: the microseconds by which suspension has moved the close; `standing`: it goes on.
    """

    opens: Moment | None
    closes: Moment | None
    stopped: int = 0
    standing: bool = False


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
            opens = self.trigger(rule, verdict, verdict.trigger)
        else:
            opens = None
        closings = [c.moment for c in self.closings(rule, verdict, opens)]
        closes = self.choose(closings, latest=False)
        if closes.micros is None:
            return Bounds(opens, None)
        return self.stopped(rule, verdict, Bounds(opens, closes))

    def stopped(self, rule: Rule, verdict: Verdict, bounds: Bounds) -> Bounds:
        """The close moved by the time that suspension has stopped the clock."""
        if not self.judged.norms.suspension_stops_clock or rule.kind != "achieve":
            return bounds
        assert bounds.closes is not None and bounds.closes.last is not None
        moved, standing = 0, False
        opened = (bounds.opens.last or 0) if bounds.opens is not None else 0
        for span in self.evidence.spans(verdict):
            start = max(opened, micros_of(span.from_ or 0))
            if span.status != "suspended" or start >= bounds.closes.last + moved:
                continue
            end = self.judged.facts.now if span.until is None else span.until
            moved, standing = moved + micros_of(end) - start, span.until is None
        if not moved:
            return bounds
        closes = bounds.closes.moved(lambda micros: micros + moved)
        return Bounds(bounds.opens, closes, moved, standing)

    def closings(self, rule: Rule, verdict: Verdict, opens: Moment | None) -> Iterator[Closing]:
        """Each bound that the window's end is the earliest of, as far as it can be told."""
        window = rule.window
        for point, how in window.closes:
            moment = self.point(point, verdict)
            if how == "day":
                moment = moment.moved(self.counting.day_end)
            yield Closing(moment, point=point)
        if opens is not None and opens.micros is not None:
            if (within := window.within) is not None:
                last = opens.moved(lambda micros: self.counting.deadline(micros, within))
                yield Closing(last, within=within)
            if (term := window.term) is not None:
                last = opens.moved(lambda micros: self.counting.term_end(micros, term))
                yield Closing(last, term=term)

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
        begun = self.evidence.spans(verdict)[0].from_
        return NOT_YET if begun is None else Moment(micros_of(begun))

    def trigger(self, rule: Rule, verdict: Verdict, entry: str) -> Moment:
        """When the triggering occurrence came: one that arises by itself, later than its entry."""
        match = rule.trigger.match if rule.trigger is not None else None
        if match is not None and self.is_derived(match):
            risen = self.risen.matching(match, dict(verdict.instance))
            return self.at(next((h for h in risen if h.entry == entry), None))
        happened = self.evidence.by_id.get(entry)
        if happened is None:
            return Moment(None, (entry,))
        return between(micros_of(happened.when.lo), micros_of(happened.when.hi), (entry,))

    def is_derived(self, match: Match) -> bool:
        return any(d.name == match.name for d in self.judged.norms.derived)

    def at(self, found: Occurrence | Happening | None) -> Moment:
        if found is None:
            return NOT_YET
        return between(micros_of(found.lo), micros_of(found.hi), (found.entry,))

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
                return self.at(self.first(match, verdict))
            case Shifted(inner, sign, duration):
                base = self.point(inner, verdict)
                return base.moved(lambda micros: self.counting.shift(micros, duration, sign))
            case First(points, latest):
                return self.choose([self.point(p, verdict) for p in points], latest)
            case DayEdge(inner, end):
                edge = self.counting.day_end if end else self.counting.day_begin
                return self.point(inner, verdict).moved(edge)

    def choose(self, moments: list[Moment], latest: bool) -> Moment:
        told = [m for m in moments if m.micros is not None]
        if not told or (latest and len(told) < len(moments)):
            return NOT_YET
        pick = max if latest else min
        found = pick(told, key=lambda m: m.micros or 0)
        return between(found.micros or 0, pick(m.last or 0 for m in told), found.entries)

    def first(self, match: Match, verdict: Verdict) -> Occurrence | Happening | None:
        """The first matching occurrence, recorded or arisen by itself."""
        bound = dict(verdict.instance)
        if self.is_derived(match):
            risen = self.risen.matching(match, bound)
            return min(risen, key=lambda h: h.lo, default=None)
        ids = set(self.evidence.occurrences(match, bound, self.judged.facts.now))
        every = self.judged.facts.events.get(match.name, ())
        return min((o for o in every if o.entry in ids), key=lambda o: o.lo, default=None)
