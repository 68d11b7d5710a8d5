"""Conditions that a duty is to keep, and that no act of its debtor could change."""

from __future__ import annotations

from collections.abc import Iterable

from servanda.semantics.norms import (
    Always,
    And,
    Arg,
    Cond,
    Const,
    Happened,
    InState,
    Match,
    Norms,
    Not,
    Or,
    Rule,
    RuleStatus,
)
from servanda.syntax.problems import Problems

ACTOR = "by"


def check_nobodys_duties(norms: Norms, problems: Problems) -> None:
    """Warn of `must keep C` where C is a matter of others: it may be a provision in force."""
    actors = Actors(norms)
    for rule in norms.rules:
        if rule.kind != "keep" or not isinstance(rule.debtor, Const) or rule.keep is None:
            continue
        debtor = str(rule.debtor.value)
        if isinstance(rule.keep, Always) or actors.could_change(rule.keep, debtor):
            continue
        problems.add(
            "W403",
            rule.place,
            f"no act of {debtor} could change what it must keep: is this a provision in force?",
            "write `applies from … until …` if it is nobody's duty; else keep a condition that "
            f"begins or ends with an event `by` {debtor}",
        )


class Actors:
    """Who may change the conditions of some norms."""

    def __init__(self, norms: Norms) -> None:
        self.rules: dict[str, Rule] = {rule.id: rule for rule in norms.rules}
        self.states = {state.name: state for state in norms.states}
        self.derived = {event.name: event for event in norms.derived}
        self.acted = {e.name for e in norms.events if any(p.name == ACTOR for p in e.params)}

    def could_change(self, cond: Cond, who: str) -> bool:
        """Whether an act of `who` may change it. What is measured or decided may be anybody's."""
        match cond:
            case And(items) | Or(items):
                return any(self.could_change(item, who) for item in items)
            case Not(item):
                return self.could_change(item, who)
            case InState(match):
                state = self.states[match.name]
                changes = (*state.begins, *state.ends)
                return any(self.could_do(within(change, match.args), who) for change in changes)
            case Happened(match):
                return self.could_do(match, who)
            case RuleStatus(rules):
                return any(self.rules[rule].kind != "provision" for rule in rules)
            case Always():
                return False
            case _:
                return True

    def could_do(self, act: Match, who: str) -> bool:
        """Whether the event may be an act of `who`; one without an actor is nobody's."""
        if act.name in self.derived:
            event = self.derived[act.name]
            sources = [event.trigger, *(() if event.unless is None else (event.unless,))]
            return any(self.could_do(source, who) for source in sources)
        tests = [arg for arg in act.args if arg.param == ACTOR]
        return act.name in self.acted and all(admits(arg, who) for arg in tests)


def within(change: Match, asked: Iterable[Arg]) -> Match:
    """A change of a state, with the tests of the key that is asked for."""
    tests = {arg.param: arg for arg in asked}
    args = []
    for arg in change.args:
        test = tests.get(arg.variable or "") if arg.op == "bind" else None
        args.append(arg if test is None else Arg(arg.param, test.op, test.value, test.values))
    return Match(change.name, tuple(args))


def admits(test: Arg, who: str) -> bool:
    """Whether a party may pass a test: variables admit everybody."""
    if test.op == "in":
        return who in test.values
    return not (test.op == "=" and isinstance(test.value, Const) and test.value.value != who)
