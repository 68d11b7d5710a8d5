"""The drafts of an article, looked at in a real browser: by everybody, and with hostile text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import CASES, Served, serving
from servanda.articles.draft_files import save
from servanda.articles.drafts import Draft, Drafts, Link
from servanda.articles.model import TextSpan

SLOW = 30_000
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202eeslaf\u202c' onclick='alert(3)"
FIRST = f"The seller said on Monday that it will never {EVIL} report stock again."
SECOND = "The author doubts that, and calls it illegal."
LONG = "x" * 1_000_000
LINE = '2025-06-20 seller says "it will never report stock again" alleged, source an-article'


def write(path: Path) -> Path:
    """Drafts of three kinds: with a line, with a blank to fill in, and one of a million letters."""
    text = f"{FIRST}\n{SECOND}\n{LONG}"
    first, second = TextSpan(0, len(FIRST)), TextSpan(len(FIRST) + 1, len(FIRST) + 1 + len(SECOND))
    third = TextSpan(second.end + 1, len(text))
    chain = (Link(EVIL, "said", on=EVIL), Link(LONG, "reported"))
    reported = (
        Draft(1, "reported", "assertion", "seller", chain, first.of(text), (first,), "direct",
            inserted=(first,), condition=first, clauses=("1",), record=LINE),
        Draft(2, "reported", "demand", None, (), third.of(text), (third,), "indirect",
            needs=("a party",), outline=LINE.replace("seller", "____")),
    )  # fmt: skip
    author = Draft(3, "author", "assertion", None, (), second.of(text), (second,), "indirect",
        labels=(second,), needs=("a party",))  # fmt: skip
    source = {"id": "an-article", "type": "article", "title": EVIL, "author": [{"literal": EVIL}]}
    save(Drafts("article.txt", text, source, reported, (author,), (EVIL,)), path)
    return path


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("drafts")
    shutil.copytree(CASES / "sale", folder / "sale")
    with serving(folder / "sale", "--drafts", str(write(folder / "drafts.json"))) as served:
        yield served


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_review_and_nothing_is_run(browser: Any, drafts: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=scheme, viewport={"width": 375, "height": 812})
    context.set_default_timeout(SLOW)
    page = context.new_page()
    wrong: list[str] = []
    page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: wrong.append(f"script failed: {error}"))
    page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
    page.goto(f"{drafts.address}/drafts")
    page.wait_for_selector("fieldset.draft")
    html = page.content()
    assert len(html) < 300_000 and "\u202e" not in html
    assert not page.locator("main script, [onerror], [onclick]").count()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    grave = [
        (one["id"], [node["html"][:160] for node in one["nodes"][:2]])
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    context.close()
    assert wrong == [] and grave == []


def test_a_draft_is_edited_with_the_keyboard_and_enters_when_confirmed(
    browser: Any, drafts: Any
) -> None:
    context = browser.new_context()
    context.set_default_timeout(SLOW)
    page = context.new_page()
    page.goto(f"{drafts.address}/drafts")
    line = page.get_by_label("The line of draft 2 for the record")
    line.fill(LINE.replace("never report", "report no"))
    page.locator("input[name=choice-2][value=edit]").focus()
    page.keyboard.press("Space")
    page.get_by_text("Yes, add what I kept").click()
    page.get_by_role("button", name="Add to the record").click()
    page.wait_for_selector("h1:has-text('Saved in')")
    context.close()
    told = [p.read_text(encoding="utf-8") for p in (drafts.root / "record").glob("*.md")]
    assert sum("it will report no stock again" in text for text in told) == 1
    assert not any("it will never report stock again" in text for text in told)
