"""Where changes are written, each once: a file, or a stream.

The log in the state is exactly what happened. A file is brought level with it after each batch and
its length noted in the state; what a kill left past that length is written again in its place, so
that the file holds each change once. A stream cannot take back: what was written to it between a
batch and the note of it is written again after a kill, with the same numbers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from servanda.api import refused
from servanda.watch.watch import Watch


class Out(Protocol):
    def catch_up(self) -> None:
        """Write all changes that were not written yet."""
        ...


class Stream:
    """Changes to a stream, as `shown` puts them."""

    def __init__(self, watch: Watch, out: BinaryIO, shown: Callable[[bytes], bytes]) -> None:
        self.watch = watch
        self.out = out
        self.shown = shown

    def catch_up(self) -> None:
        written, _ = self.watch.written("-")
        last = written
        for n, body in self.watch.changes(written):
            self.out.write(self.shown(body))
            last = n
        if last > written:
            self.out.flush()
            self.watch.note("-", last, 0)


class File:
    """Changes as lines of JSON in a file of their own."""

    def __init__(self, watch: Watch, path: Path) -> None:
        self.watch = watch
        self.path = path
        self.name = str(path.resolve())
        _, size = watch.written(self.name)
        found = path.stat().st_size if path.exists() else 0
        mine = watch.has_written(self.name)
        if found < size or (found and not mine):
            what = "holds less than was written to it" if mine else "is there already"
            raise refused(f"`{path}` {what}", "give --out another file")
        if not mine:  # noted before it is there: after a kill it is known to be ours
            watch.note(self.name, 0, 0)
        self.file = path.open("r+b" if path.exists() else "xb")

    def catch_up(self) -> None:
        written, size = self.watch.written(self.name)
        last = written
        self.file.seek(size)
        for n, body in self.watch.changes(written):
            self.file.write(body + b"\n")
            last = n
        self.file.truncate()
        self.file.flush()
        if last > written:
            os.fsync(self.file.fileno())
            self.watch.note(self.name, last, self.file.tell())
