"""Opens files that a stranger may have made: within a folder, ordinary ones, up to a size."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path
from typing import IO, BinaryIO


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


def check_ordinary(path: Path) -> None:
    """Raise Refused for what is no ordinary file."""
    check_kind(path, os.stat(path).st_mode)


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


# ---------------------------------------------------------------------- JSON
REST_OF_TEXT = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)
TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
NO_BRACKETS = bytes(byte for byte in range(256) if byte not in STEPS)


def nesting(json: bytes) -> int:
    """How deep the brackets of a JSON text are nested."""
    brackets = TOKEN.sub(b"", json).translate(None, NO_BRACKETS)
    return max(accumulate(STEPS[byte] for byte in brackets), default=0)


class JsonBounds:
    """A JSON file that refuses to be read on when it is nested too deeply or an item is too large.

    An item is what stands in a list at the top, or in a list below a name at the top.
    """

    DEEPEST = 100
    LARGEST_ITEM = 16 << 20

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.depth = 0
        self.item = 0
        self.in_text = self.escaped = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises TooLarge."""
        chunk = self.file.read(size)
        found = TOKEN.sub(b"", self._after_text(chunk))
        opened = found.find(b'"')  # a text that ends in a later chunk
        if opened >= 0:
            self.in_text, self.escaped = True, _ends_escaped(found)
            found = found[:opened]
        brackets = found.translate(None, NO_BRACKETS)
        depths = list(accumulate((STEPS[byte] for byte in brackets), initial=self.depth))
        self.depth = depths[-1]
        self.item = len(chunk) if min(depths) <= 2 else self.item + len(chunk)
        if max(depths) > self.DEEPEST:
            raise TooLarge(f"this JSON is nested deeper than {self.DEEPEST}")
        if self.item > self.LARGEST_ITEM:
            raise TooLarge(f"an item of this JSON has more than {self.LARGEST_ITEM >> 20} MB")
        return chunk

    def _after_text(self, chunk: bytes) -> bytes:
        """A chunk without the end of a text that began in an earlier one."""
        if not self.in_text:
            return chunk
        text = b"\\" + chunk if self.escaped else chunk
        end = REST_OF_TEXT.match(text)
        if end is None:
            self.escaped = _ends_escaped(text)
            return b""
        self.in_text = False
        return text[end.end() :]


def _ends_escaped(text: bytes) -> bool:
    """Whether a backslash at the end escapes what follows."""
    return (len(text) - len(text.rstrip(b"\\"))) % 2 == 1


class TooLarge(ValueError):
    """A file is nested too deeply, or larger than it looks."""


# ---------------------------------------------------------------------- packed files
LEAST_UNPACKED = 64 << 20
MOST_TIMES = 250


def check_unpacked(path: Path, files: Iterable[IO[bytes]]) -> None:
    """Raise TooLarge if the files that `path` packs are far larger than it is.

    A log shrinks to a fiftieth, seldom to a hundredth; nothing but a bomb to a thousandth.
    """
    most = max(LEAST_UNPACKED, MOST_TIMES * path.stat().st_size)
    unpacked = 0
    for file in files:
        while chunk := file.read(1 << 20):
            unpacked += len(chunk)
            if unpacked > most:
                times = f"more than {MOST_TIMES} times its size"
                raise TooLarge(f"unpacked, this file has {times} ({most >> 20:,} MB)")
