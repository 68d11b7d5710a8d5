"""docs/python.md is run: every example, in a folder with copies of the cases."""

from __future__ import annotations

import doctest
import re
import shutil
from pathlib import Path

import pytest

from servanda import Case

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "python.md").read_text()
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def test_every_example_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("jcpoa", "sale"):
        shutil.copytree(ROOT / "cases" / name, tmp_path / "cases" / name)
    monkeypatch.chdir(tmp_path)
    examples = "\n".join(PYTHON.findall(PAGE))
    test = doctest.DocTestParser().get_doctest(examples, {}, "python.md", "docs/python.md", 0)
    assert len(test.examples) > 25
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.append)
    assert result.failed == 0, "".join(said)


# Of objects, and of what questions give back; and methods for programs that take a case apart.
OTHER = {"to_arrow", "to_polars", "to_pandas", "dict", "new", "counts", "write"}
TAKEN_APART = {
    *("account", "clause", "facts", "norms", "tick", "question", "question_of_all"),
    *("last_day", "by_account", "measured", "require_no_errors"),
}


def test_the_page_names_every_public_method_and_no_other() -> None:
    named = set(re.findall(r"`(?:servanda\.|case\.)?([a-z_]+)\(", PAGE))
    public = {name for name in dir(Case) if name[0] != "_" and callable(getattr(Case, name))}
    assert public - named == TAKEN_APART
    assert named - public == OTHER
