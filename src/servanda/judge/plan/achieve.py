"""`must E`: performances against the window, the breach when time has passed, what comes after."""

from __future__ import annotations

from decimal import Decimal

from servanda.judge.plan.batch import Batch
from servanda.judge.plan.conditions import Conditions
from servanda.judge.plan.gates import GATE_COLUMNS
from servanda.judge.plan.local_days import Days
from servanda.judge.plan.sql import (
    FOR_GOOD,
    NOT_ITS_TRIGGER,
    NUMBER,
    SINCE_EVER,
    UNBOUNDED,
    matches,
    named,
    quoted,
    scalar,
    surely,
)
from servanda.judge.plan.step_functions import UNTIL_NEXT
from servanda.judge.plan.verdict_spans import COMMON, UNDECIDED, cut, first_open, uncertain
from servanda.judge.statuses import status_in_sql
from servanda.semantics.clock import PHASES
from servanda.semantics.norms import Const, Expr, Match, Norms, Rule, may_be_its_trigger

WINDOW = (
    "o_lo",
    "o_hi",
    "o_till",
    "in_lo",
    "in_hi",
    "c_lo",
    "c_hi",
    "b_lo",
    "b_hi",
    "curable",
    "rule",
)
OVERLAYS = "greatest(su, ex, idle, en, wa, re)"


def counts_from(rule: Rule, end: str) -> str:
    """The tick from which an act possibly counts (`lo`), surely if dated by the day (`hi`), and surely
    (`till`): the opening, or earlier."""
    if rule.early == "always":
        return str(SINCE_EVER)
    earliest = f"i.{end}" if rule.early == "from_trigger" else f"i.o_{end}"
    if rule.trigger is not None:
        return earliest
    return f"greatest({earliest}, i.in_{'lo' if end == 'lo' else 'hi'})"


def window_of(rule: Rule) -> str:
    """The columns of an instance that its performances are compared with."""
    columns = ", ".join(f"i.{name}" for name in WINDOW)
    force = rule.trigger is None and rule.early != "always"
    counts = ", ".join(f"{counts_from(rule, end)} AS counts_{end}" for end in ("hi", "till"))
    return f"{columns}, {'i.in_lo' if force else SINCE_EVER} AS counts_lo, {counts}"


def is_late_enough(event: str, day: str, hi: str) -> str:
    """The test that an act surely lies where performance counts."""
    by_day = f"{event}.fin - {event}.hi > {PHASES}"
    return f"{event}.lo >= ((CASE WHEN {by_day} THEN {day} ELSE {hi} END) >> 6) * 64"


def candidate_test(rule: Rule) -> str:
    """The test that an occurrence `e` may perform the instance `i`, before its end is looked at."""
    assert rule.action is not None
    tests = [] if rule.early == "never" else ["NOT i.never"]
    if may_be_its_trigger(rule, rule.action):
        tests.append(NOT_ITS_TRIGGER)
    if rule.early != "always":
        tests.append(f"e.fin > ({counts_from(rule, 'lo')} >> 6) * 64")
    return " AND ".join(tests)


def standing_still(batch: Batch, norms: Norms) -> str | None:
    """The test that time does not count, on gates `y` of instances `i`; None: it always does."""
    tests = ["y.su = 2"] if norms.suspension_stops_clock else []
    extended = [str(batch.numbers[rule.id]) for rule in batch.rules if rule.time_extended]
    if extended:
        tests.append(f"(y.ex = 2 AND i.rule IN ({', '.join(extended)}))")
    return " OR ".join(tests) or None


