"""What lies over a duty: suspended, excused, idle, ended, waived, released.

Each is a step function (see steps.py); a batch's `gates_N(iid, t, su, ex, idle, en, wa, re, …)`
is their common timeline.
"""

from __future__ import annotations

import duckdb

from servanda.judge.plan.instances import Instances
from servanda.judge.plan.steps import Conditions, counted, merged
from servanda.judge.plan.text import FOR_GOOD, SINCE_EVER, literal, named
from servanda.language.core import Always, Cond, Const, Norms, Not, Or, Rule, RuleStatus, Var

GATES = ("su", "ex", "idle", "en", "wa", "re", "ex_und", "idle_und")
BY_CLAUSE = ("amend", "create", "end")


class Batch:
    """Rules judged in one go: standing rules of one kind, or one rule with instances."""

    def __init__(self, rules: list[Rule], numbers: dict[str, int]) -> None:
        self.rules = rules
        self.numbers = {r.id: numbers[r.id] for r in rules}
        self.name = str(self.numbers[rules[0].id])
        self.inst = f"inst_{self.name}"
        self.kind = rules[0].kind

    def own(self, rule: Rule) -> str:
        """The instances of one of the rules, as a table expression."""
        if len(self.rules) == 1:
            return self.inst
        return f"(SELECT * FROM {self.inst} WHERE rule = {self.numbers[rule.id]})"


class Overlays:
    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        norms: Norms,
        conditions: Conditions,
        instances: Instances,
    ) -> None:
        self.con = con
        self.norms = norms
        self.conditions = conditions
        self.instances = instances
        self.powers = [r for r in norms.rules if r.power is not None]

    def make(self, batch: Batch, gates: str) -> bool:
        """Create the common timeline; False when nothing can lie over these rules."""
        intervals: dict[str, list[str]] = {name: [] for name in ("su", "wa", "re", "en", "wait")}
        excuses, idles = [], []
        for rule in batch.rules:
            inst = batch.own(rule)
            for name, verb in (("su", "suspend"), ("wa", "waive"), ("re", "release")):
                intervals[name] += self.effects(rule, inst, verb)
            intervals["en"] += self.ended(rule, inst)
            intervals["wait"] += self.not_yet(rule, inst)
            excuse = excuse_of(rule)
            if not never(excuse):
                excuses.append(self.conditions.steps(excuse, inst))
            if not (isinstance(rule.while_, Always) and rule.while_.value):
                idles.append(self.conditions.steps(Not(rule.while_), inst))
        sources = {n: counted(" UNION ALL ".join(i), batch.inst) for n, i in intervals.items() if i}
        conditions = valued(excuses, "ex") | valued(idles, "idle")
        present = {*sources, *(name for names in conditions for name in names)}
        zeros = "".join(f", 0 AS {n}" for n in (*GATES, "wait") if n not in present)
        self.con.execute(f"""
          CREATE OR REPLACE TABLE {gates} AS
          SELECT iid, t, su, ex, greatest(idle, wait) AS idle, en, wa, re, ex_und, idle_und
          FROM (SELECT *{zeros} FROM ({merged(sources, batch.inst, conditions)}))""")
        return bool(present)

    # -------------------------------------------------------------- not yet, and no more
    def not_yet(self, rule: Rule, inst: str) -> list[str]:
        """The clause is not created yet, the version not begun, the agreement not in force."""
        found = []
        if rule.needs_creation:
            found += until_begun(self.effects(rule, inst, "create"), inst)
        if rule.version is not None and rule.trigger is None:
            found += until_begun(self.effects(rule, inst, "amend", rule.version), inst)
        if self.norms.force_from is not None:
            lo, hi = self.instances.point(self.norms.force_from)
            for at, level in ((hi, 1), (lo, 2)):
                found.append(
                    f"SELECT i.iid, {SINCE_EVER} AS f, coalesce({at} * 64, {FOR_GOOD}) AS u, "
                    f"{level} AS level FROM {inst} i"
                )
        return found

    def ended(self, rule: Rule, inst: str) -> list[str]:
        """The clause, the agreement or (standing rules) the version is at an end."""
        found = self.effects(rule, inst, "end")
        if not rule.survives:
            found += self.effects(rule, inst, "end_all")
            if self.norms.force_until is not None:
                lo, hi = self.instances.point(self.norms.force_until)
                for at, level in ((hi, 2), (lo, 1)):
                    found.append(
                        f"SELECT i.iid, coalesce({at} * 64, {FOR_GOOD}) AS f, {FOR_GOOD} AS u, "
                        f"{level} AS level FROM {inst} i"
                    )
        if rule.trigger is None:
            found += self.replaced(rule, inst)
        return found

    def replaced(self, rule: Rule, inst: str) -> list[str]:
        """Another version of the clause has taken this one's place."""
        return self.effects(rule, inst, "amend", None, rule.version or "")

    # -------------------------------------------------------------- powers
    def able(self, rule: Rule, verb: str) -> list[Rule]:
        """Powers of that kind that can touch the rule."""
        return [
            p
            for p in self.powers
            if p.power is not None
            and p.power.verb == verb
            and (
                rule.id in p.power.rules
                or verb == "end_all"
                or (verb in BY_CLAUSE and rule.clause in p.power.clauses)
            )
        ]

    def effects(
        self,
        rule: Rule,
        inst: str,
        verb: str,
        only: str | None = None,
        other_than: str | None = None,
    ) -> list[str]:
        """Intervals where a valid exercise of a power covers the instances of this rule.

        For amendments: `only` that one, or any `other_than` the rule's own version.
        """
        found = []
        for power in self.able(rule, verb):
            assert power.power is not None
            amendment = power.power.amendment
            if (only is not None and amendment != only) or (
                other_than is not None and amendment == other_than
            ):
                continue
            found.append(
                f"""SELECT i.iid, x.f, x.u, x.level FROM {inst} i JOIN {named("effect_", power.id)} x
                    ON (x.clause IS NULL OR x.clause = {literal(rule.clause)})
                    AND (x.of_ IS NULL OR x.of_ = i.debtor)
                    AND (x.towards IS NULL OR x.towards = i.creditor)
                    AND {self.reach(power, rule)} AND {keyed(rule, verb)}"""
            )
        return found

    def reach(self, power: Rule, rule: Rule) -> str:
        """A suspension covers the holder's own duties, if it has any there; a waiver of duties owed
        to whoever is the creditor, those owed to the holder. Joint powers have no one holder."""
        does = power.power
        assert does is not None
        mine = "(x.holder IS NULL OR i.debtor = x.holder)"
        if does.verb in ("waive", "release") and isinstance(rule.creditor, Var):
            return "(x.holder IS NULL OR i.creditor = x.holder)"
        if does.verb != "suspend":
            return "true"
        targets = [r for r in self.norms.rules if r.id in does.rules and r.clause == rule.clause]
        if any(isinstance(r.debtor, Var) for r in targets):
            return mine
        owing = {str(r.debtor.value) for r in targets if isinstance(r.debtor, Const)}
        if not owing:
            return "true"
        return f"(x.holder NOT IN ({', '.join(map(literal, sorted(owing)))}) OR {mine})"


