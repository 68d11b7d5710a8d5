"""What an entry leaves out may be anything: docs/meaning.md, 1, as text and as a table."""

from __future__ import annotations

from pathlib import Path

import pytest
from texts import Story, story

__all__ = ["story"]
DECLARED = """currency EUR
event enter(by: party, zone: text), not recorded is taken as not done
event pay(by: party, id: text, amount: number in EUR), not recorded is taken as not done
event order(id: text, price: number in EUR), not recorded is taken as not done
event fix(by: party, zone: text), not recorded is taken as not done
clause 1
  """
NOT = 'A must not enter(zone: "red") from 2024-01-01'
PAY = 'A must pay(id: "a", amount: at least 10 EUR) from 2024-01-01 by 2024-02-01'
EACH = "when order(id: n, price: p):\n    A must pay(id: n, amount: at least p) within 10 days"
BIG = "when order(id: n, price: more than 100 EUR):\n    A must pay(id: n) within 10 days"
COUNT = 'A must keep count of enter(zone: "red") so far <= 1 from 2024-01-01'
SUM = 'A must keep sum of amount in pay(id: "a") so far <= 50 EUR from 2024-01-01'
ONCE = 'A must keep not enter(zone: "red") has happened from 2024-01-01'
CURE = 'A must not enter(zone: "red") from 2024-01-01 cured by fix(zone: as in the breach)'


@pytest.mark.parametrize(
    ("duty", "record", "last"),
    [
        (NOT, "2024-01-05 A enters", "unknown"),
        (NOT, '2024-01-05 A enters("blue")', "kept"),
        (NOT, '2024-01-05 A enters("red")', "broken"),
        (NOT, "2024-01-05 B enters", "kept"),
        (PAY, "2024-01-05 A pays(amount: 10 EUR)", "unknown"),
        (PAY, '2024-01-05 A pays("a")', "unknown"),
        (PAY, '2024-01-05 A pays("b")', "broken"),
        (PAY, "2024-01-05 A pays(amount: 5 EUR)", "broken"),
        (PAY, '2024-01-05 A pays("a")\n2024-01-06 A pays("a", 10 EUR)', "kept"),
        (PAY + " instalments add up", "2024-01-05 A pays(amount: 10 EUR)", "unknown"),
        (EACH, '2024-01-02 order("x")\n2024-01-05 A pays("x", 10 EUR)', "unknown"),
        (EACH, '2024-01-02 order(price: 10 EUR)\n2024-01-05 A pays("x", 10 EUR)', "unknown"),
        (EACH, '2024-01-02 order(price: 10 EUR)\n2024-01-05 A pays("x", 5 EUR)', "broken"),
        (BIG, '2024-01-02 order("x")', "unknown"),
        (COUNT, '2024-01-05 A enters("red")\n2024-01-06 A enters', "unknown"),
        (COUNT, '2024-01-05 A enters("blue")\n2024-01-06 A enters', "kept"),
        (SUM, '2024-01-05 A pays("a")', "unknown"),
        (SUM, "2024-01-05 A pays(amount: 60 EUR)", "unknown"),
        (SUM, '2024-01-05 A pays("b", 60 EUR)', "kept"),
        (ONCE, "2024-01-05 A enters", "unknown"),
        (CURE, '2024-01-05 A enters("red")\n2024-01-06 A fixes', "unknown"),
        (CURE, '2024-01-05 A enters("red")\n2024-01-06 A fixes("red")', "cured"),
        (
            'A must not enter(zone: "red") from enter(zone: "blue")',
            '2024-01-03 A enters\n2024-01-09 A enters("red")',
            "unknown",
        ),
    ],
)
def test_what_is_left_out_may_be_anything(story: Story, duty: str, record: str, last: str) -> None:
    assert story(f"{DECLARED}{duty}\n{record}\n", on="2024-06-01")[-1] == last


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ("2024-01-05,red", "broken"),
        ("2024-01-05,blue", "kept"),
        ("2024-01-05,", "unknown"),
        ("2024-01-05,blue\n2024-01-06,", "unknown"),
    ],
)
def test_an_empty_column_of_a_log(story: Story, tmp_path: Path, rows: str, last: str) -> None:
    (tmp_path / "log.csv").write_text(f"day,zone\n{rows}\n")
    table = 'table "log.csv"\n  row is enter(by: A, zone: column zone) on column day\n'
    assert story(f"{DECLARED}{NOT}\n{table}", on="2024-06-01")[-1] == last
