"""Pairs of duties that cannot both be complied with, and of which neither prevails."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, islice
from typing import NamedTuple

from servanda.semantics import norms
from servanda.semantics.collisions import Bound, Collisions, bounds_of, exclude, has_variable
from servanda.syntax.problems import Problems

MOST_CONFLICTS = 100


class Conflict(NamedTuple):
    """Two duties that collide: `one` gives way by `precedences` if `other` is to prevail."""

    one: norms.Rule
    other: norms.Rule
    precedences: tuple[norms.Precedence, ...]
    what: str

    @property
    def warning(self) -> str:
        return self._message("may conflict")

    @property
    def error(self) -> str:
        return self._message("are in conflict")

    def _message(self, verb: str) -> str:
        one, other = self.one.clause, self.other.clause
        debtors = (self.one.debtor, self.other.debtor)
        who = next((d.value for d in debtors if isinstance(d, norms.Const)), "one party")
        if one == other:
            return f"two rules of paragraph {one} {verb}: {who} {self.what}"
        return f"paragraphs {one} and {other} {verb}: {who} {self.what}"

    @property
    def help(self) -> str:
        one, other = self.one.clause, self.other.clause
        advice = "narrow one of them with `unless`, `while` or a window of its own"
        if one != other:
            advice = (
                f"write `prevails over {other} to the extent of the conflict` in clause {one}, "
                f"or `prevails over {one} to the extent of the conflict` in clause {other}"
            )
        where = self.other.place
        stands = f"; the other rule stands in {where.file}, line {where.line}"
        return advice + (stands if where.line else "")


def check_conflicts(agreed: norms.Norms, problems: Problems) -> None:
    """Warn of every pair of duties in conflict, and report limits that exclude each other."""
    for rule in agreed.rules:
        if rule.keep is not None and excludes_itself(rule.keep):
            message = "this can never be kept: its two limits exclude each other"
            advice = "write a lower limit that is below the upper one"
            problems.add("E411", rule.place, message, advice)
    for found in islice(conflicts(agreed), MOST_CONFLICTS):
        problems.add("W402", found.one.place, found.warning, found.help)


def excludes_itself(keep: norms.Cond) -> bool:
    return any(exclude(here, there) for here, there in combinations(bounds_of(keep), 2))


def conflicts(agreed: norms.Norms) -> Iterator[Conflict]:
    """Every pair of duties that collide for some instances, with no precedence between them."""
    collisions = Collisions(agreed)
    forbidden: dict[str, list[norms.Rule]] = {}
    for rule in agreed.rules:
        if rule.kind == "forbid" and rule.action is not None:
            forbidden.setdefault(rule.action.name, []).append(rule)
    for must in agreed.rules:
        if must.kind != "achieve" or must.action is None:
            continue
        for must_not in forbidden.get(must.action.name, ()):
            if not decided(must, must_not) and (found := collisions.gives_way(must, must_not)):
                yield Conflict(must, must_not, found, f"must and must not `{must.action.name}`")
    keeps = [rule for rule in agreed.rules if rule.keep is not None]
    for one, other in combinations(keeps, 2):
        if not decided(one, other) and (found := collisions.gives_way(one, other)):
            yield Conflict(one, other, found, f"must keep {limits(one, other)}")


def decided(one: norms.Rule, other: norms.Rule) -> bool:
    """Whether the text says which of two rules prevails."""
    return any(
        over.id in found.status.rules
        for rule, over in ((one, other), (other, one))
        for found in rule.yields_to
    )


def limits(one: norms.Rule, other: norms.Rule) -> str:
    """The limits of two rules that leave no value, in words."""
    assert one.keep is not None and other.keep is not None
    for here in bounds_of(one.keep):
        for there in bounds_of(other.keep):
            measures = [getattr(bound.expr, "measure", None) for bound in (here, there)]
            alike = type(here.expr) is type(there.expr) and measures[0] == measures[1]
            if here.low != there.low and alike and not settled(here, there):
                return in_words(here, there)
    return "two limits to one number"


def settled(one: Bound, other: Bound) -> bool:
    """Whether two constant limits leave a value."""
    constant = not (has_variable(one.value) or has_variable(other.value))
    low, high = (one, other) if one.low else (other, one)
    values = (getattr(low.value, "value", None), getattr(high.value, "value", None))
    if not constant or not all(isinstance(value, Decimal) for value in values):
        return False
    return bool(values[0] < values[1])  # type: ignore[operator]


def in_words(one: Bound, other: Bound) -> str:
    low, high = (one, other) if one.low else (other, one)
    what = f"`{one.expr.measure}` " if isinstance(one.expr, norms.MeasureReading) else ""
    over = "more than" if low.strict else "at least"
    under = "less than" if high.strict else "at most"
    return f"{what}{over} {amount(low.value)} and {under} {amount(high.value)}"


def amount(limit: norms.Expr) -> str:
    if isinstance(limit, norms.Const):
        return str(limit.value)
    return f"`{limit.name}`" if isinstance(limit, norms.Var) else "what is agreed"
