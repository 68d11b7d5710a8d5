"""One judgement of a case: an account, a date, what was known, and the verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from msgspec import Struct

from servanda.judge.verdict import Verdict
from servanda.record.facts import Facts
from servanda.record.record import Record
from servanda.semantics.clock import micros_of, to_datetime
from servanda.semantics.norms import Norms, Rule
from servanda.syntax.tree import Agreement


class Judged(Struct):
    """Verdict spans with all that explains them. `on` and `known` are as asked (None: open).

    `clause`: the one whose spans are complete, if only what it depends on was judged.
    """

    case: str
    account: str
    on: str
    known: str | None
    agreement: Agreement
    record: Record
    norms: Norms
    facts: Facts
    verdicts: tuple[Verdict, ...]
    clause: str | None = None

    def rule(self, id_: str) -> Rule:
        return next(r for r in self.norms.rules if r.id == id_)

    def history(self, verdict: Verdict) -> list[Verdict]:
        """The spans of one instance, in order. What a condition raises again is another instance:
        only the end of the last span tells the two apart."""
        found: list[Verdict] = []
        for span in self.verdicts:
            if not is_same_instance(span, verdict):
                continue
            found.append(span)
            if span.until is None:
                if verdict in found:
                    return found
                found = []
        return found if verdict in found else [verdict]

    def current(self) -> Iterator[Verdict]:
        """The last span of every instance: its status at the end of time known."""
        return (v for v in self.verdicts if v.until is None)


def is_same_instance(one: Verdict, other: Verdict) -> bool:
    keys = ("rule", "debtor", "creditor", "trigger", "instance")
    return all(getattr(one, key) == getattr(other, key) for key in keys)


def iso(tick: int | None, zone: str) -> str | None:
    """An instant as RFC 3339 in the agreement's zone; `Z` for UTC; None stays None."""
    if tick is None:
        return None
    moment = to_datetime(micros_of(tick), zone)
    text = moment.isoformat()
    return text.replace("+00:00", "Z") if moment.tzinfo in (UTC,) or zone == "UTC" else text
