"""Truth in three values, for the naive judge, and whether a vague term is what leaves it open."""

from __future__ import annotations

from typing import NamedTuple

FALSE, POSSIBLE, SURE = 0, 1, 2


class Truth(NamedTuple):
    """A three-valued truth; `vague`: it is open, among other things, because of a vague term."""

    value: int
    vague: bool = False


def negated(truth: Truth) -> Truth:
    return Truth(2 - truth.value, truth.vague)


def either(truths: list[Truth]) -> Truth:
    value = max((t.value for t in truths), default=FALSE)
    return Truth(value, value == POSSIBLE and any(t.vague for t in truths))


def both(truths: list[Truth]) -> Truth:
    return negated(either([negated(t) for t in truths]))
