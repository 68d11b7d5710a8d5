"""An earlier day read off one judgement of the whole record.

Nothing that comes later changes what was so on a day (docs/meaning.md, 2, "As of"), so the spans of
a judgement, cut at the end of a day, are the judgement of that day. What was *known* on a day is
another matter: that takes a judgement of its own.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

import msgspec

from servanda.explain.judged import Judged
from servanda.judge.instance_windows import InstanceWindows
from servanda.judge.verdict import Verdict
from servanda.record.facts import Facts
from servanda.semantics.clock import day_start, is_calendar_period
from servanda.semantics.norms import Rule


def as_of(judged: Judged, on: str, facts: Facts) -> Judged:
    """The judgement as it was at the end of `on`; `facts` are the account's, up to that day.

    `on` may not be later than the day that was judged.
    """
    now = facts.now
    if now > judged.facts.now:
        raise ValueError(f"judged up to {judged.on}, asked for {on}")
    cut = msgspec.structs.replace(judged, on=on, facts=facts, verdicts=())
    begun = Begun(cut)
    verdicts = tuple(
        at_end(verdict, now)
        for verdict in judged.verdicts
        if (verdict.from_ is None or verdict.from_ <= now) and begun.by(verdict, now)
    )
    return msgspec.structs.replace(cut, verdicts=verdicts)


def at_end(verdict: Verdict, now: int) -> Verdict:
    """The span as it looks from inside it: its end is still to come."""
    if verdict.until is not None and verdict.until > now:
        return msgspec.structs.replace(verdict, until=None, closed_by=())
    return verdict


class Begun:
    """Tells the periods of recurring duties that had begun from those still to come."""

    def __init__(self, judged: Judged) -> None:
        self.zone = judged.norms.zone
        self.rules = {rule.id: rule for rule in judged.norms.rules if rule.window.every is not None}
        self.judged = judged

    def by(self, verdict: Verdict, now: int) -> bool:
        rule = self.rules.get(verdict.rule)
        return rule is None or self.first(rule, verdict) <= now

    @cached_property
    def windows(self) -> InstanceWindows:
        return InstanceWindows(self.judged.norms, self.judged.facts)

    def first(self, rule: Rule, verdict: Verdict) -> int:
        """The tick at which a period begins for a duty: not before the duty itself."""
        every, name = rule.window.every, dict(verdict.instance).get("period")
        assert every is not None and isinstance(name, str)
        start = day_start(first_day(name, every), self.zone)
        if rule.window.opens is None:
            return start * 64
        opens = self.windows.moment(rule.window.opens, verdict).hi
        return NEVER if opens is None else max(start, opens) * 64


NEVER = 1 << 62


def first_day(label: str, every: str) -> date:
    """The first day of a period by its label: `2024-Q1`, `2024-03`, `2024`, `2024-W05`, a day."""
    if not is_calendar_period(every):
        return date.fromisoformat(label)
    if every == "quarter":
        year, quarter = label.split("-Q")
        return date(int(year), 3 * int(quarter) - 2, 1)
    if every == "week":
        year, week = label.split("-W")
        return date.fromisocalendar(int(year), int(week), 1)
    return date.fromisoformat(label + {"day": "", "month": "-01", "year": "-01-01"}[every])
