"""The parts that Spark's workers wrote, as one file or one stream, a part at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.csv
import pyarrow.parquet

ROWS = 100_000


def as_batches(files: list[Path], rows: int) -> pyarrow.RecordBatchReader:
    schema = pyarrow.parquet.read_schema(files[0])
    return pyarrow.RecordBatchReader.from_batches(schema, batches(files, rows))


def batches(files: Iterable[Path], rows: int) -> Iterator[pyarrow.RecordBatch]:
    for file in files:
        with pyarrow.parquet.ParquetFile(file) as opened:
            yield from opened.iter_batches(batch_size=rows)


def as_parquet(files: list[Path], to: str) -> int:
    schema = pyarrow.parquet.read_schema(files[0]).remove_metadata()
    with pyarrow.parquet.ParquetWriter(to, schema, compression="zstd") as writer:
        return written(files, writer)


def as_csv(files: list[Path], to: str) -> int:
    """Instants as text, as DuckDB writes them: in UTC, without zeros at the end."""
    schema = pyarrow.parquet.read_schema(files[0])
    with pyarrow.csv.CSVWriter(to, schema) as writer:
        return written(files, writer)


def written(files: list[Path], writer: Any) -> int:
    count = 0
    for batch in batches(files, ROWS):
        writer.write_batch(batch)
        count += batch.num_rows
    return count
