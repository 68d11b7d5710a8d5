"""Hostile text in every field of a case is shown and never run: looked at in a real browser."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import CASES, Served, serving

SLOW = 120_000
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"
TURNED = "\u202eeslaf\u202c\u2066\u200b"
EVIL = f"{SCRIPT}{TURNED} {{{{7*7}}}} </textarea></title></style> ' onclick='alert(4)"
LONG = "x" * 1_000_000
LINE = "x" * 45_000  # a line of the record may have a hundred thousand characters
MARKDOWN = f"""
{SCRIPT}

[link](javascript:alert(5)) ![picture](http://evil.example/p.png) <iframe src="http://evil.example">
"""


def write_table(root: Path) -> None:
    """A table of the record, whose cells hold what no line of a text may."""
    with (root / "record" / "cells.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["number", "day", "kg", "eur", "order"])
        rows.writerows([n, "2025-06-20", 1, 20, text] for n, text in ((EVIL, EVIL), ("m", LONG)))
    (root / "record" / "cells.md").write_text(
        """# Orders from a table

```servanda
table "record/cells.csv"
  row is order(by: buyer, id: column order, qty: column kg in kg, price: column eur in EUR)
    on column day id column number
```
""",
        encoding="utf-8",
    )


def write(root: Path) -> None:
    """The sale, with hostile text wherever a person can write."""
    agreement = root / "agreement.md"
    text = agreement.read_text(encoding="utf-8")
    text = text.replace('"Sale of cut flowers"', f'"{EVIL}"').replace('"Credit limit"', f'"{EVIL}"')
    text = text.replace('"Kwekerij De Fictie"', f'"{EVIL}"')
    text = text.replace("The buyer may order what it likes", f"{MARKDOWN}\nThe buyer may order")
    agreement.write_text(text, encoding="utf-8")
    accounts = root / "accounts.md"
    accounts.write_text(
        accounts.read_text(encoding="utf-8").replace('"As the buyer sees it"', f'"{EVIL}"')
    )
    sources = json.loads((root / "sources.json").read_text(encoding="utf-8"))
    for source in sources:
        source |= {"title": EVIL, "publisher": EVIL, "note": EVIL, "URL": "javascript:alert(6)"}
        source |= {"author": [{"literal": EVIL}], "number": EVIL}
    fields = ("title", "note", "publisher", "URL", "number", "container-title", "genre")
    sources.append({"id": "long", "type": "document", "author": [{"literal": LONG}]})
    sources[-1] |= dict.fromkeys(fields, LONG)
    (root / "sources.json").write_text(json.dumps(sources), encoding="utf-8")
    (root / "record" / "hostile.md").write_text(
        f"""# {EVIL}

```servanda
2025-06-20 buyer orders(id: "{EVIL}", qty: 1 kg, price: 20 EUR), id hostile,
  said by "{EVIL}" on "{EVIL}", reported by "{EVIL}" on 2025-06-21, source order-book "{EVIL}",
  note "{EVIL}"
2025-06-21 buyer orders(id: "{LINE}", qty: 1 kg, price: 20 EUR), id long, source long,
  note "{LINE}"
```
""",
        encoding="utf-8",
    )
    write_table(root)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("cases") / "sale"
    shutil.copytree(CASES / "sale", root)
    write(root)
    with serving(root) as served:
        yield served


def test_hostile_text_is_shown_and_never_run(browser: Any, hostile: Any) -> None:
    context = browser.new_context()
    context.set_default_timeout(SLOW)
    page = context.new_page()
    wrong: list[str] = []
    page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: wrong.append(f"script failed: {error}"))
    page.on(
        "request",
        lambda request: (
            request.url.startswith((hostile.address, "data:"))
            or wrong.append(f"request {request.url}")
        ),
    )
    page.on(
        "console",
        lambda said: "Content Security Policy" in said.text and wrong.append(said.text),
    )
    duties = page.request.get(f"{hostile.address}/board.json?show=all").json()["duties"]
    mine = [d["id"] for d in duties if "alert(1)" in str(d["instance"])]
    assert mine
    addresses = ["/board?show=all", "/timeline", "/text", "/record", "/sources", "/accounts"]
    addresses += ["/parties", "/search?q=alert", "/clause/1", "/clause/2", "/compare"]
    addresses += ["/account/buyer", "/party/seller", "/entry/hostile", "/entry/long"]
    addresses += ["/source/order-book", "/source/long", *(f"/duty/{id_}" for id_ in mine)]
    addresses += ["/nowhere?q=<script>alert(7)</script>", "/clause/<script>alert(8)</script>"]
    addresses += ["/board?party=<script>alert(9)</script>"]
    addresses += ["/what-if?text=</textarea><script>alert(10)</script>"]
    escaped = 0
    for address in addresses:
        page.goto(hostile.address + address)
        page.wait_for_selector("h1")
        page.wait_for_timeout(200)
        assert len(page.content()) < 2_000_000, address
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        html = page.content()
        assert "\u202e" not in html, address
        escaped += "⟨U+202E⟩" in html
        assert not page.locator("main script, main iframe, [onerror], [onload]").count(), address
        assert not page.locator("a[href^='javascript:']").count(), address
    assert escaped
    page.goto(f"{hostile.address}/entry/hostile")
    assert "<script>alert(1)</script>" in page.locator("h1").inner_text()
    page.goto(f"{hostile.address}/entry/long")
    assert "more characters" in page.locator("main").inner_text()
    context.close()
    assert wrong == []
