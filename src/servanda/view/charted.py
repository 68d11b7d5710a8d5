"""The timeline and the measures as pages, and the lists: text, accounts, parties."""

from __future__ import annotations

from typing import Any

from servanda.report import charts
from servanda.view import pages
from servanda.view.board import concerns
from servanda.view.lanes import Lane
from servanda.view.sight import Refused, Sight

LANES = 30
MOST_CHANGES = 1200


def changes(sight: Sight) -> dict[str, Any]:
    """The days on which any status changes: the last before, the next after, and where they lie."""
    wholes = tuple(sight.version.wholes(sight.asked))
    key = ("changes", sight.asked.until, sight.asked.known, wholes)
    ticks: list[int] = sight.version.kept.get(key, lambda: edges(sight))
    days = [str(sight.day(t)) for t in ticks]
    today = str(sight.day(sight.tick))
    before = [d for d in days if d < today]
    after = [d for d in days if d > today]
    return {
        "before": before[-1] if before else None,
        "after": after[0] if after else None,
        "at": positions(sight, ticks),
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


# ------------------------------------------------------------------ timeline
def lanes(sight: Sight, party: str | None, clause: str | None) -> list[Lane]:
    if clause is not None:
        sight_clauses = {c.id for c in sight.case.agreement.clauses}
        if clause not in sight_clauses:
            raise Refused(f"there is no clause `{clause}`", "look through the text, or search")
    if party is not None and party not in {p.name for p in sight.case.agreement.parties}:
        raise Refused(f"there is no party `{party}`", "look through the parties, or search")
    return [
        lane
        for lane in sight.lanes
        if (clause is None or lane.clause == clause)
        and (party is None or concerns(sight, lane, party))
        and eventful(lane)
    ]


def eventful(lane: Lane) -> bool:
    """Whether a duty ever was in force in any account: the others would be empty lanes."""
    return any(s.status != "dormant" for spans in lane.spans.values() for s in spans)


def timeline(sight: Sight, party: str | None, clause: str | None, page: int) -> dict[str, Any]:
    found = lanes(sight, party, clause)
    total = max(1, -(-len(found) // LANES))
    if page > total or page < 1:
        raise Refused(f"there is no page {page} of the timeline", f"it has {total}", 404)
    shown = found[(page - 1) * LANES : page * LANES]
    return pages.head(sight) | {
        "party": party,
        "clause": clause,
        "parties": [p.name for p in sight.case.agreement.parties],
        "page": page,
        "pages": total,
        "count": len(found),
        "duties": [
            {"clause": lane.clause, "debtor": lane.debtor, "kind": lane.kind}
            | pages.life(sight, lane)
            for lane in shown
        ],
    }


def timeline_chart(sight: Sight, party: str | None, clause: str | None, page: int) -> Any:
    found = lanes(sight, party, clause)[(page - 1) * LANES : page * LANES]
    return charts.timeline(spans(sight, found), marks(sight, found), end=end(sight)).to_dict()


def end(sight: Sight) -> str:
    return str(sight.case.last_day())


def spans(sight: Sight, lanes_: list[Lane]) -> list[charts.Bar]:
    """Bars of the chart; a span without end runs to the record's last day."""
    first, last = sight.first_day(), sight.iso(sight.case.tick(end(sight)))
    found = []
    for n, lane in enumerate(lanes_):
        for account, stretches in lane.spans.items():
            for stretch in stretches:
                if stretch.status == "dormant":
                    continue
                found.append(
                    charts.Bar(
                        lane=name(lane),
                        order=n,
                        account=account,
                        status=stretch.status,
                        begin=sight.iso(stretch.from_) or first,
                        end=sight.iso(stretch.until) or str(last),
                        text=lane.text,
                    )
                )
    return found


def name(lane: Lane) -> str:
    given = " ".join(str(v) for v in lane.instance.values())
    remedy = " remedy" if lane.remedy else ""
    words = {"achieve": "must", "keep": "keeps", "forbid": "must not", "may": "may"}[lane.kind]
    return f"{lane.clause} {lane.debtor} {words}{remedy}{' ' + given if given else ''}"


def marks(sight: Sight, lanes_: list[Lane]) -> list[charts.Mark]:
    """The entries that opened a span, and where breaches begin."""
    found: dict[Any, charts.Mark] = {}
    record = sight.case.record
    for n, lane in enumerate(lanes_):
        for account, stretches in lane.spans.items():
            for stretch in stretches:
                if stretch.from_ is None or stretch.status == "dormant":
                    continue
                for id_ in stretch.verdict.opened:
                    entry = record.entry(id_)
                    says = sight.says(entry) if entry is not None else id_
                    mark = charts.Mark(
                        lane=name(lane),
                        order=n,
                        account=account,
                        at=str(sight.iso(stretch.from_)),
                        what="breach begins" if stretch.status == "broken" else "entry",
                        text=f"{id_}: {says}"[:300],
                    )
                    found.setdefault((n, account, mark.at, mark.what), mark)
    return list(found.values())


# ------------------------------------------------------------------ measures
def measures(sight: Sight) -> dict[str, Any]:
    """Every measure with its readings in one account, and the limits on it."""
    judged = sight.judged()
    found = [] if judged is None else charts.measured(judged)
    return pages.head(sight) | {
        "waiting": judged is None,
        "measures": [m for m in found if m["readings"]],
        "unread": [m["measure"] for m in found if not m["readings"]],
    }


def measures_chart(sight: Sight, measure: str | None) -> Any:
    judged = sight.judged()
    if judged is None:
        raise Refused("this is still being judged", "ask again in a moment", 503)
    for found in charts.measured(judged):
        if found["key"] == measure:
            return charts.measure(found, begin=sight.first_day(), end=sight.asked.on).to_dict()
    raise Refused(f"there is no measure `{measure}`", "see the page of the measures", 404)


# ------------------------------------------------------------------ lists
def text(sight: Sight) -> dict[str, Any]:
    """The clauses in order, and how many paragraphs have a rule."""
    contested = {lane.clause for lane in sight.present() if sight.contested(lane)}
    return pages.head(sight) | {
        "title": sight.case.agreement.header.title,
        "paragraphs": sight.version.checked.paragraphs,
        "hints": [p.message for p in sight.version.checked.hints],
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
        "parties": [
            {"name": p.name, "title": p.title, "body": p.body} for p in agreement.parties
        ],
        "groups": [
            {"name": g.name, "title": g.title, "members": list(g.members)}
            for g in agreement.groups
        ],
    }
