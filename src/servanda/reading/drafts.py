"""Draft entries of an article: what would be added to a record if a person confirms it."""

from __future__ import annotations

import re
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from servanda.language.model import Agreement
from servanda.reading.amounts import Amount, amounts_in
from servanda.reading.attribution import chosen, found_in
from servanda.reading.dates import Dated, dates_in
from servanda.reading.kinds import IN_RECORD, SILENCE, condition_of, kind_of
from servanda.reading.labels import (
    differences,
    insertions,
    labels_in,
    same_quotation,
    without_insertions,
)
from servanda.reading.model import Attribution, Span
from servanda.reading.page import Article, csl, source_id
from servanda.reading.parse import parsed
from servanda.reading.parties import Names
from servanda.reading.people import People, Speaker
from servanda.reading.quotes import quotations, unbalanced

if TYPE_CHECKING:
    from spacy.tokens import Doc

BREACH = re.compile(
    r"(?i)\b(?:breach(?:es|ed|ing)?|violat(?:e[sd]?|ing|ions?)|pulled out|withdr[ae]w\w*|non-?complian\w+|reneg\w+|abandon(?:s|ed)?)\b"
)
MEDIUM = re.compile(
    r"(?i)\b(?:told|on|in|to)\s+((?:an?|the)?\s*(?:[\w'’]+\s){0,2}(?:television|tv|radio|programme|program|twitter|interview|broadcast|news conference|press conference|letter|statement|speech|channel))\b"
)
OUTLET = re.compile(
    r"\b(?:Times|Post|News|Agency|Herald|Tribune|Journal|Guardian|Reuters|AFP|AP|ISNA|IRNA|TASS|BBC|CNN|Daily|Gazette|Press|Monitor|Bloomberg|Xinhua|Al Jazeera)\b"
)
LONGEST_TEXT = 400
AIMED = frozenset(("demand", "request", "threat", "offer", "promise", "refusal", "no answer"))


class Link(Struct, frozen=True):
    """One step of who says it through whom, the nearest to the words first."""

    name: str
    how: str
    on: str | None = None
    at: Span | None = None
    day: tuple[str, str] | None = None


class Draft(Struct, frozen=True):
    """One thing said, and its line for the record (None where a person must complete it: `needs`)."""

    number: int
    voice: str
    kind: str
    by: str | None
    chain: tuple[Link, ...]
    text: str
    spans: tuple[Span, ...]
    form: str
    to: str | None = None
    condition: Span | None = None
    when: tuple[str, str] | None = None
    clauses: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    inserted: tuple[Span, ...] = ()
    bare: str | None = None
    labels: tuple[Span, ...] = ()
    dates: tuple[Dated, ...] = ()
    amounts: tuple[Amount, ...] = ()
    confidence: float = 0.5
    needs: tuple[str, ...] = ()
    record: str | None = None


class Drafts(Struct, frozen=True):
    """All drafts of an article: what others say, and apart from it what its author says."""

    file: str
    text: str
    source: dict[str, Any]
    reported: tuple[Draft, ...]
    author: tuple[Draft, ...]
    remarks: tuple[str, ...] = ()


def drafts_of(article: Article, agreement: Agreement) -> Drafts:
    """Read an article against a case. Nothing is written."""
    return Reader(article, agreement).drafts()


