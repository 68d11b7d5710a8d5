"""The reference judge and the plan say the same of every case anyone can think of.

SERVANDA_LONG=400 tries that many new cases for each construct (see budgets.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from build import Case, any_of, const, in_state, m, status, vague
from company import COMPANY
from generate import CONSTRUCTS, cases, cut
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tables import as_tables
from telling import plain

from budgets import budget
from servanda.explain.rows import is_final
from servanda.judge import judgement
from servanda.judge.reference import walk
from servanda.judge.verdict import JudgeError, Verdict
from servanda.record.facts import Facts
from servanda.semantics.clock import day_start, tick
from servanda.semantics.norms import Norms

Answer = Callable[[Norms, Facts], tuple[Verdict, ...]]


def shown(verdict: Verdict) -> str:
    fields: dict[str, Any] = {f: getattr(verdict, f) for f in verdict.__struct_fields__}
    fields["instance"] = plain(verdict.instance)
    fields["breaches"] = [plain(each) for each in verdict.breaches]
    return repr(sorted(fields.items()))


def answer(judge: Answer, norms: Norms, facts: Facts) -> list[str]:
    try:
        return sorted(map(shown, judge(norms, facts)))
    except JudgeError:
        return ["an error"]


def check(norms: Norms, facts: Facts, tabled: Facts | None = None) -> None:
    """`tabled`: the same facts, as the plan gets them."""
    slow, quick = answer(walk.judge, norms, facts), answer(judgement.judge, norms, tabled or facts)
    only_slow = sorted((Counter(slow) - Counter(quick)).elements())
    only_quick = sorted((Counter(quick) - Counter(slow)).elements())
    assert not only_slow and not only_quick, "\n".join(
        ["", *(f"reference: {v}" for v in only_slow), *(f"plan: {v}" for v in only_quick)]
    )


def test_every_construct_has_its_test() -> None:
    assert set(COMPANY) == set(CONSTRUCTS)


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_the_judges_agree_on(construct: str) -> None:
    @budget(10)
    @given(cases(only={construct, *COMPANY[construct]}))
    def agree(case: tuple[Norms, Facts]) -> None:
        check(*case)

    agree()


# The plan chooses by what facts look like: rows of tables take its shortest ways.
IN_TABLES = (
    *("achieve", "keep", "forbid", "trigger", "every", "following", "total", "early", "remedy"),
    *("state", "once", "sum", "so_far", "measure", "stale", "while", "unless", "status", "waive"),
    *("cured_by", "alleged", "ties", "spans", "open", "derived", "amend", "suspend", "conflict"),
)


@pytest.mark.parametrize(
    "verb", ["suspend", "release", "end", "end_all", "amend", "create", "joint"]
)
def test_the_judges_agree_on_what_an_undecided_power_does(verb: str) -> None:
    @budget(10)
    @given(cases(only={"undecided", verb, "achieve", "keep", "forbid", "trigger", "alleged"}))
    def agree(case: tuple[Norms, Facts]) -> None:
        check(*case)

    agree()


@pytest.mark.parametrize("kind", ["achieve", "keep", "forbid"])
def test_the_judges_agree_on_what_an_undecided_event_brings_about(kind: str) -> None:
    @budget(10)
    @given(cases(only={"undecided", "derived", "trigger", "following", "spans", "alleged", kind}))
    def agree(case: tuple[Norms, Facts]) -> None:
        check(*case)

    agree()


@pytest.mark.parametrize("kind", ["achieve", "keep", "forbid"])
def test_the_judges_agree_on_conditions_on_an_undecided_event(kind: str) -> None:
    gates = {"if", "while", "unless", "status"}

    @budget(10)
    @given(cases(only={"undecided", "derived", "trigger", "spans", "alleged", *gates, kind}))
    def agree(case: tuple[Norms, Facts]) -> None:
        check(*case)

    agree()


@pytest.mark.parametrize("kind", ["achieve", "keep", "forbid"])
def test_the_judges_agree_on_remedies_of_an_undecided_breach(kind: str) -> None:
    beside = {
        "remedy",
        "also",
        "trigger",
        "cured_by",
        "cure_within",
        "grace",
        "while",
        "unless",
        "status",
    }

    @budget(10)
    @given(cases(only={"undecided", "vague", "spans", "alleged", *beside, kind}))
    def agree(case: tuple[Norms, Facts]) -> None:
        check(*case)

    agree()


@pytest.mark.parametrize("gate", ["status", "overlay_status", "prevails", "conflict", "whenever"])
def test_the_judges_agree_on_what_an_undecided_status_brings_about(gate: str) -> None:
    company = {"undecided", "vague", "achieve", "keep", "forbid", "unless"}

    @budget(10)
    @given(cases(only={gate, *company}))
    def agree(case: tuple[Norms, Facts]) -> None:
        check(*case)

    agree()


@pytest.mark.parametrize("over", ["2024-03-31T12:00", "2024-04-01", "2024-04-02"])
def test_a_suspension_of_uncertain_date_is_over_where_its_while_is_false_already(over: str) -> None:
    """The plan waited for the `while` to change, and it never did."""
    case = Case().event("give", "by", closed=True).event("start").event("stop")
    case.state("war", m("start"), m("stop"))
    case.rule("1", "achieve", m("give"), debtor="A", opens="2024-03-28", by="2024-04-20")
    case.may("P", "suspend", "1", debtor="A", while_=in_state("war"))
    case.did("2024-03-29", "start").did(over, "stop").did("2024-04-05", "start")
    case.uses("2024-03-31..2024-04-02", "A", "suspend", "1").now("2024-04-10")
    told = "2024-03-31 unknown, 2024-04-02 due"
    assert case.story("1") == f"dormant, 2024-03-28 due, {told}"
    check(case.norms(), case.facts)


def test_no_remedy_answers_a_breach_that_would_begin_after_the_window() -> None:
    """The plan made one where the time to cure ran out after the close."""
    case = Case().event("give", "by", closed=True).vague("grave", "Court")
    keep: dict[str, Any] = {"debtor": "A", "opens": "2024-03-28", "grace": "2 days"}
    case.rule("1", "keep", vague("grave"), until="2024-03-29", **keep)
    case.otherwise("1", "1/else", "achieve", m("give"), debtor="A", within="1 day")
    case.rule("2", "keep", vague("grave"), until="2024-04-02", **keep)
    case.otherwise("2", "2/else", "achieve", m("give"), debtor="A", within="1 day")
    case.now("2024-04-10")
    assert case.story("1") == "dormant, 2024-03-28 due, 2024-03-29 lapsed"
    assert case.stories("1/else") == []
    assert case.stories("2/else") == ["2024-03-31 undetermined"]
    check(case.norms(), case.facts)


SUSPENDED = "2024-03-29 suspended, 2024-03-30 due, 2024-04-02 suspended, 2024-04-03 due"
PERHAPS = "2024-03-29 unknown, 2024-03-30 due, 2024-04-02 unknown, 2024-04-03 due"


@pytest.mark.parametrize(("sure", "told"), [(True, SUSPENDED), (False, PERHAPS)])
def test_a_power_held_together_rests_while_one_holder_has_given_it_up(
    sure: bool, told: str
) -> None:
    """The plan took one holder's uses for one use, from the first to the end of the last."""
    case = Case().event("give", "by", closed=True)
    case.rule("1", "achieve", m("give"), debtor="A", opens="2024-03-28", by="2024-04-20")
    for holder in ("A", "B"):
        case.may(f"P:{holder}", "suspend", "1", debtor=holder, holders=("A", "B"), joint=True)
        case.rules[-1] = replace(case.rules[-1], clause="P")
    case.uses("2024-03-28", "B", "suspend", "1", sure=sure)
    for verb, day in (
        ("suspend", "03-29"),
        ("resume", "03-30"),
        ("suspend", "04-02"),
        ("resume", "04-03"),
    ):
        case.uses(f"2024-{day}", "A", verb, "1", sure=sure or verb == "resume")
    case.now("2024-04-10")
    assert case.story("1") == f"dormant, 2024-03-28 due, {told}"
    check(case.norms(), case.facts)


