"""Values of measures over time: the best current tier of trust; otherwise unknown.

`steps(measure, of, t, low, high)`: from tick `t` on, the value is between `low` and `high`.
"""

from __future__ import annotations

from servanda.judge.engines.duckdb import Tables
from servanda.judge.plan.conditions import Conditions
from servanda.judge.plan.sql import FOR_GOOD, UNBOUNDED
from servanda.semantics.norms import Norms

STEP_COLUMNS = 'measure INTEGER, "of" VARCHAR, t BIGINT, low DECIMAL(38,9), high DECIMAL(38,9)'
SUBJECT = 'measure, "of"'


def prepare(tables: Tables, norms: Norms, conditions: Conditions) -> None:
    """Make `steps` from `readings`."""
    tiers = [row[0] for row in tables.rows("SELECT DISTINCT tier FROM readings ORDER BY tier")]
    if not tiers:
        tables.declare("steps", STEP_COLUMNS)
        return
    expiry, spans = expiries(norms), complete(norms, conditions)
    spanned = bool(tables.rows("SELECT 1 FROM readings WHERE lo < hi LIMIT 1"))
    if not spanned and len(tiers) == 1 and expiry == str(FOR_GOOD):
        tables.create("steps", as_read())
    else:
        tables.create("steps", steps(tiers, expiry, spans, spanned))


def as_read() -> str:
    """Each reading holds until the next, in the one tier there is, and none grows stale."""
    low, high = f"min(coalesce(low, -{UNBOUNDED}))", f"max(coalesce(high, {UNBOUNDED}))"
    return f"""
      SELECT {SUBJECT}, hi AS t, {low}::DECIMAL(38,9) AS low, {high}::DECIMAL(38,9) AS high
      FROM readings GROUP BY ALL"""


def expiries(norms: Norms) -> str:
    """Tick at which a reading at `t` expires, without a later one."""
    cases = "".join(
        f" WHEN {n} THEN t + {m.silent_after * 64}"
        for n, m in enumerate(norms.measures)
        if m.silent_after is not None
    )
    return f"(CASE measure{cases} ELSE {FOR_GOOD} END)" if cases else str(FOR_GOOD)


def complete(norms: Norms, conditions: Conditions) -> list[str]:
    """Spans over which a source has everything on a measure, as rows of SQL."""
    return [
        f"({n}, {f}, {u})"
        for n, measure in enumerate(norms.measures)
        for f, u in conditions.complete_spans(measure.name)
        if f < u
    ]


def steps(tiers: list[int], expiry: str, spans: list[str], spanned: bool) -> str:
    """Where every reading is of one instant, each holds until the next. Subjects with a reading
    dated by a span are read as all that they may be where it is not sure which is the last."""
    put_off = "stale"
    if spans:
        put_off = f"""greatest(stale, coalesce((
          SELECT max(c.u) FROM (VALUES {", ".join(spans)}) c(measure, f, u)
          WHERE c.measure = e.measure AND c.f <= e.stale AND c.u > e.t), stale))"""
    bounds = f"coalesce(low, -{UNBOUNDED}) AS low, coalesce(high, {UNBOUNDED}) AS high"
    of_instants, doubted = "readings r", ""
    if spanned:
        of_instants = f"(SELECT r.* FROM readings r ANTI JOIN spanned s ON {same('r', 's')}) r"
        doubted = f"UNION ALL {hulls()}"
    return f"""
      WITH spanned AS (SELECT DISTINCT {SUBJECT}, tier FROM readings WHERE lo < hi),
      g AS (SELECT {SUBJECT}, tier, hi AS t, min(low) AS low, max(high) AS high
            FROM (SELECT {SUBJECT}, tier, hi, {bounds} FROM {of_instants}) GROUP BY ALL),
      e AS (SELECT *, lead(t, 1, {FOR_GOOD}) OVER (PARTITION BY {SUBJECT}, tier ORDER BY t) AS following,
                   {expiry} AS stale FROM g),
      x AS (SELECT *, least(following, {put_off}) AS u FROM e),
      {taken_or_coming(expiry, put_off, bounds) if spanned else ""}
      changes AS (SELECT {SUBJECT}, tier, t, 1 AS is_on, low, high FROM x
                  UNION ALL SELECT {SUBJECT}, tier, u, 0, NULL, NULL FROM x
                  WHERE u < {FOR_GOOD} AND u < following {doubted})
      {best(tiers)}"""


