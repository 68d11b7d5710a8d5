"""Old spellings: reported with the choices, read with their old meaning, and rewritten."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from servanda.semantics.norms import Norms
from servanda.semantics.resolver import norms_of
from servanda.syntax.formatter import format_text
from servanda.syntax.layout import lay_out
from servanda.syntax.old_spellings import OLD_SPELLINGS
from servanda.syntax.parser import Parsed, parse
from servanda.syntax.problems import Problem, Problems
from servanda.syntax.tree import Agreement
from servanda.syntax.upgrade import agreement_as_it_was, upgrade_text


class Spelled(NamedTuple):
    """Lines below the head in an old spelling, and as `fmt --upgrade` writes them."""

    code: str
    old: str
    new: str


def body(code: str, old: str, new: str, more: str = "") -> Spelled:
    """Lines of clause 1."""
    return Spelled(code, f"clause 1\n  {old}\n{more}", f"clause 1\n  {new}\n{more}")


def reading(code: str, old: str, new: str) -> Spelled:
    clause = "clause 1\n  Iran must sign\n\n"
    return Spelled(code, f"{clause}reading R.x of 1{old}\n", f"{clause}reading R.x of 1{new}\n")


def line(code: str, old: str, new: str) -> Spelled:
    return Spelled(code, f"{old}\n", f"{new}\n")


OTHER = "\nclause 2\n  US must not sign\n"
SPELLED = [
    body(
        "E170",
        "Iran must sign by 2020-01-01 else Iran must lift(any) within 5 days else US must sign",
        "Iran must sign\n"
        "    by 2020-01-01\n"
        "    on breach Iran must instead lift(any) within 5 days\n"
        "      on breach US must instead sign",
    ),
    reading("E171", "\n  no duty", ", finds no obligation"),
    reading("E171", ", beside_the_text\n  no duty", ", leaves the text as it is"),
    reading("E172", "\n  US must sign", ", reads the text as\n  US must sign"),
    reading(
        "E172", ", in_place_of_the_text\n  US must sign", ", reads the text as\n  US must sign"
    ),
    reading("E172", ", beside_the_text\n  US must sign", ", adds to the text\n  US must sign"),
    body(
        "E173",
        "prevails over 2, 3\n  Iran must sign",
        "disapplies 2, 3 while it binds\n  Iran must sign",
        f"{OTHER}\nclause 3\n  UK must sign\n",
    ),
    body("E174", "E3 jointly must sign", "any one of E3 must sign"),
    body("E174", "E3 jointly may sign", "any one of E3 may sign"),
    body("E175", "all of E3 must sign", "each of E3 must sign"),
    body("E175", "all of E3 must not sign", "each of E3 must not sign"),
    body("E176", "all of E3 may end the agreement", "E3 acting together may end the agreement"),
    body(
        "E177",
        "Iran must sign unless US in breach of 2 unless stock > 3 kg",
        "Iran must sign excused while US in breach of 2 or stock > 3 kg, time not extended",
        OTHER,
    ),
    body(
        "E178",
        "Iran must sign every month within 10 days of its end",
        "Iran must sign every month within 10 days after its end",
    ),
    body(
        "E179",
        "Iran must sign from 2020-01-01 early performance counts",
        "Iran must sign from 2020-01-01 performance at any earlier time counts",
    ),
    body(
        "E180",
        "Iran must sign from 2020-01-01 early performance refused",
        "Iran must sign from 2020-01-01 early performance does not count",
    ),
    body(
        "E181",
        "Iran must not sign while US in breach",
        "Iran must not sign while US in breach of any clause",
        OTHER,
    ),
    body(
        "E182",
        "Iran must not sign while once signs and not once lifts(any) in the last 3 days",
        "Iran must not sign\n"
        "    while signs has happened and not lifts(any) has happened in the last 3 days",
    ),
    line(
        "E183",
        "account A\n  trusts Council, iaea.org over all",
        "account A\n  for measurements prefers Council, iaea.org",
    ),
    line(
        "E184",
        'account A\n  holds grave(US) from 2018-05-08 until 2019-01-01 "a letter"\n'
        "  holds not grave(UK)",
        "account A\n"
        "  takes the position that grave(US)\n"
        '    from 2018-05-08 until 2019-01-01, whatever is determined "a letter"\n'
        "  takes the position that not grave(UK), whatever is determined",
    ),
    line(
        "E185",
        "2019-09-07..2019-09-25 Iran signs\n2019-09 Iran signs",
        "at some time in 2019-09-07..2019-09-25 Iran signs\nat some time in 2019-09 Iran signs",
    ),
    line(
        "E186",
        "event leaves(by: party), silence means no",
        "event leaves(by: party), not recorded is taken as not done",
    ),
    line(
        "E187",
        "Council complete on signs, lifts from 2020-01-01 until 2020-02-01",
        "Council attests a full record of signs, lifts from 2020-01-01 until 2020-02-01",
    ),
    line(
        "E188",
        "measure warmth in kg, silent after 120 days",
        "measure warmth in kg, each figure valid for 120 days",
    ),
    line(
        "E189",
        "vague late(of: party) decided by Council, US",
        "vague late(of: party) to be determined by Council, US",
    ),
    body(
        "E190",
        "Iran must pay(amount: at least 10 EUR) in total",
        "Iran must pay(amount: at least 10 EUR) instalments add up",
    ),
    line(
        "E191",
        'agreement B "Another"\n  suspension runs the clock',
        'agreement B "Another"\n  suspension does not stop the clock',
    ),
    body(
        "E192",
        "Iran must not reimpose(any) cured by lifts(by: US, programme: same)",
        "Iran must not reimpose(any) cured by lifts(by: US, programme: as in the breach)",
    ),
    body(
        "E193",
        "Iran must keep stock <= 3 kg cure within 30 days",
        "Iran must keep stock <= 3 kg grace of 30 days",
    ),
]
IDS = [f"{one.code}-{number}" for number, one in enumerate(SPELLED)]
each_spelling = pytest.mark.parametrize("spelled", SPELLED, ids=IDS)


def read(text: str, file: str = "case.sv") -> tuple[Parsed, list[Problem]]:
    problems = Problems()
    return parse(lay_out(text, file, problems).statements, problems), list(problems)


def norms(agreement: Agreement, account: str | None) -> Norms:
    """The norms of a valid agreement, whatever lines its rules stand on."""
    problems = Problems()
    found = norms_of(agreement, account, problems=problems)
    assert not problems.errors, list(problems)
    return found


def test_every_old_spelling_is_here() -> None:
    assert {one.code for one in SPELLED} == set(OLD_SPELLINGS)


@each_spelling
def test_an_old_spelling_is_reported_with_the_choices(spelled: Spelled) -> None:
    _, problems = read(spelled.old)
    assert problems
    for problem in problems:
        known = OLD_SPELLINGS[problem.code]
        for words in (known.same, *(words for words, _ in known.others)):
            assert f"`{words}`" in str(problem.help)
    # A reading of an old placement is told of both of its lines.
    assert spelled.code in {problem.code for problem in problems}
    assert {problem.code for problem in problems} <= {spelled.code, "E172"}


@each_spelling
def test_an_old_spelling_has_its_old_meaning(spelled: Spelled) -> None:
    old, _ = read(spelled.old)
    new, problems = read(spelled.new)
    assert problems == []
    assert old == new


@each_spelling
def test_an_old_spelling_is_rewritten(spelled: Spelled) -> None:
    found, problems = upgrade_text(spelled.old, "case.sv")
    assert found == spelled.new
    assert {problem.code for problem in problems} <= {spelled.code, "E172"}
    assert upgrade_text(found, "case.sv") == (found, [])
    assert format_text(found, "case.sv") == (found, [])


def test_what_was_said_beside_the_text_comes_first() -> None:
    _, (problem,) = read("clause 1\n  no duty\nreading R.x of 1, beside_the_text\n  A must go\n")
    assert problem.message == "`beside_the_text` is understood in two ways"
    assert str(problem.help).startswith("write `, adds to the text` or `, reads the text as` (")


# ---------------------------------------------------------------------- a whole agreement
OLD = """# An agreement of old

