"""The text of a rule, found again in the agreement by its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from servanda.semantics.norms import Const, Rule
from servanda.syntax import tree as m
from servanda.syntax.printer.statements import phrases, show


class Written(Struct, frozen=True):
    """A rule as written: `text` whole, its head phrase, and its conditions."""

    text: str
    head: str
    gates: m.Gates | None

    def short(self, debtor: str) -> str:
        """The head with the debtor's own name where the rule names several."""
        for verb in (" must ", " may "):
            holder, found, rest = self.head.partition(verb)
            if found:
                return f"{debtor}{verb}{rest}" if holder else self.head
        return self.head


class Duties:
    """Rules of an agreement by place."""

    def __init__(self, agreement: m.Agreement) -> None:
        self.found: dict[tuple[str, int, int], m.Rule] = {}
        for rule in every_rule(agreement):
            self.found.setdefault(key(rule.place), rule)

    def of(self, rule: Rule) -> Written:
        """The text of a resolved rule; a line of its own making if none stands at its place."""
        written = self.found.get(key(rule.place)) if rule.place.line else None
        if written is None:
            head = invented(rule)
            return Written(head, head, None)
        parts = phrases(written)
        when = "" if written.trigger is None else f"{show(written.trigger)}: "
        return Written(when + " ".join(parts), parts[0], written.gates)


def key(place: m.Place) -> tuple[str, int, int]:
    return place.file, place.line, place.column


def every_rule(agreement: m.Agreement) -> Iterator[m.Rule]:
    """All rules, remedies included."""
    holders: tuple[m.Clause | m.Reading | m.Amendment, ...] = (
        *agreement.clauses,
        *agreement.readings,
        *agreement.amendments,
    )
    for holder in holders:
        yield from with_remedies(holder.rules)


def with_remedies(rules: Iterable[m.Rule]) -> Iterator[m.Rule]:
    for rule in rules:
        yield rule
        if isinstance(rule, m.Duty) and rule.otherwise is not None:
            yield from with_remedies((rule.otherwise,))


def invented(rule: Rule) -> str:
    who = rule.debtor.value if isinstance(rule.debtor, Const) else rule.debtor.name
    what = rule.action.name if rule.action is not None else "keep its condition"
    verb = {"achieve": "must", "keep": "must", "forbid": "must not", "may": "may"}[rule.kind]
    return f"{who} {verb} {what}"
