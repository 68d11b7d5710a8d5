"""Drafts of entries, with their character spans in the article."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from servanda.articles.amounts import Amount
from servanda.articles.dates import Dated
from servanda.articles.model import TextSpan


class Link(Struct, frozen=True):
    """One step of a reporting chain, the speaker first.

    `how` is "said" or "reported", `on` the medium, `at` the span of the name; `day` the first and
    last day of this report, None if the text states none.
    """

    name: str
    how: str
    on: str | None = None
    at: TextSpan | None = None
    day: tuple[str, str] | None = None


class Draft(Struct, frozen=True):
    """A draft of one statement.

    `record` is its line for the record, None while `needs` lists something missing; `outline` is
    then a line with a blank, if only the day is missing. `when` is the first and last possible
    day; the first is None if the text states no day, and the last is then that of publication.
    `bare` is the text without the author's insertions.
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
    """A wish, fear, plan or belief: not a statement, so without a line and a number.

    `verb` is the cue's lemma, `by` the party or None.
    """

    name: str
    by: str | None
    verb: str
    text: str
    spans: tuple[TextSpan, ...]
    at: TextSpan


class Drafts(Struct, frozen=True):
    """All drafts of an article: reported statements, the author's own, and attitudes.

    `source` is the article as a CSL-JSON item; `remarks` are notes for the reviewer.
    """

    file: str
    text: str
    source: dict[str, Any]
    reported: tuple[Draft, ...]
    author: tuple[Draft, ...]
    remarks: tuple[str, ...] = ()
    attitudes: tuple[Attitude, ...] = ()
