"""When sources were issued: CSL-JSON dates, EDTF (ISO 8601-2) and the months of BibTeX.

All take one form: `2019-05-31`, `2019-05`, `2019`, `spring 2019`, `circa 2019`, `44 BCE`, two of
these with a `/` between, `..` for an end that is open; else a text as it was written.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

SEASONS = ("spring", "summer", "autumn", "winter")
OPEN = ".."
_BEFORE_SEASONS = 20
"""A month of 21 to 24 is a season (EDTF)."""
_NO, _OPEN_YEAR = (None, False, "", 0, "0", "false"), (0, "0")

_EDTF = re.compile(
    r"(?P<year>-?[\dXu]{4})"
    r"(?:-(?P<month>\d\d|XX|uu)(?:-(?P<day>\d\d|XX|uu))?)?"
    r"(?:T[\d:.]+(?:Z|[+-]\d\d(?::?\d\d)?)?)?(?P<mark>[?~%]?)",
    re.ASCII,
)
_LOOKS_LIKE_EDTF = re.compile(r"-?[\dXu]{4}([-/~?%T].*)?|[./].*/?.*", re.ASCII | re.S)


class BadIssueDate(ValueError):
    """It has the form of a date, and is none."""


# ------------------------------------------------------------------ EDTF
def edtf_date(text: str) -> str | None:
    """A date of EDTF, levels 0 and 1, in that form; another text as it is.

    None: no date is known. Raises BadIssueDate for `2019-13-45`.
    """
    text = " ".join(text.split())
    if not _LOOKS_LIKE_EDTF.fullmatch(text):
        return text or None
    sides = text.split("/")
    if len(sides) > 2:
        raise BadIssueDate(text)
    if len(sides) == 1:
        return _edtf_day(text)
    shown = [OPEN if side.strip() in ("", OPEN) else _edtf_day(side.strip()) for side in sides]
    return interval(shown)


def _edtf_day(text: str) -> str | None:
    found = _EDTF.fullmatch(text)
    if found is None:
        raise BadIssueDate(text)
    year, month, day = (part and part.replace("u", "X") for part in found.group(1, 2, 3))
    whole = year if year.lstrip("-").isdigit() else None
    if whole is None:
        shown = _some_year(year)
        if month not in (None, "XX"):
            raise BadIssueDate(text)
    else:
        number = int(whole)
        in_year, in_month = (None if p in (None, "XX") else int(p) for p in (month, day))
        # EDTF has a year 0, which is 1 BCE
        shown = day_text(number if number > 0 else number - 1, in_year, in_month)
    if shown is None:
        return None
    circa = "circa " if found["mark"] in ("~", "%") else ""
    doubt = "?" if found["mark"] in ("?", "%") else ""
    return f"{circa}{shown}{doubt}"


def _some_year(year: str) -> str | None:
    """`199X` → `1990s`, `19XX` → `1900s`."""
    known = year.rstrip("X")
    if not known.lstrip("-"):
        return None
    if not known.isdigit():
        raise BadIssueDate(year)
    return f"{known.ljust(4, '0')}s"


# ------------------------------------------------------------------ CSL-JSON
def csl_date(value: object) -> str | None:
    """A date variable of CSL-JSON in that form; None: there is no date.

    Years before 1 are BCE (`-44` is 44 BCE). Raises BadIssueDate for what is no date.
    """
    if isinstance(value, str):
        if value.strip() and not _LOOKS_LIKE_EDTF.fullmatch(value.strip()):
            raise BadIssueDate(value)
        return edtf_date(value)
    if not isinstance(value, Mapping):
        raise BadIssueDate(str(value))
    parts = value.get("date-parts")
    shown = None if parts is None else _csl_days(parts, value.get("season"))
    if shown is None:
        written = (value.get(key) for key in ("literal", "raw"))
        shown = next(
            (" ".join(t.split()) for t in written if isinstance(t, str) and t.strip()), None
        )
        if shown is None and parts is None and not {"literal", "raw", "season"} & value.keys():
            raise BadIssueDate("there is no `date-parts`")
        return shown
    return shown if value.get("circa") in _NO else f"circa {shown}"


def _csl_days(parts: object, season: object) -> str | None:
    if not isinstance(parts, list) or not 1 <= len(parts) <= 2:
        raise BadIssueDate(str(parts))
    days = [_csl_day(part) for part in parts]
    if not any(days):
        return None
    if season not in _NO and days[0] is not None:
        days[0] = _in_season(days[0], season)
    return days[0] if len(days) == 1 else interval([day or OPEN for day in days])


def _csl_day(parts: object) -> str | None:
    """`[2019, 5]` → `2019-05`; None: no day (`[]`, `[null]`, `[0, 0, 0]`)."""
    if not isinstance(parts, list) or len(parts) > 3:
        raise BadIssueDate(str(parts))
    if all(part in (None, "") for part in parts) or all(part in _OPEN_YEAR for part in parts):
        return None
    numbers = [_whole(part) for part in parts]
    year, month, day = [*numbers, None, None][:3]
    if year is None:
        raise BadIssueDate(str(parts))
    return day_text(year, month or None, day or None)


def _whole(part: object) -> int | None:
    """A whole number, written as one or as a text."""
    if part in (None, ""):
        return None
    if isinstance(part, str) and re.fullmatch(r"\s*-?\d{1,6}\s*", part, re.ASCII):
        return int(part)
    is_number = isinstance(part, int | float) and not isinstance(part, bool)
    if is_number and f"{part}".removesuffix(".0").removeprefix("-").isdigit():
        return _whole(f"{part}".removesuffix(".0"))
    raise BadIssueDate(str(part))


def _in_season(day: str, season: object) -> str:
    """A year in a season; a day that has a month already stays as it is."""
    if not re.fullmatch(r"\d+( BCE)?", day, re.ASCII):
        return day
    if isinstance(season, str) and not season.strip().isdigit():
        return f"{season.strip()} {day}"
    number = _whole(season)
    name = None if number is None else season_name(number)
    if name is None and number is not None and 1 <= number <= len(SEASONS):
        name = SEASONS[number - 1]
    if name is None:
        raise BadIssueDate(f"season {season}")
    return f"{name} {day}"


# ------------------------------------------------------------------ BibTeX
_NAMES = [name.lower() for name in calendar.month_name]
_SHORT = [name.lower() for name in calendar.month_abbr]


def bibtex_date(fields: Mapping[str, str]) -> str | None:
    """When a BibTeX entry was issued: by `date` (EDTF), else by `year`, `month` and `day`.

    Raises BadIssueDate for a date or a month that is none.
    """
    if fields.get("date", "").strip():
        return edtf_date(fields["date"])
    year, month, day = (fields.get(key, "").strip() for key in ("year", "month", "day"))
    if not year or not month:
        return year or None
    if not re.fullmatch(r"\d{4}", year, re.ASCII):
        return f"{month} {year}"
    months = [_month(part) for part in re.split(r"\s*(?:/|-+|–|&|\band\b)\s*", month, flags=re.I)]
    if len(months) == 1 and months[0] is not None:
        number, found = months[0]
        if found is None and day.isdecimal():
            found = int(day)
        return day_text(int(year), number, found)
    if len(months) == 2 and months[0] is not None and months[1] is not None:
        return interval([day_text(int(year), *part) for part in months if part is not None])
    if any(part is None for part in months) and not re.search(r"\d", month):
        season = month.lower().replace("fall", "autumn")
        return f"{season if season in SEASONS else month} {year}"
    raise BadIssueDate(f"{month} {year}")


def _month(text: str) -> tuple[int, int | None] | None:
    """`jan`, `Sept.`, `10 January`, `jan~10`, `5` → the month and the day, if there is one."""
    words = re.findall(r"[^\W\d_]+|\d+", text.lower())
    named = [word for word in words if not word.isdigit()]
    numbers = [int(word) for word in words if word.isdigit()]
    if not named and len(numbers) == 1:
        return (numbers[0], None) if 1 <= numbers[0] <= 12 else None
    named = [word for word in named if word not in ("st", "nd", "rd", "th", "of")]
    if len(named) != 1 or len(numbers) > 1:
        return None
    word = "sep" if named[0] == "sept" else named[0]
    for names in (_NAMES, _SHORT):
        if word in names:
            return names.index(word), next(iter(numbers), None)
    return None


# ------------------------------------------------------------------ output form
def day_text(year: int, month: int | None = None, day: int | None = None) -> str:
    """`2019-05-31`, `2019-05`, `spring 2019`, `44 BCE`. Raises BadIssueDate for no such day."""
    era = "" if year > 0 else " BCE"
    written = f"{year:04}" if year > 0 else str(-year)
    if month is None:
        if day is not None or year == 0:
            raise BadIssueDate(f"{year}, day {day}")
        return written + era
    season = season_name(month)
    if season is not None and day is None:
        return f"{season} {written}{era}"
    try:
        # 4 is a leap year: before the calendar began, 29 February is let pass
        date(year if 0 < year < 10_000 else 4, month, 1 if day is None else day)
    except ValueError:
        raise BadIssueDate(f"{year}-{month}" + ("" if day is None else f"-{day}")) from None
    return f"{written}-{month:02}" + ("" if day is None else f"-{day:02}") + era


def season_name(month: int) -> str | None:
    """The season that a month of 21 to 24 stands for."""
    number = month - _BEFORE_SEASONS
    return SEASONS[number - 1] if 1 <= number <= len(SEASONS) else None


def interval(sides: Sequence[Any]) -> str | None:
    """Two days with a `/` between; None where both ends are open."""
    shown = [OPEN if side is None else str(side) for side in sides]
    return None if shown == [OPEN, OPEN] else "/".join(shown)
