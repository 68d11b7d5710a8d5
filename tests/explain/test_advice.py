"""Advice: the times and amounts that are tried, and that it works when followed to the letter.

Each line of advice is put into a file, supposed, and must give the status that it says.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import servanda
from servanda.explain.deadlines import deadlines
from servanda.explain.why import why
from servanda.explain.wording import Node
from servanda.vocabulary.statuses import BY_KIND, DUTY, POWER

HEAD = """agreement Page "A page"
  zone Europe/Amsterdam
  months clipped
  suspension does not stop the clock
party A, B
currency EUR
event pay(by: party, to: party, amount: number in EUR), not recorded is taken as not done
event order(id: text), not recorded is taken as not done
event ship(by: party, id: text), not recorded is taken as not done
event leak(by: party, amount: number in kg), not recorded is taken as not done
event fix(by: party), not recorded is taken as not done
event walkout(by: party), not recorded is taken as not done
event comeback(by: party), not recorded is taken as not done
state strike(by: party) from walkout until comeback
measure stock(of: party) in kg, each figure valid for 100 days
measure price in EUR
"""
CODES = {found.word: code for code, found in (*POWER.items(), *DUTY.items())}
CODES |= {found.word: code for (_, code), found in BY_KIND.items()}
ADVICE = re.compile(r"if this were recorded: (.*): ([a-z ]+)$")


def case_of(tmp_path: Path, text: str) -> servanda.Case:
    path = tmp_path / "case.sv"
    path.write_text(HEAD + text)
    case = servanda.open(path)
    assert [p.message for p in case.check().problems if p.severity == "error"] == []
    return case


def sentences(node: Node) -> list[str]:
    return [node.sentence, *(said for child in node.children for said in sentences(child))]


def told(case: servanda.Case, clause: str, on: str, **asked: str) -> list[str]:
    (tree,) = why(case.judge(None, on), clause, case=case, **asked)
    return sentences(tree)


def advice(case: servanda.Case, clause: str, on: str, **asked: str) -> dict[str, str]:
    """Each line of advice with the status that it promises; those of several lines joined."""
    found = {}
    for said in told(case, clause, on, **asked):
        if match := ADVICE.match(said):
            found["\n".join(re.findall(r"`([^`]+)`", match[1]))] = CODES[match[2]]
    return found


def assert_it_works(case: servanda.Case, clause: str, on: str, found: dict[str, str]) -> None:
    """Each line, followed to the letter, gives the status that was promised."""
    for lines, status in found.items():
        later = max([on, *re.findall(r"^\d{4}-\d\d-\d\d", lines, re.MULTILINE)])
        with_it = case.with_text(lines + "\n")
        said = why(with_it.judge(None, later), clause)[0].sentence
        words = [word for word, code in CODES.items() if code == status]
        assert any(f": {word}" in said for word in words), (lines, status, said)


# ------------------------------------------------------------------ when an act is supposed
@pytest.mark.parametrize(
    ("text", "clause", "on", "wanted"),
    [
        pytest.param(
            "clause 1\n  when order(id: i):\n    A must ship(id: i) within 24 hours\n"
            '2024-01-03T11:30 order(id: "a")\n2024-01-04T15:00 A ships(id: "a")\n',
            "1",
            "2024-01-14",
            {'2024-01-04T11:29 A ships(id: "a"), id supposed-1': "kept"},
            id="just before a deadline that has an hour",
        ),
        pytest.param(
            "clause 1\n  A must fix by 2024-01-10T12:00\n",
            "1",
            "2024-01-10",
            {"2024-01-10 A fixes": "unknown", "2024-01-10T11:59 A fixes": "kept"},
            id="the day of a noon deadline, and before noon",
        ),
        pytest.param(
            "clause 1\n  A must fix from 2024-01-10T12:00 by 2024-01-10\n",
            "1",
            "2024-01-20",
            {"2024-01-20 A fixes": "cured", "2024-01-10T23:59 A fixes": "kept"},
            id="a window of some hours of one day",
        ),
        pytest.param(
            "clause 1\n  A must fix by 2024-01-10 cure within 5 days\n",
            "1",
            "2024-01-30",
            {"2024-01-10 A fixes": "kept", "2024-01-16 A fixes": "cured"},
            id="the last day of the time to cure",
        ),
        pytest.param(
            "clause 1\n  A must not leak from 2024-01-01 until 2024-03-01 cured by fix "
            "cure within 5 days\n2024-02-12 A leaks\n",
            "1",
            "2024-05-01",
            {"2024-02-17 A fixes": "lapsed"},
            id="the last day on which a violation can be cured",
        ),
        pytest.param(
            "clause 1\n  A must not leak from 2024-01-01 until 2024-03-01\n",
            "1",
            "2024-05-01",
            {"2024-02-29 A leaks": "broken"},
            id="a violation while the window was open",
        ),
        pytest.param(
            "clause 1\n  A must fix by 2024-01-10\nclause 2\n  B may waive 1 until 2024-01-05\n",
            "1",
            "2024-01-30",
            {"2024-01-04 B waives 1": "waived"},
            id="a power while it was open",
        ),
    ],
)
def test_an_act_is_tried_at_the_ends_of_its_windows(
    tmp_path: Path, text: str, clause: str, on: str, wanted: dict[str, str]
) -> None:
    case = case_of(tmp_path, text)
    found = advice(case, clause, on)
    assert wanted.items() <= found.items()
    assert_it_works(case, clause, on, found)


def test_one_time_is_told_of_those_that_give_the_same_status(tmp_path: Path) -> None:
    case = case_of(tmp_path, "clause 1\n  A must fix from 2024-01-01 by 2024-03-01\n")
    assert list(advice(case, "1", "2024-02-01")) == ["2024-02-01 A fixes"]


# ------------------------------------------------------------------ readings
@pytest.mark.parametrize(
    ("condition", "readings", "wanted"),
    [
        pytest.param(
            "change of stock over the last 30 days <= 10 kg",
            "2024-01-02 stock of A = 50 kg\n2024-02-01 stock of A = 65 kg\n",
            {"2024-02-02 stock of A = 60 kg": "cured"},
            id="a change whose beginning is known",
        ),
        pytest.param(
            "change of stock over the last 30 days <= 10 kg",
            "2024-01-20 stock of A = 65 kg\n",
            {
                "2024-01-03 stock of A = 55 kg": "kept",
                "2024-01-03 stock of A = 54 kg": "broken",
            },
            id="a change whose beginning is not known",
        ),
        pytest.param(
            "change of stock over the last 30 days <= 10 kg",
            "",
            {
                "2024-01-03 stock of A = 0 kg": "kept",
                "2024-01-03 stock of A = 0 kg\n2024-02-02 stock of A = 11 kg": "broken",
            },
            id="a change of which nothing is known",
        ),
        pytest.param(
            "stock * 2 <= stock of B + 10 kg",
            "2024-01-01 stock of A = 20 kg\n2024-01-01 stock of B = 20 kg\n",
            {
                "2024-02-02 stock of A = 15 kg": "cured",
                "2024-02-02 stock of B = 30 kg": "cured",
            },
            id="arithmetic on both sides",
        ),
        pytest.param(
            "sum of amount in leak over the last 30 days * 2 <= stock",
            "2024-01-01 stock of A = 20 kg\n2024-01-20 A leaks(8 kg)\n",
            {"2024-02-02 A leaks(amount: 3 kg)": "broken"},
            id="one more act of a sum",
        ),
        pytest.param(
            "stock <= 100 kg grace of 7 days",
            "2023-12-01 stock of A = 90 kg\n2024-01-01 stock of A = 120 kg\n",
            {
                "2024-01-08 stock of A = 100 kg": "kept",
                "2024-02-02 stock of A = 100 kg": "cured",
            },
            id="the last day before a failure is a breach",
        ),
    ],
)
def test_a_reading_is_tried_on_both_sides_of_every_limit(
    tmp_path: Path, condition: str, readings: str, wanted: dict[str, str]
) -> None:
    case = case_of(tmp_path, f"clause 1\n  A must keep {condition}\n{readings}")
    found = advice(case, "1", "2024-02-02")
    assert wanted.items() <= found.items()
    assert_it_works(case, "1", "2024-02-02", found)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "A must fix by 2024-01-10 excused while stock < 5 kg, time not extended",
            {"2024-01-10 A fixes": "kept"},
        ),
        ("A must not leak while stock > 5 kg", {"2024-02-02 stock of A = 6 kg": "kept"}),
        ("A must not leak while strike(B)", {"2024-02-02 B walkouts": "kept"}),
        (
            "A must fix from 2024-01-10 by 2024-03-01 if walkout(by: B) has happened",
            {"2024-01-10 B walkouts": "due"},
        ),
        (
            "A must fix from 2024-01-10 by 2024-03-01 if price > 5 EUR",
            {"2024-01-10 price = 6 EUR": "due"},
        ),
    ],
)
def test_what_the_conditions_of_a_duty_ask_for_is_tried(
    tmp_path: Path, text: str, wanted: dict[str, str]
) -> None:
    case = case_of(
        tmp_path, f"clause 1\n  {text}\n2024-01-01 stock of A = 5 kg\n2024-01-01 price = 5 EUR\n"
    )
    found = advice(case, "1", "2024-02-02")
    assert wanted.items() <= found.items()
    assert_it_works(case, "1", "2024-02-02", found)


# ------------------------------------------------------------------ what is told besides
def test_the_end_of_the_time_to_cure_is_dated(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        "clause 1\n  A must fix by 2024-01-10 cure within 10 days\n"
        "clause 2\n  A must not leak cured by fix cure within 5 days\n"
        "clause 3\n  A must keep stock <= 100 kg grace of 7 days\n"
        "2024-01-12 A leaks, id drop\n2024-01-01 stock of A = 90 kg\n"
        "2024-01-13 stock of A = 120 kg\n",
    )
    on = "2024-01-14"
    assert "The breach can be cured until the end of 2024-01-21." in told(case, "1", on)
    assert "The breach of drop can be cured until the end of 2024-01-17." in told(case, "2", on)
    said = (
        "Its condition fails, and has until the end of 2024-01-20 to hold again without a breach."
    )
    assert said in told(case, "3", on)
    assert "The breach can be cured until" not in " ".join(told(case, "1", "2024-01-09"))
    ends = [d for d in deadlines(case.judge(None, on)) if d.what == "cure ends"]
    assert [d.clause for d in ends] == ["2", "3", "1"]


def test_a_window_that_its_if_has_shut_is_told_with_both_ends(tmp_path: Path) -> None:
    text = "clause 1\n  A must fix from 2024-01-01 by 2024-02-01 if walkout has happened\n"
    case = case_of(tmp_path, text + "2024-01-12 A walkout\n")
    said = told(case, "1", "2024-01-14")
    assert (
        "Its window would have been open from 2024-01-01 until the end of 2024-02-01, but its `if` "
        "did not hold as it opened: no duty arose." in said
    )
    assert "walkout has not happened." in said  # as it was when the window opened
    assert not any("still to come" in each for each in said)
    assert [d for d in deadlines(case.judge(None, "2024-01-14")) if d.clause == "1"] == []


def test_a_recurring_duty_lists_its_own_acts_and_counts_the_others(tmp_path: Path) -> None:
    paid = "".join(f"2023-{m:02}-05 A pays(to: B, amount: 50 EUR)\n" for m in range(1, 11))
    case = case_of(
        tmp_path,
        "clause 1\n  A must pay(amount: at least 50 EUR) to B every month from 2023-01-01\n"
        f"{paid}2023-11-05 A pays(to: B, amount: 40 EUR), id short\n",
    )
    said = told(case, "1", "2024-01-14", period="2023-11")
    lacking = [each for each in said if " short: entry" in each or "window opened: entry" in each]
    assert len(lacking) == 1 and "10 EUR short: entry short: A pays(" in lacking[0]
    assert "10 other entries record pay outside the window of this period." in said


@pytest.mark.parametrize(
    ("entry", "distance"),
    [
        ("2024-01-11 A fixes", "1 day after its window closed"),
        ("2024-01-12T06:30 A fixes", "1 day, 6 hours and 30 minutes after its window closed"),
        ("2024-01-11T00:00 A fixes", "at the instant its window closed"),
        ("2024-01-04 A fixes", "1 day before its window opened"),
        ("2023-10-05 A fixes", "92 days before its window opened"),
    ],
)
def test_how_far_an_act_is_off_is_told_in_days_where_days_are_meant(
    tmp_path: Path, entry: str, distance: str
) -> None:
    text = (
        "clause 1\n  A must fix from 2024-01-05 by 2024-01-10 early performance does not count "
        "late performance does not cure\n"
    )
    case = case_of(tmp_path, f"{text}{entry}\n")
    assert any(each.startswith(f"{distance}: entry") for each in told(case, "1", "2024-02-01"))


# ------------------------------------------------------------------ corrected and withdrawn
def test_what_was_withdrawn_or_corrected_is_named_with_what_did_so(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        "clause 1\n  A must pay(amount: at least 100 EUR) to B by 2024-01-10\n"
        "2024-01-05 A pays(to: B, amount: 100 EUR), id typo\n"
        "2024-01-06 withdraws typo\n"
        "2024-01-07 A pays(to: B, amount: 120 EUR), id first\n"
        "2024-01-07 A pays(to: B, amount: 20 EUR), corrects first, reported 2024-01-12, id second\n"
        '2024-01-08 A ships(id: "x"), id other\n2024-01-09 withdraws other\n',
    )
    said = " ".join(told(case, "1", "2024-01-14"))
    since = "It has not counted since"
    assert f"{since} 2024-01-06, when 2024-01-06-withdraws-typo withdrew it." in said
    assert f"{since} 2024-01-12, when second was put in its place." in said
    assert "other" not in said  # it has no bearing on this duty
    (known,) = why(case.judge(None, "2024-01-14", "2024-01-11"), "1")
    assert "second was put" not in " ".join(sentences(known))


def test_where_no_duty_stands_what_would_have_made_one_is_named(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        'clause 1\n  when order(id: i) if i = "z":\n    A must ship(id: i) within 3 days\n'
        '2024-01-03 order(id: "a")\n2024-01-04 order(id: "z"), id gone\n'
        "2024-01-05 withdraws gone\n",
    )
    said = told(case, "1", "2024-01-14")
    assert "Entries of such an event that made none: they differ, or `if` did not hold." in said
    assert any("2024-01-05-withdraws-gone withdrew it" in each for each in said)


# ------------------------------------------------------------------ words
def test_who_is_in_breach_is_named(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        "clause 1\n  A must fix by 2024-01-10\nclause 2\n  A, B must not walkout\n"
        "clause 3\n  B must not leak unless A in breach of 1\n"
        "clause 4\n  B must not comeback unless clause 2 is broken\n"
        "clause 5\n  B may suspend 1 while A in breach of any clause\n",
    )
    assert "A is in breach of 1." in told(case, "3", "2024-01-14")
    assert "None of A and B is in breach of 2." in told(case, "4", "2024-01-14")
    said = "It is open only while: A in breach of any clause; it does."
    assert said in told(case, "5", "2024-01-14")


def test_a_condition_read_since_ever_and_a_remedy_are_told_of_their_instance(
    tmp_path: Path,
) -> None:
    case = case_of(
        tmp_path,
        "clause 1\n  when walkout(by: x):\n    x must fix within 3 days\n"
        "      on breach x must instead comeback within 9 days\n"
        "clause 2\n  A may suspend 1 if walkout has happened\n"
        "clause 3\n  A must keep stock <= 5 kg grace of 3 days\n"
        "2024-01-05 B walkout\n",
    )
    assert any(
        said.startswith("Its remedy, B must comeback within 9 days: due")
        for tree in why(case.judge(None, "2024-01-10"), "1", case=case)
        for said in sentences(tree)
    )
    assert "It arises only if this holds." in told(case, "2", "2024-01-10")
    assert not any("time to hold again" in said for said in told(case, "3", "2024-01-10"))
