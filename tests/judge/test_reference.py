"""Golden cases for the reference judge: a few lines of agreement and record, and the story told."""

from __future__ import annotations

import pytest
from build import (
    Case,
    all_of,
    bind,
    calendar,
    cmp,
    duration,
    event_point,
    in_state,
    m,
    not_,
    once,
    plus,
    reading,
    status,
    total,
    vague,
    var,
)

from servanda.judge.verdict import JudgeError
from servanda.semantics.norms import Always, Trigger

FOREVER = "2024-01-01"
PAY = m("pay")


def pay_by(by: str = "2024-01-05", **more: object) -> Case:
    return Case().event("pay").must("1", PAY, opens=FOREVER, by=by, **more)


# ------------------------------------------------------------------ windows and days
def test_a_deadline_passes_by_itself() -> None:
    assert pay_by().story("1") == "dormant, 2024-01-01 due, 2024-01-06 broken"


def test_nothing_is_broken_before_its_time() -> None:
    assert pay_by().now("2024-01-05").story("1") == "dormant, 2024-01-01 due"


def test_by_a_date_includes_it() -> None:
    assert (
        pay_by().did("2024-01-05", "pay").story("1") == "dormant, 2024-01-01 due, 2024-01-05 kept"
    )


def test_what_happens_at_the_close_is_outside() -> None:
    case = Case().event("pay").must("1", PAY, opens=FOREVER, until="2024-01-05T12:00")
    inside = "dormant, 2024-01-01 due, 2024-01-05T11:59:59 kept"
    outside = "dormant, 2024-01-01 due, 2024-01-05T12:00:00 cured"
    assert case.did("2024-01-05T11:59:59", "pay").story("1") == inside
    case = Case().event("pay").must("1", PAY, opens=FOREVER, until="2024-01-05T12:00")
    assert case.did("2024-01-05T12:00:00", "pay").story("1") == outside


def test_a_date_only_performance_on_the_day_of_a_noon_deadline_is_unknown() -> None:
    case = Case().event("pay").must("1", PAY, opens=FOREVER, until="2024-01-05T12:00")
    told = case.did("2024-01-05", "pay").story("1")
    assert told == "dormant, 2024-01-01 due, 2024-01-05 unknown"


def test_the_day_of_the_trigger_is_not_counted() -> None:
    case = Case().event("pay").event("order").must("1", PAY, trigger=m("order"), within="3 days")
    assert case.did("2024-01-10", "order").story("1") == "2024-01-10 due, 2024-01-14 broken"


def test_the_day_of_the_trigger_is_counted_where_the_agreement_says_so() -> None:
    case = Case(count_trigger_day=True).event("pay").event("order")
    case.must("1", PAY, trigger=m("order"), within="3 days")
    assert case.did("2024-01-10", "order").story("1") == "2024-01-10 due, 2024-01-13 broken"


def test_performance_on_the_day_of_the_trigger_counts() -> None:
    case = Case().event("pay").event("order").must("1", PAY, trigger=m("order"), within="3 days")
    case.did("2024-01-10", "order").did("2024-01-10", "pay")
    assert case.story("1") == "2024-01-10 kept"


def test_a_leap_day() -> None:
    case = Case().event("pay").event("order").must("1", PAY, trigger=m("order"), within="1 year")
    assert case.did("2023-02-28", "order").now("2024-12-31").stories("1") == [
        "2023-02-28 due, 2024-02-29 broken"
    ]
    case.did("2024-02-28", "order")
    assert case.now("2026-01-01").stories("1")[1] == "2024-02-28 due, 2025-03-01 broken"


def test_a_month_end_is_clipped_where_declared() -> None:
    case = Case().event("pay").event("order").must("1", PAY, trigger=m("order"), within="1 month")
    assert case.did("2024-01-31", "order").story("1") == "2024-01-31 due, 2024-03-01 broken"


def test_a_month_end_is_refused_where_not_declared() -> None:
    case = Case(clipped=False).event("pay").event("order")
    case.must("1", PAY, trigger=m("order"), within="1 month").did("2024-01-31", "order")
    with pytest.raises(JudgeError) as found:
        case.verdicts()
    assert (found.value.rule, found.value.entry) == ("1", "e1")


def test_for_years_ends_at_the_anniversary() -> None:
    case = Case().event("x").forbid("1", m("x"), opens="2023-02-28", term="1 year")
    case.did("2024-02-28T00:00", "x")
    assert case.story("1") == "dormant, 2023-02-28 kept, 2024-02-28 lapsed"


