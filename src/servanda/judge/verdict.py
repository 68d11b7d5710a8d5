"""Verdicts: status spans, in one form for the reference judge and the plan."""

from __future__ import annotations

from typing import Literal as OneOf

from msgspec import Struct

from servanda.record.facts import Value
from servanda.syntax.problems import Problem
from servanda.syntax.tree import Place

Status = OneOf[
    "dormant",
    "due",
    "kept",
    "broken",
    "cured",
    "compensated",
    "released",
    "suspended",
    "waived",
    "excused",
    "lapsed",
    "ended",
    "unknown",
    "undetermined",
    "open",
    "exercised",
    "closed",
    "expired",
    "not_yet_in_force",
    "in_force",
    "terminated",
]
Outcome = OneOf[
    "kept",
    "cured",
    "compensated",
    "broken",
    "unknown",
    "undetermined",
    "exercised",
    "not_exercised",
]
Bindings = tuple[tuple[str, Value | None], ...]


class Verdict(Struct, frozen=True):
    """One status span of one instance of one rule.

    `from_`/`until` are ticks (None: since ever / still so at the end of time known). `trigger` is
    the entry that made the instance (None: standing). `entries` opened the span and `closed_by`
    ended it (docs/meaning.md, 8), both in order of id; `acts` are those of `entries` that are acts
    under the rule: a performance, violations, their cures, the use of a power. `breaches` are the
    parameters of each of the violations that began the span (forbid only), in the order of `acts`.
    `outcome` is what is over came to (None: not over, or nothing was owed). Of a power, `used`:
    whether it has been exercised by the end of the span, `open`: whether it may be exercised in it
    (None: unknown).
    """

    rule: str
    debtor: str
    creditor: str | None
    trigger: str | None
    instance: Bindings
    status: Status
    from_: int | None
    until: int | None
    entries: tuple[str, ...] = ()
    closed_by: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    breaches: tuple[Bindings, ...] = ()
    outcome: Outcome | None = None
    used: bool | None = None
    open: bool | None = None

    @property
    def cited(self) -> tuple[str, ...]:
        """The entry that made the instance, and those that opened the span."""
        made = () if self.trigger is None else (self.trigger,)
        return tuple(dict.fromkeys((*made, *self.entries)))

    @property
    def breach(self) -> Bindings:
        """The parameters of the first of the violations."""
        return self.breaches[0] if self.breaches else ()


class JudgeError(Exception):
    """The norms and the record cannot be judged: an undeclared month end, a circle in time.

    `rule` names the duty and `entry` the entry that raised it, where there is one; `place` is where
    the duty is written, once somebody has looked it up.
    """

    place: Place | None = None

    def __init__(
        self,
        message: str,
        rule: str | None = None,
        entry: str | None = None,
        help: str = "settle it in the agreement, or correct the entry",
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.entry = entry
        self.help = help

    def problem(self, file: str = "the case") -> Problem:
        """It as a problem, where the duty is written; `file`: where nobody has looked that up."""
        rule = f"rule {self.rule}: " if self.rule else ""
        entry = f" (from the entry {self.entry})" if self.entry else ""
        place = self.place or Place(file, 0, 0)
        subject = f"rule:{self.rule}" if self.rule else f"file:{place.file}"
        where = place.file, place.line, place.column
        return Problem("E002", subject, *where, f"{rule}{self}{entry}", self.help)


def no_such_day(error: Exception, rule: str | None, entry: str | None = None) -> JudgeError:
    """A count of months or years that ends on a missing day, without a rule for month ends."""
    advice = "write `months clipped` in the agreement, or give the time in days"
    return JudgeError(str(error), rule, entry, advice)
