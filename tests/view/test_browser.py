"""The view in a real browser: Debian's Chromium, driven by Playwright, on the flagship."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CASE = Path(__file__).resolve().parents[2] / "cases" / "jcpoa"
PORT = 8751
QUIET = ("background-networking", "component-update", "sync", "quic", "gpu")
HOW = (
    "no chromium here: `apt-get install chromium` (SERVANDA_BROWSER=required makes this a failure)"
)


@pytest.fixture
def page() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        (pytest.fail if os.environ.get("SERVANDA_BROWSER") == "required" else pytest.skip)(HOW)
    flags = ["--no-sandbox", "--no-first-run", *(f"--disable-{what}" for what in QUIET)]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=flags)
        yield browser.new_page()
        browser.close()


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Path]:
    copy = Path(shutil.copytree(CASE, tmp_path / "jcpoa"))
    command = [sys.executable, "-m", "servanda", "serve", str(copy), "--port", str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/board.json").read()
                break
            except OSError:
                time.sleep(0.2)
        yield copy
    finally:
        server.terminate()
        server.wait(10)


def test_the_board_is_dragged_opened_edited_and_broken(page: Any, case: Path) -> None:
    page.goto(f"http://127.0.0.1:{PORT}/board?on=2019-07-01")
    assert page.locator("h1").inner_text() == "On 1 July 2019"
    row = page.locator("table.board tr", has_text="Iran must keep uranium stock").first
    assert "broken" in row.inner_text() and "contested" in row.inner_text()

    row.locator("a.turns").click()
    page.wait_for_selector(".opened li", timeout=30_000)
    assert "reading R3 of 36" in page.locator(".opened").inner_text()

    page.locator("#slider").fill("1200")
    page.wait_for_selector("h1:has-text('2018')")
    row = page.locator("table.board tr", has_text="Iran must keep uranium stock").first
    assert "broken" not in row.inner_text()

    file = case / "agreement.md"
    good = file.read_text(encoding="utf-8")
    news = page.locator("body").get_attribute("data-news")
    file.write_text(good.replace('"Joint Comprehensive', '"Edited Comprehensive'), encoding="utf-8")
    page.wait_for_selector(f"body:not([data-news='{news}'])", timeout=20_000)

    file.write_text(good + "\n```servanda\nparty party party\n```\n", encoding="utf-8")
    page.wait_for_selector("section.problems", timeout=20_000)
    assert "agreement.md:" in page.locator("section.problems").inner_text()
    assert page.locator("table.board tbody tr").count() > 20
