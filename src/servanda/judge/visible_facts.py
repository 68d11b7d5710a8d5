"""The facts that one instance can see: of tables, only the rows that its rules can match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from servanda.judge.dependencies import nodes
from servanda.judge.plan.sql import literal, named
from servanda.judge.reference.walk import asked_for
from servanda.judge.verdict import JudgeError, Verdict
from servanda.record.facts import Bulk, Facts, Occurrence, ReadingFact, Value
from servanda.record.tables.files import connect
from servanda.semantics.norms import (
    Cond,
    Const,
    Match,
    MeasureChange,
    MeasureReading,
    Norms,
    Rule,
    Var,
)

MOST_ROWS = 100_000
"""Of so many rows of tables an instance can still be explained, one by one."""

Test = tuple[str, frozenset[Value]]
"""A parameter, and the values of which it must have one."""
Pattern = frozenset[Test]
Bound = Mapping[str, Value | None]


def visible(norms: Norms, facts: Facts, of: Verdict) -> Facts:
    """The facts without those that no pattern can match, with rows of tables in memory.

    `norms` and `facts` are those that the rule of the verdict depends on. Raises JudgeError where
    more than `MOST_ROWS` rows of a table bear on the instance.
    """
    patterns, subjects = patterns_of(norms, of), subjects_of(norms, of)
    params = {e.name: [p.name for p in e.params] for e in norms.events}
    events = {
        name: tuple(o for o in each if fits(dict(zip(params[name], o.args, strict=True)), found))
        for name, each in facts.events.items()
        if (found := patterns.get(name))
    }
    readings = {
        name: tuple(r for r in each if is_of(r, subjects[name]))
        for name, each in facts.readings.items()
        if name in subjects
    }
    for name, bulks in facts.bulk_events.items():
        if name in patterns:
            rows = occurrences(bulks, params[name], patterns[name])
            events[name] = (*events.get(name, ()), *rows)
    for name, bulks in facts.bulk_readings.items():
        if name in subjects:
            readings[name] = (*readings.get(name, ()), *readings_in(bulks, subjects[name]))
    return msgspec.structs.replace(
        facts, events=events, readings=readings, bulk_events={}, bulk_readings={}
    )


# ------------------------------------------------------------------ what can match
def patterns_of(norms: Norms, of: Verdict) -> dict[str, set[Pattern]]:
    """Of every event that the norms speak of: the patterns, as far as their values are known."""
    found: dict[str, set[Pattern]] = {}
    alone = of.rule not in asked_for(norms)
    related = family(norms, of.rule)
    for rule in norms.rules:
        bound: Bound = dict(of.instance) if rule.id in related else {}
        trigger = rule.trigger.match if rule.trigger is not None and rule.id in related else None
        for match in matches(rule):
            binding = alone and match is trigger
            found.setdefault(match.name, set()).add(pattern(match, bound, binding))
    for word in (*norms.derived, *norms.states):
        for match in matches(word):
            found.setdefault(match.name, set()).add(pattern(match, {}, False))
    for point in (norms.force_from, norms.force_until):
        for match in matches(point):
            found.setdefault(match.name, set()).add(pattern(match, {}, False))
    return found


def family(norms: Norms, rule: str) -> set[str]:
    """A rule, the duties whose breach it answers, and its own remedies: they share variables."""
    rules = {each.id: each for each in norms.rules}
    found, above, below = {rule}, rules.get(rule), rules.get(rule)
    while above is not None and above.trigger is not None and above.trigger.breach_of is not None:
        above = rules.get(above.trigger.breach_of)
        found |= set() if above is None else {above.id}
    while below is not None and below.remedy is not None:
        below = rules.get(below.remedy)
        found |= set() if below is None else {below.id}
    return found


def matches(part: object) -> Iterator[Match]:
    return (node for node in nodes(part) if isinstance(node, Match))


def pattern(match: Match, bound: Bound, binding: bool) -> Pattern:
    """`binding`: what the pattern binds is known from the instance that it made."""
    tests: set[Test] = set()
    for arg in match.args:
        value: Value | None = None
        if arg.op == "in":
            tests.add((arg.param, frozenset(arg.values)))
        elif arg.op == "=" and isinstance(arg.value, Const):
            value = arg.value.value
        elif arg.op == "=" and isinstance(arg.value, Var):
            value = bound.get(arg.value.name)
        elif arg.op == "bind" and binding and arg.variable is not None:
            value = bound.get(arg.variable)
        # an amount excludes nothing: an act that misses it is shown with what it lacks
        if value is not None and not isinstance(value, Decimal):
            tests.add((arg.param, frozenset([value])))
    return frozenset(tests)


def fits(params: Mapping[str, Value | None], patterns: Iterable[Pattern]) -> bool:
    return any(
        all(params.get(name) in {None, *values} for name, values in each) for each in patterns
    )


def subjects_of(norms: Norms, of: Verdict) -> dict[str, frozenset[str] | None]:
    """Of every measure that the norms read: whose readings; None: anybody's."""
    found: dict[str, set[str] | None] = {}
    for rule in norms.rules:
        bound: Bound = dict(of.instance) if rule.id == of.rule else {}
        for name, subject in read_in(rule, bound):
            mine = found.setdefault(name, set())
            if subject is None or mine is None:
                found[name] = None
            else:
                mine.add(subject)
    for word in norms.derived:
        found |= {name: None for name, _ in read_in(word, {})}
    return {name: None if each is None else frozenset(each) for name, each in found.items()}


