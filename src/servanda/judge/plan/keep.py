"""`must keep C`: breach episodes over the timeline of the condition and the overlays."""

from __future__ import annotations

from servanda.judge.plan.batch import Batch
from servanda.judge.plan.conditions import Conditions
from servanda.judge.plan.gates import Gates
from servanda.judge.plan.local_days import Days
from servanda.judge.plan.sql import FIRST_INSTANT, FOR_GOOD
from servanda.judge.plan.step_functions import UNTIL_NEXT, valued
from servanda.judge.plan.verdict_spans import (
    COMMON,
    UNDECIDED,
    doubtful,
    ever,
    first_open,
    first_ticks,
    laid_over,
    over_from,
    window_steps,
)
from servanda.judge.statuses import status_in_sql
from servanda.semantics.norms import Rule

SETTLED = "(t % 64 > 0 OR u > t + 1)"
"""Windows and powers come before the facts of their instant: no breach begins in between."""


def conditions(batch: Batch, compiled: Conditions) -> list[str]:
    """What each rule is to keep, as step functions."""
    steps = [compiled.steps(r.keep, batch.own(r)) for r in batch.rules if r.keep is not None]
    return [changes(each, compiled.undecided) for each in steps] if compiled.bulk else steps


def timeline(batch: Batch, gates: Gates, steps: list[str], undecided: bool, days: Days) -> str:
    """`(iid, t, u, phi, win, overlays…, ep_t, ep_p, failing)`: where episodes are open, and
    where the time for cure runs; `steps`: what is to be kept."""
    inst = batch.inst
    phi = valued(steps, "phi", undecided)
    line = laid_over(gates, {"win": bound_steps(inst)}, inst, phi, ended=True)
    excused, off = gates.most("ex"), gates.most("su", "idle", "en", "wa", "re")
    # an episode begins with the first tick of a failing that binds, and lasts while it fails
    began = f"""
      SELECT *, {begun("phi > 0", f"{SETTLED} AND win = 2 AND {excused} = 0 AND {off} = 0")} AS ep_t,
             {begun("phi > 1", f"{SETTLED} AND win >= 1 AND {excused} < 2 AND {off} < 2")} AS ep_p
      FROM ({line}) WINDOW o AS (PARTITION BY iid ORDER BY t ROWS UNBOUNDED PRECEDING)"""
    if any(r.grace is not None for r in batch.rules):
        late = split_rows(with_grace(batch, since(began), days))
        began = f"""
          SELECT * EXCLUDE (u, on_t, on_p) REPLACE (coalesce(t >= on_t, false) AS ep_t, coalesce(t >= on_p, false) AS ep_p),
                 on_t IS NOT NULL OR on_p IS NOT NULL AS failing, {UNTIL_NEXT} AS u
          FROM ({late})"""
    else:
        began = f"SELECT *, false AS failing FROM ({began})"
    phi_und = "" if undecided else ", 0 AS phi_und"
    return f"SELECT *{phi_und}{gates.zeros()} FROM ({began})"


def bound_steps(inst: str) -> str:
    """`window_steps`, with only possibly inside what lies later in a day of which only that is known
    that the window opened then."""
    first = "((i.o_hi >> 6) + 1) * 64"
    of = f"FROM {inst} i WHERE {first} < i.o_till"
    return f"""{window_steps(inst)}
      UNION ALL SELECT i.iid, {first}, 1 {of} AND {first} < i.c_lo
      UNION ALL SELECT i.iid, i.o_till, 2 {of} AND i.o_till < i.c_lo"""


def begun(holds: str, binds: str) -> str:
    """Whether it has bound since it last held."""
    return f"coalesce(last_value(CASE WHEN {holds} THEN false WHEN {binds} THEN true END IGNORE NULLS) OVER o, false)"


def since(began: str) -> str:
    """The same with the ticks at which the episodes began, `on_t` and `on_p`."""
    onset = "last_value(CASE WHEN {0} AND NOT was_{0} THEN t END IGNORE NULLS) OVER o"
    starts = ", ".join(
        f"CASE WHEN {ep} THEN {onset.format(ep)} END AS {on}"
        for ep, on in (("ep_t", "on_t"), ("ep_p", "on_p"))
    )
    return f"""
      SELECT * EXCLUDE (was_ep_t, was_ep_p), {starts}
      FROM (SELECT *, lag(ep_t, 1, false) OVER (PARTITION BY iid ORDER BY t) AS was_ep_t,
                   lag(ep_p, 1, false) OVER (PARTITION BY iid ORDER BY t) AS was_ep_p FROM ({began}))
      WINDOW o AS (PARTITION BY iid ORDER BY t ROWS UNBOUNDED PRECEDING)"""