def test_of_several_uses_of_one_instant_the_first_entry_is_named() -> None:
    case = Case().event("give", "by", closed=True)
    case.rule("1", "achieve", m("give"), debtor="A", opens="2024-03-28", by="2024-04-20")
    case.may("P", "waive", "1", debtor="B")
    case.uses("2024-03-29", "B", "waive", "1").uses("2024-03-29", "B", "waive", "1")
    case.now("2024-04-10")
    for judge in (walk.judge, judgement.judge):
        told = [v.acts for v in judge(case.norms(), case.facts) if v.status == "kept"]
        assert told == [("e1",)]


@pytest.mark.parametrize(
    ("window", "parts", "told"),
    [
        # a part that may be in time or late, so that the whole may be
        (
            {"by": "2024-03-29"},
            {"2024-03-28": 1, "2024-03-28..2024-03-30": 2},
            "2024-03-28 unknown",
        ),
        # however early one part may be, the other is late
        (
            {"by": "2024-03-29"},
            {"2024-03-28..2024-04-02": 1, "2024-04-01": 2},
            "2024-03-30 broken, 2024-04-02 cured",
        ),
        # a part of that day may have come after the hour, though its day begins before
        (
            {"before": "2024-03-29T12:00"},
            {"2024-03-29": 1, "2024-03-29T10:00": 2},
            "2024-03-29T10:00:00 unknown",
        ),
    ],
)
def test_parts_are_the_whole_between_their_first_and_their_last_dates(
    window: dict[str, str], parts: dict[str, int], told: str
) -> None:
    """The plan took the whole to be done on the last date that it may have been done on."""
    case = Case().event("give", "by", "n:number", closed=True)
    owed = ("n", const(3))
    case.rule("1", "achieve", m("give", n=(">=", 3)), total=owed, early="always", **window)
    for when, amount in parts.items():
        case.did(when, "give", "A", amount)
    case.now("2024-04-10")
    assert case.story("1") == f"due, {told}"
    check(case.norms(), case.facts)


