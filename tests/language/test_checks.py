"""Every static check, with the words it speaks in: place, message and advice."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from language_models import agreements
from msgspec.structs import replace
from resolving import HEAD, WHOLE, agreement_of, checked, errors, page

from servanda.semantics.checks.agreement import check
from servanda.syntax.problems import Problem, render
from servanda.syntax.tree import Agreement


def only(text: str, head: str = HEAD) -> tuple[str, str]:
    """The message and the advice of the one error there is."""
    found = errors(text, head)
    assert len(found) == 1, [render(problem) for problem in found]
    return found[0].message, found[0].help or ""


def hints(text: str) -> list[tuple[str, str]]:
    found = checked(text)
    assert not [problem for problem in found if problem.severity == "error"], found
    return [(problem.message, problem.help or "") for problem in found]


def duty(text: str) -> str:
    return f"clause 1\n  {text}\n"


# ------------------------------------------------------------------ names
@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        (duty("Irn must sign"), "unknown party `Irn`", "did you mean `Iran`?"),
        (duty("Nobody must sign"), "unknown party `Nobody`", "declare it: `party Nobody`"),
        (duty("stock must sign"), "`stock` is a measure, not a party", "write the name of a party"),
        (duty("Iran must sign to Zed"), "unknown party `Zed`", "declare it: `party Zed`"),
        (duty("Iran must sing"), "unknown event `sing`", "did you mean `sign`?"),
        (duty("Iran must fly"), "unknown event `fly`", "declare it: `event fly`"),
        (duty("Iran must sanctions"), "`sanctions` is a state, not an event", ""),
        (duty("Iran must lift(oil)"), "unknown name `oil`", 'a text is written in quotes: `"oil"`'),
        (duty("Iran must keep stok <= 3 kg"), "unknown name `stok`", "did you mean `stock`?"),
        (
            duty("Iran must keep stok of US <= 3 kg"),
            "unknown measure `stok`",
            "did you mean `stock`?",
        ),
        (
            duty("Iran must keep signs <= 3"),
            "`signs` is an event: it has no value",
            "to ask whether it has happened, write `signs has happened`",
        ),
        (
            duty("Iran must keep sanctions <= 3"),
            "`sanctions` is a state: it has no value",
            "it is a condition by itself",
        ),
        (
            duty("Iran must sign while signs"),
            "`signs` is an event, not a condition",
            "write `signs has happened`",
        ),
        (
            duty("Iran must sign while stock"),
            "`stock` is a measure, not a condition",
            "compare it: `stock <= …`",
        ),
        (
            duty("Iran must sign while sanction(US, any)"),
            "unknown condition `sanction`",
            "did you mean `sanctions`?",
        ),
        (duty("Iran must sign while US in E33"), "unknown group `E33`", "did you mean `E3`?"),
        (
            duty("Iran must sign while US in Iran"),
            "`Iran` is a party, not a group",
            "write the name of a group here",
        ),
        (duty("Iran must sign while US in breach of 9"), "unknown clause `9`", ""),
        (duty("Iran must sign while clause 9 is broken"), "unknown clause `9`", ""),
        (duty("Iran may suspend 9"), "unknown clause `9`", "declare it: `clause 9`"),
        (
            "clause 1\n  disapplies 9 while it binds\n",
            "unknown clause `9`",
            "declare it: `clause 9`",
        ),
        (
            duty("Iran must sign by adoptoin") + "day adoption = 2015-07-20",
            "unknown event or day `adoptoin`",
            "did you mean `adoption`?",
        ),
        (
            duty("Iran must sign from sanctions(US, any)"),
            "`sanctions` is a state: it does not happen at one moment",
            "use `while` for a condition",
        ),
        (
            duty("Iran must sign from stock"),
            "`stock` is a measure: it does not happen at one moment",
            "use `while`",
        ),
        (
            duty("Iran must sign within 5 business days of Lyon after signs"),
            "unknown calendar `Lyon`",
            "declare it: `calendar Lyon = business days of NL`",
        ),
        (
            duty("Council may determine grve(US)"),
            "unknown vague term `grve`",
            "did you mean `grave`?",
        ),
        (
            duty("Council may determine signs(US)"),
            "`signs` is an event, not a vague term",
            "",
        ),
        (
            duty("Iran may amend 1 to cap"),
            "unknown amendment `cap`",
            "declare it: `amendment cap of 1`",
        ),
        (
            duty("Iran may amend 1 to cap")
            + "clause 2\n  US must sign\namendment cap of 2\n  US must lift(any)\n",
            "`cap` amends clause 2, not 1",
            "",
        ),
        ("group G = Iran, Mars", "unknown party `Mars` in the group `G`", "declare it"),
        ("group G = Iran, H\ngroup H = G", "the group `G` is a member of itself", "leave `G` out"),
        (
            "vague v to be determined by Zeus",
            "unknown party or body `Zeus`",
            "declare it: `body Zeus`",
        ),
        ("amendment a of 7\n  Iran must sign", "unknown clause `7`", ""),
        (
            "account A\n  takes the position that grve(US), whatever is determined",
            "unknown vague term `grve`",
            "did you mean `grave`?",
        ),
    ],
)
def test_unknown_names(text: str, message: str, help: str) -> None:
    found = errors(text)
    assert any(message in p.message and help in (p.help or "") for p in found), [
        render(p) for p in found
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("party Iran", "`Iran` is declared here as a party, and in a.sv, line 5 already"),
        ("state stock from signs", "`stock` is declared here as a measure, and in a.sv, line 18"),
        ("currency EUR", "`EUR` is declared here as a currency, and already in a.sv"),
        ("event sign", "`sign` and `signs` are two forms of one verb, and two events"),
        ("event x(a, a)", "two parameters are called `a`"),
        ("measure m(a, b) in kg", "a measure has one subject, `m` has 2"),
        ("calendar c = business days of NL\ncalendar c = business days of DE", "`c` is declared"),
    ],
)
def test_what_is_declared_twice(text: str, message: str) -> None:
    assert any(message in p.message for p in errors(text)), errors(text)


# ------------------------------------------------------------------ arguments and types
@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        (
            duty("Iran must lift(any, any)"),
            "`lifts` is given 2 arguments, and takes 1",
            "leave it out: `by` is given by who acts and towards whom",
        ),
        (
            duty("Iran must sign while lifts(US, any, any) has happened"),
            "`lifts` is given 3 arguments, and takes 2",
            "name one of its parameters: `by`, `programme`",
        ),
        (
            duty("Iran must lift(programm: any)"),
            "`lifts` has no parameter `programm`",
            "did you mean `programme`?",
        ),
        (
            duty('Iran must lift("oil", programme: "gas")'),
            "parameter `programme` of `lifts` is given twice",
            "keep one of the two",
        ),
        (
            duty("Iran must lift(5)"),
            "parameter `programme` is a text, and is given a number",
            "declare it `programme: number`",
        ),
        (
            duty('Iran must pay(amount: "much")'),
            "parameter `amount` is a number, and is given a text",
            "or write a number",
        ),
        (
            duty("Iran must pay(at least 5 EUR)"),
            "parameter `to` is a party, and is given a number",
            "`to` comes next here",
        ),
        (
            duty('Iran must lift(at least "a")'),
            "`programme` is a text, which is not more or less than another",
            "",
        ),
        (
            duty("Iran must lift(as in the breach)"),
            "`as in the breach` has a meaning only in `cured by`",
            "",
        ),
        (
            duty("Iran must not pay(any) cured by lifts(as in the breach)"),
            "`pays` has no parameter `programme` to be as in the breach",
            "",
        ),
        (
            duty("Iran must keep stock <= 5 kg cured by lifts(as in the breach)"),
            "a `must keep` is cured when its condition holds again",
            "leave it out",
        ),
        (
            duty('Iran must lift("oil") by 2024-01-31 cured by signs'),
            "`cured by` closes a breach of `must not`: a `must` is cured by late performance",
            "another act that makes the breach good is owed by `on breach A must instead …`",
        ),
        (
            duty('Iran must keep stock <= "5"'),
            "a number is compared with a text",
            "compare values of one type",
        ),
        (
            duty("Iran must sign while US < Iran"),
            "`<` is for numbers and dates",
            "write `=` or `!=`",
        ),
        (
            duty("Iran must keep stock + Iran <= 5 kg"),
            "`+` is for numbers, and this is a party",
            "",
        ),
        (
            duty("Iran must keep sum of programme in lifts so far <= 5"),
            "`programme` of `lifts` is a text, not a number",
            "declare it `programme: number` to sum it",
        ),
        (
            duty("Iran must keep sum of amout in pays so far <= 5 EUR"),
            "`pays` has no parameter `amout` to sum",
            "did you mean `amount`?",
        ),
        (
            "define hot(x) = sanctions(x, any)\n" + duty("Iran must sign while hot"),
            "`hot` needs a value for `x`",
            "write `hot(x: …)`",
        ),
        (
            "define hot(x) = sanctions(x, any)\n" + duty("Iran must sign while hot(any)"),
            "`hot` needs a value for `x`",
            "not `any`",
        ),
        (
            "measure world in kg\n" + duty("Iran must keep world of US <= 5 kg"),
            "`world` has no subject, and is given the subject `US`",
            "`measure world(of: party)`",
        ),
        (
            duty("Iran must pay(amount: any) instalments add up"),
            "`instalments add up` needs one amount written `at least`",
            "write `pay(amount: at least …)` before it",
        ),
        (
            "event says(by: party, which: clause)\n" + duty("Iran must say(9)"),
            "unknown clause `9`",
            "",
        ),
        ("day d = 2015-01-01\n" + duty("Iran must sign by d(3)"), "`d` is a moment: it takes", ""),
        (
            "clause 1\n  when order(id, price: p):\n    Iran must sign by p",
            "`p` is a number: a window is bounded by a date or an event",
            "declare the parameter a date (`p: date`)",
        ),
        (
            "clause 1\n  when order(price: p):\n    p must sign",
            "`p` is a number, not a party",
            "",
        ),
        (
            "state war(of) from signs",
            "`signs` does not say what `of` of `war` is",
            "give `signs` a parameter `of`",
        ),
        (
            "state war(by) from signs(x)",
            "`x` is no parameter of the state `war`",
            "its parameters are `by`",
        ),
        (
            "event ends(of: party) arises 5 days after signs",
            "`of` of `ends` gets no value",
            "bind it: `after signs(of: of)`",
        ),
        *(
            (
                f"event ends arises 5 days after signs if US in breach of {what}\n"
                + duty("US must sign"),
                "the `if` of `ends` asks for the status of a clause",
                "an event arises from facts",
            )
            for what in ("any clause", "a duty owed to it")
        ),
        (
            duty("E3 must sign"),
            "`E3` is a group: must each member do it, or all as one?",
            "write `each of E3`, `any one of E3` or `E3 acting together`",
        ),
        (duty("each of E33 must sign"), "unknown group `E33`", "did you mean `E3`?"),
        (
            duty(
                "Iran must sign before 2020-01-01\n"
                "    on breach US, UK must instead sign within 5 days"
            ),
            "a remedy has one debtor",
            "write a clause of its own",
        ),
        (
            duty("Iran may determine grave(US)"),
            "`grave` is to be determined by Council, not by Iran",
            "declare it `to be determined by Council, Iran`",
        ),
    ],
)
def test_wrong_arguments_and_types(text: str, message: str, help: str) -> None:
    found = errors(text)
    assert any(message in p.message and help in (p.help or "") for p in found), [
        render(p) for p in found
    ]


# ------------------------------------------------------------------ units
@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        (
            "substance U, UF6\nmeasure u(of: party) in kg U\n"
            + duty("Iran must keep u <= 300 kg UF6"),
            "kg UF6 cannot be turned into kg U",
            "write `conversion 1 kg UF6 = … kg U`",
        ),
        (
            duty("Iran must keep stock <= 300"),
            "a bare number cannot be compared with or added to an amount in kg",
            "write the unit: `… kg`",
        ),
        (duty("Iran must keep stock <= 3 m"), "m cannot be turned into kg", "conversion 1 m"),
        ("measure m in kgs", "unknown unit `kgs`", "declare it: `substance kgs`"),
        ("event e(by: party, x: number in USD)", "unknown unit `USD`", "`currency USD`"),
        (
            duty("Iran must pay(amount: at least 5 EUR * 3 kg)"),
            "an amount in EUR is multiplied by one in kg",
            "a bare number or a percentage",
        ),
        ("unit a = 2 b\nunit b = 2 a", "units that lead back to themselves", "define one of them"),
        ("unit a = 0 kg", "one a is zero", "write what it is"),
        ("conversion 1 kg = 0 EUR", "a conversion of zero", "write what 1 of it is"),
        (
            "conversion 1 kg = 900 g",
            "kg and g convert by themselves, in another ratio",
            "leave the conversion out",
        ),
        (
            duty(
                "Iran must keep stock + [rate of amount in pays per day over the last 3 days]"
                " <= 3 kg"
            ),
            "a rate can only be compared with a constant",
            "write it alone on one side",
        ),
        (
            duty("Iran must keep rate of amount in pays per day over the last 3 days <= stock"),
            "a rate can only be compared with a constant",
            "write the limit as a number",
        ),
        (
            duty("Iran must keep rate of amount in pays per month over the last 90 days <= 3 EUR"),
            "a rate per month is not exact: months differ in length",
            "per day or per week",
        ),
        (
            duty("Iran must keep count of pays over the last 3 months <= 3"),
            "a sliding window cannot be counted in months: they differ in length",
            "count it in days or weeks",
        ),
    ],
)
def test_units_that_do_not_fit(text: str, message: str, help: str) -> None:
    found = errors(text)
    assert any(message in p.message and help in (p.help or "") for p in found), [
        render(p) for p in found
    ]


# ------------------------------------------------------------------ windows
@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        (
            duty("Iran must sign from 2020-05-01 until 2020-04-01"),
            "this can never be due: its window opens on 2020-05-01 and closes before 2020-04-01",
            "write an end that comes after the beginning",
        ),
        (
            duty("Iran may suspend 1 from 2020-05-01 until 2020-05-01"),
            "this can never be open: its window opens on 2020-05-01 and closes before 2020-05-01",
            "",
        ),
        (
            duty("Iran must sign from signs(by: US) + 30 days until signs(by: US) + 10 days"),
            "this can never be due: its window closes before it opens",
            "both ends count from one event",
        ),
        (
            duty("Iran must sign within 30 days"),
            "`within 30 days` is counted from nothing",
            "put the rule below a `when …:`",
        ),
        (
            duty("Iran must not sign for 2 years"),
            "`for 2 years` is counted from nothing",
            "write `from …`",
        ),
        (
            duty("Iran must sign every month"),
            "`every month` is counted from nothing",
            "write `from …`",
        ),
        (
            duty("Iran must sign every 6 months"),
            "`every 6 months` is counted from nothing",
            "write `from …`",
        ),
        (
            duty("when lift(any):\n    Iran must sign every 6 months"),
            "`every 6 months` is counted from one day, and this duty arises again each time",
            "write `every month`",
        ),
        (
            duty("Iran must sign from 2020-01-01 within 5 days after its end"),
            "`after its end` needs a period",
            "write `every month`",
        ),
        (
            duty("Iran must sign from 2020-01-01 within 40 days for 1 month"),
            "`within 40 days` is longer than `for 1 month`",
            "make the term longer",
        ),
        (
            duty(
                "Iran must sign every quarter within 30 days after its end"
                " from 2020-01-01 until 2020-03-01"
            ),
            "this can never be due: no quarter ends before 2020-03-01, when it closes",
            "within … after its start",
        ),
        (
            duty(
                "Iran must sign by 2020-05-01\n"
                "    on breach Iran must instead lift(any) by 2020-04-01"
            ),
            "this remedy can never be due: it closes before 2020-04-02, and what it answers "
            "cannot be broken before 2020-05-02",
            "count its window from the breach",
        ),
        (
            duty("Iran must sign while France in E3 and US in E3"),
            "this can never bind: its `while` is always false",
            "write a `while` that can become true",
        ),
        (
            duty("Iran must keep stock >= 5 kg and stock <= 3 kg"),
            "this can never be kept: its two limits exclude each other",
            "write a lower limit that is below the upper one",
        ),
        (
            "day d = 2020-01-01\n" + duty("Iran must sign from d until d"),
            "this can never be due",
            "",
        ),
    ],
)
def test_windows_that_never_open_or_do_not_fit(text: str, message: str, help: str) -> None:
    found = errors(text)
    assert any(message in p.message and help in (p.help or "") for p in found), [
        render(p) for p in found
    ]


def test_windows_outside_the_force_of_the_agreement() -> None:
    force = "  zone UTC\n  in force from 2020-01-01 until 2021-01-01\n"
    head = HEAD.replace("  zone UTC\n", force)
    late, help_ = only(duty("Iran must sign from 2022-01-01"), head)
    assert "the agreement ends on 2021-01-01, and it begins on 2022-01-01" in late
    assert "survives the end" in help_
    early, _ = only(duty("Iran must sign before 2019-01-01"), head)
    assert "and the agreement enters into force on 2020-01-01" in early
    survives = "clause 1\n  survives the end\n  Iran must sign from 2022-01-01\n"
    assert errors(survives, head) == []


def test_a_month_end_that_nobody_declared() -> None:
    head = HEAD.replace("  months clipped\n", "")
    message, help_ = only(duty("Iran must sign from 2020-01-31 + 1 month"), head)
    assert "a date that does not exist: 2020-01-31 plus 1 month: that month has" in message
    assert "months clipped" in help_


def test_local_times_that_the_clocks_skip_or_repeat() -> None:
    head = HEAD.replace("zone UTC", "zone Europe/Vienna")
    skipped, help_ = only(duty("Iran must sign by 2020-03-29T02:30"), head)
    assert skipped == "2020-03-29T02:30:00 does not exist in Europe/Vienna: the clocks change then"
    assert help_ == "write it with its offset from UTC, as in 2020-03-29T02:30+01:00"
    twice, _ = only(duty("Iran must sign by 2020-10-25T02:30"), head)
    assert "happens twice" in twice


def test_a_zone_that_does_not_exist() -> None:
    agreement, problems = agreement_of("")
    lost = replace(agreement, header=replace(agreement.header, zone="Europe/Atlantis"))
    (problem,) = [p for p in check(lost, (), problems)[0] if p.severity == "error"]
    assert problem.message == "unknown zone `Europe/Atlantis`"
    assert "Europe/Vienna" in (problem.help or "")


# ------------------------------------------------------------------ conflicts
def conflict(one: str, other: str, more: str = "") -> list[str]:
    found = checked(f"{more}clause 5\n  {one}\nclause 6\n  {other}\n")
    assert not [problem for problem in found if problem.severity == "error"]
    return [f"{p.message} ({p.help})" for p in found if p.code == "W402"]


def conflicts(text: str) -> list[Problem]:
    return [problem for problem in checked(text) if problem.code == "W402"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Iran must sign", "Iran must not sign"),
        ('Iran must lift("oil")', "Iran must not lift(any)"),
        ("Iran must pay(amount: at least 100 EUR)", "Iran must not pay(amount: more than 10 EUR)"),
        ("Iran must sign from 2020-02-01 by 2020-03-01", "Iran must not sign from 2020-01-01"),
        ("each of E3 must sign", "UK must not sign"),
        ("Iran must sign", "Iran must not sign while sanctions(US, any)"),
        (
            "when lifts(US, p):\n    Iran must lift(p) while reimposes(US, p) has happened",
            "when lifts(US, q):\n    Iran must not lift(any) "
            "while not reimposes(US, q) has happened",
        ),
        ("UK must sign", "any one of E3 must not sign"),
        ("Iran must keep stock >= 5 kg", "Iran must keep stock <= 3 kg"),
        ("Iran must keep stock > 3 kg", "Iran must keep stock <= 3 kg"),
    ],
)
def test_rules_in_conflict(one: str, other: str) -> None:
    (found,) = conflict(one, other)
    assert "paragraphs 5 and 6 may conflict" in found
    extent = "to the extent of the conflict"
    assert f"write `prevails over 6 {extent}` in clause 5" in found
    assert f"or `prevails over 5 {extent}` in clause 6" in found
    assert conflict(f"{one}\n  prevails over 6 {extent}", other) == []
    assert conflict(one, f"{other}\n  prevails over 5 {extent}") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Iran must sign", "US must not sign"),
        ('Iran must lift("oil")', 'Iran must not lift("gas")'),
        ("Iran must lift(any)", 'Iran must not lift("gas")'),
        ("Iran must pay(amount: at least 5 EUR)", "Iran must not pay(amount: more than 10 EUR)"),
        ("Iran must sign from 2020-01-01", "Iran must not sign until 2020-01-01"),
        ("Iran must sign from signs(by: US)", "Iran must not sign before signs(by: US)"),
        ("Iran must sign by 2021-01-01", "Iran must not sign from 2020-01-01 until 2020-02-01"),
        (
            "Iran must sign excused while sanctions(US, any), time not extended",
            "Iran must not sign while sanctions(US, any)",
        ),
        (
            "Iran must sign while stock > 5 kg",
            "Iran must not sign while stock <= 5 kg",
        ),
        (
            "when lifts(US, p):\n    Iran must lift(p) while reimposes(US, p) has happened",
            "when lifts(US, q):\n    Iran must not lift(q) while not reimposes(US, q) has happened",
        ),
        ("any one of E3 must sign by 2020-01-01", "UK must not sign"),
        ("Iran must keep stock >= 2 kg", "Iran must keep stock <= 3 kg"),
        ("Iran must keep stock of US >= 5 kg", "Iran must keep stock <= 3 kg"),
        ("Iran must sign\n  disapplies 6 while it binds", "Iran must not sign"),
    ],
)
def test_rules_that_are_not_in_conflict(one: str, other: str) -> None:
    assert conflict(one, other) == []


AFTER = "when lifts({}):\n    Iran must sign within 5 days"


@pytest.mark.parametrize(
    ("trigger", "end"),
    [
        ("US, any", "lifts"),
        ("US, any", "lifts(US, any)"),
        ("by: France", "lifts(by: E3)"),
        ('US, "oil"', 'lifts(programme: "oil")'),
        ("p", "earlier of (2030-01-01, lifts)"),
    ],
)
def test_a_ban_that_ends_at_the_trigger_of_the_duty_is_no_conflict(trigger: str, end: str) -> None:
    assert conflict(AFTER.format(trigger), f"Iran must not sign until {end}") == []
    assert conflict(f"Iran must not sign until {end}", AFTER.format(trigger)) == []


@pytest.mark.parametrize(
    ("trigger", "end"),
    [
        ("p", "lifts(US, any)"),
        ("by: E3", "lifts(by: France)"),
        ("US, any", 'lifts(US, "oil")'),
        ("US, any", "reimposes"),
        ("US, any", "lifts + 1 day"),
        ("US, any", "later of (2030-01-01, lifts)"),
    ],
)
def test_a_ban_that_may_outlast_the_trigger_is_a_conflict(trigger: str, end: str) -> None:
    assert len(conflict(AFTER.format(trigger), f"Iran must not sign until {end}")) == 1


def test_conflict_within_one_paragraph() -> None:
    (found,) = conflicts("clause 5\n  Iran must sign\n  Iran must not sign")
    assert found.message == "two rules of paragraph 5 may conflict: Iran must and must not `signs`"
    assert "`unless`" in (found.help or "")


def test_conflict_only_in_one_account() -> None:
    text = "clause 5\n  Iran must sign\nreading R.no of 5, adds to the text\n"
    (found,) = conflicts(text + "  Iran must not sign\naccount X\n  reads R as no")
    assert found.message == "two rules of paragraph 5 may conflict: Iran must and must not `signs`"


# ------------------------------------------------------------------ circles
@pytest.mark.parametrize(
    ("text", "circle", "reason"),
    [
        (
            "clause 5\n  Iran must sign while not clause 6 is binding\n"
            "clause 6\n  US must sign while not clause 5 is binding",
            "5 → 6 → 5",
            "the `while` of the duty of 5 asks whether 6 is binding",
        ),
        (
            "clause 5\n  Iran must sign while not clause 5 is binding",
            "5 → 5",
            "the `while` of the duty of 5 asks whether 5 is binding",
        ),
        (
            "clause 5\n  Iran must sign\n  disapplies 6 while it binds\n"
            "clause 6\n  US must sign\n  disapplies 5 while it binds",
            "5 → 6 → 5",
            "5 gives way while 6 is binding",
        ),
        (
            "clause 5\n  Iran must keep not US in breach of 6\n"
            "clause 6\n  US must sign excused while Iran in breach of 5, time not extended",
            "5 → 6 → 5",
            "the condition of the duty of 5 asks whether 6 is broken",
        ),
        (
            "clause 6\n  Iran may suspend 5 while not clause 5 is suspended\n"
            "clause 5\n  Iran must sign",
            "6 → 5 → 6",
            "6 may suspend 5",
        ),
        (
            "event a arises 1 day after b\nevent b arises 1 day after a",
            "event a → event b → event a",
            "`a` arises after `b`",
        ),
    ],
)
def test_circles_without_time(text: str, circle: str, reason: str) -> None:
    message, help_ = only(text)
    assert message == f"a circle with no time in it: {circle}"
    assert reason in help_


@pytest.mark.parametrize(
    "text",
    [
        "clause 5\n  Iran must sign excused while US in breach of 6, time not extended\n"
        "clause 6\n  US must sign excused while Iran in breach of 5, time not extended",
        "clause 5\n  Iran must sign by 2020-01-01\nclause 6\n  US must sign by 2020-01-01\n"
        "clause 7\n  Iran may suspend 5 while US in breach of 6\n"
        "  US may suspend 6 while Iran in breach of 5",
    ],
)
def test_reciprocity_is_no_such_circle(text: str) -> None:
    head = HEAD.replace("  zone UTC\n", "  zone UTC\n  suspension stops the clock\n")
    assert errors(text, head) == []


def test_definitions_and_moments_in_circles() -> None:
    message, _ = only("define a = b\ndefine b = a")
    assert message == "definitions that lead back to themselves: a → b → a"
    message, _ = only("day a = b + 1 day\nday b = a + 1 day")
    assert message == "moments that lead back to themselves: a → b → a"
    message, _ = only("define a = not a")
    assert message == "definitions that lead back to themselves: a → a"


# ------------------------------------------------------------------ readings
READINGS = """clause 5
  Iran must sign
