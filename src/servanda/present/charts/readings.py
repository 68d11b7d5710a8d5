"""What an account takes a measure to be over time, and the limits its duties set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

import msgspec
from msgspec import Struct

from servanda.explain.duty_histories import StatusSpan, duty_histories
from servanda.explain.judged import Judged
from servanda.explain.measured import LIMITS, MIRRORED, comparisons
from servanda.explain.wording import amount
from servanda.judge.reference.world import INFINITE, World
from servanda.record.account_facts import known_entries, parse_as_of
from servanda.record.facts import Value
from servanda.record.record import Entry, Measured, Record
from servanda.semantics.norms import Compare, Const, MeasureReading, MeasureType, Rule, Var
from servanda.syntax.tree import Agreement
from servanda.vocabulary.statuses import IN_PLAY, term

Subject = tuple[str, str | None]
"""A measure and whose it is (None: nobody's)."""


class Level(Struct, frozen=True):
    """What a measure is taken for over [from_, until), in ticks; None: unbounded on that side."""

    from_: int
    until: int
    low: Decimal | None
    high: Decimal | None


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


def levels(judged: Judged, subject: Subject) -> Iterator[Level]:
    """The stretches over which an account has a current reading; between them it has none.

    Read off the reference judge's world (docs/meaning.md, 2).
    """
    measure, of = subject
    read = msgspec.structs.replace(judged.facts, bulk_events={}, bulk_readings={})
    world = World(judged.norms, read)
    now = judged.facts.now
    readings = [r for r in judged.facts.readings.get(measure, ()) if r.of == of]
    edges = {edge for r in readings for edge in (r.lo, r.hi, world.stale(measure, r.hi))}
    ordered = [*sorted(edge for edge in edges if edge < now), now]
    for from_, until in pairwise(ordered):
        value = world.reading(measure, of, from_)
        low, high = value.low, value.high
        if (low, high) != (-INFINITE, INFINITE):
            yield Level(
                from_, until, None if low == -INFINITE else low, None if high == INFINITE else high
            )


def points(judged: Judged, subject: Subject) -> Iterator[Point]:
    """The readings of the record up to the day judged: those the account drops are not there.

    An alleged reading that does not count for the account is shown, as alleged.
    """
    kept = {r.entry for r in judged.facts.readings.get(subject[0], ())}
    known = None if judged.known is None else parse_as_of(judged.known, judged.norms.zone)
    for entry in known_entries(judged.record, known):
        what = entry.what
        if not isinstance(what, Measured) or (what.measure, what.of) != subject:
            continue
        if entry.when.lo <= judged.facts.now and (entry.id in kept or entry.grade == "alleged"):
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
            for op, value in limited(rule, subject, bound):
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


def limited(
    rule: Rule, subject: Subject, bound: Mapping[str, Value | None]
) -> Iterator[tuple[str, Decimal]]:
    """The plain limits of a rule on a subject; a computed limit is none."""
    assert rule.keep is not None
    for compare in comparisons(rule.keep):
        op, left, right = reading_on_the_left(compare)
        if not isinstance(left, MeasureReading) or left.measure != subject[0]:
            continue
        whose = bound.get(left.of.name) if isinstance(left.of, Var) else left.of and left.of.value
        value = bound.get(right.name) if isinstance(right, Var) else None
        if isinstance(right, Const):
            value = right.value
        if (whose is None or whose == subject[1]) and isinstance(value, Decimal):
            yield op, value


def reading_on_the_left(compare: Compare) -> tuple[str, object, object]:
    """A comparison with its reading on the left."""
    if isinstance(compare.left, Const | Var):
        return MIRRORED[compare.op], compare.right, compare.left
    return compare.op, compare.left, compare.right


def in_words(limit: Limit, unit: str | None) -> str:
    return f"{LIMITS[limit.op]} {amount(limit.value, unit)}"


def alike(
    judged: Mapping[str, Judged], subject: Subject
) -> Iterable[tuple[tuple[str, ...], tuple[Level, ...]]]:
    """Accounts that have the same values of a measure over the whole time, together."""
    by_levels: dict[tuple[Level, ...], list[str]] = {}
    for name, one in judged.items():
        by_levels.setdefault(tuple(levels(one, subject)), []).append(name)
    return [(tuple(names), found) for found, names in by_levels.items()]
