"""Annotate spans of an article: dates, amounts, loaded words, parties, clauses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypedDict

from servanda.articles.amounts import Amount, amounts_in
from servanda.articles.dates import Dated, dates_in
from servanda.articles.labels import labels_in
from servanda.articles.model import TextSpan
from servanda.articles.parties import CaseNames
from servanda.articles.report_chain import offset_dates


class Annotations(TypedDict):
    """The fields of a draft that are derived from its words."""

    clauses: tuple[str, ...]
    parties: tuple[str, ...]
    agreement: tuple[TextSpan, ...]
    labels: tuple[TextSpan, ...]
    dates: tuple[Dated, ...]
    amounts: tuple[Amount, ...]


def annotate(
    text: str, spans: Iterable[TextSpan], names: CaseNames, published: date | None
) -> Annotations:
    """Annotations of these spans; all offsets are into the whole `text`."""
    spans = list(spans)
    agreement = tuple(offset_span(s, m) for s in spans for m in names.agreement_in(s.of(text)))
    words = " … ".join(span.of(text) for span in spans)
    return Annotations(
        clauses=tuple(names.clauses_in(words)),
        parties=tuple(dict.fromkeys(name for _, _, name in names.mentions(words))),
        agreement=agreement,
        labels=tuple(offset_span(s, m) for s in spans for m in labels_in(s.of(text))),
        dates=tuple(
            d
            for s in spans
            for d in offset_dates(dates_in(s.of(text), published), s)
            if not any(named.contains(d.at) for named in agreement)
        ),
        amounts=tuple(
            Amount(offset_span(s, a.at), a.value, a.unit, a.bound)
            for s in spans
            for a in amounts_in(s.of(text))
        ),
    )


def offset_span(outer: TextSpan, inner: TextSpan) -> TextSpan:
    """An offset relative to `outer` as an offset into the whole text."""
    return TextSpan(outer.start + inner.start, outer.start + inner.end)
