"""Chooses the faster of the two judges, which give the same verdicts (tests/judge).

Rules that depend on each other are judged together, apart from the others and from the facts that
these read. The plan has a fixed cost of a quarter of a second, its engine's start included, and a
cost by rule; the cost of the reference judge grows with instances times facts. So the reference
judge is faster where both are few, as in a case of one agreement with some hundred entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from math import prod

from servanda.judge.dependencies import Footprints, Reach
from servanda.judge.verdict import Verdict
from servanda.record.facts import Facts
from servanda.semantics.clock import micros_of
from servanda.semantics.norms import Norms, Rule

MOST_STEPS = 8_000
"""Instances times facts up to which the reference judge is faster, measured on the flagship."""
MOST_FACTS = 500
"""Facts up to which a sum over all of them at each of them takes less than the plan's start."""
RISES = 10
"""Of so many facts, one makes a condition true that was not, or breaks what is to be kept."""
DAYS = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}
DAY = 86_400_000_000


def judge(norms: Norms, facts: Facts, engine: str = "duckdb") -> tuple[Verdict, ...]:
    """Status spans of every instance of every rule, in the order of the rules; `engine` runs the
    plan, where that is chosen.

    Raises JudgeError as both judges do.
    """
    if engine != "duckdb" or facts.bulk_events or facts.bulk_readings:
        from servanda.judge import judgement

        return judgement.judge(norms, facts, engine)
    footprints = Footprints(norms)
    found: dict[str, list[Verdict]] = {rule.id: [] for rule in norms.rules}
    large: set[str] = set()
    for reach in independent(footprints):
        part = footprints.within(reach, facts)
        if is_small(*part):
            from servanda.judge.reference import walk

            for verdict in walk.judge(*part):
                found[verdict.rule].append(verdict)
        else:
            large |= reach.rules
    if large:
        from servanda.judge import judgement

        for verdict in judgement.judge(*footprints.within(footprints.follow(large), facts)):
            found[verdict.rule].append(verdict)
    return tuple(verdict for spans in found.values() for verdict in spans)


def independent(footprints: Footprints) -> Iterator[Reach]:
    """The smallest sets of rules that depend on none outside, each with all that it reads."""
    together: dict[str, set[str]] = {}
    for rule in footprints.norms.rules:
        if rule.id not in together:
            mine = {rule.id, *footprints.follow([rule.id]).rules}
            for id_ in list(mine):
                mine |= together.get(id_, set())
            together |= dict.fromkeys(mine, mine)
    for mine in {id(mine): mine for mine in together.values()}.values():
        yield footprints.follow(sorted(mine))


def is_small(norms: Norms, facts: Facts) -> bool:
    """Whether the reference judge is faster."""
    held = count(facts)
    return held <= MOST_FACTS and instances(norms, facts) * held <= MOST_STEPS


def count(facts: Facts) -> int:
    """How many facts there are beside tables."""
    held = (facts.exercises, facts.determinations, *facts.events.values(), *facts.readings.values())
    return sum(len(each) for each in held)


def instances(norms: Norms, facts: Facts) -> int:
    """About how many instances there are at most."""
    rules = {rule.id: rule for rule in norms.rules}
    happened = {name: len(found) for name, found in facts.events.items()}
    for _ in norms.derived:  # one may arise from another
        for derived in norms.derived:
            happened[derived.name] = happened.get(derived.trigger.name, 0)

    def of(rule: Rule) -> int:
        trigger = rule.trigger
        if trigger is None:
            found = 1
        elif trigger.breach_of is not None:
            parent = rules[trigger.breach_of]
            found = of(parent) * (1 if parent.kind == "achieve" else 1 + count(facts) // RISES)
        elif trigger.cond is not None:
            found = 1 + count(facts) // RISES
        else:
            matches = (trigger.match, *trigger.following)
            found = prod(happened.get(match.name, 0) for match in matches if match is not None)
        return found * periods(rule, facts)

    return sum(map(of, norms.rules))


def periods(rule: Rule, facts: Facts) -> int:
    """About how many periods of a recurring duty have begun, counted from the first fact."""
    if rule.window.every is None:
        return 1
    length, _, unit = rule.window.every.rpartition(" ")
    days = int(length or 1) * DAYS.get(unit.removesuffix("s"), 1)
    events = (fact.lo for fact in chain(*facts.events.values()))
    readings = (fact.lo for fact in chain(*facts.readings.values()))
    first = min(chain(events, readings), default=facts.now)
    return 1 + (micros_of(facts.now) - micros_of(first)) // (days * DAY)
