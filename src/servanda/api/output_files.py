"""Files that an answer is written to: refused before anything is judged, written whole."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from servanda.syntax.atomic_files import check_ordinary, whole_or_not
from servanda.syntax.problems import ServandaError, did_you_mean, refused


def check_output(path: Path, case: Path, endings: Iterable[str] | None = None) -> str:
    """The ending of a file to be written, in small letters and without its dot.

    `case`: its folder, out of which no link in it may lead. Raises ServandaError where no file can
    be written there, or the ending is none of `endings`.
    """
    if path.is_dir():
        raise refused("E005", f"file:{path}", f"`{path}` is a folder", "name a file in it")
    if not path.parent.is_dir():
        message = f"there is no folder `{path.parent}` to write in"
        raise refused("E005", f"file:{path}", message, "make it first")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        message = f"the folder `{path.parent}` cannot be written in"
        raise refused("E005", f"file:{path}", message, "name another place")
    check_ordinary(path, case)
    if endings is not None:
        check_ending(path, endings)
    return path.suffix.lower().lstrip(".")


def check_ending(path: Path, endings: Iterable[str]) -> None:
    """Raises ServandaError where the ending of a file's name is none of those known."""
    found, names = path.suffix.lower().lstrip("."), list(endings)
    if found in names:
        return
    advice = did_you_mean(found, names) or f"it may end in .{', .'.join(names)}"
    if not found:
        message = f"`{path.name}` has no extension, which selects the format"
        raise refused("E006", f"file:{path}", message, advice)
    message = f"unsupported extension `.{found}` of `{path.name}`"
    raise refused("E006", f"file:{path}", message, advice)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, in place of any file of that name."""
    with whole_or_not(path) as file:
        file.write_bytes(content)


def missing_extra(error: ModuleNotFoundError, what: str, extra: str = "view") -> ServandaError:
    """The refusal of what needs an extra that is not installed."""
    advice = f"install `servanda[{extra}]`"
    return refused("E007", f"package:{error.name}", f"{what} needs {error.name}", advice)
