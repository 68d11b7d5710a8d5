"""Prints declarations, duties, powers and accounts.

A line is a tuple of phrases, joined by spaces; a long line is broken between phrases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, repeat

from servanda.syntax import block_lines as ln
from servanda.syntax import tree as m
from servanda.syntax.printer.values import (
    alternatives,
    cond,
    duration,
    expr,
    listed,
    optional_text,
    pattern,
    point,
    quantity,
    text,
)

Phrases = tuple[str, ...]
EARLY = {
    "always": "performance at any earlier time counts",
    "never": "early performance does not count",
}
CLOCK = {"stops": "stops", "runs": "does not stop"}


# ---------------------------------------------------------------------- duties and powers
def holder(node: m.Holder) -> str:
    """Who owes or may."""
    names = listed(node.names)
    match node.mode:
        case "each":
            variable = "" if node.variable is None else f"{node.variable} "
            return f"each {variable}of {names}"
        case "any":
            return f"any one of {names}"
        case "together":
            return f"{names} acting together"
        case _:
            return names


def trigger(node: m.Trigger) -> Phrases:
    """`when …` without its colon."""
    if isinstance(node.cond, m.Compare) and node.surplus is not None:
        level, limit = expr(node.cond.left), expr(node.cond.right)
        return (f"whenever {level} exceeds {limit} by {node.surplus}",)
    if node.pattern is None:
        return (f"whenever {cond(node.cond)}" if node.cond is not None else "whenever",)
    following = (f"following {pattern(p)}" for p in node.following)
    condition = () if node.if_ is None else (f"if {cond(node.if_)}",)
    return (f"when {pattern(node.pattern)}", *following, *condition)


def duty(node: m.Duty, prepositions: Iterable[str] = ()) -> Phrases:
    """A duty and its remedies, without its trigger.

    `prepositions` are the words before the creditors of the duty and its remedies, in order
    (default: `towards`).
    """
    return _duty(node, chain(prepositions, repeat("towards")))


def _duty(node: m.Duty, prepositions: Iterator[str], must: str = "must") -> Phrases:
    if node.kind == "provision":
        return ("applies", *_window(node.window), *_gates(node.gates))
    if node.kind == "keep" and node.cond is not None:
        action = f"keep {_kept(node.cond)}"
    else:
        event = pattern(node.event) if node.event is not None else ""
        action = event if node.kind == "achieve" else f"not {event}"
    creditor = () if node.creditor is None else (f"{next(prepositions)} {node.creditor}",)
    head = f"{holder(node.holder)} {must} {action}"
    extended = node.time_extended if node.kind == "achieve" else None
    gates = _gates(node.gates, extended)
    own = (head, *creditor, *_window(node.window), *gates, *_performance(node))
    if node.remedy is None:
        return own
    beside = "must instead" if node.remedy.instead else "must also"
    return (*own, *_remedy(_duty(node.remedy.duty, prepositions, beside)))


def _remedy(remedy: Phrases) -> Phrases:
    """`on breach …` in one phrase, so that it stays together; its own remedy is the next."""
    later = [number for number, phrase in enumerate(remedy) if phrase.startswith("on breach ")]
    first = later[0] if later else len(remedy)
    return (" ".join(("on breach", *remedy[:first])), *remedy[first:])


def _kept(node: m.Cond) -> str:
    """Condition of a `must keep`: `no sanctions(US)` for `not sanctions(US)`."""
    if isinstance(node, m.Not) and isinstance(node.item, m.Holds):
        return f"no {pattern(node.item.pattern)}"
    return cond(node)


def _window(node: m.Window) -> Iterator[str]:
    if node.every is not None:
        yield f"every {node.every}"
    if node.from_ is not None:
        yield f"from {point(node.from_)}"
    if node.until is not None:
        yield f"until {point(node.until)}"
    if node.term is not None:
        yield f"for {duration(node.term)}"
    if node.within is not None:
        anchor = "" if node.after is None else f" after {point(node.after)}"
        anchor = anchor if node.edge is None else f" after its {node.edge}"
        word = "no later than" if node.in_period else "within"
        yield f"{word} {duration(node.within)}{anchor}"
    if node.by is not None:
        yield f"by {point(node.by)}"
    if node.before is not None:
        yield f"before {point(node.before)}"


def _gates(node: m.Gates, time_extended: bool | None = None) -> Iterator[str]:
    """`if`, `while` and the excuse; `time_extended` None: there is no deadline to extend."""
    for word, condition in (("if", node.if_), ("while", node.while_)):
        if condition is not None:
            yield f"{word} {cond(condition)}"
    if node.unless is not None and time_extended is None:
        yield f"unless {cond(node.unless)}"
    elif node.unless is not None:
        rest = "extended" if time_extended else "not extended"
        yield f"excused while {cond(node.unless)}, time {rest}"


def _performance(node: m.Duty) -> Iterator[str]:
    if node.early is not None:
        yield EARLY[node.early]
    if node.total:
        yield "instalments add up"
    if node.cured_by is not None:
        yield f"cured by {pattern(node.cured_by)}"
    if node.cure_within is not None:
        yield f"cure within {duration(node.cure_within)}"
    if node.grace is not None:
        yield f"grace of {duration(node.grace)}"
    if not node.curable:
        yield "late performance does not cure"


def power(node: m.Power) -> Phrases:
    """A power, without its trigger."""
    of = "" if node.of is None else f" of {node.of}"
    towards = () if node.towards is None else (f"towards {node.towards}",)
    targets = listed(node.targets)
    match node.verb:
        case "end_all":
            action = "end the agreement"
        case "amend":
            action = f"amend {targets} to {node.amendment}"
        case "determine" | "do":
            does = pattern(node.pattern) if node.pattern is not None else ""
            action = does if node.verb == "do" else f"determine {does}"
        case _:
            action = f"{node.verb} {targets}"
    head = f"{holder(node.holder)} may {action}{of}"
    return (head, *towards, *_window(node.window), *_gates(node.gates))


def rule(node: m.Rule) -> Phrases:
    """A duty or power, without its trigger."""
    return duty(node) if isinstance(node, m.Duty) else power(node)


# ---------------------------------------------------------------------- declarations
def params(nodes: Sequence[m.Param]) -> str:
    """The parameters of a declaration in brackets; empty without any."""
    return f"({listed(param(node) for node in nodes)})" if nodes else ""


def param(node: m.Param) -> str:
    """A parameter with its type and unit."""
    if node.unit is not None:
        return f"{node.name}: {node.type} in {node.unit}"
    return f"{node.name}: {node.type}"


def event(node: m.Event) -> Phrases:
    """An `event` declaration as phrases."""
    head = f"event {node.name}{params(node.params)}"
    if node.arises is None:
        return (f"{head},", "not recorded is taken as not done") if node.closed else (head,)
    arises = node.arises
    at = "at the end of " if arises.end_of_day else ""
    delay = f"arises {at}{duration(arises.delay)} after {pattern(arises.after)}"
    condition = () if arises.if_ is None else (f"if {cond(arises.if_)}",)
    unless = () if arises.unless is None else (f"unless {pattern(arises.unless)}",)
    return (head, delay, *condition, *unless)


def state(node: m.State) -> Phrases:
    """A `state` declaration as phrases."""
    ends = (f"until {alternatives(node.ends)}",) if node.ends else ()
    return (f"state {node.name}{params(node.params)}", f"from {alternatives(node.begins)}", *ends)


def measure(node: m.Measure) -> str:
    """A `measure` declaration."""
    unit = "" if node.unit is None else f" in {node.unit}"
    valid = node.silent_after
    ends = "" if valid is None else f", each figure valid for {duration(valid)}"
    return f"measure {node.name}{params(node.params)}{unit}{ends}"


def calendar(node: m.Calendar) -> str:
    """A `calendar` declaration."""
    changes = [f" without {day}" for day in node.without] + [f" with {day}" for day in node.extra]
    return f"calendar {node.name} = business days of {node.region}{''.join(changes)}"


def declared(items: Sequence[m.Party] | Sequence[m.UnitWord]) -> str:
    """Parties or words of units that one line declares."""
    first = items[0]
    if isinstance(first, m.Party):
        parties = [f"{i.name}{optional_text(i.title)}" for i in items if isinstance(i, m.Party)]
        return f"{'body' if first.body else 'party'} {listed(parties)}"
    if first.value is not None:
        return f"unit {first.name} = {quantity(first.value)}"
    return f"{first.kind} {listed(item.name for item in items)}"


def declaration(
    node: m.Group | m.Conversion | m.Vague | m.Moment | m.Define | m.Party | m.UnitWord,
) -> str:
    """A declaration that is printed in one phrase."""
    match node:
        case m.Party() | m.UnitWord():
            return declared((node,))  # type: ignore[arg-type]
        case m.Group(name, title, members):
            return f"group {name}{optional_text(title)} = {listed(members)}"
        case m.Conversion(left, right):
            return f"conversion {quantity(left)} = {quantity(right)}"
        case m.Vague(name, given, deciders):
            return f"vague {name}{params(given)} to be determined by {listed(deciders)}"
        case m.Moment(name, kind, at):
            return f"{kind} {name} = {point(at)}"
        case m.Define(name, given, condition):
            return f"define {name}{params(given)} = {cond(condition)}"


# ---------------------------------------------------------------------- heads and single lines
def head(node: m.Clause | m.Reading | m.Amendment | m.Account | ln.AgreementLine) -> str:
    """The first line of a block."""
    title = optional_text(node.title)
    match node:
        case m.Clause():
            return f"clause {node.id}{title}"
        case m.Reading():
            effect = "" if node.effect is None else f", {m.EFFECT_PHRASES[node.effect]}"
            return f"reading {node.full_name} of {node.clause}{title}{effect}"
        case m.Amendment():
            return f"amendment {node.name} of {node.clause}{title}"
        case m.Account():
            return f"account {node.name}{title}"
        case ln.AgreementLine():
            return f"agreement {node.name}{title}"


def header_line(node: ln.HeaderLine) -> str:
    """A line below `agreement`."""
    value = node.value
    if isinstance(value, ln.Force):
        start = "" if value.from_ is None else f" from {point(value.from_)}"
        end = "" if value.until is None else f" until {point(value.until)}"
        return f"in force{start}{end}"
    words = {
        "zone": f"zone {value}",
        "months": f"months {value}",
        "counting": f"days counted from {value}",
        "suspension": f"suspension {CLOCK.get(str(value))} the clock",
        "closed": f"record closed {value}",
    }
    return words[node.field]


def single_line(
    node: ln.Include
    | ln.Prevails
    | ln.Survives
    | ln.OnceCreated
    | ln.Needs
    | ln.NotModelled
    | ln.NoDuty
    | ln.Reads
    | ln.Trusts
    | ln.Accepts,
) -> str:
    """A line of a block that is printed in one phrase."""
    match node:
        case ln.Include(file):
            return f"include {text(file)}"
        case ln.Prevails(over, extent):
            return _precedence(over, extent)
        case ln.Survives(term):
            return survives(term)
        case ln.OnceCreated():
            return "once created"
        case ln.Needs(reading):
            return f"needs {reading}"
        case ln.NotModelled(reason):
            return f"not modelled {text(reason)}"
        case ln.NoDuty():
            return "no duty"
        case ln.Reads(group, name):
            return f"reads {group} as {name}"
        case ln.Trusts("only", sources):
            return f"trusts only {listed(sources)}"
        case ln.Trusts("first", sources):
            return f"for measurements prefers {listed(sources)}"
        case ln.Trusts(_, sources):
            return f"distrusts {listed(sources)}"
        case ln.Accepts(grades):
            return f"accepts {listed(grades)}"


def _precedence(over: Iterable[str], extent: str) -> str:
    if extent == "all":
        return f"disapplies {listed(over)} while it binds"
    return f"prevails over {listed(over)} to the extent of the conflict"


def _precedences(nodes: Iterable[m.Precedence]) -> list[str]:
    """One line for each extent."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        found.setdefault(node.extent, []).append(node.clause)
    return [_precedence(clauses, extent) for extent, clauses in found.items()]


