"""Write changes to a file (each exactly once) or a stream (each at least once).

The log in the state is authoritative. After each batch the file is extended to match it, and its
length recorded in the state; after a crash, anything past that length is overwritten. A stream
cannot be truncated: what was written after the last recorded batch is written again, with the same
numbers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol

from servanda.syntax.atomic_files import check_ordinary, refusing
from servanda.syntax.locks import try_lock
from servanda.syntax.problems import refused
from servanda.watch.watch import Watch

AT_ONCE = 1000


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
        check_ordinary(path, watch.case.folder)
        _, size = watch.written(self.name)
        found = path.stat().st_size if path.exists() else 0
        mine = watch.has_written(self.name)
        if found < size or (found and not mine):
            what = "has lost content that was written to it" if mine else "already exists"
            raise refused("E005", f"file:{path}", f"`{path}` {what}", "give --out another file")
        if not mine:  # recorded before the file exists, so that it is recognised after a crash
            watch.note(self.name, 0, 0)
        with refusing(path):
            self.file = path.open("r+b" if path.exists() else "xb", buffering=0)
            watch.closing.callback(self.file.close)
            if not try_lock(self.file.fileno()):
                advice = "end the other `servanda watch`, or give --out another file"
                raise refused("E021", f"file:{path}", f"`{path}` is in use", advice)

    def catch_up(self) -> None:
        """Write the changes not yet written, each line whole; where that fails, none of them.

        Raises ServandaError where there is no room.
        """
        written, size = self.watch.written(self.name)
        last = written
        with refusing(self.path):
            try:
                self.file.seek(size)
                self.file.truncate()
                changes = self.watch.changes(written)
                while some := list(islice(changes, AT_ONCE)):
                    self.write(b"".join(body + b"\n" for _, body in some))
                    last = some[-1][0]
                if last > written:
                    os.fsync(self.file.fileno())
            except BaseException:
                self.file.truncate(size)
                raise
        if last > written:
            self.watch.note(self.name, last, self.file.tell())

    def write(self, content: bytes) -> None:
        while content:
            content = content[self.file.write(content) :]
