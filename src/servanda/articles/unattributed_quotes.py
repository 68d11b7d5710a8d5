"""Attach quotations without a cue: by a name next to them, or as continuation of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.articles import verb_syntax as syntax
from servanda.articles.cue_words import CLAUSE
from servanda.articles.fallback_subjects import verb_before
from servanda.articles.model import TextSpan
from servanda.articles.parsed_paragraph import Candidate, ParsedParagraph

if TYPE_CHECKING:
    from spacy.tokens import Token

LONG = 4
FAR = 30
NO_NAME = ("who", "which", "that", "this")
BEFORE_VERB = ("PROPN", "PRON", "NOUN", "DET", "ADJ", "ADV", "PUNCT")


def attach_signed_quotes(p: ParsedParagraph) -> None:
    """ "“…,” Trump responded": attach quotations that the parser did not link to their cue."""
    claimed = claimed_quotes(p)
    taken = {found.cue.i for found in p.candidates}
    for number, words in enumerate(p.quote_tokens):
        if number in claimed or len(words) < 3:
            continue
        cue = named_by = cue_after(p, words)
        if cue is None:
            named_by, cue = cue_past_aside(p, words)
        if cue is None or named_by is None or cue.i in taken:
            continue
        source = name_beside(p, named_by, words[-1])
        if source is not None:
            found = Candidate(cue, source, set(words))
            found.quotes = {number}
            if number + 1 < len(p.quote_tokens) and is_second_half(p, number + 1, cue):
                found.quotes.add(number + 1)
                found.content |= set(p.quote_tokens[number + 1])
            p.candidates.append(found)
            taken.add(cue.i)


def attach_governed_quotes(p: ParsedParagraph) -> None:
    """ "Ruiz went after Doran as a “…”": attach longer quotations to the verb before them."""
    claimed = {n for found in p.candidates for n in found.quotes}
    claimed |= {p.quote_of[i] for found in p.candidates for i in found.content}
    for number, words in enumerate(p.quote_tokens):
        if number in claimed or sum(p.doc[i].is_alpha for i in words) < LONG:
            continue
        verb = verb_before(p, words[0])
        source = None if verb is None else syntax.subject(verb)
        if verb is None or source is None or p.quote_of[source.i] >= 0:
            continue
        reach = set(range(verb.i + 1, words[-1] + 1)) - set(range(*syntax.noun_phrase(source)))
        found = next((f for f in p.candidates if f.cue == verb or verb.i in f.content), None)
        if found is None and source.ent_type_ != "PERSON":
            continue
        if found is None:
            found = Candidate(verb, source, reach)
            p.candidates.append(found)
        found.content |= reach
        found.quotes.add(number)


def claimed_quotes(p: ParsedParagraph) -> set[int]:
    """Quotations with a cue outside of them; in a transcript the cue may be inside."""
    return {
        number
        for found in p.candidates
        for number in found.quotes
        if p.quote_of[found.cue.i] != number or found.cue.text == ":"
    }


def is_second_half(p: ParsedParagraph, number: int, cue: Token) -> bool:
    """ "“The risk,” said Ruiz, who leads the fund, “is …”": the quoted sentence continues."""
    first = p.quote_tokens[number][0]
    between = p.doc[cue.i : first]
    full = any(t.text in (".", "!", "?", ";") for t in between)
    return not full and len(between) < 40 and between[-1].text == ","


def cue_after(p: ParsedParagraph, words: range) -> Token | None:
    """A verb of saying within a few words after a quotation, in the same sentence.

    Any verb counts if a whole sentence is quoted and only its speaker is between ("“…,” she went
    on").
    """
    i = words[-1] + 1
    whole = p.doc[i - 2].text in (",", "?", "!", "—") and stands_alone(p, words)
    for token in p.doc[i : i + 9]:
        if p.quote_of[token.i] >= 0 or token.text in (".", "!", "?", ";", ":"):
            return None
        if token.tag_ in ("VBD", "VBZ", "VBP", "VBN") and syntax.lemma_of(token) in CLAUSE:
            return None if p.doc[i - 2].text == "." and not ends_sentence(token) else token
        if (
            whole
            and token.tag_ in ("VBD", "VBZ", "VBP")
            and (token.i > i or is_followed_by_name(token))
        ):
            return token if token.pos_ == "VERB" else None
        if whole and is_mistagged_cue(token, i):
            return token
        whole = whole and token.pos_ in BEFORE_VERB and token.lower_ not in NO_NAME
    return None


def ends_sentence(token: Token) -> bool:
    return token.i + 1 == len(token.doc) or token.nbor(1).text in (".", ":")


def cue_past_aside(p: ParsedParagraph, words: range) -> tuple[Token | None, Token | None]:
    """ "“…,” Doran, who founded the site and still edits it, tweeted": the comma after the name
    and the verb after the aside."""
    first = words[-1] + 1
    comma = next((t for t in p.doc[first : first + 8] if t.text == ","), None)
    for token in p.doc[comma.i + 1 : comma.i + FAR] if comma is not None else ():
        if p.quote_of[token.i] >= 0 or token.text in (".", "!", "?", ";", ":"):
            break
        says = token.tag_ in ("VBD", "VBZ", "VBN") and syntax.lemma_of(token) in CLAUSE
        if says and p.doc[token.i - 1].text == ",":
            return comma, token
    return None, None


def is_followed_by_name(verb: Token) -> bool:
    """Whether a name, or an article and a noun, follows: "“…,” remembered Roy Doran"."""
    after = verb.nbor(1) if verb.i + 1 < len(verb.doc) else verb
    return after.pos_ == "PROPN" or after.lower_ in ("the", "a", "an")


def is_mistagged_cue(token: Token, start: int) -> bool:
    """ "“…,” the editorial read.": a verb of saying that the parser mistagged."""
    after = token.nbor(1) if token.i + 1 < len(token.doc) else token
    if token.i == start:
        ends = after.lower_ in ("the", "a", "an") or after.pos_ == "PROPN"
    else:
        ends = after.is_punct or after.pos_ == "ADP" or after.ent_type_ in syntax.TIMES
    return ends and syntax.surface_lemma(token.lower_) in CLAUSE


def name_beside(p: ParsedParagraph, cue: Token, end: int) -> Token | None:
    """The noun next to a cue: between quotation and cue, or directly after it."""
    before = p.doc[end + 1 : cue.i]
    for token in reversed(before):
        if token.pos_ in ("PROPN", "PRON", "NOUN") and token.is_alpha:
            return token
    if len(before) > 1 and before[0].pos_ == "DET":
        return before[-1]
    after = next(
        (t for t in p.doc[cue.i + 1 : cue.i + 8] if t.pos_ in ("PROPN", "PRON", "NOUN")),
        None,
    )
    while after is not None and after.dep_ == "compound" and after.head.i > after.i:
        after = after.head
    return after


def attach_continued_quotes(p: ParsedParagraph) -> tuple[TextSpan, ...]:
    """Attach quotations that are whole sentences to the statement before them.

    Returns the ones at the beginning of the paragraph that have none.
    """
    claimed = claimed_quotes(p)
    unattributed: list[TextSpan] = []
    for number, words in enumerate(p.quote_tokens):
        if number in claimed or not words or not stands_alone(p, words):
            continue
        earlier = [f for f in p.candidates if f.cue.i < words[0] and p.quote_of[f.cue.i] < 0]
        if earlier:
            last = continued_candidate(earlier)
            if follows_on(p, last, words):
                last.content |= set(words)
                last.quotes.add(number)
                claimed.add(number)
        elif words[0] == 0:
            unattributed.append(p.span(words[0], words[-1] + 1))
        elif (root := person_before(p, words[0])) is not None:
            found = Candidate(root, syntax.subject(root) or root, set(words))
            found.quotes = {number}
            p.candidates.append(found)
    return tuple(unattributed)


def person_before(p: ParsedParagraph, first: int) -> Token | None:
    """ "Ruiz shrugged. “…”": the verb of the sentence before a quotation, of a person."""
    if p.quote_of[first - 1] >= 0:
        return None
    root = p.doc[first - 1].sent.root
    source = syntax.subject(root) if root.i < first else None
    known = source is not None and (source.ent_type_ == "PERSON" or source.lower_ in ("he", "she"))
    return root if known else None


def continued_candidate(earlier: list[Candidate]) -> Candidate:
    """The candidate that a new quotation continues: the first quoted one of the last sentence."""
    sentence = max(earlier, key=lambda f: f.cue.i).cue.sent.start
    here = [f for f in earlier if f.cue.sent.start == sentence]
    return min(here, key=lambda f: (not f.quotes, f.cue.i))


def stands_alone(p: ParsedParagraph, words: range) -> bool:
    before = p.doc[words[0] - 1] if words[0] else None
    starts = before is None or before.text[-1] in '.!?:”"' or before.is_space
    return starts and len(words) > 3


def follows_on(p: ParsedParagraph, found: Candidate, words: range) -> bool:
    """Whether the attribution's sentence is the one directly before the quotation."""
    between = p.doc[found.cue.i : words[0]]
    stops = [t for t in between[:-1] if t.text in (".", "!", "?") and p.quote_of[t.i] < 0]
    return not any(t.is_sent_end for t in stops)


def cut_at_inner_speaker(p: ParsedParagraph) -> None:
    """ "endorses Ruiz, who says …": cut the outer content where the inner speaker begins."""
    for outer in p.candidates:
        if not outer.takes_object:
            continue
        for inner in p.candidates:
            if inner.source.tag_ in ("WP", "WDT") and inner.source.i in outer.content:
                outer.content = {i for i in outer.content if i < inner.source.i}
    p.candidates = [found for found in p.candidates if found.content]
