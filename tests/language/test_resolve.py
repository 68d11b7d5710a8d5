"""From text to norms: every construct is resolved as norms.py and meaning.md say."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from resolving import HEAD, WHOLE, agreement_of, page, resolved, rules

from servanda.semantics import norms
from servanda.semantics.clock import LENGTHS
from servanda.semantics.names import AgreementNames
from servanda.semantics.norms import Always, Arg, AtMatch, AtTime, Const, Match, Var
from servanda.semantics.resolver import norms_of
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import parse_agreement
from servanda.syntax.problems import Problems
from servanda.syntax.verbs import verb_forms

DAY = LENGTHS["day"]
D2015 = 1437350400000000  # 2015-07-20 UTC


# ------------------------------------------------------------------ names
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("reimpose", "reimposes"),
        ("carry_out", "carries_out"),
        ("pass", "passes"),
        ("pay", "pays"),
        ("go", "goes"),
        ("have_access", "has_access"),
        ("fix", "fixes"),
        ("play", "plays"),
        ("tie", "ties"),
    ],
)
def test_both_forms_of_a_verb(one: str, other: str) -> None:
    assert other in verb_forms(one)
    assert one in verb_forms(other)


def test_a_form_of_two_events_is_a_form_of_neither() -> None:
    agreement, _ = agreement_of("event tie\nevent ty\nevent walks")
    names = AgreementNames(agreement)
    assert names.event("ties") is None
    walk = names.event("walk")
    assert walk is not None
    assert walk.name == "walks"


def test_what_matches_a_party_and_a_group() -> None:
    agreement, _ = agreement_of("group West = E3, US")
    names = AgreementNames(agreement)
    assert names.values_matching("France") == ("France", "E3", "West")
    assert names.values_matching("E3") == ("E3", "France", "Germany", "UK", "West")
    assert names.values_matching("Iran") == ("Iran",)
    assert names.leaf_members("West") == ("US", "France", "Germany", "UK")


# ------------------------------------------------------------------ duties and holders
def test_the_debtor_fills_by_and_the_creditor_to() -> None:
    rule = rules("clause 1\n  US must pay(at least 5 EUR) to Iran before 2020-01-01")["1"]
    assert rule.creditor == Const("Iran")
    assert rule.action == Match(
        "pays",
        (
            Arg("by", "in", values=("US",)),
            Arg("to", "in", values=("Iran",)),
            Arg("amount", ">=", value=Const(Decimal(5))),
        ),
    )


def test_who_acts_may_be_named_otherwise() -> None:
    rule = rules("clause 1\n  US must pay(by: France, amount: at least 5 EUR)")["1"]
    assert rule.action is not None
    assert Arg("by", "in", values=("France", "E3")) in rule.action.args
    assert len([arg for arg in rule.action.args if arg.param == "by"]) == 1


def test_each_makes_one_rule_for_each_member() -> None:
    found = rules("clause 26\n  each of E3 must not reimpose(any)\n  US must sign")
    assert list(found) == ["26:France", "26:Germany", "26:UK", "26/2"]
    assert found["26:UK"].debtor == Const("UK")
    assert found["26:UK"].action == Match("reimposes", (Arg("by", "in", values=("UK", "E3")),))


def test_each_as_a_word() -> None:
    found = rules("clause 1\n  each x of E3 may suspend 1 while sanctions(x, any)\n  US must sign")
    power = found["1:France"]
    assert power.while_ == norms.InState(
        Match("sanctions", (Arg("by", "in", values=("France", "E3")),))
    )


def test_several_names_and_second_rules() -> None:
    found = rules("clause 1\n  US must sign\n  US, Iran must not pay(any)\n")
    assert set(found) == {"1", "1:US/2", "1:Iran/2"}


def test_a_group_jointly_is_one_debtor() -> None:
    rule = rules("clause 1\n  any one of E3 must lift(any)")["1"]
    assert rule.debtor == Const("E3")
    assert rule.action == Match(
        "lifts", (Arg("by", "in", values=("E3", "France", "Germany", "UK")),)
    )


def test_all_of_a_group_must_is_each() -> None:
    assert set(rules("clause 1\n  each of E3 must sign")) == {"1:France", "1:Germany", "1:UK"}


def test_all_of_a_group_may_is_joint() -> None:
    found = rules("clause 1\n  E3 acting together may end the agreement")
    assert list(found) == ["1:France", "1:Germany", "1:UK"]
    for rule in found.values():
        assert rule.power is not None
        assert rule.power.joint
        assert rule.power.holders == ("France", "Germany", "UK")


# ------------------------------------------------------------------ triggers
SALE = """
clause D
  when order(id, buyer, seller, price) if price > 10 EUR:
    seller must deliver(id) to buyer within 5 days
      on breach seller must instead pay(at least 10 % * price) to buyer within 30 days
        instalments add up