def subjects_read(cond: Cond, bound: Bound) -> set[tuple[str, str | None]]:
    """The measures that a condition reads, and whose; None: of nobody in particular."""
    return set(read_in(cond, bound))


def is_of(reading: ReadingFact, subjects: frozenset[str] | None) -> bool:
    return subjects is None or reading.of in subjects


def read_in(part: Rule | object, bound: Bound) -> Iterator[tuple[str, str | None]]:
    for node in nodes(part):
        if isinstance(node, MeasureReading | MeasureChange):
            of = node.of
            value = of.value if isinstance(of, Const) else bound.get(of.name) if of else None
            yield node.measure, None if value is None else str(value)


# ------------------------------------------------------------------ rows of tables
def occurrences(
    bulks: Iterable[Bulk], params: list[str], patterns: set[Pattern]
) -> Iterator[Occurrence]:
    for row in rows(bulks, [f"p_{name}" for name in params], where(patterns)):
        entry, lo, hi, fin, sure, *args = row
        yield Occurrence(entry, lo, hi, fin, sure, tuple(args))


def readings_in(bulks: Iterable[Bulk], subjects: frozenset[str] | None) -> Iterator[ReadingFact]:
    test = "true"
    if subjects is not None:
        test = f'"of" IN ({", ".join(literal(each) for each in sorted(subjects))})'
    with connect() as connection:
        for bulk in bulks:
            query = f'SELECT entry, lo, hi, "of", low, high, tier FROM ({bulk.sql}) WHERE {test}'
            for row in limited(connection, query):
                yield ReadingFact(*row)


def where(patterns: set[Pattern]) -> str:
    """The rows that some pattern can match."""
    tests = [
        " AND ".join(
            f"({named('p_', name)} IS NULL OR "
            f"{named('p_', name)} IN ({', '.join(map(literal, sorted(values, key=str)))}))"
            for name, values in sorted(pattern, key=str)
        )
        or "true"
        for pattern in patterns
    ]
    return "true" if "true" in tests else " OR ".join(f"({test})" for test in sorted(tests))


def rows(bulks: Iterable[Bulk], columns: list[str], test: str) -> Iterator[tuple[Any, ...]]:
    wanted = ", ".join(("entry", "lo", "hi", "fin", "sure", *(f'"{c}"' for c in columns)))
    with connect() as connection:
        for bulk in bulks:
            yield from limited(connection, f"SELECT {wanted} FROM ({bulk.sql}) WHERE {test}")


def limited(connection: Any, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query; refuses where there are too many to go through one by one."""
    found: list[tuple[Any, ...]] = connection.execute(
        f"{query} ORDER BY lo, entry LIMIT {MOST_ROWS + 1}"
    ).fetchall()
    if len(found) > MOST_ROWS:
        raise JudgeError(
            f"more than {MOST_ROWS:,} rows of a table bear on this duty: too many to explain one "
            "by one; ask for an earlier day with `--on`"
        )
    return found
