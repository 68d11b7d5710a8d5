"""Agreements from text, and what was found wrong with them, for the tests beside this."""

from __future__ import annotations

from servanda.semantics.checks.agreement import Coverage, check
from servanda.semantics.norms import Norms, Rule
from servanda.semantics.resolver import norms_of
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import parse_agreement
from servanda.syntax.problems import Problem, Problems
from servanda.syntax.tree import Agreement

HEAD = """
agreement A "An agreement"
  zone UTC
  months clipped
party Iran, US, France, Germany, UK
group E3 = France, Germany, UK
body Council
currency EUR
event reimposes(by: party, programme: text)
event lifts(by: party, programme: text)
event pays(by: party, to: party, amount: number in EUR)
event order(id: text, buyer: party, seller: party, price: number in EUR)
event delivers(by: party, id: text, to: party)
event signs(by: party)
state sanctions(by, programme) from reimposes until lifts
measure stock(of: party) in kg
vague grave(of: party) to be determined by Council
"""

# An agreement with every construct of the language, and nothing wrong with it.
WHOLE = """# An agreement of everything

```servanda
agreement Everything "An agreement of everything"
  zone Europe/Vienna
  months clipped
  days counted from the_next_day
  suspension stops the clock
  in force from signature until 2040-01-01
  record closed 2030-12-31
party Iran, US "United States", France, Germany, UK, Shop, Grower
group E3 "the three" = France, Germany, UK
body Council, Agency
substance U, UF6
currency EUR
unit crate = 25 kg
conversion 1 kg UF6 = 0.676 kg U
calendar vienna = business days of AT without 2025-05-02 with 2025-05-03
event signature, not recorded is taken as not done
event signs(by: party)
event reimposes(by: party, programme: text)
event lifts(by: party, programme: text)
event order(by: party, id: text, qty: number in kg, price: number in EUR, due: date)
event deliver(by: party, to: party, id: text, qty: number in kg), not recorded is taken as not done
event invoice(by: party, id: text, amount: number in EUR)
event pay(by: party, to: party, id: text, amount: number in EUR), not recorded is taken as not done
event report(by: party), not recorded is taken as not done
event notify(by: party), not recorded is taken as not done
event resolution, not recorded is taken as not done
event snapback(by: party) arises at the end of 30 days after notify(by: by) unless resolution
event challenge(by: party, about: clause)
state sanctions(by, programme) from reimposes until lifts
state strike from signs(by: Grower) until lifts(by: Grower)
measure stock(of: party) in kg U, each figure valid for 120 days
measure warmth(of: party) in degC
vague grave(of: party) to be determined by Council, Agency
day adoption = signature + 90 days
instant deadline = 2030-01-01T12:00
define exposed(p: party) = sanctions(p, any) and not grave(p)
```

## Article 1 Stock

```servanda
clause 1 "Stock"
  Iran must keep stock <= 300 kg UF6 from adoption for 15 years grace of 30 days
```

## Article 2 Measures over time

```servanda
clause 2
  Iran must keep change of stock over the last 30 days <= 10 kg U
    and (warmth < 8 degC or count of challenge(about: 1) over the last 52 weeks > 3)
  Shop must keep rate of amount in pay(by: Shop) per week over the last 10 days <= 20 EUR
    and sum of price in order(by: Shop) so far <= 1e6 EUR
    from signature
```

## Article 3 Delivery

```servanda
clause 3 "Delivery"
  when order(by: buyer, id: id, qty: q, price: p) following signs(by: buyer) if p > 10 EUR:
    Grower must deliver(id: id, qty: at least q) to buyer within 5 business days of vienna
      performance at any earlier time counts instalments add up
      excused while strike, time not extended
      on breach Grower must instead pay(id: id, amount: at least 10 % * p) to buyer within 14 days
        on breach Grower must instead pay(id: id, amount: at least 20 % * p) to buyer within 14 days
          late performance does not cure
```

## Article 4 Sanctions

```servanda
clause 4
  each of E3 must not reimpose(any) from later of (adoption, 2016-01-16)
    unless snapback has happened cured by lifts(as in the breach)
```

## Article 5 Payment

```servanda
clause 5
  when invoice(by: seller, id: id, amount: a):
    Shop must pay(id: id, amount: at least a) to seller within 1 month
  whenever stock of Iran > 1 t U and US in E3 or exposed(US):
    Iran must report within 48 hours
```

## Article 6 Reports

```servanda
clause 6
  Iran must report to US every quarter within 10 days after its end from 2025-01-01 until 2030-01-01
amendment longer of 6
  Iran must report to US every year within 60 days after its start from 2025-01-01
```

## Article 7 Before and after

```servanda
clause 7
  once created
  Iran must sign before deadline
  US must sign by earlier of (2029-01-01, end of (signature)) if Iran in breach of 1
reading Pace.steady of 7 "steady", reads the text as
  Iran must sign by 2027-01-01T12:00Z
  US must sign within 10 days after adoption
```

## Article 8 Force majeure

```servanda
clause 8
  disapplies 6 while it binds
  survives the end
  Iran must not notify while strike
  any one of E3 must not notify while clause 4 is broken
```

## Article 9 Powers

```servanda
clause 9
  each x of E3 may suspend 4 of x while exposed(Iran)
  Iran may waive 5, 6 towards US from adoption
  US may release 6 if clause 3 is performed
  US may amend 6 to longer
  Council may determine grave(any)
  Iran may create 7
```

## Article 10 Ends

```servanda
clause 10
  US, Iran may end the agreement
  E3 acting together may end 9
```

## Article 11 Days

```servanda
day unused = adoption
clause 11
  Iran may notify until unused
reading Ten.open of 10, finds no obligation
  needs Pace.steady
reading One.more of 1, adds to the text
  Iran must not order(any) while clause 9 is binding
account Strict "as the strict read it"
  reads Pace as steady
  reads Ten as open
  reads One as more
  for measurements prefers Agency
  takes the position that grave(US) from 2026-01-01 until 2027-01-01, whatever is determined
    "its letter"
```

## Article 12 Hopes

```servanda
not modelled "a hope"
```
"""


def agreement_of(text: str, head: str = HEAD) -> tuple[Agreement, Problems]:
    """An agreement of the declarations above and more text; the text itself must parse."""
    problems = Problems()
    layout = lay_out(head + text, "a.sv", problems)
    agreement = parse_agreement(layout.statements, problems)
    assert not problems.errors, problems.errors
    return agreement, problems


def resolved(text: str, account: str | None = None, head: str = HEAD) -> Norms:
    """The norms of a text without errors."""
    agreement, problems = agreement_of(text, head)
    found = norms_of(agreement, account, problems=problems)
    assert not problems.errors, problems.errors
    return found


def rules(text: str, account: str | None = None) -> dict[str, Rule]:
    return {rule.id: rule for rule in resolved(text, account).rules}


def checked(text: str, head: str = HEAD) -> list[Problem]:
    """The problems of a text, errors and hints."""
    agreement, problems = agreement_of(text, head)
    return check(agreement, (), problems)[0]


def errors(text: str, head: str = HEAD) -> list[Problem]:
    return [problem for problem in checked(text, head) if problem.severity == "error"]


def page(text: str) -> tuple[list[Problem], Coverage]:
    """The problems and the coverage of a Markdown page."""
    problems = Problems()
    layout = lay_out(text, "agreement.md", problems)
    agreement = parse_agreement(layout.statements, problems)
    return check(agreement, layout.paragraphs, problems)
