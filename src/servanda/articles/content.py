"""The content of a cue verb: its clause, quotation, object, or the rest of its sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.articles import verb_syntax as syntax
from servanda.articles.cue_words import ASPECT, CLAUSE, OBJECT
from servanda.articles.parsed_paragraph import ParsedParagraph

if TYPE_CHECKING:
    from spacy.tokens import Token

WH = ("WP", "WDT", "WRB")
PASSIVE = ("of", "as", "for", "over")  # "was accused of", "was criticized by Ruiz for"
CLAUSE_OPENERS = frozenset(("that", "how", "why", "when", "where", "whether", "if"))


def clause_content(p: ParsedParagraph, verb: Token, source: Token) -> set[int]:
    """Tokens of the content clauses, before or after the cue."""
    content: set[int] = set()
    main = syntax.as_clause(verb)
    if main is not None:
        told = {t.i for t in main.subtree} - {t.i for t in verb.subtree}
        return told - ({max(told)} if told and p.doc[max(told)].text == "." else set())
    left = min(syntax.noun_phrase(source)[0] if source.i < verb.i else verb.i, verb.i)
    every = syntax.clauses_of(verb)
    if any(clause.i > verb.i for clause in every) and not is_parenthetical(p, verb):
        every = [clause for clause in every if clause.i > verb.i]
    for clause in every:
        words = {t.i for t in clause.subtree}
        if clause.i > verb.i and not is_parenthetical(p, verb):
            words = {i for i in words if i > verb.i}
        if clause.i < left:
            words |= set(range(min(words), left))
        content |= words
    content = (content | detached_subject(verb, source, every)) - syntax.coordinated_cue_words(verb)
    if not content and syntax.lemma_of(verb) not in ASPECT:
        infinitive = syntax.infinitive(verb)
        if infinitive is not None:
            content = {t.i for t in infinitive.subtree}
            content |= addressees(verb)
    return content


def detached_subject(verb: Token, source: Token, clauses: list[Token]) -> set[int]:
    """ "The plan, Ruiz said in Lima, is dead": a subject that the parser attached to the cue."""
    first = next((ch for ch in verb.lefts if ch.dep_ in ("nsubj", "nsubjpass")), source)
    left = min(source.left_edge.i, verb.i)
    if first.i >= left or verb.doc[left - 1].text != ",":
        return set()
    whole = [ch for ch in clauses if any(t.dep_ in ("nsubj", "nsubjpass") for t in ch.children)]
    return {t.i for t in first.subtree} if clauses and not whole else set()


def that_clause_after(p: ParsedParagraph, verb: Token) -> set[int]:
    """ "told a meeting of leaders that …": a clause that the parser attached elsewhere."""
    for token in p.doc[verb.i + 1 : verb.sent.end]:
        if token.is_punct or token.pos_ == "VERB" or token.i - verb.i > 12:
            return set()
        if token.lower_ in CLAUSE_OPENERS and (opens_clause(token) or verb.tag_ == "NNS"):
            last = verb.sent.end - (1 if verb.sent[-1].is_punct else 0)
            return set(range(token.i, last))
    return set()


def sentence_after_colon(p: ParsedParagraph, verb: Token) -> set[int]:
    """ "Ruiz tweeted on Monday: It is late": an unquoted sentence after a colon."""
    for token in p.doc[verb.i + 1 : verb.i + 12]:
        if token.text == ":" and token.i + 1 < len(p.doc) and p.quote_of[token.i + 1] < 0:
            sentence = p.doc[token.i + 1].sent
            return set(range(token.i + 1, sentence.end - sentence[-1].is_punct))
        if token.is_punct or token.pos_ == "VERB" or p.quote_of[token.i] >= 0:
            return set()
    return set()


def opens_clause(token: Token) -> bool:
    """Whether "that" introduces a clause and is no argument in it."""
    if token.dep_ in ("mark", "advmod"):
        return True
    parts = [ch.dep_ for ch in token.head.children if ch != token]
    whole = any(part in ("nsubj", "nsubjpass") for part in parts)
    return (
        token.tag_ == "IN" and whole and any(p in ("dobj", "attr", "acomp", "ccomp") for p in parts)
    )


def unmarked_clause(verb: Token) -> set[int]:
    """ "acknowledged funding was a reason": an unmarked clause attached elsewhere."""
    if syntax.lemma_of(verb) in ASPECT:
        return set()
    for token in verb.doc[verb.i + 1 : verb.sent.end]:
        clause = token.head
        other = token.head == verb and token.dep_ in ("dobj", "cc", "prep", "conj", "dative")
        if other or token.is_punct or token.tag_ in WH or token.dep_ == "mark":
            return set()
        if token.dep_ in ("nsubj", "nsubjpass", "expl") and clause.i > token.i:
            first = max(token.left_edge.i, verb.i + 1)
            inside = verb.dep_ == "advcl" and clause.i > verb.i
            ends = [t.i for t in verb.doc[first : verb.sent.end] if t.text == ","] if inside else []
            return set(range(first, min([clause.right_edge.i + 1, *ends])))
    return set()


def surrounding_sentence(p: ParsedParagraph, verb: Token, source: Token) -> set[int]:
    """ "Estimates, he added, were wrong": the sentence around a cue set between commas."""
    own = syntax.own_subject(verb) == source or abs(verb.i - source.i) == 1
    if not own or abs(verb.i - source.i) > 12 or has_own_content(verb):
        return set()
    left, right = syntax.noun_phrase(source)
    left, right = min(left, verb.i), max(right, verb.i + 1)
    right = max(right, max(addressees(verb) | adverbials_after(verb), default=0) + 1)
    sentence = verb.sent
    before = p.doc[left - 1].text if left > sentence.start else ""
    after = p.doc[right].text if right < sentence.end else "."
    if before != "," or after not in (",", ".", "!", "?", "--", "—", "–"):
        return set()
    content = set(range(sentence.start, left)) | set(range(right, sentence.end))
    if not any(
        p.doc[i].pos_ in ("VERB", "AUX") for i in content - circumstances_before(verb, left)
    ):
        return set()
    last = max(content)
    return content - {last} if p.doc[last].text in (".", "!", "?") else content


def has_own_content(verb: Token) -> bool:
    """ "mentioned the war", "asked him about it": the content is the verb's own complement."""
    held = any(ch.dep_ == "dobj" for ch in verb.rights) and syntax.lemma_of(verb) in OBJECT - {
        "tell"
    }
    return held or bool(syntax.after_preposition(verb))


