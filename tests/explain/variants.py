"""Accounts that nobody holds, judged from scratch and with nothing left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

import servanda
from servanda.explain.duty_keys import Duty, Occasions, duties
from servanda.explain.variants import Choice, identity, switched
from servanda.judge.verdict import Status, Verdict
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms
from servanda.semantics.resolver import norms_of
from servanda.syntax.problems import Problems
from servanda.syntax.tree import Account


class Whole:
    """Every duty of any variant of an account of a case."""

    def __init__(
        self, case: servanda.Case, on: str, judge: Callable[[Norms, Facts], tuple[Verdict, ...]]
    ) -> None:
        self.case = case
        self.on = on
        self.judge = judge
        self.judged: dict[object, dict[Duty, Status] | None] = {}
        self.occasions = Occasions(case.record)

    def of(self, account: Account) -> dict[Duty, Status] | None:
        """The status of each duty; None where the account cannot be held."""
        key = identity(account)
        if key not in self.judged:
            problems = Problems()
            alone = msgspec.structs.replace(self.case.agreement, accounts=(account,))
            norms = norms_of(alone, account.name, None, problems)
            self.judged[key] = None
            if not problems.errors:
                facts = self.case.facts(account, norms, self.on, None)
                self.judged[key] = duties(norms.rules, self.judge(norms, facts), self.occasions)
        return self.judged[key]

    def status(self, a: Account, b: Account, choices: Iterable[Choice], key: Duty) -> object:
        """What a duty is in account a with these choices of b's in place of its own."""
        found = self.of(switched(a, b, choices))
        return "cannot be held" if found is None else found.get(key)
