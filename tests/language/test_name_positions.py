"""Every place of the language where a name stands: a wrong one is an error that names the near."""

from __future__ import annotations

from pathlib import Path

import pytest

import servanda
from servanda.syntax.problems import Problem

BASE = """agreement Positions "A name in every place"
  zone UTC
  months clipped
  suspension does not stop the clock
party Seller, Buyer, Shipper
group Traders = Seller, Buyer
body Council
currency EUR
unit crate = 25 kg
substance Grain
calendar Office = business days of NL
event begins
event payment(by: party, to: party, amount: number in EUR, id: text, about: clause)
event contract(id: text, buyer: party)
event walkout(by: party)
event comeback(by: party)
event visit(by: party)
event reminder(by: party) arises 5 days after walkout(by: by)
state striking(by: party) from walkout until comeback
measure stock(of: party) in kg
measure warmth in degC
vague serious(of: party) to be determined by Council
day opening_day = begins + 5 days
define exposed(p: party) = striking(p)
clause First
  when contract(id: i, buyer: b):
    Seller must payment(id: i, amount: at least 5 EUR) to b within 5 days
clause Third
  when contract(id: i, buyer: b):
    Buyer must visit every month from 2024-02-01
clause Second
  Council may determine serious(any)
amendment Longer of First
  Seller must payment(amount: at least 9 EUR) to Buyer by 2024-06-01
reading Point.strict of Second, reads the text as
  Seller must not visit
account Ours
  trusts only press
  reads Point as strict
"""
RECORD = """2024-01-01 begins source press
2024-01-02 contract(id: "x", buyer: Buyer), id known-entry, source press
"""
SOURCES = '[{"id": "press", "title": "The press"}]'

