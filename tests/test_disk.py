"""Files written whole, or not at all."""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from servanda.syntax import locks
from servanda.syntax.atomic_files import TEMPORARY, UNWRITABLE, temporary, whole_or_not
from servanda.syntax.locks import locked
from servanda.syntax.problems import ServandaError


def put(path: Path, content: bytes, **also: Any) -> None:
    with whole_or_not(path, **also) as made:
        made.write_bytes(content)


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def test_a_file_takes_the_place_of_another_at_once(tmp_path: Path) -> None:
    target = tmp_path / "a.md"
    target.write_text("old")
    with whole_or_not(target) as made:
        made.write_text("half")
        assert target.read_text() == "old"
        made.write_text("new")
    assert target.read_text() == "new" and names(tmp_path) == ["a.md"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, OSError, ValueError])
@pytest.mark.parametrize("there", [True, False])
def test_what_is_cut_short_leaves_all_as_it_was(
    tmp_path: Path, error: type[BaseException], there: bool
) -> None:
    target = tmp_path / "a.md"
    if there:
        target.write_text("old")
    with pytest.raises(error), whole_or_not(target) as made:
        made.write_text("half")
        raise error
    assert names(tmp_path) == (["a.md"] if there else [])
    assert not there or target.read_text() == "old"


CODES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "E045"),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOTDIR), "E005"),
}


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("call", ["open", "fsync", "replace", "the content"])
@pytest.mark.parametrize("there", [True, False])
def test_what_the_system_refuses_has_a_code_and_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str, there: bool
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    target = tmp_path / "a.md"
    if there:
        target.write_text("old")
    if call == "the content" and number not in UNWRITABLE:
        return  # of another file that is read meanwhile
    with monkeypatch.context() as patched, pytest.raises(ServandaError) as refused:
        if call != "the content":
            patched.setattr(os, call, refuse)
        with whole_or_not(target) as made:
            if call == "the content":
                refuse()
            made.write_bytes(b"new")
    (problem,) = refused.value.problems
    assert (problem.code, problem.subject) == (CODES[number], "file:a.md") and problem.help
    assert names(tmp_path) == (["a.md"] if there else [])
    assert not there or target.read_text() == "old"


@pytest.mark.usefixtures("umask")
def test_a_new_file_has_what_the_umask_leaves_and_an_old_one_its_mode(tmp_path: Path) -> None:
    put(tmp_path / "new", b"1")
    assert mode(tmp_path / "new") == 0o640
    (tmp_path / "new").chmod(0o604)
    put(tmp_path / "new", b"2")
    assert mode(tmp_path / "new") == 0o604


@pytest.mark.usefixtures("umask")
def test_a_file_made_anew_by_who_fills_it_has_the_mode_too(tmp_path: Path) -> None:
    """As an engine does, which writes under a name of its own first."""
    with whole_or_not(tmp_path / "a.parquet") as made:
        made.unlink()
        made.touch(0o600)
    assert mode(tmp_path / "a.parquet") == 0o640


def test_nobody_else_reads_what_will_be_private(tmp_path: Path) -> None:
    target = tmp_path / "a.md"
    target.touch(0o600)
    with whole_or_not(target) as made:
        assert mode(made) == 0o600


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.md").write_text("old")
    (tmp_path / "link.md").symlink_to("real/a.md")
    put(tmp_path / "link.md", b"new")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real/a.md").read_text() == "new"
    assert names(tmp_path / "real") == ["a.md"]


