"""Resolves an agreement into the norms of one account: see `norms.py`.

Rules that the text does not show:

- `by` of an event is filled by the debtor and `to` by the creditor unless they are named, in
  duties, `may do` and `cured by`; everywhere else arguments stand for themselves.
- `any one of G` is one debtor, and any member's act is its own.
- `instalments add up` leaves the amount out of the action: parts of any size add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from servanda.semantics import norms
from servanda.semantics.resolving.actions import Actions
from servanda.semantics.resolving.conditions import FALSE, TRUE, all_of
from servanda.semantics.resolving.declarations import Declarations, calendars_of, groups_of
from servanda.semantics.resolving.expansion import (
    Planned,
    chosen_readings,
    plan,
    scope_of,
    sources_of,
    with_remedies,
)
from servanda.semantics.resolving.precedence import with_precedence
from servanda.semantics.resolving.scope import Context, Scope, Typed, pick
from servanda.semantics.resolving.time_points import TimePoints
from servanda.syntax import tree
from servanda.syntax.problems import Problems, did_you_mean
from servanda.syntax.tree import Agreement, Place

TEXT = "text"


def norms_of(
    agreement: Agreement,
    account_name: str | None,
    known_readings: Mapping[str, str | None] | None = None,
    problems: Problems | None = None,
) -> norms.Norms:
    """The norms of an account; None: of the text alone, without any reading.

    `known_readings` (point → reading, or None for the text) replaces the account's own choice.
    Raises nothing: errors are added to `problems`, and the rest is resolved.
    """
    found = problems if problems is not None else Problems()
    return Resolver(agreement, found).resolve(account_name, known_readings)


class Opening(NamedTuple):
    """Opening of a rule's instances: trigger, first condition and variables."""

    trigger: norms.Trigger | None
    if_: norms.Cond
    variables: tuple[norms.Variable, ...]


