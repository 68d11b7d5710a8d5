"""Exercised powers in the reference judge: which ones affect an instance at a tick."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.judge.reference.interfaces import Duty, Power, Walk
from servanda.judge.reference.truth import (
    FALSE,
    NO,
    NOTHING,
    POSSIBLE,
    SURE,
    Grounds,
    Truth,
    both,
    either,
)
from servanda.judge.reference.world import FOR_GOOD, fits, instant
from servanda.judge.verdict import JudgeError
from servanda.record.facts import Exercise, Value
from servanda.semantics.clock import EFFECT, FACT, micros_of, tick
from servanda.semantics.norms import Const, Rule, Var

# What an exercise is aimed at: clause, `of`, `towards`, instance keys.
Aim = tuple[str | None, str | None, str | None, tuple[tuple[str, Value], ...]]


class PowerUse:
    """One entry that uses one power: from when, how surely, until when.

    `by_day`: it is dated by one day, so it may come after what its beginning brings about.
    """

    def __init__(
        self,
        power: Power,
        entry: str,
        at: tuple[int, int],
        *,
        sure: bool,
        aim: Aim,
        resumed: list[Exercise],
        by_day: bool = False,
    ) -> None:
        self.power = power
        self.entry = entry
        self.lo, self.hi = at
        self.by_day = by_day
        self.opens: tuple[int, Truth] | None = None  # where the day's beginning opens the power
        self.sure = sure
        self.aim = aim
        self.open_at: dict[int, Truth] = {}
        self.vague_from = FOR_GOOD  # where a vague term leaves open whether its `while` holds
        self.sure_end = min((instant(r.lo) for r in resumed), default=FOR_GOOD)
        self.last_end = min((instant(r.hi) for r in resumed if r.sure), default=FOR_GOOD)
        self.watched = tick(micros_of(self.hi), FACT)
        self.resumed = resumed
        self.ended_because = NOTHING  # what made the power's `while` false

    def open_to(self, at: int) -> Truth:
        """How surely the power was open: read once at each end of the entry's date."""
        if at not in self.open_at:
            self.open_at[at] = Truth(
                POSSIBLE
            )  # a power that depends on its own exercise is not sure
            self.open_at[at] = self.power.open_to_exercise(micros_of(at))
        return self.open_at[at]

    def look(self, x: int) -> None:
        """A use dated by the day, of a power that its beginning found closed: what follows from
        that beginning may open it."""
        if not self.by_day or self.opens is not None or not self.lo <= x < instant_end(self.lo):
            return
        follows = tick(micros_of(self.lo), EFFECT)
        if x < follows:
            self.power.walk.schedule(follows)
            return
        if self.open_to(self.lo).value == FALSE:
            self.by_day = False  # a power that depends on this very use does not open by it
            now = self.power.open_at(x, self.lo - 1)
            self.by_day = True
            if now.value > FALSE:
                self.opens = (x, now)
                self.watched = x

    @property
    def begins(self) -> int:
        """From when it may have effect."""
        return self.hi if self.opens is None else self.opens[0]

    def watch(self, x: int) -> None:
        """A suspension ends when the power's `while` turns false."""
        self.look(x)
        if self.power.rule.power is None or self.power.rule.power.verb != "suspend":
            return
        if self.by_day and self.opens is None and self.open_to(self.lo).value == FALSE:
            return
        if x > self.watched:
            self.watched = x
            idle = self.power.idle(x)
            if idle.vague:
                self.vague_from = min(self.vague_from, x)
            if idle.value >= POSSIBLE and x < self.sure_end:
                self.sure_end = x
                self.ended_because |= idle.because
            if idle.value == SURE and x < self.last_end:
                self.last_end = x
                self.ended_because |= idle.because

    def read(self, x: int) -> list[Truth]:
        """How surely the power was open at each end of its date that has come by tick `x`."""
        if x < self.lo:
            return []
        self.watch(x)
        if self.opens is not None:
            return [self.opens[1]] if x >= self.opens[0] else []
        return [self.open_to(self.lo)] + ([self.open_to(self.hi)] if x >= self.hi else [])

    def made(self, x: int) -> int:
        """How surely the power has been used by it at tick `x`, whatever became of its effect."""
        values = [truth.value for truth in self.read(x)]
        if not values or max(values) == FALSE:
            return FALSE
        return SURE if self.sure and x >= self.hi and min(values) == SURE else POSSIBLE

    def level(self, x: int) -> Truth:
        """Whether it is in effect at tick `x`; surely only if open at both ends of its date."""
        read = self.read(x)
        if not read:
            return NO
        because = self.grounds(x, read) if self.power.walk.recording else NOTHING
        values = [r.value for r in read]
        if self.sure and self.hi <= x < self.sure_end and min(values) == SURE:
            return Truth(SURE, because=because)
        if max(values) == FALSE or x >= self.last_end:
            return Truth(FALSE, because=because)
        vague = x >= self.vague_from or any(r.vague for r in read)
        return Truth(POSSIBLE, vague, because)

    def grounds(self, x: int, read: list[Truth]) -> Grounds:
        """The entry, what opened the power to it, and what has ended it since."""
        found = NOTHING.union({self.entry}, *(r.because for r in read))
        if x >= self.sure_end:
            found |= self.ended_because
            found |= {r.entry for r in self.resumed if instant(r.lo) <= x}
        return found


