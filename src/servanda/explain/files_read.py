"""Which files a case is read from, and what each of them adds to it."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from msgspec import Struct

from servanda.record.record import Record
from servanda.syntax.files import ACCOUNTS, INCLUDE, MAIN, RECORD, is_hidden
from servanda.syntax.layout import Layout
from servanda.syntax.problems import Problems
from servanda.syntax.tree import Agreement, Place

LOOKS_LIKE_TEXT = (".md", ".markdown", ".sv", ".txt")


class FilesOfCase(Protocol):
    """What is asked of a case: its folder, and its texts as read."""

    folder: Path
    layouts: tuple[Layout, ...]
    agreement: Agreement
    record: Record


class FileRead(Struct, frozen=True):
    """A file that a case is read from, and how much it adds; a table file: `is_table`."""

    file: str
    clauses: int = 0
    accounts: int = 0
    entries: int = 0
    tables: int = 0
    sources: int = 0
    is_table: bool = False

    @property
    def is_record(self) -> bool:
        """Whether it adds to the record."""
        return bool(self.entries or self.tables or self.is_table)

    def to_dict(self) -> dict[str, Any]:
        """The row of the JSON contract."""
        counts = {name: getattr(self, name) for name in COUNTED}
        return {"file": self.file, "record": self.is_record, "table": self.is_table, **counts}


COUNTED = ("clauses", "accounts", "entries", "tables", "sources")


def files_read(case: FilesOfCase) -> tuple[FileRead, ...]:
    """Every file: the texts in the order in which they were read, then tables and sources."""
    agreement, record = case.agreement, case.record
    clauses = _by_file([c.place for c in agreement.clauses])
    clauses += _by_file([a.place for a in agreement.amendments])
    views = _by_file([a.place for a in agreement.accounts])
    views += _by_file([r.place for r in agreement.readings])
    entries = _by_file([e.place for e in record.entries])
    entries += _by_file([d.place for d in record.complete])
    tables = _by_file(one.place for one in record.tables)
    sources = _by_file(source.place for source in record.sources.values())
    data = dict.fromkeys(file for table in record.tables for file in table.files)
    return (
        *(
            FileRead(file, clauses[file], views[file], entries[file], tables[file])
            for file in (layout.file for layout in case.layouts)
        ),
        *(FileRead(file, is_table=True) for file in data),
        *(FileRead(file, sources=count) for file, count in sources.items()),
    )


def _by_file(places: Iterable[Place]) -> Counter[str]:
    return Counter(place.file for place in places)


def files_not_read(case: FilesOfCase) -> tuple[str, ...]:
    """Files of `record/` that look like texts and are none by their names: `2026.MD`, `notes.txt`.

    Files that other programs hide (`.2026.md`) are left out.
    """
    read = {file.file for file in files_read(case)}
    found = sorted((case.folder / RECORD).rglob("*")) if len(case.layouts) > 1 else ()
    names = (path.relative_to(case.folder) for path in found if path.is_file())
    return tuple(
        name.as_posix()
        for name in names
        if name.suffix.lower() in LOOKS_LIKE_TEXT
        and name.as_posix() not in read
        and not is_hidden(name)
    )


def warn_of_strays(case: FilesOfCase, problems: Problems) -> None:
    """Warn of `.sv` files that count because they lie beside the agreement: nothing names them."""
    names = [layout.file for layout in case.layouts]
    if MAIN not in names:
        return
    included = set(_included(case.layouts))
    counting = {file.file for file in files_read(case) if any(getattr(file, n) for n in COUNTED)}
    for name in names:
        beside = "/" not in name and name not in (MAIN, ACCOUNTS) and name not in included
        if beside and name in counting and (case.folder / name).is_file():
            problems.add(
                "W502",
                Place(name, 0, 0),
                f"this file counts because it lies beside `{MAIN}`: nothing names it",
                f'write `include "{name}"` in `{MAIN}` if it belongs to the case; otherwise move '
                "it to another folder, such as `what-if`, and give it to `servanda suppose`",
            )


def _included(layouts: Iterable[Layout]) -> Iterator[str]:
    for layout in layouts:
        for statement in layout.statements:
            if match := re.match(INCLUDE, statement.text):
                folder = PurePosixPath(layout.file).parent
                yield posixpath.normpath((folder / match[1]).as_posix())
