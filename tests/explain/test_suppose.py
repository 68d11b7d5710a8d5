"""What if: a difference in memory, with nothing written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import servanda
from servanda.syntax.problems import ServandaError

TEXT = """
```servanda
agreement Page "A page"
  zone UTC
party A, B
event pay(by: party, id: text), not recorded is taken as not done
event order(id: text), not recorded is taken as not done
clause 1 "Pay"
  when order(id: i):
    A must pay(id: i) within 5 days
2024-01-01 order("x")
```
"""


@pytest.fixture
def case(tmp_path: Path) -> servanda.Case:
    (tmp_path / "agreement.md").write_text(TEXT)
    return servanda.open(tmp_path)


def file(case: servanda.Case, text: str, name: str = "hypothetical.sv") -> Path:
    path = case.folder.parent / name
    path.write_text(text)
    return path


def suppose(case: servanda.Case, path: Path, on: str | None = None) -> dict[str, Any]:
    found = case.suppose(path, on).to_dict()
    return {name: found[name] for name in ("added", "removed", "changed")}


def test_an_entry_changes_a_row(case: servanda.Case) -> None:
    found = suppose(case, file(case, '2024-01-04 A pays("x")\n'), "2024-01-10")
    assert found["added"] == found["removed"] == []
    (change,) = found["changed"]
    assert (change["before"]["status"], change["after"]["status"]) == ("broken", "kept")
    assert change["after"]["clause"] == "1"


def test_an_entry_adds_an_instance(case: servanda.Case) -> None:
    found = suppose(case, file(case, '2024-01-09 order("y")\n'), "2024-01-10")
    assert [r["instance"] for r in found["added"]] == [{"i": "y"}]
    assert found["changed"] == []


def test_an_earlier_instance_alike_is_added_and_leaves_the_other_as_it_is(
    case: servanda.Case,
) -> None:
    found = suppose(case, file(case, '2023-12-20 order("x")\n'), "2024-01-03")
    assert [(r["instance"], r["status"]) for r in found["added"]] == [({"i": "x"}, "broken")]
    assert found["changed"] == found["removed"] == []


def test_a_withdrawal_removes_an_instance(case: servanda.Case) -> None:
    (entry,) = case.record.entries
    found = suppose(case, file(case, f"2024-01-09 withdraws {entry.id}\n"), "2024-01-10")
    assert [r["instance"] for r in found["removed"]] == [{"i": "x"}]


def test_a_rule_may_be_supposed(case: servanda.Case) -> None:
    text = '# If\n\n```servanda\nclause 2 "New"\n  B must pay("z") by 2024-01-05\n```\n'
    found = suppose(case, file(case, text, "hypothetical.md"), "2024-01-10")
    assert [(r["clause"], r["status"]) for r in found["added"]] == [("2", "broken")]


def test_nothing_supposed_changes_nothing(case: servanda.Case) -> None:
    found = suppose(case, file(case, "# nothing\n"), "2024-01-10")
    assert found == {"added": [], "removed": [], "changed": []}


def test_without_a_day_the_later_record_ends_it(case: servanda.Case) -> None:
    assert suppose(case, file(case, '2024-01-09 order("y")\n'))["added"]


@pytest.mark.parametrize(
    "text", ["2024-01-09 A smokes\n", "clause 1\n  A must pay(\n", "account\n", "\0\n"]
)
def test_a_wrong_file_is_refused_by_name(case: servanda.Case, text: str) -> None:
    path = file(case, text)
    with pytest.raises(ServandaError) as error:
        suppose(case, path, "2024-01-10")
    assert all(p.file == "hypothetical.sv" for p in error.value.problems)
    assert case.status("2024-01-10")[0]["status"] == "broken"


def test_a_file_that_is_not_there_is_named_by_its_path(case: servanda.Case, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "more.sv"
    with pytest.raises(ServandaError) as error:
        suppose(case, path, "2024-01-10")
    (problem,) = error.value.problems
    assert (problem.file, problem.message) == (str(path), "there is no such file")
    assert "relative one starts at the folder in which the command runs" in (problem.help or "")
