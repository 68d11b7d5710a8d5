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
"""Words on a status colour: dark on every one of them, light page or dark, save those of PALE."""
PALE = frozenset(("dormant", "lapsed", "ended"))
"""Statuses whose ground is nearly the page's: words on them are in INK."""

STATUS = {
    "broken": Colour("#d55e00", "#e06a10"),
    "unknown": Colour("#c9c9c9", "#bdbdbd"),
    "undetermined": Colour("#a9a9a9", "#7d7d7d"),
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


class Family(Struct, frozen=True):
    """Statuses that a page of tables shows in one pale ground, and the ink on it."""

    ground: Colour
    ink: Colour
    statuses: tuple[str, ...]


FAMILIES = {
    "bad": Family(Colour("#f9c9b3", "#6b2500"), Colour("#5c1a00", "#ffe0d1"), ("broken",)),
    "good": Family(Colour("#c5e8d9", "#00483a"), Colour("#003d2b", "#c9f7e6"), ("kept",)),
    "open": Family(Colour("#d4e4f5", "#123c5e"), Colour("#06304f", "#d5eaff"), ("due",)),
    "made": Family(
        Colour("#f7e3a8", "#54430a"), Colour("#4a3500", "#ffeeb8"), ("cured", "compensated")
    ),
    "free": Family(
        Colour("#eed6e6", "#54284a"),
        Colour("#4a1138", "#ffdcf3"),
        ("suspended", "excused", "waived", "released"),
    ),
    "doubt": Family(
        Colour("#eceef1", "#2a2e35"), Colour("#3a3f47", "#d3d8df"), ("unknown", "undetermined")
    ),
}
"""The grounds of the live view: its style sheet has them as `--NAME` and `--NAME-fg`."""

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
