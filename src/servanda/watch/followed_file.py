"""A file that grows: its whole lines from where the reading stands, and whether it is the same."""

from __future__ import annotations

import hashlib
from pathlib import Path

from msgspec import Struct

from servanda.api import refused

TAIL = 4096


class Mark(Struct):
    """How far a file has been read: bytes, lines, and a digest of the last bytes before."""

    offset: int = 0
    lines: int = 0
    tail: bytes = b""


class Followed:
    """One file, appended to by others. Raises ServandaError when it is not the file it was."""

    def __init__(self, path: Path, mark: Mark) -> None:
        self.path = path
        self.mark = mark
        self.node: tuple[int, int] | None = None

    def lines(self, most: int) -> tuple[list[bytes], Mark]:
        """Up to `most` whole lines from the mark, and the mark after them.

        A last line that has no end yet is left for later.
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
                raise self.changed("is not the file it was: what was read of it has changed")
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
        return found, Mark(offset, self.mark.lines + len(found), tail)

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

    def unended(self) -> bool:
        """Whether there is a last line without its end."""
        return self.path.exists() and self.path.stat().st_size > self.mark.offset

    def changed(self, what: str) -> Exception:
        return refused(
            f"`{self.path}` {what}",
            "a followed file only grows; put it back, or start again with another --state",
        )


def digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=12).digest()
