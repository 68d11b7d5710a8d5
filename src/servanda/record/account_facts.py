"""Builds the facts of one account, as of a date and as known on a date: input of both judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from servanda.record.dates import BadDate, end_of
from servanda.record.facts import (
    Bulk,
    Complete,
    Determination,
    Exercise,
    Facts,
    Occurrence,
    ReadingFact,
    Value,
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
from servanda.semantics.norms import Norms, Rule, Variable, during, variables_by_parameter
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

    `taken_back`: the ids of entries and table rows that were corrected or withdrawn, each with the
    id of the entry that first did so.
    """

    entries: tuple[tuple[Entry, Trust], ...]
    taken_back: dict[str, str]

    @property
    def gone(self) -> frozenset[str]:
        """The ids of what was corrected or withdrawn."""
        return frozenset(self.taken_back)


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
    found = _taken_back(withdrawals, corrections)
    taken_back = {
        id: min(by, key=lambda other: (by_id[other].known, other)) for id, by in found.items()
    }
    left = tuple((by_id[id], trust) for id, trust in kept.items() if id not in taken_back)
    return Standing(left, taken_back)


def _taken_back(
    withdrawals: Mapping[str, list[str]],
    corrections: Mapping[str, list[str]],
) -> dict[str, list[str]]:
    """The ids withdrawn or replaced, each with those of the entries that do so.

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

    found = {
        id: [
            *(other for other in withdrawals.get(id, ()) if not is_withdrawn(other)),
            *(
                other
                for other in corrections.get(id, ())
                if is_replaced(other) or not is_withdrawn(other)
            ),
        ]
        for id in dict.fromkeys((*withdrawals, *corrections))
    }
    return {id: by for id, by in found.items() if by}


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
    keys = KeyNames.of(norms.rules if norms else ())
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
                exercises += _exercises(entry, entry.what, trust, names, keys)
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
    keys: KeyNames,
) -> Iterable[Exercise]:
    """One exercise per clause and holder: an act of a group is an act of each member too.

    Its keys are named as the clause's variables, where an entry names parameters instead.
    """
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
                keys=tuple(keys.named(clause, name, value) for name, value in used.key),
                amendment=used.amendment,
            )


class KeyNames(NamedTuple):
    """The variables by which instances are told apart, by clause and name, and by parameter."""

    variables: Mapping[tuple[str, str], Variable]
    parameters: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> KeyNames:
        variables = {(r.clause, v.name): v for r in rules for v in r.variables}
        return cls(variables, variables_by_parameter(rules))

    def named(self, clause: str | None, name: str, value: Value) -> tuple[str, Value]:
        """A key by its variable; a text may be written as a number: `(n: 7)`."""
        if clause is None:
            return name, value
        name = self.parameters.get((clause, name), name)
        variable = self.variables.get((clause, name))
        if isinstance(value, Decimal) and variable is not None and variable.type == "text":
            return name, f"{value:f}"
        return name, value


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
