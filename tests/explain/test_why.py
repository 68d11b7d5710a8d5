"""The derivation of a status: what it tells, kind by kind, down to entries and sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import servanda
from servanda.explain.deadlines import deadlines
from servanda.explain.why import why
from servanda.explain.wording import Node
from servanda.semantics.clock import day_start

CASE = """
# Page

```servanda
agreement Page "A page"
  zone UTC
party A, B
body Board
event begins, not recorded is taken as not done
event pay(by: party, to: party, amount: number, id: text), not recorded is taken as not done
event order(id: text), not recorded is taken as not done
event smoke(by: party)
measure stock(of: party) in kg, each figure valid for 10 days
vague serious(of: party) to be determined by Board

clause 1 "Keep"
  A must keep stock <= 100 kg from begins for 1 year unless serious(B)
clause 2 "Pay"
  when order(id: i):
    A must pay(id: i) to B within 5 days
      on breach A must instead pay(id: "fine") to B within 3 days
clause 3 "Smoke"
  A must not smoke from begins
clause 4 "Power"
  B may suspend 1
clause 5 "Nothing"
  not modelled "a wish"

account ours "Ours"
  takes the position that not serious(B), whatever is determined
account undecided "Nobody has decided"
account theirs "Theirs"
  trusts only letter
```

```servanda
2024-01-01 begins, source letter "p. 1"
2024-01-02 stock of A = 90 kg, estimated by B, reported 2024-01-03, source letter
2024-01-05 stock of A = 120.5 kg, source letter, source report
  said by "A. Speaker" on "radio", reported by "Paper" on 2024-01-06
2024-01-03 order("x")
2024-01-20 A pays(to: B, amount: 5, id: "x")
```
"""
CLOSED = """
# Page

```servanda
agreement Page "A page"
  zone UTC
  suspension does not stop the clock
party A, B
event pay(by: party), not recorded is taken as not done
event ship(by: party), not recorded is taken as not done
clause 1
  B must pay by 2024-01-10
clause 2
  A must ship by 2024-03-10
clause 3
  A may suspend 2 while B in breach of 1
```

```servanda
2024-01-05 A suspends 2, id early
2024-01-13 A suspends 2
```
"""
RISEN = """
# Page

```servanda
agreement Page "A page"
party A
event begins, not recorded is taken as not done
event smoke(by: party), not recorded is taken as not done
event ending arises 10 days after begins
clause 1
  A must not smoke from begins until ending
```

```servanda
2024-01-01 begins
```
"""
WINDOWS = """
# Page

```servanda
agreement Page "A page"
  zone UTC
  suspension stops the clock
party A, B
event notice(by: party), not recorded is taken as not done
event snap(by: party) arises at the end of 10 days after notice(by)
event pay(by: party), not recorded is taken as not done
event rep(by: party), not recorded is taken as not done
event ask(by: party), not recorded is taken as not done
clause 1
  when snap(p):
    A must pay within 5 days
clause 2
  A must rep from 2024-01-01 by 2024-01-10
  A may suspend 2
clause 3
  when ask(by: B):
    A must answer within 30 days
event answer(by: party), not recorded is taken as not done
```

```servanda
2024-02-01 B notices
2024-02-16 A pays
2024-01-05 A suspends 2
2024-01-15 A resumes 2
2024-01-18 A reps
at some time in 2024-04-05..2024-04-09 B asks
2024-05-07 A answers
```
"""
COUNTED = """
# Page

```servanda
agreement Page "A page"
  zone UTC
party A
event late(by: party, minutes: number), not recorded is taken as not done
event pay(by: party, amount: number), not recorded is taken as not done
clause 1
  A must keep count of late(by: A, minutes: more than 10) so far <= 3
    every month from 2024-01-01 until 2024-03-01
clause 2
  A must pay(amount: at least 5) by 2024-02-10 instalments add up
clause 3
  A must not late from pay(amount: at least 3)
```

