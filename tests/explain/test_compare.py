"""Accounts side by side: what is contested, and how what it turns on is named."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

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
event begins, silence means no
event smoke(by: party), silence means no
measure stock(of: party) in kg
vague serious(of: party) decided by Board

clause 1 "Keep"
  A must keep stock <= 100 kg from begins
clause 2 "Smoke"
  A must not smoke from begins
clause 3 "Both"
  A must not smoke from begins
clause 4 "Vague"
  A must not smoke from begins unless serious(B)
reading R1.lenient of 1
  A must keep stock <= 200 kg from begins
reading R2.off of 3
  A must not smoke from begins while once never
reading R3.off of 3, beside_the_text
  B must not smoke from begins
event never, silence means no
"""
RECORD = """
2024-01-01 begins
2024-01-05 stock of A = 150 kg, source paper
2024-01-05 stock of A = 90 kg, id lower, source letter
2024-01-07 A smokes, source paper
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


def row(rows: list[dict[str, object]], clause: str) -> dict[str, object]:
    return next(r for r in rows if r["clause"] == clause)


def test_a_row_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    rows = compare(case_with(tmp_path, [], ["reads R1 as lenient"]), "2024-02-01")
    keys = {"clause", "debtor", "instance", "kind", "statuses", "contested", "turns_on"}
    assert all(set(r) == keys for r in rows)
    assert all(set(r["statuses"]) == {"a0", "a1"} for r in rows)


def test_agreement_is_said_and_turns_on_nothing(tmp_path: Path) -> None:
    rows = compare(case_with(tmp_path, [], []), "2024-02-01")
    assert rows
    assert not any(r["contested"] or r["turns_on"] for r in rows)


def test_a_reading_is_named_with_both_choices(tmp_path: Path) -> None:
    case = case_with(
        tmp_path, ["trusts paper over all"], ["trusts paper over all", "reads R1 as lenient"]
    )
    found = row(compare(case, "2024-02-01"), "1")
    assert found["contested"] is True
    assert found["statuses"] == {"a0": "broken", "a1": "kept"}
    assert found["turns_on"] == ["reading R1 of 1: as written / lenient"]


def test_a_source_is_named(tmp_path: Path) -> None:
    found = row(compare(case_with(tmp_path, [], ["distrusts paper"]), "2024-02-01"), "2")
    assert found["statuses"] == {"a0": "broken", "a1": "kept"}
    assert found["turns_on"] == ["source paper: not distrusted / distrusted"]


def test_a_vague_term_is_named(tmp_path: Path) -> None:
    case = case_with(tmp_path, ["holds serious(B)"], ["holds not serious(B)"])
    found = row(compare(case, "2024-02-01"), "4")
    assert found["turns_on"] == ["vague term serious(B): holds serious(B) / holds not serious(B)"]


def test_a_choice_that_changes_nothing_is_not_named(tmp_path: Path) -> None:
    case = case_with(tmp_path, ["reads R3 as off"], ["distrusts paper", "reads R1 as lenient"])
    assert row(compare(case, "2024-02-01"), "2")["turns_on"] == [
        "source paper: not distrusted / distrusted"
    ]


def test_a_duty_that_an_account_does_not_have_is_null(tmp_path: Path) -> None:
    case = case_with(tmp_path, [], ["reads R3 as off"])
    found = [r for r in compare(case, "2024-02-01") if r["debtor"] == "B"]
    assert [r["statuses"] for r in found] == [{"a0": None, "a1": "kept"}]
    assert found[0]["turns_on"] == ["reading R3 of 3: as written / off"]


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
