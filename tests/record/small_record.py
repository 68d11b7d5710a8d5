"""A small agreement, and readers of records written against it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from servanda.record.account_facts import facts_for, parse_as_of
from servanda.record.facts import Facts
from servanda.record.record import Record
from servanda.record.resolver import resolve_record
from servanda.record.sources import Source
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import parse
from servanda.syntax.problems import Problem, Problems
from servanda.syntax.tree import Account, Agreement

AGREEMENT = """agreement J "Test"
  zone {zone}
party Iran
party US "United States"
party France, Germany, UK
group E3 = France, Germany, UK
body IAEA "International Atomic Energy Agency"
substance U, UF6
currency EUR
conversion 1 kg UF6 = 0.676 kg U
event implementation_day
event reimposes(by: party, programme)
event order(id, buyer: party, amount: number in EUR, due: date)
event arises_later arises 5 days after implementation_day
state sanctions(by: party, programme) from reimposes until arises_later
state crisis from implementation_day
measure uranium_stock(of: party) in kg U
measure stock_60(of: party) in kg U
measure heavy_water(of: party) in t
measure temperature
vague snp(of: party) to be determined by IAEA
clause 7 "Stock"
  Iran must keep uranium_stock <= 202.8 kg U
  when order(amount: n):
    Iran may suspend I.14
clause I.14
  Iran must keep heavy_water <= 130 t
  when order(amount: n):
    Iran may suspend 7
amendment later of 7
  Iran must keep uranium_stock <= 100 kg U
account text
account Iran
  distrusts US
account strict
  trusts only IAEA
account first
  for measurements prefers IAEA
account open
  accepts alleged
account allies
  trusts only E3
"""
SOURCES = {
    "a": Source("a", publisher="International Atomic Energy Agency"),
    "b": Source("b", publisher="Tehran Times", authors=("Jane Doe",)),
    "us": Source("us", publisher="United States"),
}


class Read(Struct):
    """A record that was read, with the agreement and the problems found."""

    agreement: Agreement
    record: Record
    problems: tuple[Problem, ...]

    def account(self, name: str | None) -> Account | None:
        return next((a for a in self.agreement.accounts if a.name == name), None)

    def facts(
        self, account: str | None = None, on: str = "2030-01-01", known: str | None = None
    ) -> Facts:
        zone = self.record.zone
        assert not [p for p in self.problems if p.severity == "error"], self.problems
        return facts_for(
            self.record,
            self.agreement,
            self.account(account),
            None,
            on=parse_as_of(on, zone),
            known=parse_as_of(known, zone) if known else None,
        )

    @property
    def problem(self) -> Problem:
        """The only one."""
        assert len(self.problems) == 1, self.problems
        return self.problems[0]


Reader = Callable[..., Read]


def read(text: str, folder: Path | None = None, zone: str = "UTC", more: str = "") -> Read:
    problems = Problems()
    agreement = AGREEMENT.replace("{zone}", zone).replace("party Iran\n", more + "party Iran\n")
    rules = parse(lay_out(agreement, "agreement.sv", problems).statements, problems)
    assert not len(problems), tuple(problems)
    written = parse(lay_out(text, "record.sv", problems).statements, problems)
    record = resolve_record(written.record, rules.agreement, SOURCES, problems, folder)
    return Read(rules.agreement, record, tuple(problems))
