"""Selects and expands the rules of an account: readings, one rule per debtor, ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from servanda.semantics import norms
from servanda.semantics.resolving.scope import Context, RuleOutline, Scope, Typed, pick
from servanda.syntax import tree


class Planned(NamedTuple):
    """One rule of one debtor, unresolved.

    `known` are the words that its holder binds (`each state of E3`); `prevails` the clauses that it
    prevails over; `compensates`: to perform its remedy makes the breach good; `together`: who has
    to act, by the actors whose acts count.
    """

    outline: RuleOutline
    rule: tree.Rule
    clause: tree.Clause | None
    known: dict[str, Typed]
    joint: bool
    prevails: tuple[tree.Precedence, ...]
    remedy: Planned | None
    compensates: bool
    together: tuple[tuple[str, tuple[str, ...]], ...] = ()


class RuleSource(NamedTuple):
    """Rules that stand together: a clause's own, a reading's or an amendment's."""

    clause: str
    version: str | None
    reading: str | None
    rules: tuple[tree.Rule, ...]
    prevails: tuple[tree.Precedence, ...]


def chosen_readings(
    context: Context,
    account: tree.Account | None,
    override: Mapping[str, str | None] | None = None,
) -> tuple[tree.Reading, ...]:
    """The readings an account holds, by name; `override` takes the place of its own choice."""
    chosen: dict[str, str | None] = {}
    for group, name in account.reads if account is not None else ():
        if group in chosen and account is not None:
            message = f"account {account.name} reads {group} twice"
            context.problems.add("E520", account.place, message, "keep one of the two lines")
        chosen.setdefault(group, name)
    chosen.update(override or {})
    found = []
    for group, chosen_name in sorted(chosen.items()):
        if chosen_name is None:
            continue
        reading = context.names.readings.get(f"{group}.{chosen_name}")
        if reading is not None:
            found.append(reading)
        elif account is not None:
            _unknown_reading(context, account, group, chosen_name)
    return tuple(found)


def _unknown_reading(context: Context, account: tree.Account, group: str, name: str) -> None:
    if context.problems.is_expected(f"reading:{group}"):
        return
    beside = [r.name for r in context.names.readings.values() if r.group == group]
    if beside:
        words = ", ".join(f"`{word}`" for word in sorted(beside))
        help_ = context.names.suggest(name, beside) or f"write one of {words}"
        message = f"account {account.name} reads {group} as `{name}`: there is no such reading"
    else:
        groups = {r.group for r in context.names.readings.values()}
        help_ = context.names.suggest(group, groups) or f"declare it: `reading {group}.{name} of …`"
        message = f"account {account.name} reads `{group}`: there is no such point"
    subject = f"reading:{group}.{name}"
    context.problems.add("E211", account.place, message, help_, subject=subject)


def sources_of(context: Context, readings: Iterable[tree.Reading]) -> list[RuleSource]:
    """All rules, amendments included, in an order that does not depend on the files."""
    readings = sorted(readings, key=lambda r: r.full_name)
    replaced = {reading.clause for reading in readings if reading.effect in ("replaces", "none")}
    clauses = context.names.clauses
    found = [
        RuleSource(clause.id, None, None, clause.rules, clause.prevails_over)
        for clause in clauses.values()
        if clause.id not in replaced
    ]
    for reading in readings:
        over = clauses[reading.clause].prevails_over if reading.clause in clauses else ()
        over = tuple(dict.fromkeys((*over, *reading.prevails_over)))
        found.append(RuleSource(reading.clause, None, reading.full_name, reading.rules, over))
    for amendment in sorted(context.names.amendments.values(), key=lambda a: a.name):
        clause = clauses.get(amendment.clause)
        over = clause.prevails_over if clause is not None else ()
        found.append(RuleSource(amendment.clause, amendment.name, None, amendment.rules, over))
    return sorted(found, key=lambda s: (natural(s.clause), s.version or ""))


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that puts `9` before `10` and `I.2` before `I.14`."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)


def plan(context: Context, sources: Iterable[RuleSource]) -> list[Planned]:
    """One entry for each rule and debtor, remedies beneath their duties."""
    counts: dict[tuple[str, str | None], int] = {}
    found: list[Planned] = []
    for source in sources:
        for rule in source.rules:
            key = (source.clause, source.version)
            counts[key] = counts.get(key, 0) + 1
            found.extend(_spread(context, source, rule, counts[key]))
    return found


def with_remedies(planned: Iterable[Planned]) -> Iterator[Planned]:
    """Every rule, each followed by its remedies."""
    for one in planned:
        current: Planned | None = one
        while current is not None:
            yield current
            current = current.remedy


