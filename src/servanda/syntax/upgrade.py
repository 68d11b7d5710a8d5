"""Old spellings rewritten with the meaning they had, and the agreement as they meant it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from servanda.syntax import tree as m
from servanda.syntax.formatter import rebuilt
from servanda.syntax.layout import lay_out
from servanda.syntax.old_spellings import OLD_SPELLINGS
from servanda.syntax.parser import parse
from servanda.syntax.problems import Problem, Problems

Block = TypeVar("Block", m.Clause, m.Reading, m.Amendment)


def upgrade_text(text: str, file: str) -> tuple[str, list[Problem]]:
    """The text in today's spelling with the meaning it had in the old one, and its problems.

    A text with other errors than old spellings is given back unchanged, and so is one without any.
    """
    problems = Problems()
    layout = lay_out(text, file, problems)
    parsed = parse(layout.statements, problems)
    others = [problem for problem in problems.errors if problem.code not in OLD_SPELLINGS]
    if others or not problems.errors:
        return text, list(problems)
    return rebuilt(text, layout, parsed, line_as_it_was), list(problems)


def as_it_was(duty: m.Duty) -> m.Duty:
    """The duty with the old default written out: performance before `from` did not count."""
    window, remedy = duty.window, duty.remedy
    opens_later = window.from_ is not None and window.every is None
    if duty.kind == "achieve" and duty.early is None and opens_later:
        duty = replace(duty, early="never")
    if remedy is not None:
        duty = replace(duty, remedy=m.Remedy(as_it_was(remedy.duty), remedy.instead))
    return duty


def reading_as_it_was(reading: m.Reading) -> m.Reading:
    """The reading with the old default: one that did not say so stood in place of the text."""
    return replace(reading, effect="none") if reading.effect is None else reading


def line_as_it_was(node: Struct) -> Struct:
    """A line with the old defaults."""
    match node:
        case m.Duty():
            return as_it_was(node)
        case m.Reading():
            return reading_as_it_was(node)
        case _:
            return node


def agreement_as_it_was(agreement: m.Agreement) -> m.Agreement:
    """The agreement with every default as it was when its text was written."""
    return replace(
        agreement,
        clauses=_each(agreement.clauses),
        readings=tuple(map(reading_as_it_was, _each(agreement.readings))),
        amendments=_each(agreement.amendments),
    )


def _each(blocks: Iterable[Block]) -> tuple[Block, ...]:
    return tuple(
        replace(
            block,
            rules=tuple(as_it_was(r) if isinstance(r, m.Duty) else r for r in block.rules),
        )
        for block in blocks
    )
