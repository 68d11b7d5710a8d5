"""Format a draft as a line of the record."""

from __future__ import annotations

import re

from msgspec.structs import replace

from servanda.articles.article import Article, source_id
from servanda.articles.drafts import Draft
from servanda.articles.speech_acts import IN_RECORD

LONGEST_TEXT = 400
BLANK = "____-__-__"
UNSURE = "at some time in"


def with_record(draft: Draft, article: Article) -> Draft:
    """The draft with its line, or with an outline if only the day is missing."""
    verb = IN_RECORD.get(draft.kind)
    if verb is None or draft.by is None or draft.when is None:
        return draft
    first, last = draft.when
    if first is None:
        return replace(draft, outline=line(draft, article, verb, f"{UNSURE} {BLANK}..{last}"))
    day = first if first == last else f"{UNSURE} {first}..{last}"
    return draft if draft.needs else replace(draft, record=line(draft, article, verb, day))


def line(draft: Draft, article: Article, verb: str, day: str) -> str:
    """`DAY PARTY VERB … "text"`, graded alleged, with its reporting chain and source."""
    to = f" {draft.to}" if draft.to and not draft.clauses else ""
    clause = f" clause {draft.clauses[0]}" if draft.clauses else ""
    return (
        f"{day} {draft.by} {verb}{to}{clause} {quoted(draft.text)}\n"
        f"  alleged, {', '.join(provenance(draft, article))}"
    )


def provenance(draft: Draft, article: Article) -> list[str]:
    """ "said by X on Y, reported by Z on D, reported D, source S"."""
    parts: list[str] = []
    for place, link in enumerate(draft.chain):
        if place == 0 and link.how == "said":
            on = f" on {quoted(link.on)}" if link.on else ""
            parts.append(f"said by {quoted(link.name)}{on}")
        else:
            sure = link.day is not None and link.day[0] == link.day[1]
            on = f" on {link.day[0]}" if link.day is not None and sure else ""
            parts.append(f"reported by {quoted(link.name)}{on}")
    if article.published is not None:
        parts.append(f"reported {article.published.isoformat()}")
    return [*parts, f"source {source_id(article)}"]


def quoted(text: str) -> str:
    """A quoted text of the record: on one line, without double quotation marks inside."""
    plain = re.sub(r"[“”„«»\"]", "'", collapse_spaces(text)).replace("\\", "/")
    if len(plain) > LONGEST_TEXT:
        plain = f"{plain[: LONGEST_TEXT - 1]}…"
    return f'"{plain}"'


def collapse_spaces(text: str) -> str:
    return " ".join(text.split())


def bracket_insertions(text: str) -> str:
    """A quotation with the author's insertions in square brackets."""
    return re.sub(r"\(([^)\n]{1,120})\)", r"[\1]", text)