"""


def test_a_trigger_binds_its_variables() -> None:
    rule = rules(SALE)["D"]
    assert rule.debtor == Var("seller")
    assert rule.creditor == Var("buyer")
    assert [v.name for v in rule.variables] == ["id", "buyer", "seller", "price"]
    assert rule.variables[3].unit == "EUR"
    assert rule.trigger is not None
    assert rule.trigger.match == Match(
        "order",
        tuple(Arg(n, "bind", variable=n) for n in ("id", "buyer", "seller", "price")),
    )
    assert rule.if_ == norms.Compare(">", Var("price"), Const(Decimal(10)))
    assert rule.action == Match(
        "delivers",
        (
            Arg("by", "=", value=Var("seller")),
            Arg("to", "=", value=Var("buyer")),
            Arg("id", "=", value=Var("id")),
        ),
    )


def test_a_remedy_answers_the_breach() -> None:
    found = rules(SALE)
    assert found["D"].remedy == "D/else"
    remedy = found["D/else"]
    assert remedy.trigger == norms.Trigger(breach_of="D")
    assert remedy.variables == found["D"].variables
    assert remedy.total == (
        "amount",
        norms.Arith("*", Const(Decimal("0.10")), Var("price")),
    )
    assert remedy.action is not None
    assert all(arg.param != "amount" for arg in remedy.action.args)
    assert remedy.if_ == Always(True)


def test_a_remedy_of_a_remedy() -> None:
    text = (
        "clause 1\n  US must sign before 2020-01-01\n"
        "    on breach US must instead pay(amount: at least 1 EUR)"
    )
    found = rules(text + " within 5 days\n      on breach US must instead lift(any) within 5 days")
    assert found["1/else"].remedy == "1/else/else"
    assert found["1/else/else"].trigger == norms.Trigger(breach_of="1/else")


def test_following_joins_on_shared_variables() -> None:
    text = "clause 1\n  when delivers(id: i, by: s) following order(id: i, buyer: b):\n"
    rule = rules(text + "    b must pay(at least 1 EUR) to s within 5 days")["1"]
    assert rule.trigger is not None
    assert rule.trigger.following == (
        Match("order", (Arg("id", "=", value=Var("i")), Arg("buyer", "bind", variable="b"))),
    )


def test_whenever_a_condition_becomes_true() -> None:
    text = "clause 1\n  whenever stock of Iran > 1 t:\n    Iran must sign within 5 days"
    rule = rules(text)["1"]
    assert rule.trigger == norms.Trigger(
        cond=norms.Compare(">", norms.MeasureReading("stock", Const("Iran")), Const(Decimal(1000)))
    )


# ------------------------------------------------------------------ conditions and expressions
def kept(text: str, more: str = "") -> norms.Cond | None:
    return rules(f"{more}\nclause 1\n  Iran must keep {text}")["1"].keep


def test_a_measure_is_the_debtors_unless_said() -> None:
    stock = norms.MeasureReading("stock", Const("Iran"))
    assert kept("stock <= 300 kg") == norms.Compare("<=", stock, Const(Decimal(300)))
    assert kept("stock of US <= 300 kg") == norms.Compare(
        "<=", norms.MeasureReading("stock", Const("US")), Const(Decimal(300))
    )


def test_constants_take_the_unit_of_what_they_are_compared_with() -> None:
    stock = norms.MeasureReading("stock", Const("Iran"))
    assert kept("0.3 t >= stock") == norms.Compare(">=", Const(Decimal(300)), stock)
    assert kept("stock <= 0.2 t + 100 kg") == norms.Compare("<=", stock, Const(Decimal(300)))


def test_two_measures_of_different_units_are_scaled() -> None:
    found = kept("stock <= tonnage", "measure tonnage in t")
    assert found == norms.Compare(
        "<=",
        norms.MeasureReading("stock", Const("Iran")),
        norms.Arith("*", norms.MeasureReading("tonnage", None), Const(Decimal(1000))),
    )


def test_sums_counts_and_changes() -> None:
    pays = Match("pays", (Arg("by", "in", values=("Iran",)),))
    assert kept("sum of amount in pays(by: Iran) over the last 90 days <= 5 EUR") == norms.Compare(
        "<=", norms.Total(pays, "amount", 90 * DAY), Const(Decimal(5))
    )
    assert kept("count of pays(by: Iran) so far < 3") == norms.Compare(
        "<", norms.Total(pays, None, None), Const(Decimal(3))
    )
    assert kept("change of stock over the last 1 week <= 1 t") == norms.Compare(
        "<=", norms.MeasureChange("stock", Const("Iran"), 7 * DAY), Const(Decimal(1000))
    )


@pytest.mark.parametrize(
    ("rate", "factor", "limit"),
    [
        ("per day over the last 30 days <= 2 EUR", 1, 60),
        ("per week over the last 10 days <= 20 EUR", 7, 200),
        ("per day over the last 12 hours <= 20 EUR/day", 2, 20),
    ],
)
def test_rates_are_exact(rate: str, factor: int, limit: int) -> None:
    total = norms.Total(Match("pays", ()), "amount", 0)
    found = kept(f"rate of amount in pays {rate}")
    assert isinstance(found, norms.Compare)
    assert found.right == Const(Decimal(limit))
    inner = found.left.left if isinstance(found.left, norms.Arith) else found.left
    assert isinstance(inner, norms.Total)
    assert inner.param == total.param
    if factor > 1:
        assert found.left == norms.Arith("*", inner, Const(Decimal(factor)))


def test_a_rate_on_the_right_is_turned() -> None:
    found = kept("2 EUR >= rate of amount in pays per day over the last 30 days")
    assert isinstance(found, norms.Compare)
    assert found.op == "<="


def gate(text: str, more: str = "") -> norms.Cond:
    return rules(f"{more}\nclause 1\n  Iran must sign while {text}\nclause 2\n  US must sign")[
        "1"
    ].while_


def test_a_group_member_is_decided_at_once() -> None:
    text = "group W = France\nclause 1\n  each x of E3 must sign while x in W"
    some = rules(text)
    assert some["1:France"].while_ == Always(True)
    assert some["1:UK"].while_ == Always(False)


def test_definitions_are_put_in_place() -> None:
    define = "define exposed(p) = sanctions(p, any) and not grave(p)"
    us = (Arg("by", "in", values=("US",)),)
    of = (Arg("of", "in", values=("US",)),)
    assert gate("exposed(US)", define) == norms.And(
        (norms.InState(Match("sanctions", us)), norms.Not(norms.IsVague(Match("grave", of))))
    )


def test_once_and_its_span() -> None:
    assert gate("signs has happened") == norms.Happened(Match("signs", ()), None)
    assert gate("signs has happened in the last 2 weeks") == norms.Happened(
        Match("signs", ()), 14 * DAY
    )


def test_breach_speaks_of_the_rules_of_that_debtor() -> None:
    text = "clause 3\n  each of E3 must sign\nclause 4\n  US must sign"
    assert gate("UK in breach of 3", text) == norms.RuleStatus(("3:UK",), "broken", None)
    assert gate("E3 in breach of 3", text) == norms.RuleStatus(
        ("3:France", "3:Germany", "3:UK"), "broken", None
    )
    everything = gate("US in breach of any clause", text)
    assert everything == norms.RuleStatus(("2", "4"), "broken", None)


def test_a_breach_owed_to_who_acts() -> None:
    text = "clause 3\n  US must sign towards Iran\nclause 4\n  US must sign towards UK"
    owed = gate("US in breach of a duty owed to it", text)
    assert owed == norms.RuleStatus(("3",), "broken", None)
    variable = "clause 3\n  when order(buyer: b):\n    US must sign towards b"
    owed = gate("US in breach of a duty owed to it", variable)
    assert owed == norms.RuleStatus(("3",), "broken", None, Const("Iran"))


def test_a_breach_that_is_determined_to_be_something() -> None:
    found = gate("US in breach of 2 determined to be grave")
    broken = norms.RuleStatus(("2",), "broken", None)
    grave = norms.IsVague(Match("grave", (Arg("of", "in", values=("US",)),)))
    assert found == norms.And((broken, grave))


def test_breach_by_a_variable_debtor() -> None:
    found = gate("US in breach of D", SALE)
    assert found == norms.RuleStatus(("D", "D/else"), "broken", Const("US"))


def test_the_state_of_a_clause() -> None:
    assert gate("clause 2 is suspended") == norms.RuleStatus(("2",), "suspended", None)
    assert gate("clause 2 is performed") == norms.RuleStatus(("2",), "performed", None)


# ------------------------------------------------------------------ time
def window(text: str, more: str = "") -> norms.DutyWindow:
    return rules(f"{more}\nclause 1\n  Iran must sign {text}")["1"].window


def test_dates_close_as_they_are_written() -> None:
    day = AtTime(D2015, True)
    assert window("by 2015-07-20").closes == ((day, "day"),)
    assert window("before 2015-07-20").closes == ((day, "at"),)
    assert window("until 2015-07-20").closes == ((day, "at"),)
    assert window("by 2015-07-20T00:00Z").closes == ((AtTime(D2015, False), "at"),)
    assert window("from 2015-07-20").opens == day


def test_instants_in_zones() -> None:
    eight = AtTime(D2015 + 8 * LENGTHS["hour"], False)
    assert window("by 2015-07-20T08:00").closes == ((eight, "at"),)
    assert window("by 2015-07-20T10:00+02:00").closes == ((eight, "at"),)
    assert window("by 2015-07-20T10:00 Europe/Vienna").closes == ((eight, "at"),)


def test_events_as_points() -> None:
    signs = AtMatch(Match("signs", ()))
    assert window("from signs").opens == signs
    assert window("before signs").closes == ((signs, "at"),)


def test_named_days_and_instants() -> None:
    day = "day adoption = signs"
    assert window("from adoption", day).opens == norms.DayEdge(AtMatch(Match("signs", ())), False)
    days90 = "day adoption = signs + 90 days"
    assert isinstance(window("from adoption", days90).opens, norms.Shifted)
    exact = "instant adoption = signs + 90 hours"
    assert isinstance(window("from adoption", exact).opens, norms.Shifted)


def test_within_after_opens_there() -> None:
    found = window("within 5 days after signs")
    assert found.opens == AtMatch(Match("signs", ()))
    assert found.within is not None
    assert found.closes == ()
    both = window("from 2015-07-20 within 5 days after signs")
    assert both.within is None
    assert [how for _, how in both.closes] == ["day"]


def test_counting_starts_with_the_force_of_the_agreement() -> None:
    head = HEAD.replace("  zone UTC\n", "  zone UTC\n  in force from 2015-07-20\n")
    found = resolved("clause 1\n  Iran must sign within 30 days", head=head)
    assert found.rules[0].window.opens == AtTime(D2015, True)
    assert found.force_from == AtTime(D2015, True)


# ------------------------------------------------------------------ powers and exceptions
POWERS = """
clause 7
  Iran must sign
  US must sign
