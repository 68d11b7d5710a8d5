"""Rows of tables as evidence: which sources they have."""

from __future__ import annotations

from collections.abc import Iterable

from servanda.record.record import Record, Table
from servanda.record.table_files import connect


def cited_by_rows(record: Record, ids: Iterable[str]) -> dict[str, list[str]]:
    """The sources of rows by their ids: those that the row names, then those of its table."""
    wanted = sorted(ids)
    found: dict[str, list[str]] = {id: [] for id in wanted}
    for table in record.tables:
        mine = [id for id in wanted if id.startswith(table.prefixes)]
        for id, source in _named_in(table, mine) if table.cites and mine else ():
            found[id].append(source)
        for id in mine:
            found[id] += [ref.id for ref in table.sources if ref.id not in found[id]]
    return found


def _named_in(table: Table, ids: list[str]) -> list[tuple[str, str]]:
    """What the column of sources holds in some rows."""
    with connect() as connection:
        return connection.execute(
            f"SELECT entry, source FROM ({table.sql}) WHERE source IS NOT NULL "
            "AND entry IN (SELECT unnest(?::VARCHAR[]))",
            [ids],
        ).fetchall()