def allow(node: m.Allow) -> str:
    """An `allow` line."""
    return f"allow {node.code} {text(node.reason)}"


def held(node: m.Held) -> Phrases:
    """An account's answer to a vague term, as phrases."""
    start = () if node.from_ is None else (f"from {node.from_}",)
    end = () if node.until is None else (f"until {node.until}",)
    reason = () if node.reason is None else (text(node.reason),)
    said = f"takes the position that {'' if node.holds else 'not '}{pattern(node.pattern)}"
    phrases = (said, *start, *end)
    if node.outranks:
        phrases = (*phrases[:-1], f"{phrases[-1]},", "whatever is determined")
    return (*phrases, *reason)


# ---------------------------------------------------------------------- whole blocks
def header_lines(node: m.Header) -> Iterator[str]:
    """The lines under `agreement` that set what differs from the defaults."""
    if node.zone is not None:
        yield header_line(ln.HeaderLine("zone", node.zone))
    if node.months is not None:
        yield header_line(ln.HeaderLine("months", node.months))
    if node.counting != "the_next_day":
        yield header_line(ln.HeaderLine("counting", node.counting))
    if node.suspension is not None:
        yield header_line(ln.HeaderLine("suspension", node.suspension))
    if node.force_from is not None or node.force_until is not None:
        force = ln.Force(node.force_from, node.force_until)
        yield header_line(ln.HeaderLine("force", force))
    if node.closed is not None:
        yield header_line(ln.HeaderLine("closed", node.closed))


