"""Layout of a table for the width of a terminal: whole words, no mostly empty column.

Columns that do not fit stand below each row, as `entries: 2016-01-16-implementation_day`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells

from servanda.present.terminal.blocks import Table
from servanda.present.terminal.plain_blocks import in_cell
from servanda.vocabulary.colours import TERMINAL_GREY

if TYPE_CHECKING:
    from rich.text import Text

GAP = "  "
INDENT = 4
ROOMY = 24
"""Columns of a terminal that a column may ask for before it stands below the rows."""
SHORT = 12
"""A mostly empty column no wider than this may stay."""
BETWEEN = " · "
SELF_EVIDENT = frozenset({"kind", "duty", "change", "accounts"})
"""Columns whose words need no name before them."""
LEAVE_FIRST = ("entries", "breach", "duty", "instance", "creditor", "final", "accounts", "kind")
"""Which columns stand below the rows first; after these the others, the rightmost first."""
PIECE = re.compile(r"[^-_/,;:.]*[-_/,;:.]?")
"""Where a word wider than the terminal may be broken: after a sign."""

Style = Callable[[str, str], str]
"""The style of a cell, by its column and its text."""


def words(text: str, width: int) -> Iterator[str]:
    """The words of a text; one that is wider than `width` in pieces that are not."""
    for word in text.split():
        if cell_len(word) <= width:
            yield word
            continue
        line = ""
        for piece in filter(None, PIECE.findall(word)):
            if line and cell_len(line + piece) > width:
                yield line
                line = ""
            *full, rest = chop_cells(piece, width)
            yield from full
            line += rest
        yield line


def wrapped(text: str, width: int, hanging: str = "") -> list[str]:
    """The lines of a text, broken between words; `hanging` begins all but the first."""
    lead = text[: len(text) - len(text.lstrip())]
    lines, line = [], lead
    for word in words(text, max(1, width - len(lead) - len(hanging))):
        glued = line + (" " if line.strip() else "") + word
        if line.strip() and cell_len(glued) > width:
            lines.append(line)
            glued = lead + hanging + word
        line = glued
    return [*lines, line]


class Layout:
    """Which columns of a table stand beside each other, how wide, and which below the rows."""

    def __init__(self, table: Table, width: int) -> None:
        self.table = table
        self.width = width
        self.rows = [[" ".join(in_cell(cell).split()) for cell in row] for row in table.rows]
        self.names = [in_cell(name) for name in table.columns]
        columns = range(len(self.names))
        self.natural = [max(cell_len(cell) for cell in self.cells(n)) for n in columns]
        longest = [max(self.longest_word(cell) for cell in self.cells(n)) for n in columns]
        least = [max(long, min(self.natural[n], SHORT)) for n, long in enumerate(longest)]
        asked = [
            max(least[n], min(self.natural[n], ROOMY)) if name in LEAVE_FIRST else least[n]
            for n, name in enumerate(self.names)
        ]
        self.beside = [n for n in columns if not self.is_mostly_empty(n)] or [*columns]
        for n in self.leaving():
            if self.total(asked) <= width or len(self.beside) == 1:
                break
            self.beside.remove(n)
        self.below = [n for n in columns if n not in self.beside]
        self.widths = self.with_room_shared(asked)

    def cells(self, column: int) -> list[str]:
        return [self.names[column], *(row[column] for row in self.rows)]

    def longest_word(self, text: str) -> int:
        return max((cell_len(word) for word in words(text, self.width)), default=0)

    def is_mostly_empty(self, column: int) -> bool:
        filled = sum(bool(row[column]) for row in self.rows)
        return self.natural[column] > SHORT and 2 * filled < len(self.rows)

    def leaving(self) -> list[int]:
        """The columns beside each other in the order in which they give way; the first stays."""

        def order(column: int) -> tuple[bool, int, int]:
            name = self.names[column]
            named = LEAVE_FIRST.index(name) if name in LEAVE_FIRST else len(LEAVE_FIRST)
            return self.table.columns[column] in self.table.statuses, named, -column

        return sorted(self.beside[1:], key=order)

    def total(self, widths: Sequence[int]) -> int:
        return sum(widths[n] for n in self.beside) + len(GAP) * (len(self.beside) - 1)

    def with_room_shared(self, asked: Sequence[int]) -> list[int]:
        """The widths asked for, with what is left given to the columns that lack most."""
        widths = [min(width, self.width) for width in asked]
        for _ in range(self.width - self.total(widths)):
            lacking = max(self.beside, key=lambda n: self.natural[n] - widths[n])
            if self.natural[lacking] <= widths[lacking]:
                break
            widths[lacking] += 1
        return widths

    # -------------------------------------------------------------- lines
    def lines(self, style: Style) -> Iterator[Text]:
        """The heading, a rule, and the lines of each row."""
        from rich.text import Text

        yield from self.beside_lines(self.names, lambda column, text: "bold")
        yield Text("─" * self.total(self.widths))
        for row in self.rows:
            yield from self.beside_lines(row, style)
            yield from self.below_lines(row, style)

    def beside_lines(self, row: Sequence[str], style: Style) -> Iterator[Text]:
        from rich.text import Text

        cells = [wrapped(row[n], self.widths[n]) for n in self.beside]
        for number in range(max(map(len, cells))):
            line = Text()
            for n, lines in zip(self.beside, cells, strict=True):
                part = lines[number] if number < len(lines) else ""
                line.append(part, style=style(self.table.columns[n], row[n]))
                line.append(" " * (self.widths[n] - cell_len(part)) + GAP)
            line.rstrip()
            yield line

    def below_lines(self, row: Sequence[str], style: Style) -> Iterator[Text]:
        """The cells that stand below a row, each named unless its words speak for themselves."""
        from rich.text import Text

        found = Text(style=TERMINAL_GREY)
        for n in self.below:
            name, cell = self.names[n], row[n]
            if cell:
                found.append(BETWEEN if found else "")
                found.append("" if name in SELF_EVIDENT or cell == name else f"{name}: ")
                found.append(cell, style=style(self.table.columns[n], cell))
        if not found:
            return
        start = 0
        for line in wrapped(found.plain, max(1, self.width - INDENT)):
            part = found[start : start + len(line)]
            part.pad_left(INDENT)
            yield part
            start += len(line)
            start += found.plain.startswith(" ", start)  # the one that became the end of the line
