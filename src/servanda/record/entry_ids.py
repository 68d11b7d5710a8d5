"""Ids of entries that write none: short where that is enough, with arguments and sources where not.

`<date>-<event or measure>-<actor>-<short texts>`. Entries that would share it have their other
arguments in it too, then their sources and their time of day. Content alone decides, so that an
id does not depend on the order of the files.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from servanda.record.dates import FactTime
from servanda.record.record import (
    Determined,
    Entry,
    Exercised,
    Happened,
    Linked,
    Measured,
    Statement,
    Value,
    WentOn,
    What,
    Withdrawn,
)
from servanda.syntax.problems import Problems

LONGEST_WORD = 24
VERBS = {
    "suspend": "suspends",
    "resume": "resumes",
    "waive": "waives",
    "release": "releases",
    "end": "ends",
    "end_all": "ends",
    "amend": "amends",
    "create": "creates",
}
Written = tuple[Entry, str | None]
"""An entry, and the id that it was given in the text."""


def short_id(when: FactTime, what: What) -> str:
    """`<date>-<event or measure>-<actor>-<short texts>`."""
    return _joined(when.text[:10], _words(what))


def full_id(entry: Entry) -> str:
    """The short id with all arguments, the sources, and the times where there are any."""
    words: list[str | None] = [*_words(entry.what), *_more_words(entry.what)]
    words += [word for ref in entry.sources for word in (ref.id, _word(ref.locator))]
    words += [entry.when.text[10:]]
    return _joined(entry.when.text[:10], words)


def _words(what: What) -> tuple[str | None, ...]:
    match what:
        case Happened(event, args, by) | WentOn(event, args, by):
            return event, by, *(a for a in args if isinstance(a, str) and _is_short(a) and a != by)
        case Measured(measure, of):
            return measure, of
        case Linked(kind, measure, of):
            return measure, kind, of
        case Exercised(verb, by, clauses, key):
            return VERBS[verb], by, *clauses, *(str(value) for _, value in key)
        case Determined(by, name):
            return name, by
        case Statement(by, verb):
            return verb.replace(" ", "-"), by
        case Withdrawn(entry):
            return "withdraws", entry


def _more_words(what: What) -> tuple[str | None, ...]:
    """What the short id leaves out."""
    match what:
        case Happened(args=args) | WentOn(args=args):
            return tuple(_word(a) for a in args if not _is_short(a))
        case Exercised(of=of, towards=towards, amendment=amendment):
            return of, towards, amendment
        case Determined(args=args, holds=holds):
            return *(_word(a) for a in args), None if holds else "not"
        case Statement(to=to, text=text, clause=clause, event=event, args=args):
            return to, clause, event, *(_word(a) for a in args), _word(text)
        case _:
            return ()


def _is_short(value: Value | None) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_WORD


def _word(value: Value | None) -> str | None:
    """A value as a word; of a long text its beginning, and a digest of all of it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if value is None or _is_short(value):
        return None if value is None else str(value)
    digest = hashlib.sha256(str(value).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_slug(str(value)[:LONGEST_WORD])}-{digest[:8]}"


def _joined(day: str, words: Iterable[str | None]) -> str:
    return "-".join([day, *(slug for word in words if word and (slug := _slug(word)))])


def _slug(text: str) -> str:
    return re.sub(r"[^\w.:/]+", "-", text).strip("-")


# ------------------------------------------------------------------ all entries together
def with_unique_ids(resolved: Sequence[Written], problems: Problems) -> list[Entry]:
    """The entries, each with an id of its own; one whose id is taken is left out, with a problem.

    A correction without an id gives way to what it corrects, which keeps the id it is cited by.
    """
    shared = Counter(e.id for e, written in resolved if written or e.corrects is None)
    corrections = Counter(e.id for e, written in resolved if not written and e.corrects)
    first: dict[str, Entry] = {}
    clashing: list[Written] = []
    for found, written in resolved:
        entry = found
        if not written and entry.corrects is None and shared[entry.id] > 1:
            entry = replace(entry, id=full_id(entry))
        elif not written and entry.corrects and shared[entry.id] + corrections[entry.id] > 1:
            entry = replace(entry, id=f"{full_id(entry)}-correction")
        if first.setdefault(entry.id, entry) is not entry:
            clashing.append((entry, written))
    _report_clashes(clashing, first, problems)
    _warn_of_one_act([e for e, written in resolved if not written], problems)
    return list(first.values())


def _report_clashes(
    clashing: Iterable[Written], first: Mapping[str, Entry], problems: Problems
) -> None:
    taken = set(first)
    for entry, written in clashing:
        earlier = first[entry.id]
        where = f"{earlier.place.file}, line {earlier.place.line}"
        if earlier == entry:
            message = f"this entry repeats the one in {where}"
            problems.add("E502", entry.place, message, "leave one of the two out")
            continue
        if written:
            message = f"two entries have the id `{entry.id}`: the other is in {where}"
            problems.add("E502", entry.place, message, "give one of them another id")
            continue
        number = 2
        while (free := f"{entry.id}-{number}") in taken:
            number += 1
        taken.add(free)
        problems.add(
            "E502",
            entry.place,
            f"this entry and the one in {where} would both be called `{entry.id}`",
            f"write `id {free}` to give this an id of its own; or, if it replaces the "
            f"other, `corrects {entry.id}`",
        )


def _warn_of_one_act(entries: Iterable[Entry], problems: Problems) -> None:
    """Warn of one event in entries of several sources: each entry counts as an act of its own."""
    first: dict[tuple[What, int, int], Entry] = {}
    for entry in entries:
        if not isinstance(entry.what, Happened) or entry.corrects is not None:
            continue
        earlier = first.setdefault((entry.what, entry.when.lo, entry.when.hi), entry)
        if earlier is not entry and {r.id for r in earlier.sources} != {
            r.id for r in entry.sources
        }:
            where = f"{earlier.place.file}, line {earlier.place.line}"
            problems.add(
                "W501",
                entry.place,
                f"this differs from the entry in {where} in its sources only, and counts as a "
                "second act",
                "if it is one act, write one entry with both sources: `source A, source B`; "
                'if there were two, `allow W501 "why"` in the agreement',
            )


def ids_called(short: str, entries: Iterable[Entry]) -> list[str]:
    """The ids of entries that would be called so if they were the only ones."""
    return [entry.id for entry in entries if short_id(entry.when, entry.what) == short]