def test_hours_are_exact_and_days_are_local() -> None:
    case = Case(zone="Europe/Amsterdam").event("pay").event("order")
    case.must("days", PAY, trigger=m("order"), within="1 day")
    case.must("hours", PAY, trigger=m("order"), within="24 hours")
    case.did("2024-03-30T12:00", "order")  # the next day has 23 hours
    assert case.story("days") == "2024-03-30T12:00:00 due, 2024-04-01 broken"
    assert case.story("hours") == "2024-03-30T12:00:00 due, 2024-03-31T13:00:00 broken"


def test_business_days_skip_weekends_and_holidays() -> None:
    case = Case(calendars=(calendar("NL", "NL"),)).event("pay").event("order")
    case.must("1", PAY, trigger=m("order"), within="2 business days of NL")
    case.did("2024-03-28", "order")  # Maundy Thursday; Good Friday and Easter Monday do not work
    assert case.story("1") == "2024-03-28 due, 2024-04-04 broken"


def test_every_quarter() -> None:
    case = Case().event("report").now("2024-08-15")
    case.must("1", m("report"), opens="2024-02-10", every="quarter")
    case.did("2024-03-01", "report")
    assert case.stories("1") == [
        "dormant, 2024-02-10 due, 2024-03-01 kept",
        "dormant, 2024-04-01 due, 2024-07-01 broken",
        "dormant, 2024-07-01 due",
    ]
    assert [dict(v.instance)["period"] for v in case.verdicts()][::3] == [
        "2024-Q1",
        "2024-Q2",
        "2024-Q3",
    ]


def test_every_so_many_months_is_counted_from_the_opening() -> None:
    case = Case().event("report").now("2025-03-05")
    case.must("1", m("report"), opens="2023-08-31", every="6 months")
    case.did("2024-02-28", "report").did("2024-02-29", "report")
    assert case.stories("1") == [
        "dormant, 2023-08-31 due, 2024-02-28 kept",
        "dormant, 2024-02-29 kept",
        "dormant, 2024-08-31 due, 2025-02-28 broken",
        "dormant, 2025-02-28 due",
    ]
    assert {dict(v.instance)["period"] for v in case.verdicts()} == {
        "2023-08-31",
        "2024-02-29",
        "2024-08-31",
        "2025-02-28",
    }


def test_after_the_end_of_every_period() -> None:
    case = Case().event("report").now("2024-08-15")
    case.must(
        "1",
        m("report"),
        opens=FOREVER,
        until="2024-07-01",
        every="quarter",
        within="30 days",
        edge="end",
    )
    case.did("2024-04-20", "report")
    assert case.stories("1") == [
        "dormant, 2024-04-01 due, 2024-04-20 kept",
        "dormant, 2024-07-01 due, 2024-08-01 broken",
    ]


def test_a_window_that_closes_before_it_opens_never_opens() -> None:
    case = Case().event("pay").event("order")
    case.must("1", PAY, trigger=m("order"), before="2024-01-05").did("2024-01-09", "order")
    assert case.story("1") == "2024-01-09 dormant"


def test_a_duty_whose_opening_has_not_happened_is_dormant() -> None:
    case = Case().event("pay").event("start")
    case.must("1", PAY, opens=m("start"), within="5 days")
    assert case.story("1") == "dormant"


def test_an_uncertain_opening() -> None:
    case = Case().event("pay").event("start").must("1", PAY, opens=m("start"), within="1 day")
    case.did("2024-01-01..2024-01-10", "start")
    told = "dormant, 2024-01-01 unknown, 2024-01-12 broken"
    assert case.story("1") == told


# ------------------------------------------------------------------ performance
def test_early_performance_counts_only_if_said() -> None:
    late = pay_by().did("2023-12-20", "pay").story("1")
    early = pay_by(early="always").did("2023-12-20", "pay").story("1")
    assert late == "dormant, 2024-01-01 due, 2024-01-06 broken"
    assert early == "dormant, 2023-12-20 kept"


@pytest.mark.parametrize(
    ("early", "done", "told"),
    [
        ("from_trigger", "2024-01-05", "2024-01-03 dormant, 2024-01-05 kept"),
        ("from_trigger", "2024-01-02", "2024-01-03 dormant, 2024-01-10 due, 2024-01-21 broken"),
        ("always", "2024-01-02", "2024-01-03 kept"),
        ("never", "2024-01-05", "2024-01-03 dormant, 2024-01-10 due, 2024-01-21 broken"),
    ],
)
def test_early_performance_counts_from_the_trigger_on(early: str, done: str, told: str) -> None:
    case = Case().event("order").event("pay")
    case.must("1", m("pay"), trigger=m("order"), opens="2024-01-10", by="2024-01-20", early=early)
    assert case.did("2024-01-03", "order").did(done, "pay").story("1") == told