clause 6
  US must sign
reading R.yes of 5, adds to the text
  Iran must lift(any)
reading S.also of 6, adds to the text
  US must lift(any)
  needs R.yes
reading S.other of 6, finds no obligation
"""


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        (
            "account X\n  reads R as yess",
            "account X reads R as `yess`: there is no such reading",
            "did you mean `yes`?",
        ),
        (
            "account X\n  reads Q as yes",
            "account X reads `Q`: there is no such point",
            "declare it: `reading Q.yes of …`",
        ),
        (
            "account X\n  reads S as also",
            "account X reads S as also, which needs R.yes, and does not read R",
            "add `reads R as yes` to the account",
        ),
        (
            "reading R.no of 5, leaves the text as it is\n"
            "account X\n  reads S as also\n  reads R as no",
            "account X reads S as also, which needs R.yes, and reads R as no",
            "add `reads R as yes`",
        ),
        (
            "reading T.x of 5, leaves the text as it is\n  needs U.y",
            "T.x needs `U.y`: there is no such reading",
            "",
        ),
        (
            "reading T.x of 5, leaves the text as it is\n  needs T.y\n"
            "reading T.y of 5, leaves the text as it is",
            "T.x needs `T.y`, its own alternative",
            "one reading of a point",
        ),
        ("reading T.x of 9, leaves the text as it is", "unknown clause `9`", ""),
    ],
)
def test_readings_that_do_not_fit(text: str, message: str, help: str) -> None:
    found = errors(READINGS + text)
    assert any(message in p.message and help in (p.help or "") for p in found), [
        render(p) for p in found
    ]


def test_a_reading_that_nobody_holds_is_looked_at_all_the_same() -> None:
    message, _ = only(
        "clause 5\n  Iran must sign\nreading R.x of 5, adds to the text\n  Iran must fly"
    )
    assert message == "unknown event `fly`"


# ------------------------------------------------------------------ single rules
def test_suspension_and_the_clock() -> None:
    text = "clause 5\n  Iran must sign by 2020-01-01\nclause 6\n  Iran may suspend 5"
    message, help_ = only(text)
    assert message == "clause 5 has a deadline: does it come nearer while suspended?"
    assert "`suspension stops the clock` or `suspension does not stop the clock`" in help_
    assert errors(text.replace("by 2020-01-01", "")) == []


def test_an_exact_amount_is_hinted_at() -> None:
    found = hints(duty("Iran must pay(amount: 100 EUR)"))
    assert (
        "only exactly this `amount` performs the duty: more or less does not",
        "write `amount: at least 100 EUR` if more is also good",
    ) in found


def test_a_condition_that_always_holds_is_hinted_at() -> None:
    assert any(
        "this condition always holds" in m for m, _ in hints(duty("Iran must keep UK in E3"))
    )


def test_what_is_never_used_is_hinted_at() -> None:
    text = (
        "define hot(x) = signs has happened\nday never = 2020-01-01\namendment a of 1\n"
        "  US must sign\n"
    )
    found = dict(hints(duty("Iran must sign") + text))
    assert "the definition `hot` is used in no rule" in found
    assert "the day `never` is used in no rule" in found
    assert "the amendment `a` is used in no rule" in found
    assert "the parameter `x` of `hot` is never used" in found
    assert "the state `sanctions` is used in no rule" in found
    assert "the event `reimposes` is used in no rule" not in found
    assert "unless the record uses it" in found["the event `order` is used in no rule"]


def test_a_reading_never_chosen_is_hinted_at() -> None:
    found = dict(hints(READINGS))
    assert found["no account reads R as yes"] == "write `reads R as yes` in an account"


def test_a_variable_that_looks_like_a_party_is_hinted_at() -> None:
    found = dict(hints("clause 1\n  when lifts(by: Irann):\n    US must sign within 5 days"))
    message = "`Irann` is not declared, so it is a variable, bound to any value"
    assert found[message] == "did you mean `Iran`?"


def test_a_variable_bound_for_nothing_is_hinted_at() -> None:
    found = dict(hints("clause 1\n  when order(id: n, buyer: b):\n    Iran must pays(to: b)"))
    message = "the trigger binds `n`, and the rule does not use it"
    assert found[message] == "leave `id: n` out, or use it below"


def test_a_variable_that_the_act_leaves_open_is_hinted_at() -> None:
    found = dict(hints("clause 1\n  when order(id: n):\n    Iran must delivers"))
    message = "`n` is not used: any `delivers` performs the duty of every instance"
    assert found[message] == "write `delivers(id: n)` if it must be the same"


@pytest.mark.parametrize(
    "text",
    [
        "when order(id: n):\n    Iran must signs",  # it alone names the instance
        "when order(id: n, buyer: b):\n    b must delivers(n)",
        "when order(id: n, buyer: b):\n    Iran must signs while not delivers(b, n)",
        "when order(id: n, buyer: b):\n    US must delivers(n)\n"
        "      on breach b must instead signs",
        "when order(id: n, buyer: b) following delivers(id: n):\n    b must signs",
    ],
)
def test_a_variable_used_somewhere_gets_no_hint(text: str) -> None:
    unused = [p for p in checked(f"clause 1\n  {text}") if p.code in ("W205", "H206")]
    assert unused == []


def test_a_parameter_that_nobody_uses_is_hinted_at() -> None:
    agreement, _ = agreement_of(duty("Iran must pays(to: US)"))
    message = "no rule uses `amount` of `pays`, and no entry gives it"
    assert message in [p.message for p in check(agreement, (), said=set())[0]]
    said = {("pays", "amount")}
    assert message not in [p.message for p in check(agreement, (), said=said)[0]]
    assert message not in [p.message for p in check(agreement, ())[0]]


def test_rules_and_not_modelled_at_once() -> None:
    message, help_ = only('clause 1\n  Iran must sign\n  not modelled "hard"')
    assert message == "clause 1 has rules, and is `not modelled`"
    assert help_ == "leave one of the two out"


def test_a_clause_that_prevails_over_itself() -> None:
    message, _ = only("clause 1\n  Iran must sign\n  disapplies 1 while it binds")
    assert message == "clause 1 disapplies itself"
    message, _ = only("clause 1\n  Iran must sign\n  prevails over 1 to the extent of the conflict")
    assert message == "clause 1 prevails over itself"


# ------------------------------------------------------------------ paragraphs
PAGE = """# Agreement

