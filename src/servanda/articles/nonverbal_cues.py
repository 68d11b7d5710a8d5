"""Cues other than verbs of saying: "according to", nouns, adjectives, colons, signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.articles import verb_syntax as syntax
from servanda.articles.content import that_clause_after
from servanda.articles.content_extent import extend_to_whole_quotes
from servanda.articles.cue_words import ATTITUDE, CLAUSE, FEELINGS, RESEARCH
from servanda.articles.fallback_subjects import verb_before
from servanda.articles.parsed_paragraph import Candidate, ParsedParagraph

if TYPE_CHECKING:
    from spacy.tokens import Token

SLOGANS = frozenset("latest wow boom breaking exclusive video watch live opinion update".split())  # noqa: SIM905
HEADLINED = syntax.SPEAKERS | RESEARCH | {"insider", "expert", "official", "source"}
LIGHT = syntax.ISSUES | {"offer", "voice", "repeat", "renew", "reiterate", "hear", "level"}
PROCEDURES = frozenset("rule law plan schedule need ability size rank type index script".split())  # noqa: SIM905


def from_according_to(p: ParsedParagraph, token: Token) -> Candidate | None:
    """ "According to X, …": the rest of the sentence is the content."""
    source = according_source(token)
    if source is None or is_procedure(source) or p.doc.text.rstrip().endswith(":"):
        return None
    left, right = token.left_edge.i, token.right_edge.i + 1
    sentence = token.sent
    content = set(range(sentence.start, sentence.end)) - set(range(left, right))
    if not content:
        comma = next((t.i for t in p.doc[source.i : sentence.end] if t.text == ","), sentence.end)
        content = set(range(comma + 1, sentence.end)) if left == sentence.start else content
    for found in p.candidates:
        own = any(ch.dep_ == "poss" and ch.pos_ == "PRON" for ch in source.children)
        if own and token.i in found.content and found.cue.i < token.i:
            content = {i for i in content & found.content if i > found.cue.i}
        elif syntax.lemma_of(found.cue) in ATTITUDE:
            found.content -= set(range(left, right))
    if sentence.start and p.quote_of[sentence.start - 1] >= 0 and token.i > sentence.start:
        content |= set(p.quote_tokens[p.quote_of[sentence.start - 1]])
    while content and p.doc[max(content)].is_punct and p.quote_of[max(content)] < 0:
        content.discard(max(content))
    if p.quote_of[token.i] >= 0:
        content &= set(p.quote_tokens[p.quote_of[token.i]])
    found = Candidate(token, source, extend_to_whole_quotes(p, content, token))
    found.quotes = {p.quote_of[i] for i in content} - {-1}
    return found


def is_procedure(source: Token) -> bool:
    """ "according to plan": a procedure, no source; but "the plan published on Monday" is one."""
    return syntax.lemma_of(source) in PROCEDURES and not any(
        ch.dep_ in ("acl", "relcl") for ch in source.children
    )


def according_source(token: Token) -> Token | None:
    to = next((ch for ch in token.children if ch.lower_ == "to"), None)
    source = None if to is None else next((ch for ch in to.children if ch.dep_ == "pobj"), None)
    return source


def from_noun(p: ParsedParagraph, noun: Token) -> Candidate | None:
    """ "the minister's claim that …": the possessor is the source."""
    owner = next((ch for ch in noun.children if ch.dep_ == "poss"), None)
    if owner is None:
        owner = owner_after_noun(noun) or light_verb_subject(noun)
    if owner is None:
        return None
    content: set[int] = set()
    for child in noun.rights:
        if child.dep_ in ("acl", "ccomp", "relcl") and any(
            (g.lower_ == "that" and g.dep_ == "mark") or g.lower_ == "to" for g in child.lefts
        ):
            content |= {t.i for t in child.subtree}
    if not content and noun.dep_ == "nsubj" and noun.head.lemma_ == "be":
        content = {t.i for ch in noun.head.rights if ch.dep_ == "ccomp" for t in ch.subtree}
    if not content:
        return None
    found = Candidate(noun, owner, content)
    found.quotes = {p.quote_of[i] for i in content} - {-1}
    return found


def from_mistagged_verb(p: ParsedParagraph, noun: Token) -> Candidate | None:
    """ "Ruiz charges that …": a verb that the parser tagged as a noun."""
    name = p.doc[noun.i - 1] if noun.i > noun.sent.start else None
    named = name is not None and (name.tag_ in ("NNP", "NNPS", "PRP") or is_title(name))
    if noun.tag_ != "NNS" or name is None or not named:
        return None
    content = that_clause_after(p, noun)
    return Candidate(noun, name, content) if content and p.doc[noun.i + 1].i in content else None


def is_title(word: Token) -> bool:
    return word.text.istitle() and word.pos_ == "NOUN"


def owner_after_noun(noun: Token) -> Token | None:
    """ "the statement of the mediator that": the name after "of", "by" or "from"."""
    for child in noun.rights:
        if child.lower_ in ("of", "by", "from") and child.right_edge.i + 1 < len(noun.doc):
            after = noun.doc[child.right_edge.i + 1]
            name = next((ch for ch in child.children if ch.dep_ == "pobj"), None)
            if after.lower_ == "that" or (name is not None and name.ent_type_ == "PERSON"):
                return name
    return None


def light_verb_subject(noun: Token) -> Token | None:
    """ "made a promise to", "issued a statement that": the subject of the light verb."""
    verb = noun.head
    if noun.dep_ == "dobj" and syntax.lemma_of(verb) in LIGHT:
        return syntax.subject(verb)
    return None


def is_feeling(word: Token) -> bool:
    """Whether this is a predicative adjective of attitude: "is worried", "felt sure"."""
    if word.lower_ not in FEELINGS:
        return False
    said_of = word.head.lemma_ in ("be", "feel", "remain", "become")
    return said_of or (word.tag_ == "VBN" and syntax.is_passive(word))


def from_feeling(word: Token) -> Candidate | None:
    """ "is worried that …", "was eager to …": an attitude expressed by an adjective."""
    verb = word if syntax.is_passive(word) else word.head
    source = syntax.passive_subject(verb) or syntax.subject(verb)
    content = {
        t.i
        for ch in word.rights
        if ch.dep_ in ("ccomp", "xcomp", "prep", "agent", "advcl")
        and ch.lower_ not in ("as", "in", "on")
        for t in ch.subtree
    }
    found = None if source is None else Candidate(word, source, content)
    return found if found is not None and len(content) > 1 else None


def from_colon(p: ParsedParagraph, colon: Token) -> Candidate | None:
    """ "PENCE: Well, look": a line of a transcript, or a name before a quotation."""
    name = [t for t in p.doc[: colon.i] if not t.is_space and not t.is_quote]
    rest = set(range(colon.i + 1, len(p.doc)))
    if not name or len(name) > 5 or not rest or colon.i > 8:
        return None
    quoted = p.quote_of[min(rest)] >= 0
    shouted = all(t.is_upper or t.is_punct for t in name)
    named = all(t.pos_ == "PROPN" or t.is_punct for t in name)
    if not (shouted or (named and quoted) or is_headline(p, name)):
        return None
    found = Candidate(colon, name[-1], rest)
    found.quotes = {p.quote_of[i] for i in rest} - {-1}
    return found


def is_headline(p: ParsedParagraph, name: list[Token]) -> bool:
    """ "Poll: Voters are tired": capitalised words and a colon in the first line of the text."""
    capitals = all(t.text[:1].isupper() for t in name)
    named = len(name) == 1 or name[-1].pos_ == "PROPN"
    says = named or syntax.lemma_of(name[-1]) in HEADLINED
    slogan = any(t.lower_ in SLOGANS or t.lower_ == "over" for t in name)
    return p.start == 0 and len(name) < 4 and capitals and says and not slogan


def from_name_and_colon(p: ParsedParagraph, colon: Token) -> Candidate | None:
    """ "… in March. Ruiz: “…”", "Said Ruiz: “…”": only a name, or a verb of saying and a name,
    between a sentence end and a colon."""
    first = colon.i
    while first > 0 and p.doc[first - 1].pos_ == "PROPN":
        first -= 1
    if 0 < first < colon.i and syntax.lemma_of(p.doc[first - 1]) in CLAUSE:
        first -= 1
    before = p.doc[first - 1].text if first else "."
    if first == colon.i or before not in (".", "!", "?", "”", '"', "''", "-", "–", "—"):
        return None
    number = p.quote_of[colon.i + 1]
    found = Candidate(colon, p.doc[colon.i - 1], set(p.quote_tokens[number]))
    found.quotes = {number}
    return found


def opens_quote(p: ParsedParagraph, colon: Token) -> bool:
    after = colon.i + 1
    return after < len(p.doc) and p.quote_of[after] >= 0 and p.quote_of[colon.i] < 0


def from_verb_and_colon(p: ParsedParagraph, colon: Token) -> Candidate | None:
    """ "the judge interrupted me: “…”": with any verb, a quotation after a colon is a statement."""
    named = from_name_and_colon(p, colon)
    if named is not None:
        return named
    root = colon.sent.root if colon.i - colon.sent.start > 2 else None
    while root is not None and root.i > colon.i:
        root = next((ch for ch in root.lefts if ch.pos_ == "VERB" and ch.i < colon.i), None)
    if root is None and colon.i > 2:
        root = verb_before(p, colon.i)
    source = None if root is None else syntax.subject(root)
    if root is None or source is None or any(found.cue == root for found in p.candidates):
        return from_colon(p, colon)
    number = p.quote_of[colon.i + 1]
    if any(number in found.quotes for found in p.candidates):
        return None
    found = Candidate(root, source, set(p.quote_tokens[number]))
    found.quotes = {number}
    return found


def from_signature(p: ParsedParagraph, dash: Token) -> Candidate | None:
    """ "“…” — Name": a quotation with a signature after a dash."""
    before = p.word_before(dash.i)
    after = [t for t in p.doc[dash.i + 1 :] if not t.is_space]
    if before is None or p.quote_of[before] < 0 or not after or len(after) > 16:
        return None
    name: list[Token] = []
    for token in after:
        if token.pos_ != "PROPN" and not (token.text[:1].isupper() and name):
            break
        name.append(token)
    if not name:
        return None
    words = p.quote_tokens[p.quote_of[before]]
    found = Candidate(dash, name[-1], set(words))
    found.quotes = {p.quote_of[before]}
    return found
