"""Tables of statuses by kind of duty: docs/meaning.md, 3 and 7, as data.

Each kind has rows of a condition and a status; the first row whose condition holds counts.
The reference judge has a predicate for each condition, the plan a piece of SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal as OneOf
from typing import cast

from servanda.judge.verdict import Status

Kind = OneOf["achieve", "keep", "forbid", "may", "provision"]
Exercised = OneOf["exercised, open", "exercised, closed", "exercised, unknown"]
Rows = tuple[tuple[str, Status | Exercised], ...]
OTHERWISE = "otherwise"

CONDITIONS = {
    "waived": "waived before it lapsed",
    "released": "released before it lapsed",
    "ended": "the clause, its version or the agreement ended before it lapsed",
    "lapsed": "the window has closed",
    "before opening": "the window may not have opened yet",
    "opening open": "it is unknown whether the window has opened",
    "closing open": "it is unknown whether the window has closed",
    "doubted, vague": "it is unknown whether there is such an instance, because of a vague term",
    "doubted": "it is unknown whether there is such an instance",
    "suspended": "surely suspended",
    "excused": "surely excused",
    "idle": "surely idle",
    "performed": "performed in time",
    "late performance": "performed late",
    "remedy performed": "its remedy was performed",
    "breach": "in breach",
    "breach open, vague": "it is unknown whether the breach has come, because of a vague term",
    "breach open": "it is unknown whether the breach has come",
    "performance open": "it is unknown whether it was performed",
    "end open, vague": "an end, waiver or release is unknown, because of a vague term",
    "end open": "an end, waiver or release is unknown",
    "first open, vague": "the first overlay that may apply is unknown, because of a vague term",
    "first open": "the first overlay that may apply is unknown",
    "left open, vague": "it is unknown whether it binds or is kept, because of a vague term",
    "left open": "it is unknown whether it binds or is kept",
    "time to cure": "it fails, and the time to cure runs",
    "was broken": "there was a breach before",
    "doubted violation, vague": "a violation, or the opening, of an instance that is so doubted",
    "doubted violation": "a violation, or the opening, of a doubted instance",
    "used, shut": "used, the use is in effect, and it is surely idle or excused",
    "used, left open": "used, the use is in effect, and it is unknown whether it binds",
    "used": "used, and the use is in effect",
    "shut": "surely idle or excused",
    "shut, was in force": "surely idle or excused, and it has surely been in force before",
    OTHERWISE: "otherwise",
}
"""The conditions of all kinds, in words. Those with `vague` differ in the reason only."""

STATUSES: dict[Kind, Rows] = {
    "achieve": (
        ("waived", "waived"),
        ("released", "released"),
        ("ended", "ended"),
        ("lapsed", "lapsed"),
        ("doubted, vague", "undetermined"),
        ("doubted", "unknown"),
        ("performed", "kept"),
        ("late performance", "cured"),
        ("remedy performed", "compensated"),
        ("breach", "broken"),
        ("breach open, vague", "undetermined"),
        ("breach open", "unknown"),
        ("performance open", "unknown"),
        ("end open, vague", "undetermined"),
        ("end open", "unknown"),
        ("before opening", "dormant"),
        ("opening open", "unknown"),
        ("first open, vague", "undetermined"),
        ("first open", "unknown"),
        ("suspended", "suspended"),
        ("excused", "excused"),
        ("idle", "dormant"),
        ("left open, vague", "undetermined"),
        ("left open", "unknown"),
        (OTHERWISE, "due"),
    ),
    "keep": (
        ("waived", "waived"),
        ("released", "released"),
        ("ended", "ended"),
        ("before opening", "dormant"),
        ("lapsed", "lapsed"),
        ("doubted, vague", "undetermined"),
        ("doubted", "unknown"),
        ("opening open", "unknown"),
        ("closing open", "unknown"),
        ("first open, vague", "undetermined"),
        ("first open", "unknown"),
        ("suspended", "suspended"),
        ("idle", "dormant"),
        ("breach", "broken"),
        ("excused", "excused"),
        ("left open, vague", "undetermined"),
        ("left open", "unknown"),
        ("time to cure", "due"),
        ("was broken", "cured"),
        (OTHERWISE, "kept"),
    ),
    "forbid": (
        ("before opening", "dormant"),
        ("waived", "waived"),
        ("released", "released"),
        ("doubted violation, vague", "undetermined"),
        ("doubted violation", "unknown"),
        ("opening open", "unknown"),
        ("breach", "broken"),
        ("ended", "ended"),
        ("lapsed", "lapsed"),
        ("doubted, vague", "undetermined"),
        ("doubted", "unknown"),
        ("closing open", "unknown"),
        ("first open, vague", "undetermined"),
        ("first open", "unknown"),
        ("suspended", "suspended"),
        ("idle", "dormant"),
        ("excused", "excused"),
        ("left open, vague", "undetermined"),
        ("left open", "unknown"),
        ("was broken", "cured"),
        (OTHERWISE, "kept"),
    ),
    "may": (
        ("ended", "ended"),
        ("before opening", "closed"),
        ("lapsed", "expired"),
        ("doubted, vague", "undetermined"),
        ("doubted", "unknown"),
        ("opening open", "unknown"),
        ("closing open", "unknown"),
        ("first open, vague", "undetermined"),
        ("first open", "unknown"),
        ("suspended", "suspended"),
        ("used, shut", "exercised, closed"),
        ("used, left open", "exercised, unknown"),
        ("used", "exercised, open"),
        ("shut", "closed"),
        ("left open, vague", "undetermined"),
        ("left open", "unknown"),
        (OTHERWISE, "open"),
    ),
    "provision": (
        ("ended", "terminated"),
        ("before opening", "not_yet_in_force"),
        ("lapsed", "expired"),
        ("doubted, vague", "undetermined"),
        ("doubted", "unknown"),
        ("opening open", "unknown"),
        ("closing open", "unknown"),
        ("first open, vague", "undetermined"),
        ("first open", "unknown"),
        ("suspended", "suspended"),
        ("shut, was in force", "suspended"),
        ("shut", "not_yet_in_force"),
        ("left open, vague", "undetermined"),
        ("left open", "unknown"),
        (OTHERWISE, "in_force"),
    ),
}
EXERCISABLE: dict[str, bool | None] = {
    "exercised, open": True,
    "exercised, closed": False,
    "exercised, unknown": None,
}
"""The statuses of the table that verdicts tell as `exercised`, with `exercisable`."""

OVER: tuple[Status, ...] = ("lapsed", "ended", "released", "waived", "expired")
FINAL: dict[Kind, tuple[Status, ...]] = {
    "achieve": ("kept", "cured", "compensated", *OVER),
    "keep": OVER,
    "forbid": OVER,
    "may": OVER,
    "provision": ("terminated", "expired"),
}
"""The statuses that nothing dated later can change."""


def rows_of(kind: Kind, holds: Callable[[str], bool]) -> tuple[bool, ...]:
    """Of each row of a kind, whether its condition holds."""
    return tuple(condition == OTHERWISE or holds(condition) for condition, _ in STATUSES[kind])


def status_of(kind: Kind, holds: Callable[[str], bool]) -> Status | Exercised:
    """The status of the first row whose condition holds."""
    *rows, (_, last) = STATUSES[kind]
    for condition, status in rows:
        if holds(condition):
            return status
    return last


def told(status: Status | Exercised) -> tuple[Status, bool | None]:
    """A status of the table as verdicts tell it, and whether an exercised power is exercisable."""
    if status in EXERCISABLE:
        return "exercised", EXERCISABLE[status]
    return cast(Status, status), None


def status_in_sql(kind: Kind, conditions: Mapping[str, str]) -> str:
    """The same as an expression; `conditions`: the SQL of each."""
    *rows, (_, last) = STATUSES[kind]
    cases = "\n       ".join(f"WHEN {conditions[when]} THEN '{status}'" for when, status in rows)
    return f"\n  CASE {cases}\n       ELSE '{last}' END"
