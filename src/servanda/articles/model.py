"""Spans of an article's text, and attributions."""

from __future__ import annotations

from typing import Literal as OneOf

from msgspec import Struct

Form = OneOf["direct", "indirect", "mixed"]


class TextSpan(Struct, frozen=True, order=True):
    """Characters `[start, end)` of the article's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]

    def contains(self, other: TextSpan) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: TextSpan) -> bool:
        return self.start < other.end and other.start < self.end


class Attribution(Struct, frozen=True):
    """An attribution: source, cue and content as spans of the text.

    `head` is the head word of the source. `form` is direct (all quoted), indirect (nothing quoted)
    or mixed. `verb` is the cue's lemma; `attitude` marks a belief or wish, not a statement.
    `parent` is the list index of the enclosing attribution, None if there is none.
    """

    source: tuple[TextSpan, ...]
    head: TextSpan
    cue: TextSpan
    content: tuple[TextSpan, ...]
    form: Form
    verb: str
    attitude: bool = False
    parent: int | None = None
