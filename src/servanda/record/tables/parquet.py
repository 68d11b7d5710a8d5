"""Parquet files as tables."""

from __future__ import annotations

import glob
from pathlib import Path

from servanda.record.tables.files import (
    TableFile,
    TableRequest,
    is_reserved,
    literal,
    quoted,
    run,
)


def open_rows(request: TableRequest) -> TableFile:
    """The rows of a Parquet file. Raises Unreadable."""
    return open_parquet(request, request.path)


def open_parquet(request: TableRequest, path: Path) -> TableFile:
    """The rows of a Parquet file that holds what is requested. Raises Unreadable."""
    read = f"read_parquet({literal(glob.escape(str(path)))}, file_row_number=true)"
    rows = run(request.connection, f"DESCRIBE SELECT * FROM {read}")
    columns = {
        name: type_
        for name, type_, *_ in rows
        if name != "file_row_number" and not is_reserved(name)
    }
    listed = "".join(f", {quoted(name)}" for name in columns)
    sql = f"SELECT file_row_number + 1 AS __row{listed} FROM {read}"
    return TableFile(request.file, request.name, sql, columns)