# where a name stands: {} is the name; then a wrong one, and what may have been meant
AGREEMENT = [
    # parties
    ("group Others = {}, Buyer", "Sellr", "Seller"),
    ("vague grave to be determined by {}", "Councl", "Council"),
    ("clause T\n  {} must walkout by 2024-02-01", "Sellr", "Seller"),
    ("clause T\n  {}, Buyer must walkout by 2024-02-01", "Sellr", "Seller"),
    ("clause T\n  each of {} must walkout by 2024-02-01", "Tradrs", "Traders"),
    ("clause T\n  each x of {} must walkout by 2024-02-01", "Tradrs", "Traders"),
    ("clause T\n  {} acting together may end First", "Tradrs", "Traders"),
    ("clause T\n  any one of {} must walkout by 2024-02-01", "Tradrs", "Traders"),
    ("clause T\n  Seller must payment to {} by 2024-02-01", "Byer", "Buyer"),
    ("clause T\n  Seller must payment towards {} by 2024-02-01", "Byer", "Buyer"),
    ("clause T\n  Seller must payment(to: {}) by 2024-02-01", "Byer", "Buyer"),
    ("clause T\n  Buyer must not payment({})", "Sellr", "Seller"),
    ("clause T\n  Seller must not walkout cured by comeback(by: {})", "Sellr", "Seller"),
    (
        "clause T\n  Seller must walkout by 2024-02-01\n"
        "    on breach {} must instead comeback within 3 days",
        "Byer",
        "Buyer",
    ),
    ("clause T\n  Seller must walkout until payment(to: {})", "Byer", "Buyer"),
    (
        "clause T\n  Seller must walkout from payment(to: {}) + 3 days by 2024-02-01",
        "Byer",
        "Buyer",
    ),
    (
        "clause T\n  Seller must walkout by earlier of (payment(by: {}), 2024-02-01)",
        "Sellr",
        "Seller",
    ),
    (
        "clause T\n  Seller must walkout by 2024-02-01 if payment(by: {}) has happened",
        "Sellr",
        "Seller",
    ),
    (
        "clause T\n"
        "  Seller must walkout excused while payment(by: {}) has happened in the last 3 "
        "days, time not extended",
        "Sellr",
        "Seller",
    ),
    ("clause T\n  Seller must not walkout while striking({})", "Sellr", "Seller"),
    ("clause T\n  Seller must not walkout while striking(by: {})", "Sellr", "Seller"),
    ("clause T\n  Seller must not walkout unless serious({})", "Sellr", "Seller"),
    ("clause T\n  Seller must not walkout unless exposed({})", "Sellr", "Seller"),
    ("clause T\n  Seller must not walkout unless {} in Traders", "Sellr", "Seller"),
    ("clause T\n  Seller must not walkout unless Seller in {}", "Tradrs", "Traders"),
    ("clause T\n  Seller must not walkout while {} in breach of any clause", "Byer", "Buyer"),
    ("clause T\n  Seller must not walkout while {} in breach of First", "Byer", "Buyer"),
    ("clause T\n  Seller must keep stock of {} <= 5 kg", "Byer", "Buyer"),
    (
        "clause T\n  Seller must keep change of stock of {} over the last 5 days <= 5 kg",
        "Byer",
        "Buyer",
    ),
    (
        "clause T\n  Seller must keep sum of amount in payment(to: {}) so far <= 5 EUR",
        "Byer",
        "Buyer",
    ),
    ("clause T\n  Seller must keep count of walkout(by: {}) so far <= 5", "Sellr", "Seller"),
    (
        "clause T\n  Seller must keep rate of amount in payment(to: {}) per day"
        " over the last 5 days"
        " <= 5 EUR",
        "Byer",
        "Buyer",
    ),
    (
        "clause T\n  when walkout(by: b) if payment(by: {}) has happened:\n"
        "    Seller must comeback within 3 days",
        "Sellr",
        "Seller",
    ),
    (
        "clause T\n  whenever payment(by: {}) has happened:\n"
        "    Seller must comeback within 3 days",
        "Sellr",
        "Seller",
    ),
    (
        "clause T\n  when walkout(by: b) following contract(id: i, buyer: b) if b = {}:\n"
        "    Seller must payment(id: i) within 3 days",
        "Byer",
        "Buyer",
    ),
    ("clause T\n  {} may suspend First", "Byer", "Buyer"),
    ("clause T\n  Buyer may suspend First of {}", "Sellr", "Seller"),
    ("clause T\n  Buyer may suspend First towards {}", "Sellr", "Seller"),
    ("clause T\n  Buyer may walkout while striking({})", "Sellr", "Seller"),
    ("clause T\n  Buyer may payment(to: {})", "Sellr", "Seller"),
    ("clause T\n  {} may determine serious(any)", "Councl", "Council"),
    ("clause T\n  Council may determine serious({})", "Sellr", "Seller"),
    (
        "event late(id: text) arises 3 days after payment(id: id, by: by) unless payment(to: {})",
        "Sellr",
        "Seller",
    ),
    (
        "event late(by: party) arises 3 days after walkout(by: by) if payment(by: {}) has happened",
        "Sellr",
        "Seller",
    ),
    (
        "event late(by: party) arises 3 days after walkout(by: by) unless payment(by: {})",
        "Sellr",
        "Seller",
    ),
    ("state open from walkout(by: {}) until comeback", "Sellr", "Seller"),
    ("state open from walkout until comeback(by: {})", "Sellr", "Seller"),
    ("day paid = payment(by: {}) + 3 days", "Sellr", "Seller"),
    ("instant paid = payment(by: {})", "Sellr", "Seller"),
    ("define big(p: party) = payment(by: {}) has happened", "Sellr", "Seller"),
    (
        "reading Point.wide of Second, reads the text as\n  {} must walkout by 2024-02-01",
        "Sellr",
        "Seller",
    ),
    ("reading Point.wide of Second\n  define exposed(p: party) = striking({})", "Sellr", "Seller"),
    ("amendment Wider of First\n  {} must walkout by 2024-02-01", "Sellr", "Seller"),
    (
        "account Mine\n  takes the position that serious({}), whatever is determined",
        "Sellr",
        "Seller",
    ),
    (
        "account Mine\n  takes the position that not serious(of: {}), whatever is determined",
        "Sellr",
        "Seller",
    ),
    # events, days and parameters
    ("clause T\n  Seller must {} by 2024-02-01", "walkot", "walkout"),
    ("clause T\n  Seller must not {}", "walkot", "walkout"),
    ("clause T\n  Seller may {}", "walkot", "walkout"),
    ("clause T\n  Seller must not walkout cured by {}", "combeack", "comeback"),
    ("clause T\n  Seller must walkout from {} by 2024-02-01", "begns", "begins"),
    ("clause T\n  Seller must walkout by {}", "openng_day", "opening_day"),
    ("clause T\n  Seller must walkout within 3 days after {}", "openng_day", "opening_day"),
    ("clause T\n  Seller must walkout until {}", "begns", "begins"),
    ("clause T\n  when {}(by: b):\n    Seller must comeback within 3 days", "walkot", "walkout"),
    (
        "clause T\n  when walkout(by: b) following {}(by: b):\n"
        "    Seller must comeback within 3 days",
        "combeack",
        "comeback",
    ),
    ("clause T\n  Seller must not walkout unless {} has happened", "combeack", "comeback"),
    ("clause T\n  Seller must keep count of {} so far <= 3", "walkot", "walkout"),
    ("clause T\n  Seller must keep sum of amount in {} so far <= 3 EUR", "paymnt", "payment"),
    (
        "clause T\n  Seller must keep rate of amount in {} per day over the last 5 days <= 3 EUR",
        "paymnt",
        "payment",
    ),
    ("clause T\n  Seller must keep sum of {} in payment so far <= 3 EUR", "amont", "amount"),
    (
        "clause T\n  Seller must keep rate of {} in payment per day over the last 5 days <= 3 EUR",
        "amont",
        "amount",
    ),
    ("clause T\n  Seller must payment({}: at least 5 EUR) by 2024-02-01", "amont", "amount"),
    ("clause T\n  Seller must not walkout cured by comeback({}: as in the breach)", "bye", "by"),
    ("clause T\n  Seller must not walkout unless payment({}: Buyer) has happened", "tow", "to"),
    ("clause T\n  Seller must not walkout unless striking({}: Buyer)", "bye", "by"),
    ("clause T\n  Seller must not walkout unless serious({}: Buyer)", "off", "of"),
    ("clause T\n  Seller must not walkout unless exposed({}: Buyer)", "pp", "p"),
    (
        "clause T\n  when contract({}: i):\n    Seller must payment(id: i) within 3 days",
        "idd",
        "id",
    ),
    ("state open from {} until comeback", "walkot", "walkout"),
    ("state open from walkout until {}", "combeack", "comeback"),
    ("event late(by: party) arises 3 days after {}(by: by)", "walkot", "walkout"),
    ("event late(by: party) arises 3 days after walkout({}: by)", "bye", "by"),
    ("event late(by: party) arises 3 days after walkout(by: by) unless {}", "combeack", "comeback"),
    ("day paid = {} + 3 days", "paymnt", "payment"),
    ("day paid = later of ({}, 2024-01-01)", "paymnt", "payment"),
    # measures, conditions, terms, variables
    ("clause T\n  Seller must keep {} <= 5 kg", "stok", "stock"),
    ("clause T\n  Seller must keep {} of Buyer <= 5 kg", "stok", "stock"),
    ("clause T\n  Seller must keep change of {} over the last 5 days <= 5 kg", "stok", "stock"),
    ("clause T\n  Seller must keep stock <= {} of Buyer", "stok", "stock"),
    ("clause T\n  Seller must keep stock + {} <= 5 kg", "stok", "stock"),
    ("clause T\n  Seller must not walkout while {}(Buyer)", "strikng", "striking"),
    ("clause T\n  Seller must not walkout unless not {}(Buyer)", "serios", "serious"),
    (
        "clause T\n  Seller must not walkout unless ({}(Buyer) and striking(Buyer))",
        "exposd",
        "exposed",
    ),
    ("clause T\n  Council may determine {}(any)", "serios", "serious"),
    ("account Mine\n  takes the position that {}(Seller)", "serios", "serious"),
    (
        "account Mine\n  takes the position that serious({}: Seller), whatever is determined",
        "off",
        "of",
    ),
    # units and calendars
    ("measure weight(of: party) in {}", "crat", "crate"),
    ("event give(qty: number in {})", "crat", "crate"),
    ("unit pallet = 20 {}", "crat", "crate"),
    ("conversion 1 {} Grain = 10 L Grain", "crat", "crate"),
    ("clause T\n  Seller must keep stock <= 5 {}", "crat", "crate"),
    ("clause T\n  Seller must payment(amount: at least 5 {}) by 2024-02-01", "EURR", "EUR"),
    (
        "clause T\n  Seller must comeback within 5 business days of {} after begins",
        "Ofice",
        "Office",
    ),
    ("clause T\n  Seller must walkout by begins + 5 business days of {}", "Ofice", "Office"),
    ("clause T\n  Seller must not walkout cure within 5 business days of {}", "Ofice", "Office"),
    ("event late(by: party) arises 5 business days of {} after walkout(by: by)", "Ofice", "Office"),
    ("clause T\n  Seller must walkout from begins for 5 business days of {}", "Ofice", "Office"),
    # clauses, amendments, readings, accounts
    ("clause T\n  disapplies {} while it binds\n  Seller must not walkout", "Frst", "First"),
    ("clause T\n  Seller must not walkout while Buyer in breach of {}", "Frst", "First"),
    ("clause T\n  Seller must not walkout while clause {} is broken", "Frst", "First"),
    ("clause T\n  Seller may suspend {}", "Frst", "First"),
    ("clause T\n  Seller may amend {} to Longer", "Frst", "First"),
    ("clause T\n  Seller may amend First to {}", "Longr", "Longer"),
    ("clause T\n  Seller must not payment(about: {})", "Frst", "First"),
    ("clause T\n  Seller must not walkout unless payment(about: {}) has happened", "Frst", "First"),
    ("amendment Wider of {}\n  Seller must not walkout", "Frst", "First"),
    ("reading Other.wide of {}, reads the text as\n  Seller must not walkout", "Frst", "First"),
    (
        "reading Other.wide of Second, reads the text as\n  needs {}\n  Seller must not walkout",
        "Point.strit",
        "Point.strict",
    ),
    ("account Mine\n  reads {} as strict", "Piont", "Point"),
    ("account Mine\n  reads Point as {}", "strit", "strict"),
    ("account Mine\n  trusts only {}", "pres", "press"),
    ("account Mine\n  for measurements prefers {}", "pres", "press"),
    ("account Mine\n  distrusts {}", "pres", "press"),
]

