"""The symbol tables of an agreement: declarations by name, verb forms, suggestions.

Parties match as in `docs/meaning.md`: a group stands for its members, and a group that acts
together acts for each of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Protocol, TypeVar

from servanda.semantics.norms import Arg
from servanda.syntax.problems import did_you_mean
from servanda.syntax.tree import (
    Account,
    Agreement,
    Amendment,
    Calendar,
    Clause,
    Define,
    Event,
    Group,
    Measure,
    Moment,
    Party,
    Place,
    Reading,
    State,
    Vague,
)
from servanda.syntax.verbs import verb_forms

Declaration = Event | State | Measure | Vague | Moment | Define | Party | Group | Calendar
KINDS: dict[type, str] = {
    Event: "an event",
    State: "a state",
    Measure: "a measure",
    Vague: "a vague term",
    Moment: "a moment",
    Define: "a defined condition",
    Party: "a party",
    Group: "a group",
    Calendar: "a calendar",
}


class Named(Protocol):
    """Anything that is declared by name."""

    @property
    def name(self) -> str:
        """The declared name."""
        ...


N = TypeVar("N", bound=Named)


class AgreementNames:
    """The symbol tables of an agreement. Of two declarations of one name, the first counts."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.parties = first_by_name(agreement.parties)
        self.groups = first_by_name(agreement.groups)
        self.calendars = first_by_name(agreement.calendars)
        self.events = first_by_name(agreement.events)
        self.states = first_by_name(agreement.states)
        self.measures = first_by_name(agreement.measures)
        self.vagues = first_by_name(agreement.vagues)
        self.moments = first_by_name(agreement.moments)
        self.defines = first_by_name(agreement.defines)
        self.accounts: dict[str, Account] = first_by_name(agreement.accounts)
        self.amendments: dict[str, Amendment] = first_by_name(agreement.amendments)
        self.clauses: dict[str, Clause] = {c.id: c for c in reversed(agreement.clauses)}
        self.readings: dict[str, Reading] = {r.full_name: r for r in reversed(agreement.readings)}
        self._forms = _forms_of(self.events)
        self._values: dict[str, tuple[str, ...]] = {}

    @cached_property
    def declared(self) -> dict[str, Declaration]:
        """Everything a bare word in a rule can stand for, except variables."""
        tables: tuple[dict[str, Declaration], ...] = (
            {**self.parties},
            {**self.groups},
            {**self.events},
            {**self.states},
            {**self.measures},
            {**self.vagues},
            {**self.moments},
            {**self.defines},
            {**self.calendars},
        )
        found: dict[str, Declaration] = {}
        for table in tables:
            for name, what in table.items():
                found.setdefault(name, what)
        return found

    # -------------------------------------------------------------- looking up
    def event(self, name: str) -> Event | None:
        """The event of that name, in either form of its verb."""
        return self.events.get(name) or self.events.get(self._forms.get(name, name))

    def is_actor(self, name: str) -> bool:
        """Whether the name is a party, a body or a group."""
        return name in self.parties or name in self.groups

    def what_is(self, name: str) -> str | None:
        """`a state`, `a party`, …, or None if nothing bears the name."""
        found = self.declared.get(name) or self.event(name)
        if found is not None:
            body = isinstance(found, Party) and found.body
            return "a body" if body else KINDS[type(found)]
        return "a clause" if name in self.clauses else None

    def place_of(self, name: str) -> Place | None:
        """Where the name is declared."""
        found = self.declared.get(name) or self.event(name)
        return found.place if found is not None else None

    def suggest(self, name: str, *kinds: Iterable[str]) -> str | None:
        """`did you mean …?` among the names of the given tables (of all, if none is given)."""
        candidates = [word for kind in kinds for word in kind] if kinds else list(self.declared)
        near = did_you_mean(name, candidates)
        if near is None and (not kinds or any(kind is self.events for kind in kinds)):
            near = did_you_mean(name, self._forms)
        return near

    # -------------------------------------------------------------- parties and groups
    def members(self, group: str) -> tuple[str, ...]:
        """The members of a group, and theirs; nothing for a party."""
        found: dict[str, None] = {}
        waiting = list(self.groups[group].members) if group in self.groups else []
        while waiting:
            name = waiting.pop(0)
            if name != group and name not in found:
                found[name] = None
                if name in self.groups:
                    waiting.extend(self.groups[name].members)
        return tuple(found)

    def leaf_members(self, group: str) -> tuple[str, ...]:
        """The parties and bodies in a group, however deep, in the order they are named."""
        return tuple(name for name in self.members(group) if name not in self.groups)

    def values_matching(self, name: str) -> tuple[str, ...]:
        """All values that match a party or group in a pattern, the name itself first.

        A value matches if it is the name, a member of it, or a group that contains it.
        """
        if name not in self._values:
            containing = [group for group in self.groups if name in self.members(group)]
            ordered = dict.fromkeys((name, *self.members(name), *sorted(containing)))
            self._values[name] = tuple(ordered)
        return self._values[name]

    def test_party(self, param: str, name: str) -> Arg:
        """The test that a party parameter matches a party or group."""
        return Arg(param, "in", values=self.values_matching(name))


def first_by_name(items: Iterable[N]) -> dict[str, N]:
    """By name; of two with the same name the first."""
    found: dict[str, N] = {}
    for item in items:
        found.setdefault(item.name, item)
    return found


def _forms_of(events: Iterable[str]) -> dict[str, str]:
    """Undeclared verb forms → the declared one. A form of two events is a form of neither."""
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    declared = set(events)
    for name in declared:
        for form in verb_forms(name) - declared:
            if found.setdefault(form, name) != name:
                doubtful.add(form)
    return {form: name for form, name in found.items() if form not in doubtful}
