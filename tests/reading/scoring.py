"""How attributions are held against a gold: pieces of text with their statements."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from servanda.reading.attribution import attributions
from servanda.reading.model import Attribution, Span

GOLD = Path(__file__).parent / "gold"
WORD = re.compile(r"\w+")


class Statement(NamedTuple):
    head: str
    cue: str
    content: str
    parent: int | None


class Piece(NamedTuple):
    name: str
    text: str
    statements: list[Statement]
    author: list[str]


class Score(NamedTuple):
    """Numbers of statements: in the gold, found, and found rightly."""

    gold: int
    found: int
    right: int
    missed: list[str]

    @property
    def f(self) -> float:
        return 200 * self.right / (self.gold + self.found)


def pieces(name: str) -> list[Piece]:
    """The pieces of a gold file; see the head of `gold/tuned.txt` for its form."""
    found: list[Piece] = []
    for block in (GOLD / name).read_text(encoding="utf-8").split("\n= ")[1:]:
        title, *lines = block.strip().split("\n")
        text = [x for x in lines if not x.startswith(("> ", "author: "))]
        said = [statement(x[2:]) for x in lines if x.startswith("> ")]
        own = [x.removeprefix("author: ") for x in lines if x.startswith("author: ")]
        found.append(Piece(title, "\n".join(text), said, own))
    return found


def statement(line: str) -> Statement:
    head, cue, content, *parent = (part.strip() for part in line.split("|"))
    return Statement(head, cue, content, int(parent[0]) - 1 if parent else None)


def words_of(text: str, spans: list[Span]) -> set[int]:
    return {s.start + m.start() for s in spans for m in WORD.finditer(s.of(text))}


def gold_spans(text: str, content: str) -> list[Span]:
    spans = []
    for part in content.split(" … "):
        start = text.index(part)
        spans.append(Span(start, start + len(part)))
    return spans


def is_right(text: str, said: Attribution, gold: Statement) -> bool:
    """Half of the words, either way, and the right head of the source."""
    want, got = words_of(text, gold_spans(text, gold.content)), words_of(text, list(said.content))
    both = len(want & got)
    return said.head.of(text) == gold.head and 2 * both >= len(want) and 2 * both >= len(got)


def score(name: str) -> Score:
    gold = found = right = 0
    missed: list[str] = []
    for piece in pieces(name):
        said = attributions(piece.text, nested=True)
        gold, found = gold + len(piece.statements), found + len(said)
        for want in piece.statements:
            hit = next((a for a in said if is_right(piece.text, a, want)), None)
            right += hit is not None
            if hit is None:
                missed.append(f"{piece.name}: {want.head} {want.cue} {want.content}")
            else:
                said.remove(hit)
    return Score(gold, found, right, missed)
