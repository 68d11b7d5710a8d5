"""Amounts of money and quantities with units in English text: "at least 10 billion dollars"."""

from __future__ import annotations

import re

from msgspec import Struct

from servanda.articles.model import TextSpan

SCALE = {
    "thousand": 1e3,
    "million": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "trillion": 1e12,
}
CURRENCY = {
    "$": "USD",
    "us$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "dollars": "USD",
    "dollar": "USD",
    "euros": "EUR",
    "euro": "EUR",
    "pounds": "GBP",
    "usd": "USD",
    "eur": "EUR",
    "gbp": "GBP",
    "rials": "IRR",
    "yuan": "CNY",
    "rubles": "RUB",
    "roubles": "RUB",
    "yen": "JPY",
}
UNITS = {
    "kilograms": "kg",
    "kilogrammes": "kg",
    "kilos": "kg",
    "kg": "kg",
    "tons": "t",
    "tonnes": "t",
    "metric tons": "t",
    "grams": "g",
    "percent": "%",
    "per cent": "%",
    "%": "%",
    "centrifuges": "centrifuges",
    "kilometres": "km",
    "kilometers": "km",
    "km": "km",
    "barrels": "barrels",
    "litres": "l",
    "liters": "l",
    "megawatts": "MW",
    "mw": "MW",
}
BOUND = {
    "at least": ">=",
    "no less than": ">=",
    "more than": ">",
    "over": ">",
    "at most": "<=",
    "up to": "<=",
    "no more than": "<=",
    "less than": "<",
    "under": "<",
    "about": "~",
    "around": "~",
    "some": "~",
    "nearly": "~",
    "roughly": "~",
    "approximately": "~",
}


class Amount(Struct, frozen=True):
    """An amount found in a text.

    `unit` is an ISO 4217 code or a unit of `semantics/units.py`; `bound` is one of
    `=`, `<`, `<=`, `>`, `>=` or `~` (about).
    """

    at: TextSpan
    value: float
    unit: str
    bound: str = "="


def words(table: dict[str, object]) -> str:
    return "|".join(re.escape(w) for w in sorted(table, key=len, reverse=True))


PATTERN = re.compile(
    rf"(?:\b(?P<bound>{words(dict(BOUND))})\s+)?(?:(?P<sign>us\$|[$€£¥])\s?)?(?P<n>\d+(?:,\d{{3}})*(?:\.\d+)?)"
    rf"(?:\s?(?P<scale>{words(dict(SCALE))})\b)?(?:\s(?:us|u\.s\.)(?=\s))?"
    rf"(?:\s?(?P<unit>{words(dict(CURRENCY | UNITS))})(?!\w))?",
    re.IGNORECASE,
)


def amounts_in(text: str) -> list[Amount]:
    """All numbers with a unit, in order; numbers without one are skipped."""
    found: list[Amount] = []
    for m in PATTERN.finditer(text):
        name = (m["sign"] or m["unit"] or "").lower()
        unit = CURRENCY.get(name) or UNITS.get(name)
        if unit is None:
            continue
        value = float(m["n"].replace(",", "")) * SCALE.get((m["scale"] or "").lower(), 1.0)
        bound = BOUND.get(re.sub(r"\s+", " ", m["bound"] or "").lower(), "=")
        found.append(Amount(TextSpan(m.start(), m.end()), value, unit, bound))
    return found
