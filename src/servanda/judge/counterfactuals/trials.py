"""Trials of hypotheses about a duty: each is judged, and dropped where the status stays.

A hypothesis is a line of the record, an entry that the account sets aside, the record's own later
entries, or a declaration of completeness. Those of lines are written in the language, read back by
its parser and seen with the account's own trust, so that a line that is shown does what it says
when somebody supposes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal as OneOf

import msgspec
from msgspec import Struct

from servanda.judge import derivation as d
from servanda.judge.counterfactuals.hypotheses import Hypotheses
from servanda.judge.counterfactuals.setting import Setting
from servanda.judge.reference.walk import Walk, verdicts_of
from servanda.judge.support import every_ground, only, standing
from servanda.judge.verdict import JudgeError, Status, Verdict
from servanda.judge.visible_facts import visible
from servanda.record.dates import end_of
from servanda.record.facts import Facts
from servanda.record.record import Entry, Record
from servanda.record.resolver import resolve_record
from servanda.semantics.clock import local_day, micros_of
from servanda.syntax import entries as e
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import parse
from servanda.syntax.printer.statements import show
from servanda.syntax.problems import Problems

MOST_SET_ASIDE = 30


class Counterfactual(Struct, frozen=True):
    """A change that gives the duty the status `status`, as judged.

    `lines`: lines of the record that are supposed; `entries`: entries of the record that are
    counted, or that come later. `day`: the day on which the duty has that status.
    """

    kind: OneOf["record", "complete", "untrusted", "unsure", "later"]
    status: Status
    lines: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    day: date | None = None


def counterfactuals(setting: Setting, derivation: d.Derivation) -> list[Counterfactual]:
    """Everything tried that gives the instance another status, the nearest first."""
    return Trials(setting, derivation).all()


def taken_back(setting: Setting, derivation: d.Derivation) -> dict[str, str]:
    """The entries that bear on the instance and were corrected or withdrawn, each with the entry
    that did so."""
    if not setting.taken_back:
        return {}
    verdict, footprints = derivation.verdict, setting.footprints
    norms, facts = footprints.within(footprints.follow([verdict.rule]), setting.former)
    grounds = every_ground(visible(norms, facts, verdict))
    return {id_: by for id_, by in setting.taken_back.items() if id_ in grounds}


class Trials:
    """Tries hypotheses about one instance."""

    def __init__(self, setting: Setting, derivation: d.Derivation) -> None:
        self.setting = setting
        self.verdict = derivation.verdict
        self.rule = derivation.rule
        self.derivation = derivation
        self.footprints = setting.footprints
        self.reach = self.footprints.follow([self.rule.id])
        self.norms, facts = self.footprints.within(self.reach, setting.facts)
        self.facts = visible(self.norms, facts, self.verdict)
        self.until = {self.facts.now: self.facts}
        self.records: dict[tuple[str, ...], Record | None] = {}
        self.unchanged: dict[int, Status | None] = {}

    def all(self) -> list[Counterfactual]:
        found = [*self.set_aside(), *self.lines(), *self.later()]
        kept: dict[object, Counterfactual] = {}
        for change in found:
            kept.setdefault((change.kind, change.status, change.lines, change.entries), change)
        return list(kept.values())

    def status(self, facts: Facts) -> Status | None:
        """What the instance is on the last day of some facts, if that is another status."""
        _, fewer = self.footprints.within(self.reach, facts)
        found = standing(self.norms, fewer, self.verdict)
        return None if found is None or found.status == self.verdict.status else found.status

    # -------------------------------------------------------------- what is set aside
    def set_aside(self) -> Iterator[Counterfactual]:
        """Entries that this account does not trust, or not surely, and that would change it."""
        tried = 0
        for entry, reason in self.setting.set_aside:
            facts = self.counting(entry)
            tried += facts is not None
            status = None if facts is None else self.status(facts)
            if status is not None:
                yield Counterfactual(reason, status, entries=(entry.id,))
            if tried == MOST_SET_ASIDE:
                return

    def counting(self, entry: Entry) -> Facts | None:
        """The facts if the account were sure of an entry; None where the duty sees no difference.

        An entry that corrects or withdraws another one takes its place, or takes it away.
        """
        gone, added = self.setting.counted(entry)
        added = self.footprints.within(self.reach, added)[1]
        added = msgspec.structs.replace(visible(self.norms, added, self.verdict), complete=())
        mine = every_ground(self.facts)
        if not gone & mine and not every_ground(added):
            return None
        return joined(only(self.facts, mine - gone), added)

    # -------------------------------------------------------------- what comes later
    def later(self) -> Iterator[Counterfactual]:
        """The next status that later entries of the record lead to, at the end of its day."""
        setting, zone = self.setting, self.setting.norms.zone
        if setting.to_the_last is None:
            return
        facts = self.footprints.within(self.reach, setting.to_the_last)[1]
        facts = visible(self.norms, facts, self.verdict)
        if facts.now == self.facts.now or every_ground(facts) == every_ground(self.facts):
            return
        walk = Walk(self.norms, facts, alone=self.verdict)
        try:
            walk.run()
        except JudgeError:
            return
        spans = next(
            (
                found
                for found in verdicts_of(walk).values()
                if any(self.is_same(span) for span in found)
            ),
            [],
        )
        for span in spans:
            begins = span.from_
            if begins is None or begins <= setting.facts.now or not span.entries:
                continue
            day = local_day(micros_of(begins), zone)
            stands = span.until is None or span.until > end_of(day.isoformat(), zone)
            if stands and span.status != self.verdict.status:
                yield Counterfactual("later", span.status, entries=span.entries, day=day)
                return

    def is_same(self, span: Verdict) -> bool:
        mine = self.verdict
        own = (mine.rule, mine.debtor, mine.creditor, mine.trigger, mine.instance)
        same = (span.rule, span.debtor, span.creditor, span.trigger, span.instance) == own
        return same and (span.status, span.from_) == (mine.status, mine.from_)

    # -------------------------------------------------------------- what might be recorded
    def lines(self) -> Iterator[Counterfactual]:
        """Lines of the record, supposed one by one (of a joint power: together).

        Of the times at which the same fact gives the same status, the first that was tried.
        """
        made = Hypotheses(self.setting, self.derivation, self.norms)
        told = set[tuple[object, ...]]()
        for hypothesis in dict.fromkeys(made.all()):
            lines = self.with_ids(hypothesis.lines)
            status = self.supposed(lines, hypothesis.day)
            alone = [self.supposed([line], hypothesis.day) for line in lines if len(lines) > 1]
            key = (status, *(getattr(line, "fact", line) for line in hypothesis.lines))
            if status is not None and status not in alone and key not in told:
                told.add(key)
                yield Counterfactual(hypothesis.kind, status, lines, day=hypothesis.day)

    def supposed(self, lines: Sequence[str], day: date) -> Status | None:
        """What the instance is at the end of the day asked, or of the lines' own, if later."""
        setting = self.setting
        now = max(setting.facts.now, end_of(day.isoformat(), setting.norms.zone))
        record = self.read(lines)
        if record is None:
            return None
        added = setting.seen_by(setting.account, record, now)
        status = self.status(joined(self.facts_until(now), added))
        return None if now > setting.facts.now and status == self.by_then(now) else status

    def facts_until(self, now: int) -> Facts:
        """What the instance can see up to a tick, the record's own later entries among it."""
        if now not in self.until:
            facts = self.footprints.within(self.reach, self.setting.until(now))[1]
            self.until[now] = visible(self.norms, facts, self.verdict)
        return self.until[now]

    def by_then(self, now: int) -> Status | None:
        """The status at a later tick, given time and the record's later entries."""
        if now not in self.unchanged:
            self.unchanged[now] = self.status(self.facts_until(now))
        return self.unchanged[now]

    def with_ids(self, lines: Sequence[e.Entry | e.Completeness]) -> tuple[str, ...]:
        """The lines as text, with an id of their own where the record has theirs already."""
        record = self.read([show(line) for line in lines])
        taken = self.setting.taken
        if record is None or not any(entry.id in taken for entry in record.entries):
            return tuple(show(line) for line in lines)
        return tuple(
            show(msgspec.structs.replace(line, id=f"supposed-{n}"))
            if isinstance(line, e.Entry)
            else show(line)
            for n, line in enumerate(lines, 1)
        )

    def read(self, lines: Sequence[str]) -> Record | None:
        """The record of some lines; None where they do not read, or do not fit the agreement."""
        given = tuple(lines)
        if given not in self.records:
            self.records[given] = self.resolved(given)
        return self.records[given]

    def resolved(self, lines: tuple[str, ...]) -> Record | None:
        problems = Problems()
        layout = lay_out("\n".join(lines) + "\n", "supposed.sv", problems)
        parsed = parse(layout.statements, problems)
        setting = self.setting
        record = resolve_record(
            parsed.record, setting.agreement, setting.record.sources, problems, None
        )
        if problems.errors:
            return None
        return msgspec.structs.replace(
            record, sources=setting.record.sources, aliases=setting.record.aliases
        )


def joined(one: Facts, other: Facts) -> Facts:
    """The facts of both, as they stand on the first one's last day."""

    def both(mine: dict[str, tuple[object, ...]], theirs: dict[str, tuple[object, ...]]) -> object:
        names = dict.fromkeys((*mine, *theirs))
        return {name: (*mine.get(name, ()), *theirs.get(name, ())) for name in names}

    return msgspec.structs.replace(
        one,
        events=both(one.events, other.events),  # type: ignore[arg-type]
        readings=both(one.readings, other.readings),  # type: ignore[arg-type]
        exercises=(*one.exercises, *other.exercises),
        determinations=(*one.determinations, *other.determinations),
        complete=(*one.complete, *other.complete),
    )
