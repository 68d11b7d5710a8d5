"""Local days in SQL: the same counting as semantics/clock.py, over columns of microseconds."""

from __future__ import annotations

from datetime import date, timedelta

from servanda.judge.engines.duckdb import Tables
from servanda.judge.plan.sql import named, quoted
from servanda.semantics.clock import LENGTHS, Counting, is_business_day
from servanda.syntax.tree import Duration

MONTH_END = "ambiguous month end: "


class Days:
    """SQL expressions for one agreement's zone, month ends and calendars."""

    def __init__(self, counting: Counting) -> None:
        self.counting = counting
        self.utc = counting.zone in ("UTC", "Etc/UTC")

    def is_sum(self, duration: Duration) -> bool:
        """Whether a deadline so far off is a sum: no look-up, no zone, no error."""
        if duration.unit in ("day", "week"):
            return self.utc and duration.calendar is None
        return duration.is_exact

    def day_of(self, micros: str) -> str:
        stamp = f"make_timestamp({micros})"
        if self.utc:
            return f"CAST({stamp} AS DATE)"
        return f"CAST(timezone({quoted(self.counting.zone)}, timezone('UTC', {stamp})) AS DATE)"

    def start_of(self, day: str) -> str:
        stamp = f"CAST({day} AS TIMESTAMP)"
        if not self.utc:
            stamp = f"timezone({quoted(self.counting.zone)}, {stamp})"
        return f"epoch_us({stamp})"

    def shift_day(self, day: str, duration: Duration, sign: int) -> str:
        count = sign * duration.count
        if duration.calendar is not None:
            return self.business_shift(day, count, duration.calendar)
        if duration.unit in ("month", "year"):
            months = count * (12 if duration.unit == "year" else 1)
            shifted = f"CAST({day} + INTERVAL ({months}) MONTH AS DATE)"
            if not self.counting.clipped:
                shifted = (
                    f"(CASE WHEN day({shifted}) < day({day}) "
                    f"THEN error(concat('{MONTH_END}', {day})) ELSE {shifted} END)"
                )
        else:
            shifted = f"({day} + {count * (7 if duration.unit == 'week' else 1)})"
        return f"({shifted} - {sign})" if self.counting.count_trigger_day else shifted

    def business_shift(self, day: str, count: int, calendar: str) -> str:
        table = named("cal_", calendar)
        # `after` counts the business days up to and including a day; backwards starts before it.
        at = "after" if count > 0 else "before"
        return (
            f"(SELECT min(b.day) FROM {table} a JOIN {table} b "
            f"ON b.business AND b.after = a.{at} + {count} WHERE a.day = {day})"
        )

    def shift(self, micros: str, duration: Duration, sign: int = 1) -> str:
        if duration.is_exact:
            return f"({micros} + {sign * duration.count * LENGTHS[duration.unit]})"
        return self.start_of(self.shift_day(self.day_of(micros), duration, sign))

    def deadline(self, micros: str, duration: Duration) -> str:
        if duration.is_exact:
            return f"({micros} + {duration.count * LENGTHS[duration.unit]})"
        return self.start_of(f"({self.shift_day(self.day_of(micros), duration, 1)} + 1)")

    def day_end(self, micros: str) -> str:
        return self.start_of(f"({self.day_of(micros)} + 1)")

    def day_begin(self, micros: str) -> str:
        return self.start_of(self.day_of(micros))

    def load_calendars(self, tables: Tables, first: date, last: date) -> None:
        """`cal_X(day, business, before, after)`: running counts of business days."""
        for name, calendar in self.counting.calendars.items():
            rows, count, day = [], 0, first
            while day <= last:
                business = is_business_day(day, calendar)
                # Going back n from a day lands on number `before + 1 - n` counted up to that day.
                before = count + 1
                count += business
                rows.append(f"(DATE '{day}', {business}, {before}, {count})")
                day += timedelta(days=1)
            tables.create(
                named("cal_", name),
                f"SELECT * FROM (VALUES {', '.join(rows)}) t(day, business, before, after)",
            )
