"""What counts as a row of a table: distinct rows, empty columns, and events named by a column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from servanda.record.lookup import RecordNames
from servanda.record.tables.files import TableFile, quoted, run
from servanda.record.tables.row_mapping import FILL, is_one_of, no_column
from servanda.record.tables.sql import clean, is_unclean, may_be_float, text
from servanda.syntax.entries import RowMap
from servanda.syntax.tree import Event

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NAME_AN_EVENT = (
    "declare it, or take only rows of declared events, as in "
    '`where column activity in ("order", "deliver")`'
)


def with_clean_columns(
    connection: DuckDBPyConnection, file: TableFile, columns: Iterable[str]
) -> TableFile:
    """The file with its texts in the form in which they are compared, and its columns without
    any value as text: what type they have says nothing. Looks at each row once."""
    named = [name for name in dict.fromkeys(columns) if name in file.columns]
    texts = [name for name in named if file.columns[name] == "VARCHAR"]
    empty = [
        name
        for name in named
        if name not in texts
        and not run(
            connection, f"SELECT 1 FROM ({file.sql}) WHERE {quoted(name)} IS NOT NULL LIMIT 1"
        )
    ]
    asked = [
        f"bool_or({ask(quoted(name))})" for name in texts for ask in (is_unclean, may_be_float)
    ]
    found = run(connection, f"SELECT {', '.join(asked)} FROM ({file.sql})")[0] if asked else ()
    instead = {name: "NULL::VARCHAR" for name in empty}
    instead |= {
        name: clean(quoted(name))
        for name, unclean in zip(texts, found[::2], strict=True)
        if unclean
    }
    pointed = (name for name, may_be in zip(texts, found[1::2], strict=True) if may_be)
    file = replace(file, pointed=frozenset(pointed))
    if not instead:
        return file
    replaced = ", ".join(f"{value} AS {quoted(name)}" for name, value in instead.items())
    return replace(
        file,
        sql=f"SELECT * REPLACE ({replaced}) FROM ({file.sql})",
        columns=file.columns | dict.fromkeys(empty, "VARCHAR"),
    )


def distinct_rows(
    connection: DuckDBPyConnection, file: TableFile, earlier: Sequence[TableFile]
) -> TableFile:
    """The file without rows that are alike in every column to one before, also of another file."""
    columns = _stored(connection, file)
    keys = ", ".join(quoted(column) for column in columns)
    alone = (
        f"SELECT * FROM ({file.sql}) "
        f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY __row) = 1"
    )
    for other in earlier:
        if sorted(_stored(connection, other)) == sorted(columns):
            alike = " AND ".join(
                f"o.{quoted(column)}::VARCHAR IS NOT DISTINCT FROM t.{quoted(column)}::VARCHAR"
                for column in columns
            )
            alone = f"SELECT t.* FROM ({alone}) t ANTI JOIN ({other.sql}) o ON {alike}"
    return replace(file, sql=alone)


def _stored(connection: DuckDBPyConnection, file: TableFile) -> list[str]:
    described = run(connection, f"DESCRIBE SELECT * FROM ({file.sql})")
    return [column for column, *_ in described if not column.startswith("__")]


# ---------------------------------------------------------------------- events named by a column
class ByEvent:
    """Turns `row is event of column C(…)` into a line for each event that the column names."""

    def __init__(self, connection: DuckDBPyConnection, names: RecordNames) -> None:
        self.connection = connection
        self.names = names
        self.problems = names.problems

    def lines(self, row: RowMap, files: Sequence[TableFile]) -> list[RowMap]:
        """A line for each event; the line itself if it names its event. Raises Unreadable."""
        if row.event_of is None:
            return [row]
        values: dict[str, TableFile] = {}
        for file in files:
            if row.event_of not in file.columns:
                self.problems.add("E708", row.place, *no_column(file, row.event_of))
                return []
            for value in self._values(row, row.event_of, file):
                values.setdefault(value, file)
        events: dict[str, tuple[Event, list[str]]] = {}
        for value, file in values.items():
            event = self._event(value)
            if event is None:
                message = f"`{file.file}`: no event is called `{value}` (column `{row.event_of}`)"
                self.problems.add("E201", row.place, message, NAME_AN_EVENT)
                continue
            events.setdefault(event.name, (event, []))[1].append(value)
        taken = {param.name for event, _ in events.values() for param in event.params}
        return [
            replace(
                row,
                name=name,
                event_of=None,
                args=tuple(
                    arg
                    for arg in row.args
                    if arg.name not in taken or arg.name in {p.name for p in event.params}
                ),
                where=(*row.where, (row.event_of, tuple(called))),
            )
            for name, (event, called) in events.items()
        ]

    def _values(self, row: RowMap, column: str, file: TableFile) -> list[str]:
        value = text(column, file.columns[column])
        known = [(c, among) for c, among in row.where if c in file.columns]
        where = " AND ".join(is_one_of(text(c, file.columns[c]), among) for c, among in known)
        rows = f"FROM ({file.sql}) WHERE {where or 'TRUE'}"
        found = run(
            self.connection, f"SELECT {value} AS v, min(__row) {rows} GROUP BY v ORDER BY 2"
        )
        for name, at in found:
            if name is None:
                message = f"{file.named(at)}: the event is missing (column `{column}`)"
                self.problems.add("E711", file.place(at), message, FILL)
        return [name for name, _ in found if name is not None]

    def _event(self, value: str) -> Event | None:
        """The event of that name: as it stands, or in small letters with `_` for spaces."""
        declared = self.names.declared
        spelled = re.sub(r"\W+", "_", value.lower()).strip("_")
        return declared.event(value) or declared.event(spelled)
