"""The days and account of a page, and the tables that all pages read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from servanda.explain.duty_histories import DutyHistory, StatusSpan, duty_histories
from servanda.explain.judged import Judged, iso
from servanda.explain.wording import Words
from servanda.record.facts import Facts
from servanda.record.record import Entry
from servanda.semantics.clock import local_day, micros_of
from servanda.syntax.problems import Problem, ServandaError
from servanda.web.versions import QueryDates, Version

YEARS_AHEAD = 30
Resting = dict[str, list[tuple[str, DutyHistory, StatusSpan]]]
"""By entry: account, duty and span."""


class Refused(Exception):
    """Raised for a request that cannot be answered: the problem, and the status of HTTP."""

    def __init__(self, code: str, subject: str, message: str, help: str, status: int = 400) -> None:
        super().__init__(message)
        self.problem = Problem(code, subject, "", 0, 0, message, help)
        self.status = status


def refused_as(problem: Problem, status: int = 400) -> Refused:
    """The refusal of a request for a problem that was found on the way."""
    return Refused(problem.code, problem.subject, problem.message, problem.help, status)


def no_account(name: str, known: Iterable[str], status: int = 400) -> Refused:
    """The refusal of a request that names an account that is not there."""
    advice = f"the accounts are {', '.join(known)}"
    return Refused("E212", f"account:{name}", f"there is no account `{name}`", advice, status)


def no_clause(id_: str) -> Refused:
    """The refusal of a request that names a clause that is not there."""
    advice = "look through the text, or search"
    return Refused("E206", f"clause:{id_}", f"there is no clause `{id_}`", advice, 404)


def no_party(name: str, known: Iterable[str], status: int = 400) -> Refused:
    """The refusal of a request that names a party that is not there."""
    advice = f"the parties are {', '.join(known)}"
    return Refused("E202", f"party:{name}", f"there is no party `{name}`", advice, status)


def still_judging(what: str = "this") -> Refused:
    """The refusal of a request whose judgement is under way."""
    return Refused(
        "E041", "page:judging", f"{what} is still being judged", "ask again in a moment", 503
    )


def too_busy() -> Refused:
    """The refusal of a request that comes while too many others are at work."""
    advice = "ask again in a moment"
    return Refused("E041", "page:busy", "too much is asked for at once", advice, 503)


def foreign_form() -> Refused:
    """The refusal of a form that another page sent."""
    message = "this form was not sent from this page"
    return Refused("E040", "option:form", message, "load the page again", 403)


def dates_of(version: Version, params: Mapping[str, str]) -> QueryDates:
    """The days in an address. Raises Refused for what is no date, or too far ahead."""
    case = version.case
    last = case.last_day()
    on, known = params.get("on") or last, params.get("known") or None
    try:
        tick = case.tick(on)
        if known is not None:
            case.tick(known)
    except ServandaError as error:
        raise refused_as(error.problems[0]) from None
    ahead = date.fromisoformat(last) + timedelta(days=366 * YEARS_AHEAD)
    if tick > case.tick(ahead.isoformat()):
        advice = f"the record ends on {last}: ask up to {ahead}"
        raise Refused("E011", f"day:{on}", f"{on} is too far ahead", advice)
    return QueryDates(on, known, last if tick <= case.tick(last) else on)


class Query:
    """The days and the account that a page asks for, with the judgements of that version of the
    case. Account None: the first one. Raises Refused if there is no such account."""

    def __init__(self, version: Version, dates: QueryDates, account: str | None = None) -> None:
        self.version = version
        self.case = version.case
        self.dates = dates
        self.tick = self.case.tick(dates.on)
        self.zone = self.case.zone
        self.accounts = self.case.accounts
        if account is not None and account not in self.accounts:
            raise no_account(account, self.accounts)
        self.account = account or self.accounts[0]

    # -------------------------------------------------------------- duties
    @property
    def duties(self) -> list[DutyHistory]:
        """Every duty in the accounts judged so far, over the whole time."""
        judgements = self.version.whole_judgements(self.dates)
        key = ("duties", self.dates.until, self.dates.known, tuple(judgements))
        clauses = [c.id for c in self.case.agreement.clauses]
        found: list[DutyHistory] = self.version.tables.get(
            key, lambda: duty_histories(judgements, clauses)
        )
        return found

    def present(self) -> Iterator[DutyHistory]:
        """The duties there are on the day asked about, in any account."""
        for duty in self.duties:
            if any(duty.span(name, self.tick) for name in duty.spans):
                yield duty

    def duty(self, id_: str) -> DutyHistory:
        for duty in self.duties:
            if duty.id == id_:
                return duty
        raise Refused(
            *("E042", f"duty:{id_}"), "there is no such duty here", "find it on the board", 404
        )

    def statuses(self, duty: DutyHistory) -> dict[str, str | None]:
        """The status in every account that is judged by now."""
        judged = self.version.whole_judgements(self.dates)
        return {n: duty.status(n, self.tick) for n in self.accounts if n in judged}

    def contested(self, duty: DutyHistory) -> bool:
        return len(set(self.statuses(duty).values())) > 1

    def in_play(self, duty: DutyHistory) -> bool:
        return duty.in_play(self.tick)

    def counts(self, duties: Iterable[DutyHistory]) -> dict[str, dict[str, int]]:
        """How many duties have each status, by account; nothing is weighed or added up."""
        found: dict[str, Counter[str]] = {n: Counter() for n in self.accounts}
        for duty in duties:
            for name in duty.spans:
                status = duty.status(name, self.tick)
                if status is not None:
                    found[name][status] += 1
        return {name: dict(counter) for name, counter in found.items()}

    def judged(self, account: str | None = None) -> Judged | None:
        """One account's judgement on the day asked about; None while it is not made."""
        made = self.version.judged(account or self.account, self.dates)
        if isinstance(made, Problem):
            raise refused_as(made, 409)
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
                on=self.dates.on,
                known=None,
                agreement=case.agreement,
                record=case.record,
                norms=case.norms(name),
                facts=Facts(now=0),
                verdicts=(),
            )
            return Words(plain)

        found: Words = self.version.answers.get("words", make)
        return found

    def says(self, entry: Entry) -> str:
        return self.words.what(entry.what)

    def day(self, tick: int | None) -> str | None:
        """The local day of a tick; None stays None."""
        return None if tick is None else local_day(micros_of(tick), self.zone).isoformat()

    def iso(self, tick: int | None) -> str | None:
        return iso(tick, self.zone)

    def first_day(self) -> str:
        """The day of the first entry, where the slider begins."""
        first = self.case.record.first
        return str(self.day(self.tick if first is None else first))

    # -------------------------------------------------------------- what rests on what
    def resting(self) -> Resting:
        """The spans that each entry opened, over the whole time."""
        judgements = self.version.whole_judgements(self.dates)
        key = ("resting", self.dates.until, self.dates.known, tuple(judgements))

        def make() -> Resting:
            found: Resting = {}
            for name in judgements:
                for duty in self.duties:
                    for span in duty.spans.get(name, ()):
                        for entry in span.verdict.cited:
                            found.setdefault(entry, []).append((name, duty, span))
            return found

        made: Resting = self.version.tables.get(key, make)
        return made

    def citing(self) -> dict[str, list[Entry]]:
        """By source: the entries that cite it."""

        def make() -> dict[str, list[Entry]]:
            found: dict[str, list[Entry]] = {}
            for entry in self.case.record.entries:
                for id_ in dict.fromkeys(ref.id for ref in entry.sources):
                    found.setdefault(id_, []).append(entry)
            return found

        made: dict[str, list[Entry]] = self.version.answers.get("citing", make)
        return made

    def cut_verdict(self, span: StatusSpan) -> Any:
        """The verdict as it stood on the day: an end that is still to come is not known."""
        verdict = span.verdict
        if verdict.until is not None and verdict.until > self.tick:
            return msgspec.structs.replace(verdict, until=None, closed_by=())
        return verdict
