"""Rules that need each other: suspend while in breach, end after a longer one."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

import servanda
from servanda.judge import judgement
from servanda.judge.judgement import Judgement
from servanda.judge.reference import walk
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms, Rule

SALE = """
agreement Sale "Sale"
  zone UTC
  suspension stops the clock
party seller, buyer
event deliver(by: party, to: party), not recorded is taken as not done
event pay(by: party, to: party), not recorded is taken as not done

clause Delivery
  seller must deliver to buyer from 2024-01-01 before 2024-01-11
clause Payment
  buyer must pay to seller from 2024-01-01 before 2024-01-08
clause Suspension
  seller may suspend Delivery while buyer in breach of Payment
clause Grace
  whenever seller in breach of Delivery:
    seller must deliver to buyer within 10 days
clause Termination
  buyer may end the agreement while seller in breach of Grace

2024-01-09 seller suspends Delivery
2024-01-16 buyer pays(seller)
"""


@pytest.fixture
def sale(tmp_path: Path) -> tuple[Norms, Facts]:
    """One component of five rules: the end touches all, and waits for two of them."""
    return read(SALE, tmp_path)


def read(text: str, folder: Path) -> tuple[Norms, Facts]:
    file = folder / "sale.sv"
    file.write_text(text, "utf-8")
    case = servanda.open(file)
    norms = case.norms()
    return norms, case.facts(None, norms, "2024-03-01", None)


def test_what_one_rule_tells_is_there_whenever_another_looks(sale: tuple[Norms, Facts]) -> None:
    spans = {
        (v.rule, v.status)
        for v in judgement.judge(*sale)
        if v.rule == "Delivery" and v.status in ("suspended", "broken")
    }
    assert spans == {("Delivery", "suspended"), ("Delivery", "broken")}
    assert sorted(map(repr, judgement.judge(*sale))) == sorted(map(repr, walk.judge(*sale)))


def test_rules_of_a_circle_are_judged_one_after_the_other(
    sale: tuple[Norms, Facts], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, most, lock = 0, 0, threading.Lock()
    whole = Judgement.judge_batch

    def watched(self: Judgement, rules: list[Rule], rounds: bool = False) -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.01)
        whole(self, rules, rounds)
        with lock:
            at_work -= 1

    monkeypatch.setattr(Judgement, "judge_batch", watched)
    judgement.judge(*sale)
    assert most == 1


@pytest.mark.parametrize(
    ("when", "suspended"),
    [("2024-01-08", True), ("2024-01-08T00:00", False), ("2024-01-07", False)],
)
def test_a_use_dated_by_the_day_answers_the_breach_that_begins_it(
    when: str, suspended: bool, tmp_path: Path
) -> None:
    norms, facts = read(SALE.replace("2024-01-09", when), tmp_path)
    quick, slow = judgement.judge(norms, facts), walk.judge(norms, facts)
    assert any(v.rule == "Delivery" and v.status == "suspended" for v in quick) is suspended
    assert sorted(map(repr, quick)) == sorted(map(repr, slow))
