"""Chooses the faster of the two judges, which give the same verdicts (tests/judge).

The plan has a fixed cost of a tenth of a second and a cost by rule; the cost of the reference judge
grows with rules times facts. So the reference judge is faster on few rules and few facts, as in the
variants of an account that a comparison tries.
"""

from __future__ import annotations

from servanda.judge.verdict import Verdict
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms

FEW = 5000
"""Rules times facts up to which the reference judge is faster, measured on the flagship."""


def judge(norms: Norms, facts: Facts) -> tuple[Verdict, ...]:
    """Status spans of every instance of every rule. Raises JudgeError as both judges do."""
    tables = facts.bulk_events or facts.bulk_readings
    if not tables and len(norms.rules) * count(facts) <= FEW:
        from servanda.judge.reference import walk

        return walk.judge(norms, facts)
    from servanda.judge import judgement

    return judgement.judge(norms, facts)


def count(facts: Facts) -> int:
    """How many facts there are beside tables."""
    held = (facts.exercises, facts.determinations, *facts.events.values(), *facts.readings.values())
    return sum(len(each) for each in held)