def test_a_remedy_owed_also_makes_no_breach_good() -> None:
    for instead, told in ((True, ", 2024-01-08 compensated"), (False, "")):
        case = pay_by().event("fine")
        case.otherwise("1", "1/else", "achieve", m("fine"), instead=instead, within="9 days")
        case.did("2024-01-08", "fine")
        assert case.story("1") == f"dormant, 2024-01-01 due, 2024-01-06 broken{told}"


def test_an_excuse_extends_the_time_where_so_said() -> None:
    for extended, told in (
        (False, "2024-01-08 broken"),
        (True, "2024-01-08 due, 2024-01-09 broken"),
    ):
        case = pay_by(unless=in_state("war"), time_extended=extended)
        case.event("start").event("stop").state("war", m("start"), m("stop"))
        case.did("2024-01-05", "start").did("2024-01-08", "stop")
        before = "dormant, 2024-01-01 due, 2024-01-05 excused"
        assert case.story("1") == f"{before}, {told}"


@pytest.mark.parametrize(
    ("outranks", "told"),
    [(True, "kept"), (False, "kept, 2024-01-10 broken")],
)
def test_a_position_yields_to_a_determination_unless_it_outranks(outranks: bool, told: str) -> None:
    case = Case().vague("grave", "Court").keep("1", not_(vague("grave")))
    case.holds("grave", False, outranks=outranks).determines("2024-01-10", "Court", "grave", True)
    assert case.story("1") == told


def test_late_performance_cures() -> None:
    told = pay_by().did("2024-02-01", "pay").story("1")
    assert told == "dormant, 2024-01-01 due, 2024-01-06 broken, 2024-02-01 cured"


def test_late_performance_does_not_cure_where_so_said() -> None:
    told = pay_by(curable=False).did("2024-02-01", "pay").story("1")
    assert told == "dormant, 2024-01-01 due, 2024-01-06 broken"


def test_cure_only_within_its_time() -> None:
    told = pay_by(cure_within="10 days").did("2024-01-17", "pay").story("1")
    assert told == "dormant, 2024-01-01 due, 2024-01-06 broken"
    told = pay_by(cure_within="10 days").did("2024-01-16", "pay").story("1")
    assert told == "dormant, 2024-01-01 due, 2024-01-06 broken, 2024-01-16 cured"


def test_paying_less_is_not_performance() -> None:
    case = Case().event("pay", "amount:number")
    case.must("1", m("pay", amount=(">=", 100)), opens=FOREVER, by="2024-01-05")
    case.did("2024-01-02", "pay", 1).did("2024-01-03", "pay", None).did("2024-01-04", "pay", 100)
    told = "dormant, 2024-01-01 due, 2024-01-03 unknown, 2024-01-04 kept"
    assert case.story("1") == told


def test_parts_add_up_in_total() -> None:
    case = Case().event("pay", "amount:number")
    case.must(
        "1",
        m("pay", amount=(">=", 100)),
        opens=FOREVER,
        by="2024-01-05",
        total=("amount", cmp(100, "=", 0).left),
    )
    case.did("2024-01-02", "pay", 60)
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-06 broken"
    case.did("2024-01-08", "pay", 40)
    assert case.story("1").endswith("2024-01-06 broken, 2024-01-08 cured")


def test_instances_are_kept_apart_by_what_binds_them() -> None:
    case = Case().event("order", "id").event("deliver", "id")
    case.must(
        "1",
        m("deliver", id=var("id")),
        trigger=m("order", id=bind("id")),
        within="2 days",
        variables=("id",),
    )
    case.did("2024-01-01", "order", "a").did("2024-01-01", "order", "b")
    case.did("2024-01-02", "deliver", "b")
    assert case.stories("1") == [
        "2024-01-01 due, 2024-01-04 broken",
        "2024-01-01 due, 2024-01-02 kept",
    ]


def test_following_joins_on_shared_variables() -> None:
    case = Case().event("order", "id").event("ship", "id").event("pay")
    case.must(
        "1",
        PAY,
        trigger=m("ship", id=bind("i")),
        following=(m("order", id=bind("i")),),
        variables=("i",),
        within="1 day",
    )
    case.did("2024-01-01", "order", "a").did("2024-01-02", "ship", "a").did(
        "2024-01-02", "ship", "b"
    )
    assert case.stories("1") == ["2024-01-02 due, 2024-01-04 broken"]


# ------------------------------------------------------------------ silence and doubt
def test_silence_proves_nothing_unless_declared() -> None:
    case = Case().open_event("pay").must("1", PAY, opens=FOREVER, by="2024-01-05")
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-06 unknown"
    case.complete("pay", "2024-01-01", "2024-01-06")
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-06 broken"


