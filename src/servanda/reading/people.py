"""Who a source is: a pronoun, a surname or a title brought back to its person in the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from servanda.reading.model import Attribution
from servanda.reading.parties import Names

if TYPE_CHECKING:
    from spacy.tokens import Doc

PRONOUNS = frozenset("he she him her his they who it its their".split())  # noqa: SIM905


class Speaker(Struct, frozen=True):
    """`name` as the document first gives it, the party it speaks for, and whether it was resolved."""

    name: str
    party: str | None
    resolved: bool = False


class People:
    """The persons a document has named so far, in reading order."""

    def __init__(self, docs: list[tuple[int, Doc]], names: Names, text: str) -> None:
        self.names = names
        self.text = text
        self.named: list[tuple[int, str, str | None]] = []
        for start, doc in docs:
            for entity in doc.ents:
                if entity.label_ == "PERSON":
                    phrase = doc[entity.root.left_edge.i : entity.end].text
                    self.named.append((start + entity.start_char, entity.text, names.party(phrase)))

    def speaker(self, said: Attribution, before: Speaker | None) -> Speaker:
        """Who says it; `before` is the speaker of the attribution before."""
        phrase = said.source[0].of(self.text)
        head = said.head.of(self.text)
        party = self.names.party(phrase)
        if head.lower() in PRONOUNS:
            found = self.last_before(said.head.start)
            if found is None:
                return Speaker(phrase, None)
            return Speaker(found[0], found[1], True)
        full = self.full_name(head, said.head.start)
        if full is not None:
            return Speaker(full[0], party or full[1], full[0] not in phrase)
        if party is None and before is not None and before.party and phrase.lower().startswith("the "):
            return Speaker(phrase, None)
        return Speaker(phrase, party)

    def last_before(self, place: int) -> tuple[str, str | None] | None:
        earlier = [p for p in self.named if p[0] < place]
        return self.full_name(earlier[-1][1].split()[-1], earlier[-1][0] + 1) if earlier else None

    def full_name(self, head: str, place: int) -> tuple[str, str | None] | None:
        """The fullest name given before for a surname: spaces within a name do not matter."""
        key = plain(head)
        same = [p for p in self.named if p[0] <= place and plain(p[1]).endswith(key) and len(key) > 2]
        if not same:
            return None
        longest = max(same, key=lambda p: len(p[1]))
        return longest[1], next((p[2] for p in same if p[2]), None)


def plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalpha()).removesuffix("s")
