"""The forms of files that a case is exported to, each with what writes it.

A form is added here and nowhere else: the command line reads names and limits from this list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from servanda.explain.judged import Judged
from servanda.present.export import rows, tables

Written = tuple[bytes, list[str]]
"""The bytes of a file, and remarks on what is not in it."""


class ExportRequest(Struct, frozen=True):
    """What is exported: judgements by account, the table for a form that holds one, and what was
    asked (case, accounts, days), which some forms repeat."""

    judged: Mapping[str, Judged]
    table: str
    about: Mapping[str, Any]

    def chosen(self) -> rows.Table:
        return rows.TABLES[self.table](self.judged)

    def every(self) -> list[rows.Table]:
        return list(rows.tables(self.judged).values())


class Format(Struct, frozen=True):
    """A form of file. `name` is its ending; `one_table`: it holds one table, chosen by name;
    `calendar`: it holds what is still to come. `write` may raise `tables.TooLarge`."""

    name: str
    write: Callable[[ExportRequest], Written]
    one_table: bool = False
    calendar: bool = False


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
        Format("csv", lambda a: (tables.as_csv(a.chosen()), []), one_table=True),
        Format("xlsx", lambda a: (tables.as_excel(a.about, a.every()), [])),
        Format("parquet", lambda a: (tables.as_parquet(a.chosen()), []), one_table=True),
        Format("json", lambda a: (tables.as_json(a.about, a.every()), [])),
        Format("jsonld", provenance),
        Format("ics", calendar, calendar=True),
    )
}
"""By ending, in the order in which they are offered."""
