"""Windows of instances as parts of a derivation, with the entries that each end is counted from."""

from __future__ import annotations

import msgspec

from servanda.judge import derivation as d
from servanda.judge.reference.achieve import Achieve
from servanda.judge.reference.instance import Instance
from servanda.judge.reference.truth import entries_of
from servanda.judge.reference.walk import Walk
from servanda.judge.reference.windows import Moment, Window, bounds_of, moment
from servanda.judge.reference.world import (
    FOR_GOOD,
    SINCE_EVER,
    Bindings,
    World,
)
from servanda.semantics.clock import micros_of
from servanda.semantics.norms import (
    Rule,
)


def instance_window(walk: Walk, instance: Instance) -> d.Window:
    """The window of an instance, as suspension has moved it."""
    window = instance.shut or instance.window
    found = recorded_window(walk.world, instance.rule, instance.bindings, window, instance.trigger)
    if instance.shut is not None:
        return msgspec.structs.replace(found, shut=True)
    if not isinstance(instance, Achieve) or found.closes is None:
        return found
    return msgspec.structs.replace(
        found,
        closes=between(*instance.closes, found.closes.entries),
        stopped=instance.stopped[0],
        standing_still=instance.standing_still is not None,
    )


def recorded_window(
    world: World, rule: Rule, bindings: Bindings, window: Window, trigger: str | None
) -> d.Window:
    """A window with what each of its ends is counted from."""
    opens: d.Moment | None = None
    if rule.window.every is not None:
        opens = between(window.o_lo, window.o_hi)
    elif rule.window.opens is not None:
        opens = recorded_moment(moment(world, rule.window.opens, bindings))
        if rule.trigger is not None and opens.lo is not None:
            opens = between(window.o_lo, window.o_hi, opens.entries)
    elif rule.trigger is not None:
        opens = between(window.o_lo, window.o_hi, () if trigger is None else (trigger,))
    bounds: tuple[d.Bound, ...] = ()
    if rule.window.every is None:
        counted_from = () if opens is None else opens.entries
        bounds = bounds_at(world, rule, bindings, window, counted_from)
    closes = None
    if window.c_lo < FOR_GOOD or window.c_hi < FOR_GOOD:
        earliest = [b for b in bounds if b.at.lo is not None]
        entries = min(earliest, key=lambda b: b.at.lo or 0).at.entries if earliest else ()
        closes = between(window.c_lo, window.c_hi, entries)
    return d.Window(opens, closes, bounds, never_opens=window.never_opens)


def bounds_at(
    world: World, rule: Rule, bindings: Bindings, window: Window, opening: tuple[str, ...]
) -> tuple[d.Bound, ...]:
    """Each bound with both of its ends: counted from the earliest opening and from the latest.

    `opening`: the entries from which the window opens, and so what is counted from there.
    """
    if window.o_lo >= FOR_GOOD:
        return ()
    lows = bounds_of(world, rule, bindings, window.o_lo, window.o_lo)
    highs = bounds_of(world, rule, bindings, window.o_hi, window.o_till)
    if len(lows) != len(highs):
        highs = lows
    return tuple(
        d.Bound(
            d.Moment(
                low.at.lo,
                high.at.till,
                entries_of(low.at.because) if low.point is not None else opening,
            ),
            low.point,
            low.how == "day",
            low.within,
            low.term,
        )
        for low, high in zip(lows, highs, strict=True)
    )


def between(lo: int, hi: int, entries: tuple[str, ...] = ()) -> d.Moment:
    """A moment from ticks; the infinities have not come."""
    ends = [None if t >= FOR_GOOD or t <= SINCE_EVER else micros_of(t) for t in (lo, hi)]
    return d.Moment(ends[0], ends[1], entries)


def recorded_moment(found: Moment) -> d.Moment:
    return d.Moment(found.lo, found.hi, entries_of(found.because))