def instant_end(x: int) -> int:
    return tick(micros_of(x) + 1, 0)


def uses_of(walk: Walk, rule: Rule) -> Iterator[PowerUse]:
    """Every use of a power so far (up to the instant the walk is in)."""
    for power in walk.instances_of(rule.id):
        yield from power.uses()


def exercises_of(power: Power) -> Iterator[PowerUse]:
    """The record's exercises of this instance of a power: same verb, holder and target."""
    walk, does = power.walk, power.rule.power
    assert does is not None
    if does.verb in ("do", "determine"):
        yield from acts_of(power)
        return
    mine = [e for e in walk.world.facts.exercises if acts_as(walk, power, e.by)]
    for e in mine:
        if e.verb != does.verb or (does.amendment is not None and e.amendment != does.amendment):
            continue
        if e.clause not in does.clauses and not (e.clause is None and does.verb == "end_all"):
            continue
        if None not in (power.creditor, e.towards) and e.towards != power.creditor:
            continue
        resumed = [
            r
            for r in mine
            if does.verb == "suspend"
            and r.verb == "resume"
            and r.clause == e.clause
            and instant(r.lo) >= instant(e.hi)
        ]
        aim = (e.clause, e.of, e.towards or power.creditor, e.keys)
        by_day = e.lo == e.hi and e.fin > instant_end(e.lo)
        at = (instant(e.lo), instant(e.hi))
        yield PowerUse(power, e.entry, at, sure=e.sure, aim=aim, resumed=resumed, by_day=by_day)


def acts_of(power: Power) -> Iterator[PowerUse]:
    """Events that a permission allows, or determinations that a power lets a body make."""
    walk, does = power.walk, power.rule.power
    assert does is not None
    nothing: Aim = (None, None, None, ())
    if does.match is None:
        return
    if does.verb == "do":
        for h in power.acts_under(does.match):
            yield PowerUse(power, h.entry, (h.lo, h.hi), sure=h.sure, aim=nothing, resumed=[])
        return
    names = [p.name for p in walk.world.vagues[does.match.name].params]
    for d in walk.world.facts.determinations:
        said = dict(zip(names, d.args, strict=False))
        decides = d.name == does.match.name and acts_as(walk, power, d.by)
        if decides and fits(does.match, said, power.bindings) == SURE:
            yield PowerUse(power, d.entry, (d.lo, d.hi), sure=d.sure, aim=nothing, resumed=[])


def acts_as(walk: Walk, power: Power, by: str) -> bool:
    """An act of a group is an act of each of its members."""
    return by == power.debtor or any(
        by == group and power.debtor in members for group, members in walk.norms.groups
    )


