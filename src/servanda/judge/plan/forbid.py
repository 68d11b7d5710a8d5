"""`must not E`: every violating occurrence, and whether any is still open."""

from __future__ import annotations

from servanda.judge.plan.batch import Batch
from servanda.judge.plan.common import (
    UNCERTAIN,
    doubtful,
    first_ticks,
    gate_sources,
    not_in_force,
    uncertain,
    window_steps,
)
from servanda.judge.plan.days import Days
from servanda.judge.plan.load import Events
from servanda.judge.plan.steps import Conditions, counted, merged
from servanda.judge.plan.text import FOR_GOOD, matches, named
from servanda.language.core import Rule

BOUND = "greatest(g.su, g.idle, g.en, g.wa, g.re)"


def violations(batch: Batch, gates: str, days: Days, events: Events) -> str:
    """`(iid, vid, entry, lo, hi, level, end_t, end_p, cure, b_…)`: one row an occurrence, with its
    parameters (see `bound`).

    `end_t` is where it is no longer surely open, `end_p` where no longer possibly.
    """
    found = " UNION ALL BY NAME ".join(
        of_rule(r, batch.own(r), gates, days, events) for r in batch.rules
    )
    return f"SELECT row_number() OVER (ORDER BY iid, hi, entry) AS vid, * FROM ({found})"


def bound(event: str, param: str) -> str:
    """The column that holds a violating occurrence's parameter."""
    return named(f"b_{event} ", param)


def of_rule(rule: Rule, inst: str, gates: str, days: Days, events: Events) -> str:
    assert rule.action is not None
    event = rule.action.name
    said = "".join(
        f", l.{named('p_', p.name)} AS {bound(event, p.name)}" for p in events[event].params
    )
    read = " ".join(
        f"ASOF JOIN {gates} {name} ON v.iid = {name}.iid AND v.{at} >= {name}.t"
        for name, at in (("gh", "hi"), ("gl", "lo"))
    )
    ends = [BOUND.replace("g.", f"{name}.") for name in ("gl", "gh")]
    at_lo, at_hi = f"{ends[0]} < 2 AND gl.ex < 2", f"{ends[1]} < 2 AND gh.ex < 2"
    surely = f"greatest({', '.join(ends)}, gh.ex, gl.ex) = 0"
    return f"""
      SELECT l.iid, l.rule, l.entry, l.lo, l.hi, l.level, {cures(rule, days)}{said} FROM (
        SELECT v.* REPLACE (CASE WHEN {at_lo} THEN greatest(v.lo, v.opening) ELSE v.hi END AS lo),
          CASE WHEN v.inside AND {surely} THEN 2 WHEN {at_lo} OR {at_hi} THEN 1 ELSE 0 END AS level
        FROM (SELECT i.iid, i.rule, i.o_lo AS opening, e.*, i.sure AND e.sure AND e.lo >= (i.o_hi >> 6) * 64 AND e.fin <= i.c_lo AS inside
              FROM {inst} i JOIN {named("ev_", rule.action.name)} e
              ON {matches(rule.action)} AND e.fin > (i.o_lo >> 6) * 64 AND e.lo < i.c_hi) v {read}) l
      JOIN {inst} i USING (iid) WHERE l.level > 0"""


def cures(rule: Rule, days: Days) -> str:
    if rule.cured_by is None:
        return f"{FOR_GOOD} AS end_t, {FOR_GOOD} AS end_p, NULL::VARCHAR AS cure"
    last = str(FOR_GOOD)
    if rule.cure_within is not None:
        last = f"{days.deadline('(l.hi >> 6)', rule.cure_within)} * 64"
    source = (
        f"FROM {named('ev_', rule.cured_by.name)} c "
        f"WHERE {matches(rule.cured_by, 'c', 'i', 'l')} AND c.lo >= l.hi AND c.lo < {last}"
    )
    sure = f"{source} AND c.sure AND c.hi < {last}"
    return (
        f"coalesce((SELECT min(c.lo) {source}), {FOR_GOOD}) AS end_t, "
        f"coalesce((SELECT min(c.hi) {sure}), {FOR_GOOD}) AS end_p, "
        f"(SELECT arg_min(c.entry, (c.hi, c.entry)) {sure}) AS cure"
    )


