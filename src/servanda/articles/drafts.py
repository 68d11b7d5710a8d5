"""What reading hands over: drafts of entries, each with its place in the article."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from servanda.articles.amounts import Amount
from servanda.articles.dates import Dated
from servanda.articles.model import TextSpan


class Link(Struct, frozen=True):
    """One step of who says it through whom, the nearest to the words first.

    `how` is said or reported, `on` the medium, `at` the place of the name; `day` the first and
    last day on which this one reported it, where the text tells.
    """

    name: str
    how: str
    on: str | None = None
    at: TextSpan | None = None
    day: tuple[str, str] | None = None


class Draft(Struct, frozen=True):
    """One thing said. `record` is its line for the record, None while `needs` names something;
    `outline` is then the line with a blank to fill in, where all but the blank is known.

    `when` is the first and last day it may have been said; the first is None where the text gives
    no day: then it was said on or before the last, the day of publication.
    """

    number: int
    voice: str
    kind: str
    by: str | None
    chain: tuple[Link, ...]
    text: str
    spans: tuple[TextSpan, ...]
    form: str
    to: str | None = None
    condition: TextSpan | None = None
    when: tuple[str | None, str] | None = None
    clauses: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    agreement: tuple[TextSpan, ...] = ()
    inserted: tuple[TextSpan, ...] = ()
    bare: str | None = None
    labels: tuple[TextSpan, ...] = ()
    dates: tuple[Dated, ...] = ()
    amounts: tuple[Amount, ...] = ()
    confidence: float = 0.5
    needs: tuple[str, ...] = ()
    record: str | None = None
    outline: str | None = None


class Attitude(Struct, frozen=True):
    """What somebody wants, fears, plans or supports: no statement, so it has no line and no number.

    `verb` is the word that tells it, `by` the party, None where none is named.
    """

    name: str
    by: str | None
    verb: str
    text: str
    spans: tuple[TextSpan, ...]
    at: TextSpan


class Drafts(Struct, frozen=True):
    """All drafts of an article: what others say, apart from it what its author says, and apart
    from both what others want or think."""

    file: str
    text: str
    source: dict[str, Any]
    reported: tuple[Draft, ...]
    author: tuple[Draft, ...]
    remarks: tuple[str, ...] = ()
    attitudes: tuple[Attitude, ...] = ()
