"""What a clause's verdicts depend on: the rules, words and facts it reaches.

Two variants of an account with the same footprint of a clause have the same verdicts on it, so
that only variants which change something need to be judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

from servanda.judge.plan import rule_order
from servanda.record.facts import Exercise, Facts
from servanda.semantics.norms import (
    Derived,
    Match,
    MeasureChange,
    MeasureReading,
    Norms,
    Point,
    Rule,
    RuleStatus,
    StateType,
)

Struct = msgspec.Struct
SETTINGS = (
    *("zone", "clipped", "count_trigger_day", "suspension_stops_clock"),
    *("force_from", "force_until", "calendars", "groups"),
)
"""What every verdict of some norms depends on."""


class Reach(Struct, frozen=True):
    """All that some rules need, by name."""

    rules: frozenset[str]
    names: frozenset[str]


class Mentions(Struct, frozen=True):
    """The names and rules that one piece of the norms refers to."""

    names: frozenset[str]
    rules: frozenset[str]


class Footprints:
    """The footprints of the clauses of one account's norms."""

    def __init__(self, norms: Norms) -> None:
        self.norms = norms
        self.graph = rule_order.needs(norms)
        self.heads = rule_order.root_rules(norms)
        self.of_rule = {rule.id: mentions(rule) for rule in norms.rules}
        self.of_name: dict[str, list[Mentions]] = {}
        words: tuple[Derived | StateType, ...] = (*norms.derived, *norms.states)
        for word in words:
            self.of_name.setdefault(word.name, []).append(mentions(word))
        ends = (norms.force_from, norms.force_until)
        self.of_whole = [mentions(point) for point in ends if point is not None]
        self.settings = tuple(getattr(norms, name) for name in SETTINGS)
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
        pending = [name for said in self.of_whole for name in said.names]
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
            self.settings,
            tuple(rule for rule in norms.rules if rule.id in reach.rules),
            tuple(e for e in norms.events if e.name in reach.names),
            tuple(s for s in norms.states if s.name in reach.names),
            tuple(m for m in norms.measures if m.name in reach.names),
            tuple(d for d in norms.derived if d.name in reach.names),
            tuple(h for h in norms.held if h.name in reach.names),
            tuple(v for v in norms.vagues if v.name in reach.names),
            tuple((n, facts.events[n]) for n in sorted(facts.events) if n in reach.names),
            tuple((n, facts.readings[n]) for n in sorted(facts.readings) if n in reach.names),
            tuple((n, facts.bulk_events[n]) for n in sorted(facts.bulk_events) if n in reach.names),
            tuple(
                (n, facts.bulk_readings[n]) for n in sorted(facts.bulk_readings) if n in reach.names
            ),
            self.exercises(reach, facts),
            tuple(d for d in facts.determinations if d.name in reach.names),
            tuple(c for c in facts.complete if c.name in reach.names),
            facts.now,
        )

    def exercises(self, reach: Reach, facts: Facts) -> tuple[Exercise, ...]:
        """The uses of powers that can touch the rules reached."""
        powers = [r.power for r in self.norms.rules if r.id in reach.rules and r.power is not None]
        verbs = {power.verb for power in powers}
        clauses = {r.clause for r in self.norms.rules if r.id in reach.rules}
        clauses |= {clause for power in powers for clause in power.clauses}
        return tuple(
            e
            for e in facts.exercises
            if (e.clause is None or e.clause in clauses)
            and (e.verb in verbs or e.verb not in ("suspend", "waive", "release", "amend"))
        )

    def restricted(self, clause: str, facts: Facts) -> tuple[Norms, Facts]:
        """The norms and facts with only what a clause needs."""
        return self.within(self.reach(clause), facts)

    def of_rule_restricted(self, rule: str, facts: Facts) -> tuple[Norms, Facts]:
        """The norms and facts with only what one rule needs."""
        return self.within(self.follow([rule]), facts)

    def within(self, reach: Reach, facts: Facts) -> tuple[Norms, Facts]:
        """The norms and facts with only what is reached."""
        names, norms = reach.names, self.norms
        small = msgspec.structs.replace(
            norms,
            rules=tuple(r for r in norms.rules if r.id in reach.rules),
            events=tuple(e for e in norms.events if e.name in names),
            derived=tuple(d for d in norms.derived if d.name in names),
            states=tuple(s for s in norms.states if s.name in names),
            measures=tuple(m for m in norms.measures if m.name in names),
            vagues=tuple(v for v in norms.vagues if v.name in names),
            held=tuple(h for h in norms.held if h.name in names),
        )
        fewer = msgspec.structs.replace(
            facts,
            events={n: f for n, f in facts.events.items() if n in names},
            readings={n: f for n, f in facts.readings.items() if n in names},
            determinations=tuple(d for d in facts.determinations if d.name in names),
            complete=tuple(c for c in facts.complete if c.name in names),
            bulk_events={n: f for n, f in facts.bulk_events.items() if n in names},
            bulk_readings={n: f for n, f in facts.bulk_readings.items() if n in names},
        )
        return small, fewer


@lru_cache(maxsize=4096)
def names_read(part: object) -> frozenset[str]:
    """The events, states, measures and vague terms that a piece of the norms names."""
    found = set()
    for node in nodes(part):
        if isinstance(node, Match):
            found.add(node.name)
        elif isinstance(node, MeasureReading | MeasureChange):
            found.add(node.measure)
    return frozenset(found)


@lru_cache(maxsize=4096)
def mentions(part: Rule | Derived | StateType | Point) -> Mentions:
    """The events, states, measures and vague terms that a piece names, and the rules.

    Cached: the variants of an account that a comparison resolves have most rules in common.
    """
    names, rules = set[str](), set[str]()
    for node in nodes(part):
        if isinstance(node, Match):
            names.add(node.name)
        elif isinstance(node, MeasureReading | MeasureChange):
            names.add(node.measure)
        elif isinstance(node, RuleStatus):
            rules.update(node.rules)
    return Mentions(frozenset(names), frozenset(rules))


def nodes(value: object) -> Iterator[object]:
    """A value and all that it is made of, each before its parts."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Struct):
            yield found
            waiting += [getattr(found, field) for field in reversed(found.__struct_fields__)]
        elif isinstance(found, tuple):
            waiting += reversed(found)
