"""What `why` says of powers used, given up, or used only possibly, and of their ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import servanda
from servanda.answers.say import Node
from servanda.answers.why import why


def trees(tmp_path: Path, text: str, clause: str, on: str, account: str = "text") -> list[Node]:
    """The trees of a clause of a case written as text, in order."""
    path = tmp_path / "case.sv"
    path.write_text(text)
    case = servanda.open(path)
    assert [p.message for p in case.problems if p.severity == "error"] == []
    return why(case.judge(account, on), clause)


def sentences(node: Node) -> Iterator[str]:
    yield node.sentence
    for child in node.children:
        yield from sentences(child)


def said(node: Node) -> str:
    return "\n".join(sentences(node))


RAISED = """
agreement Page "Raised twice"
party A
event pay(by: party), silence means no
measure level(of: party)
clause 1
  whenever level of A > 5:
    A must pay within 5 days
2024-01-01 level of A = 1
2024-01-10 level of A = 9
2024-01-12 A pays
2024-01-20 level of A = 1
2024-02-10 level of A = 9
"""


def test_an_instance_tells_its_own_history_only(tmp_path: Path) -> None:
    first, second = trees(tmp_path, RAISED, "1", "2024-03-01")
    assert "Before: due from 2024-01-10 until 2024-01-12." in said(first)
    assert "Before: due from 2024-02-10 until 2024-02-16." in said(second)
