"""The extent of a statement's content: where a clause continues, and where the author resumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.articles import verb_syntax as syntax
from servanda.articles.cue_words import CLAUSE, OBJECT
from servanda.articles.parsed_paragraph import ParsedParagraph

if TYPE_CHECKING:
    from spacy.tokens import Token

ASIDES = frozenset("though although citing".split())  # noqa: SIM905
SPLITS = frozenset("and but while".split())  # noqa: SIM905
RUNNING = frozenset("because so that if unless than until when".split())  # noqa: SIM905
FINITE = ("VBD", "VBZ", "VBP", "VBN")
FINITE_TAGS = ("VBD", "VBZ", "VBP", "MD", "VBG")
BREAKS = frozenset(  # words after which a phrase no longer belongs to the object
    "as while when after before during since that who which by because in on at".split()  # noqa: SIM905
)
JOINING = frozenset("and but or yet".split())  # noqa: SIM905
DASHES = frozenset(("—", "–", "--", "―", "-"))


def cut_at_sentence_end(p: ParsedParagraph, content: set[int], verb: Token) -> set[int]:
    """Drop content beyond a full stop outside quotations: a parser error."""
    for i in range(verb.i - 1, min(content), -1):
        dashed = p.doc[i].text in DASHES and p.quote_of[i + 1] >= 0
        ends = (p.doc[i].text in (".", "!", "?", ":") or dashed) and p.quote_of[i] < 0
        if ends and not p.doc[i].is_space:
            content = {j for j in content if j > i}
            break
    for i in range(verb.i + 1, max(content, default=0)):
        after = p.doc[i + 1] if not p.doc[i + 1].is_space else p.doc[min(i + 2, len(p.doc) - 1)]
        stop = p.doc[i].text in (".", "!", "?") and p.quote_of[i] < 0
        if stop and (after.text[:1].isupper() or p.quote_of[after.i] >= 0):
            return {j for j in content if j < i or p.quote_of[j] >= 0}
    return content


def extend_over_complements(p: ParsedParagraph, content: set[int], verb: Token) -> set[int]:
    """Add complements that the parser cut off, up to where the cue's own sentence resumes."""
    last = max(content, default=-1)
    if last < verb.i:
        return content
    grown = set(content)
    for child in verb.rights:
        end = child.right_edge.i
        if child.is_punct or child.dep_ == "cc" or end <= last:
            continue
        if not belongs_to_content(child, verb):
            break
        grown |= set(range(last + 1, end + 1))
        last = end
    return grown | second_that_clause(p, last, verb)


def extend_over_verbless_tail(p: ParsedParagraph, content: set[int], verb: Token) -> set[int]:
    """ "emphasized fairness, and a need to raise wages": add a verbless rest of the sentence."""
    last = max(content, default=-1)
    end = verb.sent.end - (1 if verb.sent[-1].is_punct else 0)
    tail = p.doc[last + 1 : end]
    if last < verb.i or not 1 < len(tail) < 30 or p.quote_of[verb.i] >= 0:
        return content
    words = [t for t in tail if not t.is_punct]
    begins = words[0].lower_ if words else ""
    new = any(t.tag_ in FINITE_TAGS or p.quote_of[t.i] >= 0 for t in tail)
    joined = begins in (
        "and",
        "or",
        "but",
        "from",
        "than",
        "of",
        "to",
        "including",
        "with",
        "for",
        "as",
        "about",
        "against",
    )
    return content if new or not joined else content | {t.i for t in tail}


def extend_to_punctuation(p: ParsedParagraph, content: set[int], verb: Token) -> set[int]:
    """ "pressed for a bargain during the talks": add what follows an object without a comma,
    except times and further acts of the speaker."""
    last = max(content, default=-1)
    if last < verb.i or p.doc[last].is_punct or p.quote_of[verb.i] >= 0:
        return content
    grown = set(content)
    for token in p.doc[last + 1 : verb.sent.end]:
        ends = token.is_punct or token.dep_ == "cc" or token.ent_type_ in syntax.TIMES
        if (
            ends
            or p.quote_of[token.i] >= 0
            or token.tag_ in FINITE_TAGS[:3]
            or token.lower_ in BREAKS
        ):
            break
        grown.add(token.i)
    while grown and p.doc[max(grown)].tag_ in ("IN", "TO", "DT") and max(grown) > last:
        grown.discard(max(grown))
    return grown


def extend_over_joined_clauses(p: ParsedParagraph, content: set[int], verb: Token) -> set[int]:
    """ "said it was late and the talks would go on": add a coordinated clause with its own subject
    if no comma precedes it, if it is quoted, or if its verb is modal."""
    last = max(content, default=-1)
    end = verb.sent.end - (1 if verb.sent[-1].is_punct and p.quote_of[verb.sent.end - 1] < 0 else 0)
    tail = p.doc[last + 1 : end]
    words = [t for t in tail if not t.is_punct and not t.is_space]
    if last < verb.i or p.quote_of[verb.i] >= 0 or len(words) < 3:
        return content
    if words[0].lower_ not in JOINING or any(is_finite_saying(t) for t in words):
        return content
    finite = next((t for t in words[1:] if t.tag_ in FINITE_TAGS[:4]), None)
    if finite is None or not any(
        t.pos_ in syntax.NOMINAL_TAGS for t in p.doc[words[0].i : finite.i]
    ):
        return content
    close = tail[0] == words[0] or any(p.quote_of[t.i] >= 0 for t in p.doc[last:end])
    return content | {t.i for t in tail} if close or finite.tag_ == "MD" else content