def circumstances_before(verb: Token, left: int) -> set[int]:
    """ "Campaigning in the north, he said …": circumstances before the subject."""
    return {
        t.i
        for ch in verb.lefts
        if ch.dep_ in ("advcl", "prep", "npadvmod", "advmod") and ch.i < left
        for t in ch.subtree
    }


def is_parenthetical(p: ParsedParagraph, verb: Token) -> bool:
    """Whether a comma follows the cue: "…, he said, …"."""
    after = p.doc[verb.i + 1] if verb.i + 1 < len(p.doc) else None
    return after is not None and after.text == ","


def addressees(verb: Token) -> set[int]:
    return {t.i for ch in verb.rights if ch.dep_ in ("dobj", "dative") for t in ch.subtree}


def adverbials_after(verb: Token) -> set[int]:
    """Adverbials between the cue and the next comma."""
    found: set[int] = set()
    for child in verb.rights:
        if child.is_punct or child.dep_ not in ("advmod", "npadvmod", "prep", "dobj", "dative"):
            break
        found |= {t.i for t in child.subtree}
    return found


def object_content(p: ParsedParagraph, verb: Token) -> set[int]:
    if syntax.lemma_of(verb) in CLAUSE and verb.sent.text.rstrip().endswith(":"):
        return set()  # "Ruiz said the following:" announces what comes next
    if syntax.is_passive(verb):
        what = syntax.passive_subject(verb)
        left = {t.i for t in what.subtree} if what is not None else set()
        told = [ch for ch in verb.rights if ch.dep_ == "oprd" or ch.lower_ in PASSIVE]
        return left | {t.i for ch in told for t in ch.subtree}
    ways = [ch.dep_ for ch in verb.rights if ch.dep_ in ("dobj", "oprd", "ccomp", "xcomp")]
    held = syntax.governed(verb) if ways else set()
    held |= {t.i for ch in verb.rights if ch.lower_ == "much" for t in ch.subtree}
    meeting = (
        syntax.lemma_of(verb) == "call" and ways == ["dobj"] and not has_object_complement(held, p)
    )
    if meeting and not any(p.quote_of[i] >= 0 for i in held):
        return set()
    return held


