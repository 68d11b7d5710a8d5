"""What follows from facts alone: states over time, measures over time, vague terms decided."""

from __future__ import annotations

import duckdb

from servanda.judge.plan.steps import Conditions
from servanda.judge.plan.text import (
    FOR_GOOD,
    SINCE_EVER,
    UNBOUNDED,
    column_type,
    literal,
    matches,
    named,
)
from servanda.language.core import HeldVague, Match, MeasureType, Norms, StateType, VagueType
from servanda.record.facts import Determination, Facts, Value

Key = tuple[Value | None, ...]


def prepare(con: duckdb.DuckDBPyConnection, norms: Norms, facts: Facts, of: Conditions) -> None:
    """Make `state_X`, `steps_X` and `vague_X` for every state, measure and vague term."""
    prepare_states(con, norms)
    for measure in norms.measures:
        prepare_measure(con, measure, of.complete_spans(measure.name))
    for vague in norms.vagues:
        prepare_vague(con, vague, norms, facts)


# ------------------------------------------------------------------ states
def prepare_states(con: duckdb.DuckDBPyConnection, norms: Norms) -> None:
    """Made again once derived events have arisen: states may begin or end with them."""
    for state in norms.states:
        prepare_state(con, state)


def prepare_state(con: duckdb.DuckDBPyConnection, state: StateType) -> None:
    """`state_X(p_…, f, u, val)`: one row per span of one key, val as in steps.py."""
    keys = [named("p_", p.name) for p in state.params]
    changes = " UNION ALL ".join(
        [change_rows(state, m, True) for m in state.begins]
        + [change_rows(state, m, False) for m in state.ends]
    )
    listed = "".join(f"{k}, " for k in keys)
    partition = f"PARTITION BY {', '.join(keys)} " if keys else ""
    con.execute(f"""
      CREATE OR REPLACE TABLE {named("state_", state.name)} AS
      WITH ch AS ({changes}),
      g AS (SELECT {listed} t, bool_or(sure AND on_) AS s1, bool_or(sure AND NOT on_) AS s0,
                   bool_or(NOT sure AND on_) AS m1, bool_or(NOT sure AND NOT on_) AS m0
            FROM ch GROUP BY ALL),
      w AS (SELECT {listed} t,
              last_value(CASE WHEN s1 AND s0 THEN 1 WHEN s1 THEN 2 WHEN s0 THEN 0 END IGNORE NULLS) OVER o AS v,
              max(CASE WHEN s1 OR s0 THEN t END) OVER o AS sure_t,
              max(CASE WHEN m1 THEN t END) OVER o AS m1_t,
              max(CASE WHEN m0 THEN t END) OVER o AS m0_t,
              lead(t, 1, {FOR_GOOD}) OVER ({partition}ORDER BY t) AS u
            FROM g WINDOW o AS ({partition}ORDER BY t ROWS UNBOUNDED PRECEDING))
      SELECT {listed} t AS f, u,
        CASE WHEN v = 2 AND coalesce(m0_t, {SINCE_EVER} - 1) < sure_t THEN 2
             WHEN v = 2 OR v = 1 THEN 1
             WHEN coalesce(m1_t, {SINCE_EVER}) >= coalesce(sure_t, {SINCE_EVER}) AND m1_t IS NOT NULL THEN 1
             ELSE 0 END AS val, v IS NOT NULL AS heard
      FROM w""")


def change_rows(state: StateType, match: Match, begins: bool) -> str:
    """Each occurrence as a sure change at `hi`, and a possible one at `lo` where they differ."""
    bound = {a.variable: named("p_", a.param) for a in match.args if a.op == "bind"}
    keys = "".join(f"e.{bound[p.name]} AS {named('p_', p.name)}, " for p in state.params)
    source = f"FROM {named('ev_', match.name)} e WHERE {matches(match)}"
    on = "true" if begins else "false"
    return f"""
      SELECT {keys} e.hi AS t, true AS sure, {on} AS on_ {source} AND e.sure
      UNION ALL SELECT {keys} e.lo, false, {on} {source} AND (e.lo < e.hi OR NOT e.sure)"""


