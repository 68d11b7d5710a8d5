"""Amounts as exact decimals in the declared unit."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

from servanda.semantics.units import UnitError, Units, plain_decimal
from servanda.syntax.tree import Agreement, Number

NINTH = Decimal("0.000000001")
TOO_LARGE = Decimal(10) ** 29


class BadAmount(ValueError):
    """An amount that cannot be used: code, message and advice."""

    def __init__(self, code: str, message: str, help: str) -> None:
        super().__init__(message)
        self.code = code
        self.help = help


class Amounts:
    """Converts amounts to declared units, with the agreement's conversions."""

    def __init__(self, agreement: Agreement) -> None:
        self.units = Units(agreement)

    def convert(self, number: Number, unit: str | None, name: str) -> Decimal:
        """The number in the unit declared for `name`, kept to nine decimals. Raises BadAmount."""
        if unit is not None and number.unit is None:
            raise BadAmount(
                "E321",
                f"the unit is missing: `{name}` is in {unit}",
                f"write `{number.value:f} {unit}`",
            )
        fit(number.value)
        try:
            return fit(self.units.convert(number.value, number.unit, unit))
        except UnitError as error:
            if unit is None:
                message = f"`{name}` has no unit, and this is in {number.unit}"
                advice = f"declare `{name}` in {number.unit}, or leave the unit out"
                raise BadAmount("E320", message, advice) from error
            raise BadAmount(
                "E320", f"`{name}` is in {unit}: {error.message}", error.help
            ) from error


def fit(value: Decimal) -> Decimal:
    """Round to nine decimals, as the judges keep numbers. Raises BadAmount from 1e29 on."""
    if not value.is_finite() or abs(value) >= TOO_LARGE:
        raise BadAmount(
            "E148", "this number is too large", "write at most 29 digits before the point"
        )
    with localcontext(prec=60):
        return plain_decimal(value.quantize(NINTH, rounding=ROUND_HALF_UP))
