"""Small pieces of SQL text that every part of the plan shares."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from servanda.record.facts import Value
from servanda.semantics.clock import PHASES
from servanda.semantics.norms import (
    And,
    Arg,
    Arith,
    Compare,
    Cond,
    Const,
    Expr,
    Match,
    Not,
    Or,
    Var,
    Within,
)
from servanda.syntax.tree import Duration

SINCE_EVER = -9_000_000_000_000_000_000
FIRST_INSTANT = SINCE_EVER + 63  # the last tick of it: what follows at once is felt within it
FOR_GOOD = 9_000_000_000_000_000_000
UNBOUNDED = 10**24
NUMBER = "DECIMAL(38,9)"
COLUMN_TYPES = {"number": NUMBER, "date": "DATE"}


def column_type(type_: str) -> str:
    return COLUMN_TYPES.get(type_, "VARCHAR")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def named(prefix: str, name: str) -> str:
    """A safe identifier: `ev_deliver`, `k_id`."""
    return '"' + prefix + name.replace('"', '""') + '"'


def literal(value: Value | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, Decimal):
        return f"{value:f}::{NUMBER}"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return quoted(value)


def scalar(expr: Expr, inst: str = "i") -> str:
    """An expression of constants and the instance's variables."""
    if isinstance(expr, Const):
        return literal(expr.value)
    if isinstance(expr, Var):
        return f"{inst}.{named('k_', expr.name)}"
    if isinstance(expr, Arith):
        left, right = scalar(expr.left, inst), scalar(expr.right, inst)
        return f"CAST(({left} {expr.op} {right}) AS {NUMBER})"
    raise TypeError(f"{type(expr).__name__} changes over time")


def compares_variables(part: Cond | Expr) -> bool:
    """Whether a variable of the instance itself stands in a comparison."""
    if isinstance(part, And | Or):
        return any(map(compares_variables, part.items))
    if isinstance(part, Not):
        return compares_variables(part.item)
    if isinstance(part, Compare | Arith):
        return compares_variables(part.left) or compares_variables(part.right)
    return isinstance(part, Var) or (isinstance(part, Within) and compares_variables(part.term))


def matches(match: Match, event: str = "e", inst: str = "i", violation: str | None = None) -> str:
    """The test that occurrence `event` possibly passes a pattern, for instance `inst`.

    `violation` is the alias whose parameters `same` refers to.
    """
    tests = []
    for arg in match.args:
        if test := passes(arg, event, inst, violation):
            tests.append(f"coalesce({test}, true)" if arg.may_lack else test)
    return " AND ".join(tests) or "true"


def surely(match: Match, event: str = "e", inst: str = "i", violation: str | None = None) -> str:
    """The test that an occurrence which `matches` is sure, and nothing that is asked is left out."""
    return f"{event}.sure AND {says_all(match, event, inst, violation)}"


def says_all(match: Match, event: str = "e", inst: str = "i", violation: str | None = None) -> str:
    """The test that of an occurrence which `matches` nothing that is asked is left out."""
    lacking = [passes(arg, event, inst, violation) for arg in match.args if arg.may_lack]
    return " AND ".join(f"coalesce({test}, false)" for test in lacking if test) or "true"


def passes(arg: Arg, event: str, inst: str, violation: str | None) -> str:
    """One test of a pattern; empty: none."""
    column = f"{event}.{named('p_', arg.param)}"
    if arg.op == "in":
        return f"{column} IN ({', '.join(map(quoted, arg.values))})"
    if arg.op == "same":
        return f"{column} = {violation}.{named('p_', arg.param)}"
    if arg.op != "bind" and arg.value is not None:
        return f"{column} {arg.op} {scalar(arg.value, inst)}"
    return ""


def micros(tick: str) -> str:
    """The microseconds of a tick: floor division, also before 1970."""
    return f"(({tick}) >> 6)"


def till(event: str, column: str = "hi") -> str:
    """The tick by which a fact has happened: where only its day is known, the end of that day."""
    hi = f"{event}.{column}"
    return f"(CASE WHEN {event}.fin - {hi} > {PHASES} THEN {event}.fin ELSE {hi} END)"


def latest(hi: str, till: str, duration: Duration) -> str:
    """From what, in microseconds, the latest end of something is counted: by days, from within the
    last day."""
    return till if duration.is_exact else f"greatest({hi}, {till} - 1)"


def at_phase(tick: str, phase: int) -> str:
    """The given phase of a tick's instant; the two infinities stay."""
    return (
        f"(CASE WHEN {tick} >= {FOR_GOOD} THEN {FOR_GOOD} WHEN {tick} <= {SINCE_EVER} "
        f"THEN {SINCE_EVER} ELSE (({tick}) >> 6) * 64 + {phase} END)"
    )


def effect(tick: str) -> str:
    """Tick at which the consequences of a status change at `tick` take effect."""
    return (
        f"(CASE WHEN {tick} >= {FOR_GOOD} THEN {FOR_GOOD} "
        f"ELSE greatest(({tick}) + 1, (({tick}) >> 6) * 64 + 4) END)"
    )


NOT_ITS_TRIGGER = "e.entry IS DISTINCT FROM i.trigger"
"""The act `e` is not the one that made the instance `i`."""
