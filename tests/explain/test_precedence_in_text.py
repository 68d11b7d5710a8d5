"""Precedence of whole texts: whom it touches, when, and what the advice of `check` does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import servanda

HEAD = """agreement G "g"
  zone UTC
  suspension stops the clock
party police, driver, alice, bob, carol
group Everybody = alice, bob, carol
event fine(id: text), not recorded is taken as not done
event pay(by: party, id: text), not recorded is taken as not done
event collect(by: party, id: text), not recorded is taken as not done
event act(by: party, what: text, on: text), not recorded is taken as not done
event stop, not recorded is taken as not done
measure stock in kg
"""
FINES = """clause 1
  when fine(id: n):
    driver must pay(id: n) within 60 days
      on breach police must instead collect(id: n) within 90 days
clause 2
{prevails}  when fine(id: n):
    police must not collect(id: n) while pay(id: n) has happened
2024-01-01 fine("in time")
2024-01-01 fine("never")
2024-01-01 fine("collected")
2024-01-20 driver pays(id: "in time")
2024-03-10 police collects(id: "collected")
2024-06-30 stop
"""
PAID_LATE = '2024-01-01 fine("late")\n2024-03-20 driver pays(id: "late")\n'


def case_of(folder: Path, text: str) -> servanda.Case:
    (folder / "case.sv").write_text(HEAD + text)
    return servanda.open(folder / "case.sv")


def codes(case: servanda.Case) -> list[str]:
    return [p.code for p in case.check().problems if p.severity != "hint"]


def told(case: servanda.Case, on: str | None = None) -> dict[str, str]:
    """The status of each duty, by clause, debtor, sentence and particulars."""
    return {
        " ".join(
            (row.clause, row.debtor or "", row.duty, str(row.instance.get("n", "")))
        ).strip(): (row.status)
        for row in case.status(on=on)
    }


def test_cases_that_exclude_each_other_are_a_warning_at_most(tmp_path: Path) -> None:
    case = case_of(tmp_path, FINES.format(prevails=""))
    assert codes(case) == ["W402"]
    assert sorted(told(case).values()) == [
        *("broken", "broken", "compensated", "dormant", "dormant", "kept", "kept", "kept")
    ]


def test_a_fine_paid_late_binds_to_two_things_and_precedence_touches_it_alone(
    tmp_path: Path,
) -> None:
    assert codes(case_of(tmp_path, FINES.format(prevails="") + PAID_LATE)) == ["E410"]
    before = told(case_of(tmp_path, FINES.format(prevails="")))
    over = "  prevails over 1 to the extent of the conflict\n"
    case = case_of(tmp_path, FINES.format(prevails=over) + PAID_LATE)
    assert codes(case) == []
    after = told(case)
    assert before.items() <= after.items()
    assert sorted(after[key] for key in after.keys() - before.keys()) == [
        "cured",
        "excused",
        "kept",
    ]


WORK = """clause X
  each of Everybody must not act("read", any)
clause 1
  prevails over X to the extent of the conflict
  alice must act("read", "x") by 2024-03-31
clause 2
  alice must act("sell", "x") by 2024-03-31
2024-01-05 alice acts("read", "x")
2024-01-06 {who} acts("{what}", "{on}")
2024-06-30 stop
"""


@pytest.mark.parametrize(
    ("who", "what", "on", "broken"),
    [
        ("alice", "sell", "x", ()),
        ("alice", "read", "y", ("alice",)),
        ("alice", "read", "x", ("alice",)),
        ("bob", "read", "x", ("bob",)),
        ("bob", "sell", "x", ()),
        ("carol", "read", "y", ("carol",)),
    ],
)
def test_nobody_else_and_nothing_else_is_excused(
    tmp_path: Path, who: str, what: str, on: str, broken: tuple[str, ...]
) -> None:
    rows = case_of(tmp_path, WORK.format(who=who, what=what, on=on)).status()
    assert tuple(r.debtor for r in rows if r.clause == "X" and r.status == "broken") == broken
    assert [r.status for r in rows if r.clause == "1"] == ["kept"]
    sold = (who, what) == ("alice", "sell")
    assert [r.status for r in rows if r.clause == "2"] == ["kept" if sold else "broken"]


def test_one_more_rule_for_one_party_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    text = WORK.format(who="bob", what="sell", on="y")
    more = '  bob must act("read", "z") from 2024-06-01 by 2024-06-30\n'
    with_bob = text.replace("clause 2\n", f"{more}clause 2\n")
    before, after = (case_of(tmp_path, one).timeline().to_dicts() for one in (text, with_bob))
    assert [row for row in after if '"z"' not in row["duty"]] == before


PREVAILING = (
    'alice must collect(id: "a") by 2024-03-31',
    'alice must collect(id: "z") by 2024-02-10',
    'alice must pay(id: "a") from 2024-01-10 by 2024-02-20',
    'alice must not act("sell", any) while not stop has happened',
    "alice must keep stock <= 5 kg from 2024-01-15 until 2024-03-15",
    "alice may pay(id: any) from 2024-01-10 until 2024-02-10 unless stop has happened",
    "when fine(id: n):\n    alice must collect(id: n) within 10 days",
    "applies from 2024-01-10 until 2024-02-20",
)
PREVAILS = """clause P{n}
  disapplies F{n} while it binds
  {rule}
