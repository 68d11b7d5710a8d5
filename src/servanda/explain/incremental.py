"""Judging a changed text again: only the clauses that the change reaches.

A clause whose footprint is the same before and after has the same verdicts; so an edit of one line,
or a hypothetical entry, costs what it touches and not the whole case. Accounts that read a clause
alike, on the same facts, need it judged once.
"""

from __future__ import annotations

from collections.abc import Iterable

from servanda.explain.judged import Judged
from servanda.judge.dependencies import Footprints
from servanda.judge.dispatch import judge
from servanda.judge.verdict import Verdict
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms


def judge_again(before: Iterable[Judged], norms: Norms, facts: Facts) -> tuple[Verdict, ...]:
    """The verdicts by new norms and facts, taking over what judgements `before` settled alike.

    Raises JudgeError as judging from scratch does.
    """
    footprints = Footprints(norms)
    clauses = dict.fromkeys(rule.clause for rule in norms.rules)
    left = {clause: footprints.of(clause, facts) for clause in clauses}
    found: dict[str, list[Verdict]] = {rule.id: [] for rule in norms.rules}
    for other in before:
        if not left:
            break
        alike = alike_in(other, left)
        for verdict in other.verdicts:
            if verdict.rule in alike:
                found[verdict.rule].append(verdict)
        done = {rule.clause for rule in norms.rules if rule.id in alike}
        left = {clause: print_ for clause, print_ in left.items() if clause not in done}
    touched = {rule.id for rule in norms.rules if rule.clause in left}
    if touched:
        whole = len(left) == len(clauses)
        judged = (norms, facts) if whole else footprints.within(footprints.follow(touched), facts)
        for verdict in judge(*judged):
            if verdict.rule in touched:
                found[verdict.rule].append(verdict)
    return tuple(verdict for rule in norms.rules for verdict in found[rule.id])


def alike_in(other: Judged, prints: dict[str, object]) -> set[str]:
    """The rules of the clauses that have the same footprint in another judgement."""
    if not other.norms.rules:
        return set()
    old = Footprints(other.norms)
    return {
        rule.id
        for rule in other.norms.rules
        if rule.clause in prints and old.of(rule.clause, other.facts) == prints[rule.clause]
    }
