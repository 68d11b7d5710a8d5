"""Prints values, conditions and points in time."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from servanda.syntax import tree as m

ARG_WORDS = {">=": "at least ", "<=": "at most ", ">": "more than ", "<": "less than ", "=": ""}
SHORTEST_GROUPED = 5


def number(value: Decimal) -> str:
    """Exactly the number, in digits the language reads: `202.8`, `10e9`, `100_000`."""
    sign, digits, exponent = value.as_tuple()
    minus = "-" if sign and value else ""
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is no number of the language")
    if exponent > 0 and value:
        return f"{minus}{_grouped(''.join(map(str, digits)))}e{exponent}"
    whole, dot, fraction = f"{abs(value):f}".partition(".")
    return f"{minus}{_grouped(whole)}{dot}{fraction}"


def _grouped(digits: str) -> str:
    return digits if len(digits) < SHORTEST_GROUPED else f"{int(digits):_}"


def quantity(value: m.Number) -> str:
    """A number with its unit."""
    digits = number(value.value)
    return digits if value.unit is None else f"{digits} {value.unit}"


def text(value: str) -> str:
    """A text in quotes; the language has no way to write a quote or a line break in it."""
    return '"' + " ".join(value.replace('"', "”").splitlines()) + '"'


def optional_text(value: str | None) -> str:
    """A text in quotes with a space before it; empty for None."""
    return "" if value is None else f" {text(value)}"


def listed(names: Iterable[str]) -> str:
    """Texts joined by commas."""
    return ", ".join(names)


# ---------------------------------------------------------------------- expressions
def expr(node: m.Expr) -> str:
    """An expression."""
    match node:
        case m.Number():
            return quantity(node)
        case m.Text(value):
            return text(value)
        case m.Day(value):
            return value.isoformat()
        case m.Name(name):
            return name
        case m.MeasureOf(measure, of):
            return measure if of is None else f"{measure} of {of}"
        case m.Arithmetic(op, left, right):
            return f"{_operand(left, op, False)} {op} {_operand(right, op, True)}"
        case m.SumOf(param, matched, window):
            return f"sum of {param} in {pattern(matched)} {_window(window)}"
        case m.CountOf(matched, window):
            return f"count of {pattern(matched)} {_window(window)}"
        case m.RateOf(param, matched, per, window):
            return f"rate of {param} in {pattern(matched)} per {per} {_window(window)}"
        case m.ChangeOf(measure, of, window):
            subject = measure if of is None else f"{measure} of {of}"
            return f"change of {subject} {_window(window)}"


def _operand(node: m.Expr, op: str, is_right: bool) -> str:
    """An operand, in square brackets where the order of operations asks for them."""
    shown = expr(node)
    if not isinstance(node, m.Arithmetic):
        return shown
    looser = node.op != "*" and (op == "*" or is_right)
    return f"[{shown}]" if looser or (is_right and op == "*") else shown


def _window(window: m.Duration | None) -> str:
    return "so far" if window is None else f"over the last {duration(window)}"


# ---------------------------------------------------------------------- patterns
def pattern(node: m.Pattern) -> str:
    """A name with its arguments."""
    return f"{node.name}({listed(arg(a) for a in node.args)})" if node.args else node.name


def arg(node: m.Arg) -> str:
    """An argument, with its parameter if named."""
    name = "" if node.name is None else f"{node.name}: "
    if node.op == "any" or node.value is None:
        return f"{name}{'as in the breach' if node.op == 'same' else 'any'}"
    return f"{name}{ARG_WORDS[node.op]}{expr(node.value)}"


def alternatives(patterns: Iterable[m.Pattern]) -> str:
    """Patterns joined by `or`."""
    return " or ".join(pattern(p) for p in patterns)


# ---------------------------------------------------------------------- conditions
def cond(node: m.Cond) -> str:
    """A condition, in brackets where precedence needs them."""
    match node:
        case m.Or(items):
            return " or ".join(cond(item) for item in items)
        case m.And(items):
            return " and ".join(_within(item, m.Or) for item in items)
        case m.Not(item):
            return f"not {_within(item, m.Or, m.And)}"
        case m.Compare(op, left, right):
            return f"{expr(left)} {op} {expr(right)}"
        case m.Member(name, group):
            return f"{name} in {group}"
        case m.InBreach():
            return _in_breach(node)
        case m.ClauseIs(clause, state):
            return f"clause {clause} is {state}"
        case m.Once(matched, last):
            return f"{pattern(matched)} has happened" + (
                "" if last is None else f" in the last {duration(last)}"
            )
        case m.Holds(matched):
            return pattern(matched)


def _in_breach(node: m.InBreach) -> str:
    what = "of a duty owed to it" if node.owed else f"of {node.clause or 'any clause'}"
    determined = "" if node.determined is None else f" determined to be {node.determined}"
    return f"{node.party} in breach {what}{determined}"


def _within(node: m.Cond, *looser: type) -> str:
    return f"({cond(node)})" if isinstance(node, looser) else cond(node)


# ---------------------------------------------------------------------- time
def duration(node: m.Duration) -> str:
    """A length of time: `5 days`, `3 business days of Office`."""
    unit = node.unit if node.count == 1 else f"{node.unit}s"
    if node.calendar is not None:
        return f"{node.count} business {unit} of {node.calendar}"
    return f"{node.count} {unit}"


def point(node: m.Point) -> str:
    """A point in time."""
    match node:
        case m.AtDate(date):
            return date.isoformat()
        case m.AtInstant(iso, zone):
            return iso if zone is None else f"{iso} {zone}"
        case m.AtEvent(matched):
            return pattern(matched)
        case m.Shift(start, sign, length):
            return f"{point(start)} {'+' if sign > 0 else '-'} {duration(length)}"
        case m.Earlier(points):
            return f"earlier of ({listed(point(p) for p in points)})"
        case m.Later(points):
            return f"later of ({listed(point(p) for p in points)})"
        case m.Edge(edge, inner):
            return f"{edge} of ({point(inner)})"
