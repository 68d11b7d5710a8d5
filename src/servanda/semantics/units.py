"""Exact units: dimensions of units, and conversion of amounts.

Amounts are `Decimal`, factors are fractions. Substances and currencies are dimensions of their
own, so kg U is not kg UF6 unless the agreement says how they convert. Pint is imported only for
units that the tables here do not have: that keeps the cold start short.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from servanda.syntax.problems import did_you_mean
from servanda.syntax.tree import Agreement, Conversion, Number, UnitWord

if TYPE_CHECKING:
    from pint import UnitRegistry

DIGITS = 28
PERCENT = "%"

Powers = tuple[tuple[str, int], ...]

MASS, LENGTH, TIME, HEAT = "[mass]", "[length]", "[time]", "[temperature]"
BASES = {MASS: "kilogram", LENGTH: "meter", TIME: "second", HEAT: "kelvin"}
ENERGY: Powers = ((LENGTH, 2), (MASS, 1), (TIME, -2))
POWER: Powers = ((LENGTH, 2), (MASS, 1), (TIME, -3))
PRESSURE: Powers = ((LENGTH, -1), (MASS, 1), (TIME, -2))
_PREFIXES = {"m": Fraction(1, 1000), "": Fraction(1), "k": Fraction(10**3), "M": Fraction(10**6)}
_PREFIXES |= {"G": Fraction(10**9), "T": Fraction(10**12)}


def _common() -> dict[str, tuple[Powers, Fraction]]:
    """Name → (dimensions, size in base units) of the units that need no Pint."""
    found: dict[str, tuple[Powers, Fraction]] = {}

    def put(names: str, powers: Powers, size: Fraction | int | str) -> None:
        for name in names.split():
            found[name] = (powers, Fraction(size))

    mass, length, time = ((MASS, 1),), ((LENGTH, 1),), ((TIME, 1),)
    put("kg kilogram kilograms", mass, 1)
    put("g gram grams", mass, "1e-3")
    put("mg", mass, "1e-6")
    put("t tonne tonnes", mass, 1000)
    put("lb pound pounds", mass, "0.45359237")
    put("oz ounce ounces", mass, "0.028349523125")
    put("m meter meters metre metres", length, 1)
    put("km kilometer kilometers kilometre kilometres", length, 1000)
    put("cm", length, "1e-2")
    put("mm", length, "1e-3")
    put("ft foot feet", length, "0.3048")
    put("mile miles", length, "1609.344")
    put("nautical_mile", length, 1852)
    put("second seconds", time, 1)
    put("minute minutes", time, 60)
    put("hour hours", time, 3600)
    put("day days", time, 86400)
    put("week weeks", time, 604800)
    put("hectare ha", ((LENGTH, 2),), 10000)
    put("liter liters litre litres", ((LENGTH, 3),), "1e-3")
    put("K kelvin", ((HEAT, 1),), 1)
    put("bar", PRESSURE, 10**5)
    put("Hz hertz", ((TIME, -1),), 1)
    put("knot", ((LENGTH, 1), (TIME, -1)), Fraction(1852, 3600))
    put("percent", (), "1e-2")
    put("ppm", (), "1e-6")
    for prefix, size in _PREFIXES.items():
        put(f"{prefix}W", POWER, size)
        put(f"{prefix}J", ENERGY, size)
        put(f"{prefix}Wh", ENERGY, size * 3600)
        put(f"{prefix}Pa", PRESSURE, size)
    put("watt watts", POWER, 1)
    put("joule joules", ENERGY, 1)
    return found


COMMON = _common()
# Name → (size of a degree in K, its zero in K).
DEGREES = {
    "degC": (Fraction(1), Fraction("273.15")),
    "degF": (Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
}


class UnitError(Exception):
    """A unit that is not declared, or two that do not convert; `help` says what to write.

    `unknown` is the word that is no unit, if that is what is wrong.
    """

    def __init__(self, code: str, message: str, help: str, unknown: str | None = None) -> None:
        super().__init__(message)
        self.unknown = unknown
        self.code = code
        self.message = message
        self.help = help


class Parts(NamedTuple):
    """A unit taken apart: exact factor × own dimensions × Pint's units.

    `known` are base dimensions, substances and currencies, each with its power; `others` are
    Pint's units with theirs.
    """

    factor: Fraction
    known: Powers
    others: Powers


class Units:
    """The units of an agreement: Pint's, and the words it adds."""

    def __init__(self, agreement: Agreement) -> None:
        self.words: dict[str, UnitWord] = {}
        for word in agreement.units:
            self.words.setdefault(word.name, word)
        self.conversions = agreement.conversions
        self._parts: dict[str | None, Parts] = {}

    # -------------------------------------------------------------- the door
    def convert(self, value: Decimal, given: str | None, wanted: str | None) -> Decimal:
        """The amount in the unit wanted (None: a bare number); UnitError if there is no way."""
        if given == wanted:
            return value
        if given is not None and wanted is not None and self._has_offset(given, wanted):
            return to_decimal(_convert_shifted(Fraction(value), given, wanted))
        return to_decimal(Fraction(value) * self.factor(given, wanted))

    def factor(self, given: str | None, wanted: str | None) -> Fraction:
        """Factor that converts an amount from `given` to `wanted`."""
        if given == wanted:
            return Fraction(1)
        if given is not None and wanted is not None and self._has_offset(given, wanted):
            raise _no_exact_way(given, wanted)
        direct = self._named_factor(given, wanted)
        if direct is not None:
            return direct
        here, there = self._taken_apart(given), self._taken_apart(wanted)
        found = _ratio(here, there)
        if found is None:
            found = self._through_conversions(here, there)
        if found is None:
            raise self._no_way(given, wanted)
        return found

    def same_dimension(self, left: str | None, right: str | None) -> bool:
        """Whether amounts of the two units can be compared at all."""
        try:
            self.convert(Decimal(1), left, right)
        except UnitError:
            return False
        return True

    def check(self, unit: str | None) -> None:
        """Raise a UnitError if a unit, or a word in it, is unknown."""
        self._taken_apart(unit)

    def physical_factor(self, given: str | None, wanted: str | None) -> Fraction | None:
        """The factor without any conversion of the agreement, or None if there is none."""
        try:
            return _ratio(self._taken_apart(given), self._taken_apart(wanted))
        except UnitError:
            return None

    # -------------------------------------------------------------- conversions of the agreement
    def _named_factor(self, given: str | None, wanted: str | None) -> Fraction | None:
        """The factor of a conversion that links exactly these two units, read either way."""
        for conversion in self.conversions:
            left, right = conversion.left, conversion.right
            if not left.value or not right.value:
                continue
            if (left.unit, right.unit) == (given, wanted):
                return Fraction(right.value) / Fraction(left.value)
            if (right.unit, left.unit) == (given, wanted):
                return Fraction(left.value) / Fraction(right.value)
        return None

    def _through_conversions(self, start: Parts, wanted: Parts) -> Fraction | None:
        """The factor of the shortest chain of named conversions (breadth first), if any."""
        links = [link for c in self.conversions for link in self._links(c)]
        waiting: list[tuple[Parts, Fraction]] = [(start, Fraction(1))]
        met = {(start.known, start.others)}
        while waiting:
            here, so_far = waiting.pop(0)
            for source, target, factor in links:
                before = _ratio(here, source)
                if before is None or (target.known, target.others) in met:
                    continue
                met.add((target.known, target.others))
                after = _ratio(target, wanted)
                if after is not None:
                    return so_far * before * factor * after
                waiting.append((target, so_far * before * factor))
        return None

    def _links(self, conversion: Conversion) -> Iterable[tuple[Parts, Parts, Fraction]]:
        left, right = conversion.left, conversion.right
        if not left.value or not right.value:
            return ()
        try:
            here, there = self._taken_apart(left.unit), self._taken_apart(right.unit)
        except UnitError:
            return ()
        factor = Fraction(right.value) / Fraction(left.value)
        return ((here, there, factor), (there, here, 1 / factor))

    def _no_way(self, given: str | None, wanted: str | None) -> UnitError:
        if given is None or wanted is None:
            unit = given or wanted
            bare = "a bare number" if unit != PERCENT else "an amount"
            return UnitError(
                "E321",
                f"{bare} cannot be compared with or added to an amount in {unit}",
                f"write the unit: `… {unit}`",
            )
        return UnitError(
            "E320",
            f"{given} cannot be turned into {wanted}",
            f"write the amount in {wanted}; if the agreement says how one becomes the other, "
            f"write `conversion 1 {given} = … {wanted}`",
        )

    # -------------------------------------------------------------- taking apart
    def _taken_apart(self, unit: str | None) -> Parts:
        if unit not in self._parts:
            self._parts[unit] = self._take_apart(unit, ())
        return self._parts[unit]

    def _take_apart(self, unit: str | None, within: tuple[str, ...]) -> Parts:
        """`kg UF6/day` as factor and dimensions; `within` are the unit words being explained."""
        if unit is None:
            return Parts(Fraction(1), (), ())
        if unit == PERCENT:
            return Parts(Fraction(1, 100), (), ())
        above, _, below = unit.partition("/")
        factor = Fraction(1)
        known: dict[str, int] = {}
        others: dict[str, int] = {}
        for words, power in ((above.split(), 1), (below.split(), -1)):
            for number, word in enumerate(words):
                part = self._word(word, unit, within, first=number == 0)
                factor *= part.factor**power
                _add(known, part.known, power)
                _add(others, part.others, power)
        return Parts(factor, _sorted(known), _sorted(others))

    def _word(self, word: str, unit: str, within: tuple[str, ...], first: bool) -> Parts:
        """One word of a unit. After the first, Pint is not asked: it would take `kg Pu` for
        petadaltons of something."""
        own = self.words.get(word)
        if own is not None and own.value is None:
            return Parts(Fraction(1), ((word, 1),), ())
        if own is not None and own.value is not None:
            return self._own_unit(word, own.value, within)
        if word in COMMON:
            powers, size = COMMON[word]
            return Parts(size, powers, ())
        if word in DEGREES:
            return Parts(DEGREES[word][0], ((HEAT, 1),), ())
        if word == PERCENT:
            return Parts(Fraction(1, 100), (), ())
        if first and is_pint_unit(word):
            return Parts(Fraction(1), (), ((word, 1),))
        raise self._unknown(word, unit)

    def _own_unit(self, word: str, value: Number, within: tuple[str, ...]) -> Parts:
        if word in within:
            circle = " → ".join((*within[within.index(word) :], word))
            raise UnitError(
                "E234",
                f"units that lead back to themselves: {circle}",
                "define one of them by other units",
            )
        if not value.value:
            raise UnitError(
                "E324", f"one {word} is zero", f"write what it is, as in `unit {word} = 3 kg`"
            )
        part = self._take_apart(value.unit, (*within, word))
        return Parts(part.factor * Fraction(value.value), part.known, part.others)

    def _unknown(self, word: str, unit: str) -> UnitError:
        near = did_you_mean(word, [*self.words, *COMMON, *DEGREES])
        ways = f"declare it: `substance {word}`, `currency {word}` or `unit {word} = …`"
        advice = f"{near} Or {ways}" if near else ways
        whole = f" in `{unit}`" if unit != word else ""
        return UnitError("E208", f"unknown unit `{word}`{whole}", advice, unknown=word)

    # -------------------------------------------------------------- degrees
    def _has_offset(self, given: str, wanted: str) -> bool:
        """Whether one of the two has its zero elsewhere, as degC has."""
        words = [w for unit in (given, wanted) for w in unit.replace("/", " ").split()]
        plain = (word for word in words if word not in self.words and word not in COMMON)
        return any(word in DEGREES or _has_offset(word) for word in plain if word != PERCENT)


