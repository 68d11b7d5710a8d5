"""Render changes and units as text, one line each."""

from __future__ import annotations

from typing import Any

import msgspec

from servanda.semantics.norms import Norms
from servanda.watch.units import units_of


def line_of(body: bytes) -> str:
    """A change as one line: time, clause, instance, debtor, old and new status, entries."""
    change = msgspec.json.decode(body)
    instance = ", ".join(f"{name} {value}" for name, value in change["instance"].items())
    what = f"{change['clause']} ({instance})" if instance else change["clause"]
    was, now = change["was"] or "nothing", change["is"] or "nothing"
    if change["withdrawn"]:
        moved = f"not {was} after all, {now}"
    else:
        moved = f"{was} → {now}" if change["was"] else now
    by = f"  by {', '.join(change['entries'])}" if change["entries"] else ""
    who = f"{what}  {change['debtor']}" if change["debtor"] else what
    return f"{change['at'] or 'since ever'}  {who}: {moved}{by}"


def unit_rows(norms: Norms) -> list[dict[str, Any]]:
    """Units as rows: rules, key variables, words filed by key, and words that affect all keys."""
    return [
        {
            "rules": [rule.id for rule in norms.rules if rule.id in unit.reach.rules],
            "keys": dict(sorted(unit.keys.items())),
            "filed_by": {name: list(params) for name, params in sorted(unit.held.items())},
            "touch_all": sorted(unit.shared) if unit.keys else [],
            "whole": unit.whole,
        }
        for unit in units_of(norms)
    ]


def unit_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Units as text: keyed ones first, then those judged as a whole."""
    lines = []
    for row in rows:
        if row["whole"]:
            continue
        filed = ", ".join(f"{name} by {' and '.join(by)}" for name, by in row["filed_by"].items())
        lines.append(f"judged for the affected keys only: {', '.join(row['rules'])}")
        lines.append(f"  filed: {filed}")
        if row["touch_all"]:
            lines.append(f"  affecting every key: {', '.join(row['touch_all'])}")
    whole = [row for row in rows if row["whole"]]
    if whole:
        lines.append("judged as a whole at every change, because no key covers all they mention:")
        lines += [f"  {', '.join(row['rules'])}" for row in whole]
    return lines
