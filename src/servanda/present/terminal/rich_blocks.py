"""Blocks drawn with Rich where a person looks on: coloured words, tables, bars, trees.

Colours are the Okabe-Ito palette, told apart by colour-blind eyes; the word is always there too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, TextIO

from servanda.explain.wording import Node
from servanda.present.terminal.blocks import Bars, Block, Line, Table, Tree
from servanda.present.terminal.plain_blocks import in_cell, plain, visible

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text
    from rich.tree import Tree as RichTree

VERMILION, ORANGE, GREEN = "#d55e00", "#e69f00", "#009e73"
BLUE, SKY, PURPLE, GREY = "#0072b2", "#56b4e9", "#cc79a7", "grey58"
COLOURS = {
    "broken": f"bold {VERMILION}",
    "cured": ORANGE,
    "compensated": ORANGE,
    "due": BLUE,
    "kept": GREEN,
    "suspended": PURPLE,
    "excused": PURPLE,
    "waived": PURPLE,
    "released": PURPLE,
    "unknown": SKY,
    "undetermined": SKY,
    "no such duty": GREY,
    "dormant": GREY,
    "lapsed": GREY,
    "ended": GREY,
}
TONES = {
    "title": "bold",
    "quiet": GREY,
    "error": f"bold {VERMILION}",
    "warning": f"bold {ORANGE}",
    "hint": f"bold {SKY}",
}
MARKS = {
    "broken": "█",
    "kept": "─",
    "cured": "═",
    "compensated": "═",
    "due": "·",
    "unknown": "?",
    "undetermined": "?",
    "suspended": "░",
    "excused": "▒",
    "waived": "▒",
    "released": "▒",
}
WIDE = 120
NARROWEST_BAR = 30


def write(blocks: Iterable[Block], out: TextIO | None = None) -> None:
    """Write blocks: drawn in a terminal, as plain text anywhere else."""
    stream = out or sys.stdout
    if not stream.isatty():
        stream.write(plain(blocks))
        stream.flush()
        return
    draw(blocks, stream)


def draw(blocks: Iterable[Block], stream: TextIO, width: int | None = None) -> None:
    """Draw blocks with Rich. A cell too long for its column goes on in the next line."""
    from rich.console import Console

    console = Console(file=stream, width=width, highlight=False, emoji=False, markup=False)
    for block in blocks:
        drawn = drawing(block, console)
        if drawn is not None:
            console.print(drawn, soft_wrap=isinstance(block, Line))


def drawing(block: Block, console: Console) -> RenderableType | None:
    from rich.text import Text

    match block:
        case Line(text, tone):
            return Text(visible(text), style=TONES.get(tone, ""))
        case Table():
            return drawn_table(block)
        case Tree(node):
            return drawn_tree(node)
        case Bars():
            return drawn_bars(block, console.width)


def coloured(word: str) -> Text:
    from rich.text import Text

    return Text(visible(word), style=COLOURS.get(word, ""))


def drawn_table(table: Table) -> RenderableType:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in table.columns:
        drawn.add_column(Text(visible(name)), overflow="fold")
    marked = ("contested", *table.statuses)
    for row in table.rows:
        cells = [
            coloured(cell)
            if name in table.statuses
            else Text(in_cell(cell), style="bold" if cell in marked else "")
            for name, cell in zip(table.columns, row, strict=True)
        ]
        drawn.add_row(*cells)
    return drawn


def drawn_tree(node: Node) -> RichTree:
    from rich.text import Text
    from rich.tree import Tree as RichTree

    root = RichTree(Text(visible(node.sentence), style="bold"), guide_style=GREY)

    def add(parent: RichTree, children: Iterable[Node]) -> None:
        for child in children:
            add(parent.add(Text(visible(child.sentence))), child.children)

    add(root, node.children)
    return root


# ------------------------------------------------------------------ bars
def drawn_bars(bars: Bars, width: int) -> RenderableType | None:
    """One line per duty, time from left to right; nothing in a narrow terminal."""
    from rich.text import Text

    stamps = [stamp(t) for _, spans in bars.lines for f, u, _ in spans for t in (f, u) if t]
    label = min(max((len(name) for name, _ in bars.lines), default=0), width // 3)
    room = width - label - 2
    if width < WIDE or room < NARROWEST_BAR or len(set(stamps)) < 2:
        return None
    first, last = min(stamps), max(stamps)
    drawn = Text("\n")
    for name, spans in bars.lines:
        drawn.append(folded(name, label) + "  ")
        marks = cells(spans, first, last, room)
        for status, run in groupby(marks, key=lambda cell: cell[1]):
            drawn.append("".join(mark for mark, _ in run), style=COLOURS.get(status, ""))
        drawn.append("\n")
    drawn.append(" " * (label + 2) + date(first) + date(last).rjust(room - 10) + "\n", style=GREY)
    shown = [s for s in MARKS if any(s == status for _, sp in bars.lines for _, _, status in sp)]
    for status in shown:
        drawn.append(MARKS[status] + " " + status + "   ", style=COLOURS.get(status, ""))
    return drawn


def folded(name: str, width: int) -> str:
    """A name too long for its place, cut where a mark says so."""
    return name.ljust(width) if len(name) <= width else f"{name[: width - 1]}…"


def cells(
    spans: Iterable[tuple[str | None, str | None, str]], first: float, last: float, room: int
) -> list[tuple[str, str]]:
    """One mark a cell: the status that covers its beginning, a breach however short."""
    found = [(" ", "")] * room
    ordered = sorted(spans, key=lambda span: span[2] == "broken")
    for from_, until, status in ordered:
        begin = 0 if from_ is None else place(stamp(from_), first, last, room)
        end = room if until is None else place(stamp(until), first, last, room)
        for n in range(begin, min(room, max(end, begin + (status == "broken")))):
            found[n] = (MARKS.get(status, " "), status)
    return found


def place(at: float, first: float, last: float, room: int) -> int:
    return min(room, max(0, int((at - first) / (last - first) * room)))


def stamp(text: str) -> float:
    """Days since year 1; good enough for a place on a bar."""
    moment = datetime.fromisoformat(text)
    return moment.toordinal() + (moment.hour * 60 + moment.minute) / 1440


def date(at: float) -> str:
    return datetime.fromordinal(int(at)).date().isoformat()
