"""Loaded words, marked by span and never rewritten; an author's insertions in a quotation."""

from __future__ import annotations

import difflib
import re

from servanda.articles.model import TextSpan

LOADED = re.compile(
    r"""(?ix)\b(?:
    regimes?|flagrant(?:ly)?|illegal(?:ly)?|unlawful(?:ly)?|rogue|puppets?|terrorists?|apartheid
    |hegemon(?:ic|y)?|imperial(?:ist|ists|ism)?|aggress(?:ion|or|ors)|complicit|hardliners?
    |so-called|notorious(?:ly)?|blatant(?:ly)?|brazen(?:ly)?|shameful(?:ly)?|ruthless|barbaric
    |fake\ news|propaganda|stooges?|lackeys?|tyrann(?:y|ical)|dictator(?:s|ship)?|fanatics?
    |extremists?|warmonger(?:s|ing)?|bully(?:ing)?|blackmail|sham|evil|outrageous(?:ly)?
    |reckless(?:ly)?|disgraceful|criminal|cynical(?:ly)?|draconian|bogus
    )\b"""
)
INSERTED = re.compile(r"\[[^\]\n]{1,120}\]|\([^)\n]{1,120}\)")


def labels_in(text: str) -> list[TextSpan]:
    """The spans of loaded words."""
    return [TextSpan(m.start(), m.end()) for m in LOADED.finditer(text)]


def insertions(quote: str) -> list[TextSpan]:
    """Spans in brackets or parentheses in a quotation: the author's words, not the speaker's."""
    return [TextSpan(m.start(), m.end()) for m in INSERTED.finditer(quote)]


def without_insertions(quote: str) -> str:
    """The quotation without the author's insertions."""
    return re.sub(
        r"\s+([,.;:!?”\"])", r"\1", re.sub(r"\s{2,}", " ", INSERTED.sub("", quote))
    ).strip()


def differences(one: str, other: str) -> list[tuple[str, str]]:
    """Pairs of differing words of two versions of a quotation, in order."""
    a, b = one.split(), other.split()
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return [
        (" ".join(a[i:j]), " ".join(b[k:m]))
        for tag, i, j, k, m in matcher.get_opcodes()
        if tag != "equal"
    ]


def same_quotation(one: str, other: str) -> bool:
    """Whether two texts are versions of one quotation: at least 70% of the words agree in order."""
    a, b = one.lower().split(), other.lower().split()
    if min(len(a), len(b)) < 5:
        return False
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() >= 0.7
