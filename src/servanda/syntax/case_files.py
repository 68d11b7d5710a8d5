"""Writes a new case, and files in canonical layout, atomically."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from servanda.syntax.atomic_files import refusing, sync_folder, temporary, whole_or_not
from servanda.syntax.formatter import format_text
from servanda.syntax.locks import locked
from servanda.syntax.problems import Problem, refused

STARTER = Path(__file__).parent.parent / "starter"
STARTER_FILES = ("agreement.md", "accounts.md", "record/2026.md", "sources.json")


class Formatted(Struct, frozen=True):
    """The files whose layout changed (or would), and the problems found in the text."""

    changed: tuple[str, ...]
    problems: tuple[Problem, ...]


# ------------------------------------------------------------------ a new case
def new_case(target: Path) -> list[str]:
    """Write a small complete case into a folder that is new or empty; the files written.

    Raises ServandaError, with nothing written, if anything is there.
    """
    name = Path(os.path.abspath(target)).name
    target = Path(os.path.realpath(target))
    with refusing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target.parent), temporary(target.parent, is_folder=True, of=target) as made:
            check_free(target)
            for file in STARTER_FILES:
                text = (STARTER / file).read_text(encoding="utf-8")
                text = text.replace("agreement NAME", f"agreement {named(name)}")
                write_durably(made / file, text)
            if target.is_dir():
                target.rmdir()
            made.rename(target)
            sync_folder(target.parent)
    return list(STARTER_FILES)


def check_free(target: Path) -> None:
    """Raises ServandaError (E005) unless a name is that of nothing, or of an empty folder."""
    if not target.exists():
        return
    what = "is there, and is not a folder"
    if target.is_dir():
        if not any(target.iterdir()):
            return
        what = "is not empty: nothing is overwritten"
    message = f"`{target.name}` {what}"
    raise refused("E005", f"file:{target.name}", message, "choose another name")


def write_durably(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def named(folder: str) -> str:
    """A folder's name as the name of an agreement."""
    words = re.sub(r"\W+", "_", folder, flags=re.ASCII).strip("_")
    return words if words[:1].isalpha() else f"Case_{words}".rstrip("_")


# ------------------------------------------------------------------ layout
def format_files(folder: Path, files: Iterable[str], *, write: bool) -> Formatted:
    """Lay out files of a case in place; if any of them has an error, nothing is written."""
    texts: dict[str, tuple[str, str]] = {}
    problems = list[Problem]()
    with locked(folder):
        for file in files:
            text = (folder / file).read_bytes().decode("utf-8")
            formatted, found = format_text(text, file)
            problems += [p for p in found if p.severity == "error"]
            if formatted != text:
                texts[file] = text, formatted
        if write and not problems:
            write_texts(folder, texts)
    return Formatted(tuple(texts), tuple(problems))


def write_texts(folder: Path, texts: Mapping[str, tuple[str, str]]) -> None:
    """Write files of a case, from `(before, after)`, each whole or not at all.

    Raises ServandaError (E043) where a file is no longer what it was before.
    """
    for file, (before, after) in texts.items():
        with whole_or_not(folder / file, before.encode("utf-8"), folder) as made:
            made.write_bytes(after.encode("utf-8"))
