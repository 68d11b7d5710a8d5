"""The order in which rules are judged: their dependencies, and the circles among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from servanda.semantics.norms import And, Cond, Norms, Not, Or, Rule, RuleStatus


def statuses(cond: Cond | None) -> Iterator[RuleStatus]:
    """Every status of a rule that a condition refers to."""
    if isinstance(cond, And | Or):
        for item in cond.items:
            yield from statuses(item)
    elif isinstance(cond, Not):
        yield from statuses(cond.item)
    elif isinstance(cond, RuleStatus):
        yield cond


def conditions_of(rule: Rule) -> Iterable[Cond | None]:
    trigger = rule.trigger.cond if rule.trigger is not None else None
    prevailing = (one.status for one in rule.yields_to)
    return (rule.if_, rule.while_, rule.unless, rule.keep, trigger, *prevailing)


def wanted_statuses(norms: Norms) -> set[tuple[str, str]]:
    """`(state, rule id)` of every status that some condition or precedence needs."""
    wanted: set[tuple[str, str]] = set()
    for rule in norms.rules:
        for cond in conditions_of(rule):
            wanted |= {(s.state, other) for s in statuses(cond) for other in s.rules}
    for derived in norms.derived:
        wanted |= {(s.state, other) for s in statuses(derived.if_) for other in s.rules}
    return wanted


def joined_rules(norms: Norms) -> set[str]:
    """The rules whose instances others tell apart by their variables."""
    found: set[str] = set()
    for rule in norms.rules:
        asked = [s for cond in conditions_of(rule) for s in statuses(cond) if s.joins]
        asked += [one.status for one in rule.yields_to if one.by_act]
        found |= {other for status in asked for other in status.rules}
    return found


def needs(norms: Norms) -> dict[str, set[str]]:
    """For each rule that stands by itself, the others it needs; remedies go with their parent."""
    head = root_rules(norms)
    found: dict[str, set[str]] = {h: set() for h in set(head.values())}
    for rule in norms.rules:
        mine = found[head[rule.id]]
        for cond in conditions_of(rule):
            mine |= {head[o] for s in statuses(cond) for o in s.rules if o in head}
    for rule in norms.rules:
        if rule.power is None:
            continue
        if rule.power.joint and not is_standing(rule):  # its holders' parts are judged apart
            found[head[rule.id]].add(head[rule.id])
        for other in norms.rules:
            touched = other.id in rule.power.rules or other.clause in rule.power.clauses
            if (touched or rule.power.verb == "end_all") and not is_own(rule, other):
                found[head[other.id]].add(head[rule.id])
    return found


def is_own(power: Rule, rule: Rule) -> bool:
    """A use of a power lies neither over the power itself nor over another's part in a joint one."""
    if power.id == rule.id:
        return True
    if power.power is None or rule.power is None or not power.power.joint:
        return False
    return joint_key(power) == joint_key(rule)


def joint_key(rule: Rule) -> tuple[object, ...]:
    """The same for the parts of all who hold a power together."""
    assert rule.power is not None
    does = rule.power
    return (rule.clause, does.verb, does.clauses, does.holders, does.joint)


def is_standing(rule: Rule) -> bool:
    """Whether it has the one instance that is there from the beginning."""
    return rule.trigger is None and rule.window.every is None


def root_rules(norms: Norms) -> dict[str, str]:
    """Each rule's outermost parent: itself, unless it is a remedy; what several hold together goes
    with the first holder's."""
    parents = {
        r.id: r.trigger.breach_of
        for r in norms.rules
        if r.trigger is not None and r.trigger.breach_of is not None
    }

    firsts: dict[object, str] = {}
    first = {
        r.id: firsts.setdefault(joint_key(r), r.id)
        for r in norms.rules
        if r.power is not None and r.power.joint
    }

    def head(id_: str) -> str:
        while id_ in parents:
            id_ = parents[id_]
        return first.get(id_, id_)

    return {r.id: head(r.id) for r in norms.rules}


def units(norms: Norms) -> dict[str, list[Rule]]:
    """The rules that each head stands for, without remedies: those are judged by their parents."""
    head = root_rules(norms)
    found: dict[str, list[Rule]] = {}
    for rule in norms.rules:
        if rule.trigger is None or rule.trigger.breach_of is None:
            found.setdefault(head[rule.id], []).append(rule)
    return found


def components(graph: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected components, each after all that it needs (Kosaraju), of any depth."""
    needed_by: dict[str, set[str]] = {node: set() for node in graph}
    for node, others in graph.items():
        for other in others:
            needed_by[other].add(node)
    seen: set[str] = set()
    order = reversed(postorder(sorted(graph), needed_by, set()))
    return [found for node in order if (found := sorted(postorder([node], graph, seen)))]


def postorder(starts: list[str], graph: dict[str, set[str]], seen: set[str]) -> list[str]:
    """The nodes reached and not in `seen`, each after those reached from it; adds them to `seen`."""
    found = []
    waiting = [(node, False) for node in reversed(starts)]
    while waiting:
        node, is_left = waiting.pop()
        if is_left:
            found.append(node)
        elif node not in seen:
            seen.add(node)
            waiting.append((node, True))
            waiting += [(other, False) for other in sorted(graph[node], reverse=True)]
    return found


def levels(norms: Norms) -> list[list[list[str]]]:
    """Components in waves: each wave needs only earlier ones."""
    graph = needs(norms)
    wave: dict[str, int] = {}
    waves: list[list[list[str]]] = []
    for component in components(graph):
        outside = {o for node in component for o in graph[node]} - set(component)
        number = 1 + max((wave[o] for o in outside), default=-1)
        wave |= dict.fromkeys(component, number)
        while len(waves) <= number:
            waves.append([])
        waves[number].append(component)
    return waves


def is_circle(component: list[str], graph: dict[str, set[str]]) -> bool:
    return len(component) > 1 or component[0] in graph[component[0]]
