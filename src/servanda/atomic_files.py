"""Files that are written whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import EllipsisType

ANYTHING = ...


@contextmanager
def whole_or_not(path: Path, was: bytes | EllipsisType | None = ANYTHING) -> Iterator[Path]:
    """An empty file beside `path` to fill, which takes its place at once when all went well.

    Whoever reads `path` sees the old file or the new one, also after the power failed; what a link
    points to is replaced, not the link. The new file keeps the mode of the old one; a new name has
    what the umask leaves. `was`: what the file must still be (None: not there) when its place is
    taken, else FileExistsError.
    """
    path = Path(os.path.realpath(path))
    made = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    try:
        mode = begin(made, path)
        yield made
        to_the_disk(made)
        made.chmod(mode)
        take_place(made, path, was)
    finally:
        made.unlink(missing_ok=True)


def begin(made: Path, path: Path) -> int:
    """Make an empty file, to be read by nobody who could not read `path`; the mode it is to have.

    The system takes the umask off: to ask for it, a process would have to change it for a moment.
    """
    there = path.exists()
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if there else 0o666)
    try:
        return (path.stat() if there else os.fstat(handle)).st_mode & 0o7777
    finally:
        os.close(handle)


def to_the_disk(path: Path) -> None:
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def take_place(made: Path, path: Path, was: bytes | EllipsisType | None) -> None:
    if was is None:
        os.link(made, path)  # refuses where a file has come to be meanwhile
        return
    if isinstance(was, bytes) and (not path.is_file() or path.read_bytes() != was):
        raise FileExistsError(f"{path} was changed meanwhile")
    os.replace(made, path)