def test_a_ban_is_unknown_where_the_record_is_not_complete() -> None:
    case = Case().open_event("x").forbid("1", m("x"), opens=FOREVER)
    case.complete("x", "2023-06-01", "2024-03-01")
    assert case.story("1") == "dormant, 2024-01-01 kept, 2024-03-01 unknown"


def test_alleged_only() -> None:
    case = pay_by().did("2024-01-03", "pay", alleged=True)
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-03 unknown"
    case = Case().event("x").forbid("1", m("x"), opens=FOREVER).did("2024-01-03", "x", alleged=True)
    assert case.story("1") == "dormant, 2024-01-01 kept, 2024-01-03 unknown"


def test_an_alleged_trigger_makes_a_possible_duty() -> None:
    case = Case().event("pay").event("order").must("1", PAY, trigger=m("order"), within="1 day")
    assert case.did("2024-01-03", "order", alleged=True).story("1") == "2024-01-03 unknown"


def test_an_uncertain_date_across_the_deadline() -> None:
    told = pay_by().did("2024-01-04..2024-01-08", "pay").story("1")
    assert told == "dormant, 2024-01-01 due, 2024-01-04 unknown"
    told = pay_by().did("2024-01-02..2024-01-04", "pay").story("1")
    assert told == "dormant, 2024-01-01 due, 2024-01-02 unknown, 2024-01-04 kept"


# ------------------------------------------------------------------ remedies
def test_a_remedy_of_a_remedy_and_compensation() -> None:
    case = Case().event("deliver").event("pay").event("refund")
    case.must("1", m("deliver"), opens=FOREVER, by="2024-01-05")
    case.otherwise("1", "1/else", "achieve", PAY, within="10 days")
    case.otherwise("1/else", "1/else/else", "achieve", m("refund"), within="10 days")
    case.did("2024-01-20", "pay").did("2024-01-20", "refund")
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-06 broken, 2024-01-20 compensated"
    assert case.story("1/else") == "2024-01-06 due, 2024-01-17 broken, 2024-01-20 cured"
    assert case.story("1/else/else") == "2024-01-17 due, 2024-01-20 kept"


def test_paying_the_remedy_on_the_first_day_it_is_owed() -> None:
    case = (
        Case().event("deliver").event("pay").must("1", m("deliver"), opens=FOREVER, by="2024-01-05")
    )
    case.otherwise("1", "1/else", "achieve", PAY, within="10 days").did("2024-01-06", "pay")
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-06 compensated"
    assert case.story("1/else") == "2024-01-06 kept"


def test_a_possible_breach_makes_a_possible_remedy() -> None:
    case = Case().open_event("deliver").event("pay")
    case.must("1", m("deliver"), opens=FOREVER, by="2024-01-05")
    case.otherwise("1", "1/else", "achieve", PAY, within="10 days")
    assert case.story("1/else") == "2024-01-06 unknown"


# ------------------------------------------------------------------ keep
def capped(silent_after: int | None = None, **more: object) -> Case:
    case = Case().measure("stock", silent_after)
    return case.keep("1", cmp(reading("stock"), "<=", 5), opens=FOREVER, **more)


def test_a_duty_broken_twice() -> None:
    case = capped()
    for day, value in (("01", 4), ("05", 6), ("08", 5), ("10", 7), ("11", 3)):
        case.read(f"2024-01-{day}", "stock", value)
    told = (
        "2024-01-01 kept, 2024-01-05 broken, 2024-01-08 cured, 2024-01-10 broken, 2024-01-11 cured"
    )
    assert case.story("1") == "dormant, " + told


def test_a_stale_reading_leaves_it_unknown() -> None:
    case = capped(silent_after=30).read("2024-01-01", "stock", 4)
    assert case.story("1") == "dormant, 2024-01-01 kept, 2024-01-31 unknown"
    case.complete("stock", "2024-01-20", "2024-06-01")
    assert case.story("1") == "dormant, 2024-01-01 kept, 2024-06-01 unknown"


def test_readings_at_the_same_time_give_the_hull() -> None:
    case = capped().read("2024-01-01", "stock", 4).read("2024-02-01", "stock", 4)
    case.read("2024-02-01", "stock", 6).read("2024-03-01", "stock", 6)
    assert case.story("1") == "dormant, 2024-01-01 kept, 2024-02-01 unknown, 2024-03-01 broken"