def same(one: str, other: str) -> str:
    """Two readings of one subject in one tier."""
    return (
        f'{one}.measure = {other}.measure AND {one}."of" IS NOT DISTINCT FROM {other}."of" '
        f"AND {one}.tier = {other}.tier"
    )


def taken_or_coming(expiry: str, put_off: str, bounds: str) -> str:
    """`iv`: where each reading may be the last: surely taken, or still coming (its date a span)."""
    return f"""
      m AS (SELECT {SUBJECT}, tier, lo, hi, {bounds}, row_number() OVER () AS n
            FROM (SELECT r.* FROM readings r SEMI JOIN spanned s ON {same("r", "s")})),
      later AS (SELECT o.n, min(s.hi) AS following FROM m o JOIN m s ON {same("o", "s")} AND s.lo > o.hi
                GROUP BY o.n),
      h AS (SELECT *, {expiry} AS stale
            FROM (SELECT m.*, m.hi AS t, coalesce(l.following, {FOR_GOOD}) AS following
                  FROM m LEFT JOIN later l USING (n))),
      iv AS (SELECT {SUBJECT}, tier, t AS f, least(following, {put_off}) AS u, low, high, true AS taken FROM h e
             UNION ALL SELECT {SUBJECT}, tier, lo, hi, low, high, false FROM m WHERE lo < hi),
      points AS (SELECT {SUBJECT}, tier, f AS t FROM iv UNION
             SELECT {SUBJECT}, tier, u FROM iv WHERE u < {FOR_GOOD}),"""


def hulls() -> str:
    """All that a subject may be at each point; unknown before the first reading surely taken."""
    return f"""
      SELECT a.measure, a."of", a.tier, a.t, max(CASE WHEN i.f IS NULL THEN 0 ELSE 1 END),
             CASE WHEN bool_or(i.taken) THEN min(i.low) ELSE -{UNBOUNDED} END,
             CASE WHEN bool_or(i.taken) THEN max(i.high) ELSE {UNBOUNDED} END
      FROM points a LEFT JOIN iv i ON {same("a", "i")} AND i.f <= a.t AND a.t < i.u
      GROUP BY a.measure, a."of", a.tier, a.t"""


def best(tiers: list[int]) -> str:
    """Of what each tier says at each tick, the best one that says anything."""
    at, filled, lows, highs = [], [], "", ""
    for n in tiers:
        for name in ("is_on", "low", "high"):
            at.append(f"max(CASE WHEN tier = {n} THEN {name} END) AS {name}_{n}")
            filled.append(f"last_value({name}_{n} IGNORE NULLS) OVER w AS {name}_{n}")
        lows += f" WHEN is_on_{n} = 1 THEN low_{n}"
        highs += f" WHEN is_on_{n} = 1 THEN high_{n}"
    return f"""
      SELECT {SUBJECT}, t, (CASE{lows} ELSE -{UNBOUNDED} END)::DECIMAL(38,9) AS low,
             (CASE{highs} ELSE {UNBOUNDED} END)::DECIMAL(38,9) AS high
      FROM (SELECT {SUBJECT}, t, {", ".join(filled)}
            FROM (SELECT {SUBJECT}, t, {", ".join(at)} FROM changes GROUP BY ALL)
            WINDOW w AS (PARTITION BY {SUBJECT} ORDER BY t ROWS UNBOUNDED PRECEDING))"""
