"""Writes a new case, and files in canonical layout, atomically."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from servanda.atomic_files import whole_or_not
from servanda.syntax.formatter import format_text
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
    target = Path(os.path.abspath(target))
    if target.exists() or target.is_symlink():
        if not target.is_dir():
            raise refused(
                *("E005", f"file:{target.name}"),
                f"`{target.name}` is there, and is not a folder",
                "choose another name",
            )
        if any(target.iterdir()):
            raise refused(
                *("E005", f"file:{target.name}"),
                f"`{target.name}` is not empty: nothing is overwritten",
                "choose another name",
            )
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    try:
        made.mkdir()
        for name in STARTER_FILES:
            text = (STARTER / name).read_text(encoding="utf-8")
            (made / name).parent.mkdir(exist_ok=True)
            (made / name).write_text(
                text.replace("agreement NAME", f"agreement {named(target.name)}"),
                encoding="utf-8",
                newline="\n",
            )
        if target.is_dir():
            target.rmdir()
        made.rename(target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return list(STARTER_FILES)


def named(folder: str) -> str:
    """A folder's name as the name of an agreement."""
    words = re.sub(r"\W+", "_", folder, flags=re.ASCII).strip("_")
    return words if words[:1].isalpha() else f"Case_{words}".rstrip("_")


# ------------------------------------------------------------------ layout
def format_files(folder: Path, files: Iterable[str], *, write: bool) -> Formatted:
    """Lay out files of a case in place; if any of them has an error, nothing is written."""
    texts: dict[str, str] = {}
    problems = list[Problem]()
    for file in files:
        text = (folder / file).read_bytes().decode("utf-8")
        formatted, found = format_text(text, file)
        problems += [p for p in found if p.severity == "error"]
        if formatted != text:
            texts[file] = formatted
    if write and not problems:
        write_texts(folder, texts)
    return Formatted(tuple(texts), tuple(problems))


def write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files of a case, each whole or not at all."""
    for file, text in texts.items():
        with whole_or_not(folder / file) as made:
            made.write_bytes(text.encode("utf-8"))