def closing(inst: str, gates: str | None, still: str | None, begun: str | None) -> str:
    """The instances with `never`, `b_lo`, `b_hi`: when the breach would come, overlays counted in;
    `lapse`; and from when they are in force, `in_lo` and `in_hi` (see `Gates.begun`).

    A window that closes before it opens never opens: nothing performs it and nothing breaks it. A
    duty that was idle all through its window lapses with it.
    """
    never = f"i.o_lo < {FOR_GOOD} AND i.c_hi <= (i.o_lo >> 6) * 64"
    bounds = ", ".join(
        f"CASE WHEN {never} THEN {FOR_GOOD} ELSE i.{c} END AS {c}"
        for c in ("o_lo", "o_hi", "o_till", "c_lo", "c_hi")
    )
    moved = f"{inst} i" if still is None or gates is None else stopped_clock(inst, gates, still)
    since, join = f"{SINCE_EVER} AS in_lo, {SINCE_EVER} AS in_hi", ""
    if begun is not None:
        since = ", ".join(f"coalesce(w.{c}, {FOR_GOOD}) AS {c}" for c in ("in_lo", "in_hi"))
        join = f"JOIN ({begun}) w USING (iid)"
    m = f"SELECT i.* REPLACE ({bounds}), {never} AS never, {since} FROM {moved} {join}"
    if gates is None:
        return f"""
          SELECT *, greatest({deadline("c_lo")}, o_lo) AS b_lo, greatest({deadline("c_hi")}, o_hi) AS b_hi,
                 NULL::BIGINT AS lapse FROM ({m})"""
    return f"""
      WITH m AS (SELECT m.*, greatest(c_hi, CASE WHEN sure THEN hi ELSE {FOR_GOOD} END) AS last
                 FROM ({m}) m),
      g AS (SELECT iid, t, {UNTIL_NEXT} AS u,
                   idle, {OVERLAYS} AS over FROM {gates})
      SELECT m.* EXCLUDE (last), CASE WHEN maybe THEN coalesce(b.b_lo, {FOR_GOOD}) ELSE {FOR_GOOD} END AS b_lo,
             CASE WHEN surely THEN coalesce(b.b_hi, {FOR_GOOD}) ELSE {FOR_GOOD} END AS b_hi,
             CASE WHEN NOT maybe AND o_lo < {FOR_GOOD} AND last < {FOR_GOOD} THEN greatest(last, o_lo) END AS lapse
      FROM m JOIN (
        SELECT m.iid, min(CASE WHEN over < 2 AND u > {due("lo")} THEN {landed("lo")} END) AS b_lo,
               min(CASE WHEN over = 0 AND u > {due("hi")} THEN {landed("hi")} END) AS b_hi,
               bool_or(idle < 2 AND greatest(t, o_lo) < least(u, last)) AS maybe,
               bool_or(idle = 0 AND CASE WHEN o_hi < c_lo THEN greatest(t, o_hi) < least(u, c_lo)
                                         ELSE greatest(t, o_lo) < least(u, c_hi) END) AS surely
        FROM m JOIN g USING (iid) GROUP BY m.iid) b USING (iid)"""


def due(end: str) -> str:
    return f"greatest({deadline(f'c_{end}')}, o_{end})"


def deadline(column: str) -> str:
    return f"(CASE WHEN {column} >= {FOR_GOOD} THEN {FOR_GOOD} ELSE {column} + 3 END)"


def landed(end: str) -> str:
    """The deadline, or the first bound tick after it, at phase 3 or later."""
    return f"greatest({due(end)}, CASE WHEN t > {due(end)} THEN greatest(t, (t >> 6) * 64 + 3) ELSE {due(end)} END)"


def stopped_clock(inst: str, gates: str, still: str) -> str:
    """The instances, their windows made longer by the time within them that does not count."""
    moved = []
    for column in ("c_lo", "c_hi"):
        moved.append(
            f"CASE WHEN i.{column} >= {FOR_GOOD} THEN i.{column} ELSE least({FOR_GOOD}, i.{column} + "
            f"coalesce(sum(CASE WHEN s.f < i.{column} + s.before THEN s.length END), 0)) END AS {column}"
        )
    return f"""(SELECT i.* REPLACE (l.c_lo AS c_lo, l.c_hi AS c_hi) FROM {inst} i JOIN (
      WITH spans AS (
        SELECT iid, (t >> 6) * 64 AS f, CASE WHEN u >= {FOR_GOOD} THEN u ELSE (u >> 6) * 64 END AS u
        FROM (SELECT iid, t, su, ex, {UNTIL_NEXT} AS u FROM {gates}) y
        JOIN {inst} i USING (iid) WHERE {still}),
      inside AS (SELECT i.iid, greatest(s.f, i.o_hi) AS f, s.u FROM {inst} i JOIN spans s
                 ON s.iid = i.iid AND s.u > i.o_hi),
      s AS (SELECT iid, f, CASE WHEN u >= {FOR_GOOD} THEN {FOR_GOOD // 4} ELSE u - f END AS length,
              coalesce(sum(CASE WHEN u >= {FOR_GOOD} THEN {FOR_GOOD // 4} ELSE u - f END) OVER (
                PARTITION BY iid ORDER BY f ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
            FROM inside)
      SELECT i.iid, {", ".join(wrap(m) for m in moved)}
      FROM {inst} i LEFT JOIN s ON s.iid = i.iid GROUP BY i.iid, i.c_lo, i.c_hi) l USING (iid)) i"""


