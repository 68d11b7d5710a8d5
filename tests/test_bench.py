"""The bench of policies in small: Servanda and the SQL written by hand give the same table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

BENCH = Path(__file__).resolve().parent.parent / "benchmarks" / "bulk"
sys.path.insert(0, str(BENCH))

import cases  # noqa: E402

from servanda.cli import app  # noqa: E402


@pytest.mark.parametrize("policy", cases.names())
def test_the_plan_answers_as_the_hand_written_query(policy: str, tmp_path: Path) -> None:
    case = cases.make(policy, 10_000, tmp_path / policy)
    ours, by_hand = tmp_path / "ours.parquet", tmp_path / "by_hand.parquet"
    judged = CliRunner().invoke(app, [str(word) for word in cases.judging(case, ours)])
    assert json.loads(judged.output)["rows"] > 100
    query = cases.POLICIES / policy / "by_hand.sql"
    command = [sys.executable, str(BENCH / "by_hand.py"), str(query), str(case), str(by_hand)]
    subprocess.run(command, check=True)
    assert not cases.differences(ours, by_hand)
    assert cases.same(ours, by_hand)
