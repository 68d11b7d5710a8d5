"""One version of a case's text, and the judgements of it as they are made."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Condition
from typing import Any, Generic, TypeVar

from msgspec import Struct

from servanda.api import Case
from servanda.explain.check_report import Checked
from servanda.explain.judged import Judged
from servanda.judge.verdict import JudgeError
from servanda.syntax.problems import Problem, ServandaError, own_error

T = TypeVar("T")
MOST_JUDGEMENTS = 24
MOST_EARLIER = 48
MOST_ANSWERS = 512
MOST_CHARTS = 96
MOST_TABLES = 24


class QueryDates(Struct, frozen=True):
    """The days that an address asks about. `until` is how far the case is judged for it: up to the
    record's last day, or `on` where that is later."""

    on: str
    known: str | None
    until: str


Key = tuple[str, str, str | None]
"""Account, how far judged, as known on."""


class Version:
    """The text of a case as it was read once, with caches of what was made of it.

    `judgements` holds judgements, or the problem that prevented one; `earlier` those cut off at
    earlier days, `answers` small answers, `tables` what is made of whole judgements, `charts`
    charts. Other threads wait on `news`.
    """

    def __init__(
        self,
        number: int,
        case: Case,
        checked: Checked,
        news: Condition,
        earlier: Version | None = None,
    ) -> None:
        self.number = number
        self.case = case
        self.checked = checked
        self.news = news
        self.judgements: OrderedDict[Key, Judged | Problem] = OrderedDict()
        self.earlier: Cache[Judged] = Cache(MOST_EARLIER)
        self.answers: Cache[Any] = Cache(MOST_ANSWERS)
        self.charts: Cache[Any] = Cache(MOST_CHARTS)
        self.tables: Cache[Any] = Cache(MOST_TABLES)
        self.past: dict[str, Judged] = {} if earlier is None else earlier.whole_record()

    def whole_record(self) -> dict[str, Judged]:
        """By account, the last judgement of the whole record, of this text or one before it."""
        own = {key[0]: made for key, made in self.judgements.items() if key[2] is None}
        return self.past | {name: made for name, made in own.items() if isinstance(made, Judged)}

    # -------------------------------------------------------------- judging
    def key(self, account: str, dates: QueryDates) -> Key:
        return account, dates.until, dates.known

    def judge(self, key: Key, before: Sequence[Judged] = ()) -> Judged | Problem:
        """Judge once, reusing verdicts of earlier judgements.

        A problem that prevents it is returned, and cached, in place of the judgement.
        """
        found = self.judgements.get(key)
        if found is None:
            found = self._judge(key, before)
            with self.news:
                self.judgements[key] = found
                if key[2] is None:
                    self.past.pop(key[0], None)
                self._forget()
                self.news.notify_all()
        return found

    def _judge(self, key: Key, before: Sequence[Judged]) -> Judged | Problem:
        account, until, known = key
        try:
            return self.case.judge(account, until, known, reuse=before)
        except JudgeError as error:
            return error.problem(f"account {account}")
        except ServandaError as error:
            return error.problems[0]
        except Exception as error:
            return own_error(error)

    def _forget(self) -> None:
        """Drop the oldest judgements of other days than the record's last with all known."""
        last = self.case.last_day()
        others = [k for k in self.judgements if k[1:] != (last, None)]
        for key in others[:-MOST_JUDGEMENTS]:
            del self.judgements[key]

    def judged(self, account: str, dates: QueryDates) -> Judged | Problem | None:
        """The judgement as of the day asked about; None while it is not made."""
        whole = self.judgements.get(self.key(account, dates))
        if not isinstance(whole, Judged) or whole.on == dates.on:
            return whole
        return self.earlier.get((account, dates), lambda: self.case.as_of(whole, dates.on))

    def whole_judgements(self, dates: QueryDates) -> dict[str, Judged]:
        """The judgements up to the end, of the accounts that are judged by now."""
        found = {name: self.judgements.get(self.key(name, dates)) for name in self.case.accounts}
        return {name: made for name, made in found.items() if isinstance(made, Judged)}

    def refused(self, dates: QueryDates) -> list[Problem]:
        """The problems that prevented judging some accounts."""
        found = (self.judgements.get(self.key(name, dates)) for name in self.case.accounts)
        return [made for made in found if isinstance(made, Problem)]

    def waiting(self, dates: QueryDates) -> list[str]:
        """The accounts that are not judged yet."""
        return [n for n in self.case.accounts if self.key(n, dates) not in self.judgements]


class Cache(Generic[T]):
    """The answers worked out last, by their keys; beyond `most`, the oldest are dropped."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.found: OrderedDict[Hashable, T] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        return key in self.found

    def peek(self, key: Hashable) -> T | None:
        """The answer, if it is there."""
        return self.found.get(key)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The cached answer, or what `make` makes. Two threads may both make it; one is kept."""
        try:
            return self.found[key]
        except KeyError:
            made = make()
        self.found[key] = made
        while len(self.found) > self.most:
            try:
                self.found.popitem(last=False)
            except KeyError:
                break
        return made
