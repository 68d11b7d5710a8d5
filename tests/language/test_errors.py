"""Bad input of every kind: a problem at its place, in plain words, never an exception."""

from __future__ import annotations

import os
import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servanda.record.resolver import resolve_record
from servanda.semantics.resolver import norms_of
from servanda.syntax import line_parser
from servanda.syntax.files import load
from servanda.syntax.formatter import format_text
from servanda.syntax.layout import lay_out
from servanda.syntax.parser import MOST_FAILURES, parse, parse_agreement
from servanda.syntax.problems import (
    Problem,
    Problems,
    ServandaError,
    did_you_mean,
    namespaced,
    render,
)
from servanda.syntax.tree import Place

CLAUSE = "clause 7\n  "


def problems_of(text: str, file: str = "case.sv") -> list[Problem]:
    problems = Problems()
    parse(lay_out(text, file, problems).statements, problems)
    return list(problems)


def problem_of(text: str, file: str = "case.sv") -> Problem:
    (problem,) = problems_of(text, file)
    return problem


# ---------------------------------------------------------------------- problems themselves
def test_rendering() -> None:
    problem = problem_of("## 26 X\n```servanda\nclause 26\n  US mst leave\n```\n", "a.md")
    assert render(problem) == (
        "error[E120]: a.md:4:6: unexpected `mst`\n"
        "      US mst leave\n"
        "         ^^^\n"
        "  paragraph 26\n"
        "  help: did you mean `must`? (expected `must`, `may`, `,` or `acting`)"
    )


def test_rendering_of_a_whole_file_and_of_a_long_line() -> None:
    gone = Problem("E103", "file:a.md", "a.md", 0, 0, "gone", "")
    assert render(gone) == "error[E103]: a.md: gone"
    line = "x" * 500 + "!" + "\u0007" * 500
    odd = Problem("E120", "file:a.md", "a.md", 3, 501, "odd", "", line, end_column=2000)
    shown = render(odd).splitlines()
    assert all(len(part) < 180 for part in shown)
    assert shown[1][shown[2].index("^")] == "!"


def test_a_collection_keeps_each_problem_once_and_in_order() -> None:
    problems = Problems()
    problems.remember("a.md", ["one", "two"])
    problems.add("E120", Place("a.md", 2, 1), "second", "advice")
    problems.add("H202", Place("a.md", 1, 1), "first", "advice")
    problems.add("E120", Place("a.md", 2, 1), "second", "advice")
    assert [(p.message, p.source) for p in problems] == [("first", "one"), ("second", "two")]
    assert [p.message for p in problems.errors] == ["second"]
    assert [p.message for p in problems.hints] == ["first"]
    assert len(problems) == 2
    assert problems.errors[0].place.line == 2
    error = ServandaError(problems.errors)
    assert error.problems == problems.errors
    assert str(error) == "error[E120]: a.md:2:1: second\n    two\n    ^\n  help: advice"


def test_did_you_mean() -> None:
    names = ["implementation_day", "adoption_day", "Iran"]
    assert did_you_mean("implementation_dya", names) == "did you mean `implementation_day`?"
    assert did_you_mean("iran", names) == "did you mean `Iran`?"
    assert did_you_mean("xyz", names) is None
    assert did_you_mean("", []) is None


# ---------------------------------------------------------------------- lines that do not parse
BUSINESS = "`15 business days of Office`, declared by `calendar Office = business days of NL`"


