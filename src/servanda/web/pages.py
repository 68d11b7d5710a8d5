"""A page for each clause, duty, account and party, as plain data: the JSON twin is this."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import msgspec

from servanda.explain.duty_histories import DutyHistory, StatusSpan
from servanda.explain.judged import Judged
from servanda.explain.why import Explanation, why
from servanda.explain.wording import Node
from servanda.present.html.prose import section
from servanda.syntax import tree as m
from servanda.syntax.printer.statements import show
from servanda.syntax.printer.values import pattern
from servanda.web.board import concerns, counted, row
from servanda.web.query import Query, Refused, no_account, no_clause, no_party, still_judging
from servanda.web.settings import site

if TYPE_CHECKING:
    from servanda.api.case import Case

MOST_WHY = 40
PATIENCE = 0.1
PATIENCE_FOR_JSON = 60.0
"""Seconds to wait: for a page, which can be completed later, and for a JSON twin, which cannot."""


def head(query: Query) -> dict[str, Any]:
    return {
        "case": query.case.agreement.header.name,
        "account": query.account,
        "on": query.dates.on,
        "known": query.dates.known,
    }


# ------------------------------------------------------------------ clauses
def clause(query: Query, id_: str, *, wait: bool = False) -> dict[str, Any]:
    """A clause: its text, rules, readings, duties and their histories, and the reasons.

    `wait` for the reasons to be complete, as a JSON twin must.
    """
    agreement = query.case.agreement
    found = next((c for c in agreement.clauses if c.id == id_), None)
    if found is None:
        raise no_clause(id_)
    duties = [duty for duty in query.duties if duty.clause == id_]
    return (
        head(query)
        | {
            "clause": id_,
            "title": found.title,
            "file": found.place.file,
            "line": found.place.line,
            "prose": prose(query, id_, found.place),
            "not_modelled": found.not_modelled,
            "rules": rules(found),
            "readings": [reading(agreement, r) for r in agreement.readings if r.clause == id_],
            "amendments": [
                {"name": a.name, "title": a.title, "rules": rules(a)}
                for a in agreement.amendments
                if a.clause == id_
            ],
            "duties": [row(query, duty) for duty in duties if any(query.statuses(duty).values())],
            "life": [history(query, duty) for duty in duties],
        }
        | reasons(query, id_, PATIENCE_FOR_JSON if wait else PATIENCE)
    )


def rules(block: m.Clause | m.Reading | m.Amendment) -> list[str]:
    """The lines of a block below its heading, triggers and remedies with them, as one text."""
    below = show(block).split("\n")[1:]
    return [dedent("\n".join(below))] if block.rules else []


def prose(query: Query, id_: str, place: m.Place) -> str:
    """What the text says under the clause's heading, or around its rule."""
    for layout in query.case.layouts:
        for paragraph in layout.paragraphs:
            if paragraph.id == id_:
                return section(layout, paragraph.place.line + 1)
    return around(query, place)


def around(query: Query, place: m.Place) -> str:
    layout = next((item for item in query.case.layouts if item.file == place.file), None)
    return "" if layout is None or not place.line else section(layout, place.line)


def reading(agreement: m.Agreement, one: m.Reading) -> dict[str, Any]:
    held = [a.name for a in agreement.accounts if (one.group, one.name) in a.reads]
    return {
        "group": one.group,
        "name": one.name,
        "title": one.title,
        "in_place_of_the_text": one.effect in ("replaces", "none"),
        "effect": m.EFFECT_PHRASES[one.effect] if one.effect is not None else "defines its words",
        "needs": list(one.needs),
        "rules": rules(one),
        "held_by": held,
    }


def history(query: Query, duty: DutyHistory) -> dict[str, Any]:
    """Every span of a duty, by account, and the entries that opened it."""
    return {
        "id": duty.id,
        "text": duty.text,
        "details": duty.details,
        "kind": duty.kind,
        "instance": duty.instance,
        "spans": {
            name: [span_row(query, span) for span in found] for name, found in duty.spans.items()
        },
    }


def span_row(query: Query, span: StatusSpan) -> dict[str, Any]:
    return {
        "from": query.iso(span.from_),
        "until": query.iso(span.until),
        "status": span.status,
        "outcome": span.verdict.outcome,
        "entries": list(span.verdict.cited),
        "closed_by": list(span.verdict.closed_by),
    }


def reasons(query: Query, id_: str, patience: float) -> dict[str, Any]:
    """The derivations of a clause's duties, in one account, as `why`; None while it is being
    judged. `complete`: whether other readings were tried too, which is done in the background.
    """
    judged = query.judged()
    if judged is None:
        return {"why": None, "complete": False}
    key = ("why", id_, query.account, query.dates)
    cache = query.version.answers

    def work() -> None:
        cache.get(key, lambda: derivations(judged, id_, query.case))
        site.workspace.notify()

    if key not in cache:
        site.workspace.make((query.version.number, key), work, lambda: key in cache, patience)
    found: list[Any] | None = cache.peek(key)
    if found is not None:
        return {"why": found, "complete": True}
    return {"why": cache.get((*key, "quick"), lambda: derivations(judged, id_)), "complete": False}