```servanda
2024-01-05 A lates(minutes: 20), id long
2024-01-06 A lates(minutes: 5), id short
2024-02-05 A lates(minutes: 30), id next
2024-01-10 A pays(2), id two
2024-01-20 A pays(3), id three
```
"""
SOURCES = '[{"id": "letter", "title": "A letter"}, {"id": "report", "title": "A report"}]'


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> servanda.Case:
    folder = tmp_path_factory.mktemp("why")
    (folder / "agreement.md").write_text(CASE)
    (folder / "sources.json").write_text(SOURCES)
    found = servanda.open(folder)
    assert [p.message for p in found.problems if p.severity == "error"] == []
    return found


def tree(case: servanda.Case, clause: str, on: str, account: str = "ours") -> Node:
    (root, *_) = why(case.judge(account, on), clause)
    return root


def sentences(node: Node) -> Iterator[str]:
    yield node.sentence
    for child in node.children:
        yield from sentences(child)


def text(node: Node) -> str:
    return "\n".join(sentences(node))


def test_the_root_says_who_what_since_when_by_whose_account_and_as_known_when(
    case: servanda.Case,
) -> None:
    assert tree(case, "1", "2024-01-06").sentence == (
        "Clause 1, A must keep stock <= 100 kg: in breach, since 2024-01-05, in the account"
        " of ours, "
        "as of 2024-01-06, with all that the record holds."
    )
    (known, *_) = why(case.judge("ours", "2024-01-06", "2024-01-04"), "1")
    assert known.sentence.endswith("as of 2024-01-06, as known on 2024-01-04.")


def test_a_broken_keep_shows_the_limit_the_reading_its_dates_and_its_sources(
    case: servanda.Case,
) -> None:
    said = text(tree(case, "1", "2024-01-06"))
    assert "The limit is at most 100 kg; stock of A: the last reading, of 2024-01-05" in said
    assert "is 120.5 kg" in said
    assert "said by A. Speaker on radio, reported by Paper on 2024-01-06" in said
    assert "sources: letter (“A letter”); report (“A report”)" in said
    assert "Its window opened on 2024-01-01 and closes at the end of 2024-12-31." in said
    assert "rests on this one source: letter, p. 1 (“A letter”)" in said
    assert "is 120.5 kg, 20.5 kg over the limit." in said
    assert "if this were recorded: `2024-01-06 stock of A = 100 kg`: restored to compliance" in said
    assert "Why in breach: its condition surely fails, and did while it surely bound." in said


def test_an_entry_names_its_grade_and_when_it_was_reported(case: servanda.Case) -> None:
    said = text(tree(case, "1", "2024-01-03"))
    assert "done 2024-01-02, reported 2024-01-03, estimated by B" in said


def test_a_vague_term_that_nobody_decided_is_named_with_who_may(case: servanda.Case) -> None:
    root = tree(case, "1", "2024-01-06", "undecided")
    assert ": undetermined, since 2024-01-01" in root.sentence
    told = text(root)
    assert "serious(B) is open: no determination by Board counts in this account." in told
    assert "It is excused if: serious(B)." in told
    for line, status in (("determines", "excused"), ("determines not", "in breach")):
        assert f"Board {line} serious(of: B)`: {status}" in told


def test_a_stale_reading_is_said_to_be_stale(case: servanda.Case) -> None:
    root = tree(case, "1", "2024-02-01")
    assert ": unknown, since" in root.sentence
    said = text(root)
    assert "went stale on 2024-01-15" in said
    assert "No source that this account trusts declares its record of stock complete" in said
    assert "`2024-02-01 stock of A = 100 kg`: " in said
    assert "`2024-02-01 stock of A = 101 kg`: in breach" in said


def test_a_missed_deadline_is_told_with_what_came_late_and_the_remedy(
    case: servanda.Case,
) -> None:
    broken = text(tree(case, "2", "2024-01-10"))
    assert "It arose from entry 2024-01-03-order" in broken
    assert "The deadline, the end of 2024-01-08, passed." in broken
    assert "No entry that this account counts records pay by then." in broken
    assert "pay that is not recorded is taken as not done" in broken
    assert '`2024-01-08 A pays(to: B, id: "x")`: performed' in broken
    assert '`2024-01-10 A pays(to: B, id: "x")`: performed late' in broken
    assert "the record's own later entries make it performed late on 2024-01-20" in broken
    cured = text(tree(case, "2", "2024-01-21"))
    assert "outside its window" in cured
    assert "entry 2024-01-20-pay" in cured


def test_what_silence_proves_is_said_of_a_forbidden_act(case: servanda.Case) -> None:
    said = text(tree(case, "3", "2024-01-10"))
    assert "absence of an entry proves nothing" in said
    assert "as in `Board attests a full record of smoke`: complied with" in said
    assert "`2024-01-10 A smokes`: in breach" in said


def test_a_window_that_an_event_arisen_by_itself_closes_says_when(tmp_path: Path) -> None:
    (tmp_path / "agreement.md").write_text(RISEN)
    case_ = servanda.open(tmp_path)
    over = text(tree(case_, "1", "2024-02-01", "text"))
    assert "Its window opened on 2024-01-01 and closed at the end of 2024-01-10." in over
    assert "and has no end yet." in text(tree(case_, "1", "2024-01-10", "text"))


@pytest.mark.parametrize(
    ("clause", "on", "window", "acts"),
    [
        # ten days after the notice, not the notice itself
        ("1", "2024-02-20", "opened on 2024-02-12 and closed at the end of 2024-02-17", "its"),
        # the clock stood still
        (
            "2",
            "2024-01-19",
            "opened on 2024-01-01 and closes at the end of 2024-01-20,"
            " 10 days later for the time it was suspended or excused",
            "its",
        ),
        ("2", "2024-01-08", "closes when its suspension is over and its time has run on", ""),
        # the asking has no one day
        (
            "3",
            "2024-06-01",
            "opened between 2024-04-05 and 2024-04-09 and closed between the end of 2024-05-05"
            " and the end of 2024-05-09",
            "that may lie in its",
        ),
    ],
)
def test_a_window_is_told_as_the_judges_have_it(
    tmp_path: Path, clause: str, on: str, window: str, acts: str
) -> None:
    (tmp_path / "agreement.md").write_text(WINDOWS)
    told = text(tree(servanda.open(tmp_path), clause, on, "text"))
    assert window in told
    assert f"{acts} window." in told if acts else "The deadline" not in told
    assert "outside its window" not in told


def test_only_what_counts_is_cited(tmp_path: Path) -> None:
    (tmp_path / "agreement.md").write_text(COUNTED)
    case_ = servanda.open(tmp_path)
    months = [n for n in walk(tree(case_, "1", "2024-02-20", "text")) if "so far: it" in n.sentence]
    assert [n.entries for n in months] == [["long"]]  # the next month has an answer of its own
    (parts,) = [n for n in walk(tree(case_, "2", "2024-02-20", "text")) if "in full" in n.sentence]
    assert parts.sentence == "amount: 5 of at least 5 in its window, in full."
    assert parts.entries == ["two", "three"]
    assert "Its window opened on 2024-01-20" in text(tree(case_, "3", "2024-02-20", "text"))


def test_the_calendar_counts_from_when_an_event_arose(tmp_path: Path) -> None:
    (tmp_path / "agreement.md").write_text(WINDOWS)
    case_ = servanda.open(tmp_path)
    (found,) = [d for d in deadlines(case_.judge("text", "2024-02-13")) if d.clause == "1"]
    assert found.micros == day_start(date(2024, 2, 18), "UTC") and found.last_day


def test_a_power_used_while_it_was_closed_is_told_with_its_entry(tmp_path: Path) -> None:
    (tmp_path / "agreement.md").write_text(CLOSED)
    case_ = servanda.open(tmp_path)
    for day in ("2024-01-12", "2024-01-14"):  # on the 13th it was used while it was open
        nodes = walk(tree(case_, "3", day, "text"))
        (told,) = [n for n in nodes if "that has no sure effect" in n.sentence]
        assert told.entries == ["early"]


def test_a_clause_without_a_duty_says_why(case: servanda.Case) -> None:
    assert "not modelled: a wish" in text(tree(case, "5", "2024-01-10"))
    assert "It would take an event" in text(tree(case, "2", "2024-01-10", "theirs"))


def test_every_tree_reaches_its_entries_and_sources(case: servanda.Case) -> None:
    for clause in ("1", "2", "3", "4"):
        for root in why(case.judge("ours", "2024-01-10"), clause):
            for node in walk(root):
                assert set(node.entries) <= {e.id for e in case.record.entries}
                assert set(node.sources) <= set(case.sources)


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def test_an_instance_is_picked_by_its_particulars(case: servanda.Case) -> None:
    judged = case.judge("ours", "2024-01-10")
    assert why(judged, "2", {"i": "x"})[0].sentence.startswith("Clause 2, A must pay")
    assert "no duty with i y stands in it" in why(judged, "2", {"i": "y"})[0].sentence
