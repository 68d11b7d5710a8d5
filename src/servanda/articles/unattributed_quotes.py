"""Quotations that no cue took: signed by a name beside them, or going on from what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.articles import clauses as c
from servanda.articles.cues import CLAUSE
from servanda.articles.model import Span
from servanda.articles.parsed_paragraph import Found, Words
from servanda.articles.sources import verb_before

if TYPE_CHECKING:
    from spacy.tokens import Token

LONG = 4
FAR = 30
NO_NAME = ("who", "which", "that", "this")
BEFORE_VERB = ("PROPN", "PRON", "NOUN", "DET", "ADJ", "ADV", "PUNCT")


def signed_quotes(p: Words) -> None:
    """ "“…,” Trump responded": a quotation whose cue the parser did not join to it."""
    claimed = claimed_quotes(p)
    taken = {found.cue.i for found in p.found}
    for number, words in enumerate(p.words):
        if number in claimed or len(words) < 3:
            continue
        cue = named_by = cue_after(p, words)
        if cue is None:
            named_by, cue = cue_past_aside(p, words)
        if cue is None or named_by is None or cue.i in taken:
            continue
        source = name_beside(p, named_by, words[-1])
        if source is not None:
            found = Found(cue, source, set(words))
            found.quotes = {number}
            if number + 1 < len(p.words) and is_second_half(p, number + 1, cue):
                found.quotes.add(number + 1)
                found.content |= set(p.words[number + 1])
            p.found.append(found)
            taken.add(cue.i)


def governed_quotes(p: Words) -> None:
    """ "Ruiz went after Doran as a “…”": a longer quotation that nobody took belongs to the verb
    before it in its sentence."""
    claimed = {n for found in p.found for n in found.quotes}
    claimed |= {p.quote_of[i] for found in p.found for i in found.content}
    for number, words in enumerate(p.words):
        if number in claimed or sum(p.doc[i].is_alpha for i in words) < LONG:
            continue
        verb = verb_before(p, words[0])
        source = None if verb is None else c.subject(verb)
        if verb is None or source is None or p.quote_of[source.i] >= 0:
            continue
        reach = set(range(verb.i + 1, words[-1] + 1)) - set(range(*c.noun_phrase(source)))
        found = next((f for f in p.found if f.cue == verb or verb.i in f.content), None)
        if found is None and source.ent_type_ != "PERSON":
            continue
        if found is None:
            found = Found(verb, source, reach)
            p.found.append(found)
        found.content |= reach
        found.quotes.add(number)


def claimed_quotes(p: Words) -> set[int]:
    """Quotations that somebody says from outside of them; a transcript's line begins inside."""
    return {
        number
        for found in p.found
        for number in found.quotes
        if p.quote_of[found.cue.i] != number or found.cue.text == ":"
    }


def is_second_half(p: Words, number: int, cue: Token) -> bool:
    """ "“The risk,” said Ruiz, who leads the fund, “is …”": the sentence goes on."""
    first = p.words[number][0]
    between = p.doc[cue.i : first]
    full = any(t.text in (".", "!", "?", ";") for t in between)
    return not full and len(between) < 40 and between[-1].text == ","


def cue_after(p: Words, words: range) -> Token | None:
    """A verb of saying within a few words after a quotation, in the same sentence; any verb where
    a whole sentence is quoted and only who says it stands between ("“…,” she went on")."""
    i = words[-1] + 1
    whole = p.doc[i - 2].text in (",", "?", "!", "—") and stands_alone(p, words)
    for token in p.doc[i : i + 9]:
        if p.quote_of[token.i] >= 0 or token.text in (".", "!", "?", ";", ":"):
            return None
        if token.tag_ in ("VBD", "VBZ", "VBP", "VBN") and c.lemma_of(token) in CLAUSE:
            return None if p.doc[i - 2].text == "." and not ends_sentence(token) else token
        if whole and token.tag_ in ("VBD", "VBZ", "VBP") and (token.i > i or names_next(token)):
            return token if token.pos_ == "VERB" else None
        if whole and is_hidden_cue(token, i):
            return token
        whole = whole and token.pos_ in BEFORE_VERB and token.lower_ not in NO_NAME
    return None


def ends_sentence(token: Token) -> bool:
    return token.i + 1 == len(token.doc) or token.nbor(1).text in (".", ":")


