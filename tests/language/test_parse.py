"""Lines and blocks to the model: what is built, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from servanda.syntax import entries as e
from servanda.syntax import tree as m
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import Parsed, parse, parse_agreement, parse_record
from servanda.syntax.printer import record
from servanda.syntax.problems import Problems, render


def parsed(text: str, file: str = "case.sv") -> Parsed:
    problems = Problems()
    result = parse(lay_out(text, file, problems).statements, problems)
    assert not problems.errors, "\n".join(render(problem) for problem in problems.errors)
    return result


def clause(*lines: str) -> m.Clause:
    """The clause made of these lines."""
    text = "\n".join(("clause 7", *(f"  {line}" for line in lines)))
    return parsed(text).agreement.clauses[0]


def duty(text: str) -> m.Duty:
    rule = clause(text).rules[0]
    assert isinstance(rule, m.Duty)
    return rule


def power(text: str) -> m.Power:
    rule = clause(text).rules[0]
    assert isinstance(rule, m.Power)
    return rule


def entry(text: str) -> e.Entry:
    return parsed(text).record.entries[0]


def number(value: str, unit: str | None = None) -> m.Number:
    return m.Number(Decimal(value), unit)


def day(count: int) -> m.Duration:
    return m.Duration(count, "day")


def event(name: str) -> m.AtEvent:
    return m.AtEvent(m.Pattern(name))


def holds(name: str) -> m.Holds:
    return m.Holds(m.Pattern(name))


# ---------------------------------------------------------------------- declarations
def test_the_agreement() -> None:
    agreement = parsed(
        """\
agreement Treaty "A treaty"
  zone Europe/Amsterdam
  months clipped
  days counted from the_trigger
  suspension stops the clock
  in force from signed until 2030-01-01
  record closed 2025-10-18
"""
    ).agreement
    assert agreement.header == m.Header(
        "Treaty",
        "A treaty",
        m.NOWHERE,
        zone="Europe/Amsterdam",
        months="clipped",
        counting="the_trigger",
        suspension="stops",
        force_from=event("signed"),
        force_until=m.AtDate(date(2030, 1, 1)),
        closed=date(2025, 10, 18),
    )


def test_declarations() -> None:
    agreement = parsed(
        """\
