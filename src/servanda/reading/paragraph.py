"""The attributions of one paragraph: its cues, each with its source and its content."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from servanda.reading import clauses as c
from servanda.reading.cues import (
    ASPECT,
    ATTITUDE,
    CLAUSE,
    EVERY_VERB,
    FEELINGS,
    NOUNS,
    OBJECT,
    OF_THINGS,
    PREPOSITION,
    RESEARCH,
)
from servanda.reading.model import Attribution, Form, Span
from servanda.reading.quotes import quotations

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

NOBODY = frozenset(("nothing", "nobody", "none", "pattern", "trend"))
RULES = frozenset("rule law plan schedule need ability size rank type index script".split())  # noqa: SIM905
ASIDES = frozenset("though although citing while".split())  # noqa: SIM905
NAMING = frozenset("call describe label dub brand term name consider characterize".split())  # noqa: SIM905
THATS = frozenset(("that", "how", "why", "when", "where", "whether", "if"))
RUNNING = frozenset("because so that if unless than until when".split())  # noqa: SIM905
FINITE = ("VBD", "VBZ", "VBP", "VBN")
NOT_SAID = frozenset("make be prove ensure mean happen see take have get do forget".split())  # noqa: SIM905
DASHES = frozenset(("—", "–", "--", "―", "-"))
TRIM = frozenset((",", ";", "–", "—", "--", "-", " ", "  ", "\n"))


def is_aside(token: Token) -> bool:
    """What a comma and this word open is no longer what was said: "…, which", "…, adding"."""
    adding = token.tag_ == "VBG" and c.lemma_of(token) in CLAUSE
    return adding or token.lower_ in ASIDES


class Found:
    """An attribution under construction, in token numbers."""

    def __init__(self, cue: Token, source: Token, content: set[int]) -> None:
        self.cue = cue
        self.source = source
        self.content = content
        self.quotes: set[int] = set()
        self.object = False


class Paragraph:
    """A parsed paragraph at a place of the text."""

    def __init__(self, doc: Doc, start: int, text: str) -> None:
        self.doc = doc
        self.start = start
        self.text = text
        self.quotes = quotations(doc.text)
        self.quote_of = [-1] * len(doc)
        self.words: list[range] = []
        for number, quote in enumerate(self.quotes):
            inside = [t.i for t in doc if quote.start <= t.idx < quote.end]
            self.words.append(range(inside[0], inside[-1] + 1) if inside else range(0))
            for i in inside:
                self.quote_of[i] = number
        self.found: list[Found] = []
        self.lead: Attribution | None = None

    # ------------------------------------------------------------------ all of them
    def attributions(self) -> tuple[list[Attribution], tuple[Span, ...]]:
        """The attributions, and the quotations at its beginning that nobody here says."""
        for token in self.doc:
            if token.pos_ in ("VERB", "AUX") and (c.lemma_of(token) in EVERY_VERB or self.is_said(token)):
                self.add(self.of_verb(token))
            elif token.text == ":" and self.opens_quote(token):
                self.add(self.of_verb_colon(token))
            elif token.text == ":" and (self.quote_of[token.i] < 0 or self.quotes[0].start == 0):
                self.add(self.of_colon(token))
            elif token.text in DASHES and self.quote_of[token.i] < 0:
                self.add(self.of_signature(token))
            elif token.lower_ in FEELINGS and token.head.lemma_ in ("be", "feel", "remain", "become") or (token.lower_ in FEELINGS and token.tag_ == "VBN" and c.is_passive(token)):
                self.add(self.of_feeling(token))
            elif token.lower_ == "according":
                self.add(self.of_according(token))
            elif token.pos_ == "NOUN" and c.lemma_of(token) in NOUNS:
                self.add(self.of_noun(token) or self.of_mistagged(token))
        self.give_way()
        self.signed_quotes()
        loose = self.continue_quotes()
        self.lead = self.announced()
        made = [self.made(found) for found in self.found]
        return [m for m in made if m is not None], loose

    def give_way(self) -> None:
        """ "endorses Ruiz, who says …": what is said of somebody ends where that one speaks."""
        for outer in self.found:
            if outer.quotes or not outer.object:
                continue
            for inner in self.found:
                if inner.source.tag_ in ("WP", "WDT") and inner.source.i in outer.content:
                    outer.content = {i for i in outer.content if i < inner.source.i}
        self.found = [found for found in self.found if found.content]

    def is_said(self, verb: Token) -> bool:
        """ "Ruiz sniped that …": a verb no list has, with a person before it and a clause after."""
        person = c.own_subject(verb)
        if person is None or verb.tag_ not in ("VBD", "VBZ", "VBP", "VBG"):
            return False
        speaks = person.ent_type_ in ("PERSON", "ORG") or person.lower_ in ("he", "she", "who")
        that = any(t.lower_ == "that" and t.dep_ == "mark" for ch in c.clauses_of(verb) for t in ch.lefts)
        return speaks and that and c.lemma_of(verb) not in NOT_SAID

    def announced(self) -> Attribution | None:
        """ "Borrell said the following:" at the end of a paragraph: the next one is his."""
        if not self.doc.text.rstrip().endswith(":"):
            return None
        for token in reversed(self.doc):
            source = None
            if token.lower_ == "according":
                source = self.according_source(token)
            elif (
                token.pos_ == "VERB" and c.lemma_of(token) in CLAUSE and self.quote_of[token.i] < 0
            ):
                source = c.subject(token)
            if source is not None:
                return self.bare(token, source)
        return None

    def bare(self, cue: Token, source: Token) -> Attribution:
        """An attribution that has no content yet."""
        left, right = c.noun_phrase(source)
        head = self.span(source.i, source.i + 1)
        at = self.span(cue.i, cue.i + 1)
        return Attribution((self.span(left, right),), head, at, (), "indirect", c.lemma_of(cue))

    def add(self, found: Found | None) -> None:
        if found is not None and found.content:
            self.found.append(found)

    # ------------------------------------------------------------------ verbs
    def of_verb(self, verb: Token) -> Found | None:
        if c.is_idle(verb) and not c.is_as_reported(verb):
            return None
        source = c.subject(verb)
        if source is not None and self.quote_of[source.i] >= 0 and self.quote_of[verb.i] < 0:
            source = None
        content: set[int] = set()
        linked: set[int] = set()
        of_object = False
        lemma = c.lemma_of(verb)
        if lemma in CLAUSE or lemma not in EVERY_VERB:
            if source is None:
                source = self.inverted_subject(verb) or self.name_before(verb)
            if source is None:
                return None
            linked = self.linked_quotes(verb, source)
            content = self.clause_content(verb, source)
            for number in linked:
                content |= set(self.words[number])
            if linked and self.goes_on(linked, verb):
                content |= self.around(verb, source)
            if not content and self.inside_quote(verb):
                content = c.governed(verb)
            if not content:
                content = self.after_that(verb)
            if not content:
                content = self.around(verb, source)
        if not content and source is not None:
            if lemma in PREPOSITION:
                content = c.after_preposition(verb)
            thing = lemma in OF_THINGS and c.lemma_of(source) in RESEARCH
            if not content and (lemma in OBJECT or lemma in ATTITUDE or thing):
                content = self.object_content(verb)
            of_object = True
        if source is None or not content or source.lower_ in NOBODY:
            return None
        content = self.within_sentence(content, verb)
        if not content:
            return None
        if of_object:
            content = self.without_people(content, verb)
        content = self.run_on(content, verb)
        content = self.without_asides(content, verb)
        content = self.whole_quotes(self.with_next_quote(content, verb), verb)
        if self.quote_of[verb.i] >= 0:
            content &= set(self.words[self.quote_of[verb.i]])
        if source.tag_ in ("WDT", "WP") and source.i < verb.i:
            content = {i for i in content if i > source.i}
        content -= set(range(*c.noun_phrase(source))) | {verb.i}
        if source.i > verb.i:
            content -= {t.i for ch in source.rights if ch.dep_ in ("relcl", "appos") for t in ch.subtree}
        if len(content) < 2 and not linked and not self.is_named(content, of_object):
            return None
        if c.is_no_speaker(source, verb) and not linked:
            return None
        if c.is_weak(verb) and not linked and not any(ch.dep_ == "ccomp" for ch in verb.children):
            return None
        found = Found(verb, source, content)
        found.object = of_object
        found.quotes = linked | {self.quote_of[i] for i in content} - {-1}
        return found

    def is_named(self, content: set[int], of_object: bool) -> bool:
        """ "praised Ruiz": one word is enough where it names somebody or something."""
        return of_object and all(self.doc[i].pos_ in ("PROPN", "PRON", "NOUN") for i in content)

    def of_feeling(self, word: Token) -> Found | None:
        """ "is worried that …", "was eager to …": an attitude that an adjective tells."""
        verb = word if c.is_passive(word) else word.head
        source = c.passive_subject(verb) or c.subject(verb)
        content = {
            t.i
            for ch in word.rights
            if ch.dep_ in ("ccomp", "xcomp", "prep", "agent", "advcl") and ch.lower_ not in ("as", "in", "on")
            for t in ch.subtree
        }
        found = None if source is None else Found(word, source, content)
        return found if found is not None and len(content) > 1 else None

    def inverted_subject(self, verb: Token) -> Token | None:
        """ "“…,” said Trump": a noun right after the verb that the parser took for an object."""
        for child in verb.rights:
            if child.dep_ in ("dobj", "attr", "npadvmod", "oprd") and child.pos_ in (
                "PROPN",
                "PRON",
            ):
                return child if verb.i and self.quote_of[verb.i - 1] >= 0 else None
        return None

    def after_that(self, verb: Token) -> set[int]:
        """ "told a meeting of leaders that …": the clause that the parser hung elsewhere."""
        for token in self.doc[verb.i + 1 : verb.sent.end]:
            if token.is_punct or token.pos_ == "VERB" or token.i - verb.i > 12:
                return set()
            if token.lower_ in THATS and token.dep_ in ("mark", "advmod"):
                last = verb.sent.end - (1 if verb.sent[-1].is_punct else 0)
                return set(range(token.i, last))
        return set()

    def name_before(self, verb: Token) -> Token | None:
        """ "meeting with the Post Trump said that …": the name right before a finite verb."""
        before = self.doc[verb.i - 1] if verb.i > verb.sent.start else None
        if before is None or verb.tag_ not in ("VBD", "VBZ", "VBP"):
            return None
        subject = before.tag_ in ("PRP", "WP", "NNP", "NNPS") and before.lower_ not in ("it", "her")
        return before if subject else None

    def clause_content(self, verb: Token, source: Token) -> set[int]:
        """The clauses of what is said, before or after the cue."""
        content: set[int] = set()
        main = c.as_clause(verb)
        if main is not None:
            return {t.i for t in main.subtree} - {t.i for t in verb.subtree}
        left = min(c.noun_phrase(source)[0] if source.i < verb.i else verb.i, verb.i)
        every = c.clauses_of(verb)
        if any(clause.i > verb.i for clause in every) and not self.is_parenthetical(verb):
            every = [clause for clause in every if clause.i > verb.i]
        for clause in every:
            words = {t.i for t in clause.subtree}
            if clause.i > verb.i and not self.is_parenthetical(verb):
                words = {i for i in words if i > verb.i}
            if clause.i < left:
                words |= set(range(min(words), left))
            content |= words
        content -= c.taken_back(verb)
        if not content and c.lemma_of(verb) not in ASPECT:
            infinitive = c.infinitive(verb)
            if infinitive is not None:
                content = {t.i for t in infinitive.subtree}
                content |= self.hearers(verb)
        return content

    def around(self, verb: Token, source: Token) -> set[int]:
        """ "Estimates, he added, were wrong": the rest of the sentence, with commas around the cue."""
        if c.own_subject(verb) != source or abs(verb.i - source.i) > 12:
            return set()
        left, right = c.noun_phrase(source)
        left, right = min(left, verb.i), max(right, verb.i + 1)
        right = max(right, max(self.hearers(verb) | self.manner(verb), default=0) + 1)
        sentence = verb.sent
        before = self.doc[left - 1].text if left > sentence.start else ""
        after = self.doc[right].text if right < sentence.end else "."
        if before != "," or after not in (",", ".", "!", "?"):
            return set()
        content = set(range(sentence.start, left)) | set(range(right, sentence.end))
        if not any(self.doc[i].pos_ in ("VERB", "AUX") for i in content):
            return set()
        last = max(content)
        return content - {last} if self.doc[last].text in (".", "!", "?") else content

    def within_sentence(self, content: set[int], verb: Token) -> set[int]:
        """What the parser hangs on a cue from beyond a full stop outside of quotations is not its."""
        for i in range(verb.i - 1, min(content), -1):
            dashed = self.doc[i].text in DASHES and self.quote_of[i + 1] >= 0
            ends = (self.doc[i].text in (".", "!", "?", ":") or dashed) and self.quote_of[i] < 0
            if ends and not self.doc[i].is_space:
                return {j for j in content if j > i}
        return content

    def run_on(self, content: set[int], verb: Token) -> set[int]:
        """The parser cuts what is said short: it runs on until the cue's own sentence goes on."""
        last = max(content, default=-1)
        if last < verb.i:
            return content
        grown = set(content)
        for child in verb.rights:
            start, end = child.left_edge.i, child.right_edge.i
            if child.is_punct or child.dep_ == "cc" or end <= last:
                continue
            if not self.carries_on(child, verb):
                break
            grown |= set(range(last + 1, end + 1))
            last = end
        return grown | self.another_that(last, verb)

    def another_that(self, last: int, verb: Token) -> set[int]:
        """ "that it was false, and that …": a second clause of what is said."""
        words = [t for t in self.doc[last + 1 : last + 5] if not t.is_punct]
        if len(words) < 2 or words[0].dep_ != "cc" or words[1].lower_ != "that":
            return set()
        end = verb.sent.end - (1 if verb.sent[-1].is_punct else 0)
        return set(range(last + 1, end))

    def carries_on(self, child: Token, verb: Token) -> bool:
        """Whether a companion of a cue after its content rather belongs to the content."""
        if child.dep_ == "advcl":
            mark = next((t.lower_ for t in child.lefts if t.dep_ in ("mark", "advmod")), "")
            return child.tag_ in ("VB",) or mark in RUNNING
        if child.dep_ == "conj":
            own = any(ch.dep_ in ("nsubj", "nsubjpass") for ch in child.children)
            alike = child.tag_ == verb.tag_ or (child.tag_ in FINITE and verb.tag_ in FINITE)
            return not alike and not own
        return child.dep_ in ("prep", "dep", "relcl", "acl", "oprd", "xcomp", "dobj") and child.lower_ in ("of", "as", "than", "including") 

    def without_asides(self, content: set[int], verb: Token) -> set[int]:
        """What is said ends where the author goes on: ", which …", ", though …", a dash."""
        for i in sorted(content):
            if i - 1 <= verb.i or i - min(content) < 4 or i not in content or self.quote_of[i] >= 0:
                continue
            token, before = self.doc[i], self.doc[i - 1]
            if before.text == "," and self.is_said_of(token):
                return {j for j in content if j < i}
            ended = before.text in (",", "”", '"', "''") and is_aside(token)
            if ended:
                return {j for j in content if j < i}
        return content

    def without_people(self, content: set[int], verb: Token) -> set[int]:
        """ "praised Ruiz, who …": who somebody is who is spoken of is not what is said."""
        for i in sorted(content):
            if i - 1 <= verb.i or i == min(content) or self.quote_of[i] >= 0:
                continue
            token = self.doc[i]
            told = token.lower_ in ("who", "which", "whose") and self.doc[i - 1].text == ","
            if told:
                return {j for j in content if j < i}
        return content

    def is_said_of(self, which: Token) -> bool:
        """ "…, which he said would be …": another statement, about what was said before."""
        if which.lower_ not in ("which", "who"):
            return False
        for token in self.doc[which.i + 1 : which.i + 6]:
            if token.pos_ in ("VERB", "AUX"):
                return c.lemma_of(token) in CLAUSE and token.i > which.i + 1
        return False

    def with_next_quote(self, content: set[int], verb: Token) -> set[int]:
        """ "called him “a total stiff”": a quotation that follows at once belongs to it."""
        after = max(content) + 1
        if after >= len(self.doc) or self.quote_of[after] < 0 or self.quote_of[verb.i] >= 0:
            return content
        return (
            content | set(self.words[self.quote_of[after]])
            if c.lemma_of(verb) in NAMING
            else content
        )

    def is_parenthetical(self, verb: Token) -> bool:
        """ "…, he said, …": a comma right after the cue."""
        after = self.doc[verb.i + 1] if verb.i + 1 < len(self.doc) else None
        return after is not None and after.text == ","

    def hearers(self, verb: Token) -> set[int]:
        return {t.i for ch in verb.rights if ch.dep_ in ("dobj", "dative") for t in ch.subtree}

    def manner(self, verb: Token) -> set[int]:
        """When, where and how it is said, after the cue and before the next comma."""
        found: set[int] = set()
        for child in verb.rights:
            if child.is_punct or child.dep_ not in ("advmod", "npadvmod", "prep", "dobj", "dative"):
                break
            found |= {t.i for t in child.subtree}
        return found

    def object_content(self, verb: Token) -> set[int]:
        if c.is_passive(verb):
            what = c.passive_subject(verb)
            left = set(range(*c.noun_phrase(what))) if what is not None else set()
            return left | {t.i for ch in verb.rights if ch.dep_ == "oprd" for t in ch.subtree}
        ways = [ch.dep_ for ch in verb.rights if ch.dep_ in ("dobj", "oprd", "ccomp", "xcomp")]
        held = c.governed(verb) if ways else set()
        meeting = c.lemma_of(verb) == "call" and ways == ["dobj"]
        if meeting and not any(self.quote_of[i] >= 0 for i in held):
            return set()
        return held

    # ------------------------------------------------------------------ quotations
    def linked_quotes(self, verb: Token, source: Token) -> set[int]:
        """The quotations next to a cue, before or after its clause."""
        if self.quote_of[verb.i] >= 0:
            return set()
        linked: set[int] = set()
        if source.head == verb:
            left = min(c.noun_phrase(source)[0], verb.i)
            before = self.word_before(left)
            if (
                before is not None
                and self.quote_of[before] >= 0
                and not self.is_ended(before, left)
            ):
                linked.add(self.quote_of[before])
        after = self.quote_after(verb)
        if after is not None:
            linked.add(after)
        return linked

    def inside_quote(self, verb: Token) -> bool:
        """Whether a cue's own object or complement holds a quotation: "described X as “Y”"."""
        return any(self.quote_of[i] >= 0 for i in c.governed(verb))

    def goes_on(self, linked: set[int], verb: Token) -> bool:
        """Whether a quotation after the cue goes on with a clause begun before it."""
        first = min((self.words[n][0] for n in linked), default=0)
        begun = self.doc[first : first + 2].text.lstrip("“\"'‘")
        return first > verb.i and begun[:1].islower()

    def is_ended(self, close: int, left: int) -> bool:
        """Whether a quotation ends its sentence with a full stop, and a capital begins the next."""
        return close > 0 and self.doc[close - 1].text == "." and self.doc[left].text[:1].isupper()

    def word_before(self, i: int) -> int | None:
        """The last token before a place that is not a bare comma or space."""
        i -= 1
        while (
            i >= 0 and self.quote_of[i] < 0 and (self.doc[i].is_space or self.doc[i].text in TRIM)
        ):
            i -= 1
        return i if i >= 0 else None

    def quote_after(self, verb: Token) -> int | None:
        """The quotation that follows a cue with a comma, a colon or nothing between."""
        for i in range(verb.i + 1, len(self.doc)):
            token = self.doc[i]
            if self.quote_of[i] >= 0:
                before = self.doc[i - 1]
                near = i - verb.i == 1 or before.text in (",", ":", "that", "—", "-", "–")
                return self.quote_of[i] if near else None
            if token.pos_ == "VERB" and c.lemma_of(token) in CLAUSE:
                return None
            if token.text in (".", "!", "?", ";"):
                return None
        return None

    def whole_quotes(self, content: set[int], verb: Token) -> set[int]:
        """Content that begins a quotation takes all of it."""
        grown = set(content)
        for i in content:
            number = self.quote_of[i]
            if number >= 0 and verb.i not in self.words[number]:
                grown |= set(self.words[number])
        return grown

    def signed_quotes(self) -> None:
        """ "“…,” Trump responded": a quotation whose cue the parser did not join to it."""
        claimed = {n for found in self.found for n in found.quotes}
        taken = {found.cue.i for found in self.found}
        for number, words in enumerate(self.words):
            if number in claimed or len(words) < 3:
                continue
            cue = self.cue_after(words[-1] + 1)
            if cue is None or cue.i in taken:
                continue
            source = self.name_beside(cue, words[-1])
            if source is not None:
                found = Found(cue, source, set(words))
                found.quotes = {number}
                if number + 1 < len(self.words) and self.is_second_half(number + 1, cue):
                    found.quotes.add(number + 1)
                    found.content |= set(self.words[number + 1])
                self.found.append(found)
                taken.add(cue.i)

    def is_second_half(self, number: int, cue: Token) -> bool:
        """ "“The risk,” said Ruiz, who leads the fund, “is …”": the sentence goes on."""
        first = self.words[number][0]
        between = self.doc[cue.i : first]
        full = any(t.text in (".", "!", "?", ";") for t in between)
        return not full and len(between) < 40 and between[-1].text == ","

    def cue_after(self, i: int) -> Token | None:
        """A verb of saying within a few words after a quotation, in the same sentence."""
        for token in self.doc[i : i + 9]:
            if self.quote_of[token.i] >= 0 or token.text in (".", "!", "?", ";", ":"):
                return None
            if token.tag_ in ("VBD", "VBZ", "VBP", "VBN") and c.lemma_of(token) in CLAUSE:
                return token
        return None

    def name_beside(self, cue: Token, end: int) -> Token | None:
        """The noun next to a cue: before it, back to the quotation, or right after it."""
        for token in reversed(self.doc[end + 1 : cue.i]):
            if token.pos_ in ("PROPN", "PRON", "NOUN") and token.is_alpha:
                return token
        after = next(
            (t for t in self.doc[cue.i + 1 : cue.i + 8] if t.pos_ in ("PROPN", "PRON", "NOUN")),
            None,
        )
        while after is not None and after.dep_ == "compound" and after.head.i > after.i:
            after = after.head
        return after

    def continue_quotes(self) -> tuple[Span, ...]:
        """Quotations that stand as sentences of their own go on with what was said before them."""
        claimed = {
            number
            for found in self.found
            for number in found.quotes
            if self.quote_of[found.cue.i] != number
        }
        loose: list[Span] = []
        for number, words in enumerate(self.words):
            if number in claimed or not words or not self.stands_alone(words):
                continue
            earlier = [f for f in self.found if f.cue.i < words[0] and self.quote_of[f.cue.i] < 0]
            if earlier:
                last = self.who_goes_on(earlier)
                if self.follows_on(last, words):
                    last.content |= set(words)
                    last.quotes.add(number)
                    claimed.add(number)
            elif words[0] == 0:
                loose.append(self.span(words[0], words[-1] + 1))
        return tuple(loose)

    def who_goes_on(self, earlier: list[Found]) -> Found:
        """Whose words a new quotation continues: of the last sentence, who was quoted first."""
        sentence = max(earlier, key=lambda f: f.cue.i).cue.sent.start
        here = [f for f in earlier if f.cue.sent.start == sentence]
        return min(here, key=lambda f: (not f.quotes, f.cue.i))

    def stands_alone(self, words: range) -> bool:
        before = self.doc[words[0] - 1] if words[0] else None
        starts = before is None or before.text in (".", "!", "?", ":", "”", '"') or before.is_space
        return starts and len(words) > 3

    def follows_on(self, found: Found, words: range) -> bool:
        """Whether the sentence before a quotation is that of the attribution."""
        between = self.doc[found.cue.i : words[0]]
        stops = [t for t in between if t.text in (".", "!", "?") and self.quote_of[t.i] < 0]
        return len(stops) <= 1

    # ------------------------------------------------------------------ other cues
    def of_according(self, token: Token) -> Found | None:
        """ "According to X, …": the rest of the sentence is the content."""
        source = self.according_source(token)
        if source is None or self.is_rule(source) or self.doc.text.rstrip().endswith(":"):
            return None
        left, right = token.left_edge.i, token.right_edge.i + 1
        sentence = token.sent
        content = set(range(sentence.start, sentence.end)) - set(range(left, right))
        for found in self.found:
            if token.i in found.content and found.cue.i < token.i:
                content = {i for i in content & found.content if i > found.cue.i}
        while content and self.doc[max(content)].is_punct and self.quote_of[max(content)] < 0:
            content.discard(max(content))
        found = Found(token, source, self.whole_quotes(content, token))
        found.quotes = {self.quote_of[i] for i in content} - {-1}
        return found

    def is_rule(self, source: Token) -> bool:
        """ "according to plan": nobody says anything; "the plan published on Monday" does."""
        return c.lemma_of(source) in RULES and not any(ch.dep_ in ("acl", "relcl") for ch in source.children)

    def of_colon(self, colon: Token) -> Found | None:
        """ "PENCE: Well, look": a transcript's line, or a name before a quotation."""
        name = [t for t in self.doc[: colon.i] if not t.is_space and not t.is_quote]
        rest = set(range(colon.i + 1, len(self.doc)))
        if not name or len(name) > 5 or not rest or colon.i > 8:
            return None
        quoted = self.quote_of[min(rest)] >= 0 or (self.start == 0 and len(name) < 4)
        shouted = all(t.is_upper or t.is_punct for t in name)
        named = all(t.pos_ == "PROPN" or t.is_punct for t in name)
        if not (shouted or (named and quoted)):
            return None
        found = Found(colon, name[-1], rest)
        found.quotes = {self.quote_of[i] for i in rest} - {-1}
        return found

    def opens_quote(self, colon: Token) -> bool:
        after = colon.i + 1
        return after < len(self.doc) and self.quote_of[after] >= 0 and self.quote_of[colon.i] < 0

    def of_verb_colon(self, colon: Token) -> Found | None:
        """ "the judge interrupted me: “…”": whatever the verb, a quotation after a colon is said."""
        root = colon.sent.root if colon.i - colon.sent.start > 3 else None
        source = None if root is None or root.i > colon.i else c.subject(root)
        if root is None or source is None or any(found.cue == root for found in self.found):
            return self.of_colon(colon)
        number = self.quote_of[colon.i + 1]
        if any(number in found.quotes for found in self.found):
            return None
        found = Found(root, source, set(self.words[number]))
        found.quotes = {number}
        return found

    def of_signature(self, dash: Token) -> Found | None:
        """ "“…” — Name": a quotation signed after a dash."""
        before = self.word_before(dash.i)
        after = [t for t in self.doc[dash.i + 1 :] if not t.is_space]
        if before is None or self.quote_of[before] < 0 or not after or len(after) > 16:
            return None
        name: list[Token] = []
        for token in after:
            if token.pos_ != "PROPN" and not (token.text[:1].isupper() and name):
                break
            name.append(token)
        if not name:
            return None
        words = self.words[self.quote_of[before]]
        found = Found(dash, name[-1], set(words))
        found.quotes = {self.quote_of[before]}
        return found

    def according_source(self, token: Token) -> Token | None:
        to = next((ch for ch in token.children if ch.lower_ == "to"), None)
        source = None if to is None else next((ch for ch in to.children if ch.dep_ == "pobj"), None)
        return source if source is None else c.issued_by(source)

    def of_noun(self, noun: Token) -> Found | None:
        """ "the minister's claim that …": the possessor says it."""
        owner = next((ch for ch in noun.children if ch.dep_ == "poss"), None)
        if owner is None:
            owner = self.light_subject(noun)
        if owner is None:
            return None
        content: set[int] = set()
        for child in noun.rights:
            if child.dep_ in ("acl", "ccomp", "relcl") and any(
                g.lower_ in ("that", "to") for g in child.lefts
            ):
                content |= {t.i for t in child.subtree}
        if not content and noun.dep_ == "nsubj" and noun.head.lemma_ == "be":
            content = {t.i for ch in noun.head.rights if ch.dep_ == "ccomp" for t in ch.subtree}
        if not content:
            return None
        found = Found(noun, owner, content)
        found.quotes = {self.quote_of[i] for i in content} - {-1}
        return found

    def of_mistagged(self, noun: Token) -> Found | None:
        """ "Ruiz charges that …": a verb that the parser took for a noun."""
        name = self.doc[noun.i - 1] if noun.i > noun.sent.start else None
        if noun.tag_ != "NNS" or name is None or name.tag_ not in ("NNP", "NNPS", "PRP"):
            return None
        content = self.after_that(noun)
        return Found(noun, name, content) if content and self.doc[noun.i + 1].i in content else None

    def light_subject(self, noun: Token) -> Token | None:
        """ "made a promise to", "issued a statement that": the verb's subject says it."""
        verb = noun.head
        if noun.dep_ == "dobj" and verb.pos_ == "VERB":
            return c.subject(verb)
        return None

    # ------------------------------------------------------------------ to spans
    def made(self, found: Found) -> Attribution | None:
        content = self.spans(found.content)
        if not content:
            return None
        made = self.bare(found.cue, found.source)
        felt = found.cue.lower_ in FEELINGS
        attitude = felt or (made.verb in ATTITUDE and made.verb not in CLAUSE | OBJECT)
        return replace(made, content=content, form=self.form(found.content), attitude=attitude)

    def span(self, i: int, j: int) -> Span:
        last = self.doc[j - 1]
        return Span(self.start + self.doc[i].idx, self.start + last.idx + len(last))

    def spans(self, tokens: Iterable[int]) -> tuple[Span, ...]:
        """Runs of tokens as spans, without the commas at their edges."""
        runs: list[list[int]] = []
        for i in sorted(tokens):
            if runs and i - runs[-1][-1] == 1:
                runs[-1].append(i)
            else:
                runs.append([i])
        made: list[Span] = []
        for run in runs:
            while run and self.doc[run[0]].text in TRIM:
                run.pop(0)
            while run and self.doc[run[-1]].text in TRIM:
                run.pop()
            if run and any(not self.doc[i].is_punct for i in run):
                made.append(self.span(run[0], run[-1] + 1))
        return tuple(made)

    def form(self, content: set[int]) -> Form:
        words = [i for i in content if not self.doc[i].is_punct and not self.doc[i].is_space]
        quoted = sum(self.quote_of[i] >= 0 for i in words)
        if quoted == 0:
            return "indirect"
        return "direct" if quoted == len(words) else "mixed"
