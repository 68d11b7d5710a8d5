"""The lists: text, accounts, parties; and the days on which anything changes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

from servanda.web import pages
from servanda.web.query import Sight


def changes(sight: Sight) -> dict[str, Any]:
    """The days on which any status changes: the last before, the next after, and where they lie."""
    wholes = tuple(sight.version.wholes(sight.asked))
    key = ("changes", sight.asked.until, sight.asked.known, wholes)

    def make() -> tuple[list[str], list[str]]:
        ticks = edges(sight)
        return list(dict.fromkeys(str(sight.day(t)) for t in ticks)), positions(sight, ticks)

    found: tuple[list[str], list[str]] = sight.version.tables.get(key, make)
    days, at = found
    today = str(sight.day(sight.tick))
    before, after = bisect_left(days, today), bisect_right(days, today)
    return {
        "before": days[before - 1] if before else None,
        "after": days[after] if after < len(days) else None,
        "at": at,
    }


def edges(sight: Sight) -> list[int]:
    found = {
        stretch.from_
        for lane in sight.lanes
        for spans in lane.spans.values()
        for stretch in spans
        if stretch.from_ is not None
    }
    return sorted(found)


def positions(sight: Sight, ticks: list[int]) -> list[str]:
    """Where the changes lie between the first day and the last, in thousandths, each once."""
    first = sight.case.tick(sight.first_day())
    last = max(sight.case.tick(sight.case.last_day()), first + 1)
    marks = {round(1000 * (t - first) / (last - first)) for t in ticks if first <= t <= last}
    return [str(m) for m in sorted(marks)]


# ------------------------------------------------------------------ lists
def text(sight: Sight) -> dict[str, Any]:
    """The clauses in order, and how many paragraphs have a rule."""
    contested = {lane.clause for lane in sight.present() if sight.contested(lane)}
    return pages.head(sight) | {
        "title": sight.case.agreement.header.title,
        "paragraphs": sight.version.checked.paragraphs,
        "hints": [p.message for p in sight.version.checked.problems if p.severity != "error"],
        "clauses": [
            {
                "clause": c.id,
                "title": c.title,
                "rules": len(c.rules),
                "not_modelled": c.not_modelled,
                "file": c.place.file,
                "contested": c.id in contested,
            }
            for c in sight.case.agreement.clauses
        ],
    }


def accounts(sight: Sight) -> dict[str, Any]:
    found = {a.name: a.title for a in sight.case.agreement.accounts}
    return pages.head(sight) | {
        "accounts": [{"name": n, "title": found.get(n)} for n in sight.accounts],
        "points": [
            {
                "group": group,
                "clauses": list(
                    dict.fromkeys(
                        r.clause for r in sight.case.agreement.readings if r.group == group
                    )
                ),
                "choices": {
                    a.name: dict(a.reads).get(group) for a in sight.case.agreement.accounts
                },
            }
            for group in dict.fromkeys(r.group for r in sight.case.agreement.readings)
        ],
    }


def parties(sight: Sight) -> dict[str, Any]:
    agreement = sight.case.agreement
    return pages.head(sight) | {
        "parties": [{"name": p.name, "title": p.title, "body": p.body} for p in agreement.parties],
        "groups": [
            {"name": g.name, "title": g.title, "members": list(g.members)} for g in agreement.groups
        ],
    }
