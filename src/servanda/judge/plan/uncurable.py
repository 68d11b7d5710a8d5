"""Prohibitions whose violations cannot be cured: overlays until the first, then each violation."""

from __future__ import annotations

from servanda.judge.plan.batch import Batch
from servanda.judge.plan.conditions import Conditions
from servanda.judge.plan.forbid import STATUS, first_of
from servanda.judge.plan.gates import Gates
from servanda.judge.plan.sql import FOR_GOOD
from servanda.judge.plan.verdict_spans import cut, ever, variables


def never_mended(batch: Batch, gates: Gates, of: Conditions) -> bool:
    """Whether nothing in the text or the record closes a sure violation.

    Silence proves nothing open, and openings come before the facts of their instant.
    """
    return not gates.present & {"wa", "re", "en"} and all(
        rule.cured_by is None
        and rule.action is not None
        and rule.action.name in of.closed_events
        and (rule.trigger is None or rule.trigger.match is not None)
        for rule in batch.rules
    )


def spans_before(batch: Batch, gates: Gates, violated: str, now: int, vagues: bool) -> str:
    """Verdict rows until the first sure violation of each instance."""
    vague = "min(CASE WHEN und AND NOT firm THEN lo END)" if vagues else "NULL::BIGINT"
    v = f"""
      SELECT iid, min(CASE WHEN level = 2 THEN hi END) AS sure_at, min(lo) AS possible_at,
             min(CASE WHEN firm THEN hi END) AS firm_at, {vague} AS vague_at,
             arg_min(entry, CASE WHEN level = 2 THEN (hi, entry) END) AS first FROM {violated} GROUP BY iid"""
    w = "OVER (PARTITION BY iid ORDER BY f)"
    # most rows differ from both neighbours: one sort serves all of them
    return f"""
      WITH v AS ({v}), i AS ({instances(batch.inst)}),
      p AS ({plain_points(gates, now)} UNION ALL {other_points(gates, now)}),
      k AS (SELECT *, was IS NULL OR was <> status AS begins, next IS NULL OR next <> status AS ends
            FROM (SELECT *, lag(status) {w} AS was, lead(status) {w} AS next, lead(f, 1, ending) {w} AS u FROM p)),
      s AS (SELECT * FROM k WHERE begins AND ends UNION ALL
            SELECT * FROM (SELECT * REPLACE (lead(u) {w} AS u) FROM k WHERE begins <> ends) WHERE begins)
      SELECT i.rule, s.iid, i.debtor, i.creditor, i.trigger, s.status, s.f, s.u,
             CASE WHEN s.was IS NULL THEN i.trigger END AS began, NULL::VARCHAR AS opened,
             CASE WHEN s.u = s.ending THEN i.first END AS closed, NULL::BIGINT AS breach_key{variables(batch, "i.")}
      FROM s JOIN (SELECT i.*, v.first FROM {batch.inst} i LEFT JOIN v USING (iid)) i USING (iid)"""


def instances(inst: str) -> str:
    """What a status depends on, and the violations; `plain`: it depends on overlays alone."""
    return f"""
      SELECT i.iid, i.sure, i.lo, i.hi, i.doubt, i.doubt_und, i.o_lo, i.o_hi, i.c_lo, i.c_hi,
             coalesce(v.sure_at, {FOR_GOOD}) AS sure_at, v.possible_at, v.firm_at, v.vague_at,
             i.lo = i.hi AND i.o_lo = i.lo AND i.o_hi = i.lo AND i.c_lo >= {FOR_GOOD} AND i.c_hi >= {FOR_GOOD}
               AND coalesce(v.possible_at >= coalesce(v.sure_at, {FOR_GOOD}), true) AS plain
      FROM {inst} i LEFT JOIN v ON v.iid = i.iid"""


NO_LETTING_GO = (
    "NULL::BIGINT AS wa_t, NULL::BIGINT AS re_t, NULL::BIGINT AS en_t, 0 AS silent, "
    "false AS was_silent, false AS then_t, false AS then_p"
)
NOTHING_DONE = "0 AS had, 0 AS had_und, true AS was_bound"
AT = STATUS.replace("l.t", "t")


BINDS = (
    "greatest(su, idle, en, wa, re) < 2 AND ex < 2 AND u > o_lo AND begun < c_hi AND o_lo < c_hi"
)


def laid_over(gates: Gates, which: str) -> str:
    """Such instances, a row for each span of their overlays."""
    return f"""
      SELECT i.*, g.* EXCLUDE (iid, t, u), greatest(g.t, i.lo) AS begun, g.u, {NO_LETTING_GO}
      FROM i JOIN {gates.spans()} g ON g.iid = i.iid AND g.u > i.lo WHERE {which}"""


def ending(now: int) -> str:
    return f"CASE WHEN sure_at <= {now} THEN (sure_at >> 6) * 64 ELSE {FOR_GOOD} END AS ending"


def plain_points(gates: Gates, now: int) -> str:
    """`(iid, f, status, ending)` of plain instances."""
    return f"""
      SELECT iid, {cut("t")} AS f, {AT} AS status, {ending(now)}
      FROM (SELECT *, begun AS t, 0 AS open, {NOTHING_DONE} FROM ({laid_over(gates, "i.plain")})) i
      WHERE t <= {now} AND (t >> 6) < (sure_at >> 6) AND (u > {now} OR (u >> 6) > (t >> 6))"""


def other_points(gates: Gates, now: int) -> str:
    """The same of the others: a status may change within a span; the last of an instant stands."""
    ticks = ", ".join(
        f"CASE WHEN {c} > begun AND {c} < u THEN {c} END"
        for c in ("hi", "o_lo", "o_hi", "c_lo", "c_hi", "possible_at", "vague_at")
    )
    return f"""
      SELECT iid, {cut("max(t)")}, arg_max(status, t), any_value(ending)
      FROM (SELECT iid, t, {AT} AS status, {ending(now)}
            FROM (SELECT *, CASE WHEN t >= firm_at THEN 2 WHEN t >= possible_at THEN 1 ELSE 0 END AS open,
                         CASE WHEN t >= firm_at THEN 2 WHEN t >= possible_at THEN 1 ELSE 0 END AS had,
                         CASE WHEN t >= vague_at THEN 1 ELSE 0 END AS had_und
                  FROM (SELECT *, unnest([begun, {ticks}]) AS t FROM (
                    SELECT *, {ever(BINDS)} AS was_bound FROM ({laid_over(gates, "NOT i.plain")})))) i
            WHERE t <= {now} AND (t >> 6) < (sure_at >> 6)) GROUP BY iid, t >> 6"""


def spans_of_violations(batch: Batch, violated: str, now: int) -> str:
    """Verdict rows from the first sure violation on: each tick that has one begins a span."""
    return f"""
      WITH s AS (SELECT iid, vid, {cut("t")} AS f, entry, lead({cut("t")}, 1, {FOR_GOOD}) OVER w AS u,
                        lead(entry) OVER w AS closed
                 FROM ({first_of(violated)}) WHERE t <= {now} WINDOW w AS (PARTITION BY iid ORDER BY t))
      SELECT i.rule, s.iid, i.debtor, i.creditor, i.trigger, 'broken' AS status, s.f, s.u,
             CASE WHEN (i.lo >> 6) = (s.f >> 6) THEN i.trigger END AS began, s.entry AS opened, s.closed, s.vid AS breach_key{variables(batch, "i.")}
      FROM s JOIN {batch.inst} i USING (iid)"""
