"""Amounts below zero: docs/meaning.md, 2 and 3, as text, the whole way."""

from __future__ import annotations

import pytest
from texts import Story, story

__all__ = ["story"]
DECLARED = """currency EUR
event pay(by: party, amount: number in EUR), not recorded is taken as not done
event order, not recorded is taken as not done
clause 1
  """
MOST = "A must keep sum of amount in pay so far <= 100 EUR from 2024-01-01"
LEAST = "A must keep sum of amount in pay over the last 60 days >= 50 EUR from 2024-01-15"
OWED = "A must pay(amount: at least 100 EUR) from 2024-01-01 by 2024-02-01 instalments add up"
RATE = "A must keep rate of amount in pay per day over the last 10 days <= 5 EUR from 2024-01-01"


def record(*entries: str) -> str:
    return "\n".join(entries) + "\n"


@pytest.mark.parametrize(
    ("duty", "entries", "on", "last"),
    [
        (MOST, ["2024-01-02 A pays(120 EUR)"], "2024-01-10", "broken"),
        (MOST, ["2024-01-02 A pays(120 EUR)", "2024-01-05 A pays(-30 EUR)"], "2024-01-10", "cured"),
        (MOST, ["2024-01-02 A pays(-30 EUR)", "2024-01-05 A pays(120 EUR)"], "2024-01-10", "kept"),
        (
            MOST,
            ["2024-01-02 A pays(-30 EUR)  alleged", "2024-01-05 A pays(120 EUR)"],
            "2024-01-10",
            "unknown",
        ),
        (LEAST, ["2024-01-10 A pays(60 EUR)"], "2024-01-20", "kept"),
        (
            LEAST,
            ["2024-01-10 A pays(60 EUR)", "2024-01-16 A pays(-20 EUR)  alleged"],
            "2024-01-20",
            "unknown",
        ),
        (
            LEAST,
            ["2024-01-10 A pays(60 EUR)", "2024-01-16 A pays(-20 EUR)"],
            "2024-01-20",
            "broken",
        ),
        (
            LEAST,
            ["2024-01-10 A pays(60 EUR)", "at some time in 2024-01-16..2024-01-25 A pays(-20 EUR)"],
            "2024-01-20",
            "unknown",
        ),
        (RATE, ["2024-01-02 A pays(60 EUR)", "2024-01-02 A pays(-20 EUR)"], "2024-01-05", "kept"),
        (OWED, ["2024-01-05 A pays(60 EUR)", "2024-01-08 A pays(40 EUR)"], "2024-03-01", "kept"),
        (
            OWED,
            [
                "2024-01-05 A pays(60 EUR)",
                "2024-01-07 A pays(-60 EUR)",
                "2024-01-08 A pays(40 EUR)",
            ],
            "2024-03-01",
            "broken",
        ),
        (
            OWED,
            [
                "2024-01-05 A pays(60 EUR)",
                "2024-01-07 A pays(-60 EUR)  alleged",
                "2024-01-08 A pays(40 EUR)",
            ],
            "2024-03-01",
            "unknown",
        ),
        (
            OWED,
            [
                "2024-01-05 A pays(60 EUR)",
                "2024-01-07 A pays(-60 EUR)",
                "2024-01-08 A pays(40 EUR)",
                "2024-01-20 A pays(60 EUR)",
            ],
            "2024-03-01",
            "kept",
        ),
        (  # what was performed stays performed
            OWED,
            ["2024-01-05 A pays(100 EUR)", "2024-01-07 A pays(-60 EUR)"],
            "2024-03-01",
            "kept",
        ),
        (OWED, ["2024-01-05 A pays"], "2024-03-01", "unknown"),  # it may have been all of it
        (OWED, ["2024-01-05 A pays", "2024-01-06 A pays(100 EUR)"], "2024-03-01", "kept"),
    ],
)
def test_amounts_below_zero_take_back(
    story: Story, duty: str, entries: list[str], on: str, last: str
) -> None:
    assert story(DECLARED + duty + "\n" + record(*entries), on=on)[-1] == last
