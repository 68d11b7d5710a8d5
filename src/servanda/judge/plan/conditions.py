"""Three-valued conditions as step functions: for each instance, the ticks where the value changes.

A step function is a SELECT of `(iid, t, val)`: 0 false, 1 unknown, 2 true, holding from tick `t`
until the next row of the same `iid`; every instance has a row at the beginning of time. Numbers
are `(iid, t, low, high)`. So `and` is least, `or` greatest and `not` is 2 − val.
"""

from __future__ import annotations

from servanda.judge.plan.sql import (
    FOR_GOOD,
    NUMBER,
    SINCE_EVER,
    UNBOUNDED,
    compares_variables,
    literal,
    matches,
    named,
    quoted,
    scalar,
    surely,
)
from servanda.judge.plan.step_functions import counted
from servanda.judge.plan.vague_terms import counted_in, undecidable
from servanda.record.facts import Facts
from servanda.semantics.norms import (
    Always,
    And,
    Arith,
    Compare,
    Cond,
    Const,
    Expr,
    Happened,
    InState,
    IsVague,
    Match,
    MeasureChange,
    MeasureReading,
    Norms,
    Not,
    Or,
    RuleStatus,
    Total,
    Var,
    Within,
)


class Conditions:
    """Compiles conditions of one set of norms over one set of loaded facts."""

    def __init__(self, norms: Norms, facts: Facts) -> None:
        self.norms = norms
        self.facts = facts
        self.bulk = bool(facts.bulk_events or facts.bulk_readings)
        self.measures = {m.name: n for n, m in enumerate(norms.measures)}
        self.numbers = {r.id: n for n, r in enumerate(norms.rules)}
        self.closed_events = {e.name for e in norms.events if e.closed}
        derived = {d.name: d.trigger.name for d in norms.derived}
        for name in derived:
            source = name
            while source in derived:
                source = derived[source]
            self.closed_events |= {name} if source in self.closed_events else set()
        self.states = {s.name: s for s in norms.states}
        self.vagues = {v.name: v for v in norms.vagues}
        self.undecidable = undecidable(norms)
        self.undecided = bool(norms.vagues)  # else nothing is ever open for a vague term's sake

    # -------------------------------------------------------------- conditions
    def steps(self, cond: Cond, inst: str) -> str:
        """`(iid, t, val, und)`; `und`: a vague term is open there."""
        atoms = Atoms(self, inst)
        value, undecided = atoms.condition(cond)
        if not atoms.sources:
            return f"SELECT i.iid, {SINCE_EVER} AS t, {value} AS val, false AS und FROM {inst} i"
        instances = f"JOIN {inst} i ON i.iid = f.iid" if compares_variables(cond) else ""
        return f"""
          SELECT f.iid, f.t, {value} AS val, ({undecided}) AS und
          FROM ({atoms.timeline()}) f {instances}"""

    def complete_spans(self, name: str) -> list[tuple[int, int]]:
        """Merged spans over which some trusted source has everything on `name`."""
        spans = sorted(
            (
                SINCE_EVER if c.from_ is None else c.from_,
                FOR_GOOD if c.until is None else c.until,
            )
            for c in self.facts.complete
            if c.name == name
        )
        found: list[tuple[int, int]] = []
        for start, end in spans:
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], max(end, found[-1][1]))
            else:
                found.append((start, end))
        return found

    def may_be_undecided(self, name: str) -> bool:
        """Whether a vague term may leave an event or state open; its table then has `und`."""
        return name in self.undecidable

    def at_once(self, event: str) -> bool:
        """Whether every occurrence is known to be at one instant (or day): `lo = hi`."""
        if any(derived.name == event for derived in self.norms.derived):
            return False
        return all(o.lo == o.hi for o in self.facts.events.get(event, ())) and all(
            source.at_once for source in self.facts.bulk_events.get(event, ())
        )

    def silent_from(self, event: str) -> int:
        """From when silence on the event, kept since ever, proves nothing."""
        if event in self.closed_events:
            return FOR_GOOD
        return next((u for f, u in self.complete_spans(event) if f <= SINCE_EVER), SINCE_EVER)

    def open_floor(self, event: str, window: int | None, inst: str, since: str) -> str | None:
        """Intervals where silence on the event proves nothing, or None if it always does.

        Over `window` microseconds back, or since the tick `since`.
        """
        if event in self.closed_events:
            return None
        pieces = []
        start = SINCE_EVER
        for f, u in self.complete_spans(event):
            clear = f + window * 64 if window is not None and f > SINCE_EVER else f
            pieces.append((start, clear, u))
            start = u
        if window is None:
            spans = self.complete_spans(event)
            values = ", ".join(f"({f}, {u})" for f, u in spans) or "(NULL, NULL)"
            return f"""
              SELECT i.iid, coalesce((SELECT max(c.u) FROM (VALUES {values}) c(f, u)
                WHERE c.f <= {since} AND c.u > {since}), {since}) AS f, {FOR_GOOD} AS u, 1 AS level
              FROM {inst} i"""
        gaps = []
        start = SINCE_EVER
        for _, clear, u in pieces:
            if clear < u:
                gaps.append((start, clear))
                start = u
        gaps.append((start, FOR_GOOD))
        values = ", ".join(f"({f}, {u})" for f, u in gaps if f < u) or "(0, 0)"
        return f"SELECT i.iid, g.f, g.u, 1 AS level FROM {inst} i, (VALUES {values}) g(f, u)"

    def number_steps(self, expr: Expr, inst: str) -> str:
        """`(iid, t, low, high)`: the bounds of a number that readings or occurrences make."""
        atoms = Atoms(self, inst)
        low, high = atoms.bounds(expr)
        return f"SELECT f.iid, f.t, {low} AS low, {high} AS high FROM ({atoms.timeline()}) f"


