"""The overlays of a batch of duties as columns over time."""

from __future__ import annotations

from msgspec import Struct

from servanda.judge.plan.sql import FOR_GOOD
from servanda.judge.plan.step_functions import UNTIL_NEXT

# `…_und`: a vague term leaves it open; `off`: suspended or ended, `let`: waived or released.
GATE_COLUMNS = ("su", "ex", "idle", "en", "wa", "re", "ex_und", "idle_und", "off_und", "let_und")
MADE_OF = {
    "idle": {"idle", "wait"},
    "idle_und": {"idle_und", "wait_und"},
    "off_und": {"su_und", "en_und"},
    "let_und": {"wa_und", "re_und"},
}


class Gates(Struct, frozen=True):
    """The overlays of a batch: a table `(iid, t, su, ex, idle, …)` or a query in its place.

    `present` are the overlays that may be anything but 0; `few`: no instance has many rows;
    `ended`: the rows have the tick `u` at which each ends. `begun`: from when each instance is possibly
    (`in_lo`) and surely (`in_hi`) in force, as a query; None: since ever.
    """

    table: str
    present: frozenset[str]
    few: bool
    ended: bool = False
    begun: str | None = None

    def columns(self) -> tuple[str, ...]:
        """The GATE_COLUMNS that may differ from 0."""
        return tuple(n for n in GATE_COLUMNS if self.present & MADE_OF.get(n, {n}))

    def most(self, *names: str) -> str:
        """The greatest of several overlays, as an expression over a timeline that has `columns`."""
        there = [n for n in names if n in self.columns()]
        return f"greatest({', '.join(there)})" if there else "0"

    def zeros(self) -> str:
        """The GATE_COLUMNS that are always 0, as cells."""
        there = self.columns()
        return "".join(f", 0 AS {n}" for n in GATE_COLUMNS if n not in there)

    def spans(self) -> str:
        """The rows with the tick `u` at which each ends."""
        if self.ended:
            return self.table
        u = UNTIL_NEXT if self.present else str(FOR_GOOD)
        return f"(SELECT *, {u} AS u FROM {self.table})"
