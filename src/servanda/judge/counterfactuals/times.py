"""When an act may fall differently: around the ends of a window, and of the time to cure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from servanda.judge import derivation as d
from servanda.semantics.clock import day_start, local_day, to_datetime
from servanda.semantics.norms import AtTime, Rule
from servanda.syntax.entries import When

STEPS = (60_000_000, 1_000_000, 1)
"""A minute, a second and a microsecond: how long before a deadline an act in time is supposed."""


def times(derivation: d.Derivation, today: date, zone: str) -> list[When]:
    """The day asked; the last time in the window and in the time to cure; the opening."""
    found = [When(today)]
    for window in (step.window for step in derivation.steps if isinstance(step, d.Opening)):
        opens = None if window.opens is None else window.opens.hi
        if window.closes is not None and window.closes.lo is not None:
            found.append(last_before(window.closes.lo, opens, zone))
        if opens is not None:
            found.append(at(opens, zone))
    return list(dict.fromkeys([*found, *cure_ends(derivation, zone)]))


def cure_ends(derivation: d.Derivation, zone: str) -> Iterator[When]:
    """The last time at which each breach can be cured, or a failure is no breach yet."""
    for end in (step.ends for step in derivation.steps if isinstance(step, d.CureEnd)):
        if end.lo is not None:
            yield last_before(end.lo, None, zone)


def times_of_power(power: Rule, derivation: d.Derivation, today: date, zone: str) -> Iterator[When]:
    """The day asked, the duty's deadline, and the last time at which the text leaves the power
    open."""
    yield When(today)
    for step in derivation.steps:
        closes = step.window.closes if isinstance(step, d.Opening) else None
        if closes is not None and closes.lo is not None:
            yield last_before(closes.lo, None, zone)
    for point, how in power.window.closes:
        if isinstance(point, AtTime):
            day = local_day(point.micros, zone)
            yield When(day) if how == "day" else last_before(point.micros, None, zone)


def last_before(end: int, opens: int | None, zone: str) -> When:
    """The last day before an instant (microseconds) that ends a day, else a time shortly before.

    `opens`: what is supposed comes no earlier.
    """
    day = local_day(end - 1, zone)
    if day_start(local_day(end, zone), zone) == end and (opens or 0) <= day_start(day, zone):
        return When(day)
    earliest = end - 1 if opens is None else min(opens, end - 1)
    before = next((end - step for step in STEPS if end - step >= earliest), end - 1)
    return instant(before if opens is not None else end - STEPS[0], zone)


def at(micros: int, zone: str) -> When:
    """A day where it is the first instant of one, else an instant."""
    day = local_day(micros, zone)
    return When(day) if day_start(day, zone) == micros else instant(micros, zone)


def instant(micros: int, zone: str) -> When:
    """An instant as people write it; with its offset where the clocks show it twice."""
    moment = to_datetime(micros, zone)
    kept = "minutes" if not moment.second and not moment.microsecond else "auto"
    twice = moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()
    written = moment if twice else moment.replace(tzinfo=None)
    return When(written.isoformat(timespec=kept), granularity="instant")


def day_of(when: When) -> date:
    """The local day of a time that was made here."""
    if isinstance(when.start, date):
        return when.start
    return datetime.fromisoformat(when.start).date()