# ------------------------------------------------------------------ overlays of an instance
def touching(walk: Walk, rule: Rule, verb: str) -> list[Rule]:
    """The powers of this verb that can touch the rule."""
    known = walk.touching.get((rule.id, verb))
    if known is None:
        known = walk.touching[rule.id, verb] = [
            p
            for p in walk.norms.rules
            if p.power is not None
            and p.power.verb == verb
            and (
                rule.id in p.power.rules
                or verb == "end_all"
                or (verb in ("amend", "create", "end") and rule.clause in p.power.clauses)
            )
        ]
    return known


def overlay(
    of: Duty, verb: str, x: int, to: str | None = None, away_from: str | None = ""
) -> Truth:
    """How surely some use of a power of this verb affects the instance at tick `x`.

    `to`: only amendments to that version; `away_from`: only amendments to another version.
    """
    walk = of.walk
    powers = touching(walk, of.rule, verb)
    if not powers:
        return NO
    levels: list[Truth] = []
    for power in powers:
        does = power.power
        assert does is not None
        if (to is not None and does.amendment != to) or does.amendment == away_from:
            continue
        if power.id == of.rule.id or (does.joint and same_joint(power, of.rule)):
            continue  # the use of a power never affects the power itself
        guard = (id(of), verb, power.id, x, to)
        if guard in walk.asking:
            raise JudgeError(f"{power.id} and {of.rule.id} depend on each other", power.id)
        walk.asking.add(guard)
        if does.joint:
            levels += [both(covered) for covered in joint_levels(walk, power, x, of).values()]
        else:
            levels += [u.level(x) for u in uses_of(walk, power) if covers(u, of)]
        walk.asking.discard(guard)
    return either(levels)


def ends_of(of: Duty, x: int) -> set[int]:
    """The ticks so far at which some use of a power may have brought the agreement to its end."""
    return {
        at
        for power in touching(of.walk, of.rule, "end_all")
        if power.id != of.rule.id
        for use in uses_of(of.walk, power)
        for at in (use.lo, use.begins)
        if at <= x
    }


def joint_levels(walk: Walk, power: Rule, x: int, of: Duty | None = None) -> dict[Aim, list[Truth]]:
    """Per aim (on `of`, if given), how surely each holder has used a power that takes them all."""
    members = walk.together.get(power.id)
    if members is None:
        members = [r for r in walk.norms.rules if same_joint(r, power)]
        walk.together[power.id] = members
    found: dict[Aim, list[Truth]] = {}
    for n, member in enumerate(members):
        for use in uses_of(walk, member):
            if of is None or covers(use, of):
                levels = found.setdefault(use.aim, [Truth(FALSE)] * len(members))
                levels[n] = either([levels[n], use.level(x)])
    return found


def same_joint(one: Rule, other: Rule) -> bool:
    if one.power is None or other.power is None:
        return False
    return one.clause == other.clause and (
        one.power.verb,
        one.power.clauses,
        one.power.holders,
        one.power.joint,
    ) == (other.power.verb, other.power.clauses, other.power.holders, other.power.joint)


def covers(use: PowerUse, of: Duty) -> bool:
    """Whether the target of the entry includes this instance."""
    clause, debtor, creditor, keys = use.aim
    does = use.power.rule.power
    assert does is not None
    if clause is not None and clause != of.rule.clause:
        return False
    if debtor not in (None, of.debtor) or creditor not in (None, of.creditor):
        return False
    if (
        does.verb == "suspend"
        and not does.joint
        and own_duties(use)
        and (of.debtor != use.power.debtor)
    ):
        return False
    if (
        does.verb in ("waive", "release")
        and not does.joint
        and (isinstance(of.rule.creditor, Var) and of.creditor != use.power.debtor)
    ):
        return False
    if does.verb == "end_all":
        return True
    return all(of.bindings.get(name) == value for name, value in keys)


def own_duties(use: PowerUse) -> bool:
    """The holder may have duties of its own in the clause: then only those are suspended."""
    does, walk = use.power.rule.power, use.power.walk
    assert does is not None
    return any(
        isinstance(r.debtor, Var) or r.debtor == Const(use.power.debtor)
        for r in walk.norms.rules
        if r.id in does.rules and r.clause == use.aim[0] and r.kind != "may"
    )
