"""One reading of a case's text, and the judgements of it as they are made."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Condition
from typing import Any, Generic, TypeVar

from msgspec import Struct

from servanda.api import Case
from servanda.explain.check_report import Checked
from servanda.explain.incremental import judge_again
from servanda.explain.judged import Judged
from servanda.explain.snapshot import as_of
from servanda.judge.verdict import JudgeError
from servanda.syntax.problems import Problem, ServandaError

T = TypeVar("T")
MOST_KNOWN = 24
MOST_CUTS = 48
MOST_KEPT = 512
MOST_DRAWN = 96
MOST_TABLES = 24


class Asked(Struct, frozen=True):
    """The days of a question. `until` is how far the judgement runs: the record's last day, or
    `on` where that is later."""

    on: str
    known: str | None
    until: str


Key = tuple[str, str, str | None]
"""Account, how far judged, as known on."""


class Version:
    """What the text of a case says at one time. It never changes; answers to it are kept.

    `made` holds judgements, or the problem that prevented one; `kept` small answers, `tables` what
    is made of whole judgements, `drawn` charts. Other threads wait on `news`.
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
        self.made: OrderedDict[Key, Judged | Problem] = OrderedDict()
        self.cuts: Kept[Judged] = Kept(MOST_CUTS)
        self.kept: Kept[Any] = Kept(MOST_KEPT)
        self.drawn: Kept[Any] = Kept(MOST_DRAWN)
        self.tables: Kept[Any] = Kept(MOST_TABLES)
        self.past: dict[str, Judged] = {} if earlier is None else earlier.whole_record()

    def whole_record(self) -> dict[str, Judged]:
        """By account, the last judgement of the whole record, of this text or one before it."""
        own = {key[0]: made for key, made in self.made.items() if key[2] is None}
        return self.past | {name: made for name, made in own.items() if isinstance(made, Judged)}

    # -------------------------------------------------------------- judging
    def key(self, account: str, asked: Asked) -> Key:
        return account, asked.until, asked.known

    def judge(self, key: Key, before: Sequence[Judged] = ()) -> Judged | Problem:
        """Judge once, taking over what earlier judgements settled alike; what stands in the way
        of a judgement is data too."""
        found = self.made.get(key)
        if found is None:
            found = self._judge(key, before)
            with self.news:
                self.made[key] = found
                if key[2] is None:
                    self.past.pop(key[0], None)
                self._forget()
                self.news.notify_all()
        return found

    def _judge(self, key: Key, before: Sequence[Judged]) -> Judged | Problem:
        account, until, known = key
        case = self.case
        try:
            norms = case.norms(account)
            facts = case.facts(case.account(account), norms, until, known)
            return Judged(
                case=case.agreement.header.name,
                account=account,
                on=until,
                known=known,
                agreement=case.agreement,
                record=case.record,
                norms=norms,
                facts=facts,
                verdicts=judge_again(before, norms, facts),
            )
        except JudgeError as error:
            rule = f"rule {error.rule}: " if error.rule else ""
            entry = f" (entry {error.entry})" if error.entry else ""
            return Problem(f"account {account}", 0, 0, f"{rule}{error}{entry}")
        except ServandaError as error:
            return error.problems[0]
        except Exception as error:
            return Problem("servanda", 0, 0, f"an error of Servanda's own: {error}")

    def _forget(self) -> None:
        """Drop the oldest judgements of other days than the record's last with all known."""
        last = self.case.last_day()
        others = [k for k in self.made if k[1:] != (last, None)]
        for key in others[:-MOST_KNOWN]:
            del self.made[key]

    def judged(self, account: str, asked: Asked) -> Judged | Problem | None:
        """The judgement as of the day asked; None while it is not made."""
        whole = self.made.get(self.key(account, asked))
        if not isinstance(whole, Judged) or whole.on == asked.on:
            return whole
        return self.cuts.get((account, asked), lambda: self._cut(whole, account, asked))

    def _cut(self, whole: Judged, account: str, asked: Asked) -> Judged:
        case = self.case
        facts = case.facts(case.account(account), whole.norms, asked.on, asked.known)
        return as_of(whole, asked.on, facts)

    def wholes(self, asked: Asked) -> dict[str, Judged]:
        """The judgements up to the end, of the accounts that are judged by now."""
        found = {name: self.made.get(self.key(name, asked)) for name in self.case.accounts}
        return {name: made for name, made in found.items() if isinstance(made, Judged)}

    def refused(self, asked: Asked) -> list[Problem]:
        """What stands in the way of judging some accounts."""
        found = (self.made.get(self.key(name, asked)) for name in self.case.accounts)
        return [made for made in found if isinstance(made, Problem)]

    def waiting(self, asked: Asked) -> list[str]:
        """The accounts that are not judged yet."""
        return [n for n in self.case.accounts if self.key(n, asked) not in self.made]


class Kept(Generic[T]):
    """The last things worked out, by what they answer; the oldest go first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.found: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was kept, or what `make` makes. Two threads may both make it; one is kept."""
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
