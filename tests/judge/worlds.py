"""Every world that a record allows: what is sure must be so in each of them.

A world settles each doubt of the facts: an alleged entry is so or was never made, an act dated by
several days was on one of them, a bounded reading is one of its bounds, a term that nobody has
decided holds or does not. `contradictions` are the spans that the judge is sure of and some world denies;
`needless` those that it leaves unknown though all worlds agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from mixed import PARTIES
from msgspec.structs import replace
from telling import plain

from servanda.judge.verdict import JudgeError, Verdict
from servanda.record.facts import Determination, Exercise, Facts, Occurrence, ReadingFact
from servanda.semantics.norms import HeldVague, Norms

DAY = 86_400_000_000 * 64
UNSETTLED = ("unknown", "undetermined")
NOTHING_OWED = (
    "dormant", "lapsed", "ended", "waived", "released", "closed", "expired", "not_yet_in_force", "terminated",
)  # fmt: skip
"""What a duty that does not arise, or whose window never opens, might as well be."""
NOT_THERE = ("none", "dormant", "closed", "not_yet_in_force")
Judge = Callable[[Norms, Facts], tuple[Verdict, ...]]
Fact = Occurrence | ReadingFact | Exercise | Determination
Key = tuple[Any, ...]


class Found(NamedTuple):
    """At a tick, what the judge tells of an instance, and what it is in the worlds."""

    key: Key
    at: int
    told: str
    worlds: frozenset[str]


class TooMany(Exception):
    """More worlds than anybody wants to judge."""


# ------------------------------------------------------------------ the worlds
def days_of(fact: Any) -> Iterator[tuple[int, int]]:
    """The ticks `(lo, fin)` of each day that a fact dated by several may have been on."""
    fin = getattr(fact, "fin", fact.hi + DAY)
    last = fact.hi
    at = fact.lo
    while at < last:
        yield at, at - at % 64 + DAY
        at += DAY
    yield last, fin


def settled(fact: Any) -> list[tuple[Any, ...]]:
    """A fact in each of its worlds: at one time, or not at all."""
    found: list[tuple[Any, ...]] = []
    for lo, fin in days_of(fact):
        dated = {"lo": lo, "hi": lo} | ({"fin": fin} if hasattr(fact, "fin") else {})
        if isinstance(fact, ReadingFact):
            bounds = {b for b in (fact.low, fact.high) if b is not None}
            found += [(replace(fact, **dated, low=b, high=b),) for b in sorted(bounds)]
        else:
            found.append((replace(fact, **dated, sure=True),))
    if not getattr(fact, "sure", True):
        found.append(())
    return found


def worlds(norms: Norms, facts: Facts, most: int) -> Iterator[tuple[Norms, Facts]]:
    """Norms and facts of each world. Raises TooMany, and ValueError for a doubt of another kind."""
    if any(r.low is None or r.high is None for each in facts.readings.values() for r in each):
        raise ValueError("a reading without bounds")
    groups: list[tuple[str, str, Sequence[Fact]]] = [
        *(("events", name, found) for name, found in facts.events.items()),
        *(("readings", name, found) for name, found in facts.readings.items()),
        ("exercises", "", facts.exercises),
        ("determinations", "", facts.determinations),
    ]
    places = [(kind, name) for kind, name, found in groups for _ in found]
    choices = [settled(fact) for _, _, found in groups for fact in found]
    terms = list(open_terms(norms, facts))
    count = 2 ** len(terms)
    for each in choices:
        count *= len(each)
    if count > most:
        raise TooMany(count)
    for held in product((True, False), repeat=len(terms)):
        positions = [
            HeldVague(n, a, v, None, None, outranks=False)
            for (n, a), v in zip(terms, held, strict=True)
        ]
        norms_ = replace(norms, held=(*norms.held, *positions))
        for chosen in product(*choices):
            events: dict[str, list[Any]] = {}
            readings: dict[str, list[Any]] = {}
            others: dict[str, list[Any]] = {"exercises": [], "determinations": []}
            for (kind, name), kept in zip(places, chosen, strict=True):
                into = events if kind == "events" else readings if kind == "readings" else None
                (others[kind] if into is None else into.setdefault(name, [])).extend(kept)
            yield (
                norms_,
                replace(
                    facts,
                    events={n: tuple(f) for n, f in events.items()},
                    readings={n: tuple(f) for n, f in readings.items()},
                    exercises=tuple(others["exercises"]),
                    determinations=tuple(others["determinations"]),
                ),
            )


def open_terms(norms: Norms, facts: Facts) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every vague term with its arguments on which the account holds nothing for good."""
    asked = repr((norms.rules, norms.derived))
    for vague in norms.vagues:
        if f"'{vague.name}'" not in asked:
            continue
        for args in product(*(PARTIES for _ in vague.params)):
            if not any(h.name == vague.name and h.args == args for h in norms.held):
                yield vague.name, args


