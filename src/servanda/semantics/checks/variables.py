"""Unused variables of triggers, and unused parameters of events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from msgspec import Struct

from servanda.semantics.norms import Arg, AtVar, Match, Norms, Rule, Total, Trigger, Var
from servanda.syntax.problems import Problems
from servanda.syntax.tree import Agreement

# (event, parameter)
Parameter = tuple[str, str]
ACTOR = "by"  # the actor of an entry, given whether or not a rule asks for it


def check_bound(norms: Norms, problems: Problems) -> None:
    """Report variables of a trigger that the rule never uses.

    A variable that alone tells instances apart counts as used, unless the act has a parameter of
    that name and leaves it open: then any such act performs the duties of all instances.
    """
    remedies = {r.trigger.breach_of: r for r in norms.rules if r.trigger and r.trigger.breach_of}
    for rule in norms.rules:
        if rule.trigger is None or rule.trigger.match is None:
            continue
        chain = [rule]
        while chain[-1].id in remedies:
            chain.append(remedies[chain[-1].id])
        used = set(named(chain))
        binds = list(bound(rule.trigger))
        idle = [arg for arg in binds if arg.variable not in used]
        for arg in idle:
            if [b.variable for b in binds].count(arg.variable) > 1:
                continue
            left_open = [act.name for act in acts(chain) if leaves_open(act, arg.param, norms)]
            if left_open:
                act, said = left_open[0], f"`{arg.variable}` is not used"
                message = f"{said}: any `{act}` performs the duty of every instance"
                advice = f"write `{act}({arg.param}: {arg.variable})` if it must be the same"
                problems.add("W205", rule.place, message, advice)
            elif len(idle) < len(binds):
                problems.add(
                    "H206",
                    rule.place,
                    f"the trigger binds `{arg.variable}`, and the rule does not use it",
                    f"leave `{arg.param}: {arg.variable}` out, or use it below",
                )


def bound(trigger: Trigger) -> Iterator[Arg]:
    """The arguments of a trigger that bind a variable."""
    for match in (trigger.match, *trigger.following):
        yield from (a for a in (match.args if match else ()) if a.op == "bind")


def acts(chain: Iterable[Rule]) -> Iterator[Match]:
    """The events that perform or break the duties of a rule and its remedies."""
    return (rule.action for rule in chain if rule.action is not None)


def leaves_open(act: Match, param: str, norms: Norms) -> bool:
    """Whether the event has this parameter, and the pattern does not ask for it."""
    has = any(e.name == act.name and param in {p.name for p in e.params} for e in norms.events)
    return has and param not in {a.param for a in act.args}


def tested(norms: Norms) -> set[Parameter]:
    """The parameters of events that a pattern, sum, state or duty uses."""
    found: set[Parameter] = set()
    for part in parts(norms):
        if isinstance(part, Match):
            found |= {(part.name, arg.param) for arg in part.args}
        elif isinstance(part, Total) and part.param is not None:
            found.add((part.match.name, part.param))
        elif isinstance(part, Rule) and part.total is not None and part.action is not None:
            found.add((part.action.name, part.total[0]))
    return found


def check_parameters(
    agreement: Agreement,
    tested_: Collection[Parameter],
    said: Collection[Parameter],
    used: Collection[str],
    problems: Problems,
) -> None:
    """Report parameters of used events that no rule uses and no entry gives."""
    for event in agreement.events:
        for param in event.params if event.name in used else ():
            key = (event.name, param.name)
            if param.name != ACTOR and key not in tested_ and key not in said:
                problems.add(
                    "H207",
                    event.place,
                    f"no rule uses `{param.name}` of `{event.name}`, and no entry gives it",
                    "leave it out, or correct the place where it should be used",
                )


def named(whole: object) -> Iterator[str]:
    """Every variable that is used somewhere inside."""
    return (p.name for p in parts(whole) if isinstance(p, Var | AtVar))


def parts(whole: Any) -> Iterator[Any]:
    """A piece of the norms and every piece inside it, each before its parts."""
    waiting = [whole]
    while waiting:
        piece = waiting.pop()
        yield piece
        if isinstance(piece, Struct):
            waiting += [getattr(piece, field) for field in reversed(piece.__struct_fields__)]
        elif isinstance(piece, tuple | list):
            waiting += reversed(piece)
