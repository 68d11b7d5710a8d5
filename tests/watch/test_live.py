"""Incremental verdicts equal those of judging from scratch, after every batch and in any order.

SERVANDA_LONG=400 tries that many new cases for each construct (see budgets.py).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from build import Case
from company import COMPANY
from generate import CONSTRUCTS, cases, cut
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from budgets import LONG, budget
from servanda.judge.judgement import judge
from servanda.judge.verdict import JudgeError
from servanda.record.facts import Facts
from servanda.semantics.clock import day_start, tick
from servanda.semantics.norms import Norms
from servanda.watch.fact_filing import NamedFact, facts_in
from servanda.watch.histories import (
    Instance,
    StatusChange,
    by_identity,
    changes_between,
    decode_histories,
    encode_histories,
    plain,
)
from servanda.watch.live_verdicts import LiveVerdicts
from servanda.watch.state import Store


def from_scratch(norms: Norms, facts: Facts) -> list[Instance]:
    found: list[Instance] = []
    spans: list[Any] = []
    for v in judge(norms, facts):
        spans.append(
            [v.from_, v.status, list(v.entries), [plain(b) for b in v.breaches], v.outcome]
        )
        if v.until is None:
            found.append(
                Instance(v.rule, v.debtor, v.creditor, v.trigger, plain(v.instance), spans)
            )
            spans = []
    return found


class ReplayedTable:
    """A verdict table built by replaying the changes."""

    def __init__(self) -> None:
        self.spans: dict[tuple[bytes, int], list[Any]] = {}
        self.of: dict[tuple[bytes, int], Instance] = {}

    def apply(self, step: StatusChange) -> None:
        ((bare, _),) = by_identity([replace(step.of, spans=[])])
        name = (bare, step.nth)
        self.of[name] = step.of
        spans = self.spans.setdefault(name, [])
        span = [
            step.at,
            step.was if step.withdrawn else step.status,
            step.entries,
            step.breaches,
            step.outcome,
        ]
        if step.withdrawn:
            assert spans.pop() == span
        else:
            assert step.was == (spans[-1][1] if spans else None)
            spans.append(span)

    def instances(self) -> list[Instance]:
        return [replace(self.of[n], spans=spans) for n, spans in self.spans.items() if spans]


def collect(live: LiveVerdicts, facts: list[NamedFact], now: int) -> Facts:
    rows = [(kind, name, live.filing.write(fact)) for kind, name, fact in facts]
    return cut(live.filing.collect(rows, now), now)


def check(norms: Norms, batches: list[tuple[int, list[tuple[str, NamedFact]], list[str]]]) -> None:
    """`batches`: the clock, named facts to add, and names of facts to remove."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "state")
        store.index()
        live, table = LiveVerdicts(norms, store), ReplayedTable()
        known: dict[str, NamedFact] = {}
        for before, after in live.begin(batches[0][0]):
            for step in changes_between(before, after):
                table.apply(step)
        for now, comes, goes in batches:
            gone = [(name, live.places([known.pop(name)])) for name in goes if name in known]
            known |= comes
            try:
                expected = encode_histories(
                    from_scratch(norms, collect(live, list(known.values()), now))
                )
            except JudgeError:
                store.close()
                return
            for step in live.apply([(name, [fact]) for name, fact in comes], gone, now):
                table.apply(step)
            kept = encode_histories(
                [i for _, _, body in store.all_verdicts() for i in decode_histories(body)]
            )
            assert kept == expected
            assert encode_histories(table.instances()) == expected
        store.close()


@st.composite
def batches(draw: Any, only: set[str] | None = None) -> tuple[Norms, list[Any]]:
    norms, facts = draw(cases(only=only))
    all_ = [(f"f{n}", fact) for n, fact in enumerate(facts_in(facts))]
    shuffled = draw(st.permutations(all_))
    found = []
    clock = tick(day_start_of(norms), 63)
    while shuffled:
        size = draw(st.integers(0, len(shuffled)))
        comes, shuffled = shuffled[:size], shuffled[size:]
        goes = draw(st.lists(st.sampled_from([name for name, _ in all_]), max_size=2))
        clock += 64 * 43_200_000_000 * draw(st.integers(0, 6))
        found.append((clock, comes, goes))
    found += [(clock + 64 * 86_400_000_000 * n, [], []) for n in (1, 2, 40)]
    return norms, found


def day_start_of(norms: Norms) -> int:
    from datetime import date

    return day_start(date(2024, 3, 28), norms.zone) - 1


SOME = (
    "trigger", "following", "remedy", "state", "sum", "so_far", "derived", "every", "business",
    "vague", "suspend", "cured_by", "throughout",
)  # fmt: skip


@pytest.mark.parametrize("construct", CONSTRUCTS if LONG else SOME)
def test_it_is_as_from_scratch_with(construct: str) -> None:
    @budget(2)
    @given(batches({construct, *COMPANY[construct]}))
    def same(case: tuple[Norms, list[Any]]) -> None:
        check(*case)

    same()


@budget(2)
@given(batches())
def test_it_is_as_from_scratch_with_everything(case: tuple[Norms, list[Any]]) -> None:
    check(*case)


def test_a_power_over_a_clause_without_rules_is_used_all_the_same() -> None:
    case = Case().may("1", "create", clause="none", debtor="B")
    norms = case.norms()
    used = case.uses("2024-03-29T12:00", "B", "create", "none").facts
    now = tick(day_start_of(norms), 63) + 64 * 86_400_000_000 * 3
    check(norms, [(now, [(f"f{n}", fact) for n, fact in enumerate(facts_in(used))], [])])
    assert "exercised" in {v.status for v in judge(norms, replace(used, now=now))}
