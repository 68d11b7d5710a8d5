"""One key for a duty in all accounts, and the current status under each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from servanda.explain.rows import bindings
from servanda.judge.verdict import Status, Verdict
from servanda.semantics.norms import Rule

Duty = tuple[str, str, str, str, str, int, int]
"""Clause, kind, debtor, creditor, instance (as JSON), how deep a remedy, which of several alike."""


Standing = tuple[Rule, Verdict]
"""A duty's rule in an account, and the last of its spans."""


def duties(rules: Iterable[Rule], verdicts: Iterable[Verdict]) -> dict[Duty, Status]:
    """The current status of every duty, keyed alike in all accounts."""
    return {key: verdict.status for key, (_, verdict) in current(rules, verdicts).items()}


def current(rules: Iterable[Rule], verdicts: Iterable[Verdict]) -> dict[Duty, Standing]:
    """Every duty with its last span, keyed alike in all accounts."""
    by_id = {rule.id: rule for rule in rules}
    seen: Counter[tuple[str, str, str, str, str, int]] = Counter()
    found: dict[Duty, Standing] = {}
    for verdict in verdicts:
        if verdict.until is not None:
            continue
        rule = by_id[verdict.rule]
        instance = json.dumps(bindings(verdict.instance), sort_keys=True)
        creditor = verdict.creditor or ""
        depth = rule.id.count("/else")
        alike = (rule.clause, rule.kind, verdict.debtor, creditor, instance, depth)
        seen[alike] += 1
        found[(*alike, seen[alike])] = (rule, verdict)
    return found
