"""Build drafts from an article and a case: entries for the record if a person accepts them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from servanda.articles.annotations import annotate, offset_span
from servanda.articles.article import Article, csl
from servanda.articles.attribution import attributions_in, select_attributions
from servanda.articles.drafts import Attitude, Draft, Drafts
from servanda.articles.english_parser import parsed
from servanda.articles.entry_line import bracket_insertions, collapse_spaces, with_record
from servanda.articles.labels import insertions, labels_in, without_insertions
from servanda.articles.model import Attribution, TextSpan
from servanda.articles.non_responses import is_non_response, non_responses
from servanda.articles.parties import CaseNames
from servanda.articles.quotes import quotations
from servanda.articles.report_chain import ReportChains
from servanda.articles.review_notes import notes_for_reviewer
from servanda.articles.speakers import Speaker, SpeakerResolver
from servanda.articles.speech_acts import condition_of, kind_of
from servanda.syntax.tree import Agreement

if TYPE_CHECKING:
    from spacy.tokens import Doc

BREACH = re.compile(
    r"""(?ix)\b(?:breach(?:es|ed|ing)?|violat(?:e[sd]?|ing|ions?)|pulled\ out|withdr[ae]w\w*
    |non-?complian\w+|reneg\w+|abandon(?:s|ed)?)\b"""
)
ASIDE = re.compile(r"\s*(?:—|–|--)\s*")
FIRST_PERSON = ("i", "we", "you", "us")
AIMED = frozenset(("demand", "request", "threat", "offer", "promise", "refusal", "no answer"))
NO_PARTY = "the author is not a party: a person decides whether this enters the record"


def drafts_of(article: Article, agreement: Agreement) -> Drafts:
    """All drafts of an article, resolved against a case. Writes nothing."""
    return DraftBuilder(article, agreement).drafts()


class DraftBuilder:
    """Builds the drafts of one article for one case."""

    def __init__(self, article: Article, agreement: Agreement) -> None:
        self.article = article
        self.text = article.text
        self.names = CaseNames(agreement)
        self.docs: list[tuple[int, Doc]] = list(parsed(article.text))
        self.people = SpeakerResolver(self.docs, self.names, article.text)
        self.quotations = [
            TextSpan(p + q.start, p + q.end) for p, d in self.docs for q in quotations(d.text)
        ]
        self.sentences = [
            TextSpan(p + s.start_char, p + s.end_char) for p, d in self.docs for s in d.sents
        ]
        self.silent = non_responses(self.text)
        every = attributions_in(self.docs, article.text, attitudes=True, nested=True)
        found = [a for a in every if not is_non_response(self.text, a)]
        self.said = select_attributions(found, attitudes=False, nested=True)
        self.felt = [
            a for a in select_attributions(found, attitudes=True, nested=False) if a.attitude
        ]
        self.speakers = [self.people.speaker(said) for said in self.said]
        self.chains = ReportChains(article, self.sentences, self.said, self.speakers, self.names)

    def drafts(self) -> Drafts:
        reported: list[Draft] = []
        for place, said in enumerate(self.said):
            if not self.is_own_word(said) and not self.is_linked(place):
                reported.append(self.reported(len(reported) + 1, place))
        for span in self.silent:
            reported.append(self.no_answer(len(reported) + 1, span))
        author = [
            self.own(len(reported) + i, span) for i, span in enumerate(self.own_sentences(), 1)
        ]
        texts = [doc.text for _, doc in self.docs]
        return Drafts(
            self.article.file,
            self.text,
            csl(self.article),
            tuple(reported),
            tuple(author),
            tuple(notes_for_reviewer(self.article, texts, reported)),
            tuple(self.attitude(felt) for felt in self.felt),
        )

    def attitude(self, felt: Attribution) -> Attitude:
        """A belief or wish: listed separately, since it cannot enter a record."""
        name = felt.source[0].of(self.text)
        words = collapse_spaces(joined(self.text, felt.content))
        by = self.names.party(name)
        return Attitude(name, by, felt.verb, words, felt.content, felt.head)

    def is_own_word(self, said: Attribution) -> bool:
        """ "“We reply in kind,” she said": a first-person cue in a quotation adds no statement."""
        return said.parent is not None and said.head.of(self.text).lower() in FIRST_PERSON

    def is_linked(self, place: int) -> bool:
        """Whether a statement only reports another one, which becomes the draft."""
        return any(self.is_link(other, place) for other in self.said)

    def is_link(self, inner: Attribution, place: int) -> bool:
        """Whether an inner statement is this one's whole content: then both form one chain."""
        own = inner.parent != place or self.is_own_word(inner)
        return not own and covers(inner, self.said[place])

    # ------------------------------------------------------------------ what others say
    def reported(self, number: int, place: int) -> Draft:
        said, speaker = self.said[place], self.speakers[place]
        words = joined(self.text, said.content)
        kind = kind_of(said.verb, self.text[said.cue.start : said.cue.end + 12], words)
        found = annotate(self.text, said.content, self.names, self.article.published)
        named = (offset_span(s, m) for s in said.source for m in labels_in(s.of(self.text)))
        found["labels"] = tuple(dict.fromkeys((*named, *found["labels"])))
        inserted = [
            offset_span(part, i)
            for part in self.quoted_parts(said)
            for i in insertions(part.of(self.text))
        ]
        when, told = self.chains.when(place)
        draft = Draft(
            number,
            "reported",
            kind,
            speaker.party,
            self.chains.links(place),
            collapse_spaces(bracket_insertions(words) if inserted else words),
            said.content,
            said.form,
            to=self.addressed(kind, words, speaker.party),
            condition=self.condition(said),
            when=when,
            inserted=tuple(inserted),
            bare=collapse_spaces(without_insertions(words)) if inserted else None,
            confidence=confidence(said, speaker, told),
            needs=needs(speaker, when),
            **found,
        )
        return with_record(draft, self.article)

    def addressed(self, kind: str, words: str, by: str | None) -> str | None:
        """The addressee of a demand, offer or the like: the first other party named in it.

        Parties named only as witnesses ("as affirmed by …") are skipped.
        """
        if kind not in AIMED:
            return None
        words = re.split(r"(?i),? as (?:\w+ )?(?:affirmed|agreed|required|stated)\b", words)[0]
        return next((name for _, _, name in self.names.mentions(words) if name != by), None)

    def condition(self, said: Attribution) -> TextSpan | None:
        for span in said.content:
            found = condition_of(span.of(self.text))
            if found is not None:
                return offset_span(span, TextSpan(*found))
        return None

    def quoted_parts(self, said: Attribution) -> list[TextSpan]:
        """The parts of the content inside quotation marks."""
        return [
            TextSpan(max(s.start, q.start), min(s.end, q.end))
            for s in said.content
            for q in self.quotations
            if s.overlaps(q)
        ]

    def no_answer(self, number: int, span: TextSpan) -> Draft:
        """The draft of a non-response ("failed to respond"): who did not answer whom, and when."""
        sentence = next((s for s in self.sentences if s.contains(span)), span)
        before = TextSpan(sentence.start, span.start)
        named = list(self.names.mentions(before.of(self.text)))
        by = named[-1][2] if named else None
        place = offset_span(before, TextSpan(*named[-1][:2])) if named else span
        name = place.of(self.text) if named else ""
        found = annotate(self.text, (span,), self.names, self.article.published)
        when = self.chains.stated_day(
            Attribution((place,), place, span, (), "indirect", "answer")
        ) or (
            None if self.article.published is None else (None, self.article.published.isoformat())
        )
        speaker = Speaker(name, by)
        draft = Draft(
            number,
            "reported",
            "no answer",
            by,
            (),
            collapse_spaces(span.of(self.text)),
            (span,),
            "indirect",
            to=self.asked(span, by),
            when=when,
            confidence=0.6,
            needs=needs(speaker, when),
            **found,
        )
        return with_record(draft, self.article)

    def asked(self, span: TextSpan, by: str | None) -> str | None:
        """Who got no answer: a party named there, or the party of a person named there."""
        words = span.of(self.text)
        named = next((name for _, _, name in self.names.mentions(words) if name != by), None)
        return named or self.people.party_of_person_in(words, span.start)

    # ------------------------------------------------------------------ the author's own voice
    def own_sentences(self) -> list[TextSpan]:
        """Sentences in the author's own voice; of a sentence with a non-response, the rest."""
        taken = [
            span
            for place, said in enumerate(self.said)
            for span in (*(() if self.is_linked(place) else said.content), said.cue)
        ]
        found: list[TextSpan] = []
        for start, doc in self.docs:
            for sentence in doc.sents:
                span = TextSpan(start + sentence.start_char, start + sentence.end_char)
                silent = next((s for s in self.silent if s.overlaps(span)), None)
                if silent is not None:
                    rest = self.text[silent.end : span.end]
                    span = TextSpan(span.end - len(rest.lstrip(" —–-,")), span.end)
                span = self.after_dash(span, taken)
                if len(span.of(self.text).split()) > 2 and not any(t.overlaps(span) for t in taken):
                    found.append(span)
        return found

    def after_dash(self, sentence: TextSpan, taken: list[TextSpan]) -> TextSpan:
        """ "He called for X — an attribute its rulers shun": the author's words after the dash."""
        last = max((t.end for t in taken if t.overlaps(sentence)), default=sentence.start)
        dash = ASIDE.match(self.text, last, sentence.end)
        return sentence if dash is None else TextSpan(dash.end(), sentence.end)

    def own(self, number: int, span: TextSpan) -> Draft:
        found = annotate(self.text, (span,), self.names, self.article.published)
        alleged = bool(BREACH.search(span.of(self.text)) and found["parties"])
        return Draft(
            number,
            "author",
            "alleged breach" if alleged else "assertion",
            None,
            (),
            collapse_spaces(span.of(self.text)),
            (span,),
            "indirect",
            needs=(NO_PARTY,),
            **found,
        )


