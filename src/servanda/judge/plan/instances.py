"""Instances of a rule: who it binds, since when, and its window.

`inst_N(iid, trigger, sure, lo, hi, till, debtor, creditor, k_…, o_lo, o_hi, o_till, c_lo, c_hi, since)`: ticks;
an opening that is absent is FOR_GOOD; `till` and `o_till` are later than `hi` and `o_hi` where only the
day of the trigger or the opening is known: the end of that day; `since` and `since_surely` are where sums so far begin.
"""

from __future__ import annotations

from collections.abc import Callable

from servanda.judge.engines.duckdb import Tables
from servanda.judge.plan.conditions import Conditions
from servanda.judge.plan.local_days import Days
from servanda.judge.plan.sql import (
    FIRST_INSTANT,
    FOR_GOOD,
    SINCE_EVER,
    UNBOUNDED,
    at_phase,
    literal,
    matches,
    micros,
    named,
    quoted,
    scalar,
    surely,
)
from servanda.judge.plan.sql import (
    latest as latest_in_sql,
)
from servanda.judge.plan.sql import (
    till as tick_till,
)
from servanda.judge.plan.step_functions import at_tick
from servanda.judge.verdict import no_such_day
from servanda.semantics.clock import AmbiguousMonthEnd, latest
from servanda.semantics.norms import (
    Always,
    AtMatch,
    AtTime,
    AtVar,
    Const,
    DayEdge,
    DutyWindow,
    First,
    Match,
    Point,
    Rule,
    Shifted,
    Var,
)
from servanda.syntax.tree import Duration

ORDER = "lo, trigger"
Fixed = tuple[int | None, int | None, int | None]
"""A point in time in microseconds: the earliest it can be, from when it is sure, and (where only its
day is known, later) by when it has surely come."""
Columns = tuple[str, str, str]
"""The same as SQL."""
NO_OPENING = f"{SINCE_EVER} AS since, {SINCE_EVER} AS since_surely"


