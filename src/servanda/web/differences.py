"""Two accounts, or two days, side by side, and the point where they part."""

from __future__ import annotations

from typing import Any

import msgspec

from servanda.explain.comparison import Comparison
from servanda.explain.duty_keys import Duty
from servanda.explain.lanes import Lane
from servanda.explain.statuses import KINDS
from servanda.web.board import titles
from servanda.web.query import Refused, Sight


def accounts(sight: Sight, one: str, other: str) -> dict[str, Any]:
    """The duties on which two accounts differ on the day, and since when they do."""
    for name in (one, other):
        if name not in sight.accounts:
            names = ", ".join(sight.accounts)
            raise Refused(f"there is no account `{name}`", f"the accounts are {names}")
    lanes = [
        lane
        for lane in sight.present()
        if lane.stretch(one, sight.tick) or lane.stretch(other, sight.tick)
    ]
    apart = [lane for lane in lanes if lane.at(one, sight.tick) != lane.at(other, sight.tick)]
    found = [
        about(sight, lane)
        | {
            "one": lane.at(one, sight.tick),
            "other": lane.at(other, sight.tick),
            "parted": sight.iso(parted(lane, one, other, sight.tick)),
        }
        for lane in apart
    ]
    first = min((f["parted"] or "" for f in found), default=None)
    return head(sight, len(lanes), found) | {
        "by": "accounts",
        "one": one,
        "other": other,
        "first": first,
    }


def days(sight: Sight, later: Sight) -> dict[str, Any]:
    """The duties of one account that stand otherwise on two days, and when they last changed."""
    name = sight.account
    lanes = [
        lane
        for lane in sight.lanes
        if lane.stretch(name, sight.tick) or lane.stretch(name, later.tick)
    ]
    found = []
    for lane in lanes:
        before, after = lane.stretch(name, sight.tick), lane.stretch(name, later.tick)
        if (before and before.status) == (after and after.status):
            continue
        since = None if after is None else sight.iso(after.from_)
        found.append(
            about(sight, lane)
            | {
                "one": before and before.status,
                "other": after and after.status,
                "parted": since,
                "entries": list(after.verdict.entries) if after else [],
            }
        )
    return head(sight, len(lanes), found) | {
        "by": "days",
        "one": sight.asked.on,
        "other": later.asked.on,
        "account": name,
    }


def head(sight: Sight, count: int, found: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "case": sight.case.agreement.header.name,
        "on": sight.asked.on,
        "known": sight.asked.known,
        "duties": count,
        "apart": found,
    }


def about(sight: Sight, lane: Lane) -> dict[str, Any]:
    return {
        "id": lane.id,
        "clause": lane.clause,
        "title": titles(sight).get(lane.clause),
        "text": lane.text,
        "kind": lane.kind,
        "says": KINDS[lane.kind],
        "debtor": lane.debtor,
        "instance": lane.instance,
    }


def parted(lane: Lane, one: str, other: str, tick: int) -> int | None:
    """The first tick of the present stretch of difference; None: they differ since ever."""
    edges = {
        edge
        for name in (one, other)
        for stretch in lane.spans.get(name, ())
        for edge in (stretch.from_, stretch.until)
        if edge is not None and edge <= tick
    }
    begun: int | None = None
    for edge in sorted(edges, reverse=True):
        if lane.at(one, edge) == lane.at(other, edge):
            return begun
        begun = edge
    return None if differ_ever(lane, one, other) else begun


def differ_ever(lane: Lane, one: str, other: str) -> bool:
    before_all = -(1 << 62)
    return lane.at(one, before_all) != lane.at(other, before_all)


# ------------------------------------------------------------------ what a difference turns on
def turns_on(sight: Sight, lane: Lane) -> list[dict[str, Any]]:
    """The `differences` of docs/json.md: the fewest choices that turn one status into another.

    Variants of accounts are judged for it: seconds, at worst. Kept for the day.
    """
    if not sight.contested(lane):
        return []
    judged = {name: sight.judged(name) for name in sight.accounts}
    settled = {name: one for name, one in judged.items() if one is not None}
    if len(settled) < len(judged):
        raise Refused("this is still being judged", "ask again in a moment", 503)

    def make() -> Comparison:
        return Comparison(sight.case, sight.asked.on, sight.asked.known, None, settled)

    comparison: Comparison = sight.version.tables.get(("comparison", sight.asked), make)
    key = same(comparison, sight, lane)
    found: list[dict[str, Any]] = msgspec.to_builtins(comparison.differences([key])[key])
    return found


def sides(sight: Sight, lane: Lane) -> list[dict[str, Any]]:
    """Which accounts hold which status."""
    found: dict[str | None, list[str]] = {}
    for account, status in sight.statuses(lane).items():
        found.setdefault(status, []).append(account)
    return [{"status": status, "accounts": names} for status, names in found.items()]


def same(comparison: Comparison, sight: Sight, lane: Lane) -> Duty:
    """The duty as the comparison counts it: of several alike, the one of these statuses."""
    wanted = sight.statuses(lane)
    for nth in range(1, lane.key[6] + 1):
        key: Duty = (*lane.key[:6], nth)
        if {name: found.get(key) for name, found in comparison.statuses.items()} == wanted:
            return key
    return lane.key
