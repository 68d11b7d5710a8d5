"""The sources of entries that verdicts name, rows of tables among them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from servanda.explain.judged import Judged
from servanda.record.tables.row_sources import cited_by_rows


class CitedSources:
    """Looks up the sources of the entries of one judgement."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.by_id = {entry.id: entry for entry in judged.record.entries}

    def of(self, entries: Iterable[str]) -> list[str]:
        """The ids of the sources of some entries, each once, in order."""
        found: list[str] = []
        for id_ in entries:
            entry = self.by_id.get(id_)
            found += self.of_rows.get(id_, ()) if entry is None else (s.id for s in entry.sources)
        return list(dict.fromkeys(found))

    @cached_property
    def of_rows(self) -> dict[str, list[str]]:
        """The sources of the rows of tables that verdicts name."""
        named = {id_ for v in self.judged.verdicts for id_ in (v.trigger, *v.entries) if id_}
        return cited_by_rows(self.judged.record, named - self.by_id.keys())
