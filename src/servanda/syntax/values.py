"""Values of the syntax tree without parts: places, numbers with units, texts, days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct


class Place(Struct, frozen=True, eq=False):
    """A place in a text: file (relative to the case), line and column from 1 (0: the whole)."""

    file: str
    line: int
    column: int
    paragraph: str | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place)

    def __hash__(self) -> int:
        return 0


NOWHERE = Place("", 0, 0)


class LineRange(Struct, frozen=True, eq=False):
    """The lines of a block, from its first to its last. As a `Place`, no part of equality."""

    file: str
    first: int
    last: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LineRange)

    def __hash__(self) -> int:
        return 0


# ------------------------------------------------------------------ values and expressions
class Number(Struct, frozen=True, tag=True):
    """A number with its unit as written (`kg UF6`, `%`, `EUR`), or a bare count."""

    value: Decimal
    unit: str | None = None
    place: Place = NOWHERE


class Text(Struct, frozen=True, tag=True):
    """A text in quotes."""

    value: str


class Day(Struct, frozen=True, tag=True):
    """A calendar day as a value."""

    value: date
