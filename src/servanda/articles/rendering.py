"""Render drafts as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from servanda.articles.drafts import Draft, Drafts


def lines_of(drafts: Drafts) -> Iterator[str]:
    """All drafts: reported ones, the author's own, then notes for the reviewer."""
    yield f"{drafts.source.get('title') or drafts.file}"
    for title, listed in (
        ("What others say", drafts.reported),
        ("What the author says (not a party; you decide what enters)", drafts.author),
    ):
        yield ""
        yield f"{title} ({len(listed)})"
        for draft in listed:
            yield from draft_lines(draft, drafts.text)
    if drafts.attitudes:
        yield ""
        yield f"Wishes, plans, beliefs: {len(drafts.attitudes)} (not statements; listed in --json)"
    for remark in drafts.remarks:
        yield f"note: {remark}"


def draft_lines(draft: Draft, text: str) -> Iterator[str]:
    provenance = " <- ".join(
        link.name + (f" (on {link.on})" if link.on else "") for link in draft.chain
    )
    about = f", about {', '.join(draft.clauses)}" if draft.clauses else ""
    to = f", to {draft.to}" if draft.to else ""
    place = ", ".join(f"{s.start}-{s.end}" for s in draft.spans)
    by = f"{draft.by}: " if draft.by else ""
    sure = f"confidence {draft.confidence:.2f}" if draft.voice == "reported" else ""
    yield f"{draft.number:>3}  {by}{draft.kind}{to}{about}  [{place}]  {sure}".rstrip()
    if provenance:
        yield f"     {provenance}"
    yield f"     {draft.text}"
    if draft.when is not None:
        yield f"     {when_line(draft)}"
    if draft.condition is not None:
        yield f"     condition: {draft.condition.of(text)}"
    if draft.inserted:
        yield f"     the author's words in it: {', '.join(s.of(text) for s in draft.inserted)}"
    for line in annotation_lines(draft, text):
        yield f"     {line}"
    if draft.labels:
        yield f"     labels: {', '.join(s.of(text) for s in draft.labels)}"
    for need in draft.needs if draft.voice == "reported" else ():
        yield f"     needs: {need}"


def annotation_lines(draft: Draft, text: str) -> Iterator[str]:
    """The annotations of a draft: agreement, dates as spans, amounts with units."""
    if draft.agreement:
        yield f"the agreement: {', '.join(s.of(text) for s in draft.agreement)}"
    for dated in draft.dates:
        yield f"date: {dated.phrase} = {' or '.join(span_line(s) for s in dated.spans)}"
    for amount in draft.amounts:
        bound = "" if amount.bound == "=" else f"{amount.bound} "
        yield f"amount: {amount.at.of(text)} = {bound}{amount.value:,.12g} {amount.unit}"


def when_line(draft: Draft) -> str:
    """The time of a statement: a day, a span of days, or only an upper bound."""
    assert draft.when is not None
    first, last = draft.when
    if first is None:
        return f"when: on or before {last}, the day of publication; the text gives no day"
    return f"when: {first}" if first == last else f"when: {first}..{last}, some time in these days"


def span_line(span: tuple[date, date]) -> str:
    """A half-open span of days by its first and last day."""
    first, last = span[0], span[1] - timedelta(days=1)
    return f"{first}" if first == last else f"{first}..{last}"
