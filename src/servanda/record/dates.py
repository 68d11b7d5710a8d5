"""Dates and instants of facts as ticks: docs/meaning.md, 1, "Dates and instants"."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from msgspec import Struct

from servanda.semantics.clock import (
    FACT,
    WINDOW,
    day_start,
    tick,
    to_micros,
    with_offset,
    zone_of,
)
from servanda.syntax.entries import When
from servanda.syntax.instants import advice_for, read_instant
from servanda.syntax.problems import refused

YEARS = (1700, 2200)
LAST_PHASE = 63
ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
ISO_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?)"
    r"(Z|[+-]\d\d(?::?\d\d)?)?(?: +([A-Z][\w+-]*(?:/[\w+-]+)*))?",
    re.ASCII,
)


Moment = str | date | datetime
"""A day or an instant: text as in the record (`2019-07-01`, `2018-08-07T00:01Z`), a `date`, or a
`datetime`. A naive `datetime` is in the agreement's zone. A day means its end."""


class BadDate(ValueError):
    """A date or an instant that does not exist: code, message and advice."""

    def __init__(self, code: str, message: str, help: str) -> None:
        super().__init__(message)
        self.code = code
        self.help = help


class FactTime(Struct, frozen=True):
    """When a fact happened, in ticks: between `lo` and `hi`; its extent ends at `fin`.

    `text` is the date as written.
    """

    lo: int
    hi: int
    fin: int
    text: str


def fact_time(when: When, zone: str) -> FactTime:
    """A day, month, instant, or a span of them, as ticks. Raises BadDate."""
    begin = _simple(when.start, zone, when.zone)
    if when.end is None:
        return begin
    end = _simple(when.end, zone, when.zone)
    if end.lo < begin.lo:
        raise BadDate("E145", f"{begin.text} comes after {end.text}", "write the earlier one first")
    text = f"{begin.text}..{end.text}"
    if when.granularity == "month" and begin.text[:7] == end.text[:7]:
        text = begin.text[:7]
    return FactTime(begin.lo, end.hi, end.fin, text)


def _simple(moment: date | str, zone: str, named: str | None) -> FactTime:
    if isinstance(moment, str):
        micros = instant_of(moment, zone, named)
        text = f"{moment} {named}" if named else moment
        return FactTime(tick(micros, FACT), tick(micros, FACT), tick(micros + 1, WINDOW), text)
    day = day_of(moment.isoformat())
    begin = tick(day_start(day, zone), FACT)
    following = tick(day_start(day + timedelta(days=1), zone), WINDOW)
    return FactTime(begin, begin, following, day.isoformat())


def day_of(text: str) -> date:
    """An ISO date of a year this clock can hold. Raises BadDate."""
    match = ISO_DAY.fullmatch(text)
    if not match:
        raise BadDate("E140", f"`{text}` is not a date", "write year-month-day, as in 2019-07-01")
    year, month, day = (int(part) for part in match.groups())
    if not YEARS[0] <= year <= YEARS[1]:
        raise BadDate(
            "E142", f"{text} is out of range", f"write a year from {YEARS[0]} to {YEARS[1]}"
        )
    if not 1 <= month <= 12:
        raise BadDate("E140", f"there is no day {text}", "write year-month-day, as in 2019-07-31")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise BadDate("E140", f"there is no day {text}", f"{year}-{month:02} has {last} days")
    return date(year, month, day)


def instant_of(text: str, zone: str, named: str | None = None) -> int:
    """Microseconds since 1970 UTC of an ISO instant; without an offset, in local time: of the
    zone after it, else of `named`, else of `zone`.

    A local time that the clocks skip or show twice needs an offset. Raises BadDate.
    """
    match = ISO_INSTANT.fullmatch(text)
    if not match:
        raise BadDate("E141", f"`{text}` is not an instant", "write it as 2025-09-28T00:00Z")
    written, offset, zone_said = match.groups()
    named = zone_said or named
    day_of(written[:10])
    try:
        moment = read_instant(written + (offset or ""))
    except ValueError as error:
        advice = advice_for(written + (offset or ""))
        raise BadDate("E141", f"there is no time {text}", advice) from error
    if offset:
        return _within_range(moment, text, named)
    return _local(moment, named or zone, text)


def _local(moment: datetime, zone: str, text: str) -> int:
    try:
        info = zone_of(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadDate(
            "E143", f"there is no zone `{zone}`", "zones are named as in `Europe/Amsterdam`"
        ) from error
    early = moment.replace(tzinfo=info, fold=0)
    late = moment.replace(tzinfo=info, fold=1)
    if early.utcoffset() != late.utcoffset():
        skipped = early.astimezone(UTC).astimezone(info).replace(tzinfo=None) != moment
        how = "skip this time" if skipped else "show this time twice"
        raise BadDate(
            "E146",
            f"the clocks of {zone} {how}: {text}",
            f"write it with its offset, as in {with_offset(early)}",
        )
    return to_micros(early)


def _within_range(moment: datetime, text: str, named: str | None) -> int:
    if named is None:
        return to_micros(moment)
    try:
        there = moment.astimezone(zone_of(named))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadDate(
            "E143", f"there is no zone `{named}`", "zones are named as in `Europe/Amsterdam`"
        ) from error
    if there.utcoffset() != moment.utcoffset():
        raise BadDate(
            "E144", f"{text}: that is not the offset of {named} then", "keep one of the two"
        )
    return to_micros(moment)


def end_of(text: str, zone: str) -> int:
    """The last tick of a day, or of an instant. Raises BadDate."""
    text = text.strip()
    if "T" in text:
        return tick(instant_of(text, zone), LAST_PHASE)
    return tick(day_start(day_of(text) + timedelta(days=1), zone), WINDOW) - 1


def moment_text(moment: Moment | None) -> str | None:
    """A moment as the text that the record would have. Raises ServandaError for anything else."""
    if moment is None or isinstance(moment, str):
        return moment
    if isinstance(moment, date):  # a datetime is one too
        return moment.isoformat()
    raise refused(
        *("E012", "option:day"),
        f"`{moment!r}` is neither a day nor an instant",
        "give a text such as 2019-07-01, a `date`, or a `datetime`",
    )
