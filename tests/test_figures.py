"""The pictures of the manual are what the commands beside them draw today.

Set SERVANDA_UPDATE=1 to draw them again (`SERVANDA_UPDATE=1 ./run pytest tests/test_figures.py`),
and then look at them: they are the first thing that a reader sees.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from servanda.cli import app
from servanda.present.terminal import rich_blocks

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
UPDATE = os.environ.get("SERVANDA_UPDATE") == "1"
WIDTH = 160
"""Columns of the terminal in the picture: few cells need a second line, and it can be read."""


def command(start: str) -> list[str]:
    """The words of the README's command that begins so, after `./run servanda`."""
    found = re.findall(rf"(?m)^\W*\./run servanda ({start}[^#`*\n]*)", README)
    assert len(found) == 1, f"the README has {len(found)} commands `{start} …`"
    return shlex.split(found[0])


def compare_or_update(file: Path, drawn: str) -> None:
    ElementTree.fromstring(drawn)
    if UPDATE:
        file.write_text(drawn, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == drawn, f"{file.name}: see the top of this file"


def test_the_answer_is_what_the_command_of_the_readme_prints(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words, printed = command("status cases"), list[Any]()

    def keep(blocks: Iterable[Any], out: object = None) -> None:
        printed.extend(blocks)

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(rich_blocks, "write", keep)
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0 and printed, result.output
    title = f"servanda {shlex.join(words)}"
    compare_or_update(DOCS / "answer.svg", rich_blocks.draw_svg(printed, title, WIDTH))


def test_the_timeline_is_what_the_command_of_the_readme_draws(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = command("chart")
    assert words[-2:] == ["-o", "docs/timeline.svg"]
    target = tmp_path / "timeline.svg"
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(app, [*words[:-1], str(target)])
    assert result.exit_code == 0, result.output
    compare_or_update(DOCS / Path(words[-1]).name, target.read_text(encoding="utf-8"))
