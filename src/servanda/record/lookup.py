"""Looks up the names in a record: parties, events, measures, vague terms, clauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from servanda.record.amounts import Amounts
from servanda.record.dates import BadDate, FactTime, fact_time
from servanda.semantics import names as declared
from servanda.semantics.norms import Variable
from servanda.semantics.resolving.scope import Context, variable_of
from servanda.syntax.entries import When
from servanda.syntax.problems import Problems, did_you_mean
from servanda.syntax.tree import (
    Agreement,
    Duty,
    Event,
    Measure,
    Name,
    Place,
    Rule,
    Trigger,
    Vague,
)

# Kinds as messages name them → the namespace of the subject.
SUBJECTS = {
    "party, body or group": "party",
    "event": "event",
    "event or measure": "event",
    "state": "state",
    "measure": "measure",
    "vague term": "vague",
    "clause": "clause",
    "amendment": "amendment",
}

# How each is declared, for advice.
DECLARATIONS = {
    "party": "party {}",
    "event": "event {}",
    "state": "state {} from … until …",
    "measure": "measure {}",
    "vague": "vague {} to be determined by …",
    "clause": "clause {}",
    "amendment": "amendment {} of …",
}


class RecordNames:
    """The declared names of an agreement; reports unknown ones and returns None for them."""

    def __init__(self, agreement: Agreement, problems: Problems) -> None:
        self.agreement = agreement
        self.problems = problems
        self.declared = declared.AgreementNames(agreement)
        self.amounts = Amounts(agreement)
        self.zone = agreement.header.zone or "UTC"
        self.events = self.declared.events
        self.measures = self.declared.measures
        self.vagues = self.declared.vagues
        self.clauses = self.declared.clauses
        self.amendments = self.declared.amendments
        self.people = {**self.declared.parties, **self.declared.groups}

    @cached_property
    def signatures(self) -> Context:
        """What arguments the states take: their types are those of the events that begin them."""
        return Context(self.agreement, Problems())

    def missing(self, code: str, kind: str, name: str, known: Iterable[str], place: Place) -> None:
        """Report an unknown name, with those that may have been meant."""
        known = list(known)
        advice = did_you_mean(name, known)
        if advice is None and 0 < len(known) <= 12:
            advice = f"write one of {', '.join(f'`{other}`' for other in sorted(known))}"
        subject = f"{SUBJECTS[kind]}:{name}"
        message = f"there is no {kind} `{name}`"
        self.problems.add_unknown(
            code,
            place,
            subject,
            message,
            advice or f"declare it: `{DECLARATIONS[SUBJECTS[kind]].format(name)}`",
        )

    def who(self, name: str, place: Place) -> str | None:
        """A party, body or group."""
        if name in self.people:
            return name
        self.missing("E202", "party, body or group", name, self.people, place)
        return None

    def event(self, word: str, place: Place) -> Event | None:
        """An event by its name, or by the same verb inflected: `reimpose` for `reimposes`."""
        found = self.declared.event(word)
        if found is not None:
            return found
        if word in self.measures:
            message = f"`{word}` is a measure, not an event"
            measure = self.measures[word]
            whose = f"{word} of …" if measure.params else word
            unit = f" {measure.unit}" if measure.unit else ""
            advice = f"write what it measured: `{whose} = …{unit}`"
            self.problems.add("E220", place, message, advice, subject=f"event:{word}")
        elif word in self.declared.states:
            message = f"`{word}` is a state, not an event: it goes on"
            begin = self.declared.states[word].begins[0].name
            advice = (
                f"write how long it surely went on, as in `throughout 2024-03-01..2024-03-10 {word}"
                f"`, or record what begins it: `{begin}`"
            )
            self.problems.add("E220", place, message, advice, subject=f"event:{word}")
        elif word in self.vagues:
            vague = self.vagues[word]
            given = "(…)" if vague.params else ""
            advice = f"write who decided: `{vague.deciders[0]} determines {word}{given}`"
            message = f"`{word}` is determined by a body, not observed"
            self.problems.add("E220", place, message, advice, subject=f"event:{word}")
        else:
            self.missing("E201", "event", word, self.events, place)
        return None

    def state(self, name: str, place: Place) -> tuple[Variable, ...] | None:
        """The parameters of a state, by its name."""
        signature = self.signatures.state(name)
        if signature is not None:
            return signature.params
        event = self.declared.event(name)
        if event is None:
            self.missing("E204", "state", name, self.declared.states, place)
            return None
        of = "(by: party)" if event.params else ""
        message = f"`{name}` is an event, and an event happens at a point: it does not go on"
        advice = (
            f"write `at some time in …` for one act on an unknown day; for what goes on, declare a "
            f"state with its beginning and end, as in `state accumulating{of} from … until …`, and "
            f"write `throughout … accumulating`"
        )
        self.problems.add("E511", place, message, advice, subject=f"state:{name}")
        return None

    def measure(self, name: str, place: Place) -> Measure | None:
        """A measure by its name."""
        found = self.measures.get(name)
        if found is None:
            if name in self.events:
                message = f"`{name}` is an event, not a measure: it has no reading"
                advice = f"write that it happened, as in `X {name}`"
                self.problems.add("E220", place, message, advice, subject=f"measure:{name}")
            else:
                self.missing("E203", "measure", name, self.measures, place)
        return found

    def vague(self, name: str, place: Place) -> Vague | None:
        """A vague term by its name."""
        found = self.vagues.get(name)
        if found is None:
            self.missing("E205", "vague term", name, self.vagues, place)
        return found

    def observed(self, name: str, place: Place) -> str | None:
        """A subject of completeness: an event or a measure."""
        if name in self.measures:
            return name
        if event := self.declared.event(name):
            return event.name
        self.missing("E201", "event or measure", name, [*self.events, *self.measures], place)
        return None

    def clause(self, id: str, place: Place) -> str | None:
        """The id of a clause."""
        if id in self.clauses:
            return id
        self.missing("E206", "clause", id, self.clauses, place)
        return None

    def instance_keys(self, clause: str) -> dict[str, Variable]:
        """By what a use of a power can name instances of a clause: variables, parameters, period.

        A parameter names them where all triggers of the clause bind it to one variable.
        """
        found: dict[str, Variable] = {}
        parameters: dict[str, dict[str, Variable]] = {}
        for rule in self.rules_of(clause):
            if rule.window.every is not None:
                found["period"] = Variable("period", "text", None)
            for param, name in self.bound_by(rule.trigger):
                variable = Variable(name, param.type, param.unit)
                found.setdefault(name, variable)
                parameters.setdefault(param.name, {})[name] = variable
        for name, variables in parameters.items():
            if len(variables) == 1:
                found.setdefault(name, *variables.values())
        return found

    def rules_of(self, clause: str) -> Iterator[Rule]:
        """The rules of a clause in its text, its readings and its amendments, with remedies."""
        agreement = self.agreement
        texts = [each.rules for each in agreement.clauses if each.id == clause]
        texts += [each.rules for each in agreement.readings if each.clause == clause]
        texts += [each.rules for each in agreement.amendments if each.clause == clause]
        for rule in (rule for rules in texts for rule in rules):
            remedy: Rule | None = rule
            while remedy is not None:
                yield remedy
                below = remedy.remedy if isinstance(remedy, Duty) else None
                remedy = None if below is None else below.duty

    def bound_by(self, trigger: Trigger | None) -> Iterator[tuple[Variable, str]]:
        """The parameters that a trigger binds, each with the name of the variable."""
        if trigger is None or trigger.pattern is None:
            return
        for pattern in (trigger.pattern, *trigger.following):
            event = self.declared.event(pattern.name)
            params = [variable_of(param) for param in event.params] if event else []
            by_name = {param.name: param for param in params}
            in_order = iter(params)
            for arg in pattern.args:
                param = next(in_order, None) if arg.name is None else by_name.get(arg.name)
                name = arg.value.name if isinstance(arg.value, Name) and arg.op == "=" else None
                if param is not None and name is not None and name not in self.people:
                    yield param, name

    def span(self, when: When | None, place: Place) -> FactTime | None:
        """A time as written, in ticks."""
        if when is None:
            return None
        try:
            return fact_time(when, self.zone)
        except BadDate as error:
            self.problems.add(error.code, place, str(error), error.help)
            return None
