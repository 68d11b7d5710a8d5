"""Builds numbers, dates, names, patterns, conditions and points in time from their tokens.

Methods are named after the grammar's rules. The parser calls them as it reduces, so no parse tree
is built. A value that does not exist (30 February) is reported, and replaced by a stand-in.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

from lark import Token, Transformer, v_args
from msgspec.structs import replace

from servanda.syntax import tree as m
from servanda.syntax.entries import When
from servanda.syntax.instants import advice_for, read_instant
from servanda.syntax.layout import Statement
from servanda.syntax.old_spellings import OLD_SPELLINGS, OldSpelling
from servanda.syntax.problems import Problems, did_you_mean

EARLIEST, LATEST = 1700, 2200
STAND_IN = date(2000, 1, 1)
MOST_DIGITS = 28
LARGEST_EXPONENT = 24
MOST_OPERATIONS = 100
ZONES = "zones are named as in `UTC` or `Europe/Vienna`"
SWAP = "write the earlier one first"
MOST_OF_A_UNIT = {
    "second": 10**9,
    "minute": 10**8,
    "hour": 10**7,
    "day": 365_250,
    "week": 52_000,
    "month": 12_000,
    "year": 1_000,
}


_AFTER_COMMA = re.compile(r"\d,\Z")


class Builder(Transformer[Token, Any]):
    """Base of all builders: the current statement and the collector of problems."""

    def __init__(self) -> None:
        super().__init__()
        self._statement = Statement("", m.NOWHERE, [(0, 0, 0)], 0)
        self._problems = Problems()
        self._operations = 0

    def begin_statement(self, statement: Statement, problems: Problems) -> None:
        """Set the statement that the parser reads next."""
        self._statement = statement
        self._problems = problems
        self._operations = 0

    def _at(self, token: Token) -> m.Place:
        return self._statement.at(token.start_pos or 0)

    @property
    def _here(self) -> m.Place:
        """The place of the whole statement."""
        return self._statement.place

    def _refuse(self, code: str, token: Token, message: str, advice: str) -> None:
        place = self._at(token)
        self._problems.add(code, place, message, advice, end_column=place.column + len(token))

    def _old(self, code: str, at: Token | m.Place, variant: OldSpelling | None = None) -> None:
        """Report a spelling that people understood in two ways."""
        spelling = variant or OLD_SPELLINGS[code]
        if isinstance(at, Token):
            self._refuse(code, at, spelling.message, spelling.advice)
        else:
            self._problems.add(code, at, spelling.message, spelling.advice)

    def _one_more_operation(self) -> bool:
        """Count one operation; whether the statement may still have it."""
        self._operations += 1
        if self._operations == MOST_OPERATIONS + 1:
            message = f"more than {MOST_OPERATIONS} operations in one statement"
            self._problems.add("E132", self._here, message, "split it with `define`")
        return self._operations <= MOST_OPERATIONS

    def _date(self, token: Token) -> date:
        try:
            day = date.fromisoformat(token)
        except ValueError:
            self._refuse("E140", token, f"there is no day {token}", _days_of_month(token))
            return STAND_IN
        return day if self._year_fits(token, day.year) else STAND_IN

    def _year_fits(self, token: Token, year: int) -> bool:
        if EARLIEST <= year <= LATEST:
            return True
        self._refuse(
            "E142",
            token,
            f"the year {year} is out of range",
            f"write a year from {EARLIEST} to {LATEST}",
        )
        return False

    def _instant(self, token: Token) -> tuple[str, str | None]:
        """The ISO text of an instant and its named zone, if it has one."""
        text, _, zone = str(token).partition(" ")
        zone = zone.strip()
        try:
            instant = read_instant(text)
        except ValueError:
            self._refuse("E141", token, f"there is no instant {text}", self._instant_advice(text))
            return "2000-01-01T00:00", None
        if not self._year_fits(token, instant.year):
            return "2000-01-01T00:00", None
        if zone and instant.tzinfo is not None:
            message = "an instant has both an offset and a zone, which may disagree"
            self._refuse("E144", token, message, "keep one of the two")
        elif zone:
            zone = self._zone(token, zone)
        return text, zone or None

    def _instant_advice(self, text: str) -> str:
        try:
            date.fromisoformat(text[:10])
        except ValueError:
            return _days_of_month(text[:10])
        return advice_for(text)

    def _zone(self, token: Token, zone: str) -> str:
        """The zone; an unknown one is reported and replaced by UTC."""
        if is_zone(zone):
            return zone
        advice = did_you_mean(zone, available_timezones()) or ZONES
        self._refuse("E143", token, f"there is no time zone `{zone}`", advice)
        return "UTC"

    def _text(self, token: Token | None) -> str | None:
        return None if token is None else token[1:-1]

    def _whole(self, token: Token, unit: str) -> int:
        """The count of a duration."""
        try:
            value = Decimal(token.replace("_", ""))
            count = int(value) if value == value.to_integral_value() and len(token) < 20 else -1
        except (InvalidOperation, OverflowError):
            count = -1
        if count < 0:
            self._refuse(
                "E149", token, f"{token} is no whole number of {unit}s", "write a whole number"
            )
            return 1
        if count > MOST_OF_A_UNIT[unit]:
            self._refuse(
                "E149",
                token,
                f"{token} {unit}s is too long",
                "write less than about a thousand years",
            )
            return 1
        return count


@cache
def is_zone(name: str) -> bool:
    """Whether a named time zone exists."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError):  # no such key (a KeyError of its own), or no key at all
        return False
    except KeyError:
        return False
    return True


