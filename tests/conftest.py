"""The mark of slow tests, which `./run tests --fast` leaves out; one browser for all tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from slow_tests import SLOW

QUIET = ("background-networking", "component-update", "sync", "quic", "gpu")
HOW = (
    "no chromium here: `apt-get install chromium` (SERVANDA_BROWSER=required makes this a failure)"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        (pytest.fail if os.environ.get("SERVANDA_BROWSER") == "required" else pytest.skip)(HOW)
    flags = ["--no-sandbox", "--no-first-run", *(f"--disable-{what}" for what in QUIET)]
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=chromium, args=flags)
        yield found
        found.close()