def to_decimal(amount: Fraction) -> Decimal:
    """A fraction as a decimal: exact if it ends, else rounded to 28 digits."""
    with localcontext() as context:
        context.prec = DIGITS
        context.rounding = ROUND_HALF_EVEN
        below = amount.denominator
        for prime in (2, 5):
            while below % prime == 0:
                below //= prime
        if below == 1:
            context.prec = len(str(amount.numerator)) + 4 * len(str(amount.denominator)) + DIGITS
        result = Decimal(amount.numerator) / Decimal(amount.denominator)
    return plain_decimal(result)


def plain_decimal(value: Decimal) -> Decimal:
    """The same number without trailing zeros, and without an exponent for whole numbers."""
    if not value:
        return Decimal(0)
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return value
    if exponent > 0:
        return Decimal(int(value))
    while exponent < 0 and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    return Decimal((sign, digits, exponent))


def _add(powers: dict[str, int], more: Powers, power: int) -> None:
    for name, count in more:
        powers[name] = powers.get(name, 0) + power * count


def _sorted(powers: dict[str, int]) -> Powers:
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _ratio(here: Parts, there: Parts) -> Fraction | None:
    """The factor between two units of the same dimensions, or None if they are not."""
    if here.known == there.known and here.others == there.others:
        return here.factor / there.factor
    if not (here.others or there.others) or _foreign(here) != _foreign(there):
        return None
    factor = _pint_factor(_physical(here), _physical(there))
    return None if factor is None else here.factor / there.factor * factor


