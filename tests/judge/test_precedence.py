"""`prevails over … to the extent of the conflict`: by debtor, act and instance, in both judges."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from build import Case, bind, const, m, once, reading, var
from build import cmp as compare

from servanda.judge import judgement
from servanda.judge.conflicts import bound_twice
from servanda.semantics.checks.conflicts import conflicts
from servanda.semantics.clock import day_start, tick
from servanda.semantics.norms import MeasureReading

FOREVER = "2024-01-01"


def collecting(**duty: Any) -> Case:
    """1: A must not collect anything; 2 prevails: A must, within five days of each order."""
    case = Case().event("collect", "by", "id", "n:number").event("order", "by", "id")
    case.forbid("1", m("collect"), opens=FOREVER, debtor="A")
    about = {"kind": "achieve", "debtor": "A", "within": "5 days"} | duty
    kind = about.pop("kind")
    action = about.pop(
        "action", m("collect", by=var("p") if duty.get("debtor") else "A", id=var("i"))
    )
    trigger = m("order", id=bind("i"), by=bind("p"))
    if kind == "may":
        about.pop("within")
        case.may(
            "2", "do", match=action, trigger=trigger, variables=("i", "p"), term="5 days", **about
        )
    else:
        case.rule("2", kind, action, trigger=trigger, variables=("i", "p"), **about)
    return case.prevails("2", "1")


def story(case: Case, rule: str) -> str:
    """The same of both judges."""
    told = case.story(rule)
    case.judge = judgement.judge
    assert case.story(rule) == told
    return told


KEPT = "dormant, 2024-01-01 kept"


@pytest.mark.parametrize("kind", ["achieve", "may"])
@pytest.mark.parametrize(
    ("day", "act", "told"),
    [
        ("2024-01-05", ("A", "x", 1), KEPT),
        ("2024-01-05", ("A", "y", 1), f"{KEPT}, 2024-01-05 broken"),
        ("2024-01-03", ("A", "x", 1), f"{KEPT}, 2024-01-03 broken"),
        ("2024-01-20", ("A", "x", 1), f"{KEPT}, 2024-01-20 broken"),
        ("2024-01-05", ("B", "x", 1), f"{KEPT}, 2024-01-05 broken"),
        ("2024-01-05", ("A", None, 1), f"{KEPT}, 2024-01-05 unknown"),
    ],
)
def test_only_the_act_that_prevails_is_excused(
    kind: str, day: str, act: tuple[Any, ...], told: str
) -> None:
    case = collecting(kind=kind).did("2024-01-04", "order", "B", "x")
    assert story(case.did(day, "collect", *act).now("2024-02-01"), "1") == told


def test_what_has_been_done_once_is_forbidden_again() -> None:
    case = (
        collecting().did("2024-01-04", "order", "B", "x").did("2024-01-05", "collect", "A", "x", 1)
    )
    case.did("2024-01-06", "collect", "A", "x", 1).now("2024-02-01")
    assert story(case, "1") == f"{KEPT}, 2024-01-06 broken"


def test_an_instance_that_is_only_possible_leaves_it_unknown() -> None:
    case = collecting().did("2024-01-04", "order", "B", "x", alleged=True)
    case.did("2024-01-05", "collect", "A", "x", 1).now("2024-02-01")
    assert story(case, "1") == f"{KEPT}, 2024-01-05 unknown"


@pytest.mark.parametrize(
    ("when", "told"), [("2024-01-04..2024-01-06", "unknown"), ("2024-01-08..2024-01-12", "unknown")]
)
def test_an_act_of_uncertain_date_is_excused_only_if_it_is_so_at_both_ends(
    when: str, told: str
) -> None:
    case = collecting().did("2024-01-05", "order", "B", "x").did(when, "collect", "A", "x", 1)
    assert story(case.now("2024-02-01"), "1").endswith(told)


def test_nobody_else_is_excused() -> None:
    """Two debtors, and a duty of one of them that prevails."""
    case = Case().event("read", "by", "what")
    for who in ("A", "B"):
        case.must(
            f"1:{who}", m("read", by=who, what="x"), debtor=who, opens=FOREVER, by="2024-03-01"
        )
    case.must("1/2", m("read", by="A", what="y"), debtor="A", opens=FOREVER, by="2024-03-01")
    case.forbid("2", m("read", by="A", what="x"), debtor="A", opens=FOREVER, until="2024-06-01")
    for one in ("1:A", "1:B", "1/2"):
        case.prevails("2", one)
    case.now("2024-04-01")
    assert story(case, "1:A") == "dormant, 2024-01-01 excused"
    case = replace_judge(case)
    assert story(case, "1:B") == "dormant, 2024-01-01 due, 2024-03-02 broken"
    case = replace_judge(case)
    assert story(case, "1/2") == "dormant, 2024-01-01 due, 2024-03-02 broken"


def replace_judge(case: Case) -> Case:
    case.judge = Case().judge
    return case


@pytest.mark.parametrize(
    ("asked", "banned", "collide"),
    [
        ({"n": (">=", 3)}, {"n": (">", 2)}, True),
        ({"n": (">=", 3)}, {"n": (">=", 5)}, False),
        ({"n": ("<", 3)}, {"n": ("<=", 3)}, True),
        ({"n": ("<=", 3)}, {"n": ("<", 3)}, False),
        ({"n": 4}, {"n": (">=", 4)}, True),
        ({}, {"n": (">=", 4)}, False),
        ({"n": 4}, {}, True),
        ({"id": "x"}, {"id": "x"}, True),
        ({"id": "x"}, {"id": "y"}, False),
        ({"id": "x"}, {"id": ("in", "x", "y")}, True),
        ({"id": ("in", "x", "y")}, {"id": "x"}, False),
        ({"id": ("in", "x", "y")}, {"id": ("in", "y", "x", "z")}, True),
    ],
)
def test_a_duty_is_excused_where_every_way_to_perform_it_is_forbidden(
    asked: dict[str, Any], banned: dict[str, Any], collide: bool
) -> None:
    case = Case().event("give", "by", "id", "n:number")
    case.must("1", m("give", **asked), opens=FOREVER, by="2024-01-10")
    case.forbid("2", m("give", **banned), opens=FOREVER).prevails("2", "1").now("2024-02-01")
    status = "excused" if collide else "due, 2024-01-11 broken"
    assert story(case, "1") == f"dormant, 2024-01-01 {status}"


def test_instances_are_joined_by_what_their_patterns_have_in_common() -> None:
    """The ban of y excuses the duty of y, and the limit of one instance is compared with that of
    the other."""
    case = Case().event("give", "by", "id", "n:number").event("order", "id", "n:number")
    case.event("ban", "id", "n:number")
    owed = m("give", id=var("i"), n=(">=", var("n")))
    bound = {"variables": ("i", "n:number"), "trigger": m("order", id=bind("i"), n=bind("n"))}
    case.must("1", owed, by="2024-01-10", **bound)
    bound = {"variables": ("j", "k:number"), "trigger": m("ban", id=bind("j"), n=bind("k"))}
    case.forbid("2", m("give", id=var("j"), n=(">=", var("k"))), **bound).prevails("2", "1")
    for id_, n in (("x", 5), ("y", 5), ("z", 5), (None, 5)):
        case.did("2024-01-02", "order", id_, n)
    for id_, n in (("y", 3), ("z", 7), (None, 1)):
        case.did("2024-01-03", "ban", id_, n)
    case.now("2024-02-01")
    due = "2024-01-02 due, 2024-01-11 broken"
    excused = "2024-01-02 due, 2024-01-03 excused"
    told = case.stories("1")
    case.judge = judgement.judge
    assert case.stories("1") == told == [due, excused, due, due]


def test_limits_to_one_number_of_one_subject() -> None:
    case = Case().measure("stock").measure("level", of=True).event("alarm", "of", "n:number")
    case.keep("1", compare(reading("level", "A"), "<=", 100), opens=FOREVER)
    case.keep("1/2", compare(reading("level", "B"), "<=", 100), opens=FOREVER)
    limit = compare(MeasureReading("level", var("p")), ">=", var("n"))  # type: ignore[arg-type]
    bound = {"variables": ("p", "n:number"), "trigger": m("alarm", of=bind("p"), n=bind("n"))}
    case.keep("2", limit, term="5 days", **bound)
    case.prevails("2", "1").prevails("2", "1/2")
    case.read("2024-01-01", "level", 50, of="A").read("2024-01-01", "level", 50, of="B")
    case.did("2024-01-03", "alarm", "A", 80).did("2024-01-10", "alarm", "A", 200)
    case.read("2024-01-10", "level", 250, of="A").read("2024-01-10", "level", 250, of="B")
    case.read("2024-01-14", "level", 90, of="A").now("2024-02-01")
    assert story(case, "1") == "dormant, 2024-01-01 kept, 2024-01-10 excused, 2024-01-15 kept"
    case = replace_judge(case)
    assert story(case, "1/2") == "dormant, 2024-01-01 kept, 2024-01-10 broken"


@pytest.mark.parametrize(
    ("asked", "banned", "collide"),
    [
        ("while_", "unless", False),
        ("unless", "while_", False),
        ("while_", "while_", True),
        ("unless", "unless", True),
    ],
)
def test_a_conflict_that_the_conditions_exclude_is_none(
    asked: str, banned: str, collide: bool
) -> None:
    case = Case().event("give", "by", "id").event("order", "id").event("pay", "id")
    for id_, kind, gate, v in (("1", "achieve", asked, "i"), ("2", "forbid", banned, "j")):
        gates: dict[str, Any] = {gate: once(m("pay", id=var(v)))}
        gates |= {"within": "9 days"} if kind == "achieve" else {}
        trigger = {"trigger": m("order", id=bind(v)), "variables": (v,)}
        case.rule(id_, kind, m("give", id=var(v)), **trigger, **gates)
    assert len(list(conflicts(case.norms()))) == collide
    assert bool(case.prevails("2", "1").rules[0].yields_to) == collide


def test_a_conflict_that_the_record_has_and_one_that_it_has_not() -> None:
    case = Case().event("give", "by", "id").event("order", "id").event("stop")
    bound = {"trigger": m("order", id=bind("i")), "variables": ("i",)}
    case.must("1", m("give", id=var("i")), within="5 days", **bound)
    case.forbid("2", m("give", id="x"), trigger=m("stop"))
    norms = case.norms()
    (found,) = conflicts(norms)
    case.did("2024-01-02", "order", "y").did("2024-01-03", "stop").now("2024-02-01")
    assert bound_twice(norms, case.facts, [found]) == []
    case.did("2024-01-01", "order", "x")
    (twice,) = bound_twice(norms, case.facts, [found])
    assert twice.since == tick(day_start(date(2024, 1, 3), "UTC"), 0)
    assert twice.debtor == "A"
    case.did("2024-01-02", "give", "A", "x")
    assert bound_twice(norms, case.facts, [found]) == []


def test_parts_of_a_sum_that_is_owed_are_no_violations() -> None:
    case = Case().event("give", "by", "id", "n:number")
    case.forbid("1", m("give"), opens=FOREVER)
    case.must(
        "2", m("give", id="x", n=(">=", 10)), total=("n", const(10)), opens=FOREVER, by="2024-01-20"
    )
    case.prevails("2", "1").did("2024-01-05", "give", "A", "x", 4)
    case.did("2024-01-06", "give", "A", "x", 6).did("2024-01-07", "give", "A", "x", 1)
    assert story(case.now("2024-02-01"), "1") == f"{KEPT}, 2024-01-07 broken"
