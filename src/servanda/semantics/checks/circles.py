"""Dependency cycles through an edge without delay: docs/meaning.md, 5."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from servanda.semantics import norms
from servanda.semantics.names import AgreementNames
from servanda.syntax.problems import Problems
from servanda.syntax.tree import NOWHERE, Place


class Step(NamedTuple):
    """An edge of the dependency graph: `source` depends on `target`, for a reason.

    `timeless`: the effect has no delay, so no cycle may contain the edge.
    """

    source: str
    target: str
    reason: str
    timeless: bool


def check_circles(norms: norms.Norms, names: AgreementNames, problems: Problems) -> None:
    """Report every cycle that contains a timeless edge, once each.

    The shortest one is shown: `graphlib` finds some cycle, not one through a given edge.
    """
    graph = _Graph(norms, names)
    reported: set[frozenset[str]] = set()
    for step in graph.steps:
        if not step.timeless:
            continue
        back = graph.shortest(step.target, step.source)
        if back is None:
            continue
        circle = [step, *back]
        nodes = frozenset(graph.shown(s.source) for s in circle)
        if any(known <= nodes for known in reported):
            continue
        reported.add(nodes)
        _report(circle, graph, problems)


def report_named(
    circles: Iterable[tuple[str, ...]], names: AgreementNames, problems: Problems
) -> None:
    """Report definitions and named days that are defined by themselves."""
    reported: set[frozenset[str]] = set()
    for met in sorted(circles):
        circle = met[met.index(met[-1]) :]
        if frozenset(circle) in reported:
            continue
        reported.add(frozenset(circle))
        first = min(range(len(circle) - 1), key=lambda i: circle[i])
        turned = (*circle[first:-1], *circle[:first], circle[first])
        kind = "moments" if turned[0] in names.moments else "definitions"
        problems.add(
            "E234",
            names.place_of(turned[0]) or NOWHERE,
            f"{kind} that lead back to themselves: {' → '.join(turned)}",
            "define one of them by events, dates or measures",
        )


def _report(circle: list[Step], graph: _Graph, problems: Problems) -> None:
    shown = [graph.shown(step.source) for step in circle]
    path = [name for i, name in enumerate(shown) if i == 0 or name != shown[i - 1]]
    path = path[:-1] if len(path) > 1 and path[-1] == path[0] else path
    reasons = "; ".join(step.reason for step in circle)
    if all(step.target.startswith("event ") or step.timeless for step in circle):
        advice = "let one of them come later, or depend on an event"
    else:
        advice = "let one of them depend on an event or on `in breach`, whose effect comes after it"
    problems.add(
        "E412",
        graph.place(circle[0].source),
        f"a circle with no time in it: {' → '.join([*path, path[0]])}",
        f"{advice}: {reasons}",
    )


class _Graph:
    """The dependency graph: nodes are rules by id and derived events as `event E`."""

    def __init__(self, norms: norms.Norms, names: AgreementNames) -> None:
        self.names = names
        self.rules = {rule.id: rule for rule in norms.rules}
        self.derived = {event.name: event for event in norms.derived}
        self.states = {state.name: state for state in norms.states}
        self.touching = _touching(norms)
        self.steps: list[Step] = []
        for rule in norms.rules:
            self.steps.extend(self._of_rule(rule))
        for event in norms.derived:
            self.steps.extend(self._of_event(event))
        self.after: dict[str, list[Step]] = {}
        for step in self.steps:
            self.after.setdefault(step.source, []).append(step)

    def shown(self, node: str) -> str:
        """A node as the circle shows it: rules by their paragraph."""
        rule = self.rules.get(node)
        return rule.clause if rule is not None else node

    def place(self, node: str) -> Place:
        rule = self.rules.get(node)
        if rule is not None:
            return rule.place
        return self.names.place_of(node.removeprefix("event ")) or NOWHERE

    # -------------------------------------------------------------- steps
    def _of_rule(self, rule: norms.Rule) -> Iterator[Step]:
        me = f"{_kind(rule)} of {rule.clause}"
        for other in dict.fromkeys(id_ for one in rule.yields_to for id_ in one.status.rules):
            name = self.shown(other)
            yield Step(rule.id, other, f"{rule.clause} gives way while {name} is binding", True)
        for power in self.touching.get(rule.id, ()):
            verb = self.rules[power].power
            if power != rule.id and verb is not None:
                reason = f"{self.shown(power)} may {verb.verb} {rule.clause}"
                yield Step(rule.id, power, reason, False)
        if rule.trigger is not None:
            yield from self._of_trigger(rule, me)
        for word, cond in (("if", rule.if_), ("while", rule.while_), ("unless", rule.unless)):
            yield from self._of_cond(rule.id, f"the `{word}` of {me}", cond, timeless=False)
        if rule.keep is not None:
            yield from self._of_cond(rule.id, f"the condition of {me}", rule.keep, timeless=True)
        yield from self._of_match(rule.id, me, rule.action)
        yield from self._of_match(rule.id, me, rule.cured_by)

    def _of_trigger(self, rule: norms.Rule, me: str) -> Iterator[Step]:
        trigger = rule.trigger
        assert trigger is not None
        for match in (trigger.match, *trigger.following):
            yield from self._of_match(rule.id, f"the `when` of {me}", match)
        if trigger.cond is not None:
            word = f"the `whenever` of {me}"
            yield from self._of_cond(rule.id, word, trigger.cond, timeless=False)
        if trigger.breach_of is not None:
            reason = f"{me} answers the breach of {self.shown(trigger.breach_of)}"
            yield Step(rule.id, trigger.breach_of, reason, False)

    def _of_event(self, event: norms.Derived) -> Iterator[Step]:
        node = f"event {event.name}"
        for word, match in (("after", event.trigger), ("unless", event.unless)):
            if match is not None and match.name in self.derived:
                reason = f"`{event.name}` arises {word} `{match.name}`"
                yield Step(node, f"event {match.name}", reason, True)
        yield from self._of_cond(node, f"the `if` of `{event.name}`", event.if_, timeless=True)

    def _of_cond(self, source: str, me: str, cond: norms.Cond, timeless: bool) -> Iterator[Step]:
        match cond:
            case norms.And() | norms.Or():
                for item in cond.items:
                    yield from self._of_cond(source, me, item, timeless)
            case norms.Not():
                yield from self._of_cond(source, me, cond.item, timeless)
            case norms.RuleStatus():
                now = timeless or cond.state in ("suspended", "binding")
                for rule in cond.rules:
                    reason = f"{me} asks whether {self.shown(rule)} is {cond.state}"
                    yield Step(source, rule, reason, now)
            case norms.InState():
                yield from self._of_state(source, me, cond.match)
            case norms.Happened():
                yield from self._of_match(source, me, cond.match)
            case norms.Compare():
                for side in (cond.left, cond.right):
                    yield from self._of_expr(source, me, side)

    def _of_state(self, source: str, me: str, match: norms.Match) -> Iterator[Step]:
        state = self.states.get(match.name)
        if state is not None:
            for change in state.changes:
                yield from self._of_match(source, f"{me}, by the state `{state.name}`,", change)

    def _of_expr(self, source: str, me: str, expr: norms.Expr) -> Iterator[Step]:
        if isinstance(expr, norms.Total):
            yield from self._of_match(source, me, expr.match)
        elif isinstance(expr, norms.Arith):
            yield from self._of_expr(source, me, expr.left)
            yield from self._of_expr(source, me, expr.right)

    def _of_match(self, source: str, me: str, match: norms.Match | None) -> Iterator[Step]:
        if match is not None and match.name in self.derived:
            reason = f"{me} refers to `{match.name}`"
            timeless = source.startswith("event ")
            yield Step(source, f"event {match.name}", reason, timeless)

    # -------------------------------------------------------------- paths
    def shortest(self, start: str, end: str) -> list[Step] | None:
        """The fewest steps from one node to another (none if they are one)."""
        came_by: dict[str, Step | None] = {start: None}
        waiting = [start]
        while waiting:
            node = waiting.pop(0)
            if node == end:
                return self._walked(came_by, end)
            for step in self.after.get(node, ()):
                if step.target not in came_by:
                    came_by[step.target] = step
                    waiting.append(step.target)
        return None

    def _walked(self, came_by: dict[str, Step | None], end: str) -> list[Step]:
        steps: list[Step] = []
        step = came_by[end]
        while step is not None:
            steps.insert(0, step)
            step = came_by[step.source]
        return steps


def _touching(norms: norms.Norms) -> dict[str, list[str]]:
    """Rule → the powers that can touch it."""
    found: dict[str, list[str]] = {}
    for rule in norms.rules:
        for other in rule.power.rules if rule.power is not None else ():
            found.setdefault(other, []).append(rule.id)
    return found


def _kind(rule: norms.Rule) -> str:
    return "the power" if rule.kind == "may" else "the duty"
