"""The text of a rule: as written, and for one instance with its variables filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from servanda.explain.wording import amount
from servanda.judge.verdict import Bindings, Verdict
from servanda.record.facts import Value
from servanda.semantics.norms import Const, Rule
from servanda.syntax import tree as m
from servanda.syntax.printer.statements import phrases, show
from servanda.syntax.printer.values import text as quoted

NAMED = (
    *((m.Name, "name"), (m.MeasureOf, "of"), (m.ChangeOf, "of"), (m.InBreach, "party")),
    *((m.Member, "name"), (m.Power, "of"), (m.Power, "towards"), (m.Duty, "creditor")),
)
"""Where the text of a rule may name a variable."""
START, END = "\ue000", "\ue001"
"""Around the name of a variable in a printed rule, until its value takes the place."""
MARKED = re.compile(f"{START}([^{END}]*){END}")


class Written(Struct, frozen=True):
    """A rule as written: `text` whole, its `head` phrase, and its conditions."""

    text: str
    head: str
    gates: m.Gates | None

    def short(self, debtor: str) -> str:
        """The head with the debtor's own name where the rule names several."""
        return with_debtor(self.head, debtor)


class InstanceText(Struct, frozen=True):
    """One instance of a rule in words.

    `sentence` is the head phrase with the variables filled in (`B must pay(amount: at least 20
    EUR)`); `rest` the phrases after it, filled in too; `particulars` every variable by the name
    that the event declares for it, with its unit; `unsaid` those that the sentence does not show.
    """

    sentence: str
    rest: str
    particulars: dict[str, str]
    unsaid: dict[str, str]


class Duties:
    """Rules of an agreement by place; with `rules`, the text of their instances."""

    def __init__(self, agreement: m.Agreement, rules: Iterable[Rule] = ()) -> None:
        self.found: dict[tuple[str, int, int], m.Rule] = {}
        for rule in every_rule(agreement):
            self.found.setdefault(key(rule.place), rule)
        self.rules = {rule.id: rule for rule in rules}
        self.templates: dict[tuple[str, tuple[str, int, int]], Template] = {}

    def written(self, rule: Rule) -> m.Rule | None:
        return self.found.get(key(rule.place)) if rule.place.line else None

    def of(self, rule: Rule) -> Written:
        """The text of a resolved rule; a line of its own making if none stands at its place."""
        written = self.written(rule)
        if written is None:
            head = invented(rule)
            return Written(head, head, None)
        parts = phrases(written)
        when = "" if written.trigger is None else f"{show(written.trigger)}: "
        return Written(when + " ".join(parts), parts[0], written.gates)

    def instance(self, rule: Rule, verdict: Verdict) -> InstanceText:
        """The text of the instance that a verdict is of."""
        where = (
            rule.id,
            key(rule.place),
        )  # a reading in place of the text has the ids of its rules
        template = self.templates.get(where)
        if template is None:
            names = declared_names(rule, self.rules)
            template = self.templates[where] = Template(rule, self.written(rule), names)
        return template.fill(verdict.debtor, verdict.instance)


class Template:
    """A rule printed once, to be filled in for each of its instances."""

    def __init__(self, rule: Rule, written: m.Rule | None, names: Mapping[str, str]) -> None:
        self.variables = {v.name: v for v in rule.variables}
        self.names = names
        self.holder = None
        parts: tuple[str, ...] = (invented(rule),)
        if written is not None:
            self.holder = written.holder.variable
            spread = set() if self.holder is None else {self.holder}
            parts = phrases(marked(written, {*self.variables, *spread}))
        self.head, self.rest = parts[0], " ".join(parts[1:])
        self.shown = set(MARKED.findall(self.head))

    def fill(self, debtor: str, instance: Bindings) -> InstanceText:
        values = {name: self.value(name, value) for name, value in instance}
        own = values if self.holder is None else {**values, self.holder: debtor}

        def filled(found: re.Match[str]) -> str:
            return own.get(found[1], found[1])

        # the names of the holder stand in the head as they are written: the debtor's own replaces
        # them before anything is filled in, for a text of the record may hold ` must ` too
        head = MARKED.sub(filled, with_debtor(self.head, debtor))
        said = {self.names.get(name, name): plain(text) for name, text in values.items()}
        unsaid = {
            self.names.get(name, name): plain(text)
            for name, text in values.items()
            if name not in self.shown
        }
        return InstanceText(head, MARKED.sub(filled, self.rest), said, unsaid)

    def value(self, name: str, value: Value | None) -> str:
        """A value as a rule would have it: a text in quotes, a number with its unit."""
        variable = self.variables.get(name)
        if value is None:
            return "not said"
        if isinstance(value, Decimal):
            return amount(value, variable.unit if variable else None)
        if isinstance(value, date):
            return value.isoformat()
        return quoted(value) if variable is not None and variable.type == "text" else str(value)


def plain(text: str) -> str:
    """A value in a list of particulars: without the quotes that it has in a rule."""
    return text[1:-1] if text.startswith('"') else text


def declared_names(rule: Rule, rules: Mapping[str, Rule]) -> dict[str, str]:
    """By variable: the name of the parameter it is bound to, where no other has that name.

    A remedy has the variables of the duty that it answers.
    """
    trigger = rule.trigger
    if trigger is None:
        return {}
    if trigger.breach_of is not None:
        answered = rules.get(trigger.breach_of)
        return {} if answered is None else declared_names(answered, rules)
    matches = [match for match in (trigger.match, *trigger.following) if match is not None]
    found: dict[str, str] = {}
    for arg in (arg for match in matches for arg in match.args):
        if arg.op == "bind" and arg.variable is not None:
            found.setdefault(arg.variable, arg.param)
    taken = list(found.values())
    return {
        variable: name
        for variable, name in found.items()
        if taken.count(name) == 1 and (name == variable or name not in found)
    }


def marked(node: Any, names: set[str]) -> Any:
    """A rule with each mention of a variable marked."""

    def walk(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(walk(item) for item in value)
        if not isinstance(value, Struct):
            return value
        changed: dict[str, Any] = {}
        for field in value.__struct_fields__:
            old = getattr(value, field)
            if isinstance(old, str):
                mentions = old in names and (type(value), field) in NAMED
                new: Any = f"{START}{old}{END}" if mentions else old
            else:
                new = walk(old)
            if new is not old:
                changed[field] = new
        return msgspec.structs.replace(value, **changed) if changed else value

    return walk(node)


def with_debtor(head: str, debtor: str) -> str:
    """The head of a rule with one debtor's own name where the rule names several."""
    for verb in (" must ", " may "):
        holder, found, rest = head.partition(verb)
        if found:
            return f"{debtor}{verb}{rest}" if holder else head
    return head


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
        if isinstance(rule, m.Duty) and rule.remedy is not None:
            yield from with_remedies((rule.remedy.duty,))


def invented(rule: Rule) -> str:
    """A head for a rule that stands nowhere in the text."""
    if rule.kind == "provision":
        return "applies"
    who = rule.debtor.value if isinstance(rule.debtor, Const) else rule.debtor.name
    what = rule.action.name if rule.action is not None else "keep its condition"
    verb = {"achieve": "must", "keep": "must", "forbid": "must not", "may": "may"}[rule.kind]
    return f"{who} {verb} {what}"
