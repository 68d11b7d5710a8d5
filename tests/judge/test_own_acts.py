"""Acts that open duties, powers over their own clause, and what performs a clause."""

from __future__ import annotations

from pathlib import Path

import pytest
from text_cases import story_of

PAY = "when pay(by: A, n: n):"
OPENED = {
    "a payment that opens another": (
        f"clause 1\n  {PAY}\n    A must pay(n: n) within 30 days",
        '2024-01-05 A pay(n: "x")',
        ["broken"],
    ),
    "the second performs the first": (
        f"clause 1\n  {PAY}\n    A must pay(n: n) within 30 days",
        '2024-01-05 A pay(n: "x")\n2024-01-25 A pay(n: "x")',
        ["kept", "broken"],
    ),
    "two of one day perform one another": (
        f"clause 1\n  {PAY}\n    A must pay(n: n) within 30 days",
        '2024-01-05 A pay(n: "x")\n2024-01-05 A pay(n: "x") id again',
        ["kept", "kept"],
    ),
    "an uncertain day": (
        f"clause 1\n  {PAY}\n    A must pay(n: n) within 30 days",
        'at some time in 2024-01-05..2024-01-08 A pay(n: "x")',
        ["broken"],
    ),
    "instalments": (
        "clause 1\n  when emit(by: A, t: t):\n"
        "    A must emit(t: at least t) within 30 days instalments add up",
        "2024-01-05 A emit(t: 5)",
        ["broken"],
    ),
    "another's act": (
        "clause 1\n  when pay(by: B, n: n):\n    A must pay(n: n) within 30 days",
        '2024-01-05 B pay(n: "x")\n2024-01-06 A pay(n: "x")',
        ["kept"],
    ),
    "a prohibition": (
        "clause 1\n  when fire(by: A):\n    A must not fire for 10 days",
        "2024-01-05 A fire",
        ["lapsed/kept"],
    ),
    "a prohibition, and a second act": (
        "clause 1\n  when fire(by: A):\n    A must not fire for 10 days",
        "2024-01-05 A fire\n2024-01-08 A fire",
        ["broken", "lapsed/kept"],
    ),
    "a permission to do it once more": (
        "clause 1\n  when fire(by: A):\n    A may fire for 10 days",
        "2024-01-05 A fire",
        ["expired/not_exercised"],
    ),
    "a permission that was used": (
        "clause 1\n  when fire(by: A):\n    A may fire for 10 days",
        "2024-01-05 A fire\n2024-01-08 A fire",
        ["expired/exercised", "expired/not_exercised"],
    ),
}


@pytest.mark.parametrize("name", OPENED)
def test_an_act_that_opens_a_duty_does_not_perform_it(name: str, tmp_path: Path) -> None:
    text, record, wanted = OPENED[name]
    assert story_of(tmp_path, text, record, "2024-03-10") == wanted


DUTIES = {
    "must": ('A must pay(n: "x") by 2024-01-20', "suspended"),
    "must keep": ("A must keep sum of t in emit(by: A) so far <= 100", "suspended"),
    "must not": ("A must not fire", "suspended"),
    "a provision": ("applies from 2024-01-01", "suspended"),
    "a permission": ("A may fire", "suspended"),
    "each of a group": ("each of G must not fire", "suspended"),
}


@pytest.mark.parametrize("name", DUTIES)
@pytest.mark.parametrize("others", ["", "; B may waive 1"])
def test_a_power_in_its_own_clause_is_no_duty_of_its_holder(
    name: str, others: str, tmp_path: Path
) -> None:
    duty, wanted = DUTIES[name]
    group = "group G = A, C\n" if "G" in duty else ""
    powers = ("B may suspend 1", *(["B may waive 1"] if others else []))
    text = f"{group}clause 1\n  {duty}\n" + "\n".join(f"  {power}" for power in powers)
    found = story_of(tmp_path, text, "2024-01-10 B suspends 1", "2024-03-10")
    assert found[0] == wanted
    assert "exercised" in found


REMEDY = """clause 1
  A must pay(n: "x") by 2024-01-10{late}
    on breach A must {how} pay(n: "penalty") within 30 days
clause 2
  B must not fire while clause 1 is performed"""
PERFORMED = {
    "the remedy alone, instead": ("instead", '2024-01-15 A pay(n: "penalty")', "dormant"),
    "the remedy alone, also": ("also", '2024-01-15 A pay(n: "penalty")', "dormant"),
    "the duty": ("instead", '2024-01-05 A pay(n: "x")', "kept"),
    "the duty, late": ("also", '2024-01-15 A pay(n: "x")', "kept"),
    "both": (
        "also",
        '2024-01-15 A pay(n: "penalty")\n2024-01-16 A pay(n: "x")',
        "kept",
    ),
    "an alleged remedy": ("also", '2024-01-15 A pay(n: "penalty") alleged', "dormant"),
}


@pytest.mark.parametrize("name", PERFORMED)
def test_a_clause_is_not_performed_by_its_remedy(name: str, tmp_path: Path) -> None:
    how, record, wanted = PERFORMED[name]
    text = REMEDY.format(how=how, late="")
    assert story_of(tmp_path, text, record, "2024-03-10", clause="2") == [wanted]
