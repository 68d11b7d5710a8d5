"""Frame times while a board of 2,000 duties by 6 accounts scrolls, in Chromium without a GPU.

    ./run python benchmarks/scrolling.py

The page is scrolled from top to bottom, 600 pixels every tenth of a second, as rows load; the
times between frames are counted. A frame every 16.7 ms is smooth.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright
from view import ADDRESS, get, large, serving

FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const frame = (now) => {
    window.frames_.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""


def main() -> None:
    chromium = shutil.which("chromium")
    with TemporaryDirectory() as folder, serving(large(Path(folder))), sync_playwright() as driver:
        get("/board.json?show=all")
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{ADDRESS}/board?show=all")
        page.wait_for_timeout(1500)
        page.evaluate(FRAMES)
        page.mouse.move(640, 600)
        for _ in range(150):
            page.mouse.wheel(0, 600)
            page.wait_for_timeout(100)
        times = sorted(page.evaluate("window.frames_"))
        rows = page.locator(".board tr[id]").count()
        browser.close()
    middle, late = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"{rows} rows came in over {len(times)} frames")
    print(f"frame: median {middle:.1f} ms, 95 % within {late:.1f} ms, longest {times[-1]:.0f} ms")
    print(f"frames over 50 ms: {sum(t > 50 for t in times)}")


if __name__ == "__main__":
    main()
