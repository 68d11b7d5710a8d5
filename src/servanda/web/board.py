"""The board: every duty a row, every account a column, on one day."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from servanda.explain.lanes import Lane
from servanda.explain.statuses import KINDS, ORDER
from servanda.web.query import Refused, Sight

BLOCK = 60
AT_ONCE = 240
SHOWS = {
    "play": "in play",
    "contested": "contested",
    "all": "all",
}


def board(sight: Sight, show: str = "play", party: str | None = None) -> dict[str, Any]:
    """Counts, and one row a duty; `show` is `play`, `contested` or `all`."""
    lanes = chosen(sight, show, party)
    return summary(sight, show, party) | {"duties": rows(sight, lanes)}


def chosen(sight: Sight, show: str, party: str | None) -> list[Lane]:
    """The duties that a board shows. Raises Refused for a word it does not know."""
    if show not in SHOWS:
        raise Refused(f"the board cannot show `{show}`", f"it shows {', '.join(SHOWS)}")
    known = {p.name for p in sight.case.agreement.parties}
    if party is not None and party not in known:
        raise Refused(f"there is no party `{party}`", f"the parties are {', '.join(sorted(known))}")
    return [lane for lane in every(sight, party) if visible(sight, lane, show)]


def every(sight: Sight, party: str | None) -> list[Lane]:
    return [lane for lane in sight.present() if party is None or concerns(sight, lane, party)]


def summary(sight: Sight, show: str, party: str | None) -> dict[str, Any]:
    """What stands above the rows: how many there are, and how many of each status."""
    lanes = every(sight, party)
    counts = sight.counts(lanes)
    return {
        "case": sight.case.agreement.header.name,
        "on": sight.asked.on,
        "known": sight.asked.known,
        "accounts": list(sight.accounts),
        "waiting": sight.version.waiting(sight.asked),
        "show": show,
        "party": party,
        "total": {
            "all": len(lanes),
            "play": sum(sight.in_play(lane) for lane in lanes),
            "contested": sum(sight.contested(lane) for lane in lanes),
        },
        "counts": counted(counts),
    }


def rows(
    sight: Sight, lanes: list[Lane], from_: int = 0, until: int | None = None
) -> list[dict[str, Any]]:
    return [row(sight, lane) for lane in lanes[from_:until]]


def visible(sight: Sight, lane: Lane, show: str) -> bool:
    if show == "play":
        return sight.in_play(lane)
    return show == "all" or sight.contested(lane)


def concerns(sight: Sight, lane: Lane, party: str) -> bool:
    """Whether a party owes or is owed the duty, itself or in a group."""
    groups = {g.name for g in sight.case.agreement.groups if party in g.members}
    return bool({lane.debtor, lane.creditor} & {party, *groups})


def counted(counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """One row a status that some account has, the weighty ones first."""
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


def row(sight: Sight, lane: Lane) -> dict[str, Any]:
    """A duty on the day: as `compare` has it (docs/json.md), and since when."""
    return {
        "id": lane.id,
        "clause": lane.clause,
        "title": titles(sight).get(lane.clause),
        "text": lane.text,
        "kind": lane.kind,
        "says": KINDS[lane.kind],
        "remedy": lane.remedy,
        "debtor": lane.debtor,
        "creditor": lane.creditor,
        "instance": lane.instance,
        "statuses": sight.statuses(lane),
        "since": {name: since(sight, lane, name) for name in lane.spans},
        "contested": sight.contested(lane),
    }


def since(sight: Sight, lane: Lane, account: str) -> str | None:
    stretch = lane.stretch(account, sight.tick)
    return None if stretch is None else sight.iso(stretch.from_)


def titles(sight: Sight) -> dict[str, str | None]:
    def make() -> dict[str, str | None]:
        return {clause.id: clause.title for clause in sight.case.agreement.clauses}

    found: dict[str, str | None] = sight.version.kept.get("titles", make)
    return found
