"""Which entries use a power, what they lie over, and how surely: for explanations only.

The judges decide; this retells by docs/meaning.md, 4, from the spans that they found for a power.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from servanda.explain.evidence import Evidence
from servanda.explain.judged import Judged
from servanda.explain.wording import joined
from servanda.judge.reference.exercises import Aim, same_joint
from servanda.judge.verdict import Verdict
from servanda.record.facts import Exercise
from servanda.semantics.clock import micros_of
from servanda.semantics.norms import Const, Rule, Term, Var

OPEN = ("due", "kept")
MAY_BE_OPEN = (*OPEN, "unknown", "undetermined")
BY_CLAUSE = ("amend", "create", "end")


class Lying(Struct, frozen=True):
    """The use of a power (of each holder, if it takes them all) that lies over something."""

    power: Rule
    uses: tuple[Exercise, ...]
    sure: bool

    @property
    def entries(self) -> list[str]:
        return list(dict.fromkeys(e.entry for e in self.uses))


class Uses:
    """Looks up the uses of powers in one judgement."""

    def __init__(self, judged: Judged, evidence: Evidence) -> None:
        self.judged = judged
        self.evidence = evidence
        self.groups = dict(judged.norms.groups)

    # -------------------------------------------------------------- of one power
    def of(self, power: Rule) -> list[Exercise]:
        """The entries that say that the holder uses the power."""
        does = power.power
        if does is None:
            return []
        return [
            e
            for e in self.judged.facts.exercises
            if e.verb == does.verb
            and self.acts_as(power.debtor, e.by)
            and does.amendment in (None, e.amendment)
            and (e.clause in does.clauses or (e.clause is None and does.verb == "end_all"))
        ]

    def acts_as(self, holder: Term | str, by: str) -> bool:
        """An act of a group is an act of each of its members."""
        if isinstance(holder, Var):
            return True
        who = holder.value if isinstance(holder, Const) else holder
        return by == who or who in self.groups.get(by, ())

    def given_up(self, use: Exercise) -> list[Exercise]:
        """The entries by which a suspension was given up."""
        return [
            e
            for e in self.judged.facts.exercises
            if use.verb == "suspend"
            and e.verb == "resume"
            and (e.by, e.clause) == (use.by, use.clause)
            and micros_of(e.lo) >= micros_of(use.hi)
        ]

    def holders(self, power: Rule) -> list[Rule]:
        """The rule of each holder that the power takes, itself included."""
        if power.power is None or not power.power.joint:
            return [power]
        return [r for r in self.judged.norms.rules if same_joint(r, power)]

    def instances(self, power: Rule, use: Exercise) -> list[list[Verdict]]:
        """The instances of the power that may have been open to the use, by their spans."""
        found: dict[object, list[Verdict]] = {}
        for span in self.judged.verdicts:
            if span.rule == power.id and self.acts_as(span.debtor, use.by):
                key = (span.debtor, span.creditor, span.trigger, span.instance)
                found.setdefault(key, []).append(span)
        return [spans for spans in found.values() if stood(spans, use) & set(MAY_BE_OPEN)]

    def lasts(self, power: Rule, use: Exercise, at: int) -> bool | None:
        """Whether a use made while the power was open is still in effect; None: possibly."""
        now = micros_of(at)
        spans = [one for one in self.instances(power, use) if not closed(one, use, at)]
        if micros_of(use.lo) > now or not spans:
            return False
        ends = self.given_up(use)
        if any(e.sure and micros_of(e.hi) <= now for e in ends):
            return False
        if any(micros_of(e.lo) <= now for e in ends):
            return None
        open_to_it = any(stood(one, use) <= set(OPEN) for one in spans)
        return True if use.sure and micros_of(use.hi) <= now and open_to_it else None

    # -------------------------------------------------------------- of all who hold it
    def standing(self, power: Rule, at: int) -> dict[Aim, dict[str, list[Exercise]]]:
        """Per aim, the uses still standing of each holder that has made one."""
        found: dict[Aim, dict[str, list[Exercise]]] = {}
        for member in self.holders(power):
            for use in self.of(member):
                if self.lasts(member, use, at) is not False:
                    aim = (use.clause, use.of, use.towards, use.keys)
                    found.setdefault(aim, {}).setdefault(holder(member), []).append(use)
        return found

    def wanting(
        self, power: Rule, at: int
    ) -> Iterator[tuple[str, dict[str, list[Exercise]], list[str]]]:
        """Per aim of a power that some of its holders have used: who has, and who has not."""
        everyone = [holder(member) for member in self.holders(power)]
        for (_, of, towards, keys), by in self.standing(power, at).items():
            left = [one for one in everyone if one not in by]
            if left:
                narrowed = [f"{key} {value}" for key, value in keys]
                narrowed += [
                    f"{word} {who}" for word, who in (("of", of), ("towards", towards)) if who
                ]
                yield f" for {joined(narrowed)}" if narrowed else "", by, left

    def was_open(self, spans: list[Verdict], use: Exercise) -> bool:
        """Whether an instance of a power may have been open to a use of it."""
        return bool(stood(spans, use) & set(MAY_BE_OPEN))

    def over(self, rule: Rule, verdict: Verdict, verbs: tuple[str, ...], at: int) -> list[Lying]:
        """The uses that lie over an instance at a tick, each power once."""
        found: list[Lying] = []
        for power in self.touching(rule, verbs):
            if any(power in self.holders(lying.power) for lying in found):
                continue
            members = self.holders(power)
            for by in self.standing(power, at).values():
                uses = [
                    (member, use)
                    for member in members
                    for use in by.get(holder(member), ())
                    if self.covers(member, use, rule, verdict)
                ]
                if {holder(member) for member, _ in uses} == {holder(member) for member in members}:
                    sure = all(
                        any(self.lasts(m, u, at) for m, u in uses if m is member)
                        for member in members
                    )
                    found.append(Lying(power, tuple(use for _, use in uses), sure))
        return found

    def touching(self, rule: Rule, verbs: tuple[str, ...]) -> Iterator[Rule]:
        """The powers of these verbs that can touch the rule; none touches itself."""
        for power in self.judged.norms.rules:
            does = power.power
            if does is None or does.verb not in verbs or rule in self.holders(power):
                continue
            if does.verb == "end_all" and rule.survives and rule.survives_for is None:
                continue
            if does.verb == "amend" and (rule.trigger or does.amendment == rule.version):
                continue
            by_clause = does.verb in BY_CLAUSE and rule.clause in does.clauses
            if does.verb == "end_all" or by_clause or rule.id in does.rules:
                yield power

    def covers(self, power: Rule, use: Exercise, rule: Rule, verdict: Verdict) -> bool:
        """Whether what the entry is aimed at includes the instance."""
        if use.clause not in (None, rule.clause) or use.of not in (None, verdict.debtor):
            return False
        if use.towards not in (None, verdict.creditor):
            return False
        joint = len(self.holders(power)) > 1
        if not joint and not self.owner(power, use, rule, verdict):
            return False
        bound = dict(verdict.instance)
        return use.verb == "end_all" or all(bound.get(key) == value for key, value in use.keys)

    def owner(self, power: Rule, use: Exercise, rule: Rule, verdict: Verdict) -> bool:
        """Whether the duty is the holder's to suspend, or owed to it to waive."""
        if use.verb == "suspend" and self.owes(power, use):
            return self.acts_as(verdict.debtor, use.by)
        if use.verb in ("waive", "release") and isinstance(rule.creditor, Var):
            return self.acts_as(verdict.creditor or "", use.by)
        return True

    def owes(self, power: Rule, use: Exercise) -> bool:
        """The holder may have duties of its own in the clause: only those are suspended then."""
        assert power.power is not None
        return any(
            rule.clause == use.clause
            and rule.id in power.power.rules
            and self.acts_as(rule.debtor, use.by)
            for rule in self.judged.norms.rules
        )


def stood(spans: Iterable[Verdict], use: Exercise) -> set[str]:
    """How an instance of a power stood while the use was, or may have been, made."""
    return {
        span.status
        for span in spans
        if (span.from_ is None or micros_of(span.from_) <= micros_of(use.hi))
        and (span.until is None or micros_of(span.until) > micros_of(use.lo))
    }


def closed(spans: Iterable[Verdict], use: Exercise, at: int) -> bool:
    """A suspension is over for good once its power's `while` is false."""
    return use.verb == "suspend" and any(
        span.status == "dormant"
        and span.from_ is not None
        and micros_of(use.hi) < micros_of(span.from_) <= micros_of(at)
        for span in spans
    )


def holder(power: Rule) -> str:
    """The holder of a power, as its rule names it."""
    return str(power.debtor.value if isinstance(power.debtor, Const) else power.debtor.name)
