"""What a contested duty turns on, on generated agreements: the choices that are named flip it in
the whole account, judged anew by the slower judge, and no smaller set of them does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from variants import Whole

import servanda
from budgets import budget
from servanda.explain.comparison import Comparison
from servanda.explain.duty_keys import Duty
from servanda.explain.variants import Choice, differences
from servanda.judge.reference import walk

Flip = tuple[str, str, tuple[Choice, ...]]
ON = "2024-02-01"
WORDS = """
agreement Page "A page"
  zone UTC
party A, B
body Board
event smoke(by: party), not recorded is taken as not done
event pay(by: party)
event never, not recorded is taken as not done
measure stock(of: party) in kg
vague serious(of: party) to be determined by Board
"""
CLAUSES = (
    """
clause 1 "Keep"
  A must keep stock <= 100 kg from 2024-01-01
reading R1.lenient of 1, reads the text as
  A must keep stock <= 200 kg from 2024-01-01
reading R1.strict of 1, reads the text as
  A must keep stock <= 50 kg from 2024-01-01
""",
    """
clause 2 "Smoke"
  A must not smoke from 2024-01-01
reading R2.off of 2, reads the text as
  A must not smoke from 2024-01-01 while never has happened
""",
    """
clause 3 "Both"
  A must not smoke from 2024-01-01
reading R3.both of 3, adds to the text
  needs R2.off
  B must not smoke from 2024-01-01
""",
    """
clause 4 "Vague"
  A must not smoke from 2024-01-01 unless serious(B)
""",
    """
clause 5 "Pay"
  A must pay from 2024-01-01 by 2024-01-20 excused while clause 1 is broken, time not extended
reading R5.whatever of 5, reads the text as
  A must pay from 2024-01-01 by 2024-01-20
reading R5.vague of 5, reads the text as
  A must pay from 2024-01-01 by 2024-01-20 excused while serious(B), time not extended
""",
    """
clause 6 "Answer"
  B must keep stock <= 100 kg from 2024-01-01 unless clause 2 is broken or clause 1 is broken
""",
)
SOURCES = ("letter", "paper", "diary")
READS = {"R1": ("lenient", "strict"), "R2": ("off",), "R3": ("both",), "R5": ("whatever", "vague")}
NEEDS = {"R3": ("R2", "off")}
FACTS = (
    *("A smokes", "B smokes", "A pays", "Board determines serious(B)"),
    *(f"stock of {party} = {level} kg" for party in "AB" for level in (40, 90, 150)),
)
TRUST = (
    *(f"for measurements prefers {source}" for source in SOURCES),
    *(f"distrusts {source}" for source in SOURCES),
    *("trusts only letter, paper", "trusts only diary, Board", "accepts alleged"),
)


# Turns on readings, sources (two of them together), grades and vague terms.
KNOWN = (
    WORDS
    + "".join(CLAUSES)
    + """
2024-01-03 A smokes, source letter, id e1
2024-01-04 A smokes, source paper, id e2
2024-01-04 A pays alleged, source diary, id e3
2024-01-05 stock of A = 150 kg, source letter, id e4
2024-01-06 stock of A = 90 kg, source paper, id e5
account a0
account a1
  reads R2 as off
account a2
  takes the position that serious(B), whatever is determined
account a3
  accepts alleged
account a4
  trusts only letter
account a5
  trusts only paper
