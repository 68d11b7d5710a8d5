"""Date phrases of a text as spans `[from, until)` with granularity, relative to publication.

Ambiguous phrases keep both interpretations. Relative phrases are skipped if the publication date
is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal as OneOf

from msgspec import Struct

from servanda.articles.model import TextSpan

Grain = OneOf["day", "week", "month", "quarter", "year", "decade", "span"]
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905
NUMBERS = dict(
    zip(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        range(1, 13),
        strict=True,
    )
)
NUMBERS |= {
    "a": 1,
    "an": 1,
    "a couple of": 2,
    "thirty": 30,
    "twenty": 20,
    "fifteen": 15,
    "sixty": 60,
    "ninety": 90,
}
MON = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
NUM = r"(?:\d{1,3}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
ORD = r"(\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"((?:19|20)\d\d)"


class Dated(Struct, frozen=True):
    """A date phrase and its interpretations, half-open; two `spans` if it is ambiguous."""

    at: TextSpan
    phrase: str
    spans: tuple[tuple[date, date], ...]
    grain: Grain

    @property
    def ambiguous(self) -> bool:
        return len(self.spans) > 1


Interpretation = tuple[Grain, list[tuple[date, date]]] | None
Rule = Callable[[re.Match[str], date | None], Interpretation]


def dates_in(text: str, published: date | None) -> list[Dated]:
    """All date phrases of a text, in order and without overlaps."""
    found: list[Dated] = []
    for match in ANY.finditer(text):
        for pattern, rule in RULES:
            whole = pattern.fullmatch(match.group())
            if whole and rule is ahead_by and not looks_ahead(text, match.start(), match.end()):
                break
            made = rule(whole, published) if whole else None
            if made is not None:
                at = TextSpan(match.start(), match.end())
                found.append(Dated(at, match.group(), tuple(made[1]), made[0]))
                break
    return found


def looks_ahead(text: str, start: int, end: int) -> bool:
    """Whether "in four years" is a date ("will expire in") and not a count ("second time in")."""
    before = re.split(r"[.;!?\n]", text[:start])[-1]
    after = re.split(r"[.;!?\n]", text[end:])[0]
    alone = not re.search(r"\w", before + after)
    counted = re.search(r"(?i)\b(?:time|times|once|twice|first|only|\w+est)\W+(?:\w+\W+)?$", before)
    return alone or (counted is None and FUTURE.search(before + after) is not None)


def day_span(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def month_span(year: int, month: int) -> tuple[date, date]:
    start = date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    return start, date(start.year + start.month // 12, start.month % 12 + 1, 1)


def year_span(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year + 1, 1, 1)


def month_number(text: str) -> int:
    return next(
        i for i, name in enumerate(MONTHS, 1) if name.startswith(text.lower().rstrip(".")[:3])
    )


def number(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text.lower()]


def valid_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# ------------------------------------------------------------------ rules
def iso(m: re.Match[str], _: date | None) -> Interpretation:
    day = valid_date(int(m[1]), int(m[2]), int(m[3]))
    return ("day", [day_span(day)]) if day else None


def slashed(m: re.Match[str], _: date | None) -> Interpretation:
    year = int(m[3])
    readings = dict.fromkeys(
        (valid_date(year, int(m[2]), int(m[1])), valid_date(year, int(m[1]), int(m[2])))
    )
    days = [day_span(d) for d in readings if d]
    return ("day", days) if days else None


def full_date(month: str, day: str, year: str) -> Interpretation:
    found = valid_date(int(year), month_number(month), int(day))
    return ("day", [day_span(found)]) if found else None


def nearest_day(month: str, day: str, published: date | None) -> Interpretation:
    """A day without a year: the one nearest to publication."""
    if published is None:
        return None
    years = (published.year - 1, published.year, published.year + 1)
    days = [d for y in years if (d := valid_date(y, month_number(month), int(day)))]
    return ("day", [day_span(min(days, key=lambda d: abs(d - published)))]) if days else None


def month_year(m: re.Match[str], _: date | None) -> Interpretation:
    part, month, year = m[1], month_number(m[2]), int(m[3])
    start, end = month_span(year, month)
    if not part:
        return "month", [(start, end)]
    cuts = {"early": (0, 10), "mid": (10, 20), "late": (20, 31)}[part.lower().strip("- ")]
    last = min(start + timedelta(days=cuts[1]), end)
    return "span", [(start + timedelta(days=cuts[0]), end if cuts[1] == 31 else last)]


def month_alone(m: re.Match[str], published: date | None) -> Interpretation:
    """ "in May": the nearest such month; "last May": the one before publication."""
    if published is None:
        return None
    word, month = (m[1] or "").lower(), month_number(m[2])
    year = published.year
    if "last" in word or "past" in word:
        year -= month >= published.month
    elif "next" in word:
        year += month <= published.month
    elif "this" not in word:
        gap = month - published.month
        if word.strip() in ("since", "from", "after"):
            year -= gap > 0
        elif word.strip() in ("by", "until", "before"):
            year += gap < 0
        elif abs(gap) > 4:
            other = year + (1 if gap < 0 else -1)
            return "month", [month_span(year, month), month_span(other, month)]
    return "month", [month_span(year, month)]


def weekday(m: re.Match[str], published: date | None) -> Interpretation:
    """ "Sunday": the last one up to publication; "next" and "this coming": after it."""
    if published is None:
        return None
    word = (m[1] or "").lower().strip()
    back = (published.weekday() - DAYS.index(m[2].lower())) % 7
    before = published - timedelta(days=back)
    if "next" in word or "coming" in word:
        ahead = published + timedelta(days=7 - back)
        if word == "next" and (ahead - published).days < 6:
            return "day", [day_span(ahead), day_span(ahead + timedelta(days=7))]
        return "day", [day_span(ahead)]
    if word == "this":
        monday = published - timedelta(days=published.weekday())
        return "day", [day_span(monday + timedelta(days=DAYS.index(m[2].lower())))]
    if word == "last":
        earlier = before if back else before - timedelta(days=7)
        if 0 < back < 7 and earlier >= published - timedelta(days=published.weekday()):
            return "day", [day_span(earlier), day_span(earlier - timedelta(days=7))]
        return "day", [day_span(earlier)]
    return "day", [day_span(before)]


def named_day(m: re.Match[str], published: date | None) -> Interpretation:
    if published is None:
        return None
    shift = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "last night": -1}
    shift |= {
        "the day before yesterday": -2,
        "the day after tomorrow": 2,
        "this morning": 0,
        "this afternoon": 0,
        "this evening": 0,
    }
    return "day", [day_span(published + timedelta(days=shift[m[0].lower()]))]


def relative(m: re.Match[str], published: date | None) -> Interpretation:
    """ "last month", "this year", "next week"."""
    if published is None:
        return None
    step = {
        "last": -1,
        "past": -1,
        "previous": -1,
        "this": 0,
        "current": 0,
        "next": 1,
        "coming": 1,
    }[m[1].lower()]
    unit = m[2].lower()
    if unit == "weekend":
        saturday = published - timedelta(days=(published.weekday() - 5) % 7)
        if step == 1 or (step == 0 and published.weekday() < 5):
            saturday += timedelta(days=7)
        elif step == -1 and published.weekday() >= 5:
            saturday -= timedelta(days=7)
        return "span", [(saturday, saturday + timedelta(days=2))]
    return calendar_unit(unit, published, step)


def calendar_unit(unit: str, published: date, step: int) -> Interpretation:
    if unit == "week":
        monday = published - timedelta(days=published.weekday() - 7 * step)
        return "week", [(monday, monday + timedelta(days=7))]
    if unit == "month":
        return "month", [month_span(published.year, published.month + step)]
    if unit == "quarter":
        first = (published.month - 1) // 3 * 3 + 1 + 3 * step
        return "quarter", [
            (month_span(published.year, first)[0], month_span(published.year, first + 2)[1])
        ]
    if unit == "decade":
        start = published.year // 10 * 10 + 10 * step
        return "decade", [(date(start, 1, 1), date(start + 10, 1, 1))]
    return "year", [year_span(published.year + step)]


def weekend(_: re.Match[str], published: date | None) -> Interpretation:
    if published is None:
        return None
    saturday = published - timedelta(days=(published.weekday() - 5) % 7)
    return "span", [(saturday, saturday + timedelta(days=2))]


def ago(m: re.Match[str], published: date | None) -> Interpretation:
    return None if published is None else shifted_by(number(m[1]), m[2].lower(), published, -1)


def ahead_by(m: re.Match[str], published: date | None) -> Interpretation:
    return None if published is None else shifted_by(number(m[1]), m[2].lower(), published, 1)


def shifted_by(count: int, unit: str, published: date, sign: int) -> Interpretation:
    unit = unit.rstrip("s")
    if unit == "day":
        return "day", [day_span(published + timedelta(days=sign * count))]
    return calendar_unit(unit, published, sign * count)


def rolling_span(m: re.Match[str], published: date | None) -> Interpretation:
    """ "the past three weeks" ends with the day of publication; "the next" begins the day after."""
    if published is None:
        return None
    count, unit = number(m[2]), m[3].lower().rstrip("s")
    days = {"day": 1, "week": 7}.get(unit)
    back = m[1].lower() in ("past", "last")
    edge = published + timedelta(days=1)
    if days is not None:
        length = timedelta(days=count * days)
        return "span", [(edge - length, edge) if back else (edge, edge + length)]
    months = count * (12 if unit == "year" else 1) * (-1 if back else 1)
    first = month_span(edge.year, edge.month + months)[0]
    other = valid_date(first.year, first.month, edge.day) or month_span(first.year, first.month)[1]
    return "span", [(other, edge) if back else (edge, other)]


def year_alone(m: re.Match[str], _: date | None) -> Interpretation:
    part, year = (m[1] or "").lower().strip("- "), int(m[2])
    if not part:
        return "year", [year_span(year)]
    first = {"early": 1, "mid": 5, "late": 9}[part]
    return "span", [(date(year, first, 1), month_span(year, first + 3)[1])]


def quarter(m: re.Match[str], _: date | None) -> Interpretation:
    names = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}
    which = int(m[1][1]) if m[1][0] in "qQ" else names[m[1].lower().split()[0]]
    year = int(m[2])
    return "quarter", [(month_span(year, which * 3 - 2)[0], month_span(year, which * 3)[1])]


def decade(m: re.Match[str], _: date | None) -> Interpretation:
    start = int(m[1])
    return "decade", [(date(start, 1, 1), date(start + 10, 1, 1))]


def years(m: re.Match[str], _: date | None) -> Interpretation:
    first, last = int(m[1]), int(m[2])
    return ("span", [(date(first, 1, 1), date(last + 1, 1, 1))]) if first < last else None


def season(m: re.Match[str], published: date | None) -> Interpretation:
    """A season: both the northern and the southern span."""
    year = (
        int(m[3])
        if m[3]
        else None
        if published is None
        else published.year + {"last": -1, "next": 1}.get((m[1] or "").lower(), 0)
    )
    if year is None:
        return None
    first = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}[m[2].lower()]
    north = (month_span(year, first)[0], month_span(year, first + 2)[1])
    south = (month_span(year, first - 6)[0], month_span(year, first - 4)[1])
    return "span", [north, south]


def days_of_month(m: re.Match[str], published: date | None) -> Interpretation:
    """ "20-22 November 2016", "May 8 to 10, 2019": both ends inclusive."""
    month, first, last = (m["m1"], m["a1"], m["b1"]) if m["m1"] else (m["m2"], m["a2"], m["b2"])
    year = m["y1"] or m["y2"]
    begin = full_date(month, first, year) if year else nearest_day(month, first, published)
    if begin is None:
        return None
    start = begin[1][0][0]
    end = valid_date(start.year, start.month, int(last))
    return ("span", [(start, end + timedelta(days=1))]) if end and end > start else None


UNIT = r"(days?|weeks?|months?|years?|quarters?|decades?)"
RANGE = (
    rf"(?:(?P<m1>{MON}) (?P<a1>\d{{1,2}})(?: ?[-–] ?| to )(?P<b1>\d{{1,2}})"
    r"(?:,? (?P<y1>(?:19|20)\d\d))?"
    rf"|(?P<a2>\d{{1,2}})(?: ?[-–] ?| to )(?P<b2>\d{{1,2}}) (?P<m2>{MON})"
    r"(?:,? (?P<y2>(?:19|20)\d\d))?)"
)
SOURCES: list[tuple[str, Rule]] = [
    (r"(\d{4})-(\d\d)-(\d\d)", iso),
    (rf"(\d{{1,2}})/(\d{{1,2}})/{YEAR}", slashed),
    (RANGE, days_of_month),
    (rf"(?:{DAY},? )?({MON}) {ORD},? {YEAR}", lambda m, p: full_date(m[1], m[2], m[3])),
    (
        rf"(?:{DAY},? )?(?:the )?{ORD}(?: of)? ({MON}),? {YEAR}",
        lambda m, p: full_date(m[2], m[1], m[3]),
    ),
    (rf"(?:{DAY},? )?({MON}) {ORD}", lambda m, p: nearest_day(m[1], m[2], p)),
    (rf"(?:{DAY},? )?(?:the )?{ORD}(?: of)? ({MON})", lambda m, p: nearest_day(m[2], m[1], p)),
    (rf"((?:early|mid|late)[- ])?({MON})(?: of)?,? {YEAR}", month_year),
    (rf"(?:the )?((?:first|second|third|fourth|last) quarter|q[1-4])(?: of)? {YEAR}", quarter),
    (rf"(?:(last|this|next) )?(spring|summer|autumn|fall|winter)(?: of)? {YEAR}", season),
    (r"(last|this|next) (spring|summer|autumn|winter)()", season),
    (
        r"the day before yesterday|the day after tomorrow|yesterday|today|tonight|tomorrow"
        r"|last night|this (?:morning|afternoon|evening)",
        named_day,
    ),
    (rf"(?:(last|next|this|this coming|on|coming|this past) )?({DAY})", weekday),
    (r"(?:over )?the weekend", weekend),
    (
        r"(?:the )?(last|past|previous|this|current|next|coming) "
        r"(week|weekend|month|quarter|year|decade)",
        relative,
    ),
    (rf"({NUM}) {UNIT} (?:ago|earlier)", ago),
    (rf"in ({NUM}) {UNIT}(?:'s? time)?", ahead_by),
    (rf"(?:the )?(past|last|next|coming) ({NUM}) {UNIT}", rolling_span),
    (rf"(?:from )?{YEAR}(?: ?[-–] ?| to | until ){YEAR}", years),
    (rf"(?:the )?{YEAR}s", decade),
    (
        rf"(in |of |last |next |this |since |by |until |from |before |after |past )({MON})(?! \d)",
        month_alone,
    ),
    (rf"((?:early|mid|late)[- ])?{YEAR}", year_alone),
]
FUTURE = re.compile(
    r"(?i)\b(?:will|would|shall|['’]ll|to|may|might|could|should|must|due|expires?|ends?|begins?"
    r"|starts?|leaves?|meets?|is|are)\b"
)
RULES = [(re.compile(source, re.IGNORECASE), rule) for source, rule in SOURCES]
ANY = re.compile(
    r"(?<![\w$€£.,/-])(?:"
    + "|".join(f"(?:{re.sub(r'[(](?![?])|[(][?]P<[^>]+>', '(?:', s)})" for s, _ in SOURCES)
    + r")(?![\w/]|[-–]\w|,\d|\.\d|%| percent"
    r"| [a-z]*(?:metres|meters|tonnes|kg|troops|people|centrifuges|dollars)\b)",
    re.IGNORECASE,
)
