"""Judging a changed text again: only the clauses that the change reaches.

A clause whose footprint is the same before and after has the same verdicts; so an edit of one line,
or a hypothetical entry, costs what it touches and not the whole case.
"""

from __future__ import annotations

from servanda.answers.footprints import Footprints
from servanda.answers.judged import Judged
from servanda.judge.engine import judge
from servanda.judge.verdicts import Verdict
from servanda.language.core import Norms
from servanda.record.facts import Facts


def judge_again(before: Judged | None, norms: Norms, facts: Facts) -> tuple[Verdict, ...]:
    """The verdicts by new norms and facts, taking over what `before` already settled.

    Raises JudgeError as judging from scratch does.
    """
    if before is None or before.facts.now != facts.now:
        return judge(norms, facts)
    old, new = Footprints(before.norms), Footprints(norms)
    clauses = dict.fromkeys(rule.clause for rule in norms.rules)
    changed = {c for c in clauses if old.of(c, before.facts) != new.of(c, facts)}
    fresh: tuple[Verdict, ...] = ()
    if changed:
        reach = new.follow([rule.id for rule in norms.rules if rule.clause in changed])
        fresh = judge(*new.within(reach, facts))
    found: dict[str, list[Verdict]] = {rule.id: [] for rule in norms.rules}
    touched = {rule.id for rule in norms.rules if rule.clause in changed}
    for verdict in before.verdicts:
        if verdict.rule in found and verdict.rule not in touched:
            found[verdict.rule].append(verdict)
    for verdict in fresh:
        if verdict.rule in touched:
            found[verdict.rule].append(verdict)
    return tuple(verdict for rule in norms.rules for verdict in found[rule.id])
