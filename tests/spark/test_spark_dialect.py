"""What is refused, and how statements are told to Spark."""

from __future__ import annotations

import sys

import pytest
from typer.testing import CliRunner

from servanda.cli import app


def refusal(*more: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["status", "docs/language/achieve.md", *more])
    return result.exit_code, result.output


def test_an_unknown_engine_is_refused() -> None:
    code, said = refusal("--engine", "sparc")
    assert code == 2
    assert "there is no engine `sparc`; the engines are duckdb, spark" in said


@pytest.mark.parametrize("missing", ["pyspark", "sqlglot"])
def test_without_spark_the_engine_is_refused(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    code, said = refusal("--engine", "spark")
    assert code == 2
    assert "requirements-spark.lock" in said
    assert "Traceback" not in said


def test_without_java_the_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    pytest.importorskip("sqlglot")
    from pyspark.sql import SparkSession

    monkeypatch.setattr(SparkSession, "getActiveSession", lambda: None)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    code, said = refusal("--engine", "spark")
    assert code == 2
    assert "needs Java" in said


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("SELECT t >> 6 FROM a", "SELECT SHIFTRIGHT(`t`, 6) FROM `a`"),
        ("SELECT * REPLACE (u AS t) FROM a", "SELECT `iid`, `u` AS `t`, `u` FROM `a`"),
        (
            "SELECT arg_max(u, t) FROM a",
            "SELECT MAX_BY(`u`, CASE WHEN NOT `u` IS NULL THEN `t` END) FROM `a`",
        ),
        (
            "SELECT timezone('Europe/Paris', CAST(d AS TIMESTAMP)) FROM a",
            "SELECT TO_UTC_TIMESTAMP(CAST(`d` AS TIMESTAMP), 'Europe/Paris') FROM `a`",
        ),
    ],
)
def test_statements(duckdb: str, spark: str) -> None:
    pytest.importorskip("sqlglot")
    from servanda.judge.engines.spark.dialect import Statement

    assert Statement(duckdb, {"a": ("iid", "t", "u")}, str).text(False) == spark


def test_floats_as_names_are_refused_with_advice() -> None:
    pytest.importorskip("sqlglot")
    from servanda.judge.engines.spark.dialect import Statement, Untranslatable

    with pytest.raises(Untranslatable, match="as text or as whole numbers"):
        Statement("SELECT CASE WHEN isfinite(t) THEN t END FROM a", {"a": ("t",)}, str)


def test_what_has_no_equal_is_refused() -> None:
    pytest.importorskip("sqlglot")
    from servanda.judge.engines.spark.dialect import Statement, Untranslatable

    with pytest.raises(Untranslatable):
        Statement("SELECT * FROM a ASOF JOIN b ON a.t >= b.t", {}, str)