ENTRIES = [
    ("2024-01-05 {} walkout", "Sellr", "Seller"),
    ("2024-01-05 walkout(by: {})", "Sellr", "Seller"),
    ("2024-01-05 Seller payment(to: {})", "Byer", "Buyer"),
    ('2024-01-05 contract(id: "y", buyer: {})', "Byer", "Buyer"),
    ("2024-01-05 Seller {}", "walkot", "walkout"),
    ("2024-01-05 {}", "begns", "begins"),
    ("2024-01-05 Seller payment({}: 5 EUR)", "amont", "amount"),
    ("2024-01-05 Seller payment(amount: 5 {})", "EURR", "EUR"),
    ("2024-01-05 Seller payment(about: {})", "Frst", "First"),
    ("2024-01-05 {} of Seller = 5 kg", "stok", "stock"),
    ("2024-01-05 stock of {} = 5 kg", "Sellr", "Seller"),
    ("2024-01-05 stock of Seller = 5 {}", "crat", "crate"),
    ("2024-01-05 stock of {} between 5 kg and 6 kg", "Sellr", "Seller"),
    ("2024-01-05 stock of {} unknown", "Sellr", "Seller"),
    ("2024-01-05 change of stock of {} since 2024-01-01 = 5 kg", "Sellr", "Seller"),
    ("2024-01-05 change of {} of Seller since 2024-01-01 = 5 kg", "stok", "stock"),
    ("2024-01-05 ratio of stock of {} to 5 kg = 2", "Sellr", "Seller"),
    ("2024-01-05 first time stock of {} > 5 kg", "Sellr", "Seller"),
    ("2024-01-05 {} suspends First", "Byer", "Buyer"),
    ("2024-01-05 Buyer suspends {}", "Frst", "First"),
    ("2024-01-05 Buyer suspends First of {}", "Sellr", "Seller"),
    ("2024-01-05 Buyer suspends First towards {}", "Sellr", "Seller"),
    ('2024-01-05 Buyer suspends First({}: "x")', "ii", "i"),
    ('2024-01-05 Buyer resumes First({}: "x")', "ii", "i"),
    ('2024-01-05 Buyer waives First({}: "x")', "idd", "id"),
    ('2024-01-05 Buyer releases First({}: "x")', "idd", "id"),
    ("2024-01-05 Buyer waives First(buyer: {})", "Byer", "Buyer"),
    ("2024-01-05 Buyer waives First(b: {})", "Byer", "Buyer"),
    ('2024-01-05 Buyer waives First, Third({}: "x")', "ii", "i"),
    ('2024-01-05 Buyer releases Third({}: "2024-02")', "perid", "period"),
    ("2024-01-05 {} ends the agreement", "Byer", "Buyer"),
    ("2024-01-05 Buyer amends {} to Longer", "Frst", "First"),
    ("2024-01-05 Buyer amends First to {}", "Longr", "Longer"),
    ("2024-01-05 {} amends First to Longer", "Byer", "Buyer"),
    ("2024-01-05 {} determines serious(Seller)", "Councl", "Council"),
    ("2024-01-05 Council determines {}(Seller)", "serios", "serious"),
    ("2024-01-05 Council determines not serious({})", "Sellr", "Seller"),
    ("2024-01-05 Council determines serious({}: Seller)", "off", "of"),
    ('2024-01-05 {} demands Seller "words"', "Byer", "Buyer"),
    ('2024-01-05 Buyer demands {} "words"', "Sellr", "Seller"),
    ('2024-01-05 Buyer demands Seller clause {} "words"', "Frst", "First"),
    ("2024-01-05 Buyer demands Seller that {}(by: Seller)", "walkot", "walkout"),
    ("2024-01-05 Buyer demands Seller that walkout(by: {})", "Sellr", "Seller"),
    ("2024-01-05 Buyer demands Seller that walkout({}: Seller)", "bye", "by"),
    ("2024-01-05 Seller walkout source {}", "pres", "press"),
    ("2024-01-05 Seller walkout corrects {}", "known-entri", "known-entry"),
    ("2024-01-05 withdraws {}", "known-entri", "known-entry"),
    ("Council attests a full record of {}", "walkot", "walkout"),
    ("Council attests a full record of {}", "stok", "stock"),
    ("Council attests a full record of walkout source {}", "pres", "press"),
]
# lines below `agreement`
HEADER = [("in force from {}", "begns", "begins"), ("in force until {}", "begns", "begins")]
TABLES = [
    ("row is {}(id: column number, buyer: column whom) on column done", "contrct", "contract"),
    ("row is contract({}: column number, buyer: column whom) on column done", "idd", "id"),
    ("row is contract(id: column number, buyer: {}) on column done", "Byer", "Buyer"),
    ("row is contract(id: column {}, buyer: column whom) on column done", "nummber", "number"),
    ("row is contract(id: column number, buyer: column whom) on column {}", "dne", "done"),
    ("row is payment(by: Seller, amount: column amount in {}) on column done", "EURR", "EUR"),
    ("row is {} of Seller = column amount in kg on column done", "stok", "stock"),
    ("row is stock of {} = column amount in kg on column done", "Sellr", "Seller"),
    ("row is stock of Seller = column amount in {} on column done", "crat", "crate"),
    ("row is stock of Seller = column {} in kg on column done", "amont", "amount"),
    ("source {}\n  row is stock of Seller = column amount in kg on column done", "pres", "press"),
]
# a text in quotes where a party stands
QUOTED = [
    "clause T\n  Seller must payment(to: {}) by 2024-02-01",
    "clause T\n  Seller must not walkout unless payment({}) has happened",
    "clause T\n  Seller must not walkout while striking({})",
    "clause T\n  Seller must not walkout unless serious(of: {})",
    "clause T\n  Seller must not walkout unless exposed({})",
    "clause T\n  when contract(id: i, buyer: b) if b = {}:\n"
    "    Seller must payment(id: i) within 3 days",
    "clause T\n  Council may determine serious({})",
    "account Mine\n  takes the position that serious({}), whatever is determined",
]


