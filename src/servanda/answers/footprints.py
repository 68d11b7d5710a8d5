"""What a clause's verdicts depend on: the rules, words and facts it reaches.

Two variants of an account with the same footprint of a clause have the same verdicts on it, so
that only variants which change something need to be judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from servanda.judge.plan import order
from servanda.language.core import (
    Change,
    Derived,
    Match,
    Norms,
    Reading,
    Rule,
    RuleStatus,
    StateType,
)
from servanda.record.facts import Facts

Struct = msgspec.Struct


class Reach(Struct, frozen=True):
    """All that some rules need, by name."""

    rules: frozenset[str]
    names: frozenset[str]


class Mentions(Struct, frozen=True):
    """The names and rules that one piece of the norms speaks of."""

    names: frozenset[str]
    rules: frozenset[str]


class Footprints:
    """The footprints of the clauses of one account's norms."""

    def __init__(self, norms: Norms) -> None:
        self.norms = norms
        self.graph = order.needs(norms)
        self.heads = order.heads(norms)
        self.of_rule = {rule.id: mentions(rule) for rule in norms.rules}
        self.of_name: dict[str, list[Mentions]] = {}
        words: tuple[Derived | StateType, ...] = (*norms.derived, *norms.states)
        for word in words:
            self.of_name.setdefault(word.name, []).append(mentions(word))
        self.reached: dict[str, Reach] = {}

    def reach(self, clause: str) -> Reach:
        """The rules that a clause's rules need, and the words they need."""
        if clause not in self.reached:
            start = [rule.id for rule in self.norms.rules if rule.clause == clause]
            self.reached[clause] = self.follow(start)
        return self.reached[clause]

    def follow(self, start: Iterable[str]) -> Reach:
        rules = set[str]()
        names = set[str]()
        waiting = [self.heads[id_] for id_ in start]
        pending = list[str]()
        while waiting or pending:
            while waiting:
                head = waiting.pop()
                if head in rules:
                    continue
                rules.add(head)
                waiting += self.graph.get(head, ())
                for rule in self.norms.rules:
                    if self.heads[rule.id] == head:
                        rules.add(rule.id)
                        pending += self.of_rule[rule.id].names
            while pending:
                name = pending.pop()
                if name in names:
                    continue
                names.add(name)
                for said in self.of_name.get(name, ()):
                    pending += said.names
                    waiting += [self.heads[r] for r in said.rules if r in self.heads]
        return Reach(frozenset(rules), frozenset(names))

    def of(self, clause: str, facts: Facts) -> Any:
        """A value that is equal for two variants only if the clause's verdicts are."""
        reach, norms = self.reach(clause), self.norms
        return (
            tuple(rule for rule in norms.rules if rule.id in reach.rules),
            tuple(d for d in norms.derived if d.name in reach.names),
            tuple(h for h in norms.held if h.name in reach.names),
            tuple(v for v in norms.vagues if v.name in reach.names),
            tuple((n, facts.events[n]) for n in sorted(facts.events) if n in reach.names),
            tuple((n, facts.readings[n]) for n in sorted(facts.readings) if n in reach.names),
            tuple((n, facts.bulk_events[n]) for n in sorted(facts.bulk_events) if n in reach.names),
            tuple(
                (n, facts.bulk_readings[n]) for n in sorted(facts.bulk_readings) if n in reach.names
            ),
            facts.exercises,
            tuple(d for d in facts.determinations if d.name in reach.names),
            tuple(c for c in facts.complete if c.name in reach.names),
            facts.now,
        )

    def restricted(self, clauses: Iterable[str]) -> Norms:
        """The norms with only the rules that these clauses need.

        Derived events stay, with the rules that they ask about.
        """
        start = [rule.id for rule in self.norms.rules if rule.clause in set(clauses)]
        for said in (m for d in self.norms.derived for m in self.of_name.get(d.name, ())):
            start += [r for r in said.rules if r in self.heads]
        rules = self.follow(start).rules
        return msgspec.structs.replace(
            self.norms, rules=tuple(r for r in self.norms.rules if r.id in rules)
        )


def mentions(part: Rule | Derived | StateType) -> Mentions:
    """The events, states, measures and vague terms that a piece names, and the rules."""
    names, rules = set[str](), set[str]()
    for node in nodes(part):
        if isinstance(node, Match):
            names.add(node.name)
        elif isinstance(node, Reading | Change):
            names.add(node.measure)
        elif isinstance(node, RuleStatus):
            rules.update(node.rules)
    return Mentions(frozenset(names), frozenset(rules))


def nodes(value: object) -> Iterator[object]:
    """A value and all that it is made of."""
    if isinstance(value, Struct):
        yield value
        for field in value.__struct_fields__:
            yield from nodes(getattr(value, field))
    elif isinstance(value, tuple):
        for item in value:
            yield from nodes(item)
