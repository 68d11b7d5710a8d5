"""The plan's tables on Spark: small ones in the driver, large ones in the cluster."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import sqlglot
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from servanda.judge.engines.duckdb import DuckTables, EngineError, Row
from servanda.judge.engines.spark import parts
from servanda.judge.engines.spark.dialect import Statement, Untranslatable, type_for_spark
from servanda.judge.engines.spark.files import Files
from servanda.judge.plan.local_days import MONTH_END
from servanda.judge.plan.sql import SINCE_EVER, quoted
from servanda.syntax.atomic_files import temporary

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

SMALL = 10_000
BATCH = 2000


class SparkTables:
    """Tables of one session. What has at most SMALL rows is kept in the driver: the many small
    steps of a plan then cost no task each. What has more is written once where it was computed."""

    def __init__(self, session: SparkSession) -> None:
        self.session = session
        self.files = Files(session)
        self.frames: dict[str, DataFrame] = {}
        self.columns: dict[str, tuple[str, ...]] = {}
        self.large: set[str] = set()
        self.empty: set[str] = set()
        self.given_out: list[tempfile.TemporaryDirectory[str]] = []
        self.changing = Lock()  # every change rewrites the table: two at once would lose one

    # -------------------------------------------------------------- asking
    def rows(self, query: str) -> list[Row]:
        try:
            return [tuple(row) for row in self.frame(query)[0].collect()]
        except (PySparkException, Py4JError) as error:
            raise failed(error) from error

    def row(self, query: str) -> Row:
        """The one row of a query that always has one."""
        return self.rows(query)[0]

    def fingerprint(self, table: str) -> Row:
        """The same for two states of a table exactly when they have the same rows."""
        row = "CAST(xxhash64(to_json(struct(t.*))) AS DECIMAL(38, 0))"
        text = f"SELECT count(*), sum({row}) FROM `{name_of(table)}` t"
        return tuple(self.session.sql(text).collect()[0])

    def frame(self, query: str) -> tuple[DataFrame, bool]:
        """A query as a frame not yet computed, and whether it reads a large table."""
        try:
            statement = Statement(query, self.columns, self.files.table)
        except Untranslatable as error:
            raise EngineError(f"the plan cannot be told to Spark: {error}") from error
        large = bool(statement.reads & (self.large | self.files.large))
        try:
            return self.session.sql(statement.text(large)), large
        except PySparkException as error:
            raise failed(error) from error

    def statement_done(self) -> float:
        return 0.0

    # -------------------------------------------------------------- giving out
    def write(self, query: str, file: str, options: str) -> int:
        """Workers write parts next to the file, which are then merged."""
        with temporary(Path(file).parent, is_folder=True) as folder:
            found = self.written(query, str(folder))
            if "parquet" in options:
                return parts.as_parquet(found, file)
            return parts.as_csv(found, file)

    def stream(self, query: str, rows: int) -> pyarrow.RecordBatchReader:
        folder = tempfile.TemporaryDirectory(prefix="servanda-", ignore_cleanup_errors=True)
        self.given_out.append(folder)
        return parts.as_batches(self.written(query, folder.name), rows)

    def beside(self) -> SparkTables:
        """Of the same session: what these found must be given before others are made."""
        return SparkTables(self.session)

    def give(self, query: str, folder: str) -> str:
        files = self.written(query, tempfile.mkdtemp(dir=folder))
        return f"read_parquet([{', '.join(quoted(str(file)) for file in files)}])"

    def writer(self) -> DuckTables:
        return DuckTables()

    def written(self, query: str, folder: str) -> list[Path]:
        """A query's rows as Parquet files, in a folder that the workers reach."""
        at = Path(folder).resolve() / "parts"
        try:
            self.frame(query)[0].write.option("compression", "zstd").parquet(at.as_uri())
        except (PySparkException, Py4JError) as error:
            raise failed(error) from error
        return sorted(at.glob("*.parquet"))

    # -------------------------------------------------------------- making
    def declare(self, table: str, columns: str) -> None:
        """An empty table."""
        given = sqlglot.parse_one(f"CREATE TABLE t ({columns})", read="duckdb").this.expressions
        cells = ", ".join(
            f"CAST(NULL AS {type_for_spark(each.kind)}) AS `{each.name}`" for each in given
        )
        self.keep(table, self.session.sql(f"SELECT {cells} WHERE false"), False)

    def create(self, table: str, select: str) -> None:
        """A table of what a query finds, in place of any of that name."""
        self.keep(table, *self.frame(select))

    def number(self, table: str, column: str, select: str, order: str, freely: bool) -> None:
        self.create(
            table, f"SELECT row_number() OVER (ORDER BY {order}) AS {column}, * FROM ({select})"
        )

    def define(self, table: str, select: str) -> None:
        """As `create`: Spark reads only the columns used, and counting needs the result anyway."""
        self.create(table, select)

    def delete(self, table: str, where: str) -> None:
        with self.changing:
            self.create(table, f"SELECT * FROM {table} WHERE NOT coalesce({where}, false)")

    def append(self, table: str, select: str) -> None:
        """Add what a query finds, by the names of its columns."""
        found, large = self.frame(select)
        self.add(table, found, large)

    def insert(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        names = self.columns[name_of(table)]
        for start in range(0, len(rows), BATCH):
            text = ", ".join(
                "(" + ", ".join(map(cell, row)) + ")" for row in rows[start : start + BATCH]
            )
            listed = ", ".join(f"`{name}`" for name in names)
            self.add(table, self.session.sql(f"SELECT * FROM VALUES {text} AS t({listed})"), False)

    def add(self, table: str, found: DataFrame, large: bool) -> None:
        """Rows into a table, in the types of its columns; a column they do not have is null."""
        from pyspark.sql.functions import col, lit

        name = name_of(table)
        there = {column.lower() for column in found.columns}
        with self.changing:
            old = self.frames[name]
            cells = [
                (col(f"`{f.name}`") if f.name.lower() in there else lit(None))
                .cast(f.dataType)
                .alias(f.name)
                for f in old.schema.fields
            ]
            new = found.select(*cells)
            whole = new if table in self.empty else old.unionAll(new)
            self.keep(table, whole, large or name in self.large)

    def keep(self, table: str, frame: DataFrame, large: bool) -> None:
        """Compute a frame once, and call the result by the table's name."""
        name = name_of(table)
        try:
            count, kept = self.computed(frame, large)
        except (PySparkException, Py4JError) as error:
            raise failed(error) from error
        kept.createOrReplaceTempView(f"`{name}`")
        self.frames[name] = kept
        self.columns[name] = tuple(kept.columns)
        (self.empty.discard if count else self.empty.add)(table)
        (self.large.add if count > SMALL else self.large.discard)(name)

    def computed(self, frame: DataFrame, large: bool) -> tuple[int, DataFrame]:
        if not large:
            local = self.local(frame)
            if local is not None:
                return local
        written = frame.localCheckpoint(eager=False)
        count = written.count()
        if count <= SMALL:
            local = self.local(written)
            if local is not None:
                return local
        return count, written

    def local(self, frame: DataFrame) -> tuple[int, DataFrame] | None:
        """The rows in the driver, never turned into Python's; None where they are too many."""
        from pyspark.sql import DataFrame

        jvm: Any = frame._jdf
        rows = jvm.limit(SMALL + 1).collectAsList()
        if rows.size() > SMALL:
            return None
        made = self.session._jsparkSession.createDataFrame(rows, jvm.schema())
        return rows.size(), DataFrame(made, self.session)


def name_of(table: str) -> str:
    """A table's name without its quotes; letters large and small are the same."""
    return table.strip('"').replace('""', '"').lower()


def failed(error: Exception) -> EngineError:
    """Spark's error in one line, in the words that the judge looks for."""
    text = str(error).strip()
    if MONTH_END in text:
        return EngineError(text[text.index(MONTH_END) :].splitlines()[0])
    if "OVERFLOW" in text or "OUT_OF_RANGE" in text:
        return EngineError(f"Overflow: {text.splitlines()[0]}")
    return EngineError(text.splitlines()[0])


def cell(value: object) -> str:
    """A value as a literal of Spark's."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(max(value, SINCE_EVER))
    if isinstance(value, Decimal):
        return f"CAST({value:f} AS DECIMAL(38, 9))"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, dict):
        cells = ", ".join(f"{cell(k)}, {cell(v)}" for k, v in value.items())
        return f"map({cells})"
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
