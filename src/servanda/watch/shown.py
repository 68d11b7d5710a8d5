"""Changes and units for people to read: one line each."""

from __future__ import annotations

from typing import Any

import msgspec

from servanda.language.core import Norms
from servanda.watch.units import units_of


def line_of(body: bytes) -> str:
    """A change as one line: time, clause, instance, debtor, what it was and is, and by what."""
    change = msgspec.json.decode(body)
    instance = ", ".join(f"{name} {value}" for name, value in change["instance"].items())
    what = f"{change['clause']} ({instance})" if instance else change["clause"]
    was, now = change["was"] or "nothing", change["is"] or "nothing"
    if change["withdrawn"]:
        moved = f"not {was} after all, {now}"
    else:
        moved = f"{was} → {now}" if change["was"] else now
    by = f"  by {', '.join(change['entries'])}" if change["entries"] else ""
    return f"{change['at'] or 'since ever'}  {what}  {change['debtor']}: {moved}{by}"


def unit_rows(norms: Norms) -> list[dict[str, Any]]:
    """The units: clauses, the key of each rule, what is filed by it and what touches all."""
    clause = {rule.id: rule.clause for rule in norms.rules}
    return [
        {
            "clauses": list(
                dict.fromkeys(clause[r.id] for r in norms.rules if r.id in u.reach.rules)
            ),
            "keys": dict(sorted(u.keys.items())),
            "filed_by": {name: list(params) for name, params in sorted(u.held.items())},
            "touch_all": sorted(u.shared) if u.keys else [],
            "whole": u.whole,
        }
        for u in units_of(norms)
    ]


def unit_lines(rows: list[dict[str, Any]]) -> list[str]:
    lines = []
    for row in rows:
        clauses = ", ".join(row["clauses"])
        if row["whole"]:
            lines.append(f"{clauses}: judged whole at every change (no key holds all it speaks of)")
            continue
        filed = ", ".join(f"{name} by {' and '.join(by)}" for name, by in row["filed_by"].items())
        lines.append(f"{clauses}: judged for the keys touched; {filed}")
        if row["touch_all"]:
            lines.append(f"  all keys again at: {', '.join(row['touch_all'])}")
    return lines
