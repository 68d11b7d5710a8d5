"""Every judgement that the pages and the cases ask for, each once."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from expectations import expectations
from pages import FENCE, make, sessions

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "language").glob("*.md"))
CASES = sorted((ROOT / "cases").glob("*/expectations.md"))


class Asked(NamedTuple):
    """A judgement: of a case in a folder, by an account, on a day, as known on another."""

    case: str
    account: str | None
    on: str | None
    known: str | None


def of_page(page: Path, at: Path) -> Iterator[Asked]:
    """What the page's commands judge, once the files they need are there."""
    found = set()
    for kind, name, body in FENCE.findall(page.read_text()):
        file = "wrong.sv" if kind == "servanda-wrong" else name
        if file:
            make(at / file, body)
        for command, _ in sessions(body) if kind == "console" else ():
            asked = of_command(command)
            if asked is not None and asked not in found:
                found.add(asked)
                yield asked


def of_case(page: Path) -> Iterator[Asked]:
    """What the expectations of a case judge: later days of one account and knowledge only,
    since earlier ones are cut from them."""
    last: dict[tuple[str | None, str | None], Asked] = {}
    for command, _ in expectations(page):
        asked = of_command(command)
        if asked is None:
            continue
        key = (asked.account, asked.known)
        before = last.get(key)
        if before is None or asked.on is None or (before.on is not None and before.on < asked.on):
            last[key] = asked
    yield from last.values()


def of_command(command: str) -> Asked | None:
    words = shlex.split(command)
    if words[1] not in ("status", "timeline"):
        return None
    parser = argparse.ArgumentParser()
    parser.add_argument("case")
    for option in ("--account", "--on", "--known", "--clause"):
        parser.add_argument(option)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(words[2:])
    return Asked(given.case, given.account, given.on, given.known)
