"""Overlays of a duty: suspended, excused, idle, ended, waived, released.

Each is a step function (see steps.py); a batch's `gates_N(iid, t, su, ex, idle, en, wa, re, …)`
is their common timeline.
"""

from __future__ import annotations

from servanda.judge.engines.duckdb import Tables
from servanda.judge.plan.batch import Batch
from servanda.judge.plan.conditions import Conditions
from servanda.judge.plan.gates import GATE_COLUMNS, Gates
from servanda.judge.plan.instances import Instances
from servanda.judge.plan.powers import may_be_used
from servanda.judge.plan.rule_order import is_own
from servanda.judge.plan.sql import FOR_GOOD, SINCE_EVER, literal, micros, named
from servanda.judge.plan.step_functions import counted, merged, valued
from servanda.semantics.norms import Always, Cond, Const, Norms, Not, Rule, Var, excuse_of
from servanda.syntax.tree import Duration

POWERS = ("su", "en", "wa", "re", "wait")
CELLS = tuple(name for gate in (*POWERS, "ex", "idle") for name in (gate, f"{gate}_und"))
FEW = 16
Pairs = list[tuple[Rule, Rule]]
"""A rule, and a power that can touch it."""
BY_CLAUSE = ("amend", "create", "end")


class Overlays:
    def __init__(
        self,
        tables: Tables,
        norms: Norms,
        conditions: Conditions,
        instances: Instances,
        numbers: dict[str, int],
    ) -> None:
        self.tables = tables
        self.norms = norms
        self.conditions = conditions
        self.instances = instances
        self.numbers = numbers
        self.powers = [r for r in norms.rules if r.power is not None]

    def make(self, batch: Batch) -> Gates:
        """The common timeline of all overlays of a batch."""
        rules, inst = batch.rules, batch.inst
        intervals = {
            "su": self.effects(rules, inst, "suspend"),
            "wa": self.effects(rules, inst, "waive"),
            "re": self.effects(rules, inst, "release"),
            "en": self.ended(batch),
            "wait": [sql for r in rules for sql in self.not_yet(r, batch.own(r))],
        }
        excuses, idles = [], []
        for rule in rules:
            excuse = excuse_of(rule)
            if not never(excuse):
                excuses.append(self.conditions.steps(excuse, batch.own(rule)))
            if not (isinstance(rule.while_, Always) and rule.while_.value):
                idles.append(self.conditions.steps(Not(rule.while_), batch.own(rule)))
        und = self.conditions.undecided
        sources = valued(excuses, "ex", und) | valued(idles, "idle", und)
        for name, laid in intervals.items():
            if laid:
                sources |= valued([counted(" UNION ALL ".join(laid), inst, und)], name, und)
        present = {name for names in sources for name in names}
        zeros = "".join(f", 0 AS {n}" for n in CELLS if n not in present)
        # Many rows are sorted once, for all who ask.
        ended = self.conditions.bulk and batch.kind == "forbid"
        line = merged({}, inst, sources, len(rules) == 1, ended)
        if not present:
            return nothing_over(inst)
        gates = f"gates_{batch.name}"
        self.tables.create(gates, line)
        every = f"""(
          SELECT iid, t, su, ex, greatest(idle, wait) AS idle, en, wa, re, ex_und,
                 CASE WHEN greatest(idle, wait) = 1 THEN greatest(idle_und, wait_und) ELSE 0 END AS idle_und,
                 greatest(su_und, en_und) AS off_und, greatest(wa_und, re_und) AS let_und{", u" if ended else ""}
          FROM (SELECT *{zeros} FROM {gates}))"""
        begun = None
        if "wait" in present:
            begun = (
                "SELECT iid, min(CASE WHEN wait < 2 THEN t END) AS in_lo, "
                f"min(CASE WHEN wait = 0 THEN t END) AS in_hi FROM {gates} GROUP BY iid"
            )
        return Gates(every, frozenset(present), self.few(gates), ended, begun)

    def few(self, gates: str) -> bool:
        """Whether comparing with every row of an instance is cheaper than looking one up."""
        if not self.conditions.bulk:
            return True
        rows = f"SELECT count(*) AS n FROM {gates} GROUP BY iid"
        return bool(self.tables.row(f"SELECT coalesce(max(n), 0) <= {FEW} FROM ({rows})")[0])

    # -------------------------------------------------------------- not yet, and no more
    def not_yet(self, rule: Rule, inst: str) -> list[str]:
        """The clause is not created yet, the version not begun, the agreement not in force."""
        found = []
        if rule.needs_creation:
            found += until_begun(self.effects([rule], inst, "create"), inst)
        if rule.version is not None and rule.trigger is None:
            found += until_begun(self.begun(rule, inst), inst)
        if self.norms.force_from is not None:
            lo, hi, _ = self.instances.point(self.norms.force_from)
            for at, level in ((hi, 1), (lo, 2)):
                found.append(
                    f"SELECT i.iid, {SINCE_EVER} AS f, coalesce({at} * 64, {FOR_GOOD}) AS u, "
                    f"{level} AS level FROM {inst} i"
                )
        return found

    def ended(self, batch: Batch) -> list[str]:
        """The clause, the agreement or (standing rules) the version is at an end."""
        passing = [r for r in batch.rules if not r.survives]
        found = self.effects(batch.rules, batch.inst, "end")
        found += self.effects(passing, batch.inst, "end_all")
        for rule in passing:
            found += self.in_force_no_more(batch.own(rule))
        for rule in batch.rules:
            if rule.survives_for is not None:
                ends = self.effects([rule], batch.own(rule), "end_all")
                ends += self.in_force_no_more(batch.own(rule))
                found += [self.later(end, rule.survives_for) for end in ends]
        return found + self.replaced([r for r in batch.rules if r.trigger is None], batch.inst)

    def in_force_no_more(self, inst: str) -> list[str]:
        """From where the text itself says that the agreement ends."""
        if self.norms.force_until is None:
            return []
        lo, hi, _ = self.instances.point(self.norms.force_until)
        return [
            f"SELECT i.iid, coalesce({at} * 64, {FOR_GOOD}) AS f, {FOR_GOOD} AS u, "
            f"{level} AS level FROM {inst} i"
            for at, level in ((hi, 2), (lo, 1))
        ]

    def later(self, intervals: str, term: Duration) -> str:
        """The same, each beginning when a term from its beginning is over."""
        over = f"{self.instances.days.shift(micros('x.f'), term)} * 64"
        return (
            f"SELECT x.iid, CASE WHEN x.f >= {FOR_GOOD} THEN x.f ELSE greatest(x.f, {over}) END AS f, "
            f"x.u, x.level FROM ({intervals}) x"
        )

    def replaced(self, rules: list[Rule], inst: str) -> list[str]:
        """Another version of the clause has taken this one's place."""
        return self.lying(self.replacing(rules), inst)

    def replacing(self, rules: list[Rule]) -> Pairs:
        return [
            (rule, power)
            for rule in rules
            for power in self.able(rule, "amend")
            if power.power is not None and power.power.amendment != (rule.version or "")
        ]

    def begun(self, rule: Rule, inst: str) -> list[str]:
        """The rule's own version of the clause has begun."""
        return self.lying(self.beginning(rule), inst)

    def beginning(self, rule: Rule) -> Pairs:
        return [
            (rule, power)
            for power in self.able(rule, "amend")
            if power.power is not None and power.power.amendment == rule.version
        ]

    # -------------------------------------------------------------- powers
    def able(self, rule: Rule, verb: str) -> list[Rule]:
        """Powers of that kind that can touch the rule."""
        return [
            p
            for p in self.powers
            if p.power is not None
            and p.power.verb == verb
            and not is_own(p, rule)
            and (
                rule.id in p.power.rules
                or verb == "end_all"
                or (verb in BY_CLAUSE and rule.clause in p.power.clauses)
            )
        ]

    def pairs(self, rules: list[Rule]) -> dict[str, list[Pairs]]:
        """For each overlay the powers that bring it about, those of one verb together."""
        passing = [r for r in rules if not r.survives]
        versions = [r for r in rules if r.version is not None and r.trigger is None]
        return {
            "su": [self.of_verb(rules, "suspend")],
            "wa": [self.of_verb(rules, "waive")],
            "re": [self.of_verb(rules, "release")],
            "en": [
                self.of_verb(rules, "end"),
                self.of_verb(passing, "end_all"),
                self.replacing([r for r in rules if r.trigger is None]),
            ],
            "wait": [
                self.of_verb([r for r in rules if r.needs_creation], "create"),
                [pair for r in versions for pair in self.beginning(r)],
            ],
        }

    def of_verb(self, rules: list[Rule], verb: str) -> Pairs:
        return [(r, p) for r in rules for p in self.able(r, verb)]

    def effects(self, rules: list[Rule], inst: str, verb: str) -> list[str]:
        """Intervals where a valid exercise of a power covers instances of these rules."""
        return self.lying(self.of_verb(rules, verb), inst)

    def lying(self, pairs: Pairs, inst: str) -> list[str]:
        """Intervals where the exercises of a power, in each pair, cover instances of the rule."""
        return self.covering(pairs, inst, "i.iid, x.f, x.u, x.level")

    def covering(
        self, pairs: Pairs, inst: str, columns: str, effects: str = "effects"
    ) -> list[str]:
        """Columns of instances `i` and of the exercises `x` that cover them."""
        used = [(r, p) for r, p in pairs if may_be_used(p, self.tables, self.conditions.facts)]
        if not used:
            return []
        rows = ", ".join(
            f"({self.numbers[rule.id]}, {self.numbers[power.id]}, {literal(rule.clause)}, "
            f"{self.reach(power, rule)})"
            for rule, power in used
        )
        rule, power = used[0]
        assert power.power is not None
        return [
            f"""
          SELECT {columns}
          FROM (VALUES {rows}) p(rule, power, clause, party, owing)
          JOIN {inst} i ON i.rule = p.rule JOIN {effects} x ON x.rule = p.power
            AND (x.clause IS NULL OR x.clause = p.clause)
            AND (x.of_ IS NULL OR x.of_ = i.debtor) AND (x.towards IS NULL OR x.towards = i.creditor)
            AND (x.holder IS NULL OR p.party IS NULL OR (p.owing IS NOT NULL AND NOT list_contains(p.owing, x.holder))
                 OR x.holder = CASE p.party WHEN 'creditor' THEN i.creditor ELSE i.debtor END)
            AND {keyed(rule, power.power.verb)}"""
        ]

    def reach(self, power: Rule, rule: Rule) -> str:
        """Whose duties an exercise covers: a party of the duty that must be the holder (or NULL),
        and those who must owe under the clause for that to matter (or NULL).

        A suspension covers the holder's own duties, if it has any there; a waiver of duties owed
        to whoever is the creditor, those owed to the holder. Joint powers have no one holder.
        """
        does = power.power
        assert does is not None
        anyone, debtor = "NULL, NULL::VARCHAR[]", "'debtor', NULL::VARCHAR[]"
        if does.verb in ("waive", "release") and isinstance(rule.creditor, Var):
            return "'creditor', NULL::VARCHAR[]"
        if does.verb != "suspend":
            return anyone
        reached = [r for r in self.norms.rules if r.id in does.rules and r.clause == rule.clause]
        targets = [r for r in reached if r.kind != "may"]  # a power is no duty of its holder
        if any(isinstance(r.debtor, Var) for r in targets):
            return debtor
        owing = {str(r.debtor.value) for r in targets if isinstance(r.debtor, Const)}
        if not owing:
            return anyone
        return f"'debtor', [{', '.join(map(literal, sorted(owing)))}]"


