"""The judge that is chosen: the same verdicts as the plan's, and which one judges what."""

from __future__ import annotations

from pathlib import Path

import pytest

import servanda
from pages import FENCE, copied, make
from servanda.judge import dispatch, judgement
from servanda.judge.dependencies import Footprints
from servanda.judge.reference import walk
from servanda.judge.verdict import JudgeError, Verdict
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms

ROOT = Path(__file__).parents[2]
ORDERS = """agreement G "g"
  zone UTC
party A "a"
party B "b"
event order(by: party, id: text), not recorded is taken as not done
event deliver(by: party, id: text), not recorded is taken as not done
clause 1
  when order(id: i):
    A must deliver(id: i) within 5 days
      on breach A must also deliver(id: i) within 3 days
clause 2
  A must deliver every week from 2024-01-01
clause 3
  A must not deliver
"""


def by_plan(norms: Norms, facts: Facts) -> tuple[Verdict, ...] | str:
    try:
        return judgement.judge(norms, facts)
    except JudgeError:
        return "an error"


def by_choice(norms: Norms, facts: Facts) -> tuple[Verdict, ...] | str:
    try:
        return dispatch.judge(norms, facts)
    except JudgeError:
        return "an error"


def check_same(case: servanda.Case, account: str, on: str | None = None) -> None:
    norms = case.norms(account)
    facts = case.facts(case.account(account), norms, on or case.last_day(), None)
    assert by_choice(norms, facts) == by_plan(norms, facts)


def test_the_flagship_and_a_ceasefire() -> None:
    check_same(servanda.open(ROOT / "cases" / "jcpoa"), "Iran", "2021-06-01")
    check_same(servanda.open(ROOT / "cases" / "ceasefire"), "mission")


def test_the_cases_of_the_manual(tmp_path: Path) -> None:
    pages = sorted((ROOT / "docs" / "language").glob("*.md"))
    manual, judged = copied(pages[0], tmp_path), 0
    for page in pages:
        for kind, name, body in FENCE.findall(page.read_text()):
            if name and kind != "servanda-wrong":
                make(manual / name, body)
        case = servanda.open(manual / page.name)
        if case.record.last is None or case.found.errors:
            continue
        check_same(case, case.accounts[-1])
        judged += 1
    assert judged > 70


def orders(folder: Path, count: int) -> tuple[Norms, Facts]:
    lines = [f'2024-{1 + n // 28:02}-{1 + n % 28:02} B order(id: "{n}")' for n in range(count)]
    (folder / "agreement.sv").write_text(ORDERS)
    (folder / "record.sv").write_text("\n".join(lines) + "\n")
    case = servanda.open(folder)
    norms = case.norms()
    return norms, case.facts(None, norms, case.last_day(), None)


@pytest.mark.parametrize(("count", "few"), [(3, True), (30, True), (120, False)])
def test_many_instances_are_for_the_plan(
    count: int, few: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    norms, facts = orders(tmp_path, count)
    weeks = 1 + (count - 1) // 7
    assert abs(dispatch.instances(norms, facts) - (2 * count + weeks + 1)) <= 5
    walked: list[str] = []
    real = walk.judge

    def watched(norms: Norms, facts: Facts) -> tuple[Verdict, ...]:
        walked.extend(rule.clause for rule in norms.rules)
        return real(norms, facts)

    monkeypatch.setattr(walk, "judge", watched)
    found = dispatch.judge(norms, facts)
    assert ("1" in walked) == few
    assert "3" in walked
    assert found == judgement.judge(norms, facts)


def test_rules_apart_share_nothing(tmp_path: Path) -> None:
    norms, _ = orders(tmp_path, 1)
    apart = [sorted(r.rules) for r in dispatch.independent(Footprints(norms))]
    assert sorted(map(len, apart)) == [1, 1, 2]
