"""Which entries opened a span, and which closed it: docs/meaning.md, 8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from build import (
    Case,
    all_of,
    bind,
    cmp,
    event_point,
    in_state,
    m,
    not_,
    once,
    reading,
    status,
    total,
    vague,
    var,
)
from tables import in_rows
from telling import plain

import servanda
from servanda.judge import judgement
from servanda.judge.reference import walk
from servanda.judge.verdict import Verdict
from servanda.semantics.norms import Trigger

ROOT = Path(__file__).resolve().parents[2]
JUDGES = [walk.judge, judgement.judge]
Told = tuple[str, tuple[str, ...], tuple[str, ...]]


def told(case: Case, rule: str, judge: Any) -> list[Told]:
    """Status, entries and closed_by of each span of a rule, its first left out."""
    found = [v for v in judge(case.norms(), case.facts) if v.rule == rule]
    return [(v.status, v.entries, v.closed_by) for v in found[1:]]


@pytest.fixture(params=JUDGES, ids=["reference", "plan"])
def judge(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_a_reading_opens_the_breach_that_it_begins_and_no_later_one_does(judge: Any) -> None:
    case = Case().measure("stock", of=True).keep("1", cmp(reading("stock", "A"), "<=", 300))
    for day, stock in (("03-28", 200), ("03-30", 305), ("04-01", 310), ("04-03", 290)):
        case.read(f"2024-{day}", "stock", stock, of="A")
    case.read("2024-03-30", "stock", 400, of="B").now("2024-04-10")
    assert told(case, "1", judge) == [
        ("kept", ("e1",), ("e2",)),
        ("broken", ("e2",), ("e4",)),
        ("cured", ("e4",), ()),
    ]


def test_of_a_condition_only_the_part_that_turned_counts(judge: Any) -> None:
    both = all_of(cmp(reading("stock", "A"), "<=", 300), cmp(reading("level", "A"), "<=", 4))
    case = Case().measure("stock", of=True).measure("level", of=True).keep("1", both)
    for day, measure, value in (
        ("03-28", "stock", 200),
        ("03-28", "level", 3),
        ("03-30", "stock", 305),
        ("03-30", "level", 2),
    ):
        case.read(f"2024-{day}", measure, value, of="A")
    case.now("2024-04-10")
    assert told(case, "1", judge) == [("kept", ("e1", "e2"), ("e3",)), ("broken", ("e3",), ())]


def test_an_occurrence_that_leaves_a_sliding_window_opens_what_follows(judge: Any) -> None:
    case = Case().event("give", "n:number", closed=True)
    case.keep("1", cmp(total(m("give"), "n", 2), "<=", 5))
    case.did("2024-03-28", "give", 3).did("2024-03-29", "give", 4).now("2024-04-10")
    assert told(case, "1", judge) == [("broken", ("e2",), ("e1",)), ("cured", ("e1",), ())]


def test_time_alone_opens_without_an_entry(judge: Any) -> None:
    case = Case().event("give", closed=True)
    case.must("1", m("give"), opens="2024-03-28", by="2024-03-30").now("2024-04-10")
    case.did("2024-04-02", "give")
    assert told(case, "1", judge) == [
        ("due", (), ()),
        ("broken", (), ("e1",)),
        ("cured", ("e1",), ()),
    ]


def test_what_opens_the_window_in_its_very_instant_opens_the_span(judge: Any) -> None:
    case = Case().event("start", closed=True).event("give", closed=True)
    case.must("1", m("give"), opens=event_point(m("start")), by="2024-04-05")
    case.did("2024-03-29", "start").did("2024-03-31", "start").now("2024-04-10")
    assert told(case, "1", judge) == [("due", ("e1",), ()), ("broken", (), ())]


def test_a_resumption_closes_a_suspension_and_a_suspension_a_duty(judge: Any) -> None:
    case = Case().event("give", closed=True)
    case.must("1", m("give"), opens="2024-03-28", by="2024-04-20").may("P", "suspend", "1")
    case.uses("2024-03-29", "A", "suspend", "1").uses("2024-03-31", "A", "resume", "1")
    case.now("2024-04-10")
    assert told(case, "1", judge)[1:] == [("suspended", ("e1",), ("e2",)), ("due", ("e2",), ())]


def test_a_group_resumes_what_its_member_suspended(judge: Any) -> None:
    """The plan went by the member's own resumptions alone (docs/meaning.md, 4)."""
    case = Case().event("give", closed=True)
    case.groups = (("G", ("A", "B")),)
    case.must("1", m("give"), opens="2024-03-28", by="2024-04-20").may("P", "suspend", "1")
    case.uses("2024-03-29", "A", "suspend", "1").uses("2024-03-31", "G", "resume", "1")
    case.now("2024-04-10")
    assert told(case, "1", judge)[1:] == [("suspended", ("e1",), ("e2",)), ("due", ("e2",), ())]


