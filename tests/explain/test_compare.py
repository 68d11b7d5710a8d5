"""Accounts side by side: what is contested, and how what it turns on is named."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import servanda
from servanda.explain.comparison import compare
from servanda.explain.variants import differences, identity, switched
from servanda.syntax.tree import NOWHERE, Account

RULES = """
agreement Page "A page"
  zone UTC
party A, B
body Board
event begins, not recorded is taken as not done
event smoke(by: party), not recorded is taken as not done
event shout(by: party), not recorded is taken as not done
measure stock(of: party) in kg
vague serious(of: party) to be determined by Board

clause 1 "Keep"
  A must keep stock <= 100 kg from begins
clause 2 "Smoke"
  A must not smoke from begins
clause 3 "Both"
  A must not smoke from begins
clause 4 "Vague"
  A must not smoke from begins unless serious(B)
reading R1.lenient of 1, reads the text as
  A must keep stock <= 200 kg from begins
reading R2.off of 3, reads the text as
  A must not smoke from begins while never has happened
reading R3.off of 3 "nobody may smoke", adds to the text
  B must not smoke from begins
clause 5 "Alleged"
  B must not shout from begins
reading R4.ever of 2 "from the first", reads the text as
  A must not smoke from 2024-01-01
clause 6 "Power and ban"
  B may suspend 1 from begins
  B must not smoke from begins
