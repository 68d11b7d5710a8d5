"""Find the speaker when the parser gives a cue no subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.articles import verb_syntax as syntax
from servanda.articles.content_extent import DASHES
from servanda.articles.cue_words import CLAUSE
from servanda.articles.parsed_paragraph import ParsedParagraph

if TYPE_CHECKING:
    from spacy.tokens import Token

FINITE = ("VBD", "VBZ", "VBP")
NOMINAL = ("NOUN", "PROPN", "PRON")
FAR = 40
CLOSES = {",": ",", ")": "(", "]": "["} | {dash: dash for dash in DASHES}
OBJECTS = frozenset("it her him them us me itself himself herself there this that which".split())  # noqa: SIM905


def inverted_subject(p: ParsedParagraph, verb: Token) -> Token | None:
    """ "“…,” said Trump": a noun after the verb that the parser labelled an object."""
    for child in verb.rights:
        if child.dep_ in ("dobj", "attr", "npadvmod", "oprd") and child.pos_ in (
            "PROPN",
            "PRON",
        ):
            return child if verb.i and p.quote_of[verb.i - 1] >= 0 else None
    opens = verb.i == verb.sent.start and verb.tag_ in FINITE
    return next((ch for ch in verb.rights if ch.dep_ == "dobj"), None) if opens else None


def subject_between_commas(p: ParsedParagraph, verb: Token) -> Token | None:
    """ "A plan like that, wrote the judge, can only fail": the name between a cue and a comma."""
    follows = verb.tag_ in ("VBD", "VBZ") and syntax.lemma_of(verb) in CLAUSE and verb.i > 1
    if not follows or p.doc[verb.i - 1].text != "," or p.quote_of[verb.i] >= 0:
        return None
    for token in p.doc[verb.i + 1 : verb.i + 8]:
        after = p.doc[token.i + 1].text if token.i + 1 < len(p.doc) else "."
        if token.pos_ not in ("PROPN", "NOUN", "DET", "ADJ"):
            return None
        if token.pos_ in ("PROPN", "NOUN") and after == ",":
            return token
    return None


def last_speaker(p: ParsedParagraph, verb: Token) -> Token | None:
    """ "“…,” adding, “…”": the last speaker of the paragraph."""
    follows = verb.tag_ == "VBG" and verb.i > 1 and p.doc[verb.i - 1].text in (",", "and")
    if not follows or syntax.lemma_of(verb) not in CLAUSE or not p.candidates:
        return None
    last = max(p.candidates, key=lambda found: found.cue.i)
    return last.source if p.quote_of[last.cue.i] < 0 and last.cue.i < verb.i else None


def main_subject(verb: Token) -> Token | None:
    """ "Noting that prices rose, Ruiz said …": the subject after the comma that ends it."""
    if verb.tag_ != "VBG" or verb.i > verb.sent.start or syntax.lemma_of(verb) not in CLAUSE:
        return None
    for token in verb.doc[verb.i + 1 : verb.sent.end]:
        first = token.left_edge.i
        if token.dep_ == "nsubj" and verb.doc[first - 1].text == ",":
            return token
    return None


def current_speaker(p: ParsedParagraph, verb: Token, source: Token | None) -> Token | None:
    """ "Ruiz said that Doran “was late”, adding": the speaker continues, not Doran."""
    if source is None or verb.tag_ != "VBG" or source.head == verb or syntax.speaks(source.head):
        return source
    for found in p.candidates:
        if source.i in found.content and found.cue.i < verb.i and verb.i not in found.content:
            return found.source
    return source


def sentence_opening_name(p: ParsedParagraph, verb: Token) -> Token | None:
    """ "Trump, appearing after her, cited …": the name that begins the sentence."""
    if verb.tag_ not in FINITE or p.doc[verb.i - 1].text != ",":
        return None
    first = verb.sent.start
    for token in p.doc[first : min(first + 6, verb.i - 1)]:
        if token.text == ",":
            name = p.doc[token.i - 1]
            named = name.text.istitle() and p.quote_of[name.i] < 0 and name.i >= first
            return name if named else None
    return None


def name_before(p: ParsedParagraph, verb: Token) -> Token | None:
    """ "her adviser, Pavel Doran, said", "Ruiz (of Lima) then said": the noun before a finite verb,
    skipping adverbs, times, brackets and phrases between commas."""
    if verb.tag_ not in FINITE:
        return None
    first = max(verb.sent.start, verb.i - FAR)
    i = verb.i - 1
    while i >= first:
        token = p.doc[i]
        if token.text in CLOSES:
            i = opening_mark(p, i, first) - 1
        elif token.pos_ in ("ADV", "NUM") or token.ent_type_ in syntax.TIMES:
            i -= 1
        else:
            break
    if i < first or p.quote_of[i] >= 0:
        return None
    name = phrase_head(p.doc[i], first) if i < verb.i - 1 else p.doc[i]
    named = name.pos_ in NOMINAL or name.text.istitle()
    return name if named and name.lower_ not in OBJECTS else None


def opening_mark(p: ParsedParagraph, close: int, first: int) -> int:
    """Index of the comma, dash or bracket that opens what closes here; -1 if there is none."""
    for i in range(close - 1, first, -1):
        if p.quote_of[i] >= 0 or p.doc[i].text in (".", "!", "?", ";"):
            break
        if p.doc[i].text == CLOSES[p.doc[close].text]:
            return i
    return -1


def phrase_head(name: Token, first: int) -> Token:
    """The head of a noun phrase: "Doran and Ruiz", "the head of the fund"."""
    while name.head.i < name.i and name.head.i >= first:
        if name.dep_ == "conj" and name.head.pos_ in NOMINAL:
            name = name.head
        elif name.dep_ == "pobj" and name.head.lower_ == "of" and name.head.head.pos_ in NOMINAL:
            name = name.head.head
        else:
            break
    return name


def verb_before(p: ParsedParagraph, first: int) -> Token | None:
    """The nearest verb with a subject before index `first`, in the same sentence."""
    for i in range(first - 1, -1, -1):
        token = p.doc[i]
        if p.quote_of[i] >= 0 or token.text in (".", "!", "?", ";"):
            return None
        if token.pos_ in ("VERB", "AUX") and syntax.subject(token) is not None:
            return token
    return None