def timeline(batch: Batch, gates: str, violated: str, conditions: Conditions) -> str:
    """`(iid, t, win, overlays…, open, had, silent)`."""
    intervals = f"""
      SELECT iid, hi AS f, end_t AS u, 2 AS level FROM {violated} WHERE level = 2
      UNION ALL SELECT iid, lo, end_p, 1 FROM {violated}"""
    past = f"SELECT iid, hi AS f, {FOR_GOOD} AS u, 2 AS level FROM {violated} WHERE level = 2"
    sources = {
        "open": counted(intervals, batch.inst),
        "had": counted(past, batch.inst),
        "win": window_steps(batch.inst),
    }
    floors = []
    for rule in batch.rules:
        assert rule.action is not None
        own = f"(SELECT i.*, b.since_bound FROM {batch.own(rule)} i JOIN ({bound_since(batch, gates)}) b USING (iid))"
        floor = conditions.open_floor(rule.action.name, None, own, "i.since_bound")
        floors += [] if floor is None else [floor]
    if floors:
        sources["silent"] = counted(" UNION ALL ".join(floors), batch.inst)
    zero = "" if floors else ", 0 AS silent"
    line = merged(sources, batch.inst, gate_sources(gates))
    return f"SELECT *{zero} FROM ({line})"


def bound_since(batch: Batch, gates: str) -> str:
    """The first tick at which each instance may be bound."""
    return f"""
      SELECT i.iid, coalesce(min(greatest(g.t, i.o_lo)), {FOR_GOOD}) AS since_bound
      FROM {batch.inst} i LEFT JOIN (
        SELECT *, lead(t, 1, {FOR_GOOD}) OVER (PARTITION BY iid ORDER BY t) AS u FROM {gates}) g
      ON g.iid = i.iid AND {BOUND} < 2 AND g.ex < 2 AND g.u > i.o_lo AND g.t < i.c_hi
      GROUP BY i.iid"""


def points(inst: str, line: str, violated: str) -> str:
    """`(iid, t, status, opened, breach_key)`; each sure violation is a point of its own."""
    return f"""
      WITH l AS (SELECT *, {first_ticks("wa", "re", "en")} FROM {line}),
      first AS (SELECT iid, hi AS t, min(vid) AS vid, min(entry) AS entry FROM {violated}
                WHERE level = 2 GROUP BY ALL),
      healed AS (SELECT iid, end_p AS t, min(cure) AS cure FROM {violated}
                 WHERE cure IS NOT NULL GROUP BY ALL)
      SELECT l.iid, l.t, {STATUS} AS status,
        CASE WHEN {STATUS} = 'broken' THEN first.entry WHEN {STATUS} = 'cured' THEN healed.cure END AS opened,
        CASE WHEN {STATUS} = 'broken' THEN first.vid END AS breach_key
      FROM (SELECT * FROM l UNION ALL
            SELECT l.* REPLACE (v.t AS t) FROM first v ASOF JOIN l ON v.iid = l.iid AND v.t >= l.t
            WHERE v.t <> l.t) l
      JOIN {inst} i USING (iid)
      LEFT JOIN first ON first.iid = l.iid AND first.t = l.t
      LEFT JOIN healed ON healed.iid = l.iid AND healed.t = l.t
      WHERE l.t >= i.lo"""


STATUS = f"""
  CASE WHEN l.t < i.o_lo THEN 'dormant'
       WHEN {not_in_force("wa")} THEN 'waived'
       WHEN {not_in_force("re")} THEN 'released'
       WHEN {uncertain("l")} AND (l.t < i.o_hi OR open = 2) THEN {UNCERTAIN}
       WHEN l.t < i.o_hi THEN 'unknown'
       WHEN open = 2 THEN 'broken'
       WHEN {not_in_force("en")} THEN 'ended'
       WHEN l.t >= i.c_hi THEN 'lapsed'
       WHEN {uncertain("l")} THEN {UNCERTAIN}
       WHEN l.t >= i.c_lo THEN 'unknown'
       WHEN su = 2 THEN 'suspended'
       WHEN idle = 2 THEN 'dormant'
       WHEN ex = 2 THEN 'excused'
       WHEN (ex = 1 AND ex_und = 1) OR (idle = 1 AND idle_und = 1) THEN 'undetermined'
       WHEN {doubtful("su", "idle", "wa", "re", "en", "ex")} OR open = 1 OR silent = 1 THEN 'unknown'
       WHEN had = 2 THEN 'cured'
       ELSE 'kept' END"""