## Terms

```servanda
agreement A
  zone UTC
party Iran
event signs(by: party), not recorded is taken as not done
```

### Article 1 Signing

```servanda
clause 1
  Iran must sign
```

### Article 2 Spirit

```servanda
not modelled "a hope, no duty"
```

### Article 3 Definitions

#### 3.1 Days

```servanda
day opening = 2020-01-01
```

#### 3.2 Nights

### Article 4 Forgotten
"""


def test_coverage_of_paragraphs() -> None:
    found, covered = page(PAGE)
    assert (covered.modelled, covered.not_modelled) == (2, 1)
    assert covered.uncovered == ("3.2", "4")
    messages = [(p.line, p.message, p.help) for p in found if p.severity == "error"]
    assert messages[-1] == (
        35,
        "paragraph 4 has neither a rule nor `not modelled`",
        'write `clause 4` with its rules below it, or `not modelled "why"`',
    )


# ------------------------------------------------------------------ how they are told
def test_a_problem_has_its_line_caret_and_paragraph() -> None:
    found, _ = page(PAGE.replace("Iran must sign", "Irn must sign"))
    shown = render(found[0])
    assert shown == (
        "error[E202]: agreement.md:16:3: unknown party `Irn`\n"
        "      Irn must sign\n"
        "      ^\n"
        "  paragraph 1\n"
        "  help: did you mean `Iran`?"
    )


def test_all_problems_are_told_at_once() -> None:
    text = duty("Irn must fly") + "clause 2\n  Iran must sign by 2020-01-01 from 2021-01-01\n"
    messages = [p.message for p in errors(text + "measure m in kgs")]
    assert len(messages) == 4


def test_a_whole_agreement_is_clean() -> None:
    found, covered = page(WHOLE)
    assert [render(problem) for problem in found] == []
    assert (covered.modelled, covered.not_modelled, covered.uncovered) == (11, 1, ())


def test_conflicts_without_end_are_cut_off() -> None:
    text = "".join(f"clause {n}\n  Iran must sign\n  Iran must not sign\n" for n in range(20))
    assert len(conflicts(text)) == 100


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(agreements)
def test_nothing_is_raised_whatever_the_agreement_says(agreement: Agreement) -> None:
    check(agreement, ())
