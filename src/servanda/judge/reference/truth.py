"""Three-valued truth: false, possible or sure, with what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from servanda.record.facts import Complete

FALSE, POSSIBLE, SURE = 0, 1, 2

Ground = str | Complete
"""What a truth rests on: an entry, by its id, or a declaration of completeness."""
Grounds = frozenset[Ground]

NOTHING: Grounds = frozenset()


class Truth:
    """A three-valued truth.

    `vague`: it is open, among other things, because of a vague term. `because`: grounds that
    suffice for it. Judged on any part of the facts that has these, it is the same. Equality and
    hash ignore the grounds.
    """

    __slots__ = ("because", "vague", "value")

    def __init__(self, value: int, vague: bool = False, because: Grounds = NOTHING) -> None:
        self.value = value
        self.vague = vague
        self.because = because

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Truth) and (self.value, self.vague) == (other.value, other.vague)

    def __hash__(self) -> int:
        return hash((self.value, self.vague))

    def __repr__(self) -> str:
        return f"Truth({self.value}, vague={self.vague}, because={set(self.because)})"


NO, YES = Truth(FALSE), Truth(SURE)


def negated(truth: Truth) -> Truth:
    return Truth(2 - truth.value, truth.vague, truth.because)


def either(truths: Sequence[Truth]) -> Truth:
    """One sure truth suffices for a sure one; otherwise all of them are needed."""
    if not truths:
        return NO
    sure = [t for t in truths if t.value == SURE]
    if sure:
        fewest = sure[0] if len(sure) == 1 else min(sure, key=lambda t: rank(t.because))
        return Truth(SURE, False, fewest.because)
    because = NOTHING.union(*[t.because for t in truths])
    possible = [t for t in truths if t.value == POSSIBLE]
    if not possible:
        return Truth(FALSE, False, because) if because else NO
    return Truth(POSSIBLE, any([t.vague for t in truths]), because)


def both(truths: Sequence[Truth]) -> Truth:
    return negated(either([negated(t) for t in truths]))


def rank(grounds: Grounds) -> tuple[int, list[str]]:
    """The fewest grounds first, then by their names, so that the choice is always the same."""
    return len(grounds), sorted(map(str, grounds)) if len(grounds) < 20 else []


def entries_of(grounds: Grounds) -> tuple[str, ...]:
    """The ids of the entries among some grounds, in order."""
    return tuple(sorted(g for g in grounds if isinstance(g, str)))
