"""Pairs of rules that cannot both be kept, without a priority between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from servanda.semantics import norms
from servanda.semantics.names import AgreementNames
from servanda.semantics.resolving.expressions import Comparing
from servanda.semantics.time_bounds import WindowBounds, conjuncts
from servanda.syntax.problems import Problems
from servanda.syntax.tree import Place

MOST_CONFLICTS = 100


class Conflict(NamedTuple):
    """A conflict as a problem: code, place, message and advice."""

    code: str
    place: Place
    message: str
    help: str


class Bound(NamedTuple):
    """`expr >= value` (low) or `expr <= value`; `strict` without equality."""

    expr: norms.Expr
    low: bool
    value: Decimal
    strict: bool


def check_conflicts(norms: norms.Norms, names: AgreementNames, problems: Problems) -> None:
    """Report every pair of rules in conflict without a priority."""
    checker = _Conflicts(norms, names)
    for found in (checker.acts(), checker.conditions()):
        for number, (code, place, message, help_) in enumerate(found, 1):
            problems.add(code, place, message, help_)
            if number == MOST_CONFLICTS:
                return


class _Conflicts:
    def __init__(self, norms: norms.Norms, names: AgreementNames) -> None:
        self.norms = norms
        self.names = names
        self.spans = WindowBounds(norms)

    # -------------------------------------------------------------- must and must not
    def acts(self) -> Iterator[Conflict]:
        """`must E` against `must not E`."""
        forbidden: dict[str, list[norms.Rule]] = {}
        for rule in self.norms.rules:
            if rule.kind == "forbid" and rule.action is not None:
                forbidden.setdefault(rule.action.name, []).append(rule)
        for must in self.norms.rules:
            if must.kind != "achieve" or must.action is None:
                continue
            for must_not in forbidden.get(must.action.name, ()):
                if self._collide(must, must_not) and self._no_way_around(must, must_not):
                    yield self._conflict(must, must_not, f"must and must not `{must.action.name}`")

    def _no_way_around(self, must: norms.Rule, must_not: norms.Rule) -> bool:
        """Whether every performance of the one may be a breach of the other."""
        if self.spans.reaches_beyond(must, must_not) or must.action is None:
            return False
        asked = _by_param(must.action)
        total = must.total[0] if must.total is not None else None
        for param, tests in _by_param(must_not.action).items():
            if param == total or not _covered(asked.get(param, []), tests):
                return False
        return True

    # -------------------------------------------------------------- keep and keep
    def conditions(self) -> Iterator[Conflict]:
        """`must keep m <= a` against `must keep m >= b` with b above a, and circles within one."""
        bounds: dict[norms.Expr, list[tuple[norms.Rule, Bound]]] = {}
        for rule in self.norms.rules:
            if rule.keep is not None:
                for bound in bounds_of(rule.keep):
                    bounds.setdefault(bound.expr, []).append((rule, bound))
        for found in bounds.values():
            for (one, here), (other, there) in combinations(found, 2):
                if not _exclude(here, there):
                    continue
                if one.id == other.id:
                    message = "this can never be kept: its two limits exclude each other"
                    yield Conflict(
                        "E411",
                        one.place,
                        message,
                        "write a lower limit that is below the upper one",
                    )
                elif self._collide(one, other):
                    yield self._conflict(one, other, f"must keep {_limits(here, there)}")

    # -------------------------------------------------------------- any two rules
    def _collide(self, one: norms.Rule, other: norms.Rule) -> bool:
        """Whether two rules can bind one debtor at one time, with no priority between them."""
        if one.id == other.id or one.id in other.yields_to or other.id in one.yields_to:
            return False
        if _root(one.id) == _root(other.id) or _versions_apart(one, other):
            return False
        if not self._one_debtor(one.debtor, other.debtor):
            return False
        return not self.spans.never_together(one, other) and not _disjoint(one, other)

    def _one_debtor(self, one: norms.Term, other: norms.Term) -> bool:
        if isinstance(one, norms.Var) or isinstance(other, norms.Var):
            return True
        here, there = str(one.value), str(other.value)
        return there in self.names.values_matching(here) or bool(
            set(self.names.leaf_members(here)) & set(self.names.leaf_members(there))
        )

    def _conflict(self, one: norms.Rule, other: norms.Rule, what: str) -> Conflict:
        debtor = one.debtor if isinstance(one.debtor, norms.Const) else other.debtor
        who = debtor.value if isinstance(debtor, norms.Const) else debtor.name
        if one.clause == other.clause:
            message = f"two rules of paragraph {one.clause} are in conflict: {who} {what}"
            help_ = "narrow one of them with `unless`, `while` or a window of its own"
        else:
            message = f"paragraphs {one.clause} and {other.clause} are in conflict: {who} {what}"
            help_ = (
                f"write `disapplies {other.clause} while it binds` in clause {one.clause}, "
                f"or `disapplies {one.clause} while it binds` in clause {other.clause}"
            )
        where = other.place
        help_ += f"; the other rule stands in {where.file}, line {where.line}" if where.line else ""
        return Conflict("E410", one.place, message, help_)


def _root(rule: str) -> str:
    """A duty and its remedies share a root: they never bind together by accident."""
    return rule.partition("/else")[0]


def _versions_apart(one: norms.Rule, other: norms.Rule) -> bool:
    """Two versions of one clause never bind together."""
    return one.clause == other.clause and one.version != other.version


# ------------------------------------------------------------------ arguments
def _by_param(match: norms.Match | None) -> dict[str, list[norms.Arg]]:
    found: dict[str, list[norms.Arg]] = {}
    for arg in match.args if match is not None else ():
        found.setdefault(arg.param, []).append(arg)
    return found


def _covered(asked: list[norms.Arg], forbidden: list[norms.Arg]) -> bool:
    """Whether every value asked for may be forbidden; nothing asked leaves another choice."""
    return all(any(_meets(ask, ban) for ask in asked) for ban in forbidden)


def _meets(ask: norms.Arg, ban: norms.Arg) -> bool:
    if ask.op == "in" and ban.op == "in":
        return bool(set(ask.values) & set(ban.values))
    if ask.value is None or ban.value is None:
        return True
    if not isinstance(ask.value, norms.Const) or not isinstance(ban.value, norms.Const):
        return True
    here, there = ask.value.value, ban.value.value
    if ban.op == "=":
        return ask.op == "=" and here == there
    if not isinstance(here, Decimal) or not isinstance(there, Decimal):
        return False
    if ban.op in (">=", ">"):
        enough = here >= there if ban.op == ">=" or ask.op == ">" else here > there
        return ask.op in ("=", ">=", ">") and enough
    enough = here <= there if ban.op == "<=" or ask.op == "<" else here < there
    return ask.op in ("=", "<=", "<") and enough


# ------------------------------------------------------------------ conditions
def bounds_of(cond: norms.Cond) -> Iterator[Bound]:
    """The limits that a condition sets to an expression."""
    for item in conjuncts(cond):
        if not isinstance(item, norms.Compare):
            continue
        for expr, op, limit in (
            (item.left, item.op, item.right),
            (item.right, _TURNED.get(item.op, item.op), item.left),
        ):
            if isinstance(limit, norms.Const) and isinstance(limit.value, Decimal):
                if op in (">=", ">", "="):
                    yield Bound(expr, True, limit.value, op == ">")
                if op in ("<=", "<", "="):
                    yield Bound(expr, False, limit.value, op == "<")


_TURNED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}
_OPPOSITE: dict[Comparing, Comparing] = {
    "<=": ">",
    ">=": "<",
    "<": ">=",
    ">": "<=",
    "=": "!=",
    "!=": "=",
}


def _exclude(one: Bound, other: Bound) -> bool:
    if one.low == other.low:
        return False
    low, high = (one, other) if one.low else (other, one)
    return low.value > high.value or (low.value == high.value and (low.strict or high.strict))


def _limits(one: Bound, other: Bound) -> str:
    low, high = (one, other) if one.low else (other, one)
    what = f"`{one.expr.measure}` " if isinstance(one.expr, norms.MeasureReading) else ""
    over = "more than" if low.strict else "at least"
    under = "less than" if high.strict else "at most"
    return f"{what}{over} {low.value} and {under} {high.value}"


def _disjoint(one: norms.Rule, other: norms.Rule) -> bool:
    """Whether the conditions of two rules provably never hold together."""
    mine, theirs = list(_needed(one)), list(_needed(other))
    for here in mine:
        for there in theirs:
            if here == _negated(there) or there == _negated(here):
                return True
            if any(_exclude(a, b) and a.expr == b.expr for a, b in _pairs(here, there)):
                return True
    return False


def _pairs(one: norms.Cond, other: norms.Cond) -> Iterable[tuple[Bound, Bound]]:
    return ((a, b) for a in bounds_of(one) for b in bounds_of(other))


def _needed(rule: norms.Rule) -> Iterator[norms.Cond]:
    """Conditions under which a rule binds, without `if`, which is read only once."""
    yield from conjuncts(rule.while_)
    unless = rule.unless
    for item in unless.items if isinstance(unless, norms.Or) else (unless,):
        yield _negated(item)


def _negated(cond: norms.Cond) -> norms.Cond:
    if isinstance(cond, norms.Not):
        return cond.item
    if isinstance(cond, norms.Compare):
        return norms.Compare(_OPPOSITE[cond.op], cond.left, cond.right)
    return norms.Not(cond)
