"""Which entries suffice for a verdict and are needed for it: found by judging on fewer of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from servanda.judge.reference.instance import Instance
from servanda.judge.reference.truth import Ground
from servanda.judge.reference.walk import Walk, merged
from servanda.judge.reference.world import SINCE_EVER
from servanda.judge.statuses import told
from servanda.judge.verdict import JudgeError, Outcome, Status, Verdict
from servanda.record.facts import Complete, Facts
from servanda.semantics.norms import Norms

T = TypeVar("T")


class Support(Struct, frozen=True):
    """Entries and declarations that suffice, each of which is needed."""

    entries: tuple[str, ...]
    declared: tuple[Complete, ...]


class Standing(Struct, frozen=True):
    """Status of an instance on the last day judged, its first tick (None: ever), and what it came
    to if it is over."""

    status: Status
    since: int | None
    outcome: Outcome | None = None


def standing(norms: Norms, facts: Facts, of: Verdict) -> Standing | None:
    """Standing of a verdict's instance on some facts; None: no such instance, or no answer.

    An instance is known by its rule, parties, trigger and particulars; of several that share these
    (a condition that turns true again), by the instant in which it became what it is.
    """
    walk = Walk(norms, facts, alone=of)
    try:
        walk.run()
    except JudgeError:
        return None
    mine = [last_of(each) for each in walk.instances.get(of.rule, ()) if is_of(each, of)]
    wanted = Standing(of.status, of.from_, of.outcome)
    return wanted if wanted in mine else mine[-1] if mine else None


def last_of(instance: Instance) -> Standing:
    last = merged(instance.changes)[-1]
    stands = told(instance.rule.kind, last.status)
    return Standing(stands.status, None if last.at <= SINCE_EVER else last.at, stands.outcome)


def is_of(instance: Instance, verdict: Verdict) -> bool:
    """Whether an instance that has begun is the one of a verdict."""
    return bool(instance.changes) and (
        (instance.rule.id, instance.debtor, instance.creditor, instance.trigger)
        == (verdict.rule, verdict.debtor, verdict.creditor, verdict.trigger)
        and instance.particulars == verdict.instance
    )


def support(
    norms: Norms,
    facts: Facts,
    of: Verdict,
    candidates: Iterable[Ground],
    beside: Collection[Ground] = (),
) -> Support:
    """The smallest part of the candidates that gives the verdict's status since the same instant.

    `of` is a span that is open on the last day of the facts. Where the candidates do not suffice,
    all facts are looked through. The part is minimal: without any one of its grounds the outcome
    differs. `beside`: grounds that are given in any case.
    """
    wanted = Standing(of.status, of.from_, of.outcome)

    def suffices(grounds: Sequence[Ground]) -> bool:
        return standing(norms, only(facts, (*beside, *grounds)), of) == wanted

    start = in_order(set(candidates) - {*beside})
    if not suffices(start):
        start = in_order(every_ground(facts) - {*beside})
    found = minimal(start, suffices)
    return Support(
        tuple(sorted(g for g in found if isinstance(g, str))),
        tuple(g for g in found if isinstance(g, Complete)),
    )


def minimal(items: Sequence[T], holds: Callable[[Sequence[T]], bool]) -> list[T]:
    """A part of the items for which `holds`, and for no part with one item less.

    Halves are tried first, then quarters, down to single items, until none can be left out.
    """
    kept, size = list(items), max(1, len(items) // 2)
    while True:
        before, at = len(kept), 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            if len(fewer) < len(kept) and holds(fewer):
                kept = fewer
            else:
                at += size
        if size == 1 and len(kept) == before:
            return kept
        size = max(1, size // 2)


def in_order(grounds: Iterable[Ground]) -> list[Ground]:
    """Declarations first: they are tried, and left out, before entries are."""
    found = set(grounds)
    declared = sorted((g for g in found if isinstance(g, Complete)), key=str)
    return [*declared, *sorted(g for g in found if isinstance(g, str))]


def every_ground(facts: Facts) -> set[Ground]:
    return {
        *(o.entry for each in facts.events.values() for o in each),
        *(r.entry for each in facts.readings.values() for r in each),
        *(e.entry for e in facts.exercises),
        *(d.entry for d in facts.determinations),
        *facts.complete,
    }


def only(facts: Facts, grounds: Iterable[Ground]) -> Facts:
    """The facts of some entries, and some declarations."""
    left = set(grounds)
    return msgspec.structs.replace(
        facts,
        events={n: tuple(o for o in each if o.entry in left) for n, each in facts.events.items()},
        readings={
            n: tuple(r for r in each if r.entry in left) for n, each in facts.readings.items()
        },
        exercises=tuple(e for e in facts.exercises if e.entry in left),
        determinations=tuple(d for d in facts.determinations if d.entry in left),
        complete=tuple(c for c in facts.complete if c in left),
    )


def without(facts: Facts, entry: str) -> Facts:
    """The facts less those of one entry."""
    return only(facts, every_ground(facts) - {entry})
