"""Builds declarations, duties and powers from their tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from lark import Token, v_args
from msgspec import Struct
from msgspec.structs import replace

from servanda.syntax import block_lines as ln
from servanda.syntax import tree as m
from servanda.syntax.builders.values import ValueBuilder, both, either
from servanda.syntax.old_spellings import BESIDE_THE_TEXT

Params = tuple[m.Param, ...]


class Named(Struct, frozen=True):
    """A new name, its title and its place."""

    name: str
    title: str | None
    place: m.Place


class Action(Struct, frozen=True):
    """What follows `must`."""

    kind: str
    event: m.Pattern | None = None
    cond: m.Cond | None = None


class Ability(Struct, frozen=True):
    """What follows `may`."""

    verb: str
    targets: tuple[str, ...] = ()
    pattern: m.Pattern | None = None
    amendment: str | None = None
    of: str | None = None


class Mod(Struct, frozen=True):
    """One phrase after the action: the fields it sets, and its first word."""

    word: Token
    sets: dict[str, Any]


WINDOW_FIELDS = frozenset(m.Window.__struct_fields__)
GATE_FIELDS = frozenset(m.Gates.__struct_fields__)
RESERVED = frozenset(
    re.findall(
        r"\w+",
        "all and any as at before by change clause count each every excused for from grace has if "
        "in instalments is keep less may more must no not of on once or rate sum to towards unless "
        "until while within",
    )
)
# Words that begin a phrase where a point in time is expected.
POINT_WORDS = frozenset({"earlier", "end", "later", "start"})
DUTY_ONLY = frozenset({"early", "total", "cured_by", "cure_within", "grace", "curable"})
PROVISION_FIELDS = GATE_FIELDS | {"from_", "until", "term"}
# What a reading does to the text, by the first word of its phrase.
EFFECTS: dict[str, m.Effect] = {
    "reads": "replaces",
    "adds": "adds",
    "finds": "none",
    "leaves": "as_written",
    "in_place_of_the_text": "replaces",
    "beside_the_text": "adds",
}


@v_args(inline=True)
class DeclarationBuilder(ValueBuilder):
    """Declarations of parties, units, events, states, measures, …, and first lines of blocks."""

    # ------------------------------------------------------------------ the agreement
    def agreement(self, name: Token, title: Token | None) -> ln.AgreementLine:
        return ln.AgreementLine(str(name), self._text(title), self._at(name))

    def zone(self, zone: Token) -> ln.HeaderLine:
        return ln.HeaderLine("zone", self._zone(zone, str(zone)), self._at(zone))

    def months(self, rule: Token) -> ln.HeaderLine:
        return ln.HeaderLine("months", str(rule), self._at(rule))

    def counting(self, rule: Token) -> ln.HeaderLine:
        return ln.HeaderLine("counting", str(rule), self._at(rule))

    def suspension(self, rule: Token) -> ln.HeaderLine:
        if rule.startswith("runs"):
            self._old("E191", rule)
        stops = "stops" if rule.startswith("stops") else "runs"
        return ln.HeaderLine("suspension", stops, self._at(rule))

    def in_force(self, from_: m.Point | None, until: m.Point | None) -> ln.HeaderLine:
        return ln.HeaderLine("force", ln.Force(from_, until), self._here)

    def closed(self, day: Token) -> ln.HeaderLine:
        return ln.HeaderLine("closed", self._date(day), self._at(day))

    def include(self, file: Token) -> ln.Include:
        return ln.Include(file[1:-1], self._at(file))

    def _new(self, name: Token, also: frozenset[str] = frozenset()) -> str:
        """Check that a declared name is no reserved word of the language."""
        if name in RESERVED or name in also:
            message = f"`{name}` is a word of the language, and cannot be a name"
            self._refuse("E131", name, message, f"choose another name: `{name}_` or `the_{name}`")
        return str(name)

    def named(self, name: Token, title: Token | None) -> Named:
        return Named(self._new(name), self._text(title), self._at(name))

    def party(self, *names: Named) -> ln.Declared:
        return ln.Declared(tuple(m.Party(n.name, n.title, False, n.place) for n in names))

    def body_decl(self, *names: Named) -> ln.Declared:
        return ln.Declared(tuple(m.Party(n.name, n.title, True, n.place) for n in names))

    def group(self, name: Named, *members: Token) -> m.Group:
        return m.Group(name.name, name.title, _strings(members), name.place)

    # ------------------------------------------------------------------ units and calendars
    def substance(self, *names: Token) -> ln.Declared:
        return ln.Declared(tuple(m.UnitWord(str(n), "substance", None, self._at(n)) for n in names))

    def currency(self, *names: Token) -> ln.Declared:
        return ln.Declared(tuple(m.UnitWord(str(n), "currency", None, self._at(n)) for n in names))

    def unit_decl(self, name: Token, value: m.Number) -> ln.Declared:
        return ln.Declared((m.UnitWord(str(name), "unit", value, self._at(name)),))

    def conversion(self, left: m.Number, right: m.Number) -> m.Conversion:
        return m.Conversion(left, right, left.place)

    def without(self, day: Token) -> tuple[bool, date]:
        return False, self._date(day)

    def with_(self, day: Token) -> tuple[bool, date]:
        return True, self._date(day)

    def calendar(self, name: Token, region: Token, *changes: tuple[bool, date]) -> m.Calendar:
        without = tuple(day for added, day in changes if not added)
        extra = tuple(day for added, day in changes if added)
        return m.Calendar(str(name), str(region), without, extra, self._at(name))

    # ------------------------------------------------------------------ events, states, measures
    def param_type(self, type_: Token, unit: str | None) -> m.Param:
        if unit is not None and type_ != "number":
            self._refuse(
                "E150",
                type_,
                f"only a number has a unit, not a {type_}",
                f"write `number in {unit}`",
            )
        return m.Param("", cast(Any, str(type_)), unit)

    def param(self, name: Token, type_: m.Param | None) -> m.Param:
        if type_ is not None:
            return replace(type_, name=str(name))
        return m.Param(str(name), "party" if str(name) in m.PARTY_WORDS else "text")

    def params(self, *params: m.Param) -> Params:
        return params

    def silence(self, _: Token) -> bool:
        return True

    def old_silence(self, words: Token) -> bool:
        self._old("E186", words)
        return True

    def event(self, name: Token, params: Params | None, closed: bool | None) -> m.Event:
        return m.Event(self._new(name), params or (), bool(closed), None, self._at(name))

    def arises_end(self, delay: m.Duration) -> tuple[bool, m.Duration]:
        return True, delay

    def arises_exact(self, delay: m.Duration) -> tuple[bool, m.Duration]:
        return False, delay

    def arises(
        self,
        when: tuple[bool, m.Duration],
        after: m.Pattern,
        if_: m.Cond | None,
        unless: m.Pattern | None,
    ) -> m.Arises:
        return m.Arises(when[0], when[1], after, if_, unless)

    def derived(self, name: Token, params: Params | None, arises: m.Arises) -> m.Event:
        return m.Event(self._new(name), params or (), False, arises, self._at(name))

    def patterns(self, *patterns: m.Pattern) -> tuple[m.Pattern, ...]:
        return patterns

    def state(
        self,
        name: Token,
        params: Params | None,
        begins: tuple[m.Pattern, ...],
        ends: tuple[m.Pattern, ...] | None,
    ) -> m.State:
        return m.State(self._new(name), params or (), begins, ends or (), self._at(name))

    def valid_for(self, duration: m.Duration) -> m.Duration:
        return duration

    def old_silent_after(self, words: Token, duration: m.Duration) -> m.Duration:
        self._old("E188", words)
        return duration

    def determined_by(self) -> None:
        return None

    def old_decided_by(self, words: Token) -> None:
        self._old("E189", words)

    def measure(
        self, name: Token, params: Params | None, unit: str | None, silent: m.Duration | None
    ) -> m.Measure:
        return m.Measure(self._new(name), params or (), unit, silent, self._at(name))

    def vague(self, name: Token, params: Params | None, _: None, *deciders: Token) -> m.Vague:
        return m.Vague(self._new(name), params or (), _strings(deciders), self._at(name))

    def day(self, name: Token, point: m.Point) -> m.Moment:
        return m.Moment(self._new(name, POINT_WORDS), "day", point, self._at(name))

    def instant(self, name: Token, point: m.Point) -> m.Moment:
        return m.Moment(self._new(name, POINT_WORDS), "instant", point, self._at(name))

    def define(self, name: Token, params: Params | None, cond: m.Cond) -> m.Define:
        return m.Define(self._new(name), params or (), cond, self._at(name))

    # ------------------------------------------------------------------ heads of blocks
    def clause(self, id_: Token, title: Token | None) -> m.Clause:
        place = self._at(id_)
        return m.Clause(str(id_), self._text(title), (), (), False, False, None, place)

    def reading(
        self, full_name: Token, clause: Token, title: Token | None, effect: Token | None
    ) -> m.Reading:
        group, _, name = full_name.partition(".")
        found = None if effect is None else EFFECTS[effect.partition(" ")[0]]
        if effect is not None and effect.type == "OLD_PLACEMENT":
            self._old("E172", effect, BESIDE_THE_TEXT if found == "adds" else None)
        return m.Reading(
            group,
            name,
            str(clause),
            self._text(title),
            (),
            found,
            (),
            (),
            (),
            self._at(full_name),
        )

    def amendment(self, name: Token, clause: Token, title: Token | None) -> m.Amendment:
        return m.Amendment(str(name), str(clause), self._text(title), (), self._at(name))


@v_args(inline=True)
class RuleBuilder(DeclarationBuilder):
    """The lines inside a clause: duties, powers and what concerns the clause itself."""

    def prevails(self, *over: Token) -> ln.Prevails:
        return ln.Prevails(_strings(over[:-1]), "conflict", self._at(over[0]))

    def disapplies(self, *over: Token) -> ln.Prevails:
        return ln.Prevails(_strings(over[:-1]), "all", self._at(over[0]))

    def old_prevails(self, *over: Token) -> ln.Prevails:
        self._old("E173", over[0])
        return ln.Prevails(_strings(over), "all", self._at(over[0]))

    def survives(self, term: m.Duration | None) -> ln.Survives:
        if term is not None and (term.calendar is not None or term.count == 0):
            message = "`survives the end for` takes days, weeks, months or years"
            self._problems.add(
                "E149", term.place, message, "write it as in `survives the end for 6 months`"
            )
        return ln.Survives(term, self._here)

    def created(self) -> ln.OnceCreated:
        return ln.OnceCreated(self._here)

    def needs(self, reading: Token) -> ln.Needs:
        return ln.Needs(str(reading), self._at(reading))

    def not_modelled(self, reason: Token) -> ln.NotModelled:
        return ln.NotModelled(reason[1:-1], self._here)

    def no_duty(self) -> ln.NoDuty:
        return ln.NoDuty(self._here)

    def allow(self, _: Token, code: Token, reason: Token) -> m.Allow:
        from servanda.syntax.problem_codes import is_mutable, problem_codes, suggest_code

        if code in problem_codes() and not is_mutable(code):
            message = f"`{code}` is an error, and errors cannot be muted"
            self._refuse("E160", code, message, f"correct it: `servanda explain-error {code}`")
        elif not is_mutable(code):
            message = f"`{code}` is no warning and no hint"
            self._refuse("E160", code, message, suggest_code(code, mutable=True))
        elif not reason[1:-1].strip():
            advice = f'say why it is meant so: `allow {code} "the sum is exact"`'
            self._refuse("E160", reason, "the reason is empty", advice)
        return m.Allow(str(code), reason[1:-1], self._here)

    # ------------------------------------------------------------------ triggers
    def following(self, pattern: m.Pattern) -> m.Pattern:
        return pattern

    def when_event(self, pattern: m.Pattern, *rest: m.Pattern | m.Cond | None) -> m.Trigger:
        *following, if_ = rest
        return m.Trigger(
            pattern,
            cast(tuple[m.Pattern, ...], tuple(following)),
            cast(m.Cond | None, if_),
            None,
            None,
            pattern.place,
        )

    def when_cond(self, cond: m.Cond) -> m.Trigger:
        return m.Trigger(None, (), None, cond, None, self._here)

    def when_exceeds(self, level: m.Expr, limit: m.Expr, by: Token) -> m.Trigger:
        cond = m.Compare(">", level, limit, self._at(by))
        return m.Trigger(None, (), None, cond, self._new(by), self._here)

    # ------------------------------------------------------------------ who
    def holder_one(self, name: Token) -> m.Holder:
        return m.Holder("one", (str(name),), None, self._at(name))

    def holder_many(self, *names: Token) -> m.Holder:
        return m.Holder("many", _strings(names), None, self._at(names[0]))

    def holder_each(self, group: Token) -> m.Holder:
        return m.Holder("each", (str(group),), None, self._at(group))

    def holder_each_as(self, variable: Token, group: Token) -> m.Holder:
        return m.Holder("each", (str(group),), str(variable), self._at(variable))

    def holder_any_one(self, group: Token) -> m.Holder:
        return m.Holder("any", (str(group),), None, self._at(group))

    def holder_together(self, group: Token) -> m.Holder:
        return m.Holder("together", (str(group),), None, self._at(group))

    def old_jointly(self, group: Token, word: Token) -> m.Holder:
        self._old("E174", word)
        return self.holder_any_one(group)

    def old_all_of(self, _: Token, group: Token) -> m.Holder:
        return m.Holder("all", (str(group),), None, self._at(group))

    def _settled(self, holder: m.Holder, is_power: bool) -> m.Holder:
        """The holder; `all of G` by its old meanings, which differ between `must` and `may`."""
        if holder.mode != "all":
            return holder
        self._old("E176" if is_power else "E175", holder.place)
        return replace(holder, mode="together" if is_power else "each")

    # ------------------------------------------------------------------ what
    def achieve(self, event: m.Pattern) -> Action:
        return Action("achieve", event)

    def keep(self, cond: m.Cond) -> Action:
        return Action("keep", None, cond)

    def forbid(self, event: m.Pattern) -> Action:
        return Action("forbid", event)

    def on_breach(
        self, holder: m.Holder, beside: Token, action: Action, *rest: Mod | m.Remedy | None
    ) -> m.Remedy:
        return m.Remedy(self.duty(holder, action, *rest), beside == "instead")

    def old_else(self, word: Token, duty: m.Duty) -> m.Remedy:
        self._old("E170", word)
        return m.Remedy(duty, True)

    def duty(self, holder: m.Holder, action: Action, *rest: Mod | m.Remedy | None) -> m.Duty:
        remedy = cast(m.Remedy | None, rest[-1])
        mods = cast(tuple[Mod, ...], rest[:-1])
        if action.kind != "achieve":
            self._refuse_excuses(mods)
        sets = self._collect(mods)
        if remedy is not None and not self._one_more_operation():
            remedy = None
        if action.kind == "achieve":
            self._check_excuse(mods)
        if action.kind == "keep" and "cure_within" in sets:
            self._old("E193", next(mod.word for mod in mods if "cure_within" in mod.sets))
            sets["grace"] = sets.pop("cure_within")
        elif action.kind != "keep" and "grace" in sets:
            word = next(mod.word for mod in mods if "grace" in mod.sets)
            message = "`grace of …` belongs to `must keep`: this duty has a deadline, or forbids"
            self._refuse("E133", word, message, "write `cure within …`, or a later deadline")
            sets.pop("grace")
        return m.Duty(
            kind=cast(Any, action.kind),
            holder=self._settled(holder, False),
            event=action.event,
            cond=action.cond,
            trigger=None,
            window=_window(sets),
            gates=_gates(sets),
            creditor=sets.get("towards"),
            early=sets.get("early"),
            total=sets.get("total", False),
            cured_by=sets.get("cured_by"),
            cure_within=sets.get("cure_within"),
            grace=sets.get("grace"),
            curable=sets.get("curable", True),
            time_extended=sets.get("time_extended", False),
            remedy=remedy,
            place=holder.place,
        )

    def power_rule(self, holder: m.Holder, ability: Ability, *mods: Mod) -> m.Power:
        for mod in mods:
            if not DUTY_ONLY.isdisjoint(mod.sets):
                message = f"`{mod.word} …` belongs to a duty, and this is a power"
                self._refuse("E133", mod.word, message, "leave it out, or write `must` for `may`")
        self._refuse_excuses(mods)
        sets = self._collect(mods)
        return m.Power(
            verb=cast(Any, ability.verb),
            holder=self._settled(holder, True),
            targets=ability.targets,
            pattern=ability.pattern,
            amendment=ability.amendment,
            of=ability.of,
            towards=sets.get("towards"),
            trigger=None,
            window=_window(sets),
            gates=_gates(sets),
            place=holder.place,
        )

    def provision(self, word: Token, *mods: Mod) -> m.Duty:
        """`applies from … until …`: nobody's duty."""
        for mod in mods:
            if not mod.sets.keys() <= PROVISION_FIELDS:
                message = f"`{mod.word} …` belongs to a duty, and this is a provision"
                advice = "write `applies from … until …`, with `for`, `if`, `while` or `unless`"
                self._refuse("E133", mod.word, message, advice)
        sets = self._collect(mods)
        return m.Duty(
            kind="provision",
            holder=m.Holder("none", (), None, self._at(word)),
            event=None,
            cond=None,
            trigger=None,
            window=_window(sets),
            gates=_gates(sets),
            creditor=None,
            early=None,
            total=False,
            cured_by=None,
            cure_within=None,
            grace=None,
            curable=True,
            time_extended=False,
            remedy=None,
            place=self._at(word),
        )

    def _collect(self, mods: Iterable[Mod]) -> dict[str, Any]:
        """Collect phrases into fields; several `if` or `while` join by `and`, `unless` by `or`."""
        sets: dict[str, Any] = {}
        for mod in mods:
            for field, value in mod.sets.items():
                if field not in sets or (field == "time_extended" and sets[field] == value):
                    sets[field] = value
                elif field in GATE_FIELDS:
                    join = either if field == "unless" else both
                    sets[field] = join(sets[field], value)
                else:
                    advice = "keep one of the two; another case is a rule of its own"
                    self._refuse("E124", mod.word, f"`{mod.word}` is given twice", advice)
                    break
        return sets

    def _refuse_excuses(self, mods: Iterable[Mod]) -> None:
        """Report `excused while …` where there is no deadline to extend."""
        for mod in mods:
            if "time_extended" in mod.sets:
                message = "`excused while …, time …` belongs to a `must` with a deadline"
                self._refuse("E133", mod.word, message, "write `unless …`")

    def _check_excuse(self, mods: Iterable[Mod]) -> None:
        """Report `unless` on a `must`, whose deadline may stand or move."""
        for mod in mods:
            if "unless" in mod.sets and "time_extended" not in mod.sets:
                self._old("E177", mod.word)

    # ------------------------------------------------------------------ powers
    def targets(self, *clauses: Token) -> tuple[str, ...]:
        return _strings(clauses)

    def power_scope(self, of: Token | None) -> str | None:
        return None if of is None else str(of)

    def may_suspend(self, targets: tuple[str, ...], of: str | None) -> Ability:
        return Ability("suspend", targets, of=of)

    def may_resume(self, targets: tuple[str, ...], of: str | None) -> Ability:
        return Ability("resume", targets, of=of)

    def may_waive(self, targets: tuple[str, ...], of: str | None) -> Ability:
        return Ability("waive", targets, of=of)

    def may_release(self, targets: tuple[str, ...], of: str | None) -> Ability:
        return Ability("release", targets, of=of)

    def may_end(self, targets: tuple[str, ...], of: str | None) -> Ability:
        return Ability("end", targets, of=of)

    def may_end_all(self) -> Ability:
        return Ability("end_all")

    def may_amend(self, clause: Token, amendment: Token) -> Ability:
        return Ability("amend", (str(clause),), amendment=str(amendment))

    def may_determine(self, pattern: m.Pattern) -> Ability:
        return Ability("determine", pattern=pattern)

    def may_create(self, targets: tuple[str, ...]) -> Ability:
        return Ability("create", targets)

    def may_do(self, pattern: m.Pattern) -> Ability:
        return Ability("do", pattern=pattern)

    # ------------------------------------------------------------------ phrases after the action
    def mod_from(self, word: Token, point: m.Point) -> Mod:
        return Mod(word, {"from_": point})

    def mod_until(self, word: Token, point: m.Point) -> Mod:
        return Mod(word, {"until": point})

    def mod_for(self, word: Token, term: m.Duration) -> Mod:
        return Mod(word, {"term": term})

    def mod_within(
        self, word: Token, within: m.Duration, _: Token | None, after: m.Point | None
    ) -> Mod:
        return Mod(word, {"within": within, "after": after})

    def mod_within_period(self, word: Token, within: m.Duration, *edge: Token) -> Mod:
        return Mod(word, {"within": within, "edge": str(edge[-1])})

    def mod_no_later(self, word: Token, *rest: Any) -> Mod:
        within = next(part for part in rest if isinstance(part, m.Duration))
        return Mod(word, {"within": within, "edge": str(rest[-1]), "in_period": True})

    def old_within_period(self, word: Token, within: m.Duration, of: Token, edge: Token) -> Mod:
        self._old("E178", of)
        return Mod(word, {"within": within, "edge": str(edge)})

    def mod_by(self, word: Token, point: m.Point) -> Mod:
        return Mod(word, {"by": point})

    def mod_before(self, word: Token, point: m.Point) -> Mod:
        return Mod(word, {"before": point})

    def mod_every(self, word: Token, period: Token) -> Mod:
        return Mod(word, {"every": str(period)})

    def mod_every_so_long(self, word: Token, length: m.Duration) -> Mod:
        if length.calendar is not None or length.unit in ("second", "minute", "hour"):
            message = "a period is counted in days, weeks, months or years"
            self._refuse("E149", word, message, "write it as in `every 6 months`")
        if length.count == 0:
            self._refuse(
                "E149", word, "a period has a length above zero", "write it as in `every 6 months`"
            )
            return Mod(word, {})
        return Mod(word, {"every": f"{length.count} {length.unit}{'s' * (length.count > 1)}"})

    def mod_if(self, word: Token, cond: m.Cond) -> Mod:
        return Mod(word, {"if_": cond})

    def mod_while(self, word: Token, cond: m.Cond) -> Mod:
        return Mod(word, {"while_": cond})

    def mod_unless(self, word: Token, cond: m.Cond) -> Mod:
        return Mod(word, {"unless": cond})

    def mod_towards(self, word: Token, name: Token) -> Mod:
        return Mod(word, {"towards": str(name)})

    def mod_excused(self, word: Token, *rest: Any) -> Mod:
        extended = not rest[-1].startswith("not")
        return Mod(word, {"unless": rest[1], "time_extended": extended})

    def mod_early(self, word: Token, *_: Token) -> Mod:
        return Mod(word, {"early": "always"})

    def mod_not_early(self, word: Token, *_: Token) -> Mod:
        return Mod(word, {"early": "never"})

    def old_early(self, word: Token, _: Token, rule: Token) -> Mod:
        counts = rule == "counts"
        self._old("E179" if counts else "E180", word)
        return Mod(word, {"early": "always" if counts else "never"})

    def mod_total(self, word: Token, *_: Token) -> Mod:
        return Mod(word, {"total": True})

    def old_in_total(self, word: Token) -> Mod:
        self._old("E190", word)
        return Mod(word, {"total": True})

    def mod_cured_by(self, word: Token, _: Token, pattern: m.Pattern) -> Mod:
        return Mod(word, {"cured_by": pattern})

    def mod_cure_within(self, word: Token, _: Token, duration: m.Duration) -> Mod:
        return Mod(word, {"cure_within": duration})

    def mod_grace(self, word: Token, _: Token, duration: m.Duration) -> Mod:
        return Mod(word, {"grace": duration})

    def mod_no_cure(self, word: Token, *_: Token) -> Mod:
        return Mod(word, {"curable": False})


def _window(sets: dict[str, Any]) -> m.Window:
    return m.Window(**{field: sets[field] for field in sets.keys() & WINDOW_FIELDS})


def _gates(sets: dict[str, Any]) -> m.Gates:
    return m.Gates(**{field: sets[field] for field in sets.keys() & GATE_FIELDS})


def _strings(tokens: Iterable[Token]) -> tuple[str, ...]:
    return tuple(str(token) for token in tokens)
