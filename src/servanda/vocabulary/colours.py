"""The colours of charts and pages, each with its counterpart on a dark page.

Saturated ones are those of Okabe and Ito, which readers with any of the common kinds of colour
blindness tell apart. Charts are drawn in the light colours, each of which has one purpose only, so
that a page or a spec is made dark by replacing one colour by another.
"""

from __future__ import annotations

from msgspec import Struct


class Colour(Struct, frozen=True):
    """One colour on a light page and on a dark one."""

    light: str
    dark: str


class Ground(Struct, frozen=True):
    """A pale ground for cells of a table, the ink on it, and whether it is hatched or bold."""

    name: str
    ground: Colour
    ink: Colour
    hatched: bool = False
    bold: bool = False


INK = Colour("#1a1a1a", "#eeeeee")
QUIET = Colour("#595959", "#b3b3b3")
PAPER = Colour("#ffffff", "#161616")
GRID = Colour("#dddddd", "#3d3d3d")
STRIPE = Colour("#f4f4f4", "#202020")
VALUE = Colour("#0072b2", "#6bb8ec")
VALUE_2 = Colour("#a6438a", "#e3a0cf")
VALUE_3 = Colour("#7a5c00", "#d9b84a")
LIMIT = Colour("#b03a00", "#ff8a4c")
CHART_COLOURS = (INK, QUIET, PAPER, GRID, STRIPE, VALUE, VALUE_2, VALUE_3, LIMIT)
ON_FILL = "#111111"
"""Words on the fill of a status: dark on light and dark pages alike."""
HATCH = Colour("#c3c8d0", "#474d57")

TERMINAL_GREY = "grey58"
TERMINAL_ERROR, TERMINAL_WARNING, TERMINAL_HINT = "#d55e00", "#e69f00", "#56b4e9"
"""Colours that can be read on a light terminal and on a dark one."""