@pytest.mark.parametrize(
    ("verb", "status"),
    [("suspend", "suspended"), ("waive", "waived"), ("release", "released"), ("end", "ended")],
)
@pytest.mark.parametrize("holder", ["A", var("d")], ids=["named", "variable"])
def test_what_a_group_does_each_member_does(
    verb: str, status: str, holder: Any, judge: Any
) -> None:
    """Of a power whose holder is a variable, the plan went by the holder's own acts alone."""
    case = Case().event("start", "by").event("give", closed=True)
    case.groups = (("G", ("A", "C")),)
    case.must("1", m("give"), opens="2024-03-28", by="2024-04-20")
    opened: dict[str, Any] = {"trigger": m("start", by=bind("d")), "variables": ("d",)}
    case.may("P", verb, "1", debtor=holder, **(opened if holder != "A" else {}))
    case.did("2024-03-28", "start", "A").uses("2024-03-30", "G", verb, "1").now("2024-04-10")
    assert told(case, "1", judge)[-1] == (status, ("e2",), ())


def test_a_group_determines_as_each_member_does(judge: Any) -> None:
    case = Case().event("start", "by").vague("grave", "G")
    case.groups = (("G", ("A", "C")),)
    given: dict[str, Any] = {"trigger": m("start", by=bind("d")), "variables": ("d",)}
    case.may("P", "determine", clause="P", debtor=var("d"), match=m("grave"), **given)
    case.did("2024-03-28", "start", "A").determines("2024-03-30", "G", "grave")
    case.now("2024-04-10")
    assert told(case, "P", judge) == [("exercised", ("e2",), ())]


def test_what_turns_the_while_of_a_power_closes_its_suspension(judge: Any) -> None:
    case = Case().event("give", closed=True).event("start", closed=True).event("stop", closed=True)
    case.state("war", m("start"), m("stop"))
    case.must("1", m("give"), opens="2024-03-28", by="2024-04-20")
    case.may("P", "suspend", "1", while_=in_state("war"))
    case.did("2024-03-28", "start").uses("2024-03-29", "A", "suspend", "1")
    case.did("2024-03-31", "stop").now("2024-04-10")
    assert told(case, "1", judge)[1:] == [("suspended", ("e2",), ("e3",)), ("due", ("e3",), ())]


def test_a_breach_of_another_opens_what_it_excuses(judge: Any) -> None:
    case = Case().measure("stock", of=True).event("give", closed=True)
    case.keep("1", cmp(reading("stock", "A"), "<=", 300))
    case.forbid("2", m("give"), debtor="B", unless=status("broken", "1"))
    case.read("2024-03-28", "stock", 200, of="A").read("2024-03-30", "stock", 305, of="A")
    case.now("2024-04-10")
    assert told(case, "2", judge) == [("kept", ("e1",), ("e2",)), ("excused", ("e2",), ())]


def test_a_remedy_is_opened_by_what_opened_the_breach(judge: Any) -> None:
    case = Case().measure("stock", of=True).event("pay", closed=True)
    case.keep("1", cmp(reading("stock", "A"), "<=", 300), opens="2024-03-29")
    case.otherwise("1", "1/else", "achieve", m("pay"), within="3 days")
    case.read("2024-03-28", "stock", 200, of="A").read("2024-03-30", "stock", 305, of="A")
    case.now("2024-04-10")
    (first, *_) = [v for v in judge(case.norms(), case.facts) if v.rule == "1/else"]
    assert (first.status, first.entries) == ("due", ("e2",))


def test_a_determination_opens_what_it_decides(judge: Any) -> None:
    case = Case().vague("grave", "Court").keep("1", not_(vague("grave")))
    case.determines("2024-03-29", "Court", "grave").now("2024-04-10")
    assert told(case, "1", judge) == [("broken", ("e1",), ())]


def test_an_alleged_performance_opens_what_it_leaves_unknown(judge: Any) -> None:
    case = Case().event("give", closed=True)
    case.must("1", m("give"), opens="2024-03-28", by="2024-04-20")
    case.did("2024-03-30", "give", alleged=True).now("2024-04-10")
    assert told(case, "1", judge)[1:] == [("unknown", ("e1",), ())]


def test_what_comes_whenever_a_condition_turns_is_opened_by_it(judge: Any) -> None:
    case = Case().event("start", closed=True).event("give", closed=True)
    case.must("1", m("give"), trigger=Trigger(cond=once(m("start"))), within="3 days")
    case.did("2024-03-29", "start").now("2024-04-10")
    (first, *_) = judge(case.norms(), case.facts)
    assert (first.status, first.entries) == ("due", ("e1",))


def in_parts(case: Case, **more: Any) -> Case:
    """`must give(n: at least 100) instalments add up` by 5 April."""
    owed = cmp(100, "=", 0).left
    case.event("give", "n:number", closed=True)
    given = {"opens": "2024-03-28", "by": "2024-04-05", "total": ("n", owed)} | more
    return case.must("1", m("give", n=(">=", 100)), **given)


