"""What is still to come after the day asked: windows that open and close, readings that go stale,
events that arise by themselves. Each with the rule and the count that gave its date.

What cannot be dated surely is told apart, with the reason: no date is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import Literal as OneOf

from msgspec import Struct

from servanda.explain.cited_sources import CitedSources
from servanda.explain.date_counting import Counted
from servanda.explain.duty_labels import labels
from servanda.explain.judged import Judged
from servanda.explain.rows import bindings, is_final
from servanda.judge import derivation as d
from servanda.judge.derivation import Bound, Moment, Window
from servanda.judge.derive import derive
from servanda.judge.instance_windows import InstanceWindows
from servanda.judge.verdict import Verdict
from servanda.judge.visible_facts import subjects_read
from servanda.semantics.clock import AmbiguousMonthEnd, day_start, local_day, micros_of
from servanda.semantics.norms import Always, Derived, Rule
from servanda.vocabulary.statuses import IN_PLAY

What = OneOf["deadline", "lapses", "opens", "cure ends", "goes stale", "arises"]

UNSURE = ("unknown", "undetermined")
ENDS = ("deadline", "lapses", "cure ends")


class Deadline(Struct, frozen=True):
    """Something still to come. `micros`: the instant, in microseconds (None: no sure date, and
    `counted` says why). `last_day`: what ends there ends with the day before that instant."""

    what: What
    key: tuple[str, ...]
    clause: str | None
    kind: str
    debtor: str | None
    instance: dict[str, Any]
    particulars: dict[str, str]
    text: str
    status: str | None
    micros: int | None
    last_day: bool
    counted: str
    entries: tuple[str, ...]
    sources: tuple[str, ...]


def deadlines(judged: Judged) -> list[Deadline]:
    """Everything still to come in one account, the soonest first; what has no sure date last."""
    found = list(Coming(judged).all())
    return sorted(found, key=lambda d: (d.micros is None, d.micros or 0, d.key))


class Coming:
    """Looks ahead from the day that was judged."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.now = micros_of(judged.facts.now)
        self.sources = CitedSources(judged)
        self.windows = InstanceWindows(judged.norms, judged.facts)
        self.counted = Counted(self.windows)
        self.labels = labels(judged)
        self.rules = {rule.id: rule for rule in judged.norms.rules}

    def all(self) -> Iterator[Deadline]:
        limited = set[tuple[str, str | None]]()
        for verdict in self.judged.current():
            rule = self.rules[verdict.rule]
            if is_final(rule, verdict):
                continue
            yield from self.of_window(rule, verdict)
            yield from self.of_cure(rule, verdict)
            if rule.keep is not None and verdict.status in IN_PLAY:
                limited.update(subjects_read(rule.keep, dict(verdict.instance)))
        for measure, whose in sorted(limited, key=str):
            yield from self.stale(measure, whose)
        for derived in self.judged.norms.derived:
            yield from self.arising(derived)

    # -------------------------------------------------------------- windows
    def of_window(self, rule: Rule, verdict: Verdict) -> Iterator[Deadline]:
        window = rule.window
        if verdict.status not in IN_PLAY and verdict.status not in ("dormant", "closed"):
            return
        if rule.kind == "achieve" and verdict.status == "broken":
            return
        row = verdict.trigger is not None and verdict.trigger not in self.sources.by_id
        if row and rule.trigger is not None and rule.trigger.match is not None:
            if window.within is not None and rule.kind == "achieve":
                yield self.undated("deadline", rule, verdict, "it counts from a row of a table")
            return
        began = self.judged.history(verdict)[0].from_
        try:
            bounds = self.windows.of(rule, verdict, began)
        except AmbiguousMonthEnd as error:
            yield self.undated("deadline", rule, verdict, str(error))
            return
        opens = bounds.opens
        if opens is not None and opens.lo is not None and opens.lo > self.now:
            said = self.counted.opening(window.opens, verdict, opens)
            yield self.dated("opens", rule, verdict, opens, said)
        if bounds.closes is None or bounds.closes.lo is None or self.is_shut(rule, verdict, opens):
            return
        what: What = "deadline" if rule.kind == "achieve" else "lapses"
        unsure = self.unsure(bounds.closes.entries) or self.unsure_rise(rule, verdict)
        if unsure is not None:
            yield self.undated(what, rule, verdict, unsure)
            return
        if bounds.closes.lo <= self.now:
            return
        if window.every is not None:
            said = self.counted.period(rule, verdict, bounds.closes)
        else:
            said = self.counted.closing(self.earliest(bounds), verdict, opens)
        paused = self.paused(rule, verdict)
        if paused is not None:
            yield self.undated(what, rule, verdict, paused)
        else:
            yield self.dated(what, rule, verdict, bounds.closes, said)

    def is_shut(self, rule: Rule, verdict: Verdict, opens: Moment | None) -> bool:
        """Whether its `if` failed as its window opened, so that there is no such duty."""
        opened = opens is None or (opens.lo is not None and opens.lo <= self.now)
        if verdict.status != "dormant" or rule.if_ == Always(True) or not opened:
            return False
        (derivation,) = derive(self.judged.norms, self.judged.facts, [verdict])
        windows = (step.window for step in derivation.steps if isinstance(step, d.Opening))
        return any(window.shut for window in windows)

    def earliest(self, window: Window) -> Bound:
        """The bound at which the window closes."""
        told = [bound for bound in window.bounds if bound.at.lo is not None]
        return min(told, key=lambda bound: bound.at.lo or 0)

    def paused(self, rule: Rule, verdict: Verdict) -> str | None:
        """A suspension that moves the deadline: how far is known only when it is over."""
        if rule.kind != "achieve":
            return None
        been = {span.status for span in self.judged.history(verdict)}
        if rule.time_extended and "excused" in been:
            return "it has been excused, and its time is extended: not dated here"
        if self.judged.norms.suspension_stops_clock and "suspended" in been:
            return "it has been suspended, and suspension stops the clock: not dated here"
        return None

    def of_cure(self, rule: Rule, verdict: Verdict) -> Iterator[Deadline]:
        """The time left to make a breach good."""
        within = rule.cure_within or rule.grace
        if within is None or verdict.from_ is None:
            return
        if verdict.status != ("due" if rule.grace is not None else "broken"):
            return
        history = self.judged.history(verdict)
        if rule.grace is not None and len(history) > 1 and history[-2].status in UNSURE:
            yield self.undated("cure ends", rule, verdict, "it is not sure when it began to fail")
            return
        began = micros_of(verdict.from_)
        begun = Moment(began, began, verdict.acts)
        try:
            ends = self.windows.counting.deadline(began, within)
        except AmbiguousMonthEnd as error:
            yield self.undated("cure ends", rule, verdict, str(error))
            return
        if ends > self.now:
            said = self.counted.days(within, begun, ends)
            moment = Moment(ends, ends, verdict.acts)
            yield self.dated("cure ends", rule, verdict, moment, said)

    # -------------------------------------------------------------- one of them
    def dated(
        self,
        what: What,
        rule: Rule,
        verdict: Verdict,
        moment: Moment,
        said: str,
    ) -> Deadline:
        """With its date, unless what it counts from has itself no one instant."""
        unsure = self.unsure(moment.entries)
        if unsure is not None:
            return self.undated(what, rule, verdict, unsure)
        return self.made(what, rule, verdict, moment, said)

    def undated(self, what: What, rule: Rule, verdict: Verdict, why: str) -> Deadline:
        return self.made(what, rule, verdict, Moment(None, None), why)

    def made(self, what: What, rule: Rule, verdict: Verdict, moment: Moment, said: str) -> Deadline:
        label, instance = self.labels[id(verdict)], bindings(verdict.instance)
        micros = moment.lo
        whole = micros is not None and self.is_midnight(micros)
        return Deadline(
            what=what,
            key=(rule.clause, rule.id, verdict.debtor, verdict.creditor or "", str(instance)),
            clause=rule.clause,
            kind=rule.kind,
            debtor=verdict.debtor or None,
            instance=instance,
            text=label.text,
            particulars=label.particulars,
            status=verdict.status,
            micros=micros,
            last_day=whole and what in ENDS,
            counted=said,
            entries=tuple(dict.fromkeys(moment.entries)),
            sources=tuple(self.sources.of(moment.entries)),
        )

    def unsure(self, entries: tuple[str, ...]) -> str | None:
        """Why an entry does not give one instant to count from, if it does not."""
        for id_ in entries:
            entry = self.sources.by_id.get(id_)
            if entry is not None and micros_of(entry.when.lo) != micros_of(entry.when.hi):
                return f"it counts from {id_}, of which only {entry.when.text} is known"
        return None

    def unsure_rise(self, rule: Rule, verdict: Verdict) -> str | None:
        """A breach or condition that is only possible at first raises at no one instant."""
        if rule.trigger is None or rule.trigger.match is not None:
            return None
        if self.judged.history(verdict)[0].status not in UNSURE:
            return None
        return "it is not sure when it arose: what raised it was at first only possible"

    def is_midnight(self, micros: int) -> bool:
        zone = self.judged.norms.zone
        return day_start(local_day(micros, zone), zone) == micros

    # -------------------------------------------------------------- readings and derived events
    def stale(self, measure: str, whose: str | None) -> Iterator[Deadline]:
        """When the reading that counts now stops counting, if no other is recorded."""
        known = [r for r in self.judged.facts.readings.get(measure, ()) if r.of == whose]
        tier = min((r.tier for r in known), default=0)
        last = max((r.hi for r in known if r.tier == tier), default=None)
        if last is None:
            return
        at = self.windows.stale(measure, last)
        if at is None or micros_of(at) <= self.now:
            return
        entries = tuple(r.entry for r in known if r.hi == last and r.tier == tier)
        silent = next(m.silent_after for m in self.judged.norms.measures if m.name == measure)
        assert silent is not None
        subject = measure if whose is None else f"{measure} of {whose}"
        said = self.counted.silence(silent, last, at)
        yield Deadline(
            what="goes stale",
            key=("measure", measure, whose or ""),
            clause=None,
            kind="",
            debtor=whose,
            instance={},
            particulars={},
            text=f"the last reading of {subject}",
            status=None,
            micros=micros_of(at),
            last_day=False,
            counted=said,
            entries=entries,
            sources=tuple(self.sources.of(entries)),
        )

    def arising(self, derived: Derived) -> Iterator[Deadline]:
        """What arises by itself if nothing comes between."""
        for trigger, risen in self.windows.rising(derived):
            if micros_of(risen.lo) <= self.now:
                continue
            why = self.unsure((trigger.entry,))
            moment = None if why else micros_of(risen.lo)
            said = why or self.counted.derived(derived, trigger.lo, risen.lo)
            yield Deadline(
                what="arises",
                key=("event", derived.name, trigger.entry),
                clause=None,
                kind="",
                debtor=None,
                instance=bindings(tuple(risen.params.items())),
                particulars={},
                text=f"the event {derived.name}",
                status=None if risen.sure else "unknown",
                micros=moment,
                last_day=False,
                counted=said,
                entries=(trigger.entry,),
                sources=tuple(self.sources.of([trigger.entry])),
            )
