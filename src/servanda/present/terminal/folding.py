"""Rows of `status` folded so that a person can read them.

Of a recurring duty the last periods are shown and the earlier ones counted; parties whose duties
are alike share a row. The JSON has every row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from servanda.vocabulary.statuses import ORDER, word

Row = Mapping[str, Any]
MOST_PERIODS = 3
SEPARATE = ("clause", "kind", "creditor", "status", "since", "final", "breaches", "entries")
PERIOD = "period"


def folded(rows: Sequence[Row]) -> list[Row]:
    """The rows to show, in their order. A row of counted periods has `counted`: word → number."""
    return join_debtors(count_periods(rows))


def count_periods(rows: Sequence[Row]) -> list[Row]:
    """Each recurring duty's last period, and before it one row that counts the earlier ones."""
    series: dict[str, list[Row]] = {}
    for row in rows:
        if PERIOD in row["instance"]:
            series.setdefault(without_period(row), []).append(row)
    found: list[Row] = []
    for row in rows:
        periods = series.get(without_period(row), []) if PERIOD in row["instance"] else []
        if len(periods) <= MOST_PERIODS:
            found.append(row)
        elif row is periods[-1]:
            found += [counted(periods[:-1]), row]
    return found


def without_period(row: Row) -> str:
    """Key of a recurring duty: everything but the period."""
    others = {name: value for name, value in row["instance"].items() if name != PERIOD}
    return repr([row["rule"], row["debtor"], row["creditor"], others])


def counted(periods: Sequence[Row]) -> Row:
    """One row for several periods of one duty."""
    first, last = periods[0]["instance"][PERIOD], periods[-1]["instance"][PERIOD]
    codes = Counter((row["status"], row["outcome"]) for row in periods)
    numbers = sorted(codes.items(), key=lambda each: ORDER.index(each[0][0]))
    nothing: dict[str, Any] = {
        "since": None,
        "final": False,
        "breach": {},
        "breaches": (),
        "breach_particulars": (),
        "entries": (),
    }
    row, periods_named = periods[-1], f"{first} to {last}"
    period = {PERIOD: periods_named}
    return dict(row) | nothing | {
        "duty": row["duty"].replace(f"{PERIOD} {last}", f"{PERIOD} {periods_named}"),
        "instance": row["instance"] | period,
        "particulars": row["particulars"] | period,
        "counted": {word(code, row["kind"], came): n for (code, came), n in numbers},
    }  # fmt: skip


def join_debtors(rows: Iterable[Row]) -> list[Row]:
    """Rows that differ only in who owes, as one: `France, Germany, UK`."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["debtor"] is None:  # a provision
            found[repr(len(found))] = [row]
            continue
        own = {n: None if v == row["debtor"] else v for n, v in row["instance"].items()}
        rule = row["rule"].removesuffix(f":{row['debtor']}")  # each member has a rule of its own
        duty = row["duty"].removeprefix(row["debtor"])
        alike = [rule, duty, [row.get(name) for name in SEPARATE], own, row.get("counted")]
        found.setdefault(repr(alike), []).append(row)
    return [group[0] if len(group) == 1 else joined(group) for group in found.values()]


def joined(group: Sequence[Row]) -> Row:
    debtors = ", ".join(dict.fromkeys(row["debtor"] for row in group))
    first = group[0]
    return dict(first) | {
        "debtor": debtors,
        "duty": debtors + first["duty"].removeprefix(first["debtor"]),
        "instance": {n: v for n, v in first["instance"].items() if v != first["debtor"]},
        "particulars": {n: v for n, v in first["particulars"].items() if v != first["debtor"]},
    }