def wrap(moved: str) -> str:
    """A clock stopped for good never closes."""
    value, _, name = moved.rpartition(" AS ")
    return f"CAST(CASE WHEN ({value}) >= {FOR_GOOD // 5} THEN {FOR_GOOD} ELSE ({value}) END AS BIGINT) AS {name}"


def performances(batch: Batch, closes: str) -> str:
    """Candidate performances `(iid, entry, lo, hi, fin, sure)` in or after the opening."""
    found = [candidates(rule, batch, closes) for rule in batch.rules]
    found += [of_nothing(rule, batch, closes) for rule in batch.rules if least_of(rule)]
    return " UNION ALL ".join(found)


def least_of(rule: Rule) -> list[str]:
    """The amounts of which at least so much is owed, as SQL, if they may be nothing."""
    assert rule.action is not None
    args = [a for a in rule.action.args if a.op == ">=" and a.value is not None]
    values: list[Expr] = [a.value for a in args if a.value is not None]
    values += [] if rule.total is None else [rule.total[1]]
    if any(isinstance(v, Const) and isinstance(v.value, Decimal) and v.value > 0 for v in values):
        return []
    return [scalar(value) for value in values]


def of_nothing(rule: Rule, batch: Batch, closes: str) -> str:
    """The performance of a duty that owes nothing: it comes with the opening, without an act."""
    window = ", ".join(f"i.{name}" for name in WINDOW)
    opened = "(i.o_hi >> 6) * 64 + 1"
    tests = " AND ".join(f"{least} <= 0" for least in least_of(rule))
    return f"""
      SELECT i.iid, '' AS entry, {opened} AS lo, {opened} AS hi, {opened} AS fin, true AS sure, {window},
             {SINCE_EVER} AS counts_lo, {SINCE_EVER} AS counts_hi, {SINCE_EVER} AS counts_till
      FROM {closes} i WHERE i.rule = {batch.numbers[rule.id]} AND i.o_hi < {FOR_GOOD} AND NOT i.never AND {tests}"""


def candidates(rule: Rule, batch: Batch, closes: str) -> str:
    assert rule.action is not None
    early = candidate_test(rule)
    table = named("ev_", rule.action.name)
    mine = closes
    if len(batch.rules) > 1:
        mine = f"(SELECT * FROM {closes} c WHERE rule = {batch.numbers[rule.id]})"
    if rule.together:
        return all_acted(rule, mine, table, early)
    if rule.total is not None:
        return added_up(rule, mine, table, early)
    return f"""
      SELECT i.iid, e.entry, e.lo, e.hi, e.fin, {surely(rule.action)} AS sure, {window_of(rule)}
      FROM {mine} i JOIN {table} e ON {matches(rule.action)} AND {early}"""


