"""Two accounts or two days side by side; and what a difference between accounts turns on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from servanda.explain.comparison import Comparison
from servanda.explain.duty_histories import DutyHistory
from servanda.explain.duty_keys import Duty
from servanda.web.board import named
from servanda.web.pages import PATIENCE, PATIENCE_FOR_JSON
from servanda.web.query import Query, Refused, dates_of, no_account, still_judging
from servanda.web.settings import site

BEFORE_ALL = -(1 << 62)


def page(query: Query, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Two accounts on one day, or one account on two days (`on2`). Raises Refused."""
    later = parameters.get("on2")
    if not later:
        names = query.accounts
        one = parameters.get("a") or names[0]
        return accounts(query, one, parameters.get("b") or names[min(1, len(names) - 1)])
    dates = dates_of(query.version, {**parameters, "on": later})
    if dates.until != query.dates.until:
        message = f"{later} is after the record's last day"
        raise Refused("E011", f"day:{later}", message, f"ask up to {query.dates.until}")
    site.workspace.want(query.version, dates, [query.account], PATIENCE)
    other = Query(query.version, dates, query.account)
    return days(*sorted((query, other), key=lambda each: each.tick))


def accounts(query: Query, one: str, other: str) -> dict[str, Any]:
    """The duties on which two accounts differ on the day, and since when they do."""
    for name in (one, other):
        if name not in query.accounts:
            raise no_account(name, query.accounts)
    duties = [
        duty
        for duty in query.present()
        if duty.span(one, query.tick) or duty.span(other, query.tick)
    ]
    apart = [duty for duty in duties if duty.contested((one, other), query.tick)]
    found = [
        named(query, duty)
        | {
            "one": duty.status(one, query.tick),
            "other": duty.status(other, query.tick),
            "parted": query.iso(differ_since(duty, one, other, query.tick)),
        }
        for duty in apart
    ]
    first = min((f["parted"] or "" for f in found), default=None)
    return head(query, len(duties), found) | {
        "by": "accounts",
        "one": one,
        "other": other,
        "first": first,
    }


def days(query: Query, later: Query) -> dict[str, Any]:
    """The duties of one account with other statuses on two days, and when they last changed."""
    name = query.account
    duties = [
        duty for duty in query.duties if duty.span(name, query.tick) or duty.span(name, later.tick)
    ]
    found = []
    for duty in duties:
        before, after = duty.span(name, query.tick), duty.span(name, later.tick)
        if (before and before.status) == (after and after.status):
            continue
        since = None if after is None else query.iso(after.from_)
        found.append(
            named(query, duty)
            | {
                "one": before and before.status,
                "other": after and after.status,
                "parted": since,
                "entries": list(after.verdict.cited) if after else [],
            }
        )
    return head(query, len(duties), found) | {
        "by": "days",
        "one": query.dates.on,
        "other": later.dates.on,
        "account": name,
    }


def head(query: Query, count: int, found: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "case": query.case.agreement.header.name,
        "on": query.dates.on,
        "known": query.dates.known,
        "duties": count,
        "apart": found,
    }


def differ_since(duty: DutyHistory, one: str, other: str, tick: int) -> int | None:
    """The tick since which two accounts differ on a duty; None: they always did."""
    edges = {
        edge
        for name in (one, other)
        for span in duty.spans.get(name, ())
        for edge in (span.from_, span.until)
        if edge is not None and edge <= tick
    }
    begun: int | None = None
    for edge in sorted(edges, reverse=True):
        if duty.status(one, edge) == duty.status(other, edge):
            return begun
        begun = edge
    always = duty.status(one, BEFORE_ALL) != duty.status(other, BEFORE_ALL)
    return None if always else begun


# ------------------------------------------------------------------ what a difference turns on
def of_duty(query: Query, id_: str, *, wait: bool = False) -> dict[str, Any]:
    """What the accounts' difference on a duty turns on (None: not worked out yet), and who holds
    which status. The answer is worked out in the background; `wait` for it in a JSON twin.
    """
    duty = query.duty(id_)
    found = turning_points(query, duty, PATIENCE_FOR_JSON if wait else PATIENCE)
    sentences = None if found is None else [each["sentence"] for each in found]
    return {"turns_on": sentences, "differences": found, "sides": sides(query, duty)}


def turning_points(query: Query, duty: DutyHistory, patience: float) -> list[dict[str, Any]] | None:
    """What a difference turns on; [] where there is none; None while it is being worked out."""
    if not query.contested(duty):
        return []
    if query.version.waiting(query.dates):
        return None
    key = ("turns", duty.id, query.dates)
    cache = query.version.answers

    def work() -> None:
        cache.get(key, lambda: differences_of(query, duty))
        site.workspace.notify()

    if key not in cache:
        site.workspace.make((query.version.number, key), work, lambda: key in cache, patience)
    found: list[dict[str, Any]] | None = cache.peek(key)
    return found


def differences_of(query: Query, duty: DutyHistory) -> list[dict[str, Any]]:
    """The `differences` of docs/json.md: the fewest choices that turn one status into another.

    Variants of accounts are judged for it: seconds, at worst. The answer is cached for the day.
    """
    judged = {name: query.judged(name) for name in query.accounts}
    settled = {name: one for name, one in judged.items() if one is not None}
    if len(settled) < len(judged):
        raise still_judging()

    def make() -> Comparison:
        return Comparison(query.case, query.dates.on, query.dates.known, None, settled)

    comparison: Comparison = query.version.tables.get(("comparison", query.dates), make)
    key = key_in(comparison, query, duty)
    found: list[dict[str, Any]] = msgspec.to_builtins(comparison.differences([key])[key])
    return found


def sides(query: Query, duty: DutyHistory) -> list[dict[str, Any]]:
    """Which accounts hold which status."""
    found: dict[str | None, list[str]] = {}
    for account, status in query.statuses(duty).items():
        found.setdefault(status, []).append(account)
    return [{"status": status, "accounts": names} for status, names in found.items()]


def key_in(comparison: Comparison, query: Query, duty: DutyHistory) -> Duty:
    """The key of a duty in a comparison: of several alike, the one with these statuses."""
    wanted = query.statuses(duty)
    for nth in range(1, duty.key[6] + 1):
        key: Duty = (*duty.key[:6], nth)
        if {name: found.get(key) for name, found in comparison.statuses.items()} == wanted:
            return key
    return duty.key
