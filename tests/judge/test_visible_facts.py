"""Of a log, a derivation reads only the rows that the instance can see."""

from __future__ import annotations

from pathlib import Path

import pytest

import servanda
from servanda.explain.why import why
from servanda.explain.wording import Node
from servanda.judge import visible_facts
from servanda.judge.verdict import JudgeError

LOG = """
agreement Log "A log"
  zone UTC
party A
event order(by: party, id: text), not recorded is taken as not done
event deliver(by: party, id: text, n: number), not recorded is taken as not done
clause 1
  when order(by: A, id: i):
    A must deliver(id: i, n: at least 5) within 10 days
clause 2
  A must keep count of order(by: A) so far <= 1000
table "orders.csv"
  row is order(by: A, id: column id) on column day
table "deliveries.csv"
  row is deliver(by: A, id: column id, n: column n) on column day
"""


@pytest.fixture
def case(tmp_path: Path) -> servanda.Case:
    (tmp_path / "case.sv").write_text(LOG)
    rows = [f"{n},2024-01-{n % 28 + 1:02}" for n in range(400)]
    (tmp_path / "orders.csv").write_text("id,day\n" + "\n".join(rows) + "\n")
    done = [f"{n},2024-02-01,{n % 7}" for n in range(400)]
    (tmp_path / "deliveries.csv").write_text("id,day,n\n" + "\n".join(done) + "\n")
    found = servanda.open(tmp_path / "case.sv")
    assert [p.message for p in found.problems if p.severity == "error"] == []
    return found


def said(node: Node) -> str:
    return "\n".join([node.sentence, *map(said, node.children)])


def test_one_instance_of_a_log_is_explained_from_its_own_rows(
    case: servanda.Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visible_facts, "MOST_ROWS", 5)
    (root,) = why(case.judge("text", "2024-03-01"), "1", {"i": "27"})
    told = said(root)
    assert ": performed, since 2024-02-01" in root.sentence
    assert "A delivers(id: 27, n: 6)" in told
    (short,) = why(case.judge("text", "2024-03-01"), "1", {"i": "29"})
    assert "n 1 of at least 5, 4 short" in said(short)


def test_what_reads_the_whole_log_is_refused_with_a_number(
    case: servanda.Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visible_facts, "MOST_ROWS", 5)
    with pytest.raises(JudgeError, match="more than 5 rows of a table bear on this duty"):
        why(case.judge("text", "2024-03-01"), "2")


def test_many_instances_are_listed_by_status(case: servanda.Case) -> None:
    (root,) = why(case.judge("text", "2024-03-01"), "1")
    assert root.sentence.startswith("Clause 1 has 400 instances")
    counts = [int(child.sentence.split()[0]) for child in root.children]
    assert counts == sorted(counts, reverse=True) and sum(counts) == 400 and len(counts) == 3
    assert 'Ask for one, as in `why 1(i: "' in root.sentence