def added_up(rule: Rule, closes: str, table: str, early: str) -> str:
    """Part performances: the one at which the running sum reaches what is owed."""
    assert rule.action is not None and rule.total is not None
    param, owed = rule.total
    parts = Match(rule.action.name, tuple(a for a in rule.action.args if a.param != param))
    amount = f"e.{named('p_', param)}"
    window = ", ".join(
        f"any_value({c}) AS {c}" for c in (*WINDOW, "counts_lo", "counts_hi", "counts_till")
    )
    by_hi, by_lo = (came(amount, end) for end in ("hi", "lo"))
    sums = {
        name: f"PARTITION BY i.iid ORDER BY {order}, e.entry ROWS UNBOUNDED PRECEDING"
        for name, order in (("lo", "e.lo"), ("hi", by_hi), ("may", by_lo))
    }
    parts_of = f"FROM {closes} i JOIN {table} e ON {matches(parts)} AND {early}"
    amounts = (
        f"{window_of(rule)}, i.iid, e.entry, e.lo, e.hi, e.fin, "
        f"CAST({scalar(owed)} AS {NUMBER}) AS owed"
    )
    # sure parts are complete between where their sum is by what they may have been at first and at last
    return f"""
      SELECT iid, arg_min(entry, CASE WHEN by_hi >= owed THEN (hi, entry) END) AS entry,
             coalesce(min(CASE WHEN by_lo >= owed THEN lo END), min(lo)) AS lo, min(CASE WHEN by_hi >= owed THEN hi END) AS hi,
             arg_min(last, CASE WHEN by_hi >= owed THEN (hi, entry) END) AS fin, true AS sure, {window}
      FROM (SELECT {amounts}, sum({amount}) OVER ({sums["lo"]}) AS by_lo, sum({amount}) OVER ({sums["hi"]}) AS by_hi,
                   max(e.fin) OVER ({sums["hi"]}) AS last
            {parts_of} AND {counted_part(rule, amount, True)})
      GROUP BY iid HAVING bool_or(by_hi >= owed)
      UNION ALL
      SELECT iid, arg_min(entry, (came, entry)) AS entry, arg_min(lo, (came, entry)) AS lo,
             arg_min(hi, (came, entry)) AS hi, arg_min(fin, (came, entry)) AS fin, false AS sure, {window}
      FROM (SELECT {amounts}, {by_lo} AS came, sum(coalesce({amount}, {UNBOUNDED})) OVER ({sums["may"]}) AS done
            {parts_of} AND {counted_part(rule, amount, False)})
      WHERE done >= owed GROUP BY iid"""


def came(amount: str, end: str) -> str:
    """When a part counts that surely (`hi`) or possibly (`lo`) counts; a refund the other way round."""
    other = {"hi": "lo", "lo": "hi"}[end]
    return f"(CASE WHEN {amount} < 0 THEN e.{other} ELSE e.{end} END)"


def counted_part(rule: Rule, amount: str, sure: bool) -> str:
    """The test of the parts that add up surely, with all refunds; or possibly, with the sure ones."""
    refund, other = ("true", sure_part(rule)) if sure else (sure_part(rule), "true")
    return f"(CASE WHEN {amount} < 0 THEN {refund} ELSE {other} END)"


def first_acts(rule: Rule, closes: str, table: str, early: str) -> str:
    """`(iid, member, entry, lo, hi, fin, n, …)`: the first act of each member acting together, for
    each `sure` order; `n` is how many have acted."""
    assert rule.action is not None
    covers = ", ".join(
        f"({quoted(actor)}, {quoted(member)})"
        for actor, members in rule.together
        for member in members
    )
    found = []
    for order, sure, test in (("hi", "true", sure_part(rule)), ("lo", "false", "true")):
        found.append(f"""
          SELECT *, {sure} AS sure, e_{order} AS came, count(*) OVER (PARTITION BY iid) AS n
          FROM (SELECT {window_of(rule)}, i.iid, c.member, e.entry, e.lo AS e_lo, e.hi AS e_hi, e.fin AS e_fin,
                       min(e.lo) OVER (PARTITION BY i.iid, c.member) AS first_lo
                FROM {closes} i JOIN {table} e ON {matches(rule.action)} AND {early} AND {test}
                JOIN (VALUES {covers}) c(actor, member) ON c.actor = e.{named("p_", "by")}
                QUALIFY row_number() OVER (PARTITION BY i.iid, c.member ORDER BY e.{order}, e.entry) = 1)""")
    return " UNION ALL ".join(found)


def all_acted(rule: Rule, closes: str, table: str, early: str) -> str:
    """Acts of a group acting together: the one with which every member has acted."""
    members = {member for _, covered in rule.together for member in covered}
    window = ", ".join(
        f"any_value({c}) AS {c}" for c in (*WINDOW, "counts_lo", "counts_hi", "counts_till")
    )
    return f"""
      SELECT iid, arg_max(entry, (came, entry)) AS entry,
             CASE WHEN sure THEN max(first_lo) ELSE arg_max(e_lo, (came, entry)) END AS lo,
             arg_max(e_hi, (came, entry)) AS hi,
             CASE WHEN sure THEN max(e_fin) ELSE arg_max(e_fin, (came, entry)) END AS fin, sure, {window}
      FROM ({first_acts(rule, closes, table, early)}) WHERE n = {len(members)} GROUP BY iid, sure"""


