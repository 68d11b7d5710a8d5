"""`must E`: performances against the window, the breach when time has passed, what comes after."""

from __future__ import annotations

from servanda.judge.plan.batch import Batch
from servanda.judge.plan.common import GATE_COLUMNS, UNCERTAIN, uncertain
from servanda.judge.plan.days import Days
from servanda.judge.plan.steps import Conditions
from servanda.judge.plan.text import FOR_GOOD, NUMBER, SINCE_EVER, matches, named, scalar
from servanda.language.core import Match, Rule

OVERLAYS = "greatest(su, ex, idle, en, wa, re)"


def closing(inst: str, gates: str, gated: bool, stops: bool) -> str:
    """`(iid, o_lo, o_hi, c_lo, c_hi, b_lo, b_hi, lapse)`: when the breach would come, overlays counted in.

    A window that closes before it opens never opens: nothing performs it and nothing breaks it. A
    duty that was idle all through its window lapses with it.
    """
    moved = stopped_clock(inst, gates) if gated and stops else f"SELECT * FROM {inst}"
    never = f"o_lo < {FOR_GOOD} AND c_hi <= (o_lo >> 6) * 64"
    m = f"""SELECT iid, {never} AS never, CASE WHEN {never} THEN {FOR_GOOD} ELSE o_lo END AS o_lo,
                   CASE WHEN {never} THEN {FOR_GOOD} ELSE o_hi END AS o_hi,
                   CASE WHEN {never} THEN {FOR_GOOD} ELSE c_lo END AS c_lo,
                   CASE WHEN {never} THEN {FOR_GOOD} ELSE c_hi END AS c_hi FROM ({moved})"""
    if not gated:
        return f"""
          SELECT *, greatest({deadline("c_lo")}, o_lo) AS b_lo, greatest({deadline("c_hi")}, o_hi) AS b_hi,
                 NULL::BIGINT AS lapse FROM ({m})"""
    return f"""
      WITH m AS (SELECT m.*, greatest(c_hi, CASE WHEN sure THEN hi ELSE {FOR_GOOD} END) AS last
                 FROM ({m}) m JOIN (SELECT iid, sure, hi FROM {inst}) USING (iid)),
      g AS (SELECT iid, t, lead(t, 1, {FOR_GOOD}) OVER (PARTITION BY iid ORDER BY t) AS u,
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


def stopped_clock(inst: str, gates: str) -> str:
    """Windows made longer by the time surely suspended within them."""
    moved = []
    for column in ("c_lo", "c_hi"):
        moved.append(
            f"CASE WHEN i.{column} >= {FOR_GOOD} THEN i.{column} ELSE least({FOR_GOOD}, i.{column} + "
            f"coalesce(sum(CASE WHEN s.f < i.{column} + s.before THEN s.length END), 0)) END AS {column}"
        )
    return f"""
      WITH spans AS (
        SELECT iid, (t >> 6) * 64 AS f, CASE WHEN u >= {FOR_GOOD} THEN u ELSE (u >> 6) * 64 END AS u
        FROM (SELECT iid, t, su, lead(t, 1, {FOR_GOOD}) OVER (PARTITION BY iid ORDER BY t) AS u
              FROM {gates}) WHERE su = 2),
      inside AS (SELECT i.iid, greatest(s.f, i.o_hi) AS f, s.u FROM {inst} i JOIN spans s
                 ON s.iid = i.iid AND s.u > i.o_hi),
      s AS (SELECT iid, f, CASE WHEN u >= {FOR_GOOD} THEN {FOR_GOOD // 4} ELSE u - f END AS length,
              coalesce(sum(CASE WHEN u >= {FOR_GOOD} THEN {FOR_GOOD // 4} ELSE u - f END) OVER (
                PARTITION BY iid ORDER BY f ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
            FROM inside)
      SELECT i.iid, any_value(i.o_lo) AS o_lo, any_value(i.o_hi) AS o_hi,
             {", ".join(wrap(m) for m in moved)}
      FROM {inst} i LEFT JOIN s ON s.iid = i.iid GROUP BY i.iid, i.c_lo, i.c_hi"""


def wrap(moved: str) -> str:
    """A clock stopped for good never closes."""
    value, _, name = moved.rpartition(" AS ")
    return f"CAST(CASE WHEN ({value}) >= {FOR_GOOD // 5} THEN {FOR_GOOD} ELSE ({value}) END AS BIGINT) AS {name}"


def performances(batch: Batch, closes: str) -> str:
    """Candidate performances `(iid, entry, lo, hi, fin, sure)` in or after the opening."""
    found = []
    for rule in batch.rules:
        assert rule.action is not None
        early = "NOT c.never" if rule.early else "e.fin > (c.o_lo >> 6) * 64"
        table = named("ev_", rule.action.name)
        if rule.total is not None:
            found.append(added_up(rule, batch.own(rule), closes, table, early))
            continue
        found.append(f"""
          SELECT i.iid, e.entry, e.lo, e.hi, e.fin, e.sure
          FROM {batch.own(rule)} i JOIN {closes} c USING (iid) JOIN {table} e
          ON {matches(rule.action)} AND {early}""")
    return " UNION ALL ".join(found)


def added_up(rule: Rule, inst: str, closes: str, table: str, early: str) -> str:
    """Part performances: the one at which the running sum reaches what is owed."""
    assert rule.action is not None and rule.total is not None
    param, owed = rule.total
    parts = Match(rule.action.name, tuple(a for a in rule.action.args if a.param != param))
    amount = f"e.{named('p_', param)}"
    sure = "e.sure" if rule.early else "e.sure AND e.lo >= (c.o_hi >> 6) * 64"
    pieces = []
    for test, order, certain in ((sure, "hi", "true"), ("true", "lo", "false")):
        pieces.append(f"""
          SELECT iid, arg_min(entry, ({order}, entry)) AS entry, min(CASE WHEN {certain} THEN {order} ELSE lo END) AS lo,
                 arg_min(hi, ({order}, entry)) AS hi, arg_min(fin, ({order}, entry)) AS fin, {certain} AS sure
          FROM (SELECT i.iid, e.entry, e.lo, e.hi, e.fin, CAST({scalar(owed)} AS {NUMBER}) AS owed,
                  sum({amount}) OVER (PARTITION BY i.iid ORDER BY e.{order}, e.entry
                                      ROWS UNBOUNDED PRECEDING) AS done
                FROM {inst} i JOIN {closes} c USING (iid) JOIN {table} e
                ON {matches(parts)} AND {early} AND {test})
          WHERE done >= owed GROUP BY iid""")
    return " UNION ALL ".join(pieces)


def scalars(batch: Batch, closes: str, conditions: Conditions, gates: str, days: Days) -> str:
    """Per instance: kept (k), possibly kept (kp), breach (b), possible breach (bp), late cure (g).

    `over_lo` and `over_hi` are the overlays at either end of a performance's date.
    """
    lo, hi = "((p.lo >> 6) * 64 + 2)", "((p.hi >> 6) * 64 + 2)"
    in_time = f"""p.sure AND (i.early OR p.lo >= (c.o_hi >> 6) * 64) AND {hi} < c.b_lo
                  AND (p.fin <= c.c_lo OR over_hi = 2)"""
    possible = f"{lo} < c.b_hi AND NOT (c.c_hi <= {lo} AND over_lo = 0)"
    cure = f"""i.curable AND p.sure AND p.lo >= (c.b_hi >> 6) * 64
               AND (c.b_hi % 64 <= 3 OR p.lo >= c.b_hi) AND p.hi < {last_cure(batch, days)}"""
    return f"""
      WITH p AS (SELECT p.*, {read_over("gl")} AS over_lo, {read_over("gh")} AS over_hi
                 FROM ({performances(batch, closes)}) p
                 ASOF JOIN {gates} gl ON gl.iid = p.iid AND {lo} >= gl.t
                 ASOF JOIN {gates} gh ON gh.iid = p.iid AND {hi} >= gh.t),
      a AS (SELECT c.iid, any_value(c.o_lo) AS o_lo, any_value(c.o_hi) AS o_hi,
              any_value(c.b_lo) AS b_lo, any_value(c.b_hi) AS b_hi, any_value(c.lapse) AS lapse,
              any_value(i.rule) AS rule, any_value(i.closed) AS closed,
              min(CASE WHEN {in_time} THEN {hi} END) AS k,
              arg_min(p.entry, CASE WHEN {in_time} THEN (p.hi, p.entry) END) AS k_entry,
              min(CASE WHEN {possible} THEN {lo} END) AS kp,
              min(CASE WHEN {cure} THEN greatest({hi}, c.b_hi) END) AS g,
              arg_min(p.entry, CASE WHEN {cure} THEN (p.hi, p.entry) END) AS g_entry
            FROM {closes} c JOIN {batch.inst} i USING (iid) LEFT JOIN p ON p.iid = c.iid GROUP BY c.iid)
      SELECT *, CASE WHEN k IS NULL AND b_lo < {FOR_GOOD} THEN b_lo END AS bp,
             CASE WHEN kp IS NULL AND b_hi < {FOR_GOOD} AND {closed_until(batch, conditions)} THEN b_hi END AS b
      FROM a"""


def read_over(gates: str) -> str:
    return OVERLAYS.replace("(", f"({gates}.").replace(", ", f", {gates}.")


def last_cure(batch: Batch, days: Days) -> str:
    """The tick before which late performance cures."""
    cases = "".join(
        f" WHEN c.b_hi < {FOR_GOOD} AND i.rule = {batch.numbers[r.id]} "
        f"THEN {days.deadline('(c.b_hi >> 6)', r.cure_within)} * 64"
        for r in batch.rules
        if r.cure_within is not None
    )
    return f"(CASE{cases} ELSE {FOR_GOOD} END)" if cases else str(FOR_GOOD)


def closed_until(batch: Batch, conditions: Conditions) -> str:
    """Whether silence on the performing event means no, from the opening to the breach."""
    tests = ["closed"]
    for rule in batch.rules:
        assert rule.action is not None
        for f, u in conditions.complete_spans(rule.action.name):
            since = str(SINCE_EVER) if rule.early else "(o_lo >> 6) * 64"
            tests.append(
                f"(rule = {batch.numbers[rule.id]} AND {since} >= {f} AND (b_hi >> 6) * 64 <= {u})"
            )
    return f"({' OR '.join(tests)})"


def points(inst: str, facts: str, gates: str, gated: bool) -> str:
    """`(iid, t, status, opened, breach_key)` wherever the status may change.

    `facts` has the columns of `ends`.
    """
    return f"""
      WITH f AS (SELECT * FROM {facts}),
      ticks AS (SELECT iid, unnest([CASE WHEN i.trigger IS NULL AND i.lo <= {SINCE_EVER} THEN {SINCE_EVER} ELSE i.lo END,
                  i.hi, f.o_lo, f.o_hi, f.k, f.kp, f.b, f.bp, f.g, f.m, f.live_end, f.after]) AS t
                FROM {inst} i JOIN f USING (iid)
                {"UNION ALL SELECT iid, t FROM " + gates if gated else ""}),
      tt AS (SELECT DISTINCT k.iid, k.t FROM ticks k JOIN {inst} i USING (iid)
             WHERE k.t IS NOT NULL AND k.t < {FOR_GOOD} AND k.t >= i.lo),
      g AS ({timeline(gates, gated)})
      SELECT iid, t, status, CASE status WHEN 'kept' THEN k_entry WHEN 'cured' THEN g_entry
               WHEN 'compensated' THEN m_entry END AS opened, NULL::BIGINT AS breach_key
      FROM (SELECT g.iid, g.t, {STATUS} AS status, f.k_entry, f.g_entry, f.m_entry
            FROM g JOIN f USING (iid) JOIN {inst} i USING (iid))"""


def timeline(gates: str, gated: bool) -> str:
    zeros = ", ".join(f"0 AS {c}" for c in GATE_COLUMNS)
    if not gated:
        return f"SELECT iid, t, {zeros} FROM tt"
    columns = ", ".join(f"y.{c}" for c in GATE_COLUMNS)
    return f"SELECT tt.iid, tt.t, {columns} FROM tt ASOF JOIN {gates} y ON tt.iid = y.iid AND tt.t >= y.t"


def ends(facts: str, gates: str, gated: bool) -> str:
    """What ends the live duty first, and what follows a breach first.

    `facts` has the columns of `scalars` and, from remedies, `m` (made good) and `m_entry`.
    """
    power = "NULL::BIGINT"
    firsts = (
        f"SELECT iid, min(CASE WHEN wa = 2 THEN t END) AS w, min(CASE WHEN re = 2 THEN t END) AS r, "
        f"min(CASE WHEN en = 2 THEN t END) AS n FROM {gates} GROUP BY iid"
        if gated
        else f"SELECT iid, {power} AS w, {power} AS r, {power} AS n FROM {facts} z"
    )
    return f"""
      SELECT *, CASE WHEN live_end IS NULL THEN NULL WHEN live_end = w THEN 'waived'
                     WHEN live_end = r THEN 'released' WHEN live_end = n THEN 'ended'
                     WHEN live_end = k THEN 'kept' WHEN live_end = lapse THEN 'lapsed'
                     ELSE 'broken' END AS live_kind,
             CASE WHEN after IS NULL THEN NULL WHEN after = w THEN 'waived' WHEN after = r THEN 'released'
                  WHEN after = g THEN 'cured' ELSE 'compensated' END AS after_kind
      FROM (SELECT *, least(k, b, lapse, {", ".join(f"CASE WHEN {c} >= bp THEN NULL ELSE {c} END" for c in "wrn")}) AS live_end,
              least(g, m, CASE WHEN w >= bp THEN w END, CASE WHEN r >= bp THEN r END) AS after
            FROM {facts} y JOIN ({firsts}) USING (iid))"""


STATUS = f"""
  CASE WHEN g.t >= f.live_end AND f.live_kind IN ('waived', 'released', 'ended', 'lapsed') THEN f.live_kind
       WHEN g.t >= f.after AND f.after_kind IN ('waived', 'released') THEN f.after_kind
       WHEN {uncertain("g")} AND (g.t >= f.live_end OR g.t >= f.o_lo) THEN {UNCERTAIN}
       WHEN g.t >= f.live_end AND f.live_kind <> 'broken' THEN f.live_kind
       WHEN g.t >= f.live_end AND g.t >= f.after THEN f.after_kind
       WHEN g.t >= f.live_end THEN 'broken'
       WHEN g.t < f.o_lo THEN 'dormant'
       WHEN g.t >= f.bp AND g.t >= f.after THEN f.after_kind
       WHEN g.t >= f.bp AND (ex_und = 1 OR idle_und = 1) THEN 'undetermined'
       WHEN g.t < f.o_hi OR g.t >= f.bp OR g.t >= f.kp THEN 'unknown'
       WHEN wa = 1 OR re = 1 OR en = 1 THEN 'unknown'
       WHEN su = 2 THEN 'suspended'
       WHEN ex = 2 THEN 'excused'
       WHEN idle = 2 THEN 'dormant'
       WHEN (ex = 1 AND ex_und = 1) OR (idle = 1 AND idle_und = 1) THEN 'undetermined'
       WHEN su = 1 OR ex = 1 OR idle = 1 THEN 'unknown'
       ELSE 'due' END"""
