"""Write changes to a file (each exactly once) or a stream (each at least once).

The log in the state is authoritative. After each batch the file is extended to match it, and its
length recorded in the state; after a crash, anything past that length is overwritten. A stream
cannot be truncated: what was written after the last recorded batch is written again, with the same
numbers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from servanda.syntax.problems import refused
from servanda.watch.watch import Watch


class Sink(Protocol):
    def catch_up(self) -> None:
        """Write the changes not yet written."""
        ...


class StreamSink:
    """Writes changes to a stream, formatted by `shown`."""

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


class FileSink:
    """Writes changes to a file as JSON lines. Raises ServandaError if it has other content."""

    def __init__(self, watch: Watch, path: Path) -> None:
        self.watch = watch
        self.path = path
        self.name = str(path.resolve())
        _, size = watch.written(self.name)
        found = path.stat().st_size if path.exists() else 0
        mine = watch.has_written(self.name)
        if found < size or (found and not mine):
            what = "has lost content that was written to it" if mine else "already exists"
            raise refused("E005", f"file:{path}", f"`{path}` {what}", "give --out another file")
        if not mine:  # recorded before the file exists, so that it is recognised after a crash
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
