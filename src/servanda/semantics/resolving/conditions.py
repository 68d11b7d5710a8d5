"""Resolves conditions: inlines definitions, turns clauses into their rules."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal as OneOf

from servanda.semantics import norms
from servanda.semantics.clock import LENGTHS
from servanda.semantics.resolving.expressions import (
    OPPOSITE,
    PARTY,
    UNQUOTED,
    Comparing,
    Expressions,
)
from servanda.semantics.resolving.scope import (
    RuleOutline,
    Scope,
    Signature,
    Typed,
    pick,
    variable_of,
)
from servanda.syntax import tree
from servanda.syntax.tree import Place

DEEPEST_DEFINITIONS = 50
MOST_CONDITIONS = 2_000
TRUE = norms.Always(True)
FALSE = norms.Always(False)


class Conditions(Expressions):
    """Resolves conditions within a scope.

    `undecided` is set when a condition stands for one that could not be resolved: after an error,
    or because this account has no such rule.
    """

    undecided = False

    def _nothing(self) -> norms.Cond:
        """Placeholder for a condition that cannot be resolved."""
        self.undecided = True
        return FALSE

    def condition(self, cond: tree.Cond | None, scope: Scope) -> norms.Cond:
        """A condition, resolved; None is true."""
        match cond:
            case None:
                return TRUE
            case tree.And():
                return all_of(*(self.condition(item, scope) for item in cond.items))
            case tree.Or():
                return any_of(*(self.condition(item, scope) for item in cond.items))
            case tree.Not():
                return negated(self.condition(cond.item, scope))
            case tree.Compare():
                return self._compare(cond, scope.at(pick(cond.place, scope.place)))
            case tree.Member():
                return self._member(cond, pick(cond.place, scope.place), scope)
            case tree.InBreach():
                return self._in_breach(cond, pick(cond.place, scope.place), scope)
            case tree.ClauseIs():
                return self._clause_is(cond, pick(cond.place, scope.place))
            case tree.Once():
                return self._once(cond, scope)
            case tree.Holds():
                return self._holds(cond.pattern, scope.at(pick(cond.pattern.place, scope.place)))

    # -------------------------------------------------------------- comparing
    def _compare(self, cond: tree.Compare, scope: Scope) -> norms.Cond:
        if isinstance(cond.left, tree.RateOf):
            return self._compare_rate(cond.left, cond.op, cond.right, scope)
        if isinstance(cond.right, tree.RateOf):
            return self._compare_rate(cond.right, OPPOSITE[cond.op], cond.left, scope)
        left, right = self.expression(cond.left, scope), self.expression(cond.right, scope)
        if left.type is None or right.type is None:
            return self._nothing()
        if left.type == right.type == "number":
            return self._compare_numbers(cond.op, left, right, scope)
        if not self._comparable(cond.op, left, right, scope.place):
            return self._nothing()
        party = self._compare_parties(cond.op, left, right)
        return party or norms.Compare(cond.op, left.expr, right.expr)

    def _compare_numbers(
        self, op: Comparing, left: Typed, right: Typed, scope: Scope
    ) -> norms.Cond:
        if isinstance(left.expr, norms.MeasureChange) or isinstance(
            right.expr, norms.MeasureChange
        ):
            if isinstance(left.expr, norms.Const):
                return _comparison(op, self._by_factor(left, right.unit, scope).expr, right.expr)
            return _comparison(op, left.expr, self._by_factor(right, left.unit, scope).expr)
        if isinstance(left.expr, norms.Const):
            return _comparison(op, self.in_unit(left, right.unit, scope.place), right.expr)
        return _comparison(op, left.expr, self.in_unit(right, left.unit, scope.place))

    def _comparable(self, op: Comparing, left: Typed, right: Typed, place: Place) -> bool:
        pair = {left.type, right.type}
        literals = [each.expr for each in (left, right) if each.type == "text"]
        if "party" in pair and any(isinstance(expr, norms.Const) for expr in literals):
            message = "a party is compared with a text in quotes"
            self.problems.add("E306", place, message, f"{PARTY}, {UNQUOTED}")
            return False
        texts = pair <= {"party", "text"} or pair <= {"clause", "text"}
        if not texts and pair != {"date"}:
            message = f"a {left.type} is compared with a {right.type}"
            self.problems.add("E306", place, message, "compare values of one type")
            return False
        if texts and op not in ("=", "!="):
            self.problems.add(
                "E305", place, f"`{op}` is for numbers and dates", "write `=` or `!=`"
            )
            return False
        return True

    def _compare_parties(self, op: Comparing, left: Typed, right: Typed) -> norms.Cond | None:
        """A party or variable against a party or group: as patterns match them."""
        for one, other in ((left.expr, right.expr), (right.expr, left.expr)):
            if not isinstance(one, norms.Const) or not isinstance(other, norms.Var | norms.Const):
                continue
            if isinstance(one.value, str) and self.names.is_actor(one.value):
                found = self._within(other, self.names.values_matching(one.value))
                return found if op == "=" else negated(found)
        return None

    def _compare_rate(
        self, rate: tree.RateOf, op: Comparing, against: tree.Expr, scope: Scope
    ) -> norms.Cond:
        """`sum / (window / per) <= c` as `sum × per <= c × window`, in whole numbers."""
        summed = self._sum(rate.param, rate.pattern, rate.window, scope.at(rate.place))
        limit = self.expression(against, scope)
        if summed.type is None or limit.type is None:
            return self._nothing()
        ratio = self._window_per(rate, scope)
        if not isinstance(limit.expr, norms.Const) or limit.type != "number" or ratio is None:
            if ratio is not None:
                self.problems.add(
                    "E326",
                    scope.place,
                    "a rate can only be compared with a constant",
                    "write the limit as a number with its unit",
                )
            return self._nothing()
        unit = summed.unit
        if limit.unit is not None and "/" in limit.unit:
            unit = f"{summed.unit or ''}/{rate.per}".strip()
        bound = self.in_unit(limit, unit, scope.place)
        if not isinstance(bound, norms.Const) or not isinstance(bound.value, Decimal):
            return self._nothing()
        times = norms.Const(Decimal(ratio.denominator))
        left = summed.expr if ratio.denominator == 1 else norms.Arith("*", summed.expr, times)
        return _comparison(op, left, norms.Const(bound.value * ratio.numerator))

    def _window_per(self, rate: tree.RateOf, scope: Scope) -> Fraction | None:
        """Number of `per` units in the window; None, with a problem, if it varies."""
        per = rate.per.removesuffix("s")
        if per in LENGTHS and rate.window.unit in LENGTHS and rate.window.calendar is None:
            return Fraction(rate.window.count * LENGTHS[rate.window.unit], LENGTHS[per])
        if per not in LENGTHS:
            self.problems.add(
                "E327",
                pick(rate.place, scope.place),
                f"a rate per {per} is not exact: {per}s differ in length",
                "write it per day or per week, or compare the sum over the window",
            )
        return None

    # -------------------------------------------------------------- parties
    def _member(self, cond: tree.Member, place: Place, scope: Scope) -> norms.Cond:
        term = self.term(cond.name, place, scope)
        if cond.group not in self.names.groups:
            self.context.report_name(
                "E202",
                ("group", "group"),
                cond.group,
                place,
                (self.names.groups,),
                declaration=f"group {cond.group} = …",
            )
            return self._nothing()
        self.context.used.add(cond.group)
        if term is None:
            return self._nothing()
        return self._within(term, (cond.group, *self.names.members(cond.group)))

    def _within(self, term: norms.Term, values: tuple[str, ...]) -> norms.Cond:
        if isinstance(term, norms.Const):
            return norms.Always(term.value in values)
        return norms.Within(term, values)

    # -------------------------------------------------------------- statuses
    def _in_breach(self, cond: tree.InBreach, place: Place, scope: Scope) -> norms.Cond:
        party = self.term(cond.party, place, scope)
        if party is None or (
            cond.clause is not None and not self.context.check_clause(cond.clause, place)
        ):
            return self._nothing()
        outlines = [
            outline
            for outline in self.context.rules_of(cond.clause)
            if outline.kind not in ("may", "provision")
        ]
        creditors: list[tuple[list[RuleOutline], norms.Term | None]] = [(outlines, None)]
        if cond.owed and scope.debtor is not None:
            creditors = self._narrowed(outlines, scope.debtor, of_creditor=True)
        found = any_of(
            *(
                self._status(mine, "broken", debtor, creditor)
                for owed, creditor in creditors
                for mine, debtor in self._narrowed(owed, party, of_creditor=False)
            )
        )
        if cond.determined is None:
            return found
        pattern = tree.Pattern(
            cond.determined, (tree.Arg(None, "=", tree.Name(cond.party, place), place),), place
        )
        return all_of(found, self._holds(pattern, scope))

    def _narrowed(
        self, outlines: list[RuleOutline], who: norms.Term, *, of_creditor: bool
    ) -> list[tuple[list[RuleOutline], norms.Term | None]]:
        """Rules whose debtor (or creditor) can be `who`, with the value an instance must have.

        None: all instances of the rules have it. A duty of a group concerns its members.
        """
        if isinstance(who, norms.Var):
            return [(outlines, who)]
        terms = [(h, h.creditor if of_creditor else h.debtor) for h in outlines]
        surely = [h for h, term in terms if isinstance(term, norms.Const)]
        surely = [
            h
            for h in surely
            if self.context.can_be(h.creditor if of_creditor else h.debtor, str(who.value))
        ]
        perhaps = [h for h, term in terms if isinstance(term, norms.Var)]
        values = self.names.values_matching(str(who.value)) if perhaps else ()
        return [(surely, None), *((perhaps, norms.Const(value)) for value in values)]

    def _clause_is(self, cond: tree.ClauseIs, place: Place) -> norms.Cond:
        if not self.context.check_clause(cond.clause, place):
            return self._nothing()
        outlines = list(self.context.rules_of(cond.clause))
        if cond.state != "binding":  # as for precedence, a power binds too
            outlines = [outline for outline in outlines if outline.kind != "may"]
        if cond.state == "in force":
            outlines = [outline for outline in outlines if outline.kind == "provision"]
            if not outlines:
                message = f"clause {cond.clause} has no provision that could be in force"
                advice = (
                    f"write `clause {cond.clause} is binding`; or say in `clause {cond.clause}` "
                    "from when it `applies`"
                )
                self.context.problems.add("E423", place, message, advice)
            return self._status(outlines, "binding", None)
        if cond.state == "performed":
            own = (outline for outline in outlines if "/else" not in outline.id)
            outlines = [outline for outline in own if outline.kind == "achieve"]
        return self._status(outlines, cond.state, None)

    def _status(
        self,
        outlines: list[RuleOutline],
        state: OneOf["broken", "performed", "suspended", "binding"],
        debtor: norms.Term | None,
        creditor: norms.Term | None = None,
    ) -> norms.Cond:
        """Some instance of the rules is in the state; false if there is no rule."""
        if not outlines:
            return self._nothing()
        rules = tuple(outline.id for outline in outlines)
        return norms.RuleStatus(rules, state, debtor, creditor)

    # -------------------------------------------------------------- what happened and what holds
    def _once(self, cond: tree.Once, scope: Scope) -> norms.Cond:
        place = pick(cond.place, scope.place)
        match_ = self.event_match(cond.pattern, scope.at(place))
        last = None if cond.last is None else self.context.window(cond.last, place)
        return norms.Happened(match_, last)

    def _holds(self, pattern: tree.Pattern, scope: Scope) -> norms.Cond:
        name = pattern.name
        if name in self.context.defines:
            return self._defined(self.context.defines[name], pattern, scope)
        state = self.context.state(name)
        if state is not None:
            return norms.InState(self.match(pattern, state, scope))
        vague = self.context.vague(name)
        if vague is not None:
            return norms.IsVague(self.match(pattern, vague, scope))
        self._not_a_condition(name, scope)
        return self._nothing()

    def _not_a_condition(self, name: str, scope: Scope) -> None:
        what = self.names.what_is(name)
        help_ = "write a comparison, a state, a vague term or a definition"
        if what == "an event":
            help_ = f"to ask whether it has happened, write `{name} has happened`"
        elif what == "a measure":
            help_ = f"compare it: `{name} <= …`"
        elif what is None:
            near = self.names.suggest(
                name, self.names.states, self.names.vagues, self.context.defines, self.names.events
            )
            help_ = near or f"declare it: `state {name} from … until …` or `define {name} = …`"
        message = f"`{name}` is {what}, not a condition" if what else f"unknown condition `{name}`"
        subject = f"name:{name}"
        if what is None:
            self.problems.add_unknown("E204", scope.place, subject, message, help_)
        else:
            self.problems.add("E220", scope.place, message, help_, subject=subject)

    def _defined(self, define: tree.Define, pattern: tree.Pattern, scope: Scope) -> norms.Cond:
        """The condition of a definition, with its parameters replaced by the arguments."""
        self.context.used.add(define.name)
        if define.name in scope.expanding:
            self.context.circles.add((*scope.expanding, define.name))
            return self._nothing()
        params = tuple(variable_of(param) for param in define.params)
        signature = Signature(define.name, "define", params)
        known: dict[str, Typed] = {}
        for param, arg in self.assign(pattern, signature, scope):
            if arg.op != "=" or arg.value is None:
                self.problems.add(
                    "E308",
                    pick(arg.place, scope.place),
                    f"`{define.name}` needs a value for `{param.name}`",
                    f"write a value: `{define.name}({param.name}: …)`, not `any` or `at least`",
                )
            elif self.is_nameable(param, arg, pick(arg.place, scope.place)):
                known[param.name] = self.expression(arg.value, scope)
            else:
                known[param.name] = Typed(norms.Const(""), None)
        for param in params:
            if param.name not in known:
                message = f"`{define.name}` needs a value for `{param.name}`"
                names = ", ".join(f"{p.name}: …" for p in params)
                self.problems.add("E308", scope.place, message, f"write `{define.name}({names})`")
                known[param.name] = Typed(norms.Const(""), None)
        return self._expanded(define, known, scope)

    def _expanded(self, define: tree.Define, known: dict[str, Typed], scope: Scope) -> norms.Cond:
        """The condition of a definition, once for the same arguments; refused if it is too large.

        Definitions that use others twice would double with each step.
        """
        key = (define.name, define.place, tuple(known.items()), scope.debtor)
        shared = self.context.expanded.get(key)
        if shared is not None:
            return shared
        before = (len(self.problems), len(self.context.circles), self.undecided)
        inner = Scope(define.place, known, scope.debtor, (*scope.expanding, define.name))
        if len(inner.expanding) > DEEPEST_DEFINITIONS:
            return self._too_large(define, f"are nested deeper than {DEEPEST_DEFINITIONS}")
        found = self.condition(define.cond, inner)
        size = _size(found, self.context.sizes)
        if size > MOST_CONDITIONS:
            return self._too_large(define, f"make more than {MOST_CONDITIONS:,} conditions")
        if before == (len(self.problems), len(self.context.circles), self.undecided):
            self.context.expanded[key] = found
            self.context.sizes[id(found)] = size
        return found

    def _too_large(self, define: tree.Define, reason: str) -> norms.Cond:
        message = f"the definitions that `{define.name}` uses {reason}"
        help_ = "use each definition once, or write what it says where it is needed"
        if not self.context.outgrown:  # those above it would only repeat it
            self.problems.add("E236", define.place, message, help_)
        self.context.outgrown = True
        return self._nothing()


# ------------------------------------------------------------------ building conditions
def all_of(*items: norms.Cond) -> norms.Cond:
    """Conjunction, without conditions that are always true."""
    left = [item for item in _flat(items, norms.And) if item != TRUE]
    if FALSE in left:
        return FALSE
    return TRUE if not left else left[0] if len(left) == 1 else norms.And(tuple(left))


def any_of(*items: norms.Cond) -> norms.Cond:
    """Disjunction, without conditions that are always false."""
    left = [item for item in _flat(items, norms.Or) if item != FALSE]
    if TRUE in left:
        return TRUE
    return FALSE if not left else left[0] if len(left) == 1 else norms.Or(tuple(left))


def negated(cond: norms.Cond) -> norms.Cond:
    """Not the condition."""
    if isinstance(cond, norms.Always):
        return norms.Always(not cond.value)
    return cond.item if isinstance(cond, norms.Not) else norms.Not(cond)


def _size(cond: norms.Cond, known: Mapping[int, int]) -> int:
    """How many conditions make up one; `known` are those of shared ones by identity."""
    if id(cond) in known:
        return known[id(cond)]
    match cond:
        case norms.And() | norms.Or():
            return 1 + sum(_size(item, known) for item in cond.items)
        case norms.Not():
            return 1 + _size(cond.item, known)
        case _:
            return 1


def speaks_of_status(cond: norms.Cond) -> bool:
    """Whether a condition asks for the status of a rule."""
    match cond:
        case norms.And() | norms.Or():
            return any(speaks_of_status(item) for item in cond.items)
        case norms.Not():
            return speaks_of_status(cond.item)
        case _:
            return isinstance(cond, norms.RuleStatus)


def _flat(
    items: tuple[norms.Cond, ...], kind: type[norms.And] | type[norms.Or]
) -> list[norms.Cond]:
    found: list[norms.Cond] = []
    for item in items:
        found.extend(item.items if isinstance(item, kind) else (item,))
    return list({id(item): item for item in found}.values())  # a shared definition counts once


def _comparison(op: Comparing, left: norms.Expr, right: norms.Expr) -> norms.Cond:
    """A comparison, decided at once between constants."""
    if isinstance(left, norms.Const) and isinstance(right, norms.Const):
        decided = _decide(op, left.value, right.value)
        if decided is not None:
            return norms.Always(decided)
    return norms.Compare(op, left, right)


def _decide(op: Comparing, left: norms.Value, right: norms.Value) -> bool | None:
    if not isinstance(left, Decimal) or not isinstance(right, Decimal):
        return None
    return {
        "<=": left <= right,
        ">=": left >= right,
        "<": left < right,
        ">": left > right,
        "=": left == right,
        "!=": left != right,
    }[op]
