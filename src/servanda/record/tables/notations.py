"""How a table writes dates and numbers, where not as the record does: `dates "DD.MM.YYYY"`."""

from __future__ import annotations

import re
from fractions import Fraction

from msgspec import Struct

from servanda.record.tables.files import literal

MONTHS = "jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec"
DATES = (
    'write it with YYYY, MM and DD as the table does, as in "DD.MM.YYYY" (MMM: Jan), '
    'or name a count since 1970, as in "epoch seconds"'
)
NUMBERS = 'write 1234.5 as the table does: "1.234,5", "1234,5", "1 234,5" or "1,234.5"'
_TOKEN = re.compile(r"YYYY|MMM|MM|DD|M|D")
_PARTS = {"YYYY": r"(\d{4})", "MMM": r"([A-Za-z]{3})", "M": r"(\d{1,2})", "D": r"(\d{1,2})"}
_EPOCHS = {
    "epoch seconds": Fraction(1_000_000),
    "epoch milliseconds": Fraction(1_000),
    "epoch microseconds": Fraction(1),
    "epoch nanoseconds": Fraction(1, 1_000),
}
_NUMBER = re.compile(r"1(?P<group>[., '’\u00a0\u202f]?)234(?P<point>[.,])5\d*")
# After the day: a time of one or two digits of hours, perhaps with AM or PM, and an offset.
_TIME = r"(?:(?:T|,? +)(\d{1,2})(:\d\d[^ ]*)(?: ?([AaPp])\.?[Mm]\.?)?)?"
# Years 1 to 9999, in microseconds.
_REPRESENTABLE = "BETWEEN -62135596800000000 AND 253402300799999999"


class DateNotation(Struct, frozen=True):
    """A way to write days; `micros_each`: of a count since 1970, the microseconds of its unit."""

    pattern: str = ""
    order: tuple[int, int, int] = (1, 2, 3)
    named_months: bool = False
    micros_each: Fraction | None = None

    def iso(self, text: str) -> str:
        """SQL for a text in ISO form if it is written so, else as it is."""
        full = literal(self.pattern + _TIME)

        def part(n: int) -> str:
            return f"regexp_extract({text}, {full}, {n})"

        year, month, day = (part(n) for n in self.order)
        if self.named_months:
            month = f"list_position(string_split('{MONTHS}', ','), lower({month}))::VARCHAR"
        hour = f"{part(4)}::INTEGER"
        half = f"lower({part(6)})"
        hour = (
            f"CASE WHEN {half} = '' THEN {hour} WHEN {hour} NOT BETWEEN 1 AND 12 THEN 99 "
            f"WHEN {half} = 'p' THEN {hour} % 12 + 12 ELSE {hour} % 12 END"
        )
        clock = f"'T' || lpad(({hour})::VARCHAR, 2, '0') || {part(5)}"
        time = f"CASE WHEN {part(4)} = '' THEN '' ELSE {clock} END"
        iso = f"{year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0') || {time}"
        matches = f"regexp_full_match({text}, {full})"
        return f"CASE WHEN {matches} THEN coalesce({iso}, {text}) ELSE {text} END"

    def micros(self, value: str) -> str:
        """SQL for the microseconds of a DECIMAL(28,9) count, what is finer cut off; NULL if no
        calendar has them."""
        each = self.micros_each or Fraction(1)
        scaled = (
            f"{value} * {each.numerator}::DECIMAL(7,0)"
            if each >= 1
            else f"{value} * 0.001::DECIMAL(4,3)"
        )
        found = f"floor({scaled})"
        return f"(CASE WHEN {found} {_REPRESENTABLE} THEN {found}::BIGINT END)"


def date_notation(written: str) -> DateNotation | None:
    """The notation of `DD.MM.YYYY` or `epoch seconds`; None if it is none."""
    known = " ".join(written.split()).lower()
    if known in _EPOCHS:
        return DateNotation(micros_each=_EPOCHS[known])
    tokens = _TOKEN.findall(written)
    kinds = [token[0] for token in tokens]
    rest = _TOKEN.split(written)
    separators = rest[1:-1]
    if sorted(kinds) != ["D", "M", "Y"] or rest[0] or rest[-1]:
        return None
    if not all(re.fullmatch(r"[-./ ,]*", between) for between in separators):
        return None
    pattern = ""
    apart = all(separators)
    for token, after in zip(tokens, [*separators, ""], strict=True):
        # With something between them, 5.3.2024 has one reading too.
        short = token if token in ("YYYY", "MMM") else token[0]
        pattern += (_PARTS[short] if apart or short == token else r"(\d\d)") + re.escape(after)
    order = (kinds.index("Y") + 1, kinds.index("M") + 1, kinds.index("D") + 1)
    return DateNotation(pattern, order, "MMM" in tokens)


class NumberNotation(Struct, frozen=True):
    """A way to write numbers: the mark before the decimals, and the one between groups of three."""

    point: str
    group: str

    @property
    def pattern(self) -> str:
        """What a number so written matches."""
        point = re.escape(self.point)
        grouped = rf"|\d{{1,3}}({re.escape(self.group)}\d{{3}})+" if self.group else ""
        return rf"[+-]?((\d+{grouped})({point}\d*)?|{point}\d+)([eE][+-]?\d+)?"

    def plain(self, text: str) -> str:
        """SQL for a text with a decimal point and no groups."""
        if self.group:
            text = f"replace({text}, {literal(self.group)}, '')"
        return text if self.point == "." else f"replace({text}, {literal(self.point)}, '.')"


def number_notation(written: str) -> NumberNotation | None:
    """The notation of `1.234,5`; None if it is none."""
    found = _NUMBER.fullmatch(written)
    if found is None or found["group"] == found["point"]:
        return None
    group = " " if found["group"].isspace() else found["group"]  # texts are read with plain spaces
    return NumberNotation(found["point"], group)


class Notations(Struct, frozen=True):
    """How a table writes dates and numbers; None: as the record does."""

    dates: DateNotation | None = None
    numbers: NumberNotation | None = None
