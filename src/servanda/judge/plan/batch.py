"""Batches: rules that are judged together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.semantics.norms import Rule

if TYPE_CHECKING:
    from servanda.judge.plan.gates import Gates


class Batch:
    """Rules judged together: standing rules of one kind, or one rule with instances."""

    def __init__(self, rules: list[Rule], numbers: dict[str, int]) -> None:
        self.rules = rules
        self.numbers = {r.id: numbers[r.id] for r in rules}
        self.name = str(self.numbers[rules[0].id])
        self.inst = f"inst_{self.name}"
        self.kind = rules[0].kind
        self.spans = ""  # a query of status spans, as verdict_spans.verdict_rows makes them
        self.unmoved = False  # rounds of a circle leave its instances and conditions as they are
        self.breaches = ""  # the same of those that a violation may have begun, if kept apart
        self.gates: Gates | None = None  # its overlays
        self.line = ""  # the timeline of what it is to keep, if materialised
        self.telling: list[str] = []  # SELECTs of statuses that other rules ask for
        self.binding = ""  # a SELECT of where its instances bind, if other rules ask for that

    @property
    def verdict(self) -> str:
        """All its status spans."""
        if not self.breaches:
            return self.spans
        return f"SELECT * FROM ({self.spans}) UNION ALL SELECT * FROM ({self.breaches})"

    def own(self, rule: Rule) -> str:
        """The instances of one of the rules, as a table expression."""
        if len(self.rules) == 1:
            return self.inst
        return f"(SELECT * FROM {self.inst} WHERE rule = {self.numbers[rule.id]})"
