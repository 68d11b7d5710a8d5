"""The plan on Spark judges as it does on DuckDB, row for row."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from judgements import CASES, PAGES, ROOT, Asked, of_case, of_page
from typer.testing import CliRunner

import servanda
from pages import copied
from servanda.cli import app
from servanda.judge.engines.registry import open_tables
from servanda.judge.verdict import JudgeError

pytestmark = pytest.mark.xdist_group("spark")
EVERY = os.environ.get("SERVANDA_SPARK") == "all"
# A choice of them; that they have every construct of the plan between them is not checked.
SOME = (
    "achieve",
    "amendments",
    "forbid",
    "keep",
    "parts",
    "recurring",
    "states",
    "sums",
    "suspension",
)


def answer(asked: Asked, engine: str) -> object:
    """Every verdict in order, or what the judge refuses."""
    try:
        return servanda.open(asked.case, engine).judge(*asked[1:]).verdicts
    except JudgeError as error:
        return str(error)
    except servanda.ServandaError as error:
        return [problem.message for problem in error.problems]


@pytest.mark.parametrize(
    "page", [p for p in PAGES if EVERY or p.stem in SOME], ids=lambda p: p.stem
)
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cluster: None) -> None:
    at = copied(page, tmp_path)
    monkeypatch.chdir(at)
    for asked in of_page(page, at):
        assert answer(asked, "spark") == answer(asked, "duckdb"), asked


@pytest.mark.skipif(not EVERY, reason="SERVANDA_SPARK=all (./run spark-tests) judges the cases")
@pytest.mark.parametrize("page", CASES, ids=lambda p: p.parent.name)
def test_case(page: Path, monkeypatch: pytest.MonkeyPatch, cluster: None) -> None:
    monkeypatch.chdir(ROOT)
    for asked in of_case(page):
        assert answer(asked, "spark") == answer(asked, "duckdb"), asked


def test_what_is_added_at_once_is_all_there(cluster: None) -> None:
    """Rules are judged side by side: one of two statuses told at the same time was lost."""
    tables = open_tables("spark")
    tables.declare("told", "n INTEGER")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: tables.append("told", f"SELECT {n} AS n"), range(12)))
        list(pool.map(lambda n: tables.delete("told", f"n = {n}"), range(0, 12, 2)))
    assert sorted(tables.rows("SELECT n FROM told")) == [(n,) for n in range(1, 12, 2)]


def test_tables_too_large_for_the_driver(monkeypatch: pytest.MonkeyPatch, cluster: None) -> None:
    """The same answer where every table stays with the workers."""
    from servanda.judge.engines.spark import tables

    monkeypatch.setattr(tables, "SMALL", 1)
    monkeypatch.chdir(ROOT / "docs" / "language")
    asked = Asked("achieve.md", None, "2024-04-01", None)
    assert answer(asked, "spark") == answer(asked, "duckdb")


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_the_written_table_is_the_same(suffix: str, tmp_path: Path, cluster: None) -> None:
    page = str(ROOT / "docs" / "language" / "forbid.md")
    rows = []
    for engine in ("spark", "duckdb"):
        file = str(tmp_path / f"{engine}{suffix}")
        command = ["judge", page, "--on", "2024-06-01", "-o", file, "--engine", engine]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        found = duckdb.sql(f"SELECT * FROM '{file}' ORDER BY ALL")
        rows.append((found.columns, found.types, found.fetchall()))
    assert rows[0] == rows[1]
    assert rows[0][2]
    assert {path.suffix for path in tmp_path.iterdir()} == {suffix}
