"""Shared parts of the four kinds' plans: windows as steps, spans from points, verdict rows."""

from __future__ import annotations

from collections.abc import Collection

from servanda.judge.plan.batch import Batch
from servanda.judge.plan.gates import GATE_COLUMNS, Gates
from servanda.judge.plan.sql import FOR_GOOD, SINCE_EVER, named
from servanda.judge.plan.step_functions import Sources, merged

UNDECIDED = "greatest(ex_und, idle_und, off_und, let_und) = 1"


def undecided_in(gates: str) -> str:
    """`UNDECIDED`, of a table of gates among others."""
    return UNDECIDED.replace("(", f"({gates}.").replace(", ", f", {gates}.")


def window_steps(inst: str) -> str:
    """Inside the window: 2 surely, 1 possibly, 0 not."""
    return f"""
      SELECT iid, {SINCE_EVER} AS t, 0 AS val FROM {inst}
      UNION ALL SELECT iid, hi, CASE WHEN hi >= o_hi AND hi < c_lo THEN 2 WHEN hi >= o_lo AND hi < c_hi THEN 1 ELSE 0 END
        FROM {inst} WHERE lo < hi
      UNION ALL SELECT iid, lo, 0 FROM {inst} WHERE lo < o_lo OR o_lo >= c_hi
      UNION ALL SELECT iid, o_lo, 0 FROM {inst} WHERE o_lo >= c_hi AND o_lo < {FOR_GOOD}
      UNION ALL SELECT iid, lo, CASE WHEN lo >= c_hi THEN 0 WHEN o_hi <= lo AND lo < c_lo THEN 2 ELSE 1 END
        FROM {inst} WHERE o_lo < lo AND o_lo < c_hi
      UNION ALL SELECT iid, o_lo, 1 FROM {inst} WHERE o_lo < c_hi AND o_lo < o_hi
      UNION ALL SELECT iid, o_hi, 2 FROM {inst} WHERE o_hi < c_lo
      UNION ALL SELECT iid, o_hi, CASE WHEN o_hi < c_hi THEN 1 ELSE 0 END
        FROM {inst} WHERE o_hi >= c_lo AND o_hi <> c_hi AND o_hi < {FOR_GOOD}
      UNION ALL SELECT iid, c_lo, 1 FROM {inst} WHERE o_lo < c_lo AND c_lo < c_hi
      UNION ALL SELECT iid, c_hi, 0 FROM {inst} WHERE o_lo < c_hi AND c_hi < {FOR_GOOD}"""


def laid_over(
    gates: Gates, columns: dict[str, str], inst: str, others: Sources, ended: bool = False
) -> str:
    """`merged` of step functions and of their possible overlays."""
    there = gates.columns()
    laid = {there: f"SELECT * FROM {gates.table}"} if there else {}
    return merged(columns, inst, {**others, **laid}, ended=ended)


def under(gates: Gates, columns: dict[str, str], inst: str) -> str:
    """The same with all overlays; those that never apply are 0 throughout."""
    return f"SELECT *{gates.zeros()} FROM ({laid_over(gates, columns, inst, {})})"


def not_in_force(name: str, c: str = "i.c_hi") -> str:
    """The overlay began before the window closed: a duty that has lapsed stays lapsed."""
    return f"({name} = 2 AND {name}_t < {c})"


def over_from(i: str = "i") -> str:
    """The tick from which on a duty is over: waived, released or ended in its window, or lapsed."""
    let_go = "least(wa_t, re_t, en_t)"
    return (
        f"least(CASE WHEN {let_go} < {i}.c_hi THEN {let_go} ELSE {FOR_GOOD} END, "
        f"greatest({i}.o_hi, {i}.c_hi))"
    )


def ever(holds: str) -> str:
    """Whether it holds in any row of an instance."""
    return f"coalesce(bool_or({holds}) OVER (PARTITION BY iid), false)"


def first_ticks(*names: str, present: Collection[str] = GATE_COLUMNS) -> str:
    """For each overlay, the tick from which it surely applies; never, if not `present`."""
    surely = "min(CASE WHEN {0} = 2 THEN t END) OVER (PARTITION BY iid) AS {0}_t"
    never = "NULL::BIGINT AS {0}_t"
    return ", ".join((surely if n in present else never).format(n) for n in names)


