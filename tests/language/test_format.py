"""What is shown parses to the same value, and the formatter changes layout only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from language_models import agreements, conds, exprs, points, records, rules

from servanda.syntax import block_lines as ln
from servanda.syntax import tree as m
from servanda.syntax.formatter import WIDTH, format_text
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import Parsed, parse
from servanda.syntax.printer.statements import phrases, show
from servanda.syntax.problems import Problems, render

thorough = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def read(text: str, file: str = "case.sv") -> Parsed:
    problems = Problems()
    parsed = parse(lay_out(text, file, problems).statements, problems)
    assert not problems.errors, "\n".join(render(problem) for problem in problems.errors)
    return parsed


def formatted(text: str, file: str = "case.sv") -> str:
    """The formatted text, which formats to itself and says the same."""
    once, problems = format_text(text, file)
    assert problems == []
    again, _ = format_text(once, file)
    assert again == once
    assert read(once, file) == read(text, file)
    return once


def _cannot_be_broken(line: str) -> bool:
    """A head of a block, a line with a text in quotes, or one with a colon to stay after."""
    heads = ("agreement", "clause", "reading", "amendment", "account", "table")
    return line.startswith(heads) or '"' in line or ": " in line


# ---------------------------------------------------------------------- show and parse
@settings(thorough, max_examples=40)
@given(agreements)
def test_a_shown_agreement_parses_to_itself(agreement: m.Agreement) -> None:
    text = show(agreement)
    assert read(text).agreement == agreement
    for line in formatted(text).splitlines():
        assert len(line) <= WIDTH or " " not in line.strip() or _cannot_be_broken(line)


@thorough
@given(records)
def test_a_shown_record_parses_to_itself(record: Any) -> None:
    entries, completeness, tables = record
    text = "\n".join(show(line) for lines in record for line in lines)
    parsed = read(text).record
    assert parsed.entries == tuple(entries)
    assert parsed.completeness == tuple(completeness)
    assert parsed.tables == tuple(tables)
    formatted(text)


@thorough
@given(rules)
def test_a_long_rule_keeps_its_meaning_over_many_lines(rule: m.Rule) -> None:
    clause = m.Clause("7", None, (rule,), (), False, False, None, m.NOWHERE)
    text = show(clause)
    assert read(text).agreement.clauses == (clause,)
    formatted(text)


@thorough
@given(conds)
def test_a_condition_keeps_its_brackets(cond: m.Cond) -> None:
    assert read(f"define d_ = {show(cond)}").agreement.defines[0].cond == cond


@thorough
@given(exprs)
@example(m.Arithmetic("-", m.Name("a"), m.Arithmetic("-", m.Name("b"), m.Name("c"))))
@example(m.Arithmetic("*", m.Arithmetic("+", m.Name("a"), m.Name("b")), m.Name("c")))
def test_an_expression_keeps_its_brackets(expr: m.Expr) -> None:
    parsed = read(f"define d_ = {show(expr)} <= 3").agreement.defines[0].cond
    assert isinstance(parsed, m.Compare)
    assert parsed.left == expr


@thorough
@given(points)
def test_a_point_in_time_is_shown_as_it_is_read(point: m.Point) -> None:
    assert read(f"day d_ = {show(point)}").agreement.moments[0].point == point


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("1_000_000 EUR", "1_000_000 EUR"),
        ("100000 EUR", "100_000 EUR"),
        ("2231 kg", "2231 kg"),
        ("205.0 kg U", "205.0 kg U"),
        ("10e9 USD", "10e9 USD"),
        ("0.00 %", "0.00 %"),
        ("-5 degC", "-5 degC"),
        ("1e-3 kg / day", "0.001 kg/day"),
    ],
)
def test_numbers_are_shown_exactly(written: str, shown: str) -> None:
    formatted_line = formatted(f"2019-07-01 stock = {written}\n")
    assert formatted_line == f"2019-07-01 stock = {shown}\n"


def test_a_text_cannot_break_out_of_its_quotes() -> None:
    assert show(ln.NotModelled('a "quoted"\nreason')) == 'not modelled "a ”quoted” reason"'


def test_what_is_no_line_is_refused() -> None:
    with pytest.raises(TypeError, match="Window is no line"):
        phrases(m.Window())


# ---------------------------------------------------------------------- layout
def test_short_lines_are_joined_and_long_ones_broken_at_their_phrases() -> None:
    text = """\
