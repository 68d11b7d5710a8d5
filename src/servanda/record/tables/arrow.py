"""Arrow files (Feather 2) as tables, by way of Parquet."""

from __future__ import annotations

from pathlib import Path

from servanda.record.tables.files import TableFile, TableRequest, Unreadable
from servanda.record.tables.parquet import open_parquet
from servanda.record.tables.scratch import scratch_of

ARROW_TYPES = "write the column with another type, such as text"


def open_rows(request: TableRequest) -> TableFile:
    """The rows of an Arrow file. Raises Unreadable."""
    return open_parquet(request, scratch_of(request.path, write_parquet) / "rows.parquet")


def write_parquet(path: Path, folder: Path) -> None:
    """Write an Arrow file as `rows.parquet`, batch by batch. Raises Unreadable."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as batches:
            schema = batches.schema
            with pq.ParquetWriter(folder / "rows.parquet", schema) as writer:
                for n in range(batches.num_record_batches):
                    batch = batches.get_batch(n)
                    batch.validate(full=True)
                    writer.write_batch(batch)
    except pa.ArrowNotImplementedError as error:
        raise Unreadable(
            "E703", 0, f"this table has a type that cannot be read: {error}"[:200], ARROW_TYPES
        ) from None
    except (pa.ArrowException, OSError) as error:
        advice = "write it as an Arrow file (Feather 2), not as a stream"
        raise Unreadable("E703", 0, "this is not a whole Arrow file", advice) from error
