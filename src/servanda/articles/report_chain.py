"""How a statement reached the article: speaker, reporters, medium and day."""

from __future__ import annotations

import re
from datetime import date

from servanda.articles.article import Article
from servanda.articles.dates import Dated, dates_in
from servanda.articles.drafts import Link
from servanda.articles.model import Attribution, TextSpan
from servanda.articles.parties import CaseNames
from servanda.articles.speakers import Speaker

MEDIUM = re.compile(
    r"""(?ix)\b(?:told|on|in|to)\s+
    ((?:an?|the)?\s*(?:[\w'’]+\s){0,2}
    (?:television|tv|radio|programme|program|twitter|interview|broadcast|news\ conference
      |press\ conference|letter|statement|speech|channel))\b"""
)
OUTLET = re.compile(
    r"""(?x)\b(?:Times|Post|News|Agency|Herald|Tribune|Journal|Guardian|Reuters|AFP|AP|ISNA|IRNA
    |TASS|BBC|CNN|Daily|Gazette|Press|Monitor|Bloomberg|Xinhua|Al\ Jazeera)\b"""
)
CONTINUING_VERBS = frozenset(("add", "continue", "conclude"))
NEAR = 80


class ReportChains:
    """The reporting chains of an article's attributions."""

    def __init__(
        self,
        article: Article,
        sentences: list[TextSpan],
        said: list[Attribution],
        speakers: list[Speaker],
        names: CaseNames,
    ) -> None:
        self.names = names
        self.text = article.text
        self.sentences = sentences
        self.published = article.published
        self.said = said
        self.speakers = speakers

    def links(self, place: int) -> tuple[Link, ...]:
        """The speaker first, then each reporter outwards."""
        links: list[Link] = []
        at: int | None = place
        while at is not None:
            said, name = self.said[at], self.speakers[at].name
            outlet = OUTLET.search(name) is not None
            reports = outlet or (bool(links) and said.verb in ("accord", "report"))
            day = self.stated_day(said) if links else None
            how = "reported" if reports else "said"
            links.append(Link(name, how, self.medium(said), said.head, day))
            at = said.parent
        return tuple(links)

    def medium(self, said: Attribution) -> str | None:
        found = MEDIUM.search(self.text[said.cue.start : said.cue.start + 90].split("\n")[0])
        return " ".join(found.group(1).split()) if found else None

    def when(self, place: int) -> tuple[tuple[str | None, str] | None, bool]:
        """First and last possible day of a statement, and whether the text states them.

        Taken from its own sentence, else from the statement it continues ("adding"), else from
        its reporter. Otherwise only the upper bound is known: the day of publication.
        """
        outer: int | None = place
        while outer is not None:
            day = self.stated_day(self.said[outer]) or self.day_of_previous_statement(outer)
            if day is not None:
                return day, True
            outer = self.said[outer].parent
        return (None if self.published is None else (None, self.published.isoformat())), False

    def day_of_previous_statement(self, place: int) -> tuple[str | None, str] | None:
        """ "…, adding: …": the day of the same speaker's previous statement."""
        if place == 0 or self.said[place].verb not in CONTINUING_VERBS:
            return None
        before = next((i for i in range(place - 1, -1, -1) if self.is_statement(i)), place)
        if self.speakers[before].name != self.speakers[place].name:
            return None
        day, told = self.when(before)
        return day if told else None

    def is_statement(self, place: int) -> bool:
        """Whether an attribution has no nested one: it is a statement, not a report of one."""
        return not any(said.parent == place for said in self.said)

    def stated_day(self, said: Attribution) -> tuple[str, str] | None:
        """A date near the cue and outside the content, as (first day, last day)."""
        sentence = next((s for s in self.sentences if s.contains(said.cue)), said.cue)
        found = dates_in(sentence.of(self.text), self.published)
        named = [
            TextSpan(sentence.start + a.start, sentence.start + a.end)
            for a in self.names.agreement_in(sentence.of(self.text))
        ]
        for dated in offset_dates(found, sentence):
            outside = not any(span.overlaps(dated.at) for span in (*said.content, *named))
            near = abs(dated.at.start - said.cue.start) < NEAR
            before = self.text[max(0, dated.at.start - 4) : dated.at.start].lower()
            named_for_a_year = dated.grain == "year" and before == "the "
            if outside and near and not dated.ambiguous and not named_for_a_year:
                return days_of(dated)
        return None


def offset_dates(found: list[Dated], by: TextSpan) -> list[Dated]:
    """Dates found within the span `by`, with offsets into the whole text."""
    return [
        Dated(TextSpan(d.at.start + by.start, d.at.end + by.start), d.phrase, d.spans, d.grain)
        for d in found
    ]


def days_of(dated: Dated) -> tuple[str, str]:
    """The first and last day of a date phrase, inclusive, in ISO form."""
    start, end = dated.spans[0]
    return start.isoformat(), date.fromordinal(end.toordinal() - 1).isoformat()
