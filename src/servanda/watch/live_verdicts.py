"""Verdicts kept up to date: facts and the clock move, and only what they reach is judged again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from servanda.judge.dependencies import Footprints
from servanda.judge.judgement import judge
from servanda.judge.verdict import JudgeError, final_statuses
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms
from servanda.watch.calendar_changes import Clock
from servanda.watch.fact_files import ALONE, EVERY, Filed, Filing, Named
from servanda.watch.histories import Instance, Step, Told, steps, told, written
from servanda.watch.state import FactRow, Store
from servanda.watch.units import counts_business_days, units_of

AHEAD = 8_999_999_999_999_999_999 | 63  # as far as time goes, for both judges
HORIZON = 400 * 86_400_000_000 * 64
CHUNK = 20_000

Added = tuple[str, list[Named]]
Gone = tuple[str, list[Filed]]
Settled = tuple[bytes | None, bytes]  # what was and is written under a key


class Live:
    """The verdicts of one account over a store. All times are ticks at the end of an instant."""

    def __init__(self, norms: Norms, store: Store) -> None:
        self.norms = norms
        self.store = store
        self.units = units_of(norms)
        self.filing = Filing(norms, self.units)
        prints = Footprints(norms)
        self.own = [
            without_calendars(prints.within(unit.reach, Facts(now=0))[0]) for unit in self.units
        ]
        self.clocks = [Clock(own) for own in self.own]
        self.kinds = {rule.id: rule.kind for rule in norms.rules}

    # -------------------------------------------------------------- moving
    def begin(self, now: int) -> Iterator[Settled]:
        """Judge everything for the first time."""
        for number in range(len(self.units)):
            yield from self.again(number, {EVERY}, now)

    def move(self, added: Iterable[Added], gone: Iterable[Gone], now: int) -> list[Step]:
        """Take facts in and out, set the clock, and say what changed. Raises JudgeError."""
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
        settled = (one for n in sorted(touched) for one in self.again(n, touched[n], now))
        return [step for before, after in settled for step in steps(before, after)]

    def places(self, facts: Iterable[Named]) -> list[Filed]:
        """Where the facts of one entry are filed."""
        found = (place for named in facts for place in self.filing.places(*named))
        return list(dict.fromkeys(found))

    def rows(self, entry: str, facts: Iterable[Named]) -> Iterator[FactRow]:
        for n, (kind, name, fact) in enumerate(facts):
            body = self.filing.write(fact)
            for unit, key in self.filing.places(kind, name, fact):
                yield unit, key, entry, n, kind, name, getattr(fact, "lo", 0), body

    # -------------------------------------------------------------- judging again
    def again(self, number: int, touched: set[str], now: int) -> Iterator[Settled]:
        """Judge a unit again for the keys touched, and keep the verdicts."""
        if EVERY in touched:
            touched = {ALONE, *touched, *self.store.keys(number)} - {EVERY}
            self.wait_for_shared(number, now)
        if self.units[number].whole:
            touched = {ALONE}
        keys = sorted(touched)
        for start in range(0, len(keys), CHUNK):
            yield from self.settle(number, keys[start : start + CHUNK], now)

    def wait_for_shared(self, number: int, now: int) -> None:
        """A shared fact that lies ahead touches every key when its time comes."""
        ahead = [lo for _, _, _, lo, _ in self.store.facts(number, [EVERY]) if lo > now]
        self.store.put_verdicts([(number, EVERY, b"[]", min(ahead, default=None))])

    def settle(self, number: int, keys: list[str], now: int) -> Iterator[Settled]:
        found = self.told(number, keys, now)
        before = self.store.verdicts(number, keys)
        rows = []
        for key in keys:
            one = found[key]
            body = written(one.instances)
            old = before.get(key, (None, None))
            if old != (body, one.next):
                rows.append((number, key, body, one.next))
                yield old[0], body
        self.store.put_verdicts(rows)

    def told(self, number: int, keys: list[str], now: int) -> dict[str, Told]:
        """What is so up to now under these keys, and when it changes by itself."""
        here: list[tuple[str, str, bytes]] = []
        waits: dict[str, int] = {}

        def wait(key: str, at: int) -> None:
            if at > now:
                waits[key] = min(at, waits.get(key, at))

        clock = self.clocks[number]
        for key, kind, name, lo, body in self.store.facts(number, [*keys, EVERY]):
            wait(key, lo)
            if lo <= now:
                here.append((kind, name, body))
                for at in clock.arising(kind, name, body):
                    wait(key, at)
        for at in clock.periods(now):
            wait(EVERY, at)
        found, again = self.judged(number, self.filing.gathered(here, now), now)
        if again is not None:
            wait(EVERY, again)
        everyone = waits.get(EVERY)
        mine = {key: found.get(key) or Told([]) for key in keys}
        for key, one in mine.items():
            for when in (waits.get(key), everyone):
                if when is not None:
                    one.not_after(when)
        return mine

    def judged(self, number: int, facts: Facts, now: int) -> tuple[dict[str, Told], int | None]:
        """Histories up to now; and the tick at which all must be judged again, if there is one.

        What lies ahead is judged too, by the facts there are: it tells when each changes.
        """
        norms, unit = self.own[number], self.units[number]
        if not unit.clocked:
            try:
                return told(judge(norms, replace(facts, now=AHEAD)), unit.keys, now), None
            except JudgeError:
                pass  # it may be what lies ahead that cannot be judged
        found = told(judge(norms, facts), unit.keys, now)
        ahead = now + HORIZON
        try:
            later = told(judge(norms, replace(facts, now=ahead)), unit.keys, now)
        except JudgeError:
            return found, now + 1
        for one in found.values():
            if not all(self.is_settled(i) for i in one.instances):
                one.not_after(ahead)
        for key, other in later.items():
            if other.next is not None:
                found.setdefault(key, Told([])).not_after(other.next)
        return found, None if unit.clocked else ahead

    def is_settled(self, one: Instance) -> bool:
        """Whether time alone can change it no more."""
        return one.spans[-1][1] in final_statuses(self.kinds[one.rule])


def without_calendars(norms: Norms) -> Norms:
    """Business days cost time to lay out: only for rules that count them."""
    return norms if counts_business_days(norms) else replace(norms, calendars=())
