"""What an account chooses, one choice at a time: readings, trust, vague terms it holds.

Accounts differ in choices. A variant of an account has other choices in place of some of its own,
and is judged only on the clauses that are asked about.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

from servanda.explain.duty_keys import Duty, Occasions, Standing, current
from servanda.explain.judged_case import JudgedCase
from servanda.judge.dependencies import Footprints
from servanda.judge.verdict import JudgeError, Status
from servanda.record.account_facts import facts_for
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms
from servanda.syntax.printer.values import pattern
from servanda.syntax.problems import Problems
from servanda.syntax.tree import NOWHERE, Account, Held

Choice = tuple[str, str]
"""`("reads", group)`, `("trusts", how or how:source)`, `("accepts", grade)`, `("holds", term)`."""

PLAIN = Account("text", None, (), (), (), (), (), (), NOWHERE)


def differences(one: Account, other: Account) -> list[Choice]:
    """The choices in which two accounts differ, readings first."""
    found: list[Choice] = []
    mine, theirs = dict(one.reads), dict(other.reads)
    groups = dict.fromkeys((*mine, *theirs))
    found += [("reads", g) for g in groups if mine.get(g) != theirs.get(g)]
    held = dict.fromkeys(pattern(h.pattern) for h in (*one.held, *other.held))
    found += [("holds", term) for term in held if holds(one, term) != holds(other, term)]
    for how in ("first", "distrusts"):
        a, b = getattr(one, how), getattr(other, how)
        found += [("trusts", f"{how}:{name}") for name in differing(a, b)]
    if set(one.only) & set(other.only):
        found += [("trusts", f"only:{name}") for name in differing(one.only, other.only)]
    elif one.only or other.only:
        found.append(("trusts", "only"))  # name by name, a list without any would trust everybody
    found += [("accepts", grade) for grade in differing(one.grades, other.grades)]
    return found


def differing(one: Iterable[str], other: Iterable[str]) -> list[str]:
    mine, theirs = dict.fromkeys(one), dict.fromkeys(other)
    return [name for name in (*mine, *theirs) if (name in mine) != (name in theirs)]


def holds(account: Account, term: str) -> tuple[Held, ...]:
    """What the account holds of a vague term, without the reasons it gives."""
    return tuple(
        msgspec.structs.replace(h, reason=None) for h in account.held if pattern(h.pattern) == term
    )


def switched(account: Account, other: Account, choices: Iterable[Choice]) -> Account:
    """The account with the other's choices in place of its own, for these and no more."""
    for kind, what in choices:
        account = one_switched(account, other, kind, what)
    return account


def one_switched(account: Account, other: Account, kind: str, what: str) -> Account:
    replace = msgspec.structs.replace
    if kind == "reads":
        kept = tuple(r for r in account.reads if r[0] != what)
        return replace(account, reads=(*kept, *(r for r in other.reads if r[0] == what)))
    if kind == "holds":
        held = tuple(h for h in account.held if pattern(h.pattern) != what)
        return replace(
            account, held=(*held, *(h for h in other.held if pattern(h.pattern) == what))
        )
    if kind == "accepts":
        return replace(account, grades=swapped(account.grades, other.grades, what))
    if what == "only":
        return replace(account, only=other.only)
    how, _, name = what.partition(":")
    names = swapped(getattr(account, how), getattr(other, how), name)
    return replace(account, **{how: names})


def swapped(mine: tuple[str, ...], theirs: tuple[str, ...], name: str) -> tuple[str, ...]:
    kept = tuple(n for n in mine if n != name)
    return (*kept, name) if name in theirs else kept


def reading_as(account: Account, group: str, name: str | None) -> Account:
    """The account with one reading of a contested point (None: the text as written)."""
    kept = tuple(r for r in account.reads if r[0] != group)
    return msgspec.structs.replace(account, reads=kept if name is None else (*kept, (group, name)))


@lru_cache(maxsize=4096)
def identity(account: Account) -> Any:
    """Equal for variants that choose the same, whatever the order they were made in."""
    return (
        frozenset(account.reads),
        frozenset(account.only),
        frozenset(account.first),
        frozenset(account.distrusts),
        frozenset(account.grades),
        frozenset(msgspec.structs.replace(h, reason=None) for h in account.held),
    )


