"""From an instance as the reference judge left it to the steps of its derivation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from servanda.judge import derivation as d
from servanda.judge.reference.achieve import Achieve
from servanda.judge.reference.conditions import numbers
from servanda.judge.reference.exercises import (
    PowerUse,
    covers,
    joint_levels,
    same_joint,
    touching,
    uses_of,
)
from servanda.judge.reference.forbid import Forbid
from servanda.judge.reference.instance import Instance
from servanda.judge.reference.interfaces import narrowed
from servanda.judge.reference.keep import Keep
from servanda.judge.reference.may import May
from servanda.judge.reference.recording.conditions import ConditionRecorder
from servanda.judge.reference.recording.windows import instance_window
from servanda.judge.reference.truth import FALSE, SURE, Truth, entries_of
from servanda.judge.reference.walk import Walk
from servanda.judge.reference.world import (
    FOR_GOOD,
    SINCE_EVER,
    Happening,
    instant,
    passes,
    scalar,
)
from servanda.judge.statuses import OVER
from servanda.judge.verdict import Verdict
from servanda.record.facts import Complete, Value
from servanda.semantics.clock import FACT, PHASES, micros_of, tick
from servanda.semantics.norms import (
    Always,
    Arg,
    Cond,
    Const,
    Match,
    MeasureChange,
    MeasureReading,
    Rule,
)
from servanda.syntax.tree import Duration

OVERLAYS: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    ("suspended", "su", ("suspend",)),
    ("excused", "ex", ()),
    ("idle", "idle", ("create",)),
    ("ended", "en", ("end", "end_all", "amend")),
    ("waived", "wa", ("waive",)),
    ("released", "re", ("release",)),
)


def declared_of(grounds: Iterable[Any]) -> tuple[Complete, ...]:
    return tuple(sorted((g for g in grounds if isinstance(g, Complete)), key=str))


class Recorder:
    """Records the derivation of one instance at the end of a walk."""

    def __init__(
        self,
        walk: Walk,
        instance: Instance,
        verdict: Verdict,
        spans: dict[Instance, list[Verdict]],
    ) -> None:
        self.spans = spans
        self.walk = walk
        self.world = walk.world
        self.instance = instance
        self.rule = instance.rule
        self.verdict = verdict
        self.x = walk.world.facts.now
        self.conditions = ConditionRecorder(walk)

    def steps(self) -> tuple[d.Step, ...]:
        return tuple(
            [
                *self.origin(),
                *self.opening(),
                *self.gates(),
                *self.acts(),
                *self.overlays(),
                *self.uses(),
                *self.silence(),
                *self.cure_ends(),
                *self.remedies(),
                *self.earlier(),
            ]
        )

    # -------------------------------------------------------------- how it arose
    def origin(self) -> Iterator[d.Step]:
        trigger = self.rule.trigger
        if trigger is None:
            return
        at = None if self.instance.lo <= SINCE_EVER else self.instance.lo
        cond = None
        if trigger.cond is not None:
            cond = self.conditions.of(trigger.cond, {}, self.instance.lo)
        entries = entries_of(self.instance.origin)
        yield d.Origin(self.instance.trigger, entries, at, cond, trigger.breach_of)

    # -------------------------------------------------------------- its window
    def opening(self) -> Iterator[d.Step]:
        found = instance_window(self.walk, self.instance)
        if found.opens is not None or found.closes is not None or found.never_opens:
            yield d.Opening(found, entries_of(self.instance.window.because))

    # -------------------------------------------------------------- its conditions
    def gates(self) -> Iterator[d.Step]:
        rule = self.rule
        yield from self.condition("if", rule.if_, self.read_if())
        if isinstance(self.instance, Keep):
            yield from self.kept(self.instance)
        yield from self.condition("unless", rule.unless, self.x)
        yield from self.condition("while", rule.while_, self.x)

    def read_if(self) -> int:
        """When `if` was read: as the instance arose, or as its window opened."""
        window = self.instance.shut or self.instance.window
        at = self.instance.lo if self.rule.trigger is not None else window.o_lo
        return max(at, tick(micros_of(at), FACT)) if at < FOR_GOOD else self.x

    def kept(self, duty: Keep) -> Iterator[d.Step]:
        """What is to be kept: at the onset of the episode, and on the day asked."""
        keep = self.rule.keep or Always(True)
        now_at = self.settled_at()
        onset = duty.onset_sure if duty.onset_sure is not None else duty.onset_possible
        if onset is not None and onset < now_at:
            at_onset = self.gate("keep", keep, onset)
            yield at_onset
            now = self.gate("keep", keep, now_at)
            if now.condition != at_onset.condition:
                yield now
        else:
            yield self.gate("keep", keep, now_at)

    def settled_at(self) -> int:
        """The last tick at which the condition counted: before what is over was over."""
        from_ = self.verdict.from_
        over = self.verdict.status in OVER
        return self.x if from_ is None or not over else min(self.x, from_ - 1)

    def condition(self, name: Any, cond: Cond, at: int) -> Iterator[d.Step]:
        if not isinstance(cond, Always):
            yield self.gate(name, cond, at)

    def gate(self, name: Any, cond: Cond, at: int) -> d.Gate:
        condition = self.conditions.of_instance(cond, self.instance, at)
        return d.Gate(name, None if instant(at) <= SINCE_EVER else at, condition)

    # -------------------------------------------------------------- what was done
    def acts(self) -> Iterator[d.Step]:
        if isinstance(self.instance, Achieve):
            yield from self.performances(self.instance)
        elif isinstance(self.instance, Forbid):
            yield from self.violations(self.instance)

    def performances(self, duty: Achieve) -> Iterator[d.Step]:
        assert self.rule.action is not None
        total = self.rule.total
        action = self.rule.action
        if total is not None:
            action = Match(action.name, tuple(a for a in action.args if a.param != total[0]))
        found = list(self.candidates(action))
        together = bool(self.rule.together)
        if total is not None:
            yield self.sum(duty, total[0], scalar(total[1], duty.bindings), found)
        elif together:
            yield self.members_who_acted(found)
        joined = total is not None or together
        counted = {p.act.entry: p for p in duty.acts or () if not joined}
        for act, short in found:
            performance = counted.get(act.entry)
            lacks = (*short, *self.untimely(duty, act))
            counts: Any = "no"
            timely = all(lack.what in {"unsure", "not said"} for lack in lacks)
            if performance is not None and performance.act is duty.kept:
                counts, lacks = "sure", ()  # also past the deadline, while it was excused
            elif joined and timely and not (short and together):
                counts = "part"
            elif performance is not None and timely:
                counts = "possible"
            if duty.after == "cured" and duty.late is not None and act.entry == duty.late.entry:
                counts = "late"
            yield d.Act(act.entry, act.lo, act.hi, act.fin, act.sure, counts, lacks)

    def members_who_acted(self, found: list[tuple[Happening, tuple[d.Lack, ...]]]) -> d.Wanting:
        """Of a group acting together: who has acted by now, and who has not."""
        covers = dict(self.rule.together)
        acts = [act for act, short in found if not short]
        used = {one for act in acts for one in covers.get(str(act.params.get("by")), ())}
        members = dict.fromkeys(one for covered in covers.values() for one in covered)
        return d.Wanting(
            tuple(one for one in members if one in used),
            tuple(one for one in members if one not in used),
            tuple(sorted({act.entry for act in acts})),
        )

    def candidates(self, action: Match) -> Iterator[tuple[Happening, tuple[d.Lack, ...]]]:
        """Occurrences that match, and those that fall short in one amount only."""
        for act in sorted(self.world.happenings[action.name], key=lambda h: (h.lo, h.entry)):
            if act.lo > self.x:
                continue
            failed = [
                a for a in action.args if passes(a, act.params, self.instance.bindings) < SURE
            ]
            lacks = [self.lack(a, act) for a in failed]
            short = [lack for lack in lacks if lack.what != "not said"]
            if not short or (len(short) == 1 and short[0].what == "amount"):
                yield act, tuple(lacks)

    def lack(self, arg: Arg, act: Happening) -> d.Lack:
        said = act.params.get(arg.param)
        wanted: Value | None = None
        if arg.value is not None:
            wanted = scalar(arg.value, self.instance.bindings)
        elif arg.values:
            wanted = arg.values[0]
        if said is None:
            return d.Lack("not said", arg.param, None, wanted, None, arg.op)
        if isinstance(said, Decimal) and isinstance(wanted, Decimal):
            return d.Lack("amount", arg.param, said, wanted, abs(wanted - said), arg.op)
        return d.Lack("differs", arg.param, said, wanted, None, arg.op)

    def untimely(self, duty: Instance, act: Happening) -> Iterator[d.Lack]:
        """Before the opening, after the close, or not sure to this account."""
        window = duty.window
        c_hi = duty.closes[1] if isinstance(duty, Achieve) else window.c_hi
        counts = duty.counts_from[0] if isinstance(duty, Achieve) else window.o_lo
        if act.fin <= instant(counts):
            yield d.Lack("early", by=micros_of(counts) - micros_of(act.fin))
        if act.lo >= c_hi:
            yield d.Lack("late", by=micros_of(act.lo) - micros_of(c_hi))
        if not act.sure:
            yield d.Lack("unsure")

    def sum(
        self,
        duty: Achieve,
        param: str,
        owed: Value | None,
        found: list[tuple[Happening, tuple[d.Lack, ...]]],
    ) -> d.Sum:
        surely = possibly = Decimal(0)
        parts = []
        for act, lacks in found:
            amount = act.params.get(param)
            late = any(lack.what == "late" for lack in self.untimely(duty, act))
            early = any(lack.what == "early" for lack in self.untimely(duty, act))
            after = duty.kept is not None and act.entry not in duty.kept_entries
            if lacks or late or early or after or not isinstance(amount, Decimal):
                continue
            possibly += amount
            surely += amount if act.sure else 0
            parts.append(act.entry)
        wanted = owed if isinstance(owed, Decimal) else None
        return d.Sum(param, wanted, surely, possibly, tuple(parts))

    def violations(self, duty: Forbid) -> Iterator[d.Step]:
        assert self.rule.action is not None
        known = {v.act.entry: v for v in duty.acts or ()}
        for act, short in self.candidates(self.rule.action):
            violation = known.get(act.entry)
            lacks = (*short, *self.untimely(duty, act))
            counts: Any = "no"
            prevailing = tuple(
                prevails(one, act.lo) for one in duty.having_done(act) if act.lo <= self.x
            )
            prevailing = tuple(one for one in prevailing if one.value > FALSE)
            if violation is not None and violation.level > FALSE:
                counts = "sure" if violation.level == SURE else "possible"
            elif not lacks:
                lacks = (d.Lack("prevailed" if surely(prevailing) else "not bound"),)
            cure = violation.cure if violation is not None else ""
            cured = cure if violation is not None and violation.last_end <= self.x else None
            times = act.lo, act.hi, act.fin
            yield d.Act(act.entry, *times, act.sure, counts, lacks, cured or None, prevailing)

    # -------------------------------------------------------------- overlays
    def overlays(self) -> Iterator[d.Step]:
        """Overlays on the day asked, and uses of powers that applied before."""
        gates = self.instance.gates(self.over_at())
        for name, field, verbs in OVERLAYS:
            truth: Truth = getattr(gates, field)
            uses = tuple(use for verb in verbs for use in self.uses_over(verb))
            if truth.value == FALSE and not uses:
                continue
            condition: d.Condition | None = None
            prevailing: tuple[d.Prevailing, ...] = ()
            if name == "excused":
                condition = self.conditions.of_instance(
                    self.rule.unless, self.instance, self.over_at()
                )
                prevailing = self.prevailing()
            yield d.Overlay(
                name,
                truth.value,
                truth.vague,
                uses,
                entries_of(truth.because),
                condition,
                prevailing,
            )

    def over_at(self) -> int:
        """The tick at which the status was settled: what comes later changes it no more."""
        from_ = self.verdict.from_
        over = self.verdict.status in OVER
        return self.x if from_ is None or not over else min(self.x, from_ + PHASES - 1)

    def prevailing(self) -> tuple[d.Prevailing, ...]:
        """The instances that bind now and prevail over the whole of this one."""
        found = (
            prevails(other, self.x)
            for one in self.rule.yields_to
            if not one.by_act
            for is_meant in [narrowed(one.status, self.instance.bindings)]
            for rule in one.status.rules
            for other in self.walk.instances_of(rule)
            if is_meant(other)
        )
        return tuple(one for one in found if one.value > FALSE)

    def uses_over(self, verb: str) -> Iterator[d.Use]:
        for power in touching(self.walk, self.rule, verb):
            if power.id == self.rule.id:
                continue
            for use in uses_of(self.walk, power):
                if covers(use, self.instance) and use.lo <= self.x and self.touches(power):
                    yield self.use(use)

    def touches(self, power: Rule) -> bool:
        """An amendment to its own version does not replace it; an end spares what survives."""
        does = power.power
        assert does is not None
        if does.verb == "amend":
            return does.amendment != self.rule.version
        return does.verb != "end_all" or not self.rule.survives

    def use(self, use: PowerUse) -> d.Use:
        level = use.level(self.x).value
        read = [use.open_to(use.lo).value, use.open_to(use.hi).value if self.x >= use.hi else 2]
        opened = use.opens[1].value if use.opens is not None else min(read)
        resumed = {r.entry for r in use.resumed if instant(r.lo) <= self.x}
        ended = entries_of(frozenset(resumed) | use.ended_because) if self.x >= use.sure_end else ()
        assert use.power.rule.power is not None
        return d.Use(
            use.power.rule.id,
            use.power.rule.power.verb,
            use.power.debtor,
            use.entry,
            use.begins,
            use.sure,
            opened,
            level,
            ended,
        )

    # -------------------------------------------------------------- a power itself
    def uses(self) -> Iterator[d.Step]:
        if not isinstance(self.instance, May):
            return
        power = self.instance
        assert self.rule.power is not None
        found = [u for u in power.all_uses() if u.lo <= self.x]
        yield from (self.use(u) for u in sorted(found, key=lambda u: (u.lo, u.entry)))
        if self.rule.power.joint:
            members = [r for r in self.walk.norms.rules if same_joint(r, self.rule)]
            for levels in joint_levels(self.walk, self.rule, self.x).values():
                used = [holder(r) for r, level in zip(members, levels, strict=True) if level.value]
                wanting = [
                    holder(r) for r, level in zip(members, levels, strict=True) if not level.value
                ]
                because = frozenset().union(*(level.because for level in levels))
                yield d.Wanting(tuple(used), tuple(wanting), entries_of(because))

    # -------------------------------------------------------------- silence
    def silence(self) -> Iterator[d.Step]:
        if self.rule.action is not None and self.rule.kind != "may":
            window = self.instance.window
            of = self.instance
            since = of.silent_from if isinstance(of, Achieve) else window.o_lo
            start: int | None = None if since <= SINCE_EVER else instant(since)
            end: int | None = self.x + 1
            if isinstance(self.instance, Achieve) and self.instance.breach_hi is not None:
                end = instant(self.instance.breach_hi)
            yield self.silence_on(self.rule.action.name, start, end)
        for name in measures_of(self.rule.keep):
            measure = self.world.silence[name]
            declared = declared_of(self.world.declarations(name))
            yield d.Freshness(name, measure, declared)

    def silence_on(self, name: str, start: int | None, end: int | None) -> d.Silence:
        from_ = SINCE_EVER if start is None else start
        until = FOR_GOOD if end is None else end
        return d.Silence(
            name=name,
            closed=self.world.is_closed(name),
            declared=declared_of(self.world.declarations(name, from_, until)),
            covers=self.world.closed_over(name, from_, until),
            needed=(start, end),
        )

    # -------------------------------------------------------------- after a breach, and before
    def cure_ends(self) -> Iterator[d.CureEnd]:
        """The end of the time to cure, of each breach (or failure) that is open."""
        within, duty = self.rule.cure_within or self.rule.grace, self.instance
        if within is None:
            return
        if isinstance(duty, Achieve) and duty.breach_lo is not None and duty.in_breach(self.x):
            yield self.cure_end(within, duty.breach_lo, duty.breach_hi)
        elif isinstance(duty, Keep):
            possible, sure = duty.onset_possible, duty.onset_sure
            onsets = [onset for onset in (possible, sure) if onset is not None]
            if onsets and min(onsets) > SINCE_EVER:
                yield self.cure_end(within, min(onsets), sure)
        elif isinstance(duty, Forbid) and self.rule.cured_by is not None:
            for violation in duty.acts or ():
                if violation.open(self.x) > FALSE:
                    act = violation.act
                    yield self.cure_end(within, act.hi, act.hi, (act.entry,))

    def cure_end(
        self, within: Duration, lo: int, hi: int | None, entries: tuple[str, ...] = ()
    ) -> d.CureEnd:
        counted = [
            None if at is None else self.world.counting.deadline(micros_of(at), within)
            for at in (lo, hi)
        ]
        return d.CureEnd(d.Moment(counted[0], counted[1], entries), entries)

    def remedies(self) -> Iterator[d.Step]:
        if self.rule.remedy is None:
            return
        for remedy in self.walk.instances[self.rule.remedy]:
            same = all(
                remedy.bindings.get(name) == value for name, value in self.instance.bindings.items()
            )
            if same and remedy.lo <= self.x:
                for span in self.spans[remedy][-1:]:
                    yield d.Remedy(span.rule, span.status, span.from_, span.entries, span.outcome)

    def earlier(self) -> Iterator[d.Step]:
        for span in self.spans[self.instance]:
            if span.until is not None:
                yield d.Earlier(span.status, span.from_, span.until, span.entries)


def holder(rule: Rule) -> str:
    return str(rule.debtor.value if isinstance(rule.debtor, Const) else rule.debtor.name)


def measures_of(cond: Cond | None) -> list[str]:
    """The measures that a condition reads, in order."""
    read = (n for n in numbers(cond) if isinstance(n, MeasureReading | MeasureChange))
    return list(dict.fromkeys(n.measure for n in read))


def prevails(other: Instance, at: int) -> d.Prevailing:
    """An instance that prevails, and how surely it binds at a tick."""
    return d.Prevailing(
        other.rule.id, other.debtor, other.particulars, other.felt("binding", at).value
    )


def surely(prevailing: Iterable[d.Prevailing]) -> bool:
    return any(one.value == SURE for one in prevailing)
