"""The record as an account sees it: known, corrected, trusted, as of."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_record import Reader, read

from servanda.record.account_facts import facts_for, parse_as_of
from servanda.record.facts import Complete, Exercise, Occurrence, ReadingFact
from servanda.record.trust import check_trust
from servanda.semantics.resolver import norms_of
from servanda.syntax.problems import Problems

LEAST = Decimal("0.000000001")


def ids(facts: object, name: str = "heavy_water") -> set[str]:
    return {reading.entry for reading in facts.readings.get(name, ())}  # type: ignore[attr-defined]


def test_facts(read: Reader) -> None:
    facts = read(
        """2018-05-08 US reimposes(oil)
at some time in 2019-01-01..2019-01-03 heavy_water of Iran < 130 t
2019-05-08 E3 suspends 7, I.14 towards Iran
2019-05-10 Iran ends the agreement
2020-01-01 IAEA determines snp(Iran)
2020-01-02 Iran says "nothing that judges read"
IAEA attests a full record of heavy_water, implementation_day from 2016-01-16 until 2021-02-23
"""
    ).facts()
    start = parse_as_of("2018-05-07", "UTC") + 1
    assert facts.events == {
        "reimposes": (
            Occurrence(
                "2018-05-08-reimposes-US-oil",
                start + 1,
                start + 1,
                parse_as_of("2018-05-08", "UTC") + 1,
                True,
                ("US", "oil"),
            ),
        )
    }
    (reading,) = facts.readings["heavy_water"]
    assert isinstance(reading, ReadingFact)
    assert (reading.low, reading.high, reading.tier) == (None, Decimal(130) - LEAST, 0)
    assert reading.lo < reading.hi
    used = [(e.verb, e.by, e.clause, e.towards) for e in facts.exercises]
    assert used == [
        *(
            ("suspend", by, clause, "Iran")
            for by in ("E3", "France", "Germany", "UK")
            for clause in ("7", "I.14")
        ),
        ("end_all", "Iran", None, None),
    ]
    assert isinstance(facts.exercises[0], Exercise)
    (determined,) = facts.determinations
    assert (determined.by, determined.name, determined.args) == ("IAEA", "snp", ("Iran",))
    span = (parse_as_of("2016-01-15", "UTC") + 1, parse_as_of("2021-02-22", "UTC") + 1)
    assert facts.complete == (
        Complete("heavy_water", *span),
        Complete("implementation_day", *span),
    )


def test_an_instance_is_named_as_its_rule_names_it() -> None:
    """`(n: 7)` is the text 7 where the rule's variable is a text."""
    more = (
        "event ask(nr), not recorded is taken as not done\n"
        "event bill(nr: number), not recorded is taken as not done\n"
        "clause 8\n  when ask(n):\n    Iran must reimposes(any) within 5 days\n"
        "clause 9\n  when bill(n):\n    Iran must reimposes(any) within 5 days\n"
    )
    found = read("2019-01-01 Iran suspends 8 (n: 7)\n2019-01-02 Iran suspends 9 (n: 7)", more=more)
    norms = norms_of(found.agreement, "text", Problems())
    facts = facts_for(
        found.record, found.agreement, None, norms, on=parse_as_of("2020-01-01", "UTC")
    )
    assert [e.keys for e in facts.exercises] == [(("n", "7"),), (("n", Decimal(7)),)]


def test_as_of_cuts_what_comes_later(read: Reader) -> None:
    found = read(
        "2019-01-02 heavy_water of Iran = 1 t\n2019-01-03T12:00Z heavy_water of Iran = 2 t"
    )
    assert len(ids(found.facts(on="2019-01-01"))) == 0
    assert len(ids(found.facts(on="2019-01-02"))) == 1
    assert len(ids(found.facts(on="2019-01-03T11:59Z"))) == 1
    assert len(ids(found.facts(on="2019-01-03T12:00Z"))) == 2
    assert found.facts(on="2019-01-02").now == parse_as_of("2019-01-02", "UTC")


