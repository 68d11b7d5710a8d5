"""Dates as ticks."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.record.account_facts import parse_as_of
from servanda.record.dates import BadDate, fact_time
from servanda.semantics.clock import day_start, tick, to_micros
from servanda.syntax.entries import When


def micros(text: str) -> int:
    return to_micros(datetime.fromisoformat(text).replace(tzinfo=UTC))


def test_a_day() -> None:
    span = fact_time(When(date(2019, 7, 1)), "Asia/Tehran")
    assert span.lo == span.hi == tick(micros("2019-06-30T19:30"), 1)
    assert span.fin == tick(micros("2019-07-01T19:30"), 0)


def test_a_month_and_a_span() -> None:
    month = fact_time(When(date(2020, 2, 1), date(2020, 2, 29), granularity="month"), "UTC")
    assert month.text == "2020-02"
    assert month.hi == tick(micros("2020-02-29T00:00"), 1)
    assert month.fin == tick(micros("2020-03-01T00:00"), 0)
    with pytest.raises(BadDate, match="comes after"):
        fact_time(When(date(2020, 2, 2), date(2020, 2, 1)), "UTC")


def test_an_instant() -> None:
    span = fact_time(When("2025-09-27T20:00", zone="America/New_York"), "UTC")
    assert span.lo == span.hi == tick(micros("2025-09-28T00:00"), 1)
    assert span.fin == tick(micros("2025-09-28T00:00") + 1, 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2019-10-27T02:30", "show this time twice"),
        ("2019-03-31T02:30", "skip this time"),
        ("2019-03-31T25:00", "no time"),
        ("2019-02-30T10:00", "no day"),
        ("1019-02-03T10:00", "out of range"),
    ],
)
def test_doubtful_instants(text: str, message: str) -> None:
    with pytest.raises(BadDate, match=message):
        fact_time(When(text), "Europe/Amsterdam")


def test_an_offset_settles_it() -> None:
    early = fact_time(When("2019-10-27T02:30+02:00"), "Europe/Amsterdam")
    late = fact_time(When("2019-10-27T02:30+01:00"), "Europe/Amsterdam")
    assert late.lo - early.lo == tick(3_600_000_000, 0)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1699, 12, 31), date(2201, 1, 1), date.max])
def test_years_out_of_range(day: date) -> None:
    with pytest.raises(BadDate, match="out of range"):
        fact_time(When(day), "Asia/Tokyo")


def test_as_of_is_the_last_tick_of_a_day_or_an_instant() -> None:
    assert parse_as_of("2019-06-30", "UTC") == tick(micros("2019-07-01T00:00"), 0) - 1
    assert parse_as_of("2025-09-28T00:00Z", "Asia/Tokyo") == tick(micros("2025-09-28T00:00"), 63)
    assert parse_as_of(" 2019-06-30 ", "Asia/Tehran") == tick(micros("2019-06-30T19:30"), 0) - 1
    instant = parse_as_of("2025-09-27T20:00 America/New_York", "UTC")
    assert instant == parse_as_of("2025-09-28T00:00Z", "UTC")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2019",
        "2019-07",
        "2019-13-01",
        "2019-02-29",
        "9999-12-31",
        "2019-07-01T",
        "2019-07-01T10",
        "2019-07-01T10:61",
        "2019-07-01T10:00 Mars/Base",
        "٢٠١٩-٠١-٠١",
        "2019-07-01T10:00+02:00 America/New_York",
    ],
)
def test_nonsense_as_of(text: str) -> None:
    with pytest.raises(BadDate) as caught:
        parse_as_of(text, "UTC")
    assert str(caught.value)


@given(st.text(max_size=30))
def test_no_text_breaks_as_of(text: str) -> None:
    with contextlib.suppress(BadDate):
        parse_as_of(text, "Europe/Amsterdam")


@given(
    st.dates(date(1700, 1, 1), date(2200, 12, 30)),
    st.sampled_from(["UTC", "Europe/Amsterdam", "America/Havana", "Pacific/Apia", "Asia/Tehran"]),
)
def test_days_follow_one_another(day: date, zone: str) -> None:
    span = fact_time(When(day), zone)
    assert span.lo == tick(day_start(day, zone), 1)
    assert span.fin >= span.lo - 1
    following = fact_time(When(day + timedelta(days=1)), zone)
    assert span.fin == following.lo - 1
    assert parse_as_of(day.isoformat(), zone) == span.fin - 1
