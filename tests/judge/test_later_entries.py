"""What later entries make of a duty is told for a day on which the case itself says so."""

from __future__ import annotations

from pathlib import Path

import servanda
from servanda.explain.advice import setting_of
from servanda.judge.counterfactuals.trials import Counterfactual, counterfactuals
from servanda.judge.derive import derive

TIDY = """
agreement Camp "A camp"
  zone UTC
party A
event enter(by: party), not recorded is taken as not done
event leave(by: party), not recorded is taken as not done
clause 1
  A must not enter
    cured by leave(by: A)
"""
LOG = """
agreement Log "A log"
  zone UTC
party shop
event order(by: party, id: text), not recorded is taken as not done
event deliver(by: party, id: text), not recorded is taken as not done
clause 1
  when order(by: shop, id: n):
    shop must deliver(id: n) within 2 days
table "orders.csv"
  row is order(by: shop, id: column id) on column day
table "deliveries.csv"
  row is deliver(by: shop, id: column id) on column day
"""


def told(case: servanda.Case, on: str) -> list[Counterfactual]:
    judged = case.judge("text", on)
    (verdict,) = judged.current()
    (derivation,) = derive(judged.norms, judged.facts, [verdict])
    return counterfactuals(setting_of(judged), derivation)


def test_what_the_same_day_undoes_is_no_status_of_that_day(tmp_path: Path) -> None:
    """It was told that the record makes it broken on a day at whose end it was cured."""
    same_day = "2024-02-01T10:00 A enters\n2024-02-01T12:00 A leaves\n"
    (tmp_path / "case.sv").write_text(TIDY + same_day + "2024-03-01 A enters\n")
    case = servanda.open(tmp_path / "case.sv")
    (later,) = (c for c in told(case, "2024-01-10") if c.kind == "later")
    assert (later.status, str(later.day)) == ("cured", "2024-02-01")
    (later,) = (c for c in told(case, "2024-02-10") if c.kind == "later")
    assert (later.status, str(later.day)) == ("broken", "2024-03-01")


def test_later_rows_of_tables_are_seen_by_what_is_supposed(tmp_path: Path) -> None:
    """A line dated later was judged without the rows of tables up to its day."""
    (tmp_path / "case.sv").write_text(LOG)
    (tmp_path / "orders.csv").write_text("id,day\nx,2024-01-01\n")
    (tmp_path / "deliveries.csv").write_text("id,day\nx,2024-01-02\n")
    case = servanda.open(tmp_path / "case.sv")
    assert [str(p) for p in case.problems if p.severity == "error"] == []
    assert [c.day for c in told(case, "2024-01-01") if c.status == "kept"] != []
    supposed = [c for c in told(case, "2024-01-01") if c.day and str(c.day) > "2024-01-01"]
    assert supposed == []  # the log itself makes it kept by then
