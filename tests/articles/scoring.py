"""Score attributions and drafts against a gold standard: texts with annotated statements."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import servanda
from servanda.articles.article import Article
from servanda.articles.attribution import attributions
from servanda.articles.draft_builder import drafts_of
from servanda.articles.drafts import Draft, Drafts
from servanda.articles.model import Attribution, TextSpan

HERE = Path(__file__).resolve()
GOLD = HERE.parent / "gold"
CASE = HERE.parents[2] / "cases" / "jcpoa"
WORD = re.compile(r"\w+")


class Statement(NamedTuple):
    """What a piece says: see the head of `gold/tuned.txt`. `marks` has kind, if, altered."""

    head: str
    cue: str
    content: str
    parent: int | None
    marks: dict[str, str]


class Piece(NamedTuple):
    """A text with its statements. `full`: all are annotated, so any other found is wrong."""

    name: str
    text: str
    statements: list[Statement]
    author: list[str]
    full: bool


class Score(NamedTuple):
    """Counts in the gold, found, and found correctly; and what was missed."""

    gold: int
    found: int
    right: int
    missed: list[str]

    @property
    def f(self) -> float:
        return 200 * self.right / (self.gold + self.found)


def pieces(name: str) -> list[Piece]:
    """The pieces of a gold file."""
    found: list[Piece] = []
    for block in (GOLD / name).read_text(encoding="utf-8").split("\n= ")[1:]:
        title, *lines = block.strip().split("\n")
        text: list[str] = []
        said: list[Statement] = []
        own: list[str] = []
        for line in lines:
            if line.startswith("> "):
                said.append(statement(line[2:]))
            elif line.startswith("  "):
                mark, words = line.split(maxsplit=1)
                said[-1].marks[mark] = words
            elif line.startswith("author: "):
                own.append(line.removeprefix("author: "))
            else:
                text.append(line)
        found.append(Piece(title, "\n".join(text), said, own, title.endswith(" full")))
    return found


def statement(line: str) -> Statement:
    head, cue, content, *parent = (part.strip() for part in line.split("|"))
    return Statement(head, cue, content, int(parent[0]) - 1 if parent else None, {})


def words_of(text: str, spans: list[TextSpan]) -> set[int]:
    return {s.start + m.start() for s in spans for m in WORD.finditer(s.of(text))}


def gold_spans(text: str, content: str) -> list[TextSpan]:
    spans = []
    for part in content.split(" … "):
        start = text.index(part)
        spans.append(TextSpan(start, start + len(part)))
    return spans


def alike(text: str, one: list[TextSpan], other: list[TextSpan]) -> bool:
    """Half of the words, either way."""
    want, got = words_of(text, one), words_of(text, other)
    return 2 * len(want & got) >= max(len(want), len(got))


def is_right(text: str, said: Attribution, gold: Statement) -> bool:
    """Half of the words, and the right head of the source."""
    content = alike(text, gold_spans(text, gold.content), list(said.content))
    return said.head.of(text) == gold.head and content


def score(name: str) -> Score:
    """Who says what."""
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


def scores(name: str) -> dict[str, Score]:
    """Each other thing that is marked, over the pieces where everything is.

    Nested: statements inside of another, and inside of the right one. Kind: of the statements that
    have one marked. Condition, altered words, the author's own sentences: by their spans.
    """
    agreement = servanda.open(CASE).agreement
    found: dict[str, list[Score]] = {}
    for piece in pieces(name):
        if piece.full:
            drafts = drafts_of(Article("gold.txt", piece.text), agreement)
            for thing, one in scored(piece, drafts).items():
                found.setdefault(thing, []).append(one)
    return {thing: total(each) for thing, each in found.items()}


def scored(piece: Piece, drafts: Drafts) -> dict[str, Score]:
    text = piece.text
    own = [list(d.spans) for d in drafts.author]
    conditions = [[d.condition] for d in drafts.reported if d.condition]
    altered = [[span] for d in drafts.reported for span in d.inserted]
    marked = [s for s in piece.statements if "kind" in s.marks]
    kinds = [s for s in marked if s.marks["kind"] == kind_found(text, s, drafts.reported)]
    wrong = [f"{piece.name}: {s.marks['kind']} {s.content}" for s in marked if s not in kinds]
    return {
        "nested": nested(piece),
        "kind": Score(len(marked), len(marked), len(kinds), wrong),
        "condition": spans_scored(piece, marks_of(piece, "if"), conditions),
        "altered": spans_scored(piece, marks_of(piece, "altered"), altered),
        "author": spans_scored(piece, piece.author, own),
    }


def marks_of(piece: Piece, mark: str) -> list[str]:
    return [s.marks[mark] for s in piece.statements if mark in s.marks]


def kind_found(text: str, want: Statement, drafts: tuple[Draft, ...]) -> str | None:
    spans = gold_spans(text, want.content)
    return next((d.kind for d in drafts if alike(text, spans, list(d.spans))), None)


def nested(piece: Piece) -> Score:
    said = attributions(piece.text, nested=True)
    want = [s for s in piece.statements if s.parent is not None]
    right = 0
    for inner in want:
        outer = piece.statements[inner.parent or 0]
        right += any(
            is_right(piece.text, a, inner)
            and a.parent is not None
            and is_right(piece.text, said[a.parent], outer)
            for a in said
        )
    return Score(len(want), sum(a.parent is not None for a in said), right, [])


def spans_scored(piece: Piece, want: list[str], got: list[list[TextSpan]]) -> Score:
    spans = [gold_spans(piece.text, words) for words in want]
    right = [
        w for w, s in zip(want, spans, strict=True) if any(alike(piece.text, s, g) for g in got)
    ]
    missed = [f"{piece.name}: {w}" for w in want if w not in right]
    return Score(len(want), len(got), len(right), missed)


def total(each: list[Score]) -> Score:
    missed = [m for one in each for m in one.missed]
    return Score(
        sum(s.gold for s in each), sum(s.found for s in each), sum(s.right for s in each), missed
    )