def test_all_parts_that_add_up_open_what_is_kept_or_cured(judge: Any) -> None:
    for days, became in (
        (("03-29", "04-02", "04-03"), "kept"),
        (("04-02", "04-08", "04-09"), "cured"),
    ):
        case = in_parts(Case())
        for day, part in zip(days, (60, 40, 30), strict=True):
            case.did(f"2024-{day}", "give", part)
        case.now("2024-04-10")
        assert told(case, "1", judge)[-1] == (became, ("e1", "e2"), ())
        assert judge(case.norms(), case.facts)[-1].acts == ("e1", "e2")


def test_what_may_add_up_opens_what_it_leaves_unknown(judge: Any) -> None:
    """Possible parts count in order of their first possible time, sure ones of their last."""
    case = in_parts(Case()).did("2024-03-29..2024-04-01", "give", 60)
    case.did("2024-03-30", "give", 30, alleged=True).did("2024-03-31", "give", 20)
    case.did("2024-04-02", "give", 20).now("2024-04-10")
    assert told(case, "1", judge)[1:] == [
        ("unknown", ("e1", "e2", "e3"), ("e1", "e3", "e4")),
        ("kept", ("e1", "e3", "e4"), ()),
    ]


def test_a_remedy_in_parts_opens_what_it_compensates(judge: Any) -> None:
    case = Case().event("give", closed=True).event("pay", "n:number", closed=True)
    case.must("1", m("give"), opens="2024-03-28", by="2024-03-29")
    owed = cmp(100, "=", 0).left
    given: dict[str, Any] = {"within": "9 days", "total": ("n", owed)}
    case.otherwise("1", "1/else", "achieve", m("pay", n=(">=", 100)), **given)
    case.did("2024-04-01", "pay", 60).did("2024-04-02", "pay", 70).now("2024-04-10")
    assert told(case, "1", judge)[-1] == ("compensated", ("e1", "e2"), ())


@pytest.mark.parametrize(
    ("kind", "story"), [("achieve", "dormant"), ("keep", "lapsed"), ("forbid", "lapsed")]
)
def test_no_window_of_a_period_opens_before_the_trigger(kind: str, story: str, judge: Any) -> None:
    """An instance that arose after its window had closed was broken, lapsed or not there at all,
    as one judge or the other was asked (found by judging a changed case again)."""
    case = Case(judge=judge).event("give", "n:number", closed=True)
    about = cmp(total(m("give"), "n", 1), "<=", 9) if kind == "keep" else m("give")
    came = cmp(total(m("give"), "n", 1), ">=", 1)
    every: dict[str, Any] = {"every": "month", "edge": "start", "within": "2 days"}
    case.rule("1", kind, about, trigger=Trigger(cond=came), opens="2024-03-28", **every)
    case.did("2024-04-06", "give", 1).did("2024-04-08", "give", 1).now("2024-04-10")
    assert [s.split(" ")[1] for s in case.stories("1")] == [story, story]


def test_what_arises_within_the_window_of_a_period_begins_at_once(judge: Any) -> None:
    """The plan told such an instance from the next change on only (found in the same way)."""
    case = Case(judge=judge).event("give", "n:number", closed=True).event("take", closed=True)
    came = cmp(total(m("give"), "n", 1), ">=", 1)
    every: dict[str, Any] = {"every": "month", "edge": "start", "within": "2 days"}
    for id_, kind, about in (("1", "forbid", m("take")), ("2", "keep", not_(once(m("take"))))):
        case.rule(id_, kind, about, trigger=Trigger(cond=came), opens="2024-03-28", **every)
    case.did("2024-04-02", "give", 1).now("2024-04-10")
    for rule in ("1", "2"):
        assert case.story(rule) == "2024-04-02 kept, 2024-04-04 lapsed"


# ------------------------------------------------------------------ the cases of the repository
def judged() -> list[Any]:
    folders = sorted(file.parent for file in (ROOT / "cases").glob("*/agreement.md"))
    return [
        pytest.param(folder, account, id=f"{folder.name}-{account}")
        for folder in folders
        for account in servanda.open(folder).accounts
    ]


def every_field(verdicts: tuple[Verdict, ...]) -> list[str]:
    return sorted(
        repr(
            [
                v.rule,
                *(v.debtor, v.creditor, v.trigger, plain(v.instance), v.status, v.from_, v.until),
                *(v.entries, v.closed_by, v.acts, [plain(b) for b in v.breaches]),
            ]
        )
        for v in verdicts
    )


@pytest.mark.parametrize(("folder", "account"), judged())
def test_the_judges_name_the_same_entries_in_every_case(folder: Path, account: str) -> None:
    one = servanda.open(folder).judge(account)
    rows = in_rows(one.norms, one.facts)
    by_reference = every_field(walk.judge(one.norms, rows))
    assert every_field(judgement.judge(one.norms, one.facts)) == by_reference
    assert every_field(judgement.judge(one.norms, rows)) == by_reference
