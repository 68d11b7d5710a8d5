"""What each measure reads over time: the best tier that is current; elsewhere unknown.

`steps(measure, of, t, low, high)`: from tick `t` on, the value is between `low` and `high`.
"""

from __future__ import annotations

from servanda.judge.plan.steps import Conditions
from servanda.judge.plan.tables import Tables
from servanda.judge.plan.text import FOR_GOOD, UNBOUNDED
from servanda.language.core import Norms

STEP_COLUMNS = 'measure INTEGER, "of" VARCHAR, t BIGINT, low DECIMAL(38,9), high DECIMAL(38,9)'
SUBJECT = 'measure, "of"'


def prepare(tables: Tables, norms: Norms, conditions: Conditions) -> None:
    """Make `steps` from `readings`."""
    tiers = [row[0] for row in tables.rows("SELECT DISTINCT tier FROM readings ORDER BY tier")]
    if not tiers:
        tables.declare("steps", STEP_COLUMNS)
        return
    tables.create("steps", steps(tiers, expiries(norms), complete(norms, conditions)))


def expiries(norms: Norms) -> str:
    """When a reading at `t` goes stale by itself."""
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


def steps(tiers: list[int], expiry: str, spans: list[str]) -> str:
    put_off = "stale"
    if spans:
        put_off = f"""greatest(stale, coalesce((
          SELECT max(c.u) FROM (VALUES {", ".join(spans)}) c(measure, f, u)
          WHERE c.measure = e.measure AND c.f <= e.stale AND c.u > e.t), stale))"""
    return f"""
      WITH r AS (SELECT {SUBJECT}, tier, hi AS t, coalesce(low, -{UNBOUNDED}) AS low,
                        coalesce(high, {UNBOUNDED}) AS high FROM readings
            UNION ALL SELECT {SUBJECT}, tier, lo, -{UNBOUNDED}, {UNBOUNDED} FROM readings WHERE lo < hi
            UNION ALL SELECT r.measure, r."of", r.tier, r.hi, -{UNBOUNDED}, {UNBOUNDED}
            FROM readings r JOIN (SELECT * FROM readings WHERE lo < hi) s
            ON r.measure = s.measure AND r."of" IS NOT DISTINCT FROM s."of" AND r.tier = s.tier
               AND s.lo <= r.hi AND r.hi < s.hi),
      g AS (SELECT {SUBJECT}, tier, t, min(low) AS low, max(high) AS high FROM r GROUP BY ALL),
      e AS (SELECT *, lead(t, 1, {FOR_GOOD}) OVER (PARTITION BY {SUBJECT}, tier ORDER BY t) AS following,
                   {expiry} AS stale FROM g),
      x AS (SELECT *, least(following, {put_off}) AS u FROM e),
      changes AS (SELECT {SUBJECT}, tier, t, 1 AS is_on, low, high FROM x
                  UNION ALL SELECT {SUBJECT}, tier, u, 0, NULL, NULL FROM x
                  WHERE u < {FOR_GOOD} AND u < following)
      {best(tiers)}"""


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