party US "United States", Iran
body IAEA
group E3 "the three" = France, UK
substance U, UF6
currency EUR
unit batch = 12 kg
conversion 1 kg UF6 = 0.676 kg U
calendar Work = business days of NL without 2020-05-05 with 2020-05-09
event reimposes(by: party, amount: number in EUR, note), not recorded is taken as not done
event snapback(by: party) arises at the end of 30 days after notifies(by) unless continued
state sanctions(by: party) from reimposes(by) or threatens(by) until lifts(by)
measure stock(of: party) in kg U, each figure valid for 120 days
vague material(of: party) to be determined by Council, IAEA
day adoption = endorsed + 90 days
instant noon = 2015-10-18T12:00 Europe/Paris
define exposed(p: party) = p in E3 and not sanctions(p)
"""
    ).agreement
    n = m.NOWHERE
    assert agreement.parties == (
        m.Party("US", "United States", False, n),
        m.Party("Iran", None, False, n),
        m.Party("IAEA", None, True, n),
    )
    assert agreement.groups == (m.Group("E3", "the three", ("France", "UK"), n),)
    assert [(u.name, u.kind, u.value) for u in agreement.units] == [
        ("U", "substance", None),
        ("UF6", "substance", None),
        ("EUR", "currency", None),
        ("batch", "unit", number("12", "kg")),
    ]
    assert agreement.conversions == (
        m.Conversion(number("1", "kg UF6"), number("0.676", "kg U"), n),
    )
    assert agreement.calendars == (
        m.Calendar("Work", "NL", (date(2020, 5, 5),), (date(2020, 5, 9),), n),
    )
    first, second = agreement.events
    assert first.params == (
        m.Param("by", "party"),
        m.Param("amount", "number", "EUR"),
        m.Param("note", "text"),
    )
    assert first.closed
    by = m.Arg(None, "=", m.Name("by"))
    assert second.arises == m.Arises(
        True, day(30), m.Pattern("notifies", (by,)), None, m.Pattern("continued")
    )
    assert not second.closed
    assert [p.name for p in agreement.states[0].begins] == ["reimposes", "threatens"]
    assert agreement.measures == (
        m.Measure("stock", (m.Param("of", "party"),), "kg U", day(120), n),
    )
    assert agreement.vagues[0].deciders == ("Council", "IAEA")
    assert agreement.moments == (
        m.Moment("adoption", "day", m.Shift(event("endorsed"), 1, day(90)), n),
        m.Moment("noon", "instant", m.AtInstant("2015-10-18T12:00", "Europe/Paris"), n),
    )
    sanctions = m.Pattern("sanctions", (m.Arg(None, "=", m.Name("p")),))
    assert agreement.defines[0].cond == m.And((m.Member("p", "E3"), m.Not(m.Holds(sanctions))))


# ---------------------------------------------------------------------- duties
def test_a_duty_to_keep() -> None:
    rule = duty("Iran must keep stock <= 300 kg UF6 from start_day for 15 years")
    assert rule.kind == "keep"
    assert rule.cond == m.Compare("<=", m.Name("stock"), number("300", "kg UF6"))
    assert rule.window == m.Window(from_=event("start_day"), term=m.Duration(15, "year"))
    assert rule.holder == m.Holder("one", ("Iran",))


def test_a_triggered_duty_with_remedies() -> None:
    (rule,) = clause(
        "when order(id: id, qty: q) following paid(id: id) if q >= 3 kg:",
        "  seller must deliver(id: id, qty: at least q) to buyer",
        "    within 5 business days of Work excused while storm, time not extended",
        "    excused while strike, time not extended instalments add up",
        "    on breach seller must also pay(amount: at least 10 % * p) within 30 days",
        "      on breach seller must instead leave",
    ).rules
    assert isinstance(rule, m.Duty)
    ordered = m.Pattern("order", (m.Arg("id", "=", m.Name("id")), m.Arg("qty", "=", m.Name("q"))))
    paid = m.Pattern("paid", (m.Arg("id", "=", m.Name("id")),))
    assert rule.trigger == m.Trigger(
        ordered, (paid,), m.Compare(">=", m.Name("q"), number("3", "kg"))
    )
    assert rule.creditor == "buyer"
    assert rule.window.within == m.Duration(5, "day", "Work")
    assert rule.gates.unless == m.Or((holds("storm"), holds("strike")))
    assert rule.total
    assert rule.remedy is not None and not rule.remedy.instead
    remedy = rule.remedy.duty
    assert remedy.event == m.Pattern(
        "pay",
        (m.Arg("amount", ">=", m.Arithmetic("*", number("10", "%"), m.Name("p"))),),
    )
    assert remedy.trigger is None
    assert remedy.remedy is not None and remedy.remedy.instead
    assert remedy.remedy.duty.event == m.Pattern("leave")


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("by 2020-01-01", m.Window(by=m.AtDate(date(2020, 1, 1)))),
        ("before talks", m.Window(before=event("talks"))),
        ("within 2 days after talks", m.Window(within=day(2), after=event("talks"))),
        (
            "every quarter within 2 days after its end",
            m.Window(within=day(2), edge="end", every="quarter"),
        ),
        (
            "every quarter no later than 2 days after its end",
            m.Window(within=day(2), edge="end", in_period=True, every="quarter"),
        ),
        ("every 6 months", m.Window(every="6 months")),
        ("every 1 year", m.Window(every="1 year")),
        (
            "until earlier of (a, end of (b))",
            m.Window(until=m.Earlier((event("a"), m.Edge("end", event("b"))))),
        ),
        ("from a - 1 day", m.Window(from_=m.Shift(event("a"), -1, day(1)))),
    ],
)
def test_windows(text: str, window: m.Window) -> None:
    assert duty(f"A must report {text}").window == window


def test_gates_said_twice_add_up() -> None:
    rule = duty(
        "A must go if a if b while c while d or e"
        " excused while f, time extended excused while g or h, time extended"
    )
    assert rule.time_extended
    assert rule.gates == m.Gates(
        m.And((holds("a"), holds("b"))),
        m.And((holds("c"), m.Or((holds("d"), holds("e"))))),
        m.Or((holds("f"), holds("g"), holds("h"))),
    )


def test_performance() -> None:
    rule = duty(
        "A must not sell(what: any) towards B performance at any earlier time counts"
        " cured by buy(what: as in the breach) cure within 2 days late performance does not cure"
    )
    assert rule.kind == "forbid"
    assert rule.event == m.Pattern("sell", (m.Arg("what", "any"),))
    assert (rule.creditor, rule.early, rule.curable) == ("B", "always", False)
    assert rule.cured_by == m.Pattern("buy", (m.Arg("what", "same"),))
    assert rule.cure_within == day(2)
    assert duty("A must sell early performance does not count").early == "never"
    assert duty("A must sell from a").early is None


def test_the_time_in_which_a_breach_is_made_good() -> None:
    kept = duty("A must keep stock <= 3 grace of 2 days")
    assert (kept.grace, kept.cure_within) == (day(2), None)
    late = duty("A must go cure within 2 days")
    assert (late.grace, late.cure_within) == (None, day(2))


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("A, B must go", m.Holder("many", ("A", "B"))),
        ("each of E3 must go", m.Holder("each", ("E3",))),
        ("each p of E3 must go", m.Holder("each", ("E3",), "p")),
        ("any one of E3 must go", m.Holder("any", ("E3",))),
        ("E3 acting together must go", m.Holder("together", ("E3",))),
    ],
)
def test_holders(text: str, holder: m.Holder) -> None:
    assert duty(text).holder == holder


def test_words_that_begin_a_phrase_end_a_condition() -> None:
    rule = duty("A must pay excused while storm, time not extended instalments add up")
    assert (rule.gates.unless, rule.total) == (holds("storm"), True)
    rule = duty("A must pay if A in total_ instalments add up")
    assert (rule.gates.if_, rule.total) == (m.Member("A", "total_"), True)


@pytest.mark.parametrize("name", ["count", "sum", "any", "same", "at", "by", "not", "no"])
def test_parameters_may_bear_any_name(name: str) -> None:
    args = ((m.Arg(name, "=", number("3"))),)
    assert duty(f"A must sell({name}: 3)").event == m.Pattern("sell", args)


# ---------------------------------------------------------------------- conditions
@pytest.mark.parametrize(
    ("text", "cond"),
    [
        ("a or b and not c", m.Or((holds("a"), m.And((holds("b"), m.Not(holds("c"))))))),
        ("(a or b) and no c", m.And((m.Or((holds("a"), holds("b"))), m.Not(holds("c"))))),
        ("seller in breach of I.14", m.InBreach("seller", "I.14")),
        ("seller in breach of any clause", m.InBreach("seller", None)),
        ("seller in breach of a duty owed to it", m.InBreach("seller", None, owed=True)),
        (
            "seller in breach of 7 determined to be grave",
            m.InBreach("seller", "7", determined="grave"),
        ),
        (
            "seller in breach of a duty owed to it determined to be grave and a",
            m.And((m.InBreach("seller", None, True, "grave"), holds("a"))),
        ),
        ("clause 7 is suspended", m.ClauseIs("7", "suspended")),
        ("paid has happened in the last 3 days", m.Once(m.Pattern("paid"), day(3))),
        ("stock of A = 3 kg", m.Compare("=", m.MeasureOf("stock", "A"), number("3", "kg"))),
        ("3 = x", m.Compare("=", number("3"), m.Name("x"))),
        ("d = 2020-01-01", m.Compare("=", m.Name("d"), m.Day(date(2020, 1, 1)))),
        ('d != "x"', m.Compare("!=", m.Name("d"), m.Text("x"))),
        (
            "sum of amount in pay over the last 90 days < 5",
            m.Compare("<", m.SumOf("amount", m.Pattern("pay"), day(90)), number("5")),
        ),
        (
            "count of pay so far > 2",
            m.Compare(">", m.CountOf(m.Pattern("pay"), None), number("2")),
        ),
        (
            "rate of amount in pay per day over the last 9 days > 2",
            m.Compare(">", m.RateOf("amount", m.Pattern("pay"), "day", day(9)), number("2")),
        ),
        (
            "change of stock of A over the last 2 days > -2 kg",
            m.Compare(">", m.ChangeOf("stock", "A", day(2)), number("-2", "kg")),
        ),
        (
            "a - b - [c + d] * 2 <= 0",
            m.Compare(
                "<=",
                m.Arithmetic(
                    "-",
                    m.Arithmetic("-", m.Name("a"), m.Name("b")),
                    m.Arithmetic("*", m.Arithmetic("+", m.Name("c"), m.Name("d")), number("2")),
                ),
                number("0"),
            ),
        ),
    ],
)
def test_conditions(text: str, cond: m.Cond) -> None:
    assert parsed(f"define x = {text}").agreement.defines[0].cond == cond


# ---------------------------------------------------------------------- powers, blocks
def test_powers() -> None:
    rule = power("E3 acting together may suspend 5, I.14 of Iran towards US while sanctions")
    assert (rule.verb, rule.targets, rule.of, rule.towards) == (
        "suspend",
        ("5", "I.14"),
        "Iran",
        "US",
    )
    assert rule.gates.while_ == holds("sanctions")
    assert power("A may end the agreement").verb == "end_all"
    assert power("A may amend 7 to lower").amendment == "lower"
    assert power("A may determine grave(B)").pattern == m.Pattern(
        "grave", (m.Arg(None, "=", m.Name("B")),)
    )
    assert power("A may visit").verb == "do"


def test_a_clause() -> None:
    made = clause(
        "disapplies 5, 6 while it binds",
        "prevails over 7 to the extent of the conflict",
        "survives the end",
        "once created",
        'not modelled "partly"',
        "whenever a:",
        "  A must go",
        "  A may stay",
        "A must sing",
    )
    assert made.prevails_over == (
        m.Precedence("5", "all"),
        m.Precedence("6", "all"),
        m.Precedence("7", "conflict"),
    )
    assert (made.survives, made.created) == (True, True)
    assert made.survives_for is None
    assert clause("survives the end for 3 days", "A must go").survives_for == day(3)
    assert made.not_modelled == "partly"
    triggers = [rule.trigger for rule in made.rules]
    assert triggers == [m.Trigger(None, (), None, holds("a"), None)] * 2 + [None]


def test_a_duty_on_a_surplus() -> None:
    (rule,) = clause("whenever stock exceeds 130 t by n:", "  A must export(n)").rules
    over = m.Compare(">", m.Name("stock"), number("130", "t"))
    assert rule.trigger == m.Trigger(None, (), None, over, "n")


def test_readings_amendments_accounts() -> None:
    agreement = parsed(
        """\