def refusal(code: str, path: Path, content: bytes = b"new", **also: Any) -> None:
    with pytest.raises(ServandaError) as refused:
        put(path, content, **also)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "a.md"
    target.write_text("theirs")
    for was in (b"mine", None):
        refusal("E043", target, was=was)
    assert target.read_text() == "theirs" and names(tmp_path) == ["a.md"]
    put(target, b"new", was=b"theirs")
    assert target.read_text() == "new"
    target.unlink()
    refusal("E043", target, was=b"new")
    put(target, b"newer", was=None)
    assert target.read_text() == "newer" and names(tmp_path) == ["a.md"]


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda path: path.write_text("other"),
    "appended to": lambda path: path.open("a").write("more"),
    "replaced": lambda path: (path.unlink(), path.write_text("old")),
    "removed": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "written by the same function": lambda path: put(path, b"other"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_output_that_another_wrote_meanwhile_is_theirs(tmp_path: Path, change: str) -> None:
    target = tmp_path / "a.parquet"
    target.write_text("old")
    with pytest.raises(ServandaError) as refused, whole_or_not(target) as made:
        made.write_text("mine")
        CHANGES[change](target)
    assert [problem.code for problem in refused.value.problems] == ["E043"]
    assert not target.is_file() or target.read_text() != "mine"
    assert set(names(tmp_path)) <= {"a.parquet"}


def test_where_files_have_no_second_name_a_new_one_is_still_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    put(tmp_path / "a.md", b"new", was=None)
    refusal("E043", tmp_path / "a.md", b"newer", was=None)
    assert (tmp_path / "a.md").read_text() == "new"


# ------------------------------------------------------------------ what is no ordinary file
@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "link to a device", "socket"])
def test_what_is_no_ordinary_file_is_never_replaced(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "a"
    listening = socket.socket(socket.AF_UNIX)
    if kind == "folder":
        target.mkdir()
    elif kind == "pipe":
        os.mkfifo(target)
    elif kind == "socket":
        listening.bind(str(target))
    else:
        target = Path("/dev/null") if kind == "device" else target
        if kind != "device":
            target.symlink_to("/dev/null")
    refusal("E005", target)
    assert not target.is_file()
    listening.close()


def links(case: Path, outside: Path) -> dict[str, Path]:
    """Files of a case that are really elsewhere, as a stranger may have made them."""
    (outside / "kept").mkdir(parents=True)
    (outside / "kept" / "a.md").write_text("theirs")
    (case / "inside").mkdir(parents=True)
    made = {
        "a file": (case / "a.md", outside / "kept" / "a.md"),
        "a file not yet there": (case / "b.md", outside / "kept" / "b.md"),
        "by a relative way": (case / "c.md", Path("../outside/kept/a.md")),
        "a folder": (case / "d", outside / "kept"),
        "a folder above": (case / "e", outside),
        "a link to a link": (case / "f.md", case / "a.md"),
        "a folder out and in": (case / "inside" / "up", Path("../..")),
    }
    for link, to in made.values():
        link.symlink_to(to)
    rest = {"a folder": "a.md", "a folder above": "kept/a.md", "a folder out and in": "outside/x"}
    return {name: link / rest.get(name, "") for name, (link, _) in made.items()}


def test_no_link_leads_out_of_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case, outside = tmp_path / "case", tmp_path / "outside"
    hostile = links(case, outside)
    (tmp_path / "also").symlink_to(case)
    before = sorted(tmp_path.rglob("*"))
    for path in hostile.values():
        refusal("E107", path, case=case)
        refusal("E107", path, case=tmp_path / "also")
        refusal("E107", tmp_path / "also" / path.relative_to(case), case=case)
        refusal("E107", tmp_path / "also" / path.relative_to(case), case=tmp_path / "also")
    monkeypatch.chdir(case)
    refusal("E107", Path("a.md"), case=Path())
    assert sorted(tmp_path.rglob("*")) == before
    assert (outside / "kept" / "a.md").read_text() == "theirs"
    put(outside / "kept" / "a.md", b"the user's own choice", case=case)
    (case / "in.md").symlink_to("inside/in.md")
    put(case / "in.md", b"new", case=case)
    assert (case / "inside" / "in.md").read_bytes() == b"new"


# ------------------------------------------------------------------ locks, and what is left over
def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """Threads that read, add and write: nothing is lost."""
    target = tmp_path / "a.md"
    target.write_text("")

    def add(number: int) -> None:
        for each in range(5):
            with locked(tmp_path):
                old = target.read_bytes()
                put(target, old + b"%d.%d\n" % (number, each), was=old)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    assert len(target.read_text().split()) == 40


def test_a_lock_that_another_holds_is_not_waited_for_without_end(tmp_path: Path) -> None:
    def tried() -> list[str]:
        with pytest.raises(ServandaError) as refused, locked(tmp_path, patience=0.05):
            pass
        return [problem.code for problem in refused.value.problems]

    with ThreadPoolExecutor(1) as pool, locked(tmp_path), locked(tmp_path):
        assert pool.submit(tried).result() == ["E046"]
    with locked(tmp_path, patience=0):
        pass


def test_a_folder_that_cannot_be_locked_has_a_file_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_folders(handle: int) -> bool:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EBADF, "no locks of folders")
        return tried(handle)

    tried = locks.try_lock
    monkeypatch.setattr(locks, "try_lock", no_folders)
    monkeypatch.setattr("servanda.syntax.line_parser.cache_folder", lambda: tmp_path / "cache")
    with ThreadPoolExecutor(1) as pool, locked(tmp_path):
        held = pool.submit(lambda: locks._wait_for(tmp_path, 0))
        assert isinstance(held.exception(), ServandaError)


def test_what_a_killed_writer_left_is_removed_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    (tmp_path / f"{TEMPORARY}0").write_text("half")
    (tmp_path / f"{TEMPORARY}1").mkdir()
    (tmp_path / f"{TEMPORARY}1" / "half").write_text("half")
    (tmp_path / f"{TEMPORARY}2").symlink_to("/etc")
    with temporary(tmp_path, is_folder=True) as folder, whole_or_not(tmp_path / "b") as other:
        (folder / "part").write_text("mine")
        other.write_text("mine")
        put(tmp_path / "a", b"new")
        assert (folder / "part").is_file() and other.read_text() == "mine"
    assert names(tmp_path) == [f"{TEMPORARY}2", "a", "b"]
