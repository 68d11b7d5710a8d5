"""Derivations are sufficient and necessary, whatever the case; and advice holds when supposed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from company import COMPANY
from every_span import (
    derivations,
    is_read_from_its_table,
    is_sufficient_and_necessary,
    tells_its_rows,
)
from generate import CONSTRUCTS, cases, cut
from hypothesis import given

import servanda
from budgets import LONG, budget
from pages import FENCE, copied, make
from servanda.explain.supposition import with_text
from servanda.judge import judgement
from servanda.judge.counterfactuals.setting import Setting
from servanda.judge.counterfactuals.trials import Counterfactual, counterfactuals
from servanda.judge.dependencies import Footprints
from servanda.judge.derivation import Derivation
from servanda.judge.derive import derive
from servanda.judge.reference import walk
from servanda.judge.reference.walk import Walk
from servanda.judge.support import is_of, last_of, only, without
from servanda.judge.verdict import JudgeError, Verdict
from servanda.judge.visible_facts import visible
from servanda.record.account_facts import facts_for
from servanda.record.dates import end_of
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms

ROOT = Path(__file__).parents[2]
KEYS = ("rule", "debtor", "creditor", "trigger", "instance", "status", "from_", "outcome")


# ------------------------------------------------------------------ generated cases
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


def holds_by_the_plan(norms: Norms, facts: Facts, derivation: Derivation) -> None:
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


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_what_is_cited_suffices_and_is_needed_by_the_plan(construct: str) -> None:
    """On the last day, of the two that cite most; the reference judge is asked about all, below."""

    @budget(2)
    @given(cases(only={construct, *COMPANY[construct]}))
    def agree(case: tuple[Norms, Facts]) -> None:
        norms, facts = case
        try:
            verdicts = [v for v in walk.judge(norms, facts) if v.until is None]
        except JudgeError:
            return
        found = derive(norms, facts, verdicts)
        assert [d.verdict for d in found] == verdicts
        for derivation in sorted(found, key=lambda d: -len(d.cited))[: LONG or 2]:
            holds_by_the_plan(norms, facts, derivation)

    agree()


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_every_span_is_derived(construct: str) -> None:
    @budget(5)
    @given(cases(only={construct, *COMPANY[construct]}))
    def agree(case: tuple[Norms, Facts]) -> None:
        norms, facts = case
        try:
            verdicts = walk.judge(norms, facts)
        except JudgeError:
            return
        footprints = Footprints(norms)
        for derivation, then in derivations(norms, verdicts, lambda x: cut(facts, x), facts.now):
            is_sufficient_and_necessary(norms, then, derivation, footprints)
            is_read_from_its_table(derivation)
            tells_its_rows(derivation)

    agree()


# ------------------------------------------------------------------ the cases of the repository
CASES = [(name, 1 if LONG else few) for name, few in (("sale", 3), ("ceasefire", 3), ("jcpoa", 25))]
"""The cases, and every which of their spans is tried; with SERVANDA_LONG all."""


def spans(case: servanda.Case, every: int) -> Iterator[tuple[servanda.Case, Setting, Derivation]]:
    """Every so many spans of a case in all of its accounts, each asked on a day in it."""
    n = 0
    for account in case.accounts:
        judged = case.judge(account)
        chosen = next((a for a in case.agreement.accounts if a.name == account), None)
        sampled = [v for k, v in enumerate(judged.verdicts, n) if k % every == 0]
        n += len(judged.verdicts)

        def facts_at(now: int, norms: Norms = judged.norms, of: object = chosen) -> Facts:
            return seen(case, of, norms, now)

        for derivation, facts in derivations(judged.norms, sampled, facts_at, judged.facts.now):
            setting = Setting(case.agreement, case.record, chosen, judged.norms, facts)
            yield case, setting, derivation


def seen(case: servanda.Case, account: object, norms: Norms, now: int) -> Facts:
    return facts_for(case.record, case.agreement, account, norms, on=now, known=None)


@pytest.mark.parametrize(("name", "every"), CASES)
def test_every_span_of_the_cases_is_derived(name: str, every: int) -> None:
    told = 0
    for _, setting, derivation in spans(servanda.open(ROOT / "cases" / name), every):
        is_sufficient_and_necessary(setting.norms, setting.facts, derivation, setting.footprints)
        is_read_from_its_table(derivation)
        tells_its_rows(derivation)
        told += len(derivation.cited)
    assert told > 10


@pytest.mark.parametrize(("name", "every"), CASES)
def test_every_piece_of_advice_holds_when_supposed(name: str, every: int) -> None:
    """With the lines typed into a file of the case as they are printed."""
    tried = 0
    for case, setting, derivation in spans(servanda.open(ROOT / "cases" / name), every):
        for change in counterfactuals(setting, derivation):
            if change.kind in TRIED:
                holds_when_supposed(case, setting, derivation, change)
                tried += 1
    assert tried > 20


TRIED = ("record", "complete", "later")
"""The counterfactuals that lines of text or time bring about; of the others: test_set_aside."""


def holds_when_supposed(
    case: servanda.Case, setting: Setting, derivation: Derivation, change: Counterfactual
) -> None:
    supposed = case if change.kind == "later" else with_lines(case, change)
    assert change.day is not None
    now = max(setting.facts.now, end_of(str(change.day), setting.norms.zone))
    facts = seen(supposed, setting.account, setting.norms, now)
    assert change.status in statuses_of(setting, derivation.verdict, facts), (change, derivation)


def with_lines(case: servanda.Case, change: Counterfactual) -> servanda.Case:
    return with_text(case, "supposed.md", "```servanda\n" + "\n".join(change.lines) + "\n```\n")


def statuses_of(setting: Setting, verdict: Verdict, facts: Facts) -> set[str]:
    """What the instances of a verdict are on the last day of some facts: of a condition that holds
    again there are several alike."""
    norms, fewer = setting.footprints.of_rule_restricted(verdict.rule, facts)
    found = Walk(norms, visible(norms, fewer, verdict), alone=verdict)
    found.run()
    return {last_of(each).status for each in found.instances[verdict.rule] if is_of(each, verdict)}


@pytest.mark.parametrize(("name", "every"), [("sale", 15), ("ceasefire", 15), ("jcpoa", 120)])
def test_advice_holds_when_the_case_is_asked(name: str, every: int) -> None:
    """The whole way and by the plan: `with_text`, `judge` on the day, the row of the duty."""
    tried = 0
    for case, setting, derivation in spans(servanda.open(ROOT / "cases" / name), every):
        for change in counterfactuals(setting, derivation):
            if change.lines:
                day = max(change.day, setting.today)
                assert setting.account is not None
                judged = with_lines(case, change).judge(setting.account.name, str(day))
                keys = ("rule", "debtor", "creditor", "trigger", "instance")
                found = {
                    v.status
                    for v in judged.current()
                    if all(getattr(v, k) == getattr(derivation.verdict, k) for k in keys)
                }
                assert change.status in found, (change, derivation.verdict)
                tried += 1
    assert tried > 2


# ------------------------------------------------------------------ the manual
PAGES = sorted((ROOT / "docs" / "language").glob("*.md"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the manual."""
    return copied(PAGES[0], tmp_path_factory.mktemp("manual"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_spans_of_the_manual_are_derived_and_advice_on_them_holds(page: Path, pages: Path) -> None:
    """Each page is a case that shows one construct, with the tables and texts it uses."""
    for kind, name, body in FENCE.findall(page.read_text()):
        if name and kind != "servanda-wrong":
            make(pages / name, body)
    case = servanda.open(pages / page.name)
    if case.record.last is None or page.stem == "refused":  # which no judge can judge
        return
    for _, setting, derivation in spans(case, 1 if LONG else 9):
        is_sufficient_and_necessary(setting.norms, setting.facts, derivation, setting.footprints)
        is_read_from_its_table(derivation)
        tells_its_rows(derivation)
        for change in counterfactuals(setting, derivation):
            if change.kind in TRIED:
                holds_when_supposed(case, setting, derivation, change)
