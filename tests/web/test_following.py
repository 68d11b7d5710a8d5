"""The view follows the text, also where the folder that holds it is another one than before."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servanda.web import workspace as module
from servanda.web.workspace import Workspace, watch

AGREEMENT = """```servanda
agreement {name}
party A
event pay(by: party)
clause 1
  A must pay by 2024-01-31
```
"""
LONGEST = 20.0


def write_case(folder: Path, name: str) -> Path:
    (folder / "record").mkdir(parents=True)
    (folder / "agreement.md").write_text(AGREEMENT.format(name=name))
    (folder / "record" / "2024.md").write_text("```servanda\n2024-01-10 A pays\n```\n")
    return folder


def links(folder: Path) -> Path:
    write_case(folder / "v1", "Old")
    write_case(folder / "v2", "New")
    (folder / "current").symlink_to("v1")
    return folder / "current"


def swap_link(path: Path) -> None:
    other = path.with_name("other")
    other.symlink_to("v2")
    os.replace(other, path)


def plain(folder: Path) -> Path:
    return write_case(folder / "case", "Old")


def under_a_link(folder: Path) -> Path:
    write_case(folder / "v1" / "case", "Old")
    write_case(folder / "v2" / "case", "New")
    (folder / "current").symlink_to("v1")
    return folder / "current" / "case"


def one_file(folder: Path) -> Path:
    return write_case(folder / "case", "Old") / "agreement.md"


def made_again(path: Path) -> None:
    shutil.rmtree(path)
    write_case(path, "New")


def made_again_later(path: Path) -> None:
    shutil.rmtree(path)
    time.sleep(0.5)
    write_case(path, "New")


def another_moved_in(path: Path) -> None:
    other = write_case(path.with_name("other"), "New")
    path.rename(path.with_name("old"))
    other.rename(path)


def edited(path: Path) -> None:
    (path / "agreement.md").write_text(AGREEMENT.format(name="New"))


def whole_folder_of_the_file(path: Path) -> None:
    made_again(path.parent)


CHANGES: dict[str, tuple[Callable[[Path], Path], Callable[[Path], None]]] = {
    "edited": (plain, edited),
    "a link swapped": (links, swap_link),
    "a link on the way swapped": (under_a_link, lambda path: swap_link(path.parent)),
    "removed and made again": (plain, made_again),
    "removed, and made again later": (plain, made_again_later),
    "another folder moved in": (plain, another_moved_in),
    "the folder of a file": (one_file, whole_folder_of_the_file),
}


@pytest.fixture
def following(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], Workspace]]:
    monkeypatch.setattr(module, "LOOK_AGAIN", 100)
    stop = threading.Event()
    made: list[tuple[Workspace, threading.Thread]] = []

    def follow(root: Path) -> Workspace:
        workspace = Workspace(root)
        workspace.read()
        thread = threading.Thread(target=watch, args=(workspace, stop), daemon=True)
        thread.start()
        time.sleep(0.3)
        made.append((workspace, thread))
        return workspace

    yield follow
    stop.set()
    for workspace, thread in made:
        thread.join(LONGEST)
        workspace.worker.close()
        assert not thread.is_alive()


def name_of(workspace: Workspace) -> str:
    return "" if workspace.version is None else workspace.version.case.agreement.header.name


@pytest.mark.parametrize("change", CHANGES)
def test_the_new_text_is_seen(
    change: str, tmp_path: Path, following: Callable[[Path], Workspace]
) -> None:
    make, alter = CHANGES[change]
    root = make(tmp_path)
    workspace = following(root)
    if root.is_file():  # a case of one file has no record beside it
        (root).write_text(AGREEMENT.format(name="Old") + "```servanda\n2024-01-10 A pays\n```\n")
        assert workspace.wait(lambda: name_of(workspace) == "Old", LONGEST)
    assert name_of(workspace) == "Old"
    alter(root)
    if root.name == "agreement.md":
        root.write_text(AGREEMENT.format(name="New") + "```servanda\n2024-01-10 A pays\n```\n")
    assert workspace.wait(lambda: name_of(workspace) == "New", LONGEST)
    seen = workspace.reading
    (root if root.is_file() else root / "agreement.md").write_text(
        "```servanda\nagreement G\nx\n```"
    )
    assert workspace.wait(lambda: bool(workspace.errors), LONGEST), "and what comes after it"
    assert seen < workspace.reading <= seen + 3, "without reading again and again"


def test_a_folder_that_is_gone_is_said_once(
    tmp_path: Path, following: Callable[[Path], Workspace]
) -> None:
    root = plain(tmp_path)
    workspace = following(root)
    shutil.rmtree(root)
    assert workspace.wait(lambda: bool(workspace.errors), LONGEST)
    assert name_of(workspace) == "Old"
    time.sleep(0.5)
    seen = workspace.reading
    time.sleep(0.5)
    assert workspace.reading == seen
    write_case(root, "New")
    assert workspace.wait(lambda: name_of(workspace) == "New" and not workspace.errors, LONGEST)


def days(workspace: Workspace) -> list[str]:
    entries = () if workspace.version is None else workspace.version.case.record.entries
    return [entry.when.text for entry in entries]


def record_made_again(root: Path) -> None:
    shutil.rmtree(root / "record")
    (root / "record").mkdir()


def record_link_swapped(root: Path) -> None:
    (root / "other").symlink_to("record-2")
    os.replace(root / "other", root / "record")


@pytest.mark.parametrize("linked", [False, True])
def test_a_folder_in_the_case_made_again_or_swapped(
    linked: bool, tmp_path: Path, following: Callable[[Path], Workspace]
) -> None:
    root = plain(tmp_path)
    if linked:
        (root / "record").rename(root / "record-1")
        (root / "record-2").mkdir()
        (root / "record").symlink_to("record-1")
    workspace = following(root)
    alter = record_link_swapped if linked else record_made_again
    alter(root)
    for day in ("2024-01-11", "2024-01-12"):  # and what comes after it
        (root / "record" / "2024.sv").write_text(f"{day} A pays\n")
        wanted = [day]
        assert workspace.wait(lambda wanted=wanted: days(workspace) == wanted, LONGEST)
