"""Notes for the reviewer: unknown dates, unbalanced quotations, altered quotations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from servanda.articles.article import Article
from servanda.articles.drafts import Draft
from servanda.articles.labels import differences, same_quotation
from servanda.articles.quotes import unbalanced


def notes_for_reviewer(
    article: Article, paragraphs: list[str], drafts: list[Draft]
) -> Iterator[str]:
    """Notes on an article, its paragraphs and its reported drafts."""
    if article.published is None:
        yield (
            "the publication date is unknown, so relative dates are skipped; "
            "give it with --published"
        )
    if any(unbalanced(text) for text in paragraphs):
        yield "a quotation is opened and never closed (or the reverse): look at its end yourself"
    yield from altered_quotations(drafts)


def altered_quotations(drafts: list[Draft]) -> Iterator[str]:
    """Pairs of drafts with the same quotation, and how their words differ."""
    for one, other in combinations([d for d in drafts if d.form != "indirect"], 2):
        if one.chain != other.chain and same_quotation(one.text, other.text):
            changed = [f"'{a}' against '{b}'" for a, b in differences(one.text, other.text)]
            how = "; ".join(changed) or "in the same words"
            yield f"drafts {one.number} and {other.number} have one quotation: {how}"
