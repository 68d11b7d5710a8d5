"""Rules that cannot both be complied with, instance by instance: docs/meaning.md, 3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from servanda.semantics.norms import (
    And,
    Arg,
    Arith,
    Compare,
    Cond,
    Const,
    Expr,
    Join,
    Match,
    MeasureChange,
    MeasureReading,
    Norms,
    Not,
    Or,
    Precedence,
    Rule,
    RuleStatus,
    Term,
    Total,
    Value,
    Var,
    acted_out,
)
from servanda.semantics.time_bounds import WindowBounds, conjuncts

Joins = tuple[Join, ...]


class Bound(NamedTuple):
    """`expr >= value` (low) or `expr <= value`; `strict` without equality. Values are plain."""

    expr: Expr
    low: bool
    value: Expr
    strict: bool


class Collisions:
    """Works out how the rules of some norms collide."""

    def __init__(self, norms: Norms) -> None:
        self.windows = WindowBounds(norms)
        self.parties = Parties(norms.groups)

    def gives_way(self, one: Rule, over: Rule) -> tuple[Precedence, ...]:
        """How `one` gives way to `over`, if that prevails; nothing where they never collide."""
        if one.id == over.id or root(one.id) == root(over.id) or versions_apart(one, over):
            return ()
        if is_joint(one) or is_joint(over) or self.windows.never_together(one, over):
            return ()
        if one.kind == "forbid":
            return self._by_act(one, over)
        found = (
            self._keeps(one, over)
            if one.kind == "keep"
            else self._acts(one, over)
            if one.kind in ("achieve", "may")
            else ()
        )
        # of those who act together, one who may not act is enough
        holders = self.parties.same(one.debtor, over.debtor, within=not one.together)
        if holders is None:
            return ()
        told = [tuple(dict.fromkeys((*holders, *joins))) for joins in found]
        return tuple(
            Precedence(binding(over, joins)) for joins in told if not excluded(one, over, joins)
        )

    # -------------------------------------------------------------- acts
    def _by_act(self, one: Rule, over: Rule) -> tuple[Precedence, ...]:
        """`one` forbids what `over` asks for or permits: an act is compared with both patterns."""
        if over.kind not in ("achieve", "may") or not same_event(one, over):
            return ()
        holders = self.parties.same(one.debtor, over.debtor, within=False)
        if holders is None or not may_meet(one.action, acted_out(over)):
            return ()
        return (Precedence(binding(over, holders), by_act=True),)

    def _acts(self, one: Rule, over: Rule) -> Iterable[Joins]:
        """`over` forbids every way to do what `one` asks for or permits."""
        if over.kind != "forbid" or not same_event(one, over):
            return
        if self.windows.reaches_beyond(one, over):
            return
        assert over.action is not None
        asked = by_param(acted_out(one))
        total = None if one.total is None else one.total[0]
        found: list[Join] = []
        for param, bans in by_param(over.action).items():
            mine = asked.get(param, [])
            if param == "by" and self._is_by_debtor(one, mine) and self._is_by_debtor(over, bans):
                continue
            for ban in bans:
                ways = [way for ask in mine if (way := self._implied(ask, ban)) is not None]
                if param == total or not ways:
                    return
                found += sorted(ways, key=len)[0]
        yield tuple(dict.fromkeys(found))

    def _is_by_debtor(self, rule: Rule, args: list[Arg]) -> bool:
        """Whether `by` is whoever owes the duty: that is compared already."""
        debtor = rule.debtor
        if isinstance(debtor, Var):
            return args == [Arg("by", "=", value=debtor)]
        return args == [Arg("by", "in", values=self.parties.matching(str(debtor.value)))]

    def _implied(self, ask: Arg, ban: Arg) -> Joins | None:
        """What must be so for every value that passes `ask` to pass `ban`; None: it never is."""
        party = self._party(ask)
        if ask.op == "in":
            if ban.op == "in":
                banned = self._party(ban)
                if party is not None and banned is not None:
                    return () if self.parties.is_within(party, banned) else None
                return () if set(ask.values) <= set(ban.values) else None
            single = party if party is not None else only(ask.values)
            return None if single is None or ban.op != "=" else test("=", Const(single), ban.value)
        if ask.value is None:
            return None
        if ban.op == "in":
            return one_of(ask.value, ban.values) if ask.op == "=" else None
        if ban.op == "=":
            return test("=", ask.value, ban.value) if ask.op == "=" else None
        if ban.op in (">=", ">") and ask.op in ("=", ">=", ">"):
            enough = ">" if ban.op == ">" and ask.op != ">" else ">="
            return test(enough, ask.value, ban.value)
        if ban.op in ("<=", "<") and ask.op in ("=", "<=", "<"):
            enough = "<" if ban.op == "<" and ask.op != "<" else "<="
            return test(enough, ask.value, ban.value)
        return None

    def _party(self, arg: Arg) -> str | None:
        """The party or group that a test of an argument names."""
        if arg.op != "in" or not arg.values:
            return None
        name = arg.values[0]
        return name if arg.values == self.parties.matching(name) else None

    # -------------------------------------------------------------- conditions
    def _keeps(self, one: Rule, over: Rule) -> Iterable[Joins]:
        """Limits to one number that leave no value for it."""
        if one.keep is None or over.keep is None:
            return
        for here, there in product(bounds_of(one.keep), bounds_of(over.keep)):
            if here.low == there.low:
                continue
            number = unified(here.expr, there.expr)
            equal = "=" if here.strict or there.strict else ""
            limits = test((">" if here.low else "<") + equal, here.value, there.value)
            if number is not None and limits is not None:
                yield (*number, *limits)


class Parties:
    """Parties and groups, as patterns compare them."""

    def __init__(self, groups: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        self.groups = dict(groups)

    def leaves(self, name: str) -> frozenset[str]:
        """The parties that a name stands for: itself, or the members of the group."""
        members = self.groups.get(name)
        if members is None:
            return frozenset([name])
        return frozenset(m for m in members if m not in self.groups)

    def is_within(self, name: str, other: str) -> bool:
        return self.leaves(name) <= self.leaves(other)

    def matching(self, name: str) -> tuple[str, ...]:
        """As AgreementNames.values_matching."""
        containing = sorted(g for g, members in self.groups.items() if name in members)
        return tuple(dict.fromkeys((name, *self.groups.get(name, ()), *containing)))

    def same(self, one: Term, over: Term, *, within: bool) -> Joins | None:
        """What must be so for two debtors to be the same party; None: they never are.

        `within`: all of the one's members are the other's; otherwise some are.
        """
        if isinstance(one, Const) and isinstance(over, Const):
            mine, theirs = self.leaves(str(one.value)), self.leaves(str(over.value))
            return () if (mine <= theirs if within else mine & theirs) else None
        if isinstance(one, Var) and isinstance(over, Var):
            return (Join("=", one, over),)
        known = str((one if isinstance(one, Const) else over).value)  # type: ignore[union-attr]
        if not within:
            values = self.matching(known)
        elif isinstance(one, Const):
            values = (known, *sorted(g for g in self.groups if self.is_within(known, g)))
        else:
            inside = (g for g in self.groups if self.is_within(g, known))
            values = (known, *sorted({*self.leaves(known), *inside}))
        values = tuple(dict.fromkeys(values))
        return (
            (Join("in", None if isinstance(one, Const) else one, over, values),)
            if isinstance(over, Var)
            else (Join("in", one, None, values),)
        )


# ------------------------------------------------------------------ rules
def root(rule: str) -> str:
    """A duty and its remedies share a root: they never bind together by accident."""
    return rule.partition("/else")[0]


def versions_apart(one: Rule, other: Rule) -> bool:
    """Two versions of one clause never bind together."""
    return one.clause == other.clause and one.version != other.version


def is_joint(rule: Rule) -> bool:
    """A permission that no member has alone collides with nothing that one member does."""
    return rule.power is not None and rule.power.joint


def same_event(one: Rule, other: Rule) -> bool:
    return (
        one.action is not None and other.action is not None and one.action.name == other.action.name
    )


def binding(rule: Rule, joins: Joins) -> RuleStatus:
    return RuleStatus((rule.id,), "binding", None, None, joins)


# ------------------------------------------------------------------ arguments
def by_param(match: Match) -> dict[str, list[Arg]]:
    found: dict[str, list[Arg]] = {}
    for arg in match.args:
        found.setdefault(arg.param, []).append(arg)
    return found


def may_meet(one: Match | None, other: Match) -> bool:
    """Whether some act may pass both patterns."""
    assert one is not None
    here, there = by_param(one), by_param(other)
    return all(_meet(a, b) for param in here for a in here[param] for b in there.get(param, ()))


def _meet(one: Arg, other: Arg) -> bool:
    if one.op == "in" and other.op == "in":
        return bool(set(one.values) & set(other.values))
    for here, there in ((one, other), (other, one)):
        if here.op == "in" and there.op == "=" and isinstance(there.value, Const):
            return there.value.value in here.values
    if one.op == other.op == "=" and one.value is not None and other.value is not None:
        return test("=", one.value, other.value) is not None
    return True


def only(values: tuple[str, ...]) -> str | None:
    return values[0] if len(values) == 1 else None


# ------------------------------------------------------------------ tests between instances
def test(op: Any, mine: Expr, theirs: Expr | None) -> Joins | None:
    """A comparison: nothing left to test where it is decided already; None where it fails."""
    if theirs is None:
        return None
    if has_variable(mine) or has_variable(theirs):
        return (Join(op, mine, theirs),)
    here, there = constant(mine), constant(theirs)
    if here is None or there is None or type(here) is not type(there):
        return None
    left: Any = here
    right: Any = there
    decided = {"=": left == right}
    if op != "=":
        decided |= {
            ">": left > right,
            ">=": left >= right,
            "<": left < right,
            "<=": left <= right,
        }
    return () if decided[op] else None


def one_of(mine: Expr, values: tuple[str, ...]) -> Joins | None:
    if has_variable(mine):
        return (Join("in", mine, None, values),)
    return () if constant(mine) in values else None


def unified(one: Expr, other: Expr) -> Joins | None:
    """What must be so for two expressions to be one number; None: they never are."""
    if type(one) is not type(other):
        return None
    match one, other:
        case MeasureReading(measure, of), MeasureReading():
            return same_subject(of, other.of) if measure == other.measure else None
        case MeasureChange(measure, of, window), MeasureChange():
            same = (measure, window) == (other.measure, other.window)
            return same_subject(of, other.of) if same else None
        case Total(), Total():
            same = (one.param, one.window) == (other.param, other.window)
            # sums so far have an opening each
            if not same or one.window is None or has_variable(one) or one.match != other.match:
                return None
            return ()
        case Arith(), Arith():
            sides = (unified(one.left, other.left), unified(one.right, other.right))
            if one.op != other.op or sides[0] is None or sides[1] is None:
                return None
            return (*sides[0], *sides[1])
        case (Const(), Const()) | (Var(), Var()):
            return test("=", one, other)
    return None


def same_subject(one: Term | None, other: Term | None) -> Joins | None:
    if one is None or other is None:
        return () if one is other else None
    return test("=", one, other)


@cache
def has_variable(part: object) -> bool:
    if isinstance(part, Var):
        return True
    if isinstance(part, Struct):
        return any(has_variable(getattr(part, name)) for name in part.__struct_fields__)
    return isinstance(part, tuple) and any(map(has_variable, part))


def is_plain(expr: Expr) -> bool:
    """Of constants and variables only: it does not change over time."""
    if isinstance(expr, Arith):
        return is_plain(expr.left) and is_plain(expr.right)
    return isinstance(expr, Const | Var)


def constant(expr: Expr) -> Value | None:
    """The value of an expression without variables; None: it changes over time."""
    if isinstance(expr, Const):
        return expr.value
    if not isinstance(expr, Arith):
        return None
    left, right = constant(expr.left), constant(expr.right)
    if not isinstance(left, Decimal) or not isinstance(right, Decimal):
        return None
    return {"+": left + right, "-": left - right, "*": left * right}[expr.op]


# ------------------------------------------------------------------ conditions
def bounds_of(cond: Cond) -> Iterator[Bound]:
    """The limits that a condition sets to an expression."""
    for item in conjuncts(cond):
        if not isinstance(item, Compare):
            continue
        for expr, op, limit in (
            (item.left, item.op, item.right),
            (item.right, _TURNED.get(item.op, item.op), item.left),
        ):
            if is_plain(limit) and not is_plain(expr):
                if op in (">=", ">", "="):
                    yield Bound(expr, True, limit, op == ">")
                if op in ("<=", "<", "="):
                    yield Bound(expr, False, limit, op == "<")


_TURNED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}
_OPPOSITE: Mapping[str, Any] = {
    "<=": ">",
    ">=": "<",
    "<": ">=",
    ">": "<=",
    "=": "!=",
    "!=": "=",
}


def exclude(one: Bound, other: Bound) -> bool:
    """Whether two limits to one number provably leave no value for it."""
    if one.low == other.low or one.expr != other.expr:
        return False
    low, high = (one, other) if one.low else (other, one)
    if has_variable(low.value) or has_variable(high.value):
        return False
    return test(">=" if low.strict or high.strict else ">", low.value, high.value) is not None


def excluded(one: Rule, other: Rule, joins: Joins) -> bool:
    """Whether the conditions of two rules provably never hold together, for joined instances."""
    same = {
        join.theirs.name: join.mine
        for join in joins
        if join.op == "=" and isinstance(join.theirs, Var) and join.mine is not None
    }
    mine, theirs = list(_needed(one)), [_in_words_of(cond, same) for cond in _needed(other)]
    for here, there in product(mine, theirs):
        if here == _negated(there) or there == _negated(here):
            return True
        if any(exclude(a, b) for a, b in product(bounds_of(here), bounds_of(there))):
            return True
    return False


def _in_words_of(part: Any, same: Mapping[str, Expr]) -> Any:
    """A condition of the other rule with the variables of this one where they are equal."""
    if isinstance(part, Var):
        return same.get(part.name, Var(f"other {part.name}"))
    if isinstance(part, Struct):
        fields = {n: _in_words_of(getattr(part, n), same) for n in part.__struct_fields__}
        return replace(part, **fields)
    return tuple(_in_words_of(item, same) for item in part) if isinstance(part, tuple) else part


def _needed(rule: Rule) -> Iterator[Cond]:
    """What must hold for a rule to bind: `if` is left out, it is read only once.

    Sums so far are left out too: each instance has an opening of its own.
    """
    unless = rule.unless
    needed = [
        *conjuncts(rule.while_),
        *(_negated(item) for item in (unless.items if isinstance(unless, Or) else (unless,))),
    ]
    return (cond for cond in needed if not _counts_so_far(cond))


def _counts_so_far(part: object) -> bool:
    if isinstance(part, Total) and part.window is None:
        return True
    if isinstance(part, Struct):
        return any(_counts_so_far(getattr(part, name)) for name in part.__struct_fields__)
    return isinstance(part, tuple) and any(map(_counts_so_far, part))


def _negated(cond: Cond) -> Cond:
    if isinstance(cond, Not):
        return cond.item
    if isinstance(cond, Compare):
        return Compare(_OPPOSITE[cond.op], cond.left, cond.right)
    if isinstance(cond, And | Or):
        kind = Or if isinstance(cond, And) else And
        return kind(tuple(_negated(item) for item in cond.items))
    return Not(cond)
