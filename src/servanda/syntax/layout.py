"""Logical lines: statements with their continuation lines, children and comments.

A statement starts on a line, and deeper lines continue it. They are its children instead if it
ends with a colon (`when …:`) or starts with the word of a block (`clause`, `account`, …).
A `#` outside a text in quotes, at the start of a line or after a space, begins a comment.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from unicodedata import normalize

from msgspec import Struct

from servanda.syntax.markdown import Block, Paragraph, read_page
from servanda.syntax.problems import Problems
from servanda.syntax.tree import LineRange, Place

BLOCK_WORDS = frozenset({"agreement", "clause", "reading", "amendment", "account", "table"})
DEEPEST = 20
LONGEST_STATEMENT = 100_000

_STRING = re.compile(r'"[^"]*"')
_COMMENT = re.compile(r"(?:(?<=\s)|^)#")


class Statement(Struct):
    """One logical line: its parts joined by single spaces, without comments or closing colon.

    `positions` maps offsets in `text`, ascending, to lines and columns: (offset, line, column).
    `lead` are the comment lines above it, with `""` for a blank line; `beside` the comments at
    the end of its lines. `opened`: it ended with a colon.
    """

    text: str
    place: Place
    positions: list[tuple[int, int, int]]
    indent: int
    lead: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    opened: bool = False
    children: list[Statement] = []

    @property
    def word(self) -> str:
        """The first word."""
        return self.text.partition(" ")[0]

    @property
    def lines(self) -> LineRange:
        """The lines of the statement and all that stands below it."""
        last = self.positions[-1][1]
        if self.children:
            last = max(last, self.children[-1].lines.last)
        return LineRange(self.place.file, self.place.line, last)

    def at(self, offset: int) -> Place:
        """The place of a character of `text`."""
        start, line, column = self.positions[0]
        if len(self.positions) > 1:
            index = bisect_right(self.positions, offset, key=lambda position: position[0])
            start, line, column = self.positions[index - 1]
        return Place(self.place.file, line, column + offset - start, self.place.paragraph)


class Passage(Struct):
    """The statements of one block, and the comments after the last of them."""

    block: Block
    statements: list[Statement]
    tail: tuple[str, ...]


class Layout(Struct):
    """A file as statements: its lines, paragraphs and blocks."""

    file: str
    lines: list[str]
    paragraphs: tuple[Paragraph, ...]
    passages: list[Passage]

    @property
    def statements(self) -> list[Statement]:
        """All statements outside any other, in the order of the file."""
        return [statement for passage in self.passages for statement in passage.statements]


def lay_out(text: str, file: str, problems: Problems) -> Layout:
    """Lay out the servanda blocks of a page; of a `.sv` file, the whole text."""
    lines = [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
    problems.remember(file, lines)
    paragraphs: tuple[Paragraph, ...] = ()
    blocks: tuple[Block, ...] = (Block(0, len(lines), 0, None),)
    if not file.endswith(".sv"):
        page = read_page(file, lines, problems)
        paragraphs, blocks = page.paragraphs, page.blocks
    _refuse_tabs(file, lines, blocks, problems)
    passages = [_Reader(file, block, problems).read(lines) for block in blocks]
    return Layout(file, lines, paragraphs, passages)


def _refuse_tabs(
    file: str, lines: Sequence[str], blocks: Iterable[Block], problems: Problems
) -> None:
    """Report the first tab of a file, and how many lines have one."""
    found = [
        (number, block.paragraph)
        for block in blocks
        for number in range(block.first, block.last)
        if "\t" in lines[number]
    ]
    if found:
        number, paragraph = found[0]
        place = Place(file, number + 1, lines[number].index("\t") + 1, paragraph)
        message = "a tab, whose width differs from editor to editor"
        if len(found) > 1:
            message += f" ({len(found)} lines of this file have tabs)"
        problems.add("E110", place, message, "write spaces, two for each step of indentation")


class _Level(Struct):
    """Statements side by side, with the indentation they share."""

    indent: int
    statements: list[Statement]


class _Reader:
    """Reads the lines of one block into statements."""

    def __init__(self, file: str, block: Block, problems: Problems) -> None:
        self.file = file
        self.block = block
        self.problems = problems
        self.levels: list[_Level] = []
        self.statements: list[Statement] = []
        self.current: Statement | None = None
        self.parts: list[str] = []
        self.length = 0
        self.waiting: list[str] = []
        self.too_deep = False

    def read(self, lines: Sequence[str]) -> Passage:
        margin = self.block.margin
        for number in range(self.block.first, self.block.last):
            line = lines[number].replace("\t", " ")
            if not line.isascii():  # names with accents are one name, composed or not
                line = normalize("NFC", line)
            content = line.lstrip(" ")
            indent = len(line) - len(content)
            cut = min(margin, indent)
            content = content.rstrip()
            if not content:
                self._wait("")
            elif content.startswith("#"):
                self._wait(content)
            else:
                self._take(content, indent - cut, number + 1, indent + 1)
        self._finish()
        return Passage(self.block, self.statements, tuple(_without_edges(self.waiting)))

    def _wait(self, comment: str) -> None:
        """Keep a comment or a blank line for the statement that follows."""
        if comment or (self.waiting and self.waiting[-1]) or (self.current and not self.waiting):
            self.waiting.append(comment)

    def _place(self, line: int, column: int) -> Place:
        return Place(self.file, line, column, self.block.paragraph)

    def _take(self, content: str, indent: int, line: int, column: int) -> None:
        """Take a line that is neither blank nor a comment: a new statement or a continuation."""
        comment = None
        if "#" in content:
            content, comment = _split_comment(content)
        if content.count('"') % 2:
            self._refuse_open_text(content, line, column)
        current = self.current
        if current is not None and indent > current.indent and not self._opens_block():
            self._continue(current, content, line, column)
        else:
            self._finish()
            current = self._start(content, indent, line, column)
        if comment is not None:
            current.beside += (comment,)

    def _opens_block(self) -> bool:
        """Whether deeper lines are children of the current statement, not more of it."""
        if self.parts[0].partition(" ")[0].removesuffix(":") in BLOCK_WORDS:
            return True
        return self.parts[-1].endswith(":") and not self._in_brackets()

    def _in_brackets(self) -> bool:
        """Whether the current statement has an open bracket: a colon there names an argument."""
        text = _STRING.sub("", " ".join(self.parts))
        return text.count("(") > text.count(")")

    def _start(self, content: str, indent: int, line: int, column: int) -> Statement:
        place = self._place(line, column)
        statement = Statement(
            "", place, [(0, line, column)], indent, tuple(self.waiting), children=[]
        )
        self._siblings(indent, place).append(statement)
        self.waiting = []
        self.current, self.parts, self.length = statement, [content], len(content)
        return statement

    def _siblings(self, indent: int, place: Place) -> list[Statement]:
        """The list that a statement of this indentation belongs to."""
        levels = self.levels
        if not levels:
            levels.append(_Level(indent, self.statements))
            return self.statements
        if indent > levels[-1].indent:
            return self._children(indent, place)
        left = levels[-1]
        while len(levels) > 1 and levels[-1].indent > indent:
            left = levels.pop()
        if indent != levels[-1].indent:
            expected = " or ".join(str(level.indent) for level in (*levels, left))
            self.problems.add(
                "E111",
                place,
                f"this line is indented by {indent}, as no line above it in its block is",
                f"indent it by {expected}: lines side by side start in the same column",
            )
            if indent > levels[-1].indent:
                levels.append(left)
        return levels[-1].statements

    def _children(self, indent: int, place: Place) -> list[Statement]:
        parent = self.levels[-1].statements[-1]
        if len(self.levels) > DEEPEST:
            if not self.too_deep:
                message = f"blocks are nested deeper than {DEEPEST}"
                self.problems.add("E112", place, message, "write it as a clause of its own")
            self.too_deep = True
            return []
        self.levels.append(_Level(indent, parent.children))
        return parent.children

    def _continue(self, current: Statement, content: str, line: int, column: int) -> None:
        if any(self.waiting):
            current.lead += tuple(comment for comment in self.waiting if comment)
        self.waiting = []
        self.parts.append(content)
        current.positions.append((self.length + 1, line, column))
        self.length += 1 + len(content)

    def _finish(self) -> None:
        """Close the current statement: join its lines and check its size."""
        statement = self.current
        if statement is None:
            return
        text = " ".join(self.parts)
        if text.endswith(":"):
            statement.opened = True
            text = text[:-1].rstrip()
        statement.text = text
        self.current = None
        complaint = _too_much(text)
        if complaint:
            self.problems.add(
                "E112", statement.place, complaint, "split it into several statements"
            )
            statement.text = ""
        elif not text:
            advice = "write it at the end of the `when …` line that it belongs to"
            self.problems.add("E113", statement.place, "a colon by itself", advice)

    def _refuse_open_text(self, content: str, line: int, column: int) -> None:
        where = column + content.rindex('"')
        self.problems.add(
            "E115",
            self._place(line, where),
            'this text in quotes is not closed: a `"` is missing',
            "write the closing quote on the line where the text begins",
            end_column=column + len(content),
        )


def _split_comment(content: str) -> tuple[str, str | None]:
    """A line without its comment, and the comment."""
    visible = _STRING.sub(lambda text: "x" * len(text[0]), content) if '"' in content else content
    match = _COMMENT.search(visible)
    if match is None:
        return content, None
    return content[: match.start()].rstrip(), content[match.start() :].rstrip()


def _without_edges(comments: list[str]) -> list[str]:
    """Without a blank line at the end."""
    return comments[:-1] if comments and not comments[-1] else comments


def _too_much(text: str) -> str | None:
    """A message if a statement is too long or nested too deeply."""
    if len(text) > LONGEST_STATEMENT:
        return f"a statement has {len(text):,} characters: the most is {LONGEST_STATEMENT:,}"
    if text.count("(") + text.count("[") > DEEPEST and _depth(text) > DEEPEST:
        return f"brackets are nested deeper than {DEEPEST}"
    return None


def _depth(text: str) -> int:
    """Nesting depth of a statement's brackets."""
    depth = deepest = 0
    for bracket in re.findall(r"[(\[)\]]", _STRING.sub("", text)):
        depth += 1 if bracket in "([" else -1
        deepest = max(deepest, depth)
    return deepest