def test_a_better_tier_hides_the_rest_until_it_is_stale() -> None:
    case = capped(silent_after=10).read("2024-01-01", "stock", 4, tier=0)
    case.read("2024-01-05", "stock", 9, tier=1)
    told = "dormant, 2024-01-01 kept, 2024-01-11 broken, 2024-01-15 unknown"
    assert case.story("1") == told


def test_an_excuse_that_comes_later_does_not_undo_a_breach() -> None:
    case = capped(unless=once(m("flood"))).event("flood")
    case.read("2024-01-01", "stock", 6).did("2024-01-03", "flood")
    case.read("2024-01-05", "stock", 4).read("2024-01-06", "stock", 6)
    told = "dormant, 2024-01-01 broken, 2024-01-05 excused"
    assert case.story("1") == told


def test_grace_on_a_keep() -> None:
    case = capped(grace="5 days").read("2024-01-01", "stock", 4)
    case.read("2024-02-01", "stock", 6).read("2024-02-03", "stock", 4).read(
        "2024-03-01", "stock", 6
    )
    told = "2024-01-01 kept, 2024-02-01 due, 2024-02-03 kept, 2024-03-01 due, 2024-03-07 broken"
    assert case.story("1") == "dormant, " + told


def test_each_breach_of_a_keep_has_its_remedy() -> None:
    case = capped().event("pay").otherwise("1", "1/else", "achieve", PAY, within="5 days")
    for day, value in (("01", 4), ("05", 6), ("08", 5), ("20", 7), ("25", 3)):
        case.read(f"2024-01-{day}", "stock", value)
    case.did("2024-01-22", "pay")
    # Before the first reading of the first day nothing is known, but that is no time at all.
    assert case.stories("1/else")[-2:] == [
        "2024-01-05 due, 2024-01-11 broken, 2024-01-22 cured",
        "2024-01-20 due, 2024-01-22 kept",
    ]


def test_a_sliding_sum_at_its_boundary() -> None:
    case = Case().event("emit", "n:number")
    case.keep("1", cmp(total(m("emit"), "n", 10), "<=", 10), opens=FOREVER)
    case.did("2024-01-05", "emit", 6).did("2024-01-14", "emit", 5)
    assert case.story("1") == "dormant, 2024-01-01 kept, 2024-01-14 broken, 2024-01-15 cured"
    case = Case().event("emit", "n:number")
    case.keep("1", cmp(total(m("emit"), "n", 10), "<=", 10), opens=FOREVER)
    case.did("2024-01-05", "emit", 6).did("2024-01-15", "emit", 5)
    assert case.story("1") == "dormant, 2024-01-01 kept"


# ------------------------------------------------------------------ forbid
def test_forbidden_twice_and_one_cured() -> None:
    case = Case().event("x", "id").event("fix", "id")
    case.forbid("1", m("x"), opens=FOREVER, cured_by=m("fix", id="same!"))
    case.did("2024-01-05", "x", "a").did("2024-01-07", "x", "b").did("2024-01-09", "fix", "a")
    assert case.story("1") == "dormant, 2024-01-01 kept, 2024-01-05 broken, 2024-01-07 broken"
    assert [dict(v.breach) for v in case.verdicts()] == [{}, {}, {"id": "a"}, {"id": "b"}]
    case.did("2024-01-11", "fix", "b")
    assert case.story("1").endswith("2024-01-07 broken, 2024-01-11 cured")


def test_what_violates_at_one_tick_begins_one_span_that_names_it_all() -> None:
    case = Case().event("x", "id")
    case.forbid("1", m("x"), opens=FOREVER)
    case.did("2024-01-05", "x", "b").did("2024-01-05", "x", "a").did("2024-01-07", "x", "c")
    assert case.story("1") == "dormant, 2024-01-01 kept, 2024-01-05 broken, 2024-01-07 broken"
    told = [(len(v.acts), [dict(b) for b in v.breaches]) for v in case.verdicts()]
    assert told[2:] == [(2, [{"id": "b"}, {"id": "a"}]), (1, [{"id": "c"}])]


def test_an_act_while_excused_is_no_violation() -> None:
    case = Case().event("x").event("war").event("peace").state("at_war", m("war"), m("peace"))
    case.forbid("1", m("x"), opens=FOREVER, unless=in_state("at_war"))
    case.did("2024-01-02", "war").did("2024-01-03", "x").did("2024-01-04", "peace")
    assert case.story("1") == "dormant, 2024-01-01 kept, 2024-01-02 excused, 2024-01-04 kept"
    case.did("2024-01-05", "x")
    assert case.story("1").endswith("2024-01-04 kept, 2024-01-05 broken")