reading R3.cap of I.14 "as a cap", adds to the text
  needs R1.x
  define grave(p: party) = p in breach of any clause
  A must go
reading R3.none of I.14, finds no obligation
reading R3.other of I.14, reads the text as
  A must stay
reading R3.kept of I.14, leaves the text as it is
reading R3.words of I.14
  define grave(p: party) = stock of p > 3
amendment lower of 7
  A must go
account A "as A reads"
  reads R3 as cap
  reads R1 as x
  trusts only IAEA, ofac.gov
  for measurements prefers B
  distrusts C-3
  accepts verified, alleged
  takes the position that grave(A) from 2018-05-08 until 2018-08-07T00:01 America/New_York "letter"
  takes the position that not grave(B), whatever is determined "note"
"""
    ).agreement
    cap, none, *_ = agreement.readings
    assert (cap.full_name, cap.clause, cap.title) == ("R3.cap", "I.14", "as a cap")
    assert (cap.needs, len(cap.defines), len(cap.rules)) == (("R1.x",), 1, 1)
    assert none.rules == ()
    effects = [reading.effect for reading in agreement.readings]
    assert effects == ["adds", "none", "replaces", "as_written", None]
    assert (agreement.amendments[0].name, agreement.amendments[0].clause) == ("lower", "7")
    account = agreement.accounts[0]
    assert account.reads == (("R3", "cap"), ("R1", "x"))
    assert (account.only, account.first, account.distrusts) == (
        ("IAEA", "ofac.gov"),
        ("B",),
        ("C-3",),
    )
    assert account.grades == ("verified", "alleged")
    held = account.held[0]
    assert (held.from_, held.until, held.reason) == (
        "2018-05-08",
        "2018-08-07T00:01 America/New_York",
        "letter",
    )
    assert [(held.holds, held.outranks) for held in account.held] == [(True, False), (False, True)]


def test_not_modelled_alone_is_a_clause_of_its_paragraph() -> None:
    text = '## 12 Other\n```servanda\nnot modelled "vague"\n```\n'
    (made,) = parsed(text, "a.md").agreement.clauses
    assert (made.id, made.not_modelled, made.place.line) == ("12", "vague", 3)


def test_a_definition_inside_a_clause_is_the_agreements() -> None:
    agreement = parsed("clause 7\n  define x = a\n  A must go if x").agreement
    assert [define.name for define in agreement.defines] == ["x"]


# ---------------------------------------------------------------------- the record
@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2018-05-08", e.When(date(2018, 5, 8))),
        ("at some time in 2016-11-20..2016-11-22", e.When(date(2016, 11, 20), date(2016, 11, 22))),
        ("at some time in 2016-02", e.When(date(2016, 2, 1), date(2016, 2, 29), None, "month")),
        ("2018-08-07T00:01Z", e.When("2018-08-07T00:01Z", None, None, "instant")),
        (
            "2018-08-07T00:01  America/New_York",
            e.When("2018-08-07T00:01", None, "America/New_York", "instant"),
        ),
        (
            "at some time in 2018-08-07T00:01..2018-08-07T12:30 Europe/Paris",
            e.When("2018-08-07T00:01", "2018-08-07T12:30", "Europe/Paris", "instant"),
        ),
    ],
)
def test_dates_of_entries(text: str, when: e.When) -> None:
    assert entry(f"{text} US leaves").when == when


@pytest.mark.parametrize(
    "text",
    [
        "throughout 2024-03-08..2024-03-12 union strike, source x",
        "throughout 2024-03 strike(by: union), alleged",
        "throughout 2024-03-08T00:01Z..2024-03-08T12:30Z strike",
    ],
)
def test_a_state_goes_on_throughout_a_span(text: str) -> None:
    found = entry(text)
    assert isinstance(found.fact, e.StateFact)
    assert " ".join(record.entry(found)) == text


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("US leaves", e.EventFact("leaves", "US")),
        ("concluded", e.EventFact("concluded")),
        ("US accepts", e.EventFact("accepts", "US")),
        ('US accepts("x")', e.EventFact("accepts", "US", (m.Arg(None, "=", m.Text("x")),))),
        ('US releases("x")', e.EventFact("releases", "US", (m.Arg(None, "=", m.Text("x")),))),
        (
            'US pays(to: Iran, "x", amount: -3 EUR)',
            e.EventFact(
                "pays",
                "US",
                (
                    m.Arg("to", "=", m.Name("Iran")),
                    m.Arg(None, "=", m.Text("x")),
                    m.Arg("amount", "=", number("-3", "EUR")),
                ),
            ),
        ),
        (
            "stock of Iran = 205.0 kg U",
            e.ReadingFact("stock", "Iran", number("205.0", "kg U"), number("205.0", "kg U")),
        ),
        ("stock <= 130 t", e.ReadingFact("stock", None, None, number("130", "t"))),
        ("stock < 130 t", e.ReadingFact("stock", None, None, number("130", "t"), open_high=True)),
        ("stock > -2 t", e.ReadingFact("stock", None, number("-2", "t"), open_low=True)),
        (
            "stock between 1 t and 2 t",
            e.ReadingFact("stock", None, number("1", "t"), number("2", "t")),
        ),
        ("stock of Iran unknown", e.ReadingFact("stock", "Iran")),
        (
            'Iran suspends 7, I.14(item: "o1", n: 2) of US towards EU',
            e.PowerFact(
                "suspend",
                "Iran",
                ("7", "I.14"),
                (("item", m.Text("o1")), ("n", number("2"))),
                "US",
                "EU",
            ),
        ),
        ("US ends the agreement", e.PowerFact("end_all", "US")),
        ("US ends 7", e.PowerFact("end", "US", ("7",))),
        ("US amends 7 to lower", e.PowerFact("amend", "US", ("7",), amendment="lower")),
        (
            "Council determines not grave(US)",
            e.DetermineFact(
                "Council", m.Pattern("grave", (m.Arg(None, "=", m.Name("US")),)), False
            ),
        ),
        ('Iran demands US "now"', e.SaidFact("Iran", "demands", "US", "now")),
        ('US does not  answer Iran "no"', e.SaidFact("US", "does not answer", "Iran", "no")),
        (
            'Iran demands US that release(10e9 USD) "now"',
            e.SaidFact(
                "Iran",
                "demands",
                "US",
                "now",
                m.Pattern("release", (m.Arg(None, "=", number("10e9", "USD")),)),
            ),
        ),
        ('Iran denies clause 7 "no"', e.SaidFact("Iran", "denies", None, "no", None, "7")),
        ("withdraws ent-1", e.WithdrawFact("ent-1")),
    ],
)
def test_facts(text: str, fact: e.Fact) -> None:
    assert entry(f"2020-01-01 {text}").fact == fact
    assert entry(f"2020-01-01 {text}, source x").fact == fact
    assert entry(f"2020-01-01 {text} source x").sources == (e.SourceRef("x"),)


def test_what_is_said_of_an_entry() -> None:
    made = entry(
        "2020-01-02 US leaves verified by IAEA, announced 2020-01-01 verified on 2020-01-03,"
        ' reported 2020-01, said by "H. A." on "state television", reported by Times on 2020-02-01'
        ' corrects ent-1 id ent-2, source a "p. 1", source b note "why"'
    )
    assert (made.grade, made.grade_by) == ("verified", "IAEA")
    assert made.announced == e.When(date(2020, 1, 1))
    assert made.verified == e.When(date(2020, 1, 3))
    assert made.reported is not None
    assert made.reported.granularity == "month"
    assert made.chain == (
        e.Attribution("said", "H. A.", "state television"),
        e.Attribution("reported", "Times", None, e.When(date(2020, 2, 1))),
    )
    assert (made.corrects, made.id, made.note) == ("ent-1", "ent-2", "why")
    assert made.sources == (e.SourceRef("a", "p. 1"), e.SourceRef("b"))


def test_completeness() -> None:
    record = parse_record(
        lay_out(
            'IAEA complete on stock, sales from 2016-01-16 until 2021-02-23, source a, note "x"',
            "r.sv",
            Problems(),
        ).statements,
        Problems(),
    )
    assert record.completeness == (
        e.Completeness(
            "IAEA",
            ("stock", "sales"),
            e.When(date(2016, 1, 16)),
            e.When(date(2021, 2, 23)),
            (e.SourceRef("a"),),
            None,
            "x",
        ),
    )


def test_tables() -> None:
    (table,) = parsed(
        """\
