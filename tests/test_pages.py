"""The manual is run: every page of docs/language and every case's expectations."""

from __future__ import annotations

from pathlib import Path

import pytest

from pages import check_page, copied

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs" / "language").glob("*.md"))
EXPECTATIONS = sorted((ROOT / "cases").glob("*/expectations.md"))


def test_there_are_pages() -> None:
    assert len(PAGES) >= 25
    assert len(EXPECTATIONS) >= 3


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_page(page, copied(page, tmp_path), monkeypatch) > 0


@pytest.mark.parametrize("page", EXPECTATIONS, ids=lambda p: p.parent.name)
def test_case(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_page(page, ROOT, monkeypatch) > 0