def cue_past_aside(p: Words, words: range) -> tuple[Token | None, Token | None]:
    """ "“…,” Doran, who founded the site and still edits it, tweeted": the comma after the name,
    and the verb after the comma that closes the aside."""
    first = words[-1] + 1
    comma = next((t for t in p.doc[first : first + 8] if t.text == ","), None)
    for token in p.doc[comma.i + 1 : comma.i + FAR] if comma is not None else ():
        if p.quote_of[token.i] >= 0 or token.text in (".", "!", "?", ";", ":"):
            break
        says = token.tag_ in ("VBD", "VBZ", "VBN") and c.lemma_of(token) in CLAUSE
        if says and p.doc[token.i - 1].text == ",":
            return comma, token
    return None, None


def names_next(verb: Token) -> bool:
    """ "“…,” remembered Roy Doran": a name, or a noun with its article, right after."""
    after = verb.nbor(1) if verb.i + 1 < len(verb.doc) else verb
    return after.pos_ == "PROPN" or after.lower_ in ("the", "a", "an")


def is_hidden_cue(token: Token, start: int) -> bool:
    """ "“…,” the editorial read.": a verb of saying that the parser took for something else."""
    after = token.nbor(1) if token.i + 1 < len(token.doc) else token
    if token.i == start:
        ends = after.lower_ in ("the", "a", "an") or after.pos_ == "PROPN"
    else:
        ends = after.is_punct or after.pos_ == "ADP" or after.ent_type_ in c.TIMES
    return ends and c.surface_lemma(token.lower_) in CLAUSE


def name_beside(p: Words, cue: Token, end: int) -> Token | None:
    """The noun next to a cue: before it, back to the quotation, or right after it."""
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


def continue_quotes(p: Words) -> tuple[Span, ...]:
    """Quotations that stand as sentences of their own go on with what was said before them."""
    claimed = claimed_quotes(p)
    loose: list[Span] = []
    for number, words in enumerate(p.words):
        if number in claimed or not words or not stands_alone(p, words):
            continue
        earlier = [f for f in p.found if f.cue.i < words[0] and p.quote_of[f.cue.i] < 0]
        if earlier:
            last = who_goes_on(earlier)
            if follows_on(p, last, words):
                last.content |= set(words)
                last.quotes.add(number)
                claimed.add(number)
        elif words[0] == 0:
            loose.append(p.span(words[0], words[-1] + 1))
        elif (root := person_before(p, words[0])) is not None:
            found = Found(root, c.subject(root) or root, set(words))
            found.quotes = {number}
            p.found.append(found)
    return tuple(loose)


def person_before(p: Words, first: int) -> Token | None:
    """ "Ruiz shrugged. “…”": the verb of the sentence right before a quotation, of a person."""
    if p.quote_of[first - 1] >= 0:
        return None
    root = p.doc[first - 1].sent.root
    source = c.subject(root) if root.i < first else None
    known = source is not None and (source.ent_type_ == "PERSON" or source.lower_ in ("he", "she"))
    return root if known else None


def who_goes_on(earlier: list[Found]) -> Found:
    """Whose words a new quotation continues: of the last sentence, who was quoted first."""
    sentence = max(earlier, key=lambda f: f.cue.i).cue.sent.start
    here = [f for f in earlier if f.cue.sent.start == sentence]
    return min(here, key=lambda f: (not f.quotes, f.cue.i))


def stands_alone(p: Words, words: range) -> bool:
    before = p.doc[words[0] - 1] if words[0] else None
    starts = before is None or before.text[-1] in '.!?:”"' or before.is_space
    return starts and len(words) > 3


def follows_on(p: Words, found: Found, words: range) -> bool:
    """Whether the sentence before a quotation is that of the attribution."""
    between = p.doc[found.cue.i : words[0]]
    stops = [t for t in between[:-1] if t.text in (".", "!", "?") and p.quote_of[t.i] < 0]
    return not any(t.is_sent_end for t in stops)


def give_way(p: Words) -> None:
    """ "endorses Ruiz, who says …": what is said of somebody ends where that one speaks."""
    for outer in p.found:
        if not outer.object:
            continue
        for inner in p.found:
            if inner.source.tag_ in ("WP", "WDT") and inner.source.i in outer.content:
                outer.content = {i for i in outer.content if i < inner.source.i}
    p.found = [found for found in p.found if found.content]
