"""Tables of statuses by kind of duty: docs/meaning.md, 3 and 7, as data.

Each kind has rows of a condition and a status; the first row whose condition holds counts.
The reference judge has a predicate for each condition, the plan a piece of SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal as OneOf
from typing import cast

from msgspec import Struct

from servanda.judge.verdict import Outcome, Status

Kind = OneOf["achieve", "keep", "forbid", "may", "provision"]
Code = str
"""A status as the judges compute it, with its outcome: `lapsed, broken` (see `told`)."""
Rows = tuple[tuple[str, Code], ...]
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
    "over, left open, vague": "the time is over, and a breach may stand, because of a vague term",
    "over, left open": "the time is over, and a breach may stand",
    "in breach then": "it was in breach when it ended",
    "verdict open, vague": "it is unknown whether it was kept, because of a vague term",
    "verdict open": "it is unknown whether it was kept",
    "was used": "it was used",
    "use open, vague": "it is unknown whether it was used, because of a vague term",
    "use open": "it is unknown whether it was used",
    "never bound": "it never bound",
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
        ("end open, vague", "undetermined"),
        ("end open", "unknown"),
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
        ("over, left open, vague", "undetermined"),
        ("over, left open", "unknown"),
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
        ("end open, vague", "undetermined"),
        ("end open", "unknown"),
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
        ("end open, vague", "undetermined"),
        ("end open", "unknown"),
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
OVER: tuple[Status, ...] = ("lapsed", "ended", "released", "waived", "expired")
FINAL: dict[Kind, tuple[Status, ...]] = {
    "achieve": ("kept", "cured", "compensated", *OVER),
    "keep": OVER,
    "forbid": OVER,
    "may": OVER,
    "provision": ("terminated", "expired"),
}
"""The statuses that nothing dated later can change."""

NOTHING_OWED = ""
OUTCOMES: dict[Kind, Rows] = {
    "achieve": (
        ("in breach then", "broken"),
        ("verdict open, vague", "undetermined"),
        ("verdict open", "unknown"),
        (OTHERWISE, NOTHING_OWED),
    ),
    "keep": (
        ("never bound", NOTHING_OWED),
        ("doubted, vague", "undetermined"),
        ("doubted", "unknown"),
        ("in breach then", "broken"),
        ("verdict open, vague", "undetermined"),
        ("verdict open", "unknown"),
        ("was broken", "cured"),
        (OTHERWISE, "kept"),
    ),
    "forbid": (
        ("never bound", NOTHING_OWED),
        ("doubted, vague", "undetermined"),
        ("doubted", "unknown"),
        ("in breach then", "broken"),
        ("verdict open, vague", "undetermined"),
        ("verdict open", "unknown"),
        ("was broken", "cured"),
        (OTHERWISE, "kept"),
    ),
    "may": (
        ("was used", "exercised"),
        ("use open, vague", "undetermined"),
        ("use open", "unknown"),
        (OTHERWISE, "not_exercised"),
    ),
    "provision": (),
}
"""What a duty that is over (`OVER`) came to; of a power, in every status, whether it was used."""


def rows_of(kind: Kind, holds: Callable[[str], bool]) -> tuple[bool, ...]:
    """Of each row of a kind, whether its condition holds."""
    return tuple(condition == OTHERWISE or holds(condition) for condition, _ in STATUSES[kind])


def status_of(kind: Kind, holds: Callable[[str], bool]) -> Code:
    """The status of the first row whose condition holds, with its outcome."""
    status = first_row(STATUSES[kind], holds)
    if not has_outcome(kind, status):
        return status
    outcome = first_row(OUTCOMES[kind], holds)
    return f"{status}, {outcome}" if outcome else status


def first_row(rows: Rows, holds: Callable[[str], bool]) -> Code:
    return next(code for condition, code in rows if condition == OTHERWISE or holds(condition))


def has_outcome(kind: Kind, status: Code) -> bool:
    """Whether a status has an outcome: what is over, and any status of a power."""
    return kind == "may" or (status in OVER and bool(OUTCOMES[kind]))


class Told(Struct, frozen=True):
    """A status as in a verdict: see `servanda.judge.verdict.Verdict`."""

    status: Status
    outcome: Outcome | None = None
    used: bool | None = None
    open: bool | None = None


OPEN: dict[str, bool | None] = {"open": True, "unknown": None, "undetermined": None}
"""Whether a power may be exercised, by its status or the second word of `exercised`; others: no."""
USED: dict[str, bool] = {"exercised": True, "not_exercised": False}


def told(kind: Kind, code: Code) -> Told:
    """The parts of a status that the judges computed, as verdicts have them."""
    status, *more = code.split(", ")
    outcome = cast(Outcome, more[-1]) if more else None
    if kind == "may":
        is_open = OPEN.get(more[0] if status == "exercised" else status, False)
        used = USED.get(more[-1] if more else "")
        over = outcome if status in OVER else None
        return Told(cast(Status, status), over, used, is_open)
    if outcome is None and status in FINAL[kind] and status not in OVER and OUTCOMES[kind]:
        outcome = cast(Outcome, status)
    return Told(cast(Status, status), outcome)


def status_in_sql(kind: Kind, conditions: Mapping[str, str]) -> str:
    """The same as an expression; `conditions`: the SQL of each."""
    outcome = case_of(OUTCOMES[kind], conditions, ", ") if OUTCOMES[kind] else ""
    return case_of(
        STATUSES[kind], conditions, "", lambda c: outcome if has_outcome(kind, c) else ""
    )


def case_of(
    rows: Rows,
    conditions: Mapping[str, str],
    before: str,
    more: Callable[[Code], str] = lambda code: "",
) -> str:
    """The first row that holds: `before`, its code, and the expression `more`."""
    *others, (_, last) = rows

    def cell(code: Code) -> str:
        text = f"'{before}{code}'" if code else "''"
        return f"{text} || ({more(code)})" if more(code) else text

    cases = "\n       ".join(f"WHEN {conditions[when]} THEN {cell(code)}" for when, code in others)
    return f"\n  CASE {cases}\n       ELSE {cell(last)} END"
