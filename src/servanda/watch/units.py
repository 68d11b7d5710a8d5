"""Partition rules into units that can be judged separately, and by key if possible.

A *unit* is a set of rules that depend on no other rule. It is *keyed* if every event, reading and
state of its duties is restricted to one variable of the instance (`deliver(id: n)` in
`when order(id: n)`): facts with one key then cannot affect another. Events and measures not
restricted so are *shared* and affect every key. Rules that use only shared ones are judged under a
key of their own. A unit without a keyed rule is judged as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice, product

from msgspec import Struct

from servanda.judge.dependencies import Footprints, Reach, nodes
from servanda.semantics.norms import (
    Match,
    MeasureChange,
    MeasureReading,
    Norms,
    Rule,
    RuleStatus,
    Var,
)
from servanda.syntax.tree import Duration

MOST_OPTIONS = 256
OF = "of"
Held = tuple[str, str]  # an event and the parameter (or a measure and `of`) equal to the key


class References(Struct):
    """References of a rule, given a key variable: keyed words, shared words, other rules."""

    held: set[Held]
    shared: set[str]
    asks: set[str]

    def add(self, other: References) -> None:
        self.held |= other.held
        self.shared |= other.shared
        self.asks |= other.asks

    @property
    def is_contradictory(self) -> bool:
        return any(name in self.shared for name, _ in self.held)


Option = tuple[dict[str, str], References]  # the keys of some rules, and what they then speak of


class Unit(Struct, frozen=True):
    """Rules judged together.

    `keys` is the key variable of each keyed rule. `held` are the parameters by which each event or
    measure is filed; `shared` are those that affect all keys. `clocked`: instances depend on the
    current time and not only on facts (periods, derived events, business days).
    """

    reach: Reach
    keys: dict[str, str]
    held: dict[str, tuple[str, ...]]
    shared: frozenset[str]
    clocked: bool

    @property
    def whole(self) -> bool:
        return not self.keys


def units_of(norms: Norms) -> list[Unit]:
    """The units of an agreement, ordered by their first rule."""
    finder = Finder(norms)
    return merged([finder.unit(group) for group in finder.groups()])


class Finder:
    def __init__(self, norms: Norms) -> None:
        self.norms = norms
        self.prints = Footprints(norms)
        self.rules = {rule.id: rule for rule in norms.rules}
        self.derived = {d.name: d for d in norms.derived}
        self.states = {s.name: s for s in norms.states}

    def groups(self) -> list[Reach]:
        """Partition the rules into independent sets."""
        group: dict[str, int] = {}
        for rule in self.norms.rules:
            reached = self.prints.follow([rule.id]).rules
            touching = {group[r] for r in reached if r in group}
            number = min(touching, default=len(group))
            group |= dict.fromkeys(reached, number)
            group |= {r: number for r, g in group.items() if g in touching}
        numbers = dict.fromkeys(group[rule.id] for rule in self.norms.rules)
        return [
            self.prints.follow([r.id for r in self.norms.rules if group[r.id] == number])
            for number in numbers
        ]

    def unit(self, reach: Reach) -> Unit:
        heads = [
            r for r in self.norms.rules if r.id in reach.rules and self.prints.heads[r.id] == r.id
        ]
        keys, references = self.best_keys(heads)
        held: dict[str, tuple[str, ...]] = {}
        for name, param in sorted(references.held):
            held[name] = (*held.get(name, ()), param)
        return Unit(reach, keys, held, frozenset(references.shared), self.is_clocked(reach))

    def is_clocked(self, reach: Reach) -> bool:
        rules = [r for r in self.norms.rules if r.id in reach.rules]
        return bool(
            any(r.window.every is not None for r in rules)
            or any(d.name in reach.names for d in self.norms.derived)
            or any(counts_business_days(r) for r in rules)
        )

    # -------------------------------------------------------------- choosing keys
    def best_keys(self, heads: list[Rule]) -> tuple[dict[str, str], References]:
        """Key variables for as many rules as possible, filing each event under the fewest keys."""
        found: list[tuple[int, int, dict[str, str], References]] = []
        options = [self.options(head) for head in heads]
        for way in chain(same_variable_options(options), islice(product(*options), MOST_OPTIONS)):
            keys = {id_: v for chosen in way for id_, v in chosen[0].items()}
            references = References(set(), self.always_shared(), set())
            for _, option in way:
                references.add(option)
            if keys and not references.is_contradictory and not references.asks & keys.keys():
                found.append((-len(keys), len(references.held), keys, references))
        if not found:
            return {}, References(set(), set(), set())
        _, _, keys, references = min(found, key=lambda f: f[:2])
        return keys, references

    def always_shared(self) -> set[str]:
        found = References(set(), set(), set())
        for point in (self.norms.force_from, self.norms.force_until):
            if point is not None:
                found.add(self.references_of(point, None))
        return found.shared

    def options(self, head: Rule) -> list[Option]:
        """Options for a rule and its remedies: each trigger variable as key, and no key."""
        family = [r for r in self.norms.rules if self.prints.heads[r.id] == head.id]
        found: list[Option] = []
        for variable in trigger_variables(head):
            references = References(set(), set(), set())
            for rule in family:
                references.add(self.references_of_rule(rule, variable))
            trigger = head.trigger.match.name if head.trigger and head.trigger.match else ""
            effects = any(r.power and r.power.verb not in ("do", "determine") for r in family)
            if not references.is_contradictory and trigger not in references.shared and not effects:
                found.append(({r.id: variable for r in family}, references))
        nothing = References(set(), set(), set())
        for rule in family:
            nothing.add(self.references_of_rule(rule, None))
        return [*found, ({}, nothing)]

    # -------------------------------------------------------------- references
    def references_of_rule(self, rule: Rule, key: str | None) -> References:
        cure = rule.cured_by
        found = self.references_of(
            [f for n in rule.__struct_fields__ if n != "cured_by" and (f := getattr(rule, n))], key
        )
        if cure is not None:
            same = {a.param for a in cure.args if a.op == "same"}
            held = params_equal_to(rule.action, key) & same if rule.action is not None else set()
            param = min(held, default=None) or min(params_equal_to(cure, key), default=None)
            found.add(self.word(cure.name, param))
            found.add(self.references_of(cure.args, key))
        return found

    def references_of(self, part: object, key: str | None) -> References:
        found = References(set(), set(), set())
        for node in every_node(part):
            if isinstance(node, Match):
                found.add(self.word(node.name, min(params_equal_to(node, key), default=None)))
            elif isinstance(node, MeasureReading | MeasureChange):
                if key is not None and node.of == Var(key):
                    found.held.add((node.measure, OF))
                else:
                    found.shared.add(node.measure)
            elif isinstance(node, RuleStatus):
                found.asks |= set(node.rules)
        return found

    def word(self, name: str, param: str | None) -> References:
        """Dependencies of an event, state or vague term, keyed by a parameter or by none."""
        if name in self.states:
            return self.state(name, param)
        if name in self.derived:
            return self.derived_ticks(name, param)
        if param is None or name in {v.name for v in self.norms.vagues}:
            return References(set(), {name}, set())
        return References({(name, param)}, set(), set())

    def state(self, name: str, param: str | None) -> References:
        state = self.states[name]
        found = References(set(), set() if param is not None else {name}, set())
        for match in state.changes:
            bound = {a.param for a in match.args if a.op == "bind" and a.variable == param}
            found.add(self.word(match.name, min(bound, default=None)))
        return found

    def derived_ticks(self, name: str, param: str | None) -> References:
        derived = self.derived[name]
        term = dict(derived.outputs).get(param) if param is not None else None
        key = term.name if isinstance(term, Var) else None
        found = self.references_of((derived.trigger, derived.unless, derived.if_), key)
        if key is None:
            found.shared.add(name)
        return found


def same_variable_options(options: list[list[Option]]) -> Iterator[tuple[Option, ...]]:
    """For each variable name, the options that use it in every rule that has it."""
    names = dict.fromkeys(v for each in options for keys, _ in each for v in keys.values())
    for name in names:
        yield tuple(next((o for o in each if name in o[0].values()), each[0]) for each in options)


def trigger_variables(head: Rule) -> list[str]:
    """The variables that a rule's trigger binds."""
    if head.trigger is None or head.trigger.match is None:
        return []
    bound = (a.variable for a in head.trigger.match.args if a.op == "bind" and a.variable)
    return list(dict.fromkeys(bound))