def nothing_over(inst: str) -> Gates:
    """A timeline on which nothing ever lies."""
    zeros = "".join(f", 0 AS {n}" for n in GATE_COLUMNS)
    line = f"(SELECT iid, {SINCE_EVER} AS t{zeros} FROM {inst})"
    return Gates(line, frozenset(), few=True)


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


def never(cond: Cond) -> bool:
    return isinstance(cond, Always) and not cond.value


def until_begun(begun: list[str], inst: str) -> list[str]:
    """Where something has surely (possibly) not begun, from where it possibly (surely) has."""
    if not begun:
        return [f"SELECT i.iid, {SINCE_EVER} AS f, {FOR_GOOD} AS u, 2 AS level FROM {inst} i"]
    of = f"FROM {inst} i LEFT JOIN ({' UNION ALL '.join(begun)}) x USING (iid) GROUP BY i.iid"
    first = f"coalesce(min(CASE WHEN x.level {{}} THEN x.f END), {FOR_GOOD})"
    surely = first.format("= 2")
    return [
        f"SELECT i.iid, {SINCE_EVER} AS f, {surely} AS u, 1 AS level {of}",
        f"SELECT i.iid, {SINCE_EVER} AS f, {first.format('>= 1')} AS u, 2 AS level {of}",
        f"SELECT i.iid, {first.format('= 0')} AS f, {surely} AS u, 0 AS level {of}",
    ]