class Instances:
    def __init__(self, tables: Tables, days: Days, conditions: Conditions) -> None:
        self.tables = tables
        self.days = days
        self.conditions = conditions
        self.firsts: dict[Match, Fixed] = {}
        self.bases: dict[str, str] = {}  # of a table whose windows are worked out when asked for

    def make(self, rule: Rule, table: str, number: int, breaches: str | None = None) -> bool:
        """Create the table of a rule's instances; `breaches` is a SELECT of them (remedies).

        False where the rule has none: there is no table then.
        """
        if self.never_triggered(rule):
            return False
        if rule.trigger is None and rule.window.every is None:
            self.tables.create(table, self.standing(rule, number))
            self.read_standing_if([rule], {rule.id: number}, table)
            return True
        occasions = self.occasions(rule, breaches)
        # Rounds of a circle are compared by the numbers of powers' instances.
        freely = self.conditions.bulk and rule.kind != "may"
        if not reads_if(rule) and rule.window.every is None:
            self.make_at_once(rule, table, number, occasions, freely)
            return table not in self.tables.empty
        self.tables.number(f"{table}_0", "iid", occasions, ORDER, freely)
        if f"{table}_0" in self.tables.empty:
            return False
        arisen = self.read_if(rule, table)
        if rule.window.every is not None:
            self.tables.create(f"{table}_2", self.opened(rule, arisen, number))
            self.periods(rule, table)
            self.tables.create(table, self.closing_from(rule, f"{table}_2"))
        else:
            self.tables.create(table, self.windows(rule, arisen, number))
        if rule.trigger is None:
            self.read_standing_if([rule], {rule.id: number}, table)
        return table not in self.tables.empty

    def make_at_once(
        self, rule: Rule, table: str, number: int, occasions: str, freely: bool
    ) -> None:
        """Instances that need not be asked anything; many of them keep only what cannot be
        worked out from the rest."""
        if freely and self.soon_worked_out(rule.window):
            self.tables.number(f"{table}_0", "iid", occasions, ORDER, freely)
            self.tables.define(table, self.windows(rule, f"{table}_0", number))
            self.bases[table] = f"{table}_0"
            return
        windows = self.windows(rule, f"({occasions})", number)
        self.tables.number(table, "iid", windows, ORDER, freely)

    def soon_worked_out(self, window: DutyWindow) -> bool:
        """Whether a window takes a few sums, no look-up, no time zone, and no error."""
        points = [point for point, _ in window.closes]
        points += [] if window.opens is None else [window.opens]
        durations = [d for d in (window.within, window.term) if d is not None]
        return not any(map(hangs_on_instance, points)) and all(map(self.days.is_sum, durations))

    def never_triggered(self, rule: Rule) -> bool:
        if rule.trigger is None or rule.trigger.match is None:
            return False
        matches = (rule.trigger.match, *rule.trigger.following)
        return any(named("ev_", m.name) in self.tables.empty for m in matches)

    def make_standing(self, rules: list[Rule], table: str, numbers: dict[str, int]) -> None:
        """One table for many standing rules: one instance each."""
        self.tables.create(
            table, " UNION ALL ".join(self.standing(r, numbers[r.id]) for r in rules)
        )
        self.read_standing_if(rules, numbers, table)

    def standing(self, rule: Rule, number: int) -> str:
        """The one instance of a standing rule, all in constants and scalar look-ups."""
        bounds = self.fixed_window(rule)
        row = (
            f"SELECT {number} AS iid, {number} AS rule, NULL::VARCHAR AS trigger, true AS sure, "
            f"{SINCE_EVER} AS lo, {SINCE_EVER} AS hi, {SINCE_EVER} AS till, false AS doubt_und, {self.holders(rule)}, "
        )
        names = ("o_lo", "o_hi", "o_till", "c_lo", "c_hi")
        columns = (f"{tick}::BIGINT AS {name}" for tick, name in zip(bounds, names, strict=True))
        return self.closed(row + ", ".join(columns), rule)

    def fixed_window(self, rule: Rule) -> tuple[int, int, int, int, int]:
        """The window of a standing rule, in ticks; independent of instances."""
        opens = (SINCE_EVER, SINCE_EVER, SINCE_EVER)
        if rule.window.opens is not None:
            opens = tuple(absent_is_never(at) for at in self.fixed(rule.window.opens))  # type: ignore[assignment]
        try:
            lows = self.fixed_closes(rule, 0, opens[0], opens[0])
            highs = self.fixed_closes(rule, 1 if rule.is_by_days else 2, opens[1], opens[2])
        except AmbiguousMonthEnd as error:
            raise no_such_day(error, rule.id) from error
        return (*opens, lows, highs)

    def fixed_closes(self, rule: Rule, end: int, opening: int, till: int) -> int:
        counting, window = self.days.counting, rule.window
        found = [FOR_GOOD]
        for point, how in window.closes:
            ends = self.fixed(point)
            at = (moved(ends, counting.day_end) if how == "day" else ends)[end]
            if at is not None:
                found.append(at * 64)
        if SINCE_EVER < opening < FOR_GOOD:
            opened, by = opening >> 6, till >> 6
            if window.within is not None:
                start = latest(opened, by, window.within.is_exact)
                found.append(counting.deadline(start, window.within) * 64)
            if window.term is not None:
                start = latest(opened, by, window.term.is_exact)
                found.append(counting.term_end(start, window.term) * 64)
        return min(found)

    def fixed(self, point: Point) -> Fixed:
        """Microseconds of a point without variables; None: not there."""
        if isinstance(point, AtTime):
            return (point.micros,) * 3
        if isinstance(point, AtVar):
            return None, None, None
        if isinstance(point, AtMatch):
            return self.first_of(point.match)
        counting = self.days.counting
        if isinstance(point, Shifted):
            duration, sign = point.duration, point.sign
            inner = self.fixed(point.point)
            return moved(inner, lambda at: counting.shift(at, duration, sign), duration.is_exact)
        if isinstance(point, DayEdge):
            edge = counting.day_end if point.end else counting.day_begin
            return moved(self.fixed(point.point), edge)
        ends = zip(*(self.fixed(each) for each in point.points), strict=True)
        lo, hi, till = (first_of(list(each), point.latest) for each in ends)
        return lo, hi, till

    def first_of(self, match: Match) -> Fixed:
        """The first matching occurrence of all: looked up once."""
        if named("ev_", match.name) in self.tables.empty:
            return None, None, None
        if match not in self.firsts:
            lo, hi, till = self.tables.row(
                f"SELECT min(e.lo) >> 6, min(CASE WHEN {surely(match)} THEN e.hi END) >> 6, "
                f"min(CASE WHEN {surely(match)} THEN {tick_till('e')} END) >> 6 "
                f"FROM {named('ev_', match.name)} e WHERE {matches(match)}"
            )
            self.firsts[match] = (lo, hi, till)
        return self.firsts[match]

    def closed(self, select: str, rule: Rule) -> str:
        """Add where sums begin, and what the rule says of performance."""
        closed_ = "false"
        if rule.action is not None:
            closed_ = str(rule.action.name in self.conditions.closed_events).lower()
        return f"""
          SELECT *, {sums_from("o_lo")} AS since, {sums_from("o_hi")} AS since_surely,
                 {"o_lo" if rule.trigger is None else "lo"} AS doubt,
                 {str(rule.curable).lower()} AS curable,
                 {closed_} AS closed
          FROM ({select})"""

    def holders(self, rule: Rule) -> str:
        creditor = "NULL::VARCHAR" if rule.creditor is None else literal_or_column(rule.creditor)
        return f"{literal_or_column(rule.debtor)} AS debtor, {creditor} AS creditor"

    # -------------------------------------------------------------- what makes an instance
    def occasions(self, rule: Rule, breaches: str | None) -> str:
        trigger = rule.trigger
        if trigger is None:
            return (
                f"SELECT NULL::VARCHAR AS trigger, true AS sure, "
                f"{SINCE_EVER} AS lo, {SINCE_EVER} AS hi, {SINCE_EVER} AS till, false AS doubt_und"
            )
        if trigger.breach_of is not None:
            assert breaches is not None
            return breaches
        if trigger.cond is not None:
            steps = self.conditions.steps(trigger.cond, "nobody")
            became = f"""(
              SELECT iid, t FROM (SELECT iid, t, val, lag(val) OVER (ORDER BY t) AS was FROM ({steps}))
              WHERE val = 2 AND coalesce(was, 0) < 2 AND t > {FIRST_INSTANT})"""
            sure, bound = "true", ""
            if trigger.surplus is not None:
                name, expr = trigger.surplus
                excess = self.conditions.number_steps(expr, "nobody")
                became = f"""(
                  SELECT o.*, n.low, n.high FROM {became} o
                  ASOF JOIN ({excess}) n ON o.iid = n.iid AND o.t >= n.t)"""
                known = f"CASE WHEN high < {UNBOUNDED // 2} THEN high END"
                sure, bound = "low = high", f", {known} AS {named('k_', name)}"
            return f"""
              SELECT NULL::VARCHAR AS trigger, {sure} AS sure, t AS lo, t AS hi, t AS till,
                     false AS doubt_und{bound}
              FROM {became}"""
        assert trigger.match is not None
        return self.joined(trigger.match, trigger.following)

    def joined(self, match: Match, following: tuple[Match, ...]) -> str:
        """The triggering occurrence, joined with earlier ones that share its variables."""
        bound: dict[str, str] = {}
        tables, surely_ = [], []
        tests = ["true"]
        for n, each in enumerate((match, *following)):
            alias = f"e{n}"
            tables.append(f"{named('ev_', each.name)} {alias}")
            if n:
                tests.append(f"{alias}.lo <= e0.lo")
            for arg in each.args:
                column = f"{alias}.{named('p_', arg.param)}"
                if arg.op == "bind" and arg.variable is not None:
                    if arg.variable in bound:
                        same = f"{column} = {bound[arg.variable]}"
                        tests.append(f"coalesce({same}, true)" if arg.may_lack else same)
                        surely_ += [f"coalesce({same}, false)"] if arg.may_lack else []
                    else:
                        bound[arg.variable] = column
            tests.append(self.own(matches(each, alias, "i"), bound))
            surely_.append(self.own(surely(each, alias, "i"), bound))
            surely_ += [f"e{n}.hi <= e0.lo"] if n else []
        sure = " AND ".join(surely_)
        may_be = self.conditions.may_be_undecided
        open_ = [n for n, each in enumerate((match, *following)) if may_be(each.name)]
        undecided = " OR ".join(f"e{n}.und" for n in open_) or "false"
        columns = "".join(f", {column} AS {named('k_', v)}" for v, column in bound.items())
        return f"""
          SELECT e0.entry AS trigger, {sure} AS sure, e0.lo AS lo, e0.hi AS hi, {tick_till("e0")} AS till, {undecided} AS doubt_und{columns}
          FROM {", ".join(tables)} WHERE {" AND ".join(tests)}"""

    def own(self, text: str, bound: dict[str, str]) -> str:
        """A test with variables standing for the columns that bound them."""
        for variable, column in sorted(bound.items(), key=lambda item: -len(item[0])):
            text = text.replace(f"i.{named('k_', variable)}", column)
        return text

    # -------------------------------------------------------------- if
    def read_if(self, rule: Rule, table: str) -> str:
        """`if` is read once at the trigger: false removes, unknown makes a possible instance."""
        if not reads_if(rule) or rule.trigger is None:
            return f"{table}_0"
        self.tables.create(f"{table}_s", f"SELECT *, {NO_OPENING} FROM {table}_0")
        steps = self.conditions.steps(rule.if_, f"{table}_s")
        read = at_tick(steps, f"{table}_s", at_phase("i.lo", 1), True)
        return f"""(
            SELECT i.* REPLACE (i.sure AND v.val = 2 AS sure, i.doubt_und OR (v.val = 1 AND v.und) AS doubt_und)
            FROM {table}_0 i JOIN ({read}) v USING (iid) WHERE v.val > 0)"""

    # -------------------------------------------------------------- windows
    def windows(self, rule: Rule, arisen: str, number: int) -> str:
        return self.closing_from(rule, f"({self.opened(rule, arisen, number)})")

    def opened(self, rule: Rule, arisen: str, number: int) -> str:
        lo, hi, till = self.opening(rule)
        return (
            f"SELECT i.*, {number} AS rule, {self.holders(rule)}, {lo} AS o_lo, {hi} AS o_hi, {till} AS o_till "
            f"FROM {arisen} i"
        )

    def closing_from(self, rule: Rule, opened: str) -> str:
        close_lo, close_hi = self.closing(rule)
        select = f"SELECT i.*, {close_lo} AS c_lo, {close_hi} AS c_hi FROM {opened} i"
        return self.closed(select, rule)

    def read_standing_if(self, rules: list[Rule], numbers: dict[str, int], table: str) -> None:
        """A standing rule reads `if` at its opening: false leaves it dormant."""
        for rule in rules:
            if not reads_if(rule):
                continue
            own = f"(SELECT * REPLACE ({NO_OPENING}) FROM {table} WHERE rule = {numbers[rule.id]})"
            read = at_tick(self.conditions.steps(rule.if_, own), own, at_phase("i.o_lo", 1), True)
            self.tables.create(
                table,
                f"""SELECT i.* REPLACE (
                      CASE WHEN v.val = 0 THEN {FOR_GOOD} ELSE i.o_lo END AS o_lo,
                      CASE WHEN v.val = 0 THEN {FOR_GOOD} ELSE i.o_hi END AS o_hi,
                      CASE WHEN v.val = 0 THEN {FOR_GOOD} ELSE i.o_till END AS o_till,
                      (i.sure AND coalesce(v.val, 2) <> 1) AS sure,
                      i.doubt_und OR coalesce(v.val = 1 AND v.und, false) AS doubt_und)
                    FROM {table} i LEFT JOIN ({read}) v USING (iid)""",
            )

    def opening(self, rule: Rule) -> Columns:
        trigger = ("i.lo", "i.hi", "i.till")
        if rule.window.opens is None:
            return trigger
        ends = self.point(rule.window.opens)
        least = trigger if rule.trigger is not None else (str(SINCE_EVER),) * 3
        lo, hi, till = (f"greatest({t}, {opened(end)})" for t, end in zip(least, ends, strict=True))
        return lo, hi, till

    def closing(self, rule: Rule) -> tuple[str, str]:
        """The earliest of the bounds that were said and exist."""
        window = rule.window
        if window.every is not None:
            end = "i.period_end"
            if window.within is not None and window.edge is None:
                end = f"least({end}, {self.counted_from('i.o_lo', window.within, 'within')})"
            return end, end
        lows, highs = self.bounds(rule)
        if window.within is not None:
            lows.append(self.counted_from("i.o_lo", window.within, "within"))
            highs.append(self.counted_from("i.o_hi", window.within, "within", "i.o_till"))
        return f"least({', '.join(lows)})", f"least({', '.join(highs)})"

    def bounds(self, rule: Rule) -> tuple[list[str], list[str]]:
        """`until`, `by`, `before` and `for`: ticks, at the earliest and at the latest."""
        window = rule.window
        lows, highs = [str(FOR_GOOD)], [str(FOR_GOOD)]
        last = 1 if rule.is_by_days else 2
        for point, how in window.closes:
            ends = self.point(point)
            if how == "day":
                ends = self.moved(ends, self.days.day_end)
            lows.append(closed(ends[0]))
            highs.append(closed(ends[last]))
        if window.term is not None:
            lows.append(self.counted_from("i.o_lo", window.term, "term"))
            highs.append(self.counted_from("i.o_hi", window.term, "term", "i.o_till"))
        return lows, highs

    def counted_from(
        self, tick: str, duration: Duration, kind: str, till: str | None = None
    ) -> str:
        """So long from a tick; its latest end, if it comes by another one."""
        count = self.days.deadline if kind == "within" else self.days.shift
        start = micros(tick)
        if till is not None:
            start = latest_in_sql(start, micros(till), duration)
        return (
            f"(CASE WHEN {tick} >= {FOR_GOOD} OR {tick} <= {FIRST_INSTANT} THEN {FOR_GOOD} "
            f"ELSE {count(start, duration)} * 64 END)"
        )

    def moved(self, ends: Columns, count: Callable[[str], str], exactly: bool = False) -> Columns:
        """Ends counted on from, as in `moved`."""
        lo, hi, till = ends
        last = till if exactly else f"greatest({hi}, {till} - 1)"
        counted = self.past(last, count)
        return self.past(lo, count), counted, counted

    def past(self, at: str, count: Callable[[str], str]) -> str:
        return f"(CASE WHEN {at} IS NULL THEN NULL ELSE {count(at)} END)"

    def periods(self, rule: Rule, table: str) -> None:
        """One instance per period that overlaps [from, until).

        All instances have the same: what counts so long from its opening is a standing rule.
        """
        counting = self.days.counting
        window = rule.window
        assert window.every is not None
        (first,) = self.tables.row(
            f"SELECT min(o_hi) FROM {table}_2 WHERE o_hi > {FIRST_INSTANT} AND o_hi < {FOR_GOOD}"
        )
        last = self.conditions.facts.now
        try:
            found = (
                counting.periods(window.every, first >> 6, (last >> 6) + 1)
                if first is not None
                else []
            )
        except AmbiguousMonthEnd as error:
            raise no_such_day(error, rule.id) from error
        values = ", ".join(f"({f * 64}, {u * 64}, {quoted(name)})" for f, u, name in found)
        values = values or "(NULL, NULL, NULL)"
        _, highs = self.bounds(rule)
        start, end = "greatest(p.f, i.o_hi)", f"least(p.u, {', '.join(highs)})"
        if window.within is not None and window.edge is not None:
            edge = "p.u" if window.edge == "end" else "p.f"
            start = f"greatest({edge}, (i.hi >> 6) * 64)"
            end = f"{self.days.deadline(micros(edge), window.within)} * 64"
            if window.in_period:
                start = "greatest(p.f, i.o_hi, (i.hi >> 6) * 64)"
        self.tables.create(
            f"{table}_2",
            f"""
          SELECT row_number() OVER (ORDER BY i.iid, p.f) AS iid, i.* EXCLUDE (iid, o_lo, o_hi, o_till),
                 p.name AS k_period, {start} AS o_lo, {start} AS o_hi, {start} AS o_till, {end} AS period_end
          FROM {table}_2 i, (VALUES {values}) p(f, u, name)
          WHERE p.u > i.o_hi AND p.f < least({", ".join(highs)})""",
        )

    # -------------------------------------------------------------- points
    def point(self, point: Point) -> Columns:
        """Microseconds as SQL, NULL where the point does not exist."""
        if not hangs_on_instance(point):
            lo, hi, till = ("NULL" if at is None else str(at) for at in self.fixed(point))
            return lo, hi, till
        if isinstance(point, AtTime):
            return (str(point.micros),) * 3
        if isinstance(point, AtVar):
            return (self.days.start_of(f"i.{named('k_', point.name)}"),) * 3
        if isinstance(point, AtMatch):
            source = f"FROM {named('ev_', point.match.name)} e WHERE {matches(point.match)}"
            return (
                f"((SELECT min(e.lo) {source}) >> 6)",
                f"((SELECT min(e.hi) {source} AND {surely(point.match)}) >> 6)",
                f"((SELECT min({tick_till('e')}) {source} AND {surely(point.match)}) >> 6)",
            )
        if isinstance(point, Shifted):
            duration, sign = point.duration, point.sign
            inner = self.point(point.point)
            return self.moved(
                inner, lambda at: self.days.shift(at, duration, sign), duration.is_exact
            )
        if isinstance(point, DayEdge):
            edge = self.days.day_end if point.end else self.days.day_begin
            return self.moved(self.point(point.point), edge)
        ends = zip(*(self.point(each) for each in point.points), strict=True)
        lo, hi, till = (self.first(point, list(each)) for each in ends)
        return lo, hi, till

    def first(self, point: First, ats: list[str]) -> str:
        if not point.latest:
            return f"least({', '.join(ats)})"
        missing = " OR ".join(f"{at} IS NULL" for at in ats)
        return f"(CASE WHEN {missing} THEN NULL ELSE greatest({', '.join(ats)}) END)"


