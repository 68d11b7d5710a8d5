"""Units convert exactly, or are refused with advice."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest

from servanda.semantics.units import BASES, COMMON, DEGREES, UnitError, Units, to_decimal
from servanda.syntax.tree import NOWHERE, Agreement, Conversion, Header, Number, UnitWord


def agreement(
    units: tuple[UnitWord, ...] = (), conversions: tuple[Conversion, ...] = ()
) -> Agreement:
    nothing: tuple[()] = ()
    return Agreement(
        header=Header("A", None, NOWHERE),
        parties=nothing,
        groups=nothing,
        units=units,
        conversions=conversions,
        calendars=nothing,
        events=nothing,
        states=nothing,
        measures=nothing,
        vagues=nothing,
        moments=nothing,
        defines=nothing,
        clauses=nothing,
        readings=nothing,
        amendments=nothing,
        accounts=nothing,
    )


def substance(name: str) -> UnitWord:
    return UnitWord(name, "substance", None, NOWHERE)


def currency(name: str) -> UnitWord:
    return UnitWord(name, "currency", None, NOWHERE)


def unit(name: str, value: str, of: str) -> UnitWord:
    return UnitWord(name, "unit", Number(Decimal(value), of), NOWHERE)


def conversion(left: str, left_unit: str, right: str, right_unit: str) -> Conversion:
    return Conversion(Number(Decimal(left), left_unit), Number(Decimal(right), right_unit), NOWHERE)


PLAIN = Units(agreement())
URANIUM = Units(
    agreement((substance("U"), substance("UF6")), (conversion("1", "kg UF6", "0.676", "kg U"),))
)


@pytest.mark.parametrize(
    ("value", "given", "wanted", "expected"),
    [
        ("300", "kg UF6", "kg U", "202.8"),
        ("202.8", "kg U", "kg UF6", "300"),
        ("0.3", "t UF6", "kg U", "202.8"),
        ("202800", "g U", "t UF6", "0.3"),
        ("2", "kg U", "g U", "2000"),
        ("1.50", "kg U", "kg U", "1.50"),
    ],
)
def test_a_named_conversion_is_an_exact_factor(
    value: str, given: str, wanted: str, expected: str
) -> None:
    assert str(URANIUM.convert(Decimal(value), given, wanted)) == expected


@pytest.mark.parametrize(
    ("value", "given", "wanted", "expected"),
    [
        ("1", "lb", "kg", "0.45359237"),
        ("4.5", "t", "kg", "4500"),
        ("10", "%", None, "0.1"),
        ("0.5", None, "%", "50"),
        ("2", "hours", "minute", "120"),
        ("36", "km/hour", "m/second", "10"),
        ("1", "mile", "m", "1609.344"),
        ("1", "oil_barrel", "liter", "158.987294928"),
        ("1", "acre", "ha", "0.4046872609874252006568529266"),
        ("212", "degF", "degC", "100"),
        ("1", "kWh", "MJ", "3.6"),
        ("1", "watt", "joule/second", "1"),
        ("20", "degC", "K", "293.15"),
        ("0", "K", "degC", "-273.15"),
    ],
)
def test_physical_units_convert_exactly(
    value: str, given: str, wanted: str | None, expected: str
) -> None:
    assert str(PLAIN.convert(Decimal(value), given, wanted)) == expected


def test_a_chain_of_conversions() -> None:
    words = (currency("EUR"), substance("gold"), substance("wheat"))
    links = (
        conversion("1", "kg gold", "60000", "EUR"),
        conversion("1", "t wheat", "200", "EUR"),
    )
    units = Units(agreement(words, links))
    assert units.convert(Decimal(1), "g gold", "kg wheat") == 300


def test_a_unit_of_the_agreement() -> None:
    units = Units(agreement((unit("tranche", "3", "pallet"), unit("pallet", "250", "kg"))))
    assert units.convert(Decimal(2), "tranche", "t") == Decimal("1.5")


def test_currencies_per_thing() -> None:
    units = Units(agreement((currency("EUR"),)))
    assert units.convert(Decimal(2), "EUR/kg", "EUR/t") == 2000


@pytest.mark.parametrize(
    ("given", "wanted", "message", "help"),
    [
        ("kg U", "kg UF6", "kg U cannot be turned into kg UF6", "conversion 1 kg U = … kg UF6"),
        ("kg", "kg U", "kg cannot be turned into kg U", "conversion 1 kg = … kg U"),
        ("kg", "m", "kg cannot be turned into m", "conversion 1 kg = … m"),
        (
            None,
            "kg",
            "a bare number cannot be compared with or added to an amount in kg",
            "write the unit: `… kg`",
        ),
        ("kg Pu", "kg", "unknown unit `Pu` in `kg Pu`", "substance Pu"),
        ("EURO", "kg", "unknown unit `EURO`", "currency EURO"),
        ("killogram", "kg", "unknown unit `killogram`", "did you mean `kilogram`"),
        ("degC/day", "K/day", "degC/day cannot be turned into K/day", "without an offset"),
    ],
)
def test_what_does_not_convert(
    given: str | None, wanted: str | None, message: str, help: str
) -> None:
    units = Units(agreement((substance("U"), substance("UF6"))))
    with pytest.raises(UnitError) as caught:
        units.convert(Decimal(1), given, wanted)
    assert message in caught.value.message
    assert caught.value.help is not None
    assert help in caught.value.help


def test_units_that_explain_one_another() -> None:
    units = Units(agreement((unit("a", "2", "b"), unit("b", "2", "a"))))
    with pytest.raises(UnitError, match="a → b → a"):
        units.check("a")


def test_a_conversion_by_zero_is_no_way() -> None:
    units = Units(agreement((), (conversion("1", "kg", "0", "m"),)))
    assert not units.same_dimension("kg", "m")


def test_fractions_that_do_not_end_are_rounded() -> None:
    assert str(to_decimal(Fraction(1, 3))) == "0." + "3" * 28
    assert str(to_decimal(Fraction(1200))) == "1200"


def test_common_units_are_as_pint_has_them() -> None:
    import pint

    registry = pint.UnitRegistry(non_int_type=Fraction, cache_folder=None)
    for name, (powers, size) in COMMON.items():
        base = " * ".join(f"{BASES[of]}**{power}" for of, power in powers)
        wanted = registry.parse_units(base) if base else registry.Unit("")
        assert registry.Quantity(Fraction(1), name).to(wanted).magnitude == size, name


def test_degrees_are_as_pint_has_them() -> None:
    import pint

    registry = pint.UnitRegistry(non_int_type=Fraction, cache_folder=None)
    for name, (size, zero) in DEGREES.items():
        for value in (Fraction(0), Fraction(100)):
            found = registry.Quantity(value, name).to("kelvin").magnitude
            assert found == value * size + zero, name


def test_common_units_do_without_pint() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/language')\n"
        "from test_units import URANIUM\n"
        "from decimal import Decimal\n"
        "URANIUM.convert(Decimal(3), 't UF6', 'kg U'); URANIUM.check('kg UF6/day')\n"
        "URANIUM.convert(Decimal(3), 'degC', 'K')\n"
        "sys.exit('pint' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
