"""Who says what: the attributions of a text, as spans of its characters.

from servanda.articles.attribution import attributions
for a in attributions(text): print(a.head.of(text), [c.of(text) for c in a.content])
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from servanda.articles.cues import CLAUSE
from servanda.articles.model import Attribution, Span
from servanda.articles.paragraph import read_paragraph, signed
from servanda.articles.parse import parsed

if TYPE_CHECKING:
    from spacy.tokens import Doc


def attributions(text: str, *, attitudes: bool = False, nested: bool = False) -> list[Attribution]:
    """The attributions of a text, in its order, with character offsets of source, cue and content.

    Statements only, unless `attitudes` asks for beliefs and wishes too. What is said inside of what
    somebody says is left out unless `nested` asks for it; its `parent` is then the place in the
    list of the attribution that holds it.
    """
    return found_in(parsed(text), text, attitudes=attitudes, nested=nested)


def found_in(
    docs: Iterable[tuple[int, Doc]], text: str, *, attitudes: bool = False, nested: bool = False
) -> list[Attribution]:
    """The same, of a text that is parsed already: each paragraph with its place."""
    found: list[Attribution] = []
    lead: Attribution | None = None
    before = 0
    docs = list(docs)
    for place, (start, doc) in enumerate(docs):
        here, loose, next_lead = read_paragraph(doc, start, text)
        below = signed(docs[place + 1], text) if loose and place + 1 < len(docs) else None
        if loose and below is not None:
            found.append(replace(below, content=loose, form="direct"))
        elif loose and lead is not None:
            found.append(replace(lead, content=loose, form="direct"))
            before = lead.cue.start
        elif (
            lead is not None
            and next_lead is None
            and len(doc) > 8
            and (lead.verb in CLAUSE or lead.verb == "accord")
            and (not here or is_bare(lead, text))
        ):
            found.append(replace(lead, content=(Span(start, start + len(doc.text.rstrip())),)))
        elif loose and found and found[-1].cue.start >= before:
            last = going_on_from(found, before)
            found[last] = replace(found[last], content=(*found[last].content, *loose))
        else:
            here = [a for a in here if not any(quote.holds(a.cue) for quote in loose)]
        lead = going_on(next_lead, found) if next_lead is not None else None
        before = before if loose and not here else start
        found += here
    return chosen(found, attitudes, nested)


def is_bare(lead: Attribution, text: str) -> bool:
    """ "Doran writes:": nothing stands between the verb and the colon that ends the paragraph."""
    return text[lead.cue.end :].lstrip().startswith(":")


def going_on_from(found: list[Attribution], before: int) -> int:
    """Which statement of the last paragraph a quotation goes on from: the last one, where that is
    a belief the last one that is none."""
    last = range(len(found) - 1, -1, -1)
    return next(
        (i for i in last if found[i].cue.start >= before and not found[i].attitude), last[0]
    )


def going_on(lead: Attribution, found: list[Attribution]) -> Attribution:
    """ "…, adding:" at the end of a paragraph: whoever spoke last goes on speaking."""
    if lead.verb not in ("add", "continue") or lead.cue.end - lead.cue.start != len(lead.verb) + 3:
        return lead
    return replace(lead, source=found[-1].source, head=found[-1].head) if found else lead


def chosen(found: list[Attribution], attitudes: bool, nested: bool) -> list[Attribution]:
    """Those asked for, each knowing which one holds it."""
    kept = [a for a in found if attitudes or not a.attitude]
    if not nested:
        kept = outermost(kept)
    kept.sort(key=lambda a: (min(a.cue.start, a.content[0].start), a.cue.start))
    return [replace(a, parent=holder(a, kept)) for a in kept]


def outermost(found: list[Attribution]) -> list[Attribution]:
    """Those that no other one holds. What is held holds nothing itself: "said he would order a
    review and warned of spies" has two. Of two that hold each other the longer one stays."""
    left = sorted(found, key=lambda a: -length(a))
    kept: list[Attribution] = []
    while left:
        free = [a for a in left if not any(holds(b, a) for b in left)] or left[:1]
        kept += free
        left = [a for a in left if a not in free and not any(holds(b, a) for b in free)]
    return kept


def holds(outer: Attribution, inner: Attribution) -> bool:
    return outer is not inner and any(c.holds(inner.cue) for c in outer.content)


def length(a: Attribution) -> int:
    return sum(c.end - c.start for c in a.content)


def holder(inner: Attribution, every: list[Attribution]) -> int | None:
    """The smallest attribution whose content holds the cue of this one."""
    holding = [(length(outer), i) for i, outer in enumerate(every) if holds(outer, inner)]
    return min(holding)[1] if holding else None
