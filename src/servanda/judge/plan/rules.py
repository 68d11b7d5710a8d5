"""Judging a batch of rules: its tables in order, and the statuses other rules may need."""

from __future__ import annotations

from copy import copy

from servanda.judge.engines.duckdb import Tables
from servanda.judge.plan import achieve, forbid, keep, powers, provision, uncurable
from servanda.judge.plan.batch import Batch
from servanda.judge.plan.conditions import Conditions, binds
from servanda.judge.plan.gates import Gates
from servanda.judge.plan.instances import Instances
from servanda.judge.plan.joint_powers import joined
from servanda.judge.plan.load import event_types
from servanda.judge.plan.loop_invariants import is_unmoved
from servanda.judge.plan.overlays import Overlays, nothing_over
from servanda.judge.plan.powers import EFFECT_COLUMNS
from servanda.judge.plan.rule_order import joined_rules, joint_key
from servanda.judge.plan.sql import FOR_GOOD, SINCE_EVER, column_type, effect, named, quoted
from servanda.judge.plan.step_functions import at_tick, counted
from servanda.judge.plan.undetermined import marked, marks_of
from servanda.judge.plan.verdict_spans import UNDECIDED, undecided_in, variables, verdict_rows
from servanda.semantics.norms import Norms, Rule

STATUS_COLUMNS = "state VARCHAR, rule INTEGER, debtor VARCHAR, creditor VARCHAR, f BIGINT, u BIGINT, level INTEGER"
BINDS_COLUMNS = STATUS_COLUMNS.removeprefix("state VARCHAR, ")
LEVELS = "(VALUES (1), (2)) n(level)"