def _foreign(parts: Parts) -> Powers:
    """The substances and currencies of a unit."""
    return tuple(item for item in parts.known if item[0] not in BASES)


def _physical(parts: Parts) -> str:
    """The rest of a unit, as Pint writes it."""
    items = [(BASES[name], power) for name, power in parts.known if name in BASES]
    return " * ".join(f"({name})**{power}" for name, power in (*items, *parts.others)) or "1"


# ------------------------------------------------------------------ Pint, only when needed
@lru_cache(maxsize=1)
def _registry() -> UnitRegistry[Any]:
    import pint

    return pint.UnitRegistry(non_int_type=Fraction, cache_folder=None)


@lru_cache
def is_pint_unit(word: str) -> bool:
    """Whether Pint knows a word as a unit."""
    import pint

    try:
        return bool(_registry().Unit(word)) or True
    except (pint.errors.PintError, AttributeError, ValueError, TypeError, KeyError):
        return False


@lru_cache
def _has_offset(word: str) -> bool:
    if not is_pint_unit(word):
        return False
    import pint

    registry = _registry()
    try:
        definition = registry._units.get(registry.get_name(word))
    except pint.errors.UndefinedUnitError:  # `m²`: a power of a unit has no zero of its own
        return False
    return definition is not None and not definition.is_multiplicative


