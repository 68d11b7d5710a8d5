"""Runs all static checks of an agreement, for the text, every account and every reading."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from msgspec import Struct

from servanda.semantics.checks.circles import check_circles, report_named
from servanda.semantics.checks.conflicts import check_conflicts
from servanda.semantics.checks.names import check_declarations, check_unused, namespace
from servanda.semantics.checks.provisions import check_nobodys_duties
from servanda.semantics.checks.variables import Parameter, check_bound, check_parameters, tested
from servanda.semantics.checks.windows import check_windows
from servanda.semantics.names import AgreementNames
from servanda.semantics.norms import (
    Always,
    Compare,
    Const,
    Expr,
    MeasureReading,
    Norms,
    Rule,
    Var,
)
from servanda.semantics.resolver import Resolver
from servanda.semantics.resolving.scope import Context, Scope, Typed, variable_of
from servanda.syntax import tree
from servanda.syntax.markdown import Paragraph
from servanda.syntax.problems import Problem, Problems
from servanda.syntax.tree import Agreement, Place

UNKNOWN_UNIT = "E208"


class Coverage(Struct, frozen=True):
    """How many paragraphs have rules, how many say why not, and which do neither."""

    modelled: int
    not_modelled: int
    uncovered: tuple[str, ...]


def check(
    agreement: Agreement,
    paragraphs: Sequence[Paragraph],
    problems: Problems | None = None,
    said: Collection[Parameter] | None = None,
) -> tuple[list[Problem], Coverage]:
    """Every problem of an agreement and its readings and accounts, and its coverage.

    Problems are added to `problems`, if given, which knows the lines of the files. `said` are the
    parameters that the record gives, as (event, name); None: the record is not known.
    """
    found = problems if problems is not None else Problems()
    used: set[str] = set()
    circles: set[tuple[str, ...]] = set()
    looked_at: set[Parameter] = set()
    for account, override in _views(agreement):
        resolver = Resolver(agreement, found)
        norms = resolver.resolve(account, override)
        check_norms(norms, resolver.context.names, found)
        used |= resolver.context.used
        looked_at |= tested(norms)
        circles |= resolver.context.circles
    last = Resolver(agreement, found)
    last.context.used = used
    check_declarations(last.context)
    _check_definitions(last)
    _check_moments(last)
    report_named(circles | last.context.circles, last.context.names, found)
    _check_rules(last.context, agreement)
    chosen = frozenset(f"{g}.{n}" for account in agreement.accounts for g, n in account.reads)
    if not found.errors and agreement.unparsed is None:
        check_unused(last.context, chosen)
        if said is not None:
            check_parameters(agreement, looked_at, said, used, found)
    covered = coverage(agreement, paragraphs)
    _report_uncovered(covered, paragraphs, found)
    return list(found), covered


def check_norms(norms: Norms, names: AgreementNames, problems: Problems) -> None:
    """Check the rules of one account against one another."""
    check_windows(norms, problems)
    check_conflicts(norms, problems)
    check_circles(norms, names, problems)
    _check_clock(norms, names.agreement, problems)
    _check_exact_amounts(norms, problems)
    _check_surplus(norms, problems)
    _check_keeps(norms, problems)
    check_nobodys_duties(norms, problems)
    check_bound(norms, problems)


def _views(agreement: Agreement) -> Iterable[tuple[str | None, dict[str, str | None]]]:
    """The text, every account, and each reading that no account holds with what it needs."""
    yield None, {}
    readings = {reading.full_name: reading for reading in agreement.readings}
    held = set()
    for account in agreement.accounts:
        yield account.name, {}
        held |= {f"{group}.{name}" for group, name in account.reads}
    for name, reading in sorted(readings.items()):
        if name in held:
            continue
        override: dict[str, str | None] = {reading.group: reading.name}
        waiting = list(reading.needs)
        while waiting:
            needed = readings.get(waiting.pop())
            if needed is not None and needed.group not in override:
                override[needed.group] = needed.name
                waiting.extend(needed.needs)
        yield None, override


# ------------------------------------------------------------------ definitions
def _check_definitions(resolver: Resolver) -> None:
    """Resolve every definition by itself, to check unused ones too."""
    context, moments = resolver.context, resolver.moments
    for define in _all_defines(context.agreement):
        known: dict[str, Typed] = {}
        for param in define.params:
            variable = variable_of(param)
            type_ = None if variable.type == "text" else variable.type
            known[variable.name] = Typed(Var(variable.name), type_, variable.unit)
        scope = Scope(define.place, known, Var("debtor"), (define.name,))
        before = set(context.used)
        moments.condition(define.cond, scope)
        context.used |= before
        for name in sorted(known.keys() - scope.used):
            near = context.names.suggest(name, context.names.parties, context.names.measures)
            message = f"the parameter `{name}` of `{define.name}` is never used"
            context.problems.add(
                "W203", define.place, message, near or "use it in the condition, or leave it out"
            )


def _all_defines(agreement: Agreement) -> list[tree.Define]:
    return [*agreement.defines, *(d for r in agreement.readings for d in r.defines)]


def _check_moments(resolver: Resolver) -> None:
    """Resolve every named day and instant by itself, to check unused ones too."""
    used = set(resolver.context.used)
    for name in resolver.context.names.moments:
        resolver.moments.named(name)
    resolver.context.used &= used


# ------------------------------------------------------------------ single rules
def _check_rules(context: Context, agreement: Agreement) -> None:
    """Check who determines vague terms."""
    sources: tuple[tree.Clause | tree.Reading | tree.Amendment, ...] = (
        *agreement.clauses,
        *agreement.readings,
        *agreement.amendments,
    )
    for rule in (rule for source in sources for rule in source.rules):
        if isinstance(rule, tree.Power) and rule.verb == "determine" and rule.pattern:
            vague = context.names.vagues.get(rule.pattern.name)
            for holder in rule.holder.names if vague is not None else ():
                _check_decider(context, rule, holder, vague)


def _check_decider(
    context: Context, power: tree.Power, holder: str, vague: tree.Vague | None
) -> None:
    if vague is None or not context.names.is_actor(holder):
        return
    entitled = {v for d in vague.deciders for v in context.names.values_matching(d)}
    if holder not in entitled:
        deciders = " or ".join(vague.deciders)
        context.problems.add(
            "E418",
            power.place,
            f"`{vague.name}` is to be determined by {deciders}, not by {holder}",
            f"declare it `to be determined by {', '.join((*vague.deciders, holder))}`",
        )


def _check_clock(norms: Norms, agreement: Agreement, problems: Problems) -> None:
    """Report a suspension of a duty with a deadline if `suspension …` is not declared."""
    if agreement.header.suspension is not None:
        return
    rules = {rule.id: rule for rule in norms.rules}
    for rule in norms.rules:
        if rule.power is None or rule.power.verb != "suspend":
            continue
        timed = [rules[id_] for id_ in rule.power.rules if _has_deadline(rules[id_])]
        if timed:
            problems.add(
                "E419",
                rule.place,
                f"clause {timed[0].clause} has a deadline: does it come nearer while suspended?",
                "write `suspension stops the clock` or `suspension does not stop the clock` below "
                "`agreement`",
            )


def _has_deadline(rule: Rule) -> bool:
    window = rule.window
    bounded = window.closes or window.within or window.term or window.every
    return rule.kind == "achieve" and bool(bounded)


def _check_exact_amounts(norms: Norms, problems: Problems) -> None:
    """Report duties that only an exactly equal amount performs."""
    params = {(event.name, p.name): p for event in norms.events for p in event.params}
    unknown = {problem.subject for problem in problems if problem.code == UNKNOWN_UNIT}
    for rule in norms.rules:
        if rule.kind != "achieve" or rule.action is None:
            continue
        for arg in rule.action.args:
            param = params.get((rule.action.name, arg.param))
            if arg.op == "=" and param is not None and param.type == "number":
                if unknown & {f"unit:{word}" for word in (param.unit or "").split()}:
                    continue  # what it should be is another problem
                code = "H301" if param.unit is None else "W301"
                value = _written(arg.value, param.unit)
                problems.add(
                    code,
                    rule.place,
                    f"only exactly this `{arg.param}` performs the duty: more or less does not",
                    f"write `{arg.param}: at least {value}` if more is also good",
                )


def _check_surplus(norms: Norms, problems: Problems) -> None:
    """Report acts of any amount that answer a level above a limit."""
    events = {event.name: event for event in norms.events}
    units = {measure.name: measure.unit for measure in norms.measures}
    for rule in norms.rules:
        cond = None if rule.trigger is None else rule.trigger.cond
        above = isinstance(cond, Compare) and cond.op in (">", ">=")
        if not above or rule.kind != "achieve" or rule.action is None:
            continue
        assert isinstance(cond, Compare) and rule.trigger is not None
        level = cond.left.measure if isinstance(cond.left, MeasureReading) else None
        tested = {arg.param for arg in rule.action.args} | {rule.total[0] if rule.total else ""}
        event = events.get(rule.action.name)
        for param in () if event is None else event.params:
            alike = level is not None and param.unit is not None and units[level] == param.unit
            if alike and param.name not in tested:
                problems.add(
                    "W302",
                    rule.place,
                    f"any `{rule.action.name}` performs this, whatever its `{param.name}`: "
                    f"the surplus of `{level}` is not asked for",
                    "write `whenever … exceeds … by surplus:` and "
                    f"`{param.name}: at least surplus`",
                )


def _written(value: Expr | None, unit: str | None) -> str:
    """A limit as a rule writes it, with its unit; `…` where it is no constant."""
    if not isinstance(value, Const) or not isinstance(value.value, Decimal):
        return "…"
    return f"{value.value:f}" if unit is None else f"{value.value:f} {unit}"


def _check_keeps(norms: Norms, problems: Problems) -> None:
    """Report duties whose condition always holds."""
    for rule in norms.rules:
        if rule.keep == Always(True):
            problems.add(
                "W401",
                rule.place,
                "this condition always holds, so the duty is always kept",
                "compare a measure or a sum",
            )


# ------------------------------------------------------------------ coverage
def coverage(agreement: Agreement, paragraphs: Sequence[Paragraph]) -> Coverage:
    """Which paragraphs have rules; declarations count as rules.

    A paragraph whose parts are paragraphs too (7 of 7.1, 7(a)) is covered by its parts.
    """
    modelled, excused = _spoken_for(agreement)
    ids = list(dict.fromkeys(paragraph.id for paragraph in paragraphs))
    told, wholes = modelled | excused, _wholes(ids)
    counted = [id_ for id_ in ids if id_ in told or id_ not in wholes]
    return Coverage(
        sum(id_ in modelled for id_ in counted),
        sum(id_ in excused - modelled for id_ in counted),
        tuple(id_ for id_ in counted if id_ not in modelled | excused),
    )


def _spoken_for(agreement: Agreement) -> tuple[set[str], set[str]]:
    """The paragraphs with rules or declarations, and those that say `not modelled`."""
    modelled: set[str] = set()
    excused: set[str] = set()
    for clause in agreement.clauses:
        names = {clause.id, clause.place.paragraph or clause.id}
        if clause.not_modelled is not None and not clause.rules:
            excused |= names
        elif clause.rules or clause.prevails_over:
            modelled |= names
    others: list[tree.Reading | tree.Amendment] = [*agreement.readings, *agreement.amendments]
    for source in others:
        modelled |= {source.clause, source.place.paragraph or source.clause}
    places: list[Place] = [item.place for item in namespace(agreement)]
    modelled |= {place.paragraph for place in places if place.paragraph is not None}
    return modelled, excused


def _wholes(ids: Iterable[str]) -> set[str]:
    """The ids of which others are parts, as 3 is of 3.1, 3(a) and 3-1."""
    return {id_[: mark.start()] for id_ in ids for mark in re.finditer(r"[.(-]", id_)}


def _report_uncovered(
    covered: Coverage, paragraphs: Sequence[Paragraph], problems: Problems
) -> None:
    places = {paragraph.id: paragraph for paragraph in reversed(paragraphs)}
    for id_ in covered.uncovered:
        if problems.is_expected(f"clause:{id_}"):
            continue
        problems.add(
            "E430",
            places[id_].place,
            f"paragraph {id_} has neither a rule nor `not modelled`",
            f'write `clause {id_}` with its rules below it, or `not modelled "why"`',
        )
