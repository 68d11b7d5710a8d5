"""A few words to write a case in Python: parties, events, rules, facts, and the story of a rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from servanda.judge.reference import walk
from servanda.judge.verdict import Verdict
from servanda.record.facts import (
    Complete,
    Determination,
    Exercise,
    Facts,
    Occurrence,
    ReadingFact,
)
from servanda.semantics.clock import (
    FACT,
    day_start,
    micros_of,
    tick,
    to_datetime,
    to_micros,
    zone_of,
)
from servanda.semantics.collisions import Collisions
from servanda.semantics.norms import (
    Always,
    And,
    Arg,
    Arith,
    AtMatch,
    AtTime,
    Compare,
    Cond,
    Const,
    Derived,
    DutyWindow,
    EventType,
    Happened,
    HeldVague,
    InState,
    IsVague,
    Match,
    MeasureReading,
    MeasureType,
    Norms,
    Not,
    Or,
    Point,
    PowerEffect,
    Precedence,
    Rule,
    RuleStatus,
    Shifted,
    StateType,
    Term,
    Total,
    Trigger,
    VagueType,
    Var,
    Variable,
    during,
    held_match,
)
from servanda.syntax.tree import NOWHERE, Calendar, Duration

Judge = Callable[[Norms, Facts], tuple[Verdict, ...]]
DAY = 86_400_000_000


# ------------------------------------------------------------------ values
def const(value: object) -> Any:
    """Plain Python into a term; terms and expressions stay."""
    if isinstance(value, int | float):
        return Const(Decimal(str(value)))
    return Const(value) if isinstance(value, str | Decimal | date) else value


def var(name: str) -> Var:
    return Var(name)


def duration(text: str) -> Duration:
    """`5 days`, `2 months`, `3 business days of NL`."""
    found = re.fullmatch(r"(-?\d+) (business )?(\w+?)s?( of (\w+))?", text)
    assert found is not None, text
    return Duration(int(found[1]), found[3], found[5])  # type: ignore[arg-type]


def m(name: str, /, **args: object) -> Match:
    """A pattern: `m("pay", amount=3)`, `amount=(">=", 3)`, `id=bind`, `by=("in", "A", "B")`."""
    return Match(name, tuple(arg(param, value) for param, value in args.items()))


def bind(variable: str) -> tuple[str, str]:
    return ("bind", variable)


def arg(param: str, value: object) -> Arg:
    if value == "same!":
        return Arg(param, "same")
    if not isinstance(value, tuple):
        return Arg(param, "=", const(value))
    op, *rest = value
    if op == "bind":
        return Arg(param, "bind", variable=str(rest[0]))
    if op == "in":
        return Arg(param, "in", values=tuple(map(str, rest)))
    return Arg(param, op, const(rest[0]))


# ------------------------------------------------------------------ conditions and points
def cmp(left: object, op: str, right: object) -> Compare:
    return Compare(op, const(left), const(right))  # type: ignore[arg-type]


def reading(measure: str, of: str | None = None) -> MeasureReading:
    return MeasureReading(measure, None if of is None else Const(of))


def arith(left: object, op: str, right: object) -> Arith:
    return Arith(op, const(left), const(right))  # type: ignore[arg-type]


def total(match: Match, param: str | None = None, days: int | None = None) -> Total:
    return Total(match, param, None if days is None else days * DAY)


def once(match: Match, days: int | None = None) -> Happened:
    return Happened(match, None if days is None else days * DAY)


def status(state: str, *rules: str, debtor: object = None, creditor: object = None) -> RuleStatus:
    return RuleStatus(rules, state, term(debtor), term(creditor))  # type: ignore[arg-type]


def in_state(name: str, /, **args: object) -> InState:
    return InState(m(name, **args))


def vague(name: str, /, **args: object) -> IsVague:
    return IsVague(m(name, **args))


def not_(cond: Cond) -> Not:
    return Not(cond)


def all_of(*items: Cond) -> And:
    return And(items)


def any_of(*items: Cond) -> Or:
    return Or(items)


def plus(point: Point, text: str) -> Shifted:
    return Shifted(point, 1, duration(text))


def event_point(match: Match) -> AtMatch:
    return AtMatch(match)


class Case:
    """One agreement and its record, built up line by line."""

    def __init__(self, zone: str = "UTC", judge: Judge = walk.judge, **norms: Any) -> None:
        self.zone = zone
        self.judge = judge
        self.settings: dict[str, Any] = {
            "clipped": True,
            "count_trigger_day": False,
            "suspension_stops_clock": False,
            "force_from": None,
            "force_until": None,
            "calendars": (),
        } | norms
        self.events: list[EventType] = []
        self.derived: list[Derived] = []
        self.states: list[StateType] = []
        self.measures: list[MeasureType] = []
        self.vagues: list[VagueType] = []
        self.held: list[HeldVague] = []
        self.rules: list[Rule] = []
        self.groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
        self.facts = Facts(now=self.end_of("2024-12-31"))
        self.entries = 0

    # -------------------------------------------------------------- time
    def micros(self, text: str) -> int:
        if "T" in text:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=zone_of(self.zone))
            return to_micros(moment)
        return day_start(date.fromisoformat(text), self.zone)

    def extent(self, text: str) -> tuple[int, int, int]:
        """`lo, hi, fin` of a date, an instant, or a span `D1..D2`."""
        first, _, last = text.partition("..")
        lo, hi = self.micros(first), self.micros(last or first)
        if "T" in (last or first):
            return tick(lo, FACT), tick(hi, FACT), tick(hi + 1, 0)
        following = date.fromisoformat(last or first) + timedelta(days=1)
        return tick(lo, FACT), tick(hi, FACT), tick(day_start(following, self.zone), 0)

    def end_of(self, text: str) -> int:
        """The last tick of a day, or of an instant."""
        if "T" in text:
            return tick(self.micros(text), 63)
        following = date.fromisoformat(text) + timedelta(days=1)
        return tick(day_start(following, self.zone), 0) - 1

    def point(self, value: object) -> Point | None:
        if isinstance(value, str):
            return AtTime(self.micros(value), "T" not in value)
        if isinstance(value, Match):
            return AtMatch(value)
        return value  # type: ignore[return-value]

    # -------------------------------------------------------------- declarations
    def event(self, name: str, *params: str, closed: bool = True) -> Case:
        self.events.append(EventType(name, variables(params), closed))
        return self

    def open_event(self, name: str, *params: str) -> Case:
        return self.event(name, *params, closed=False)

    def state(self, name: str, begins: Match, ends: Match, *params: str) -> Case:
        held = held_match(name, variables(params))
        self.states.append(StateType(name, variables(params), (begins,), (ends,), held))
        self.events.append(EventType(held.name, variables(params), True))
        return self

    def measure(self, name: str, silent_after: int | None = None, of: bool = False) -> Case:
        subject = Variable("of", "party", None) if of else None
        stale = None if silent_after is None else silent_after * DAY
        self.measures.append(MeasureType(name, subject, None, stale))
        return self

    def vague(self, name: str, *deciders: str, params: tuple[str, ...] = ()) -> Case:
        self.vagues.append(VagueType(name, variables(params), deciders))
        return self

    def holds(
        self,
        name: str,
        holds: bool = True,
        since: str | None = None,
        until: str | None = None,
        outranks: bool = True,
    ) -> Case:
        span = [None if t is None else self.micros(t) for t in (since, until)]
        self.held.append(HeldVague(name, (), holds, span[0], span[1], outranks))
        return self

    def arises(
        self, name: str, after: Match, delay: str, unless: Match | None = None, **more: Any
    ) -> Case:
        given = {"end_of_day": True, "if_": Always(True), "params": (), "outputs": ()} | more
        self.derived.append(
            Derived(name=name, trigger=after, delay=duration(delay), unless=unless, **given)
        )
        return self

    # -------------------------------------------------------------- rules
    def rule(self, id_: str, kind: str, action: Match | Cond | None = None, **more: Any) -> Case:
        """One rule; see `Rule`.

        Windows: opens, until, by, before, within, term, every, edge, in_period.
        """
        window = self.window(more)
        trigger = more.pop("trigger", None)
        if isinstance(trigger, Match):
            trigger = Trigger(match=trigger, following=more.pop("following", ()))
        given: dict[str, Any] = {
            "clause": id_,
            "version": None,
            "reading": None,
            "debtor": "A",
            "creditor": "B",
            "variables": (),
            "if_": Always(True),
            "while_": Always(True),
            "unless": Always(False),
            "total": None,
            "early": "never",
            "cured_by": None,
            "cure_within": None,
            "grace": None,
            "curable": True,
            "remedy": None,
            "compensates": True,
            "time_extended": False,
            "together": (),
            "power": None,
            "yields_to": (),
            "needs_creation": False,
            "survives": False,
            "survives_for": None,
        } | more
        given["yields_to"] = tuple(
            Precedence(status("binding", one)) if isinstance(one, str) else one
            for one in given["yields_to"]
        )
        if isinstance(given["early"], bool):
            given["early"] = "always" if given["early"] else "never"
        given["debtor"] = term(given["debtor"])
        given["creditor"] = term(given["creditor"])
        given["variables"] = variables(given["variables"])
        for length in ("cure_within", "grace", "survives_for"):
            if isinstance(given[length], str):
                given[length] = duration(given[length])
        self.rules.append(
            Rule(
                id=id_,
                kind=kind,  # type: ignore[arg-type]
                trigger=trigger,
                window=window,
                action=action if isinstance(action, Match) else None,
                keep=action if kind == "keep" else None,  # type: ignore[arg-type]
                place=NOWHERE,
                **given,
            )
        )
        return self

    def window(self, more: dict[str, Any]) -> DutyWindow:
        closes: list[tuple[Point, str]] = []
        for word, how in (("until", "at"), ("before", "at"), ("by", "day")):
            if word in more:
                point = self.point(more.pop(word))
                assert point is not None
                closes.append((point, how))
        lengths = {w: duration(more.pop(w)) for w in ("within", "term") if w in more}
        return DutyWindow(
            opens=self.point(more.pop("opens", None)),
            closes=tuple(closes),  # type: ignore[arg-type]
            every=more.pop("every", None),
            edge=more.pop("edge", None),
            in_period=more.pop("in_period", False),
            **lengths,
        )

    def must(self, id_: str, action: Match, **more: Any) -> Case:
        return self.rule(id_, "achieve", action, **more)

    def keep(self, id_: str, cond: Cond, **more: Any) -> Case:
        return self.rule(id_, "keep", cond, **more)

    def forbid(self, id_: str, action: Match, **more: Any) -> Case:
        return self.rule(id_, "forbid", action, **more)

    def may(self, id_: str, verb: str, *rules: str, clause: str | None = None, **more: Any) -> Case:
        """A power over rules; its clauses are theirs unless said."""
        clauses = tuple(sorted({r.clause for r in self.rules if r.id in rules}))
        holder = more.get("debtor", "A")
        effect = PowerEffect(
            verb,
            clauses if clause is None else (clause,),
            rules,
            more.pop("holders", (holder,)),
            more.pop("joint", False),
            more.pop("amendment", None),
            more.pop("match", None),
        )
        action = effect.match if verb == "do" else None
        return self.rule(id_, "may", action, power=effect, **more)

    def prevails(self, over: str, one: str) -> Case:
        """Rule `over` prevails over rule `one` to the extent of the conflict."""
        rules = {rule.id: rule for rule in self.rules}
        found = Collisions(self.norms()).gives_way(rules[one], rules[over])
        changed = replace(rules[one], yields_to=(*rules[one].yields_to, *found))
        self.rules = [changed if rule.id == one else rule for rule in self.rules]
        return self

    def otherwise(
        self, parent: str, id_: str, kind: str, action: Any, instead: bool = True, **more: Any
    ) -> Case:
        """The remedy of a rule that stands already; `instead`: it makes the breach good."""
        n = next(i for i, r in enumerate(self.rules) if r.id == parent)
        names = tuple(f"{v.name}:{v.type}" for v in self.rules[n].variables)
        self.rule(id_, kind, action, trigger=Trigger(breach_of=parent), variables=names, **more)
        old = self.rules[n]
        fields = {f: getattr(old, f) for f in old.__struct_fields__}
        fields |= {"remedy": id_, "compensates": instead}
        self.rules[n] = Rule(**fields)
        return self

    # -------------------------------------------------------------- the record
    def entry(self) -> str:
        self.entries += 1
        return f"e{self.entries}"

    def add(self, **changes: Any) -> None:
        fields = {f: getattr(self.facts, f) for f in self.facts.__struct_fields__}
        self.facts = Facts(**(fields | changes))

    def did(self, when: str, name: str, *args: object, alleged: bool = False) -> Case:
        lo, hi, fin = self.extent(when)
        values = tuple(Decimal(str(a)) if isinstance(a, int | float) else a for a in args)
        occurrence = Occurrence(self.entry(), lo, hi, fin, not alleged, values)  # type: ignore[arg-type]
        earlier = self.facts.events.get(name, ())
        self.add(events=self.facts.events | {name: (*earlier, occurrence)})
        return self

    def throughout(self, when: str, state: str, *args: object, alleged: bool = False) -> Case:
        """A state that held all through a day or a span of days."""
        lo, _, fin = self.extent(when)
        values = tuple(Decimal(str(a)) if isinstance(a, int | float) else a for a in args)
        end = tick(micros_of(fin), FACT)
        span = Occurrence(self.entry(), lo, lo, end, not alleged, values)  # type: ignore[arg-type]
        earlier = self.facts.events.get(during(state), ())
        self.add(events=self.facts.events | {during(state): (*earlier, span)})
        return self

    def read(
        self,
        when: str,
        measure: str,
        low: object,
        high: object = "",
        *,
        of: str | None = None,
        tier: int = 0,
    ) -> Case:
        lo, hi, _ = self.extent(when)
        bounds = [
            None if v is None else Decimal(str(v)) for v in (low, low if high == "" else high)
        ]
        fact = ReadingFact(self.entry(), lo, hi, of, bounds[0], bounds[1], tier)
        earlier = self.facts.readings.get(measure, ())
        self.add(readings=self.facts.readings | {measure: (*earlier, fact)})
        return self

    def uses(self, when: str, by: str, verb: str, clause: str | None, **more: Any) -> Case:
        lo, hi, fin = self.extent(when)
        given = {"sure": True, "of": None, "towards": None, "keys": (), "amendment": None} | more
        exercise = Exercise(
            entry=self.entry(), lo=lo, hi=hi, fin=fin, verb=verb, by=by, clause=clause, **given
        )
        self.add(exercises=(*self.facts.exercises, exercise))
        return self

    def determines(self, when: str, by: str, name: str, holds: bool = True) -> Case:
        lo, hi, _ = self.extent(when)
        said = Determination(self.entry(), lo, hi, True, by, name, (), holds)
        self.add(determinations=(*self.facts.determinations, said))
        return self

    def complete(self, name: str, since: str | None = None, until: str | None = None) -> Case:
        span = [None if t is None else tick(self.micros(t), 0) for t in (since, until)]
        self.add(complete=(*self.facts.complete, Complete(name, span[0], span[1])))
        return self

    def now(self, when: str) -> Case:
        self.add(now=self.end_of(when))
        return self

    # -------------------------------------------------------------- answers
    def norms(self) -> Norms:
        return Norms(
            account="text",
            zone=self.zone,
            events=tuple(self.events),
            derived=tuple(self.derived),
            states=tuple(self.states),
            measures=tuple(self.measures),
            vagues=tuple(self.vagues),
            held=tuple(self.held),
            rules=tuple(self.rules),
            groups=self.groups,
            **self.settings,
        )

    def verdicts(self, rule: str | None = None) -> list[Verdict]:
        found = self.judge(self.norms(), self.facts)
        return [v for v in found if rule is None or v.rule == rule]

    def stories(self, rule: str) -> list[str]:
        """One line an instance: `due, 2024-01-06 broken, 2024-01-09 cured`."""
        lines: list[list[str]] = []
        ended = True
        for v in self.verdicts(rule):
            if ended:
                lines.append([])
            ended = v.until is None
            when = "" if v.from_ is None else self.written(v.from_) + " "
            lines[-1].append(when + v.status)
        return [", ".join(line) for line in lines]

    def story(self, rule: str) -> str:
        stories = self.stories(rule)
        assert len(stories) == 1, stories
        return stories[0]

    def written(self, at: int) -> str:
        local = to_datetime(micros_of(at), self.zone).replace(tzinfo=None)
        text = local.isoformat()
        return text.removesuffix("T00:00:00") if text.endswith("T00:00:00") else text


def term(value: object) -> Term | None:
    return None if value is None else const(value)  # type: ignore[no-any-return]


def variables(names: tuple[str, ...]) -> tuple[Variable, ...]:
    """`"by"`, `"amount:number"`: text unless said."""
    pairs = [(n.partition(":")[0], n.partition(":")[2] or "text") for n in names]
    return tuple(Variable(name, type_, None) for name, type_ in pairs)  # type: ignore[arg-type]


def calendar(name: str, region: str) -> Calendar:
    return Calendar(name, region, (), (), NOWHERE)
