"""Which entries opened each span (docs/meaning.md, 8).

Acts are in the verdict rows already. Here is the rest, for the few spans that no act began: the
facts that turned a condition or an overlay in the instant, and the anchors of the window.

    begins(rule, iid, f, debtor, creditor, status, trigger, opened, breach_key, first, before, after)
    openings_N(rule, iid, f, entry, act)

`f` is the instant in which a span begins, `before` and `after` are the ticks around it. Every
statement costs its planning, so few facts take one where many take one for each batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from servanda.judge.engines.duckdb import Row
from servanda.judge.plan import achieve
from servanda.judge.plan.batch import Batch
from servanda.judge.plan.instances import hangs_on_instance
from servanda.judge.plan.overlays import Pairs
from servanda.judge.plan.powers import acts_as
from servanda.judge.plan.rules import Rules
from servanda.judge.plan.sql import SINCE_EVER, matches, named, quoted, surely
from servanda.judge.plan.turned_conditions import BEGIN, Turns, conditions_of, leaves, statuses_in
from servanda.semantics.norms import (
    Always,
    AtMatch,
    AtTime,
    AtVar,
    Cond,
    First,
    Match,
    Point,
    Rule,
    excuse_of,
)

COLUMNS = "rule INTEGER, iid BIGINT, f BIGINT, entry VARCHAR, act BOOLEAN"
EDGE = "rule, iid, f, other, other_iid"
OVERLAYS = ("su", "wa", "re", "en", "wait")
TIMELINES = (*OVERLAYS, "ex", "idle")
NO_ACT = f"opened IS NULL AND breach_key IS NULL AND f > {SINCE_EVER}"
Map = Callable[[Callable[[Batch], None], Iterable[Batch]], Iterator[None]]


class Moved(NamedTuple):
    """A table of beginnings with a column `…_moved` for each overlay, and `phi_moved` for what is
    kept; and of each rule those that moved at some beginning."""

    table: str
    by_rule: dict[int, set[str]]


class Openings:
    """Makes the table `openings` of a judgement, once all its rules are judged."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.tables = rules.tables
        self.norms = rules.norms
        self.conditions = rules.conditions
        self.numbers = rules.numbers
        self.edges: dict[str, list[str]] = {}
        self.firsts: dict[Match, list[str]] = {}
        self.all_begins = ""
        self.without_act: set[int] = set()  # the rules of spans that no act began
        self.batches: set[str] = set()  # those of which `openings` may have rows
        self.batch_of = {id_: b for b in rules.judged.values() for id_ in b.numbers}

    def find(self, each: Map) -> None:
        """`each`: runs a step for all batches, several at once if it can."""
        judged = list(self.rules.judged.values())
        asked = {id_ for batch in judged for rule in batch.rules for id_ in self.asked_by(rule)}
        needed = [b for b in judged if self.is_open(b) or asked & b.numbers.keys()]
        self.make_begins(each, needed)
        opened = [b for b in needed if self.is_open(b)]
        self.batches = {b.name for b in opened}
        for _ in each(self.open, opened):
            pass
        self.follow(opened)

    # -------------------------------------------------------------- answers
    @cached_property
    def more(self) -> dict[tuple[int, int, int], dict[str, bool]]:
        """Of each beginning that has any, the entries beside its one act and its trigger."""
        found: dict[tuple[int, int, int], dict[str, bool]] = {}
        if "openings" not in self.tables.empty:
            for rule, iid, f, entry, act in self.tables.rows("SELECT * FROM openings"):
                own = found.setdefault((rule, iid, f), {})
                own[entry] = own.get(entry, False) or act
        return found

    def of(self, rows: list[Row]) -> Iterator[dict[str, bool]]:
        """The entries that opened each of some verdict rows, and whether each is an act."""
        for row in rows:
            rule, iid, f, began, opened = row[0], row[1], row[6], row[8], row[9]
            found = dict.fromkeys([began] if began is not None else [], False)
            found |= self.more.get((rule, iid, f), {})
            if opened is not None:
                found[opened] = True
            yield found

    def lists(self) -> str:
        """The same as a query: `(rule, iid, f, entries)`."""
        return "SELECT rule, iid, f, list_sort(list(DISTINCT entry)) AS entries FROM openings GROUP BY rule, iid, f"

    # -------------------------------------------------------------- what is asked at all
    def is_open(self, batch: Batch) -> bool:
        """Whether anything but its acts may open a span of the batch."""
        if batch.gates is not None and batch.gates.present:
            return True
        if batch.kind == "forbid" and self.has_doubtful_acts(batch):
            return True
        if batch.kind == "may" and f"uses_{batch.name}" in self.rules.used:
            return True
        if any(True for _ in self.added_up(batch)):
            return True
        return any(self.may_turn(rule) for rule in batch.rules)

    def may_turn(self, rule: Rule) -> bool:
        trigger = rule.trigger
        born = trigger is not None and (trigger.cond is not None or trigger.breach_of is not None)
        conds = [cond for cond in conditions_of(rule) if any(leaves(cond, ()))]
        points = [p for p in (rule.window.opens, *(p for p, _ in rule.window.closes)) if p]
        return born or bool(conds) or any(any(anchors(p)) for p in points)

    def has_doubtful_acts(self, batch: Batch) -> bool:
        violated = f"violations_{batch.name}"
        if violated in self.tables.empty:
            return False
        if any(rule.cured_by is not None for rule in batch.rules):
            return True
        doubtful = f"SELECT 1 FROM {violated} WHERE level = 1 OR lo < hi LIMIT 1"
        return bool(self.tables.rows(doubtful)) or bool(self.ties(batch))

    def ties(self, batch: Batch) -> bool:
        """Whether an instance has several violations at one tick."""
        return f"ties_{batch.name}" not in self.tables.empty

    def asked_by(self, rule: Rule) -> set[str]:
        """The rules whose spans may open a span of this one."""
        found = {s for cond in conditions_of(rule) for s in statuses_in(cond)}
        if rule.trigger is not None and rule.trigger.cond is not None:
            found |= set(statuses_in(rule.trigger.cond))
        if rule.trigger is not None and rule.trigger.breach_of is not None:
            found.add(rule.trigger.breach_of)
        overlays = self.rules.overlays
        groups = [group for found in overlays.pairs([rule]).values() for group in found]
        return found | {power.id for group in groups for _, power in group if is_suspending(power)}

    # -------------------------------------------------------------- where spans begin
    def make_begins(self, each: Map, needed: list[Batch]) -> None:
        """`begins`; the verdict rows are kept, so that they are found once."""
        for _ in each(self.keep_spans, needed):
            pass
        found = {batch.name: self.begins_in(batch) for batch in needed}
        if self.conditions.bulk:
            for name, select in found.items():
                self.tables.create(f"begins_{name}", select)
            found = {name: f"SELECT * FROM begins_{name}" for name in found}
        elif found:
            self.tables.create("begins", " UNION ALL ".join(found.values()))
            found = {"": "SELECT * FROM begins"}
        self.all_begins = f"({' UNION ALL '.join(found.values())})"
        if found:
            alone = f"SELECT DISTINCT rule FROM {self.all_begins} b WHERE {NO_ACT}"
            self.without_act = {number for (number,) in self.tables.rows(alone)}

    def keep_spans(self, batch: Batch) -> None:
        kept = f"spans_{batch.name}"
        self.tables.create(kept, batch.spans)
        batch.spans = f"SELECT * FROM {kept}"

    def begins_in(self, batch: Batch) -> str:
        return f"""
          SELECT v.rule, v.iid, v.f, v.debtor, v.creditor, v.status, v.began AS trigger, v.opened, v.breach_key,
                 v.f > {SINCE_EVER} AND (i.lo >> 6) = (v.f >> 6) AS first,
                 v.f - 1 AS before, least(v.f + 63, {self.rules.now}) AS after
          FROM ({batch.verdict}) v JOIN {batch.inst} i USING (iid)"""

    def of_rules(self, batch: Batch, rules: list[Rule]) -> str:
        """The beginnings of the spans of some rules of a batch."""
        if not self.conditions.bulk:
            return f"(SELECT * FROM begins b WHERE {self.listed('rule', rules)})"
        if len(rules) == len(batch.rules):
            return f"begins_{batch.name}"
        return f"(SELECT * FROM begins_{batch.name} b WHERE {self.listed('rule', rules)})"

    def begins(self, batch: Batch, rule: Rule | None = None) -> str:
        """The beginnings that no act made, of one rule or of all."""
        rules = batch.rules if rule is None else [rule]
        return f"(SELECT * FROM {self.of_rules(batch, rules)} b WHERE {NO_ACT})"

    def open(self, batch: Batch) -> None:
        """`openings_N`, and the spans that those of the batch follow from."""
        rules = [rule for rule in batch.rules if self.numbers[rule.id] in self.without_act]
        edges: list[str] = []
        self.edges[batch.name] = edges
        found = [*self.cures(batch), *self.several(batch), *self.parts(batch)]
        if rules:
            found += self.doubtful(batch)
            moved = self.moved(batch)
            found += self.overlays(batch, moved, edges)
            found += self.bounds(batch, rules)
            found += [sql for rule in rules for sql in self.turned(batch, rule, moved, edges)]
        for rule in batch.rules:
            found += self.origin(batch, rule, edges)
        nothing = (
            "SELECT 0 AS rule, 0 AS iid, 0 AS f, NULL::VARCHAR AS entry, false AS act WHERE false"
        )
        self.tables.create(
            f"openings_{batch.name}",
            " UNION ".join(f"SELECT rule, iid, f, entry, act FROM ({s})" for s in found) or nothing,
        )

    # -------------------------------------------------------------- acts
    def added_up(self, batch: Batch) -> Iterator[tuple[Rule, Rule]]:
        """The rules whose spans part performances may open, each with the rule that these perform:
        itself or its remedy."""
        for rule in batch.rules:
            remedy = None if rule.remedy is None else self.rules.rules[rule.remedy]
            for performs in (rule, remedy):
                if batch.kind != "achieve" or performs is None:
                    continue
                if performs.total is None and not performs.together:
                    continue
                assert performs.action is not None
                known = performs is rule or str(self.numbers[performs.id]) in self.rules.judged
                if known and named("ev_", performs.action.name) not in self.tables.empty:
                    yield rule, performs

    def parts(self, batch: Batch) -> Iterator[str]:
        """All the acts that are one performance together: instalments, a group's acts."""
        begun = f"FROM {self.of_rules(batch, batch.rules)} s JOIN"
        for rule, performs in self.added_up(batch):
            mine = f"s.opened IS NOT NULL AND s.rule = {self.numbers[rule.id]}"
            select = f"SELECT {BEGIN}, p.entry, true AS act"
            if performs is not rule:
                facts = f"facts_{self.numbers[performs.id]}"
                yield f"""
                  {select} {begun} {facts} r ON r.parent = s.iid
                  JOIN ({achieve.parts(performs, facts)}) p ON p.iid = r.iid AND p.sure
                  WHERE {mine} AND s.status = 'compensated'"""
                continue
            facts, table = f"facts_{batch.name}", f"added_up_{self.numbers[rule.id]}"
            self.tables.create(table, achieve.parts(rule, facts))
            yield f"""
              {select} {begun} {table} p ON p.iid = s.iid
              WHERE {mine} AND p.sure AND s.status IN ('kept', 'cured')"""
            # of two performances with one last part, the less sure
            yield f"""
              {select} {begun} {table} p ON p.iid = s.iid AND p.last = s.opened
              WHERE {mine} AND s.status IN ('unknown', 'undetermined') AND (NOT p.sure OR NOT EXISTS (
                SELECT 1 FROM {table} q WHERE q.iid = p.iid AND NOT q.sure AND q.last = p.last))"""

    def several(self, batch: Batch) -> Iterator[str]:
        """Violations of one tick, where there are several."""
        if batch.kind == "forbid" and self.ties(batch):
            yield f"""
              SELECT {BEGIN}, o.entry, true AS act FROM {self.of_rules(batch, batch.rules)} s
              JOIN violations_{batch.name} v ON v.vid = s.breach_key
              JOIN violations_{batch.name} o ON o.iid = v.iid AND o.hi = v.hi AND o.level = 2"""

    def cures(self, batch: Batch) -> Iterator[str]:
        """All the cures of the tick at which the last violation is mended."""
        if batch.kind == "forbid" and any(r.cured_by is not None for r in batch.rules):
            yield f"""
              SELECT {BEGIN}, v.cure AS entry, true AS act
              FROM {self.of_rules(batch, batch.rules)} s JOIN violations_{batch.name} f ON f.iid = s.iid AND f.cure = s.opened
              JOIN violations_{batch.name} v ON v.iid = s.iid AND v.end_p = f.end_p AND (v.end_p >> 6) = (s.f >> 6)
              WHERE s.breach_key IS NULL AND s.opened IS NOT NULL"""

    def doubtful(self, batch: Batch) -> Iterator[str]:
        """Violations that are possible from an instant on, and cures that may close some in it."""
        if batch.kind != "forbid":
            return
        for at, entry in (("lo", "entry"), ("end_t", "may_cure"), ("end_p", "cure")):
            if at == "lo" or any(r.cured_by is not None for r in batch.rules):
                yield f"""
                  SELECT {BEGIN}, v.{entry} AS entry, false AS act FROM {self.begins(batch)} s
                  JOIN violations_{batch.name} v ON v.iid = s.iid AND (v.{at} >> 6) = (s.f >> 6)
                  WHERE v.{entry} IS NOT NULL"""

    # -------------------------------------------------------------- overlays
    def overlays(self, batch: Batch, moved: Moved, edges: list[str]) -> Iterator[str]:
        """Uses of powers whose effect on a duty begins or ends, and the agreement's term."""
        pairs = self.rules.overlays.pairs(batch.rules)
        present = [n for n in OVERLAYS if any(n in names for names in moved.by_rule.values())]
        for n in present:
            at = f"(SELECT * FROM {moved.table} m WHERE {n}_moved)"
            for group in pairs[n]:
                for source in self.covering(group, batch.inst):
                    yield from self.uses(at, source, edges, n == "su")
        yield from self.force(batch, present, moved.table)
        if batch.kind == "may" and f"uses_{batch.name}" in self.rules.used:
            ends = any(map(is_suspending, batch.rules))
            for at, source in self.own_uses(batch):
                yield from self.uses(at, source, edges, ends)

    def moved(self, batch: Batch) -> Moved:
        """The beginnings, with which of the overlays and of what is kept are not the same before and
        after."""
        gates, und = batch.gates, self.conditions.undecided
        of = {} if gates is None else {n: "gates" for n in TIMELINES if n in gates.present}
        of |= {"phi": "line"} if batch.line else {}
        if not of:
            return Moved("", {})
        table = f"moved_{batch.name}"
        flags = ", ".join(
            f"{line}_a.{n} <> {line}_z.{n}"
            + (f" OR {line}_a.{n}_und <> {line}_z.{n}_und" if und else "")
            + f" AS {n}_moved"
            for n, line in of.items()
        )
        joined = " ".join(
            f"""ASOF JOIN {line}_{batch.name} {line}_a ON {line}_a.iid = s.iid AND s.before >= {line}_a.t
                ASOF JOIN {line}_{batch.name} {line}_z ON {line}_z.iid = s.iid AND s.after >= {line}_z.t"""
            for line in dict.fromkeys(of.values())
        )
        self.tables.create(table, f"SELECT s.*, {flags} FROM {self.begins(batch)} s {joined}")
        every = ", ".join(f"bool_or({n}_moved)" for n in of)
        rows = self.tables.rows(f"SELECT rule, {every} FROM {table} m GROUP BY rule")
        return Moved(
            table, {row[0]: {n for n, is_ in zip(of, row[1:], strict=True) if is_} for row in rows}
        )

    def uses(self, at: str, source: str, edges: list[str], ends: bool) -> Iterator[str]:
        """`source`: `(iid, entry, power, power_iid, holder, clause, f, u, level, lasts)`, uses that
        cover instances; `ends`: suspensions are among them."""
        of = f"FROM {at} s JOIN ({source}) x ON x.iid = s.iid"
        was, is_ = "(x.f <= s.before AND x.u > s.before)", "(x.f <= s.after AND x.u > s.after)"
        dated = "EXISTS (SELECT 1 FROM exercises y WHERE y.entry = x.entry AND ((y.lo >> 6) = (s.f >> 6) OR (y.hi >> 6) = (s.f >> 6)))"
        yield f"""
          SELECT {BEGIN}, x.entry, false AS act {of}
          WHERE {is_} AND NOT {was} AND (x.level > 0 OR NOT x.lasts OR {dated})"""
        if not ends:
            return
        ended = f"{of} AND {was} AND NOT {is_} AND x.level > 0"
        yield f"""
          SELECT {BEGIN}, y.entry, false AS act {ended}
          JOIN exercises y ON y.verb = 'resume' AND {acts_as("y.by_", "x.holder", self.norms)} AND y.clause = x.clause
            AND ((y.lo >> 6) = (s.f >> 6) OR (y.hi >> 6) = (s.f >> 6))"""
        edges.append(f"SELECT {BEGIN}, x.power AS other, x.power_iid AS other_iid {ended}")

    def covering(self, pairs: Pairs, inst: str) -> Iterator[str]:
        """Uses that cover instances: what each holder of a joint power did is apart in `parts`."""
        alone = [pair for pair in pairs if pair[1].id not in self.rules.joint]
        together = [pair for pair in pairs if pair[1].id in self.rules.joint]
        use = f"i.iid, {USE}, {self.lasting()} AS lasts"
        yield from self.rules.overlays.covering(alone, inst, use)
        shared = "(SELECT * REPLACE (NULL::VARCHAR AS holder), holder AS by_ FROM parts)"
        use = use.replace("x.holder", "x.by_ AS holder")
        yield from self.rules.overlays.covering(together, inst, use, shared)

    def own_uses(self, batch: Batch) -> Iterator[tuple[str, str]]:
        """The uses of the powers themselves, or of all who hold them together; and the beginnings
        that they may have opened."""
        begins = self.begins(batch)
        alone = [r for r in batch.rules if r.id not in self.rules.joint]
        if alone:
            mine = self.listed("x.rule", alone)
            yield (
                begins,
                f"SELECT x.iid, {USE}, {self.lasting()} AS lasts FROM effects x WHERE {mine}",
            )
        together = [r for r in batch.rules if r.id in self.rules.joint]
        if together:
            groups = self.rules.holding(together)
            members = ", ".join(f"({g}, {n})" for g, group in enumerate(groups) for n in group)
            turned = f"""(
              SELECT DISTINCT s.* FROM {begins} s JOIN effects j ON j.rule = s.rule AND j.iid = s.iid
              AND (j.f <= s.before AND j.u > s.before) <> (j.f <= s.after AND j.u > s.after))"""
            yield (
                turned,
                f"""
              SELECT i.iid, {USE}, {self.lasting()} AS lasts FROM {batch.inst} i
              JOIN (VALUES {members}) o(grp, rule) ON o.rule = i.rule
              JOIN (VALUES {members}) m(grp, rule) ON m.grp = o.grp
              JOIN parts x ON x.rule = m.rule""",
            )

    def lasting(self) -> str:
        """Whether a use `x` is a suspension: the others have effect for good."""
        return self.listed("x.rule", [r for r in self.norms.rules if is_suspending(r)])

    def listed(self, column: str, rules: list[Rule]) -> str:
        if not rules:
            return "false"
        return f"{column} IN ({', '.join(str(self.numbers[r.id]) for r in rules)})"

    def force(self, batch: Batch, present: list[str], moved: str) -> Iterator[str]:
        """The events with which the agreement comes into force, or ends."""
        passing = [r for r in batch.rules if not r.survives]
        for name, point, rules in (
            ("wait", self.norms.force_from, batch.rules),
            ("en", self.norms.force_until, passing),
        ):
            if point is not None and name in present and rules:
                came = [first for match in anchors(point) for first in self.first_of(match)]
                if came:
                    yield f"""
                      SELECT {BEGIN}, p.entry, false AS act FROM {moved} s
                      JOIN (VALUES {", ".join(came)}) p(came, entry) ON p.came = (s.f >> 6)
                      WHERE {name}_moved AND {self.listed("s.rule", rules)}"""

    # -------------------------------------------------------------- windows
    def bounds(self, batch: Batch, rules: list[Rule]) -> Iterator[str]:
        """The occurrences that open or close the window in the instant."""
        came = []
        for rule in rules:
            for ends, points in (
                (("o_lo", "o_hi"), [rule.window.opens]),
                (("c_lo", "c_hi"), [p for p, _ in rule.window.closes]),
            ):
                side = " OR ".join(f"(i.{end} >> 6) = (s.f >> 6)" for end in ends)
                for match in [m for point in points if point is not None for m in anchors(point)]:
                    if hangs_on_instance(AtMatch(match)):
                        yield from self.first(batch, rule, match, side)
                    else:
                        opens = str(ends[0] == "o_lo").lower()
                        came += [
                            f"({self.numbers[rule.id]}, {opens}, {first[1:]}"
                            for first in self.first_of(match)
                        ]
        if came:
            yield f"""
              SELECT {BEGIN}, p.entry, false AS act FROM {self.begins(batch)} s
              JOIN {batch.inst} i ON i.iid = s.iid
              JOIN (VALUES {", ".join(came)}) p(rule, opens, came, entry) ON p.rule = s.rule AND p.came = (s.f >> 6)
                AND (s.f >> 6) IN (CASE WHEN p.opens THEN i.o_lo >> 6 ELSE i.c_lo >> 6 END,
                                   CASE WHEN p.opens THEN i.o_hi >> 6 ELSE i.c_hi >> 6 END)"""

    def first_of(self, match: Match) -> list[str]:
        """`(microseconds, entry)` of the first occurrence of all, and of the first sure one."""
        if match not in self.firsts:
            event, found = named("ev_", match.name), []
            for end, sure in (("lo", ""), ("hi", f" AND {surely(match)}")):
                if event not in self.tables.empty:
                    found += self.tables.rows(
                        f"SELECT min(e.{end}) >> 6, arg_min(e.entry, (e.{end}, e.entry)) "
                        f"FROM {event} e WHERE {matches(match)}{sure}"
                    )
            self.firsts[match] = [f"({at}, {quoted(id_)})" for at, id_ in found if id_ is not None]
        return self.firsts[match]

    def first(self, batch: Batch, rule: Rule, match: Match, side: str) -> Iterator[str]:
        """The same of each instance, where the pattern refers to its variables."""
        event = named("ev_", match.name)
        if event in self.tables.empty:
            return
        for end, sure in (("lo", ""), ("hi", f" AND {surely(match)}")):
            yield f"""
              SELECT rule, iid, f, entry, false AS act FROM (
                SELECT {BEGIN}, arg_min(e.entry, (e.{end}, e.entry)) AS entry, min(e.{end}) AS came
                FROM {self.begins(batch, rule)} s JOIN {batch.own(rule)} i ON i.iid = s.iid AND ({side})
                JOIN {event} e ON {matches(match)}{sure}
                GROUP BY {BEGIN})
              WHERE (came >> 6) = (f >> 6)"""

    # -------------------------------------------------------------- what makes instances
    def origin(self, batch: Batch, rule: Rule, edges: list[str]) -> Iterator[str]:
        """The breach that a remedy answers, or the condition that has become true."""
        if rule.trigger is None:
            return
        firsts = f"(SELECT *, 0 AS nobody FROM {self.of_rules(batch, [rule])} b WHERE first)"
        if rule.trigger.breach_of is not None:
            parent = self.numbers[rule.trigger.breach_of]
            edges.append(
                f"SELECT {BEGIN}, {parent} AS other, i.parent AS other_iid "
                f"FROM {firsts} s JOIN {batch.inst} i USING (iid)"
            )
        if rule.trigger.cond is not None:
            table = f"arose_{batch.name}"
            turns = self.turns([rule.trigger.cond], "nobody", "s.nobody")
            if turns.make(table, firsts):
                yield from turns.facts(table, edges)

    # -------------------------------------------------------------- conditions
    def turned(self, batch: Batch, rule: Rule, moved: Moved, edges: list[str]) -> Iterator[str]:
        """The facts that turned the rule's conditions."""
        mine = moved.by_rule.get(self.numbers[rule.id], set())
        left = []
        for name, cond in named_conditions(rule):
            judged = batch.line if name == "phi" else batch.gates and name in batch.gates.present
            parts = [leaf for _, leaf in leaves(cond, ())]
            if judged and name not in mine:
                continue
            if judged and len(parts) == 1:  # it turned where all of the condition did
                at = f"(SELECT * FROM {moved.table} m WHERE {name}_moved AND {self.listed('rule', [rule])})"
                yield from self.turns([cond], batch.own(rule), "s.iid").facts_of(
                    parts[0], at, edges
                )
            else:
                left.append(cond)
        table = f"turned_{self.numbers[rule.id]}"
        turns = self.turns(left, batch.own(rule), "s.iid")
        if turns.make(table, self.begins(batch, rule)):
            yield from turns.facts(table, edges)

    def turns(self, conds: list[Cond], inst: str, key: str) -> Turns:
        return Turns(
            self.tables,
            self.conditions,
            self.begins_of,
            self.inst_of,
            conds=conds,
            inst=inst,
            key=key,
            tiered=self.tiered,
        )

    @cached_property
    def tiered(self) -> bool:
        """Whether readings are of several tiers."""
        if "readings" in self.tables.empty:
            return False
        return bool(self.tables.row("SELECT min(tier) < max(tier) FROM readings")[0])

    def inst_of(self, id_: str) -> str:
        """The instances of a rule that has spans."""
        return self.batch_of[id_].own(self.rules.rules[id_])

    def begins_of(self, ids: Iterable[str]) -> str | None:
        there = [id_ for id_ in ids if id_ in self.batch_of]
        if not there:
            return None
        if not self.conditions.bulk:
            return self.of_rules(self.batch_of[there[0]], [self.rules.rules[id_] for id_ in there])
        found = (self.of_rules(self.batch_of[id_], [self.rules.rules[id_]]) for id_ in there)
        return f"({' UNION ALL '.join(f'SELECT * FROM {begins} b' for begins in found)})"

    # -------------------------------------------------------------- spans that follow from others
    def follow(self, opened: list[Batch]) -> None:
        """`openings`: of every span also what opened those that it follows from, in its instant."""
        direct = [f"SELECT * FROM openings_{batch.name}" for batch in opened]
        self.tables.declare("openings", COLUMNS)
        if direct:
            self.tables.create("openings", " UNION ALL ".join(direct))
        edges = [edge for found in self.edges.values() for edge in found]
        if not edges:
            return
        self.tables.create(
            "follows",
            f"""SELECT DISTINCT {EDGE} FROM ({" UNION ALL ".join(edges)}) e
                SEMI JOIN {self.all_begins} b ON b.rule = e.other AND b.iid = e.other_iid AND b.f = e.f""",
        )
        if "follows" in self.tables.empty:
            return
        self.close()
        own = [f"SELECT rule, iid, f, entry FROM openings_{batch.name}" for batch in opened]
        for entry in ("trigger", "opened"):
            own.append(f"SELECT rule, iid, f, {entry} AS entry FROM {self.all_begins} b")
        self.tables.create(
            "openings",
            f"""{" UNION ALL ".join(direct) or "SELECT * FROM openings"} UNION ALL
                SELECT s.rule, s.iid, s.f, o.entry, false AS act
                FROM follows s JOIN ({" UNION ALL ".join(own)}) o
                  ON o.rule = s.other AND o.iid = s.other_iid AND o.f = s.f
                WHERE o.entry IS NOT NULL""",
        )

    def close(self) -> None:
        """`follows`, with what follows through others."""
        (before,) = self.tables.row("SELECT count(*) FROM follows")
        while True:
            self.tables.create(
                "follows",
                """SELECT rule, iid, f, other, other_iid FROM follows UNION
                   SELECT a.rule, a.iid, a.f, b.other, b.other_iid
                   FROM follows a JOIN follows b ON b.rule = a.other AND b.iid = a.other_iid AND b.f = a.f""",
            )
            (now,) = self.tables.row("SELECT count(*) FROM follows")
            if now == before:
                return
            before = now


USE = "x.entry, x.rule AS power, x.iid AS power_iid, x.holder, x.clause, x.f, x.u, x.level"


def named_conditions(rule: Rule) -> Iterator[tuple[str, Cond]]:
    """The conditions of a rule with the column of the timelines that each stands in."""
    for name, cond in (("phi", rule.keep), ("idle", rule.while_), ("ex", excuse_of(rule))):
        if cond is not None and not isinstance(cond, Always):
            yield name, cond


def is_suspending(rule: Rule) -> bool:
    return rule.power is not None and rule.power.verb == "suspend"


def anchors(point: Point) -> Iterator[Match]:
    """The events that a point in time counts from."""
    if isinstance(point, AtMatch):
        yield point.match
    elif isinstance(point, First):
        for each in point.points:
            yield from anchors(each)
    elif not isinstance(point, AtTime | AtVar):
        yield from anchors(point.point)