def sums_from(opening: str) -> str:
    """Where a sum so far begins: at the instant of the opening, since ever if there is none."""
    return f"CASE WHEN o_lo >= {FOR_GOOD} THEN {SINCE_EVER} ELSE {at_phase(opening, 0)} END"


def reads_if(rule: Rule) -> bool:
    return not (isinstance(rule.if_, Always) and rule.if_.value)


def absent_is_never(at: int | None) -> int:
    return FOR_GOOD if at is None else at * 64


def moved(ends: Fixed, count: Callable[[int], int], exactly: bool = False) -> Fixed:
    """Ends counted on from; `exactly`: by hours, so that the time of day makes a difference."""
    lo, hi, till = ends
    counted = None if hi is None or till is None else count(latest(hi, till, exactly))
    return None if lo is None else count(lo), counted, counted


def first_of(ats: list[int | None], latest: bool) -> int | None:
    """The earliest that exists; or the latest, absent if any is."""
    exist = [at for at in ats if at is not None]
    if latest:
        return max(exist) if len(exist) == len(ats) else None
    return min(exist, default=None)


def hangs_on_instance(point: Point) -> bool:
    if isinstance(point, AtVar):
        return True
    if isinstance(point, AtMatch):
        return any(a.value is not None and not isinstance(a.value, Const) for a in point.match.args)
    if isinstance(point, First):
        return any(hangs_on_instance(p) for p in point.points)
    return not isinstance(point, AtTime) and hangs_on_instance(point.point)


def opened(at: str) -> str:
    return f"coalesce({at} * 64, {FOR_GOOD})"


def closed(at: str) -> str:
    return f"coalesce({at} * 64, {FOR_GOOD})"


def literal_or_column(term: object) -> str:
    if isinstance(term, Var):
        return scalar(term)
    return literal(term.value)  # type: ignore[attr-defined]
