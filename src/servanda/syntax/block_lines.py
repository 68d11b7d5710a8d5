"""Parsed lines that set a field of their block and are no nodes of the syntax tree themselves.

A parsed line is one of these or a node of `tree.py` or `entries.py`.
"""

from __future__ import annotations

from datetime import date
from typing import Literal as OneOf

from msgspec import Struct

from servanda.syntax.tree import NOWHERE, Duration, Party, Place, Point, UnitWord


class AgreementLine(Struct, frozen=True):
    """The first line of an agreement: `agreement NAME "Title"`."""

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
    """`include "file"`; relative to the file it stands in."""

    file: str
    place: Place = NOWHERE


class Prevails(Struct, frozen=True):
    """`prevails over 7, 8 to the extent of the conflict`, or `disapplies` all of them."""

    over: tuple[str, ...]
    extent: OneOf["conflict", "all"]
    place: Place = NOWHERE


class Survives(Struct, frozen=True):
    """`survives the end [for 6 months]`; `term` None: for good."""

    term: Duration | None = None
    place: Place = NOWHERE


class OnceCreated(Struct, frozen=True):
    """`once created`."""

    place: Place = NOWHERE


class Needs(Struct, frozen=True):
    """`needs R3.remedial`: the full name of a reading."""

    reading: str
    place: Place = NOWHERE


class NotModelled(Struct, frozen=True):
    """`not modelled "why"`."""

    reason: str
    place: Place = NOWHERE


class NoDuty(Struct, frozen=True):
    """`no duty`."""

    place: Place = NOWHERE


class Reads(Struct, frozen=True):
    """`reads GROUP as NAME` in an account."""

    group: str
    name: str
    place: Place = NOWHERE


class Trusts(Struct, frozen=True):
    """`trusts only`, `for measurements prefers` (first) or `distrusts`."""

    how: OneOf["only", "first", "distrusts"]
    sources: tuple[str, ...]
    place: Place = NOWHERE


class Accepts(Struct, frozen=True):
    """`accepts alleged, …` in an account: grades that count as sure."""

    grades: tuple[str, ...]
    place: Place = NOWHERE


class TableLine(Struct, frozen=True):
    """The first line of a table: `table "file" [each TYPE] [sheet "NAME"] [zone Z]`."""

    file: str
    each: str | None = None
    sheet: str | None = None
    zone: str | None = None
    place: Place = NOWHERE


class TableOption(Struct, frozen=True):
    """A line below a table: the field of the table that it sets, and the value."""

    field: OneOf["dates", "numbers", "distinct", "ordered"]
    value: str | bool
    place: Place = NOWHERE
