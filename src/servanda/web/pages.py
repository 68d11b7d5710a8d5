"""A page for each clause, duty, account and party, as plain data: the JSON twin is this."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import msgspec

from servanda.explain.judged import Judged
from servanda.explain.lanes import Lane, Stretch
from servanda.explain.why import Explanation, why
from servanda.explain.wording import Node
from servanda.present.report.prose import section
from servanda.syntax import tree as m
from servanda.syntax.printer.statements import show
from servanda.syntax.printer.values import pattern
from servanda.web.board import concerns, counted, row
from servanda.web.query import Refused, Sight

MOST_WHY = 40


def head(sight: Sight) -> dict[str, Any]:
    return {
        "case": sight.case.agreement.header.name,
        "account": sight.account,
        "on": sight.asked.on,
        "known": sight.asked.known,
    }


# ------------------------------------------------------------------ clauses
def clause(sight: Sight, id_: str) -> dict[str, Any]:
    """A clause: its text, rules, readings, duties and their life, and why it stands so."""
    agreement = sight.case.agreement
    found = next((c for c in agreement.clauses if c.id == id_), None)
    if found is None:
        raise Refused(f"there is no clause `{id_}`", "look through the text, or search", 404)
    lanes = [lane for lane in sight.lanes if lane.clause == id_]
    return head(sight) | {
        "clause": id_,
        "title": found.title,
        "file": found.place.file,
        "line": found.place.line,
        "prose": prose(sight, id_, found.place),
        "not_modelled": found.not_modelled,
        "rules": rules(found),
        "readings": [reading(agreement, r) for r in agreement.readings if r.clause == id_],
        "amendments": [
            {"name": a.name, "title": a.title, "rules": rules(a)}
            for a in agreement.amendments
            if a.clause == id_
        ],
        "duties": [row(sight, lane) for lane in lanes if sight.statuses(lane)],
        "life": [life(sight, lane) for lane in lanes],
        "why": because(sight, id_),
    }


def rules(block: m.Clause | m.Reading | m.Amendment) -> list[str]:
    """The lines of a block below its heading, triggers and remedies with them, as one text."""
    below = show(block).split("\n")[1:]
    return [dedent("\n".join(below))] if block.rules else []


def prose(sight: Sight, id_: str, place: m.Place) -> str:
    """What the text says under the clause's heading, or around its rule."""
    for layout in sight.case.layouts:
        for paragraph in layout.paragraphs:
            if paragraph.id == id_:
                return section(layout, paragraph.place.line + 1)
    return around(sight, place)


def around(sight: Sight, place: m.Place) -> str:
    layout = next((item for item in sight.case.layouts if item.file == place.file), None)
    return "" if layout is None or not place.line else section(layout, place.line)


def reading(agreement: m.Agreement, one: m.Reading) -> dict[str, Any]:
    held = [a.name for a in agreement.accounts if (one.group, one.name) in a.reads]
    return {
        "group": one.group,
        "name": one.name,
        "title": one.title,
        "in_place_of_the_text": one.replaces,
        "needs": list(one.needs),
        "rules": rules(one),
        "held_by": held,
    }


def life(sight: Sight, lane: Lane) -> dict[str, Any]:
    """Every span of a duty, by account, and the entries that opened it."""
    return {
        "id": lane.id,
        "text": lane.text,
        "instance": lane.instance,
        "spans": {
            name: [span(sight, stretch) for stretch in found] for name, found in lane.spans.items()
        },
    }


def span(sight: Sight, stretch: Stretch) -> dict[str, Any]:
    return {
        "from": sight.iso(stretch.from_),
        "until": sight.iso(stretch.until),
        "status": stretch.status,
        "entries": list(stretch.verdict.entries),
    }


def because(sight: Sight, id_: str) -> list[Any] | None:
    """The derivations of a clause's duties, in one account; None while it is being judged."""
    judged = sight.judged()
    if judged is None:
        return None
    key = ("why", id_, sight.account, sight.asked)
    made: list[Any] = sight.version.kept.get(key, lambda: trees(judged, id_))
    return made


