"""On the real case: the choices that are named flip the duty in the whole account, judged anew with
nothing left out, and no smaller set of them does."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from variants import Whole

import servanda
from servanda.explain.comparison import Comparison
from servanda.explain.duty_keys import duties
from servanda.judge import judgement

CASE = Path(__file__).parents[2] / "cases" / "jcpoa"
ON = "2025-11-01"


@cache
def comparison() -> tuple[servanda.Case, Comparison]:
    case = servanda.open(CASE)
    return case, Comparison(case, ON, None, None)


@cache
def whole() -> Whole:
    case, _ = comparison()
    return Whole(case, ON, judgement.judge)


def test_what_accounts_share_is_judged_as_it_is_for_each_alone() -> None:
    case, found = comparison()
    for name in case.accounts:
        judged = case.judge(name, ON)
        assert found.statuses[name] == duties(
            judged.norms.rules, judged.verdicts, found.variants.occasions
        )


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
            assert whole().status(mine, theirs, choices, key) == wanted
            for fewer in combinations(choices, len(choices) - 1):
                assert whole().status(mine, theirs, fewer, key) != wanted