def problems(folder: Path, agreement: str, record: str) -> list[Problem]:
    (folder / "agreement.sv").write_text(agreement)
    (folder / "record").mkdir(exist_ok=True)
    (folder / "record" / "all.sv").write_text(record)
    (folder / "sources.json").write_text(SOURCES)
    return [p for p in servanda.open(folder).check().problems if p.severity != "hint"]


def named(found: list[Problem], wrong: str, meant: str) -> bool:
    return any(wrong in p.message and f"`{meant}`" in (p.help or "") for p in found)


@pytest.mark.parametrize(("text", "wrong", "meant"), AGREEMENT)
def test_a_wrong_name_in_the_agreement_is_an_error(
    tmp_path: Path, text: str, wrong: str, meant: str
) -> None:
    right = problems(tmp_path, BASE + text.format(meant) + "\n", RECORD)
    assert [p for p in right if p.severity == "error"] == []
    found = problems(tmp_path, BASE + text.format(wrong) + "\n", RECORD)
    assert named(found, wrong, meant), found


@pytest.mark.parametrize(("text", "wrong", "meant"), ENTRIES)
def test_a_wrong_name_in_the_record_is_an_error(
    tmp_path: Path, text: str, wrong: str, meant: str
) -> None:
    right = problems(tmp_path, BASE, RECORD + text.format(meant) + "\n")
    assert [p for p in right if p.severity == "error"] == []
    found = problems(tmp_path, BASE, RECORD + text.format(wrong) + "\n")
    assert named(found, wrong, meant), found


