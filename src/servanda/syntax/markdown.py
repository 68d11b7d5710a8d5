"""Reads Markdown: paragraphs (headings with a number) and ```servanda blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from servanda.syntax.problems import Problems
from servanda.syntax.tree import Place


class Paragraph(Struct, frozen=True):
    """A paragraph of the agreement: the id, title and place of its heading."""

    id: str
    title: str | None
    place: Place


class Block(Struct, frozen=True):
    """The lines of one servanda block: `first` to before `last`, counted from 0 in the file.

    `margin` is the indentation of its fence, which belongs to the page and not to the text.
    """

    first: int
    last: int
    margin: int
    paragraph: str | None


class Page(Struct, frozen=True):
    """The paragraphs and servanda blocks of a page, in order."""

    paragraphs: tuple[Paragraph, ...]
    blocks: tuple[Block, ...]


_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>.*?)[ \t]*$")
_HEADING = re.compile(r" {0,3}(?P<level>#{1,6})(?:[ \t]+(?P<text>.*?))??(?:[ \t]+#+)?[ \t]*$")
_ID = r"[A-Za-z0-9]\w*(?:[.-]\w+)*(?:\([a-z0-9]+\))*"
_NAMED = re.compile(
    rf"(?:(?:Paragraph|Clause|Article|Section|Para\.?|Art\.?|Sec\.?)[ \t]+|[¶§][ \t]*)(?P<id>{_ID})"
    r"[.:]?(?=[ \t]|$)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(rf"(?=[\w.-]*\d)(?P<id>{_ID})[.:)]?(?=[ \t]|$)")
_DATE_OR_YEAR = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?")
_SEPARATOR = re.compile(r"[ \t]*[—–-]?[ \t]*")


def read_heading(text: str) -> tuple[str, str | None] | None:
    """Id and title of a paragraph heading's text, or None if it is an ordinary heading.

    `Article 7: Stock`, `I.14 Heavy water`, `§ 3`, `Clause Delivery`. A word alone (`Delivery`)
    is no id, nor is a date or a year (`2018-05-08`, `2019`), which heads a part of a record.
    """
    match = _NAMED.match(text)
    if match is None:
        match = _NUMBERED.match(text)
        if match is None or _DATE_OR_YEAR.fullmatch(match["id"]):
            return None
    separator = _SEPARATOR.match(text, match.end())
    title = text[separator.end() :] if separator else ""
    return match["id"], title or None


def read_page(file: str, lines: Sequence[str], problems: Problems) -> Page:
    """The paragraphs and servanda blocks of a page.

    A block belongs to the nearest paragraph heading above it, unless an ordinary heading of the
    same or a higher rank stands between. Fences inside other fences or HTML comments do not count.
    """
    paragraphs: list[Paragraph] = []
    blocks: list[Block] = []
    current: Paragraph | None = None
    rank = 0
    numbered = iter(enumerate(lines))
    for number, line in numbered:
        start = line[:4].lstrip()[:1]
        if start == "#":
            heading = _HEADING.match(line)
            if heading is None:
                continue
            named = read_heading(heading["text"] or "")
            level = len(heading["level"])
            if named is not None:
                place = Place(file, number + 1, line.index("#") + 1, named[0])
                current, rank = Paragraph(named[0], named[1], place), level
                paragraphs.append(current)
            elif level <= rank:
                current, rank = None, 0
        elif start and start in "`~":
            fence = _FENCE.match(line)
            if fence is None or (start == "`" and "`" in fence["info"]):
                continue
            last, closed = _end_of_fence(numbered, fence["fence"], len(lines))
            if fence["info"].split(maxsplit=1)[:1] == ["servanda"]:
                margin = len(line) - len(line.lstrip(" "))
                name = current.id if current else None
                blocks.append(Block(number + 1, last, margin, name))
                if not closed:
                    place = Place(file, number + 1, margin + 1, name)
                    advice = f"end the block with a line of {fence['fence']}"
                    problems.add("E109", place, "this block is never closed", advice)
        elif start == "<" and line.lstrip().startswith("<!--"):
            _skip_comment(line, numbered)
    return Page(tuple(paragraphs), tuple(blocks))


def _end_of_fence(numbered: Iterator[tuple[int, str]], fence: str, count: int) -> tuple[int, bool]:
    """Skip to the line that closes the fence: its number, and whether there is one."""
    for number, line in numbered:
        text = line.strip(" \t")
        if len(text) >= len(fence) and not text.strip(fence[0]) and line[:4].strip(" "):
            return number, True
    return count, False


def _skip_comment(line: str, numbered: Iterator[tuple[int, str]]) -> None:
    while "-->" not in line:
        _, line = next(numbered, (0, "-->"))
