"""An entry that the account sets aside, counted as sure: what supposing it in the text gives."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from every_span import derivations

import servanda
from budgets import LONG
from servanda.explain.supposition import with_text
from servanda.judge.counterfactuals.setting import Setting
from servanda.judge.counterfactuals.trials import counterfactuals
from servanda.judge.dependencies import Footprints
from servanda.judge.support import standing
from servanda.judge.verdict import Verdict
from servanda.judge.visible_facts import visible
from servanda.record.account_facts import facts_for
from servanda.record.facts import Facts
from servanda.semantics.norms import Norms
from servanda.syntax import entries as e
from servanda.syntax.layout import Layout, lay_out
from servanda.syntax.parser import parse
from servanda.syntax.printer.statements import show
from servanda.syntax.problems import Problems

ROOT = Path(__file__).parents[2]
RULES = """
agreement Rent "A lease"
  zone UTC
party A, B, Fund, Blog, Registry
event pay(by: party, n: number), not recorded is taken as not done
event visit(by: party), not recorded is taken as not done
measure stock(of: party)
vague grave to be determined by Fund
clause 1
  A must pay(n: at least 900) to B by 2024-01-31
clause 2
  B must not visit
clause 3
  A must keep stock of A <= 50
clause 4
  A must keep not grave
clause 5
  B may waive 1
account careful
  trusts only Registry
account wary
  distrusts Blog
account both
  for measurements prefers Registry
  distrusts B
"""
RECORDS = {
    "untrusted act": "2024-01-10 A pays(n: 900) said by Blog\n",
    "alleged act": "2024-01-10 A pays(n: 900) alleged\n",
    "two acts": "2024-01-10 A pays(n: 900) said by Blog\n2024-01-20 A pays(n: 950) alleged\n",
    "violation": "2024-01-10 B visits\n2024-01-12 B visits alleged by Blog\n",
    "reading": "2024-01-10 stock of A = 60 said by Blog\n2024-01-11 stock of A = 40 alleged\n",
    "determination": "2024-01-10 Fund determines grave\n",
    "power": "2024-01-10 B waives 1\n",
    "correction": "2024-01-10 A pays(n: 900) id paid, said by Registry\n"
    "2024-01-10 A pays(n: 100) id less, corrects paid, said by Blog\n",
    "correction of a reading": "2024-01-10 stock of A = 40 id low, said by Registry\n"
    "2024-01-10 stock of A = 60 id high, corrects low, said by Blog\n",
    "alleged correction": "2024-01-10 A pays(n: 900) id paid, said by Registry\n"
    "2024-01-10 A pays(n: 950) id more, corrects paid, alleged by Registry\n",
    "withdrawal": "2024-01-10 A pays(n: 900) id paid, said by Registry\n"
    "2024-02-01 withdraws paid said by Blog\n",
    "withdrawal of a correction": "2024-01-10 A pays(n: 900) id paid, said by Registry\n"
    "2024-01-10 A pays(n: 100) id less, corrects paid, said by Registry\n"
    "2024-02-01 withdraws less said by Blog\n",
}
EXPECTED = {"correction": "due", "withdrawal": "due", "withdrawal of a correction": "kept"}


def in_text(case: servanda.Case, setting: Setting, id_: str) -> servanda.Case:
    """The case with the entry written as one that the account trusts and holds for sure."""
    entry = setting.record.entry(id_)
    account = setting.account
    assert entry is not None and account is not None
    problems, rest, found = Problems(), list[Layout](), list[e.Entry]()
    for layout in case.layouts:
        lines = list(layout.lines)
        here = [s for s in layout.statements if s.place.line == entry.place.line]
        if layout.file == entry.place.file:
            found += parse(here, problems).record.entries
            for statement in here:
                for n in range(statement.lines.first, statement.lines.last + 1):
                    lines[n - 1] = ""
        rest.append(lay_out("\n".join(lines), layout.file, problems))
    (written,) = found
    trusted = next(iter((*account.only, *account.first)), None)
    others = [p.name for p in case.agreement.parties if p.name not in account.distrusts]
    sure = msgspec.structs.replace(
        written,
        id=id_,
        grade=None,
        grade_by=None,
        sources=(),
        chain=(e.Attribution("said", trusted or others[0]),),
    )
    left = type(case)(case.folder, case.name, tuple(rest), problems)
    return with_text(left, "supposed.md", f"```servanda\n{show(sure)}\n```\n")


def proved(
    case: servanda.Case, every: int = 1, also_others: bool = False
) -> list[tuple[Verdict, str, str]]:
    """Each set-aside entry that changes a span, tried in the text of the case, with the status.

    `also_others`: those that change none are tried too.
    """
    found = []
    for account in case.accounts:
        judged = case.judge(account)
        chosen = next((a for a in case.agreement.accounts if a.name == account), None)
        if chosen is None:
            continue
        supposed: dict[str, servanda.Case] = {}

        def facts_at(now: int, norms: Norms = judged.norms, of: object = chosen) -> Facts:
            return facts_for(case.record, case.agreement, of, norms, on=now, known=None)

        sampled = judged.verdicts[::every]
        footprints = Footprints(judged.norms)
        for derivation, facts in derivations(judged.norms, sampled, facts_at, judged.facts.now):
            setting = Setting(case.agreement, case.record, chosen, judged.norms, facts)
            verdict = derivation.verdict
            told = {
                change.entries[0]: change.status
                for change in counterfactuals(setting, derivation)
                if change.kind in ("untrusted", "unsure")
            }
            norms = footprints.of_rule_restricted(verdict.rule, facts)[0]
            for entry, _ in setting.set_aside:
                if entry.id not in told and not also_others:
                    continue
                if entry.id not in supposed:
                    supposed[entry.id] = in_text(case, setting, entry.id)
                other = supposed[entry.id]
                seen = facts_for(
                    other.record, other.agreement, chosen, judged.norms, on=facts.now, known=None
                )
                fewer = footprints.of_rule_restricted(verdict.rule, seen)[1]
                by_text = standing(norms, visible(norms, fewer, verdict), verdict)
                status = verdict.status if by_text is None else by_text.status
                assert told.get(entry.id, verdict.status) == status, (entry.id, verdict)
                if entry.id in told:
                    found.append((verdict, entry.id, status))
    return found


@pytest.mark.parametrize("what", RECORDS)
def test_what_is_set_aside_is_tried_as_the_text_would_have_it(what: str, tmp_path: Path) -> None:
    (tmp_path / "case.sv").write_text(RULES + RECORDS[what])
    case = servanda.open(tmp_path / "case.sv")
    assert [str(p) for p in case.problems if p.severity == "error"] == []
    found = proved(case, also_others=True)
    assert found
    if what in EXPECTED:
        assert EXPECTED[what] in {status for _, _, status in found}


@pytest.mark.parametrize(
    ("name", "every"), [("sale", 2), ("ceasefire", 1), ("jcpoa", 1 if LONG else 40)]
)
def test_in_the_cases_too(name: str, every: int) -> None:
    proved(servanda.open(ROOT / "cases" / name), every)
