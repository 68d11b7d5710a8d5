"""`applies …`: whether a provision is in force, over the timeline of its window and overlays."""

from __future__ import annotations

from servanda.judge.plan.gates import Gates
from servanda.judge.plan.step_functions import UNTIL_NEXT
from servanda.judge.plan.verdict_spans import (
    COMMON,
    UNDECIDED,
    doubtful,
    first_open,
    first_ticks,
    uncertain,
    under,
    window_steps,
)
from servanda.judge.statuses import status_in_sql

STOPPED = ("su", "en", "idle", "ex")


def timeline(inst: str, gates: Gates) -> str:
    """`(iid, t, u, win, overlays…)`."""
    line = under(gates, {"win": window_steps(inst)}, inst)
    return f"SELECT *, {UNTIL_NEXT} AS u FROM ({line})"


def points(inst: str, line: str) -> str:
    """`(iid, t, status, opened, breach_key)`."""
    in_force = f"win = 2 AND greatest({', '.join(STOPPED)}) = 0 AND NOT {uncertain('p')}"
    settled = "(t % 64 > 0 OR u > t + 1)"
    return f"""
      SELECT l.iid, l.t, {STATUS} AS status, NULL::VARCHAR AS opened, NULL::BIGINT AS breach_key
      FROM (SELECT p.*, {first_ticks("wa", "re", "en")},
              max(CASE WHEN {in_force} AND {settled} THEN 1 ELSE 0 END) OVER (
                PARTITION BY p.iid ORDER BY t ROWS UNBOUNDED PRECEDING) = 1 AS was_in_force
            FROM {line} p JOIN {inst} i USING (iid)) l
      JOIN {inst} i USING (iid) WHERE l.t >= i.lo"""


STATUS = status_in_sql(
    "provision",
    COMMON
    | {
        "first open": first_open("en", "su", "greatest(idle, ex)"),
        "first open, vague": f"{first_open('en', 'su', 'greatest(idle, ex)')} AND {UNDECIDED}",
        "shut": "(idle = 2 OR ex = 2)",
        "shut, was in force": "((idle = 2 OR ex = 2) AND was_in_force)",
        "left open, vague": f"(({doubtful(*STOPPED)}) AND greatest(ex_und, idle_und, off_und, let_und) = 1)",
        "left open": f"({doubtful(*STOPPED)})",
    },
)
