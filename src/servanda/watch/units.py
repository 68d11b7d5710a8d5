"""Which rules can be judged by themselves, and for which single keys of their instances.

A *unit* is a set of rules that need no other rule. It is *keyed* when each of its duties with
instances holds every event, reading and state that it speaks of to one variable of the instance
(`deliver(id: n)` in `when order(id: n)`): what happened with one key then says nothing of another.
Words that are not so held are *shared*: they belong to every key. Rules that speak of shared words
only are judged under a key of their own. A unit with no keyed rule is judged whole.
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

MOST_WAYS = 256
OF = "of"
Held = tuple[str, str]  # an event and the parameter (a measure and `of`) that a key is held to


class Uses(Struct):
    """What a rule speaks of once one of its variables is taken for the key."""

    held: set[Held]
    shared: set[str]
    asks: set[str]

    def add(self, other: Uses) -> None:
        self.held |= other.held
        self.shared |= other.shared
        self.asks |= other.asks

    @property
    def at_odds(self) -> bool:
        return any(name in self.shared for name, _ in self.held)


Option = tuple[dict[str, str], Uses]  # the keys of some rules, and what they then speak of


class Unit(Struct, frozen=True):
    """Rules judged together.

    `keys` names the variable that is the key of each keyed rule. `held` are the parameters by
    which each event or measure is filed; what else it speaks of is `shared`, and belongs to all
    keys. `clocked`: what has begun depends on the time asked about by more than the facts
    (periods, derived events, business days).
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
    """The units of an agreement, in the order of their first rules."""
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
        """Sets of rules that need nothing of each other."""
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
        keys, uses = self.best_way(heads)
        held: dict[str, tuple[str, ...]] = {}
        for name, param in sorted(uses.held):
            held[name] = (*held.get(name, ()), param)
        return Unit(reach, keys, held, frozenset(uses.shared), self.is_clocked(reach))

    def is_clocked(self, reach: Reach) -> bool:
        rules = [r for r in self.norms.rules if r.id in reach.rules]
        return bool(
            any(r.window.every is not None for r in rules)
            or any(d.name in reach.names for d in self.norms.derived)
            or any(counts_business_days(r) for r in rules)
        )

    # -------------------------------------------------------------- choosing keys
    def best_way(self, heads: list[Rule]) -> tuple[dict[str, str], Uses]:
        """The choice of keys that files each event under the fewest of them; none: no keys."""
        found: list[tuple[int, int, dict[str, str], Uses]] = []
        options = [self.options(head) for head in heads]
        for way in chain(alike_in_name(options), islice(product(*options), MOST_WAYS)):
            keys = {id_: v for chosen in way for id_, v in chosen[0].items()}
            uses = Uses(set(), self.shared_by_all(), set())
            for _, used in way:
                uses.add(used)
            if keys and not uses.at_odds and not uses.asks & keys.keys():
                found.append((-len(keys), len(uses.held), keys, uses))
        if not found:
            return {}, Uses(set(), set(), set())
        _, _, keys, uses = min(found, key=lambda f: f[:2])
        return keys, uses

    def shared_by_all(self) -> set[str]:
        found = Uses(set(), set(), set())
        for point in (self.norms.force_from, self.norms.force_until):
            if point is not None:
                found.add(self.used(point, None))
        return found.shared

    def options(self, head: Rule) -> list[Option]:
        """Each variable of a rule (and its remedies) as the key, and none."""
        family = [r for r in self.norms.rules if self.prints.heads[r.id] == head.id]
        found: list[Option] = []
        for variable in bound_by(head):
            uses = Uses(set(), set(), set())
            for rule in family:
                uses.add(self.rule_uses(rule, variable))
            trigger = head.trigger.match.name if head.trigger and head.trigger.match else ""
            effects = any(r.power and r.power.verb not in ("do", "determine") for r in family)
            if not uses.at_odds and trigger not in uses.shared and not effects:
                found.append(({r.id: variable for r in family}, uses))
        nothing = Uses(set(), set(), set())
        for rule in family:
            nothing.add(self.rule_uses(rule, None))
        return [*found, ({}, nothing)]

    # -------------------------------------------------------------- what is spoken of
    def rule_uses(self, rule: Rule, key: str | None) -> Uses:
        cure = rule.cured_by
        found = self.used(
            [f for n in rule.__struct_fields__ if n != "cured_by" and (f := getattr(rule, n))], key
        )
        if cure is not None:
            same = {a.param for a in cure.args if a.op == "same"}
            held = holding(rule.action, key) & same if rule.action is not None else set()
            param = min(held, default=None) or min(holding(cure, key), default=None)
            found.add(self.word(cure.name, param))
            found.add(self.used(cure.args, key))
        found.asks |= set(rule.yields_to)
        return found

    def used(self, part: object, key: str | None) -> Uses:
        found = Uses(set(), set(), set())
        for node in every_node(part):
            if isinstance(node, Match):
                found.add(self.word(node.name, min(holding(node, key), default=None)))
            elif isinstance(node, MeasureReading | MeasureChange):
                if key is not None and node.of == Var(key):
                    found.held.add((node.measure, OF))
                else:
                    found.shared.add(node.measure)
            elif isinstance(node, RuleStatus):
                found.asks |= set(node.rules)
        return found

    def word(self, name: str, param: str | None) -> Uses:
        """What an event, state or vague term stands on, held by one parameter or by none."""
        if name in self.states:
            return self.state(name, param)
        if name in self.derived:
            return self.arising(name, param)
        if param is None or name in {v.name for v in self.norms.vagues}:
            return Uses(set(), {name}, set())
        return Uses({(name, param)}, set(), set())

    def state(self, name: str, param: str | None) -> Uses:
        state = self.states[name]
        found = Uses(set(), set() if param is not None else {name}, set())
        for match in (*state.begins, *state.ends):
            bound = {a.param for a in match.args if a.op == "bind" and a.variable == param}
            found.add(self.word(match.name, min(bound, default=None)))
        return found

    def arising(self, name: str, param: str | None) -> Uses:
        derived = self.derived[name]
        term = dict(derived.outputs).get(param) if param is not None else None
        key = term.name if isinstance(term, Var) else None
        found = self.used((derived.trigger, derived.unless, derived.if_), key)
        if key is None:
            found.shared.add(name)
        return found


def alike_in_name(options: list[list[Option]]) -> Iterator[tuple[Option, ...]]:
    """For each name of a variable, that variable in every rule that has it."""
    names = dict.fromkeys(v for each in options for keys, _ in each for v in keys.values())
    for name in names:
        yield tuple(next((o for o in each if name in o[0].values()), each[0]) for each in options)


def bound_by(head: Rule) -> list[str]:
    """The variables that a rule's trigger binds."""
    if head.trigger is None or head.trigger.match is None:
        return []
    bound = (a.variable for a in head.trigger.match.args if a.op == "bind" and a.variable)
    return list(dict.fromkeys(bound))


def holding(match: Match | None, key: str | None) -> set[str]:
    """The parameters of a pattern that must equal the key."""
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
    """Keyed units that file and share alike are judged in one go."""
    found: list[Unit] = []
    for unit in units:
        for n, other in enumerate(found):
            if alike(unit, other):
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


def alike(one: Unit, other: Unit) -> bool:
    if one.whole or other.whole:
        return False
    common = one.held.keys() & other.held.keys()
    return one.shared == other.shared and all(one.held[n] == other.held[n] for n in common)


def counts_business_days(part: object) -> bool:
    return any(isinstance(n, Duration) and n.calendar is not None for n in nodes(part))
