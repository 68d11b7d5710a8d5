"""Lines of a followed file: JSON, each an event, a reading, a line of the record, or the time.

A line that cannot be read says why, and the others are read all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from servanda.api import Case
from servanda.record.dates import BadDate, day_of, end_of
from servanda.record.lookup import RecordNames
from servanda.record.record import Entry
from servanda.record.resolver import Resolver, target_of
from servanda.semantics.norms import Variable
from servanda.semantics.resolving.scope import variable_of
from servanda.syntax import entries as raw
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import parse_line
from servanda.syntax.problems import Problems, did_you_mean
from servanda.syntax.tree import Arg, Day, Expr, Name, Number, Place, Text

ABOUT = {
    "id",
    "source",
    "grade",
    "by_whom",
    "reported",
    "verified",
    "announced",
    "corrects",
    "note",
}
SHAPES: dict[str, set[str]] = {
    "event": {"event", "at", "by", "args", *ABOUT},
    "measure": {"measure", "at", "of", "value", "low", "high", "unit", *ABOUT},
    "withdraws": {"withdraws", "at", *ABOUT},
    "entry": {"entry", "id"},
    "now": {"now"},
}
GRADES = ("verified", "estimated", "declared", "alleged")
ADVICE = "see docs/watch.md for what a line looks like"
DECODER = msgspec.json.Decoder(float_hook=Decimal)


class Refused(Exception):
    """What is wrong with a line; the second argument is advice."""

    def __init__(self, message: str, help: str = ADVICE) -> None:
        super().__init__(message)
        self.help = help


class Said(Struct):
    """What one line says: an entry (with a digest of all it says), or the time it is."""

    line: int
    text: bytes
    entry: Entry | None = None
    digest: bytes = b""
    now: int | None = None

    @property
    def target(self) -> str | None:
        """The entry that this one corrects or withdraws."""
        return None if self.entry is None else target_of(self.entry)


class Read(Struct):
    """What some lines say, and what is wrong with the rest: `(line, text, why)`."""

    said: list[Said]
    wrong: list[tuple[int, bytes, str]]


class Lines:
    """Reads lines against a case; `file` is what problems call the followed file."""

    def __init__(self, case: Case, file: str) -> None:
        self.file = file
        self.zone = case.zone
        self.sources = case.sources
        self.names = RecordNames(case.agreement, Problems())
        self.params = {
            e.name: {p.name: variable_of(p) for p in e.params} for e in case.agreement.events
        }

    def read(self, first: int, lines: list[bytes]) -> Read:
        """Lines numbered from `first`. Empty ones say nothing."""
        found = Read([], [])
        for number, text in enumerate(lines, first):
            if not text.strip():
                continue
            try:
                found.said.append(self.one(number, text))
            except Refused as error:
                found.wrong.append((number, text, f"{error}; {error.help}"))
        return found

    def one(self, number: int, text: bytes) -> Said:
        """One line. Raises Refused."""
        try:
            said = DECODER.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Refused(f"this is not JSON: {error}", "each line is one JSON object") from None
        if not isinstance(said, dict):
            raise Refused("this is no JSON object")
        shape = next((s for s in SHAPES if s in said), None)
        if shape is None:
            raise Refused("this says neither event, measure, withdraws, entry nor now")
        for name in said.keys() - SHAPES[shape]:
            advice = did_you_mean(name, SHAPES[shape]) or ADVICE
            raise Refused(f"a line with `{shape}` has no `{name}`", advice)
        if shape == "now":
            return Said(number, text, now=self.moment(said["now"]))
        problems = Problems()
        entry = self.resolved(self.written(shape, said, number, problems), problems)
        content = msgspec.json.encode(said, order="sorted")
        digest = hashlib.blake2b(content, digest_size=12).digest()
        if "id" not in said and entry.id == self.derived:
            entry = replace(entry, id=f"{entry.id}~{digest.hex()[:10]}")
        return Said(number, text, entry, digest)

    def moment(self, text: object) -> int:
        try:
            return end_of(str(text), self.zone)
        except BadDate as error:
            raise Refused(str(error), error.help or ADVICE) from None

    def resolved(self, written: raw.Entry, problems: Problems) -> Entry:
        """An entry with its names found. Raises Refused for the first thing wrong with it."""
        self.names.problems = problems
        resolver = Resolver(self.names, self.sources, problems)
        entry = resolver.entry(written)
        for problem in problems.errors:
            raise Refused(problem.message, problem.help or ADVICE)
        if entry is None:
            raise Refused("this cannot be read")
        self.derived = "" if written.id else entry.id
        return entry

    # -------------------------------------------------------------- as the record has it
    def written(
        self, shape: str, said: Mapping[str, Any], number: int, problems: Problems
    ) -> raw.Entry:
        place = Place(self.file, number, 1)
        if shape == "entry":
            return self.from_language(said, place, problems)
        fact: raw.Fact
        if shape == "event":
            fact = self.event(said, place)
        elif shape == "measure":
            fact = self.measure(said, place)
        else:
            fact = raw.WithdrawFact(text_of(said, "withdraws"), place)
        grade = said.get("grade")
        if grade is not None and grade not in GRADES:
            raise Refused(f"there is no grade `{grade}`", f"grades are {', '.join(GRADES)}")
        cited = said.get("source", ())
        ids = [cited] if isinstance(cited, str) else cited
        if not isinstance(ids, list | tuple) or not all(isinstance(i, str) for i in ids):
            raise Refused("`source` is a source's id, or a list of them")
        return raw.Entry(
            when=self.when(said, "at", required=True),  # type: ignore[arg-type]
            fact=fact,
            id=optional(said, "id"),
            sources=tuple(raw.SourceRef(i, None, place) for i in ids),
            grade=grade,
            grade_by=optional(said, "by_whom"),
            announced=self.when(said, "announced"),
            verified=self.when(said, "verified"),
            reported=self.when(said, "reported"),
            corrects=optional(said, "corrects"),
            note=optional(said, "note"),
            place=place,
        )

    def from_language(self, said: Mapping[str, Any], place: Place, problems: Problems) -> raw.Entry:
        text = text_of(said, "entry")
        statements = lay_out(text, "line.sv", problems).statements
        if len(statements) != 1 or statements[0].children:
            raise Refused("`entry` holds one entry, as a record has it")
        entry = parse_line(statements[0], "entry", problems)
        for problem in problems.errors:
            raise Refused(problem.message, problem.help or ADVICE)
        if not isinstance(entry, raw.Entry):
            raise Refused("only a dated entry can be followed", "put the rest in the record")
        return replace(entry, id=optional(said, "id") or entry.id, place=place)

    def event(self, said: Mapping[str, Any], place: Place) -> raw.EventFact:
        name = text_of(said, "event")
        given = said.get("args", {})
        if not isinstance(given, dict):
            raise Refused('`args` is an object, as in {"id": "o1"}')
        event = self.names.declared.event(name)
        params = self.params[event.name] if event is not None else {}
        args = tuple(
            Arg(param, "=", expression(value, params.get(param), param, place))
            for param, value in given.items()
            if value is not None
        )
        return raw.EventFact(name, optional(said, "by"), args, place)

    def measure(self, said: Mapping[str, Any], place: Place) -> raw.ReadingFact:
        unit = optional(said, "unit")
        bounds = {}
        for name in ("value", "low", "high"):
            if said.get(name) is not None:
                bounds[name] = Number(number_of(said[name], name), unit, place)
        if "value" in bounds and len(bounds) > 1:
            raise Refused("a reading has a value, or bounds, not both")
        return raw.ReadingFact(
            text_of(said, "measure"),
            optional(said, "of"),
            bounds.get("value", bounds.get("low")),
            bounds.get("value", bounds.get("high")),
            place=place,
        )

    def when(self, said: Mapping[str, Any], name: str, required: bool = False) -> raw.When | None:
        if said.get(name) is None:
            if required:
                raise Refused(f"`{name}` is missing: when was it?", "a day, an instant or D1..D2")
            return None
        first, dots, last = text_of(said, name).partition("..")
        return raw.When(day_or_instant(first), day_or_instant(last) if dots else None)


def day_or_instant(text: str) -> date | str:
    """A day as a date; anything else as it stands, to be read as an instant."""
    text = text.strip()
    if "T" in text:
        return text
    try:
        return day_of(text)
    except BadDate as error:
        raise Refused(str(error), error.help or ADVICE) from None


def expression(value: object, param: Variable | None, name: str, place: Place) -> Expr:
    """A JSON value as a record would write it for that parameter."""
    type_ = "text" if param is None else param.type
    if isinstance(value, str):
        if type_ == "party":
            return Name(value, place)
        return Day(iso_day(value)) if type_ == "date" else Text(value)
    if isinstance(value, dict) and value.keys() == {"value", "unit"}:
        return Number(number_of(value["value"], name), text_of(value, "unit"), place)
    return Number(number_of(value, name), None, place)


def iso_day(text: str) -> date:
    found = day_or_instant(text)
    if isinstance(found, str):
        raise Refused(f"`{text}` is an instant, not a date")
    return found


def number_of(value: object, name: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Refused(f"`{name}` is no number", ADVICE)
    return Decimal(value)


def text_of(said: Mapping[str, Any], name: str) -> str:
    if not isinstance(said[name], str):
        raise Refused(f"`{name}` is a text in quotes")
    return str(said[name])


def optional(said: Mapping[str, Any], name: str) -> str | None:
    return None if said.get(name) is None else text_of(said, name)