# ------------------------------------------------------------------ comparing
class Span(NamedTuple):
    """From which tick on a verdict says what."""

    began: int
    status: str
    outcome: str | None
    used: bool | None
    open: bool | None


ABSENT = Span(-(2**62), "none", None, None, None)


def told(judge: Judge, norms: Norms, facts: Facts) -> dict[Key, list[Span]]:
    """The spans of each instance, in order."""
    found: dict[Key, list[Span]] = {}
    for v in judge(norms, facts):
        key = (v.rule, v.debtor, v.creditor, v.trigger, plain(v.instance))
        began = ABSENT.began if v.from_ is None else v.from_
        found.setdefault(key, []).append(Span(began, v.status, v.outcome, v.used, v.open))
    return found


def at(spans: Sequence[Span] | None, tick: int) -> Span:
    """What is told at a tick."""
    return next((s for s in reversed(spans or ()) if s.began <= tick), ABSENT)


class Comparison:
    """One judge's answers against those it gives in every world of the record."""

    def __init__(self, judge: Judge, norms: Norms, facts: Facts, most: int = 64) -> None:
        """Raises TooMany, and ValueError for a doubt that cannot be enumerated."""
        self.contradictions: list[Found] = []
        self.needless: list[Found] = []
        self.sure = self.open = 0
        mine = told(judge, norms, facts)
        try:
            every = [told(judge, *world) for world in worlds(norms, facts, most)]
        except JudgeError:
            raise ValueError("a world without an answer") from None
        for key, spans in mine.items():
            if len({span.began for span in spans}) < len(spans):
                continue  # two instances that nothing tells apart
            there = [world.get(key) for world in every]
            ticks = {s.began for found in (spans, *there) for s in found or ()}
            for tick in sorted(ticks):
                self.compare(key, tick, at(spans, tick), [at(found, tick) for found in there])

    def compare(self, key: Key, tick: int, now: Span, there: list[Span]) -> None:
        statuses = frozenset(s.status for s in there if s.status not in UNSETTLED)  # by the clock
        if now.status in UNSETTLED:
            self.open += 1
            if len({s.status for s in there}) == 1 and statuses and "none" not in statuses:
                self.needless.append(Found(key, tick, now.status, statuses))
            return
        if now is ABSENT:
            return
        self.sure += 1
        if not statuses <= {now.status, *(NOT_THERE if now.status in NOTHING_OWED else [])}:
            self.contradictions.append(Found(key, tick, now.status, statuses))
            return
        alike = [span for span in there if span.status == now.status]
        for name in ("outcome", "used", "open"):
            mine = getattr(now, name)
            values = frozenset(str(getattr(span, name)) for span in alike)
            unbound = ["None"] if mine == "kept" else []  # a duty that never bound was not broken
            settled = mine not in UNSETTLED if name == "outcome" else mine is not None
            if settled and not values <= {str(mine), *unbound}:
                told_ = f"{now.status}, {name} {mine}"
                self.contradictions.append(Found(key, tick, told_, values))
