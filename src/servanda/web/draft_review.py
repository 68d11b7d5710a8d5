"""Review of an article's drafts: a person keeps, edits or drops each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from servanda.syntax.problems import ServandaError
from servanda.web.pages import head
from servanda.web.query import Query, Refused, refused_as

if TYPE_CHECKING:
    from servanda.articles.drafts import Draft, Drafts

LONGEST = 4000


def page(query: Query, path: Path | None) -> dict[str, Any]:
    """The drafts of a file beside their article. Raises Refused if there are none."""
    if path is None:
        raise no_drafts()
    try:
        return drafts(query, path)
    except ServandaError as error:
        raise refused_as(error.problems[0], 409) from None


def no_drafts() -> Refused:
    advice = "`servanda read ARTICLE --case CASE -o drafts.json`, then `serve --drafts`"
    return Refused("E031", "option:drafts", "there are no drafts to review", advice, 404)


def drafts(query: Query, path: Path) -> dict[str, Any]:
    """The article in pieces, each with the numbers of the drafts made of it; and the drafts.

    Raises ServandaError for a file that holds no drafts.
    """
    from servanda.articles.draft_files import RECORD, load_drafts

    found = load_drafts(path)
    record = query.case.folder / RECORD
    recorded = record.read_text(encoding="utf-8") if record.is_file() else ""
    return head(query) | {
        "title": found.source.get("title") or found.file,
        "source": found.source,
        "remarks": list(found.remarks),
        "paragraphs": list(paragraphs(found)),
        "reported": [row(draft, found, recorded) for draft in found.reported],
        "author": [row(draft, found, recorded) for draft in found.author],
    }


def row(draft: Draft, found: Drafts, recorded: str) -> dict[str, Any]:
    from servanda.articles.rendering import annotation_lines, when_line

    made: dict[str, Any] = msgspec.to_builtins(draft)
    return made | {
        "condition": draft.condition and draft.condition.of(found.text),
        "inserted": [span.of(found.text) for span in draft.inserted],
        "labels": [span.of(found.text) for span in draft.labels],
        "told": [*([when_line(draft)] if draft.when else []), *annotation_lines(draft, found.text)],
        "in_the_record": bool(draft.record and draft.record in recorded),
        "lines": 1 + (draft.record or draft.outline or "").count("\n"),
    }


def paragraphs(found: Drafts) -> Iterator[list[dict[str, Any]]]:
    """The article cut where drafts begin and end, paragraph by paragraph."""
    edges = {0, len(found.text)}
    holders = [(d, s) for d in (*found.reported, *found.author) for s in d.spans]
    for _, span in holders:
        edges |= {span.start, span.end}
    at, line = sorted(edges), list[dict[str, Any]]()
    for start, end in pairwise(at):
        of = [d.number for d, s in holders if s.start <= start and end <= s.end]
        author = bool(of) and all(
            d.voice == "author" for d, s in holders if s.start <= start and end <= s.end
        )
        pieces = found.text[start:end].split("\n")
        for n, piece in enumerate(pieces):
            if n and line:
                yield line
                line = []
            if piece.strip() or (piece and line):
                line.append({"text": piece, "drafts": sorted(set(of)), "author": author})
    if line:
        yield line


def accept(root: Path, path: Path, form: Mapping[str, str]) -> str:
    """Append what a person kept, as edited, to the record; the file's name in the case.

    Raises Refused if nothing was kept, ServandaError (and nothing is written) if it does not fit.
    """
    from servanda.articles.draft_files import accept as add
    from servanda.articles.draft_files import load_drafts

    found = load_drafts(path)
    lines = list(confirmed_lines(found, form))
    if not lines:
        raise Refused("E040", "option:choice", "nothing was added", "keep or edit a draft")
    _, file = add(root, found, lines)
    return str(file.relative_to(root))


def confirmed_lines(found: Drafts, form: Mapping[str, str]) -> Iterator[str]:
    for draft in (*found.reported, *found.author):
        choice = form.get(f"choice-{draft.number}", "drop")
        if choice == "keep" and draft.record is not None:
            yield draft.record
        elif choice == "edit":
            text = form.get(f"line-{draft.number}", "").replace("\r\n", "\n").strip()
            if not text or len(text) > LONGEST:
                message = f"draft {draft.number} was to be edited, and has no line to add"
                advice = f"write its line, of up to {LONGEST:,} characters, or drop it"
                raise Refused("E032", f"draft:{draft.number}", message, advice)
            first, *rest = [line.strip() for line in text.split("\n") if line.strip()]
            yield "\n".join([first, *(f"  {line}" for line in rest)])
        elif choice != "drop":
            message = f"draft {draft.number} cannot be kept as it is"
            raise Refused("E032", f"draft:{draft.number}", message, "edit it, or drop it")
