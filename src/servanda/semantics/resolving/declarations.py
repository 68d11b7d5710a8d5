"""Resolves declarations: types, derived events, states, answers of accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from servanda.semantics import norms
from servanda.semantics.clock import unknown_region
from servanda.semantics.resolving.conditions import speaks_of_status
from servanda.semantics.resolving.scope import Scope, Signature, pick, variable_of
from servanda.semantics.resolving.time_points import TimePoints
from servanda.syntax import tree
from servanda.syntax.problems import Problems
from servanda.syntax.tree import Place

RENAME = "give one of the two another name"


class Declarations:
    """Turns declarations into the types of the norms."""

    def __init__(self, moments: TimePoints) -> None:
        self.moments = moments
        self.context = moments.context
        self.names = moments.names
        self.problems: Problems = moments.problems

    # -------------------------------------------------------------- events
    def events(self) -> tuple[norms.EventType, ...]:
        """Every event, by name; a derived one is closed if what it comes from is."""
        found = []
        for event in sorted(self.names.events.values(), key=lambda e: e.name):
            self._check_params(event.params, event.place)
            self._check_actor(event.name, event.params, event.place)
            params = tuple(variable_of(param) for param in event.params)
            found.append(norms.EventType(event.name, params, self._is_closed(event, ())))
        return (*found, *self._spans())

    def _spans(self) -> Iterator[norms.EventType]:
        """The event of each state that stands for its spans in the record."""
        for name in sorted(self.names.states):
            signature = self.context.state(name, declaring=True)
            if signature is not None:
                yield norms.EventType(norms.during(name), signature.params, True)

    def _is_closed(self, event: tree.Event, met: tuple[str, ...]) -> bool:
        if event.closed or event.arises is None or event.name in met:
            return event.closed
        source = self.names.event(event.arises.after.name)
        return source is not None and self._is_closed(source, (*met, event.name))

    def _check_params(self, params: tuple[tree.Param, ...], place: Place) -> None:
        met: set[str] = set()
        for param in params:
            if param.name in met:
                self.problems.add(
                    "E232", place, f"two parameters are called `{param.name}`", RENAME
                )
            met.add(param.name)
            if param.unit is not None and param.type != "number":
                message = f"`{param.name}` is a {param.type}: it has no unit"
                self.problems.add(
                    "E150", place, message, f"write `{param.name}: number in {param.unit}`"
                )
            else:
                self.context.check_unit(param.unit, place)

    def _check_actor(self, name: str, params: tuple[tree.Param, ...], place: Place) -> None:
        """Report a `by` that is no party: whoever acts, and the debtor of an act, fill it."""
        for param in params:
            if param.name == "by" and param.type != "party":
                message = f"`by` of `{name}` is who acts: a party, and not a {param.type}"
                advice = "declare `by: party`, or give this parameter another name"
                self.problems.add("E316", place, message, advice)

    def derived(self) -> tuple[norms.Derived, ...]:
        """The events that arise by themselves, by name."""
        events = sorted(self.names.events.values(), key=lambda e: e.name)
        return tuple(self._derived(e, e.arises) for e in events if e.arises is not None)

    def _derived(self, event: tree.Event, arises: tree.Arises) -> norms.Derived:
        scope = Scope(event.place)
        trigger = self.moments.event_match(arises.after, scope, binding=True)
        params = tuple(variable_of(param) for param in event.params)
        outputs = []
        for param in params:
            source = scope.look_up(param.name)
            if source is None or not isinstance(source.expr, norms.Var | norms.Const):
                self.problems.add(
                    "E311",
                    event.place,
                    f"`{param.name}` of `{event.name}` gets no value",
                    f"bind it: `after {arises.after.name}({param.name}: {param.name})`",
                )
            else:
                outputs.append((param.name, source.expr))
        self.context.check_duration(arises.delay, event.place)
        if_ = self.moments.condition(arises.if_, scope)
        if speaks_of_status(if_):
            self.problems.add(
                "E421",
                event.place,
                f"the `if` of `{event.name}` asks for the status of a clause",
                "ask for states, measures, events or vague terms: an event arises from facts",
            )
        unless = None
        if arises.unless is not None:
            unless = self.moments.event_match(arises.unless, scope)
        return norms.Derived(
            event.name,
            params,
            tuple(outputs),
            trigger,
            arises.delay,
            arises.end_of_day,
            if_,
            unless,
        )

    # -------------------------------------------------------------- states
    def states(self) -> tuple[norms.StateType, ...]:
        """Every state, by name; parameters that its events share by name are theirs."""
        found = []
        for state in sorted(self.names.states.values(), key=lambda s: s.name):
            self._check_params(state.params, state.place)
            self._check_actor(state.name, state.params, state.place)
            signature = self.context.state(state.name, declaring=True)
            assert signature is not None
            begins = tuple(self._change(p, state, signature, begins=True) for p in state.begins)
            ends = tuple(self._change(p, state, signature, begins=False) for p in state.ends)
            held = norms.held_match(state.name, signature.params)
            found.append(norms.StateType(state.name, signature.params, begins, ends, held))
        return tuple(found)

    def _change(
        self, pattern: tree.Pattern, state: tree.State, signature: Signature, begins: bool
    ) -> norms.Match:
        """The events that flip a state, binding its parameters."""
        place = pick(pattern.place, state.place)
        scope = Scope(place)
        found = self.moments.event_match(pattern, scope, binding=True)
        event = self.context.event(pattern.name)
        if event is None:
            return found
        wanted = {param.name for param in signature.params}
        tested = {arg.param for arg in found.args}
        extra: list[norms.Arg] = []
        for param in event.params:
            if param.name in wanted - scope.known.keys() and param.name not in tested:
                extra.append(norms.Arg(param.name, "bind", variable=param.name))
                scope.bind(param)
        for param in signature.params:
            if begins and param.name not in scope.known:
                self.problems.add(
                    "E311",
                    place,
                    f"`{event.name}` does not say what `{param.name}` of `{state.name}` is",
                    f"give `{event.name}` a parameter `{param.name}`, or name the one it is",
                )
        for name in scope.known.keys() - wanted:
            near = self.names.suggest(name, wanted, self.names.parties, self.names.groups)
            params = ", ".join(f"`{p.name}`" for p in signature.params) or "none"
            message = f"`{name}` is no parameter of the state `{state.name}`"
            self.problems.add("E301", place, message, near or f"its parameters are {params}")
        return norms.Match(found.name, (*found.args, *extra))

    # -------------------------------------------------------------- measures and vague terms
    def measures(self) -> tuple[norms.MeasureType, ...]:
        """Every measure, by name. Its one parameter, if any, is whose it is."""
        found = []
        for measure in sorted(self.names.measures.values(), key=lambda m: m.name):
            if len(measure.params) > 1:
                message = f"a measure has one subject, `{measure.name}` has {len(measure.params)}"
                self.problems.add(
                    "E312", measure.place, message, "declare one measure for each subject"
                )
            self.context.check_unit(measure.unit, measure.place)
            of = variable_of(measure.params[0]) if measure.params else None
            silent = None
            if measure.silent_after is not None:
                silent = self.context.window(measure.silent_after, measure.place)
            found.append(norms.MeasureType(measure.name, of, measure.unit, silent))
        return tuple(found)

    def vagues(self) -> tuple[norms.VagueType, ...]:
        """Every vague term, by name, with the bodies that may decide it."""
        found = []
        for vague in sorted(self.names.vagues.values(), key=lambda v: v.name):
            self._check_params(vague.params, vague.place)
            for decider in vague.deciders:
                self.context.used.add(decider)
                if not self.names.is_actor(decider):
                    near = self.names.suggest(decider, self.names.parties, self.names.groups)
                    message = f"unknown party or body `{decider}`"
                    help_ = near or f"declare it: `body {decider}`"
                    self.problems.add_unknown(
                        "E202", vague.place, f"party:{decider}", message, help_
                    )
            params = tuple(variable_of(param) for param in vague.params)
            found.append(norms.VagueType(vague.name, params, vague.deciders))
        return tuple(found)

    # -------------------------------------------------------------- accounts
    def held(self, account: tree.Account | None) -> tuple[norms.HeldVague, ...]:
        """An account's own answers to vague terms."""
        found = []
        for held in account.held if account is not None else ():
            signature = self.context.vague(held.pattern.name)
            place = pick(held.pattern.place, held.place)
            if signature is None:
                name, kind = held.pattern.name, ("vague", "vague term")
                declared = f"vague {name} to be determined by …"
                tables = (self.names.vagues,)
                self.context.report_name("E205", kind, name, place, tables, declaration=declared)
                continue
            args = self._values(held.pattern, signature, Scope(place))
            from_ = self._when(held.from_, place)
            until = self._when(held.until, place)
            found.append(
                norms.HeldVague(signature.name, args, held.holds, from_, until, held.outranks)
            )
        return tuple(found)

    def _values(
        self, pattern: tree.Pattern, signature: Signature, scope: Scope
    ) -> tuple[norms.Value | None, ...]:
        values: dict[str, norms.Value | None] = {}
        for param, arg in self.moments.assign(pattern, signature, scope):
            inner = scope.at(pick(arg.place, scope.place))
            typed = self.moments.value(param, arg, inner)
            if isinstance(typed, norms.Const):
                values[param.name] = typed.value
        return tuple(values.get(param.name) for param in signature.params)

    def _when(self, text: str | None, place: Place) -> int | None:
        """A day, month or instant as written, in microseconds."""
        if text is None:
            return None
        if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", text):
            try:
                day = date.fromisoformat(text if len(text) > 7 else f"{text}-01")
            except ValueError:
                self.problems.add(
                    "E140", place, f"`{text}` is no date", "write year-month-day, as in 2015-10-18"
                )
                return None
            return self.moments.start_of(day, place)
        moment, _, zone = text.partition(" ")
        return self.moments.instant(moment, zone or None, place)


def groups_of(moments: TimePoints) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every group with its members and theirs."""
    names = moments.names
    return tuple((group, names.members(group)) for group in sorted(names.groups))


def calendars_of(moments: TimePoints) -> tuple[tree.Calendar, ...]:
    """Every calendar, by name, its days in order; reports countries with unknown holidays."""
    for named in moments.names.calendars.values():
        if wrong := unknown_region(named.region):
            moments.problems.add("E213", named.place, *wrong)
    return tuple(
        replace(c, without=tuple(sorted(c.without)), extra=tuple(sorted(c.extra)))
        for c in sorted(moments.names.calendars.values(), key=lambda c: c.name)
    )
