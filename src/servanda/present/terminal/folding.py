"""Rows of `status` that say the same, folded so that a person can read them.

Of a duty that recurs the last periods are shown and the earlier ones counted; parties that stand
alike in a duty share a row. The JSON has every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from servanda.explain.statuses import ORDER

Row = Mapping[str, Any]
MOST_PERIODS = 3
SEPARATE = ("clause", "kind", "creditor", "status", "since", "final", "breaches", "entries")


def folded(rows: Sequence[Row]) -> list[Row]:
    """The rows to show, in their order. A row of counted periods has `counted`: status → number."""
    return alike(recent(rows))


def recent(rows: Sequence[Row]) -> list[Row]:
    """Each recurring duty's last period, and before it one row that counts the earlier ones."""
    series: dict[str, list[Row]] = {}
    for row in rows:
        if "period" in row["instance"]:
            series.setdefault(whole(row), []).append(row)
    found: list[Row] = []
    for row in rows:
        periods = series.get(whole(row), []) if "period" in row["instance"] else []
        if len(periods) <= MOST_PERIODS:
            found.append(row)
        elif row is periods[-1]:
            found += [counted(periods[:-1]), row]
    return found


def whole(row: Row) -> str:
    """What tells one recurring duty from another: everything but the period."""
    others = {name: value for name, value in row["instance"].items() if name != "period"}
    return repr([row["rule"], row["debtor"], row["creditor"], others])


def counted(periods: Sequence[Row]) -> Row:
    """One row for several periods of one duty."""
    first, last = periods[0]["instance"]["period"], periods[-1]["instance"]["period"]
    numbers = {s: sum(p["status"] == s for p in periods) for s in ORDER}
    nothing: dict[str, Any] = {
        "since": None,
        "final": False,
        "breach": {},
        "breaches": (),
        "entries": (),
    }
    instance = dict(periods[-1]["instance"]) | {"period": f"{first} to {last}"}
    return dict(periods[-1]) | nothing | {
        "instance": instance,
        "counted": {status: n for status, n in numbers.items() if n},
    }  # fmt: skip


def alike(rows: Iterable[Row]) -> list[Row]:
    """Rows that differ only in who owes, as one: `France, Germany, UK`."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        own = {n: None if v == row["debtor"] else v for n, v in row["instance"].items()}
        rule = row["rule"].removesuffix(f":{row['debtor']}")  # each member has a rule of its own
        same = repr([rule, [row.get(name) for name in SEPARATE], own, row.get("counted")])
        found.setdefault(same, []).append(row)
    return [group[0] if len(group) == 1 else together(group) for group in found.values()]


def together(group: Sequence[Row]) -> Row:
    debtors = list(dict.fromkeys(row["debtor"] for row in group))
    first = group[0]
    others = {n: v for n, v in first["instance"].items() if v != first["debtor"]}
    return dict(first) | {"debtor": ", ".join(debtors), "instance": others}
