"""Which rules can be judged by key, and which only as a whole."""

from __future__ import annotations

from build import Case, bind, m, status, var

from servanda.watch.units import Unit, units_of


def units(case: Case) -> list[Unit]:
    return units_of(case.norms())


def orders() -> Case:
    case = Case().event("order", "by", "id").event("give", "by", "id").event("fix", "id")
    return case.event("start")


def test_a_duty_held_to_its_variable_is_judged_by_key() -> None:
    case = orders().must(
        "1", m("give", id=var("i")), trigger=m("order", id=bind("i")), variables=("i",)
    )
    case.otherwise("1", "1/else", "achieve", m("fix", id=var("i")))
    (unit,) = units(case)
    assert unit.keys == {"1": "i", "1/else": "i"}
    assert unit.held == {"order": ("id",), "give": ("id",), "fix": ("id",)}


def test_what_no_key_holds_is_shared_or_makes_the_unit_whole() -> None:
    case = orders().must(
        "1",
        m("give", id=var("i")),
        trigger=m("order", id=bind("i")),
        variables=("i",),
        opens=m("start"),
    )
    (unit,) = units(case)
    assert unit.keys and unit.shared == {"start"}
    case = orders().must("1", m("give"), trigger=m("order", id=bind("i")), variables=("i",))
    (unit,) = units(case)
    assert unit.keys and unit.shared == {"give"}
    case = orders().must(
        "1",
        m("give", id=var("i")),
        trigger=m("order", id=bind("i")),
        variables=("i",),
        following=(m("give", by="A"),),
    )
    assert [unit.whole for unit in units(case)] == [True]


def test_a_duty_that_asks_how_others_stand_is_judged_whole() -> None:
    case = orders()
    for name in ("1", "2"):
        case.must(
            name,
            m("give", id=var("i")),
            trigger=m("order", id=bind("i")),
            variables=("i",),
            unless=status("broken", "1"),
        )
    assert [unit.whole for unit in units(case)] == [True]


def test_units_that_file_alike_are_judged_together() -> None:
    case = orders()
    for name, event in (("1", "give"), ("2", "fix")):
        case.must(name, m(event, id=var("i")), trigger=m("order", id=bind("i")), variables=("i",))
    case.must("3", m("give"))
    assert [sorted(unit.reach.rules) for unit in units(case)] == [["1", "2"], ["3"]]