@pytest.mark.parametrize(
    ("text", "place", "message", "advice"),
    [
        ("prty A", (1, 1), "`prty`", "did you mean `party`"),
        ("party", (1, 6), "stops too early", "a name"),
        ("party A,, B", (1, 9), "`,`", "a name"),
        ("agreement", (1, 10), "stops too early", "a name"),
        ("measure m in", (1, 13), "stops too early", "a name"),
        (CLAUSE + "US shall leave", (2, 6), "`shall`", "did you mean `must`"),
        (CLAUSE + "US must keep stock ≤ 3 kg", (2, 22), "`≤`", "write `<=`"),
        (CLAUSE + "US must kep stock <= 3 kg", (2, 15), "`stock`", "`keep` for `kep`?"),
        (CLAUSE + "US must pay form today", (2, 15), "`form`", "did you mean `from`"),
        (CLAUSE + "US must pay(amount: 100,000 EUR)", (2, 27), "a comma", "100_000"),
        (CLAUSE + "US must pay before 100,000", (2, 22), "`100`", "a date"),
        ("2020-01-01 stock = 100,000 kg", (1, 24), "`000`", "without commas"),
        (CLAUSE + "US must pay untilx", (2, 15), "`untilx`", "`until`"),
        ("calendar W = business days of NLX", (1, 31), "`NLX`", "a country"),
        (CLAUSE + "not modelled “why”", (2, 16), "`“`", "straight quotes"),
        (CLAUSE + "US must\u00a0pay within 3 days", (2, 10), "\u00a0", "non-breaking space"),
        (CLAUSE + "when order(id: id)\n    A must pay", (3, 5), "`A`", "with a colon"),
        (CLAUSE + "when a and b:\n    A must pay", (2, 10), "`and`", "`following`"),
        (CLAUSE + "every quarter:\n    A must pay", (2, 9), "`quarter`", "after the action"),
        ("2020-01-01 Iran demands US release", (1, 28), "`release`", "is `that` missing"),
        (
            "IAEA attests a full record of stock 2016-01-16",
            (1, 37),
            "`2016-01-16`",
            "is `from` missing",
        ),
        ("2020-1-1 US leaves", (1, 1), "`2020-1-1`", "write 2020-01-01"),
        ("day d = 3 days", (1, 9), "`3`", "a date"),
        ("define x = NaN <= inf kg", (1, 23), "`kg`", "`of`"),
        ("define x = (a", (1, 14), "stops too early", "`)`"),
        ("party A; party B", (1, 8), "`;`", "one statement a line"),
        ("party A\0", (1, 8), "`\0`", ""),
        (CLAUSE + "when begins(at):\n    A must pay", (2, 17), "`)`", "given as `at: …`"),
        (CLAUSE + "A must pay(rate: rate)", (2, 24), "`)`", "`rate` is a word of the language"),
        ("define few(count: number) = count < 3", (1, 35), "`<`", "another name for the parameter"),
        (CLAUSE + "A must keep count < 3", (2, 21), "`<`", "expected `of`"),
        (CLAUSE + "A must pay by end", (2, 20), "stops too early", "`by expiry`"),
        (CLAUSE + "A must pay until start + 3 days", (2, 26), "`+`", "`until start of (expiry)`"),
        (CLAUSE + "A must pay within 14 days after end", (2, 38), "too early", "`after expiry`"),
        (CLAUSE + "A must pay within 15 business days", (2, 37), "too early", BUSINESS),
        (CLAUSE + "A must pay within 15 business days after go", (2, 38), "`after`", BUSINESS),
        (CLAUSE + "A must pay when B pays", (2, 14), "`when`", "in the line above"),
        (CLAUSE + "A must pay the rent", (2, 14), "`the`", "leave `the` out"),
        (CLAUSE + "A must pay within 30 days of 2024-01-31", (2, 29), "`of`", "`after`"),
        (CLAUSE + "A must pay no later than 2024-01-31", (2, 32), "`-01-31`", "write `by`"),
        (CLAUSE + "A must pay 5 EUR", (2, 14), "`5`", "`pay(amount: 5 EUR)`"),
        (CLAUSE + "If A pays then B must pay", (2, 6), "`A`", "`when …:`"),
        ("event e(by party)", (1, 12), "`party`", "`… : party`"),
        ("group G: A, B", (1, 8), "`:`", "write `=`"),
        ("state s from pay to pays", (1, 18), "`to`", "did you mean `until`?"),
        ("2024-01-31 A pays to B", (1, 19), "`to`", "`A pays(to: B"),
        ("31.1.2024 A pays", (1, 1), "`31.1.2024`", "write 2024-01-31"),
        ("31.12.2024 A pays", (1, 1), "`31.12.2024`", "write 2024-12-31"),
    ],
)
def test_a_line_that_cannot_be_read(
    text: str, place: tuple[int, int], message: str, advice: str
) -> None:
    problem = problem_of(text)
    assert (problem.line, problem.column) == place
    assert message in problem.message
    assert advice in (problem.help or "")


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        (
            CLAUSE + "reads R1 as cap",
            "`reads …` does not belong in a clause",
            "below an account, deeper",
        ),
        ("account A\n  A must pay", "does not belong in an account", "below a clause"),
        ("account A\n  reads R1", "stops too early", "`as`"),
        ("clause 7\n  party A", "`party …` does not belong in a clause", "at the left margin"),
        (CLAUSE + "2020-01-01 US leaves", "an entry of the record does not belong", "the record"),
        ("A must pay", "does not belong here", "below a clause"),
        ("reads R1 as cap", "does not belong here", "below an account, deeper"),
        ("zone UTC", "belongs to the `agreement`", "put it below"),
        ("agreement A\n  party B", "`party …` does not belong below `agreement`", "left margin"),
        (
            'table "x.csv"\n  reads R1 as x',
            "does not belong below a table",
            "below an account, deeper",
        ),
        ('not modelled "x"', "names no paragraph", "heading"),
    ],
)
def test_a_line_in_the_wrong_room(text: str, message: str, advice: str) -> None:
    problem = problem_of(text)
    assert message in problem.message
    assert advice in (problem.help or "")