class Reader:
    def __init__(self, article: Article, agreement: Agreement) -> None:
        self.article = article
        self.text = article.text
        self.names = Names(agreement)
        self.docs: list[tuple[int, Doc]] = list(parsed(article.text))
        self.people = People(self.docs, self.names, article.text)
        self.quotations = [
            Span(p + q.start, p + q.end) for p, d in self.docs for q in quotations(d.text)
        ]
        self.sentences = [
            Span(p + s.start_char, p + s.end_char) for p, d in self.docs for s in d.sents
        ]
        found = found_in(self.docs, article.text, nested=True)
        self.said = [a for a in found if not self.is_silence(a)]
        if len(self.said) < len(found):
            self.said = chosen(self.said, True, True)

    def is_silence(self, said: Attribution) -> bool:
        """ "failed to respond" is no statement."""
        line = self.text[max(0, said.cue.start - 60) : said.cue.end + 60]
        shift = max(0, said.cue.start - 60)
        found = (Span(m.start() + shift, m.end() + shift) for m in SILENCE.finditer(line))
        return any(span.meets(said.cue) for span in found)

    def drafts(self) -> Drafts:
        speakers: list[Speaker] = []
        for said in self.said:
            speakers.append(self.people.speaker(said))
        reported: list[Draft] = []
        for place, said in enumerate(self.said):
            if not any(other.parent == place and covers(other, said) for other in self.said):
                reported.append(self.reported(len(reported) + 1, place, speakers))
        reported += self.silences(len(reported))
        author = self.author_says(len(reported))
        return Drafts(
            self.article.file,
            self.text,
            csl(self.article),
            tuple(reported),
            tuple(author),
            (*self.remarks(), *same_words(reported)),
        )

    # ------------------------------------------------------------------ what others say
    def reported(self, number: int, place: int, speakers: list[Speaker]) -> Draft:
        said, speaker = self.said[place], speakers[place]
        quoted = " … ".join(span.of(self.text) for span in said.content)
        kind = kind_of(said.verb, self.text[said.cue.start : said.cue.end + 12], quoted)
        chain = self.chain(place, speakers)
        mentioned = [n for _, _, n in self.names.found(quoted)]
        to = next((n for n in mentioned if n != speaker.party), None) if kind in AIMED else None
        condition = condition_of(said.content[0].of(self.text))
        start = said.content[0].start
        inserted = [i for s in self.quoted_parts(said) for i in insertions(self.text, s)]
        dates = [
            d
            for span in said.content
            for d in self.moved(dates_in(span.of(self.text), self.article.published), span)
        ]
        amounts = [
            Amount(Span(a.at.start + s.start, a.at.end + s.start), a.value, a.unit, a.bound)
            for s in said.content
            for a in amounts_in(s.of(self.text))
        ]
        when, told = self.when(said)
        draft = Draft(
            number, "reported", kind, speaker.party, chain, tidy(bracketed(quoted) if inserted else quoted), said.content, said.form,
            to=to,
            condition=None if condition is None else Span(start + condition[0], start + condition[1]),
            when=when,
            clauses=tuple(self.names.clauses_in(quoted)),
            parties=tuple(dict.fromkeys(mentioned)),
            inserted=tuple(inserted),
            bare=tidy(without_insertions(quoted)) if inserted else None,
            labels=tuple(Span(start + s.start, start + s.end) for s in labels_in(said.content[0].of(self.text))),
            dates=tuple(dates),
            amounts=tuple(amounts),
            confidence=confidence(said, speaker, told),
            needs=needs(speaker, when),
        )  # fmt: skip
        return with_record(draft, self.article)

    def chain(self, place: int, speakers: list[Speaker]) -> tuple[Link, ...]:
        """The speaker, then whoever reports that, outwards."""
        links: list[Link] = []
        at: int | None = place
        while at is not None:
            said = self.said[at]
            outlet = bool(OUTLET.search(speakers[at].name)) or said.verb in ("accord", "report")
            how = "reported" if outlet and (links or OUTLET.search(speakers[at].name)) else "said"
            day = self.day_told(said) if links else None
            links.append(Link(speakers[at].name, how, self.medium(said), said.head, day))
            at = said.parent
        return tuple(links)

    def medium(self, said: Attribution) -> str | None:
        found = MEDIUM.search(self.text[said.cue.start : said.cue.start + 90].split("\n")[0])
        return " ".join(found.group(1).split()) if found else None

    def when(self, said: Attribution) -> tuple[tuple[str, str] | None, bool]:
        """The day it was said, as its own sentence tells, or that of whoever reports it; else the
        day of publication; and whether the text told it."""
        outer: Attribution | None = said
        while outer is not None:
            day = self.day_told(outer)
            if day is not None:
                return day, True
            outer = None if outer.parent is None else self.said[outer.parent]
        published = self.article.published
        return (None if published is None else (published.isoformat(),) * 2), False

    def day_told(self, said: Attribution) -> tuple[str, str] | None:
        """A date near the cue, outside of what is said."""
        sentence = next((s for s in self.sentences if s.holds(said.cue)), said.cue)
        found = dates_in(sentence.of(self.text), self.article.published)
        for dated in self.moved(found, sentence):
            outside = not any(span.meets(dated.at) for span in said.content)
            near = abs(dated.at.start - said.cue.start) < 80
            if outside and near and not dated.ambiguous:
                return iso(dated)
        return None

    def moved(self, found: list[Dated], by: Span) -> list[Dated]:
        return [
            Dated(Span(d.at.start + by.start, d.at.end + by.start), d.phrase, d.spans, d.grain)
            for d in found
        ]

    def quoted_parts(self, said: Attribution) -> list[Span]:
        """The parts of what is said that stand inside quotation marks."""
        return [
            Span(max(s.start, q.start), min(s.end, q.end))
            for s in said.content
            for q in self.quotations
            if s.meets(q)
        ]

    def silences(self, number: int) -> list[Draft]:
        """ "failed to respond": no answer is a kind of its own, and no line of the record says it yet."""
        found: list[Draft] = []
        for match in SILENCE.finditer(self.text):
            line = self.text[self.text.rfind("\n", 0, match.start()) + 1 : match.start()]
            by = next((n for _, _, n in reversed(list(self.names.found(line)))), None)
            number += 1
            span = Span(match.start(), match.end())
            to = self.names.party(match.group())
            found.append(
                Draft(
                    number,
                    "reported",
                    "no answer",
                    by,
                    (),
                    tidy(match.group()),
                    (span,),
                    "indirect",
                    to=to,
                    confidence=0.6,
                    needs=("a person's words for the record",),
                )
            )
        return found

    # ------------------------------------------------------------------ the author's own voice
    def author_says(self, number: int) -> list[Draft]:
        """The sentences that nobody in the article says but its author."""
        taken = [s for said in self.said for s in (*said.content, said.cue)]
        found: list[Draft] = []
        for start, doc in self.docs:
            for sentence in doc.sents:
                span = Span(start + sentence.start_char, start + sentence.end_char)
                if len(sentence) < 4 or any(t.meets(span) for t in taken):
                    continue
                number += 1
                found.append(self.own(number, span))
        return found

    def own(self, number: int, span: Span) -> Draft:
        words = span.of(self.text)
        parties = tuple(dict.fromkeys(n for _, _, n in self.names.found(words)))
        alleged = bool(BREACH.search(words) and parties)
        return Draft(
            number, "author", "alleged breach" if alleged else "assertion", None, (), tidy(words), (span,), "indirect",
            parties=parties,
            clauses=tuple(self.names.clauses_in(words)),
            labels=tuple(Span(span.start + s.start, span.start + s.end) for s in labels_in(words)),
            dates=tuple(self.moved(dates_in(words, self.article.published), span)),
            amounts=tuple(Amount(Span(a.at.start + span.start, a.at.end + span.start), a.value, a.unit, a.bound) for a in amounts_in(words)),
            confidence=0.5,
            needs=("the author is no party: a person decides whether this enters the record",),
        )  # fmt: skip

    def remarks(self) -> list[str]:
        found = []
        if self.article.published is None:
            found.append(
                "the publication date is not known: relative dates are left open; say it with --published"
            )
        if any(unbalanced(doc.text) for _, doc in self.docs):
            found.append(
                "a quotation is opened and never closed (or the reverse): look at its end yourself"
            )
        return found


