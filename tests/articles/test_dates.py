"""Dates as spans: more than 300 expressions, each with a reader's interpretation."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from servanda.articles.dates import DAYS, MONTHS, dates_in

TUESDAY = date(2021, 10, 5)
ONE = timedelta(days=1)


def d(text: str) -> date:
    return date.fromisoformat(text)


# What is written, its granularity, its span, and a second span where it may mean two things.
BY_HAND = [
    "on Sunday|day|2021-10-03|2021-10-04",
    "Saturday night|day|2021-10-02|2021-10-03",
    "on Tuesday|day|2021-10-05|2021-10-06",
    "last Sunday|day|2021-10-03|2021-10-04",
    "last Monday|day|2021-10-04|2021-10-05|2021-09-27|2021-09-28",
    "next Friday|day|2021-10-08|2021-10-09|2021-10-15|2021-10-16",
    "this Thursday|day|2021-10-07|2021-10-08",
    "this coming Monday|day|2021-10-11|2021-10-12",
    "today|day|2021-10-05|2021-10-06",
    "yesterday|day|2021-10-04|2021-10-05",
    "tomorrow|day|2021-10-06|2021-10-07",
    "tonight|day|2021-10-05|2021-10-06",
    "last night|day|2021-10-04|2021-10-05",
    "this morning|day|2021-10-05|2021-10-06",
    "this evening|day|2021-10-05|2021-10-06",
    "the day before yesterday|day|2021-10-03|2021-10-04",
    "the day after tomorrow|day|2021-10-07|2021-10-08",
    "last week|week|2021-09-27|2021-10-04",
    "this week|week|2021-10-04|2021-10-11",
    "next week|week|2021-10-11|2021-10-18",
    "last month|month|2021-09-01|2021-10-01",
    "this month|month|2021-10-01|2021-11-01",
    "next month|month|2021-11-01|2021-12-01",
    "last quarter|quarter|2021-07-01|2021-10-01",
    "this quarter|quarter|2021-10-01|2022-01-01",
    "next quarter|quarter|2022-01-01|2022-04-01",
    "last year|year|2020-01-01|2021-01-01",
    "this year|year|2021-01-01|2022-01-01",
    "next year|year|2022-01-01|2023-01-01",
    "the current year|year|2021-01-01|2022-01-01",
    "the previous month|month|2021-09-01|2021-10-01",
    "last decade|decade|2010-01-01|2020-01-01",
    "over the weekend|span|2021-10-02|2021-10-04",
    "the weekend|span|2021-10-02|2021-10-04",
    "last weekend|span|2021-10-02|2021-10-04",
    "next weekend|span|2021-10-09|2021-10-11",
    "the past three weeks|span|2021-09-15|2021-10-06",
    "the last ten days|span|2021-09-26|2021-10-06",
    "the next five days|span|2021-10-06|2021-10-11",
    "the past two years|span|2019-10-06|2021-10-06",
    "the next six months|span|2021-10-06|2022-04-06",
    "two weeks ago|week|2021-09-20|2021-09-27",
    "a year ago|year|2020-01-01|2021-01-01",
    "three months ago|month|2021-07-01|2021-08-01",
    "ten days ago|day|2021-09-25|2021-09-26",
    "in three weeks|week|2021-10-25|2021-11-01",
    "the ban will end in three weeks|week|2021-10-25|2021-11-01",
    "in thirty days|day|2021-11-04|2021-11-05",
    "in May 2018|month|2018-05-01|2018-06-01",
    "early May 2018|span|2018-05-01|2018-05-11",
    "mid-May 2018|span|2018-05-11|2018-05-21",
    "late May 2018|span|2018-05-21|2018-06-01",
    "late 2019|span|2019-09-01|2020-01-01",
    "early 2019|span|2019-01-01|2019-05-01",
    "in 2015|year|2015-01-01|2016-01-01",
    "since 2015|year|2015-01-01|2016-01-01",
    "the 1990s|decade|1990-01-01|2000-01-01",
    "from 2015 to 2018|span|2015-01-01|2019-01-01",
    "2019-2020|span|2019-01-01|2021-01-01",
    "the first quarter of 2020|quarter|2020-01-01|2020-04-01",
    "the fourth quarter of 2020|quarter|2020-10-01|2021-01-01",
    "Q3 2019|quarter|2019-07-01|2019-10-01",
    "on June 20|day|2021-06-20|2021-06-21",
    "on 2 January|day|2022-01-02|2022-01-03",
    "December 30|day|2021-12-30|2021-12-31",
    "the 20th of June|day|2021-06-20|2021-06-21",
    "20-22 November 2016|span|2016-11-20|2016-11-23",
    "May 8 to 10, 2019|span|2019-05-08|2019-05-11",
    "May 8-10|span|2021-05-08|2021-05-11",
    "Tuesday, 5 October 2021|day|2021-10-05|2021-10-06",
    "Tuesday, October 5, 2021|day|2021-10-05|2021-10-06",
    "7/9/2020|day|2020-09-07|2020-09-08|2020-07-09|2020-07-10",
    "25/12/2020|day|2020-12-25|2020-12-26",
    "12/25/2020|day|2020-12-25|2020-12-26",
    "5/5/2020|day|2020-05-05|2020-05-06",
    "summer 2019|span|2019-06-01|2019-09-01|2018-12-01|2019-03-01",
    "in September|month|2021-09-01|2021-10-01",
    "last May|month|2021-05-01|2021-06-01",
    "last November|month|2020-11-01|2020-12-01",
    "next March|month|2022-03-01|2022-04-01",
    "next November|month|2021-11-01|2021-12-01",
    "since November|month|2020-11-01|2020-12-01",
    "by March|month|2022-03-01|2022-04-01",
    "in March|month|2021-03-01|2021-04-01|2022-03-01|2022-04-01",
]

# Numbers that are no dates, impossible days, and words that only look like dates.
NOT_DATES = [
    "the 76th session",
    "for the second time in four years",
    "the worst drought in two decades",
    "it lost the war in three weeks",
    "Resolution 2231 (no)",
    "1,044 centrifuges",
    "about 2000 people",
    "2015 kg of ore",
    "30 February 2019",
    "31 April 2020",
    "31/31/2020",
    "paragraph 36",
    "$2019",
    "2,015 votes",
    "may resume talks",
    "they march on",
    "the 3rd time",
    "20 percent",
    "Article 26",
    "a March hare",
    "10 billion",
    "202.8",
    "the G7",
    "the E3",
    "5+1",
    "Annex I.15",
    "1950 tonnes",
    "2020-13-45",
    "the august assembly",
    "IR-6",
    "a sound second step",
]

# Without a publication date nothing relative is guessed.
OPEN = [
    "on Sunday",
    "last month",
    "yesterday",
    "two weeks ago",
    "June 20",
    "next year",
    "over the weekend",
    "in March",
    "the past three weeks",
    "last summer",
    "tomorrow",
    "this week",
]


def spans_of(text: str, published: date | None = TUESDAY) -> list[tuple[str, list[date]]]:
    found = dates_in(f"They met {text}, it is said.", published)
    return [(x.grain, [day for span in x.spans for day in span]) for x in found]


@pytest.mark.parametrize("line", BY_HAND)
def test_by_hand(line: str) -> None:
    text, grain, *days = line.split("|")
    assert spans_of(text) == [(grain, [d(day) for day in days])]


FORMS = [
    "{d} {m} {y}",
    "{m} {d}, {y}",
    "{m} {d} {y}",
    "the {d}th of {m} {y}",
    "{s} {d}, {y}",
    "{d} {s} {y}",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("month", range(1, 13))
def test_full_dates(form: str, month: int) -> None:
    name = MONTHS[month - 1].capitalize()
    text = form.format(d=17, m=name, s=name[:3], y=2018)
    assert spans_of(text) == [("day", [date(2018, month, 17), date(2018, month, 18)])]


@pytest.mark.parametrize("month", range(1, 13))
def test_months_with_their_year(month: int) -> None:
    text = f"in {MONTHS[month - 1].capitalize()} 2019"
    after = date(2019 + month // 12, month % 12 + 1, 1)
    assert spans_of(text) == [("month", [date(2019, month, 1), after])]


@pytest.mark.parametrize("offset", range(7))
@pytest.mark.parametrize("name", DAYS)
def test_a_weekday_is_the_last_one(name: str, offset: int) -> None:
    published = TUESDAY + offset * ONE
    day = published
    while day.strftime("%A").lower() != name:
        day -= ONE
    assert spans_of(f"on {name.capitalize()}", published) == [("day", [day, day + ONE])]


@pytest.mark.parametrize("count", range(1, 13))
def test_days_ago(count: int) -> None:
    day = TUESDAY - count * ONE
    assert spans_of(f"{count} days ago") == [("day", [day, day + ONE])]


@pytest.mark.parametrize("month", range(1, 13))
def test_a_day_without_year_is_the_nearest(month: int) -> None:
    near = min((date(y, month, 9) for y in (2020, 2021, 2022)), key=lambda x: abs(x - TUESDAY))
    text = f"on {MONTHS[month - 1].capitalize()} 9"
    assert spans_of(text) == [("day", [near, near + ONE])]


@pytest.mark.parametrize("year", range(1995, 2025))
def test_years(year: int) -> None:
    assert spans_of(f"in {year}") == [("year", [date(year, 1, 1), date(year + 1, 1, 1)])]


@pytest.mark.parametrize("text", NOT_DATES)
def test_no_date_is_seen(text: str) -> None:
    assert [x.phrase for x in dates_in(f"It was {text} then", TUESDAY)] == []


@pytest.mark.parametrize("text", OPEN)
def test_nothing_relative_is_guessed(text: str) -> None:
    assert spans_of(text, None) == []


def test_there_are_at_least_300() -> None:
    made = len(BY_HAND) + 12 * len(FORMS) + 12 + 49 + 12 + 12 + 30 + len(NOT_DATES) + len(OPEN)
    assert made >= 300, made


def test_an_ambiguous_date_says_so() -> None:
    (found,) = dates_in("on 7/9/2020", TUESDAY)
    assert found.ambiguous
