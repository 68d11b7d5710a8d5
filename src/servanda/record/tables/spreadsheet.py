"""Spreadsheets as tables: the rows of a sheet under its first one, which names the columns."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from servanda.record.tables.files import TableFile, TableRequest, Unreadable
from servanda.record.tables.ocel_sink import as_text
from servanda.record.tables.scratch import Parts, parts_sql, scratch_of
from servanda.syntax.problems import did_you_mean

MOST_UNPACKED = 1 << 30
NAME_THEM = "write the names of the columns in the first row"


def open_rows(request: TableRequest) -> TableFile:
    """The rows of the sheet that is named, or of the only one. Raises Unreadable."""
    if find_spec("python_calamine") is None:
        message = "spreadsheets need `python-calamine`"
        raise Unreadable("E717", 0, message, "install `servanda[bulk]`")
    sheet = _sheet_name(request.path, request.sheet)
    columns = _columns(request.path, sheet)

    def fill(path: Path, folder: Path) -> None:
        parts = Parts(folder, "row", tuple(columns))
        times = _columns_of_times(path, sheet)
        for _, row in _rows(path, sheet):
            parts.add(_texts(row, columns, times))
        parts.close()

    def line_of(number: int) -> int:
        rows = (line for line, _ in _rows(request.path, sheet))
        return next((line for n, line in enumerate(rows, 1) if n == number), 0)

    folder = scratch_of(request.path, fill, sheet)
    name = request.name if request.sheet is None else f"{request.name}.{sheet}"
    sql = f"SELECT * FROM {parts_sql(folder, 'row')}"
    kinds = dict.fromkeys(columns, "VARCHAR")
    return TableFile(request.file, name, sql, kinds, line_of=line_of)


def _book(path: Path) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                size = sum(part.file_size for part in packed.infolist())
            if size > MOST_UNPACKED:
                message = f"this spreadsheet unpacks to {size >> 20:,} MB"
                raise Unreadable("E703", 0, message, "save its sheet as CSV or Parquet")
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, zipfile.BadZipFile) as error:
        said = f"this is not a whole spreadsheet: {error}"[:200]
        raise Unreadable("E703", 0, said, "save it again, without a password") from None


def _sheet_name(path: Path, named: str | None) -> str:
    names = list(_book(path).sheet_names)
    listed = ", ".join(f'`sheet "{name}"`' for name in names[:20])
    if named is None:
        if len(names) != 1:
            message = f"this spreadsheet has {len(names)} sheets"
            raise Unreadable("E725", 0, message, f"name one after the file's name: {listed}")
        return str(names[0])
    if named not in names:
        advice = did_you_mean(named, names) or f"name one of {listed}"
        raise Unreadable("E725", 0, f"there is no sheet `{named}`", advice)
    return named


def _filled(path: Path, sheet: str) -> Iterator[tuple[int, list[Any]]]:
    """The rows that are not empty, each with its number in the sheet."""
    from python_calamine import CalamineError

    try:
        rows = enumerate(_book(path).get_sheet_by_name(sheet).iter_rows(), 1)
        yield from ((number, row) for number, row in rows if any(cell != "" for cell in row))
    except CalamineError as error:
        said = f"this sheet cannot be read: {error}"[:200]
        raise Unreadable("E703", 0, said, "save it again") from None


def _rows(path: Path, sheet: str) -> Iterator[tuple[int, list[Any]]]:
    """The rows below the names of the columns."""
    filled = _filled(path, sheet)
    next(filled, None)
    return filled


def _columns(path: Path, sheet: str) -> dict[str, int]:
    """The names of the columns, each with its place in a row; columns without one are no part."""
    line, first = next(_filled(path, sheet), (0, []))
    columns: dict[str, int] = {}
    for at, cell in enumerate(first):
        name = " ".join((_text(cell, timed=False) or "").split())
        if name.lower() in (known.lower() for known in columns):
            message = f"two columns are called `{name}`"
            advice = "rename one: upper and lower case make no difference in a table"
            raise Unreadable("E704", line, message, advice)
        if name:
            columns[name] = at
    if not columns:
        raise Unreadable("E704", 1, "the sheet is empty", NAME_THEM)
    return columns


def _columns_of_times(path: Path, sheet: str) -> set[int]:
    """The places of columns with times of day: there a day is its midnight."""
    return {
        at
        for _, row in _rows(path, sheet)
        for at, cell in enumerate(row)
        if isinstance(cell, datetime)
    }


def _texts(row: list[Any], columns: dict[str, int], times: set[int]) -> dict[str, str | None]:
    return {
        name: _text(row[at], timed=at in times) for name, at in columns.items() if at < len(row)
    }


def _text(cell: Any, *, timed: bool) -> str | None:
    """A cell as text; `timed`: a day is an instant."""
    if cell == "":
        return None
    if isinstance(cell, datetime | time):
        return cell.isoformat()
    if isinstance(cell, date):
        return f"{cell.isoformat()}T00:00:00" if timed else cell.isoformat()
    if isinstance(cell, timedelta):
        return as_text(cell.total_seconds())
    return as_text(cell)