event never, not recorded is taken as not done
"""
RECORD = """
2024-01-01 begins
2024-01-05 stock of A = 150 kg, source paper
2024-01-05 stock of A = 90 kg, id lower, source letter
2024-01-07 A smokes, source paper
2024-01-08 B shouts alleged, source letter
"""
SOURCES = '[{"id": "letter", "title": "A letter"}, {"id": "paper", "title": "A paper"}]'


def case_with(folder: Path, *accounts: list[str]) -> servanda.Case:
    text = RULES + RECORD
    for n, lines in enumerate(accounts):
        text += f"account a{n}\n" + "".join(f"  {line}\n" for line in lines)
    folder.mkdir(exist_ok=True)
    (folder / "agreement.md").write_text(f"```servanda\n{text}```\n")
    (folder / "sources.json").write_text(SOURCES)
    found = servanda.open(folder)
    assert [p.message for p in found.problems if p.severity == "error"] == []
    return found


def row(rows: list[dict[str, Any]], clause: str) -> dict[str, Any]:
    return next(r for r in rows if r["clause"] == clause)


def test_a_row_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    rows = compare(case_with(tmp_path, [], ["reads R1 as lenient"]), "2024-02-01")
    keys = {"clause", "debtor", "instance", "kind", "statuses", "contested", "turns_on"}
    assert all(set(r) == keys | {"duty", "particulars", "differences"} for r in rows)
    assert all(set(r["statuses"]) == {"a0", "a1"} for r in rows)


def test_agreement_is_said_and_turns_on_nothing(tmp_path: Path) -> None:
    rows = compare(case_with(tmp_path, [], []), "2024-02-01")
    assert rows
    assert not any(r["contested"] or r["turns_on"] or r["differences"] for r in rows)


def test_a_reading_without_a_title_is_told_by_its_rule_and_the_text_by_its_own(
    tmp_path: Path,
) -> None:
    case = case_with(
        tmp_path,
        ["for measurements prefers paper"],
        ["for measurements prefers paper", "reads R1 as lenient"],
    )
    found = row(compare(case, "2024-02-01"), "1")
    assert found["contested"] is True
    assert found["statuses"] == {"a0": "broken", "a1": "kept"}
    assert found["turns_on"] == [
        "Clause 1, A must keep …: in breach for a0; complied with for a1. "
        "a0 reads clause 1 as written: “A must keep stock <= 100 kg from begins”; "
        "a1 reads clause 1 as “A must keep stock <= 200 kg from begins” (R1.lenient)."
    ]
    (difference,) = found["differences"]
    assert [(s["status"], *s["accounts"]) for s in difference["statuses"]] == [
        ("broken", "a0"),
        ("kept", "a1"),
    ]
    (point,) = difference["points"]
    assert (point["kind"], point["subject"], *point["clauses"]) == ("reading", "R1", "1")
    assert [side["reading"] for side in point["sides"]] == [None, "lenient"]
    assert [side["status"] for side in point["sides"]] == ["broken", "kept"]
    assert list(point["sides"][0]["rules"]) == ["A must keep stock <= 100 kg from begins"]


def test_a_reading_is_told_by_its_title(tmp_path: Path) -> None:
    rows = compare(case_with(tmp_path, ["reads R3 as off"], []), "2024-02-01")
    assert row(rows[::-1], "3")["turns_on"] == [
        "Clause 3, B must not smoke: complied with for a0; no such duty for a1. "
        "a0 reads clause 3 as “nobody may smoke” (R3.off); "
        "a1 reads clause 3 as written: “A must not smoke from begins”."
    ]


def test_a_source_is_told_by_its_title(tmp_path: Path) -> None:
    found = row(compare(case_with(tmp_path, [], ["distrusts paper"]), "2024-02-01"), "2")
    assert found["statuses"] == {"a0": "broken", "a1": "kept"}
    assert found["turns_on"] == [
        "Clause 2, A must not smoke: in breach for a0; complied with for a1. "
        "a0 does not distrust “A paper” (paper); a1 distrusts “A paper” (paper)."
    ]
    (point,) = found["differences"][0]["points"]
    assert (point["kind"], point["subject"], point["title"]) == ("source", "paper", "A paper")


def test_a_vague_term_is_told_with_what_each_holds_and_why(tmp_path: Path) -> None:
    case = case_with(
        tmp_path,
        ['takes the position that serious(B) "it was in the papers"'],
        ["takes the position that not serious(B), whatever is determined"],
        [],
    )
    found = row(compare(case, "2024-02-01"), "4")
    assert found["statuses"] == {"a0": "excused", "a1": "broken", "a2": "undetermined"}
    assert found["turns_on"] == [
        "Clause 4, A must not smoke: excused for a0; in breach for a1. "
        "a0 takes the position that serious(B) (“it was in the papers”); a1 takes the"
        " position that not serious(B), whatever is determined.",
        "Clause 4, A must not smoke: excused for a0; undetermined for a2. "
        "a0 takes the position that serious(B) (“it was in the papers”); a2 takes no"
        " position on serious(B).",
        "Clause 4, A must not smoke: in breach for a1; undetermined for a2. "
        "a1 takes the position that not serious(B), whatever is determined; a2 takes no"
        " position on serious(B).",
    ]


def test_a_grade_is_told_by_what_accepting_it_means(tmp_path: Path) -> None:
    found = row(compare(case_with(tmp_path, [], ["accepts alleged"]), "2024-02-01"), "5")
    assert found["turns_on"] == [
        "Clause 5, B must not shout: unknown for a0; in breach for a1. "
        "a0 takes alleged entries as only possible; a1 takes alleged entries as sure."
    ]


def test_a_list_of_sources_is_told_beside_an_account_without_one(tmp_path: Path) -> None:
    found = row(compare(case_with(tmp_path, ["trusts only letter"], []), "2024-02-01"), "2")
    assert [difference["choices"] for difference in found["differences"]] == [
        "a0 trusts only “A letter” (letter); a1 does not limit the sources that count."
    ]


def test_all_accounts_of_both_statuses_are_named(tmp_path: Path) -> None:
    case = case_with(tmp_path, [], ["distrusts paper"], [], ["distrusts paper"])
    assert row(compare(case, "2024-02-01"), "2")["turns_on"] == [
        "Clause 2, A must not smoke: in breach for a0 and a2; complied with for a1 and a3. "
        "a0 and a2 do not distrust “A paper” (paper); a1 and a3 distrust “A paper” (paper)."
    ]


def test_an_account_for_which_the_choice_is_not_enough_is_told_apart(tmp_path: Path) -> None:
    case = case_with(tmp_path, [], ["distrusts paper"], ["trusts only letter", "reads R4 as ever"])
    found = row(compare(case, "2024-02-01"), "2")
    assert found["statuses"] == {"a0": "broken", "a1": "kept", "a2": "kept"}
    (difference,) = found["differences"]
    assert difference["sentence"] == (
        "Clause 2, A must not smoke: in breach for a0; complied with for a1 and a2. "
        "a0 does not distrust “A paper” (paper); a1 distrusts “A paper” (paper). "
        "For the account of a2 this alone is not enough."
    )
    assert list(difference["more"]) == ["a2"]


def test_a_reading_is_told_before_trust_whoever_stands_first(tmp_path: Path) -> None:
    first = ["for measurements prefers paper"]
    case = case_with(tmp_path, first, [*first, "distrusts paper"], [*first, "reads R1 as lenient"])
    (difference,) = row(compare(case, "2024-02-01"), "1")["differences"]
    assert [point["kind"] for point in difference["points"]] == ["reading"]
    assert list(difference["more"]) == ["a1"]


def test_a_clause_of_which_another_needs_one_rule_keeps_its_others(tmp_path: Path) -> None:
    case = case_with(tmp_path, [], ["reads R1 as lenient"])
    found = [r for r in compare(case, "2024-02-01") if r["clause"] == "6"]
    assert [tuple(r["statuses"].values()) for r in found] == [("open", "open"), ("kept", "kept")]


def test_a_choice_that_changes_nothing_is_not_named(tmp_path: Path) -> None:
    case = case_with(tmp_path, ["reads R3 as off"], ["distrusts paper", "reads R1 as lenient"])
    (difference,) = row(compare(case, "2024-02-01"), "2")["differences"]
    assert [point["subject"] for point in difference["points"]] == ["paper"]


def test_a_duty_that_an_account_does_not_have_is_null(tmp_path: Path) -> None:
    case = case_with(tmp_path, [], ["reads R3 as off"])
    found = [r for r in compare(case, "2024-02-01") if r["debtor"] == "B" and r["clause"] == "3"]
    assert [r["statuses"] for r in found] == [{"a0": None, "a1": "kept"}]


# ------------------------------------------------------------------ choices
names = st.lists(st.sampled_from(["x", "y", "z"]), unique=True).map(tuple)
accounts = st.builds(
    Account,
    name=st.just("a"),
    title=st.none(),
    reads=st.dictionaries(st.sampled_from(["R1", "R2"]), st.sampled_from(["p", "q"])).map(
        lambda d: tuple(d.items())
    ),
    only=names,
    first=names,
    distrusts=names,
    grades=names,
    held=st.just(()),
    place=st.just(NOWHERE),
)


@given(accounts, accounts)
def test_all_differences_make_the_other_account(one: Account, other: Account) -> None:
    assert identity(switched(one, other, differences(one, other))) == identity(other)


@given(accounts, accounts)
def test_each_difference_is_one_step(one: Account, other: Account) -> None:
    steps = [one]
    for choice in differences(one, other):
        steps.append(switched(steps[-1], other, [choice]))
    assert all(identity(a) != identity(b) for a, b in pairwise(steps))
    assert differences(one, one) == []