# ------------------------------------------------------------------ vague terms
def test_vague_undecided_decided_and_held() -> None:
    def asked() -> Case:
        return pay_by(unless=vague("hardship")).vague("hardship", "Court")

    assert asked().story("1") == "dormant, 2024-01-01 undetermined"
    case = asked().determines("2024-01-03", "Court", "hardship", holds=False)
    assert case.story("1") == "dormant, 2024-01-01 undetermined, 2024-01-03 due, 2024-01-06 broken"
    case = asked().determines("2024-01-03", "A", "hardship")
    assert case.story("1") == "dormant, 2024-01-01 undetermined"
    case = asked().determines("2024-01-03", "Court", "hardship").holds("hardship", False)
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-06 broken"


# ------------------------------------------------------------------ powers
def suspendable(**more: object) -> Case:
    case = pay_by(by="2024-01-10", **more).may("P", "suspend", "1", clause="1")
    return case


def test_suspended_and_resumed() -> None:
    case = (
        suspendable().uses("2024-01-03", "A", "suspend", "1").uses("2024-01-20", "A", "resume", "1")
    )
    told = "dormant, 2024-01-01 due, 2024-01-03 suspended, 2024-01-20 broken"
    assert case.story("1") == told
    assert case.story("P") == "open, 2024-01-03 exercised, 2024-01-20 open"


def test_suspension_stops_the_clock() -> None:
    case = Case(suspension_stops_clock=True).event("pay")
    case.must("1", PAY, opens=FOREVER, by="2024-01-10").may("P", "suspend", "1")
    case.uses("2024-01-03", "A", "suspend", "1").uses("2024-01-20", "A", "resume", "1")
    told = "dormant, 2024-01-01 due, 2024-01-03 suspended, 2024-01-20 due, 2024-01-28 broken"
    assert case.story("1") == told
    assert case.did("2024-01-27", "pay").story("1").endswith("2024-01-20 due, 2024-01-27 kept")


def test_performance_while_suspended_past_the_deadline() -> None:
    case = suspendable().uses("2024-01-03", "A", "suspend", "1").did("2024-01-15", "pay")
    case.uses("2024-01-20", "A", "resume", "1")
    assert case.story("1").endswith("2024-01-03 suspended, 2024-01-15 kept")


def test_powers_come_before_facts_and_deadlines_of_the_same_instant() -> None:
    case = Case().event("x").forbid("1", m("x"), opens=FOREVER).may("P", "suspend", "1")
    case.did("2024-01-05", "x").uses("2024-01-05", "A", "suspend", "1")
    assert case.story("1") == "dormant, 2024-01-01 kept, 2024-01-05 suspended"
    case = suspendable().uses("2024-01-11", "A", "suspend", "1")  # the day the breach would come
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-11 suspended"


def test_a_use_dated_by_the_day_may_answer_the_breach_that_begins_it() -> None:
    def sale() -> Case:
        case = pay_by().event("x").forbid("2", m("x"), opens=FOREVER)
        return case.may("P", "suspend", "2", while_=status("broken", "1"))

    assert sale().uses("2024-01-06", "A", "suspend", "2").story("2") == (
        "dormant, 2024-01-01 kept, 2024-01-06 suspended"
    )
    for before in ("2024-01-05", "2024-01-06T00:00", "2024-01-05T23:59"):
        case = sale().uses(before, "A", "suspend", "2")
        assert case.story("2") == "dormant, 2024-01-01 kept"
    paid = sale().uses("2024-01-06", "A", "suspend", "2").did("2024-01-08", "pay")
    assert "2024-01-08 kept" in paid.story("2")


def test_a_power_not_open_does_nothing() -> None:
    case = pay_by().event("x").may("P", "suspend", "1", while_=once(m("x")))
    case.uses("2024-01-03", "A", "suspend", "1")
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-06 broken"
    assert case.story("P") == "closed"


def test_a_suspension_ends_when_its_ground_falls_away() -> None:
    case = Case().event("war").event("peace").state("at_war", m("war"), m("peace")).event("pay")
    case.must("1", PAY, opens=FOREVER, by="2024-01-10")
    case.may("P", "suspend", "1", while_=in_state("at_war"))
    case.did("2024-01-02", "war").uses("2024-01-03", "A", "suspend", "1")
    case.did("2024-01-07", "peace").did("2024-01-08", "war")
    told = "dormant, 2024-01-01 due, 2024-01-03 suspended, 2024-01-07 due, 2024-01-11 broken"
    assert case.story("1") == told


def test_waiver_and_release() -> None:
    case = pay_by().may("W", "waive", "1", debtor="B").uses("2024-01-03", "B", "waive", "1")
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-03 waived"
    case = pay_by().may("W", "release", "1", debtor="B").uses("2024-02-03", "B", "release", "1")
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-06 broken, 2024-02-03 released"