Prose says *unless* and `else`, and stays.

```servanda
agreement Old "An agreement of old"
  zone UTC
  months clipped
  suspension runs the clock  # as agreed
party Iran, US, France, Germany, UK
group E3 = France, Germany, UK
body Council
currency EUR
event reimposes(by: party, programme: text)
event lifts(by: party, programme: text), silence means no
event pays(by: party, to: party, amount: number in EUR)
event signs(by: party)
state sanctions(by: party, programme: text) from reimposes until lifts
measure stock(of: party) in kg, silent after 120 days
vague grave(of: party) decided by Council
```

## 1 Payment

```servanda
clause 1
  # the price
  Iran must pay(to: US, amount: at least 10 EUR) from 2020-01-01 until 2020-03-01 in total
    unless once signs(by: US)
    else Iran must pay(to: US, amount: at least 20 EUR) within 30 days after 2020-05-01
  Iran must sign from 2020-01-01 until 2021-01-01 early performance counts
  US must sign from 2020-01-01 until 2021-01-01 early performance refused
  US must sign every month from 2021-01-01 within 10 days of its end
```

## 2 Stock

```servanda
clause 2
  prevails over 3
  each of E3 must keep stock <= 300 kg cure within 30 days
  all of E3 must not reimpose(any) from 2020-01-01 cured by lifts(programme: same)
reading R.none of 2
  no duty
reading R.strict of 2 "strict"
  Iran must keep stock <= 200 kg
reading R.more of 2, beside_the_text
  Iran must keep stock >= 1 kg
```

