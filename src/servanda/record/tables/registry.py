"""The registry of table formats: endings of files, and the module that opens each format.

To add a format, write a module with `open_rows(request: TableRequest) -> TableFile` (it raises
Unreadable for a file that is not what its ending says) and add a line to `FORMATS`. Nothing else
knows the formats: endings, messages and advice are read from here.
"""

from __future__ import annotations

import glob
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from servanda.record.tables.files import TableFile, TableRequest, Unreadable
from servanda.syntax.entries import TableMap
from servanda.syntax.problems import Problems, did_you_mean
from servanda.syntax.tree import Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NAME_A_FILE = "correct the name: it is relative to the case folder"


class TableFormat(Struct, frozen=True):
    """A format: its name, the endings of its files, and the module here that opens them.

    `has_objects`: a log of events and objects, of which a mapping may take `each TYPE`;
    `has_sheets`: a mapping may name one.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    has_objects: bool = False
    has_sheets: bool = False


FORMATS = (
    TableFormat("CSV", (".csv", ".csv.gz", ".csv.zst", ".tsv", ".tsv.gz", ".tsv.zst"), "csv_text"),
    TableFormat("Parquet", (".parquet", ".pq"), "parquet"),
    TableFormat("Arrow", (".arrow", ".feather"), "arrow"),
    TableFormat("XES", (".xes", ".xes.gz"), "xes"),
    TableFormat("OCEL in JSON", (".json", ".jsonocel"), "ocel_json", has_objects=True),
    TableFormat("OCEL in SQLite", (".sqlite",), "ocel_sqlite", has_objects=True),
    TableFormat(
        "Spreadsheet", (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "spreadsheet", has_sheets=True
    ),
    TableFormat("OCEL in XML", (".xml", ".xmlocel"), "ocel_xml", has_objects=True),
)
BY_SUFFIX = {suffix: format_ for format_ in FORMATS for suffix in format_.suffixes}
SUFFIXES = tuple(BY_SUFFIX)


def open_table(
    connection: DuckDBPyConnection,
    folder: Path,
    path: Path,
    written: TableMap,
    wanted: frozenset[str],
) -> TableFile:
    """A file's columns and its rows as SQL; `wanted` are the columns that the mapping names.

    `path` is absolute, in the absolute `folder` of the case, and has an ending of the registry.
    Raises Unreadable, OSError.
    """
    each = written.each
    file = path.relative_to(folder).as_posix()
    suffix = suffix_of(path)
    assert suffix is not None, file
    found = BY_SUFFIX[suffix]
    if path.stat().st_size == 0:
        raise Unreadable("E703", 0, "this file is empty", "write it again, or name another file")
    if each is not None and not found.has_objects:
        message = f"`each {each}` is for a log with objects (OCEL), and this is none"
        raise Unreadable("E707", 0, message, "leave it out: a row is an event already")
    if written.sheet is not None and not found.has_sheets:
        message = f"`sheet` is for spreadsheets, and this is {found.name}"
        raise Unreadable("E707", 0, message, "leave it out")
    name = table_name(path.name)
    request = TableRequest(connection, path, file, name, suffix, each, wanted, written.sheet)
    module = import_module(f"servanda.record.tables.{found.module}")
    opened: TableFile = module.open_rows(request)
    return opened


# ------------------------------------------------------------------ finding
def find_files(folder: Path, written: str, place: Place, problems: Problems) -> list[Path]:
    """The files that a path or pattern names, sorted. Reports names that fit no table."""
    folder = folder.resolve()
    if Path(written).is_absolute() or ".." in Path(written).parts or "\0" in written:
        message = f"`{written}` is outside the case folder"
        problems.add("E107", place, message, "copy it into the case folder, and name it there")
        return []
    try:
        found = sorted(folder.glob(written)) if glob.has_magic(written) else [folder / written]
        files = [path for path in found if path.is_file()]
    except (ValueError, NotImplementedError, OSError) as error:
        problems.add("E701", place, f"`{written}` is no path: {error}", NAME_A_FILE)
        return []
    if not files:
        problems.add(
            "E701", place, f"there is no file `{written}`", _beside(folder / written) or NAME_A_FILE
        )
    inside = []
    for path in files:
        if not path.resolve().is_relative_to(folder):
            problems.add(
                "E107",
                place,
                f"`{path.relative_to(folder)}` leads outside the case folder",
                "copy it into the case folder, and name it there",
            )
        elif suffix_of(path) is None:
            message = f"`{path.relative_to(folder)}` is not a table"
            problems.add("E702", place, message, f"name a file that ends in {', '.join(SUFFIXES)}")
        else:
            inside.append(path)
    return inside


def _beside(path: Path) -> str | None:
    try:
        names = [other.name for other in path.parent.iterdir() if suffix_of(other)]
    except OSError:
        return None
    return did_you_mean(path.name, names)


def suffix_of(path: Path) -> str | None:
    """The ending by which the registry knows a file; None if it is no table."""
    lowered = path.name.lower()
    return next((suffix for suffix in SUFFIXES if lowered.endswith(suffix)), None)


def table_name(written: str) -> str:
    """Name of a table: its file's name without extension and wildcards."""
    name = re.sub(r"[*?\[\]{}]+", "", Path(written).name)
    suffix = suffix_of(Path("x" + name)) or ""
    stem = name[: len(name) - len(suffix)].strip("-_. ")
    return re.sub(r"[^\w.:/-]+", "-", stem) or "table"
