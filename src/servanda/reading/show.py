"""Drafts as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.reading.drafts import Draft, Drafts


def lines_of(drafts: Drafts) -> Iterator[str]:
    """All drafts: reported first, then the author's own voice, then what to look at."""
    yield f"{drafts.source.get('title') or drafts.file}"
    for title, listed in (
        ("What others say", drafts.reported),
        ("What the author says", drafts.author),
    ):
        yield ""
        yield f"{title} ({len(listed)})"
        for draft in listed:
            yield from draft_lines(draft, drafts.text)
    for remark in drafts.remarks:
        yield f"note: {remark}"


def draft_lines(draft: Draft, text: str) -> Iterator[str]:
    through = " <- ".join(
        link.name + (f" (on {link.on})" if link.on else "") for link in draft.chain
    )
    about = f", about {', '.join(draft.clauses)}" if draft.clauses else ""
    to = f", to {draft.to}" if draft.to else ""
    place = ", ".join(f"{s.start}-{s.end}" for s in draft.spans)
    yield f"{draft.number:>3}  {draft.kind}{to}{about}  [{place}]  confidence {draft.confidence:.2f}"
    if through:
        yield f"     {through}"
    yield f"     {draft.text}"
    if draft.condition is not None:
        yield f"     condition: {draft.condition.of(text)}"
    if draft.inserted:
        yield f"     the author's words in it: {', '.join(s.of(text) for s in draft.inserted)}"
    if draft.labels:
        yield f"     labels: {', '.join(s.of(text) for s in draft.labels)}"
    for need in draft.needs:
        yield f"     needs: {need}"