def joined(text: str, spans: tuple[TextSpan, ...]) -> str:
    """The words of several spans, with an ellipsis for omitted words."""
    made = spans[0].of(text)
    for before, span in pairwise(spans):
        between = text[before.end : span.start]
        whole = not any(c.isalnum() for c in between) and "\n" not in between and len(between) < 3
        made += (between if whole else " … ") + span.of(text)
    return made


def covers(inner: Attribution, outer: Attribution) -> bool:
    """Whether an inner attribution is (nearly) the whole content of an outer one."""
    span = max(outer.content, key=lambda s: s.end - s.start)
    reach = max(s.end for s in inner.content) - min(inner.source[0].start, inner.content[0].start)
    begins = 0 <= inner.source[0].start - span.start <= 12
    return begins or reach >= 0.5 * (span.end - span.start)


def confidence(said: Attribution, speaker: Speaker, told: bool) -> float:
    """A rank for the reviewer, not a probability: quoted, named and dated ones score higher."""
    score = {"direct": 0.8, "mixed": 0.7, "indirect": 0.6}[said.form]
    score += 0.1 * told + 0.05 * (speaker.party is not None) - 0.15 * speaker.resolved
    return round(min(score, 0.95), 2)


def needs(speaker: Speaker, when: tuple[str | None, str] | None) -> tuple[str, ...]:
    found = []
    if speaker.party is None:
        found.append("a party of the case who says it")
    if when is None:
        found.append("a date")
    elif when[0] is None:
        found.append(f"a date: the text gives none; it was on or before {when[1]}")
    return tuple(found)
