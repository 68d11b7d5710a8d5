"""What an account chooses, one choice at a time: readings, trust, vague terms it holds.

Accounts differ in choices; a variant of an account has some of another's in their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from servanda.explain.wording import joined
from servanda.syntax.printer.statements import show
from servanda.syntax.printer.values import pattern
from servanda.syntax.tree import NOWHERE, Account, Agreement, Held

Choice = tuple[str, str]
"""`("reads", group)`, `("trusts", how or how:source)`, `("accepts", grade)`, `("holds", term)`."""

WRITTEN = "as written"
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
    if bool(one.only) != bool(other.only):
        found.append(("trusts", "only"))
    else:
        found += [("trusts", f"only:{name}") for name in differing(one.only, other.only)]
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


# ------------------------------------------------------------------ words
def described(agreement: Agreement, one: Account, other: Account, choices: Iterable[Choice]) -> str:
    """Choices that go together: `reading R6 of 2231.11: standing / no_standing`."""
    return joined(text for c in choices for text in words(agreement, one, other, c))


def words(agreement: Agreement, one: Account, other: Account, choice: Choice) -> Iterator[str]:
    kind, what = choice
    match kind:
        case "reads":
            clauses = dict.fromkeys(r.clause for r in agreement.readings if r.group == what)
            of = f" of {joined(clauses)}" if clauses else ""
            mine, theirs = dict(one.reads), dict(other.reads)
            yield f"reading {what}{of}: {mine.get(what, WRITTEN)} / {theirs.get(what, WRITTEN)}"
        case "holds":
            yield f"vague term {what}: {term(one, what)} / {term(other, what)}"
        case "accepts":
            yield f"grade {what}: {taken(what in one.grades)} / {taken(what in other.grades)}"
        case _:
            yield trusted(one, other, what)


def taken(accepted: bool) -> str:
    return "accepted as sure" if accepted else "only possible"


def term(account: Account, what: str) -> str:
    found = [h for h in account.held if pattern(h.pattern) == what]
    return joined(show(msgspec.structs.replace(h, reason=None)) for h in found) or "not held"


def trusted(one: Account, other: Account, what: str) -> str:
    how, _, name = what.partition(":")
    if not name:
        sides = [
            f"trusts only {joined(account.only)}" if account.only else "trusts all"
            for account in (one, other)
        ]
        return f"sources: {sides[0]} / {sides[1]}"
    says = {
        "only": ("trusted", "not trusted"),
        "first": ("over all others", "like all others"),
        "distrusts": ("distrusted", "not distrusted"),
    }[how]
    mine, theirs = name in getattr(one, how), name in getattr(other, how)
    return f"source {name}: {says[not mine]} / {says[not theirs]}"