def test_all_lines_are_reported_at_once() -> None:
    text = "prty A\nparty B\nclause\n  A mst go\n  A must go\nday x = 2019-02-30\n"
    assert [p.line for p in problems_of(text)] == [1, 3, 4, 6]


def test_too_many_broken_lines_are_cut_short() -> None:
    start = time.perf_counter()
    found = problems_of("\n".join("party = x" for _ in range(50_000)))
    assert len(found) == MOST_FAILURES + 1
    assert "the rest is not checked" in found[0].message
    assert time.perf_counter() - start < 10


# ---------------------------------------------------------------------- values that cannot be
@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("2019-02-30 US leaves", 1, "there is no day 2019-02-30"),
        ("1699-12-31 US leaves", 1, "the year 1699 is out of range"),
        ("2201-01-01 US leaves", 1, "the year 2201 is out of range"),
        ("0000-01-01 US leaves", 1, "there is no day 0000-01-01"),
        ("at some time in 2019-13 US leaves", 17, "there is no month 2019-13"),
        ("2019-01-01T25:00 US leaves", 1, "there is no instant 2019-01-01T25:00"),
        ("2019-01-01T10:00 Europe/Pariss US leaves", 1, "there is no time zone `Europe/Pariss`"),
        ("2019-01-01T10:00Z Europe/Paris US leaves", 1, "both an offset and a zone"),
        ("at some time in 2019-01-02..2019-01-01 US leaves", 29, "this span ends before"),
        (
            "at some time in 2019-01-02T10:00..2019-01-02T09:00 US leaves",
            35,
            "this span ends before it starts",
        ),
        ("2019-01-01 stock = 1e99999 kg", 20, "too long to be exact"),
        ("2019-01-01 stock = 1e999999999999999999999 kg", 20, "too long to be exact"),
        (f"2019-01-01 stock = {'9' * 29} kg", 20, "too long to be exact"),
        ("2019-01-01 stock != 3 kg", 18, "`!=` gives no bounds to a reading"),
        ("2019-01-01 stock between 3 kg and 2 kg", 26, "the lower bound stands second"),
        ("2019-01-01 US pays(amount: at least 3)", 20, "an entry gives a value here"),
        ("2019-01-01 US pays(any)", 15, "an entry gives a value here"),
        ("2019-01-01 US suspends the agreement", 15, "`suspends the agreement` has no meaning"),
        ("2019-01-01 US leaves, id a, id b", 29, "`id` is given twice"),
        ("day x = y + 2.5 days", 13, "2.5 is no whole number of days"),
        ("day x = y + 99999 years", 13, "is too long"),
        ("day x = y + 2 business months of Work", 24, "no business months"),
        ("event e(p: party in kg)", 12, "only a number has a unit"),
        (CLAUSE + "A must pay every 12 hours", 14, "counted in days, weeks, months or years"),
        (CLAUSE + "A must pay every 0 days", 14, "a period has a length above zero"),
        ("event count", 7, "`count` is a word of the language"),
        ("day start = 2019-01-01", 5, "`start` is a word of the language"),
        ("instant end = 2019-01-01T10:00", 9, "`end` is a word of the language"),
        ("party each", 7, "`each` is a word of the language"),
        (CLAUSE + "A must pay by 2019-02-30", 17, "there is no day 2019-02-30"),
        (CLAUSE + "A must pay by a by b", 19, "`by` is given twice"),
        (CLAUSE + "A must pay to B towards C", 19, "`towards` is given twice"),
        (CLAUSE + "A may pay instalments add up", 13, "belongs to a duty"),
        (CLAUSE + "A must pay:", 3, "opens no block"),
        ("party A:", 1, "opens no block"),
        (CLAUSE + "when a:", 3, "nothing stands below this `when`"),
        (CLAUSE + "when a", 3, "nothing stands below this `when`"),
        (CLAUSE + "when a:\n    when b:\n      A must go", 5, "a `when` inside a `when`"),
        (CLAUSE + "when a:\n    disapplies 5 while it binds", 5, "cannot stand below a `when`"),
        (CLAUSE + "survives the end for 0 days\n  A must go", 24, "`survives the end for` takes"),
        (CLAUSE + "needs R1.x\n  A must go", 8, "`needs` has no meaning in a clause"),
        ("clause 7", 8, "clause 7 is empty"),
        ("reading R.x of 7", 9, "R.x is empty"),
        ("reading R.x of 7, finds no obligation\n  A must go", 9, "and has rules below"),
        ("clause 7\n  no duty\n  A must go", 3, "`no duty` stands beside rules"),
        (
            "reading R.x of 7, reads the text as\n  once created\n  A must go",
            3,
            "has no meaning in a reading",
        ),
        ("amendment a of 7\n  not modelled \"x\"\n  A must go", 3, "no meaning in an amendment"),
        ("account A\n  reads R as x\n  reads R as y", 9, "reads R twice"),
        ("account A\n  takes the position that grave from 2019-01", 3, "and this is a span"),
        ("table \"x.csv\"", 7, "nothing says what a row of this table is"),
        ("table \"x.csv\"\n  row is e", 3, "nothing says which column has the date"),
        ("agreement A\n  zone Mars", 8, "there is no time zone `Mars`"),
        ("agreement A\n  zone UTC\n  zone UTC", 8, "`zone …` is given twice"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be(text: str, column: int, message: str) -> None:
    problem = problem_of(text)
    assert message in problem.message
    assert problem.column == column


@pytest.mark.parametrize(
    "line",
    [
        "define x = " + " + ".join("a" * 400) + " <= 3",
        "define x = " + "not " * 400 + "a",
        "day x = y" + " + 1 day" * 400,
        CLAUSE + "A must go" + " on breach A must also go" * 400,
    ],
)
def test_too_many_operations(line: str) -> None:
    assert "more than 100 operations" in problem_of(line).message
    assert problems_of(line.replace("400", "90"))


@pytest.mark.parametrize(
    ("block", "name"),
    [
        ("clause 7\n  A must go", "clause 7"),
        ("reading R.x of 7, reads the text as\n  A must go", "reading R.x"),
        ("amendment a of 7\n  A must go", "amendment a"),
        ("account A\n  reads R as x", "account A"),
        ("agreement A", "agreement line"),
    ],
)
def test_a_name_given_twice(block: str, name: str) -> None:
    problem = problem_of(f"{block}\n{block}")
    assert problem.message == f"{name} is declared here and in case.sv, line 1"


# ---------------------------------------------------------------------- follow-on errors
HIDING = """
agreement X
party A
event orders(id: text,, by
clause 1
  A must {act}
2024-01-01 A pays source {source}
event pay(by: party)
"""


def unknown_in(act: str, source: str) -> list[str]:
    """The subjects that a case with an unreadable `event orders(…)` line reports as unknown."""
    problems = Problems()
    text = HIDING.format(act=act, source=source)
    parsed = parse(lay_out(text, "case.sv", problems).statements, problems)
    norms_of(parsed.agreement, None, None, problems)
    resolve_record(parsed.record, parsed.agreement, {}, problems)
    return [str(p.subject) for p in problems if p.code in ("E201", "E501")]


def test_an_unreadable_declaration_hides_its_own_name_only() -> None:
    assert unknown_in("orders", "elsewhere") == ["source:elsewhere"]
    assert unknown_in("order", "elsewhere") == ["source:elsewhere"]


def test_an_unreadable_event_does_not_hide_a_source_of_its_name() -> None:
    assert unknown_in("orders", "orders") == ["source:orders"]


def test_an_unreadable_event_does_not_hide_other_events() -> None:
    assert unknown_in("fly", "orders") == ["event:fly", "source:orders"]


def test_subjects_share_the_namespaces_of_the_language() -> None:
    assert namespaced("event:orders") == namespaced("state:orders") == "name:orders"
    assert namespaced("substance:U") == namespaced("unit:U")
    kinds = ("source", "clause", "calendar", "reading", "amendment", "account", "event", "unit")
    assert len({namespaced(f"{kind}:orders") for kind in kinds}) == len(kinds)


def test_a_problem_without_a_subject_of_its_own_is_about_its_clause_or_file() -> None:
    problems = Problems()
    problems.add("E120", Place("a.md", 1, 1, "7"), "in a paragraph", "advice")
    problems.add("E120", Place("a.md", 2, 1), "elsewhere", "advice")
    assert [p.subject for p in problems] == ["clause:7", "file:a.md"]


# ---------------------------------------------------------------------- files
def loaded(root: Path, *files: str) -> list[str]:
    problems = Problems()
    for layout in load(root, files, problems):
        parse(layout.statements, problems)
    return [render(problem) for problem in problems]


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "agreement.md").write_text("party\n")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "x.csv").write_text("a,b\n")
    assert loaded(tmp_path, "agrement.md") == [
        "error[E103]: agrement.md: there is no such file\n  help: did you mean `agreement.md`?"
    ]
    assert loaded(tmp_path, "folder.md") == [
        "error[E103]: folder.md: this is a folder, not a file\n"
        "  help: correct the path: a relative one starts at the folder in which the command runs"
    ]
    assert "is not a text of a case" in loaded(tmp_path, "x.csv")[0]
    assert "is outside the case folder" in loaded(tmp_path, "../x.md")[0]
    assert "is outside the case folder" in loaded(tmp_path, ".")[0]
    assert len(loaded(tmp_path, "a" * 5000 + ".md")) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    assert "is not an ordinary file" in loaded(tmp_path, "a.md")[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"# x\n\0\n", "is binary, not text"),
        ("# é\n".encode("utf-16"), "is UTF-16, not UTF-8"),
        ("# Zürich é\n".encode("latin-1"), "a.md:1:4: this is not UTF-8 text (byte 0xfc)"),
        (b"x" * 100_001, "a line of 100,001 bytes"),
        (b"\xff\xfe", "is UTF-16, not UTF-8"),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "a.md").write_bytes(data)
    (problem,) = loaded(tmp_path, "a.md")
    assert message in problem


