"""A question put to a version: which days, by whose account; and what every page draws on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from servanda.explain.evidence import Evidence
from servanda.explain.judged import Judged, iso
from servanda.explain.lanes import Lane, Stretch, lanes_of
from servanda.explain.statuses import PAST
from servanda.explain.wording import Words
from servanda.record.facts import Facts
from servanda.record.record import Entry
from servanda.semantics.clock import local_day, micros_of
from servanda.syntax.problems import Problem, ServandaError
from servanda.syntax.tree import Account
from servanda.web.versions import Asked, Version

YEARS_AHEAD = 30


class Refused(Exception):
    """A question that cannot be answered: what is wrong, and what to do. `code` is HTTP's."""

    def __init__(self, message: str, help: str | None = None, code: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.code = code


def asked_of(version: Version, params: Mapping[str, str]) -> Asked:
    """The days in an address. Raises Refused for what is no date, or too far off."""
    case = version.case
    last = case.last_day()
    on, known = params.get("on") or last, params.get("known") or None
    try:
        tick = case.tick(on)
        if known is not None:
            case.tick(known)
    except ServandaError as error:
        problem = error.problems[0]
        raise Refused(problem.message, problem.help) from None
    ahead = date.fromisoformat(last) + timedelta(days=366 * YEARS_AHEAD)
    if tick > case.tick(ahead.isoformat()):
        raise Refused(f"{on} is too far ahead", f"the record ends on {last}: ask up to {ahead}")
    return Asked(on, known, last if tick <= case.tick(last) else on)


class Sight:
    """One question, with the tables that its answer is read off. Account None: the first one."""

    def __init__(self, version: Version, asked: Asked, account: str | None = None) -> None:
        self.version = version
        self.case = version.case
        self.asked = asked
        self.tick = self.case.tick(asked.on)
        self.zone = self.case.zone
        self.accounts = self.case.accounts
        if account is not None and account not in self.accounts:
            names = ", ".join(self.accounts)
            raise Refused(f"there is no account `{account}`", f"the accounts are {names}")
        self.account = account or self.accounts[0]

    # -------------------------------------------------------------- duties
    @property
    def lanes(self) -> list[Lane]:
        """Every duty in the accounts judged so far, over the whole time."""
        wholes = self.version.wholes(self.asked)
        key = ("lanes", self.asked.until, self.asked.known, tuple(wholes))
        clauses = [c.id for c in self.case.agreement.clauses]
        found: list[Lane] = self.version.tables.get(key, lambda: lanes_of(wholes, clauses))
        return found

    def present(self) -> Iterator[Lane]:
        """The duties there are on the day asked, in any account."""
        for lane in self.lanes:
            if any(lane.stretch(name, self.tick) for name in lane.spans):
                yield lane

    def lane(self, id_: str) -> Lane:
        for lane in self.lanes:
            if lane.id == id_:
                return lane
        raise Refused("there is no such duty here", "find it on the board", 404)

    def statuses(self, lane: Lane) -> dict[str, str | None]:
        """The status in every account that is judged by now."""
        judged = self.version.wholes(self.asked)
        return {n: lane.at(n, self.tick) for n in self.accounts if n in judged}

    def contested(self, lane: Lane) -> bool:
        return len(set(self.statuses(lane).values())) > 1

    def in_play(self, lane: Lane) -> bool:
        found = (lane.at(name, self.tick) for name in lane.spans)
        return any(status is not None and status not in PAST for status in found)

    def counts(self, lanes: Iterable[Lane]) -> dict[str, dict[str, int]]:
        """How many duties have each status, by account; nothing is weighed or added up."""
        found: dict[str, Counter[str]] = {n: Counter() for n in self.accounts}
        for lane in lanes:
            for name in lane.spans:
                status = lane.at(name, self.tick)
                if status is not None:
                    found[name][status] += 1
        return {name: dict(counter) for name, counter in found.items()}

    def judged(self, account: str | None = None) -> Judged | None:
        """One account's judgement on the day asked; None while it is not made."""
        made = self.version.judged(account or self.account, self.asked)
        if isinstance(made, Problem):
            raise Refused(made.message, made.help, 409)
        return made

    # -------------------------------------------------------------- words
    @property
    def words(self) -> Words:
        """Entries in words, by the names and units of the first account."""

        def make() -> Words:
            case, name = self.case, self.accounts[0]
            plain = Judged(
                case=case.agreement.header.name,
                account=name,
                on=self.asked.on,
                known=None,
                agreement=case.agreement,
                record=case.record,
                norms=case.norms(name),
                facts=Facts(now=0),
                verdicts=(),
            )
            return Words(plain)

        found: Words = self.version.kept.get("words", make)
        return found

    def says(self, entry: Entry) -> str:
        return self.words.what(entry.what)

    def day(self, tick: int | None) -> str | None:
        """The local day of a tick; None stays None."""
        return None if tick is None else local_day(micros_of(tick), self.zone).isoformat()

    def iso(self, tick: int | None) -> str | None:
        return iso(tick, self.zone)

    def chosen(self, name: str) -> Account | None:
        return self.case.account(name)

    def first_day(self) -> str:
        """The day of the first entry, where the slider begins."""
        first = self.case.record.first
        return str(self.day(self.tick if first is None else first))

    # -------------------------------------------------------------- what rests on what
    def resting(self) -> dict[str, list[tuple[str, Lane, Stretch]]]:
        """By entry: account, duty and span that rest on it, over the whole time."""
        wholes = self.version.wholes(self.asked)
        key = ("resting", self.asked.until, self.asked.known, tuple(wholes))

        def make() -> dict[str, list[tuple[str, Lane, Stretch]]]:
            found: dict[str, list[tuple[str, Lane, Stretch]]] = {}
            for name, judged in wholes.items():
                evidence = Evidence(judged)
                rules = {rule.id: rule for rule in judged.norms.rules}
                for lane in self.lanes:
                    for stretch in lane.spans.get(name, ()):
                        rule = rules[stretch.verdict.rule]
                        for entry in evidence.of(rule, stretch.verdict):
                            found.setdefault(entry, []).append((name, lane, stretch))
            return found

        made: dict[str, list[tuple[str, Lane, Stretch]]] = self.version.tables.get(key, make)
        return made

    def citing(self) -> dict[str, list[Entry]]:
        """By source: the entries that cite it."""

        def make() -> dict[str, list[Entry]]:
            found: dict[str, list[Entry]] = {}
            for entry in self.case.record.entries:
                for id_ in dict.fromkeys(ref.id for ref in entry.sources):
                    found.setdefault(id_, []).append(entry)
            return found

        made: dict[str, list[Entry]] = self.version.kept.get("citing", make)
        return made

    def cut_verdict(self, stretch: Stretch) -> Any:
        """The verdict as it stood on the day: an end that is still to come is not known."""
        verdict = stretch.verdict
        if verdict.until is not None and verdict.until > self.tick:
            return msgspec.structs.replace(verdict, until=None)
        return verdict
