"""Every kind of file that a table may be in, opened as rows for DuckDB, by the file's ending."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from servanda.record.tables.files import (
    ARROW,
    CSV,
    OCEL,
    PARQUET,
    TableFile,
    Unreadable,
    open_csv,
    open_parquet,
    run,
    suffix_of,
    table_name,
)
from servanda.record.tables.scratch import parts_sql, scratch_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


ARROW_TYPES = "write the column with another type, such as text"


def open_table(
    connection: DuckDBPyConnection,
    folder: Path,
    path: Path,
    each: str | None,
    wanted: frozenset[str],
) -> TableFile:
    """A file's columns and its rows as SQL; `wanted` are the columns a mapping names.

    `path` is absolute, in the absolute `folder` of the case.

    `each`: of a log of objects, a row for each object of this type. Raises Unreadable, OSError.
    """
    file = path.relative_to(folder).as_posix()
    suffix = suffix_of(path)
    if path.stat().st_size == 0:
        raise Unreadable("E703", 0, "this file is empty", "write it again, or name another file")
    if suffix in OCEL:
        from servanda.record.tables.ocel import open_ocel

        return open_ocel(connection, file, path, each, wanted)
    if each is not None:
        message = f"`each {each}` is for a log with objects (OCEL), and this is none"
        raise Unreadable("E707", 0, message, "leave it out: a row is an event already")
    if suffix in CSV:
        return open_csv(connection, file, path)
    if suffix in PARQUET:
        return open_parquet(connection, file, path)
    if suffix in ARROW:
        return _open_arrow(connection, file, path)
    return _open_xes(connection, file, path)


def _open_arrow(connection: DuckDBPyConnection, file: str, path: Path) -> TableFile:
    return open_parquet(connection, file, scratch_of(path, _fill_arrow) / "rows.parquet")


def _fill_arrow(path: Path, folder: Path) -> None:
    """An Arrow file as Parquet, batch by batch. Raises Unreadable."""
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


def _open_xes(connection: DuckDBPyConnection, file: str, path: Path) -> TableFile:
    from servanda.record.tables.xes import fill

    sql = f"SELECT * FROM {parts_sql(scratch_of(path, fill), 'event')}"
    rows = run(connection, f"DESCRIBE {sql}")
    columns = {name: type_ for name, type_, *_ in rows if name != "__row"}
    return TableFile(file, table_name(Path(file).name), sql, columns, False)
