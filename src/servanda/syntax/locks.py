"""Locks: one writer at a time in a folder, whatever command it is."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servanda.syntax.problems import Problem, ServandaError

PATIENCE = 60.0
"""Seconds to wait for another writer."""
UNSUPPORTED = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EISDIR}
"""Answers of file systems on which a folder cannot be locked (NFS, some of FUSE)."""

_held = threading.local()


@contextmanager
def locked(folder: Path, patience: float | None = None) -> Iterator[None]:
    """Be the only writer in a folder. The same thread may enter again.

    The system ends the lock of a process that is killed; nothing is left in the folder. Raises
    ServandaError (E046) where another one writes for longer than `patience`, by default `PATIENCE`.
    """
    held: set[Path] = _held.__dict__.setdefault("folders", set())
    real = Path(os.path.realpath(folder))
    if real in held:
        yield
        return
    handle = _wait_for(real, PATIENCE if patience is None else patience)
    held.add(real)
    try:
        yield
    finally:
        held.discard(real)
        os.close(handle)


def _wait_for(folder: Path, patience: float) -> int:
    """The handle that holds the lock of a folder: of the folder itself, else of a file for it."""
    handle = _open(folder)
    try:
        until = time.monotonic() + patience
        while True:
            try:
                if try_lock(handle):
                    return handle
            except OSError as error:
                if error.errno not in UNSUPPORTED:
                    raise
                other = _open_beside(folder)
                os.close(handle)
                handle = other
                continue
            if time.monotonic() >= until:
                raise in_use(folder)
            time.sleep(0.02)
    except BaseException:
        os.close(handle)
        raise


def _open(folder: Path) -> int:
    if sys.platform == "win32":
        return _open_beside(folder)
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)


def _open_beside(folder: Path) -> int:
    """A file in the user's cache that stands for a folder."""
    from servanda.syntax.line_parser import cache_folder

    kept = cache_folder() / "locks"
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = hashlib.blake2b(os.fsencode(folder), digest_size=16).hexdigest()
    return os.open(kept / name, os.O_RDWR | os.O_CREAT, 0o600)


def try_lock(handle: int) -> bool:
    """Lock an open file or folder until it is closed; False where another one has the lock."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            return False
        raise
    return True


def in_use(folder: Path) -> ServandaError:
    """The error of a folder in which another command writes."""
    name = folder.name or str(folder)
    return ServandaError(
        [
            Problem(
                *("E046", f"file:{name}", name, 0, 0),
                f"another command is writing in `{name}`",
                "let it end, then try again",
            )
        ]
    )
