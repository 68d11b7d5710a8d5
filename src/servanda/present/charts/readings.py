"""The values of a measure over time in an account, and the limits that its duties set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import msgspec
from msgspec import Struct

from servanda.explain.condition_text import LIMITS
from servanda.explain.duty_histories import StatusSpan, duty_histories
from servanda.explain.judged import Judged
from servanda.explain.wording import amount
from servanda.judge.measure_levels import Level, levels, plain_limits
from servanda.record.account_facts import known_entries, parse_as_of
from servanda.record.record import Entry, Measured, Record
from servanda.semantics.norms import MeasureType
from servanda.syntax.tree import Agreement
from servanda.vocabulary.statuses import IN_PLAY, term

Subject = tuple[str, str | None]
"""A measure and whose it is (None: nobody's)."""


class Limit(Struct, frozen=True):
    """A duty's limit while it binds: `op` as written, `value` in the measure's unit."""

    clause: str
    op: str
    value: Decimal
    from_: int | None
    until: int | None
    interrupted: bool


class Point(Struct, frozen=True):
    """One reading of the record, over the days [lo, fin)."""

    entry: str
    lo: int
    fin: int
    low: Decimal | None
    high: Decimal | None
    grade: str
    by: str | None
    sources: tuple[str, ...]


def subjects(agreement: Agreement, record: Record) -> list[Subject]:
    """The measures that the record reads, in the order they are declared."""
    order = {measure.name: n for n, measure in enumerate(agreement.measures)}
    found = {
        (entry.what.measure, entry.what.of)
        for entry in record.entries
        if isinstance(entry.what, Measured)
    }
    return sorted(found, key=lambda s: (order.get(s[0], len(order)), s[1] or ""))


def measure_of(judged: Judged, name: str) -> MeasureType:
    return next(m for m in judged.norms.measures if m.name == name)


def points(judged: Judged, subject: Subject) -> Iterator[Point]:
    """The readings that the account trusts, up to the day judged.

    An alleged reading that does not count for the account is shown, as alleged.
    """
    trusted = {r.entry for r in judged.facts.readings.get(subject[0], ())}
    known = None if judged.known is None else parse_as_of(judged.known, judged.norms.zone)
    for entry in known_entries(judged.record, known):
        what = entry.what
        if not isinstance(what, Measured) or (what.measure, what.of) != subject:
            continue
        if entry.when.lo <= judged.facts.now and (entry.id in trusted or entry.grade == "alleged"):
            yield point(entry, what)


def point(entry: Entry, what: Measured) -> Point:
    return Point(
        entry.id,
        entry.when.lo,
        entry.when.fin,
        what.low,
        what.high,
        entry.grade or "no grade said",
        entry.by,
        tuple(dict.fromkeys(ref.id for ref in entry.sources)),
    )


# ------------------------------------------------------------------ limits
def limits(judged: Judged, subject: Subject) -> list[Limit]:
    """The limits of an account's duties on a measure, each while the duty is in force."""
    rules = {rule.id: rule for rule in judged.norms.rules}
    found: list[Limit] = []
    for duty in duty_histories({judged.account: judged}, ()):
        for span in duty.spans.get(judged.account, ()):
            rule = rules[span.verdict.rule]
            if span.status not in IN_PLAY or rule.keep is None:
                continue
            bound = dict(span.verdict.instance)
            for op, value in plain_limits(rule, *subject, bound):
                add(found, limit(duty.clause, op, value, span))
    return found


def limit(clause: str, op: str, value: Decimal, span: StatusSpan) -> Limit:
    interrupted = term(span.status).interrupts
    return Limit(clause, op, value, span.from_, span.until, interrupted)


def add(found: list[Limit], new: Limit) -> None:
    """Add a limit, joined to the one it continues."""
    for n, old in enumerate(found):
        same = (old.clause, old.op, old.value, old.interrupted)
        if same == (new.clause, new.op, new.value, new.interrupted) and old.until == new.from_:
            found[n] = msgspec.structs.replace(old, until=new.until)
            return
    found.append(new)


def in_words(limit: Limit, unit: str | None) -> str:
    return f"{LIMITS[limit.op]} {amount(limit.value, unit)}"


def accounts_by_levels(
    judged: Mapping[str, Judged], subject: Subject
) -> Iterable[tuple[tuple[str, ...], tuple[Level, ...]]]:
    """Accounts that have the same values of a measure over the whole time, together."""
    by_levels: dict[tuple[Level, ...], list[str]] = {}
    for name, one in judged.items():
        found = tuple(levels(one.norms, one.facts, *subject))
        by_levels.setdefault(found, []).append(name)
    return [(tuple(names), found) for found, names in by_levels.items()]
