"""Nothing performs what is not in force yet: docs/meaning.md, 3, as text, the whole way."""

from __future__ import annotations

import pytest
from texts import Story, story

__all__ = ["story"]
HEAD = """agreement G "g"
  zone UTC
  in force from 2023-03-20
party A, B
event pay(by: party, amount: number), not recorded is taken as not done
event sell(by: party)
event order, not recorded is taken as not done
measure stock(of: party) in t
"""


@pytest.mark.parametrize(
    ("duty", "record", "last"),
    [
        ("A must pay by 2023-12-31", "2019-05-05 A pays(1)", "broken"),
        ("A must pay by 2023-12-31", "2023-03-19 A pays(1)", "broken"),
        ("A must pay by 2023-12-31", "2023-03-20 A pays(1)", "kept"),
        ("A must pay from 2023-06-01 by 2023-12-31", "2019-05-05 A pays(1)", "broken"),
        ("A must pay from 2023-06-01 by 2023-12-31", "2023-04-05 A pays(1)", "kept"),
        (
            "A must pay by 2023-12-31 performance at any earlier time counts",
            "2019-05-05 A pays(1)",
            "kept",
        ),
        ("A must pay by 2023-12-31", "at some time in 2023-03-19..2023-03-21 A pays(1)", "unknown"),
        ("A must pay by 2023-12-31", "2023-03-19 A pays(1)  alleged", "broken"),
        (
            "A must pay(amount: at least 5) by 2023-12-31 instalments add up",
            "2023-03-01 A pays(3)\n2023-04-01 A pays(2)",
            "broken",
        ),
        (
            "A must pay(amount: at least 5) by 2023-12-31 instalments add up",
            "2023-03-21 A pays(3)\n2023-04-01 A pays(2)",
            "kept",
        ),
        ("A must not pay until 2023-12-31", "2019-05-05 A pays(1)", "lapsed"),
        ("A must keep stock <= 5 t until 2023-12-31", "2019-05-05 stock of A = 9 t", "broken"),
        ("A must pay within 30 days", "2023-04-01 A pays(1)", "kept"),
        (
            "A must keep count of pay so far <= 1",
            "2019-05-05 A pays(1)\n2023-04-01 A pays(1)",
            "kept",
        ),
    ],
)
def test_in_force_comes_first(story: Story, duty: str, record: str, last: str) -> None:
    found = story(f"clause 1\n  {duty}\n{record}\n", on="2024-02-01", head=HEAD)
    assert last in found
    assert last in found[-2:]


def test_completeness_from_then_on_suffices(story: Story) -> None:
    text = "clause 1\n  A must sell by 2023-12-31\n"
    text += "B attests a full record of sell from {} until 2024-01-31\n"
    assert story(text.format("2023-03-20"), head=HEAD)[-1] == "broken"
    assert story(text.format("2023-03-21"), head=HEAD)[-1] == "unknown"


def test_a_clause_opens_with_its_creation(story: Story) -> None:
    text = (
        "clause 1\n  once created\n  A must sell by 2023-12-31\nclause 2\n  B may create 1\n"
        "2023-05-01 B creates 1\n{}\n"
    )
    assert story(text.format("2023-04-01 A sells"), head=HEAD)[-1] == "unknown"
    assert story(text.format("2023-05-01 A sells"), head=HEAD)[-1] == "kept"
    complete = "B attests a full record of sell from 2023-05-01 until 2024-01-31"
    assert story(text.format(complete), head=HEAD)[-1] == "broken"
    assert story(text.format(complete.replace("05-01", "05-02")), head=HEAD)[-1] == "unknown"


def test_a_version_opens_with_its_amendment(story: Story) -> None:
    text = (
        "clause 1\n  A must pay(amount: at least 1) by 2023-12-31\n"
        'amendment More of 1 "more"\n  A must pay(amount: at least 2) by 2024-01-31\n'
        "clause 2\n  B may amend 1 to More\n2023-06-01 B amends 1 to More\n{} A pays(2)\n"
    )
    assert story(text.format("2023-07-01"), head=HEAD)[-1] == "kept"
    assert story(text.format("2023-05-01"), head=HEAD)[-1] == "broken"


def test_a_version_is_not_performed_before_an_uncertain_amendment(story: Story) -> None:
    text = (
        "clause 1\n  A must pay(amount: at least 1) by 2023-12-31\n"
        'amendment More of 1 "more"\n  A must pay(amount: at least 2) by 2024-01-31\n'
        "clause 2\n  B may amend 1 to More\n2023-06-01 B amends 1 to More  alleged\n{} A pays(2)\n"
    )
    assert "broken" not in story(text.format("2023-05-01"), head=HEAD)


def test_what_arose_before_is_not_revived(story: Story) -> None:
    text = "clause 1\n  when order:\n    A must pay within 5 days\n2019-05-05 order\n"
    assert story(text, head=HEAD)[-1] == "lapsed"
