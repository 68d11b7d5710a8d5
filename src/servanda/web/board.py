"""The board: every duty a row, every account a column, on one day."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from servanda.explain.duty_histories import DutyHistory
from servanda.vocabulary.statuses import KINDS, ORDER
from servanda.web.query import Query, Refused, no_party

BLOCK = 60
"""Rows that are loaded at a time as they come into view."""
AT_ONCE = 240
"""Up to so many rows a board is sent whole."""
SHOWS = {
    "play": "in play",
    "contested": "contested",
    "all": "all",
}
PLAY = "play"


def page(query: Query, show: str | None, party: str | None, whole: bool) -> dict[str, Any]:
    """The board: counts, and one row a duty; `show` is `play` (None), `contested` or `all`.

    Unless `whole`, a long one has its first rows, and `blocks` for the others. Raises Refused.
    """
    show = show or PLAY
    duties = chosen(query, show, party)
    found = summary(query, show, party)
    if whole:
        return found | {"duties": [row(query, duty) for duty in duties]}
    first = len(duties) if len(duties) <= AT_ONCE else BLOCK
    blocks = [
        {"from": n, "rows": min(BLOCK, len(duties) - n)} for n in range(first, len(duties), BLOCK)
    ]
    return (
        found
        | bars(found["counts"], query.accounts)
        | {
            "duties": [row(query, duty) for duty in duties[:first]],
            "shown": len(duties),
            "blocks": blocks,
        }
    )


def rows_from(
    query: Query, show: str | None, party: str | None, first: int
) -> list[dict[str, Any]]:
    """A block of rows of a long board. Raises Refused."""
    duties = chosen(query, show or PLAY, party)
    return [row(query, duty) for duty in duties[first : first + BLOCK]]


def chosen(query: Query, show: str, party: str | None) -> list[DutyHistory]:
    """The duties that a board shows. Raises Refused for a word it does not know."""
    if show not in SHOWS:
        message = f"the board cannot show `{show}`"
        raise Refused("E003", "option:show", message, f"it shows {', '.join(SHOWS)}")
    known = {p.name for p in query.case.agreement.parties}
    if party is not None and party not in known:
        raise no_party(party, sorted(known))
    found = concerning(query, party)
    if show == "all":
        return found
    test = query.in_play if show == PLAY else query.contested
    return [duty for duty in found if test(duty)]


def concerning(query: Query, party: str | None) -> list[DutyHistory]:
    """The duties there are on the day, of one party or of all."""
    return [duty for duty in query.present() if party is None or concerns(query, duty, party)]


def summary(query: Query, show: str, party: str | None) -> dict[str, Any]:
    """The figures above the rows: how many duties there are, and how many of each status."""
    duties = concerning(query, party)
    counts = query.counts(duties)
    return {
        "case": query.case.agreement.header.name,
        "on": query.dates.on,
        "known": query.dates.known,
        "accounts": list(query.accounts),
        "waiting": query.version.waiting(query.dates),
        "show": show,
        "party": party,
        "total": {
            "all": len(duties),
            "play": sum(query.in_play(duty) for duty in duties),
            "contested": sum(query.contested(duty) for duty in duties),
        },
        "counts": counted(counts),
    }


def concerns(query: Query, duty: DutyHistory, party: str) -> bool:
    """Whether a party owes or is owed the duty, itself or in a group."""
    groups = {g.name for g in query.case.agreement.groups if party in g.members}
    return bool({duty.debtor, duty.creditor} & {party, *groups})


def counted(counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """One row for each status that some account has, those that ask for attention first."""
    present = {status for by in counts.values() for status in by}
    return [
        {"status": status, "counts": {name: by.get(status, 0) for name, by in counts.items()}}
        for status in ORDER
        if status in present
    ]


def bars(counts: list[dict[str, Any]], accounts: Iterable[str]) -> dict[str, Any]:
    """The counts by account, and each as parts of a bar: where one begins, and how long it is."""
    drawn = []
    for name in accounts:
        every = [c["counts"].get(name, 0) for c in counts]
        starts = accumulate(every, initial=0)
        parts = [
            {"status": c["status"], "at": at, "count": n}
            for c, n, at in zip(counts, every, starts, strict=False)
            if n
        ]
        drawn.append({"name": name, "all": every, "parts": parts, "sum": sum(every)})
    return {"bars": drawn, "widest": max((d["sum"] for d in drawn), default=1) or 1}


def named(query: Query, duty: DutyHistory) -> dict[str, Any]:
    """What a page calls a duty by."""
    return {
        "id": duty.id,
        "clause": duty.clause,
        "title": titles(query).get(duty.clause),
        "text": duty.text,
        "details": duty.details,
        "kind": duty.kind,
        "says": KINDS[duty.kind],
        "debtor": duty.debtor,
        "instance": duty.instance,
    }


def row(query: Query, duty: DutyHistory) -> dict[str, Any]:
    """A duty on the day: as `compare` has it (docs/json.md), and since when."""
    return named(query, duty) | {
        "remedy": duty.remedy,
        "creditor": duty.creditor,
        "particulars": duty.label.particulars,
        "statuses": query.statuses(duty),
        "since": {name: since(query, duty, name) for name in duty.spans},
        "contested": query.contested(duty),
    }


def since(query: Query, duty: DutyHistory, account: str) -> str | None:
    span = duty.span(account, query.tick)
    return None if span is None else query.iso(span.from_)


def titles(query: Query) -> dict[str, str | None]:
    def make() -> dict[str, str | None]:
        return {clause.id: clause.title for clause in query.case.agreement.clauses}

    found: dict[str, str | None] = query.version.answers.get("titles", make)
    return found