# ------------------------------------------------------------------ measures
def prepare_measure(
    con: duckdb.DuckDBPyConnection, measure: MeasureType, complete: list[tuple[int, int]]
) -> None:
    """`steps_X(of, t, low, high)`: what is current at each tick, best tier first."""
    table = named("rd_", measure.name)
    stale = FOR_GOOD if measure.silent_after is None else measure.silent_after * 64
    spans = ", ".join(f"({f}, {u})" for f, u in complete) or "(NULL, NULL)"
    expiry = f"CASE WHEN t >= {FOR_GOOD} - {stale} THEN {FOR_GOOD} ELSE t + {stale} END"
    if measure.silent_after is None:
        expiry = str(FOR_GOOD)
    con.execute(f"""
      CREATE OR REPLACE TABLE {named("steps_", measure.name)} AS
      WITH complete(f, u) AS (VALUES {spans}),
      r AS (SELECT "of", tier, hi AS t, coalesce(low, -{UNBOUNDED}) AS low,
                   coalesce(high, {UNBOUNDED}) AS high FROM {table}
            UNION ALL SELECT "of", tier, lo, -{UNBOUNDED}, {UNBOUNDED} FROM {table} WHERE lo < hi
            UNION ALL SELECT r."of", r.tier, r.hi, -{UNBOUNDED}, {UNBOUNDED} FROM {table} r JOIN {table} s
            ON r."of" IS NOT DISTINCT FROM s."of" AND r.tier = s.tier AND s.lo <= r.hi AND r.hi < s.hi),
      g AS (SELECT "of", tier, t, min(low) AS low, max(high) AS high FROM r GROUP BY ALL),
      e AS (SELECT *, lead(t, 1, {FOR_GOOD}) OVER (PARTITION BY "of", tier ORDER BY t) AS following,
                   {expiry} AS stale FROM g),
      x AS (SELECT *, least(following, greatest(stale, coalesce(
              (SELECT max(c.u) FROM complete c WHERE c.f <= e.stale AND c.u > e.t AND c.f < c.u), stale))) AS u
            FROM e),
      b AS (SELECT DISTINCT "of", t FROM (
              SELECT "of", t FROM x UNION ALL SELECT "of", u FROM x WHERE u < {FOR_GOOD})),
      c AS (SELECT b."of", b.t, arg_min(x.low, x.tier) AS low, arg_min(x.high, x.tier) AS high
            FROM b LEFT JOIN x ON x."of" IS NOT DISTINCT FROM b."of" AND x.t <= b.t AND b.t < x.u
            GROUP BY ALL)
      SELECT "of", t, coalesce(low, -{UNBOUNDED})::DECIMAL(38,9) AS low,
             coalesce(high, {UNBOUNDED})::DECIMAL(38,9) AS high FROM c""")


# ------------------------------------------------------------------ vague terms
def prepare_vague(
    con: duckdb.DuckDBPyConnection, vague: VagueType, norms: Norms, facts: Facts
) -> None:
    """`vague_X(p_…, t, val)`: decided true (2) or false (0) from t on, or open again (1)."""
    columns = [f"{named('p_', p.name)} {column_type(p.type)}" for p in vague.params]
    table = named("vague_", vague.name)
    con.execute(
        f"CREATE OR REPLACE TABLE {table} ({', '.join([*columns, 't BIGINT', 'val INTEGER'])})"
    )
    for row in vague_rows(vague, norms, facts):
        con.execute(f"INSERT INTO {table} VALUES ({', '.join(row)})")


def vague_rows(vague: VagueType, norms: Norms, facts: Facts) -> list[list[str]]:
    """Per key, the changes of the last word: the account's own answer, else the bodies'."""
    held = [h for h in norms.held if h.name == vague.name]
    said = [d for d in facts.determinations if d.name == vague.name and d.by in vague.deciders]
    keys = {h.args for h in held} | {d.args for d in said}
    rows = []
    for key in sorted(keys, key=repr):
        ticks = {SINCE_EVER}
        for h in held:
            if h.args == key:
                ticks |= {starts(h), ends(h)}
        for d in said:
            if d.args == key:
                ticks |= {d.lo, d.hi}
        previous = None
        for t in sorted(ticks - {FOR_GOOD}):
            val = vague_value(key, t, held, said)
            if val != previous:
                rows.append([*map(literal, key), str(t), str(val)])
            previous = val
    return rows


def vague_value(key: Key, t: int, held: list[HeldVague], said: list[Determination]) -> int:
    """2, 0, or 1 where nobody has decided, or two answers stand against each other."""
    own = [h for h in held if h.args == key and starts(h) <= t < ends(h)]
    if own:
        return 2 if max(own, key=starts).holds else 0
    mine = [d for d in said if d.args == key]
    sure = [d for d in mine if d.sure and d.hi <= t]
    if not sure:
        return 1
    last = max(d.hi for d in sure)
    answers = {d.holds for d in sure if d.hi == last}
    answers |= {d.holds for d in mine if last <= d.lo <= t and (not d.sure or t < d.hi)}
    return 1 if len(answers) > 1 else 2 * (answers == {True})


def starts(held: HeldVague) -> int:
    return SINCE_EVER if held.from_ is None else held.from_ * 64


def ends(held: HeldVague) -> int:
    return FOR_GOOD if held.until is None else held.until * 64
