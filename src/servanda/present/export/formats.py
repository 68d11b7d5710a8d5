"""The forms of files that a case is exported to, each with what writes it.

A form is added here and nowhere else: the command line reads names and limits from this list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from servanda.explain.judged import Judged
    from servanda.present.export.rows import Table

Written = tuple[bytes, list[str]]
"""The bytes of a file, and remarks on what is not in it."""


class ExportRequest(Struct, frozen=True):
    """What is exported: judgements by account, the table for a form that holds one, and what was
    asked (case, accounts, days), which some forms repeat."""

    judged: Mapping[str, Judged]
    table: str
    about: Mapping[str, Any]

    def chosen(self) -> Table:
        from servanda.present.export import rows

        return rows.TABLES[self.table](self.judged)

    def every(self) -> list[Table]:
        from servanda.present.export import rows

        return list(rows.tables(self.judged).values())


class Format(Struct, frozen=True):
    """A form of file. `name` is its ending; `one_table`: it holds one table, chosen by name;
    `calendar`: it holds what is still to come. `write` may raise `tables.TooLarge`."""

    name: str
    write: Callable[[ExportRequest], Written]
    one_table: bool = False
    calendar: bool = False


def csv(asked: ExportRequest) -> Written:
    from servanda.present.export.tables import as_csv

    return as_csv(asked.chosen()), []


def excel(asked: ExportRequest) -> Written:
    from servanda.present.export.tables import as_excel

    return as_excel(asked.about, asked.every()), []


def parquet(asked: ExportRequest) -> Written:
    from servanda.present.export.tables import as_parquet

    return as_parquet(asked.chosen()), []


def json(asked: ExportRequest) -> Written:
    from servanda.present.export.tables import as_json

    return as_json(asked.about, asked.every()), []


def calendar(asked: ExportRequest) -> Written:
    from servanda.present.export.calendar import as_calendar, as_line

    content, undated = as_calendar(asked.judged)
    zone = next(iter(asked.judged.values())).norms.zone
    return content, [as_line(one, zone) for one in undated]


def provenance(asked: ExportRequest) -> Written:
    from servanda.present.export.prov import as_prov

    return as_prov(asked.judged), []


FORMATS = {
    form.name: form
    for form in (
        Format("csv", csv, one_table=True),
        Format("xlsx", excel),
        Format("parquet", parquet, one_table=True),
        Format("json", json),
        Format("jsonld", provenance),
        Format("ics", calendar, calendar=True),
    )
}
"""By ending, in the order in which they are offered."""
