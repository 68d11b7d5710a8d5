"""Cases as text, judged by either judge the whole way from a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import servanda
from servanda.judge import dispatch

HEAD = """agreement G "g"
  zone UTC
party A, B
"""
Story = Callable[..., list[str]]


@pytest.fixture(params=["reference", "plan"])
def story(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """`story(text, clause, on)`: the statuses of the duties of a clause, one after another."""
    by_reference = request.param == "reference"
    monkeypatch.setattr(dispatch, "is_small", lambda norms, facts: by_reference)

    def tell(text: str, clause: str = "1", on: str = "2024-12-31", head: str = HEAD) -> list[str]:
        path = tmp_path / "case.sv"
        path.write_text(head + text)
        case = servanda.open(path)
        return [span.status for span in case.timeline(clause=clause, on=on)]

    return tell
