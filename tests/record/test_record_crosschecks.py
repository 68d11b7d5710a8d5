"""Figures against figures: the IAEA's reports on Iran, and the sources that got them wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_record import Reader, read

from servanda.record.cross_checks import Finding, cross_check
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import parse
from servanda.syntax.printer.record import fact
from servanda.syntax.problems import Problems

# As of, total in kg U, and the change since the figure before where it was printed too.
TOTALS = [
    ("2019-07-01", "205.0", None),
    ("2019-08-19", "241.6", "36.6"),
    ("2019-11-03", "372.3", None),
    ("2020-02-19", "1020.9", "648.6"),
    ("2020-11-02", "2442.9", None),
    ("2021-02-16", "2967.8", "524.9"),
    ("2021-05-22", "3241", "273.2"),
    ("2022-08-21", "3940.9", None),
    ("2022-10-22", "3673.7", "-267.2"),
    ("2023-02-12", "3760.8", "87.1"),
    ("2023-05-13", "4744.5", None),
    ("2023-08-19", "3795.5", "-949.0"),
    ("2023-10-28", "4486.8", "691.3"),
    ("2024-02-10", "5525.5", "1038.7"),
    ("2024-05-11", "6201.3", "675.8"),
    ("2024-08-17", "5751.8", None),
    ("2024-10-26", "6604.4", "852.6"),
    ("2025-02-08", "8294.4", "1690.0"),
    ("2025-05-17", "9247.6", "953.2"),
    ("2025-06-13", "9874.9", None),
]
AT_60 = [
    ("2022-02-19", "33.2", None),
    ("2022-10-22", "62.3", None),
    ("2023-02-12", "87.5", "25.2"),
    ("2023-05-13", "114.1", "26.6"),
    ("2023-10-28", "128.3", None),
    ("2024-02-10", "121.5", "-6.8"),
    ("2024-05-11", "142.1", "20.6"),
    ("2024-08-17", "164.7", "22.6"),
    ("2024-10-26", "182.3", "17.6"),
    ("2025-02-08", "274.8", "92.5"),
    ("2025-05-17", "408.6", "133.8"),
]


def lines(measure: str, table: list[tuple[str, str, str | None]]) -> str:
    text, before = "", ""
    for day, figure, change in table:
        text += f"{day} {measure} of Iran = {figure} kg U verified by IAEA, source a\n"
        if change:
            text += f"{day} change of {measure} of Iran since {before} = {change} kg U source b\n"
        before = day
    return text


IAEA = lines("uranium_stock", TOTALS) + lines("stock_60", AT_60)


def findings(text: str) -> tuple[Finding, ...]:
    found = read(text)
    assert not found.problems
    return cross_check(found.record)


def test_the_figures_of_the_iaea_agree() -> None:
    found = findings(IAEA)
    assert len(found) == 21
    assert {f.kind for f in found} == {"change"}
    assert [f.message for f in found if not f.agrees] == []
    (first, *_) = [f for f in found if f.measure == "uranium_stock"]
    assert first.message == (
        "uranium_stock of Iran: 241.6 kg U on 2019-08-19 is 205.0 kg U on 2019-07-01 "
        "and the reported change of 36.6 kg U"
    )
    assert first.sources == ("a", "b")
    assert first.off == 0


@pytest.mark.parametrize(
    ("day", "times"), [("2025-06-13", "48"), ("2025-06-13", "48.7"), ("2020-02-19", "5")]
)
def test_ratios_as_parties_quote_them(day: str, times: str) -> None:
    said = f"{day} ratio of uranium_stock of Iran to 300 kg UF6 = {times} source us\n"
    (found,) = [f for f in findings(IAEA + said) if f.kind == "ratio"]
    assert found.agrees


def test_a_ratio_that_does_not_hold() -> None:
    said = "2025-06-13 ratio of uranium_stock of Iran to 202.8 kg U = 84 source us\n"
    (found,) = [f for f in findings(IAEA + said) if f.kind == "ratio"]
    assert (found.agrees, found.off) == (False, Decimal("35.31"))
    assert found.sources == ("a", "us")
    assert "9874.9 kg U on 2025-06-13 is not 84 times 202.8" in found.message


def test_for_the_first_time() -> None:
    """AFP, 19 November 2019: the first time the agency records more than 130 tonnes."""
    found = findings(
        "2016-02-17 heavy_water of Iran = 130.9 t source a\n"
        "2016-02-24 heavy_water of Iran < 130 t source a\n"
        "2016-11-08 heavy_water of Iran = 130.1 t source a\n"
        "2019-11-17 heavy_water of Iran = 131.5 t source a\n"
        "2019-11-17 first time heavy_water of Iran > 130 t alleged by AFP, source b, id afp\n"
    )
    (first,) = found
    assert (first.kind, first.agrees, first.odd) == ("first", False, "afp")
    assert first.odd_sources == ("b",)
    assert "130.9 t on 2016-02-17, 130.1 t on 2016-11-08" in first.message
    (borne_out,) = findings(
        "2016-02-17 heavy_water of Iran = 130 t\n2016-03-01 heavy_water of Iran <= 140 t\n"
        "2019-11-17 first time heavy_water of Iran > 130 t\n"
    )
    assert borne_out.agrees


def test_the_increase_taken_for_the_level() -> None:
    """Iran Watch, 3 March 2022: 15.5 kg in November. It was 17.7; 15.5 is the increase."""
    found = findings(
        "2021-11-06 stock_60 of Iran = 17.7 kg U source a, id iaea\n"
        "2021-11-06 stock_60 of Iran = 15.5 kg U source b, id iranwatch\n"
        "2022-02-19 stock_60 of Iran = 33.2 kg U source a\n"
        "2022-02-19 change of stock_60 of Iran since 2021-11-06 = 15.5 kg U source a\n"
    )
    conflict, change = found
    assert (conflict.kind, conflict.agrees, conflict.off) == ("readings", False, Decimal("2.2"))
    assert (conflict.odd, conflict.odd_sources) == ("iranwatch", ("b",))
    assert "that is the increase from 2021-11-06 to 2022-02-19, not a level" in conflict.message
    assert change.agrees
    assert "iaea" in change.entries


def test_the_decrease_taken_for_the_level() -> None:
    """recentlyheard.com: the stock is down from 949 kg; 949.0 kg is what it is down by."""
    wrong = "2023-05-13 uranium_stock of Iran = 949 kg U alleged by AFP, source us, id heard\n"
    found = findings(IAEA + wrong)
    (conflict,) = [f for f in found if not f.agrees]
    assert (conflict.kind, conflict.odd, conflict.odd_sources) == ("readings", "heard", ("us",))
    assert "that is the decrease from 2023-05-13 to 2023-08-19, not a level" in conflict.message


def test_a_wrong_level_between_two_changes_is_found() -> None:
    found = findings(
        "2020-01-01 heavy_water of Iran = 10 t\n2020-02-01 heavy_water of Iran = 25 t id wrong\n"
        "2020-03-01 heavy_water of Iran = 30 t\n"
        "2020-02-01 change of heavy_water of Iran since 2020-01-01 = 10 t\n"
        "2020-03-01 change of heavy_water of Iran since 2020-02-01 = 10 t\n"
    )
    assert [(f.agrees, f.odd, f.off) for f in found] == [
        (False, "wrong", Decimal(5)),
        (False, "wrong", Decimal(5)),
    ]


def test_two_figures_that_disagree_do_not_say_which_is_wrong() -> None:
    (found,) = findings(
        "2020-01-01 heavy_water of Iran = 10 t id x, source a\n"
        "2020-01-01 heavy_water of Iran = 12 t id y, source b\n"
    )
    assert (found.agrees, found.odd, found.off) == (False, None, Decimal(2))
    assert found.entries == ("x", "y")


def test_three_figures_in_a_ring_do_not_say_which_is_wrong() -> None:
    (found,) = findings(
        "2020-01-01 heavy_water of Iran = 10 t\n2020-02-01 heavy_water of Iran = 25 t\n"
        "2020-02-01 change of heavy_water of Iran since 2020-01-01 = 10 t\n"
    )
    assert (found.agrees, found.odd, found.off) == (False, None, Decimal(5))


def test_rounding_leaves_room_and_bounds_do_too() -> None:
    rounded = (
        "2020-01-01 heavy_water of Iran = 10.4 t\n2020-02-01 heavy_water of Iran = 21 t\n"
        "2020-02-01 change of heavy_water of Iran since 2020-01-01 = 10 t\n"
        "2020-02-01 heavy_water of Iran <= 130 t id limit\n"
        "2020-02-01 heavy_water of Iran unknown id none\n"
    )
    assert [f.agrees for f in findings(rounded)] == [True]
    assert [f.agrees for f in findings(rounded.replace("= 10 t", "= 9 t"))] == [False]


def test_checks_that_cannot_be_made() -> None:
    found = findings(
        "2020-02-01 heavy_water of Iran = 25 t\n"
        "2020-02-01 change of heavy_water of Iran since 2020-01-01 = 10 t\n"
        "2020-03-01 ratio of heavy_water of Iran to 5 t = 5\n"
    )
    assert [f.agrees for f in found] == [None, None]
    assert "there is no reading of 2020-01-01" in found[0].message


def test_a_month_finds_its_only_reading(read: Reader) -> None:
    (found,) = findings(
        "2020-01-17 heavy_water of Iran = 10 t\n2020-02-01 heavy_water of Iran = 25 t\n"
        "at some time in 2020-02 change of heavy_water of Iran since 2020-01 = 15 t\n"
    )
    assert found.agrees


def test_what_is_corrected_is_not_checked() -> None:
    text = (
        "2020-01-01 heavy_water of Iran = 10 t id x\n"
        "2020-01-01 heavy_water of Iran = 12 t id y, corrects x, reported 2020-02-01\n"
    )
    assert findings(text) == ()


STEPS = st.lists(st.integers(-50, 50).filter(bool), min_size=3, max_size=6)


@given(STEPS, st.data())
def test_one_slip_of_the_pen_in_a_chain_is_found(steps: list[int], data: st.DataObject) -> None:
    """Levels with all their changes: whichever inner level is mistyped is the odd one out."""
    levels = [1000]
    for step in steps:
        levels.append(levels[-1] + step)
    wrong = data.draw(st.integers(1, len(levels) - 2))
    slip = data.draw(st.integers(5, 400))
    text = ""
    for number, level in enumerate(levels):
        day = f"2020-01-{number + 1:02}"
        written = level + slip if number == wrong else level
        text += f"{day} heavy_water of Iran = {written} t id level{number}\n"
        if number:
            before = f"2020-01-{number:02}"
            text += f"{day} change of heavy_water of Iran since {before} = {steps[number - 1]} t\n"
    found = findings(text)
    failed = [f for f in found if not f.agrees]
    assert {f.odd for f in failed} == {f"level{wrong}"}
    assert len(failed) == 2


@pytest.mark.parametrize(
    "line",
    [
        "change of uranium_stock of Iran since 2019-07 = -36.6 kg U",
        "change of temperature since 2019-07-01T10:00Z between",
        "ratio of uranium_stock of Iran to 202.8 kg U >= 10",
        "ratio of temperature to 3 = 2.5",
        "first time heavy_water of Iran > 130 t",
    ],
)
def test_what_is_said_of_readings_is_written_back_as_it_was(line: str) -> None:
    problems = Problems()
    parsed = parse(lay_out(f"2020-01-01 {line}", "r.sv", problems).statements, problems).record
    if line.endswith("between"):
        assert len(problems) == 1
    else:
        assert [fact(entry.fact) for entry in parsed.entries] == [line]
