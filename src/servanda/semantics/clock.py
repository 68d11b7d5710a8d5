"""Time as the judges count it: ticks, local days, durations. See docs/meaning.md, 1."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from servanda.syntax.problems import did_you_mean
from servanda.syntax.tree import Calendar, Duration

PHASES = 64
WINDOW, FACT, FULFIL, DEADLINE, EFFECT = 0, 1, 2, 3, 4
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LENGTHS = {
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 604_800_000_000,
}


class AmbiguousMonthEnd(ValueError):
    """A month or year count lands on a missing day and the agreement declares no rule."""


def tick(micros: int, phase: int) -> int:
    """The tick of a phase (0 to 63) in an instant given in microseconds."""
    return micros * PHASES + phase


def micros_of(tick_: int) -> int:
    """The instant of a tick, in microseconds since 1970 UTC."""
    return tick_ // PHASES


def effect(tick_: int) -> int:
    """The tick at which a status change at this tick has effect (meaning.md, 1)."""
    return max(tick_ + 1, tick(micros_of(tick_), EFFECT))


def latest(hi: int, till: int, exactly: bool) -> int:
    """From what, in microseconds, the latest end of something is counted: by days, from within the
    last day that it may have happened on; `exactly`: by hours, from the end of that day."""
    return till if exactly else max(hi, till - 1)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware datetime, exactly."""
    return (moment - EPOCH) // MICROSECOND


def to_datetime(micros: int, zone: str) -> datetime:
    """An instant in microseconds as a datetime of a zone."""
    return (EPOCH + timedelta(microseconds=micros)).astimezone(zone_of(zone))


@lru_cache
def with_offset(moment: datetime) -> str:
    """An instant in ISO form with its offset from UTC, without seconds where there are none."""
    return moment.isoformat(timespec="auto" if moment.second or moment.microsecond else "minutes")


def zone_of(name: str) -> ZoneInfo:
    """The zone of a name. Raises ZoneInfoNotFoundError, ValueError or OSError."""
    return ZoneInfo(name)


def day_start(day: date, zone: str) -> int:
    """Microseconds of the first instant of a local day (a skipped midnight starts when it ends)."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone_of(zone))
    return to_micros(midnight.astimezone(UTC))


def local_day(micros: int, zone: str) -> date:
    """The local day of an instant in microseconds."""
    return to_datetime(micros, zone).date()


def add_months(day: date, months: int, clipped: bool) -> date:
    """Calendar months later; a missing day is clipped, or an error if not declared."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    if day.day > last and not clipped:
        count = f"{abs(months)} month{'' if abs(months) == 1 else 's'}"
        way = "plus" if months >= 0 else "minus"
        raise AmbiguousMonthEnd(f"{day} {way} {count}: that month has no day {day.day}")
    return date(year, month + 1, min(day.day, last))


def unknown_region(region: str) -> tuple[str, str] | None:
    """What is wrong with the region of a calendar (`NL`, `US-NY`), and what to write; or None."""
    import holidays
    from holidays.registry import COUNTRIES

    country, _, subdivision = region.partition("-")
    codes = {code for names in COUNTRIES.values() for code in names[1:]}
    if country not in codes:
        advice = "write its code of two letters, as in `NL` or `US`"
        return f"the holidays of a country `{country}` are not known", advice
    known = getattr(holidays, country)
    parts = (*known.subdivisions, *known.subdivisions_aliases)
    if subdivision and subdivision not in parts:
        shown = ", ".join(f"`{country}-{part}`" for part in known.subdivisions[:20])
        one_of = f"name one of {shown}" if shown else f"write `{country}`"
        advice = did_you_mean(subdivision, parts) or one_of
        return f"`{country}` has no part `{subdivision}` with holidays of its own", advice
    return None


@lru_cache
def days_off(region: str, year: int) -> frozenset[date]:
    """The weekends and public holidays of a region (`NL`, `US-NY`) in a year, less the days of
    weekends on which people work instead of another day."""
    import holidays

    country, _, subdivision = region.partition("-")
    # A day at the turn of the year may be named with the holidays of either year.
    known = holidays.country_holidays(
        country, subdiv=subdivision or None, years=(year - 1, year, year + 1)
    )
    first = date(year, 1, 1).toordinal()
    days = [date.fromordinal(first + n) for n in range(366 if calendar.isleap(year) else 365)]
    return frozenset(day for day in days if not known.is_working_day(day))


def is_business_day(day: date, of: Calendar) -> bool:
    """Whether a day is a business day of a calendar."""
    if day in of.extra:
        return True
    return day not in of.without and day not in days_off(of.region, day.year)


