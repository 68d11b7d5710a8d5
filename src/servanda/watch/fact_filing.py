"""File facts under the units and keys they affect, and encode them as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import astuple, replace

from servanda.judge.plan.load import plain
from servanda.record.facts import (
    Complete,
    Determination,
    Exercise,
    Facts,
    Occurrence,
    ReadingFact,
    Value,
)
from servanda.semantics.norms import Norms
from servanda.watch.units import Unit

ALL_KEYS = "*"  # the key of facts that affect every key
NO_KEY = ""  # the key of rules without one
EVENT, READING, EXERCISE, DETERMINATION, COMPLETE = "event", "reading", "power", "vague", "complete"

Fact = Occurrence | ReadingFact | Exercise | Determination | Complete
NamedFact = tuple[str, str, Fact]  # kind of fact, name of the event or measure, the fact
FilingKey = tuple[int, str]  # index of a unit, key

encode = msgspec.json.Encoder(decimal_format="string").encode
TYPES: dict[str, msgspec.json.Decoder[Any]] = {
    READING: msgspec.json.Decoder(ReadingFact),
    COMPLETE: msgspec.json.Decoder(Complete),
}


def key_of(value: Value | None) -> str:
    """A key value as text; two values of one type are equal if and only if their texts are."""
    if value is None:
        return "0"
    if isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    return f"={value}"


def facts_in(facts: Facts) -> Iterator[NamedFact]:
    """All facts one by one, except those in tables."""
    for name, occurrences in facts.events.items():
        yield from ((EVENT, name, o) for o in occurrences)
    for name, readings in facts.readings.items():
        yield from ((READING, name, r) for r in readings)
    yield from ((EXERCISE, e.clause or "", e) for e in facts.exercises)
    yield from ((DETERMINATION, d.name, d) for d in facts.determinations)
    yield from ((COMPLETE, c.name, c) for c in facts.complete)


class FactFiling:
    """Maps facts to units and keys, and encodes them."""

    def __init__(self, norms: Norms, units: list[Unit]) -> None:
        self.units = units
        own = [[rule for rule in norms.rules if rule.id in unit.reach.rules] for unit in units]
        self.powers = [[rule.power for rule in rules if rule.power is not None] for rules in own]
        # a power may name a clause that has no rule of its own
        self.clauses = [
            {rule.clause for rule in rules} | {c for power in powers for c in power.clauses}
            for rules, powers in zip(own, self.powers, strict=True)
        ]
        # key variables of each clause's rules; no unique key if there are several or "" among them
        self.variables: dict[str, set[str]] = {}
        for rule in norms.rules:
            unit = next(u for u in units if rule.id in u.reach.rules)
            if rule.power is None:
                self.variables.setdefault(rule.clause, set()).add(unit.keys.get(rule.id, ""))
        self.params = {e.name: tuple(p.name for p in e.params) for e in norms.events}
        self.types = {e.name: tuple(p.type for p in e.params) for e in norms.events}
        self.types |= {v.name: tuple(p.type for p in v.params) for v in norms.vagues}
        self.plain = {n for n, types in self.types.items() if not {"number", "date"} & set(types)}

    def places(self, kind: str, name: str, fact: Fact) -> list[FilingKey]:
        """The units and keys that a fact affects."""
        found: list[FilingKey] = []
        for number, unit in enumerate(self.units):
            found += ((number, key) for key in self.keys(number, unit, kind, name, fact))
        return found

    def keys(self, number: int, unit: Unit, kind: str, name: str, fact: Fact) -> Iterable[str]:
        if isinstance(fact, Exercise):
            return self.exercise_keys(number, unit, fact)
        if name not in unit.reach.names:
            return ()
        held = unit.held.get(name)
        if held is None or kind not in (EVENT, READING):
            return (ALL_KEYS,)
        if isinstance(fact, ReadingFact):
            return (key_of(fact.of),)
        assert isinstance(fact, Occurrence)
        params = self.params[name]
        return dict.fromkeys(key_of(fact.args[params.index(param)]) for param in held)

    def exercise_keys(self, number: int, unit: Unit, used: Exercise) -> Iterable[str]:
        """Keys affected by the exercise of a power: those of its instance, else all."""
        if not self.powers[number]:
            return ()
        if used.clause is not None and used.clause not in self.clauses[number]:
            return ()
        variables = self.variables.get(used.clause or "", set())
        named = dict(used.keys)
        # `resumes` applies to all instances: see `earliest` in judge/plan/powers.py
        if used.verb == "resume" or len(variables) != 1 or not variables <= named.keys():
            return (ALL_KEYS,)
        return key_of(named[min(variables)]), NO_KEY

    # -------------------------------------------------------------- as text
    def write(self, fact: Fact) -> bytes:
        if isinstance(fact, Occurrence):
            return encode((fact.entry, fact.lo, fact.hi, fact.fin, fact.sure, *fact.args))
        if isinstance(fact, Determination):
            return encode(
                (fact.entry, fact.lo, fact.hi, fact.sure, fact.by, fact.holds, *fact.args)
            )
        if isinstance(fact, Exercise):  # the judge compares keys as texts
            fact = replace(fact, keys=tuple((name, plain(value)) for name, value in fact.keys))
            return encode(astuple(fact))
        return encode(fact)

    def read(self, kind: str, name: str, body: bytes) -> Fact:
        if kind == EVENT:
            entry, lo, hi, fin, sure, *args = msgspec.json.decode(body)
            return Occurrence(entry, lo, hi, fin, sure, self.values(name, args))
        if kind == DETERMINATION:
            entry, lo, hi, sure, by, holds, *args = msgspec.json.decode(body)
            return Determination(entry, lo, hi, sure, by, name, self.values(name, args), holds)
        if kind == EXERCISE:
            fields = dict(zip(Exercise.__struct_fields__, msgspec.json.decode(body), strict=True))
            keys = tuple((name, value) for name, value in fields.pop("keys"))
            return Exercise(**fields, keys=keys)
        found: Fact = TYPES[kind].decode(body)
        return found

    def values(self, name: str, args: list[str | None]) -> tuple[Value | None, ...]:
        if name in self.plain:
            return tuple(args)
        return tuple(
            None if value is None else typed(value, type_)
            for value, type_ in zip(args, self.types[name], strict=True)
        )

    def collect(self, rows: Iterable[tuple[str, str, bytes]], now: int) -> Facts:
        """`(kind, name, body)` rows as facts."""
        events: dict[str, list[Occurrence]] = {}
        readings: dict[str, list[ReadingFact]] = {}
        rest: dict[type, list[Any]] = {Exercise: [], Determination: [], Complete: []}
        for kind, name, body in rows:
            fact = self.read(kind, name, body)
            if isinstance(fact, Occurrence):
                events.setdefault(name, []).append(fact)
            elif isinstance(fact, ReadingFact):
                readings.setdefault(name, []).append(fact)
            else:
                rest[type(fact)].append(fact)
        return Facts(
            now=now,
            events={name: tuple(found) for name, found in events.items()},
            readings={name: tuple(found) for name, found in readings.items()},
            exercises=tuple(rest[Exercise]),
            determinations=tuple(rest[Determination]),
            complete=tuple(rest[Complete]),
        )


def typed(value: str, type_: str) -> Value:
    if type_ == "number":
        return Decimal(value)
    return date.fromisoformat(value) if type_ == "date" else value
