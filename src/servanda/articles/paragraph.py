"""Attributions of one paragraph: its cues, each with source and content."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from servanda.articles import verb_syntax as syntax
from servanda.articles.content_extent import DASHES
from servanda.articles.cue_words import ATTITUDE, CLAUSE, EVERY_VERB, NOUNS, OBJECT
from servanda.articles.fallback_subjects import verb_before
from servanda.articles.model import Attribution, TextSpan
from servanda.articles.nonverbal_cues import (
    according_source,
    from_according_to,
    from_colon,
    from_feeling,
    from_mistagged_verb,
    from_noun,
    from_signature,
    from_verb_and_colon,
    is_feeling,
    opens_quote,
)
from servanda.articles.parsed_paragraph import Candidate, ParsedParagraph
from servanda.articles.unattributed_quotes import (
    attach_continued_quotes,
    attach_governed_quotes,
    attach_signed_quotes,
    cut_at_inner_speaker,
)
from servanda.articles.verb_cues import from_verb, is_unlisted_cue

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


class Paragraph(NamedTuple):
    """The attributions of a paragraph.

    `unattributed` are quotations at its beginning without a speaker in it; `announced` is an
    attribution at its end whose content is the next paragraph ("Ruiz said the following:").
    """

    said: list[Attribution]
    unattributed: tuple[TextSpan, ...]
    lead: Attribution | None


def read_paragraph(doc: Doc, start: int, text: str) -> Paragraph:
    """Attributions of a parsed paragraph that begins at offset `start` of the text."""
    p = ParsedParagraph(doc, start, text)
    for token in doc:
        found = found_at(p, token)
        if found is not None and found.content:
            p.candidates.append(found)
    cut_at_inner_speaker(p)
    attach_signed_quotes(p)
    unattributed = attach_continued_quotes(p)
    attach_governed_quotes(p)
    if not unattributed:
        p.candidates = [found for found in p.candidates if not is_in_unattributed_quote(p, found)]
    made = (to_attribution(p, found) for found in p.candidates)
    return Paragraph([m for m in made if m is not None], unattributed, announced_speaker(p))


def found_at(p: ParsedParagraph, token: Token) -> Candidate | None:
    """The candidate attribution of this word, if it is a cue."""
    outside = p.quote_of[token.i] < 0
    if token.pos_ in ("VERB", "AUX") and (
        syntax.lemma_of(token) in EVERY_VERB or is_unlisted_cue(token) or syntax.is_as_put_it(token)
    ):
        return from_verb(p, token)
    if token.text == ":" and opens_quote(p, token):
        return from_verb_and_colon(p, token)
    if token.text == ":" and (outside or p.quotes[0].start == 0):
        return from_colon(p, token)
    if token.text in DASHES and outside:
        return from_signature(p, token)
    if is_feeling(token):
        return from_feeling(token)
    if token.lower_ == "according":
        return from_according_to(p, token)
    if token.pos_ == "NOUN" and syntax.lemma_of(token) in NOUNS:
        return from_noun(p, token) or from_mistagged_verb(p, token)
    return None


def is_in_unattributed_quote(p: ParsedParagraph, found: Candidate) -> bool:
    """Whether the cue is inside a quotation without a known speaker."""
    number = p.quote_of[found.cue.i]
    if number < 0 or found.cue.text == ":":
        return False
    return not any(found.cue.i in outer.content for outer in p.candidates if outer is not found)


def announced_speaker(p: ParsedParagraph) -> Attribution | None:
    """ "Borrell said the following:" at the end of a paragraph: he is the source of the next."""
    if not p.doc.text.rstrip().endswith(":"):
        return None
    for token in reversed(p.doc):
        source = None
        if token.lower_ == "according":
            source = according_source(token)
        elif token.pos_ == "VERB" and syntax.lemma_of(token) in CLAUSE and p.quote_of[token.i] < 0:
            source = syntax.subject(token)
        if source is not None:
            return empty_attribution(p, token, source)
    verb = verb_before(p, len(p.doc))
    return None if verb is None else empty_attribution(p, verb, syntax.subject(verb) or verb)


def signature_below(below: tuple[int, Doc], text: str) -> Attribution | None:
    """ "— Ruiz", a paragraph of its own: the source of the quotation above it."""
    start, doc = below
    name = [t for t in doc[1:] if not t.is_space]
    if doc[0].text not in DASHES or not 0 < len(name) < 6 or any(t.pos_ != "PROPN" for t in name):
        return None
    return empty_attribution(ParsedParagraph(doc, start, text), doc[0], name[-1])


def empty_attribution(p: ParsedParagraph, cue: Token, source: Token) -> Attribution:
    """An attribution without content."""
    head, at = p.span(source.i, source.i + 1), p.span(cue.i, cue.i + 1)
    return Attribution(
        (p.span(*syntax.noun_phrase(source)),), head, at, (), "indirect", syntax.lemma_of(cue)
    )


def to_attribution(p: ParsedParagraph, found: Candidate) -> Attribution | None:
    content = p.spans(found.content)
    if not content:
        return None
    made = empty_attribution(p, found.cue, found.source)
    felt = is_feeling(found.cue)
    attitude = felt or (made.verb in ATTITUDE and made.verb not in CLAUSE | OBJECT)
    return replace(made, content=content, form=p.form(found.content), attitude=attitude)