# ------------------------------------------------------------------ judging
class Variants:
    """Accounts that nobody holds, judged on the clauses that are asked about.

    Variants with the same footprint of a clause (`judge.dependencies`) share its verdicts.
    """

    def __init__(self, case: JudgedCase, on: str, known: str | None) -> None:
        self.case = case
        self.on = case.tick(on)
        self.known = None if known is None else case.tick(known)
        self.clauses = [clause.id for clause in case.agreement.clauses]
        self._norms: dict[Any, Footprints | None] = {}
        self._facts: dict[Any, Facts] = {}
        self._footprints: dict[Any, int | None] = {}
        self._numbers: dict[Any, int] = {}
        self._standing: dict[tuple[str, int], dict[Duty, Standing] | None] = {}
        self._held: set[tuple[str, int]] = set()
        self.any_held = False
        self.occasions = Occasions(case.record)

    # -------------------------------------------------------------- norms and facts
    def norms(self, account: Account) -> Footprints | None:
        """The norms of a variant; None if it cannot be held (a reading without what it needs)."""
        reads, *_, held = identity(account)
        if (reads, held) not in self._norms:
            self._norms[reads, held] = self._resolve(account)
        return self._norms[reads, held]

    def _resolve(self, account: Account) -> Footprints | None:
        from servanda.semantics.resolver import norms_of

        problems = Problems()
        alone = msgspec.structs.replace(self.case.agreement, accounts=(account,))
        norms = norms_of(alone, account.name, None, problems)
        return None if problems.errors else Footprints(norms)

    def facts(self, account: Account, norms: Norms) -> Facts:
        """The record as the variant trusts it: readings have no part in that."""
        _, *trust, _ = identity(account)
        key = tuple(trust)
        if key not in self._facts:
            self._facts[key] = facts_for(
                self.case.record,
                self.case.agreement,
                account,
                norms,
                on=self.on,
                known=self.known,
            )
        return self._facts[key]

    def footprint(self, account: Account, clause: str) -> int | None:
        """The footprint of a clause in a variant, as a small number; None: cannot be held."""
        key = (identity(account), clause)
        if key not in self._footprints:
            made = self.norms(account)
            number = None
            if made is not None:
                whole = made.of(clause, self.facts(account, made.norms))
                number = self._numbers.setdefault(whole, len(self._numbers))
            self._footprints[key] = number
        return self._footprints[key]

    # -------------------------------------------------------------- statuses
    def hold(
        self, account: Account, standing: dict[Duty, Standing], clauses: Iterable[str]
    ) -> None:
        """Take an account for one that somebody holds, with what it was judged to on clauses."""
        self.any_held = True
        for clause in clauses:
            number = self.footprint(account, clause)
            if number is not None:
                self._held.add((clause, number))
                mine = {key: found for key, found in standing.items() if key[0] == clause}
                self._standing.setdefault((clause, number), mine)

    def is_held(self, account: Account, clause: str) -> bool:
        """Whether an account that somebody holds has the same verdicts on the clause."""
        number = self.footprint(account, clause)
        return number is None or (clause, number) in self._held

    def can_judge(self, account: Account, clause: str) -> bool:
        return self.standing(account, clause) is not None

    def status(self, account: Account, key: Duty) -> Status | None:
        """The status of a duty in a variant that can be judged; None: no such duty."""
        found = (self.standing(account, key[0]) or {}).get(key)
        return None if found is None else found[1].status

    def standing(self, account: Account, clause: str) -> dict[Duty, Standing] | None:
        """A clause's duties in a variant; None: it cannot be held, or judged."""
        number = self.footprint(account, clause)
        if number is None:
            return None
        if (clause, number) not in self._standing:
            self._standing[clause, number] = None
            self._judge(account, [clause])
        return self._standing[clause, number]

    def whole(self, account: Account) -> dict[Duty, Standing] | None:
        """All duties of an account, judging no clause whose footprint was judged before.

        None: the account cannot be held, or judged.
        """
        unknown = [
            clause
            for clause in self.clauses
            if (clause, self.footprint(account, clause)) not in self._standing
        ]
        if unknown and not self._judge(account, unknown):
            return None
        found: dict[Duty, Standing] = {}
        for clause in self.clauses:
            mine = self.standing(account, clause)
            if mine is None:
                return None
            found |= mine
        return found

    def _judge(self, account: Account, clauses: Iterable[str]) -> bool:
        """Judge some clauses, and keep what that says of every clause they reach wholly."""
        from servanda.judge.dispatch import judge

        made = self.norms(account)
        if made is None:
            return False
        asked = set(clauses)
        reach = made.follow(rule.id for rule in made.norms.rules if rule.clause in asked)
        norms, facts = made.within(reach, self.facts(account, made.norms))
        try:
            found = current(norms.rules, judge(norms, facts), self.occasions)
        except JudgeError:
            return False
        partly = {rule.clause for rule in made.norms.rules if rule.id not in reach.rules}
        for clause in asked | {rule.clause for rule in norms.rules} - partly:
            number = self.footprint(account, clause)
            if number is not None and self._standing.get((clause, number)) is None:
                mine = {key: standing for key, standing in found.items() if key[0] == clause}
                self._standing[clause, number] = mine
        return True