def parts(rule: Rule, facts: str) -> str:
    """Part performances that add up to what is owed, up to the one that completes it.

    `(iid, entry, sure, last)`: `sure` as in `added_up`, `last` the completing part; `facts` has the
    columns of `closing`.
    """
    assert rule.action is not None
    if rule.together:
        return parts_of_all(rule, facts)
    assert rule.total is not None
    param, owed = rule.total
    match = Match(rule.action.name, tuple(a for a in rule.action.args if a.param != param))
    early = candidate_test(rule)
    found = []
    part, rows = f"e.{named('p_', param)}", "ROWS BETWEEN UNBOUNDED PRECEDING AND"
    for order, sure, amount in (
        ("hi", "true", part),
        ("lo", "false", f"coalesce({part}, {UNBOUNDED})"),
    ):
        at, test = came(part, order), counted_part(rule, part, order == "hi")
        found.append(f"""
          SELECT iid, entry, {sure} AS sure,
                 first_value(entry) OVER (PARTITION BY iid ORDER BY came DESC, entry DESC) AS last
          FROM (SELECT *, max(done) OVER (PARTITION BY iid) AS reached,
                       max(done) OVER (PARTITION BY iid ORDER BY came, entry {rows} 1 PRECEDING) AS before FROM (
            SELECT i.iid, e.entry, {at} AS came, CAST({scalar(owed)} AS {NUMBER}) AS owed,
                   sum({amount}) OVER (PARTITION BY i.iid ORDER BY {at}, e.entry {rows} CURRENT ROW) AS done
            FROM {facts} i JOIN {named("ev_", match.name)} e ON {matches(match)} AND {early} AND {test}))
          WHERE reached >= owed AND coalesce(before < owed, true)""")
    return " UNION ALL ".join(found)


def parts_of_all(rule: Rule, facts: str) -> str:
    """The same of a group acting together: the first act of each member."""
    assert rule.action is not None
    members = {member for _, covered in rule.together for member in covered}
    acts = first_acts(rule, facts, named("ev_", rule.action.name), candidate_test(rule))
    last = "OVER (PARTITION BY iid, sure ORDER BY came DESC, entry DESC)"
    return f"""
      SELECT DISTINCT iid, entry, sure, last
      FROM (SELECT *, first_value(entry) {last} AS last FROM ({acts}) WHERE n = {len(members)})"""


def sure_part(rule: Rule) -> str:
    test = is_late_enough("e", counts_from(rule, "hi"), counts_from(rule, "till"))
    assert rule.action is not None
    return f"{surely(rule.action)} AND {test}"


def performed(batch: Batch, closes: str, gates: str | None, days: Days) -> str:
    """Per instance that has any performance: kept (k), possibly kept (kp), late cure (g).

    `closes` has the columns of `closing`. `over_lo` and `over_hi` are the overlays at either end of
    a performance's date; `gates` None: these duties have no overlays.
    """
    lo, hi = "((p.lo >> 6) * 64 + 2)", "((p.hi >> 6) * 64 + 2)"
    in_time = f"""p.sure AND {is_late_enough("p", "p.counts_hi", "p.counts_till")} AND {hi} < p.b_lo
                  AND (p.fin <= p.c_lo OR over_hi = 2)"""
    possible = f"{lo} < p.b_hi AND NOT (p.c_hi <= {lo} AND over_lo = 0)"
    told_at = (
        f"greatest({lo}, (p.counts_lo >> 6) * 64 + 2)"  # before it was in force, nothing counted
    )
    cure = f"""p.curable AND p.sure AND p.lo >= (p.b_hi >> 6) * 64
               AND (p.b_hi % 64 <= 3 OR p.lo >= p.b_hi) AND p.hi < {last_cure(batch, days)}"""
    over, read = "0 AS over_lo, 0 AS over_hi", ""
    if gates is not None:
        over = f"{read_over('gl')} AS over_lo, {read_over('gh')} AS over_hi"
        read = f"""ASOF JOIN {gates} gl ON gl.iid = p.iid AND {lo} >= gl.t
                   ASOF JOIN {gates} gh ON gh.iid = p.iid AND {hi} >= gh.t"""
    return f"""
      SELECT p.iid, min(CASE WHEN {in_time} THEN {hi} END) AS k,
             nullif(arg_min(p.entry, CASE WHEN {in_time} THEN (p.hi, p.entry) END), '') AS kept_entry,
             min(CASE WHEN {possible} THEN {told_at} END) AS kp,
             nullif(arg_min(p.entry, CASE WHEN {possible} THEN ({told_at}, p.lo, p.entry) END), '') AS possible_entry,
             min(CASE WHEN {cure} THEN greatest({hi}, p.b_hi) END) AS g,
             nullif(arg_min(p.entry, CASE WHEN {cure} THEN (p.hi, p.entry) END), '') AS late_entry
      FROM (SELECT p.*, {over} FROM ({performances(batch, closes)}) p {read}) p GROUP BY p.iid"""