clause Delivery
    when order(id: id, qty: q, price: p):
        seller must deliver(id: id, qty: at least q) to buyer excused while force_majeure
            , time not extended instalments add up within 5 business days of Amsterdam
            on breach seller must also pay(to: buyer, id: id, amount: at least 10 %) within 30 days
            on breach seller must instead pay(to: buyer, id: id, amount: at least 20 %)
            within 30 days
    seller
        must report
        within 10 days after its end every quarter
    seller must report from 2020-01-01 every 6 months
"""
    assert (
        formatted(text)
        == """\
clause Delivery
  when order(id: id, qty: q, price: p):
    seller must deliver(id: id, qty: at least q)
      to buyer within 5 business days of Amsterdam
      excused while force_majeure, time not extended
      instalments add up
      on breach seller must also pay(to: buyer, id: id, amount: at least 10 %)
        within 30 days
        on breach seller must instead pay(to: buyer, id: id, amount: at least 20 %)
          within 30 days
  seller must report every quarter within 10 days after its end
  seller must report every 6 months from 2020-01-01
"""
    )


def test_an_entry_is_broken_between_its_attributes() -> None:
    text = (
        '2021-10-02 Iran demands US that release(10e9 USD) "before talks resume" said by '
        '"H. Amirabdollahian" on "state television" reported by "Tehran Times" on 2021-10-03'
        ' source tehran-times "p. 1" verified by IAEA\n'
        "2019-05-08 Iran suspends 7 source letter"
    )
    assert (
        formatted(text)
        == """\
2021-10-02 Iran demands US that release(10e9 USD) "before talks resume"
  verified by IAEA, said by "H. Amirabdollahian" on "state television",
  reported by "Tehran Times" on 2021-10-03, source tehran-times "p. 1"
2019-05-08 Iran suspends 7, source letter
"""
    )


def test_comments_and_single_blank_lines_are_kept() -> None:
    text = """\
# The parties
party A   # first
# between


party B
clause 7    # head

  A must pay
  # inside
    within 3 days   # two
  # after
# the end
"""
    assert (
        formatted(text)
        == """\
# The parties
party A  # first
# between

party B
clause 7  # head

  # inside
  A must pay within 3 days  # two
# after
# the end
"""
    )


def test_words_that_the_value_does_not_keep_stay_as_written() -> None:
    text = """\
clause 7
  A must pay
    to B
    while C in breach of a duty owed to it and D in breach of 8 determined to be grave
    on breach A must also leave(note: "to B") towards C
      on breach A must instead go to D
  A must keep no sanctions(A)

reading R.x of 7, finds no obligation

reading R.y of 7, finds no obligation

reading R.z of 7, leaves the text as it is
"""
    assert formatted(text) == text


def test_prose_is_never_touched() -> None:
    text = (
        "\ufeff# 7  Stock\t\r\n\r\n\r\n   prose \r\n ```servanda\r\n  party  A\r\n"
        "    # note\r\n\r\n\r\n ```\r\n* list\r\n```python\r\nparty   A\r\n```\r\nend"
    )
    assert formatted(text, "a.md") == text.replace(
        "  party  A\r\n    # note\r\n\r\n\r\n", " party A\r\n # note\r\n"
    )


@pytest.mark.parametrize("text", ["", "\n", "\n\n# only a comment\n\n", "party A"])
def test_a_plain_file_ends_in_one_line_break(text: str) -> None:
    shown = formatted(text)
    assert shown == "" or (shown.endswith("\n") and not shown.endswith("\n\n"))


def test_a_text_with_errors_is_given_back() -> None:
    text = "party   A\nparty = B\n"
    shown, problems = format_text(text, "a.sv")
    assert shown == text
    assert [problem.line for problem in problems] == [2]
