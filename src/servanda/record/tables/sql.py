"""DuckDB expressions that turn a column's values into ticks, decimals and texts.

Time zones are Python's: the offsets of the years in the data become a tree of `CASE`s, so that a
local time in a table and the same one in an entry are one instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct

from servanda.record.tables.files import literal, quoted
from servanda.record.tables.notations import DateNotation, NumberNotation
from servanda.semantics.clock import EPOCH, PHASES, to_micros, zone_of
from servanda.syntax.instants import CLOCK, OFFSET
from servanda.syntax.instants import DAY as DATE
from servanda.syntax.key_texts import ENDS, SPACES, UNSEEN

DAY = 86_400_000_000
INSTANT = rf"{DATE}[T ]{CLOCK}{OFFSET}?"
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
DECIMAL = "DECIMAL(38,9)"
COUNT = "DECIMAL(28,9)"
# From here on a float may stand for several whole numbers.
INEXACT = {"DOUBLE": 2**53, "FLOAT": 2**24, "REAL": 2**24}
# A float with its exponent, as programs and spreadsheets write what is too long for them.
FLOAT_NOTATION = r"-?\d(\.\d+)?[eE]\+\d{2,}|-?\d\.\d{5,}[eE]\d{2,}|-?\d{16,}\.0"
WHOLE_WITH_POINT = r"-?\d+\.0+"
INTEGERS = frozenset(
    sign + kind
    for sign in ("", "U")
    for kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
)


# ------------------------------------------------------------------ moments
class Moment(Struct, frozen=True):
    """A date or time column, as columns to add to the rows, one layer of SELECT upon the other.

    The last layer has `<name>_local`, the wall clock in microseconds, `<name>_offset`, the written
    offset (NULL: the zone's), and `<name>_day`, whether it is a whole day. `given`: as written.
    """

    layers: tuple[tuple[str, ...], ...]
    given: str
    local: str

    @property
    def extents(self) -> tuple[str, str, str]:
        """Wall clock without an offset; UTC of one with it; the row of a time of day without."""
        offset, day = (self.local.replace("_local", part) for part in ("_offset", "_day"))
        return (
            f"CASE WHEN {offset} IS NULL THEN {self.local} END",
            f"{self.local} - {offset}",
            f"CASE WHEN {offset} IS NULL AND {self.local} IS NOT NULL AND NOT {day} THEN __row END",
        )

    @property
    def bad(self) -> str:
        """Something is written, and it is no date or time."""
        return f"({self.given} IS NOT NULL AND {self.local} IS NULL)"


def moment(
    name: str, column: str, type_: str, notation: DateNotation | None = None
) -> Moment | None:
    """A column of dates or times, as its table writes them; None if its type is neither."""
    given = quoted(column)
    kind = type_.upper()
    name = f"__{name}"  # so that no column of the file has it
    local = f"{name}_local"
    counted = notation is not None and notation.micros_each is not None
    is_number = kind in INTEGERS or kind == "DOUBLE" or kind.startswith("DECIMAL")
    if notation is not None and is_number:
        if counted:
            micros, offset, day = notation.micros(f"TRY_CAST({given} AS {COUNT})"), "0", "FALSE"
        else:  # as in 20240131
            return Moment(_written(name, f"{given}::VARCHAR", notation), f"{name}_text", local)
    elif kind == "VARCHAR":
        return Moment(_written(name, given, notation), f"{name}_text", local)
    elif kind == "DATE":
        micros, offset, day = f"epoch_us({given}::TIMESTAMP)", "NULL", "TRUE"
    elif kind.startswith("TIMESTAMP"):
        zoned = "TZ" in kind or "TIME ZONE" in kind
        clock = given if zoned else f"{given}::TIMESTAMP"
        micros = _whole_micros(given) if kind.endswith("_NS") else f"epoch_us({clock})"
        offset, day = "0" if zoned else "NULL", "FALSE"
    else:
        return None
    layer = (
        f"{micros} AS {local}",
        f"{offset}::BIGINT AS {name}_offset",
        f"{day} AS {name}_day",
    )
    return Moment((layer,), given, local)


def with_instant(rows: str, column: str, name: str) -> str:
    """Rows with the instant of a text column in microseconds (NULL: none), to compare; a time
    without an offset is taken as UTC."""
    for layer in _written("__at", quoted(column), None):
        rows = f"SELECT *, {', '.join(layer)} FROM ({rows})"
    return f"SELECT *, coalesce(__at_local - __at_offset, __at_local) AS {name} FROM ({rows})"


def _whole_micros(column: str) -> str:
    """The microseconds of a column in nanoseconds: what is finer is cut off, also before 1970."""
    nanos = f"epoch_ns({column})"
    return f"(({nanos} - (({nanos} % 1000) + 1000) % 1000) // 1000)"


def _written(name: str, given: str, notation: DateNotation | None) -> tuple[tuple[str, ...], ...]:
    """Dates and times as text. The offset is found by position, once the pattern has matched."""
    text, kind, zone = f"{name}_text", f"{name}_kind", f"{name}_zone"
    first = (f"nullif({given}, '') AS {text}",)
    if notation is not None and notation.micros_each is not None:
        return (first, *_counted(name, text, notation))
    if notation is not None:
        written, text = text, f"{name}_iso"
        return (first, (f"{notation.iso(written)} AS {text}",), *_iso(name, text, kind, zone))
    return (first, *_iso(name, text, kind, zone))


def _counted(name: str, text: str, notation: DateNotation) -> tuple[tuple[str, ...], ...]:
    """Counts since 1970 as text, beside dates and times as the record writes them."""
    iso = _iso(f"{name}_other", text, f"{name}_kind", f"{name}_zone")
    number = f"regexp_full_match({text}, {literal(NUMBER)})"
    micros = notation.micros(f"TRY_CAST({text} AS {COUNT})")
    last = (
        f"CASE WHEN {number} THEN {micros} ELSE {name}_other_local END AS {name}_local",
        f"CASE WHEN {number} THEN 0::BIGINT ELSE {name}_other_offset END AS {name}_offset",
        f"CASE WHEN {number} THEN FALSE ELSE {name}_other_day END AS {name}_day",
    )
    return (*iso, last)


def _iso(name: str, text: str, kind: str, zone: str) -> tuple[tuple[str, ...], ...]:
    """Dates and times as the record writes them."""
    is_kind = (
        f"CASE WHEN regexp_full_match({text}, {literal(DATE)}) THEN 1 "
        f"WHEN regexp_full_match({text}, {literal(INSTANT)}) THEN 2 END"
    )
    offset_at = (
        f"CASE WHEN {kind} = 1 OR length({text}) < 17 THEN '' WHEN {text}[-1] = 'Z' THEN 'Z' "
        f"WHEN {text}[-6] IN ('+', '-') THEN {text}[-6:] "
        f"WHEN {text}[-5] IN ('+', '-') THEN {text}[-5:] "
        f"WHEN {text}[-3] IN ('+', '-') THEN {text}[-3:] ELSE '' END"
    )
    clock = (
        f"CASE {kind} WHEN 1 THEN TRY_CAST({text} AS DATE)::TIMESTAMP "
        f"WHEN 2 THEN TRY_CAST(left({text}, length({text}) - length({zone})) AS TIMESTAMP) END"
    )
    past_hour = f"(CASE WHEN length({zone}) > 3 THEN {zone}[-2:]::BIGINT ELSE 0 END)"
    minutes = f"({zone}[2:3]::BIGINT * 60 + {past_hour})"
    sign = f"(CASE WHEN {zone}[1] = '-' THEN -60000000 ELSE 60000000 END)"
    offset = (
        f"CASE WHEN {kind} IS NULL OR {zone} = '' THEN NULL WHEN {zone} = 'Z' THEN 0 "
        f"ELSE {minutes} * {sign} END"
    )
    return (
        (f"{is_kind} AS {kind}",),
        (f"CASE WHEN {kind} IS NULL THEN '' ELSE {offset_at} END AS {zone}",),
        (
            f"epoch_us({clock}) AS {name}_local",
            f"({offset})::BIGINT AS {name}_offset",
            f"({kind} = 1) AS {name}_day",
        ),
    )


class Offsets:
    """UTC offsets of a zone over some years."""

    def __init__(self, zone: str, first_year: int, last_year: int) -> None:
        self.base, self.changes = _changes(zone, first_year, last_year)

    def utc(self, local: str) -> str:
        """Wall clock to UTC, in microseconds; a time shown twice is the first, and a skipped one
        counts on from before the gap (as midnight does in `clock.day_start`)."""
        values = [self.base, *(after for _, _, after in self.changes)]
        switches = [moment + max(before, after) for moment, before, after in self.changes]
        return f"({local} - {_tree(local, switches, values)})"

    def doubtful(self, local: str) -> str:
        """Whether the clocks skip this wall time, or show it twice."""
        if not self.changes:
            return "FALSE"
        switches = [moment + max(before, after) for moment, before, after in self.changes]
        begins = [moment + min(before, after) for moment, before, after in self.changes]
        never = 2**62
        return f"({local} >= {_tree(local, switches, [*begins, never])})"


def _tree(value: str, switches: Sequence[int], values: Sequence[int]) -> str:
    """`values[i]` for the number `i` of switches that `value` has reached, by halving."""
    if not switches:
        return f"{values[0]}"
    middle = len(switches) // 2
    before = _tree(value, switches[:middle], values[: middle + 1])
    after = _tree(value, switches[middle + 1 :], values[middle + 1 :])
    return f"(CASE WHEN {value} < {switches[middle]} THEN {before} ELSE {after} END)"


@lru_cache
def _changes(zone: str, first: int, last: int) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """The offset at the start of the first year, and each change: when (UTC), before, after."""
    info = zone_of(zone)

    def ahead(at: datetime) -> int:
        shown = at.astimezone(info).utcoffset() or timedelta()
        return shown // timedelta(microseconds=1)

    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    base = before = ahead(at)
    found = []
    while at < end:
        following = at + timedelta(days=1)
        after = ahead(following)
        if after != before:
            low, high = at, following
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if ahead(middle) == before else (low, middle)
            change = to_micros(high.replace(microsecond=0))
            found.append((change, before, after))
            before = after
        at = following
    return base, tuple(found)


def years_of(least: int, most: int) -> tuple[int, int]:
    """The years of two wall clocks in microseconds, with one to spare on both sides."""
    years = [(EPOCH + timedelta(microseconds=micros)).year for micros in (least, most)]
    return years[0] - 1, years[1] + 1


def ticks(micros: str, phase: int) -> str:
    """SQL for the tick of a phase in an instant given in microseconds."""
    return f"({micros} * {PHASES} + {phase})"


# ------------------------------------------------------------------ numbers and texts
def clean(value: str) -> str:
    """A text as `key_text` has it; empty is not said."""
    ends = f"'{ENDS}'"
    composed = f"regexp_replace(nfc_normalize({value}), '[{UNSEEN}]', '', 'g')"
    spaced = f"regexp_replace({composed}, '[{SPACES}]', ' ', 'g')"
    ascii_only = f"strlen({value}) = length({value})"
    return f"nullif(trim(CASE WHEN {ascii_only} THEN {value} ELSE {spaced} END, {ends}), '')"


def is_unclean(value: str) -> str:
    """Whether a text may have another form in which texts are compared; cheap to ask."""
    return f"(strlen({value}) <> length({value}) OR {value} < '!' OR right({value}, 1) <= ' ')"


def may_be_float(value: str) -> str:
    """Whether a text may be a number with a point or an exponent; cheap to ask."""
    return f"(contains({value}, '.') OR contains({value}, '+'))"


def number(column: str, type_: str, notation: NumberNotation | None = None) -> str | None:
    """A column as DECIMAL(38,9), NULL where it is none; None if its type holds no numbers."""
    name = quoted(column)
    kind = type_.upper()
    if kind in INEXACT:
        return f"TRY_CAST({name}::VARCHAR AS {DECIMAL})"
    if kind in INTEGERS or kind.startswith("DECIMAL"):
        return f"TRY_CAST({name} AS {DECIMAL})"
    if kind == "VARCHAR":
        plain = name if notation is None else notation.plain(name)
        return f"CASE WHEN {is_number(column, notation)} THEN TRY_CAST({plain} AS {DECIMAL}) END"
    return None


def is_number(column: str, notation: NumberNotation | None = None) -> str:
    """Whether a column's text is a number, even one out of range."""
    pattern = NUMBER if notation is None else notation.pattern
    return f"regexp_full_match({quoted(column)}::VARCHAR, {literal(pattern)})"


def scaled(value: str, factor: Fraction) -> str:
    """A DECIMAL(38,9) times an exact factor, rounded to nine decimals; NULL if it overflows."""
    if factor == 1:
        return value
    ends = Fraction(1)
    for places in range(19):
        ends = factor * 10**places
        if ends.denominator == 1 and abs(ends.numerator) < 10**18:
            digits = f"{Decimal(ends.numerator).scaleb(-places):f}"
            return f"TRY(CAST({value} * {digits}::DECIMAL(19,{places}) AS {DECIMAL}))"
    above, below = factor.numerator, factor.denominator
    whole = f"CAST({value} * 1000000000::DECIMAL(10,0) AS DECIMAL(38,0))::HUGEINT"
    doubled = f"(abs({whole}) * {2 * above} + {below})"
    rounded = f"(sign({whole}) * ({doubled} // {2 * below}))"
    return f"TRY(CAST({rounded}::DECIMAL(38,0) * 0.000000001::DECIMAL(9,9) AS {DECIMAL}))"


def text(column: str, type_: str) -> str:
    """A column as text; empty is not said. Texts are clean already (`row_sets.py`).

    A whole number is `7` in every type: `7.0` of floats and `7.00` of decimals is that number.
    """
    name, kind = quoted(column), type_.upper()
    if kind in INEXACT:
        whole = f"isfinite({name}) AND {name} = trunc({name}) AND abs({name}) < {INEXACT[kind]}"
        return f"CASE WHEN {whole} THEN {name}::BIGINT::VARCHAR ELSE {name}::VARCHAR END"
    if kind.startswith("DECIMAL"):
        digits = f"{name}::VARCHAR"
        short = f"rtrim(rtrim({digits}, '0'), '.')"
        return f"CASE WHEN contains({digits}, '.') THEN {short} ELSE {digits} END"
    if kind == "BLOB":
        return clean(f"TRY(decode({name}))")
    return f"nullif({name if kind == 'VARCHAR' else f'{name}::VARCHAR'}, '')"


def inexact(column: str, type_: str) -> str | None:
    """Whether an id may have been rounded, as a float or in its notation; None: it cannot."""
    name, kind = quoted(column), type_.upper()
    if kind == "VARCHAR":
        return f"regexp_full_match({name}, {literal(FLOAT_NOTATION)})"
    if kind not in INEXACT:
        return None
    return f"({name} IS NOT NULL AND (NOT isfinite({name}) OR abs({name}) >= {INEXACT[kind]}))"


def undecoded(column: str, type_: str) -> str | None:
    """Whether bytes are no text in UTF-8, or hold control characters; None: there are none."""
    if type_ != "BLOB":
        return None
    name = quoted(column)
    control = r"[\x00-\x08\x0e-\x1f]"
    is_text = f"NOT regexp_matches(TRY(decode({name})), '{control}')"
    return f"({name} IS NOT NULL AND coalesce({is_text}, FALSE) = FALSE)"
