"""Parse the JSON lines of a followed file: events, readings, withdrawals, entries, `now`.

An invalid line gets a message, and the others are still parsed.
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


class LineError(Exception):
    """A line is invalid: message and advice."""

    def __init__(self, message: str, help: str = ADVICE) -> None:
        super().__init__(message)
        self.help = help


class ParsedLine(Struct):
    """A parsed line: an entry with a digest of the line's content, or a `now` tick."""

    line: int
    text: bytes
    entry: Entry | None = None
    digest: bytes = b""
    now: int | None = None

    @property
    def target(self) -> str | None:
        """The entry that this one corrects or withdraws."""
        return None if self.entry is None else target_of(self.entry)


class ParsedLines(Struct):
    """Parsed lines, and the rejected ones as `(line, text, why)`."""

    lines: list[ParsedLine]
    wrong: list[tuple[int, bytes, str]]


class LineParser:
    """Parses lines for a case; `file` is the file name used in problems."""

    def __init__(self, case: Case, file: str) -> None:
        self.file = file
        self.zone = case.zone
        self.sources = case.sources
        self.names = RecordNames(case.agreement, Problems())
        self.params = {
            e.name: {p.name: variable_of(p) for p in e.params} for e in case.agreement.events
        }

    def read(self, first: int, lines: list[bytes]) -> ParsedLines:
        """Parse lines, numbered from `first`; skips empty ones."""
        found = ParsedLines([], [])
        for number, text in enumerate(lines, first):
            if not text.strip():
                continue
            try:
                found.lines.append(self.parse(number, text))
            except LineError as error:
                found.wrong.append((number, text, f"{error}; {error.help}"))
        return found

    def parse(self, number: int, text: bytes) -> ParsedLine:
        """Parse one line. Raises LineError."""
        try:
            fields = DECODER.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise LineError(f"this is not JSON: {error}", "each line is one JSON object") from None
        if not isinstance(fields, dict):
            raise LineError("a line must be one JSON object")
        shape = next((s for s in SHAPES if s in fields), None)
        if shape is None:
            raise LineError("a line needs one of event, measure, withdraws, entry or now")
        for name in fields.keys() - SHAPES[shape]:
            advice = did_you_mean(name, SHAPES[shape]) or ADVICE
            raise LineError(f"a line with `{shape}` has no `{name}`", advice)
        if shape == "now":
            return ParsedLine(number, text, now=self.end_tick(fields["now"]))
        problems = Problems()
        entry = self.resolve(self.to_entry(shape, fields, number, problems), problems)
        content = msgspec.json.encode(fields, order="sorted")
        digest = hashlib.blake2b(content, digest_size=12).digest()
        if "id" not in fields and entry.id == self.derived:
            entry = replace(entry, id=f"{entry.id}~{digest.hex()[:10]}")
        return ParsedLine(number, text, entry, digest)

    def end_tick(self, text: object) -> int:
        try:
            return end_of(str(text), self.zone)
        except BadDate as error:
            raise LineError(str(error), error.help or ADVICE) from None

    def resolve(self, raw_entry: raw.Entry, problems: Problems) -> Entry:
        """Resolve an entry's names. Raises LineError for its first problem."""
        self.names.problems = problems
        resolver = Resolver(self.names, self.sources, problems)
        entry = resolver.entry(raw_entry)
        for problem in problems.errors:
            raise LineError(problem.message, problem.help or ADVICE)
        if entry is None:
            raise LineError("this entry cannot be read")
        self.derived = "" if raw_entry.id else entry.id
        return entry

    # -------------------------------------------------------------- as the record has it
    def to_entry(
        self, shape: str, fields: Mapping[str, Any], number: int, problems: Problems
    ) -> raw.Entry:
        place = Place(self.file, number, 1)
        if shape == "entry":
            return self.from_language(fields, place, problems)
        fact: raw.Fact
        if shape == "event":
            fact = self.event(fields, place)
        elif shape == "measure":
            fact = self.measure(fields, place)
        else:
            fact = raw.WithdrawFact(text_of(fields, "withdraws"), place)
        grade = fields.get("grade")
        if grade is not None and grade not in GRADES:
            raise LineError(f"there is no grade `{grade}`", f"grades are {', '.join(GRADES)}")
        cited = fields.get("source", ())
        ids = [cited] if isinstance(cited, str) else cited
        if not isinstance(ids, list | tuple) or not all(isinstance(i, str) for i in ids):
            raise LineError("`source` must be a source's id, or a list of them")
        return raw.Entry(
            when=self.when(fields, "at", required=True),  # type: ignore[arg-type]
            fact=fact,
            id=optional(fields, "id"),
            sources=tuple(raw.SourceRef(i, None, place) for i in ids),
            grade=grade,
            grade_by=optional(fields, "by_whom"),
            announced=self.when(fields, "announced"),
            verified=self.when(fields, "verified"),
            reported=self.when(fields, "reported"),
            corrects=optional(fields, "corrects"),
            note=optional(fields, "note"),
            place=place,
        )

    def from_language(
        self, fields: Mapping[str, Any], place: Place, problems: Problems
    ) -> raw.Entry:
        text = text_of(fields, "entry")
        statements = lay_out(text, "line.sv", problems).statements
        if len(statements) != 1 or statements[0].children:
            raise LineError("`entry` must be one line of the record")
        entry = parse_line(statements[0], "entry", problems)
        for problem in problems.errors:
            raise LineError(problem.message, problem.help or ADVICE)
        if not isinstance(entry, raw.Entry):
            raise LineError("only a dated entry can be followed", "put the rest in the record")
        return replace(entry, id=optional(fields, "id") or entry.id, place=place)

    def event(self, fields: Mapping[str, Any], place: Place) -> raw.EventFact:
        name = text_of(fields, "event")
        given = fields.get("args", {})
        if not isinstance(given, dict):
            raise LineError('`args` must be an object, as in {"id": "o1"}')
        event = self.names.declared.event(name)
        params = self.params[event.name] if event is not None else {}
        args = tuple(
            Arg(param, "=", expression(value, params.get(param), param, place))
            for param, value in given.items()
            if value is not None
        )
        return raw.EventFact(name, optional(fields, "by"), args, place)

    def measure(self, fields: Mapping[str, Any], place: Place) -> raw.ReadingFact:
        unit = optional(fields, "unit")
        bounds = {}
        for name in ("value", "low", "high"):
            if fields.get(name) is not None:
                bounds[name] = Number(number_of(fields[name], name), unit, place)
        if "value" in bounds and len(bounds) > 1:
            raise LineError("a reading has either a value or bounds, not both")
        return raw.ReadingFact(
            text_of(fields, "measure"),
            optional(fields, "of"),
            bounds.get("value", bounds.get("low")),
            bounds.get("value", bounds.get("high")),
            place=place,
        )

    def when(self, fields: Mapping[str, Any], name: str, required: bool = False) -> raw.When | None:
        if fields.get(name) is None:
            if required:
                raise LineError(f"`{name}` is missing: when was it?", "a day, an instant or D1..D2")
            return None
        first, dots, last = text_of(fields, name).partition("..")
        return raw.When(day_or_instant(first), day_or_instant(last) if dots else None)


def day_or_instant(text: str) -> date | str:
    """A date, or the text unchanged if it is an instant."""
    text = text.strip()
    if "T" in text:
        return text
    try:
        return day_of(text)
    except BadDate as error:
        raise LineError(str(error), error.help or ADVICE) from None


def expression(value: object, param: Variable | None, name: str, place: Place) -> Expr:
    """A JSON value as an expression of the parameter's type."""
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
        raise LineError(f"`{text}` is an instant, not a date")
    return found


def number_of(value: object, name: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise LineError(f"`{name}` must be a number", ADVICE)
    return Decimal(value)


def text_of(fields: Mapping[str, Any], name: str) -> str:
    if not isinstance(fields[name], str):
        raise LineError(f"`{name}` must be a text in quotes")
    return str(fields[name])


def optional(fields: Mapping[str, Any], name: str) -> str | None:
    return None if fields.get(name) is None else text_of(fields, name)