"""
)


@st.composite
def texts(draw: Any) -> str:
    """The page of a case: a handful of clauses, a record with sources, and some accounts."""
    clauses = [c for c in CLAUSES if c in CLAUSES[:2] or draw(st.booleans())]
    groups = [g for g in READS if any(f"reading {g}." in c for c in clauses)]
    lines = []
    for n in range(draw(st.integers(2, 7))):
        fact, source = draw(st.sampled_from(FACTS)), draw(st.sampled_from(SOURCES))
        grade = draw(st.sampled_from(("", "", " alleged")))
        day = draw(st.integers(2, 28))
        lines.append(f"2024-01-{day:02} {fact}{grade}, source {source}, id e{n}")
    accounts = [
        f"account a{n}\n" + "".join(f"  {line}\n" for line in account(draw, groups))
        for n in range(draw(st.integers(2, 4)))
    ]
    return WORDS + "".join(clauses) + "\n".join(lines) + "\n" + "".join(accounts)


def account(draw: Any, groups: list[str]) -> Iterator[str]:
    chosen = {g: draw(st.sampled_from((None, *READS[g]))) for g in groups}
    for group, (needed, reading) in NEEDS.items():
        if chosen.get(group):
            chosen[needed] = reading
    yield from (f"reads {group} as {reading}" for group, reading in chosen.items() if reading)
    held = draw(
        st.sampled_from(
            (
                None,
                None,
                "takes the position that serious(B), whatever is determined",
                "takes the position that not serious(B), whatever is determined",
            )
        )
    )
    yield from (held,) if held else ()
    yield from draw(st.lists(st.sampled_from(TRUST), unique_by=one_only, max_size=3))


def one_only(trust: str) -> str:
    """Alike for lines of which an account has one at most."""
    return "only" if "only" in trust else trust


def compared(text: str, folder: Path) -> Comparison:
    (folder / "agreement.md").write_text(f"```servanda\n{text}```\n")
    sources = ", ".join(f'{{"id": "{s}", "title": "{s}"}}' for s in SOURCES)
    (folder / "sources.json").write_text(f"[{sources}]")
    case = servanda.open(folder)
    assert [p.message for p in case.problems if p.severity == "error"] == []
    return Comparison(case, ON, None, None)


def smaller(found: Comparison, key: Duty, pair: set[str | None], size: int) -> Iterator[Flip]:
    """Every smaller set of choices that might flip the duty between two statuses."""
    for a, b in permutations(found.names, 2):
        if {found.statuses[a].get(key), found.statuses[b].get(key)} == pair:
            choices = differences(found.chosen[a], found.chosen[b])
            for fewer in range(size):
                yield from ((a, b, some) for some in combinations(choices, fewer))


def test_what_is_named_flips_it_and_nothing_smaller_does(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    seen: set[str] = set()

    @budget(8)
    @given(texts())
    @example(KNOWN)
    def check(text: str) -> None:
        found = compared(text, tmp_path_factory.mktemp("turns"))
        whole = Whole(found.case, ON, walk.judge)
        for key in dict.fromkeys(key for held in found.statuses.values() for key in held):
            for flip in flips_of(found, key):
                check_flip(whole, found, key, flip)
                seen.update(kind for kind, _ in flip[2])
                seen.update(["several"] if len(flip[2]) > 1 else [])

    check()
    assert seen >= {"reads", "trusts", "holds", "accepts", "several"}


def flips_of(found: Comparison, key: Duty) -> list[Flip]:
    """One for each pair of statuses that a duty has in the accounts: the answer names them all."""
    held = {found.statuses[name].get(key) for name in found.names}
    flips = list(found.flips(key))
    parted = [frozenset(found.statuses[n].get(key) for n in (a, b)) for a, b, _ in flips]
    assert set(parted) == set(map(frozenset, combinations(held, 2)))
    assert len(parted) == len(set(parted))
    return flips


def check_flip(whole: Whole, found: Comparison, key: Duty, flip: Flip) -> None:
    a, b, choices = flip
    assert flipped(whole, found, key, flip)
    pair = {found.statuses[a].get(key), found.statuses[b].get(key)}
    for fewer in smaller(found, key, pair, len(choices)):
        assert not flipped(whole, found, key, fewer)


def flipped(whole: Whole, found: Comparison, key: Duty, flip: Flip) -> bool:
    a, b, choices = flip
    told = whole.status(found.chosen[a], found.chosen[b], choices, key)
    return told == found.statuses[b].get(key)
