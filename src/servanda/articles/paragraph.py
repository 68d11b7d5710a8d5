"""The attributions of one paragraph: its cues, each with its source and its content."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from servanda.articles import clauses as c
from servanda.articles.content_extent import DASHES
from servanda.articles.cues import ATTITUDE, CLAUSE, EVERY_VERB, NOUNS, OBJECT
from servanda.articles.model import Attribution, Span
from servanda.articles.parsed_paragraph import Found, Words
from servanda.articles.phrases import (
    according_source,
    is_feeling,
    of_according,
    of_colon,
    of_feeling,
    of_mistagged,
    of_noun,
    of_signature,
    of_verb_colon,
    opens_quote,
)
from servanda.articles.sources import verb_before
from servanda.articles.unattributed_quotes import (
    continue_quotes,
    give_way,
    governed_quotes,
    signed_quotes,
)
from servanda.articles.verbs import is_said, of_verb

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


class Paragraph(NamedTuple):
    """What a paragraph attributes; quotations at its beginning that nobody in it says; and who is
    announced at its end ("Ruiz said the following:") to say the next one."""

    said: list[Attribution]
    loose: tuple[Span, ...]
    lead: Attribution | None


def read_paragraph(doc: Doc, start: int, text: str) -> Paragraph:
    """The attributions of a parsed paragraph at a place of the text."""
    p = Words(doc, start, text)
    for token in doc:
        found = found_at(p, token)
        if found is not None and found.content:
            p.found.append(found)
    give_way(p)
    signed_quotes(p)
    loose = continue_quotes(p)
    governed_quotes(p)
    if not loose:
        p.found = [found for found in p.found if not is_unheard(p, found)]
    made = (finished(p, found) for found in p.found)
    return Paragraph([m for m in made if m is not None], loose, announced(p))


def found_at(p: Words, token: Token) -> Found | None:
    """What is attributed by this word, if it is a cue."""
    outside = p.quote_of[token.i] < 0
    if token.pos_ in ("VERB", "AUX") and (
        c.lemma_of(token) in EVERY_VERB or is_said(token) or c.is_put(token)
    ):
        return of_verb(p, token)
    if token.text == ":" and opens_quote(p, token):
        return of_verb_colon(p, token)
    if token.text == ":" and (outside or p.quotes[0].start == 0):
        return of_colon(p, token)
    if token.text in DASHES and outside:
        return of_signature(p, token)
    if is_feeling(token):
        return of_feeling(token)
    if token.lower_ == "according":
        return of_according(p, token)
    if token.pos_ == "NOUN" and c.lemma_of(token) in NOUNS:
        return of_noun(p, token) or of_mistagged(p, token)
    return None


def is_unheard(p: Words, found: Found) -> bool:
    """Whether it is told inside of a quotation that nobody is found to say."""
    number = p.quote_of[found.cue.i]
    if number < 0 or found.cue.text == ":":
        return False
    return not any(found.cue.i in outer.content for outer in p.found if outer is not found)


def announced(p: Words) -> Attribution | None:
    """ "Borrell said the following:" at the end of a paragraph: the next one is his."""
    if not p.doc.text.rstrip().endswith(":"):
        return None
    for token in reversed(p.doc):
        source = None
        if token.lower_ == "according":
            source = according_source(token)
        elif token.pos_ == "VERB" and c.lemma_of(token) in CLAUSE and p.quote_of[token.i] < 0:
            source = c.subject(token)
        if source is not None:
            return bare(p, token, source)
    verb = verb_before(p, len(p.doc))
    return None if verb is None else bare(p, verb, c.subject(verb) or verb)


def signed(below: tuple[int, Doc], text: str) -> Attribution | None:
    """ "— Ruiz", a paragraph of its own below a quotation: whose words these are."""
    start, doc = below
    name = [t for t in doc[1:] if not t.is_space]
    if doc[0].text not in DASHES or not 0 < len(name) < 6 or any(t.pos_ != "PROPN" for t in name):
        return None
    return bare(Words(doc, start, text), doc[0], name[-1])


def bare(p: Words, cue: Token, source: Token) -> Attribution:
    """An attribution that has no content yet."""
    head, at = p.span(source.i, source.i + 1), p.span(cue.i, cue.i + 1)
    return Attribution((p.span(*c.noun_phrase(source)),), head, at, (), "indirect", c.lemma_of(cue))


def finished(p: Words, found: Found) -> Attribution | None:
    content = p.spans(found.content)
    if not content:
        return None
    made = bare(p, found.cue, found.source)
    felt = is_feeling(found.cue)
    attitude = felt or (made.verb in ATTITUDE and made.verb not in CLAUSE | OBJECT)
    return replace(made, content=content, form=p.form(found.content), attitude=attitude)
