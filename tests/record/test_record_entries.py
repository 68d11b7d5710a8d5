"""Entries against an agreement: names, units, dates, ids, corrections, sources."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_record import Read, Reader, read

from servanda.record.account_facts import parse_as_of
from servanda.record.record import (
    Determined,
    Exercised,
    Happened,
    Linked,
    Measured,
    Statement,
    Step,
    WentOn,
    Withdrawn,
)


def test_every_kind_of_entry(read: Reader) -> None:
    found = read(
        """2016-01-16 implementation_day source a "p. 3"
2018-05-08 US reimposes(oil) source us, announced 2018-05-01, note "by order"
2018-05-09 E3 reimpose("oil, gas")
2019-01-01 order("7", US, 5.50 EUR, due: 2019-02-01)
2019-07-01 uranium_stock of Iran = 300 kg UF6 verified by IAEA, verified on 2019-07-01
at some time in 2019-08 uranium_stock of Iran > 241.6 kg U estimated by IAEA, reported 2019-09
2019-09-01 uranium_stock of Iran between 1 kg U and 2000 g U
2019-09-02 uranium_stock of Iran unknown
2019-05-08 Iran suspends 7, I.14 (n: 3) of Iran towards US
2019-05-09 Iran amends 7 to later
2019-05-10 Iran ends the agreement
2020-01-01 IAEA determines not snp(Iran)
2020-01-02 Iran demands US that reimposes(US, oil)
2020-01-02 US does not answer Iran "the demand"
2020-01-03 Iran says clause I.14 "no cap" said by "A. Smith" on tv, reported by Times on 2020-01-05
2020-01-04 change of uranium_stock of Iran since 2019-09-01 = 1 kg U
2020-01-04 ratio of uranium_stock of Iran to 300 kg UF6 >= 10
2020-01-04 first time heavy_water of Iran > 130 t
2020-02-02 withdraws 2019-08-uranium_stock-Iran
"""
    )
    assert not found.problems
    by_id = {entry.id: entry for entry in found.record.entries}
    assert {id: entry.what for id, entry in by_id.items()} == {
        "2016-01-16-implementation_day": Happened("implementation_day", ()),
        "2018-05-08-reimposes-US-oil": Happened("reimposes", ("US", "oil"), "US"),
        "2018-05-09-reimposes-E3-oil-gas": Happened("reimposes", ("E3", "oil, gas"), "E3"),
        "2019-01-01-order-7-US": Happened(
            "order", ("7", "US", Decimal("5.5"), date(2019, 2, 1)), None
        ),
        "2019-07-01-uranium_stock-Iran": measured("uranium_stock", "202.8", "202.8", by_id),
        "2019-08-uranium_stock-Iran": measured("uranium_stock", "241.6", None, by_id, True),
        "2019-09-01-uranium_stock-Iran": measured("uranium_stock", "1", "2", by_id),
        "2019-09-02-uranium_stock-Iran": measured("uranium_stock", None, None, by_id),
        "2019-05-08-suspends-Iran-7-I.14-3": Exercised(
            "suspend", "Iran", ("7", "I.14"), (("n", Decimal(3)),), "Iran", "US"
        ),
        "2019-05-09-amends-Iran-7": Exercised("amend", "Iran", ("7",), amendment="later"),
        "2019-05-10-ends-Iran": Exercised("end_all", "Iran", ()),
        "2020-01-01-snp-IAEA": Determined("IAEA", "snp", ("Iran",), False),
        "2020-01-02-demands-Iran": Statement(
            "Iran", "demands", "US", None, None, "reimposes", ("US", "oil")
        ),
        "2020-01-02-does-not-answer-US": Statement("US", "does not answer", "Iran", "the demand"),
        "2020-01-03-says-Iran": Statement("Iran", "says", None, "no cap", "I.14"),
        "2020-01-04-uranium_stock-change-Iran": by_id["2020-01-04-uranium_stock-change-Iran"].what,
        "2020-01-04-uranium_stock-ratio-Iran": by_id["2020-01-04-uranium_stock-ratio-Iran"].what,
        "2020-01-04-heavy_water-first-Iran": by_id["2020-01-04-heavy_water-first-Iran"].what,
        "2020-02-02-withdraws-2019-08-uranium_stock-Iran": Withdrawn("2019-08-uranium_stock-Iran"),
    }
    ratio = by_id["2020-01-04-uranium_stock-ratio-Iran"].what
    assert isinstance(ratio, Linked)
    assert (ratio.to, ratio.low, ratio.high) == (Decimal("202.8"), Decimal(10), None)
    said = by_id["2020-01-03-says-Iran"]
    assert [(s.kind, s.by, s.on) for s in said.chain] == [
        ("said", "A. Smith", "tv"),
        ("reported", "Times", None),
    ]
    assert isinstance(said.chain[1], Step)
    assert said.reported == said.chain[1].at
    us = by_id["2018-05-08-reimposes-US-oil"]
    assert us.announced is not None
    assert (us.announced.text, us.note) == ("2018-05-01", "by order")
    assert by_id["2016-01-16-implementation_day"].sources[0].locator == "p. 3"


def measured(
    measure: str,
    low: str | None,
    high: str | None,
    by_id: dict[str, object],
    open_low: bool = False,
) -> Measured:
    """What should have been read, with the figures as they were written."""
    for entry in by_id.values():
        what = getattr(entry, "what", None)
        bounds = tuple(None if x is None else Decimal(x) for x in (low, high))
        if isinstance(what, Measured) and (what.low, what.high) == bounds:
            return Measured(measure, "Iran", *bounds, open_low, False, what.written)
    raise AssertionError((measure, low, high))


@pytest.mark.parametrize(
    ("line", "message", "help"),
    [
        ("2019-01-01 Iraq reimposes(oil)", "no party, body or group `Iraq`", "`Iran`"),
        ("2019-01-01 US reimpose_s(oil)", "no event `reimpose_s`", "`reimposes`"),
        ("2019-01-01 US implementation_day", "no parameter `by`", "leave `US` out"),
        ("2019-01-01 reimposes(US, oil, gas)", "too many arguments", "there are 2 parameters"),
        ("2019-01-01 US reimposes(by: US)", "given twice", "keep one of the two"),
        ("2019-01-01 US reimposes(program: oil)", "no parameter `program`", "`programme`"),
        ("2019-01-01 US reimposes(2.5)", "`programme` is a text", "in quotes"),
        ("2019-01-01 US reimposes(5 EUR)", "`programme` is a text", "in quotes"),
        ("2019-01-01 order(1, Bob)", "no party, body or group `Bob`", None),
        ('2019-01-01 order(1, "US")', "`buyer` is a party", "without quotes"),
        ("2019-01-01 order(amount: 5)", "the unit is missing", "write `5 EUR`"),
        ("2019-01-01 order(amount: 5 kg)", "is in EUR", None),
        ("2019-01-01 order(amount: 5 USD)", "unknown unit `USD`", None),
        ("2019-01-01 order(due: 5)", "`due` is a date", "2019-07-01"),
        ("2019-01-01 arises_later", "arises by itself", "the event that it arises from"),
        ("2019-01-01 uranium_stock of Iran = 205", "the unit is missing", "kg U"),
        ("2019-01-01 uranium_stock of Iran = 205 kg", "is in kg U", None),
        ("2019-01-01 uranium_stock = 205 kg U", "`uranium_stock` needs a subject", "of …"),
        ("2019-01-01 temperature of Iran = 5", "has no subject", "leave `of Iran` out"),
        ("2019-01-01 temperature = 5 kg", "has no unit", "leave the unit out"),
        ("2019-01-01 uranium_stok of Iran = 5 kg U", "no measure", "`uranium_stock`"),
        ("2019-01-01 implementation_day = 5", "an event, not a measure", None),
        ("2019-01-01 uranium_stock(Iran)", "is a measure", None),
        ("2019-01-01 snp(Iran)", "determined by a body", "IAEA determines"),
        ("2019-01-01 IAEA determines spn(Iran)", "no vague term `spn`", "`snp`"),
        ("2019-01-01 uranium_stock of Iran between 1 kg U and 20 g U", "above the upper", "swap"),
        ("2019-01-01 Iran suspends 8", "no clause `8`", None),
        (
            "2019-01-01 Iran suspends 7 (n: 5 EUR)",
            "named by a number without a unit",
            "without its unit",
        ),
        ("2019-01-01 Iran amends 7 to latr", "no amendment `latr`", "`later`"),
        ('2019-01-01 Iran says clause 77 "x"', "no clause `77`", None),
        ("2019-01-01 implementation_day source aa", "no source `aa`", None),
        ("2019-01-01 implementation_day corrects x", "`corrects x`: there is no such", None),
        ("2019-01-01 withdraws y", "`withdraws y`: there is no such", None),
        ("2019-01-02 implementation_day reported 2019-01-01", "reported 2019-01-01, before", None),
        ("2019-01-02 implementation_day verified on 2018-12", "verified 2018-12, before", None),
        ("0019-01-02 implementation_day", "out of range", None),
        ("2019-01-02 withdraws y corrects z", "not both", None),
        ("2019-01-02 first time temperature > 5 kg", "has no unit", None),
        ("2019-01-02 ratio of uranium_stock of Iran to 0 kg U = 5", "has no meaning", None),
        ("2019-01-02 ratio of uranium_stock of Iran to 1 kg U = 5 kg U", "no unit", None),
        (
            "2019-01-02 change of uranium_stock of Iran since 2019-03-01 = 5 kg U",
            "not before",
            None,
        ),
        (
            "IAEA attests a full record of stock from 2019-01-01",
            "no event or measure `stock`",
            None,
        ),
        (
            "IAEA attests a full record of uranium_stock from 2019-01-02 until 2019-01-02",
            "not after",
            None,
        ),
    ],
)
def test_wrong_entries(read: Reader, line: str, message: str, help: str | None) -> None:
    problem = read(line).problem
    assert message in problem.message
    assert help is None or help in str(problem.help)
    assert (problem.file, problem.line) == ("record.sv", 1)
    assert problem.source == line


def test_a_doubtful_local_time_is_refused(read: Reader) -> None:
    problem = read("2019-10-27T02:30 implementation_day", zone="Europe/Amsterdam").problem
    assert "twice" in problem.message
    assert "+02:00" in str(problem.help)


def test_two_entries_of_one_name(read: Reader) -> None:
    one, other = "2019-01-01 heavy_water of Iran = 1 t", "2019-01-01 heavy_water of Iran = 2 t"
    found = read(f"{one}\n{other}")
    assert "both be called `2019-01-01-heavy_water-Iran`" in found.problem.message
    assert "id 2019-01-01-heavy_water-Iran-2" in str(found.problem.help)
    assert found.problem.line == 2
    assert not read(f"{one}\n{other} id g").problems


def test_an_exact_duplicate(read: Reader) -> None:
    found = read("2019-01-01 US reimposes(oil)\n2019-01-01  US reimpose(oil)")
    assert "repeats the one in record.sv, line 1" in found.problem.message


def test_one_written_id_twice(read: Reader) -> None:
    found = read("2019-01-01 implementation_day id x\n2019-01-02 implementation_day id x")
    assert "two entries have the id `x`" in found.problem.message


def test_a_circle_of_corrections(read: Reader) -> None:
    found = read(
        "2019-01-01 implementation_day id x, corrects y\n"
        "2019-01-02 implementation_day id y, corrects z\n"
        "2019-01-03 implementation_day id z, corrects x\n"
    )
    assert len(found.problems) == 3
    assert "x → y → z → x" in found.problems[0].message
    assert found.record.entries == ()


def test_an_entry_that_corrects_itself(read: Reader) -> None:
    assert "x → x" in read("2019-01-01 implementation_day id x, corrects x").problem.message


def test_the_order_of_lines_does_not_matter(read: Reader) -> None:
    lines = [
        "2019-01-03 implementation_day id z, corrects x",
        "2019-01-01 implementation_day id x",
        "2019-01-02 withdraws z",
    ]
    there, back = read("\n".join(lines)), read("\n".join(reversed(lines)))
    assert not there.problems
    assert set(there.record.entries) == set(back.record.entries)


AMOUNTS = st.decimals(0, 10**12, places=3)


@given(AMOUNTS)
def test_units_are_exact(amount: Decimal) -> None:
    found: Read = read(f"2019-01-01 uranium_stock of Iran = {amount} kg UF6")
    what = found.record.entries[0].what
    assert isinstance(what, Measured)
    assert what.low == amount * Decimal("0.676")


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_line_breaks_the_record(line: str) -> None:
    read("2019-01-01 implementation_day\n" + line)
    read("2019-01-01 " + line)


def test_what_goes_on_is_known_from_its_last_day_and_is_from_its_actor(read: Reader) -> None:
    found = read("throughout 2019-08-01..2019-08-05 US sanctions(oil), alleged by Iran")
    (entry,) = found.record.entries
    assert entry.what == WentOn("sanctions", ("US", "oil"), "US")
    assert entry.known == entry.when.hi == parse_as_of("2019-08-04", "UTC") + 2
    assert entry.id == "2019-08-01-sanctions-US-oil"


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("2019-08-01 US sanctions(oil)", "E220", "`sanctions` is a state"),
        ("throughout 2019-08 US reimposes(oil)", "E511", "`reimposes` is an event"),
        ("throughout 2019-08 US sanction(oil)", "E204", "there is no state `sanction`"),
        ("throughout 2019-08 US sanctions", "E308", "`sanctions` is given no `programme`"),
        ("throughout 2019-08 US sanctions(oil, gas)", "E302", "too many arguments"),
        ("throughout 2019-08 Usa sanctions(oil)", "E202", "`Usa`"),
        ("throughout 2019-08 US crisis", "E315", "`crisis` has no parameter `by`"),
    ],
)
def test_a_line_of_what_goes_on_that_does_not_fit(
    read: Reader, line: str, code: str, message: str
) -> None:
    found = read(line)
    assert not found.record.entries
    assert [(p.code, message in p.message) for p in found.problems] == [(code, True)]