@v_args(inline=True)
class ValueBuilder(Builder):
    """Numbers, expressions, patterns, conditions, points in time."""

    # ------------------------------------------------------------------ numbers and literals
    def percent(self) -> str:
        return "%"

    def unit_words(self, *words: Token | None) -> str:
        *names, per = words
        unit = " ".join(str(name) for name in names)
        return unit if per is None else f"{unit}/{per}"

    def quantity(self, number: Token, unit: str | None) -> m.Number:
        return m.Number(self._decimal(number), unit, self._at(number))

    def _decimal(self, token: Token) -> Decimal:
        if len(token) == 3 and _AFTER_COMMA.search(self._statement.text, 0, token.start_pos or 0):
            advice = "write 100000 or 100_000; between two values put a space after the comma"
            self._refuse("E147", token, "a comma inside a number, or no space after it", advice)
        try:
            value = Decimal(token.replace("_", ""))
        except InvalidOperation:
            value = Decimal("Infinity")
        fits = value.is_finite() and len(value.as_tuple().digits) <= MOST_DIGITS
        if not fits or (value and abs(value.adjusted()) > LARGEST_EXPONENT):
            advice = f"write up to {MOST_DIGITS} digits, below 1e{LARGEST_EXPONENT}"
            self._refuse("E148", token, "this number is too long to be exact", advice)
            return Decimal(1)
        return value

    def negative(self, number: m.Number) -> m.Number:
        value = number.value.copy_negate() if number.value else number.value
        return replace(number, value=value)

    def text(self, token: Token) -> m.Text:
        return m.Text(token[1:-1])

    def date_literal(self, token: Token) -> m.Day:
        return m.Day(self._date(token))

    def name(self, token: Token) -> m.Name:
        return m.Name(str(token), self._at(token))

    # ------------------------------------------------------------------ expressions
    def measure_of(self, measure: Token, of: Token) -> m.MeasureOf:
        return m.MeasureOf(str(measure), str(of), self._at(measure))

    def add(self, left: m.Expr, right: m.Expr) -> m.Expr:
        return m.Arithmetic("+", left, right) if self._one_more_operation() else left

    def sub(self, left: m.Expr, right: m.Expr) -> m.Expr:
        return m.Arithmetic("-", left, right) if self._one_more_operation() else left

    def mul(self, left: m.Expr, right: m.Expr) -> m.Expr:
        return m.Arithmetic("*", left, right) if self._one_more_operation() else left

    def window_last(self, duration: m.Duration) -> m.Duration:
        return duration

    def window_so_far(self) -> None:
        return None

    def sum_of(self, param: Token, pattern: m.Pattern, window: m.Duration | None) -> m.SumOf:
        return m.SumOf(str(param), pattern, window, self._at(param))

    def count_of(self, pattern: m.Pattern, window: m.Duration | None) -> m.CountOf:
        return m.CountOf(pattern, window, pattern.place)

    def rate_of(self, param: Token, pattern: m.Pattern, per: Token, window: m.Duration) -> m.RateOf:
        return m.RateOf(str(param), pattern, per.removesuffix("s"), window, self._at(param))

    def change_of(self, measure: Token, of: Token | None, window: m.Duration) -> m.ChangeOf:
        return m.ChangeOf(str(measure), _str(of), window, self._at(measure))

    # ------------------------------------------------------------------ patterns
    def pattern(self, name: Token, *args: m.Arg | None) -> m.Pattern:
        place = self._at(name)
        placed = tuple(
            replace(arg, place=place) if arg.place is m.NOWHERE else arg for arg in args if arg
        )
        return m.Pattern(str(name), placed, place)

    def named_arg(self, name: Token, arg: m.Arg) -> m.Arg:
        return m.Arg(str(name), arg.op, arg.value, self._at(name))

    def plain_arg(self, arg: m.Arg) -> m.Arg:
        return arg

    def arg_is(self, value: m.Expr) -> m.Arg:
        return m.Arg(None, "=", value, getattr(value, "place", m.NOWHERE))

    def arg_any(self) -> m.Arg:
        return m.Arg(None, "any")

    def arg_same(self) -> m.Arg:
        return m.Arg(None, "same")

    def old_same(self, word: Token) -> m.Arg:
        self._old("E192", word)
        return m.Arg(None, "same")

    def arg_at_least(self, value: m.Expr) -> m.Arg:
        return m.Arg(None, ">=", value, getattr(value, "place", m.NOWHERE))

    def arg_at_most(self, value: m.Expr) -> m.Arg:
        return m.Arg(None, "<=", value, getattr(value, "place", m.NOWHERE))

    def arg_more(self, value: m.Expr) -> m.Arg:
        return m.Arg(None, ">", value, getattr(value, "place", m.NOWHERE))

    def arg_less(self, value: m.Expr) -> m.Arg:
        return m.Arg(None, "<", value, getattr(value, "place", m.NOWHERE))

    # ------------------------------------------------------------------ conditions
    def cond(self, *items: m.Cond) -> m.Cond:
        return either(*items)

    def conj(self, *items: m.Cond) -> m.Cond:
        return both(*items)

    def not_(self, item: m.Cond) -> m.Cond:
        return m.Not(item) if self._one_more_operation() else item

    def compare(self, left: m.Expr, op: Token, right: m.Expr) -> m.Compare:
        return m.Compare(cast(Any, str(op)), left, right, self._at(op))

    def member(self, name: Token, group: Token) -> m.Member:
        return m.Member(str(name), str(group), self._at(name))

    def breached_clause(self, clause: Token) -> tuple[str | None, bool]:
        return str(clause), False

    def breached_any(self, _: Token) -> tuple[str | None, bool]:
        return None, False

    def breached_owed(self, _: Token) -> tuple[str | None, bool]:
        return None, True

    def determined(self, term: Token) -> Token:
        return term

    def in_breach(
        self, party: Token, breached: tuple[str | None, bool], term: Token | None
    ) -> m.InBreach:
        clause, owed = breached
        return m.InBreach(str(party), clause, owed, _str(term), self._at(party))

    def old_in_breach(self, party: Token) -> m.InBreach:
        self._old("E181", party)
        return m.InBreach(str(party), None, False, None, self._at(party))

    def clause_is(self, clause: Token, state: Token) -> m.ClauseIs:
        return m.ClauseIs(str(clause), cast(Any, " ".join(state.split())), self._at(clause))

    def has_happened(self, pattern: m.Pattern, last: m.Duration | None) -> m.Once:
        return m.Once(pattern, last, pattern.place)

    def old_once(self, pattern: m.Pattern, last: m.Duration | None) -> m.Once:
        self._old("E182", pattern.place)
        return m.Once(pattern, last, pattern.place)

    def holds_pred(self, pattern: m.Pattern) -> m.Holds:
        return m.Holds(pattern)

    # ------------------------------------------------------------------ time
    def duration(self, count: Token, unit: Token) -> m.Duration:
        word = unit.removesuffix("s")
        return m.Duration(self._whole(count, word), cast(Any, word), None, self._at(count))

    def business_duration(self, count: Token, unit: Token, calendar: Token) -> m.Duration:
        if unit not in ("day", "days"):
            self._refuse("E149", unit, f"there are no business {unit}", "write business days")
        return m.Duration(self._whole(count, "day"), "day", str(calendar), self._at(count))

    def point_date(self, token: Token) -> m.AtDate:
        return m.AtDate(self._date(token))

    def point_instant(self, token: Token) -> m.AtInstant:
        return m.AtInstant(*self._instant(token))

    def point_event(self, pattern: m.Pattern) -> m.AtEvent:
        return m.AtEvent(pattern)

    def point_plus(self, point: m.Point, duration: m.Duration) -> m.Point:
        return m.Shift(point, 1, duration) if self._one_more_operation() else point

    def point_minus(self, point: m.Point, duration: m.Duration) -> m.Point:
        return m.Shift(point, -1, duration) if self._one_more_operation() else point

    def point_earlier(self, *points: m.Point) -> m.Earlier:
        return m.Earlier(points)

    def point_later(self, *points: m.Point) -> m.Later:
        return m.Later(points)

    def point_start(self, point: m.Point) -> m.Edge:
        return m.Edge("start", point)

    def point_end(self, point: m.Point) -> m.Edge:
        return m.Edge("end", point)

    def when(self, token: Token) -> When:
        if token.type == "DATE":
            return When(self._date(token))
        if token.type == "INSTANT":
            text, zone = self._instant(token)
            return When(text, None, zone, "instant")
        year, month = int(token[:4]), int(token[5:])
        if not 1 <= month <= 12:
            self._refuse(
                "E140", token, f"there is no month {token}", "write year-month, as in 2015-10"
            )
            month = 1
        if not self._year_fits(token, year):
            year = STAND_IN.year
        first = date(year, month, 1)
        following = date(year + month // 12, month % 12 + 1, 1)
        return When(first, following - timedelta(days=1), None, "month")

    def when_span(self, start: Token, end: Token) -> When:
        if start.type == "DATE":
            first, last = self._date(start), self._date(end)
            if last < first:
                self._refuse("E145", end, f"this span ends before it starts: {start}..{end}", SWAP)
            return When(first, last)
        (begins, zone), (ends, other) = self._instant(start), self._instant(end)
        if zone and other and zone != other:
            self._refuse(
                "E144",
                end,
                f"a span has two zones: {zone} and {other}",
                "write both times in one zone",
            )
        first_instant, last_instant = read_instant(begins), read_instant(ends)
        both_alike = (first_instant.tzinfo is None) == (last_instant.tzinfo is None)
        if both_alike and last_instant < first_instant:
            self._refuse("E145", end, f"this span ends before it starts: {start}..{end}", SWAP)
        return When(begins, ends, zone or other, "instant")


def _days_of_month(day: str) -> str:
    """Advice for a day that its month does not have."""
    year, month = int(day[:4]), int(day[5:7])
    if not (MINYEAR <= year <= MAXYEAR and 1 <= month <= 12):
        return "write year-month-day, as in 2015-10-18"
    return f"{day[:7]} has {monthrange(year, month)[1]} days"


def _str(token: Token | None) -> str | None:
    return None if token is None else str(token)


def either(*conds: m.Cond) -> m.Cond:
    """The conditions joined by `or`, flat."""
    items = [i for cond in conds for i in (cond.items if isinstance(cond, m.Or) else (cond,))]
    return items[0] if len(items) == 1 else m.Or(tuple(items))


def both(*conds: m.Cond) -> m.Cond:
    """The conditions joined by `and`, flat."""
    items = [i for cond in conds for i in (cond.items if isinstance(cond, m.And) else (cond,))]
    return items[0] if len(items) == 1 else m.And(tuple(items))