def survives(term: m.Duration | None) -> str:
    """`survives the end`, with its term if there is one."""
    return "survives the end" + (f" for {duration(term)}" if term is not None else "")


def header(node: m.Header) -> list[str]:
    """The `agreement` line and the lines below it."""
    return _block(head(ln.AgreementLine(node.name, node.title)), header_lines(node))


def clause(node: m.Clause) -> list[str]:
    """A clause with its lines."""
    lines = [allow(one) for one in node.allows]
    lines += _precedences(node.prevails_over)
    if node.survives:
        lines.append(survives(node.survives_for))
    if node.created:
        lines.append("once created")
    if node.not_modelled is not None:
        lines.append(f"not modelled {text(node.not_modelled)}")
    elif not (node.rules or node.prevails_over):
        lines.append("no duty")
    return _block(head(node), lines + rules(node.rules))


def reading(node: m.Reading) -> list[str]:
    """A reading with its lines."""
    lines = [allow(one) for one in node.allows]
    lines += [f"needs {name}" for name in node.needs]
    lines += _precedences(node.prevails_over)
    lines += [declaration(define) for define in node.defines]
    return _block(head(node), lines + rules(node.rules))


def amendment(node: m.Amendment) -> list[str]:
    """An amendment with its lines."""
    lines = [allow(one) for one in node.allows]
    return _block(head(node), lines + (rules(node.rules) or ["no duty"]))


def account(node: m.Account) -> list[str]:
    """An account with its lines."""
    lines = [f"reads {group} as {name}" for group, name in node.reads]
    if node.only:
        lines.append(f"trusts only {listed(node.only)}")
    if node.first:
        lines.append(f"for measurements prefers {listed(node.first)}")
    if node.distrusts:
        lines.append(f"distrusts {listed(node.distrusts)}")
    if node.grades:
        lines.append(f"accepts {listed(node.grades)}")
    return _block(head(node), lines + [" ".join(held(h)) for h in node.held])


def rules(nodes: Iterable[m.Rule]) -> list[str]:
    """Rules one a line; those of one trigger stand under it."""
    lines: list[str] = []
    for node_trigger, group in groupby(nodes, key=lambda node: node.trigger):
        shown = [" ".join(rule(node)) for node in group]
        if node_trigger is None:
            lines += shown
        else:
            lines += _block(" ".join(trigger(node_trigger)) + ":", shown)
    return lines


def _block(first: str, lines: Iterable[str]) -> list[str]:
    return [first, *(f"  {line}" for line in lines)]
