"""Conditions of a derivation in words: what was compared, what it amounted to, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from servanda.explain.wording import Node, Words, amount, bounds, joined
from servanda.judge import derivation as d
from servanda.judge.derivation import MIRRORED, Op
from servanda.record.facts import Value
from servanda.semantics.norms import (
    Arith,
    Const,
    Expr,
    Happened,
    Match,
    MeasureChange,
    MeasureReading,
    Total,
    Var,
)

LIMITS = {
    "<=": "at most",
    ">=": "at least",
    "<": "less than",
    ">": "more than",
    "=": "exactly",
    "!=": "other than",
}
HOLDS = ("it does not hold", "it is possible", "it holds")
UNITS = (
    ("day", 86_400_000_000, 10**9),
    ("hour", 3_600_000_000, 72),
    ("minute", 60_000_000, 120),
    ("second", 1_000_000, 120),
)
"""The units of a length, their microseconds, and the largest count that is written in one unit."""

Particulars = dict[str, Value | None]


class ConditionText:
    """Puts the conditions of one judgement's derivations into sentences."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.sources = words.sources

    def told(
        self, condition: d.Condition, of: Particulars, now: int, *, kept: bool = False
    ) -> Iterator[Node]:
        """A node for each comparison, state, event, term and status in a condition; of one that is
        to be `kept`, comparisons are limits."""
        match condition:
            case d.Constant() | d.Membership():
                return
            case d.AllOf() | d.AnyOf():
                for item in condition.items:
                    yield from self.told(item, of, now, kept=kept)
            case d.Negation():
                yield from self.told(condition.item, of, now)
            case d.Comparison():
                yield self.comparison(condition, of, now, kept=kept)
            case d.State():
                name = self.pattern(condition.state.match, of)
                yield self.node(f"The state {name}: {HOLDS[condition.value]}.", condition.entries)
            case d.Occurred():
                yield self.node(self.occurred(condition, of), condition.entries)
            case d.VagueTerm():
                yield self.node(self.vague(condition, of), condition.entries)
            case d.DutyStatus():
                yield self.node(self.duty(condition, of), condition.entries)

    def node(self, sentence: str, entries: d.Entries) -> Node:
        ids = list(entries)
        return Node(sentence, ids, self.sources(ids), self.words.leaves(ids))

    # -------------------------------------------------------------- comparisons
    def comparison(self, found: d.Comparison, of: Particulars, now: int, *, kept: bool) -> Node:
        """The limit, what was compared with it, and how far from it that was (`kept`); else
        whether the comparison holds."""
        op, left, right = found.compare.op, found.left, found.right
        if isinstance(left.expr, Const):
            op, left, right = MIRRORED[op], right, left
        unit = self.unit(left.expr) or self.unit(right.expr)
        limit = f"{LIMITS[op]} {self.text(right.expr, of, unit)}"
        if not isinstance(right.expr, Const | Var):
            limit += f" ({self.value(right, unit)})"
        subject = self.text(left.expr, of, unit)
        said = self.amounted(left, unit, now)
        past = [n.last.entry for n in (left, right) if n.last is not None]
        entries = list(dict.fromkeys((*left.entries, *right.entries, *past)))
        sentence = f"The limit is {limit}; {subject}: {said}{self.distance(op, left, right, unit)}."
        if not kept:
            sentence = f"Whether {subject} is {limit}: {said}; {HOLDS[found.value]}."
        return Node(
            sentence,
            entries,
            self.sources(entries),
            self.words.leaves(entries),
        )

    def amounted(self, number: d.Number, unit: str | None, now: int) -> str:
        if isinstance(number.expr, MeasureReading):
            return self.reading(number, unit, now)
        if isinstance(number.expr, Var) and number.low is None:
            return "it is not said"
        if not number.entries and isinstance(number.expr, Total):
            return f"no entry counts in it, so it is {self.value(number, unit)}"
        if not number.entries:
            return "no entry bears on it"
        if isinstance(number.expr, MeasureChange):
            end, begin = (self.value(part, unit) for part in number.parts)
            return f"it is {self.value(number, unit)} (from {begin} to {end})"
        return f"it is {self.value(number, unit)}"

    def reading(self, number: d.Number, unit: str | None, now: int) -> str:
        if number.read is None:
            return "no reading that this account trusts"
        since = self.words.time(number.read)
        if number.last is not None and number.stale is not None:
            said = bounds(number.last.low, number.last.high, unit).removeprefix("= ")
            stale = self.words.time(number.stale)
            return f"the last reading, of {since}, is {said}, and went stale on {stale}"
        return f"the last reading, of {since}, is {self.value(number, unit)}"

    def value(self, number: d.Number, unit: str | None) -> str:
        return bounds(number.low, number.high, unit).removeprefix("= ")

    def distance(self, op: Op, left: d.Number, right: d.Number, unit: str | None) -> str:
        """How far the number is from the limit: `20.5 kg over it`, `headroom 1 kg`."""
        if left.low is None or left.low != left.high or right.low is None:
            return ""
        if right.low != right.high or op in ("=", "!="):
            return ""
        off = left.low - right.low
        if op in (">=", ">"):
            off = -off
        if off > 0:
            word = "over" if op in ("<=", "<") else "under"
            return f", {amount(off, unit)} {word} the limit"
        if off == 0:
            return ", exactly the limit"
        return f", headroom {amount(-off, unit)}"

    # -------------------------------------------------------------- the rest
    def occurred(self, found: d.Occurred, of: Particulars) -> str:
        happened: Happened = found.happened
        what = self.pattern(happened.match, of)
        within = f" in the last {self.length(happened.window)}" if happened.window else ""
        if found.value == 2:
            return f"{what} has happened{within}."
        if found.value == 1:
            return f"It is possible, not sure, that {what} has happened{within}."
        return f"{what} has not happened{within}."

    def vague(self, found: d.VagueTerm, of: Particulars) -> str:
        name = self.pattern(found.term.match, of)
        if found.held is not None:
            no = "" if found.held.holds else "not "
            return f"This account itself takes the position that {no}{name}."
        deciders = joined(found.deciders, "or")
        if found.value == 1:
            return f"{name} is open: no determination by {deciders} counts in this account."
        no = "" if found.value == 2 else "not "
        return f"It is determined that {no}{name}."

    def duty(self, found: d.DutyStatus, of: Particulars) -> str:
        clauses = joined(dict.fromkeys(self.words.clause(r) for r in found.status.rules), "or")
        if found.rules:
            clauses = joined(dict.fromkeys(self.words.clause(r) for r in found.rules))
        state = {"broken": "in breach of", "performed": "performed"}.get(
            found.status.state, found.status.state
        )
        rules = [self.words.judged.rule(r) for r in found.status.rules]
        if state == "binding" and all(rule.kind == "provision" for rule in rules):
            state = "in force"
        sure = ("not ", "possibly ", "")[found.value]
        if found.status.state == "broken":
            return self.in_breach(found, sure, clauses, of)
        return f"Clause {clauses} is {sure}{state}."

    def in_breach(self, found: d.DutyStatus, sure: str, clauses: str, of: Particulars) -> str:
        who = self.words.name(found.status.debtor, of)
        rules = found.rules or found.status.rules
        debtors = [who] if who is not None else self.words.debtors(rules)
        if not debtors:
            return f"Clause {clauses} is {sure}broken."
        if len(debtors) == 1:
            return f"{debtors[0]} is {sure}in breach of {clauses}."
        if not found.value:
            return f"None of {joined(debtors)} is in breach of {clauses}."
        return f"{joined(debtors)} are {sure}in breach of {clauses}."

    # -------------------------------------------------------------- expressions
    def unit(self, expr: Expr) -> str | None:
        if isinstance(expr, MeasureReading | MeasureChange):
            return self.words.units.get(expr.measure)
        if isinstance(expr, Total) and expr.param is not None:
            params = self.words.params.get(expr.match.name, ())
            return next((p.unit for p in params if p.name == expr.param), None)
        if isinstance(expr, Arith):
            return self.unit(expr.left) or self.unit(expr.right)
        return None

    def text(self, expr: Expr, of: Particulars, unit: str | None) -> str:
        match expr:
            case Const(value):
                return amount(value, unit) if isinstance(value, Decimal) else str(value)
            case Var(name):
                given = of.get(name)
                return amount(given, unit) if isinstance(given, Decimal) else str(given or name)
            case MeasureReading(measure, subject):
                return self.words.subject(measure, self.words.name(subject, of))
            case MeasureChange(measure, subject, window):
                named = self.words.subject(measure, self.words.name(subject, of))
                return f"the change of {named} over {self.length(window)}"
            case Total(match, param, window):
                what = f"the sum of {param} in {match.name}" if param else f"count of {match.name}"
                return what + (f" over {self.length(window)}" if window else " so far")
            case Arith(op, left, right):
                both = (self.text(left, of, None), self.text(right, of, None))
                return f"{both[0]} {op} {both[1]}" + (f" {unit}" if unit else "")

    def length(self, micros: int) -> str:
        return duration_text(micros)

    def pattern(self, match: Match, of: Particulars) -> str:
        """An event, state or term as the rule writes it, its variables put in."""
        inside = []
        for arg in match.args:
            if arg.op == "in" and arg.values:
                inside.append(arg.values[0])
            elif isinstance(arg.value, Const | Var):
                given = self.words.name(arg.value, of)
                sign = "" if arg.op == "=" else f"{LIMITS.get(arg.op, arg.op)} "
                inside.append(f"{arg.param}: {sign}{given or 'any'}")
        return f"{match.name}({', '.join(inside)})" if inside else match.name


def duration_text(micros: int) -> str:
    """A length: `2 days`, `36 hours`, `3 hours and 30 minutes`, `27 days and 1 hour`."""
    left = abs(micros)
    for unit, size, most in UNITS:
        if left % size == 0 and 0 < left // size <= most:
            return counted(left // size, unit)
    told = list[str]()
    for unit, size, _ in UNITS:
        count, left = divmod(left, size)
        if count:
            told.append(counted(count, unit))
    if left or not told:
        told.append(f"{left / 1_000_000:g} seconds")
    return joined(told)


def counted(count: int, unit: str) -> str:
    return f"{count:,} {unit}{'s' * (count != 1)}"