def told(instances: str, performed: str, *, triggered: bool = False) -> str:
    """Instances joined with their performances; many have none.

    A standing duty performed before it reads its `if` stays so, whatever that says; `triggered`
    ones read it at their trigger.
    """
    done = f"coalesce(i.lo <= {SINCE_EVER} AND a.k < i.doubt, false)"
    columns = "i.*" if triggered else f"i.* REPLACE (i.sure OR {done} AS sure)"
    return f"""
      SELECT {columns}, a.* EXCLUDE (iid)
      FROM {instances} i LEFT JOIN ({performed}) a USING (iid)"""


def scalars(batch: Batch, told: str, conditions: Conditions) -> str:
    """Per instance also: breach (b), possible breach (bp).

    `told` has the columns of `closing` and `performed`.
    """
    return f"""
      SELECT *, CASE WHEN k IS NULL AND b_lo < {FOR_GOOD} THEN b_lo END AS bp,
             CASE WHEN kp IS NULL AND b_hi < {FOR_GOOD} AND {closed_until(batch, conditions)} THEN b_hi END AS b
      FROM ({told})"""


def read_over(gates: str) -> str:
    return OVERLAYS.replace("(", f"({gates}.").replace(", ", f", {gates}.")


def last_cure(batch: Batch, days: Days) -> str:
    """The tick before which late performance cures."""
    cases = "".join(
        f" WHEN p.b_hi < {FOR_GOOD} AND p.rule = {batch.numbers[r.id]} "
        f"THEN {days.deadline('(p.b_hi >> 6)', within)} * 64"
        for r in batch.rules
        if (within := r.cure_within) is not None
    )
    return f"(CASE{cases} ELSE {FOR_GOOD} END)" if cases else str(FOR_GOOD)


def closed_until(batch: Batch, conditions: Conditions) -> str:
    """Whether what is not recorded of the performing event did not happen, from the opening to the breach."""
    tests = ["closed"]
    for rule in batch.rules:
        assert rule.action is not None
        for f, u in conditions.complete_spans(rule.action.name):
            opening = "o_lo" if rule.trigger is not None else "greatest(o_lo, in_lo)"
            since = str(SINCE_EVER) if rule.early == "always" else f"({opening} >> 6) * 64"
            tests.append(
                f"(rule = {batch.numbers[rule.id]} AND {since} >= {f} AND (b_hi >> 6) * 64 <= {u})"
            )
    return f"({' OR '.join(tests)})"


