"""What is installed elsewhere: the wheel holds every file that the program reads."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    made = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")))
    with ZipFile(next(iter(made))) as wheel:
        return set(wheel.namelist())


def test_the_wheel_holds_every_file_of_the_package(held: set[str]) -> None:
    files = (ROOT / "src/servanda").rglob("*")
    here = {f.relative_to(ROOT / "src").as_posix() for f in files if f.is_file()}
    here = {name for name in here if "__pycache__" not in name}
    assert here <= held
    for suffix in (".lark", ".html", ".css", "charts.js", "charts.licences.txt", "py.typed"):
        assert any(name.endswith(suffix) for name in held), suffix


def test_the_wheel_holds_nothing_else(held: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in held} == {"servanda"}