def uncertain(line: str) -> str:
    """It is not certain at a tick that there is such an instance."""
    return f"({line}.t < i.hi OR (NOT i.sure AND {line}.t >= i.doubt))"


def doubted(line: str) -> dict[str, str]:
    """The conditions of judge/statuses.py on whether there is such an instance."""
    return {
        "doubted": uncertain(line),
        "doubted, vague": f"(i.doubt_und AND {uncertain(line)})",
    }


def doubtful(*names: str) -> str:
    return " OR ".join(f"{n} = 1" for n in names)


def first_open(*names: str) -> str:
    """Whether the first of some overlays that is not surely off, in their order, is only possible."""
    cases = " ".join(f"WHEN {n} = 2 THEN false WHEN {n} = 1 THEN true" for n in names)
    return f"(CASE {cases} ELSE false END)"


def variables(batch: Batch, at: str) -> str:
    """The columns of the instance's variables, where a batch has any."""
    found = batch.rules[0].variables if len(batch.rules) == 1 else ()
    return "".join(f", {at}{named('k_', v.name)}" for v in found)


def cut(tick: str) -> str:
    """The instant of a tick; the beginning of time stays."""
    return f"(CASE WHEN {tick} <= {SINCE_EVER} THEN {tick} ELSE ({tick} >> 6) * 64 END)"


def verdict_rows(batch: Batch, points: str, now: int, last: bool = False) -> str:
    """Merge equal neighbours of `(iid, t, status, opened, breach_key)` into spans.

    Points that share an instant are cut to the last of them first (reports show instants, never
    phases), unless they are it already (`last`); `breach_key` NULL merges, else starts a span of
    its own.
    """
    f = f"{cut('t')} AS f"
    rows = f"SELECT iid, {f}, status, opened, breach_key FROM p"
    if not last:
        # an act of a status that does not outlast its instant opens nothing
        acting = "arg_max(CASE WHEN opened IS NOT NULL THEN status END, t) = arg_max(status, t)"
        rows = f"""SELECT iid, {f}, arg_max(status, t) AS status,
                         CASE WHEN {acting} THEN arg_max(opened, t) END AS opened,
                         CASE WHEN arg_max(status, t) = 'broken' THEN arg_max(breach_key, t) END AS breach_key
                  FROM p GROUP BY iid, f"""
    return f"""
      WITH p AS (SELECT iid, greatest(t, {SINCE_EVER}) AS t, status, opened, breach_key FROM ({points})
                 WHERE t <= {now}),
      m AS ({rows}),
      k AS (SELECT *, lag(status) OVER (PARTITION BY iid ORDER BY f) AS was FROM m
            QUALIFY was IS NULL OR was <> status OR breach_key IS NOT NULL),
      s AS (SELECT *, lead(f, 1, {FOR_GOOD}) OVER w AS u, lead(opened) OVER w AS closed FROM k
            WINDOW w AS (PARTITION BY iid ORDER BY f))
      SELECT i.rule, s.iid, i.debtor, i.creditor, i.trigger, s.status, s.f, s.u,
             CASE WHEN s.was IS NULL THEN i.trigger END AS began, s.opened, s.closed, s.breach_key{variables(batch, "i.")}
      FROM s JOIN {batch.inst} i USING (iid)"""


COMMON = {
    "waived": not_in_force("wa"),
    "released": not_in_force("re"),
    "ended": not_in_force("en"),
    "end open": "(l.t < i.c_hi AND (en = 1 OR wa = 1 OR re = 1))",
    "end open, vague": f"(l.t < i.c_hi AND (en = 1 OR wa = 1 OR re = 1)) AND {UNDECIDED}",
    "before opening": "l.t < i.o_lo",
    "opening open": "l.t < i.o_hi",
    "lapsed": "l.t >= i.o_hi AND l.t >= i.c_hi",
    "closing open": "l.t >= i.c_lo",
    "suspended": "su = 2",
    "excused": "ex = 2",
    "idle": "idle = 2",
    **doubted("l"),
}
"""The conditions of judge/statuses.py that several kinds share: timeline `l`, instance `i`."""
