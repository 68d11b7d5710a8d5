"""Blocks as plain text for a pipe: no box, no tab, no colour, the same whatever the width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from servanda.explain.wording import Node
from servanda.present.terminal.blocks import Bars, Block, Line, Table, Tree
from servanda.vocabulary.escaping import printable

CELL = 300  # one endless cell would make every row as wide; `--json` has all of it


def plain(blocks: Iterable[Block]) -> str:
    """All blocks, ending in one line end."""
    lines = [line.rstrip() for block in blocks for line in lines_of(block)]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n" if lines else ""


def lines_of(block: Block) -> Iterator[str]:
    match block:
        case Line(text):
            yield printable(text)
        case Table():
            yield from aligned(block)
        case Tree(node):
            yield from indented(node, 0)
        case Bars():
            return


def aligned(table: Table) -> Iterator[str]:
    """Columns two spaces apart, as wide as their longest word."""
    rows = [[in_cell(cell) for cell in row] for row in (table.columns, *table.rows)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(table.columns))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))


def indented(node: Node, depth: int) -> Iterator[str]:
    """A tree as an indented list."""
    yield "  " * depth + ("- " if depth else "") + printable(node.sentence)
    for child in node.children:
        yield from indented(child, depth + 1)


def in_cell(text: str) -> str:
    """A text in a cell: all of it, or its beginning and the number of characters left out."""
    more = len(text) - CELL
    return printable(text if more <= 0 else f"{text[:CELL]} … and {more:,} more characters")
