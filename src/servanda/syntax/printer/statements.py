"""Prints any value of the syntax tree: the dispatch by its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from servanda.syntax import block_lines as ln
from servanda.syntax import entries as e
from servanda.syntax import tree as m
from servanda.syntax.printer import record, rules, values


def show(node: Struct) -> str:
    """A value as text. A block (a clause, an account, an agreement) has several lines."""
    kind = type(node)
    if kind in _BLOCKS:
        return "\n".join(_BLOCKS[kind](node))
    if isinstance(node, m.Agreement):
        return agreement(node)
    return " ".join(phrases(node))


def phrases(node: Struct) -> tuple[str, ...]:
    """A line as phrases between which it may be broken; of a block, its first line.

    A duty or power comes without its trigger, which is a line of its own.
    """
    kind = type(node)
    if kind in _PHRASED:
        return _PHRASED[kind](node)
    if kind in _WHOLE:
        return (_WHOLE[kind](node),)
    raise TypeError(f"{kind.__name__} is no line of the language")


def agreement(node: m.Agreement) -> str:
    """An agreement: declarations, one a line, then its blocks."""
    lines = rules.header(node.header) if node.header.name else []
    declarations = (
        node.parties,
        node.groups,
        node.units,
        node.conversions,
        node.calendars,
        node.events,
        node.states,
        node.measures,
        node.vagues,
        node.moments,
        node.defines,
        node.allows,
    )
    for declared in declarations:
        lines += [show(item) for item in declared]
    for blocks in (node.clauses, node.readings, node.amendments, node.accounts):
        for block in blocks:
            lines += ["", show(block)]
    return "\n".join(lines) + "\n"


_BLOCKS: dict[type, Callable[[Any], list[str]]] = {
    m.Header: rules.header,
    m.Clause: rules.clause,
    m.Reading: rules.reading,
    m.Amendment: rules.amendment,
    m.Account: rules.account,
    e.TableMap: record.table,
}

_PHRASED: dict[type, Callable[[Any], tuple[str, ...]]] = {
    m.Duty: rules.duty,
    m.Power: rules.power,
    m.Trigger: rules.trigger,
    m.Event: rules.event,
    m.State: rules.state,
    m.Held: rules.held,
    e.Entry: record.entry,
    e.Completeness: record.completeness,
    e.RowMap: record.row,
}

_WHOLE: dict[type, Callable[[Any], str]] = {
    **dict.fromkeys((m.Text, m.Day, m.Name, m.MeasureOf, m.Arithmetic), values.expr),
    **dict.fromkeys((m.Number, m.SumOf, m.CountOf, m.RateOf, m.ChangeOf), values.expr),
    **dict.fromkeys((m.And, m.Or, m.Not, m.Compare, m.Member, m.InBreach), values.cond),
    **dict.fromkeys((m.ClauseIs, m.Once, m.Holds), values.cond),
    **dict.fromkeys((m.AtDate, m.AtInstant, m.AtEvent, m.Shift), values.point),
    **dict.fromkeys((m.Earlier, m.Later, m.Edge), values.point),
    m.Pattern: values.pattern,
    m.Arg: values.arg,
    m.Duration: values.duration,
    m.Param: rules.param,
    m.Holder: rules.holder,
    m.Measure: rules.measure,
    m.Calendar: rules.calendar,
    **dict.fromkeys((m.Group, m.Conversion, m.Vague, m.Moment), rules.declaration),
    **dict.fromkeys((m.Define, m.Party, m.UnitWord), rules.declaration),
    ln.Declared: lambda node: rules.declared(node.items),
    ln.HeaderLine: rules.header_line,
    **dict.fromkeys((m.Clause, m.Reading, m.Amendment, m.Account), rules.head),
    ln.AgreementLine: rules.head,
    ln.TableLine: record.table_head,
    ln.TableOption: record.table_option,
    m.Allow: rules.allow,
    **dict.fromkeys((ln.Include, ln.Prevails, ln.Survives, ln.OnceCreated), rules.single_line),
    **dict.fromkeys((ln.Needs, ln.NotModelled, ln.NoDuty), rules.single_line),
    **dict.fromkeys((ln.Reads, ln.Trusts, ln.Accepts), rules.single_line),
    e.When: record.when,
    e.Attribution: record.attribution,
    e.SourceRef: record.source,
    e.Column: record.cell,
    **dict.fromkeys((e.EventFact, e.ReadingFact, e.LinkFact, e.PowerFact), record.fact),
    **dict.fromkeys((e.StateFact, e.DetermineFact, e.SaidFact, e.WithdrawFact), record.fact),
}
