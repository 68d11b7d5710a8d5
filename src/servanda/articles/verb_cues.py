"""Verbs of saying: who says, and what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.articles import clauses as c
from servanda.articles.content import (
    after_colon,
    after_that,
    around,
    bare_rest,
    clause_content,
    goes_on,
    inside_quote,
    linked_quotes,
    object_content,
)
from servanda.articles.content_extent import (
    run_on,
    to_punctuation,
    whole_quotes,
    with_clauses,
    with_next_quote,
    with_tail,
    within_sentence,
    without_asides,
    without_others,
    without_people,
)
from servanda.articles.cues import (
    ATTITUDE,
    CLAUSE,
    EVERY_VERB,
    OBJECT,
    OF_THINGS,
    PREPOSITION,
    RESEARCH,
)
from servanda.articles.parsed_paragraph import Found, Words
from servanda.articles.sources import (
    amid,
    goes_on_saying,
    inverted_subject,
    main_subject,
    name_left,
    opener,
    teller,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

NOBODY = frozenset(("nothing", "nobody", "none", "pattern", "trend"))
WH = ("WP", "WDT", "WRB", "EX")
NOT_SAID = frozenset("make be prove ensure mean happen see take have get do forget".split())  # noqa: SIM905


def of_verb(p: Words, verb: Token) -> Found | None:
    if c.is_idle(verb) and not c.is_as_reported(verb):
        return None
    source = c.subject(verb)
    if source is not None and p.quote_of[source.i] >= 0 and p.quote_of[verb.i] < 0:
        source = None
    source = amid(p, verb) or teller(p, verb, source)
    source = source or opener(p, verb) or goes_on_saying(p, verb) or main_subject(verb)
    content: set[int] = set()
    linked: set[int] = set()
    of_object = False
    lemma = c.lemma_of(verb)
    if lemma in CLAUSE or lemma not in EVERY_VERB:
        if source is None:
            source = inverted_subject(p, verb) or name_left(p, verb)
        if source is None:
            return None
        linked = linked_quotes(p, verb, source)
        content = clause_content(p, verb, source)
        for number in linked:
            content |= set(p.words[number])
        if linked and goes_on(p, linked, verb):
            content |= around(p, verb, source)
        if not content and inside_quote(p, verb):
            content = c.governed(verb)
        if not content:
            content = after_that(p, verb) or after_colon(p, verb) or bare_rest(verb)
        if not content:
            content = around(p, verb, source)
    if not content and source is not None:
        if lemma in PREPOSITION:
            content = c.after_preposition(verb)
        what = verb.head if source.tag_ == "WDT" else source
        thing = lemma in OF_THINGS and c.lemma_of(what) in RESEARCH
        if not content and (lemma in OBJECT or lemma in ATTITUDE or lemma == "say" or thing):
            content = object_content(p, verb)
        of_object = True
    content |= which_said(verb)
    if source is None or not content or source.lower_ in NOBODY:
        return None
    content = within_sentence(p, content, verb) | which_said(verb)
    if not content:
        return None
    if of_object:
        content = without_people(p, content, verb)
    content = run_on(p, content, verb)
    content = with_tail(p, content, verb)
    content = (to_punctuation if of_object else with_clauses)(p, content, verb)
    content = without_others(p, without_asides(p, content, verb), verb)
    content = whole_quotes(p, with_next_quote(p, content, verb), verb)
    if p.quote_of[verb.i] >= 0:
        content &= set(p.words[p.quote_of[verb.i]])
    if source.tag_ in ("WDT", "WP") and source.i < verb.i:
        content = {i for i in content if i > source.i}
    content -= set(range(*c.noun_phrase(source))) | {verb.i}
    if source.i > verb.i:
        content -= {
            t.i for ch in source.rights if ch.dep_ in ("relcl", "appos") for t in ch.subtree
        }
    if len(content) < 2 and not linked and not is_named(p, content, of_object):
        return None
    if lemma in ("begin", "finish") and not linked:
        return None
    if c.is_no_speaker(source, verb) and (not linked or source.lower_ == "that"):
        return None
    if c.is_weak(verb) and not linked and not any(ch.dep_ == "ccomp" for ch in verb.children):
        return None
    found = Found(verb, source, content)
    found.object = of_object
    found.quotes = linked | {p.quote_of[i] for i in content} - {-1}
    return found


def which_said(verb: Token) -> set[int]:
    """ "…, which friends described as", "moves that he said": the pronoun is part of it."""
    own = any(ch.dep_ == "nsubj" and ch.tag_ not in ("WDT", "WP") for ch in verb.children)
    if verb.dep_ != "relcl" or not own:
        return set()
    said = c.lemma_of(verb) in CLAUSE or c.lemma_of(verb) in OBJECT
    moved = {t.i for t in verb.lefts if t.lower_ in ("which", "that") and t.dep_ == "dobj"}
    rest = {t.i for ch in verb.rights if ch.dep_ == "oprd" or ch.lower_ == "as" for t in ch.subtree}
    return moved | rest if said and moved else set()


def is_said(verb: Token) -> bool:
    """ "Ruiz sniped that …": a verb no list has, with a person before it and a clause after."""
    person = c.own_subject(verb)
    if person is None or verb.tag_ not in ("VBD", "VBZ", "VBP", "VBG"):
        return False
    speaks = person.ent_type_ in ("PERSON", "ORG") or person.lower_ in ("he", "she", "who")
    that = any(
        t.lower_ == "that" and t.dep_ == "mark" for ch in c.clauses_of(verb) for t in ch.lefts
    )
    return speaks and that and c.lemma_of(verb) not in NOT_SAID


def is_named(p: Words, content: set[int], of_object: bool) -> bool:
    """ "praised Ruiz": one word is enough where it names somebody or something."""
    words = [p.doc[i] for i in content]
    named = all(t.pos_ in ("PROPN", "PRON", "NOUN") and t.tag_ not in WH for t in words)
    return of_object and named
