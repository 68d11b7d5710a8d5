"""Marks the slow tests, so that `./run tests --fast` can leave them out."""

from __future__ import annotations

import pytest

from slow_tests import SLOW


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker("slow")
