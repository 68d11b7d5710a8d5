"""What stands in a stretch of the article: dates, amounts, labels, parties, clauses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypedDict

from servanda.articles.amounts import Amount, amounts_in
from servanda.articles.chain import moved
from servanda.articles.dates import Dated, dates_in
from servanda.articles.labels import labels_in
from servanda.articles.model import Span
from servanda.articles.parties import Names


class Marks(TypedDict):
    """Fields of a draft that are read off its words."""

    clauses: tuple[str, ...]
    parties: tuple[str, ...]
    agreement: tuple[Span, ...]
    labels: tuple[Span, ...]
    dates: tuple[Dated, ...]
    amounts: tuple[Amount, ...]


def marks(text: str, spans: Iterable[Span], names: Names, published: date | None) -> Marks:
    """What stands in these spans, with places in the whole text."""
    spans = list(spans)
    agreement = tuple(at(s, m) for s in spans for m in names.agreement_in(s.of(text)))
    words = " … ".join(span.of(text) for span in spans)
    return Marks(
        clauses=tuple(names.clauses_in(words)),
        parties=tuple(dict.fromkeys(name for _, _, name in names.found(words))),
        agreement=agreement,
        labels=tuple(at(s, m) for s in spans for m in labels_in(s.of(text))),
        dates=tuple(
            d
            for s in spans
            for d in moved(dates_in(s.of(text), published), s)
            if not any(named.holds(d.at) for named in agreement)
        ),
        amounts=tuple(
            Amount(at(s, a.at), a.value, a.unit, a.bound)
            for s in spans
            for a in amounts_in(s.of(text))
        ),
    )


def at(outer: Span, inner: Span) -> Span:
    """A place within a span as a place in the text."""
    return Span(outer.start + inner.start, outer.start + inner.end)