def is_finite_saying(token: Token) -> bool:
    """Whether this is a finite verb of saying."""
    return token.tag_ in FINITE_TAGS[:3] and syntax.lemma_of(token) in CLAUSE | OBJECT


def second_that_clause(p: ParsedParagraph, last: int, verb: Token) -> set[int]:
    """ "that it was false, and that …": a second content clause."""
    words = [t for t in p.doc[last + 1 : last + 5] if not t.is_punct]
    if len(words) < 2 or words[0].dep_ != "cc" or words[1].lower_ != "that":
        return set()
    end = verb.sent.end - (1 if verb.sent[-1].is_punct else 0)
    return set(range(last + 1, end))


def belongs_to_content(child: Token, verb: Token) -> bool:
    """Whether a dependent of the cue after its content belongs to the content."""
    if child.dep_ == "advcl":
        mark = next((t.lower_ for t in child.lefts if t.dep_ in ("mark", "advmod")), "")
        return child.tag_ in ("VB",) or mark in RUNNING
    if child.dep_ == "conj":
        own = any(ch.dep_ in ("nsubj", "nsubjpass") for ch in child.children)
        alike = child.tag_ == verb.tag_ or (child.tag_ in FINITE and syntax.tense(verb) in FINITE)
        return not alike and not own
    return child.dep_ in (
        "prep",
        "dep",
        "relcl",
        "acl",
        "oprd",
        "xcomp",
        "dobj",
    ) and child.lower_ in ("of", "as", "than", "including")


def cut_asides(p: ParsedParagraph, content: set[int], verb: Token) -> set[int]:
    """Cut the content where the author resumes: ", which …", ", though …", a dash."""
    for i in sorted(content):
        if i - 1 <= verb.i or i - min(content) < 4 or i not in content or p.quote_of[i] >= 0:
            continue
        token, before = p.doc[i], p.doc[i - 1]
        if before.text == "," and is_other_statement(p, token):
            return {j for j in content if j < i}
        ended = before.text in (",", "”", '"', "''") and opens_aside(token)
        if ended:
            return {j for j in content if j < i}
    return content


def cut_other_speakers(p: ParsedParagraph, content: set[int], verb: Token) -> set[int]:
    """ "…, and three in ten said …": cut the content where another speaker begins."""
    for i in sorted(content):
        says = i > verb.i and p.quote_of[i] < 0 and syntax.lemma_of(p.doc[i]) in CLAUSE
        if not says or p.doc[i].tag_ not in FINITE_TAGS[:3]:
            continue
        other = syntax.own_subject(p.doc[i])
        first = other.left_edge.i - 1 if other is not None and other.i < i else 0
        if first - 1 > verb.i and p.doc[first].lower_ in SPLITS and p.doc[first - 1].text == ",":
            return {j for j in content if j < first - 1}
    return content


def cut_relative_clauses(p: ParsedParagraph, content: set[int], verb: Token) -> set[int]:
    """ "praised Ruiz, who …": exclude relative clauses that describe the person mentioned."""
    for i in sorted(content):
        if i - 1 <= verb.i or i == min(content) or p.quote_of[i] >= 0:
            continue
        token = p.doc[i]
        told = token.lower_ in ("who", "which", "whose") and p.doc[i - 1].text == ","
        if told:
            return {j for j in content if j < i} | after_relative_clause(p, content, i)
    return content


def after_relative_clause(p: ParsedParagraph, content: set[int], which: int) -> set[int]:
    """ "accused Ruiz, who was there, of fraud": the content after the relative clause."""
    for i in sorted(j for j in content if j > which):
        if p.doc[i - 1].text == "," and p.doc[i].lower_ in ("of", "for", "as"):
            return {j for j in content if j >= i}
    return set()


def is_other_statement(p: ParsedParagraph, which: Token) -> bool:
    """ "…, which he said would be …": another statement, about the preceding one."""
    if which.lower_ not in ("which", "who"):
        return False
    for token in p.doc[which.i + 1 : which.i + 6]:
        if token.pos_ in ("VERB", "AUX"):
            return syntax.lemma_of(token) in CLAUSE and token.i > which.i + 1
    return False


def extend_over_next_quote(p: ParsedParagraph, content: set[int], verb: Token) -> set[int]:
    """ "demanded that they “pay their share”": add a quotation that follows immediately."""
    after = max(content) + 1
    if after >= len(p.doc) or p.quote_of[after] < 0 or p.quote_of[verb.i] >= 0 or after < verb.i:
        return content
    if p.quote_of[after - 1] >= 0 or p.doc[after - 1].is_punct:
        return content
    return content | set(p.quote_tokens[p.quote_of[after]])


def extend_to_whole_quotes(p: ParsedParagraph, content: set[int], verb: Token) -> set[int]:
    """Extend partly covered quotations to whole ones."""
    grown = set(content)
    for i in content:
        number = p.quote_of[i]
        if number >= 0 and verb.i not in p.quote_tokens[number]:
            grown |= set(p.quote_tokens[number])
    return grown


def opens_aside(token: Token) -> bool:
    """Whether this word after a comma ends the content: "…, though", "…, adding"."""
    adding = token.tag_ == "VBG" and syntax.lemma_of(token) in CLAUSE
    return adding or token.lower_ in ASIDES
