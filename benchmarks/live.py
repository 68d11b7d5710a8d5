"""Time from saving an edit to its display in a browser, on the flagship: six edits of a figure,
then six that also add a later entry, so that everything is judged again.

    ./run python benchmarks/live.py

Prints, for each save, the seconds until the page shows the first account judged again (the cell of
account `text`), and until all accounts are judged.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from view import ADDRESS, ROOT, serving

STOCK = "#duty-b5015ae43122 td[data-account=text]"  # Iran must keep uranium_stock <= 300 kg UF6
FIRST = f"([mark]) => document.querySelector('{STOCK}')?.innerText.includes('broken') === mark"
WHOLE = "() => !document.querySelector('#news .wait')"
LATER = "2026-02-03 stock_60 of Iran = 441 kg U\n  estimated by IAEA, source gov-2025-50\n"
ROUNDS = 6


def saved(page: Any, file: Path, text: str, broken: bool) -> tuple[float, float]:
    began = time.perf_counter()
    file.write_text(text, encoding="utf-8")
    page.wait_for_function(FIRST, arg=[broken], polling=10)
    first = time.perf_counter() - began
    page.wait_for_function(WHOLE, polling=10)
    return first, time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "jcpoa"
        shutil.copytree(ROOT / "cases" / "jcpoa", root)
        for name, times in edited(root).items():
            tell(name, times)


def tell(name: str, times: list[tuple[float, float]]) -> None:
    for which, taken in zip(("first", "all accounts"), zip(*times, strict=True), strict=True):
        middle = statistics.median(taken)
        print(f"{name}, {which}: {middle:.2f} s median, {min(taken):.2f} to {max(taken):.2f}")


def edited(root: Path) -> dict[str, list[tuple[float, float]]]:
    """A figure changed and changed back, in turn; the same with a later entry, and without."""
    from playwright.sync_api import sync_playwright

    file = root / "record" / "measurements.md"
    good = file.read_text(encoding="utf-8")
    figure = "2019-07-01 uranium_stock of Iran = "
    less = good.replace(f"{figure}205", f"{figure}201")
    last = "2025-11-12 uranium_stock of Iran unknown"
    later = less.replace(last, f"{LATER}{last}")
    assert good != less != later
    with serving(root), sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.goto(f"{ADDRESS}/board?on=2019-07-01")
        page.wait_for_selector(STOCK)
        page.wait_for_function(WHOLE)
        times = {
            name: [saved(page, file, good if n % 2 else text, bool(n % 2)) for n in range(ROUNDS)]
            for name, text in (("a figure", less), ("and a later entry", later))
        }
        browser.close()
    return times


if __name__ == "__main__":
    main()
