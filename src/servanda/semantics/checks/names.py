"""Names declared twice, never declared, or never used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from servanda.semantics.names import KINDS, AgreementNames
from servanda.semantics.resolving.scope import Context
from servanda.syntax import tree
from servanda.syntax.problems import Problems
from servanda.syntax.tree import Agreement, Place
from servanda.syntax.verbs import verb_forms

Named = Sequence[
    tree.Party
    | tree.Group
    | tree.Event
    | tree.State
    | tree.Measure
    | tree.Vague
    | tree.Moment
    | tree.Define
]


def check_declarations(context: Context) -> None:
    """Check declarations by themselves: duplicates, members, conversions, clauses, readings."""
    agreement, names, problems = context.agreement, context.names, context.problems
    _twice(namespace(agreement), problems)
    _twice(agreement.calendars, problems)
    _twice_units(agreement.units, problems)
    _two_forms(names, problems)
    for group in agreement.groups:
        _members(group, context)
    for word in agreement.units:
        if word.value is not None:
            context.check_unit(word.name, word.place)
    for conversion in agreement.conversions:
        _conversion(conversion, context)
    _clauses(context)
    _readings(context)


def namespace(agreement: Agreement) -> Named:
    """All declarations that share one namespace, in the order of the text."""
    return (
        *agreement.parties,
        *agreement.groups,
        *agreement.events,
        *agreement.states,
        *agreement.measures,
        *agreement.vagues,
        *agreement.moments,
        *agreement.defines,
    )


def _twice(declared: Iterable[tree.Calendar] | Named, problems: Problems) -> None:
    first: dict[str, tuple[Place, str]] = {}
    for item in declared:
        kind = KINDS[type(item)]
        place, before = first.setdefault(item.name, (item.place, kind))
        if place is not item.place:
            where = f"in {place.file}, line {place.line}"
            if (place.file, place.line) == (item.place.file, item.place.line):
                where = "in the same line"
            said, advice = f", and {where} as {before}", "give one of the two another name"
            if kind == before:
                said, advice = f", and {where} already", "leave one of the two out, or rename it"
            message = f"`{item.name}` is declared here as {kind}{said}"
            problems.add("E230", item.place, message, advice)


def _twice_units(words: Iterable[tree.UnitWord], problems: Problems) -> None:
    first: dict[str, Place] = {}
    for word in words:
        place = first.setdefault(word.name, word.place)
        if place is not word.place:
            where = f"{place.file}, line {place.line}"
            message = f"`{word.name}` is declared here as a {word.kind}, and already in {where}"
            problems.add("E230", word.place, message, "declare it once")


def _two_forms(names: AgreementNames, problems: Problems) -> None:
    """Report two events that are forms of one verb, as `pay` and `pays`."""
    for name, event in names.events.items():
        for form in sorted(verb_forms(name) - {name}):
            other = names.events.get(form)
            if other is not None and name < form:
                message = f"`{name}` and `{form}` are two forms of one verb, and two events"
                problems.add("E231", event.place, message, "give one of the two another name")


def _members(group: tree.Group, context: Context) -> None:
    names = context.names
    for member in group.members:
        context.used.add(member)
        if not names.is_actor(member):
            near = names.suggest(member, names.parties, names.groups)
            message = f"unknown party `{member}` in the group `{group.name}`"
            advice = near or f"declare it: `party {member}`"
            context.problems.add_unknown("E202", group.place, f"party:{member}", message, advice)
    inner = {name for member in group.members for name in (member, *names.members(member))}
    if group.name in inner:
        message = f"the group `{group.name}` is a member of itself"
        context.problems.add(
            "E233", group.place, message, f"leave `{group.name}` out of its own members"
        )


def _conversion(conversion: tree.Conversion, context: Context) -> None:
    left, right = conversion.left, conversion.right
    for number in (left, right):
        context.check_unit(number.unit, conversion.place)
        if not number.value:
            message = "a conversion of zero"
            context.problems.add("E324", conversion.place, message, "write what 1 of it is")
    known = context.units.physical_factor(left.unit, right.unit)
    if known is not None and left.value and known * Fraction(left.value) != Fraction(right.value):
        context.problems.add(
            "E325",
            conversion.place,
            f"{left.unit} and {right.unit} convert by themselves, in another ratio",
            "leave the conversion out, or name what is measured: `kg UF6`",
        )


def _clauses(context: Context) -> None:
    for clause in context.agreement.clauses:
        for over in clause.prevails_over:
            known = context.check_clause(over.clause, clause.place)
            if known and over.clause == clause.id:
                verb = "disapplies" if over.extent == "all" else "prevails over"
                message = f"clause {clause.id} {verb} itself"
                context.problems.add("E413", clause.place, message, "name the other clause")
        if clause.not_modelled is not None and clause.rules:
            message = f"clause {clause.id} has rules, and is `not modelled`"
            context.problems.add("E129", clause.place, message, "leave one of the two out")
    for amendment in context.agreement.amendments:
        context.check_clause(amendment.clause, amendment.place)


def _readings(context: Context) -> None:
    names, problems = context.names, context.problems
    for reading in context.agreement.readings:
        context.check_clause(reading.clause, reading.place)
        for over in reading.prevails_over:
            context.check_clause(over.clause, reading.place)
        for needed in reading.needs:
            if needed not in names.readings:
                near = names.suggest(needed, names.readings)
                message = f"{reading.full_name} needs `{needed}`: there is no such reading"
                problems.add_unknown(
                    "E211",
                    reading.place,
                    f"reading:{needed}",
                    message,
                    near or f"declare it: `reading {needed} of …`",
                )
            elif needed.partition(".")[0] == reading.group:
                message = f"{reading.full_name} needs `{needed}`, its own alternative"
                problems.add(
                    "E521",
                    reading.place,
                    message,
                    "leave it out: an account holds one reading of a point",
                )
    for account in context.agreement.accounts:
        _needs(account, context)


def _needs(account: tree.Account, context: Context) -> None:
    """Report readings of an account whose needed readings it does not hold."""
    chosen = dict(account.reads)
    for group, name in account.reads:
        reading = context.names.readings.get(f"{group}.{name}")
        for needed in reading.needs if reading is not None else ():
            point, _, alternative = needed.partition(".")
            if chosen.get(point) == alternative or needed not in context.names.readings:
                continue
            instead = f"does not read {point}"
            if point in chosen:
                instead = f"reads {point} as {chosen[point]}"
            context.problems.add(
                "E521",
                account.place,
                f"account {account.name} reads {group} as {name}, which needs {needed}, "
                f"and {instead}",
                f"add `reads {point} as {alternative}` to the account, or read {group} otherwise",
            )


# ------------------------------------------------------------------ never used
def check_unused(context: Context, chosen: frozenset[str]) -> None:
    """Report declarations that no rule uses. `chosen`: the readings that accounts hold."""
    for name, kind, place in _declared(context.agreement):
        if name not in context.used:
            help_ = "leave it out, or correct the place where it should be used"
            if kind in ("event", "measure"):
                help_ = "leave it out, unless the record uses it"
            context.problems.add("H202", place, f"the {kind} `{name}` is used in no rule", help_)
    for reading in context.agreement.readings:
        if reading.full_name not in chosen:
            message = f"no account reads {reading.group} as {reading.name}"
            help_ = f"write `reads {reading.group} as {reading.name}` in an account"
            context.problems.add("H204", reading.place, message, help_)


def _declared(agreement: Agreement) -> Iterator[tuple[str, str, Place]]:
    tables: tuple[tuple[str, Named | Sequence[tree.Calendar | tree.Amendment]], ...] = (
        ("group", agreement.groups),
        ("event", agreement.events),
        ("state", agreement.states),
        ("measure", agreement.measures),
        ("vague term", agreement.vagues),
        ("definition", agreement.defines),
        ("calendar", agreement.calendars),
        ("amendment", agreement.amendments),
    )
    for kind, table in tables:
        for item in table:
            yield item.name, kind, item.place
    for moment in agreement.moments:
        yield moment.name, moment.kind, moment.place
    for word in agreement.units:
        yield word.name, word.kind, word.place
