"""Verbs of saying as cues: their source and content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.articles import verb_syntax as syntax
from servanda.articles.content import (
    clause_content,
    governs_quote,
    linked_quotes,
    object_content,
    resumes_after_cue,
    sentence_after_colon,
    surrounding_sentence,
    that_clause_after,
    unmarked_clause,
)
from servanda.articles.content_extent import (
    cut_asides,
    cut_at_sentence_end,
    cut_other_speakers,
    cut_relative_clauses,
    extend_over_complements,
    extend_over_joined_clauses,
    extend_over_next_quote,
    extend_over_verbless_tail,
    extend_to_punctuation,
    extend_to_whole_quotes,
)
from servanda.articles.cue_words import (
    ATTITUDE,
    CLAUSE,
    EVERY_VERB,
    OBJECT,
    OF_THINGS,
    PREPOSITION,
    RESEARCH,
)
from servanda.articles.fallback_subjects import (
    current_speaker,
    inverted_subject,
    last_speaker,
    main_subject,
    name_before,
    sentence_opening_name,
    subject_between_commas,
)
from servanda.articles.parsed_paragraph import Candidate, ParsedParagraph

if TYPE_CHECKING:
    from spacy.tokens import Token

NOBODY = frozenset(("nothing", "nobody", "none", "pattern", "trend"))
WH = ("WP", "WDT", "WRB", "EX")
NOT_SAID = frozenset("make be prove ensure mean happen see take have get do forget".split())  # noqa: SIM905


def from_verb(p: ParsedParagraph, verb: Token) -> Candidate | None:
    if syntax.is_not_asserted(verb) and not syntax.is_as_reported(verb):
        return None
    source = syntax.subject(verb)
    if source is not None and p.quote_of[source.i] >= 0 and p.quote_of[verb.i] < 0:
        source = None
    source = subject_between_commas(p, verb) or current_speaker(p, verb, source)
    source = source or sentence_opening_name(p, verb) or last_speaker(p, verb) or main_subject(verb)
    content: set[int] = set()
    linked: set[int] = set()
    of_object = False
    lemma = syntax.lemma_of(verb)
    if lemma in CLAUSE or lemma not in EVERY_VERB:
        if source is None:
            source = inverted_subject(p, verb) or name_before(p, verb)
        if source is None:
            return None
        linked = linked_quotes(p, verb, source)
        content = clause_content(p, verb, source)
        for number in linked:
            content |= set(p.quote_tokens[number])
        if linked and resumes_after_cue(p, linked, verb):
            content |= surrounding_sentence(p, verb, source)
        if not content and governs_quote(p, verb):
            content = syntax.governed(verb)
        if not content:
            content = (
                that_clause_after(p, verb) or sentence_after_colon(p, verb) or unmarked_clause(verb)
            )
        if not content:
            content = surrounding_sentence(p, verb, source)
    if not content and source is not None:
        if lemma in PREPOSITION:
            content = syntax.after_preposition(verb)
        what = verb.head if source.tag_ == "WDT" else source
        thing = lemma in OF_THINGS and syntax.lemma_of(what) in RESEARCH
        if not content and (lemma in OBJECT or lemma in ATTITUDE or lemma == "say" or thing):
            content = object_content(p, verb)
        of_object = True
    content |= relative_object(verb)
    if source is None or not content or source.lower_ in NOBODY:
        return None
    content = cut_at_sentence_end(p, content, verb) | relative_object(verb)
    if not content:
        return None
    if of_object:
        content = cut_relative_clauses(p, content, verb)
    content = extend_over_complements(p, content, verb)
    content = extend_over_verbless_tail(p, content, verb)
    content = (extend_to_punctuation if of_object else extend_over_joined_clauses)(p, content, verb)
    content = cut_other_speakers(p, cut_asides(p, content, verb), verb)
    content = extend_to_whole_quotes(p, extend_over_next_quote(p, content, verb), verb)
    if p.quote_of[verb.i] >= 0:
        content &= set(p.quote_tokens[p.quote_of[verb.i]])
    if source.tag_ in ("WDT", "WP") and source.i < verb.i:
        content = {i for i in content if i > source.i}
    content -= set(range(*syntax.noun_phrase(source))) | {verb.i}
    if source.i > verb.i:
        content -= {
            t.i for ch in source.rights if ch.dep_ in ("relcl", "appos") for t in ch.subtree
        }
    if len(content) < 2 and not linked and not is_single_name(p, content, of_object):
        return None
    if lemma in ("begin", "finish") and not linked:
        return None
    if syntax.cannot_speak(source, verb) and (not linked or source.lower_ == "that"):
        return None
    if (
        syntax.needs_a_clause(verb)
        and not linked
        and not any(ch.dep_ == "ccomp" for ch in verb.children)
    ):
        return None
    found = Candidate(verb, source, content)
    found.takes_object = of_object
    found.quotes = linked | {p.quote_of[i] for i in content} - {-1}
    return found


def relative_object(verb: Token) -> set[int]:
    """ "…, which friends described as": tokens of a relative pronoun that belong to the content."""
    own = any(ch.dep_ == "nsubj" and ch.tag_ not in ("WDT", "WP") for ch in verb.children)
    if verb.dep_ != "relcl" or not own:
        return set()
    said = syntax.lemma_of(verb) in CLAUSE or syntax.lemma_of(verb) in OBJECT
    moved = {t.i for t in verb.lefts if t.lower_ in ("which", "that") and t.dep_ == "dobj"}
    rest = {t.i for ch in verb.rights if ch.dep_ == "oprd" or ch.lower_ == "as" for t in ch.subtree}
    return moved | rest if said and moved else set()


def is_unlisted_cue(verb: Token) -> bool:
    """ "Ruiz sniped that …": an unlisted verb with a person as subject and a that-clause."""
    person = syntax.own_subject(verb)
    if person is None or verb.tag_ not in ("VBD", "VBZ", "VBP", "VBG"):
        return False
    speaks = person.ent_type_ in ("PERSON", "ORG") or person.lower_ in ("he", "she", "who")
    that = any(
        t.lower_ == "that" and t.dep_ == "mark" for ch in syntax.clauses_of(verb) for t in ch.lefts
    )
    return speaks and that and syntax.lemma_of(verb) not in NOT_SAID


def is_single_name(p: ParsedParagraph, content: set[int], of_object: bool) -> bool:
    """ "praised Ruiz": one word suffices as content if it is a noun or name."""
    words = [p.doc[i] for i in content]
    named = all(t.pos_ in ("PROPN", "PRON", "NOUN") and t.tag_ not in WH for t in words)
    return of_object and named