def test_ending_erases_nothing_and_survivors_survive() -> None:
    case = pay_by().event("x").forbid("2", m("x"), opens=FOREVER).forbid("3", m("x"), survives=True)
    case.may("E", "end_all", "1", "2").uses("2024-01-20", "A", "end_all", None)
    case.did("2024-02-01", "x")
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-06 broken"
    assert case.story("2") == "dormant, 2024-01-01 kept, 2024-01-20 ended"
    assert case.story("3") == "kept, 2024-02-01 broken"


def test_what_survives_for_a_time_ends_at_the_anniversary() -> None:
    case = Case().event("x").now("2024-05-01")
    case.forbid("1", m("x"), survives=True, survives_for="1 month")
    case.may("2", "end_all")
    case.uses("2024-01-31", "A", "end_all", None).did("2024-02-28", "x").did("2024-02-29", "x")
    assert case.stories("1") == ["kept, 2024-02-28 broken"]
    assert [len(v.breaches) for v in case.verdicts() if v.rule == "1"] == [0, 1]


def test_an_amendment_takes_the_clause_s_place_and_erases_nothing() -> None:
    case = Case().measure("stock")
    case.keep("1", cmp(reading("stock"), "<=", 5), opens=FOREVER)
    case.keep("1@new", cmp(reading("stock"), "<=", 9), opens=FOREVER, clause="1", version="new")
    case.may("P", "amend", "1", "1@new", clause="1", amendment="new")
    case.read("2024-01-01", "stock", 7).uses("2024-02-01", "A", "amend", "1", amendment="new")
    assert case.story("1") == "dormant, 2024-01-01 broken, 2024-02-01 ended"
    assert case.story("1@new") == "dormant, 2024-02-01 kept"


def test_instances_stay_under_the_version_they_arose_under() -> None:
    case = Case().event("order").event("pay")
    case.must("1", PAY, trigger=m("order"), within="5 days")
    case.must("1@new", PAY, trigger=m("order"), within="9 days", clause="1", version="new")
    case.may("P", "amend", "1", "1@new", clause="1", amendment="new")
    case.did("2024-01-01", "order").uses("2024-01-03", "A", "amend", "1", amendment="new")
    case.did("2024-01-03", "order")
    assert case.stories("1") == ["2024-01-01 due, 2024-01-07 broken"]
    assert case.stories("1@new") == ["2024-01-03 due, 2024-01-13 broken"]


def test_once_created() -> None:
    case = pay_by(by="2024-02-01", needs_creation=True).may("C", "create", "1", clause="1")
    case.uses("2024-01-10", "A", "create", "1")
    assert case.story("1") == "dormant, 2024-01-10 due, 2024-02-02 broken"


def test_joint_powers_need_everyone() -> None:
    case = pay_by(by="2024-01-20")
    for holder in ("B", "C"):
        case.may(
            f"W:{holder}", "waive", "1", debtor=holder, holders=("B", "C"), joint=True, clause="1"
        )
    for n, rule in enumerate(case.rules):
        if n:
            fields = {f: getattr(rule, f) for f in rule.__struct_fields__} | {"clause": "W"}
            case.rules[n] = type(rule)(**fields)
    case.uses("2024-01-03", "B", "waive", "1")
    assert case.story("1").endswith("2024-01-21 broken")
    case.uses("2024-01-05", "C", "waive", "1")
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-05 waived"
    assert case.story("W:B") == "open, 2024-01-05 exercised"


def test_a_permission_used() -> None:
    case = Case().event("visit").may("V", "do", match=m("visit"), opens=FOREVER, until="2024-06-01")
    case.did("2024-02-01", "visit")
    assert case.story("V") == ("closed, 2024-01-01 open, 2024-02-01 exercised, 2024-06-01 expired")


# ------------------------------------------------------------------ rules that look at each other
def reciprocal() -> Case:
    case = Case().event("give", "by")
    for me, other in (("A", "B"), ("B", "A")):
        case.must(
            me,
            m("give", by=me),
            debtor=me,
            creditor=other,
            opens=FOREVER,
            by="2024-01-05" if me == "A" else "2024-01-08",
            unless=status("broken", other, debtor=other),
        )
    return case


def test_one_side_s_breach_excuses_the_other() -> None:
    case = reciprocal()
    assert case.story("A") == "dormant, 2024-01-01 due, 2024-01-06 broken"
    assert case.story("B") == "dormant, 2024-01-01 due, 2024-01-06 excused"
    case.did("2024-01-20", "give", "A")  # cured: the other is due at once, and late
    assert case.story("B").endswith("2024-01-06 excused, 2024-01-20 broken")