@pytest.mark.parametrize(
    ("attributes", "known"),
    [
        ("", "2019-01-02"),
        ("verified on 2019-02-01", "2019-02-01"),
        ("verified on 2019-02-01, reported 2019-03-01", "2019-03-01"),
        ("reported by Reuters on 2019-04-01", "2019-04-01"),
        ("reported 2019-05, reported by Reuters on 2019-04-01", "2019-05-31"),
        ("announced 2018-12-01", "2019-01-02"),
    ],
)
def test_known_from(read: Reader, attributes: str, known: str) -> None:
    found = read(f"2019-01-02 heavy_water of Iran = 1 t {attributes}")
    assert len(ids(found.facts(known=known))) == 1
    before = known[:8] + f"{int(known[8:]) - 1:02}" if known[8:] != "01" else known[:5] + "01-01"
    assert len(ids(found.facts(known=before))) == 0


CORRECTED = """2019-01-01 heavy_water of Iran = 1 t id one, source a
2019-01-01 heavy_water of Iran = 2 t id two, source a, corrects one, reported 2019-02-01
2019-01-01 heavy_water of Iran = 3 t id three, source a, corrects two, reported 2019-03-01
2019-04-01 withdraws three id gone
2019-05-01 withdraws gone
"""


@pytest.mark.parametrize(
    ("known", "left"),
    [
        ("2019-01-01", {"one"}),
        ("2019-02-01", {"two"}),
        ("2019-03-01", {"three"}),
        ("2019-04-01", {"two"}),
        ("2019-05-01", {"three"}),
    ],
)
def test_corrections_and_withdrawals(read: Reader, known: str, left: set[str]) -> None:
    assert ids(read(CORRECTED).facts(known=known)) == left


def test_a_withdrawn_correction_restores_what_it_corrected(read: Reader) -> None:
    found = read(
        "2019-01-01 heavy_water of Iran = 1 t id one\n"
        "2019-01-01 heavy_water of Iran = 2 t id two, corrects one, reported 2019-02-01\n"
        "2019-03-01 withdraws two\n"
    )
    assert ids(found.facts(known="2019-02-01")) == {"two"}
    assert ids(found.facts(known="2019-03-01")) == {"one"}


TRUST = """2019-01-01 heavy_water of Iran = 1 t id of_iaea, source a
2019-01-02 heavy_water of Iran = 2 t id verified, verified by IAEA
2019-01-03 heavy_water of Iran = 3 t id of_press, source b
2019-01-04 heavy_water of Iran = 4 t id of_us, source us
2019-01-05 heavy_water of Iran = 5 t id said, said by "Jane Doe"
2019-01-06 heavy_water of Iran = 6 t id nobody
2019-01-07 heavy_water of Iran = 7 t id alleged, alleged by France
"""


@pytest.mark.parametrize(
    ("account", "kept"),
    [
        (None, {"of_iaea", "verified", "of_press", "of_us", "said", "nobody"}),
        ("Iran", {"of_iaea", "verified", "of_press", "said", "nobody"}),
        ("strict", {"of_iaea", "verified"}),
        ("open", {"of_iaea", "verified", "of_press", "of_us", "said", "nobody", "alleged"}),
        ("allies", set()),
    ],
)
def test_whom_an_account_trusts(read: Reader, account: str | None, kept: set[str]) -> None:
    assert ids(read(TRUST).facts(account)) == kept


def test_trusted_first(read: Reader) -> None:
    readings = read(TRUST).facts("first").readings["heavy_water"]
    assert {r.entry for r in readings if r.tier == 0} == {"of_iaea", "verified"}
    assert {r.tier for r in readings} == {0, 1}


def test_alleged_events_are_only_possible(read: Reader) -> None:
    found = read("2019-01-01 US reimposes(oil) alleged by France")
    assert [o.sure for o in found.facts().events["reimposes"]] == [False]
    assert [o.sure for o in found.facts("open").events["reimposes"]] == [True]
    assert [o.sure for o in found.facts("allies").events["reimposes"]] == [False]
    assert found.facts("strict").events == {}