class Rules:
    """Makes `verdict_<batch>` for every batch it is asked to judge."""

    def __init__(
        self,
        tables: Tables,
        norms: Norms,
        conditions: Conditions,
        instances: Instances,
        wanted: set[tuple[str, str]],
    ) -> None:
        self.tables = tables
        self.norms = norms
        self.now = conditions.facts.now
        self.conditions = conditions
        self.instances = instances
        self.days = instances.days
        self.numbers = {r.id: n for n, r in enumerate(norms.rules)}
        self.overlays = Overlays(tables, norms, conditions, instances, self.numbers)
        self.wanted = wanted
        self.events = {e.name: e for e in event_types(norms)}
        self.rules = {r.id: r for r in norms.rules}
        self.judged: dict[str, Batch] = {}
        self.told: set[int] = set()
        self.used: set[str] = set()  # the powers' tables of uses
        tables.declare("statuses", STATUS_COLUMNS)
        tables.declare("effects", EFFECT_COLUMNS)
        self.joint = {r.id for r in norms.rules if r.power is not None and r.power.joint}
        if self.joint:
            tables.declare("parts", EFFECT_COLUMNS)
        self.joined = joined_rules(norms)
        for rule in norms.rules:
            if rule.id in self.joined:
                keys = (f"{named('k_', v.name)} {column_type(v.type)}" for v in rule.variables)
                columns = ", ".join((BINDS_COLUMNS, *keys))
                tables.declare(binds(self.numbers[rule.id]), columns)

    def judge(self, rules: list[Rule], breaches: str | None = None, rounds: bool = False) -> None:
        """Judge standing rules of one kind together, or one rule that has instances; `rounds`: they
        may have been judged before."""
        batch = Batch(rules, self.numbers)
        batch.unmoved = rounds and all(is_unmoved(rule, self.norms) for rule in rules)
        stays = batch.unmoved and batch.name in self.judged
        if not (stays or self.make_instances(batch, breaches)):
            self.judged.pop(batch.name, None)
            self.forget(batch)
            return
        batch.gates = gates = self.overlays.make(batch)
        if batch.kind == "achieve":
            self.achieve(batch, gates)
        elif batch.kind == "keep":
            self.keep(batch, gates)
        elif batch.kind == "forbid":
            self.forbid(batch, gates)
        elif batch.kind == "may":
            self.may(batch, gates)
        else:
            self.provision(batch, gates)
        self.tell(batch)
        self.judged[batch.name] = batch

    def make_instances(self, batch: Batch, breaches: str | None) -> bool:
        if len(batch.rules) > 1:
            self.instances.make_standing(batch.rules, batch.inst, self.numbers)
            return True
        (rule,) = batch.rules
        if not self.instances.make(rule, batch.inst, self.numbers[rule.id], breaches):
            return False
        self.only_this_version(rule, batch.inst)
        return batch.inst not in self.tables.empty

    @property
    def telling(self) -> list[str]:
        """The tables of statuses that rules read of each other."""
        told = ["statuses", "effects", *(["parts"] if self.joint else [])]
        return told + [binds(self.numbers[id_]) for id_ in sorted(self.joined)]

    def forget(self, batch: Batch) -> None:
        """Delete the statuses and effects that an earlier round wrote for these rules."""
        numbers = set(batch.numbers.values())
        if numbers & self.told:
            others = {binds(self.numbers[id_]) for id_ in self.joined} - set(map(binds, numbers))
            for table in [t for t in self.telling if t not in others]:
                self.tables.delete(table, f"rule IN ({', '.join(map(str, numbers))})")
        self.told |= numbers

    def only_this_version(self, rule: Rule, inst: str) -> None:
        """Instances belong to the version in force when they arose."""
        if rule.trigger is None or rule.trigger.breach_of is not None:
            return
        if not self.overlays.able(rule, "amend") and rule.version is None:
            return
        # Each look-up is a table of its own: joined as subqueries they gave wrong values.
        self.tables.create(f"{inst}_r", self.at_birth(self.overlays.replaced([rule], inst), inst))
        begun, und, join = "2", "r.und", ""
        if rule.version is not None:
            mine = self.overlays.begun(rule, inst)
            self.tables.create(f"{inst}_b", self.at_birth(mine, inst))
            begun, und, join = "b.val", "(b.und OR r.und)", f"JOIN {inst}_b b USING (iid)"
        self.tables.create(
            f"{inst}_v",
            f"""SELECT i.* REPLACE (i.sure AND least({begun}, 2 - r.val) = 2 AS sure, i.doubt_und OR {und} AS doubt_und)
                FROM {inst} i JOIN {inst}_r r USING (iid) {join}
                WHERE least({begun}, 2 - r.val) > 0""",
        )
        self.tables.create(inst, f"SELECT * FROM {inst}_v")
        self.instances.bases.pop(inst, None)

    def at_birth(self, intervals: list[str], inst: str) -> str:
        """How surely some of the intervals cover each instance when it arises."""
        if not intervals:
            return f"SELECT iid, 0 AS val, false AS und FROM {inst}"
        return at_tick(counted(" UNION ALL ".join(intervals), inst, True), inst, "i.lo", True)

    def answer(self, batch: Batch, points: str, last: bool = False) -> None:
        batch.spans = verdict_rows(batch, points, self.now, last)

    # -------------------------------------------------------------- achieve
    def achieve(self, batch: Batch, over: Gates) -> None:
        facts, gated, gates = f"facts_{batch.name}", bool(over.present), over.table
        laid = gates if gated else None
        still = achieve.standing_still(batch, self.norms) if gated else None
        closes = f"({achieve.closing(batch.inst, laid, still, over.begun)})"
        if gated:
            self.tables.create(f"closes_{batch.name}", closes[1:-1])
            closes = f"closes_{batch.name}"
        performed = achieve.performed(batch, closes, laid, self.days)
        if not gated and batch.inst in self.instances.bases:
            self.many_facts(batch, facts, performed)
        else:
            told = achieve.told(closes, performed)
            scalars = f"({achieve.scalars(batch, told, self.conditions)})"
            if any(rule.remedy is not None for rule in batch.rules):
                self.tables.create(f"{facts}_0", scalars[1:-1])
                scalars = f"{facts}_0"
            made_good = self.with_compensation(batch, scalars, scalars, laid)
            self.tables.create(facts, achieve.ends(f"({made_good})", laid))
        if gated:
            self.answer(batch, achieve.points(facts, gates, gated=True))
        else:
            batch.spans = self.ungated(batch, facts, gates)
        self.achieve_statuses(batch, facts, gates)

    def ungated(self, batch: Batch, facts: str, gates: str) -> str:
        """Verdict rows without overlays: plain instances by themselves, others by points."""
        plain, others = True, True
        # few are mostly all of one sort, and planning is all they cost
        if not self.conditions.bulk:
            every = f"bool_and({achieve.PLAIN}), bool_or({achieve.PLAIN})"
            of_few = self.tables.row(f"SELECT {every} FROM {facts} f")
            plain, others = of_few[1] is not False, of_few[0] is False
        found = []
        if plain:
            found.append(achieve.spans(facts, self.now, variables(batch, "")))
        if others:
            rest = f"(SELECT * FROM {facts} f WHERE NOT {achieve.PLAIN})"
            points = achieve.points(rest, gates, gated=False)
            found.append(verdict_rows(batch, points, self.now))
        return " UNION ALL ".join(f"SELECT * FROM ({rows})" for rows in found)

    def many_facts(self, batch: Batch, facts: str, performed: str) -> None:
        """`facts` of many instances: materialise costly columns; the rest is a view."""
        (rule,) = batch.rules
        kept = f"{facts}_kept"
        base = self.instances.bases[batch.inst]
        self.tables.create(kept, achieve.told(base, performed, triggered=True))

        def scalars(rows: str) -> str:
            windows = self.instances.windows(rule, rows, self.numbers[rule.id])
            told = achieve.closing(f"({windows})", None, None, None)
            return achieve.scalars(batch, told, self.conditions)

        if rule.remedy is not None:
            self.tables.define(f"{facts}_0", scalars(kept))
        made_good = self.with_compensation(batch, kept, f"{facts}_0", None)
        if rule.remedy is not None:
            self.tables.create(f"{kept}_0", made_good)
            made_good = f"SELECT * FROM {kept}_0"
        self.tables.define(facts, achieve.ends(f"({scalars(f'({made_good})')})", None))

    def with_compensation(self, batch: Batch, rows: str, facts: str, gates: str | None) -> str:
        """Judge the remedies on these duties' breaches; performed, they make the breach good.

        `rows` with `m` and `made_entry`; `facts` has of the same instances the columns of `scalars`.
        """
        found = []
        for rule in batch.rules:
            if rule.remedy is not None:
                found += self.remedied(rule, batch, facts, gates)
        if not found:
            return f"SELECT *, NULL::BIGINT AS m, NULL::VARCHAR AS made_entry FROM {rows}"
        return f"""
          SELECT f.*, r.m, r.made_entry FROM {rows} f
          LEFT JOIN ({" UNION ALL ".join(found)}) r USING (iid)"""

    def remedied(self, rule: Rule, batch: Batch, facts: str, gates: str | None) -> list[str]:
        """Judge one remedy; a SELECT of when it made each breach good, if it is one to perform."""
        assert rule.remedy is not None
        remedy = self.rules[rule.remedy]
        keys = "".join(f", f.{named('k_', v.name)}" for v in rule.variables)
        und, over = "f.doubt_und", ""
        if self.norms.vagues and gates is not None:
            und = f"f.doubt_und OR {undecided_in('g')}"
            over = f"ASOF JOIN {gates} g ON f.iid = g.iid AND f.bp >= g.t"
        breaches = f"""
          SELECT f.iid AS parent, f.trigger, f.sure AND f.b IS NOT NULL AS sure,
                 {effect("f.bp")} AS lo, {effect("f.b_hi")} AS hi, {effect("f.b_hi")} AS till, {und} AS doubt_und{keys}
          FROM {facts} f {over} WHERE f.rule = {batch.numbers[rule.id]} AND f.bp IS NOT NULL"""
        self.judge([remedy], breaches)
        number = self.numbers[remedy.id]
        performs = remedy.kind == "achieve" and rule.compensates
        if not performs or str(number) not in self.judged:
            return []
        done = "CASE WHEN f.live_kind = 'kept' THEN f.k WHEN f.after_kind = 'cured' THEN f.g END"
        entry = "CASE WHEN f.live_kind = 'kept' THEN f.kept_entry ELSE f.late_entry END"
        felt = effect(f"greatest({done}, f.lo)")
        return [
            f"""
          SELECT f.parent AS iid, min({felt}) AS m, arg_min({entry}, ({done}, {entry})) AS made_entry
          FROM facts_{number} f WHERE f.sure AND {done} IS NOT NULL GROUP BY f.parent"""
        ]

    def achieve_statuses(self, batch: Batch, facts: str, gates: str) -> None:
        after = f"coalesce(f.after, {FOR_GOOD})"
        rows = f"FROM {facts} f"
        marks = marks_of(batch, gates, UNDECIDED, effect)
        self.status(
            batch,
            "broken",
            f"""SELECT f.iid, f.rule, f.debtor, f.creditor, {effect("f.b")} AS f, {effect(after)} AS u, 2 AS level
                {rows} WHERE f.sure AND f.live_kind = 'broken'
                UNION ALL SELECT f.iid, f.rule, f.debtor, f.creditor, {effect("f.bp")}, {effect(after)}, 1
                {rows} WHERE f.bp IS NOT NULL""",
            marks,
        )
        done = "CASE WHEN f.live_kind = 'kept' THEN f.k WHEN f.after_kind = 'cured' THEN f.g END"
        off = "f.live_kind IN ('waived', 'released', 'ended', 'lapsed')"
        silent = f"CASE WHEN f.k IS NULL AND f.b IS NULL AND f.b_hi < {FOR_GOOD} THEN f.b_hi END"
        perhaps = f"least(f.kp, {done}, {silent})"
        no_more = f"""CASE WHEN {off} THEN f.live_end WHEN f.after_kind <> 'cured' THEN f.after
                           ELSE {FOR_GOOD} END"""
        self.status(
            batch,
            "performed",
            f"""SELECT f.iid, f.rule, f.debtor, f.creditor, {effect(done)} AS f, {FOR_GOOD} AS u, 2 AS level
                {rows} WHERE f.sure AND {done} IS NOT NULL
                UNION ALL SELECT f.iid, f.rule, f.debtor, f.creditor, {effect(perhaps)}, {effect(no_more)}, 1
                {rows} WHERE {perhaps} IS NOT NULL""",
            marks,
        )
        finished = f"coalesce(CASE WHEN f.live_kind <> 'broken' THEN f.live_end END, {FOR_GOOD})"
        self.overlay_statuses(
            batch,
            gates,
            f"""SELECT iid, f.o_lo, f.o_hi, least({finished}, f.b_hi) AS end_1,
                       least({finished}, f.b_hi, f.bp, f.kp) AS end_2 FROM {facts} f""",
        )

    # -------------------------------------------------------------- keep and forbid
    def keep(self, batch: Batch, laid: Gates) -> None:
        line, gates = f"line_{batch.name}", laid.table
        told = {("broken", rule.id) for rule in batch.rules} & self.wanted
        if keep.is_alone(batch, laid) and not told:
            self.keep_alone(batch)
            return
        steps = keep.conditions(batch, self.conditions)
        if batch.unmoved:
            found = f"phi_{batch.name}"
            if batch.name not in self.judged:
                self.tables.create(found, " UNION ALL ".join(steps))
            steps = [f"SELECT * FROM {found}"]
        self.tables.create(
            line, keep.timeline(batch, laid, steps, self.conditions.undecided, self.days)
        )
        batch.line = line
        self.answer(batch, keep.points(batch.inst, line, laid, self.now), last=True)
        spans = f"{line} JOIN {batch.inst} i USING (iid)"
        over = "greatest(wa, re, en)"
        surely = f"(ep_t AND i.sure AND {over} = 0)"
        # An open breach outlasts excuse and suspension: only the condition itself closes it.
        self.status(
            batch,
            "broken",
            f"""SELECT iid, i.rule, i.debtor, i.creditor, {effect("t")} AS f, {effect("least(u, i.c_lo)")} AS u, 2 AS level
                FROM {spans} WHERE {surely} AND t < i.c_lo
                UNION ALL SELECT iid, i.rule, i.debtor, i.creditor, {effect("t")}, {effect("least(u, i.c_hi)")}, 1
                FROM {spans} WHERE ep_p AND {over} < 2 AND t < i.c_hi AND NOT ({surely} AND i.c_lo = i.c_hi)""",
            marks_of(batch, line, keep.LEFT_OPEN, effect),
        )
        self.overlay_statuses(batch, gates, None)
        episodes = f"SELECT *, {SINCE_EVER} AS till FROM ({keep.episodes(line, batch.inst)})"
        self.remedies(batch, episodes, "i.trigger")

    def keep_alone(self, batch: Batch) -> None:
        """Plain instances by the shortest way, the rest as all others."""
        (rule,) = batch.rules
        inst, rest = batch.inst, f"{batch.inst}_rest"
        self.tables.create(rest, f"SELECT * FROM {inst} i WHERE NOT {keep.PLAIN}")
        found = []
        if rest not in self.tables.empty:
            inst = f"(SELECT * FROM {batch.inst} i WHERE {keep.PLAIN})"
            others = copy(batch)
            others.inst = rest
            bare = nothing_over(rest)
            steps = keep.conditions(others, self.conditions)
            line = keep.timeline(others, bare, steps, self.conditions.undecided, self.days)
            self.tables.create(f"line_{batch.name}", line)
            points = keep.points(rest, f"line_{batch.name}", bare, self.now)
            found.append(verdict_rows(others, points, self.now, last=True))
        points = keep.plain_points(rule, inst, self.conditions, self.now)
        found.append(verdict_rows(batch, points, self.now, last=True))
        batch.spans = " UNION ALL ".join(f"SELECT * FROM ({rows})" for rows in found)
        self.overlay_statuses(batch, nothing_over(batch.inst).table, None)

    def remedies(self, batch: Batch, breaches: str, trigger: str) -> None:
        """Judge the remedies that answer `(iid, lo, hi, till, sure, und)`: breaches that come from lo to hi, if
        at all; `und`: a vague term leaves that open."""
        for rule in batch.rules:
            if rule.remedy is None:
                continue
            variables = "".join(f", i.{named('k_', v.name)}" for v in rule.variables)
            self.judge(
                [self.rules[rule.remedy]],
                f"""SELECT i.iid AS parent, {trigger} AS trigger, i.sure AND b.sure AS sure,
                           {effect("b.lo")} AS lo, {effect("b.hi")} AS hi, greatest({effect("b.hi")}, b.till) AS till,
                           i.doubt_und OR b.und AS doubt_und{variables}
                    FROM ({breaches}) b JOIN {batch.own(rule)} i USING (iid)
                    WHERE b.lo <= {self.now}""",
            )

    def forbid(self, batch: Batch, gates: Gates) -> None:
        line, violated = f"line_{batch.name}", f"violations_{batch.name}"
        found = forbid.violations(
            batch,
            gates,
            self.conditions,
            events=self.events,
            days=self.days,
        )
        order = "iid, hi, entry"
        self.tables.number(violated, "vid", found, order, self.conditions.bulk)
        several = (
            f"SELECT iid, hi FROM {violated} WHERE level = 2 GROUP BY iid, hi HAVING count(*) > 1"
        )
        self.tables.create(f"ties_{batch.name}", several)
        if uncurable.never_mended(batch, gates, self.conditions):
            batch.spans = uncurable.spans_before(
                batch, gates, violated, self.now, bool(self.norms.vagues)
            )
            batch.breaches = uncurable.spans_of_violations(batch, violated, self.now)
        else:
            self.tables.create(line, forbid.timeline(batch, gates, violated, self.conditions))
            self.answer(batch, forbid.points(batch.inst, line, violated))
        let_go = (
            f"min(CASE WHEN wa = 2 OR re = 2 THEN t END) AS off FROM {gates.table} GROUP BY iid"
        )
        rows = f"""FROM {violated} v JOIN {batch.inst} i USING (iid)
                   JOIN (SELECT iid, {let_go}) o USING (iid)"""
        until = "CASE WHEN o.off < i.c_hi THEN least({}, o.off) ELSE {} END"
        end_t, end_p = until.format("end_t", "end_t"), until.format("end_p", "end_p")
        self.status(
            batch,
            "broken",
            f"""SELECT iid, i.rule, i.debtor, i.creditor, {effect("v.hi")} AS f, {effect(end_t)} AS u, 2 AS level
                {rows} WHERE level = 2
                UNION ALL SELECT iid, i.rule, i.debtor, i.creditor, {effect("v.lo")}, {effect(end_p)}, 1 {rows}""",
            marks_of(batch, gates.table, UNDECIDED, effect),
        )
        self.overlay_statuses(batch, gates.table, None)
        breaches = f"""SELECT iid, lo, greatest(lo, hi) AS hi, CASE WHEN till > hi THEN till ELSE {SINCE_EVER} END AS till,
                       level = 2 AS sure, und, entry FROM {violated}"""
        self.remedies(batch, breaches, "b.entry")

    # -------------------------------------------------------------- powers
    def may(self, batch: Batch, gates: Gates) -> None:
        line = f"line_{batch.name}"
        self.tables.create(line, powers.timeline(batch.inst, gates))
        self.forget(batch)
        self.effect(batch, line)
        numbers = ", ".join(map(str, batch.numbers.values()))
        effect = f"(SELECT * FROM effects WHERE rule IN ({numbers}))"
        self.answer(batch, powers.points(batch.inst, line, effect))
        self.overlay_statuses(batch, gates.table, None)

    def provision(self, batch: Batch, gates: Gates) -> None:
        line = f"line_{batch.name}"
        self.tables.create(line, provision.timeline(batch.inst, gates))
        self.answer(batch, provision.points(batch.inst, line))
        self.overlay_statuses(batch, gates.table, None)

    def effect(self, batch: Batch, line: str) -> None:
        """Effects of the exercises of these powers; most powers are never used."""
        found = powers.exercises_under(batch, self.norms, self.conditions.facts, self.tables, line)
        if found is None:
            return
        uses = f"uses_{batch.name}"
        self.used.add(uses)
        self.tables.create(uses, found)
        effects = powers.effects(batch, uses, line, self.norms)
        joint = [rule for rule in batch.rules if rule.id in self.joint]
        if joint:
            own = f"own_{batch.name}"
            self.tables.create(own, effects)
            numbers = ", ".join(str(self.numbers[rule.id]) for rule in joint)
            self.tables.append("parts", f"SELECT * FROM {own} WHERE rule IN ({numbers})")
            self.tables.append("effects", f"SELECT * FROM {own} WHERE rule NOT IN ({numbers})")
            effects = joined(
                self.holding(joint), f"(SELECT * FROM {batch.inst} WHERE rule IN ({numbers}))"
            )
        self.tables.append("effects", effects)

    def holding(self, rules: list[Rule]) -> list[list[int]]:
        """Who holds these powers together: the numbers of the members' rules, for each power."""
        keys = {joint_key(rule) for rule in rules}
        groups: dict[object, list[int]] = {key: [] for key in keys}
        for id_ in self.joint:
            if (key := joint_key(self.rules[id_])) in keys:
                groups[key].append(self.numbers[id_])
        return [sorted(group) for group in groups.values()]

    # -------------------------------------------------------------- statuses
    def status(self, batch: Batch, state: str, select: str, undecided: str) -> None:
        """Store a status for other rules, if one of them depends on it.

        `select`: `(iid, rule, debtor, creditor, f, u, level)`; `undecided`: `(iid, f, u)`, where a possible one
        depends on a vague term: stored as level 0.
        """
        asked = [str(n) for id_, n in batch.numbers.items() if (state, id_) in self.wanted]
        if asked:
            found = f"SELECT * FROM ({select}) WHERE rule IN ({', '.join(asked)})"
            if self.norms.vagues:
                found += f" UNION ALL {marked(batch, state, found, undecided)}"
            batch.telling.append(f"SELECT {quoted(state)} AS state, * EXCLUDE (iid) FROM ({found})")
            if state == "binding":
                batch.binding = found

    def tell(self, batch: Batch) -> None:
        """Write the statuses that other rules read, replacing those of an earlier round."""
        if batch.kind != "may":
            self.forget(batch)
        if batch.telling:
            self.tables.append("statuses", " UNION ALL ".join(batch.telling))
        for rule in batch.rules:
            if rule.id in self.joined and batch.binding:
                keys = "".join(f", i.{named('k_', v.name)}" for v in rule.variables)
                self.tables.append(
                    binds(self.numbers[rule.id]),
                    f"""SELECT s.rule, s.debtor, s.creditor, s.f, s.u, s.level{keys}
                        FROM ({batch.binding}) s JOIN {batch.own(rule)} i ON i.iid = s.iid
                        WHERE s.rule = {self.numbers[rule.id]}""",
                )

    def overlay_statuses(self, batch: Batch, gates: str, bounds: str | None) -> None:
        """`suspended` and `binding`, felt at once: an exception that opens today covers today's acts.

        `bounds`: (iid, o_lo, o_hi, end_1, end_2), from where to where it may bind, surely binds.
        """
        ends = bounds or f"SELECT iid, o_lo, o_hi, c_hi AS end_1, c_lo AS end_2 FROM {batch.inst}"
        marks = marks_of(batch, gates, UNDECIDED, str)
        spans = f"""(
          SELECT g.*, lead(g.t, 1, {FOR_GOOD}) OVER (PARTITION BY g.iid ORDER BY g.t) AS v, e.* EXCLUDE (iid)
          FROM {gates} g JOIN ({ends}) e USING (iid)) s JOIN {batch.inst} i USING (iid)"""
        self.status(
            batch,
            "suspended",
            f"""SELECT iid, i.rule, i.debtor, i.creditor, t AS f, v AS u, n.level
                FROM {spans}, {LEVELS} WHERE su >= n.level AND (i.sure OR n.level = 1)""",
            marks,
        )
        start = "greatest(t, CASE n.level WHEN 2 THEN s.o_hi ELSE s.o_lo END)"
        end = "least(v, CASE n.level WHEN 2 THEN s.end_2 ELSE s.end_1 END)"
        self.status(
            batch,
            "binding",
            f"""SELECT iid, i.rule, i.debtor, i.creditor, {start} AS f, {end} AS u, n.level
                FROM {spans}, {LEVELS} WHERE greatest(su, ex, idle, en, wa, re) <= 2 - n.level
                AND (i.sure OR n.level = 1) AND {start} < {end}""",
            marks,
        )
