"""Temporary Parquet files with the content of files that DuckDB cannot scan.

They are in the system's folder for temporary files, and are deleted when the process ends.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from servanda.record.tables.files import Unreadable
from servanda.syntax.safe_files import LEAST_UNPACKED, MOST_TIMES, TooLarge

ROWS_AT_ONCE = 50_000
MOST_COLUMNS = 2_000
CHARACTERS_AT_ONCE = 64 << 20
CELLS_AT_ONCE = 4_000_000
_MOST: dict[Path, int] = {}
_MADE: dict[tuple[str, int, int, str], Path] = {}


@lru_cache
def scratch_folder() -> Path:
    """The folder of this process for such files."""
    folder = Path(tempfile.mkdtemp(prefix="servanda-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def scratch_of(path: Path, fill: Callable[[Path, Path], None], part: str = "") -> Path:
    """The folder that `fill(path, folder)` wrote for a file, or for a part of it; filled once per
    state of the file."""
    state = path.stat()
    key = (str(path.resolve()), state.st_mtime_ns, state.st_size, part)
    if key not in _MADE:
        folder = Path(tempfile.mkdtemp(dir=scratch_folder()))
        _MOST[folder] = max(LEAST_UNPACKED, MOST_TIMES * state.st_size)
        try:
            fill(path, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        _MADE[key] = folder
    return _MADE[key]


class Parts:
    """Rows of texts, written as Parquet files `name-*.parquet`, so many at once.

    Columns may come late: files are read together by the names of their columns. `__row` is the
    row's number, from 1, and `__line` its line in the file, if it is given. `fixed` are columns
    that are there even if nothing is in them.
    """

    def __init__(self, folder: Path, name: str, fixed: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.name = name
        self.fixed = fixed
        self.count = 0
        self.rows: list[dict[str, str | None]] = []
        self.lines: list[int | None] = []
        self.spelling: dict[str, str] = {}
        self.size = self.cells = self.whole = 0
        self.most = _MOST.get(folder)

    def add(self, row: dict[str, str | None], line: int | None = None) -> None:
        """Add a row; writes a part when enough are at hand."""
        self.rows.append(row)
        self.lines.append(line)
        self.count += 1
        self.cells += len(row)
        self.size += sum(map(len, filter(None, row.values())))
        if self.most is not None and self.whole + self.taken > self.most:
            # what a trace says is in each of its rows
            raise TooLarge(f"its rows have more than {MOST_TIMES} times the size of the file")
        if (
            len(self.rows) >= ROWS_AT_ONCE
            or self.cells >= CELLS_AT_ONCE
            or self.size >= CHARACTERS_AT_ONCE
        ):
            self.write()

    @property
    def taken(self) -> int:
        """What the rows at hand take, in bytes, roughly."""
        return self.size + 16 * self.cells

    def close(self) -> None:
        """Write what is left; of no rows at all, their columns."""
        if self.rows or not self.count:
            self.write()

    def write(self) -> None:
        """Write the rows at hand. Raises Unreadable for columns or texts that cannot be."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.whole += self.taken
        self.size = self.cells = 0
        names = dict.fromkeys(self.fixed)
        for row in self.rows:
            names.update(dict.fromkeys(row))
        self._named_apart(names)
        first = self.count - len(self.rows) + 1
        columns = {"__row": pa.array(range(first, self.count + 1), pa.int64())}
        if any(line is not None for line in self.lines):
            columns["__line"] = pa.array(self.lines, pa.int64())
        for name in names:
            try:
                columns[name] = pa.array([row.get(name) for row in self.rows], pa.string())
            except UnicodeEncodeError:
                raise Unreadable(
                    "E706", 0, f"a text of `{name}` is no Unicode", "save it again as UTF-8"
                ) from None
        pq.write_table(pa.table(columns), self.folder / f"{self.name}-{self.count:012}.parquet")
        self.rows, self.lines = [], []

    def _named_apart(self, names: dict[str, None]) -> None:
        """Refuse attributes whose names differ in case only: DuckDB's columns ignore case."""
        for name in names:
            other = self.spelling.setdefault(name.lower(), name)
            if other != name:
                message = f"two attributes are called `{other}` and `{name}`"
                raise Unreadable(
                    "E706",
                    0,
                    message,
                    "rename one: upper and lower case make no difference in a table",
                )
            if name.startswith("__") or not name.strip():
                raise Unreadable(
                    "E706", 0, f"`{name}` cannot be the name of an attribute", "rename it"
                )
        if len(self.spelling) > MOST_COLUMNS:
            message = f"more than {MOST_COLUMNS:,} different attributes"
            raise Unreadable("E706", 0, message, "name a log, with fewer attributes")


def parts_sql(folder: Path, name: str) -> str:
    """The rows of all parts of that name, for a FROM."""
    from servanda.record.tables.files import literal

    files = literal(str(folder / f"{name}-*.parquet"))
    return f"read_parquet({files}, union_by_name=true)"