clause F{n}
  alice must not act("read", any)
clause B{n}
  applies from 2024-01-01 while clause P{n} is binding
clause S{n}
  bob may suspend P{n}
"""


@pytest.mark.parametrize("suspended", [False, True])
def test_binding_is_one_thing(tmp_path: Path, suspended: bool) -> None:
    """`clause P is binding` holds exactly while P excuses what it prevails over."""
    rules = "".join(PREVAILS.format(n=n, rule=rule) for n, rule in enumerate(PREVAILING))
    record = """2024-01-01 stock = 1 kg
2024-01-05 fine("a")
2024-01-08 alice collects(id: "a")
2024-01-28 fine("b")
2024-02-01 stop
2024-06-30 fine("c")
"""
    if suspended:
        record += "".join(f"2024-01-20 bob suspends P{n}\n" for n in range(len(PREVAILING)))
    case = case_of(tmp_path, rules + record)
    spans: dict[str, list[tuple[str, str | None]]] = {}
    for row in case.timeline().to_dicts():
        if row["status"] == {"F": "excused", "B": "in_force"}.get(row["clause"][0]):
            span = (row["from"] or "2024-01-01T00:00:00Z", row["until"])
            spans.setdefault(row["clause"], []).append(span)
    for n, rule in enumerate(PREVAILING):
        assert spans[f"F{n}"] == spans[f"B{n}"], rule


CONFLICTS = {
    "an act": 'clause 1\n  alice must act("read", "x") by 2024-03-31\n'
    'clause 2\n  each of Everybody must not act("read", any)\n',
    "a level": "clause 1\n  alice must keep stock <= 5 kg\n"
    "clause 2\n  alice must keep stock >= 9 kg\n",
    "a group": 'clause 1\n  each of Everybody must act("read", "x") by 2024-03-31\n'
    'clause 2\n  alice must not act("read", "x")\n',
    "instances": "clause 1\n  when fine(id: n):\n    alice must collect(id: n) within 20 days\n"
    'clause 2\n  alice must not collect(id: "a")\n',
    "a remedy": 'clause 1\n  alice must act("sell", "x") by 2024-01-03\n'
    "    on breach alice must instead pay by 2024-05-01\n"
    "clause 2\n  each of Everybody must not pay\n",
}
OTHERS = """clause 9
  each of Everybody must act("sell", "y") by 2024-03-31
  bob must not collect
"""
ADVICE = re.compile(r"`(prevails over (\w+) to the extent of the conflict)` in clause (\w+)")


@pytest.mark.parametrize("name", CONFLICTS)
def test_the_advice_solves_it_and_excuses_nobody_else(tmp_path: Path, name: str) -> None:
    record = '2024-01-01 stock = 7 kg\n2024-01-02 fine("a")\n2024-01-02 fine("b")\n'
    record += '2024-06-01 bob collects(id: "b")\n'
    text = CONFLICTS[name] + OTHERS
    (problem,) = case_of(tmp_path, text + record).check().errors
    assert problem.code == "E410"
    advised = ADVICE.findall(problem.help)
    assert len(advised) == 2
    for line, over, clause in advised:
        case = case_of(
            tmp_path, text.replace(f"clause {clause}\n", f"clause {clause}\n  {line}\n") + record
        )
        assert codes(case) == []
        rows = case.timeline().to_dicts()
        excused = {(row["clause"], row["debtor"]) for row in rows if row["status"] == "excused"}
        assert excused <= {(over, "alice")}
        assert {row["status"] for row in rows if row["clause"] == "9"} == {"due", "broken", "kept"}
