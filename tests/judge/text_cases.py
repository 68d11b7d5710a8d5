"""Cases written as text, judged by both judges."""

from __future__ import annotations

from pathlib import Path

import servanda
from servanda.api.rows import Duty
from servanda.judge.reference import walk
from servanda.judge.verdict import Verdict

HEAD = """agreement G "g"
  zone UTC
  suspension does not stop the clock
party A "a"
party B "b"
party C "c"
event pay(by: party, n: text), not recorded is taken as not done
event order(by: party, n: text), not recorded is taken as not done
event emit(by: party, t: number), not recorded is taken as not done
event fire(by: party), not recorded is taken as not done
event stop(by: party), not recorded is taken as not done
event rumour(by: party)
"""


def case_of(folder: Path, text: str, record: str) -> servanda.Case:
    """A case with these rules and this record, without errors."""
    (folder / "record").mkdir(parents=True, exist_ok=True)
    (folder / "agreement.md").write_text(f"```servanda\n{HEAD}{text}\n```\n", encoding="utf-8")
    record = f"```servanda\n{record}\n```\n"
    (folder / "record" / "all.md").write_text(record, encoding="utf-8")
    case = servanda.open(folder)
    assert [p.message for p in case.check().errors] == []
    return case


def rows_of(folder: Path, text: str, record: str, on: str) -> list[Duty]:
    """The rows of `status`; both judges say the same of every span."""
    case = case_of(folder, text, record)
    judged = case.judge(None, on)
    by_reference = walk.judge(judged.norms, judged.facts)
    assert sorted(map(repr, judged.verdicts)) == sorted(map(repr, by_reference))
    return list(case.status(on))


def story_of(folder: Path, text: str, record: str, on: str, clause: str = "1") -> list[str]:
    """`status`, or `status/outcome` where it is over, of each instance of a clause."""
    found = [row for row in rows_of(folder, text, record, on) if row.clause == clause]
    return [told(row) for row in found]


def told(row: Duty | Verdict) -> str:
    over = row.status in ("lapsed", "ended", "waived", "released", "expired")
    return f"{row.status}/{row.outcome}" if over else row.status
