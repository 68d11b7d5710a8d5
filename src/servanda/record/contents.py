"""Resolves the content of entries: names, arguments, amounts and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from servanda.record.amounts import BadAmount
from servanda.record.lookup import RecordNames
from servanda.record.record import (
    Determined,
    Exercised,
    Happened,
    Linked,
    Measured,
    Statement,
    Value,
    WentOn,
    What,
    Withdrawn,
)
from servanda.semantics.norms import Variable
from servanda.semantics.resolving.scope import variable_of
from servanda.syntax import entries as raw
from servanda.syntax.key_texts import key_text
from servanda.syntax.problems import did_you_mean
from servanda.syntax.tree import OTHERWISE_TEXT, Arg, Day, Expr, Name, Number, Param, Place, Text


class Reader:
    """Resolves facts against an agreement; None, with a problem, for one that does not fit."""

    def __init__(self, names: RecordNames) -> None:
        self.names = names
        self.problems = names.problems

    def read(self, fact: raw.Fact) -> What | None:
        """The content of an entry, resolved."""
        match fact:
            case raw.EventFact():
                return self.happened(fact)
            case raw.StateFact():
                return self.went_on(fact)
            case raw.ReadingFact():
                return self.measured(fact)
            case raw.LinkFact():
                return self.linked(fact)
            case raw.PowerFact():
                return self.exercised(fact)
            case raw.DetermineFact():
                return self.determined(fact)
            case raw.SaidFact():
                return self.speech_act(fact)
            case raw.WithdrawFact(id):
                return Withdrawn(id)

    # -------------------------------------------------------------- events
    def happened(self, fact: raw.EventFact) -> Happened | None:
        """An event with its arguments."""
        event = self.names.event(fact.event, fact.place)
        if event is None:
            return None
        if event.arises is not None:
            message = f"`{event.name}` arises by itself: it cannot be recorded"
            self.problems.add("E506", fact.place, message, "record the event that it arises from")
            return None
        by = self.names.who(fact.by, fact.place) if fact.by else None
        if fact.by and by is None:
            return None
        params = [variable_of(param) for param in event.params]
        args = self.arguments(event.name, params, fact.args, by, fact.place)
        return None if args is None else Happened(event.name, args, by)

    def went_on(self, fact: raw.StateFact) -> WentOn | None:
        """A state that held all the time, with its arguments."""
        params = self.names.state(fact.state, fact.place)
        by = self.names.who(fact.by, fact.place) if fact.by else None
        if params is None or (fact.by and by is None):
            return None
        args = self.arguments(fact.state, params, fact.args, by, fact.place, kind="state")
        if args is None:
            return None
        missing = [f"`{p.name}`" for p, arg in zip(params, args, strict=True) if arg is None]
        if missing:
            message = f"`{fact.state}` is given no {' and no '.join(missing)}"
            advice = f"say which one it was, as in `{fact.state}({missing[0].strip('`')}: …)`"
            self.problems.add("E308", fact.place, message, advice)
            return None
        return WentOn(fact.state, args, by)

    def arguments(
        self,
        name: str,
        params: Sequence[Variable],
        args: Sequence[Arg],
        by: str | None,
        place: Place,
        *,
        kind: str = "event",
    ) -> tuple[Value | None, ...] | None:
        """The arguments in the order of the parameters (None: not given); the actor fills `by`."""
        found: dict[str, Value] = {}
        sound = True
        if by is not None:
            actor = actor_of(params)
            if actor is None:
                message = f"`{name}` has no parameter `by` for the actor {by}"
                advice = f"declare `{kind} {name}(by: party, …)`, or leave `{by}` out"
                self.problems.add("E315", place, message, advice)
                return None
            found[actor.name] = by
        open_params = [param for param in params if param.name not in found]
        by_name = {param.name: param for param in params}
        for arg in args:
            at = arg.place if arg.place.line else place
            if arg.name is not None and arg.name not in by_name:
                message = f"`{name}` has no parameter `{arg.name}`"
                self.problems.add(
                    "E301", at, message, did_you_mean(arg.name, by_name) or _listed(params)
                )
                sound = False
                continue
            named = {other.name for other in args if other.name}
            free = [param for param in open_params if param.name not in named]
            param = by_name[arg.name] if arg.name is not None else next(iter(free), None)
            if param is None:
                self.problems.add(
                    "E302",
                    at,
                    f"`{name}` is given too many arguments",
                    f"leave one out, as there are {len(params)} parameters",
                )
                return None
            if param.name in found:
                self.problems.add(
                    "E303", at, f"`{param.name}` of `{name}` is given twice", "keep one of the two"
                )
                sound = False
                continue
            if param in open_params:
                open_params.remove(param)
            value = self.value(arg.value, param, at)
            if value is None:
                sound = False
            else:
                found[param.name] = value
        return tuple(found.get(param.name) for param in params) if sound else None

    def value(self, expr: Expr | None, param: Variable, place: Place) -> Value | None:
        """An argument as its parameter's type."""
        if isinstance(expr, Name):
            place = expr.place if expr.place.line else place
        elif isinstance(expr, Number) and expr.place.line:
            place = expr.place
        match param.type, expr:
            case "number", Number():
                return self.amount(expr, param.unit, param.name, place)
            case "party", Name(name):
                return self.names.who(name, place)
            case "text", Text(value):
                return key_text(value)
            case "text", Name(name):
                return name
            case "text", Number(value, None) if value == value.to_integral_value():
                return f"{value:.0f}"
            case "date", Day(day):
                return day
            case "clause", Text(value) | Name(value):
                return self.names.clause(value, place)
            case "clause", Number(value, None):
                return self.names.clause(f"{value:f}", place)
        advice = {
            "number": "write a number" + (f" in {param.unit}" if param.unit else ""),
            "party": "name a party, a body or a group, without quotes"
            + (f"; or declare it `{param.name}: text`" if param.name in OTHERWISE_TEXT else ""),
            "text": "write it in quotes",
            "date": "write a date like 2019-07-01",
            "clause": "name a clause",
        }[param.type]
        self.problems.add(
            "E304", place, f"`{param.name}` is a {param.type}, and this is none", advice
        )
        return None

    def amount(self, number: Number, unit: str | None, name: str, place: Place) -> Decimal | None:
        """A number in the unit wanted, to nine decimals."""
        try:
            return self.names.amounts.convert(number, unit, name)
        except BadAmount as error:
            place = number.place if number.place.line else place
            self.problems.add(error.code, place, str(error), error.help)
            return None

    # -------------------------------------------------------------- measures
    def measured(self, fact: raw.ReadingFact) -> Measured | None:
        """A reading of a measure."""
        measure = self.names.measure(fact.measure, fact.place)
        if measure is None:
            return None
        subject = self.subject(fact.measure, measure.params, fact.of, fact.place)
        bounds = self.bounds(fact, measure.unit, fact.measure)
        if bounds is None or subject == "":
            return None
        low, high = bounds
        if low is not None and high is not None and low > high:
            self.problems.add(
                "E152", fact.place, "the lower bound is above the upper one", "swap the two"
            )
            return None
        written = tuple(dict.fromkeys(n for n in (fact.low, fact.high) if n is not None))
        return Measured(fact.measure, subject, low, high, fact.open_low, fact.open_high, written)

    def bounds(
        self, fact: raw.ReadingFact, unit: str | None, name: str
    ) -> tuple[Decimal | None, Decimal | None] | None:
        """The bounds in the unit, each None if not given; None if one does not convert."""
        low = self.amount(fact.low, unit, name, fact.place) if fact.low else None
        high = self.amount(fact.high, unit, name, fact.place) if fact.high else None
        if (low is None) != (fact.low is None) or (high is None) != (fact.high is None):
            return None
        return low, high

    def linked(self, fact: raw.LinkFact) -> Linked | None:
        """A statement about readings."""
        said = fact.reading
        measure = self.names.measure(said.measure, fact.place)
        if measure is None:
            return None
        unit = None if fact.kind == "ratio" else measure.unit
        name = "ratio" if fact.kind == "ratio" else said.measure
        subject = self.subject(said.measure, measure.params, said.of, fact.place)
        bounds = self.bounds(said, unit, name)
        to = self.amount(fact.to, measure.unit, said.measure, fact.place) if fact.to else None
        since = self.names.span(fact.since, fact.place) if fact.since else None
        if to is not None and to <= 0:
            self.problems.add(
                "E508", fact.place, f"a ratio to {to} has no meaning", "write an amount above zero"
            )
            return None
        is_incomplete = (fact.to and to is None) or (fact.since and since is None)
        if bounds is None or subject == "" or is_incomplete:
            return None
        return Linked(
            kind=fact.kind,
            measure=said.measure,
            of=subject,
            low=bounds[0],
            high=bounds[1],
            open_low=said.open_low,
            open_high=said.open_high,
            written=tuple(dict.fromkeys(n for n in (said.low, said.high) if n is not None)),
            since=since,
            to=to,
        )

    def subject(
        self, name: str, params: Sequence[Param], of: str | None, place: Place
    ) -> str | None:
        """The subject of a measure; None: it has none; empty: an error was reported."""
        if not params:
            if of is None:
                return None
            self.problems.add(
                "E314",
                place,
                f"`{name}` has no subject, and is given the subject `{of}`",
                f"leave `of {of}` out",
            )
            return ""
        if of is None:
            advice = f"write whose it is: `{name} of …`"
            self.problems.add(
                "E313",
                place,
                f"`{name}` needs a subject: it has the parameter `{params[0].name}`",
                advice,
            )
            return ""
        if variable_of(params[0]).type == "party":
            return self.names.who(of, place) or ""
        return of

    # -------------------------------------------------------------- powers, terms, statements
    def exercised(self, fact: raw.PowerFact) -> Exercised | None:
        """The use of a power."""
        by = self.names.who(fact.by, fact.place)
        clauses = [self.names.clause(id, fact.place) for id in fact.clauses]
        others = [self.names.who(name, fact.place) for name in (fact.of, fact.towards) if name]
        if fact.amendment is not None and fact.amendment not in self.names.amendments:
            known = self.names.amendments
            self.names.missing("E210", "amendment", fact.amendment, known, fact.place)
            return None
        if by is None or not all(clauses) or not all(others):
            return None
        key = self.key(fact)
        if key is None:
            return None
        return Exercised(
            verb=fact.verb,
            by=by,
            clauses=tuple(id for id in clauses if id),
            key=key,
            of=fact.of,
            towards=fact.towards,
            amendment=fact.amendment,
        )

    def key(self, fact: raw.PowerFact) -> tuple[tuple[str, Value], ...] | None:
        """What names the instances; None, with a problem, where a clause has no such instance."""
        found: list[tuple[str, Value]] = []
        for name, literal in fact.key:
            known = [(clause, self.names.instance_keys(clause)) for clause in fact.clauses]
            unknown = [(clause, keys) for clause, keys in known if name not in keys]
            for clause, keys in unknown:
                self.no_such_key(clause, name, keys, fact.place)
            value = None
            if known and not unknown:
                value = self.key_value(literal, known[0][1][name], name, fact.place)
            if value is None:
                return None
            found.append((name, value))
        return tuple(found)

    def no_such_key(
        self, clause: str, name: str, keys: Mapping[str, Variable], place: Place
    ) -> None:
        """Report what names no instance of a clause."""
        if self.names.agreement.unparsed:
            return  # its `when` may be among the lines that do not parse
        message = f"clause {clause} has no instances that `{name}` tells apart"
        advice = did_you_mean(name, keys) or (
            f"name them by {', '.join(f'`{key}`' for key in keys)}"
            if keys
            else f"leave the parentheses out: clause {clause} is used as a whole"
        )
        self.problems.add("E510", place, message, advice)

    def key_value(
        self, value: raw.Literal, variable: Variable, name: str, place: Place
    ) -> Value | None:
        """A value of an instance key, as its variable's type."""
        if isinstance(value, Number) and value.unit is not None:
            message = (
                f"an instance is named by a number without a unit, and this is in {value.unit}"
            )
            self.problems.add("E509", place, message, "write the number without its unit")
            return None
        if isinstance(value, Number) and variable.type == "number":
            return value.value
        return self.value(value, replace(variable, name=name), place)

    def determined(self, fact: raw.DetermineFact) -> Determined | None:
        """The determination of a vague term."""
        by = self.names.who(fact.by, fact.place)
        vague = self.names.vague(fact.pattern.name, fact.pattern.place)
        if by is None or vague is None:
            return None
        params = [variable_of(param) for param in vague.params]
        args = self.arguments(vague.name, params, fact.pattern.args, None, fact.place)
        if args is None:
            return None
        return Determined(by, vague.name, args, fact.holds)

    def speech_act(self, fact: raw.SaidFact) -> Statement | None:
        """A speech act."""
        by = self.names.who(fact.by, fact.place)
        to = self.names.who(fact.to, fact.place) if fact.to else None
        clause = self.names.clause(fact.clause, fact.place) if fact.clause else None
        if by is None or (fact.to and to is None) or (fact.clause and clause is None):
            return None
        event, args = None, tuple[Value | None, ...]()
        if fact.pattern is not None:
            declared = self.names.event(fact.pattern.name, fact.pattern.place)
            if declared is None:
                return None
            pattern = fact.pattern
            params = [variable_of(param) for param in declared.params]
            found = self.arguments(declared.name, params, pattern.args, None, fact.place)
            if found is None:
                return None
            event, args = declared.name, found
        return Statement(by, fact.verb, to, fact.text, clause, event, args)


def actor_of(params: Sequence[Variable]) -> Variable | None:
    """The parameter that the actor before the verb fills."""
    return next((param for param in params if (param.name, param.type) == ("by", "party")), None)


def _listed(params: Sequence[Variable]) -> str:
    if not params:
        return "leave it out: there are no parameters"
    return f"name one of its parameters: {', '.join(f'`{param.name}`' for param in params)}"