def _spread(
    context: Context, source: RuleSource, rule: tree.Rule, number: int
) -> Iterator[Planned]:
    """One rule for each debtor."""
    holder = rule.holder
    ending = f"/{number}" if number > 1 else ""
    if source.version is not None:
        ending += f"@{source.version}"
    names, joint = _holders(context, rule)
    spread = holder.mode in ("many", "each") or joint
    for name in names:
        known: dict[str, Typed] = {}
        if holder.variable is not None:
            known[holder.variable] = Typed(norms.Const(name), "party")
        middle = f":{name}" if spread else ""
        id_ = f"{source.clause}{middle}{ending}"
        yield _planned(
            context, source, rule, id_, _term(context, name, known), known=known, joint=joint
        )


def _holders(context: Context, rule: tree.Rule) -> tuple[tuple[str, ...], bool]:
    """The debtors of a rule, and whether they act only all together."""
    holder = rule.holder
    if holder.mode == "none":
        return (norms.NOBODY,), False
    place = pick(holder.place, rule.place)
    name = holder.names[0]
    if holder.mode in ("one", "many"):
        for one in holder.names:
            if one in context.names.groups:
                verb = "must" if isinstance(rule, tree.Duty) else "may"
                context.problems.add(
                    "E235",
                    place,
                    f"`{one}` is a group: {verb} each member do it, or all as one?",
                    f"write `each of {one}`, `any one of {one}` or `{one} acting together`",
                )
        return holder.names, False
    if name not in context.names.groups:
        tables, declared = (context.names.groups,), f"group {name} = …"
        context.report_name("E202", ("group", "group"), name, place, tables, declaration=declared)
        return (name,), False
    context.used.add(name)
    as_one = holder.mode == "together" and isinstance(rule, tree.Duty)
    if holder.mode == "any" or as_one:
        return (name,), False
    return context.names.leaf_members(name), holder.mode == "together"


def _planned(
    context: Context,
    source: RuleSource,
    rule: tree.Rule,
    id_: str,
    debtor: norms.Term,
    *,
    known: dict[str, Typed],
    joint: bool = False,
) -> Planned:
    kind = rule.kind if isinstance(rule, tree.Duty) else "may"
    creditor = rule.creditor if isinstance(rule, tree.Duty) else None
    towards = None if creditor is None else _term(context, creditor, known)
    outline = RuleOutline(id_, source.clause, source.version, source.reading, kind, debtor, towards)
    remedy, compensates = None, False
    if isinstance(rule, tree.Duty) and rule.remedy is not None:
        remedy = _remedy(context, source, rule.remedy.duty, id_, known)
        compensates = rule.remedy.instead
    clause = context.names.clauses.get(source.clause)
    together = _together(context, rule)
    return Planned(
        outline, rule, clause, known, joint, source.prevails, remedy, compensates, together
    )


def _together(context: Context, rule: tree.Rule) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Who has to act by a duty of a group acting together, by each actor whose acts count."""
    if not isinstance(rule, tree.Duty) or rule.holder.mode != "together":
        return ()
    group = rule.holder.names[0]
    wanted = context.names.leaf_members(group)
    event = context.names.event(rule.event.name) if rule.event is not None else None
    named = rule.event is not None and any(arg.name == "by" for arg in rule.event.args)
    by = event is not None and any(param.name == "by" for param in event.params)
    if rule.kind != "achieve" or rule.total or named or (event is not None and not by):
        context.problems.add(
            "E422",
            pick(rule.holder.place, rule.place),
            f"`{group} acting together` belongs to a `must` whose event says who acts (`by`)",
            f"write `each of {group}` or `any one of {group}`",
        )
        return ()
    covered = {
        actor: tuple(one for one in wanted if one == actor or one in context.names.members(actor))
        for actor in context.names.values_matching(group)
    }
    return tuple((actor, members) for actor, members in covered.items() if members)


def _remedy(
    context: Context, source: RuleSource, duty: tree.Duty, parent: str, known: dict[str, Typed]
) -> Planned:
    holder = duty.holder
    names, _ = _holders(context, duty)
    if len(names) != 1 or holder.variable is not None:
        context.problems.add(
            "E420",
            pick(holder.place, duty.place),
            "a remedy has one debtor",
            "name one party, or write a clause of its own with `whenever … in breach of …:`",
        )
    name = names[0] if names else holder.names[0]
    debtor = _term(context, name, known)
    return _planned(context, source, duty, f"{parent}/else", debtor, known=known)


def _term(context: Context, name: str, known: Mapping[str, Typed]) -> norms.Term:
    """Who a name is: a word the holder binds, a party or group, else a variable of the trigger."""
    if name == norms.NOBODY:
        return norms.Const(name)
    bound = known.get(name)
    if bound is not None and isinstance(bound.expr, norms.Const | norms.Var):
        return bound.expr
    if context.names.is_actor(name):
        context.used.add(name)
        return norms.Const(name)
    return norms.Var(name)


def scope_of(planned: Planned) -> Scope:
    """A fresh scope for a rule, with the words its holder binds."""
    return Scope(planned.rule.place, planned.known, planned.outline.debtor)