def trees(judged: Judged, id_: str) -> list[Any]:
    found: list[Any] = msgspec.to_builtins(why(judged, id_))
    if len(found) <= MOST_WHY:
        return found
    left = len(found) - MOST_WHY
    rest = Node(f"and {left} more occasions of this clause: each has a page of its own.")
    return [*found[-MOST_WHY:], msgspec.to_builtins(rest)]


# ------------------------------------------------------------------ one duty
def duty(sight: Sight, id_: str) -> dict[str, Any]:
    """One duty in every account: status, why, and its spans."""
    lane = sight.lane(id_)
    return (
        head(sight)
        | row(sight, lane)
        | {
            "life": life(sight, lane),
            "why": {name: tree(sight, lane, name) for name in sight.statuses(lane)},
        }
    )


def tree(sight: Sight, lane: Lane, account: str) -> Any:
    """The derivation of one duty in one account; None where there is no such duty."""
    judged, stretch = sight.judged(account), lane.stretch(account, sight.tick)
    if judged is None or stretch is None:
        return None
    key = ("tree", lane.id, account, sight.asked)
    verdict = sight.cut_verdict(stretch)

    def make() -> Any:
        return msgspec.to_builtins(Explanation(judged).tree(verdict))

    return sight.version.kept.get(key, make)


# ------------------------------------------------------------------ who
def account(sight: Sight, name: str) -> dict[str, Any]:
    """What an account reads, trusts and holds, and where it stands alone."""
    found = next((a for a in sight.case.agreement.accounts if a.name == name), None)
    if found is None and name not in sight.accounts:
        names = ", ".join(sight.accounts)
        raise Refused(f"there is no account `{name}`", f"the accounts are {names}", 404)
    lanes = list(sight.present())
    given: dict[str, Any] = {"name": name, "title": None, "reads": [], "prose": ""}
    if found is not None:
        given = written(sight, found)
    mine = [lane for lane in lanes if alone(sight, lane, name)]
    counts = sight.counts(lanes)
    return (
        head(sight)
        | given
        | {
            "counts": counted({name: counts.get(name, {})}),
            "alone": [row(sight, lane) for lane in mine],
        }
    )


def written(sight: Sight, found: m.Account) -> dict[str, Any]:
    readings = {(r.group, r.name): r for r in sight.case.agreement.readings}
    return {
        "name": found.name,
        "title": found.title,
        "file": found.place.file,
        "line": found.place.line,
        "prose": around(sight, found.place),
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


def alone(sight: Sight, lane: Lane, name: str) -> bool:
    """Whether no other account gives the duty the status that this one gives it."""
    found = sight.statuses(lane)
    mine = found.pop(name, None)
    return bool(found) and mine not in found.values()


def party(sight: Sight, name: str) -> dict[str, Any]:
    """What a party owes and what it is owed, alone or in a group."""
    agreement = sight.case.agreement
    known = {p.name: p for p in agreement.parties}
    groups = {g.name: g for g in agreement.groups}
    if name not in known and name not in groups:
        raise Refused(f"there is no party `{name}`", f"the parties are {', '.join(known)}", 404)
    one = known.get(name)
    title = one.title if one is not None else groups[name].title
    mine = {name, *(g.name for g in agreement.groups if name in g.members)}
    lanes = [lane for lane in sight.present() if concerns(sight, lane, name)]
    return head(sight) | {
        "name": name,
        "title": title,
        "body": one is not None and one.body,
        "members": list(groups[name].members) if name in groups else [],
        "groups": sorted(mine - {name}),
        "counts": counted(sight.counts([lane for lane in lanes if lane.debtor in mine])),
        "owes": [row(sight, lane) for lane in lanes if lane.debtor in mine and lane.kind != "may"],
        "may": [row(sight, lane) for lane in lanes if lane.debtor in mine and lane.kind == "may"],
        "owed": [row(sight, lane) for lane in lanes if lane.creditor in mine],
    }
