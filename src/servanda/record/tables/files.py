"""The files of a table: found inside the case folder; CSV and Parquet as rows for DuckDB."""

from __future__ import annotations

import csv
import glob
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from servanda.syntax.problems import Problems
from servanda.syntax.tree import Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CSV = (".csv", ".csv.gz", ".csv.zst", ".tsv", ".tsv.gz", ".tsv.zst")
PARQUET = (".parquet", ".pq")
ARROW = (".arrow", ".feather")
XES = (".xes", ".xes.gz")
OCEL = (".json", ".sqlite", ".xml")
SUFFIXES = (*CSV, *PARQUET, *ARROW, *XES, *OCEL)
ONE_COLUMN = "columns={'line': 'VARCHAR'}, delim='\\x01', quote='', escape='', comment=''"
LONGEST_LINE = 64 * 1024 * 1024
LONGEST_HEADER = 100_000


NAME_A_FILE = "correct the name: it is relative to the case folder"


class TableFile(Struct, frozen=True):
    """One file: `columns` are names → DuckDB types, `sql` its rows, numbered from 1 as `__row`.

    `name` is what its rows' entries are called by, `file` its path relative to the case. A column
    in `several` may have been meant to hold more than one value: how many is in the column named.
    """

    file: str
    name: str
    sql: str
    columns: dict[str, str]
    is_csv: bool
    several: dict[str, str] = {}

    def place(self, row: int | None = None) -> Place:
        """Where a row stands; the lines of a CSV count from its header."""
        return Place(self.file, row + 1 if row and self.is_csv else 0, 0)


class Unreadable(ValueError):
    """A file is not what its name says: line (or 0), message, advice."""

    def __init__(self, code: str, line: int, message: str, help: str) -> None:
        super().__init__(message)
        self.code = code
        self.line = line
        self.help = help


def connect() -> DuckDBPyConnection:
    """A database in memory that fetches nothing."""
    import duckdb

    return duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# ------------------------------------------------------------------ finding
def find_files(folder: Path, written: str, place: Place, problems: Problems) -> list[Path]:
    """The files that a path or pattern names, sorted; none, and a problem, if it may not be."""
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
    from servanda.syntax.problems import did_you_mean

    try:
        names = [other.name for other in path.parent.iterdir() if suffix_of(other)]
    except OSError:
        return None
    return did_you_mean(path.name, names)


def suffix_of(path: Path) -> str | None:
    """Which kind of table a file is, by its name; None: none."""
    lowered = path.name.lower()
    return next((suffix for suffix in SUFFIXES if lowered.endswith(suffix)), None)


def table_name(written: str) -> str:
    """What a table is called by: its file's name without suffixes and wildcards."""
    name = re.sub(r"[*?\[\]{}]+", "", Path(written).name)
    suffix = suffix_of(Path("x" + name)) or ""
    stem = name[: len(name) - len(suffix)].strip("-_. ")
    return re.sub(r"[^\w.:/-]+", "-", stem) or "table"


# ------------------------------------------------------------------ opening
def open_parquet(connection: DuckDBPyConnection, file: str, path: Path) -> TableFile:
    """A Parquet file. `file` is what it is called in the case. Raises Unreadable."""
    read = f"read_parquet({literal(glob.escape(str(path)))}, file_row_number=true)"
    rows = run(connection, f"DESCRIBE SELECT * FROM {read}")
    columns = {name: type_ for name, type_, *_ in rows if name != "file_row_number"}
    sql = f"SELECT file_row_number + 1 AS __row, * EXCLUDE (file_row_number) FROM {read}"
    return TableFile(file, table_name(Path(file).name), sql, columns, False)


def open_csv(connection: DuckDBPyConnection, file: str, path: Path) -> TableFile:
    """A CSV file, its values as text. Raises Unreadable."""
    suffix = suffix_of(path) or ""
    source = literal(glob.escape(str(path)))
    header, delimiter = _header(connection, source, suffix)
    columns = {name: "VARCHAR" for name in header}
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    sql = (
        f"SELECT row_number() OVER () AS __row, * FROM read_csv({source}, columns={{{types}}}, "
        f"header=true, delim={literal(delimiter)}, quote='\"', escape='\"', comment='', "
        "nullstr='', auto_detect=false, strict_mode=true, null_padding=false)"
    )
    return TableFile(file, table_name(path.name), sql, columns, True)


def _header(connection: DuckDBPyConnection, source: str, suffix: str) -> tuple[list[str], str]:
    """The names in the first line, and what separates them."""
    rows = run(
        connection,
        f"SELECT line FROM read_csv({source}, {ONE_COLUMN}, header=false, auto_detect=false, "
        f"max_line_size={LONGEST_LINE}) LIMIT 1",
    )
    line = (rows[0][0] if rows else "") or ""
    line = line.removeprefix("\ufeff")
    if len(line) > LONGEST_HEADER:
        raise Unreadable(
            "E704",
            1,
            f"the first line has {len(line):,} characters",
            "write the names of the columns there",
        )
    if not line.strip():
        raise Unreadable(
            "E704", 1, "the first line is empty", "write the names of the columns there"
        )
    delimiter = "\t" if suffix.startswith(".tsv") else ","
    if delimiter not in line:
        delimiter = next((other for other in (";", "\t") if other in line), delimiter)
    names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
    if not all(names):
        raise Unreadable("E704", 1, "a column has no name", "write the names of the columns there")
    lowered = [name.lower() for name in names]
    for index, name in enumerate(lowered):
        if name in lowered[:index]:
            message = f"two columns are called `{names[index]}`"
            raise Unreadable(
                "E704", 1, message, "rename one: upper and lower case make no difference in a table"
            )
    return names, delimiter


def run(connection: DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query; what the file has wrong with it is Unreadable."""
    import duckdb

    try:
        return connection.execute(sql).fetchall()
    except duckdb.Error as error:
        raise _unreadable(str(error)) from error


def _unreadable(message: str) -> Unreadable:
    """DuckDB's words to ours."""
    line = re.search(r"CSV Error on Line: (\d+)", message)
    number = int(line[1]) if line else 0
    if counts := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message):
        said = f"{counts[2]} values in a table of {counts[1]} columns"
        return Unreadable(
            "E705",
            number,
            said,
            f"write {counts[1]} values in each row; put a value with a comma in quotes",
        )
    known = (
        (
            "unterminated quote",
            "a quote that is not closed",
            "close it; write a quote within a value twice",
        ),
        ("nvalid unicode", "this is not a CSV text in UTF-8", "save it as UTF-8"),
        (
            "aximum line size",
            "a line too long for a table",
            "write it as a CSV file, or give it the ending of its format",
        ),
        ("agic bytes", "this is not a whole Parquet file", "write it again"),
        ("too small to be a Parquet", "this is not a whole Parquet file", "write it again"),
    )
    for sign, said, advice in known:
        if sign in message:
            return Unreadable("E703", number, said, advice)
    lines = [part for part in message.splitlines() if part and "Line:" not in part]
    what = re.sub(r"\S*/\S*/(\S+)", r"\1", lines[0] if lines else message)[:200]
    return Unreadable("E703", number, f"this table cannot be read: {what}", "write it again")
