"""Verdicts kept up to date: rejudge only the keys that new facts or the clock affect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from servanda.judge.dependencies import Footprints
from servanda.judge.judgement import judge
from servanda.judge.statuses import FINAL
from servanda.judge.verdict import JudgeError
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms
from servanda.watch.calendar_changes import CalendarChanges
from servanda.watch.fact_filing import ALL_KEYS, NO_KEY, FactFiling, FilingKey, NamedFact
from servanda.watch.histories import (
    Instance,
    KeyVerdicts,
    StatusChange,
    changes_between,
    encode_histories,
    verdicts_by_key,
)
from servanda.watch.state import FactRow, Store
from servanda.watch.units import counts_business_days, units_of

END_OF_TIME = 8_999_999_999_999_999_999 | 63  # the latest tick of both judges
HORIZON = 400 * 86_400_000_000 * 64
CHUNK = 20_000

Added = tuple[str, list[NamedFact]]
Gone = tuple[str, list[FilingKey]]
BeforeAfter = tuple[bytes | None, bytes]  # the encoded histories of a key before and after


class LiveVerdicts:
    """The verdicts of one account in a store. All times are ticks at the end of an instant."""

    def __init__(self, norms: Norms, store: Store) -> None:
        self.norms = norms
        self.store = store
        self.units = units_of(norms)
        self.filing = FactFiling(norms, self.units)
        prints = Footprints(norms)
        self.own = [
            without_calendars(prints.within(unit.reach, Facts(now=0))[0]) for unit in self.units
        ]
        self.clocks = [CalendarChanges(own) for own in self.own]
        self.kinds = {rule.id: rule.kind for rule in norms.rules}

    # -------------------------------------------------------------- moving
    def begin(self, now: int) -> Iterator[BeforeAfter]:
        """Judge all units for the first time."""
        for number in range(len(self.units)):
            yield from self.rejudge(number, {ALL_KEYS}, now)

    def apply(self, added: Iterable[Added], gone: Iterable[Gone], now: int) -> list[StatusChange]:
        """Add and remove facts, set the clock, and return the changes. Raises JudgeError."""
        touched: dict[int, set[str]] = defaultdict(set)
        for entry, places in gone:
            self.store.drop_facts(entry, places)
            for unit, key in places:
                touched[unit].add(key)
        rows = [row for entry, facts in added for row in self.rows(entry, facts)]
        self.store.add_facts(rows)
        for row in rows:
            touched[row[0]].add(row[1])
        for unit, key in self.store.due(now):
            touched[unit].add(key)
        settled = (one for n in sorted(touched) for one in self.rejudge(n, touched[n], now))
        return [step for before, after in settled for step in changes_between(before, after)]

    def places(self, facts: Iterable[NamedFact]) -> list[FilingKey]:
        """The units and keys under which an entry's facts are filed."""
        found = (place for named in facts for place in self.filing.places(*named))
        return list(dict.fromkeys(found))

    def rows(self, entry: str, facts: Iterable[NamedFact]) -> Iterator[FactRow]:
        for n, (kind, name, fact) in enumerate(facts):
            body = self.filing.write(fact)
            for unit, key in self.filing.places(kind, name, fact):
                yield unit, key, entry, n, kind, name, getattr(fact, "lo", 0), body

    # -------------------------------------------------------------- judging again
    def rejudge(self, number: int, touched: set[str], now: int) -> Iterator[BeforeAfter]:
        """Rejudge the affected keys of a unit and store the verdicts."""
        if ALL_KEYS in touched:
            touched = {NO_KEY, *touched, *self.store.keys(number)} - {ALL_KEYS}
            self.schedule_shared(number, now)
        if self.units[number].whole:
            touched = {NO_KEY}
        keys = sorted(touched)
        for start in range(0, len(keys), CHUNK):
            yield from self.rejudge_keys(number, keys[start : start + CHUNK], now)

    def schedule_shared(self, number: int, now: int) -> None:
        """Schedule rejudging of all keys for the next shared fact in the future."""
        ahead = [lo for _, _, _, lo, _ in self.store.facts(number, [ALL_KEYS]) if lo > now]
        self.store.put_verdicts([(number, ALL_KEYS, b"[]", min(ahead, default=None))])

    def rejudge_keys(self, number: int, keys: list[str], now: int) -> Iterator[BeforeAfter]:
        found = self.judge_keys(number, keys, now)
        before = self.store.verdicts(number, keys)
        rows = []
        for key in keys:
            one = found[key]
            body = encode_histories(one.instances)
            old = before.get(key, (None, None))
            if old != (body, one.next):
                rows.append((number, key, body, one.next))
                yield old[0], body
        self.store.put_verdicts(rows)

    def judge_keys(self, number: int, keys: list[str], now: int) -> dict[str, KeyVerdicts]:
        """Judge these keys up to now; each with the tick of its next change."""
        here: list[tuple[str, str, bytes]] = []
        waits: dict[str, int] = {}

        def wait(key: str, at: int) -> None:
            if at > now:
                waits[key] = min(at, waits.get(key, at))

        clock = self.clocks[number]
        for key, kind, name, lo, body in self.store.facts(number, [*keys, ALL_KEYS]):
            wait(key, lo)
            if lo <= now:
                here.append((kind, name, body))
                for at in clock.derived_ticks(kind, name, body):
                    wait(key, at)
        for at in clock.period_starts(now):
            wait(ALL_KEYS, at)
        found, judge_again_at = self.judge_with_future(number, self.filing.collect(here, now), now)
        if judge_again_at is not None:
            wait(ALL_KEYS, judge_again_at)
        everyone = waits.get(ALL_KEYS)
        mine = {key: found.get(key) or KeyVerdicts([]) for key in keys}
        for key, one in mine.items():
            for when in (waits.get(key), everyone):
                if when is not None:
                    one.change_by(when)
        return mine

    def judge_with_future(
        self, number: int, facts: Facts, now: int
    ) -> tuple[dict[str, KeyVerdicts], int | None]:
        """Histories up to now, and the tick at which all keys must be rejudged, or None.

        The future is judged too, from the facts known now, to find when each history changes.
        """
        norms, unit = self.own[number], self.units[number]
        if not unit.clocked:
            try:
                return verdicts_by_key(
                    judge(norms, replace(facts, now=END_OF_TIME)), unit.keys, now
                ), None
            except JudgeError:
                pass  # perhaps only the future cannot be judged
        found = verdicts_by_key(judge(norms, facts), unit.keys, now)
        ahead = now + HORIZON
        try:
            later = verdicts_by_key(judge(norms, replace(facts, now=ahead)), unit.keys, now)
        except JudgeError:
            return found, now + 1
        for one in found.values():
            if not all(self.is_settled(i) for i in one.instances):
                one.change_by(ahead)
        for key, other in later.items():
            if other.next is not None:
                found.setdefault(key, KeyVerdicts([])).change_by(other.next)
        return found, None if unit.clocked else ahead

    def is_settled(self, one: Instance) -> bool:
        """Whether its status is final, so the passing of time cannot change it."""
        return one.spans[-1][1] in FINAL[self.kinds[one.rule]]


def without_calendars(norms: Norms) -> Norms:
    """Drop calendars, which are costly to expand, unless rules count business days."""
    return norms if counts_business_days(norms) else replace(norms, calendars=())
