"""Coming dates as an iCalendar: an event each, with its rule and how it was counted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, timedelta

from icalendar import Calendar, Event

from servanda.explain.deadlines import Deadline, deadlines
from servanda.explain.duty_labels import listed
from servanda.explain.judged import Judged, iso
from servanda.explain.wording import joined
from servanda.semantics.clock import local_day, micros_of, to_datetime
from servanda.vocabulary.escaping import readable, visible
from servanda.vocabulary.statuses import word

SUMMARY = {
    "deadline": "last day: {}",
    "lapses": "last day in force: {}",
    "opens": "begins: {}",
    "cure ends": "last day to make good: {}",
    "goes stale": "goes stale: {}",
    "arises": "arises: {}",
}
Coming = tuple[Deadline, dict[str, str | None]]
"""Something to come, and the accounts in which it does, each with the duty's status there."""


def as_calendar(judged: Mapping[str, Judged]) -> tuple[bytes, list[Coming]]:
    """The calendar, and what is not in it because its date is not certain.

    What ends with a day is an all-day event; what happens at an instant is an event at it, in the
    agreement's zone. The same case gives the same calendar, to the byte.
    """
    some = next(iter(judged.values()))
    book = Calendar()
    book.add("prodid", "-//Servanda//servanda export//EN")
    book.add("version", "2.0")
    book.add("x-wr-calname", visible(f"{some.agreement.header.name}: what is still to come"))
    book.add("x-wr-caldesc", visible(about(judged)))
    every = together(judged)
    for one, accounts in every:
        if one.micros is not None:
            book.add_component(event(some, one, accounts, first_of(one, every)))
    if some.norms.zone != "UTC":
        book.add_missing_timezones()
    return book.to_ical(), [found for found in every if found[0].micros is None]


def about(judged: Mapping[str, Judged]) -> str:
    some = next(iter(judged.values()))
    known = f"as known on {some.known}" if some.known else "with all that the record holds"
    return (
        f"As of {some.on}, {known}, in the accounts of {joined(judged)}. "
        "Each date follows from what is recorded: an entry dated later can change it."
    )


def together(judged: Mapping[str, Judged]) -> list[Coming]:
    """Coming dates, with equal ones of several accounts merged."""
    found: dict[tuple[object, ...], Coming] = {}
    for name, one in judged.items():
        for deadline in deadlines(one):
            same = (deadline.what, deadline.key, deadline.micros, deadline.counted)
            found.setdefault(same, (deadline, {}))[1][name] = deadline.status
    return sorted(found.values(), key=lambda c: (c[0].micros is None, c[0].micros or 0, c[0].key))


def first_of(one: Deadline, every: Iterable[Coming]) -> bool:
    """Whether it is the first of those that are the same thing with other dates."""
    alike = [d for d, _ in every if (d.what, d.key) == (one.what, one.key) and d.micros is not None]
    return alike[0] is one


def event(judged: Judged, one: Deadline, accounts: dict[str, str | None], first: bool) -> Event:
    assert one.micros is not None
    zone = judged.norms.zone
    found = Event()
    found.add("uid", uid(judged, one, () if first else tuple(accounts)))
    stamp = to_datetime(micros_of(judged.facts.now), "UTC").replace(microsecond=0)
    found.add("dtstamp", stamp)
    moment = to_datetime(one.micros, zone)
    if one.last_day:
        day = local_day(one.micros, zone) - timedelta(days=1)
        found.add("dtstart", day)
        found.add("dtend", day + timedelta(days=1))
    else:
        found.add("dtstart", moment.astimezone(UTC) if zone == "UTC" else moment)
    clause = f"clause {one.clause}: " if one.clause else ""
    found.add("summary", visible(clause + SUMMARY[one.what].format(readable(one.text))))
    found.add("description", visible(description(judged, one, accounts)))
    found.add("transp", "TRANSPARENT")
    found.add("categories", [one.what])
    return found


def description(judged: Judged, one: Deadline, accounts: dict[str, str | None]) -> str:
    """The count, the clause, the accounts and the entries, a line each."""
    clause = f"clause {one.clause}; " if one.clause else ""
    many = "account" if len(accounts) == 1 else "accounts"
    lines = [f"{one.counted[:1].upper()}{one.counted[1:]}; {clause}{many} {joined(accounts)}."]
    if one.particulars:
        lines.append(f"For {listed(one.particulars)}.")
    statuses = dict.fromkeys(status for status in accounts.values() if status is not None)
    if statuses:
        holders = {s: joined(n for n, has in accounts.items() if has == s) for s in statuses}
        words = [
            word(s, one.kind) if len(statuses) == 1 else f"{word(s, one.kind)} ({names})"
            for s, names in holders.items()
        ]
        lines.append(f"Status on {judged.on}: {'; '.join(words)}.")
    if one.entries:
        lines.append(f"It counts from: {', '.join(one.entries)}.")
    if one.sources:
        lines.append(f"Sources: {', '.join(one.sources)}.")
    lines.append(f"As of {judged.on}. An entry dated later can change this.")
    return "\n".join(lines)


def uid(judged: Judged, one: Deadline, accounts: tuple[str, ...]) -> str:
    """An id that stays when the date of the same thing moves."""
    whole = json.dumps([judged.case, one.what, one.key, accounts])
    return f"{hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()}@servanda"


def as_line(coming: Coming, zone: str) -> str:
    """Something to come as a line of text."""
    one, accounts = coming
    at = "no sure date" if one.micros is None else str(iso(one.micros * 64, zone))
    clause = f"clause {one.clause}, " if one.clause else ""
    return f"{at}: {one.what}, {clause}{one.text} ({joined(accounts)}): {one.counted}"
