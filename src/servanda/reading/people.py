"""Who a source is: a pronoun, a surname or a title brought back to its person in the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from servanda.reading.model import Attribution
from servanda.reading.parties import Names

if TYPE_CHECKING:
    from spacy.tokens import Doc

PRONOUNS = frozenset("he she him her his they who it its their".split())  # noqa: SIM905


GOVERNMENTS = frozenset("regime regimes administration government cabinet campaign team".split())  # noqa: SIM905


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
        self.spoke: list[tuple[int, str, str | None]] = []
        for start, doc in docs:
            for entity in doc.ents:
                after = doc[entity.end].lower_ if entity.end < len(doc) else ""
                if entity.label_ == "PERSON" and after not in GOVERNMENTS:
                    phrase = doc[entity.root.left_edge.i : entity.end].text
                    self.named.append((start + entity.start_char, entity.text, names.party(phrase)))

    def speaker(self, said: Attribution) -> Speaker:
        """Who says it; a pronoun is whoever spoke last, else the last person named."""
        phrase, head = said.source[0].of(self.text), said.head.of(self.text)
        if head.lower() in PRONOUNS:
            last = self.last_before(said.head.start)
            return Speaker(phrase, None) if last is None else Speaker(last[0], last[1], True)
        party = self.names.party(phrase)
        full = self.full_name(head, said.head.start)
        if full is None:
            return Speaker(phrase, party)
        self.spoke.append((said.head.start, full[0], party or full[1]))
        return Speaker(full[0], party or full[1], full[0] not in phrase)

    def last_before(self, place: int) -> tuple[str, str | None] | None:
        spoke = [p for p in self.spoke if p[0] < place]
        if spoke:
            return spoke[-1][1:]
        named = [p for p in self.named if p[0] < place]
        return self.full_name(named[-1][1].split()[-1], named[-1][0] + 1) if named else None

    def full_name(self, head: str, place: int) -> tuple[str, str | None] | None:
        """The fullest name given before for a surname: spaces within a name do not matter."""
        key = plain(head)
        same = [
            p for p in self.named if p[0] <= place and plain(p[1]).endswith(key) and len(key) > 2
        ]
        if not same:
            return None
        longest = max(same, key=lambda p: len(p[1]))
        return longest[1], next((p[2] for p in same if p[2]), None)


def plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalpha()).removesuffix("s")
