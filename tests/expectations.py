"""A case's expectations: commands, and under each a table of what its JSON must hold."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from servanda.cli import app

Row = dict[str, str]
PIECE = re.compile(
    r"^```console\n\$ (?P<command>.*?)\n```$"
    r"|^(?P<table>\|.*(?:\n\|.*)+)$"
    r"|^(?P<none>No row(?:[.;]| is `(?P<never>\w+)`).*)$",
    re.M,
)
TIMES = ("since", "until", "from")


def expectations(page: Path) -> Iterator[tuple[str, list[Row]]]:
    """Each command of the page with the rows of the table that follows it."""
    command = None
    for piece in PIECE.finditer(page.read_text()):
        if piece["command"] is not None:
            assert command is None, f"neither a table nor `No row` follows `{command}`"
            command = piece["command"]
        elif command is not None:
            never = [{"never": piece["never"]}] if piece["never"] else []
            yield command, list(rows(piece["table"])) if piece["table"] else never
            command = None
    assert command is None, f"no table follows `{command}`"


def rows(table: str) -> Iterator[Row]:
    head, _, *body = (
        [c.strip() for c in line.strip("|").split("|")] for line in table.splitlines()
    )
    for cells in body:
        yield dict(zip(head, cells, strict=True))


def answer(command: str) -> Any:
    words = shlex.split(command)
    assert words[0] == "servanda", command
    result = CliRunner().invoke(app, words[1:])
    assert result.exit_code == 0, f"$ {command}\n{result.output}"
    return json.loads(result.output)


def agrees(wanted: Row, given: dict[str, Any]) -> bool:
    """Whether a row of the answer has everything the expected row says."""
    return all(agrees_in(name, text, given) for name, text in wanted.items())


def agrees_in(name: str, text: str, given: dict[str, Any]) -> bool:
    if name in TIMES:
        return same_time(text, given.get(name))
    if name in given.get("statuses", {}):
        return (given["statuses"][name] or "") == text
    value = given.get(name)
    if isinstance(value, dict):
        said = {f"{k}: {v}" for k, v in value.items()}
        return all(piece.strip() in said for piece in text.split(",") if piece.strip())
    if isinstance(value, list):
        said = " ".join(map(str, value))
        return all(word in said for word in re.findall(r"[\w.:/-]+", text))
    if isinstance(value, bool):
        return text == str(value).lower()
    return text == ("" if value is None else str(value))


def same_time(text: str, given: str | None) -> bool:
    """The same instant; without a zone, the same local time; nothing is open."""
    if not text or given is None:
        return not text and given is None
    wanted, found = datetime.fromisoformat(text), datetime.fromisoformat(given)
    return wanted == (found if wanted.tzinfo else found.replace(tzinfo=None))