def test_a_line_is_measured_in_characters(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("é" * 100_000)
    assert loaded(tmp_path, "a.md") == []


def test_enormous_files_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "line.md").write_bytes(b"x" * 50_000_000)
    with (tmp_path / "large.md").open("wb") as file:
        file.truncate(70 * 1024 * 1024)
    start = time.perf_counter()
    assert "a line of 50,000,000 bytes" in loaded(tmp_path, "line.md")[0]
    assert "is larger than 64 MB" in loaded(tmp_path, "large.md")[0]
    assert time.perf_counter() - start < 2


# ---------------------------------------------------------------------- includes
def write(root: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = root / f"{name.replace('__', '/')}.sv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def test_includes_are_read_once_and_relative_to_their_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        a='agreement A\ninclude "more/b.sv"\nparty A',
        more__b='include "c.sv"\nparty B',
        more__c="party C",
    )
    problems = Problems()
    layouts = load(tmp_path, ["a.sv", "more/c.sv", "a.sv"], problems)
    assert [layout.file for layout in layouts] == ["a.sv", "more/b.sv", "more/c.sv"]
    statements = [statement for layout in layouts for statement in layout.statements]
    agreement = parse_agreement(statements, problems)
    assert {party.name for party in agreement.parties} == {"A", "B", "C"}
    assert not list(problems)