def is_alone(batch: Batch, gates: Gates) -> bool:
    """One triggered duty without overlays, grace or remedy: its condition is all there is to it."""
    (rule, *others) = batch.rules
    return (
        not others
        and not gates.present
        and rule.trigger is not None
        and (rule.trigger.match is not None and rule.grace is None and rule.remedy is None)
    )


# Nothing in doubt, open from the trigger on and for good.
PLAIN = f"(i.sure AND i.lo = i.hi AND i.o_lo = i.lo AND i.o_hi = i.lo AND i.o_till = i.lo AND i.c_lo >= {FOR_GOOD} AND i.c_hi >= {FOR_GOOD})"


def plain_points(rule: Rule, inst: str, conditions: Conditions, now: int) -> str:
    """Like `points`, for plain instances of a duty that is alone; the last of each instant.

    A change at phase 0 that the facts of its instant undo is no breach.
    """
    assert rule.keep is not None
    w = "OVER (PARTITION BY iid ORDER BY t"
    return f"""
      WITH s AS (SELECT *, lead(t, 1, {FOR_GOOD}) {w}) AS u FROM ({changes(conditions.steps(rule.keep, inst), conditions.undecided)})),
      c AS (SELECT s.iid, greatest(s.t, i.lo) AS t, s.u, s.val, s.und FROM s JOIN {inst} i ON i.iid = s.iid AND s.u > i.lo),
      h AS (SELECT *, max(CASE WHEN val = 0 AND (t % 64 > 0 OR u > t + 1) THEN 1 ELSE 0 END) {w} ROWS UNBOUNDED PRECEDING) AS had
            FROM c)
      SELECT iid, t, CASE WHEN val = 0 THEN 'broken' WHEN val = 1 AND und THEN 'undetermined' WHEN val = 1 THEN 'unknown'
               WHEN had = 1 THEN 'cured' ELSE 'kept' END AS status, NULL::VARCHAR AS opened, NULL::BIGINT AS breach_key
      FROM h WHERE u > {now} OR (u >> 6) > (t >> 6)"""


def changes(steps: str, undecided: bool) -> str:
    """Where a condition changes: most of many readings leave it as it was, and are sorted once."""
    w = "OVER (PARTITION BY iid ORDER BY t)"
    if not undecided:
        return f"""
          SELECT iid, t, val, false AS und FROM (SELECT iid, t, val, lag(val) {w} AS was FROM ({steps}))
          WHERE was IS NULL OR was <> val"""
    return f"""
      SELECT iid, t, val, und FROM (SELECT *, lag(val) {w} AS was, lag(und) {w} AS was_und FROM ({steps}))
      WHERE was IS NULL OR was <> val OR was_und <> und"""


def with_grace(batch: Batch, onsets: str, days: Days) -> str:
    """An episode counts once the time to cure has run out."""
    pieces = []
    for name in ("on_t", "on_p"):
        cases = "".join(
            f" WHEN i.rule = {batch.numbers[r.id]} THEN {days.deadline(f'({name} >> 6)', r.grace)} * 64"
            for r in batch.rules
            if r.grace is not None
        )
        pieces.append(
            f"CASE WHEN {name} IS NULL OR {name} <= {FIRST_INSTANT} THEN {name}{cases} ELSE {name} END AS {name}"
        )
    return f"SELECT o.* REPLACE ({', '.join(pieces)}) FROM ({onsets}) o JOIN {batch.inst} i USING (iid)"


def split_rows(onsets: str) -> str:
    """Cut a span where the time for cure runs out inside it."""
    return f"""
      SELECT * FROM ({onsets}) UNION ALL
      SELECT * REPLACE (on_t AS t) FROM ({onsets}) WHERE on_t > t AND on_t < u UNION ALL
      SELECT * REPLACE (on_p AS t) FROM ({onsets}) WHERE on_p > t AND on_p < u
             AND on_p IS DISTINCT FROM on_t"""


