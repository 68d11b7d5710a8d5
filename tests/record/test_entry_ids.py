"""Ids of entries that write none: unique where the entries differ, and the advice where not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import servanda

HEAD = """agreement G
party A, B
body Council, Court
vague serious(of: party, what: text) to be determined by Council, Court
event pay(by: party, to: party, amount: number, on: date), not recorded is taken as not done
event rule(by: party, case: text, on: date), not recorded is taken as not done
event visit(by: party), not recorded is taken as not done
measure stock(of: party)
clause 1
  A must pay to B by 2024-12-31
  B may suspend 1 of A
  B may suspend 1
"""
SOURCES = '[{"id": "s1"}, {"id": "s2"}, {"id": "s3"}]'


def case_of(folder: Path, record: str) -> servanda.Case:
    (folder / "agreement.sv").write_text(HEAD + record)
    (folder / "sources.json").write_text(SOURCES)
    return servanda.open(folder)


def ids(folder: Path, record: str) -> list[str]:
    case = case_of(folder, record)
    assert [p.message for p in case.found.errors] == []
    return [entry.id for entry in case.record.entries]


LONG = "the matter of the barrels which were found in the yard of the second plant, part {}"


def test_sixteen_rulings_of_one_day(tmp_path: Path) -> None:
    lines = [f'2024-03-01 Council determines serious(A, "{LONG.format(n)}")\n' for n in range(16)]
    found = ids(tmp_path, "".join(lines))
    assert len(set(found)) == 16
    assert all(id_.startswith("2024-03-01-serious-Council-A-the-matter") for id_ in found)
    assert set(ids(tmp_path, "".join(reversed(lines)))) == set(found)
    corrected = f"{lines[3].strip()}  corrects {found[3]}, reported 2024-04-01\n"
    assert ids(tmp_path, "".join(lines) + corrected)[:16] == found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("A visits",), ("visit-A",)),
        (
            ("A pays(to: B, amount: 5)", "A pays(to: B, amount: 6.50)"),
            ("pay-A-B-5", "pay-A-B-6.5"),
        ),
        (
            ("A pays(to: B, on: 2024-01-05)", "A pays(to: B, on: 2024-02-05)"),
            ("pay-A-B-2024-01-05", "pay-A-B-2024-02-05"),
        ),
        (
            ("stock of A = 1  source s1", "stock of A = 2  source s2", "stock of A = 3"),
            ("stock-A-s1", "stock-A-s2", "stock-A"),
        ),
        (
            ('A visits  source s1 "p. 1"', 'A visits  source s1 "p. 2"'),
            ("visit-A-s1-p.-1", "visit-A-s1-p.-2"),
        ),
        (
            ("Council determines serious(A)", "Council determines not serious(A)"),
            ("serious-Council-A", "serious-Council-A-not"),
        ),
        (("B suspends 1", "B suspends 1 of A"), ("suspends-B-1", "suspends-B-1-A")),
        (
            ("Council determines serious(A)", "Court determines serious(A)"),
            ("serious-Council", "serious-Court"),
        ),
        (('B demands A "pay"', 'B demands A "leave"'), ("demands-B-A-pay", "demands-B-A-leave")),
        (("A visits", "A visits  id 2024-03-01-visit-A-2"), ("visit-A", "visit-A-2")),
        (
            ("A visits  id first", "A visits  corrects first, reported 2024-03-02"),
            None,
        ),
        (
            ("A visits", "A visits  corrects 2024-03-01-visit-A, reported 2024-03-02"),
            ("visit-A", "visit-A-correction"),
        ),
    ],
)
def test_what_entries_differ_in_is_in_their_ids(
    tmp_path: Path, lines: tuple[str, ...], expected: tuple[str, ...] | None
) -> None:
    found = ids(tmp_path, "".join(f"2024-03-01 {line}\n" for line in lines))
    if expected is None:
        assert found == ["first", "2024-03-01-visit-A"]
    else:
        assert found == [f"2024-03-01-{id_}" for id_ in expected]


def test_times_of_day_tell_acts_apart(tmp_path: Path) -> None:
    found = ids(tmp_path, "2024-03-01T10:00 A visits\n2024-03-01T12:30 A visits\n")
    assert found == ["2024-03-01-visit-A-T10:00", "2024-03-01-visit-A-T12:30"]


ADVICE = re.compile(r"write `(id \S+)`")


@pytest.mark.parametrize(
    "line",
    [
        "stock of A = {}",
        'A visits  note "the {}th"',
        "stock of A = {}  source s1",
        'Council determines serious(A, "x")  note "{}"',
        'A pays(to: B, amount: 5, on: 2024-01-01)  note "{}"',
    ],
)
def test_the_advice_holds_for_all_at_once(tmp_path: Path, line: str) -> None:
    """Sixteen entries that differ in nothing an id has: each is advised an id of its own."""
    lines = [f"2024-03-01 {line.format(n)}\n" for n in range(1, 17)]
    lines += [f"2024-03-01 A visits  id {id_}\n" for id_ in ("2024-03-01-stock-A-2", "x-2")]
    case = case_of(tmp_path, "".join(lines))
    assert len(case.found.errors) == 15
    text = (tmp_path / "agreement.sv").read_text().split("\n")
    for problem in case.found.errors:
        (advised,) = ADVICE.findall(problem.help)
        written = text[problem.line - 1]
        text[problem.line - 1] = f"{written}{', ' if '  ' in written else '  '}{advised}"
    (tmp_path / "agreement.sv").write_text("\n".join(text))
    mended = servanda.open(tmp_path)
    assert [p.message for p in mended.found.errors] == []
    assert len({entry.id for entry in mended.record.entries}) == 18


def test_a_correction_that_could_mean_several_names_them(tmp_path: Path) -> None:
    lines = "2024-03-01 A pays(to: B, amount: 5)\n2024-03-01 A pays(to: B, amount: 6)\n"
    case = case_of(tmp_path, lines + "2024-04-01 withdraws 2024-03-01-pay-A-B\n")
    (problem,) = case.found.errors
    assert (problem.code, problem.help) == (
        "E503",
        "several have this date, event and actor: write `2024-03-01-pay-A-B-5` or "
        "`2024-03-01-pay-A-B-6`",
    )


@pytest.mark.parametrize(
    ("one", "other", "warned"),
    [
        ("A pays(to: B, amount: 5)  source s1", "A pays(to: B, amount: 5)  source s2", True),
        ("A pays(to: B, amount: 5)  source s1", "A pays(to: B, amount: 5)", True),
        ("A pays(to: B, amount: 5)  source s1", "A pays(to: B, amount: 6)  source s2", False),
        ("A pays(to: B, amount: 5)  source s1", "A pays(to: B, amount: 5)  source s2, id x", False),
        ("stock of A = 5  source s1", "stock of A = 5  source s2", False),
        ("A visits  source s1", "B visits  source s2", False),
    ],
)
def test_one_act_of_two_sources_is_a_warning(
    tmp_path: Path, one: str, other: str, warned: bool
) -> None:
    case = case_of(tmp_path, f"2024-03-01 {one}\n2024-03-01 {other}\n")
    assert [p.code for p in case.found if p.severity != "hint"] == ["W501"] * warned