def spans(facts: str, now: int, variables: str) -> str:
    """Verdict rows of the plain instances without overlays, each from its own row.

    What happened to a plain one is in order: dormant, due, unknown, kept or broken, made good.
    """
    start = f"CASE WHEN trigger IS NULL AND lo <= {SINCE_EVER} THEN {SINCE_EVER} ELSE lo END"
    known = f"""
      SELECT rule, iid, debtor, creditor, trigger, o_lo, k, b, live_end, after_kind, kept_entry{variables},
             {start} AS start, least(kp, bp) AS x, {possible_act("greatest(least(kp, bp), lo)")} AS possible,
             CASE WHEN k IS NULL AND {TOLD_AFTER} THEN greatest(bp, after) END AS y,
             CASE after_kind WHEN 'cured' THEN late_entry WHEN 'compensated' THEN made_entry END AS made
      FROM {facts} f WHERE {PLAIN}"""
    stages = (
        ("'dormant'", "start", "least(o_lo, k, x)", "NULL"),
        ("'due'", "o_lo", "least(x, live_end)", "NULL"),
        ("'unknown'", "x", "least(live_end, y)", "possible"),
        ("'kept'", "k", "NULL", "kept_entry"),
        ("'broken'", "b", "y", "NULL"),
        ("after_kind", "y", "NULL", "made"),
    )
    found = " UNION ALL ".join(
        f"""SELECT *, {status} AS status, greatest({begins}, start) AS t, {ends}::BIGINT AS until,
                   {opened}::VARCHAR AS opened FROM k WHERE {begins} IS NOT NULL"""
        for status, begins, ends, opened in stages
    )
    # the common part is a table expression: planning it six times took as long as the rest
    return f"""
      WITH k AS ({known}),
      s AS (SELECT *, {cut("t")} AS f, {cut("until")} AS ended FROM ({found}) WHERE t <= {now})
      SELECT rule, iid, debtor, creditor, trigger, status, f,
             CASE WHEN until <= {now} THEN ended ELSE {FOR_GOOD} END AS u,
             CASE WHEN f = {cut("start")} THEN trigger END AS began, opened,
             CASE WHEN until > {now} THEN NULL WHEN ended = {cut("k")} THEN kept_entry
                  WHEN ended = {cut("y")} THEN made WHEN status IN ('dormant', 'due') AND ended = {cut("x")} THEN possible END AS closed,
             NULL::BIGINT AS breach_key{variables}
      FROM s WHERE until IS NULL OR f < ended"""


def possible_act(t: str) -> str:
    """The entry of the performance that leaves a duty `f` unknown, if it comes in the instant of `t`."""
    return f"CASE WHEN (greatest(f.kp, f.lo) >> 6) = (({t}) >> 6) THEN f.possible_entry END"


# a late performance shows only after a breach that is sure
TOLD_AFTER = "after IS NOT NULL AND (after_kind <> 'cured' OR b IS NOT NULL)"
PLAIN = "(f.sure AND f.lo = f.hi AND f.o_lo = f.o_hi AND f.b_lo = f.b_hi)"


def points(facts: str, gates: str, gated: bool) -> str:
    """`(iid, t, status, opened, breach_key)` wherever the status may change.

    `facts` has the columns of `ends`.
    """
    vague_then = "false"
    if gated:
        vague_then = (
            f"coalesce(bool_or(g.t = f.after AND {UNDECIDED}) OVER (PARTITION BY iid), false)"
        )
    return f"""
      WITH f AS (SELECT * FROM {facts}),
      ticks AS (SELECT iid, unnest([CASE WHEN f.trigger IS NULL AND f.lo <= {SINCE_EVER} THEN {SINCE_EVER} ELSE f.lo END,
                  f.hi, f.o_lo, f.o_hi, f.k, f.kp, f.b, f.bp, f.g, f.m, f.live_end, f.after]) AS t
                FROM f
                {"UNION ALL SELECT iid, t FROM " + gates if gated else ""}),
      tt AS (SELECT DISTINCT k.iid, k.t FROM ticks k JOIN f USING (iid)
             WHERE k.t IS NOT NULL AND k.t < {FOR_GOOD} AND k.t >= f.lo),
      g AS ({timeline(gates, gated)})
      SELECT iid, t, status, CASE status WHEN 'kept' THEN kept_entry WHEN 'cured' THEN late_entry
               WHEN 'compensated' THEN made_entry WHEN 'unknown' THEN possible WHEN 'undetermined' THEN possible
               END AS opened, NULL::BIGINT AS breach_key
      FROM (SELECT g.iid, g.t, {STATUS} AS status, f.kept_entry, f.late_entry, f.made_entry,
                   {possible_act("g.t")} AS possible
            FROM (SELECT g.*, {vague_then} AS vague_then FROM g JOIN f USING (iid)) g JOIN f USING (iid))"""


