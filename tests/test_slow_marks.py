"""The list of slow tests names tests that exist: a renamed one would silently count as fast."""

from __future__ import annotations

from pathlib import Path

import pytest

from slow_tests import SLOW

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("prefix", SLOW)
def test_every_slow_prefix_names_a_test(prefix: str) -> None:
    file, _, rest = prefix.partition("::")
    assert f"def {rest.partition('[')[0]}" in (ROOT / file).read_text(encoding="utf-8")
