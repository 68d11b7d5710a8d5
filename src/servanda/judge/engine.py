"""The quick judge: runs the plan on DuckDB, rules in order, circles until nothing changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import msgspec

from servanda.judge.plan import derived, load, order
from servanda.judge.plan.arising import arise
from servanda.judge.plan.days import Days
from servanda.judge.plan.instances import Instances
from servanda.judge.plan.overlays import Batch
from servanda.judge.plan.powers import EFFECT_COLUMNS
from servanda.judge.plan.rules import STATUS_COLUMNS, Rules
from servanda.judge.plan.steps import Conditions
from servanda.judge.plan.text import FOR_GOOD, SINCE_EVER, named
from servanda.judge.verdicts import Bindings, JudgeError, Verdict
from servanda.language.clock import Counting, local_day
from servanda.language.core import Norms, Rule, Variable
from servanda.record.facts import Facts

MOST_ROUNDS = 200


def judge(norms: Norms, facts: Facts) -> tuple[Verdict, ...]:
    """Status spans of every instance of every rule, in the order of the rules.

    Raises JudgeError for a month end the agreement does not settle and for a circle in time.
    """
    return Judgement(norms, facts).verdicts()


class Judgement:
    """One run: an engine, its tables, and the answers drawn from them."""

    def __init__(self, norms: Norms, facts: Facts) -> None:
        self.norms = with_period(norms)
        self.facts = facts
        self.con = load.open_engine()
        self.counting = Counting(
            norms.zone, norms.clipped, norms.count_trigger_day, norms.calendars
        )
        self.conditions = Conditions(self.norms, facts)
        try:
            self.run()
        except duckdb.Error as error:
            raise explained(error) from error

    def run(self) -> None:
        load.load(self.con, self.norms, self.facts)
        self.con.execute("CREATE TABLE nobody AS SELECT 0 AS iid, NULL::BIGINT AS since")
        days = Days(self.counting)
        days.load_calendars(self.con, *self.span_of_days())
        derived.prepare(self.con, self.norms, self.facts, self.conditions)
        self.instances = Instances(self.con, days, self.conditions)
        self.events = {e.name: e for e in load.event_types(self.norms)}
        wanted = order.wanted_statuses(self.norms)
        self.rules = Rules(self.con, self.norms, self.conditions, self.instances, wanted)
        for state, rule in sorted(wanted):
            self.con.execute(f"CREATE TABLE {named(f'status_{state}_', rule)} ({STATUS_COLUMNS})")
        for rule_ in self.norms.rules:
            if rule_.power is not None:
                self.con.execute(f"CREATE TABLE {named('effect_', rule_.id)} ({EFFECT_COLUMNS})")
        if self.norms.derived:
            arise(self.con, self.norms, self.instances, self.conditions)
            derived.prepare_states(self.con, self.norms)
        graph = order.needs(self.norms)
        for wave in order.levels(self.norms):
            circles = [c for c in wave if order.is_circle(c, graph)]
            plain = [c[0] for c in wave if not order.is_circle(c, graph)]
            self.judge_once([self.rules.rules[id_] for id_ in plain])
            for circle in circles:
                self.judge_together(circle, wanted)

    def judge_once(self, rules: list[Rule]) -> None:
        """Standing rules of one kind go together; rules with instances each by itself."""
        kinds: dict[str, list[Rule]] = {}
        for rule in rules:
            standing = rule.trigger is None and rule.window.every is None
            kinds.setdefault(rule.kind if standing else rule.id, []).append(rule)
        for batch in kinds.values():
            self.rules.judge(batch)

    def judge_together(self, component: list[str], wanted: set[tuple[str, str]]) -> None:
        """Rules that need each other are judged again until what they tell each other rests."""
        rules = [self.rules.rules[id_] for id_ in component]
        told = [named(f"status_{s}_", r) for s, r in sorted(wanted)]
        told += [named("effect_", r.id) for r in rules if r.power is not None]
        before: object = None
        for _ in range(MOST_ROUNDS):
            self.judge_once(rules)
            after = [self.con.execute(f"SELECT * FROM {t} ORDER BY ALL").fetchall() for t in told]
            if after == before:
                return
            before = after
        circle = " → ".join([*component, component[0]])
        raise JudgeError(f"these rules never come to rest: {circle}", component[0])

    def span_of_days(self) -> tuple[date, date]:
        """Days that business-day counts may need: from the first fact to well past the last."""
        longest = 400
        for rule in self.norms.rules:
            for duration in (rule.window.within, rule.window.term):
                if duration is not None and duration.calendar is not None:
                    longest = max(longest, duration.count * 3)
        row = self.con.execute(
            " UNION ALL ".join(
                [f"SELECT min(lo) AS t FROM {named('ev_', e.name)}" for e in self.norms.events]
                + ["SELECT NULL"]
            )
        ).fetchall()
        first = min([r[0] for r in row if r[0] is not None], default=self.facts.now)
        zone = self.norms.zone
        return (
            local_day(first >> 6, zone) - timedelta(days=longest),
            local_day(self.facts.now >> 6, zone) + timedelta(days=longest),
        )

    # -------------------------------------------------------------- answers
    def verdicts(self) -> tuple[Verdict, ...]:
        """All spans, in the order of the rules, their instances, and time."""
        found: dict[int, list[Verdict]] = {n: [] for n in range(len(self.norms.rules))}
        for batch in self.rules.judged.values():
            breaches = self.breaches(batch)
            names = [v.name for v in batch.rules[0].variables] if len(batch.rules) == 1 else []
            rows = self.con.execute(f"SELECT * FROM verdict_{batch.name} ORDER BY iid, f")
            for row in rows.fetchall():
                found[row[0]].append(self.verdict(row, names, breaches))
        return tuple(v for n in sorted(found) for v in found[n])

    def verdict(self, row: Row, names: list[str], breaches: dict[int, Bindings]) -> Verdict:
        return Verdict(
            rule=self.norms.rules[row[0]].id,
            debtor=row[2],
            creditor=row[3],
            trigger=row[4],
            instance=tuple(zip(names, row[10:], strict=True)),
            status=row[5],
            from_=None if row[6] <= SINCE_EVER else row[6],
            until=None if row[7] >= FOR_GOOD else row[7],
            opened=() if row[8] is None else (row[8],),
            breach=breaches.get(row[9], ()),
        )

    def breaches(self, batch: Batch) -> dict[int, Bindings]:
        """The parameters of every violating occurrence, by violation."""
        found: dict[int, Bindings] = {}
        if batch.kind != "forbid":
            return found
        for rule in batch.rules:
            assert rule.action is not None
            names = [p.name for p in self.events[rule.action.name].params]
            columns = "".join(f", e.{named('p_', name)}" for name in names)
            rows = self.con.execute(
                f"SELECT v.vid{columns} FROM violations_{batch.name} v "
                f"JOIN {named('ev_', rule.action.name)} e USING (entry, lo, hi) "
                f"WHERE v.rule = {batch.numbers[rule.id]}"
            )
            found |= {r[0]: tuple(zip(names, r[1:], strict=True)) for r in rows.fetchall()}
        return found


Row = tuple[Any, ...]


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


def explained(error: duckdb.Error) -> JudgeError:
    if "ambiguous month end" in str(error):
        return JudgeError(
            "a month count lands on a missing day; write `months clipped` in the agreement, "
            "or give the deadline in days"
        )
    return JudgeError(f"the plan could not be run: {error}")