def keyed(rule: Rule, verb: str) -> str:
    """The exercise names this instance, or names none."""
    if verb == "end_all":
        return "true"
    if not rule.variables:
        return "cardinality(x.keys) = 0"
    cells = ", ".join(
        f"{literal(v.name)}: CAST(i.{named('k_', v.name)} AS VARCHAR)" for v in rule.variables
    )
    return (
        "len(list_filter(map_keys(x.keys), "
        f"lambda k: x.keys[k] IS DISTINCT FROM (MAP {{{cells}}})[k])) = 0"
    )


def excuse_of(rule: Rule) -> Cond:
    """`unless`, or a clause that prevails and binds."""
    if not rule.yields_to:
        return rule.unless
    prevailing = RuleStatus(rule.yields_to, "binding", None)
    return prevailing if never(rule.unless) else Or((rule.unless, prevailing))


def never(cond: Cond) -> bool:
    return isinstance(cond, Always) and not cond.value


def until_begun(begun: list[str], inst: str) -> list[str]:
    """Where something has surely (possibly) not begun, from where it possibly (surely) has."""
    if not begun:
        return [f"SELECT i.iid, {SINCE_EVER} AS f, {FOR_GOOD} AS u, 2 AS level FROM {inst} i"]
    rows = " UNION ALL ".join(begun)
    return [
        f"""SELECT i.iid, {SINCE_EVER} AS f, coalesce(min(CASE WHEN x.level >= {3 - level} THEN x.f END),
              {FOR_GOOD}) AS u, {level} AS level FROM {inst} i LEFT JOIN ({rows}) x USING (iid) GROUP BY i.iid"""
        for level in (1, 2)
    ]


def valued(steps: list[str], name: str) -> dict[tuple[str, ...], str]:
    """Conditions as a source of `merged`: the value and, beside it, where a vague term leaves
    it open."""
    if not steps:
        return {}
    return {
        (name, f"{name}_und"): f"SELECT iid, t, val AS {name}, und::INTEGER AS {name}_und "
        f"FROM ({' UNION ALL '.join(steps)})"
    }
