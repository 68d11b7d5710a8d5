"""Which instances of a clause a question is about: `7(id: "A", n: 5)`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from msgspec.structs import replace

from servanda.api.questions import listed
from servanda.explain.judged import Judged
from servanda.explain.rows import bindings, plain
from servanda.judge.verdict import Verdict
from servanda.semantics.norms import variables_by_parameter
from servanda.syntax.key_texts import key_text
from servanda.syntax.problems import Problems, ServandaError, did_you_mean, refused
from servanda.syntax.values import Day, Number, Text

NO_INSTANCE = "the clause has no instance then: ask for a later day"
MOST_NEAR = 3
MOST_COMPARED = 2_000
FORM = 'write it as `7(id: "A", n: 5)`: texts in quotes, numbers and days as they are'


def parse_selector(text: str) -> tuple[str, dict[str, Any]]:
    """A clause, and particulars that select some of its instances.

    Values are as rows have them: texts, numbers, days as ISO texts. `7` alone has none. Raises
    ServandaError where the text is no selector in the grammar of the language, or gives a
    particular twice.
    """
    from lark.exceptions import UnexpectedInput

    from servanda.syntax.line_parser import line_parser

    problems = Problems()
    try:
        found = line_parser().parse_selector(text, problems)
    except UnexpectedInput:
        message = f"`{text}` names no clause and instance"
        raise refused("E012", f"clause:{text}", message, FORM) from None
    if problems.errors:
        raise ServandaError(replace(p, file="", line=0, column=0) for p in problems.errors)
    names = [name for name, _ in found.key]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = f"`{twice}` is given twice in `{text}`"
        raise refused("E303", f"clause:{found.clause}", message, "give each once")
    return found.clause, {name: key_value(text, value) for name, value in found.key}


def key_value(text: str, value: Any) -> Any:
    match value:
        case Number(_, str() as unit):
            message = f"an instance is not named by an amount in {unit}: `{text}`"
            raise refused("E509", f"clause:{text}", message, "write the number without its unit")
        case Number(number):
            return plain(number)
        case Day(day):
            return day.isoformat()
        case Text(said):
            return key_text(said)
    return value.name


def written(clause: str, particulars: Mapping[str, Any]) -> str:
    """The selector that `parse_selector` reads as these."""

    def value(given: Any) -> str:
        if isinstance(given, str):
            return f'"{given}"'
        return f"{Decimal(str(given)):f}"

    pairs = ", ".join(f"{n}: {value(v)}" for n, v in particulars.items() if v is not None)
    return f"{clause}({pairs})" if pairs else clause


def by_variable(judged: Judged, clause: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The particulars by the rule's variables, where they are named as tables show them."""
    parameters = variables_by_parameter(judged.norms.rules)
    return {parameters.get((clause, name), name): value for name, value in given.items()}


def check_selection(
    judged: Judged, clause: str, instance: Mapping[str, Any], debtor: str | None
) -> None:
    """Raises ServandaError, with advice, where no instance of the clause is so selected."""
    rules = [rule for rule in judged.norms.rules if rule.clause == clause]
    names = dict.fromkeys(variable.name for rule in rules for variable in rule.variables)
    if any(rule.window.every is not None for rule in rules):
        names["period"] = None
    for name in instance:
        if name not in names:
            message = f"clause {clause} has no `{name}`"
            advice = no_such_key(clause, name, names)
            raise refused("E010", f"clause:{clause}", message, advice)
    if not instance and debtor is None:
        return
    current = [v for v in judged.current() if judged.rule(v.rule).clause == clause]
    debtors = list(dict.fromkeys(verdict.debtor for verdict in current if verdict.debtor))
    if debtor is not None and debtor not in debtors:
        owed_by = f"its duties are owed by {listed(debtors)}" if debtors else NO_INSTANCE
        advice = did_you_mean(debtor, debtors) or owed_by
        message = f"`{debtor}` owes no duty of clause {clause} on {judged.on}"
        raise refused("E010", f"party:{debtor}", message, advice)
    mine = [v for v in current if debtor in (None, v.debtor)]
    if not any(matches(verdict, instance) for verdict in mine):
        owed = "" if debtor is None else f" owed by {debtor}"
        message = f"no duty{owed} is `{written(clause, instance)}` on {judged.on}"
        raise refused("E010", f"clause:{clause}", message, near(clause, instance, mine))


def no_such_key(clause: str, name: str, names: Iterable[str]) -> str:
    known = list(names)
    if not known:
        return f"its duties stand by themselves: ask for `{clause}`"
    return did_you_mean(name, known) or f"its instances are told apart by {listed(known)}"


def matches(verdict: Verdict, instance: Mapping[str, Any]) -> bool:
    """Whether an instance has these particulars; numbers may be given as texts."""
    own = bindings(verdict.instance)
    return all(name in own and str(own[name]) == str(value) for name, value in instance.items())


def near(clause: str, instance: Mapping[str, Any], verdicts: Iterable[Verdict]) -> str:
    """The instances most like the one asked for, as selectors that can be asked."""
    known: dict[str, None] = {}
    for verdict in verdicts:
        own = bindings(verdict.instance)
        known[written(clause, {name: own.get(name) for name in instance})] = None
    if not known:
        return NO_INSTANCE
    compared = list(known)[:MOST_COMPARED]
    close = get_close_matches(written(clause, instance), compared, n=MOST_NEAR, cutoff=0.0)
    left = len(known) - len(close)
    more = f", and {left:,} more" if left else ""
    return f"there are {', '.join(f'`{one}`' for one in close)}{more}"
