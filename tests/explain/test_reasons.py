"""Why a duty has its status: the row of the table that decided, and those passed over, in words."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

import servanda
from servanda.explain.reasons import EXPECTED, FAILS, HOLDS, HOLDS_IN, RESIDUAL, reason
from servanda.judge.derive import derive
from servanda.judge.reference.walk import KINDS
from servanda.judge.statuses import STATUSES, Kind
from servanda.judge.verdict import Status

CASE = """
agreement Rent "A lease"
  zone UTC
  suspension does not stop the clock
party A, B
event pay(by: party, n: number), not recorded is taken as not done
event visit(by: party), not recorded is taken as not done
event repair(by: party)
measure noise(of: party)
clause 1
  A must pay(n: at least 900) to B by 2024-01-31
clause 2
  B must not visit
clause 3
  A must repair by 2024-01-31
clause 4
  A must keep noise of A <= 50
clause 5
  B may suspend 1
"""


def said(tmp_path: Path, record: str, clause: str, on: str) -> str:
    (tmp_path / "case.sv").write_text(CASE + record)
    judged = servanda.open(tmp_path / "case.sv").judge("text", on)
    (verdict,) = (v for v in judged.current() if v.rule == clause)
    (derivation,) = derive(judged.norms, judged.facts, [verdict])
    return reason(derivation)


@pytest.mark.parametrize(
    ("record", "clause", "on", "expected"),
    [
        (
            "",
            "1",
            "2024-01-10",
            "Why due: it binds, and time is left. Not performed: no performance is recorded. "
            "Not in breach: its time is not over.",
        ),
        (
            "2024-01-10 A pays(n: 800)\n",
            "1",
            "2024-02-10",
            "Why in breach: its time is over, no performance in it is recorded that counts, and "
            "what is not recorded is taken as not done. Not performed: what is recorded in"
            " time falls short. Not performed late: no "
            "performance after the breach is recorded that counts. Not remedy performed: the"
            " text puts "
            "no remedy in its place.",
        ),
        (
            "2024-02-05 A pays(n: 900)\n",
            "1",
            "2024-02-10",
            "Why performed late: a performance that this account is sure of came after the"
            " deadline. Not "
            "performed: what is recorded was not done in its time. Not in breach: its time "
            "is over, no "
            "performance in it is recorded that counts, and what is not recorded is taken as"
            " not done; but the reason "
            "above comes first.",
        ),
        (
            "2024-02-05 A repairs\n",
            "3",
            "2024-02-10",
            "Why unknown: no performance in its time is recorded that counts, and silence proves "
            "nothing and it has been performed since, which may not have been the first time. "
            "Not performed: what is recorded was not done in its time. Not in breach: "
            "silence does not prove that there was none.",
        ),
        (
            "",
            "3",
            "2024-02-10",
            "Why unknown: no performance in its time is recorded that counts, and silence proves "
            "nothing. Not performed: no performance is recorded. Not in breach: silence does"
            " not prove "
            "that there was none.",
        ),
        (
            "2024-01-10 B visits alleged\n",
            "2",
            "2024-02-10",
            "Why unknown: a violation is recorded that is only possible. Not in breach: a"
            " violation "
            "is only possible.",
        ),
        (
            "2024-01-10 noise of A = 60\n",
            "4",
            "2024-02-10",
            "Why in breach: its condition surely fails, and did while it surely bound.",
        ),
        (
            "2024-01-10 B suspends 1\n",
            "1",
            "2024-02-10",
            "Why suspended: the use of a power suspends it. Not performed: no performance is"
            " recorded. "
            "Not in breach: it has not bound for sure since its time was over.",
        ),
        (
            "2024-01-10 B suspends 1\n",
            "5",
            "2024-02-10",
            "Why exercised: it was used while it was open, and that use is in effect.",
        ),
    ],
)
def test_the_row_that_decided_is_told_and_those_passed_over(
    record: str, clause: str, on: str, expected: str, tmp_path: Path
) -> None:
    assert said(tmp_path, record, clause, on) == expected


def test_late_performance_is_told_to_follow_a_breach_only_where_one_is_known(
    tmp_path: Path,
) -> None:
    """`cured` was said to be broken before, also where silence proves nothing."""
    known = said(tmp_path, "2024-02-05 A pays(n: 900)\n", "1", "2024-02-10")
    silent = said(tmp_path, "2024-02-05 A repairs\n", "3", "2024-02-10")
    assert "after the deadline" in known and "after the deadline" not in silent


@pytest.mark.parametrize("kind", STATUSES)
def test_every_condition_and_part_has_words(kind: Kind) -> None:
    parts = KINDS[kind].PARTS
    expected = {status for others in EXPECTED.values() for status in others}
    for condition, status in STATUSES[kind]:
        base = condition.removesuffix(", vague")
        made_of = parts.get(base)
        said_whole = (kind, base) in HOLDS_IN or base in HOLDS
        if made_of is not None and made_of.any:
            assert all((kind, part) in HOLDS_IN or part in HOLDS for part in made_of.parts)
        else:
            assert said_whole, condition
        if status in expected and condition not in (*RESIDUAL, "performed"):
            assert made_of is not None and not made_of.any, condition
            assert made_of.parts.keys() <= FAILS.keys()
    assert EXPECTED.keys() == set(get_args(Status))