def test_a_correction_by_a_source_that_is_dropped_corrects_nothing(read: Reader) -> None:
    found = read(
        "2019-01-01 heavy_water of Iran = 1 t id one, source a\n"
        "2019-01-01 heavy_water of Iran = 2 t id two, source us, corrects one\n"
        "2019-02-01 withdraws two source us\n"
    )
    assert ids(found.facts("Iran")) == {"one"}
    assert ids(found.facts(known="2019-01-15")) == {"two"}


def test_a_correction_without_a_source_is_of_the_source_it_corrects(read: Reader) -> None:
    found = read(
        "2019-01-01 heavy_water of Iran = 1 t id one, source a\n"
        "2019-01-01 heavy_water of Iran = 2 t id two, corrects one\n"
        "2019-01-02 heavy_water of Iran = 2 t id slip, source a\n"
        "2019-02-01 withdraws slip\n"
    )
    assert ids(found.facts("strict")) == {"two"}


def test_completeness_is_trusted_and_known(read: Reader) -> None:
    found = read(
        "IAEA attests a full record of heavy_water\n"
        "US attests a full record of uranium_stock reported 2020-01-01"
    )
    names = {c.name for c in found.facts().complete}
    assert names == {"heavy_water", "uranium_stock"}
    assert [c.name for c in found.facts("Iran").complete] == ["heavy_water"]
    assert [c.name for c in found.facts(known="2019-01-01").complete] == ["heavy_water"]
    assert found.facts().complete[0] == Complete("heavy_water", None, None)


def test_trusting_nobody_known_is_a_problem(read: Reader) -> None:
    found = read("2019-01-01 heavy_water of Iran = 1 t source a, said by Reuters")
    accounts = found.agreement.accounts
    problems = Problems()
    check_trust(accounts, found.record, problems)
    assert not len(problems)
    (strict,) = [a for a in accounts if a.name == "strict"]
    wrong = type(strict)(
        "x",
        None,
        (),
        ("Reutres", "International_Atomic_Energy_Agency"),
        (),
        (),
        (),
        (),
        strict.place,
    )
    check_trust([wrong], found.record, problems)
    (problem,) = problems
    assert "`Reutres`" in problem.message
    assert "`Reuters`" in str(problem.help)


# ------------------------------------------------------------------ against a plain definition
ENTRIES = st.lists(
    st.tuples(
        st.integers(1, 9),  # known on this day of February
        st.integers(-1, 7),  # which entry it answers, if there is such an earlier one
        st.booleans(),  # withdraws rather than corrects
    ),
    max_size=8,
)


@given(ENTRIES, st.integers(1, 9))
def test_what_is_left_is_what_nothing_left_has_answered(
    entries: list[tuple[int, int, bool]], known: int
) -> None:
    lines, answered = [], {}
    for number, (day, target, withdraws) in enumerate(entries):
        answers = target if 0 <= target < number else None
        answered[number] = (day, answers, withdraws and answers is not None)
        dates = f"reported 2019-02-0{day}, id e{number}"
        if answers is not None and withdraws:
            lines.append(f"2019-02-0{day} withdraws e{answers} id e{number}")
        else:
            also = f", corrects e{answers}" if answers is not None else ""
            lines.append(f"2019-01-01 heavy_water of Iran = {number} t {dates}{also}")
    exists = {n for n, (day, _, _) in answered.items() if day <= known}

    def withdrawn(n: int) -> bool:
        return any(
            answered[w][1] == n and answered[w][2] and not withdrawn(w) for w in exists if w > n
        )

    def stands_in(n: int) -> bool:
        """Itself, or something that came in its place."""
        return not withdrawn(n) or replaced(n)

    def replaced(n: int) -> bool:
        return any(
            answered[c][1] == n and not answered[c][2] and stands_in(c) for c in exists if c > n
        )

    left = {f"e{n}" for n in exists if not answered[n][2] and not withdrawn(n) and not replaced(n)}
    assert ids(read("\n".join(lines)).facts(known=f"2019-02-0{known}")) == left
