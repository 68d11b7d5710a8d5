"""Find the quotations of a paragraph."""

from __future__ import annotations

import re
from itertools import accumulate

from servanda.articles.model import TextSpan

OPENERS = "“«„‟"
CLOSERS = "”»"
MARK = re.compile("[“”«»„‟\"]|''|``")
SINGLE = re.compile(r"(?<![\w’'])[‘'](?=\w)(.*?)(?<=[\w.,!?])[’'](?![\w])", re.DOTALL)


def quotations(text: str) -> list[TextSpan]:
    """Spans of quoted text including the marks, in order; an unclosed one runs to the end.

    Single marks count only if there are no double ones, because of apostrophes.
    """
    if nests(text):
        return outermost(text)
    found: list[TextSpan] = []
    opened: int | None = None
    for mark in MARK.finditer(text):
        opens = _opens(text, mark, opened is not None)
        if opens and opened is None:
            opened = mark.start()
        elif not opens and opened is not None:
            found.append(TextSpan(opened, mark.end()))
            opened = None
    if opened is not None:
        found.append(TextSpan(opened, len(text)))
    return found or [TextSpan(m.start(), m.end()) for m in SINGLE.finditer(text)]


def nests(text: str) -> bool:
    """Whether curly marks are balanced and nested: “he calls it “hell” there”."""
    signs = [m.group() for m in MARK.finditer(text)]
    depths = list(accumulate(1 if s == "“" else -1 for s in signs))
    paired = bool(signs) and set(signs) == {"“", "”"} and min(depths) >= 0 and depths[-1] == 0
    return paired and max(depths) > 1


def outermost(text: str) -> list[TextSpan]:
    found: list[TextSpan] = []
    depth = opened = 0
    for mark in MARK.finditer(text):
        opened = mark.start() if depth == 0 else opened
        depth += 1 if mark.group() == "“" else -1
        if depth == 0:
            found.append(TextSpan(opened, mark.end()))
    return found


def _opens(text: str, mark: re.Match[str], inside: bool) -> bool:
    """Whether a mark opens a quotation; for straight marks the neighbouring characters decide."""
    sign = mark.group()
    if sign in OPENERS or sign == "``":
        return not (inside and _stands_last(text, mark))
    if sign in CLOSERS:
        return False
    before = text[mark.start() - 1 : mark.start()] or " "
    after = text[mark.end() : mark.end() + 1] or " "
    if before.isspace() or before in "([—–-":
        return not (inside and after.isspace())
    return not inside and not after.isspace() and before not in ".,!?"


def _stands_last(text: str, mark: re.Match[str]) -> bool:
    """Whether an opening mark is used by mistake to close: "“It is late,“ said Ruiz"."""
    before, after = text[mark.start() - 1], text[mark.end() : mark.end() + 1]
    return not before.isspace() and before not in "([—–-" and not after.isalnum()


def unbalanced(text: str) -> bool:
    """Whether a quotation is opened but not closed, or closed but not opened."""
    depth = 0
    for mark in MARK.finditer(text):
        opens = _opens(text, mark, depth > 0)
        depth += 1 if opens else -1
        if depth < 0:
            return True
    return depth > 0