class Atoms:
    """The time-varying pieces of one condition, each a column (or two) of a timeline."""

    def __init__(self, conditions: Conditions, inst: str) -> None:
        self.conditions = conditions
        self.inst = inst
        self.sources: list[tuple[tuple[str, ...], str]] = []
        self.known: dict[str, str] = {}

    def timeline(self) -> str:
        if len(self.sources) == 1:
            return self.sources[0][1]
        columns = [name for names, _ in self.sources for name in names]
        parts = []
        for names, sql in self.sources:
            cells = ", ".join(c if c in names else f"NULL AS {c}" for c in columns)
            parts.append(f"SELECT iid, t, {cells} FROM ({sql})")
        grouped = ", ".join(f"max({c}) AS {c}" for c in columns)
        filled = ", ".join(f"last_value({c} IGNORE NULLS) OVER w AS {c}" for c in columns)
        return f"""
          SELECT iid, t, {filled} FROM (SELECT iid, t, {grouped} FROM (
            {" UNION ALL ".join(parts)}) GROUP BY iid, t)
          WINDOW w AS (PARTITION BY iid ORDER BY t ROWS UNBOUNDED PRECEDING)"""

    def truth(self, sql: str) -> str:
        """A new three-valued column from `(iid, t, val)`."""
        if sql not in self.known:
            name = f"a{len(self.sources)}"
            self.sources.append(((name,), f"SELECT iid, t, val AS {name} FROM ({sql})"))
            self.known[sql] = f"f.{name}"
        return self.known[sql]

    def number(self, sql: str) -> tuple[str, str]:
        """Two new columns from `(iid, t, low, high)`."""
        if sql not in self.known:
            name = f"n{len(self.sources)}"
            columns = (f"{name}_low", f"{name}_high")
            self.sources.append(
                (columns, f"SELECT iid, t, low AS {columns[0]}, high AS {columns[1]} FROM ({sql})")
            )
            self.known[sql] = name
        name = self.known[sql]
        return f"f.{name}_low", f"f.{name}_high"

    # -------------------------------------------------------------- conditions
    def condition(self, cond: Cond) -> tuple[str, str]:
        """SQL for the value, and for whether a vague term is the reason that it is open."""
        if isinstance(cond, And | Or):
            return self.joined(cond)
        if isinstance(cond, Not):
            value, undecided = self.condition(cond.item)
            return f"(2 - {value})", undecided
        if isinstance(cond, IsVague):
            column = self.truth(self.vague(cond.match))
            return column, f"({column} = 1)"
        if isinstance(cond, RuleStatus):
            sql = self.rule_status(cond)
            value = self.truth(sql)
            if not self.conditions.undecided:
                return value, "false"
            return value, f"({self.truth(f'SELECT iid, t, und::INTEGER AS val FROM ({sql})')} = 1)"
        value = self.decidable(cond)
        undecided = " OR ".join(f"{self.truth(sql)} = 1" for sql in self.undecided_in(cond))
        return value, f"({value} = 1 AND ({undecided}))" if undecided else "false"

    def joined(self, cond: And | Or) -> tuple[str, str]:
        if not cond.items:
            return ("2" if isinstance(cond, And) else "0"), "false"
        pieces = [self.condition(c) for c in cond.items]
        function = "least" if isinstance(cond, And) else "greatest"
        value = f"{function}({', '.join(p[0] for p in pieces)})"
        vague = " OR ".join(p[1] for p in pieces if p[1] != "false")
        return value, f"({value} = 1 AND ({vague}))" if vague else "false"

    def decidable(self, cond: Cond) -> str:
        """Conditions in which no vague term stands."""
        if isinstance(cond, Always):
            return "2" if cond.value else "0"
        if isinstance(cond, Compare):
            return self.compare(cond)
        if isinstance(cond, Within):
            term, values = scalar(cond.term), ", ".join(map(quoted, cond.values))
            return f"(CASE WHEN {term} IS NULL THEN 1 WHEN {term} IN ({values}) THEN 2 ELSE 0 END)"
        if isinstance(cond, InState):
            return self.truth(self.in_state(cond.match))
        assert isinstance(cond, Happened)
        return self.truth(self.happened(cond))

    def compare(self, cond: Compare) -> str:
        if cond.op in ("=", "!=") and self.is_text(cond.left, cond.right):
            left, right = scalar(cond.left), scalar(cond.right)
            test = f"(CASE WHEN {left} {cond.op} {right} THEN 2 ELSE 0 END)"
            return f"(CASE WHEN {left} IS NULL OR {right} IS NULL THEN 1 ELSE {test} END)"
        ll, lh = self.bounds(cond.left)
        rl, rh = self.bounds(cond.right)
        if cond.op in (">=", ">"):
            ll, lh, rl, rh = rl, rh, ll, lh
        if cond.op in ("<=", ">="):
            sure, never = f"{lh} <= {rl}", f"{ll} > {rh}"
        elif cond.op in ("<", ">"):
            sure, never = f"{lh} < {rl}", f"{ll} >= {rh}"
        else:
            sure = f"{ll} = {lh} AND {rl} = {rh} AND {ll} = {rl}"
            never = f"{lh} < {rl} OR {ll} > {rh}"
            if cond.op == "!=":
                sure, never = never, sure
        return f"(CASE WHEN {sure} THEN 2 WHEN {never} THEN 0 ELSE 1 END)"

    def is_text(self, *exprs: Expr) -> bool:
        """Whether the two sides are compared as plain values, not as numbers with bounds."""
        return all(isinstance(e, Const | Var) for e in exprs) and not any(
            isinstance(e, Const) and not isinstance(e.value, str) for e in exprs
        )

    # -------------------------------------------------------------- numbers
    def bounds(self, expr: Expr) -> tuple[str, str]:
        if isinstance(expr, Const):
            return literal(expr.value), literal(expr.value)
        if isinstance(expr, Var):
            text = scalar(expr)
            return text, text
        if isinstance(expr, MeasureReading):
            return self.number(self.reading(expr.measure, expr.of, 0))
        if isinstance(expr, MeasureChange):
            low, high = self.number(self.reading(expr.measure, expr.of, 0))
            was_low, was_high = self.number(self.reading(expr.measure, expr.of, expr.window))
            return f"({low} - {was_high})", f"({high} - {was_low})"
        if isinstance(expr, Total):
            return self.number(self.total(expr))
        return self.arithmetic(expr)

    def arithmetic(self, expr: Arith) -> tuple[str, str]:
        ll, lh = self.bounds(expr.left)
        rl, rh = self.bounds(expr.right)
        if expr.op == "+":
            return f"({ll} + {rl})", f"({lh} + {rh})"
        if expr.op == "-":
            return f"({ll} - {rh})", f"({lh} - {rl})"
        products = [product(a, b) for a in (ll, lh) for b in (rl, rh)]
        return f"least({', '.join(products)})", f"greatest({', '.join(products)})"

    def reading(self, measure: str, of: object, ago: int) -> str:
        """The value of a measure (`ago` microseconds earlier), unknown where nothing is current."""
        subject = "true" if of is None else f's."of" = {scalar(of)}'  # type: ignore[arg-type]
        shift = ago * 64
        return f"""
          SELECT i.iid, s.t + {shift} AS t, s.low, s.high
          FROM {self.inst} i JOIN steps s
          ON s.measure = {self.conditions.measures[measure]} AND {subject}
          UNION ALL SELECT i.iid, {SINCE_EVER}, -{UNBOUNDED}, {UNBOUNDED} FROM {self.inst} i"""

    def total(self, expr: Total) -> str:
        """Bounds of a sum or count over a sliding window, or since the opening."""
        amount = "1" if expr.param is None else f"e.{named('p_', expr.param)}"
        window = None if expr.window is None else expr.window * 64
        gone = f"{{}} + {window}" if window is not None else str(FOR_GOOD)
        since = "true" if window is not None else "e.fin > i.since"
        inside = "true" if window is not None else "inside"
        known = "(lo = hi AND n IS NOT NULL)"  # counts surely and possibly over the same span
        floor = self.conditions.open_floor(expr.match.name, expr.window, self.inst, "i.since")
        unbounded = (
            ""
            if floor is None
            else f"UNION ALL SELECT iid, f, u, 1, {UNBOUNDED}, false FROM ({floor})"
        )
        return f"""
          WITH o AS (SELECT i.iid, e.lo, e.hi, {surely(expr.match)} AS sure, e.lo >= i.since_surely AS inside, {amount} AS n
                     FROM {self.inst} i JOIN {named("ev_", expr.match.name)} e
                     ON {matches(expr.match)} AND {since}),
          iv AS (SELECT iid, hi AS f, {gone.format("lo")} AS u, CASE WHEN {known} THEN 3 ELSE 2 END AS level, coalesce(n, 0) AS n, coalesce(n < 0, false) AS back
                 FROM o WHERE sure AND {inside}
                 UNION ALL SELECT iid, lo, {gone.format("hi")}, 1, coalesce(n, {UNBOUNDED}), coalesce(n < 0, false) FROM o WHERE NOT (sure AND {inside} AND {known})
                 {unbounded}),
          d AS (SELECT iid, f AS t, level, n, back FROM iv WHERE f < u
                UNION ALL SELECT iid, u, level, -n, back FROM iv WHERE f < u AND u < {FOR_GOOD}
                UNION ALL SELECT i.iid, {SINCE_EVER}, 0, 0, false FROM {self.inst} i),
          s AS (SELECT iid, t, sum(CASE WHEN level = 3 OR level = (CASE WHEN back THEN 1 ELSE 2 END) THEN n ELSE 0 END) AS a,
                       sum(CASE WHEN level = 3 OR level = (CASE WHEN back THEN 2 ELSE 1 END) THEN n ELSE 0 END) AS b FROM d GROUP BY iid, t)
          SELECT iid, t, CAST(sum(a) OVER w AS {NUMBER}) AS low, CAST(sum(b) OVER w AS {NUMBER}) AS high
          FROM s WINDOW w AS (PARTITION BY iid ORDER BY t ROWS UNBOUNDED PRECEDING)"""

    # -------------------------------------------------------------- truths
    def happened(self, cond: Happened) -> str:
        gone = f"{{}} + {cond.window * 64}" if cond.window is not None else str(FOR_GOOD)
        sure = surely(cond.match)
        found = f"""
          FROM {self.inst} i JOIN {named("ev_", cond.match.name)} e ON {matches(cond.match)}"""
        intervals = f"""
          SELECT i.iid, e.hi AS f, {gone.format("e.lo")} AS u, 2 AS level {found} AND {sure}
          UNION ALL SELECT i.iid, e.lo, {gone.format("e.hi")}, 1 {found} AND NOT ({sure} AND e.lo = e.hi)"""
        floor = self.conditions.open_floor(cond.match.name, cond.window, self.inst, str(SINCE_EVER))
        if floor is not None:
            intervals += f" UNION ALL {floor}"
        return counted(intervals, self.inst)

    def in_state(self, match: Match) -> str:
        """`or` over the keys that match; unknown at first where the beginning is not closed."""
        state = self.conditions.states[match.name]
        table = named("state_", match.name)
        intervals = f"""
          SELECT i.iid, s.f, s.u, s.val AS level
          FROM {self.inst} i JOIN {table} s ON {matches(match, "s")} WHERE s.val > 0"""
        silence = min((self.conditions.silent_from(b.name) for b in state.begins), default=FOR_GOOD)
        if silence >= FOR_GOOD:
            return counted(intervals, self.inst)
        single = len(match.args) == len(state.params) and all(
            a.op == "=" or (a.op == "in" and len(a.values) == 1) for a in match.args
        )
        heard = str(FOR_GOOD)
        if single:  # unknown only until the first sure word about this very key
            first = f"(SELECT min(s.f) FROM {table} s WHERE s.heard AND {matches(match, 's')})"
            heard = f"coalesce({first}, {FOR_GOOD})"
        intervals += f"""
          UNION ALL SELECT i.iid, {silence} AS f, {heard} AS u, 1 AS level FROM {self.inst} i"""
        return counted(intervals, self.inst)

    # -------------------------------------------------------------- what a vague term leaves open
    def undecided_in(self, cond: Cond) -> list[str]:
        """Of a decidable condition: where an event that a vague term leaves open may count in it."""
        found = []
        if isinstance(cond, InState) and self.conditions.may_be_undecided(cond.match.name):
            found.append(
                f"""SELECT i.iid, s.f, s.u, 1 AS level
                    FROM {self.inst} i JOIN {named("state_", cond.match.name)} s
                    ON {matches(cond.match, "s")} AND s.und"""
            )
        for match, window, since in counted_in(cond):
            if self.conditions.may_be_undecided(match.name):
                gone = f"e.hi + {window * 64}" if window is not None else str(FOR_GOOD)
                found.append(
                    f"""SELECT i.iid, e.lo AS f, {gone} AS u, 1 AS level
                        FROM {self.inst} i JOIN {named("ev_", match.name)} e
                        ON {matches(match)} AND e.und AND {since}"""
                )
        return [counted(intervals, self.inst) for intervals in found]

    def vague(self, match: Match) -> str:
        """The last decision counts; an account's own answer outranks a determination."""
        table = named("vague_", match.name)
        return f"""
          SELECT i.iid, s.t, s.val FROM {self.inst} i JOIN {table} s ON {matches(match, "s")}
          UNION ALL SELECT i.iid, {SINCE_EVER}, 1 FROM {self.inst} i
          WHERE NOT EXISTS (SELECT 1 FROM {table} s WHERE s.t = {SINCE_EVER} AND {matches(match, "s")})"""

    def rule_status(self, cond: RuleStatus) -> str:
        numbers = ", ".join(str(self.conditions.numbers[rule]) for rule in cond.rules)
        if not numbers:
            return f"SELECT i.iid, {SINCE_EVER} AS t, 0 AS val, false AS und FROM {self.inst} i"
        on = narrowed(cond, "s")
        if cond.joins:
            told = f"JOIN {binds(int(numbers))} s ON {on} AND {joined(cond, 's')}"
        else:
            told = f"JOIN statuses s ON s.state = {quoted(cond.state)} AND s.rule IN ({numbers}) AND {on}"
        return counted(
            f"SELECT i.iid, s.f, s.u, s.level FROM {self.inst} i {told}",
            self.inst,
            self.conditions.undecided,
        )


