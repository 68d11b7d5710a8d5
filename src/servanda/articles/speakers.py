"""Resolve the source of a statement: pronouns, surnames and titles to persons of the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from servanda.articles.model import Attribution
from servanda.articles.parties import CaseNames

if TYPE_CHECKING:
    from spacy.tokens import Doc

PRONOUNS = frozenset(("he", "she", "him", "her", "his"))
UNRESOLVABLE = frozenset("they their it its we i you who that which those these some".split())  # noqa: SIM905
GOVERNMENTS = frozenset("regime regimes administration government cabinet campaign team".split())  # noqa: SIM905
NEAR = 40


class Speaker(Struct, frozen=True):
    """A speaker: full name, party, and whether a pronoun, surname or title was resolved to it."""

    name: str
    party: str | None
    resolved: bool = False


class NamedPerson(NamedTuple):
    """A mention of a person: offset, name, party, and the noun phrase with the title."""

    place: int
    name: str
    party: str | None
    phrase: str


class SpeakerResolver:
    """Resolves speakers, in reading order, to persons that the document has named so far."""

    def __init__(self, docs: list[tuple[int, Doc]], names: CaseNames, text: str) -> None:
        self.names = names
        self.text = text
        self.named: list[NamedPerson] = []
        self.spoke: list[tuple[int, str, str | None]] = []
        self.groups: list[tuple[int, str, str | None]] = []
        for start, doc in docs:
            for entity in doc.ents:
                after = doc[entity.end].lower_ if entity.end < len(doc) else ""
                if entity.label_ == "PERSON" and after not in GOVERNMENTS:
                    left, right = entity.root.left_edge.i, entity.root.right_edge.i + 1
                    party = names.party(doc[left : entity.end].text)
                    whole = doc[left : min(right, entity.end + 8)].text
                    place = start + entity.start_char
                    self.named.append(NamedPerson(place, entity.text, party, whole.lower()))

    def speaker(self, said: Attribution) -> Speaker:
        """The speaker of an attribution.

        "He" is the last speaker, else the last person named; "the minister" the last person named
        with that title. Call it in text order.
        """
        phrase, head = said.source[0].of(self.text), said.head.of(self.text)
        if head.lower() in PRONOUNS:
            last = self.last_speaker_before(said.head.start)
            return Speaker(phrase, None) if last is None else Speaker(last[0], last[1], True)
        if head.lower() in UNRESOLVABLE:
            return self.antecedent(phrase, head, said)
        party = self.names.party(phrase)
        self.groups.append((said.head.start, phrase, party))
        start = said.head.start
        full = (
            self.in_apposition(said)
            or self.full_name(head, start)
            or self.by_title(phrase, head, start)
        )
        if full is None:
            return Speaker(phrase, party)
        self.spoke.append((said.head.start, full[0], party or full[1]))
        return Speaker(full[0], party or full[1], full[0] not in phrase)

    def in_apposition(self, said: Attribution) -> tuple[str, str | None] | None:
        """ "its envoy, Pavel Doran,": a person named within the source phrase."""
        span = said.source[0]
        near = [p for p in self.named if span.start <= p.place < span.end]
        if not near or near[0].place <= said.head.start:
            return None
        return self.full_name(near[0].name, near[0].place) or (near[0].name, near[0].party)

    def antecedent(self, phrase: str, head: str, said: Attribution) -> Speaker:
        """ "Ruiz, who said": the name directly before. "They": the party that spoke before in the
        same paragraph. Other pronouns stay unresolved."""
        near = [p for p in self.named if 0 <= said.head.start - p.place - len(p.name) <= NEAR]
        if head.lower() == "who" and near:
            return Speaker(near[-1].name, near[-1].party, True)
        last = self.groups[-1] if self.groups and head.lower() in ("they", "it") else None
        if last is not None and last[2] and "\n" not in self.text[last[0] : said.head.start]:
            return Speaker(last[1], last[2], True)
        return Speaker(phrase, None)

    def by_title(self, phrase: str, head: str, place: int) -> tuple[str, str | None] | None:
        """ "the minister": the last person named with that title."""
        if not (phrase.lower().startswith("the ") and head.islower()):
            return None
        title = re.compile(rf"\b{re.escape(head)}\b")
        same = [p for p in self.named if p.place < place and title.search(p.phrase)]
        return (same[-1].name, same[-1].party) if same else None

    def party_of_person_in(self, words: str, place: int) -> str | None:
        """The party of a person whose name or title occurs in these words."""
        for the, word in re.findall(r"\b(the )?([^\W\d_]+)", words):
            by_name = self.full_name(word, place) if word[0].isupper() else None
            full = by_name or (self.by_title(f"the {word}", word, place) if the else None)
            if full is not None and full[1] is not None:
                return full[1]
        return None

    def last_speaker_before(self, place: int) -> tuple[str, str | None] | None:
        spoke = [p for p in self.spoke if p[0] < place]
        if spoke:
            return spoke[-1][1:]
        named = [p for p in self.named if p.place < place]
        return self.full_name(named[-1].name.split()[-1], named[-1].place + 1) if named else None

    def full_name(self, head: str, place: int) -> tuple[str, str | None] | None:
        """The longest name before `place` that ends with this surname, and its party."""
        key = plain(head)
        same = [
            p
            for p in self.named
            if p.place <= place and plain(p.name).endswith(key) and len(key) > 2
        ]
        if not same:
            return None
        longest = max(same, key=lambda p: len(p.name))
        return longest.name, next((p.party for p in same if p.party), None)


def plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalpha()).removesuffix("s")