clause 8
  US must pay(at least 1 EUR) to Iran before 2020-01-01
  survives the end
"""


def power(text: str, more: str = POWERS) -> norms.PowerEffect:
    found = rules(f"{more}\nclause P\n  {text}")["P"].power
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "touched"),
    [
        ("Iran may suspend 7", ("7",)),
        ("Iran may suspend 8", ("8",)),
        ("Iran may waive 7, 8", ("7", "7/2", "8")),
        ("Iran may suspend 7 of US", ()),
        ("UK may suspend 7 of US", ("7/2",)),
        ("UK may suspend 8 towards Iran", ("8",)),
        ("UK may end 7", ("7", "7/2")),
        ("UK may end the agreement", ("7", "7/2", "P")),
        ("UK may determine grave(US)", ()),
        ("UK may sign", ()),
    ],
)
def test_what_a_power_can_touch(text: str, touched: tuple[str, ...]) -> None:
    agreement, problems = agreement_of(f"{POWERS}\nclause P\n  {text}")
    found = norms_of(agreement, None, problems=problems)
    effect = next(rule.power for rule in found.rules if rule.id == "P")
    assert effect is not None
    assert effect.rules == touched


def test_a_group_acts_for_each_holder() -> None:
    assert power("UK may suspend 7 of US").holders == ("UK", "E3")


def test_an_amendment_is_a_version() -> None:
    text = "amendment cap2 of 7\n  Iran must lift(any)\n"
    found = rules(f"{POWERS}{text}clause P\n  UK may amend 7 to cap2")
    assert found["7@cap2"].version == "cap2"
    assert found["P"].power is not None
    assert found["P"].power.rules == ("7", "7/2")
    assert found["P"].power.amendment == "cap2"


def disapplied(*rules: str) -> norms.Precedence:
    return norms.Precedence(norms.RuleStatus(rules, "binding", None))


def test_what_prevails_is_the_same_debtors_rules() -> None:
    text = "clause X\n  each of E3 must not pay(any)\n  disapplies Y while it binds\n"
    found = rules(text + "clause Y\n  each of E3 must pay(amount: at least 1 EUR)\n  US must sign")
    assert found["Y:UK"].yields_to == (disapplied("X:UK"),)
    assert found["Y/2"].yields_to == (disapplied("X:France", "X:Germany", "X:UK"),)
    assert found["X:UK"].yields_to == ()


def test_creation_survival_and_cure() -> None:
    text = "clause 1\n  once created\n  survives the end\n  US must not reimpose(any)\n"
    rule = rules(text + "    cured by lifts(as in the breach)\nclause 2\n  Iran may create 1")["1"]
    assert rule.needs_creation
    assert rule.survives
    assert rule.cured_by == Match(
        "lifts", (Arg("by", "in", values=("US",)), Arg("programme", "same"))
    )


# ------------------------------------------------------------------ readings and accounts
READINGS = """
define big(p) = stock of p > 10 kg
clause 14
  Iran must keep stock <= 130 kg
