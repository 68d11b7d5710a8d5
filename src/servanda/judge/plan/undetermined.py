"""Marks of statuses that a vague term leaves open, for the rules that read them."""

from __future__ import annotations

from collections.abc import Callable

from servanda.judge.plan.batch import Batch
from servanda.judge.plan.sql import FOR_GOOD, SINCE_EVER
from servanda.judge.plan.step_functions import UNTIL_NEXT, counted

AT_ONCE = ("suspended", "binding")  # felt at once, all other statuses as effects


def marks_of(batch: Batch, line: str, undecided: str, felt: Callable[[str], str]) -> str:
    """`(iid, f, u)`: where something about a duty is undecided, felt at the ticks that `felt`
    makes of those of the timeline `line`."""
    last = "least(w, i.c_hi)" if batch.kind == "forbid" else "w"
    ends = f"{UNTIL_NEXT} AS w"
    return f"""
      SELECT iid, {felt("t")} AS f, {felt(last)} AS u
      FROM (SELECT *, {ends} FROM {line}) JOIN {batch.inst} i USING (iid) WHERE {undecided}
      UNION ALL SELECT iid, {SINCE_EVER}, CASE WHEN sure THEN {felt("hi")} ELSE {FOR_GOOD} END
      FROM {batch.inst} WHERE doubt_und"""


def marked(batch: Batch, state: str, found: str, undecided: str) -> str:
    """Statuses `found` where they are possible and a mark of `undecided` lies, as level 0."""
    if state in AT_ONCE:
        return marked_at_once(found, undecided)
    return marked_on(found, undecided, batch.inst)


def marked_at_once(found: str, marks: str) -> str:
    """Statuses `found` where they are possible and marked, as level 0."""
    return f"""
      SELECT iid, rule, debtor, creditor, greatest(s.f, m.f), least(s.u, m.u), 0
      FROM ({found}) s JOIN ({marks}) m USING (iid)
      WHERE s.level = 1 AND s.f < m.u AND m.f < s.u"""


def marked_on(found: str, marks: str, inst: str) -> str:
    """The same, and once undetermined for as long as they are only possible: otherwise the
    fixpoint may not terminate."""
    changes = counted(f"SELECT iid, f, u, level FROM ({found})", inst)
    return f"""
      SELECT s.iid, any_value(i.rule), any_value(i.debtor), any_value(i.creditor), greatest(s.f, min(m.f)), s.u, 0
      FROM (SELECT iid, t AS f, {UNTIL_NEXT} AS u, val FROM ({changes})) s
      JOIN ({marks}) m USING (iid) JOIN {inst} i USING (iid)
      WHERE s.val = 1 AND m.f < m.u AND s.f < m.u AND m.f < s.u GROUP BY s.iid, s.f, s.u"""