table "orders.csv" zone Europe/Amsterdam
  source shop "export"
  row is deliver(by: seller, id: column order_id, qty: column "net weight" in kg)
    on column date, reported column rep where column kind = "D" verified by IAEA
  row is stock of column site = column level in kg on column date
"""
    ).record.tables
    assert (table.file, table.zone) == ("orders.csv", "Europe/Amsterdam")
    assert table.sources == (e.SourceRef("shop", "export"),)
    delivered, stocked = table.rows
    assert delivered == e.RowMap(
        "deliver",
        (
            e.CellArg("by", m.Name("seller")),
            e.CellArg("id", e.Column("order_id")),
            e.CellArg("qty", e.Column("net weight", "kg")),
        ),
        on="date",
        reported="rep",
        where=(("kind", ("D",)),),
        graded="verified",
        graded_by="IAEA",
    )
    assert stocked.is_measure
    assert (stocked.of, stocked.value) == (e.Column("site"), e.Column("level", "kg"))


# ---------------------------------------------------------------------- places and doors
def test_places_are_those_of_the_words() -> None:
    text = "## 7 Stock\n```servanda\nclause 7\n  A must keep\n    stock <= 3 kg\n```\n"
    rule: Any = parsed(text, "a.md").agreement.clauses[0].rules[0]
    number_place = rule.cond.right.place
    assert (number_place.file, number_place.line, number_place.column) == ("a.md", 5, 14)
    assert number_place.paragraph == "7"


def test_an_agreement_needs_its_line() -> None:
    problems = Problems()
    parse_agreement(lay_out("party A", "a.sv", problems).statements, problems)
    (problem,) = problems
    assert (problem.file, problem.line) == ("a.sv", 0)
    assert problem.message == "there is no `agreement` line"
