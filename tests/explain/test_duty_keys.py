"""Duties that are alike but for the occasion: each account's beside the same one of another's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import servanda
from servanda.explain.comparison import compare

RULES = """
agreement Page "A page"
  zone UTC
party A, B
event order, not recorded is taken as not done
event invoice, not recorded is taken as not done
event pay(by: party), not recorded is taken as not done
clause 1 "Pay"
  when order:
    A must pay within 5 days
reading R1.by_invoice of 1 "an invoice is what counts", reads the text as
  when invoice:
    A must pay within 5 days
2024-01-01 order, source letter, id first
2024-01-20 order, source paper, id second
2024-01-30 order, source letter, id third
2024-01-21 invoice, source letter, id bill
2024-01-22 A pays
"""


def rows(folder: Path, *accounts: str) -> list[dict[str, Any]]:
    text = RULES + "".join(f"account a{n}\n  {line}\n" for n, line in enumerate(accounts))
    folder.mkdir(exist_ok=True)
    (folder / "agreement.md").write_text(f"```servanda\n{text}```\n")
    sources = ", ".join(f'{{"id": "{s}", "title": "{s}"}}' for s in ("letter", "paper"))
    (folder / "sources.json").write_text(f"[{sources}]")
    return compare(servanda.open(folder), "2024-01-31")


def statuses(found: list[dict[str, Any]]) -> list[tuple[str | None, ...]]:
    return [tuple(row["statuses"].values()) for row in found]


def test_an_order_that_an_account_does_not_trust_is_missing_and_no_other(tmp_path: Path) -> None:
    found = rows(tmp_path, "for measurements prefers letter", "distrusts paper")
    assert statuses(found) == [("cured", "cured"), ("kept", None), ("due", "due")]
    assert [row["contested"] for row in found] == [False, True, False]


def test_the_order_of_the_accounts_makes_no_difference(tmp_path: Path) -> None:
    found = rows(tmp_path, "distrusts paper", "for measurements prefers letter")
    assert sorted(statuses(found), key=str) == sorted(
        [("cured", "cured"), (None, "kept"), ("due", "due")], key=str
    )


def test_no_two_rows_have_the_same_name(tmp_path: Path) -> None:
    found = rows(tmp_path, "for measurements prefers letter", "distrusts paper")
    assert len({row["duty"] for row in found}) == len(found)


def test_another_rule_for_the_duty_goes_beside_it_in_order(tmp_path: Path) -> None:
    found = rows(tmp_path, "distrusts paper", "reads R1 as by_invoice")
    assert statuses(found) == [("cured", "kept"), ("due", None)]


def test_a_correction_is_about_the_same_occasion(tmp_path: Path) -> None:
    corrected = RULES.replace(
        "2024-01-22 A pays",
        "2024-01-21 order, corrects second, source letter, id moved\n2024-01-22 A pays",
    )
    tmp_path.joinpath("agreement.md").write_text(
        f"```servanda\n{corrected}account a0\n  for measurements prefers letter\n"
        "account a1\n  distrusts letter\n```\n"
    )
    tmp_path.joinpath("sources.json").write_text(
        '[{"id": "letter", "title": "L"}, {"id": "paper", "title": "P"}]'
    )
    found = compare(servanda.open(tmp_path), "2024-01-31")
    assert statuses(found) == [("cured", None), ("kept", "kept"), ("due", None)]
