"""Files that a verb writes: whole or not at all, and refused before anything is worked out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from servanda.syntax.problems import ServandaError

Out = Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")]


def check_place(path: Path) -> None:
    """Refuse a place where no file can be written. Raises ServandaError."""
    from servanda.api import refused

    if path.is_dir():
        raise refused(f"`{path}` is a folder", "name a file in it")
    if not path.parent.is_dir():
        raise refused(f"there is no folder `{path.parent}` to write in", "make it first")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise refused(f"the folder `{path.parent}` cannot be written in", "name another place")


def ending(path: Path, known: Iterable[str]) -> str:
    """The ending of a file's name, without its dot, one of those known. Raises ServandaError."""
    from servanda.api import refused
    from servanda.syntax.problems import did_you_mean

    found, names = path.suffix.lower().lstrip("."), list(known)
    if found in names:
        return found
    advice = did_you_mean(found, names) or f"it may end in .{', .'.join(names)}"
    said = f"`.{found}`" if found else "no ending"
    raise refused(f"`{path.name}` has {said}: it says the form of the file", advice)


def needs(error: ModuleNotFoundError, what: str) -> ServandaError:
    """The refusal of a verb whose extra is not installed."""
    from servanda.api import refused

    return refused(f"{what} needs {error.name}", "install `servanda[view]`")
