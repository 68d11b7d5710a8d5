"""On the real case: the choices that are named flip the duty in the whole account, judged anew with
nothing left out, and no smaller set of them does."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import combinations
from pathlib import Path

import msgspec
import pytest

import servanda
from servanda.answers.choices import Choice, identity, switched
from servanda.answers.compare import Comparison, Duty, duties
from servanda.judge import engine
from servanda.language.errors import Problems
from servanda.language.model import Account
from servanda.language.resolve import norms_of

CASE = Path(__file__).parents[2] / "cases" / "jcpoa"
ON = "2025-11-01"


@cache
def comparison() -> tuple[servanda.Case, Comparison]:
    case = servanda.open(CASE)
    return case, Comparison(case, ON, None, None)


WHOLE: dict[object, dict[Duty, str] | None] = {}


def whole(account: Account) -> dict[Duty, str] | None:
    """Every duty of a variant of an account; None where it cannot be held."""
    case, _ = comparison()
    key = identity(account)
    if key not in WHOLE:
        problems = Problems()
        alone = msgspec.structs.replace(case.agreement, accounts=(account,))
        norms = norms_of(alone, account.name, None, problems)
        facts = None if problems.errors else case.facts(account, norms, ON, None)
        WHOLE[key] = None if facts is None else duties(norms.rules, engine.judge(norms, facts))
    return WHOLE[key]


def status(a: Account, b: Account, choices: Iterable[Choice], key: Duty) -> object:
    found = whole(switched(a, b, choices))
    return "cannot be held" if found is None else found.get(key)


@pytest.mark.parametrize("clause", ["2231.8", "7", "21"])
def test_what_is_named_flips_it_and_nothing_smaller_does(clause: str) -> None:
    _, found = comparison()
    keys = [k for k in found.statuses["Iran"] if k[0] == clause]
    keys = [k for k in keys if len({s.get(k) for s in found.statuses.values()}) > 1]
    assert keys, f"{clause} is contested on {ON}"
    for key in keys:
        flips = list(found.flips(key))
        assert flips
        for a, b, choices in flips:
            mine, theirs = found.chosen[a], found.chosen[b]
            wanted = found.statuses[b].get(key)
            assert status(mine, theirs, choices, key) == wanted
            for fewer in combinations(choices, len(choices) - 1):
                assert status(mine, theirs, fewer, key) != wanted
