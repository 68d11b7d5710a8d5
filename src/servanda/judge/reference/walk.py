"""The reference judge: docs/meaning.md in Python, instant by instant; the plan is tested on it.

It walks forward over the instants at which anything may change; at each tick it works out every
status from the facts and from the statuses at earlier ticks. Clarity over speed.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import replace

from servanda.judge.reference.achieve import Achieve
from servanda.judge.reference.agenda import first_instants
from servanda.judge.reference.conditions import NO_OPENING, Conditions, conditions_of, parts
from servanda.judge.reference.exercises import overlay
from servanda.judge.reference.forbid import Forbid
from servanda.judge.reference.instance import Change, Instance, Occasion
from servanda.judge.reference.interfaces import Breach, narrowed
from servanda.judge.reference.keep import Keep
from servanda.judge.reference.may import May
from servanda.judge.reference.openings import Openings
from servanda.judge.reference.provision import Provision
from servanda.judge.reference.truth import FALSE, POSSIBLE, SURE, Truth, both, either, negated
from servanda.judge.reference.windows import (
    Moment,
    Window,
    arise,
    as_truth,
    moment,
    periods_of,
)
from servanda.judge.reference.world import (
    FOR_GOOD,
    SINCE_EVER,
    Bindings,
    Happening,
    World,
    bound,
    instant,
    surely_bound,
)
from servanda.judge.statuses import told
from servanda.judge.time_limit import check_time
from servanda.judge.verdict import JudgeError, Verdict, no_such_day
from servanda.record.facts import Facts
from servanda.semantics.clock import DEADLINE, FACT, AmbiguousMonthEnd, effect, micros_of, tick
from servanda.semantics.norms import Match, Norms, Point, Rule, RuleStatus

KINDS: dict[str, type[Instance]] = {
    "achieve": Achieve,
    "keep": Keep,
    "forbid": Forbid,
    "may": May,
    "provision": Provision,
}


def judge(norms: Norms, facts: Facts) -> tuple[Verdict, ...]:
    """Status spans of every instance of every rule, in the order of the rules.

    Raises JudgeError for a month end the agreement does not settle and for a circle in time.
    """
    walk = Walk(norms, facts)
    walk.run()
    return tuple(verdict for instance, spans in verdicts_of(walk).items() for verdict in spans)


def verdicts_of(walk: Walk) -> dict[Instance, list[Verdict]]:
    """The status spans of every instance of a walk that has ended, in the order of the rules."""
    spans = {of: merged(of.changes) for found in walk.instances.values() for of in found}
    openings = Openings(spans, walk.world.facts.now)
    return {
        instance: verdicts(instance, spans[instance], openings)
        for rule in walk.norms.rules
        for instance in walk.instances[rule.id]
    }


class Walk:
    """One walk through time; `x` is the tick it is at."""

    def __init__(
        self, norms: Norms, facts: Facts, *, recording: bool = False, alone: Verdict | None = None
    ) -> None:
        """`recording`: keep what every status rests on, for a derivation. `alone`: of the rule of
        this verdict only its instance is wanted, where nothing asks for the others."""
        self.recording = recording
        self.alone = None if alone is None or alone.rule in asked_for(norms) else alone
        self.norms = norms
        self.world = World(norms, facts)
        self.conditions = Conditions(self.world, self.felt)
        self.rules = {r.id: r for r in norms.rules}
        self.instances: dict[str, list[Instance]] = {r.id: [] for r in norms.rules}
        self.live: list[Instance] = []
        self.occasions: dict[str, deque[Occasion]] = {r.id: deque() for r in norms.rules}
        self.births: dict[int, list[tuple[Instance, Breach]]] = {}
        self.whenever: dict[str, Truth] = {}
        self.touching: dict[tuple[str, str], list[Rule]] = {}
        self.together: dict[str, list[Rule]] = {}
        self.moments: dict[int, Moment] = {}
        self.asking: set[object] = set()
        self.kept_alive: list[object] = []
        self.x = SINCE_EVER - 1
        self.agenda: list[int] = []
        self.pending: set[int] = set()

    def run(self) -> None:
        arise(self.world, Conditions(self.world, no_status))
        self.agenda = sorted(first_instants(self.world))
        for rule in self.norms.rules:
            if rule.trigger is None:
                self.create(rule, Occasion(None, SINCE_EVER, SINCE_EVER, True, {}))
            elif rule.trigger.match is not None:
                self.occasions[rule.id] = deque(occasions(self.world, rule))
        while self.agenda and tick(self.agenda[0], 0) <= self.world.facts.now:
            now = heapq.heappop(self.agenda)
            if now > micros_of(self.x) or self.x < SINCE_EVER:
                self.pass_instant(now)

    def pass_instant(self, micros: int) -> None:
        self.pending = {tick(micros, phase) for phase in range(DEADLINE + 1)}
        self.x = tick(micros, 0)
        for rule in self.norms.rules:
            self.instances_of(rule.id)
        while self.pending:
            self.x = min(self.pending)
            self.pending.discard(self.x)
            if self.x <= self.world.facts.now:
                self.pass_tick()

    def pass_tick(self) -> None:
        check_time()
        x = self.x
        for rule in self.norms.rules:
            if rule.trigger is not None and rule.trigger.cond is not None:
                self.watch(rule)
        for parent, breach in self.births.pop(x, ()):
            remedy = self.rules[parent.rule.remedy or ""]
            at = Occasion(
                entry=breach.trigger,
                lo=x,
                hi=breach.hi,
                sure=breach.sure,
                bindings=parent.bindings,
                vague=breach.vague,
                because=parent.grounds(x),
                parent=parent,
                till=breach.till,
            )
            breach.remedy = self.create(remedy, at)
        between = FACT < x - instant(x) <= DEADLINE  # nothing but fulfilment and deadlines
        for instance in self.live:  # grows as it goes
            if not between or instance.rule.kind == "achieve":
                instance.step(x)
        self.live = [i for i in self.live if not i.finished]

    def watch(self, rule: Rule) -> None:
        """`whenever`: an instance at each tick where the condition becomes surely true."""
        assert rule.trigger is not None and rule.trigger.cond is not None
        now = self.conditions.truth(rule.trigger.cond, {}, self.x)
        before = self.whenever.get(rule.id, Truth(SURE))
        self.whenever[rule.id] = now
        if before.value < SURE == now.value and micros_of(self.x) > micros_of(SINCE_EVER):
            because = now.because | before.because
            sure: bool = True
            bindings: Bindings = {}
            if rule.trigger.surplus is not None:
                name, expr = rule.trigger.surplus
                excess = self.conditions.number(expr, {}, self.x, NO_OPENING)
                sure = excess.low == excess.high
                bindings[name] = excess.high if excess.high.is_finite() else None
                because |= excess.because
            self.create(rule, Occasion(None, self.x, self.x, sure, bindings, because=because))

    # -------------------------------------------------------------- instances
    def instances_of(self, rule_id: str) -> list[Instance]:
        """The instances of a rule, those that arise in this instant included."""
        waiting = self.occasions.get(rule_id, ())
        while waiting and micros_of(waiting[0].lo) <= micros_of(self.x):
            self.create(self.rules[rule_id], self.occasions[rule_id].popleft())
        return self.instances.get(rule_id, [])

    def create(self, rule: Rule, at: Occasion) -> Instance | None:
        """An instance (per period, where the duty recurs), unless `if` or the version says no."""
        probe = KINDS[rule.kind](self, rule, at)
        wanted = Truth(SURE)
        if rule.trigger is not None:
            read = max(at.lo, tick(micros_of(at.lo), FACT))
            wanted = self.conditions.truth(rule.if_, at.bindings, read)
            if rule.trigger.breach_of is None:
                wanted = both([wanted, self.version_at(probe, at.lo)])
        if wanted.value == FALSE:
            return None
        made = [probe]
        if rule.window.every is not None:
            made = [
                KINDS[rule.kind](self, rule, in_period(at, label), window)
                for label, window in self.periods(probe)
            ]
        made = [instance for instance in made if self.is_wanted(instance)]
        for instance in made:
            instance.origin |= wanted.because
            if wanted.value == POSSIBLE:
                instance.doubt(wanted)
            self.instances[rule.id].append(instance)
            self.live.append(instance)
        return made[0] if made else None

    def is_wanted(self, instance: Instance) -> bool:
        alone = self.alone
        if alone is None or instance.rule.id != alone.rule:
            return True
        return (instance.trigger, instance.debtor, instance.creditor, instance.particulars) == (
            alone.trigger,
            alone.debtor,
            alone.creditor,
            alone.instance,
        )

    def periods(self, whole: Instance) -> list[tuple[str, Window]]:
        try:
            return periods_of(self.world, whole.rule, whole.window, whole.hi)
        except AmbiguousMonthEnd as error:
            raise no_such_day(error, whole.rule.id, whole.trigger) from error

    def version_at(self, instance: Instance, x: int) -> Truth:
        """How surely the instance's version of the clause is the one in force when it arises."""
        version = instance.rule.version
        replaced = overlay(instance, "amend", x, away_from=version)
        begun = Truth(SURE) if version is None else overlay(instance, "amend", x, to=version)
        return both([begun, negated(replaced)])

    def breach(self, of: Instance, x: int, trigger: str | None, vague: bool) -> Breach:
        """A possible breach at `x`; where the text has a remedy, it arises from it."""
        breach = Breach(trigger, effect(x), vague or of.doubt_is_vague)
        if of.rule.remedy is not None:
            self.births.setdefault(breach.lo, []).append((of, breach))
            self.follows(x, of)
        return breach

    def breach_comes(self, breach: Breach, x: int, sure: bool) -> None:
        """It is known now when a breach came at the latest, and whether it did."""
        breach.hi, breach.sure = effect(x), sure
        if breach.remedy is not None:
            breach.remedy.comes(breach.hi, sure)
        self.schedule(breach.hi)

    def force(self, point: Point) -> Moment:
        """When the agreement comes into force, or ends: read off the facts once."""
        if id(point) not in self.moments:
            self.moments[id(point)] = moment(self.world, point, {})
        return self.moments[id(point)]

    # -------------------------------------------------------------- status and time
    def felt(self, cond: RuleStatus, bindings: Bindings, x: int) -> Truth:
        is_meant = narrowed(cond, bindings)
        return either(
            [
                instance.felt(cond.state, x)
                for rule_id in cond.rules
                for instance in self.instances_of(rule_id)
                if is_meant(instance)
            ]
        )

    def follows(self, x: int, of: Instance) -> None:
        """Something follows from what happened to this instance at tick `x`."""
        if micros_of(effect(x)) > micros_of(x):
            raise JudgeError(
                f"{of.rule.id}: a circle with no time in it, or a chain of more than 60 effects",
                of.rule.id,
                of.trigger,
            )
        self.schedule(effect(x))

    def schedule(self, at: int) -> None:
        """Come back at this tick, if it is still to come."""
        if not self.x < at < FOR_GOOD:
            return
        if micros_of(at) == micros_of(self.x):
            self.pending.add(at)
        else:
            heapq.heappush(self.agenda, micros_of(at))


