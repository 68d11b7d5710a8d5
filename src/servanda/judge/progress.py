"""The progress of a judgement, readable from another thread."""

from __future__ import annotations

from servanda.judge.engines.duckdb import Tables


class Progress:
    """Rules are judged one by one, then the table is written: each is a step."""

    def __init__(self, watched: bool = False) -> None:
        self.watched = watched
        self.runs = 1  # judgements that report here, one after the other
        self.tables: Tables | None = None
        self.steps = 1
        self.done = 0
        self.under_way = 1
        self.furthest = 0.0
        self.doing = "reading the record"
        self.events = 0

    def begin(self, tables: Tables, rules: int) -> None:
        self.tables = tables
        self.steps = 1 + self.runs * (rules + 1)  # reading before, writing after

    def step(self, doing: str, steps: int = 1) -> None:
        """What was under way is done, and counts as that many steps; now `doing` begins."""
        self.done += self.under_way
        self.under_way = steps
        self.doing = doing

    def share(self) -> float:
        """Of the whole, from 0 to 1, never going back: steps done, and what the statement under
        way has done of its step."""
        statement = self.tables.statement_done() if self.tables is not None else 0.0
        done = self.done + self.under_way * statement
        self.furthest = max(self.furthest, min(1.0, done / self.steps))
        return self.furthest
