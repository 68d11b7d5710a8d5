"""The report in a real browser: it asks for nothing, fits a phone, and follows light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import servanda
from servanda.vocabulary.colours import INK, PAPER

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = servanda.open(ROOT / "cases" / "ceasefire")
    target = tmp_path_factory.mktemp("report") / "ceasefire.html"
    target.write_text(case.report_html(), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def flagship_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five accounts: the widest tables there are."""
    target = tmp_path_factory.mktemp("report") / "jcpoa.html"
    case = servanda.open(ROOT / "cases" / "jcpoa")
    target.write_text(case.report_html(on="2019-07-01"), encoding="utf-8")
    return target


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[n : n + 2], 16)) for n in (1, 3, 5))})"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_file_asks_for_nothing_and_follows_the_scheme(
    browser: Any, file: Path, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()] and said == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    ground = "getComputedStyle(document.querySelector('svg.chart > rect')).fill"
    assert page.evaluate(ground) == rgb(getattr(PAPER, scheme))
    text = "getComputedStyle(document.querySelector('svg.chart text')).fill"
    assert page.evaluate(text) == rgb(getattr(INK, scheme))
    page.close()


def test_nothing_serious_stands_in_the_way_of_a_screen_reader(browser: Any, file: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page()
    page.goto(file.as_uri())
    found = Axe().run(page).response["violations"]
    page.close()
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in serious] == []


@pytest.mark.parametrize(("width", "media"), [(375, "screen"), (688, "print")])
def test_no_column_is_cut_on_a_phone_or_on_paper(
    browser: Any, flagship_report: Path, width: int, media: str
) -> None:
    """688 pixels are what the margins leave of an A4 page."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.emulate_media(media=media)
    page.goto(flagship_report.as_uri())
    word = page.locator(".board .s", has_text="undetermined").first
    assert word.evaluate("e => e.scrollWidth <= e.clientWidth && e.clientHeight < 60")
    cut = page.evaluate(
        "() => [...document.querySelectorAll('.board td, .board th[scope=row], svg.chart')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    assert cut == []
    page.close()


def test_what_an_account_does_not_have_is_readable_in_the_dark(
    browser: Any, flagship_report: Path
) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(flagship_report.as_uri())
    ink, ground = page.locator(".board .fill-none").first.evaluate(
        "e => [getComputedStyle(e).color, getComputedStyle(document.body).color]"
    )
    assert ink == ground  # the page's own ink
    page.close()
