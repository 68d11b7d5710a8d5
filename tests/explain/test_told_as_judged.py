"""What is told of a verdict is what was judged: shortfalls, entries set aside, advice."""

from __future__ import annotations

from pathlib import Path

import pytest

import servanda
from servanda.explain.why import why
from servanda.explain.wording import Node

HEAD = """
agreement Page "A page"
  zone UTC
party A, B, F, Fund
event plan(by: party, stock: number), not recorded is taken as not done
event pay(by: party, amount: number in USD), not recorded is taken as not done
event done(by: party), not recorded is taken as not done
currency USD
measure level(of: party) in kg
vague sound to be determined by Fund
"""


def told(tmp_path: Path, text: str, clause: str, on: str, account: str | None = None) -> str:
    path = tmp_path / "case.sv"
    path.write_text(HEAD + text)
    case = servanda.open(path)
    assert [p.message for p in case.problems if p.severity == "error"] == []
    return "\n".join(map(whole, why(case.judge(account, on), clause, case=case)))


def whole(node: Node) -> str:
    return "\n".join([node.sentence, *map(whole, node.children)])


# ------------------------------------------------------------------ shortfalls
SHORT = """
clause 1
  A must plan(stock: at least 16) by 2024-02-01
2024-01-10 A plans(stock: 14)
"""


def test_what_falls_short_is_told_with_by_how_much(tmp_path: Path) -> None:
    said = told(tmp_path, SHORT, "1", "2024-03-01")
    assert "stock 14 of at least 16, 2 short: entry 2024-01-10-plan-A" in said
    assert "No entry records" not in said or "in its window by then" in said
    assert "Not performed: what is recorded in time falls short." in said
    assert "Why in breach: its time is over, no performance in it is recorded that counts" in said
    assert "`2024-02-01 A plans(stock: 16)`: performed" in said


def test_what_is_supposed_as_advised_changes_it(tmp_path: Path) -> None:
    (tmp_path / "case.sv").write_text(HEAD + SHORT)
    case = servanda.open(tmp_path / "case.sv")
    (tmp_path / "more.sv").write_text("2024-02-01 A plans(stock: 16)\n")
    changed = case.suppose(tmp_path / "more.sv", on="2024-03-01")
    assert [row["after"]["status"] for row in changed.to_dict()["changed"]] == ["kept"]


def test_parts_are_summed_and_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    text = """
clause 1
  A must pay(amount: at least 10 USD) by 2024-02-01 instalments add up
2024-01-10 A pays(5 USD), id five
2024-01-20 A pays(4 USD), id four
"""
    said = told(tmp_path, text, "1", "2024-03-01")
    assert "amount: 9 USD of at least 10 USD in its window, 1 USD short." in said
    assert "`2024-02-01 A pays(amount: 1 USD)`: performed" in said


def test_hours_late_and_headroom_are_told(tmp_path: Path) -> None:
    text = """
clause 1
  A must done by 2024-02-01T12:00
clause 2
  A must keep level <= 1550 kg
2024-02-01T15:00 A done
2024-01-01 level of A = 1549 kg
"""
    assert "3 hours after its window closed" in told(tmp_path, text, "1", "2024-02-01")
    assert "is 1549 kg, headroom 1 kg." in told(tmp_path, text, "2", "2024-02-01")


# ------------------------------------------------------------------ what is set aside
TRUST = """
clause 1
  A must done by 2024-02-01 excused while sound, time not extended
  F may waive 1
clause 2
  A must keep level <= 5 kg
account fund "Trusts the fund"
  trusts only Fund
account all "Trusts everybody"
2024-01-01 {ruling}
2024-02-20 F waives 1
2024-01-05 level of A = 9 kg, alleged
"""


def test_the_acts_of_whom_an_account_trusts_count(tmp_path: Path) -> None:
    text = TRUST.format(ruling="Fund determines not sound")
    said = told(tmp_path, text, "1", "2024-02-10", "fund")
    assert ": in breach, since 2024-02-02" in said
    assert "It is determined that not sound." in said


def test_an_untrusted_use_of_a_power_is_named_with_what_it_would_do(tmp_path: Path) -> None:
    text = TRUST.format(ruling="Fund determines not sound")
    said = told(tmp_path, text, "1", "2024-03-01", "fund")
    assert "entry 2024-02-20-waives-F-1: F waives 1" in said
    assert "It does not count: this account trusts only Fund. Counted as sure: waived." in said
    assert ": waived" in told(tmp_path, text, "1", "2024-03-01", "all")


def test_an_alleged_reading_is_named(tmp_path: Path) -> None:
    text = TRUST.format(ruling="Fund determines not sound")
    said = told(tmp_path, text, "2", "2024-03-01", "all")
    assert "no reading that this account trusts" in said
    assert "It is alleged: this account does not count such a reading." in said
    assert "Counted as sure: in breach." in said


# ------------------------------------------------------------------ what would change it
def test_the_records_own_later_entry_is_in_sight(tmp_path: Path) -> None:
    text = """
clause 1
  A must done by 2024-02-01
2024-05-01 A done
"""
    said = told(tmp_path, text, "1", "2024-03-01")
    assert "the record's own later entries make it performed late on 2024-05-01" in said


def test_of_what_is_final_nothing_is_promised(tmp_path: Path) -> None:
    text = """
clause 1
  A must done by 2024-02-01
2024-01-15 A done
"""
    said = told(tmp_path, text, "1", "2024-03-01")
    assert "It is final: nothing dated later changes it" in said
    assert "could change it" not in said and "if this were recorded" not in said


@pytest.mark.parametrize("account", ["mild", "strict"])
def test_the_reading_that_it_turns_on_is_in_sight(tmp_path: Path, account: str) -> None:
    text = """
clause 1
  A must keep level <= 5 kg
reading R.mild of 1 "ten is enough", reads the text as
  A must keep level <= 10 kg
account mild "Mild"
  reads R as mild
account strict "Strict"
2024-01-05 level of A = 9 kg
"""
    said = told(tmp_path, text, "1", "2024-03-01", account)
    other = {"mild": "in breach, if mild read", "strict": "complied with, if strict read"}[account]
    assert other in said


# ------------------------------------------------------------------ the names that are shown
NAMED = """
event order(by: party, id: text), not recorded is taken as not done
event work(by: party, id: text), not recorded is taken as not done
clause 1
  when order(by: B, id: n):
    A must work(id: n) to B within 5 days
  B may release 1
2024-01-01 B orders("o1")
2024-01-02 B orders("o2")
2024-01-10 B releases 1(id: "o2")
"""


def test_an_instance_is_named_as_it_is_shown_or_as_its_rule_has_it(tmp_path: Path) -> None:
    (tmp_path / "case.sv").write_text(HEAD + NAMED)
    case = servanda.open(tmp_path / "case.sv")
    for selector in ('1(id: "o2")', '1(n: "o2")'):
        (tree,) = case.why(selector, on="2024-02-01")
        assert ": released (in breach), since 2024-01-10" in tree.sentence
    (other,) = case.why('1(id: "o1")', on="2024-02-01")
    assert ": in breach" in other.sentence