def narrowed(cond: RuleStatus, statuses: str) -> str:
    """The test that a status is of the debtor and the creditor that a condition names."""
    tests = [
        f"{statuses}.{column} = {scalar(term)}"
        for column, term in (("debtor", cond.debtor), ("creditor", cond.creditor))
        if term is not None
    ]
    return " AND ".join(tests) or "true"


def binds(rule: int) -> str:
    """The table of where the instances of a rule bind, with their variables."""
    return f"binds_{rule}"


def joined(cond: RuleStatus, theirs: str, mine: str = "i") -> str:
    """The test that an instance passes the joins of a condition: one without a value passes none."""
    tests = []
    for join in cond.joins:
        here = None if join.mine is None else scalar(join.mine, mine)
        there = None if join.theirs is None else scalar(join.theirs, theirs)
        if join.op == "in":
            tests.append(f"{there or here} IN ({', '.join(map(quoted, join.values))})")
        else:
            tests.append(f"{here} {join.op} {there}")
    return " AND ".join(tests) or "true"


def product(a: str, b: str) -> str:
    """Of two bounds; one that is not there stays so (nothing of anything is nothing)."""
    return (
        f"(CASE WHEN abs({a}) >= {UNBOUNDED} OR abs({b}) >= {UNBOUNDED} "
        f"THEN CAST(sign({a}) * sign({b}) * {UNBOUNDED} AS {NUMBER}) "
        f"ELSE CAST({a} * {b} AS {NUMBER}) END)"
    )
