"""Where the record binds somebody to two things at once: duties that collide, neither prevailing.

It is tried: were one of the two owed only while the other binds, would it ever be owed?
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from servanda.judge.dependencies import Footprints
from servanda.judge.engines.registry import DUCKDB
from servanda.judge.judgement import Judgement
from servanda.judge.plan.sql import SINCE_EVER
from servanda.judge.verdict import JudgeError
from servanda.record.facts import Facts
from servanda.semantics.checks.conflicts import Conflict
from servanda.semantics.norms import Always, And, Norms, Not, Or, Rule, RuleStatus, excuse_of

OWED = {"achieve": "due", "keep": "kept"}
"""The status of a duty that surely binds, if nothing else is owed by it."""


class BoundTwice(NamedTuple):
    """A conflict that the record has: who is bound, since which tick (None: since ever)."""

    conflict: Conflict
    debtor: str
    since: int | None


def bound_twice(
    norms: Norms, facts: Facts, conflicts: Sequence[Conflict], engine: str = DUCKDB
) -> list[BoundTwice]:
    """The conflicts in which two instances surely bind one party at some instant of the facts."""
    by_rule: dict[str, list[Conflict]] = {}
    for conflict in conflicts:
        by_rule.setdefault(conflict.one.id, []).append(conflict)
    found = []
    for rule, first in owed_first(norms, facts, conflicts, engine).items():
        for conflict in by_rule[rule]:
            alone = len(by_rule[rule]) == 1
            own = first if alone else owed_first(norms, facts, [conflict], engine).get(rule)
            if own is not None:
                found.append(BoundTwice(conflict, *own))
    return found


def owed_first(
    norms: Norms, facts: Facts, conflicts: Sequence[Conflict], engine: str
) -> dict[str, tuple[str, int | None]]:
    """By rule, who is bound by it and by a rule that collides with it first, and since when."""
    supposed = owed_in_conflict(norms, conflicts)
    footprints = Footprints(supposed)
    reached = footprints.within(footprints.follow(c.one.id for c in conflicts), facts)
    try:
        judgement = Judgement(*reached, engine=engine)
    except JudgeError:  # a circle, once one depends on the other
        return {}
    found: dict[str, tuple[str, int | None]] = {}
    asked = {conflict.one.id for conflict in conflicts}
    for batch in judgement.rules.judged.values():
        names = {number: id_ for id_, number in batch.numbers.items() if id_ in asked}
        if not names:
            continue
        numbers = ", ".join(map(str, names))
        first = judgement.tables.rows(
            f"""SELECT rule, arg_min(debtor, (f, debtor)), min(f) FROM ({batch.verdict}) v
                WHERE status = '{OWED[batch.kind]}' AND rule IN ({numbers}) GROUP BY rule"""
        )
        for number, debtor, since in first:
            found[names[number]] = (debtor, None if since <= SINCE_EVER else since)
    return found


def owed_in_conflict(norms: Norms, conflicts: Sequence[Conflict]) -> Norms:
    """The norms with one rule of each conflict owed only while it collides with another.

    It is surely owed where a `must` is `due` (no act performs it), or a `must keep` is `kept`.
    """
    colliding: dict[str, tuple[RuleStatus, ...]] = {}
    for conflict in conflicts:
        found = (one.status for one in conflict.precedences)
        colliding[conflict.one.id] = (*colliding.get(conflict.one.id, ()), *found)

    def supposed(rule: Rule) -> Rule:
        if rule.id not in colliding:
            return rule
        binds = And((rule.while_, Not(excuse_of(rule)), Or(colliding[rule.id])))
        keep = None if rule.keep is None else Always(True)
        return replace(rule, while_=binds, unless=Always(False), yields_to=(), keep=keep)

    return replace(norms, rules=tuple(map(supposed, norms.rules)))
