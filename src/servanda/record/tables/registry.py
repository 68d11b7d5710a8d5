"""The registry of table formats: endings of files, and the module that opens each format.

To add a format, write a module with `open_rows(request: TableRequest) -> TableFile` (it raises
Unreadable for a file that is not what its ending says) and add a line to `FORMATS`. Nothing else
knows the formats: endings, messages and advice are read from here.
"""

from __future__ import annotations

import glob
import os
import re
import zipfile
import zlib
from collections.abc import Callable
from fnmatch import fnmatchcase
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from servanda.record.tables.files import TableFile, TableRequest, Unreadable
from servanda.syntax.entries import TableMap
from servanda.syntax.problems import Problems, did_you_mean
from servanda.syntax.safe_files import TooLarge, check_ordinary, check_unpacked
from servanda.syntax.tree import Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COPY_IT = "copy it into the case folder, and name it there; or run with `--allow-folder`"
MOST_NAMES = 100_000
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
    file = shown_path(path, folder)
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
    try:
        check_ordinary(path)
        _check_packed(path, suffix)
        opened: TableFile = module.open_rows(request)
    except TooLarge as error:
        raise Unreadable("E703", 0, str(error), "write it again, or as Parquet") from None
    return opened


def _check_packed(path: Path, suffix: str) -> None:
    """Unpack a file once, and keep nothing. Raises TooLarge, Unreadable."""
    if suffix.endswith((".gz", ".zst")):
        import pyarrow as pa

        try:
            packing = "gzip" if suffix.endswith(".gz") else "zstd"
            with pa.input_stream(str(path), compression=packing) as stream:
                check_unpacked(path, [stream])
        except OSError:  # the reader of its format reports it
            return
    elif zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as packed:
                check_unpacked(path, (packed.open(part) for part in packed.infolist()))
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            RuntimeError,
            NotImplementedError,
            EOFError,
        ):
            return


# ------------------------------------------------------------------ finding
_ALLOWED: list[Path] = []


def allow_folder(folder: Path) -> None:
    """Let the tables of every case that this process opens be in a folder, too.

    That is for whoever runs the tool: no text of a case can do it.
    """
    _ALLOWED.append(folder.resolve())


def allowed() -> tuple[Path, ...]:
    """The folders beside a case that its tables may be in."""
    return tuple(_ALLOWED)


def shown_path(path: Path, folder: Path) -> str:
    """A file's path in the case folder; of one in another folder, its whole path."""
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def find_files(folder: Path, written: str, place: Place, problems: Problems) -> list[Path]:
    """The files that a path or pattern names, sorted. Reports names that fit no table."""
    folder = folder.resolve()
    base, pattern = _base(folder, written)
    is_pattern = glob.has_magic(pattern)

    def inside(path: Path) -> bool:
        return any(path.resolve().is_relative_to(one) for one in (folder, *allowed()))

    if base is None or not inside(base):
        message = f"`{written}` is outside the case folder"
        problems.add("E107", place, message, COPY_IT)
        return []
    try:
        found = sorted(_matches(base, pattern, inside)) if is_pattern else [base / pattern]
        files = [path for path in found if path.is_file()]
    except (ValueError, NotImplementedError, OSError) as error:
        problems.add("E701", place, f"`{written}` is no path: {error}", NAME_A_FILE)
        return []
    if not files:
        problems.add(
            "E701", place, f"there is no file `{written}`", _beside(folder / written) or NAME_A_FILE
        )
    tables = []
    for path in files:
        name = shown_path(path, folder)
        if not inside(path):
            message = f"`{name}` leads outside the case folder"
            problems.add("E107", place, message, COPY_IT)
        elif suffix_of(path) is None:
            message = f"`{name}` is not a table"
            problems.add("E702", place, message, f"name a file that ends in {', '.join(SUFFIXES)}")
        else:
            tables.append(path)
    return tables


def _matches(base: Path, pattern: str, inside: Callable[[Path], bool]) -> list[Path]:
    """What a pattern matches, looking only in folders that may be read; at most 100,000 names."""
    parts = Path(pattern).parts
    level, seen = [base], 0
    for part in parts:
        if "**" in part and part != "**":
            raise ValueError("`**` is a whole part of a path, or none")
        found: list[Path] = []
        for folder in level:
            if not folder.is_dir() or not inside(folder):
                continue
            if part == "**":
                found += (Path(name) for name, _, _ in islice(os.walk(folder), MOST_NAMES))
            elif glob.has_magic(part):
                names = [name for name in os.listdir(folder) if fnmatchcase(name, part)]
                found += (folder / name for name in names)
            else:
                found.append(folder / part)
            seen += len(found)
            if seen > MOST_NAMES:
                raise ValueError(f"it matches more than {MOST_NAMES:,} names")
        level = list(dict.fromkeys(found))
    return level


def _base(folder: Path, written: str) -> tuple[Path | None, str]:
    """The folder in which a pattern begins, and the pattern there; None: it is no path."""
    path = Path(written)
    if "\0" in written or not path.name:
        return None, written
    parts = path.parts[1:] if path.is_absolute() else path.parts
    plain = next((n for n, part in enumerate(parts[:-1]) if glob.has_magic(part)), len(parts) - 1)
    if ".." in parts[plain:]:
        return None, written
    if ".." not in parts and not path.is_absolute():
        return folder, written
    start = Path(path.anchor) if path.is_absolute() else folder
    try:
        return start.joinpath(*parts[:plain]).resolve(), str(Path(*parts[plain:]))
    except (OSError, RuntimeError):
        return None, written


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
