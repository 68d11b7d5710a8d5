"""Resolves the action of a duty, its cure and total, and the effect of a power."""

from __future__ import annotations

from msgspec.structs import replace

from servanda.semantics import norms
from servanda.semantics.resolving.expansion import Planned
from servanda.semantics.resolving.expressions import listed_parameters
from servanda.semantics.resolving.scope import RuleOutline, Scope, pick
from servanda.semantics.resolving.time_points import TimePoints
from servanda.syntax import tree
from servanda.syntax.tree import Place

# How `must` and `must keep` are cured, and what to write instead of `cured by`.
_CURED_WITHOUT = (
    (
        "a `must` is cured by late performance",
        "leave it out; another act that makes the breach good is owed by "
        "`on breach A must instead …`",
    ),
    (
        "a `must keep` is cured when its condition holds again",
        "leave it out, or write what ends the breach into the condition",
    ),
)


class Actions:
    """Resolves actions and powers."""

    def __init__(self, moments: TimePoints) -> None:
        self.moments = moments
        self.context = moments.context
        self.names = moments.names
        self.problems = moments.problems

    def with_action(self, rule: norms.Rule, planned: Planned, scope: Scope) -> norms.Rule:
        """The rule with its action, condition or power."""
        if isinstance(planned.rule, tree.Power):
            return self._power(rule, planned.rule, planned, scope)
        return self._duty(rule, planned.rule, scope)

    # -------------------------------------------------------------- duties
    def _duty(self, rule: norms.Rule, duty: tree.Duty, scope: Scope) -> norms.Rule:
        action = total = keep = cured_by = None
        if duty.event is not None:
            event, total = duty.event, None
            if duty.total:
                event, total = self._total(duty, duty.event, rule.creditor, scope)
            action = self.act(event, rule.creditor, scope)
        if duty.cond is not None:
            keep = self.moments.condition(duty.cond, scope)
        if duty.cured_by is not None:
            cured_by = self.act(duty.cured_by, None, scope, same=True)
            self._check_cure(duty, duty.cured_by, action, cured_by)
        for time in (duty.cure_within, duty.grace):
            if time is not None:
                self.context.check_duration(time, scope.place)
        return replace(
            rule,
            action=action,
            keep=keep,
            total=total,
            early=self._early(duty),
            cured_by=cured_by,
            cure_within=duty.cure_within,
            grace=duty.grace,
            curable=duty.curable,
        )

    @staticmethod
    def _early(duty: tree.Duty) -> norms.Early:
        """Whether performance before the opening counts: docs/meaning.md, 3."""
        if duty.early is not None:
            return duty.early
        opens_later = duty.window.from_ is not None and duty.window.every is None
        return "from_trigger" if duty.kind == "achieve" and opens_later else "never"

    def act(
        self,
        pattern: tree.Pattern,
        creditor: norms.Term | None,
        scope: Scope,
        same: bool = False,
    ) -> norms.Match:
        """The occurrences of an act of the debtor, towards the creditor if there is one."""
        fills = {"by": scope.debtor, "to": creditor}
        parties = self._party_params(pattern)
        said = {arg.name for arg in pattern.args}
        filled = {
            name: term for name, term in fills.items() if term is not None and name in parties
        }
        match_ = self.moments.event_match(pattern, scope, frozenset(filled), same=same)
        tests = [self._who(name, term) for name, term in filled.items() if name not in said]
        return norms.Match(match_.name, (*tests, *match_.args))

    def _party_params(self, pattern: tree.Pattern) -> set[str]:
        """The parameters of the event that a debtor or a creditor may fill."""
        signature = self.context.event(pattern.name)
        params = () if signature is None else signature.params
        return {param.name for param in params if param.type == "party"}

    def _who(self, param: str, term: norms.Term) -> norms.Arg:
        if isinstance(term, norms.Const) and self.names.is_actor(str(term.value)):
            return self.names.test_party(param, str(term.value))
        return norms.Arg(param, "=", value=term)

    def _total(
        self,
        duty: tree.Duty,
        pattern: tree.Pattern,
        creditor: norms.Term | None,
        scope: Scope,
    ) -> tuple[tree.Pattern, tuple[str, norms.Expr] | None]:
        """The pattern without its `at least`, and the amount that performances add up to."""
        signature = self.context.event(pattern.name)
        amounts = [arg for arg in pattern.args if arg.op == ">="]
        if signature is None:
            return pattern, None
        if len(amounts) != 1:
            self.problems.add(
                "E415",
                pick(pattern.place, duty.place),
                "`instalments add up` needs one amount written `at least`",
                f"write `{pattern.name}(amount: at least …)` before it",
            )
            return pattern, None
        fills = {"by": scope.debtor, "to": creditor}
        skip = {name for name, term in fills.items() if term is not None}
        skip &= self._party_params(pattern)
        found = None
        for param, arg in self.moments.assign(pattern, signature, scope, frozenset(skip)):
            if arg is amounts[0]:
                test = self.moments.test_value(param, arg, scope.at(pick(arg.place, scope.place)))
                if test is not None and test.value is not None and param.type == "number":
                    found = (param.name, test.value)
        any_ = tuple(
            tree.Arg(arg.name, "any", None, arg.place) if arg is amounts[0] else arg
            for arg in pattern.args
        )
        return tree.Pattern(pattern.name, any_, pattern.place), found

    def _check_cure(
        self,
        duty: tree.Duty,
        pattern: tree.Pattern,
        action: norms.Match | None,
        cure: norms.Match,
    ) -> None:
        """Report `cured by` on other duties than `must not`, and parameters that no breach has."""
        place = pick(pattern.place, duty.place)
        if duty.kind != "forbid" or action is None:
            what, help_ = _CURED_WITHOUT[duty.kind == "keep"]
            self.problems.add(
                "E416", place, f"`cured by` closes a breach of `must not`: {what}", help_
            )
            return
        violated = self.context.event(action.name)
        names = {p.name for p in violated.params} if violated is not None else set()
        for arg in cure.args:
            if arg.op == "same" and violated is not None and arg.param not in names:
                message = f"`{action.name}` has no parameter `{arg.param}` to be as in the breach"
                advice = self.names.suggest(arg.param, names) or listed_parameters(violated)
                self.problems.add("E301", place, message, advice)

    # -------------------------------------------------------------- powers
    def _power(
        self, rule: norms.Rule, power: tree.Power, planned: Planned, scope: Scope
    ) -> norms.Rule:
        place = power.place
        targets = tuple(c for c in power.targets if self.context.check_clause(c, place))
        match_ = self._pattern(power, scope)
        if power.verb == "amend":
            self._check_amendment(power, place)
        for name in (power.of, power.towards):
            if name is not None:
                self.moments.term(name, place, scope)
        effect = norms.PowerEffect(
            verb=power.verb,
            clauses=targets,
            rules=tuple(
                outline.id for outline in self._touched(power, targets, rule.debtor, scope)
            ),
            holders=self._holders(rule.debtor, planned),
            joint=planned.joint,
            amendment=power.amendment,
            match=match_,
        )
        return replace(rule, power=effect, action=match_ if power.verb == "do" else None)

    def _pattern(self, power: tree.Power, scope: Scope) -> norms.Match | None:
        pattern = power.pattern
        if pattern is None:
            return None
        if power.verb != "determine":
            return self.act(pattern, None, scope)
        signature = self.context.vague(pattern.name)
        place = pick(pattern.place, power.place)
        if signature is None:
            name = pattern.name
            kind = ("vague", "vague term")
            declared = f"vague {name} to be determined by …"
            tables = (self.names.vagues,)
            self.context.report_name("E205", kind, name, place, tables, declaration=declared)
            return None
        return self.moments.match(pattern, signature, scope)

    def _check_amendment(self, power: tree.Power, place: Place) -> None:
        name = power.amendment or ""
        self.context.used.add(name)
        amendment = self.names.amendments.get(name)
        if amendment is None:
            near = self.names.suggest(name, self.names.amendments)
            help_ = near or f"declare it: `amendment {name} of {' '.join(power.targets)}`"
            message = f"unknown amendment `{name}`"
            self.problems.add_unknown("E210", place, f"amendment:{name}", message, help_)
        elif amendment.clause not in power.targets:
            message = f"`{name}` amends clause {amendment.clause}, not {' '.join(power.targets)}"
            advice = f"declare it for this clause: `amendment {name} of {power.targets[0]}`"
            self.problems.add("E417", place, message, advice)

    def _holders(self, holder: norms.Term, planned: Planned) -> tuple[str, ...]:
        """Whose entries count: each member for joint powers, else the holder and whoever acts
        for it; nobody by name for a variable."""
        if isinstance(holder, norms.Var):
            return ()
        name = str(holder.value)
        if planned.joint:
            return self.names.leaf_members(planned.rule.holder.names[0])
        return self.names.values_matching(name)

    def _touched(
        self, power: tree.Power, targets: tuple[str, ...], holder: norms.Term, scope: Scope
    ) -> list[RuleOutline]:
        """The rules that a power can touch: docs/meaning.md, 4."""
        if power.verb in ("determine", "do"):
            return []
        if power.verb == "end_all":
            surviving = {
                c.id for c in self.names.clauses.values() if c.survives and c.survives_for is None
            }
            return [outline for outline in self.context.outlines if outline.clause not in surviving]
        found: list[RuleOutline] = []
        for clause in targets:
            outlines = self.context.rules_of(clause)
            if power.verb in ("suspend", "resume"):
                own = [h for h in outlines if h.kind != "may" and self._can_be(h.debtor, holder)]
                outlines = own or outlines
            elif power.verb in ("waive", "release"):
                duties = [h for h in outlines if h.kind not in ("may", "provision")]
                owed = [h for h in duties if h.creditor and self._can_be(h.creditor, holder)]
                outlines = owed or duties
            elif power.verb == "amend":
                outlines = [h for h in outlines if h.version != power.amendment]
            found.extend(outlines)
        found = [h for h in found if power.of is None or self._named(h.debtor, power.of, scope)]
        return [
            h
            for h in found
            if power.towards is None or self._named(h.creditor, power.towards, scope)
        ]

    def _can_be(self, term: norms.Term | None, who: norms.Term) -> bool:
        if isinstance(who, norms.Var):
            return term is not None
        return self.context.can_be(term, str(who.value))

    def _named(self, term: norms.Term | None, name: str, scope: Scope) -> bool:
        bound = scope.known.get(name)
        if bound is not None and isinstance(bound.expr, norms.Const):
            name = str(bound.expr.value)
        return self.context.can_be(term, name)
