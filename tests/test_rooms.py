"""Imports between the packages run one way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parent.parent / "src"
PACKAGE = SRC / "servanda"

# Room -> the rooms that it may import from, besides itself. `api` is the public Python interface
# (api.py); `servanda` is the package's own __init__, which exports it; `vocabulary`
# (words, colours, marks, escaping) is below all.
MAY_IMPORT: dict[str, set[str]] = {
    "vocabulary": set(),
    "syntax": set(),
    "semantics": {"syntax"},
    "record": {"syntax", "semantics"},
    "judge": {"syntax", "semantics", "record"},
    "explain": {"vocabulary", "syntax", "semantics", "record", "judge"},
    "articles": {"syntax", "semantics", "record"},
    "present": {"vocabulary", "syntax", "semantics", "record", "judge", "explain"},
    "api": {
        *("vocabulary", "syntax", "semantics", "record", "judge", "explain"),
        *("articles", "present"),
    },
    "servanda": {"syntax", "api"},
    "web": {
        *(
            "vocabulary",
            "syntax",
            "semantics",
            "record",
            "judge",
            "explain",
            "articles",
        ),
        *("present", "api"),
    },
    "watch": {"vocabulary", "syntax", "semantics", "record", "judge", "explain", "api"},
    # The command line parses options, asks `api` and renders: it works out nothing itself.
    "cli": {
        *("vocabulary", "syntax", "judge", "articles", "present", "api", "web", "watch"),
        "servanda",
    },
    "__main__": {"cli"},
}
ROOMS = (
    *("vocabulary", "syntax", "semantics", "record", "judge", "explain", "articles"),
    *("present", "watch", "web"),
)


def python_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """`servanda.judge.plan` is in the room judge, `servanda` itself in the room servanda."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def is_room(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()


def imported_modules(source: str, package: str) -> Iterator[tuple[int, str]]:
    """Every module of servanda that `source` imports, wherever in the file, with its line.

    `package` is the dotted package that the file lives in: relative imports start from it.
    """
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                above = parents[: len(parents) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            if base == "servanda":  # `from servanda import judge` imports a room by its name
                names = [f"{base}.{a.name}" if is_room(a.name) else base for a in node.names]
            else:
                names = [base]
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            called = called.id if isinstance(called, ast.Name) else called
            first = node.args[0] if node.args else None
            if called in {"import_module", "__import__"} and isinstance(first, ast.Constant):
                names = [str(first.value)]
        for name in names:
            if name == "servanda" or name.startswith("servanda."):
                yield node.lineno, name


def wrong_imports(source: str, module: str, package: str) -> list[str]:
    room = room_of(module)
    if room not in MAY_IMPORT:
        return [f"{module}: the room '{room}' has no place in MAY_IMPORT yet"]
    return [
        f"{module}, line {line}: {room} imports {name}"
        for line, name in imported_modules(source, package)
        if room_of(name) != room and room_of(name) not in MAY_IMPORT[room]
    ]


def test_the_rooms_exist() -> None:
    assert python_files(), f"no Python file under {PACKAGE}: nothing would be checked"
    for room in ROOMS:
        assert (PACKAGE / room / "__init__.py").is_file(), f"the room {room} is missing"


def test_the_order_of_rooms_has_no_circle() -> None:
    placed: set[str] = set()
    waiting = dict(MAY_IMPORT)
    while waiting:
        ready = {room for room, needs in waiting.items() if needs <= placed}
        assert ready, f"these rooms import each other: {sorted(waiting)}"
        placed |= ready
        waiting = {room: needs for room, needs in waiting.items() if room not in ready}


@pytest.mark.parametrize("path", python_files(), ids=module_of)
def test_imports_run_one_way(path: Path) -> None:
    module = module_of(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    assert wrong_imports(path.read_text(encoding="utf-8"), module, package) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("servanda.syntax.tree", "import servanda.record"),
        ("servanda.syntax.tree", "from servanda.judge import plan"),
        ("servanda.syntax.tree", "from ..record import entries"),
        ("servanda.syntax.tree", "from .. import record"),
        ("servanda.syntax.tree", "from servanda import judge"),
        ("servanda.syntax.tree", "import servanda"),
        ("servanda.record.read", "def f():\n    from servanda.judge.plan import Plan"),
        ("servanda.record.read", "import importlib\nimportlib.import_module('servanda.cli')"),
        ("servanda.judge.plan", "import servanda.present.table"),
        ("servanda.present.report.table", "from servanda.api import Case"),
        ("servanda.judge.plan", "from servanda.explain import why"),
        ("servanda.explain.why", "from servanda.api import Case"),
        ("servanda.api", "from .web import pages"),
        ("servanda.attic", "import os"),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str) -> None:
    assert len(wrong_imports(source, module, module.rpartition(".")[0])) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("servanda.syntax.tree", "from . import units\nfrom .units import kg\nimport lark"),
        ("servanda.judge.plan", "from ..syntax import tree\nfrom servanda.record import read"),
        ("servanda.cli", "from servanda.present import report\nimport servanda.api"),
    ],
)
def test_a_right_import_is_let_through(module: str, source: str) -> None:
    assert wrong_imports(source, module, module.rpartition(".")[0]) == []


def test_no_modules_import_each_other() -> None:
    """Nor for the sake of types: a protocol stands where two modules need each other's."""
    modules = {module_of(path): path for path in python_files()}
    graph: dict[str, set[str]] = {}
    for module, path in modules.items():
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        found = imported_modules(path.read_text(encoding="utf-8"), package)
        graph[module] = {name for _, name in found if name in modules and name != module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"these modules import each other: {' → '.join(error.args[1])}")
