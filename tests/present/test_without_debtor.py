"""A provision is nobody's duty: no answer names a debtor or says that it was kept."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

import servanda
from servanda.watch.rendering import line_of

TEXT = """agreement Page "Provisions"
  zone UTC
party A
event ratify(by: party), not recorded is taken as not done
clause 1 "Regime"
  applies from ratify until 2024-06-01
clause 2 "Reports"
  A must keep not late while clause 1 is in force
event delay
event report
state late from delay until report
account N "North"
account S "South"
2024-02-01 A ratifies
"""


@pytest.fixture
def case(tmp_path: Path) -> servanda.Case:
    (tmp_path / "case.sv").write_text(TEXT, encoding="utf-8")
    return servanda.open(tmp_path / "case.sv")


def test_rows_and_comparisons_have_no_debtor(case: servanda.Case) -> None:
    (row,) = [duty for duty in case.status(on="2024-03-01") if duty.kind == "provision"]
    assert (row.debtor, row.creditor, row.status) == (None, None, "in_force")
    document = case.compare(on="2024-03-01").to_dict()
    (compared,) = [duty for duty in document["duties"] if duty["clause"] == "1"]
    assert compared["debtor"] is None


def test_the_verdict_table_has_none_either(case: servanda.Case) -> None:
    import pyarrow

    found = pyarrow.Table.from_batches(case.verdicts()).to_pylist()
    (mine,) = [r for r in found if r["kind"] == "provision" and r["status"] == "in_force"]
    assert mine["debtor"] is None
    assert not mine["final"]


def test_a_change_that_watch_tells_names_nobody() -> None:
    change = {
        "at": "2024-02-01T00:00:00Z", "clause": "1", "debtor": None, "instance": {}, "was": None,
        "is": "in_force", "withdrawn": False, "entries": [],
    }  # fmt: skip
    assert line_of(msgspec.json.encode(change)) == "2024-02-01T00:00:00Z  1: in_force"


def test_why_says_since_when_it_applies(case: servanda.Case) -> None:
    told = json.dumps(case.why("2", on="2024-03-01").to_dict(), default=str)
    assert "Clause 1 is in force." in told