class Resolver:
    """Resolves an agreement for one account."""

    def __init__(self, agreement: Agreement, problems: Problems) -> None:
        self.agreement = agreement
        self.problems = problems
        self.context = Context(agreement, problems)
        self.moments = TimePoints(self.context)
        self.actions = Actions(self.moments)
        self._check_zone()

    def _check_zone(self) -> None:
        header = self.agreement.header
        if header.zone is None:
            return
        try:
            ZoneInfo(header.zone)
        except (ValueError, OSError, KeyError):
            message = f"unknown zone `{header.zone}`"
            self.problems.add(
                "E143", header.place, message, "zones are named as in `UTC` or `Europe/Vienna`"
            )
            self.context.zone = "UTC"

    # -------------------------------------------------------------- the whole
    def resolve(
        self, account_name: str | None, override: Mapping[str, str | None] | None = None
    ) -> norms.Norms:
        """The norms of an account, or of the text alone."""
        context, header = self.context, self.agreement.header
        account = self._account(account_name)
        readings = chosen_readings(context, account, override)
        for reading in readings:
            context.defines.update({define.name: define for define in reading.defines})
        planned = plan(context, sources_of(context, readings))
        context.outlines = tuple(one.outline for one in with_remedies(planned))
        rules = [rule for one in planned for rule in self._rules(one)]
        declare = Declarations(self.moments)
        scope = Scope(header.place)
        found = norms.Norms(
            account=account_name or TEXT,
            zone=context.zone,
            clipped=header.months == "clipped",
            count_trigger_day=header.counting == "the_trigger",
            suspension_stops_clock=header.suspension == "stops",
            force_from=self._point(header.force_from, scope),
            force_until=self._point(header.force_until, scope),
            calendars=calendars_of(self.moments),
            events=declare.events(),
            derived=declare.derived(),
            states=declare.states(),
            measures=declare.measures(),
            vagues=declare.vagues(),
            held=declare.held(account),
            rules=tuple(rules),
            groups=groups_of(self.moments),
        )
        return with_precedence(found, planned, context)

    def _point(self, point: tree.Point | None, scope: Scope) -> norms.Point | None:
        return None if point is None else self.moments.point(point, scope)

    def _account(self, name: str | None) -> tree.Account | None:
        accounts = self.context.names.accounts
        if name is None or name in accounts:
            return accounts.get(name) if name is not None else None
        if name != TEXT:
            near = self.context.names.suggest(name, accounts)
            self.problems.add_unknown(
                "E212",
                self.agreement.header.place,
                f"account:{name}",
                f"unknown account `{name}`",
                near or "name an account of the case, or `text`",
            )
        return None

    # -------------------------------------------------------------- one rule
    def _rules(self, planned: Planned) -> list[norms.Rule]:
        """A rule and its chain of remedies, in the scope that its trigger opens."""
        scope = scope_of(planned)
        trigger, if_ = self._trigger(planned.rule.trigger, scope)
        opening = Opening(trigger, if_, _bound(scope))
        found = []
        current: Planned | None = planned
        while current is not None:
            inner = scope.at(current.rule.place)
            inner.debtor = current.outline.debtor
            found.append(self._rule(current, inner, opening))
            breach = norms.Trigger(breach_of=current.outline.id)
            opening = Opening(breach, TRUE, opening.variables)
            current = current.remedy
        self._hint_at_misspelt_parties(planned.rule, scope)
        return found

    def _hint_at_misspelt_parties(self, rule: tree.Rule, scope: Scope) -> None:
        """Report unused variables that look like parties: `when lifts(by: Irann)`."""
        names = self.context.names
        for name, typed in scope.known.items():
            if name in scope.used or not isinstance(typed.expr, norms.Var):
                continue
            near = did_you_mean(name, [*names.parties, *names.groups])
            if near is not None and typed.type in ("party", "text"):
                place = pick(rule.trigger.place, rule.place) if rule.trigger else rule.place
                message = f"`{name}` is not declared, so it is a variable, bound to any value"
                self.problems.add("W201", place, message, near)

    def _trigger(
        self, trigger: tree.Trigger | None, scope: Scope
    ) -> tuple[norms.Trigger | None, norms.Cond]:
        """The trigger, binding its variables in the scope, and its condition."""
        if trigger is None:
            return None, TRUE
        here = scope.at(pick(trigger.place, scope.place))
        here.debtor = None if isinstance(scope.debtor, norms.Var) else scope.debtor
        if trigger.pattern is None:
            cond = self.moments.condition(trigger.cond, here)
            return norms.Trigger(cond=cond, surplus=self._surplus(trigger, here, scope)), TRUE
        first = self.moments.event_match(trigger.pattern, here, binding=True)
        following = tuple(
            self.moments.event_match(pattern, here, binding=True) for pattern in trigger.following
        )
        here.debtor = scope.debtor
        if_ = self.moments.condition(trigger.if_, here)
        return norms.Trigger(match=first, following=following), if_

    def _surplus(
        self, trigger: tree.Trigger, here: Scope, scope: Scope
    ) -> tuple[str, norms.Expr] | None:
        """The variable of `exceeds … by NAME`, bound in the scope, and the number it is."""
        if trigger.surplus is None or not isinstance(trigger.cond, tree.Compare):
            return None
        excess = tree.Arithmetic("-", trigger.cond.left, trigger.cond.right)
        found = self.moments.expression(excess, here)
        bound = Typed(norms.Var(trigger.surplus), "number", found.unit)
        scope.known[trigger.surplus] = bound
        return trigger.surplus, found.expr

    def _rule(self, planned: Planned, scope: Scope, opening: Opening) -> norms.Rule:
        outline, rule, clause = planned.outline, planned.rule, planned.clause
        self._check_holders(planned, scope)
        window = self.moments.window(rule.window, scope, opening.trigger is not None)
        gates = rule.gates
        if_ = all_of(opening.if_, self.moments.condition(gates.if_, scope))
        while_ = self._while(gates.while_, scope, one_of_many=rule.holder.variable is not None)
        unless = FALSE if gates.unless is None else self.moments.condition(gates.unless, scope)
        common = norms.Rule(
            id=outline.id,
            clause=outline.clause,
            version=outline.version,
            reading=outline.reading,
            kind=outline.kind,
            debtor=outline.debtor,
            creditor=outline.creditor,
            variables=opening.variables,
            trigger=opening.trigger,
            window=window,
            if_=if_,
            while_=while_,
            unless=unless,
            action=None,
            keep=None,
            total=None,
            early="never",
            cured_by=None,
            cure_within=None,
            grace=None,
            curable=True,
            remedy=planned.remedy.outline.id if planned.remedy is not None else None,
            compensates=planned.compensates,
            time_extended=isinstance(rule, tree.Duty) and rule.time_extended,
            together=planned.together,
            power=None,
            yields_to=(),
            needs_creation=clause is not None and clause.created and outline.kind != "may",
            survives=clause is not None and clause.survives,
            place=rule.place,
            survives_for=None if clause is None else clause.survives_for,
        )
        return self.actions.with_action(common, planned, scope)

    def _while(self, cond: tree.Cond | None, scope: Scope, one_of_many: bool = False) -> norms.Cond:
        """The `while` of a rule; reports one that is always false.

        `one_of_many`: the condition of `each p of G` may select some members.
        """
        self.moments.undecided = False
        found = self.moments.condition(cond, scope)
        if found == FALSE and not self.moments.undecided and not one_of_many:
            message = "this can never bind: its `while` is always false"
            self.problems.add("E414", scope.place, message, "write a `while` that can become true")
        return found

    def _check_holders(self, planned: Planned, scope: Scope) -> None:
        """Report a debtor or creditor that is neither declared nor bound."""
        rule = planned.rule
        holder = pick(rule.holder.place, rule.place)
        terms: list[tuple[norms.Term | None, Place]] = [
            (planned.outline.creditor, rule.place),
        ]
        if rule.holder.mode in ("one", "many"):
            terms.insert(0, (planned.outline.debtor, holder))
        for term, place in terms:
            if isinstance(term, norms.Var):
                self.moments.term(term.name, place, scope)


def _bound(scope: Scope) -> tuple[norms.Variable, ...]:
    """The variables that a trigger has bound, in the order they stand."""
    found = []
    for name, typed in scope.known.items():
        if isinstance(typed.expr, norms.Var) and typed.type is not None:
            found.append(norms.Variable(name, typed.type, typed.unit))
    return tuple(found)
