"""Sources and grades of table rows."""

from __future__ import annotations

from collections.abc import Iterable

from servanda.record.record import Record, Table
from servanda.record.tables.files import connect


def cited_by_rows(record: Record, ids: Iterable[str]) -> dict[str, list[str]]:
    """The sources of rows by their ids: those that the row names, then those of its table."""
    wanted = sorted(ids)
    found: dict[str, list[str]] = {id: [] for id in wanted}
    for table in record.tables:
        mine = [id for id in wanted if id.startswith(table.prefixes)]
        for id, source in _said_in(table, "source", mine) if table.cites and mine else ():
            found[id].append(source)
        for id in mine:
            found[id] += [ref.id for ref in table.sources if ref.id not in found[id]]
    return found


def graded_by_rows(record: Record, ids: Iterable[str]) -> dict[str, tuple[str, str | None]]:
    """The grades of rows by their ids, each with who graded it; rows without one are not there."""
    wanted = sorted(ids)
    found: dict[str, tuple[str, str | None]] = {}
    for table in record.tables:
        mine = [id for id in wanted if id.startswith(table.prefixes)]
        for id, grade in _said_in(table, "grade", mine) if mine else ():
            found[id] = (grade, table.by)
    return found


def _said_in(table: Table, column: str, ids: list[str]) -> list[tuple[str, str]]:
    """What a column of some rows holds."""
    with connect() as connection:
        return connection.execute(
            f"SELECT entry, {column} FROM ({table.sql}) WHERE {column} IS NOT NULL "
            "AND entry IN (SELECT unnest(?::VARCHAR[]))",
            [ids],
        ).fetchall()