def test_a_circle_of_includes_is_shown(tmp_path: Path) -> None:
    write(tmp_path, a='include "b.sv"', b='party B\ninclude "c.sv"', c='include "b.sv"')
    (problem,) = loaded(tmp_path, "a.sv")
    assert problem == (
        "error[E106]: c.sv:1:1: these files include each other: b.sv → c.sv → b.sv\n"
        '    include "b.sv"\n'
        "    ^\n"
        "  help: leave one include out"
    )
    write(tmp_path, own='include "own.sv"')
    assert "own.sv → own.sv" in loaded(tmp_path, "own.sv")[0]


def test_includes_stay_inside_the_case(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (tmp_path / "secret.sv").write_text("party A")
    (case / "link.sv").symlink_to(tmp_path / "secret.sv")
    write(
        case,
        a='include "../secret.sv"\ninclude "link.sv"\ninclude "gone.sv"\ninclude "/etc/passwd"',
    )
    found = loaded(case, "a.sv")
    assert [problem.partition("\n")[0] for problem in found] == [
        "error[E107]: a.sv:1:1: `../secret.sv` is outside the case folder",
        "error[E107]: a.sv:2:1: `link.sv` is outside the case folder",
        "error[E103]: a.sv:3:1: `gone.sv`: there is no such file",
        "error[E107]: a.sv:4:1: `/etc/passwd` is outside the case folder",
    ]


def test_a_long_chain_of_includes(tmp_path: Path) -> None:
    write(tmp_path, **{f"a{i}": f'include "a{i + 1}.sv"' for i in range(40)})
    (problem,) = loaded(tmp_path, "a0.sv")
    assert "includes are nested deeper than 20" in problem


# ---------------------------------------------------------------------- the grammar's cache
@pytest.mark.parametrize("spoilt", [b"", b"nonsense", b"\n" * 100])
def test_a_spoilt_cache_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: bytes
) -> None:
    monkeypatch.setattr(line_parser, "cache_folder", lambda: tmp_path / "cache")
    assert line_parser.LineParser().fits("party A", "top")
    (cached,) = (tmp_path / "cache").iterdir()
    cached.write_bytes(spoilt)
    assert line_parser.LineParser().fits("party A", "top")
    assert line_parser.LineParser().fits("party A", "top")


