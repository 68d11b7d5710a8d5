"""The view in a real browser: Debian's Chromium, driven by Playwright, on the flagship."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

SLOW = 120_000
STOCK = "#duty-b5015ae43122"  # Iran must keep uranium_stock <= 300 kg UF6
KINDS = (
    *("/board?on=2019-07-01", "/timeline?clause=7", "/compare?on=2019-07-01&a=E3&b=Iran"),
    "/what-if?on=2020-04-01&account=E3&text=2020-02-18+E3+notifies",
    *("/text", "/record", "/sources", "/accounts", "/parties", "/search?q=uranium"),
    *("/clause/7?on=2019-07-01", "/duty/b5015ae43122?on=2019-07-01", "/account/Iran", "/party/US"),
    *("/entry/2019-07-01-uranium_stock-Iran", "/source/gov-inf-2019-8", "/nowhere"),
)


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(SLOW)
    yield context.new_page()
    context.close()


def cell(page: Any, account: str) -> Any:
    return page.locator(f"{STOCK} td[data-account={account}]")


# ------------------------------------------------------------------ the board
def test_dragging_the_date_changes_the_board(page: Any, flagship: Any) -> None:
    page.goto(f"{flagship.address}/board?on=2019-07-01")
    assert page.locator("h1").inner_text() == "1 July 2019"
    assert "in breach" in cell(page, "E3").inner_text()
    box = page.locator("#on-slider").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.41, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2, steps=6)
    page.mouse.up()
    page.wait_for_selector("h1:has-text('2018')", timeout=SLOW)
    assert "broken" not in cell(page, "E3").inner_text()
    assert "on=2018-" in page.url
    assert "changed" in page.locator("#said").inner_text()
    assert "2018" in page.locator("#on-slider").get_attribute("aria-valuetext")


def test_the_slider_steps_by_day_and_the_rest_by_keys(page: Any, flagship: Any) -> None:
    page.goto(f"{flagship.address}/board?on=2019-06-30")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert "broken" not in cell(page, "E3").inner_text()
    page.locator("#on-slider").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("h1:has-text('1 July 2019')", timeout=SLOW)
    assert "in breach" in cell(page, "E3").inner_text()
    assert page.evaluate("document.activeElement.id") == "on-slider"
    page.locator(f"{STOCK} .do a").focus()
    page.keyboard.press("Space")
    page.wait_for_selector(".opened li", timeout=SLOW)
    assert page.locator(f"{STOCK} .do a").get_attribute("aria-expanded") == "true"
    page.keyboard.press("Enter")
    assert page.locator(".opened").count() == 0


def test_a_contested_cell_opens_onto_what_it_turns_on(page: Any, flagship: Any) -> None:
    page.goto(f"{flagship.address}/board?on=2019-07-01")
    cell(page, "Iran").locator("a").click()
    page.wait_for_selector(".opened li", timeout=SLOW)
    opened = page.locator(".opened").inner_text()
    assert "Iran and Russia read clause 36 as" in opened and "suspended by Iran" in opened
    assert page.locator(".opened a[href^='/clause/36']").count() >= 1


def test_a_phone_sees_the_bars_of_the_timeline_and_their_names(browser: Any, flagship: Any) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 812})
    context.set_default_timeout(SLOW)
    page = context.new_page()
    page.goto(f"{flagship.address}/timeline?clause=7")
    for drawing in page.locator(".drawing").all():
        drawing.scroll_into_view_if_needed()
        drawing.locator("svg").wait_for()
        inside, room = drawing.evaluate(
            "d => [d.querySelector('svg').getBoundingClientRect().right,"
            " d.getBoundingClientRect().right]"
        )
        assert inside <= room
    texts = page.locator(".drawing").first.locator("svg text").all_text_contents()
    shown = {" ".join(text.split()) for text in texts}
    assert "7 Iran must keep uranium stock ≤ 300 kg UF6" in shown and "China" in shown
    assert {"kept", "broken", "suspended"} <= shown
    context.close()


def test_what_was_known_on_a_day_is_a_slider_too(page: Any, flagship: Any) -> None:
    page.goto(f"{flagship.address}/board?on=2019-07-01")
    page.locator("#known").fill("2019-06-30")
    page.locator("#known").dispatch_event("change")
    page.wait_for_selector("main .lead:has-text('As known on 30 June 2019')", timeout=SLOW)
    page.wait_for_function("() => !document.querySelector('.wait')", timeout=2 * SLOW)
    assert "broken" not in cell(page, "E3").inner_text()
    assert page.locator("#known-says").inner_text() == "30 June 2019"
    page.locator("#known-slider").press("End")
    page.wait_for_selector("main .lead:not(:has-text('As known on'))", timeout=SLOW)
    assert "in breach" in cell(page, "E3").inner_text()


def test_charts_are_drawn_live_and_stand_without_script(browser: Any, flagship: Any) -> None:
    context = browser.new_context()
    context.set_default_timeout(SLOW)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type} {message.text}"))
    page.goto(f"{flagship.address}/clause/7")
    page.wait_for_selector(".drawing svg", timeout=SLOW)
    page.locator(".drawing svg .mark-rect path").first.hover(force=True)
    page.wait_for_selector("#vg-tooltip-element.visible:has-text('status')")
    assert not [text for text in said if text.startswith("error")]
    context.close()
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(SLOW)
    page = context.new_page()
    page.goto(f"{flagship.address}/clause/7")
    image = page.locator("figure.chart img").first
    image.scroll_into_view_if_needed()
    page.wait_for_timeout(3000)
    assert image.evaluate("image => image.naturalWidth") > 300
    context.close()


# ------------------------------------------------------------------ for everybody
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Any, flagship: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=scheme)
    context.set_default_timeout(SLOW)
    page = context.new_page()
    found = []
    for address in KINDS:
        page.goto(flagship.address + address)
        page.wait_for_selector("h1")
        for one in Axe().run(page).response["violations"]:
            if one["impact"] in ("serious", "critical"):
                nodes = [node["html"][:160] for node in one["nodes"][:2]]
                found.append((address, one["id"], nodes))
    context.close()
    assert not found


def test_no_page_is_wider_than_a_phone(browser: Any, flagship: Any) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 812})
    context.set_default_timeout(SLOW)
    page = context.new_page()
    wide = []
    for address in KINDS:
        page.goto(flagship.address + address)
        page.wait_for_selector("h1")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 375:
            wide.append((address, width))
        cut = page.locator(".stack td, .stack th").evaluate_all(
            "cells => cells.map(c => c.getBoundingClientRect().right).filter(r => r > 375).length"
        )
        if cut:
            wide.append((address, cut))
    context.close()
    assert not wide


def test_links_to_entries_say_which(page: Any, flagship: Any) -> None:
    for address in ("/clause/7?on=2019-07-01", "/duty/b5015ae43122?on=2019-07-01"):
        page.goto(flagship.address + address)
        page.wait_for_selector("main a[href^='/entry/']", state="attached", timeout=SLOW)
        for link in page.locator("main a[href^='/entry/']").all():
            id_ = unquote(urlsplit(link.get_attribute("href")).path).removeprefix("/entry/")
            assert id_ in link.text_content()


def test_the_page_of_a_clause_tries_other_readings(page: Any, flagship: Any) -> None:
    page.goto(f"{flagship.address}/clause/7?on=2019-07-01&account=E3")
    tried = "if E3 read clause 36 as “performance may cease while sanctions are back”"
    page.wait_for_selector(f".turned:not([data-turns]) li:has-text('{tried}')", timeout=SLOW)
    assert page.locator(".turned .why").count() == 1
    answer = page.request.get(f"{flagship.address}/clause/7.json?on=2019-07-01&account=E3").json()
    assert answer["complete"] and tried in str(answer["why"])


# ------------------------------------------------------------------ live; the last test: it edits
def test_an_edit_on_disk_shows_up_and_a_broken_file_shows_its_error(
    page: Any, flagship: Any
) -> None:
    page.goto(f"{flagship.address}/board?on=2019-07-01")
    file = flagship.root / "agreement.md"
    good = file.read_text(encoding="utf-8")
    file.write_text(good.replace('"Joint Comprehensive', '"Edited Comprehensive'), encoding="utf-8")
    page.wait_for_function("() => document.title.includes('Edited')", timeout=SLOW)

    file.write_text(good + "\n```servanda\nparty party party\n```\n", encoding="utf-8")
    page.wait_for_selector("section.problems", timeout=SLOW)
    assert "agreement.md:" in page.locator("section.problems").inner_text()
    assert page.locator("table.board tbody tr").count() > 20
    file.write_text(good, encoding="utf-8")
    page.wait_for_function("() => !document.querySelector('section.problems')", timeout=SLOW)