def same_words(drafts: list[Draft]) -> list[str]:
    """Quotations that several drafts carry, and where their words differ."""
    quoted_ones = [d for d in drafts if d.form != "indirect"]
    found = []
    for one, other in combinations(quoted_ones, 2):
        if one.chain != other.chain and same_quotation(one.text, other.text):
            apart = [f"'{a}' against '{b}'" for a, b in differences(one.text, other.text)]
            said = "; ".join(apart) or "word for word alike"
            found.append(f"drafts {one.number} and {other.number} carry one quotation: {said}")
    return found


def covers(inner: Attribution, outer: Attribution) -> bool:
    """Whether an inner attribution is all that an outer one says: then they are one chain."""
    span = max(outer.content, key=lambda s: s.end - s.start)
    reach = max(s.end for s in inner.content) - min(inner.source[0].start, inner.content[0].start)
    begins = 0 <= inner.source[0].start - span.start <= 12
    return begins or reach >= 0.5 * (span.end - span.start)


def confidence(said: Attribution, speaker: Speaker, told: bool) -> float:
    """A rough order for the reviewer, not a probability: quoted, named and dated count for it."""
    score = {"direct": 0.8, "mixed": 0.7, "indirect": 0.6}[said.form]
    score += 0.1 * told + 0.05 * (speaker.party is not None) - 0.15 * speaker.resolved
    return round(min(score, 0.95), 2)


def needs(speaker: Speaker, when: tuple[str, str] | None) -> tuple[str, ...]:
    found = []
    if speaker.party is None:
        found.append("a party of the case who says it")
    if when is None:
        found.append("a date")
    return tuple(found)


def iso(dated: Dated) -> tuple[str, str]:
    """The first and last day of a date phrase, both included."""
    start, end = dated.spans[0]
    return start.isoformat(), date.fromordinal(end.toordinal() - 1).isoformat()


def bracketed(text: str) -> str:
    """A quotation with the author's words in square brackets, as editors mark them."""
    return re.sub(r"\(([^)\n]{1,120})\)", r"[\1]", text)


def tidy(text: str) -> str:
    return " ".join(text.split())


def quoted(text: str) -> str:
    """A text as the record writes it: one line, no double marks inside."""
    plain = re.sub(r"[“”„«»\"]", "'", tidy(text)).replace("\\", "/")
    return (
        f'"{plain[:LONGEST_TEXT]}"'
        if len(plain) <= LONGEST_TEXT
        else f'"{plain[: LONGEST_TEXT - 1]}…"'
    )


def with_record(draft: Draft, article: Article) -> Draft:
    """The draft with its line in the record's language, where nothing is lacking."""
    from msgspec.structs import replace

    verb = IN_RECORD.get(draft.kind)
    if draft.needs or verb is None or draft.by is None or draft.when is None:
        return draft
    first, last = draft.when
    day = first if first == last else f"{first}..{last}"
    to = f" {draft.to}" if draft.to and not draft.clauses else ""
    clause = f" clause {draft.clauses[0]}" if draft.clauses else ""
    parts = [
        f"said by {quoted(draft.chain[0].name)}"
        + (f" on {quoted(draft.chain[0].on)}" if draft.chain[0].on else "")
    ]
    for link in draft.chain[1:]:
        on = f" on {link.day[0]}" if link.day and link.day[0] == link.day[1] else ""
        parts.append(f"reported by {quoted(link.name)}{on}")
    if article.published is not None:
        parts.append(f"reported {article.published.isoformat()}")
    parts.append(f"source {source_id(article)}")
    line = f"{day} {draft.by} {verb}{to}{clause} {quoted(draft.text)}\n  alleged, " + ", ".join(
        parts
    )
    return replace(draft, record=line)