## 3 Powers

```servanda
clause 3
  E3 jointly must sign by 2022-01-01
  all of E3 may end the agreement while Iran in breach and grave(Iran)
account Strict
  reads R as strict
  trusts Council over all
  holds grave(Iran) from 2020-02-01
account More
  reads R as more
account None_
  reads R as none
```

```servanda
2020-01-01..2020-01-31 Iran pays(to: US, amount: 5 EUR)
2020-02 Iran pays(to: US, amount: 5 EUR)
2020-02-03 Council determines not grave(Iran)
Council complete on signs from 2020-01-01 until 2020-02-01
```
"""
NEW = """# An agreement of old

Prose says *unless* and `else`, and stays.

```servanda
agreement Old "An agreement of old"
  zone UTC
  months clipped
  suspension does not stop the clock  # as agreed
party Iran, US, France, Germany, UK
group E3 = France, Germany, UK
body Council
currency EUR
event reimposes(by: party, programme: text)
event lifts(by: party, programme: text), not recorded is taken as not done
event pays(by: party, to: party, amount: number in EUR)
event signs(by: party)
state sanctions(by: party, programme: text) from reimposes until lifts
measure stock(of: party) in kg, each figure valid for 120 days
vague grave(of: party) to be determined by Council
```

## 1 Payment

```servanda
clause 1
  # the price
  Iran must pay(to: US, amount: at least 10 EUR)
    from 2020-01-01 until 2020-03-01
    excused while signs(by: US) has happened, time not extended
    early performance does not count instalments add up
    on breach Iran must instead pay(to: US, amount: at least 20 EUR) within 30 days
      after 2020-05-01
  Iran must sign from 2020-01-01 until 2021-01-01 performance at any earlier time counts
  US must sign from 2020-01-01 until 2021-01-01 early performance does not count
  US must sign every month from 2021-01-01 within 10 days after its end
```

## 2 Stock

```servanda
clause 2
  disapplies 3 while it binds
  each of E3 must keep stock <= 300 kg grace of 30 days
  each of E3 must not reimpose(any)
    from 2020-01-01
    cured by lifts(programme: as in the breach)
reading R.none of 2, finds no obligation
reading R.strict of 2 "strict", reads the text as
  Iran must keep stock <= 200 kg
reading R.more of 2, adds to the text
  Iran must keep stock >= 1 kg
```

## 3 Powers

```servanda
clause 3
  any one of E3 must sign by 2022-01-01
  E3 acting together may end the agreement
    while Iran in breach of any clause and grave(Iran)
account Strict
  reads R as strict
  for measurements prefers Council
  takes the position that grave(Iran) from 2020-02-01, whatever is determined
account More
  reads R as more
account None_
  reads R as none
```

```servanda
at some time in 2020-01-01..2020-01-31 Iran pays(to: US, amount: 5 EUR)
at some time in 2020-02 Iran pays(to: US, amount: 5 EUR)
2020-02-03 Council determines not grave(Iran)
Council attests a full record of signs from 2020-01-01 until 2020-02-01
```
"""


def test_a_whole_agreement_is_rewritten() -> None:
    found, problems = upgrade_text(OLD, "old.md")
    assert found == NEW
    assert {problem.code for problem in problems} == set(OLD_SPELLINGS)
    assert upgrade_text(NEW, "old.md") == (NEW, [])
    assert format_text(NEW, "old.md") == (NEW, [])


@pytest.mark.parametrize("account", [None, "Strict", "More", "None_"])
def test_a_rewritten_agreement_has_the_same_norms(account: str | None) -> None:
    old, _ = read(OLD, "old.md")
    new, problems = read(NEW, "old.md")
    assert problems == []
    assert new.record == old.record
    assert norms(new.agreement, account) == norms(agreement_as_it_was(old.agreement), account)


def test_a_text_that_cannot_be_read_is_not_rewritten() -> None:
    text = OLD.replace("must sign by", "mst sign by")
    found, problems = upgrade_text(text, "old.md")
    assert found == text
    assert "E120" in {problem.code for problem in problems}
