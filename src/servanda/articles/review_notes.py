"""What a reviewer should look at: what is not known, quotations left open, or told apart."""

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
    """Remarks on an article, its paragraphs and the drafts of what others say."""
    if article.published is None:
        yield (
            "the publication date is not known: relative dates are left open; "
            "say it with --published"
        )
    if any(unbalanced(text) for text in paragraphs):
        yield "a quotation is opened and never closed (or the reverse): look at its end yourself"
    yield from altered_quotations(drafts)


def altered_quotations(drafts: list[Draft]) -> Iterator[str]:
    """Quotations that several drafts carry, and where their words differ."""
    for one, other in combinations([d for d in drafts if d.form != "indirect"], 2):
        if one.chain != other.chain and same_quotation(one.text, other.text):
            apart = [f"'{a}' against '{b}'" for a, b in differences(one.text, other.text)]
            said = "; ".join(apart) or "word for word alike"
            yield f"drafts {one.number} and {other.number} carry one quotation: {said}"
