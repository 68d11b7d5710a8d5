"""Runs the plan on an engine: rules in order of dependency, circles to a fixpoint."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import cached_property
from itertools import chain, repeat
from pathlib import Path
from tempfile import gettempdir

import msgspec
from msgspec.structs import replace

from servanda.judge.engines.duckdb import EngineError, Row, Tables
from servanda.judge.engines.registry import DUCKDB, open_tables
from servanda.judge.plan import fact_tables, forbid, lacking, load, output, rule_order
from servanda.judge.plan.batch import Batch
from servanda.judge.plan.conditions import Conditions
from servanda.judge.plan.derived_events import arise
from servanda.judge.plan.instances import NO_OPENING, Instances
from servanda.judge.plan.local_days import MONTH_END, Days
from servanda.judge.plan.openings import Openings
from servanda.judge.plan.rules import Rules
from servanda.judge.plan.sql import FOR_GOOD, SINCE_EVER, named
from servanda.judge.progress import Progress
from servanda.judge.statuses import told
from servanda.judge.time_limit import check_time
from servanda.judge.verdict import Bindings, JudgeError, Verdict, no_such_day
from servanda.record.facts import Facts
from servanda.semantics.clock import Counting, local_day
from servanda.semantics.norms import Norms, Rule, Variable
from servanda.syntax.atomic_files import FULL, unwritable
from servanda.syntax.problems import ServandaError

Violation = tuple[str, Bindings]
"""The entry of a forbidden act, and its parameters."""

MOST_ROUNDS = 200


def judge(norms: Norms, facts: Facts, engine: str = DUCKDB) -> tuple[Verdict, ...]:
    """Status spans of every instance of every rule, in the order of the rules.

    Raises JudgeError for a month end the agreement does not settle and for a circle in time.
    """
    return Judgement(norms, facts, engine=engine).verdicts()


class Judgement:
    """One run: an engine, its tables, and the answers drawn from them."""

    def __init__(
        self,
        norms: Norms,
        facts: Facts,
        memory: str | None = None,
        progress: Progress | None = None,
        engine: str = DUCKDB,
        *,
        beside: Tables | None = None,
    ) -> None:
        """`memory` is what tables may take before they go to the disk, as in `4GB`; `beside`: the
        tables of another judgement of the same record, whose engine this one uses too."""
        self.norms = with_period(norms)
        self.facts = facts
        self.conditions = Conditions(self.norms, facts)
        if beside is None:
            small = memory is None and not self.conditions.bulk
            self.tables = open_tables(engine, small, memory)
        else:
            self.tables = beside.beside()
        self.progress = progress or Progress()
        self.progress.begin(self.tables, len(norms.rules))
        self.counting = Counting(
            norms.zone, norms.clipped, norms.count_trigger_day, norms.calendars
        )
        try:
            with self.side_by_side() as self.pool:
                self.run()
        except EngineError as error:
            raise self.explained(error) from error

    def side_by_side(self) -> ThreadPoolExecutor:
        """Bulk queries are parallel inside the engine; small ones are side by side."""
        return ThreadPoolExecutor(1 if self.conditions.bulk else 2)

    def run(self) -> None:
        self.norms = lacking.marked(self.norms, self.facts, self.tables)
        self.conditions = Conditions(self.norms, self.facts)
        load.load(self.tables, self.norms, self.facts)
        if self.progress.watched:
            self.progress.events = load.size(self.tables, self.facts)
        self.tables.create("nobody", f"SELECT 0 AS iid, {NO_OPENING}")
        days = Days(self.counting)
        if self.norms.calendars:
            days.load_calendars(self.tables, *self.span_of_days())
        fact_tables.prepare(self.tables, self.norms, self.facts, self.conditions)
        self.instances = Instances(self.tables, days, self.conditions)
        wanted = rule_order.wanted_statuses(self.norms)
        self.rules = Rules(self.tables, self.norms, self.conditions, self.instances, wanted)
        if self.norms.derived:
            arise(self.tables, self.norms, self.instances, self.conditions)
        graph = rule_order.needs(self.norms)
        self.units = rule_order.units(self.norms)
        for wave in rule_order.levels(self.norms):
            circles = [c for c in wave if rule_order.is_circle(c, graph)]
            plain = [c[0] for c in wave if not rule_order.is_circle(c, graph)]
            self.judge_once([rule for id_ in plain for rule in self.units[id_]])
            for circle in circles:
                self.judge_together(circle, graph)

    def judge_once(self, rules: list[Rule]) -> None:
        """Rules that need nothing of each other, side by side."""
        check_time()
        for judged in [self.pool.submit(self.judge_batch, batch) for batch in batches(rules)]:
            judged.result()

    def judge_batch(self, rules: list[Rule], rounds: bool = False) -> None:
        self.progress.step(f"clause {rules[0].clause}", len(rules))
        try:
            self.rules.judge(rules, rounds=rounds)
        except EngineError as error:
            raise self.explained(error, rules[0].id if len(rules) == 1 else None) from error

    def judge_together(self, component: list[str], graph: dict[str, set[str]]) -> None:
        """Judge mutually dependent rules repeatedly, to the fixpoint of their statuses.

        Sequentially: a batch deletes and rewrites its statuses.
        """
        unit = {rule.id: id_ for id_ in component for rule in self.units[id_]}
        together = batches([rule for id_ in component for rule in self.units[id_]])
        needs = [set().union(*(graph[unit[rule.id]] for rule in batch)) for batch in together]
        stale = set(range(len(together)))  # something they depend on has changed
        before: object = None
        for n in chain.from_iterable(repeat(range(len(together)), MOST_ROUNDS)):
            if not stale:
                return
            if n in stale:
                stale.discard(n)
                self.judge_batch(together[n], rounds=True)
                after = [self.tables.fingerprint(t) for t in self.rules.telling]
                if after != before:
                    mine = {unit[rule.id] for rule in together[n]}
                    stale |= {m for m, needed in enumerate(needs) if needed & mine}
                before = after
        circle = " → ".join([*component, component[0]])
        raise JudgeError(
            f"the statuses of these rules never reach a fixpoint: {circle}", component[0]
        )

    def span_of_days(self) -> tuple[date, date]:
        """Days that business-day counts may need: from the first fact to well past the last."""
        longest = 400
        for rule in self.norms.rules:
            for duration in (rule.window.within, rule.window.term):
                if duration is not None and duration.calendar is not None:
                    longest = max(longest, duration.count * 3)
        row = self.tables.rows(
            " UNION ALL ".join(
                [f"SELECT min(lo) AS t FROM {named('ev_', e.name)}" for e in self.norms.events]
                + ["SELECT NULL"]
            )
        )
        first = min([r[0] for r in row if r[0] is not None], default=self.facts.now)
        zone = self.norms.zone
        return (
            local_day(first >> 6, zone) - timedelta(days=longest),
            local_day(self.facts.now >> 6, zone) + timedelta(days=longest),
        )

    def explained(self, error: EngineError, rule: str | None = None) -> JudgeError | ServandaError:
        """The meaning of an engine's error; the reference judge names the duty and the entry."""
        text, behind = str(error), error.of_the_system()
        if behind is not None and behind.errno in FULL:
            return unwritable(Path(gettempdir()), behind)  # what does not fit into memory
        if MONTH_END in text:
            if not (self.facts.bulk_events or self.facts.bulk_readings):
                from servanda.judge.reference import walk

                try:
                    walk.judge(self.norms, self.facts)
                except JudgeError as named:
                    return named
            day = text.partition(MONTH_END)[2][:10]
            return no_such_day(ValueError(f"{day} has no counterpart in the month due"), rule)
        if "Overflow" in text:
            return JudgeError("a number in this agreement grows past 10^20; use a larger unit")
        return JudgeError(f"the plan could not be run: {text}")

    # -------------------------------------------------------------- answers
    @cached_property
    def openings(self) -> Openings:
        """What opened the spans, found when somebody asks for it."""
        found = Openings(self.rules)
        try:
            with self.side_by_side() as pool:
                found.find(pool.map)
        except EngineError as error:
            raise self.explained(error) from error
        return found

    def more_spans_than(self, most: int) -> bool:
        """Asked of facts in bulk only: others never have so many."""
        if not self.conditions.bulk:
            return False
        found = f"SELECT 1 FROM ({output.spans(self.rules)}) LIMIT {most + 1}"
        return bool(self.tables.row(f"SELECT count(*) FROM ({found})")[0] > most)

    def verdicts(self) -> tuple[Verdict, ...]:
        """All spans, in the order of the rules, their instances, and time."""
        found: dict[int, list[Verdict]] = {n: [] for n in range(len(self.norms.rules))}
        self.openings.more  # noqa: B018 - found once, before threads ask for it
        with self.side_by_side() as pool:
            for spans in pool.map(self.spans, self.rules.judged.values()):
                for n, verdict in spans:
                    found[n].append(verdict)
        return tuple(v for n in sorted(found) for v in found[n])

    def spans(self, batch: Batch) -> list[tuple[int, Verdict]]:
        """The spans of a batch, each with the number of its rule."""
        violations = self.violations(batch)
        names = [v.name for v in batch.rules[0].variables] if len(batch.rules) == 1 else []
        rows = self.tables.rows(self.in_order(batch))
        told = [
            (row[0], self.verdict(row, names, violations.get(row[11], []), opened))
            for row, opened in zip(rows, self.openings.of(rows), strict=True)
        ]
        following = [verdict.entries for _, verdict in told[1:]] + [()]
        return [
            (n, verdict if verdict.until is None else replace(verdict, closed_by=after))
            for (n, verdict), after in zip(told, following[: len(told)], strict=True)
        ]

    def in_order(self, batch: Batch) -> str:
        """Instances are numbered in the order of time, save those of bulk facts."""
        if not self.conditions.bulk:
            return f"SELECT * FROM ({batch.verdict}) ORDER BY iid, f"
        began = f"SELECT *, min(f) OVER (PARTITION BY iid) AS began_f FROM ({batch.verdict})"
        return f"SELECT * EXCLUDE (began_f) FROM ({began}) ORDER BY began_f, trigger, iid, f"

    def table(self) -> str:
        """The verdict table of docs/json.md as a query of `self.tables`, in no order."""
        return output.table(self.rules, self.openings)

    def verdict(
        self, row: Row, names: list[str], began: list[Violation], opened: dict[str, bool]
    ) -> Verdict:
        """`began`: the violations that began the span; `opened`: the entries that opened it, and
        whether each is an act."""
        rule = self.norms.rules[row[0]]
        stands = told(rule.kind, row[5])
        return Verdict(
            rule=rule.id,
            debtor=row[2],
            creditor=row[3],
            trigger=row[4],
            instance=tuple(zip(names, row[12:], strict=True)),
            status=stands.status,
            from_=None if row[6] <= SINCE_EVER else row[6],
            until=None if row[7] >= FOR_GOOD else row[7],
            entries=tuple(sorted(opened)),
            acts=tuple(e for e, _ in began) or tuple(sorted(e for e in opened if opened[e])),
            breaches=tuple(said for _, said in began),
            outcome=stands.outcome,
            used=stands.used,
            open=stands.open,
        )

    def violations(self, batch: Batch) -> dict[int, list[Violation]]:
        """Of every sure violation, all that its instance has at its tick."""
        found: dict[int, list[Violation]] = {}
        if batch.kind != "forbid":
            return found
        for rule in batch.rules:
            assert rule.action is not None
            names = [p.name for p in self.rules.events[rule.action.name].params]
            columns = "".join(f", {forbid.bound(rule.action.name, name)}" for name in names)
            rows = self.tables.rows(
                f"SELECT vid, iid, hi, entry{columns} FROM violations_{batch.name} "
                f"WHERE rule = {batch.numbers[rule.id]} AND level = 2 ORDER BY iid, hi, entry, vid"
            )
            together: dict[tuple[int, int], list[Violation]] = {}
            for vid, iid, hi, entry, *said in rows:
                found[vid] = together.setdefault((iid, hi), [])
                found[vid].append((entry, tuple(zip(names, said, strict=True))))
        return found


def batches(rules: list[Rule]) -> list[list[Rule]]:
    """Standing rules of one kind go together; rules with instances each by itself."""
    kinds: dict[str, list[Rule]] = {}
    for rule in rules:
        kinds.setdefault(rule.kind if rule_order.is_standing(rule) else rule.id, []).append(rule)
    return list(kinds.values())


def with_period(norms: Norms) -> Norms:
    """Rules that recur have their period among the instance's variables."""
    period = Variable("period", "text", None)
    rules = tuple(
        msgspec.structs.replace(r, variables=(*r.variables, period))
        if r.window.every is not None and period not in r.variables
        else r
        for r in norms.rules
    )
    return msgspec.structs.replace(norms, rules=rules)
