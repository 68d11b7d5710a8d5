"""Attributions of a text: who says what, as character spans.

from servanda.articles.attribution import attributions
for a in attributions(text): print(a.head.of(text), [c.of(text) for c in a.content])
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from servanda.articles.cue_words import CLAUSE
from servanda.articles.english_parser import parsed
from servanda.articles.model import Attribution, TextSpan
from servanda.articles.paragraph import read_paragraph, signature_below

if TYPE_CHECKING:
    from spacy.tokens import Doc


def attributions(text: str, *, attitudes: bool = False, nested: bool = False) -> list[Attribution]:
    """The attributions of a text in order, with character offsets of source, cue and content.

    `attitudes` includes beliefs and wishes beside statements. `nested` includes attributions
    inside the content of others; their `parent` is the list index of the enclosing one.
    """
    return attributions_in(parsed(text), text, attitudes=attitudes, nested=nested)


def attributions_in(
    docs: Iterable[tuple[int, Doc]], text: str, *, attitudes: bool = False, nested: bool = False
) -> list[Attribution]:
    """As `attributions`, for paragraphs already parsed: pairs of offset and spaCy document."""
    found: list[Attribution] = []
    lead: Attribution | None = None
    before = 0
    docs = list(docs)
    for place, (start, doc) in enumerate(docs):
        here, unattributed, next_lead = read_paragraph(doc, start, text)
        below = (
            signature_below(docs[place + 1], text)
            if unattributed and place + 1 < len(docs)
            else None
        )
        if unattributed and below is not None:
            found.append(replace(below, content=unattributed, form="direct"))
        elif unattributed and lead is not None:
            found.append(replace(lead, content=unattributed, form="direct"))
            before = lead.cue.start
        elif (
            lead is not None
            and next_lead is None
            and len(doc) > 8
            and (lead.verb in CLAUSE or lead.verb == "accord")
            and (not here or ends_with_colon(lead, text))
        ):
            found.append(replace(lead, content=(TextSpan(start, start + len(doc.text.rstrip())),)))
        elif unattributed and found and found[-1].cue.start >= before:
            last = continued_statement(found, before)
            found[last] = replace(found[last], content=(*found[last].content, *unattributed))
        else:
            here = [a for a in here if not any(quote.contains(a.cue) for quote in unattributed)]
        lead = resolve_continuing_speaker(next_lead, found) if next_lead is not None else None
        before = before if unattributed and not here else start
        found += here
    return select_attributions(found, attitudes, nested)


def ends_with_colon(lead: Attribution, text: str) -> bool:
    """Whether a colon follows the cue immediately, as in "Doran writes:"."""
    return text[lead.cue.end :].lstrip().startswith(":")


def continued_statement(found: list[Attribution], before: int) -> int:
    """Index of the statement that a following quotation continues: the last non-attitude of the
    last paragraph, else the last."""
    last = range(len(found) - 1, -1, -1)
    return next(
        (i for i in last if found[i].cue.start >= before and not found[i].attitude), last[0]
    )


def resolve_continuing_speaker(lead: Attribution, found: list[Attribution]) -> Attribution:
    """ "…, adding:" at the end of a paragraph: the source is whoever spoke last."""
    if lead.verb not in ("add", "continue") or lead.cue.end - lead.cue.start != len(lead.verb) + 3:
        return lead
    return replace(lead, source=found[-1].source, head=found[-1].head) if found else lead


def select_attributions(
    found: list[Attribution], attitudes: bool, nested: bool
) -> list[Attribution]:
    """Filter and sort attributions, and set each one's `parent`."""
    kept = [a for a in found if attitudes or not a.attitude]
    if not nested:
        kept = outermost(kept)
    kept.sort(key=lambda a: (min(a.cue.start, a.content[0].start), a.cue.start))
    return [replace(a, parent=parent_index(a, kept)) for a in kept]


def outermost(found: list[Attribution]) -> list[Attribution]:
    """Attributions not inside another. Nested ones do not enclose further ones: "said he would
    order a review and warned of spies" has two. Of two that contain each other the longer stays."""
    left = sorted(found, key=lambda a: -length(a))
    kept: list[Attribution] = []
    while left:
        free = [a for a in left if not any(contains(b, a) for b in left)] or left[:1]
        kept += free
        left = [a for a in left if a not in free and not any(contains(b, a) for b in free)]
    return kept


def contains(outer: Attribution, inner: Attribution) -> bool:
    return outer is not inner and any(c.contains(inner.cue) for c in outer.content)


def length(a: Attribution) -> int:
    return sum(c.end - c.start for c in a.content)


def parent_index(inner: Attribution, every: list[Attribution]) -> int | None:
    """Index of the smallest attribution whose content contains the cue of `inner`."""
    holding = [(length(outer), i) for i, outer in enumerate(every) if contains(outer, inner)]
    return min(holding)[1] if holding else None
