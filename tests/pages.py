"""Conformance pages: Markdown with an agreement, a record, commands and the answers expected.

A page is a case of its own. Each ```console block holds `$ servanda …` and what it prints. A
```servanda-wrong block is put in `wrong.sv` beside the page, and any other block whose fence names
a file (```json sources.json) in that file, for the commands that follow it. What a page cannot show
is made of its text by the file's ending: CSV becomes Parquet, SQL a database, `.gz` is packed.
Set SERVANDA_UPDATE=1 to write the answers anew, and then read them: they are the manual.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv, feather
from typer.testing import CliRunner

import servanda
from servanda.cli import app

ROOT = Path(__file__).resolve().parent.parent
CASES = sorted(path.parent for path in ROOT.glob("cases/*/agreement.md"))
PAGES = sorted((ROOT / "docs" / "language").glob("*.md"))
NOT_JUDGED = {
    "coverage": "E430",
    "errors": "E008",
    "muting": "E008",
    "refused": "E002",
    "silence": "E008",
    "start": "E008",
    "upgrade": "E008",
}
"""Pages that nobody judges, with the code that says why: `tests/test_pages.py` compares."""
JUDGED = [path for path in (*CASES, *PAGES) if path.is_dir() or path.stem not in NOT_JUDGED]
"""Every case and every page that is judged as one."""

FENCE = re.compile(r"^```([\w-]+)(?: (\w[\w./-]*\.\w+))?\n(.*?)^```$", re.M | re.S)
PACKED = {".gz": "gzip", ".zst": "zstd"}
UPDATE = os.environ.get("SERVANDA_UPDATE") == "1"


def answer(command: str) -> str:
    """What a command prints, and its exit code where that is not 0."""
    words = shlex.split(command)
    assert words[0] == "servanda", command
    result = CliRunner().invoke(app, words[1:], env={"COLUMNS": "100", "NO_COLOR": "1"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    text = "\n".join(line.rstrip() for line in result.output.splitlines()).strip("\n")
    return text + (f"\nexit {result.exit_code}" if result.exit_code else "")


def sessions(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with the answer written under it."""
    pieces = re.split(r"^\$ ", block, flags=re.M)[1:]
    found = []
    for piece in pieces:
        command, _, expected = piece.partition("\n")
        found.append((command.strip(), expected.strip("\n")))
    return found


def make(file: Path, text: str) -> None:
    """A file of the kind that its ending says, from the text that a page has for it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    if file.suffix in PACKED:
        with pa.output_stream(file, compression=PACKED[file.suffix]) as packed:
            packed.write(text.encode())
    elif file.suffix in (".parquet", ".feather"):
        table = csv.read_csv(pa.BufferReader(text.encode()))
        write = pq.write_table if file.suffix == ".parquet" else feather.write_feather
        write(table, file)
    elif file.suffix == ".sqlite":
        with closing(sqlite3.connect(file)) as base:
            base.executescript(text)
    else:
        file.write_text(text)


def check_page(page: Path, at: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run every command of a page in the folder `at`; the number of answers compared."""
    monkeypatch.chdir(at)
    given_text = text = page.read_text()
    compared = cursor = 0
    for kind, name, body in FENCE.findall(given_text):
        file = "wrong.sv" if kind == "servanda-wrong" else name
        if file:
            make(Path(file), body)
        for command, expected in sessions(body) if kind == "console" else ():
            given = answer(command)
            compared += 1
            if UPDATE:
                old = f"$ {command}\n{expected}".rstrip("\n") + "\n"
                new = f"$ {command}\n{given}".rstrip("\n") + "\n"
                found = text.index(old, cursor)
                text = text[:found] + new + text[found + len(old) :]
                cursor = found + len(new)
            else:
                assert given == expected, f"{page.name}: $ {command}"
    if UPDATE:
        page.write_text(text)
    return compared


def copied(page: Path, to: Path) -> Path:
    """The page, and the tables and texts it uses, in a folder of its own."""
    shutil.copytree(page.parent, to / "pages")
    return to / "pages"


def page_case(page: Path, to: Path) -> servanda.Case:
    """The page as a case, with the files that it shows as they are at its first command."""
    at = copied(page, to)
    for kind, name, body in FENCE.findall(page.read_text()):
        if kind == "console":
            break
        if name:
            make(at / name, body)
    return servanda.open(at / page.name)


def case_of(path: Path, to: Path) -> servanda.Case:
    """A case folder as it is; a page of the manual as a case in the folder `to`."""
    return servanda.open(path) if path.is_dir() else page_case(path, to)
