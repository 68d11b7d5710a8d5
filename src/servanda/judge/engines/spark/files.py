"""The record's files, read by Spark itself: Parquet and CSV, each a view of its own."""

from __future__ import annotations

import glob
from typing import TYPE_CHECKING

from sqlglot import exp

from servanda.judge.engines.duckdb import EngineError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ADVICE = "Spark reads .parquet, .csv and .csv.gz: write this table as one of them"


class Files:
    def __init__(self, session: SparkSession) -> None:
        self.session = session
        self.views: dict[str, str] = {}
        self.large: set[str] = set()

    def table(self, function: exp.Expression) -> str:
        """The name of the view that stands for `read_parquet(…)` or `read_csv(…)`."""
        written = function.sql(dialect="duckdb")
        if written not in self.views:
            name = f"__file_{len(self.views)}"
            self.opened(function).createOrReplaceTempView(name)
            self.views[written] = name
            self.large.add(name)
        return self.views[written]

    def opened(self, function: exp.Expression) -> DataFrame:
        name = function.name.lower() if isinstance(function, exp.Anonymous) else function.key
        options = dict(options_of(function))
        files = files_of(function)
        if name in ("readparquet", "read_parquet"):
            return self.parquet(files)
        if name in ("readcsv", "read_csv") and len(files) == 1:
            return self.csv(files[0], options)
        raise EngineError(f"the engine spark cannot read this with `{name}`", ADVICE)

    def parquet(self, files: list[str]) -> DataFrame:
        """Rows with `file_row_number`, counted from 0 in each file."""
        read = self.session.read.option("__globPaths__", "false").option("mergeSchema", "true")
        return read.parquet(*files).selectExpr("*", "_metadata.row_index AS file_row_number")

    def csv(self, path: str, options: dict[str, exp.Expression]) -> DataFrame:
        """All columns as text. A quoted value may span lines, so a file is one partition."""
        if path.endswith(".zst"):
            raise EngineError(f"the engine spark cannot read {path.rpartition('/')[2]}", ADVICE)
        columns = [column_name(pair) for pair in options["columns"].expressions]
        schema = ", ".join(f"`{name.replace('`', '``')}` STRING" for name in columns)
        return (
            self.session.read.schema(schema)
            .option("__globPaths__", "false")
            .option("header", "true")
            .option("sep", options["delim"].name)
            .option("quote", '"')
            .option("escape", '"')
            .option("multiLine", "true")
            .option("mode", "FAILFAST")
            .option("enforceSchema", "true")
            .csv(path)
        )


def options_of(function: exp.Expression) -> list[tuple[str, exp.Expression]]:
    arguments = [a for v in function.args.values() if isinstance(v, list) for a in v]
    return [
        (each.this.name.lower(), each.expression)
        for each in arguments
        if isinstance(each, exp.PropertyEQ | exp.EQ)
    ]


def files_of(function: exp.Expression) -> list[str]:
    """The files that the pattern names."""
    found = function.find(exp.Literal)
    files = sorted(glob.glob(found.this)) if found is not None and found.is_string else []
    if not files:
        raise EngineError("the engine spark finds no file of a table", ADVICE)
    return files


def column_name(pair: exp.Expression) -> str:
    return str(pair.this.name)
