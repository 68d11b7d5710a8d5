"""Which rules give way to which: `prevails over … to the extent of the conflict`, `disapplies …`.

A rule that is disapplied gives way while any of the other clause's rules binds the same debtor; if
none of those can have that debtor, while any of them is binding.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from servanda.semantics.collisions import Collisions
from servanda.semantics.norms import Const, Norms, Precedence, Rule, RuleStatus
from servanda.semantics.resolving.expansion import Planned, with_remedies
from servanda.semantics.resolving.scope import Context


def with_precedence(norms: Norms, planned: Iterable[Planned], context: Context) -> Norms:
    """The norms, each rule with those that it gives way to."""
    prevailing: dict[tuple[str, str], list[str]] = {}
    for one in with_remedies(planned):
        for over in one.prevails:
            if over.clause != one.outline.clause:
                key = (over.clause, over.extent)
                prevailing.setdefault(key, []).append(one.outline.id)
    if not prevailing:
        return norms
    by_id = {rule.id: rule for rule in norms.rules}
    collisions = Collisions(norms)

    def yields_to(rule: Rule) -> Iterable[Precedence]:
        above = [by_id[id_] for id_ in prevailing.get((rule.clause, "all"), ())]
        same = [one for one in above if _may_be_one(context, one, rule)]
        if ids := tuple(one.id for one in same or above):
            yield Precedence(RuleStatus(ids, "binding", None))
        for id_ in prevailing.get((rule.clause, "conflict"), ()):
            yield from collisions.gives_way(rule, by_id[id_])

    rules = (replace(rule, yields_to=tuple(yields_to(rule))) for rule in norms.rules)
    return replace(norms, rules=tuple(rules))


def _may_be_one(context: Context, one: Rule, other: Rule) -> bool:
    if not isinstance(other.debtor, Const):
        return True
    return context.can_be(one.debtor, str(other.debtor.value))
