"""Saving hypothetical entries: as a file of their own, or in the record; whole, or not at all."""

from __future__ import annotations

import re
from pathlib import Path

from servanda.api import Case
from servanda.api import open as open_case
from servanda.syntax.atomic_files import check_ordinary, refusing, whole_or_not
from servanda.syntax.locks import locked
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
    with locked(root):
        return _save(root, text, name, into)


def _save(root: Path, text: str, name: str, into: str) -> str:
    target = f"{PLACES[into]}/{name}.md"
    path = root / target
    check_ordinary(path, root)
    old = path.read_bytes() if path.is_file() else None
    if old is not None and into == "what-if":
        raise Refused(
            *("E005", f"file:{target}"),
            f"`{target}` is there already",
            "choose another name",
            409,
        )
    heading = f"# Saved as {name}" if old is None else old.decode("utf-8").rstrip()
    whole = f"{heading}\n\n{as_page(text)}"
    check(open_case(root), target, whole)
    with refusing(path):
        path.parent.mkdir(exist_ok=True)
    with whole_or_not(path, old, root) as made:
        made.write_bytes(whole.encode("utf-8"))
    return target


def check(case: Case, target: str, whole: str) -> None:
    """Raises ServandaError if the case would have errors with this text."""
    errors = case.with_text(whole, target).check().errors
    if errors:
        raise ServandaError(errors)