def asked_for(norms: Norms) -> set[str]:
    """The rules whose instances other rules depend on: by their status, or as powers."""
    found = {rule.id for rule in norms.rules if rule.kind == "may"}
    for rule in norms.rules:
        found.update(id_ for one in rule.yields_to for id_ in one.status.rules)
        for cond in conditions_of(rule):
            found.update(id_ for c in parts(cond) if isinstance(c, RuleStatus) for id_ in c.rules)
    return found


def in_period(at: Occasion, label: str) -> Occasion:
    return replace(at, bindings=at.bindings | {"period": label})


def no_status(cond: RuleStatus, bindings: Bindings, x: int) -> Truth:
    raise JudgeError("a derived event cannot depend on the status of a clause")


def occasions(world: World, rule: Rule) -> list[Occasion]:
    """The triggering occurrences, each with every choice of earlier ones it is to follow."""
    assert rule.trigger is not None and rule.trigger.match is not None
    found: list[Occasion] = []
    for trigger in world.happenings[rule.trigger.match.name]:
        first = bound(rule.trigger.match, trigger.params, {})
        chosen = []
        if first is not None:
            chosen = [(first, matched(rule.trigger.match, trigger, {}, first))]
        for match in rule.trigger.following:
            chosen = [
                (
                    bindings,
                    both(
                        [
                            sure,
                            matched(match, earlier, before, bindings),
                            came_by(earlier, trigger.lo),
                        ]
                    ),
                )
                for before, sure in chosen
                for earlier in world.happenings[match.name]
                if earlier.lo <= trigger.lo
                and (bindings := bound(match, earlier.params, before)) is not None
            ]
        found += [
            Occasion(
                entry=trigger.entry,
                lo=trigger.lo,
                hi=trigger.hi,
                sure=there.value == SURE,
                bindings=bindings,
                vague=there.vague,
                because=there.because,
                till=trigger.till,
            )
            for bindings, there in chosen
        ]
    return sorted(found, key=lambda o: (o.lo, o.entry or ""))


