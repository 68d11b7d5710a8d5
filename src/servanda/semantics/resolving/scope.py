"""The context of resolving: names and units of the agreement, variables in scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal as OneOf
from typing import NamedTuple

from servanda.semantics import norms
from servanda.semantics.clock import LENGTHS
from servanda.semantics.names import AgreementNames
from servanda.semantics.units import UnitError, Units
from servanda.syntax.problems import Problems
from servanda.syntax.tree import Agreement, Define, Duration, Measure, Param, Pattern, Place, State

Type = OneOf["party", "text", "number", "date", "clause"]


class Typed(NamedTuple):
    """An expression with its type and, for numbers, its unit.

    Type None: an error was reported, and the expression fits anywhere.
    """

    expr: norms.Expr
    type: Type | None
    unit: str | None = None


class Scope:
    """The words a rule has bound, and who its debtor is."""

    def __init__(
        self,
        place: Place,
        known: Mapping[str, Typed] | None = None,
        debtor: norms.Term | None = None,
        expanding: tuple[str, ...] = (),
    ) -> None:
        self.place = place
        self.known = dict(known or {})
        self.debtor = debtor
        self.expanding = expanding
        self.used: set[str] = set()

    def look_up(self, name: str) -> Typed | None:
        """The value of a bound word."""
        found = self.known.get(name)
        if found is not None:
            self.used.add(name)
        return found

    def bind(self, variable: norms.Variable) -> None:
        """Bind a variable of the instance."""
        typed = Typed(norms.Var(variable.name), variable.type, variable.unit)
        self.known[variable.name] = typed

    def at(self, place: Place) -> Scope:
        """The same scope, with another place for problems."""
        other = Scope(place, None, self.debtor, self.expanding)
        other.known, other.used = self.known, self.used
        return other


class Signature(NamedTuple):
    """What arguments a name takes."""

    name: str
    kind: OneOf["event", "state", "vague", "define"]
    params: tuple[norms.Variable, ...]


class RuleOutline(NamedTuple):
    """Properties of an unresolved rule that other rules refer to."""

    id: str
    clause: str
    version: str | None
    reading: str | None
    kind: OneOf["achieve", "keep", "forbid", "may", "provision"]
    debtor: norms.Term
    creditor: norms.Term | None


class Context:
    """Everything shared by the rules of one account: names, units, definitions, rule outlines."""

    def __init__(self, agreement: Agreement, problems: Problems) -> None:
        self.agreement = agreement
        self.problems = problems
        problems.expect(agreement.unparsed or ())
        self.names = AgreementNames(agreement)
        self.units = Units(agreement)
        self.defines: dict[str, Define] = dict(self.names.defines)
        self.outlines: tuple[RuleOutline, ...] = ()
        self.circles: set[tuple[str, ...]] = set()
        self.expanded: dict[tuple[object, ...], norms.Cond] = {}
        self.sizes: dict[int, int] = {}
        self.outgrown = False
        self.used: set[str] = set()
        self.zone = agreement.header.zone or "UTC"
        self._signatures: dict[tuple[str, str], Signature] = {}

    # -------------------------------------------------------------- signatures
    def event(self, name: str) -> Signature | None:
        """The signature of an event, written in either form of its verb."""
        event = self.names.event(name)
        if event is None:
            return None
        self.used.add(event.name)
        return self._signature(event.name, "event", event.params)

    def state(self, name: str, declaring: bool = False) -> Signature | None:
        """The signature of a state; a type not said is that of the events it begins with."""
        state = self.names.states.get(name)
        if state is None:
            return None
        if not declaring:
            self.used.add(name)
        if ("state", name) not in self._signatures:
            params = tuple(self._state_param(state, param) for param in state.params)
            self._signatures["state", name] = Signature(name, "state", params)
        return self._signatures["state", name]

    def vague(self, name: str) -> Signature | None:
        """The signature of a vague term."""
        vague = self.names.vagues.get(name)
        if vague is None:
            return None
        self.used.add(name)
        return self._signature(name, "vague", vague.params)

    def measure(self, name: str) -> Measure | None:
        """The declaration of a measure; marks it as used."""
        measure = self.names.measures.get(name)
        if measure is not None:
            self.used.add(name)
        return measure

    def _signature(
        self, name: str, kind: OneOf["event", "vague"], params: Iterable[Param]
    ) -> Signature:
        key = (kind, name)
        if key not in self._signatures:
            self._signatures[key] = Signature(name, kind, tuple(variable_of(p) for p in params))
        return self._signatures[key]

    def _state_param(self, state: State, param: Param) -> norms.Variable:
        own = variable_of(param)
        if own.type != "text":
            return own
        for pattern in state.begins:
            found = self._param_behind(pattern, param.name)
            if found is not None:
                return norms.Variable(param.name, found.type, found.unit)
        return own

    def _param_behind(self, pattern: Pattern, name: str) -> norms.Variable | None:
        """The event's parameter that a state's parameter is taken from."""
        event = self.event(pattern.name)
        if event is None:
            return None
        by_name = {param.name: param for param in event.params}
        for number, arg in enumerate(pattern.args):
            if getattr(arg.value, "name", None) == name and arg.op == "=":
                if arg.name is not None:
                    return by_name.get(arg.name)
                return event.params[number] if number < len(event.params) else None
        return by_name.get(name)

    # -------------------------------------------------------------- names that do not fit
    def report_name(
        self,
        code: str,
        kind: tuple[str, str],
        name: str,
        place: Place,
        candidates: Iterable[Iterable[str]],
        *,
        declaration: str,
    ) -> None:
        """Report a name that is not of the kind wanted: of another kind, or of none.

        `kind` is the namespace of the subject and its words: `("vague", "vague term")`.
        `candidates` are tables of names that may have been meant; `declaration` is what to write
        if the name was left undeclared.
        """
        namespace, words = kind
        subject = f"{namespace}:{name}"
        near = self.names.suggest(name, *candidates)
        what = self.names.what_is(name)
        article = "an" if words[0] in "aeiou" else "a"
        if what is None:
            advice = near or f"declare it: `{declaration}`"
            self.problems.add_unknown(code, place, subject, f"unknown {words} `{name}`", advice)
            return
        advice = near or f"write the name of {article} {words} here"
        message = f"`{name}` is {what}, not {article} {words}"
        self.problems.add("E220", place, message, advice, subject=subject)

    # -------------------------------------------------------------- durations
    def window(self, duration: Duration, place: Place) -> int:
        """A length of time that does not depend on the calendar, in microseconds."""
        if duration.calendar is not None or duration.unit not in LENGTHS:
            what = "business days" if duration.calendar is not None else f"{duration.unit}s"
            self.problems.add(
                "E327",
                pick(duration.place, place),
                f"a sliding window cannot be counted in {what}: they differ in length",
                "count it in days or weeks",
            )
            return duration.count * LENGTHS["day"]
        return duration.count * LENGTHS[duration.unit]

    def check_duration(self, duration: Duration, place: Place) -> None:
        """Report an undeclared calendar."""
        name = duration.calendar
        if name is None:
            return
        self.used.add(name)
        if name not in self.names.calendars:
            advice = self.names.suggest(name, self.names.calendars)
            ways = f"declare it: `calendar {name} = business days of NL`"
            at, message = pick(duration.place, place), f"unknown calendar `{name}`"
            self.problems.add_unknown("E209", at, f"calendar:{name}", message, advice or ways)

    # -------------------------------------------------------------- units
    @cached_property
    def declared_units(self) -> frozenset[str | None]:
        """The units of events and measures, which are checked where these are declared."""
        params = (param.unit for event in self.agreement.events for param in event.params)
        return frozenset((*params, *(measure.unit for measure in self.agreement.measures)))

    def check_amount(self, unit: str | None, place: Place) -> None:
        """Report the unit of an amount, unless it is reported where it is declared so."""
        if unit in self.declared_units:
            self.use_unit(unit)
        else:
            self.check_unit(unit, place)

    def check_unit(self, unit: str | None, place: Place) -> None:
        """Report a unit that is not known."""
        self.use_unit(unit)
        try:
            self.units.check(unit)
        except UnitError as error:
            report_unit(error, place, self.problems)

    def use_unit(self, unit: str | None) -> None:
        """Mark the words of a unit as used."""
        if unit is not None:
            self.used.update(unit.replace("/", " ").split())

    # -------------------------------------------------------------- clauses and rules
    def check_clause(self, clause: str, place: Place) -> bool:
        """Whether a clause exists; reports it if not."""
        if clause in self.names.clauses:
            return True
        near = self.names.suggest(clause, self.names.clauses)
        advice = near or f"declare it: `clause {clause}`, with its rules below it"
        message = f"unknown clause `{clause}`"
        self.problems.add_unknown("E206", place, f"clause:{clause}", message, advice)
        return False

    def rules_of(self, clause: str | None) -> list[RuleOutline]:
        """The rules of a clause (of all, if None), powers included."""
        return [outline for outline in self.outlines if clause is None or outline.clause == clause]

    def can_be(self, term: norms.Term | None, name: str) -> bool:
        """Whether a debtor or creditor may turn out to match a party, group or variable."""
        if isinstance(term, norms.Const):
            return not self.names.is_actor(name) or term.value in self.names.values_matching(name)
        return term is not None


def report_conversion(error: UnitError, place: Place, problems: Problems) -> None:
    """Report an amount that cannot be converted; a unit that is unknown is reported where it is
    written."""
    if error.unknown is None:
        report_unit(error, place, problems)


def report_unit(error: UnitError, place: Place, problems: Problems) -> None:
    """Report a unit that is unknown, or an amount that cannot be converted."""
    if error.unknown is None:
        problems.add(error.code, place, error.message, error.help)
    else:
        subject = f"unit:{error.unknown}"
        problems.add_unknown(error.code, place, subject, error.message, error.help)


def variable_of(param: Param) -> norms.Variable:
    """A declared parameter as a variable of its type."""
    return norms.Variable(param.name, param.type, param.unit)


def pick(place: Place, otherwise: Place) -> Place:
    """The first place if it is one."""
    return place if place.line else otherwise