def test_no_cache_where_none_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(line_parser, "cache_folder", lambda: tmp_path / "file" / "cache")
    assert line_parser.LineParser().fits("party A", "top")


# ---------------------------------------------------------------------- anything at all
WORDS = re.findall(
    r"\S+",
    "agreement clause reading account table party event when whenever must may keep not from "
    "until within by if else unless of in any same source id said A B 7 I.14 3 kg % 2019-02-30 "
    """2018-05-08 2018-05-08T00:00 = <= ( ) [ ] , : + - * # … “ " "x" """,
)
BREAKS = ["\n", "\n  ", "\n    "]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS + BREAKS), max_size=25).map(" ".join))
def test_words_in_any_order_never_fail(text: str) -> None:
    for file in ("a.sv", "a.md"):
        for problem in problems_of(text, file):
            assert render(problem)
        format_text(text, file)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_text_never_fails(text: str) -> None:
    problems_of(text)
    problems_of(f"```servanda\n{text}\n", "a.md")


def test_damaged_text_never_fails() -> None:
    text = (
        'clause 7 "t"\n  when order(id: id) if q >= 3 kg:\n    A must pay(n: at least 10 % * p)'
        " to B\n      within 5 business days of W\n      on breach B must instead go\n"
        "account A\n  trusts only B\n"
        '2020-01-02..2020-01-03 A pays(n: 3 kg), source x "p. 1", said by "y" on z\n'
    )
    source = random.Random(1)
    for _ in range(300):
        damaged = list(text)
        for _ in range(source.randint(1, 4)):
            damaged[source.randrange(len(damaged))] = source.choice(' \n"():,#x7é')
        for problem in problems_of("".join(damaged)):
            assert problem.source is None or problem.column <= len(problem.source) + 1
