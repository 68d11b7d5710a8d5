"""Blocks drawn with Rich in a terminal: coloured words, tables, bars, trees.

The word of a status is always there beside its colour (`servanda.vocabulary.statuses`).
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, TextIO

from servanda.explain.wording import Node
from servanda.present.terminal.blocks import CONTESTED, Bars, Block, Line, Table, Tree
from servanda.present.terminal.plain_blocks import plain
from servanda.present.terminal.table_layout import Layout, wrapped
from servanda.vocabulary.colours import (
    TERMINAL_ERROR,
    TERMINAL_GREY,
    TERMINAL_HINT,
    TERMINAL_WARNING,
)
from servanda.vocabulary.escaping import printable
from servanda.vocabulary.statuses import ABSENT, ALL, BREACH, BY_KIND, Term

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.tree import Tree as RichTree

STYLES = {term.word: term.terminal for term in (*BY_KIND.values(), *ALL.values(), ABSENT)}
"""Rich styles by the word that a cell shows."""
TONES = {
    "title": "bold",
    "quiet": TERMINAL_GREY,
    "error": f"bold {TERMINAL_ERROR}",
    "warning": f"bold {TERMINAL_WARNING}",
    "hint": f"bold {TERMINAL_HINT}",
}
WIDE = 120
HANGING = "  "
NARROWEST_BAR = 30
Span = tuple[str | None, str | None, Term]
Cell = tuple[str, str]
"""One character of a bar, and its style."""


def write(blocks: Iterable[Block], out: TextIO | None = None) -> None:
    """Write blocks: drawn in a terminal, as plain text anywhere else."""
    stream = out or sys.stdout
    if not stream.isatty():
        stream.write(plain(blocks))
        stream.flush()
        return
    draw(blocks, stream)


def draw(blocks: Iterable[Block], stream: TextIO, width: int | None = None) -> None:
    """Draw blocks with Rich. Lines are broken between words, but for lines of a source text."""
    print_blocks(blocks, console_on(stream, width))


def draw_svg(blocks: Iterable[Block], title: str, width: int) -> str:
    """A picture of a terminal with blocks drawn in it: the same blocks give the same picture."""
    console = console_on(io.StringIO(), width, record=True)
    print_blocks(blocks, console)
    drawn = console.export_svg(title=title)
    return re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.DOTALL)  # nothing is fetched


def console_on(stream: TextIO, width: int | None, record: bool = False) -> Console:
    """A console on which texts are printed as they are: nothing in them is markup.

    One that records has colours, whatever it is run from.
    """
    from rich.console import Console

    return Console(
        file=stream,
        width=width,
        highlight=False,
        emoji=False,
        markup=False,
        record=record,
        force_terminal=True if record else None,
        color_system="truecolor" if record else "auto",
        legacy_windows=False if record else None,
    )


def print_blocks(blocks: Iterable[Block], console: Console) -> None:
    for block in blocks:
        drawn = renderable(block, console)
        if drawn is not None:
            console.print(drawn, soft_wrap=not isinstance(block, Tree))


def renderable(block: Block, console: Console) -> RenderableType | None:
    """A block as Rich draws it; None where there is no room for it."""
    from rich.text import Text

    match block:
        case Line(text, tone, exact):
            shown = printable(text)
            lines = [shown] if exact else wrapped(shown, console.width, HANGING)
            return Text("\n".join(lines), style=TONES.get(tone, ""))
        case Table():
            return table(block, console.width)
        case Tree(node):
            return tree(node)
        case Bars():
            return bars(block, console.width)


def table(block: Table, width: int) -> RenderableType:
    """A table as wide as the terminal at most; see `table_layout`."""
    from rich.console import Group

    def style(column: str, cell: str) -> str:
        if column in block.statuses:
            return STYLES.get(cell, "")
        return "bold" if cell == CONTESTED else ""

    return Group(*Layout(block, width).lines(style))


def tree(node: Node) -> RichTree:
    from rich.text import Text
    from rich.tree import Tree as RichTree

    root = RichTree(Text(printable(node.sentence), style="bold"), guide_style=TERMINAL_GREY)

    def add(parent: RichTree, children: Iterable[Node]) -> None:
        for child in children:
            add(parent.add(Text(printable(child.sentence))), child.children)

    add(root, node.children)
    return root


# ------------------------------------------------------------------ bars
def bars(block: Bars, width: int) -> RenderableType | None:
    """One line per duty, time from left to right; None in a narrow terminal."""
    from rich.text import Text

    spans = [span for _, found in block.lines for span in found]
    days = [day_number(t) for from_, until, _ in spans for t in (from_, until) if t]
    label = min(max((len(name) for name, _ in block.lines), default=0), width // 3)
    room = width - label - 2
    if width < WIDE or room < NARROWEST_BAR or len(set(days)) < 2:
        return None
    first, last = min(days), max(days)
    drawn = Text("\n")
    for name, found in block.lines:
        drawn.append(shortened(name, label) + "  ")
        for style, run in groupby(cells(found, first, last, room), key=lambda cell: cell[1]):
            drawn.append("".join(mark for mark, _ in run), style=style)
        drawn.append("\n")
    edges = iso_day(first) + iso_day(last).rjust(room - 10)
    drawn.append(" " * (label + 2) + edges + "\n", style=TERMINAL_GREY)
    used = {term.word: term for _, _, term in spans if term.bar.strip()}
    for word, term in used.items():
        drawn.append(f"{term.bar} {word}   ", style=term.terminal)
    return drawn


def shortened(name: str, width: int) -> str:
    """A name too long for its column, cut where a mark says so."""
    return name.ljust(width) if len(name) <= width else f"{name[: width - 1]}…"


def cells(spans: Iterable[Span], first: float, last: float, room: int) -> list[Cell]:
    """One mark for each column of a bar; a breach has at least one, however short it is."""
    found: list[Cell] = [(" ", "")] * room
    for from_, until, term in sorted(spans, key=lambda span: span[2].code == BREACH):
        begin = 0 if from_ is None else column(day_number(from_), first, last, room)
        end = room if until is None else column(day_number(until), first, last, room)
        for n in range(begin, min(room, max(end, begin + (term.code == BREACH)))):
            found[n] = (term.bar, term.terminal)
    return found


def column(day: float, first: float, last: float, room: int) -> int:
    return min(room, max(0, int((day - first) / (last - first) * room)))


def day_number(text: str) -> float:
    """Days since year 1: precise enough for a place on a bar."""
    moment = datetime.fromisoformat(text)
    return moment.toordinal() + (moment.hour * 60 + moment.minute) / 1440


def iso_day(number: float) -> str:
    return datetime.fromordinal(int(number)).date().isoformat()
