"""Read the complete new lines of a growing file, and detect that it was changed or replaced."""

from __future__ import annotations

import hashlib
from pathlib import Path

from msgspec import Struct

from servanda.syntax.problems import refused

TAIL = 4096


class ReadPosition(Struct):
    """Position in a file: bytes and lines read, and a digest of the bytes before."""

    offset: int = 0
    lines: int = 0
    tail: bytes = b""


class FollowedFile:
    """A file that others append to. Raises ServandaError if what was read of it has changed."""

    def __init__(self, path: Path, mark: ReadPosition) -> None:
        self.path = path
        self.mark = mark
        self.node: tuple[int, int] | None = None

    def lines(self, most: int) -> tuple[list[bytes], ReadPosition]:
        """Up to `most` complete lines after the current position, and the position after them.

        An incomplete last line is left for the next call.
        """
        if not self.path.exists():
            if self.mark.offset:
                raise self.changed("is gone")
            return [], self.mark
        with self.path.open("rb") as file:
            self.check(file.fileno())
            start = max(0, self.mark.offset - TAIL)
            file.seek(start)
            before = file.read(self.mark.offset - start)
            if self.mark.offset and digest(before) != self.mark.tail:
                raise self.changed("has changed where it was already read")
            found: list[bytes] = []
            size = 0
            for line in file:
                if not line.endswith(b"\n") or len(found) == most:
                    break
                found.append(line.rstrip(b"\r\n"))
                size += len(line)
            offset = self.mark.offset + size
            file.seek(max(0, offset - TAIL))
            tail = digest(file.read(min(TAIL, offset)))
        return found, ReadPosition(offset, self.mark.lines + len(found), tail)

    def check(self, number: int) -> None:
        import os

        status = os.fstat(number)
        node = (status.st_dev, status.st_ino)
        if self.node not in (None, node):
            raise self.changed("has been replaced by another file")
        if status.st_size < self.mark.offset:
            raise self.changed(
                f"has {status.st_size} bytes, fewer than the {self.mark.offset} read of it"
            )
        self.node = node

    def has_partial_line(self) -> bool:
        """Whether the file ends with an incomplete line."""
        return self.path.exists() and self.path.stat().st_size > self.mark.offset

    def changed(self, what: str) -> Exception:
        return refused(
            *("E020", f"file:{self.path}"),
            f"`{self.path}` {what}",
            "a followed file may only grow; restore it, or start over with another --state",
        )


def digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=12).digest()