@pytest.mark.parametrize(("text", "wrong", "meant"), HEADER)
def test_a_wrong_name_in_the_header_is_an_error(
    tmp_path: Path, text: str, wrong: str, meant: str
) -> None:
    line = BASE.replace("  zone UTC\n", f"  zone UTC\n  {text}\n", 1)
    right = problems(tmp_path, line.format(meant), RECORD)
    assert [p for p in right if p.severity == "error"] == []
    assert named(problems(tmp_path, line.format(wrong), RECORD), wrong, meant)


@pytest.mark.parametrize(("text", "wrong", "meant"), TABLES)
def test_a_wrong_name_in_a_table_is_an_error(
    tmp_path: Path, text: str, wrong: str, meant: str
) -> None:
    (tmp_path / "rows.csv").write_text("number,whom,amount,done\nx,Buyer,5,2024-01-05\n")
    table = RECORD + 'table "rows.csv"\n  ' + text + "\n"
    right = problems(tmp_path, BASE, table.format(meant))
    assert [p for p in right if p.severity == "error"] == []
    assert named(problems(tmp_path, BASE, table.format(wrong)), wrong, meant)


@pytest.mark.parametrize("text", QUOTED)
def test_a_text_in_quotes_is_no_party(tmp_path: Path, text: str) -> None:
    right = problems(tmp_path, BASE + text.format("Seller") + "\n", RECORD)
    assert [p for p in right if p.severity == "error"] == []
    for quoted in ('"Sellr"', '"Seller"'):
        found = problems(tmp_path, BASE + text.format(quoted) + "\n", RECORD)
        (error,) = [p for p in found if p.severity == "error"]
        assert error.code in ("E304", "E306") and "without quotes" in (error.help or "")


def test_a_name_like_no_other_is_told_how_to_declare_or_write_it(tmp_path: Path) -> None:
    for text, code, advice in (
        ("payment(by: Nobody) has happened", "E202", "declare it: `party Nobody`"),
        ("payment(amount: plenty) has happened", "E207", "write a number"),
        ("payment(id: plenty) has happened", "E207", 'a text is written in quotes: `"plenty"`'),
    ):
        clause = f"clause T\n  Seller must not walkout unless {text}\n"
        (error,) = [p for p in problems(tmp_path, BASE + clause, RECORD) if p.severity == "error"]
        assert (error.code, error.help) == (code, advice)


def test_a_use_of_a_power_is_aimed_at_instances_of_each_of_its_clauses(tmp_path: Path) -> None:
    entry = '2024-01-05 Buyer waives First, Second(i: "x")\n'
    (error,) = [p for p in problems(tmp_path, BASE, RECORD + entry) if p.severity == "error"]
    assert (error.code, error.message, error.help) == (
        "E510",
        "clause Second has no instances that `i` tells apart",
        "leave the parentheses out: clause Second is used as a whole",
    )