def points(inst: str, line: str, gates: Gates, now: int) -> str:
    """`(iid, t, status, opened, breach_key)` from the timeline table; the last of each instant."""
    before = "t < over_t AND"
    may_bind = f"win >= 1 AND ex < 2 AND greatest(su, idle, en, wa, re) < 2 AND {SETTLED}"
    return f"""
      WITH first AS (SELECT l.*, {first_ticks("wa", "re", "en", present=gates.columns())},
                       coalesce(min(CASE WHEN ep_t THEN t END) OVER (PARTITION BY iid) < t, false) AS had
                     FROM {line} l),
      ended AS (SELECT first.*, {over_from()} AS over_t FROM first JOIN {inst} i USING (iid))
      SELECT l.iid, l.t, {STATUS} AS status, NULL::VARCHAR AS opened, NULL::BIGINT AS breach_key
      FROM (SELECT *, {ever(f"{before} ep_t")} AS was_t, {ever(f"{before} u >= over_t AND ep_t")} AS end_t,
              {ever(f"{before} u >= over_t AND ep_p")} AS end_p,
              {ever(f"{before} ep_p AND NOT ep_t")} AS was_p,
              {ever(f"{before} ep_p AND NOT ep_t AND {LEFT_OPEN}")} AS was_und,
              {ever(f"{before} {may_bind}")} AS was_bound
            FROM ended) l
      JOIN {inst} i USING (iid) WHERE l.t >= i.lo AND (l.u > {now} OR (l.u >> 6) > (l.t >> 6))"""


LEFT_OPEN = f"((phi = 1 AND phi_und = 1) OR {UNDECIDED})"

STATUS = status_in_sql(
    "keep",
    COMMON
    | {
        "breach": "ep_t",
        "first open": first_open("en", "wa", "re", "su", "idle"),
        "first open, vague": f"{first_open('en', 'wa', 're', 'su', 'idle')} AND {UNDECIDED}",
        "left open": f"({doubtful('su', 'ex', 'idle', 'wa', 're', 'en')} OR ep_p)",
        "left open, vague": f"({doubtful('su', 'ex', 'idle', 'wa', 're', 'en')} OR ep_p) AND {LEFT_OPEN}",
        "time to cure": "failing",
        "was broken": "(had AND (was_t OR l.t < over_t))",
        "never bound": "NOT was_bound",
        "in breach then": "end_t",
        "verdict open": "(end_p OR (was_p AND NOT was_t))",
        "verdict open, vague": "(end_p OR (was_p AND NOT was_t)) AND was_und",
    },
)


def episodes(line: str, inst: str) -> str:
    """Breaches that a remedy answers `(iid, lo, hi, sure, und)`: each possible episode, sure from its
    first sure one, and each further sure one within it; none begins after the window."""
    within = f"""
      SELECT l.iid, l.t, {LEFT_OPEN} AS und, l.ep_p AND l.t < i.c_hi AS p, l.ep_t AND l.t < i.c_lo AS s
      FROM {line} l JOIN {inst} i USING (iid)"""
    numbered = f"""
      SELECT iid, t, und, p AND NOT coalesce(was_p, false) AS p_start, s AND NOT coalesce(was_s, false) AS s_start,
             sum(CASE WHEN p AND NOT coalesce(was_p, false) THEN 1 ELSE 0 END) OVER (
               PARTITION BY iid ORDER BY t ROWS UNBOUNDED PRECEDING) AS n
      FROM (SELECT *, lag(p) OVER (PARTITION BY iid ORDER BY t) AS was_p,
                   lag(s) OVER (PARTITION BY iid ORDER BY t) AS was_s FROM ({within}))"""
    return f"""
      WITH e AS ({numbered}),
      p AS (SELECT iid, n, t, und FROM e WHERE p_start),
      s AS (SELECT iid, n, t, und, row_number() OVER (PARTITION BY iid, n ORDER BY t) AS k FROM e WHERE s_start)
      SELECT p.iid, p.t AS lo, coalesce(s.t, {FOR_GOOD}) AS hi, s.t IS NOT NULL AS sure, p.und FROM p LEFT JOIN s ON s.iid = p.iid AND s.n = p.n AND s.k = 1
      UNION ALL SELECT iid, t, t, true, und FROM s WHERE k > 1"""