def derivations(judged: Judged, id_: str, case: Case | None = None) -> list[Any]:
    found: list[Any] = msgspec.to_builtins(why(judged, id_, case=case))
    if len(found) <= MOST_WHY:
        return found
    left = len(found) - MOST_WHY
    rest = Node(f"and {left} more occasions of this clause: each has a page of its own.")
    return [*found[-MOST_WHY:], msgspec.to_builtins(rest)]


# ------------------------------------------------------------------ one duty
def duty(query: Query, id_: str) -> dict[str, Any]:
    """One duty in every account: status, reasons, and its spans. Raises Refused."""
    try:
        found = query.duty(id_)
    except Refused:
        if query.version.waiting(query.dates):
            raise still_judging() from None
        raise
    return (
        head(query)
        | row(query, found)
        | {
            "life": history(query, found),
            "why": {name: derivation(query, found, name) for name in query.statuses(found)},
        }
    )


def derivation(query: Query, duty: DutyHistory, account: str) -> Any:
    """The derivation of one duty in one account; None where there is no such duty."""
    judged, span = query.judged(account), duty.span(account, query.tick)
    if judged is None or span is None:
        return None
    key = ("tree", duty.id, account, query.dates)
    verdict = query.cut_verdict(span)

    def make() -> Any:
        return msgspec.to_builtins(Explanation(judged, query.case).tree(verdict))

    return query.version.answers.get(key, make)


# ------------------------------------------------------------------ who
def account(query: Query, name: str) -> dict[str, Any]:
    """An account's readings, trust and holdings, and the duties on which it is alone."""
    found = next((a for a in query.case.agreement.accounts if a.name == name), None)
    if found is None and name not in query.accounts:
        raise no_account(name, query.accounts, 404)
    duties = list(query.present())
    given: dict[str, Any] = {"name": name, "title": None, "reads": [], "prose": ""}
    if found is not None:
        given = choices(query, found)
    mine = [duty for duty in duties if is_alone(query, duty, name)]
    counts = query.counts(duties)
    return (
        head(query)
        | given
        | {
            "counts": counted({name: counts.get(name, {})}),
            "alone": [row(query, duty) for duty in mine],
        }
    )


def choices(query: Query, found: m.Account) -> dict[str, Any]:
    readings = {(r.group, r.name): r for r in query.case.agreement.readings}
    return {
        "name": found.name,
        "title": found.title,
        "file": found.place.file,
        "line": found.place.line,
        "prose": around(query, found.place),
        "reads": [
            {
                "group": group,
                "name": name,
                "clause": readings[group, name].clause if (group, name) in readings else None,
                "title": readings[group, name].title if (group, name) in readings else None,
            }
            for group, name in found.reads
        ],
        "trusts_only": list(found.only),
        "trusts_over_all": list(found.first),
        "distrusts": list(found.distrusts),
        "accepts": list(found.grades),
        "holds": [
            {
                "term": pattern(h.pattern),
                "holds": h.holds,
                "from": h.from_,
                "until": h.until,
                "reason": h.reason,
            }
            for h in found.held
        ],
    }


def is_alone(query: Query, duty: DutyHistory, name: str) -> bool:
    """Whether no other account gives the duty the status that this one gives it."""
    found = query.statuses(duty)
    mine = found.pop(name, None)
    return bool(found) and mine not in found.values()


def party(query: Query, name: str) -> dict[str, Any]:
    """Duties and powers of a party, alone or in a group."""
    agreement = query.case.agreement
    known = {p.name: p for p in agreement.parties}
    groups = {g.name: g for g in agreement.groups}
    if name not in known and name not in groups:
        raise no_party(name, known, 404)
    one = known.get(name)
    title = one.title if one is not None else groups[name].title
    mine = {name, *(g.name for g in agreement.groups if name in g.members)}
    duties = [duty for duty in query.present() if concerns(query, duty, name)]
    return head(query) | {
        "name": name,
        "title": title,
        "body": one is not None and one.body,
        "members": list(groups[name].members) if name in groups else [],
        "groups": sorted(mine - {name}),
        "counts": counted(query.counts([duty for duty in duties if duty.debtor in mine])),
        "owes": [row(query, duty) for duty in duties if duty.debtor in mine and duty.kind != "may"],
        "may": [row(query, duty) for duty in duties if duty.debtor in mine and duty.kind == "may"],
        "owed": [row(query, duty) for duty in duties if duty.creditor in mine],
    }