def add_business_days(day: date, count: int, of: Calendar) -> date:
    """The `count`-th business day after `day` (before, if negative)."""
    step = timedelta(days=1 if count >= 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_business_day(day, of)
    return day


class Counting:
    """Counting rules of an agreement: zone, month ends, first day, calendars."""

    def __init__(
        self,
        zone: str,
        clipped: bool,
        count_trigger_day: bool,
        calendars: tuple[Calendar, ...],
    ) -> None:
        self.zone = zone
        self.clipped = clipped
        self.count_trigger_day = count_trigger_day
        self.calendars = {of.name: of for of in calendars}

    def shift_day(self, day: date, duration: Duration, sign: int = 1) -> date:
        """The local day that many days, weeks, months, years or business days away."""
        count = sign * duration.count
        if duration.calendar is not None:
            shifted = add_business_days(day, count, self.calendars[duration.calendar])
        elif duration.unit in ("month", "year"):
            months = count * (12 if duration.unit == "year" else 1)
            shifted = add_months(day, months, self.clipped)
        else:
            shifted = day + timedelta(days=count * (7 if duration.unit == "week" else 1))
        if self.count_trigger_day and duration.calendar is None:
            shifted -= timedelta(days=sign)
        return shifted

    def shift(self, micros: int, duration: Duration, sign: int = 1) -> int:
        """`X ± D` as an anchor: exact for hours and less, else the start of the local day."""
        if duration.is_exact:
            return micros + sign * duration.count * LENGTHS[duration.unit]
        return day_start(self.shift_day(local_day(micros, self.zone), duration, sign), self.zone)

    def deadline(self, micros: int, duration: Duration) -> int:
        """Tick at which a window `within D` of X closes: the end of its last counted day."""
        if duration.is_exact:
            return micros + duration.count * LENGTHS[duration.unit]
        last = self.shift_day(local_day(micros, self.zone), duration)
        return day_start(last + timedelta(days=1), self.zone)

    def term_end(self, micros: int, duration: Duration) -> int:
        """Tick at which `for D` from X ends: the start of the anniversary day."""
        return self.shift(micros, duration)

    def day_end(self, micros: int) -> int:
        """The first instant after the local day of X."""
        return day_start(local_day(micros, self.zone) + timedelta(days=1), self.zone)

    def day_begin(self, micros: int) -> int:
        """The first instant of the local day of X, in microseconds."""
        return day_start(local_day(micros, self.zone), self.zone)

    def periods(self, every: str, start: int, until: int) -> list[tuple[int, int, str]]:
        """Periods that overlap [start, until): (from, until, label), microseconds.

        Calendar periods, or so long each from the day of `start` on, as in `6 months`.
        """
        starts = self.period_starts(every, local_day(start, self.zone))
        first = next(starts)
        found = []
        while day_start(first, self.zone) < until:
            following = next(starts)
            found.append(
                (day_start(first, self.zone), day_start(following, self.zone), label(first, every))
            )
            first = following
        return found

    def period_starts(self, every: str, day: date) -> Iterator[date]:
        """First days of the periods, from the one that `day` is in."""
        if is_calendar_period(every):
            first = period_start(day, every)
            while True:
                yield first
                first = next_period(first, every)
        length, unit = every.split()
        passed = 0
        while True:
            yield self.period_after(day, passed, unit.removesuffix("s"))
            passed += int(length)

    def period_after(self, day: date, passed: int, unit: str) -> date:
        """So many days, weeks, months or years after a day (itself not counted)."""
        if unit in ("month", "year"):
            return add_months(day, passed * (12 if unit == "year" else 1), self.clipped)
        return day + timedelta(days=passed * (7 if unit == "week" else 1))


def is_calendar_period(every: str) -> bool:
    """Whether it is one of the calendar's (`month`), not so long from a day (`6 months`)."""
    return " " not in every


def period_start(day: date, every: str) -> date:
    """The first day of the calendar period that a day is in."""
    starts: dict[str, Callable[[date], date]] = {
        "day": lambda d: d,
        "week": lambda d: d - timedelta(days=d.weekday()),
        "month": lambda d: d.replace(day=1),
        "quarter": lambda d: date(d.year, (d.month - 1) // 3 * 3 + 1, 1),
        "year": lambda d: date(d.year, 1, 1),
    }
    return starts[every](day)


def next_period(first: date, every: str) -> date:
    """The first day of the calendar period after the one that begins on `first`."""
    if every in ("day", "week"):
        return first + timedelta(days=1 if every == "day" else 7)
    return add_months(first, {"month": 1, "quarter": 3, "year": 12}[every], clipped=True)


def label(first: date, every: str) -> str:
    """`2024-Q1`, `2024-03`, `2024`, `2024-W05` or the day: the instance's `period`."""
    if not is_calendar_period(every):
        return first.isoformat()
    if every == "quarter":
        return f"{first.year}-Q{(first.month + 2) // 3}"
    if every == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}"
    return first.isoformat()[: {"day": 10, "month": 7, "year": 4}[every]]
