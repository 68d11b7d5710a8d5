"""Prints entries, declarations of completeness and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, cast

from servanda.syntax import block_lines as ln
from servanda.syntax import entries as e
from servanda.syntax import tree as m
from servanda.syntax.printer.rules import Phrases
from servanda.syntax.printer.values import arg, expr, listed, optional_text, pattern, quantity, text

EXERCISES = {
    "suspend": "suspends",
    "resume": "resumes",
    "waive": "waives",
    "release": "releases",
    "end": "ends",
    "create": "creates",
}
_WORD = re.compile(r"[^\W\d]\w*")
_COLUMN = re.compile(r"\w+")


def when(node: e.When) -> str:
    """A day, month, instant or span, without the words before it."""
    if node.granularity == "month" and isinstance(node.start, date):
        return f"{node.start:%Y-%m}"
    zone = "" if node.zone is None else f" {node.zone}"
    start = node.start.isoformat() if isinstance(node.start, date) else node.start
    if node.end is None:
        return f"{start}{zone}"
    end = node.end.isoformat() if isinstance(node.end, date) else node.end
    return f"{start}..{end}{zone}"


# ---------------------------------------------------------------------- facts
def fact(node: e.Fact) -> str:
    """Content of an entry, without date and attributes."""
    match node:
        case e.EventFact(event, by, args) | e.StateFact(event, by, args):
            actor = "" if by is None else f"{by} "
            given = f"({listed(arg(a) for a in args)})" if args else ""
            return f"{actor}{event}{given}"
        case e.ReadingFact():
            return reading(node)
        case e.LinkFact():
            return link(node)
        case e.PowerFact():
            return power(node)
        case e.DetermineFact(by, matched, holds):
            return f"{by} determines {'' if holds else 'not '}{pattern(matched)}"
        case e.SaidFact():
            return speech_act(node)
        case e.WithdrawFact(id_):
            return f"withdraws {id_}"


def reading(node: e.ReadingFact) -> str:
    """A reading of a measure, by its bounds."""
    return f"{_subject(node)} {_bounds(node)}"


def link(node: e.LinkFact) -> str:
    """A change, ratio or first time of readings."""
    subject, bounds = _subject(node.reading), _bounds(node.reading)
    if node.since is not None:
        return f"change of {subject} since {when(node.since)} {bounds}"
    if node.to is not None:
        return f"ratio of {subject} to {quantity(node.to)} {bounds}"
    return f"first time {subject} {bounds}"


def _subject(node: e.ReadingFact) -> str:
    return node.measure if node.of is None else f"{node.measure} of {node.of}"


def _bounds(node: e.ReadingFact) -> str:
    low, high = node.low, node.high
    if low is not None and high is not None:
        if low == high:
            return f"= {quantity(low)}"
        return f"between {quantity(low)} and {quantity(high)}"
    if low is not None:
        return f"{'>' if node.open_low else '>='} {quantity(low)}"
    if high is not None:
        return f"{'<' if node.open_high else '<='} {quantity(high)}"
    return "unknown"


def power(node: e.PowerFact) -> str:
    """The use of a power."""
    if node.verb == "end_all":
        return f"{node.by} ends the agreement"
    if node.verb == "amend":
        return f"{node.by} amends {listed(node.clauses)} to {node.amendment}"
    pairs = listed(f"{name}: {expr(value)}" for name, value in node.key)
    key = f"({pairs})" if pairs else ""
    of = "" if node.of is None else f" of {node.of}"
    towards = "" if node.towards is None else f" towards {node.towards}"
    return f"{node.by} {EXERCISES[node.verb]} {listed(node.clauses)}{key}{of}{towards}"


def speech_act(node: e.SaidFact) -> str:
    """A speech act."""
    to = "" if node.to is None else f" {node.to}"
    head = f"{node.by} {node.verb}{to}"
    if node.pattern is not None:
        return f"{head} that {pattern(node.pattern)}{optional_text(node.text)}"
    about = "" if node.clause is None else f" clause {node.clause}"
    return f"{head}{about}{optional_text(node.text)}"


# ---------------------------------------------------------------------- phrases after a fact
def _grade(grade: str, by: str | None) -> str:
    return grade if by is None else f"{grade} by {by}"


def _speaker(name: str) -> str:
    return name if _WORD.fullmatch(name) else text(name)


def attribution(node: e.Attribution) -> str:
    """`said by X on Y` or `reported by X on DATE`."""
    medium = "" if node.on is None else f" on {_speaker(node.on)}"
    at = "" if node.at is None else f" on {when(node.at)}"
    return f"{node.kind} by {_speaker(node.by)}{medium}{at}"


def source(node: e.SourceRef) -> str:
    """`source ID ["locator"]`."""
    return f"source {node.id}{optional_text(node.locator)}"


def _attributes(node: e.Entry) -> Iterator[str]:
    if node.grade is not None:
        yield _grade(node.grade, node.grade_by)
    if node.announced is not None:
        yield f"announced {when(node.announced)}"
    if node.verified is not None:
        yield f"verified on {when(node.verified)}"
    if node.reported is not None:
        yield f"reported {when(node.reported)}"
    yield from (attribution(step) for step in node.chain)
    if node.corrects is not None:
        yield f"corrects {node.corrects}"
    if node.id is not None:
        yield f"id {node.id}"
    yield from (source(ref) for ref in node.sources)
    if node.note is not None:
        yield f"note {text(node.note)}"


def _with_commas(phrases: Sequence[str]) -> Phrases:
    return (*(f"{phrase}," for phrase in phrases[:-1]), *phrases[-1:])


def entry(node: e.Entry) -> Phrases:
    """A dated line as phrases."""
    before = "" if node.when.end is None else "at some time in "
    if isinstance(node.fact, e.StateFact):
        before = "throughout "
    return _with_commas((f"{before}{when(node.when)} {fact(node.fact)}", *_attributes(node)))


def completeness(node: e.Completeness) -> Phrases:
    """A declaration of completeness as phrases."""
    span = [f"{node.by} attests a full record of {listed(node.names)}"]
    span += [] if node.from_ is None else [f"from {when(node.from_)}"]
    span += [] if node.until is None else [f"until {when(node.until)}"]
    rest = [] if node.reported is None else [f"reported {when(node.reported)}"]
    rest += [source(ref) for ref in node.sources]
    rest += [] if node.note is None else [f"note {text(node.note)}"]
    return (*span[:-1], *_with_commas((span[-1], *rest)))


# ---------------------------------------------------------------------- tables
def table_head(node: ln.TableLine) -> str:
    """The first line of a table."""
    each = "" if node.each is None else f" each {_named(node.each)}"
    sheet = "" if node.sheet is None else f" sheet {text(node.sheet)}"
    zone = "" if node.zone is None else f" zone {node.zone}"
    return f"table {text(node.file)}{each}{sheet}{zone}"


def table_option(node: ln.TableOption) -> str:
    """A line below a table, as in `dates "DD.MM.YYYY"`."""
    if isinstance(node.value, str):
        return f"{node.field} {text(node.value)}"
    return {"distinct": "distinct rows", "ordered": "rows are in order"}[node.field]


def table(node: e.TableMap) -> list[str]:
    """A table with its lines."""
    said: dict[str, str | bool | None] = {
        "dates": node.dates,
        "numbers": node.numbers,
        "distinct": node.distinct or None,
        "ordered": node.ordered or None,
    }
    lines = [
        table_option(ln.TableOption(cast(Any, field), value))
        for field, value in said.items()
        if value is not None
    ]
    lines += [source(ref) for ref in node.sources]
    lines += [" ".join(row(mapped)) for mapped in node.rows]
    return [
        table_head(ln.TableLine(node.file, node.each, node.sheet, node.zone)),
        *(f"  {line}" for line in lines),
    ]


def _column(name: str) -> str:
    return f"column {_named(name)}"


def _named(name: str) -> str:
    return name if _COLUMN.fullmatch(name) else text(name)


def _condition(column: str, among: Sequence[str]) -> str:
    if len(among) == 1:
        return f"where {_column(column)} = {text(among[0])}"
    return f"where {_column(column)} in ({', '.join(text(value) for value in among)})"


def cell(node: e.Cell) -> str:
    """A column or a constant."""
    if isinstance(node, e.Column):
        return _column(node.name) + ("" if node.unit is None else f" in {node.unit}")
    return expr(node)


def row(node: e.RowMap) -> Phrases:
    """A `row is …` line as phrases."""
    of = "" if node.of is None else f" of {cell(node.of)}"
    if node.value is not None:
        says = f"{node.name}{of} = {cell(node.value)}"
    else:
        args = listed(f"{a.name}: {cell(a.value)}" for a in node.args)
        name = node.name if node.event_of is None else f"event of {_column(node.event_of)}"
        says = f"{name}({args})" if args else name
    columns = {
        "on": node.on,
        "until": node.until,
        "reported": node.reported,
        "verified": node.verified,
        "announced": node.announced,
        "id": node.id,
        "source": node.source,
        "grade": node.grade,
    }
    attrs = [f"{word} {_column(name)}" for word, name in columns.items() if name is not None]
    attrs += [_condition(name, among) for name, among in node.where]
    if node.graded is not None:
        attrs.append(_grade(node.graded, node.graded_by))
    return (f"row is {says}", *_with_commas(attrs))


def literal(node: m.Number | m.Text | m.Day | m.Name) -> str:
    """A number, text, day or name."""
    return expr(node)
