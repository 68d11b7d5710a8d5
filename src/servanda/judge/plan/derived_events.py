"""Derived events: occurrences that arise some time after a trigger unless another prevents them."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from servanda.judge.engines.duckdb import Tables
from servanda.judge.plan.conditions import Conditions
from servanda.judge.plan.fact_tables import prepare_state
from servanda.judge.plan.instances import NO_OPENING, ORDER, Instances
from servanda.judge.plan.load import patterns
from servanda.judge.plan.sql import (
    at_phase,
    latest,
    literal,
    matches,
    micros,
    named,
    scalar,
    surely,
)
from servanda.judge.plan.step_functions import at_tick
from servanda.judge.verdict import JudgeError
from servanda.semantics.norms import Always, Const, Derived, Norms, Var


def arise(tables: Tables, norms: Norms, instances: Instances, conditions: Conditions) -> None:
    """Fill `ev_X` of every derived event, those that others wait for first."""
    for derived in in_order(norms):
        if named("ev_", derived.trigger.name) not in tables.empty:
            found = occurrences(tables, derived, instances, conditions)
            tables.append(named("ev_", derived.name), found)
        for state in norms.states:  # the next event may ask for it
            if derived.name in patterns(state.changes):
                prepare_state(tables, state, conditions)


def in_order(norms: Norms) -> list[Derived]:
    """The derived events, each after those it depends on. Raises JudgeError if some form a circle."""
    by_name = {d.name: d for d in norms.derived}
    graph = {name: mentioned(d, norms) & by_name.keys() for name, d in by_name.items()}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        names = ", ".join(sorted(set(error.args[1])))
        raise JudgeError(f"these events arise from each other: {names}") from error


def mentioned(derived: Derived, norms: Norms) -> set[str]:
    """The events that must be known before this one can arise."""
    names = set(patterns((derived.trigger, derived.if_, derived.unless)))
    for state in norms.states:
        if state.name in names:
            names |= set(patterns(state.changes))
    return names


def occurrences(
    tables: Tables,
    derived: Derived,
    instances: Instances,
    conditions: Conditions,
) -> str:
    table = named("arising_", derived.name)
    found = f"SELECT *, {NO_OPENING} FROM ({instances.joined(derived.trigger, ())})"
    tables.number(table, "iid", found, ORDER, conditions.bulk)
    level = f"SELECT iid, 2 AS val, false AS und FROM {table}"
    if not (isinstance(derived.if_, Always) and derived.if_.value):
        level = at_tick(conditions.steps(derived.if_, table), table, at_phase("i.lo", 1), True)
    days = instances.days
    count = days.deadline if derived.end_of_day else days.shift
    by = latest(micros("i.hi"), micros("i.till"), derived.delay)
    due_lo, due_hi = (
        f"greatest({at}, {count(at, derived.delay)}) * 64 + 1" for at in (micros("i.lo"), by)
    )
    blocked, left_open = "0", "false"
    if derived.unless is not None:
        source = f"FROM {named('ev_', derived.unless.name)} e WHERE {matches(derived.unless)}"
        blocked = f"""(CASE
          WHEN EXISTS (SELECT 1 {source} AND {surely(derived.unless)} AND e.lo >= i.hi AND e.fin <= i.due_lo) THEN 2
          WHEN EXISTS (SELECT 1 {source} AND e.fin > i.lo AND e.lo < i.due_hi) THEN 1 ELSE 0 END)"""
        if conditions.may_be_undecided(derived.unless.name):
            left_open = f"EXISTS (SELECT 1 {source} AND e.und AND e.fin > i.lo AND e.lo < i.due_hi)"
    outputs = "".join(f", {value(term)} AS {named('p_', name)}" for name, term in derived.outputs)
    return f"""
      SELECT entry, lo, hi, fin, sure AND val = 2 AND blocked = 0 AS sure,
             doubt_und OR (val = 1 AND und) OR (blocked = 1 AND left_open) AS und{columns(derived)} FROM (
        SELECT i.trigger AS entry, i.due_lo AS lo, i.due_hi AS hi, i.due_hi + 63 AS fin, i.sure, i.doubt_und,
               v.val, v.und, {blocked} AS blocked, {left_open} AS left_open{outputs}
        FROM (SELECT i.*, {due_lo} AS due_lo, {due_hi} AS due_hi FROM {table} i) i JOIN ({level}) v USING (iid))
      WHERE val > 0 AND blocked < 2 AND lo <= {conditions.facts.now}"""


def value(term: Var | Const) -> str:
    return scalar(term) if isinstance(term, Var) else literal(term.value)


def columns(derived: Derived) -> str:
    return "".join(f", {named('p_', name)}" for name, _ in derived.outputs)
