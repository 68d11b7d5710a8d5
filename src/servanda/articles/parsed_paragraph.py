"""A parsed paragraph with its quotations and candidate attributions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from servanda.articles.model import Form, TextSpan
from servanda.articles.quotes import quotations

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

TRIM = frozenset((",", ";", "–", "—", "--", "-", " ", "  ", "\n"))


class Candidate:
    """An attribution under construction. `content` and `quotes` are token and quotation indices."""

    def __init__(self, cue: Token, source: Token, content: set[int]) -> None:
        self.cue = cue
        self.source = source
        self.content = content
        self.quotes: set[int] = set()
        self.takes_object = False


class ParsedParagraph:
    """A parsed paragraph at offset `start`. `quote_of[i]` is the quotation of token i, or -1."""

    def __init__(self, doc: Doc, start: int, text: str) -> None:
        self.doc = doc
        self.start = start
        self.text = text
        self.quotes = quotations(doc.text)
        self.quote_of = [-1] * len(doc)
        self.quote_tokens: list[range] = []
        for number, quote in enumerate(self.quotes):
            inside = [t.i for t in doc if quote.start <= t.idx < quote.end]
            self.quote_tokens.append(range(inside[0], inside[-1] + 1) if inside else range(0))
            for i in inside:
                self.quote_of[i] = number
        self.candidates: list[Candidate] = []

    def word_before(self, i: int) -> int | None:
        """Index of the last token before `i` that is not a comma, dash or space; None if none."""
        i -= 1
        while (
            i >= 0 and self.quote_of[i] < 0 and (self.doc[i].is_space or self.doc[i].text in TRIM)
        ):
            i -= 1
        return i if i >= 0 else None

    def span(self, i: int, j: int) -> TextSpan:
        last = self.doc[j - 1]
        return TextSpan(self.start + self.doc[i].idx, self.start + last.idx + len(last))

    def spans(self, tokens: Iterable[int]) -> tuple[TextSpan, ...]:
        """Runs of consecutive tokens as spans, without punctuation at the edges."""
        runs: list[list[int]] = []
        for i in sorted(tokens):
            if runs and (i - runs[-1][-1] == 1 or self.is_gap(runs[-1][-1] + 1, i)):
                runs[-1].append(i)
            else:
                runs.append([i])
        made: list[TextSpan] = []
        for run in runs:
            while run and self.doc[run[0]].text in TRIM:
                run.pop(0)
            while run and (self.doc[run[-1]].text in TRIM or self.doc[run[-1]].lower_ == "and"):
                run.pop()
            if run and any(not self.doc[i].is_punct for i in run):
                made.append(self.span(run[0], run[-1] + 1))
        return tuple(made)

    def is_gap(self, i: int, j: int) -> bool:
        """Whether only space, or the full stop of an abbreviation, separates two tokens."""
        between = self.doc[i:j]
        stop = len(between) == 1 and between[0].text == "." and not self.doc[j].text[0].isupper()
        return stop or all(t.is_space for t in between)

    def form(self, content: set[int]) -> Form:
        words = [i for i in content if not self.doc[i].is_punct and not self.doc[i].is_space]
        quoted = sum(self.quote_of[i] >= 0 for i in words)
        if quoted == 0:
            return "indirect"
        return "direct" if quoted == len(words) else "mixed"
