"""Times, values and entries in plain words, one way each for every answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from servanda.explain.cited_sources import CitedSources
from servanda.explain.judged import Judged, iso
from servanda.judge.derivation import Prevailing
from servanda.record.facts import Value
from servanda.record.record import (
    DeclaredCompleteness,
    Determined,
    Entry,
    Exercised,
    Happened,
    Measured,
    Statement,
    WentOn,
    What,
    Withdrawn,
)
from servanda.record.tables.row_sources import cited_by_rows
from servanda.record.trust import Policy
from servanda.semantics.clock import day_start, local_day, micros_of
from servanda.semantics.norms import Const, Expr, Var, during
from servanda.syntax.printer.values import number
from servanda.syntax.verbs import third_person

PREFERRED_ENTRIES = 12
VERBS = {
    "suspend": "suspends",
    "resume": "resumes",
    "waive": "waives",
    "release": "releases",
    "end": "ends",
    "end_all": "ends the agreement",
    "amend": "amends",
    "create": "creates",
}


class Node(Struct):
    """A step of a derivation: one sentence, the entries and sources it rests on, its reasons."""

    sentence: str
    entries: list[str] = []
    sources: list[str] = []
    children: list[Node] = []


def at(tick: int | None, zone: str) -> str:
    """A tick in words: a day where it is the first instant of one, else an instant."""
    if tick is None:
        return "ever"
    micros = micros_of(tick)
    day = local_day(micros, zone)
    if day_start(day, zone) == micros:
        return day.isoformat()
    return str(iso(tick, zone))


def closing(tick: int, zone: str) -> str:
    """The end of a half-open span, so that no reader is a day out: `the end of 2024-01-08`."""
    micros = micros_of(tick)
    day = local_day(micros, zone)
    if day_start(day, zone) == micros:
        return f"the end of {day - timedelta(days=1)}"
    return str(iso(tick, zone))


def value(given: Value | None, unit: str | None = None) -> str:
    """A value as a reader writes it: `205 kg U`, `2019-07-01`, `Iran`."""
    if given is None:
        return "not said"
    if isinstance(given, Decimal):
        return amount(given, unit)
    return str(given)


def amount(given: Decimal, unit: str | None) -> str:
    plain = given.normalize() if given else Decimal(0)
    text = f"{plain:f}" if abs(plain) < 10**15 else number(plain)
    whole, dot, fraction = text.partition(".")
    grouped = f"{int(whole):,}" if len(whole.lstrip("-")) > 4 else whole
    return f"{grouped}{dot}{fraction}" + (f" {unit}" if unit else "")


def bounds(low: Decimal | None, high: Decimal | None, unit: str | None) -> str:
    """What a reading says: `= 205 kg U`, `<= 130 t`, `between 1 and 2 t`, `unknown`."""
    if low is not None and low == high:
        return f"= {amount(low, unit)}"
    if low is not None and high is not None:
        return f"between {amount(low, None)} and {amount(high, unit)}"
    if high is not None:
        return f"at most {amount(high, unit)}"
    if low is not None:
        return f"at least {amount(low, unit)}"
    return "unknown"


def joined(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


class Words:
    """Entries of one judgement in words."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.zone = judged.norms.zone
        self.cited_sources = CitedSources(judged)
        self.by_id = self.cited_sources.by_id
        self.params = {e.name: e.params for e in judged.norms.events}
        self.units = {m.name: m.unit for m in judged.norms.measures}
        self.clauses = {rule.id: rule.clause for rule in judged.norms.rules}

    def clause(self, rule: str) -> str:
        """The clause of a rule, by the rule's id."""
        return self.clauses.get(rule, rule)

    def prevailing(self, one: Prevailing, past: bool = False) -> str:
        """An instance that prevails: `clause 2 (id F1) binds police`; `past`: it did then."""
        given = ", ".join(f"{n} {value(v)}" for n, v in one.instance if v is not None)
        which = f" ({given})" if given else ""
        how = ("bound", "may have bound") if past else ("binds", "may bind")
        return f"clause {self.clause(one.rule)}{which} {how[one.value < 2]} {one.debtor}"

    def debtors(self, rules: Iterable[str]) -> list[str]:
        """The debtors of some rules, each once; none where one has no debtor by name."""
        found = [rule.debtor for rule in self.judged.norms.rules if rule.id in set(rules)]
        named = [str(each.value) for each in found if isinstance(each, Const)]
        return list(dict.fromkeys(named)) if len(named) == len(found) else []

    def name(self, term: Expr | None, of: Mapping[str, Value | None] | None = None) -> str | None:
        """A constant, or the value that an instance has for a variable, as text."""
        if isinstance(term, Const):
            return value(term.value)
        if isinstance(term, Var):
            given = (of or {}).get(term.name)
            return None if given is None else value(given)
        return None

    def sources(self, entries: Iterable[str]) -> list[str]:
        """The sources of some entries and rows of tables, each once, in order."""
        return self.cited_sources.of(entries)

    def time(self, tick: int | None) -> str:
        return at(tick, self.zone)

    # -------------------------------------------------------------- what an entry says
    def what(self, what: What) -> str:
        """`US reimposes(programme: oil)`, `uranium_stock of Iran = 205 kg U`."""
        match what:
            case Happened(event, args, by) | WentOn(event, args, by):
                named = event if isinstance(what, Happened) else during(event)
                params = self.params.get(named, ())
                said = [
                    f"{p.name}: {value(a, p.unit)}"
                    for p, a in zip(params, args, strict=False)
                    if a is not None and not (a == by and p.type == "party")
                ]
                inside = f"({', '.join(said)})" if said else ""
                return f"{by} {third_person(event)}{inside}" if by else f"{event}{inside}"
            case Measured(measure, of):
                return f"{self.subject(measure, of)} {self.written(what)}"
            case Exercised(verb, by, clauses):
                of = f" of {what.of}" if what.of else ""
                towards = f" towards {what.towards}" if what.towards else ""
                to = f" to {what.amendment}" if what.amendment else ""
                on = f" {joined(clauses)}" if clauses else ""
                return f"{by} {VERBS.get(verb, verb)}{on}{to}{of}{towards}"
            case Determined(by, name, args, holds):
                inside = ", ".join(value(a) for a in args if a is not None)
                verb = "determines" if holds else "determines that not"
                return f"{by} {verb} {name}({inside})" if inside else f"{by} {verb} {name}"
            case Statement(by, verb):
                about = f" about clause {what.clause}" if what.clause else ""
                words = f" “{what.text}”" if what.text else ""
                return f"{by} {verb}{' ' + what.to if what.to else ''}{about}{words}"
            case Withdrawn(entry):
                return f"withdraws {entry}"
            case _:
                return self.other(what)

    def other(self, what: Any) -> str:
        """A cross-check of a measure, whatever its kind."""
        measure = getattr(what, "measure", type(what).__name__)
        return f"a reported relation of {self.subject(measure, getattr(what, 'of', None))}"

    def subject(self, measure: str, of: str | None) -> str:
        return measure if of is None else f"{measure} of {of}"

    def written(self, what: Measured) -> str:
        unit = self.units.get(what.measure)
        text = bounds(what.low, what.high, unit)
        if what.open_low and what.high is None:
            return text.replace("at least", "more than")
        if what.open_high and what.low is None:
            return text.replace("at most", "less than")
        return text

    # -------------------------------------------------------------- leaves
    def leaf(self, id_: str, before: str = "") -> Node:
        """An entry: what it says, its dates, its grade, who says so, and its sources."""
        entry = self.by_id.get(id_)
        if entry is None:
            sources = cited_by_rows(self.judged.record, [id_])[id_]
            return Node(f"{before}entry {id_}, a row of a table", [id_], sources)
        parts = [self.what(entry.what), *self.dates(entry), *self.grade(entry)]
        parts += self.chain(entry)
        sentence = f"{before}entry {id_}: {', '.join(parts)}; {self.cited(entry)}."
        return Node(sentence, [id_], list(dict.fromkeys(ref.id for ref in entry.sources)))

    def leaves(self, ids: Iterable[str], before: str = "") -> list[Node]:
        """A leaf for each entry; of very many, the last ones, and how many there are besides."""
        every = list(dict.fromkeys(ids))
        shown = every[-PREFERRED_ENTRIES:]
        found = [self.leaf(id_, before) for id_ in shown]
        left = every[: len(every) - len(shown)]
        if left:
            found.append(Node(f"and {len(left)} earlier entries", left))
        return found

    def dates(self, entry: Entry) -> Iterator[str]:
        yield f"{'throughout' if isinstance(entry.what, WentOn) else 'done'} {entry.when.text}"
        for word in ("announced", "verified", "reported"):
            span = getattr(entry, word)
            if span is not None:
                yield f"{word} {span.text}"
        if entry.corrects:
            yield f"in place of {entry.corrects}"

    def grade(self, entry: Entry) -> Iterator[str]:
        if entry.grade is not None:
            yield entry.grade + (f" by {entry.by}" if entry.by else "")
        elif entry.by:
            yield f"by {entry.by}"

    def chain(self, entry: Entry) -> Iterator[str]:
        for step in entry.chain:
            on = f" on {step.on}" if step.on else ""
            when = f" on {step.at.text}" if step.at else ""
            yield f"{step.kind} by {step.by}{on}{when}"

    def cited(self, entry: Entry) -> str:
        """The sources with their places, and whether there is only one."""
        if not entry.sources:
            return "it names no source"
        known = self.judged.record.sources
        said = []
        for ref in entry.sources:
            title = known[ref.id].title if ref.id in known else None
            locator = f", {ref.locator}" if ref.locator else ""
            said.append(f"{ref.id}{locator}" + (f" (“{title}”)" if title else ""))
        if len({ref.id for ref in entry.sources}) == 1:
            return f"rests on this one source: {said[0]}"
        return f"sources: {'; '.join(said)}"

    # -------------------------------------------------------------- completeness
    def declarations(self, name: str) -> list[DeclaredCompleteness]:
        """The declarations of completeness that this account trusts."""
        record = self.judged.record
        accounts = self.judged.agreement.accounts
        account = next((a for a in accounts if a.name == self.judged.account), None)
        policy = Policy(account, record)
        return [d for d in record.complete if name in d.names and policy.of_declaration(d)]
