"""What the docs name of the code exists: modules, classes and links between pages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "servanda"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
MODULE = re.compile(r"`(?:servanda\.)?((?:[\w-]+/)+[\w.-]*)(?:: (\w+)(?:\.(\w+))?)?[^`]*`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
# First parts of a path that is written from the root of the repository.
FROM_ROOT = {"src", "tests", "docs", "benchmarks", "cases", "assets", ".ci"}
PACKAGES = {path.name for path in PACKAGE.iterdir() if path.is_dir()}


def named_files(page: Path) -> list[tuple[str, Path, str | None]]:
    """Paths of code that a page names, with the class named after a colon."""
    found = []
    for match in MODULE.finditer(page.read_text(encoding="utf-8")):
        written, thing = match[1], match[2]
        first = written.split("/")[0]
        if first in FROM_ROOT:
            found.append((match[0], ROOT / written, thing))
        elif first in PACKAGES and not written.endswith((".md", ".json")):
            found.append((match[0], PACKAGE / written, thing))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_named_code_exists(page: Path) -> None:
    for written, path, thing in named_files(page):
        assert path.exists(), f"{page.name}: {written}"
        if thing is not None:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {getattr(node, "name", None) for node in tree.body}
            names |= {
                target.id
                for node in tree.body
                for target in [*getattr(node, "targets", ()), getattr(node, "target", None)]
                if isinstance(target, ast.Name)
            }
            assert thing in names, f"{page.name}: {written}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_architecture_lists_every_package() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert rooms <= set(re.findall(r"^\| `(\w+)/?`", text, re.MULTILINE))