def timeline(gates: str, gated: bool) -> str:
    zeros = ", ".join(f"0 AS {c}" for c in GATE_COLUMNS)
    if not gated:
        return f"SELECT iid, t, {zeros} FROM tt"
    columns = ", ".join(f"y.{c}" for c in GATE_COLUMNS)
    return f"SELECT tt.iid, tt.t, {columns} FROM tt ASOF JOIN {gates} y ON tt.iid = y.iid AND tt.t >= y.t"


def ends(facts: str, gates: str | None) -> str:
    """The first event that ends the live duty, and the first that follows a breach.

    `facts` has the columns of `scalars` and, from remedies, `m` (made good) and `made_entry`.
    """
    powers = f"SELECT y.*, {', '.join(f'NULL::BIGINT AS {n}' for n in 'wrn')} FROM {facts} y"
    if gates is not None:
        firsts = ", ".join(
            f"min(CASE WHEN {gate} = 2 THEN t END) AS {n}"
            for gate, n in (("wa", "w"), ("re", "r"), ("en", "n"))
        )
        powers = f"SELECT * FROM {facts} y JOIN (SELECT iid, {firsts} FROM {gates} GROUP BY iid) USING (iid)"
    return f"""
      SELECT *, CASE WHEN live_end IS NULL THEN NULL WHEN live_end = w THEN 'waived'
                     WHEN live_end = r THEN 'released' WHEN live_end = n THEN 'ended'
                     WHEN live_end = k THEN 'kept' WHEN live_end = lapse THEN 'lapsed'
                     ELSE 'broken' END AS live_kind,
             CASE WHEN after IS NULL THEN NULL WHEN after = w THEN 'waived' WHEN after = r THEN 'released'
                  WHEN after = g THEN 'cured' ELSE 'compensated' END AS after_kind
      FROM (SELECT *, least(k, b, lapse, {", ".join(f"CASE WHEN {c} >= bp THEN NULL ELSE {c} END" for c in "wrn")}) AS live_end,
              least(g, m, CASE WHEN w >= bp THEN w END, CASE WHEN r >= bp THEN r END) AS after
            FROM ({powers}))"""


def ended_as(kind: str) -> str:
    return f"g.t >= f.live_end AND f.live_kind = '{kind}'"


def made_good(kind: str) -> str:
    return f"g.t >= f.after AND f.after_kind = '{kind}'"


DOUBTED = f"{uncertain('g')} AND (g.t >= f.live_end OR g.t >= f.o_lo)"
LET_GO = "coalesce(f.after_kind IN ('waived', 'released'), false)"
BROKEN_THEN = f"({LET_GO} AND coalesce(f.b <= f.after, false))"
VERDICT_OPEN = f"({LET_GO} OR (f.live_kind <> 'broken' AND coalesce(f.kp < f.live_end, false)))"
END_OPEN = "(wa = 1 OR re = 1 OR en = 1)"
STATUS = status_in_sql(
    "achieve",
    COMMON
    | {
        "waived": f"({ended_as('waived')} OR {made_good('waived')})",
        "released": f"({ended_as('released')} OR {made_good('released')})",
        "ended": ended_as("ended"),
        "lapsed": ended_as("lapsed"),
        "doubted": DOUBTED,
        "doubted, vague": f"i.doubt_und AND {DOUBTED}",
        "performed": ended_as("kept"),
        "late performance": f"{made_good('cured')} AND f.b IS NOT NULL",
        "remedy performed": made_good("compensated"),
        "breach": ended_as("broken"),
        "breach open": "g.t >= f.bp",
        "breach open, vague": f"g.t >= f.bp AND {UNDECIDED}",
        "performance open": "g.t >= f.kp",
        "end open": END_OPEN,
        "end open, vague": f"{END_OPEN} AND {UNDECIDED}",
        "first open": first_open("su", "ex", "idle"),
        "first open, vague": f"{first_open('su', 'ex', 'idle')} AND {UNDECIDED}",
        "in breach then": f"{BROKEN_THEN} AND NOT {uncertain('g')}",
        "verdict open": VERDICT_OPEN,
        "verdict open, vague": f"{VERDICT_OPEN} AND (i.doubt_und OR vague_then)",
        "left open": "(su = 1 OR ex = 1 OR idle = 1)",
        "left open, vague": UNDECIDED,
    },
)
STATUS = STATUS.replace("i.", "f.").replace("l.t", "g.t")