def has_object_complement(held: set[int], p: ParsedParagraph) -> bool:
    """ "called the hearing a farce": a second noun phrase directly after the object."""
    last = max(held)
    if p.doc[last].pos_ == "ADJ" or p.quote_of[min(last + 1, len(p.doc) - 1)] >= 0:
        return True
    return any(
        p.doc[i].lower_ in ("a", "an")
        and i - 1 in held
        and p.doc[i - 1].pos_ in syntax.NOMINAL_TAGS
        for i in held
    )


def linked_quotes(p: ParsedParagraph, verb: Token, source: Token) -> set[int]:
    """Indices of the quotations next to a cue, before or after its clause."""
    if p.quote_of[verb.i] >= 0:
        return set()
    linked: set[int] = set()
    if source.head == verb:
        left = min(syntax.noun_phrase(source)[0], verb.i)
        before = p.word_before(left)
        if (
            before is not None
            and p.quote_of[before] >= 0
            and not is_complete_quote(p, before, left)
        ):
            linked.add(p.quote_of[before])
    after = quote_after(p, verb)
    after = next_sentence(p, verb) if after is None and not linked else after
    if after is not None:
        linked.add(after)
    return linked


def next_sentence(p: ParsedParagraph, verb: Token) -> int | None:
    """ "Ruiz agreed. “…”": the quotation after a sentence without other content."""
    after = verb.sent.end
    ends = after < len(p.doc) and p.doc[after - 1].text == "." and p.quote_of[after] >= 0
    told = any(ch.dep_ in syntax.GOVERNED and ch.dep_ != "prt" for ch in verb.rights)
    return p.quote_of[after] if ends and not told and verb.dep_ == "ROOT" else None


def governs_quote(p: ParsedParagraph, verb: Token) -> bool:
    """Whether a complement of the cue contains a quotation: "described X as “Y”"."""
    return any(p.quote_of[i] >= 0 for i in syntax.governed(verb))


def resumes_after_cue(p: ParsedParagraph, linked: set[int], verb: Token) -> bool:
    """Whether a quotation after the cue continues a clause begun before it."""
    first = min((p.quote_tokens[n][0] for n in linked), default=0)
    begun = p.doc[first : first + 2].text.lstrip("“\"'‘")
    rest = p.doc[verb.i + 1 : verb.i + 3]
    ended = len(rest) == 2 and rest[0].text == "," and rest[1].tag_ in ("MD", "VBD", "VBZ", "VBP")
    return (first > verb.i and begun[:1].islower()) or (first < verb.i and ended)


def is_complete_quote(p: ParsedParagraph, close: int, left: int) -> bool:
    """Whether a quotation ends with a full stop and the next word is capitalised."""
    return close > 0 and p.doc[close - 1].text == "." and p.doc[left].text[:1].isupper()


def quote_after(p: ParsedParagraph, verb: Token) -> int | None:
    """Index of the quotation after a cue, with a comma, a colon or nothing between."""
    for i in range(verb.i + 1, len(p.doc)):
        token = p.doc[i]
        if p.quote_of[i] >= 0:
            before = p.doc[i - 1]
            near = i - verb.i == 1 or before.text in (",", ":", "that", "—", "-", "–")
            return p.quote_of[i] if near else None
        if token.pos_ == "VERB" and syntax.lemma_of(token) in CLAUSE:
            return None
        if token.text in (".", "!", "?", ";"):
            return None
    return None
