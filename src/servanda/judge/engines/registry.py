"""The engines that can run the plan, by name."""

from __future__ import annotations

from servanda.judge.engines.duckdb import DuckTables, EngineError, Tables

DUCKDB, SPARK = "duckdb", "spark"
ENGINES = (DUCKDB, SPARK)


def open_tables(engine: str, small: bool = False, memory: str | None = None) -> Tables:
    """Empty tables in an engine. `small` and `memory` are DuckDB's: a cluster has its own.

    Raises EngineError for an engine that is unknown or not installed.
    """
    if engine == DUCKDB:
        return DuckTables(small, memory)
    if engine != SPARK:
        raise EngineError(f"there is no engine `{engine}`", f"the engines are {', '.join(ENGINES)}")
    from servanda.judge.engines.spark.session import session  # refuses where Spark is not installed

    own = session()
    from servanda.judge.engines.spark.tables import SparkTables

    return SparkTables(own)
