"""Files that are written whole, or not at all, one writer at a time."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import EllipsisType

from servanda.syntax.locks import locked, try_lock
from servanda.syntax.problems import Problem, ServandaError

ANY = ...
TEMPORARY = ".servanda-"
"""How the names of unfinished files and folders begin."""
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
UNWRITABLE = FULL | {errno.EROFS, errno.EIO}
FileState = tuple[int, int, int, int] | None


@contextmanager
def whole_or_not(
    path: Path, was: bytes | EllipsisType | None = ANY, case: Path | None = None
) -> Iterator[Path]:
    """An empty file beside `path` to fill, which takes its place at once when all went well.

    Whoever reads `path` sees the old file or the new one, also after the power failed; what a link
    points to is replaced, not the link. The new file keeps the mode of the old one; a new name has
    what the umask leaves. `was`: what the file must still be (None: not there) when its place is
    taken; by default, what it was when this began. `case`: a case's folder, out of which no link
    in it may lead.

    Raises ServandaError: E005 for a place that cannot be written in, E043 for a file that was
    changed meanwhile, E045 where there is no room, E046 where another command writes, E107.
    """
    check_ordinary(path, case)
    given, path = path, Path(os.path.realpath(path))
    before = state_of(path)
    with refusing(given, UNWRITABLE), temporary(path.parent, of=given) as made:
        mode = mode_for(path, made)
        yield made
        with refusing(given):
            finish(made, path, mode)
            with locked(path.parent):
                check_unchanged(given, path, before if was is ANY else was)
                take_place(made, path, new=was is None)
            sync_folder(path.parent)


@contextmanager
def temporary(folder: Path, *, is_folder: bool = False, of: Path | None = None) -> Iterator[Path]:
    """A new file or folder in `folder`, removed at the end unless it was renamed.

    It is locked while it is in use, so that the next writer can tell it from what a killed one
    left there, and removes that. `of`: the file that errors name.
    """
    handle = None
    made = folder / f"{TEMPORARY}{os.urandom(8).hex()}"
    try:
        with refusing(of or made), locked(folder):
            sweep(folder)
            handle = begin(made, is_folder)
        yield made
    finally:
        if is_folder:
            shutil.rmtree(made, ignore_errors=True)
        else:
            with suppress(OSError):
                made.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)


def begin(made: Path, is_folder: bool) -> int | None:
    """Make it, for the user alone, and lock it."""
    if is_folder:
        made.mkdir()
        if sys.platform == "win32":
            return None
        handle = os.open(made, os.O_RDONLY)
    else:
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    if sys.platform != "win32":  # there, a locked file can be written through its handle alone
        with suppress(OSError):  # a file system without locks: its leftovers stay
            try_lock(handle)
    return handle


def sweep(folder: Path) -> None:
    """Remove what killed writers left in a folder: nobody holds its lock."""
    if sys.platform == "win32":
        return
    for left in folder.glob(f"{TEMPORARY}*"):
        with suppress(OSError):
            handle = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if try_lock(handle):
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            finally:
                os.close(handle)


# ------------------------------------------------------------------ taking the place
def mode_for(path: Path, made: Path) -> int:
    """The mode that a file is to have; until it is filled, only who may read `path` reads it."""
    with refusing(path):
        mode = stat.S_IMODE((path if path.exists() else made).stat().st_mode)
        if path.exists():
            made.chmod(0o600)
        return mode


def finish(made: Path, path: Path, mode: int) -> None:
    """Bring the content to the disk, with the mode and the owner that `path` has."""
    with made.open("r+b") as stream:
        os.fsync(stream.fileno())
    if path.exists() and sys.platform != "win32":
        there = path.stat()
        with suppress(PermissionError):  # only root may give a file away
            os.chown(made, there.st_uid, there.st_gid)
    made.chmod(mode)


def check_unchanged(given: Path, path: Path, was: FileState | bytes) -> None:
    """Raises ServandaError (E043) where a file is not what it was."""
    if isinstance(was, bytes):
        unchanged = path.is_file() and path.read_bytes() == was
    else:
        unchanged = state_of(path) == was
    if not unchanged:
        raise refusal(
            "E043", given, f"`{given.name}` was changed meanwhile", "look at it, then try again"
        )


def take_place(made: Path, path: Path, new: bool) -> None:
    if new:
        try:
            os.link(made, path)  # refuses where a file has come to be meanwhile, of any program
            return
        except FileExistsError:
            raise
        except OSError as error:  # a file system without links
            if error.errno in FULL:
                raise
    os.replace(made, path)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot
            os.fsync(handle)
    finally:
        os.close(handle)


def state_of(path: Path) -> FileState:
    """What tells one state of a file from another; None: it is not there."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


# ------------------------------------------------------------------ refusals
def check_ordinary(path: Path, case: Path | None = None) -> None:
    """Raises ServandaError for a folder, a device or a pipe, and for a link out of a case."""
    if case is not None and leads_out(path, case):
        message = f"`{path.name}` is, or is behind, a link that leads out of the case's folder"
        advice = "replace the link by a file or a folder of the case, or name another file"
        raise refusal("E107", path, message, advice)
    with refusing(path):
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "no ordinary file"
        raise refusal("E005", path, f"`{path.name}` is {what}", "name another file")


def leads_out(path: Path, case: Path) -> bool:
    """Whether a path that begins in a case's folder ends outside of it."""
    named, folder = Path(os.path.abspath(path)), Path(os.path.realpath(case))
    begins = any(Path(os.path.realpath(above)) == folder for above in named.parents)
    return begins and not Path(os.path.realpath(path)).is_relative_to(folder)


@contextmanager
def refusing(path: Path, only: set[int] | None = None) -> Iterator[None]:
    """Errors of the system while `path` is written, as ServandaError; `only`: those numbers."""
    try:
        yield
    except FileExistsError:
        raise refusal(
            "E043", path, f"`{path.name}` was changed meanwhile", "look at it, then try again"
        ) from None
    except OSError as error:
        if only is not None and error.errno not in only:
            raise
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> ServandaError:
    """The error of a file that the system does not let be written."""
    reason = (error.strerror or str(error)).lower()
    if error.errno in FULL:
        advice = "make room, or write to another disk, then try again"
        return refusal("E045", path, f"`{path.name}` was not written: {reason}", advice)
    advice = "make its folder one that can be written in, or name another place"
    return refusal("E005", path, f"`{path.name}` cannot be written: {reason}", advice)


def refusal(code: str, path: Path, message: str, advice: str) -> ServandaError:
    return ServandaError([Problem(code, f"file:{path.name}", str(path), 0, 0, message, advice)])
