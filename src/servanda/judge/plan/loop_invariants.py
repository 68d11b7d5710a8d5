"""Loop invariants of the fixpoint iteration over mutually dependent rules."""

from __future__ import annotations

from servanda.judge.plan.instances import reads_if
from servanda.judge.plan.rule_order import statuses
from servanda.semantics.norms import Norms, Rule


def is_unmoved(rule: Rule, norms: Norms) -> bool:
    """Whether its instances and its condition are independent of other rules' statuses."""
    amended = any(
        p.power is not None and p.power.verb == "amend" and rule.clause in p.power.clauses
        for p in norms.rules
    )
    arises = rule.trigger is None or rule.trigger.match is not None
    told = [rule.keep, *(derived.if_ for derived in norms.derived)]
    asks = any(True for cond in told for _ in statuses(cond))
    return arises and not (reads_if(rule) or amended or rule.version is not None or asks)