clause 15
  Iran must sign while big(Iran)
reading R1.estimate of 14 "no cap", finds no obligation
reading R1.strict of 14, reads the text as
  Iran must keep stock <= 100 kg
reading R2.more of 14, adds to the text
  US must sign
  define big(p) = stock of p > 20 kg
account Iran
  reads R1 as estimate
account Other
  reads R1 as strict
  reads R2 as more
  takes the position that grave(US) from 2018-05-08 until 2018-06-01 "because"
  takes the position that not grave(E3), whatever is determined
"""


def test_readings_replace_or_add() -> None:
    assert set(rules(READINGS)) == {"14", "15"}
    assert set(rules(READINGS, "Iran")) == {"15"}
    other = rules(READINGS, "Other")
    assert set(other) == {"14", "14/2", "15"}
    assert {rule.reading for rule in other.values()} == {None, "R1.strict", "R2.more"}


def test_a_reading_brings_its_definitions() -> None:
    limit = rules(READINGS, "Other")["15"].while_
    assert isinstance(limit, norms.Compare)
    assert limit.right == Const(Decimal(20))


def test_readings_may_be_tried_on_an_account() -> None:
    agreement, _ = agreement_of(READINGS)
    without = norms_of(agreement, "Iran", {"R1": None})
    assert [rule.id for rule in without.rules] == ["14", "15"]
    strict = norms_of(agreement, None, {"R1": "strict"})
    assert strict.rules[0].reading == "R1.strict"


def test_what_an_account_holds() -> None:
    held = resolved(READINGS, "Other").held
    assert held[0] == norms.HeldVague(
        "grave", ("US",), True, 1525737600000000, 1527811200000000, False
    )
    assert held[1] == norms.HeldVague("grave", ("E3",), False, None, None, True)
    assert resolved(READINGS).held == ()


# ------------------------------------------------------------------ declarations
def test_states_take_types_and_parameters_from_their_events() -> None:
    state = resolved("").states[0]
    bound = (Arg("by", "bind", variable="by"), Arg("programme", "bind", variable="programme"))
    assert [(p.name, p.type) for p in state.params] == [("by", "party"), ("programme", "text")]
    assert state.begins == (Match("reimposes", bound),)
    assert state.ends == (Match("lifts", bound),)


def test_an_event_that_arises_by_itself() -> None:
    text = "event notifies(by: party), not recorded is taken as not done\n"
    text += "event snapback(by: party) arises at the end of 30 days after notifies(by: by)"
    found = resolved(text + " unless signs")
    derived = found.derived[0]
    assert derived.outputs == (("by", Var("by")),)
    assert derived.unless == Match("signs", ())
    assert derived.end_of_day
    assert {e.name: e.closed for e in found.events}["snapback"]


# ------------------------------------------------------------------ a whole agreement
def test_a_whole_agreement_for_each_account() -> None:
    problems, _ = page(WHOLE)
    assert problems == []
    text, strict = whole(None), whole("Strict")
    tens = ["10:US", "10:Iran", "10:France/2", "10:Germany/2", "10:UK/2"]
    assert list(text) == [
        *("1", "2", "2/2", "3", "3/else", "3/else/else", "4:France", "4:Germany", "4:UK"),
        *("5", "5/2", "6", "6@longer", "7", "7/2", "8", "8/2", "9:France", "9:Germany", "9:UK"),
        *("9/2", "9/3", "9/4", "9/5", "9/6", *tens, "11"),
    ]
    assert set(strict) == set(text) - set(tens) | {"1/2"}
    assert strict["7"].reading == "Pace.steady"
    assert text["6"].yields_to == (disapplied("8"),)


def whole(account: str | None) -> dict[str, norms.Rule]:
    problems = Problems()
    layout = lay_out(WHOLE, "agreement.md", problems)
    agreement = parse_agreement(layout.statements, problems)
    return {rule.id: rule for rule in norms_of(agreement, account, problems=problems).rules}


# ------------------------------------------------------------------ order
def test_the_order_of_blocks_does_not_matter() -> None:
    blocks = [
        "party A, B, C",
        "group G = A, B",
        "event e(by: party)",
        "event f(by: party)",
        "state s(by) from e until f",
        "clause 9\n  each of G must e\n  C must not f",
        "clause 10\n  C must e while s(A)",
        "reading P.x of 9, adds to the text\n  C must e",
        "reading Q.y of 9, adds to the text\n  C must f",
        "account X\n  reads P as x\n  reads Q as y",
    ]
    seen = set()
    for seed in range(5):
        mixed = random.Random(seed).sample(blocks, len(blocks))
        found = resolved("\n".join(mixed), "X", "agreement A\n  zone UTC\n")
        seen.add(tuple((rule.id, rule.reading, rule.debtor) for rule in found.rules))
    assert len(seen) == 1
    assert [id_ for id_, _, _ in seen.pop()] == ["9:A", "9:B", "9/2", "9/3", "9/4", "10"]


def test_nothing_is_raised_for_a_text_full_of_errors() -> None:
    agreement, problems = agreement_of(
        "clause 1\n  Nobody must fly(1, 2) within 3 days after never while what(x)\n"
    )
    found = norms_of(agreement, "Ghost", problems=problems)
    assert [rule.id for rule in found.rules] == ["1"]
    assert len(problems.errors) >= 4
