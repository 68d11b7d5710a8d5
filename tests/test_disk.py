"""Files written whole, or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from servanda.atomic_files import whole_or_not


def put(path: Path, content: bytes, **also: bytes | None) -> None:
    with whole_or_not(path, **also) as made:  # type: ignore[arg-type]
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


def test_a_content_that_cannot_reach_the_disk_takes_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError("no space left")

    target = tmp_path / "a.md"
    target.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        put(target, b"new")
    assert target.read_text() == "old" and names(tmp_path) == ["a.md"]


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


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "a.md"
    target.write_text("theirs")
    for was in (b"mine", None):
        with pytest.raises(FileExistsError):
            put(target, b"new", was=was)
    assert target.read_text() == "theirs" and names(tmp_path) == ["a.md"]
    put(target, b"new", was=b"theirs")
    assert target.read_text() == "new"
    target.unlink()
    with pytest.raises(FileExistsError):
        put(target, b"newer", was=b"new")
    put(target, b"newer", was=None)
    assert target.read_text() == "newer" and names(tmp_path) == ["a.md"]
