"""Builds the facts of one account, as of a date and as known on a date: input of both judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from servanda.record.dates import BadDate, end_of
from servanda.record.facts import (
    Bulk,
    Complete,
    Determination,
    Exercise,
    Facts,
    Occurrence,
    ReadingFact,
)
from servanda.record.record import (
    Determined,
    Entry,
    Exercised,
    Happened,
    Measured,
    Record,
    WentOn,
    Withdrawn,
)
from servanda.record.tables.table import bulk_for
from servanda.record.trust import Policy, Trust
from servanda.semantics.clock import FACT, micros_of, tick
from servanda.semantics.names import AgreementNames
from servanda.semantics.norms import Norms, Variable, during, variables_by_parameter
from servanda.syntax.tree import Account, Agreement

LEAST = Decimal("0.000000001")

__all__ = ["BadDate", "facts_for", "known_entries", "parse_as_of", "standing"]


def parse_as_of(text: str, zone: str) -> int:
    """The last tick of a day, or of an instant. Raises BadDate for nonsense or out of range."""
    return end_of(text, zone)


def known_entries(record: Record, known: int | None) -> tuple[Entry, ...]:
    """The entries that exist as known at that tick (None: all)."""
    if known is None:
        return record.entries
    return tuple(entry for entry in record.entries if entry.known <= known)


class Standing(Struct, frozen=True):
    """The entries that an account keeps, each with its trust.

    `gone` are the ids of entries and table rows that were corrected or withdrawn.
    """

    entries: tuple[tuple[Entry, Trust], ...]
    gone: frozenset[str]


def standing(record: Record, policy: Policy, known: int | None) -> Standing:
    """The entries that count for a policy, as known at a tick (None: all entries).

    Trust comes first: a correction from a source that the account drops has no effect for it.
    """
    by_id = {entry.id: entry for entry in record.entries}
    kept: dict[str, Trust] = {}
    withdrawals: dict[str, list[str]] = {}
    corrections: dict[str, list[str]] = {}
    for entry in known_entries(record, known):
        if isinstance(entry.what, Withdrawn):
            if policy.takes_back(entry):
                withdrawals.setdefault(entry.what.entry, []).append(entry.id)
            continue
        trust = policy.of_entry(entry, by_id.get(entry.corrects) if entry.corrects else None)
        if trust is not None:
            kept[entry.id] = trust
            if entry.corrects:
                corrections.setdefault(entry.corrects, []).append(entry.id)
    gone = _gone(withdrawals, corrections)
    left = tuple((by_id[id], trust) for id, trust in kept.items() if id not in gone)
    return Standing(left, gone)


def _gone(
    withdrawals: Mapping[str, list[str]],
    corrections: Mapping[str, list[str]],
) -> frozenset[str]:
    """The ids withdrawn or replaced.

    A withdrawal can itself be withdrawn. A withdrawn correction has no effect; a corrected one
    still replaces its target.
    """
    replaced: dict[str, bool] = {}

    def is_withdrawn(id: str) -> bool:
        return any(not is_withdrawn(other) for other in withdrawals.get(id, ()))

    def is_replaced(id: str) -> bool:
        if id not in replaced:
            replaced[id] = any(
                is_replaced(other) or not is_withdrawn(other) for other in corrections.get(id, ())
            )
        return replaced[id]

    return frozenset(
        id for id in {*withdrawals, *corrections} if is_withdrawn(id) or is_replaced(id)
    )


def facts_for(
    record: Record,
    agreement: Agreement,
    account: Account | None,
    norms: Norms | None,
    *,
    on: int,
    known: int | None = None,
) -> Facts:
    """The facts of an account (None: of nobody in particular, with trust in all sources).

    `on` and `known` are last ticks, as `parse_as_of` gives them. `norms` give the types of the
    variables in instance keys; without them, keys stay as written.
    """
    policy = Policy(account, record)
    events: dict[str, list[Occurrence]] = {}
    readings: dict[str, list[ReadingFact]] = {}
    exercises: list[Exercise] = []
    determinations: list[Determination] = []
    names = AgreementNames(agreement)
    variables = {(r.clause, v.name): v for r in norms.rules for v in r.variables} if norms else {}
    parameters = variables_by_parameter(norms.rules) if norms else {}
    left = standing(record, policy, known)
    for entry, trust in left.entries:
        if entry.when.lo > on:
            continue
        match entry.what:
            case Happened(event, args):
                occurrence = _occurrence(entry, trust, args)
                events.setdefault(event, []).append(occurrence)
            case WentOn(state, args):
                events.setdefault(during(state), []).append(_span(entry, trust, args))
            case Measured(measure) if trust.sure:
                readings.setdefault(measure, []).append(_reading(entry, entry.what, trust))
            case Exercised():
                used = _with_variables(entry.what, parameters)
                exercises += _exercises(entry, used, trust, names, variables)
            case Determined(by, name, args, holds):
                lo, hi = entry.when.lo, entry.when.hi
                determinations.append(
                    Determination(entry.id, lo, hi, trust.sure, by, name, args, holds)
                )
            case _:
                pass
    bulk_events, bulk_readings = _bulks(record, policy, on, known, left.gone)
    return Facts(
        now=on,
        events={name: tuple(found) for name, found in events.items()},
        readings={name: tuple(found) for name, found in readings.items()},
        exercises=tuple(exercises),
        determinations=tuple(determinations),
        complete=_completeness(record, policy, known),
        bulk_events=bulk_events,
        bulk_readings=bulk_readings,
    )


def _occurrence(
    entry: Entry, trust: Trust, args: tuple[str | Decimal | date | None, ...]
) -> Occurrence:
    when = entry.when
    return Occurrence(entry.id, when.lo, when.hi, when.fin, trust.sure, args)


def _span(entry: Entry, trust: Trust, args: tuple[str | Decimal | date | None, ...]) -> Occurrence:
    """What went on all the time of an entry: it ends at `fin`, at the phase of states."""
    when = entry.when
    begin, end = tick(micros_of(when.lo), FACT), tick(micros_of(when.fin), FACT)
    return Occurrence(entry.id, begin, begin, end, trust.sure, args)


def _reading(entry: Entry, measured: Measured, trust: Trust) -> ReadingFact:
    """A strict bound is moved by one unit in the ninth decimal."""
    low, high = measured.low, measured.high
    if low is not None and measured.open_low:
        low += LEAST
    if high is not None and measured.open_high:
        high -= LEAST
    return ReadingFact(entry.id, entry.when.lo, entry.when.hi, measured.of, low, high, trust.tier)


def _exercises(
    entry: Entry,
    used: Exercised,
    trust: Trust,
    names: AgreementNames,
    variables: Mapping[tuple[str, str], Variable],
) -> Iterable[Exercise]:
    """One exercise per clause and holder: an act of a group is an act of each member too."""
    when = entry.when
    for holder in (used.by, *names.members(used.by)):
        for clause in used.clauses or (None,):
            yield Exercise(
                entry=entry.id,
                lo=when.lo,
                hi=when.hi,
                fin=when.fin,
                sure=trust.sure,
                verb=used.verb,
                by=holder,
                clause=clause,
                of=used.of,
                towards=used.towards,
                keys=tuple(
                    (name, _as_text(value) if _is_text(variables, clause, name) else value)
                    for name, value in used.key
                ),
                amendment=used.amendment,
            )


def _with_variables(used: Exercised, parameters: Mapping[tuple[str, str], str]) -> Exercised:
    """The exercise with its keys named as variables, where an entry names parameters instead."""
    if not used.key or len(used.clauses) != 1:
        return used
    (clause,) = used.clauses
    key = tuple((parameters.get((clause, name), name), value) for name, value in used.key)
    return replace(used, key=key)


def _is_text(variables: Mapping[tuple[str, str], Variable], clause: str | None, name: str) -> bool:
    variable = variables.get((clause, name)) if clause is not None else None
    return variable is not None and variable.type == "text"


def _as_text(value: str | Decimal | date) -> str | date:
    """A text that is written as a number: `(n: 7)`."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def _completeness(record: Record, policy: Policy, known: int | None) -> tuple[Complete, ...]:
    return tuple(
        Complete(name, declared.from_, declared.until)
        for declared in record.complete
        if (known is None or declared.known is None or declared.known <= known)
        and policy.of_declaration(declared)
        for name in declared.names
    )


def _bulks(
    record: Record, policy: Policy, on: int, known: int | None, gone: frozenset[str]
) -> tuple[dict[str, tuple[Bulk, ...]], dict[str, tuple[Bulk, ...]]]:
    """The tables' rows by event and by measure, filtered in SQL."""
    events: dict[str, list[Bulk]] = {}
    readings: dict[str, list[Bulk]] = {}
    for table in record.tables:
        bulk = bulk_for(table, policy, on=on, known=known, gone=gone)
        if table.event is not None:
            events.setdefault(table.event, []).append(bulk)
        elif table.measure is not None:
            readings.setdefault(table.measure, []).append(bulk)
    return (
        {name: tuple(found) for name, found in events.items()},
        {name: tuple(found) for name, found in readings.items()},
    )
