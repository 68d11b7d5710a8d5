"""Find mentions of a case's parties, clauses and agreement in English text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from servanda.articles.model import TextSpan
from servanda.syntax.tree import Agreement, Group, Party

# Customary English names of states and bodies: adjective, capital, organs.
CUSTOM: dict[str, str] = {
    "US": "United States|U.S.|USA|American|Washington|White House|State Department|Pentagon"
    "|Treasury Department|Biden administration|Trump administration|Obama administration"
    "|Biden regime",
    "Iran": "Iranian|Tehran|Islamic Republic",
    "UK": "United Kingdom|Britain|British|London|Downing Street",
    "France": "French|Paris|Élysée",
    "Germany": "German|Berlin",
    "China": "Chinese|Beijing",
    "Russia": "Russian|Moscow|Kremlin",
    "EU": "European Union|E.U.|Brussels|European Commission",
    "IAEA": "International Atomic Energy Agency|UN nuclear watchdog",
    "SecurityCouncil": "Security Council",
    "E3": "E-3|European three",
    "Israel": "Israeli",
}
CLAUSE = re.compile(
    r"(?i)\b(?:paragraphs?|clauses?|articles?|sections?|para\.?)\s+([A-Z]{0,3}\.?\d+[A-Za-z0-9.]*)"
)


def agreement_pattern(agreement: Agreement) -> re.Pattern[str]:
    """A pattern for an agreement: its name, title, and phrases like "the 2015 nuclear deal"."""
    names = [agreement.header.name, agreement.header.title or ""]
    parties = [p.name for p in agreement.parties] + [p.title or "" for p in agreement.parties]
    called = "|".join(re.escape(n) for n in sorted(filter(None, names), key=len, reverse=True))
    about = "|".join(re.escape(n) for n in parties if n)
    return re.compile(
        rf"\b(?:(?:the )?(?:{called})(?: (?:deal|accord|agreement|pact))?"
        rf"|(?:the (?:(?:19|20)\d\d )?(?:(?:landmark|nuclear|international|multilateral|{about}) )*"
        rf"|(?:{about}) nuclear )(?:deal|accord|agreement|pact|treaty))\b"
    )


class CaseNames:
    """The names of a case's parties, groups, bodies and clauses, for searching text."""

    def __init__(self, agreement: Agreement) -> None:
        self.known: dict[str, str] = {}
        declared: list[Party | Group] = [*agreement.parties, *agreement.groups]
        for one in declared:
            self.add(one.name, one.name)
            self.add(one.title or "", one.name)
            for word in CUSTOM.get(one.name, "").split("|"):
                self.add(word, one.name)
        self.members = {g.name: g.members for g in agreement.groups}
        self.agreement = agreement_pattern(agreement)
        self.clauses = {c.id for c in agreement.clauses}
        self.titles = {c.title.lower(): c.id for c in agreement.clauses if c.title}

    def add(self, word: str, name: str) -> None:
        if word:
            self.known.setdefault(word, name)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        every = sorted(self.known, key=len, reverse=True)
        return (
            re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, every))})(?!\w)")
            if every
            else re.compile("(?!)")
        )

    def mentions(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Mentions of parties, groups and bodies: (start, end, name in the case)."""
        for match in self.pattern.finditer(text):
            yield match.start(), match.end(), self.known[match.group()]

    def party(self, text: str) -> str | None:
        """The first party named in a phrase, or a group if all its members are named."""
        named = [name for _, _, name in self.mentions(text)]
        whole = (g for g, members in self.members.items() if set(members) == set(named))
        return next(whole, None) or (named[0] if named else None)

    def agreement_in(self, text: str) -> Iterator[TextSpan]:
        """Spans that mention the agreement by name, title or "the deal"."""
        for match in self.agreement.finditer(text):
            yield TextSpan(match.start(), match.end())

    def clauses_in(self, text: str) -> list[str]:
        """Ids of clauses named by number or heading."""
        numbers = [m.group(1) for m in CLAUSE.finditer(text)]
        found = [n.rstrip(".") for n in numbers if n.rstrip(".") in self.clauses]
        low = text.lower()
        found += [id_ for title, id_ in self.titles.items() if len(title) > 6 and title in low]
        return list(dict.fromkeys(found))
