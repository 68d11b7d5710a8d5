"""Resolves entries as written into the record: names, units, dates, ids, corrections, sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from servanda.record.contents import Reader
from servanda.record.entry_ids import ids_called, short_id, with_unique_ids
from servanda.record.lookup import RecordNames
from servanda.record.record import (
    DeclaredCompleteness,
    Entry,
    Linked,
    Record,
    Step,
    Table,
    Withdrawn,
)
from servanda.record.sources import Source
from servanda.record.tables.table import read_tables
from servanda.syntax import entries as raw
from servanda.syntax import parser
from servanda.syntax.problems import Problems, did_you_mean
from servanda.syntax.tree import Agreement


def resolve_record(
    raw_record: parser.Record,
    agreement: Agreement,
    sources: Mapping[str, Source],
    problems: Problems,
    folder: Path | None = None,
) -> Record:
    """The record of an agreement; entries that do not resolve are left out, with a problem.

    `folder` is the case's: the files of tables are relative to it.
    """
    names = RecordNames(agreement, problems)
    resolver = Resolver(names, sources, problems)
    tables = read_tables(folder, raw_record.tables, names, sources) if folder else ()
    resolved = [
        (entry, written.id)
        for written in raw_record.entries
        if (entry := resolver.entry(written)) is not None
    ]
    unique = _check_targets(with_unique_ids(resolved, problems), tables, problems)
    declared = [resolver.completeness(written) for written in raw_record.completeness]
    return Record(
        zone=names.zone,
        entries=tuple(unique),
        complete=tuple(item for item in declared if item is not None),
        tables=tables,
        sources=dict(sources),
        aliases=_aliases(agreement),
    )


def _aliases(agreement: Agreement) -> dict[str, tuple[str, ...]]:
    titles = {party.name: party.title for party in agreement.parties}
    found: dict[str, tuple[str, ...]] = {}
    found |= {name: (title,) if title else () for name, title in titles.items()}
    for group in agreement.groups:
        names = [group.title, *group.members, *(titles.get(name) for name in group.members)]
        found[group.name] = tuple(name for name in names if name)
    return found


class Resolver:
    """Resolves entries and declarations of completeness one by one."""

    def __init__(
        self, names: RecordNames, sources: Mapping[str, Source], problems: Problems
    ) -> None:
        self.names = names
        self.sources = sources
        self.problems = problems
        self.reader = Reader(names)

    def entry(self, written: raw.Entry) -> Entry | None:
        """An entry, resolved; None, with a problem, if its date or content does not resolve."""
        place = written.place
        when = self.names.span(written.when, place)
        announced = self.names.span(written.announced, place)
        verified = self.names.span(written.verified, place)
        reported = self.names.span(written.reported, place)
        chain = tuple(
            Step(step.kind, step.by, step.on, self.names.span(step.at, place))
            for step in written.chain
        )
        cited = self.cited(written.sources)
        what = self.reader.read(written.fact)
        if when is None or what is None:
            return None
        if reported is None:
            dates = [step.at for step in chain if step.at is not None]
            reported = min(dates, key=lambda at: at.hi, default=None)
        if isinstance(what, Withdrawn) and written.corrects is not None:
            self.problems.add(
                "E505", place, "an entry corrects or withdraws, not both", "write two entries"
            )
            return None
        if isinstance(what, Linked) and what.since is not None and what.since.lo >= when.lo:
            message = f"a change since {what.since.text}, which is not before {when.text}"
            self.problems.add("E507", place, message, "date the entry by the later reading")
        for after, done in ((verified, "verified"), (reported, "reported")):
            if after is not None and after.fin <= when.lo:
                self.problems.add(
                    "E507",
                    place,
                    f"{done} {after.text}, before it was done on {when.text}",
                    "write `announced` for what was said before it was done",
                )
        return Entry(
            id=written.id or short_id(when, what),
            when=when,
            what=what,
            sources=cited,
            grade=written.grade,
            by=written.grade_by,
            announced=announced,
            verified=verified,
            reported=reported,
            chain=chain,
            corrects=written.corrects,
            note=written.note,
            place=place,
        )

    def completeness(self, written: raw.Completeness) -> DeclaredCompleteness | None:
        """A declaration of completeness, resolved; None, with a problem, if it does not."""
        from_ = self.names.span(written.from_, written.place)
        until = self.names.span(written.until, written.place)
        reported = self.names.span(written.reported, written.place)
        names = [self.names.observed(name, written.place) for name in written.names]
        cited = self.cited(written.sources)
        if from_ and until and until.lo <= from_.lo:
            message = f"complete until {until.text}, which is not after {from_.text}"
            self.problems.add("E145", written.place, message, "write the earlier one first")
            return None
        if not all(names):
            return None
        return DeclaredCompleteness(
            by=written.by,
            names=tuple(name for name in names if name),
            from_=from_.lo - 1 if from_ else None,
            until=until.lo - 1 if until else None,
            sources=cited,
            known=reported.hi if reported else None,
            place=written.place,
        )

    def cited(self, refs: Sequence[raw.SourceRef]) -> tuple[raw.SourceRef, ...]:
        """The references to known sources; reports the others."""
        for ref in refs:
            if ref.id not in self.sources:
                advice = (
                    did_you_mean(ref.id, self.sources)
                    or f'add it to sources.json: {{"id": "{ref.id}", "title": "…"}}'
                )
                message = f"there is no source `{ref.id}`"
                self.problems.add_unknown("E501", ref.place, f"source:{ref.id}", message, advice)
        return tuple(ref for ref in refs if ref.id in self.sources)


# ------------------------------------------------------------------ corrections
def _check_targets(
    entries: Sequence[Entry], tables: Sequence[Table], problems: Problems
) -> list[Entry]:
    """Drop corrections and withdrawals of what is not there, and those that go in a circle."""
    by_id = {entry.id: entry for entry in entries}
    prefixes = tuple(prefix for table in tables for prefix in table.prefixes)
    sound = []
    for entry in entries:
        target = target_of(entry)
        if target is None or target in by_id or target.startswith(prefixes or ("\0",)):
            sound.append(entry)
            continue
        verb = "corrects" if entry.corrects else "withdraws"
        several = " or ".join(f"`{id_}`" for id_ in ids_called(target, entries))
        advice = (
            (several and f"several have this date, event and actor: write {several}")
            or did_you_mean(target, by_id)
            or "entries are named by their `id`, else by date, event and actor"
        )
        problems.add("E503", entry.place, f"`{verb} {target}`: there is no such entry", advice)
    return [entry for entry in sound if not _in_circle(entry, by_id, problems)]


def target_of(entry: Entry) -> str | None:
    """The entry that this one corrects or withdraws."""
    return entry.what.entry if isinstance(entry.what, Withdrawn) else entry.corrects


def _in_circle(entry: Entry, by_id: Mapping[str, Entry], problems: Problems) -> bool:
    path = [entry.id]
    target = target_of(entry)
    while target is not None and target in by_id and target not in path:
        path.append(target)
        target = target_of(by_id[target])
    if target != entry.id:
        return False
    circle = " → ".join([*path, entry.id])
    problems.add(
        "E504",
        entry.place,
        f"these entries correct each other: {circle}",
        "leave one of the corrections out",
    )
    return True
