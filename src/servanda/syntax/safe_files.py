"""Opens files that a stranger may have made: within a folder, ordinary ones, up to a size."""

from __future__ import annotations

import os
import re
import stat
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO


class Refused(OSError):
    """A file that is not opened; `reason` says why, `leads_out` that a link leaves the folder."""

    def __init__(self, path: Path, reason: str, leads_out: bool = False) -> None:
        super().__init__(None, reason, str(path))
        self.reason = reason
        self.leads_out = leads_out


def open_ordinary(path: Path) -> BinaryIO:
    """Open an ordinary file for reading. Raises OSError; Refused for a pipe, device or folder.

    Without waiting: to open a pipe would wait for its writer.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        check_kind(path, os.stat(path).st_mode)  # to open a device may already do something
        handle = os.open(path, flags)
    except ValueError as error:  # a NUL in the name
        raise Refused(path, str(error)) from None
    try:
        check_kind(path, os.fstat(handle).st_mode)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def check_kind(path: Path, mode: int) -> None:
    """Raise Refused for a pipe, a device or a folder."""
    if stat.S_ISDIR(mode):
        raise Refused(path, "this is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise Refused(path, "this is not an ordinary file")


def within(path: Path, folder: Path) -> Path:
    """The file behind links, if it is in the folder. Raises Refused where a link leads out."""
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError):  # a circle of links, or a NUL
        raise Refused(path, "there is no such file") from None
    if not real.is_relative_to(folder.resolve()):
        raise Refused(path, "this link leads outside the case folder", leads_out=True)
    return real


def read_bytes(path: Path, most: int, folder: Path | None = None) -> bytes | None:
    """The content of an ordinary file; None if it has more than `most` bytes.

    `folder`: links may not leave it. Raises OSError, Refused.
    """
    with open_ordinary(path if folder is None else within(path, folder)) as file:
        data = file.read(most + 1)
    return None if len(data) > most else data


OUTSIDE_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
NO_BRACKETS = bytes(byte for byte in range(256) if byte not in STEPS)


def nesting(json: bytes) -> int:
    """How deep the brackets of a JSON text are nested."""
    brackets = OUTSIDE_STRINGS.sub(b"", json).translate(None, NO_BRACKETS)
    return max(accumulate(STEPS[byte] for byte in brackets), default=0)