CIRCLES = [
    ("keep", "keep", "2024-03-29"),
    ("keep", "forbid", "2024-03-29"),
    ("forbid", "forbid", "2024-03-29"),
    ("forbid", "achieve", "2024-04-01"),
]


@pytest.mark.parametrize(("one", "other", "when"), CIRCLES)
def test_duties_excused_by_each_others_breach_rest_undecided(
    one: str, other: str, when: str
) -> None:
    """What a vague term leaves open went round the circle for ever, a phase later each time: the
    plan refused such cases, and the last of them the reference judge did too."""
    case = Case().event("give", "by").vague("grave", "Court")
    for id_, debtor, against, kind in (("1", "A", "2", one), ("2", "B", "1", other)):
        breach = status("broken", against)
        excuse = breach if kind == "keep" else any_of(vague("grave"), breach)
        about = vague("grave") if kind == "keep" else m("give", by=debtor)
        window = {"opens": "2024-03-28"} | ({"by": "2024-03-29"} if kind == "achieve" else {})
        case.rule(id_, kind, about, debtor=debtor, creditor=None, unless=excuse, **window)
    case.did("2024-03-29", "give", "A").did(when, "give", "B")
    case.determines("2024-03-30", "Court", "grave", False).now("2024-04-10")
    told = "dormant, 2024-03-28 undetermined"
    assert (case.story("1"), case.story("2")) == (told, told)
    check(case.norms(), case.facts)


@pytest.mark.parametrize("construct", IN_TABLES)
def test_the_judges_agree_on_tables_with(construct: str) -> None:
    @budget(10)
    @given(cases(only={construct, *COMPANY[construct]}))
    def agree(case: tuple[Norms, Facts]) -> None:
        check(*case, as_tables(*case))

    agree()


@budget(10)
@given(cases())
def test_the_judges_agree_on_everything_together(case: tuple[Norms, Facts]) -> None:
    check(*case)


# ------------------------------------------------------------------ causality
def statuses_at(verdicts: tuple[Verdict, ...], x: int, begun: set[object]) -> Counter[str]:
    """What each instance is at a tick; what is dormant might as well not be there yet."""
    return Counter(
        repr((v.rule, v.debtor, v.trigger, v.instance, v.status))
        for v in verdicts
        if (v.from_ is None or v.from_ <= x)
        and (v.until is None or x < v.until)
        and v.status != "dormant"
        and dict(v.instance).get("period") in begun
    )


def check_causality(judge: Answer, norms: Norms, facts: Facts, x: int) -> None:
    """What the judge says of a day does not hang on what came after it."""
    try:
        whole = judge(norms, facts)
        then = judge(norms, cut(facts, x))
    except JudgeError:
        return
    begun = {dict(v.instance).get("period") for v in then} | {None}
    assert statuses_at(whole, x, begun) == statuses_at(then, x, begun)


@budget(10)
@given(cases(), st.dates(date(2024, 3, 29), date(2024, 4, 5)))
def test_the_future_changes_nothing(case: tuple[Norms, Facts], day: date) -> None:
    norms, facts = case
    x = min(facts.now, tick(day_start(day, norms.zone), 0) - 1)
    check_causality(walk.judge, norms, facts, x)
    check_causality(judgement.judge, norms, facts, x)


def check_finality(judge: Answer, norms: Norms, facts: Facts, x: int) -> None:
    """What was final on a day is so at the end, whatever came later."""
    rules = {rule.id: rule for rule in norms.rules}
    try:
        whole = judge(norms, facts)
        then = judge(norms, cut(facts, x))
    except JudgeError:
        return
    at_last = {(*key(v), v.status) for v in whole if v.until is None}
    for v in then:
        if v.until is None and is_final(rules[v.rule], v):
            assert (*key(v), v.status) in at_last, f"{v} was final, and is not {at_last}"


def key(verdict: Verdict) -> tuple[object, ...]:
    """What tells one instance of a rule from another."""
    v = verdict
    return (v.rule, v.debtor, v.creditor, v.trigger, repr(plain(v.instance)))


@budget(10)
@given(cases(), st.dates(date(2024, 3, 29), date(2024, 4, 5)))
def test_what_is_final_stays(case: tuple[Norms, Facts], day: date) -> None:
    norms, facts = case
    x = min(facts.now, tick(day_start(day, norms.zone), 0) - 1)
    check_finality(walk.judge, norms, facts, x)
    check_finality(judgement.judge, norms, facts, x)


def test_the_check_of_finality_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A duty that is due, taken for final, is found out once its deadline has passed."""
    case = Case()
    case.event("give", "by", closed=True)
    case.rule("1", "achieve", m("give"), debtor="A", opens="2024-03-28", until="2024-04-02")
    case.now("2024-04-10")
    x = tick(day_start(date(2024, 3, 30), "UTC"), 0)
    check_finality(walk.judge, case.norms(), case.facts, x)
    monkeypatch.setattr("test_judges_agree.is_final", lambda rule, verdict: True)
    with pytest.raises(AssertionError, match="was final"):
        check_finality(walk.judge, case.norms(), case.facts, x)
