"""Derivations are sufficient and necessary, whatever the case; and advice holds when supposed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from company import COMPANY
from generate import CONSTRUCTS, cases, cut
from hypothesis import given

import servanda
from budgets import budget
from servanda.explain.advice import setting_of
from servanda.explain.judged import Judged
from servanda.explain.supposition import with_text
from servanda.judge import judgement
from servanda.judge.counterfactuals.trials import Counterfactual, counterfactuals
from servanda.judge.dependencies import Footprints
from servanda.judge.derivation import Derivation
from servanda.judge.derive import derive
from servanda.judge.reference import walk
from servanda.judge.support import Outcome, only, outcome, without
from servanda.judge.verdict import JudgeError, Verdict
from servanda.judge.visible_facts import visible
from servanda.record.dates import LAST_PHASE
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms

ROOT = Path(__file__).parents[2]
KEYS = ("rule", "debtor", "creditor", "trigger", "instance", "status", "from_")


def current(norms: Norms, facts: Facts) -> list[Verdict]:
    return [v for v in walk.judge(norms, facts) if v.until is None]


def says(norms: Norms, facts: Facts, wanted: Verdict) -> bool:
    """Whether the plan, on these facts, gives an instance the status of a verdict, as long ago."""
    try:
        found = judgement.judge(norms, facts)
    except JudgeError:
        return False
    return any(
        v.until is None and all(getattr(v, key) == getattr(wanted, key) for key in KEYS)
        for v in found
    )


def holds(norms: Norms, facts: Facts, derivation: Derivation) -> None:
    """What is cited suffices; without any one of it, or of what would do instead, it does not."""
    verdict = derivation.verdict
    cited = (*derivation.cited, *derivation.declared)
    assert says(norms, only(facts, cited), verdict), f"not sufficient: {cited}"
    for ground in cited:
        fewer = [g for g in cited if g != ground]
        assert not says(norms, only(facts, fewer), verdict), f"not needed: {ground}"
    for entry in derivation.cited:
        remains = says(norms, without(facts, entry), verdict)
        assert remains == (entry in derivation.instead), entry
    for entry, others in derivation.instead.items():
        swapped = {*cited, *others} - {entry}
        assert says(norms, only(facts, swapped), verdict), (entry, others)


def check(norms: Norms, facts: Facts) -> None:
    """On the last day, and on the day on which the middle one of all spans began."""
    try:
        verdicts = current(norms, facts)
    except JudgeError:
        return
    begun = sorted(v.from_ for v in walk.judge(norms, facts) if v.from_ is not None)
    check_on_last_day(norms, facts, verdicts)
    if begun:
        earlier = cut(facts, begun[len(begun) // 2] | LAST_PHASE)
        check_on_last_day(norms, earlier, current(norms, earlier))


def check_on_last_day(norms: Norms, facts: Facts, verdicts: list[Verdict]) -> None:
    derivations = derive(norms, facts, verdicts)
    assert [d.verdict for d in derivations] == verdicts
    for derivation in derivations:
        holds(norms, facts, derivation)


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_what_is_cited_suffices_and_is_needed(construct: str) -> None:
    @budget(1)
    @given(cases(only={construct, *COMPANY[construct]}))
    def agree(case: tuple[Norms, Facts]) -> None:
        check(*case)

    agree()


# ------------------------------------------------------------------ the cases of the repository
CASES: list[tuple[str, str | None]] = [("sale", None), ("ceasefire", None), ("jcpoa", "2019-12-01")]


def judged_by_all(name: str, on: str | None) -> Iterator[tuple[servanda.Case, Judged]]:
    case = servanda.open(ROOT / "cases" / name)
    for account in case.accounts:
        yield case, case.judge(account, on)


@pytest.mark.parametrize(("name", "on"), CASES)
def test_the_cases_derivations_suffice_and_are_needed(name: str, on: str | None) -> None:
    told = 0
    for _, judged in judged_by_all(name, on):
        footprints = Footprints(judged.norms)
        verdicts = list(judged.current())
        derivations = derive(judged.norms, judged.facts, verdicts)
        assert [d.verdict for d in derivations] == verdicts
        for derivation in derivations:
            reach = footprints.follow([derivation.verdict.rule])
            norms, facts = footprints.within(reach, judged.facts)
            facts = visible(norms, facts, derivation.verdict)
            wanted = Outcome(derivation.verdict.status, derivation.verdict.from_)
            cited = (*derivation.cited, *derivation.declared)
            told += len(cited)
            of = derivation.verdict
            assert outcome(norms, only(facts, cited), of) == wanted
            for ground in cited:
                fewer = [g for g in cited if g != ground]
                assert outcome(norms, only(facts, fewer), of) != wanted, (of, ground)
    assert told > 10


@pytest.mark.parametrize(("name", "on", "every"), [(*CASES[0], 1), (*CASES[1], 1), (*CASES[2], 25)])
def test_every_piece_of_advice_holds_when_supposed(name: str, on: str | None, every: int) -> None:
    tried = 0
    for case, judged in judged_by_all(name, on):
        verdicts = list(judged.current())[::every]
        for derivation in derive(judged.norms, judged.facts, verdicts):
            for change in counterfactuals(setting_of(judged), derivation):
                if change.lines:
                    supposed_status(case, judged, derivation.verdict, change)
                    tried += 1
                elif change.kind == "later":
                    later = case.judge(judged.account, str(change.day))
                    assert status_in(later, derivation.verdict) == change.status
                    tried += 1
    assert tried > 3


def supposed_status(
    case: servanda.Case, judged: Judged, verdict: Verdict, change: Counterfactual
) -> None:
    """The lines as they are printed, typed into a file of the case."""
    text = "```servanda\n" + "\n".join(change.lines) + "\n```\n"
    supposed = with_text(case, "supposed.md", text)
    assert change.day is not None
    found = supposed.judge(judged.account, max(judged.on, str(change.day)))
    assert status_in(found, verdict) == change.status, (change, verdict)


def status_in(judged: Judged, verdict: Verdict) -> str:
    keys = ("rule", "debtor", "creditor", "trigger", "instance")
    alike = [
        v.status
        for v in judged.current()
        if all(getattr(v, key) == getattr(verdict, key) for key in keys)
    ]
    return alike[0] if len(set(alike)) == 1 else str(alike)
