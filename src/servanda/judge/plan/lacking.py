"""Patterns that compare values which the record leaves out: docs/meaning.md, 1, "Sure and possible"."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from servanda.judge.engines.duckdb import Tables
from servanda.judge.plan.sql import named
from servanda.record.facts import Facts
from servanda.semantics.norms import Arg, Expr, Match, Norms, Var

Left = set[tuple[str, str]]
"""Events, each with a parameter that some occurrence does not say."""


def marked(norms: Norms, facts: Facts, tables: Tables) -> Norms:
    """The norms with `Arg.may_lack` where a test may compare something that is not said."""
    left = left_out(norms, facts, tables)
    unsaid = {t.surplus[0] for r in norms.rules if (t := r.trigger) is not None and t.surplus}
    if not left and not unsaid:
        return norms
    unsaid |= variables_left_out(norms, left)
    for _ in norms.derived:  # a chain of them is followed as far as it goes
        for other in norms.derived:
            for name, term in other.outputs:
                if isinstance(term, Var) and term.name in unsaid:
                    left.add((other.name, name))
        unsaid |= variables_left_out(norms, left)
    events = {e.name for e in norms.events} | {d.name for d in norms.derived}
    found = mark(norms, left, unsaid, events)
    assert isinstance(found, Norms)
    return found


def left_out(norms: Norms, facts: Facts, tables: Tables) -> Left:
    """What some occurrence does not say; of tables, only what a pattern asks for."""
    found: Left = set()
    asked = {(m.name, a.param) for m in patterns(norms) for a in m.args}
    for event in norms.events:
        names = [p.name for p in event.params]
        for occurrence in facts.events.get(event.name, ()):
            found |= {
                (event.name, name)
                for name, value in zip(names, occurrence.args, strict=True)
                if value is None
            }
        wanted = [name for name in names if (event.name, name) in asked]
        tests = ", ".join(f"bool_or({named('p_', name)} IS NULL)" for name in wanted)
        for bulk in facts.bulk_events.get(event.name, ()) if wanted else ():
            lacks = tables.row(f"SELECT {tests} FROM ({bulk.sql})")
            found |= {(event.name, n) for n, lack in zip(wanted, lacks, strict=True) if lack}
    return found


def variables_left_out(norms: Norms, left: Left) -> set[str]:
    """The variables that are bound to what some occurrence does not say."""
    return {
        a.variable
        for m in patterns(norms)
        for a in m.args
        if a.op == "bind" and a.variable is not None and (m.name, a.param) in left
    }


def patterns(part: object) -> Iterator[Match]:
    """Every pattern in some norms."""
    if isinstance(part, Match):
        yield part
    if isinstance(part, Struct):
        part = tuple(getattr(part, name) for name in part.__struct_fields__)
    if isinstance(part, tuple):
        for item in part:
            yield from patterns(item)


def mark(part: object, left: Left, unsaid: set[str], events: set[str]) -> object:
    """The same, with every test marked in which something may lack."""
    if isinstance(part, Match):
        if part.name not in events:
            return part
        params = {name for _, name in left}

        def lacks(arg: Arg) -> bool:
            if arg.op == "same":
                return arg.param in params
            named_ = arg.variable in unsaid or (arg.value is not None and speaks(arg.value, unsaid))
            return named_ or (part.name, arg.param) in left

        return replace(part, args=tuple(replace(a, may_lack=lacks(a)) for a in part.args))
    if isinstance(part, tuple):
        return tuple(mark(item, left, unsaid, events) for item in part)
    if isinstance(part, Struct):
        changed = {
            name: mark(getattr(part, name), left, unsaid, events)
            for name in part.__struct_fields__
            if isinstance(getattr(part, name), Struct | tuple)
        }
        return replace(part, **changed)
    return part


def speaks(expr: Expr, unsaid: set[str]) -> bool:
    """Whether a variable in an expression may have no value."""
    if isinstance(expr, Var):
        return expr.name in unsaid
    sides = (getattr(expr, side, None) for side in ("left", "right"))
    return any(speaks(side, unsaid) for side in sides if side is not None)
