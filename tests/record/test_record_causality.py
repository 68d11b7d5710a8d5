"""What was known on a day, and asked as of a day, is told the same for ever: through the record.

SERVANDA_LONG=400 tries that many new records (see budgets.py).
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st
from msgspec import Struct

import servanda
from budgets import budget

AGREEMENT = """# Causality
```servanda
agreement Causality "What comes later changes nothing"
  zone Europe/Amsterdam
  suspension does not stop the clock
party A, B
body Court
event order(by: party, id: text), not recorded is taken as not done
event deliver(by: party, id: text), not recorded is taken as not done
event visit(by: party)
event alarm(by: party) arises at the end of 2 days after order(by: by) unless deliver
event rises
event abates
state storm from rises until abates
measure stock(of: party) in t, each figure valid for 3 days
vague grave to be determined by Court
clause 1
  when order(id: n):
    A must deliver(n) within 2 days
      on breach A must instead visit within 1 day
clause 2
  A must keep stock <= 10 t from 2024-03-28
clause 3
  B must not visit from 2024-03-29 until 2024-04-03 unless grave
clause 4
  A may suspend 1 while grave
  B may waive 1
clause 5
  B must visit by 2024-04-02 while not A in breach of 2
clause 6
  when alarm(by: p):
    B must deliver("all") within 1 day
clause 7
  A must keep not storm from 2024-03-28
```
"""
FIRST = date(2024, 3, 28)
DAYS = 9
SAID = (
    'A orders("x")', 'A orders("y")', 'A delivers("x")', 'B delivers("all")', "A visits",
    "B visits", "stock of A = 8 t", "stock of A = 12 t", "Court determines grave",
    "Court determines not grave", "A suspends 1", "A resumes 1", "B waives 1",
    "storm", "rises",
)  # fmt: skip


class Line(Struct, frozen=True):
    """An entry: days since FIRST on which it was done (and until when) and reported."""

    what: str
    done: int
    lasts: int
    reported: int
    alleged: bool
    corrects: int | None = None

    def written(self, number: int) -> str:
        when = day(self.done) + (f"..{day(self.done + self.lasts)}" if self.lasts else "")
        if self.what == "storm":
            when = f"throughout {when}"
        elif self.lasts:
            when = f"at some time in {when}"
        more = [f"id e{number}", f"reported {day(self.reported)}"]
        if self.alleged:
            more.append("alleged")
        if self.corrects is not None:
            more.append(f"corrects e{self.corrects}")
        return f"{when} {self.what}  {', '.join(more)}"


def day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


@st.composite
def lines(draw: Any, done: int = 0, reported: int = 0) -> Line:
    """A line done and reported on these days at the earliest."""
    begun = draw(st.integers(done, DAYS))
    lasts = draw(st.sampled_from((0, 0, 0, 1, 2)))
    at = draw(st.integers(max(begun + lasts, reported), DAYS + 3))
    return Line(draw(st.sampled_from(SAID)), begun, lasts, at, draw(st.integers(0, 5)) == 0)


class Told(Struct, frozen=True):
    """What a case answers: every span, every row of its status, and by instance: its status, and
    whether that is final."""

    spans: list[str]
    rows: list[dict[str, Any]]
    instances: dict[str, tuple[str, bool]]


def told(record: list[Line], on: int, known: int | None) -> Told:
    with TemporaryDirectory() as name:
        folder = Path(name)
        written = "\n".join(line.written(n) for n, line in enumerate(record))
        (folder / "record").mkdir()
        (folder / "agreement.md").write_text(AGREEMENT)
        (folder / "record" / "all.md").write_text(f"```servanda\n{written}\n```\n")
        case = servanda.open(folder)
        as_known = None if known is None else day(known)
        assert len(case.record.entries) == len(record)
        judged = case.judge(on=day(on), known=as_known)
        rows = case.status(on=day(on), known=as_known)
        instances = {
            repr((v.rule, v.debtor, v.creditor, v.trigger, v.instance)): (v.status, row["final"])
            for v, row in zip(judged.current(), rows, strict=True)
        }
        return Told(sorted(map(repr, judged.verdicts)), rows, instances)


def at_once(what: str, done: int) -> Line:
    return Line(what, done, 0, done, False)


# A record begins with an order, and often with what ends the duty to deliver.
beginnings = st.sampled_from(('A delivers("x")', "B waives 1", "A visits", "A visits")).map(
    lambda what: [at_once('A orders("x")', 0), at_once(what, 1)]
)
records = st.builds(list.__add__, beginnings, st.lists(lines(), max_size=6))


@budget(8)
@given(st.data(), records, st.integers(0, DAYS - 1), st.integers(0, DAYS))
def test_what_was_known_then_is_told_the_same_for_ever(
    data: st.DataObject, record: list[Line], on: int, known: int
) -> None:
    later = data.draw(st.lists(lines(done=on + 1), max_size=2))
    later += data.draw(st.lists(lines(reported=known + 1), min_size=1, max_size=3))
    for line in data.draw(st.lists(lines(reported=known + 1), max_size=2)):
        later.append(corrected(line, data.draw(st.integers(0, len(record) - 1)), record))
    assert told(record + later, on, known) == told(record, on, known)


def corrected(line: Line, number: int, record: list[Line]) -> Line:
    """The line as a correction of an earlier one: it says the same thing of another day."""
    return Line(record[number].what, line.done, line.lasts, line.reported, False, number)


@budget(8)
@given(st.data(), records, st.integers(0, DAYS - 1), st.integers(1, 4))
def test_what_is_final_then_stays(
    data: st.DataObject, record: list[Line], on: int, after: int
) -> None:
    later = data.draw(st.lists(lines(done=on + 1), min_size=1, max_size=4))
    now = told(record + later, on + after, None).instances
    for instance, (status, final) in told(record, on, None).instances.items():
        if final:
            event(f"final: {status}")
            assert now[instance][0] == status, instance