def _convert_shifted(value: Fraction, given: str, wanted: str) -> Fraction:
    """Degrees to degrees: only whole units, never `degC/day`."""
    kelvin = {"K": (Fraction(1), Fraction(0)), "kelvin": (Fraction(1), Fraction(0)), **DEGREES}
    if given in kelvin and wanted in kelvin:
        size, zero = kelvin[given]
        other_size, other_zero = kelvin[wanted]
        return (value * size + zero - other_zero) / other_size
    import pint

    if len(given.replace("/", " ").split()) + len(wanted.replace("/", " ").split()) > 2:
        raise _no_exact_way(given, wanted)
    try:
        return Fraction(_registry().Quantity(value, given).to(wanted).magnitude)
    except (pint.errors.PintError, AttributeError, ValueError, TypeError) as error:
        raise _no_exact_way(given, wanted) from error


def _no_exact_way(given: str, wanted: str) -> UnitError:
    message = f"{given} cannot be turned into {wanted} exactly: their zeros differ"
    return UnitError(
        "E322", message, "use one unit throughout, best one without an offset, such as K"
    )


@lru_cache
def _pint_factor(given: str, wanted: str) -> Fraction | None:
    import pint

    registry = _registry()
    try:
        return Fraction(registry.convert(Fraction(1), _unit(given), _unit(wanted)))
    except pint.errors.PintError:
        return None


def _unit(text: str) -> Any:
    return _registry().parse_units(text) if text != "1" else _registry().Unit("")