def test_simultaneous_breaches_do_not_excuse_each_other() -> None:
    case = Case().event("give", "by")
    for me, other in (("A", "B"), ("B", "A")):
        case.must(
            me,
            m("give", by=me),
            debtor=me,
            creditor=other,
            opens=FOREVER,
            by="2024-01-05",
            unless=status("broken", other),
        )
    assert case.story("A") == case.story("B") == "dormant, 2024-01-01 due, 2024-01-06 broken"


def test_whenever_a_condition_comes_true() -> None:
    case = Case().measure("stock").event("report")
    over = Trigger(cond=cmp(reading("stock"), ">", 5))
    case.must("1", m("report"), trigger=over, within="2 days")
    for day, value in (("01", 6), ("02", 4), ("10", 7), ("11", 8)):
        case.read(f"2024-01-{day}", "stock", value)
    case.did("2024-01-12", "report")
    assert case.stories("1") == [
        "2024-01-01 due, 2024-01-04 broken, 2024-01-12 cured",
        "2024-01-10 due, 2024-01-12 kept",
    ]


def test_an_exception_with_priority_covers_its_first_day() -> None:
    case = Case().event("x").event("y").forbid("1", m("x"), opens=FOREVER, yields_to=("2",))
    case.must("2", m("y"), opens="2024-01-05", by="2024-01-09").did("2024-01-05", "x")
    assert case.story("1") == "dormant, 2024-01-01 kept, 2024-01-05 excused, 2024-01-10 kept"


def test_is_performed_opens_the_next_duty() -> None:
    case = pay_by(by="2024-01-20").event("deliver")
    case.must("2", m("deliver"), opens=FOREVER, by="2024-01-30", while_=status("performed", "1"))
    case.did("2024-01-10", "pay")
    assert case.story("2") == "dormant, 2024-01-10 due, 2024-01-31 broken"


def test_a_chain_of_effects_longer_than_an_instant_is_an_error() -> None:
    case = Case().event("x").keep("0", not_(once(m("x"))), opens=FOREVER)
    for n in range(1, 70):
        case.keep(str(n), Always(False), opens=FOREVER, while_=status("broken", str(n - 1)))
    case.did("2024-02-01", "x")
    with pytest.raises(JudgeError, match="no time in it"):
        case.verdicts()


def test_if_is_read_once() -> None:
    case = Case().event("order").event("pay").event("war").event("peace")
    case.state("at_war", m("war"), m("peace"))
    case.must("1", PAY, trigger=m("order"), within="5 days", if_=not_(in_state("at_war")))
    case.did("2024-01-01", "order").did("2024-01-02", "war").did("2024-01-03", "order")
    assert case.stories("1") == ["2024-01-01 due, 2024-01-07 broken"]


# ------------------------------------------------------------------ derived events
def test_an_event_arises_unless_prevented() -> None:
    def snapback() -> Case:
        case = Case().event("notify").event("resolve").event("x")
        case.arises("snapback", m("notify"), "30 days", unless=m("resolve"))
        return case.forbid("1", m("x"), opens=event_point(m("snapback")))

    case = snapback().did("2024-08-28", "notify")
    assert case.story("1") == "dormant, 2024-09-28 kept"
    assert (
        snapback().did("2024-08-28", "notify").did("2024-09-27", "resolve").story("1") == "dormant"
    )
    case = snapback().did("2024-08-28", "notify").did("2024-09-28", "resolve")
    assert case.story("1") == "dormant, 2024-09-28 kept"


def test_points_that_count_from_others() -> None:
    case = Case().event("adopt").event("x")
    case.forbid("1", m("x"), opens=plus(event_point(m("adopt")), "90 days"))
    assert case.did("2024-01-01", "adopt").story("1") == "dormant, 2024-03-31 kept"


def test_nothing_starts_after_now() -> None:
    case = pay_by().did("2024-02-01", "pay").now("2024-01-31")
    case.facts = type(case.facts)(now=case.facts.now)
    assert case.story("1") == "dormant, 2024-01-01 due, 2024-01-06 broken"


def test_conditions_together() -> None:
    case = capped(while_=all_of(once(m("go")), not_(once(m("stop"))))).event("go").event("stop")
    case.read("2024-01-01", "stock", 9).did("2024-01-03", "go").did("2024-01-05", "stop")
    assert case.story("1") == "dormant, 2024-01-03 broken, 2024-01-05 dormant"


def test_a_length_of_time_reads_as_written() -> None:
    assert duration("3 business days of NL").calendar == "NL"