def params_equal_to(match: Match | None, key: str | None) -> set[str]:
    """The parameters of a pattern that must be equal to the key."""
    if match is None or key is None:
        return set()
    return {
        a.param
        for a in match.args
        if (a.op == "bind" and a.variable == key) or (a.op == "=" and a.value == Var(key))
    }


def every_node(part: object) -> Iterator[object]:
    parts: Iterable[object] = part if isinstance(part, list) else (part,)
    for each in parts:
        yield from nodes(each)


# ------------------------------------------------------------------ fewer units
def merged(units: list[Unit]) -> list[Unit]:
    """Merge keyed units with the same filing and shared words, to judge them together."""
    found: list[Unit] = []
    for unit in units:
        for n, other in enumerate(found):
            if can_merge(unit, other):
                found[n] = Unit(
                    Reach(
                        other.reach.rules | unit.reach.rules, other.reach.names | unit.reach.names
                    ),
                    other.keys | unit.keys,
                    other.held | unit.held,
                    other.shared,
                    other.clocked or unit.clocked,
                )
                break
        else:
            found.append(unit)
    return found


def can_merge(one: Unit, other: Unit) -> bool:
    if one.whole or other.whole:
        return False
    common = one.held.keys() & other.held.keys()
    return one.shared == other.shared and all(one.held[n] == other.held[n] for n in common)


def counts_business_days(part: object) -> bool:
    return any(isinstance(n, Duration) and n.calendar is not None for n in nodes(part))
