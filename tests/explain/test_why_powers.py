"""What `why` says of powers used, given up, or used only possibly, and of their ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import servanda
from servanda.explain.why import why
from servanda.explain.wording import Node


def trees(tmp_path: Path, text: str, clause: str, on: str, account: str = "text") -> list[Node]:
    """The trees of a clause of a case written as text, in order."""
    path = tmp_path / "case.sv"
    path.write_text(text)
    case = servanda.open(path)
    assert [p.message for p in case.problems if p.severity == "error"] == []
    return why(case.judge(account, on), clause)


def sentences(node: Node) -> Iterator[str]:
    yield node.sentence
    for child in node.children:
        yield from sentences(child)


def said(node: Node) -> str:
    return "\n".join(sentences(node))


RAISED = """
agreement Page "Raised twice"
party A
event pay(by: party), not recorded is taken as not done
measure level(of: party)
clause 1
  whenever level of A > 5:
    A must pay within 5 days
2024-01-01 level of A = 1
2024-01-10 level of A = 9
2024-01-12 A pays
2024-01-20 level of A = 1
2024-02-10 level of A = 9
"""


def test_an_instance_tells_its_own_history_only(tmp_path: Path) -> None:
    first, second = trees(tmp_path, RAISED, "1", "2024-03-01")
    assert "Before: due from 2024-01-10 until 2024-01-12." in said(first)
    assert "Before: due from 2024-02-10 until 2024-02-16." in said(second)


JOINT = """
agreement Page "Together"
  suspension does not stop the clock
party North, South, Corps
group All = North, South
event leave(by: party), not recorded is taken as not done
event quarrel(by: party), not recorded is taken as not done
clause 1
  Corps must leave by 2024-12-31
  All acting together may suspend 1
  North may suspend 1 while quarrel(by: South) has happened
2024-03-11 North suspends 1 id n
2024-03-14 South suspends 1 id s
2024-03-20 South resumes 1 id r
"""


def test_of_a_power_held_together_it_says_who_has_used_it_and_who_has_not(tmp_path: Path) -> None:
    for root in trees(tmp_path, JOINT, "1", "2024-03-12")[1:3]:
        told = said(root)
        assert "North has used it, the use of it by South is missing." in told
        assert "entry n: North suspends 1" in told
        assert "`2024-03-12 South suspends 1`: exercised" in told
    unused = said(trees(tmp_path, JOINT, "1", "2024-03-01")[1])
    assert "`2024-03-01 North suspends 1` and `2024-03-01 South suspends 1`: exercised" in unused


def test_a_use_given_up_is_told_with_both_entries(tmp_path: Path) -> None:
    (told,) = [
        node
        for node in trees(tmp_path, JOINT, "1", "2024-03-21")[2].children
        if "It was used by South, and was given up." in node.sentence
    ]
    assert told.entries == ["s", "r"]


def test_a_power_exercised_names_the_entries_of_all_who_used_it(tmp_path: Path) -> None:
    root = trees(tmp_path, JOINT, "1", "2024-03-15")[1]
    (told,) = [node for node in root.children if node.sentence == "These entries used it."]
    assert told.entries == ["n", "s"]


def test_a_duty_names_each_power_in_effect_over_it_once(tmp_path: Path) -> None:
    root = trees(tmp_path, JOINT, "1", "2024-03-15")[0]
    told = [line for line in sentences(root) if line.startswith("The power is in")]
    assert told == ["The power is in clause 1 as written: All acting together may suspend 1."]
    due = said(trees(tmp_path, JOINT, "1", "2024-03-01")[0])
    assert "`2024-03-01 North suspends 1` and `2024-03-01 South suspends 1`: suspended" in due
    assert "recorded: `2024-03-01 North suspends 1`: " not in due  # South has not quarrelled


POSSIBLE = """
agreement Page "Possible uses"
party A, B
event pay(by: party), not recorded is taken as not done
event late(by: party), not recorded is taken as not done
clause 1
  A must pay to B by 2024-12-31
  B may waive 1
clause 2
  A must pay to B by 2024-11-30
  A may suspend 2 while late(by: B) has happened
2024-02-01 B waives 1, alleged, id w
2024-02-03 B lates, alleged
2024-02-05 A suspends 2, id s
"""


def test_a_use_that_is_only_possible_is_named_as_such(tmp_path: Path) -> None:
    text = POSSIBLE.replace(
        '"Possible uses"', '"Possible uses"\n  suspension does not stop the clock'
    )
    for clause, entry, word in (("1", "w", "waived"), ("2", "s", "suspended")):
        root = trees(tmp_path, text, clause, "2024-03-01")[0]
        (told,) = [n for n in root.children if n.sentence.startswith(f"It may be {word}")]
        assert told.entries == [entry]


ENDED = """
agreement Page "Ends"
  in force until over
party A, B
group Both = A, B
event over, not recorded is taken as not done
event pay(by: party), not recorded is taken as not done
measure stock(of: party)
clause 1
  A must pay by 2024-12-31
clause 2
  A must keep stock <= 10
  Both acting together may amend 2 to More
amendment More of 2
  A must keep stock <= 20
2024-01-01 stock of A = 1
2024-02-01 A amends 2 to More, id a
2024-02-03 B amends 2 to More, id b
2024-05-01 over, id o
"""


def test_an_end_says_what_brought_it_about(tmp_path: Path) -> None:
    term = trees(tmp_path, ENDED, "1", "2024-06-01")[0]
    (told,) = [n for n in term.children if n.sentence.startswith("It is ended")]
    assert told.sentence == ("It is ended by the agreement's own term: it is in force until over.")
    assert told.entries == ["o"]
    amended = trees(tmp_path, ENDED, "2", "2024-03-01")[0]
    (told,) = [n for n in amended.children if n.sentence.startswith("It is ended")]
    assert told.sentence == "It is ended by an amendment: More stands in its place."
    assert told.entries == ["a", "b"]


BROKEN = """
agreement Page "A breach"
  suspension does not stop the clock
party A, B
event pay(by: party), not recorded is taken as not done
clause 1
  A must pay to B by 2024-01-10
  B may suspend 1
  B may end 1
  B may waive 1
2024-01-01 B pays
"""


def test_a_breach_is_offered_only_what_makes_it_good(tmp_path: Path) -> None:
    due = said(trees(tmp_path, BROKEN, "1", "2024-01-05")[0])
    broken = said(trees(tmp_path, BROKEN, "1", "2024-02-01")[0])
    assert "`2024-01-05 B ends 1`: terminated" in due
    assert "`2024-02-01 B ends 1`" not in broken  # only before the breach came
    assert "`2024-01-10 B ends 1`: terminated" in broken
    assert "`2024-02-01 B waives 1`: waived" in broken


ALLEGED = """
agreement Page "An alleged order"
  suspension does not stop the clock
party A, B
event order(id: text), not recorded is taken as not done
event pay(by: party, id: text), not recorded is taken as not done
clause 1
  when order(n):
    A must pay(n) to B within 10 days
  B may waive 1
  B may suspend 1
2024-01-01 order("x"), alleged, id o
2024-01-02 order("y"), id sure
"""


def test_what_may_not_have_arisen_asks_first_for_its_own_entry(tmp_path: Path) -> None:
    doubtful, sure = trees(tmp_path, ALLEGED, "1", "2024-01-05")[:2]
    aside = "It is alleged: in this account it counts only as possible."
    assert f"{aside} Counted as sure: due." in said(doubtful)
    assert "A pays" not in said(doubtful)
    assert "B waives 1" in said(doubtful)
    assert "Counted as sure" not in said(sure)
