"""Parsed lines that set a field of their block and are no nodes of the syntax tree themselves.

A parsed line is one of these or a node of `tree.py` or `entries.py`.
"""

from __future__ import annotations

from datetime import date
from typing import Literal as OneOf

from msgspec import Struct

from servanda.syntax.tree import NOWHERE, Duration, Party, Place, Point, UnitWord


class AgreementLine(Struct, frozen=True):
    name: str
    title: str | None = None
    place: Place = NOWHERE


class Force(Struct, frozen=True):
    """`in force from … until …`"""

    from_: Point | None
    until: Point | None


class HeaderLine(Struct, frozen=True):
    """A line below `agreement`: the field of the header that it sets, and the value."""

    field: OneOf["zone", "months", "counting", "suspension", "force", "closed"]
    value: str | date | Force
    place: Place = NOWHERE


class Declared(Struct, frozen=True):
    """What one line declares: several parties or bodies, several substances or currencies."""

    items: tuple[Party, ...] | tuple[UnitWord, ...]


class Include(Struct, frozen=True):
    file: str
    place: Place = NOWHERE


class Prevails(Struct, frozen=True):
    over: tuple[str, ...]
    place: Place = NOWHERE


class Survives(Struct, frozen=True):
    term: Duration | None = None
    place: Place = NOWHERE


class OnceCreated(Struct, frozen=True):
    place: Place = NOWHERE


class Needs(Struct, frozen=True):
    reading: str
    place: Place = NOWHERE


class NotModelled(Struct, frozen=True):
    reason: str
    place: Place = NOWHERE


class NoDuty(Struct, frozen=True):
    place: Place = NOWHERE


class Reads(Struct, frozen=True):
    group: str
    name: str
    place: Place = NOWHERE


class Trusts(Struct, frozen=True):
    """`trusts only`, `trusts … over all` (first) or `distrusts`."""

    how: OneOf["only", "first", "distrusts"]
    sources: tuple[str, ...]
    place: Place = NOWHERE


class Accepts(Struct, frozen=True):
    grades: tuple[str, ...]
    place: Place = NOWHERE


class TableLine(Struct, frozen=True):
    file: str
    each: str | None = None
    zone: str | None = None
    place: Place = NOWHERE
