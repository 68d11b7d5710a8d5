"""Canonical layout: prints each statement from its parsed value; keeps comments and prose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct

from servanda.syntax import block_lines as ln
from servanda.syntax import entries as e
from servanda.syntax import tree as m
from servanda.syntax.layout import Layout, Passage, Statement, lay_out
from servanda.syntax.line_parser import LineKind
from servanda.syntax.parser import Parsed, line_kind_at_margin, line_kind_below, parse, parse_line
from servanda.syntax.printer.rules import duty
from servanda.syntax.printer.statements import phrases
from servanda.syntax.problems import Problem, Problems

WIDTH = 88
STEP = 2

BLOCK_LINES = (m.Clause, m.Reading, m.Amendment, m.Account, ln.AgreementLine, ln.TableLine)

_KINDS = {
    **dict.fromkeys(("to", "towards", "every", "from", "until", "for"), "time"),
    **dict.fromkeys(("within", "by", "before"), "time"),
    **dict.fromkeys(("early", "performance", "instalments"), "performance"),
    **dict.fromkeys(("cured", "cure", "grace", "late"), "performance"),
}
_PREPOSITION = re.compile(r"\b(to|towards) +[^\W\d]")
_NO_CREDITOR = re.compile(r'"[^"]*"|\bowed +to +it\b|\bdetermined +to +be\b')
_PIECE = re.compile(
    r"(?:(?:within|from|until|for|by|before|after|to|towards|of|and|or|in|as) )*"
    r"(?:\d[\w.]* (?:%|[^\W\d])[^\s\"]*"  # 30 days, 8 degC
    r'|[^\s"]*(?: ?"[^"]*"[^\s"]*)+'  # a text with the word before it
    r'|[^\s"]+)'
)


def format_text(text: str, file: str) -> tuple[str, list[Problem]]:
    """The text of a file in canonical layout, and its problems.

    A text with errors is given back unchanged. Prose around the blocks is never touched.
    """
    problems = Problems()
    layout = lay_out(text, file, problems)
    parsed = parse(layout.statements, problems)
    if problems.errors:
        return text, list(problems)
    return rebuilt(text, layout, parsed), list(problems)


def rebuilt(
    text: str, layout: Layout, parsed: Parsed, change: Callable[[Struct], Struct] | None = None
) -> str:
    """The text with the lines of each block replaced, its lines changed if told how."""
    printer = _Printer(parsed, change)
    raw = text.split("\n")
    ending = "\r" if raw[0].endswith("\r") else ""
    rebuilt: list[str] = []
    position = 0
    for passage in layout.passages:
        rebuilt += raw[position : passage.block.first]
        rebuilt += [line + ending for line in printer.passage(passage)]
        position = passage.block.last
    rest = raw[position:]
    if layout.file.endswith(".sv"):
        rest = [""]
        if text.startswith("\ufeff") and rebuilt:
            rebuilt[0] = "\ufeff" + rebuilt[0]
    return "\n".join(rebuilt + rest)


class _Printer:
    """Prints the statements of a file; `change`: how its lines are to be changed."""

    def __init__(self, parsed: Parsed, change: Callable[[Struct], Struct] | None) -> None:
        readings = parsed.agreement.readings
        self.readings = {(r.place.line, r.place.column): r for r in readings}
        self.change = change

    def passage(self, passage: Passage) -> Iterator[str]:
        """The lines of a block."""
        margin = " " * passage.block.margin
        lines = [
            line
            for statement in passage.statements
            for line in self.statement(statement, line_kind_at_margin(statement), 0)
        ]
        for line in [*lines, *passage.tail]:
            yield margin + line if line else ""

    def statement(self, statement: Statement, line_kind: LineKind, indent: int) -> Iterator[str]:
        """The lines of a statement with its comments and all that stands below it."""
        node = self.node(statement, line_kind)
        first, *rest = _lines(node, indent, statement.text)
        beside, *others = statement.beside or ("",)
        for comment in (*statement.lead, *others):
            yield " " * indent + comment if comment else ""
        yield f"{first}  {beside}" if beside else first
        yield from rest
        below = line_kind_below(statement)
        for child in statement.children if below is not None else ():
            if not (isinstance(node, m.Reading) and child.text == "no duty"):
                yield from self.statement(child, below or line_kind, indent + STEP)

    def node(self, statement: Statement, line_kind: LineKind) -> Struct:
        """The value of a statement as it is to be printed."""
        node: Struct = parse_line(statement, line_kind, Problems())
        if isinstance(node, m.Reading):
            node = self.readings.get((node.place.line, node.place.column), node)
        return node if self.change is None else self.change(node)


def _lines(node: Struct, indent: int, written: str) -> list[str]:
    """The lines of a statement without its children, broken between phrases if too long."""
    parts = _worded(node, written)
    whole = " ".join(parts)
    if indent + len(whole) <= WIDTH or isinstance(node, BLOCK_LINES):
        return [" " * indent + whole]
    deeper = indent + STEP
    match node:
        case e.Entry() | e.Completeness() | e.RowMap() | m.Held():
            first = _fill(parts[0].removesuffix(","), indent, deeper + STEP)
            return first + _pack(parts[1:], deeper)
        case m.Duty() | m.Power() | m.Event() | m.State():
            return _grouped(parts, indent)
        case m.Trigger():
            return _fill(whole, indent, deeper + STEP)
        case _:
            return _fill(whole, indent, deeper)


def _worded(node: Struct, written: str) -> tuple[str, ...]:
    """The phrases of a statement; keeps the author's choice between synonyms (`to`, `towards`)."""
    match node:
        case m.Duty():
            return duty(node, _PREPOSITION.findall(_NO_CREDITOR.sub("", written)))
        case m.Trigger():
            *first, last = phrases(node)
            return (*first, f"{last}:")
        case _:
            return phrases(node)


def _grouped(parts: Sequence[str], indent: int) -> list[str]:
    """The first phrase on a line, phrases of one kind together, remedies indented deeper."""
    deeper = indent + STEP
    lines = _fill(parts[0], indent, deeper + STEP)
    for _, group in groupby(parts[1:], key=_kind_of_phrase):
        together = list(group)
        lines += _pack(together, deeper)
        if together[-1].startswith("on breach "):
            deeper += STEP
    return lines


def _kind_of_phrase(phrase: str) -> str:
    """Phrases of time go together, and so do those on performance; others stand alone."""
    first = phrase.partition(" ")[0]
    return _KINDS.get(first, phrase)


def _pack(parts: Sequence[str], indent: int) -> list[str]:
    """As many phrases on a line as fit."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + 1 + len(part) <= WIDTH:
            lines[-1] += f" {part}"
        else:
            lines += _fill(part, indent, indent + STEP)
    return lines


def _fill(text: str, indent: int, deeper: int) -> list[str]:
    """Break a text between words, but not inside quotes or after a colon."""
    lines: list[str] = []
    line = ""
    margin = indent
    for piece in _PIECE.findall(text):
        fits = margin + len(line) + 1 + len(piece) <= WIDTH
        hopeless = deeper + len(piece) > WIDTH
        if not line or fits or hopeless or line.endswith(":"):
            line = f"{line} {piece}" if line else piece
        else:
            lines.append(" " * margin + line)
            line, margin = piece, deeper
    return [*lines, " " * margin + line]
