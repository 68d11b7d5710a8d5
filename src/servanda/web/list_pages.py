"""The lists: text, accounts, parties; and the days on which anything changes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

from servanda.web import pages
from servanda.web.query import Query


def changes(query: Query) -> dict[str, Any]:
    """The days on which any status changes: the last before, the next after, all on the slider."""
    judgements = tuple(query.version.whole_judgements(query.dates))
    key = ("changes", query.dates.until, query.dates.known, judgements)

    def make() -> tuple[list[str], list[str]]:
        ticks = edges(query)
        return list(dict.fromkeys(str(query.day(t)) for t in ticks)), positions(query, ticks)

    found: tuple[list[str], list[str]] = query.version.tables.get(key, make)
    days, at = found
    today = str(query.day(query.tick))
    before, after = bisect_left(days, today), bisect_right(days, today)
    return {
        "before": days[before - 1] if before else None,
        "after": days[after] if after < len(days) else None,
        "at": at,
    }


def edges(query: Query) -> list[int]:
    found = {
        span.from_
        for duty in query.duties
        for spans in duty.spans.values()
        for span in spans
        if span.from_ is not None
    }
    return sorted(found)


def positions(query: Query, ticks: list[int]) -> list[str]:
    """Distinct positions of the changes between the first and last day, in thousandths."""
    first = query.case.tick(query.first_day())
    last = max(query.case.tick(query.case.last_day()), first + 1)
    marks = {round(1000 * (t - first) / (last - first)) for t in ticks if first <= t <= last}
    return [str(m) for m in sorted(marks)]


# ------------------------------------------------------------------ lists
def text(query: Query) -> dict[str, Any]:
    """The clauses in order, and how many paragraphs have a rule."""
    contested = {duty.clause for duty in query.present() if query.contested(duty)}
    return pages.head(query) | {
        "title": query.case.agreement.header.title,
        "paragraphs": query.version.checked.paragraphs,
        "hints": [p.message for p in query.version.checked.problems if p.severity != "error"],
        "clauses": [
            {
                "clause": c.id,
                "title": c.title,
                "rules": len(c.rules),
                "not_modelled": c.not_modelled,
                "file": c.place.file,
                "contested": c.id in contested,
            }
            for c in query.case.agreement.clauses
        ],
    }


def accounts(query: Query) -> dict[str, Any]:
    found = {a.name: a.title for a in query.case.agreement.accounts}
    return pages.head(query) | {
        "accounts": [{"name": n, "title": found.get(n)} for n in query.accounts],
        "points": [
            {
                "group": group,
                "clauses": list(
                    dict.fromkeys(
                        r.clause for r in query.case.agreement.readings if r.group == group
                    )
                ),
                "choices": {
                    a.name: dict(a.reads).get(group) for a in query.case.agreement.accounts
                },
            }
            for group in dict.fromkeys(r.group for r in query.case.agreement.readings)
        ],
    }


def parties(query: Query) -> dict[str, Any]:
    agreement = query.case.agreement
    return pages.head(query) | {
        "parties": [{"name": p.name, "title": p.title, "body": p.body} for p in agreement.parties],
        "groups": [
            {"name": g.name, "title": g.title, "members": list(g.members)} for g in agreement.groups
        ],
    }
