"""Saving hypothetical entries: as a file of their own, or in the record; whole, or not at all."""

from __future__ import annotations

import re
from pathlib import Path

from servanda.api import Case
from servanda.api import open as open_case
from servanda.atomic_files import whole_or_not
from servanda.syntax.problems import ServandaError
from servanda.web.query import Refused
from servanda.web.supposition import as_page

PLACES = {"what-if": "what-if", "record": "record"}
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)


def save(root: Path, text: str, name: str, into: str) -> str:
    """Save a text as a new file of `what-if/`, or in `record/`, at the end of the file of that
    name if there is one. Returns its name in the case.

    The case as it stands on disk is read again with it first. Raises Refused or ServandaError,
    with nothing written, if the case has errors then, or the file was changed meanwhile.
    """
    if into not in PLACES:
        raise Refused(
            *("E003", "option:into"),
            "choose where to save",
            "as a what-if file, or in the record",
        )
    if not NAME.fullmatch(name):
        raise Refused(
            *("E012", "option:name"),
            "this cannot be the name of a file",
            "small letters, digits and hyphens, as in `letter-of-may`",
        )
    if not text.strip():
        raise Refused("E012", "option:text", "there is nothing to save", "write an entry first")
    if not root.is_dir():
        raise Refused(
            *("E005", f"file:{root.name}"),
            "this case is one file, without a record to save in",
            "make a folder with this file as its `agreement.md`, and serve that",
        )
    target = f"{PLACES[into]}/{name}.md"
    path = root / target
    old = path.read_bytes() if path.is_file() else None
    if old is not None and into == "what-if":
        raise Refused(
            *("E005", f"file:{target}"),
            f"`{target}` is there already",
            "choose another name",
            409,
        )
    heading = f"# {name.replace('-', ' ')}" if old is None else old.decode("utf-8").rstrip()
    whole = f"{heading}\n\n{as_page(text)}"
    check(open_case(root), target, whole)
    put(path, whole.encode("utf-8"), old)
    return target


def check(case: Case, target: str, whole: str) -> None:
    """Raises ServandaError if the case would have errors with this text."""
    errors = case.with_text(whole, target).check().errors
    if errors:
        raise ServandaError(errors)


def put(path: Path, content: bytes, old: bytes | None) -> None:
    """Write a file, if it is still what it was when it was read."""
    path.parent.mkdir(exist_ok=True)
    try:
        with whole_or_not(path, old) as made:
            made.write_bytes(content)
    except FileExistsError:
        raise Refused(
            *("E043", f"file:{path.name}"),
            "the file was changed meanwhile",
            "look at it, then try again",
            409,
        ) from None
