"""The colours of statuses and of charts, in one place, for light and for dark pages.

Saturated ones are those of Okabe and Ito, which readers with any of the common kinds of colour
blindness tell apart; each stands with its word all the same. Charts are drawn in the light
colours, each of which occurs for one purpose only, so that a page or a spec is made dark by
putting one colour for another.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Colour(Struct, frozen=True):
    """One colour on a light page and on a dark one."""

    light: str
    dark: str


INK = Colour("#1a1a1a", "#eeeeee")
QUIET = Colour("#595959", "#b3b3b3")
PAPER = Colour("#ffffff", "#161616")
GRID = Colour("#dddddd", "#3d3d3d")
STRIPE = Colour("#f4f4f4", "#202020")
VALUE = Colour("#0072b2", "#6bb8ec")
VALUE_2 = Colour("#a6438a", "#e3a0cf")
VALUE_3 = Colour("#7a5c00", "#d9b84a")
LIMIT = Colour("#b03a00", "#ff8a4c")
ON_FILL = "#111111"
"""Words on a status colour: dark on every one of them, light page or dark."""

STATUS = {
    "broken": Colour("#d55e00", "#e06a10"),
    "unknown": Colour("#c9c9c9", "#8f8f8f"),
    "undetermined": Colour("#a9a9a9", "#b9b9b9"),
    "due": Colour("#56b4e9", "#5ab7ea"),
    "suspended": Colour("#cc79a7", "#cf80ab"),
    "excused": Colour("#e5b8d0", "#dda8c6"),
    "cured": Colour("#e69f00", "#e8a410"),
    "compensated": Colour("#f0c862", "#eec255"),
    "kept": Colour("#009e73", "#10a87d"),
    "dormant": Colour("#ebebeb", "#2c2c2c"),
    "waived": Colour("#b9a7d8", "#b3a0d4"),
    "released": Colour("#9f88c9", "#a690ce"),
    "lapsed": Colour("#dcdcdc", "#4a4a4a"),
    "ended": Colour("#d0d0d0", "#565656"),
}

EVERY = (INK, QUIET, PAPER, GRID, STRIPE, VALUE, VALUE_2, VALUE_3, LIMIT, *STATUS.values())
DARK = {colour.light: colour.dark for colour in EVERY}


def dark(spec: Any) -> Any:
    """A spec with every colour of a light page put for that of a dark one."""
    if isinstance(spec, dict):
        return {key: dark(value) for key, value in spec.items()}
    if isinstance(spec, list):
        return [dark(value) for value in spec]
    return DARK.get(spec, spec) if isinstance(spec, str) else spec


def dark_rules(scope: str = "svg.chart") -> str:
    """CSS that shows charts drawn in light colours in dark ones: no attribute is changed."""
    found = []
    for colour in EVERY:
        for what in ("fill", "stroke"):
            found.append(f'{scope} [{what}="{colour.light}"]{{{what}:{colour.dark}}}')
    return "\n".join(found)
