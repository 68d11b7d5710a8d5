"""Nothing owed is not broken: docs/meaning.md, 3, "Achieve", as text, the whole way."""

from __future__ import annotations

import pytest
from texts import Story, story

__all__ = ["story"]
DECLARED = """currency EUR
event bill(id: text, amount: number in EUR), not recorded is taken as not done
event pay(by: party, id: text, amount: number in EUR), not recorded is taken as not done
event tick, not recorded is taken as not done
"""
PAY = "when bill(id: n, amount: p):\n    A must pay(id: n, amount: at least {}) within 30 days{}"
IN_TOTAL = " instalments add up"


FROM = "A must pay(amount: {} EUR) {}from 2024-01-01 {} 2024-02-01"
ASKED = PAY.format("p", IN_TOTAL)


@pytest.mark.parametrize(
    ("duty", "record", "last"),
    [
        (ASKED, '2024-01-10 bill("a", 0 EUR)', "kept"),
        (PAY.format("p", ""), '2024-01-10 bill("a", 0 EUR)', "kept"),
        (ASKED, '2024-01-10T15:00 bill("a", -5 EUR)', "kept"),
        (PAY.format("[p - 10 EUR]", IN_TOTAL), '2024-01-10 bill("a", 10 EUR)', "kept"),
        (PAY.format("[p - 10 EUR]", IN_TOTAL), '2024-01-10 bill("a", 11 EUR)', "broken"),
        (ASKED, '2024-01-10 bill("a", 1 EUR)', "broken"),
        (ASKED, '2024-01-10 bill("a", 0 EUR)  alleged', "unknown"),
        (ASKED, '2024-01-10 bill("a", 0 EUR)\n2024-01-12 A pays("a", 5 EUR)', "kept"),
        (ASKED, 'at some time in 2024-01-10..2024-01-12 bill("a", 0 EUR)', "kept"),
        (FROM.format("at least 0", "", "by"), "", "kept"),
        (FROM.format("more than 0", "", "by"), "", "broken"),
        (FROM.format("at least 0", "every month ", "until"), "", "kept"),
        (FROM.format("at least 1", "every month ", "until"), "", "broken"),
    ],
)
def test_nothing_owed_is_not_broken(story: Story, duty: str, record: str, last: str) -> None:
    found = story(f"{DECLARED}clause 1\n  {duty}\n{record}\n")
    assert found[-1] == last
    assert ("broken" in found) == (last == "broken")


def test_a_condition_beside_it_says_the_same(story: Story) -> None:
    text = (
        f"{DECLARED}clause 1\n  {ASKED}\nclause 2\n  when bill(id: n, amount: p):\n"
        "    A must keep sum of amount in pay(id: n) so far >= p\n"
        '2024-01-10 bill("a", 0 EUR)\n'
    )
    assert story(text)[-1] == "kept"
    assert story(text, "2")[-1] == "kept"


def test_a_remedy_that_owes_nothing_makes_the_breach_good(story: Story) -> None:
    text = (
        f"{DECLARED}event send(by: party), not recorded is taken as not done\n"
        "clause 1\n  when bill(id: n, amount: p):\n    A must send within 5 days\n"
        "      on breach A must instead pay(id: n, amount: at least p) within 10 days\n"
        '2024-01-10 bill("a", 0 EUR)\n'
    )
    assert "compensated" in story(text)
