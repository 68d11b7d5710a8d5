"""Points in time, windows, periods, and events that arise by themselves, for the reference judge.

All of this is read off the facts as a whole (docs/meaning.md, 3 and 6); no status enters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from servanda.judge.reference.conditions import Conditions, facts_of
from servanda.judge.reference.truth import (
    FALSE,
    NOTHING,
    POSSIBLE,
    SURE,
    Grounds,
    Truth,
    both,
    either,
    negated,
)
from servanda.judge.reference.world import (
    FOR_GOOD,
    SINCE_EVER,
    Bindings,
    Happening,
    World,
    bound,
    instant,
    scalar,
    surely_bound,
)
from servanda.judge.verdict import JudgeError, no_such_day
from servanda.semantics.clock import (
    FACT,
    PHASES,
    AmbiguousMonthEnd,
    day_start,
    latest,
    micros_of,
    tick,
)
from servanda.semantics.norms import AtMatch, AtTime, AtVar, DayEdge, Derived, Point, Rule, Shifted
from servanda.syntax.tree import Duration


@dataclass(frozen=True)
class Moment:
    """A point in time: microseconds, the earliest it can be and from when it is sure.

    None: absent. `till`: later than `hi` where only the day is known, the end of that day.
    `because`: the entries that it counts from.
    """

    lo: int | None
    hi: int | None
    till: int | None
    because: Grounds = NOTHING

    def moved(self, count: Callable[[int], int], exactly: bool = False) -> Moment:
        """Counted on from here; `exactly`: by hours, so that the time of day makes a difference."""
        lo = None if self.lo is None else count(self.lo)
        till = None
        if self.hi is not None and self.till is not None:
            till = count(latest(self.hi, self.till, exactly))
        return Moment(lo, till, till, self.because)


def known(micros: int | None) -> Moment:
    """A point in time that is exactly known; None: absent."""
    return Moment(micros, micros, micros)


def moment(world: World, point: Point, bindings: Bindings) -> Moment:
    if isinstance(point, AtTime):
        return known(point.micros)
    if isinstance(point, AtVar):
        day = bindings.get(point.name)
        start = day_start(day, world.norms.zone) if isinstance(day, date) else None
        return known(start)
    if isinstance(point, AtMatch):
        found = world.matching(point.match, bindings)
        firsts = [
            *sorted(found, key=lambda h: (h.lo, h.entry))[:1],
            *sorted((h for h in found if h.sure), key=lambda h: (h.hi, h.entry))[:1],
        ]
        return Moment(
            min((micros_of(h.lo) for h in found), default=None),
            min((micros_of(h.hi) for h in found if h.sure), default=None),
            min((micros_of(h.till) for h in found if h.sure), default=None),
            NOTHING.union(*(h.grounds for h in firsts)),
        )
    if isinstance(point, Shifted):
        return moment(world, point.point, bindings).moved(
            lambda at: world.counting.shift(at, point.duration, point.sign),
            point.duration.is_exact,
        )
    if isinstance(point, DayEdge):
        edge = world.counting.day_end if point.end else world.counting.day_begin
        return moment(world, point.point, bindings).moved(edge)
    return first([moment(world, each, bindings) for each in point.points], point.latest)


def first(moments: list[Moment], latest: bool = False) -> Moment:
    """The earliest that exists; or the latest, absent if any is."""
    lo = chosen([m.lo for m in moments], latest)
    hi = chosen([m.hi for m in moments], latest)
    till = chosen([m.till for m in moments], latest)
    told = moments if latest else [m for m in moments if m.lo == lo or m.hi == hi]
    return Moment(lo, hi, till, NOTHING.union(*(m.because for m in told)))


def chosen(ats: list[int | None], latest: bool) -> int | None:
    exist = [at for at in ats if at is not None]
    if latest:
        return max(exist) if len(exist) == len(ats) else None
    return min(exist, default=None)


def at_tick(micros: int | None) -> int:
    """The tick of a bound; one that is absent never comes."""
    return FOR_GOOD if micros is None else tick(micros, 0)


@dataclass
class Window:
    """Ticks; `o_lo` and `c_lo` are the earliest the bounds can be, `o_hi` and `c_hi` the latest.

    `o_till`: later than `o_hi` where only the day of the opening is known, the end of that day.
    `because`: the entries that either bound counts from, beside the trigger.
    """

    o_lo: int
    o_hi: int
    o_till: int
    c_lo: int
    c_hi: int
    because: Grounds = NOTHING

    def inside(self, x: int) -> int:
        """Whether tick `x` is in the window."""
        if self.o_hi <= x < self.c_lo:
            return SURE
        return int(self.o_lo <= x < self.c_hi)

    def opening_day(self, x: int) -> bool:
        """Whether tick `x` lies later in a day of which only that is known that it opened then."""
        return instant(self.o_hi) + PHASES <= x < self.o_till

    @property
    def never_opens(self) -> bool:
        return instant(self.c_hi) <= instant(self.o_lo) < FOR_GOOD


@dataclass(frozen=True)
class Bound:
    """One of the bounds that the end of a window is the earliest of, and how it is counted."""

    at: Moment
    point: Point | None = None
    how: str = "at"  # `day`: the whole day of the point belongs
    within: Duration | None = None
    term: Duration | None = None


def window_of(world: World, rule: Rule, bindings: Bindings, arose: tuple[int, int, int]) -> Window:
    """The window of one instance; `arose`: from when its trigger possibly lies, from when it surely
    does, and by when, whatever its time of day."""
    (lo, hi, till), because = arose, NOTHING
    o_lo, o_hi, o_till = arose
    if rule.window.opens is not None:
        opens = moment(world, rule.window.opens, bindings)
        o_lo, o_hi = max(lo, at_tick(opens.lo)), max(hi, at_tick(opens.hi))
        o_till, because = max(till, at_tick(opens.till)), opens.because
    closes = [
        first([b.at for b in bounds_of(world, rule, bindings, *o)])
        for o in ((o_lo, o_lo), (o_hi, o_till))
    ]
    because = because.union(*(c.because for c in closes))
    last = closes[1].hi if rule.is_by_days else closes[1].till
    return Window(o_lo, o_hi, o_till, at_tick(closes[0].lo), at_tick(last), because)


def bounds_of(world: World, rule: Rule, bindings: Bindings, opening: int, till: int) -> list[Bound]:
    """What a window that opens at a tick, by `till`, may close at: the first that exists is its
    end."""
    found = []
    for point, how in rule.window.closes:
        said = moment(world, point, bindings)
        end = said.moved(world.counting.day_end) if how == "day" else said
        found.append(Bound(end, point, how))
    if instant(opening) > SINCE_EVER and opening < FOR_GOOD:
        within, term = rule.window.within, rule.window.term
        opened, by = micros_of(opening), micros_of(till)
        if within is not None and rule.window.every is None:
            last = world.counting.deadline(latest(opened, by, within.is_exact), within)
            found.append(Bound(known(last), within=within))
        if term is not None:
            last = world.counting.term_end(latest(opened, by, term.is_exact), term)
            found.append(Bound(known(last), term=term))
    return found


def periods_of(world: World, rule: Rule, whole: Window, since: int) -> list[tuple[str, Window]]:
    """The calendar periods of a recurring duty that have begun: label and window.

    `since`: the tick of the trigger, before which no window opens.
    """
    window = rule.window
    if window.every is None or not SINCE_EVER < whole.o_hi < FOR_GOOD:
        return []
    start, last = micros_of(whole.o_hi), min(whole.c_hi, world.facts.now + 1)
    found = []
    for begins, ends, label in world.counting.periods(window.every, start, micros_of(last - 1) + 1):
        if window.edge is not None and window.within is not None:
            opens = ends if window.edge == "end" else begins
            closes = world.counting.deadline(opens, window.within)
            opens = max(begins, start) if window.in_period else opens
        else:
            opens = max(begins, start)
            closes = min(ends, micros_of(whole.c_hi))
            if window.within is not None:
                closes = min(closes, world.counting.deadline(opens, window.within))
        start_ = max(tick(opens, 0), instant(since))
        end_ = tick(closes, 0)
        found.append((label, Window(start_, start_, start_, end_, end_, whole.because)))
    return found


# ------------------------------------------------------------------ events that arise by themselves
def arise(world: World, conditions: Conditions) -> None:
    """Add the occurrences of every derived event, those that others wait for first."""
    waiting = dict(world.derived)
    while waiting:
        ready = [d for d in waiting.values() if not spoken_of(world, d) & waiting.keys()]
        if not ready:
            names = ", ".join(sorted(waiting))
            raise JudgeError(f"these events arise from each other: {names}")
        for derived in ready:
            del waiting[derived.name]
            for trigger in world.happenings[derived.trigger.name]:
                risen = risen_from(world, conditions, derived, trigger)
                if risen is not None and risen.lo <= world.facts.now:
                    world.happenings[derived.name].append(risen)


def spoken_of(world: World, derived: Derived) -> set[str]:
    """The events that must be known before this one can arise."""
    names = {derived.trigger.name} | facts_of(world, [derived.if_])
    return names | ({derived.unless.name} if derived.unless is not None else set())


def risen_from(
    world: World, conditions: Conditions, derived: Derived, trigger: Happening
) -> Happening | None:
    bindings = bound(derived.trigger, trigger.params, {})
    if bindings is None:
        return None
    wanted = conditions.truth(derived.if_, bindings, tick(micros_of(trigger.lo), FACT))
    count = world.counting.deadline if derived.end_of_day else world.counting.shift
    by = latest(micros_of(trigger.hi), micros_of(trigger.till), derived.delay.is_exact)
    try:
        lo, hi = (
            tick(max(at, count(at, derived.delay)), FACT) for at in (micros_of(trigger.lo), by)
        )
    except AmbiguousMonthEnd as error:
        raise no_such_day(error, derived.name, trigger.entry) from error
    prevented = Truth(FALSE)
    if derived.unless is not None:
        for other in world.matching(derived.unless, bindings):
            if other.sure and other.lo >= trigger.hi and other.fin <= lo:
                prevented = Truth(SURE, because=other.grounds)
            elif other.fin > trigger.lo and other.lo < hi:
                prevented = either([prevented, Truth(POSSIBLE, other.vague, other.grounds)])
    if not surely_bound(derived.trigger, trigger.params, {}, bindings):
        wanted = both([wanted, Truth(POSSIBLE)])
    risen = both([as_truth(trigger), wanted, negated(prevented)])
    if risen.value == FALSE:
        return None
    params = {name: scalar(term, bindings) for name, term in derived.outputs}
    fin = tick(micros_of(hi) + 1, 0)
    sure = risen.value == SURE
    return Happening(trigger.entry, lo, hi, fin, sure, params, risen.vague, risen.because)


def as_truth(of: Happening) -> Truth:
    """How surely it happened, and whether a vague term leaves that open."""
    return Truth(SURE if of.sure else POSSIBLE, of.vague, of.grounds)