def matched(match: Match, of: Happening, before: Bindings, found: Bindings) -> Truth:
    """How surely an occurrence happened and matches."""
    surely = surely_bound(match, of.params, before, found)
    return as_truth(of) if surely else both([as_truth(of), Truth(POSSIBLE)])


def came_by(of: Happening, x: int) -> Truth:
    return Truth(SURE if of.hi <= x else POSSIBLE, because=of.grounds)


# ------------------------------------------------------------------ answers
def verdicts(instance: Instance, spans: list[Change], openings: Openings) -> list[Verdict]:
    """The spans of an instance, their ends cut to instants."""
    rule = instance.rule
    ends = [span.at for span in spans[1:]]
    entries = [openings.entries(instance, span.at) for span in spans]
    stands = [told(rule.kind, span.status) for span in spans]
    return [
        Verdict(
            rule=rule.id,
            debtor=instance.debtor,
            creditor=instance.creditor,
            trigger=instance.trigger,
            instance=instance.particulars,
            status=now.status,
            from_=None if span.at <= SINCE_EVER else span.at,
            until=until,
            entries=opened,
            closed_by=closed,
            acts=openings.acts(instance, span),
            breaches=span.breaches,
            outcome=now.outcome,
            used=now.used,
            open=now.open,
        )
        for span, now, until, opened, closed in zip(
            spans, stands, [*ends, None], entries, [*entries[1:], ()], strict=True
        )
    ]


def merged(changes: list[Change]) -> list[Change]:
    """Of the changes in one instant only the last shows; equal neighbours are one span."""
    shown: dict[int, Change] = {}
    for change in changes:
        at = instant(change.at)
        before = shown.get(at)
        same = before is not None and before.status == change.status
        acts = before.acts + change.acts if same and before else change.acts
        shown[at] = Change(at, change.status, acts, change.breaches, change.act)
    found: list[Change] = []
    for change in shown.values():
        last = found[-1] if found else None
        if last is None or (last.status, last.act) != (change.status, change.act):
            found.append(change)
    return found
