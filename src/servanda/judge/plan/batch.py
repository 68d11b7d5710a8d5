"""Rules that are judged in one go."""

from __future__ import annotations

from servanda.language.core import Rule


class Batch:
    """Rules judged in one go: standing rules of one kind, or one rule with instances."""

    def __init__(self, rules: list[Rule], numbers: dict[str, int]) -> None:
        self.rules = rules
        self.numbers = {r.id: numbers[r.id] for r in rules}
        self.name = str(self.numbers[rules[0].id])
        self.inst = f"inst_{self.name}"
        self.kind = rules[0].kind
        self.verdict = ""  # a query of its status spans: see common.verdict_rows
        self.telling: list[str] = []  # SELECTs of statuses that other rules ask for

    def own(self, rule: Rule) -> str:
        """The instances of one of the rules, as a table expression."""
        if len(self.rules) == 1:
            return self.inst
        return f"(SELECT * FROM {self.inst} WHERE rule = {self.numbers[rule.id]})"
