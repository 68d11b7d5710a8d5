"""Tables of the record: files whose rows are events or readings.

Every row is checked when the record is read. The judges get one SELECT for DuckDB, which reads the
rows again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from servanda.record.facts import Bulk
from servanda.record.lookup import RecordNames
from servanda.record.record import Table
from servanda.record.sources import Source
from servanda.record.tables.files import (
    TableFile,
    Unreadable,
    connect,
    literal,
    quoted,
    run,
)
from servanda.record.tables.notations import (
    DATES,
    NUMBERS,
    Notations,
    date_notation,
    number_notation,
)
from servanda.record.tables.registry import allowed, find_files, open_table, shown_path, table_name
from servanda.record.tables.row_mapping import Check, Plan, Planner
from servanda.record.tables.row_sets import ByEvent, distinct_rows, with_clean_columns
from servanda.record.tables.scratch import scratch_folder
from servanda.record.tables.sql import DAY, Offsets, ticks, years_of
from servanda.record.trust import Policy, fold, names_of_source, names_of_sources
from servanda.syntax.entries import RowMap, TableMap
from servanda.syntax.problems import Problems, did_you_mean
from servanda.syntax.tree import Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LONGEST_VALUE = 60
ONE_CLOCK = (
    "name the zone of times without one after the file, as in `zone Europe/Amsterdam`; "
    "or give every time an offset"
)


class Clocks(Struct, frozen=True):
    """A column of times: the least and most, of those with no offset as wall clock and of those
    with one in UTC, in microseconds; `bare` is the first row of a time of day with no offset."""

    least_local: int | None
    most_local: int | None
    least_instant: int | None
    most_instant: int | None
    bare: int | None

    @property
    def locals(self) -> list[int]:
        """The bounds of wall-clock times, in microseconds."""
        return [micros for micros in (self.least_local, self.most_local) if micros is not None]

    @property
    def instants(self) -> list[int]:
        """The bounds of times with an offset, in microseconds UTC."""
        ends = (self.least_instant, self.most_instant)
        return [micros for micros in ends if micros is not None]


class Rows(Struct, frozen=True):
    """A file's rows, checked: `sql` as Table has it; `first`, `last`: ticks, None of no rows."""

    plan: Plan
    sql: str
    clocks: dict[str, Clocks]
    first: int | None
    last: int | None


def read_tables(
    folder: Path, maps: Sequence[TableMap], names: RecordNames, sources: Mapping[str, Source]
) -> tuple[Table, ...]:
    """Check the files of all tables and turn them into SELECTs; reports the others."""
    if not maps:
        return ()
    reader = _TableReader(folder, names, sources)
    found = [table for written in maps for table in reader.read(written)]
    return tuple(found) if reader.clocks_agree() else ()


class _TableReader:
    def __init__(self, folder: Path, names: RecordNames, sources: Mapping[str, Source]) -> None:
        self.folder = folder.resolve()
        self.names = names
        self.sources = sources
        self.problems: Problems = names.problems
        self.connection: DuckDBPyConnection = connect(self.folder, *allowed(), scratch_folder())
        self.files_of: dict[str, str] = {}
        self.events = ByEvent(self.connection, names)
        self.unzoned: list[list[Rows]] = []  # by block, the rows of tables that name no zone

    def read(self, written: TableMap) -> list[Table]:
        for ref in written.sources:
            if ref.id not in self.sources:
                advice = (
                    did_you_mean(ref.id, self.sources)
                    or f'add it to sources.json: {{"id": "{ref.id}", "title": "…"}}'
                )
                message = f"there is no source `{ref.id}`"
                self.problems.add_unknown("E501", ref.place, f"source:{ref.id}", message, advice)
        paths = find_files(self.folder, written.file, written.place, self.problems)
        files = [file for path in paths if (file := self._open(path, written)) is not None]
        files = self._named_apart(files, written)
        if written.zone is None:
            self.unzoned.append([])
        notations = self._notations(written)
        if notations is None:
            return []
        if written.distinct:
            files = [
                distinct_rows(self.connection, file, files[:number])
                for number, file in enumerate(files)
            ]
        tables = [
            self._table(row, files, written, notations)
            for line in written.rows
            for row in self._by_event(line, files)
        ]
        return [table for table in tables if table is not None]

    def _notations(self, written: TableMap) -> Notations | None:
        """How the table writes dates and numbers; None, reported, if it does not say how."""
        dates = None if written.dates is None else date_notation(written.dates)
        numbers = None if written.numbers is None else number_notation(written.numbers)
        sound = True
        for said, known, what, advice in (
            (written.dates, dates, "dates", DATES),
            (written.numbers, numbers, "numbers", NUMBERS),
        ):
            if said is not None and known is None:
                sound = False
                message = f"`{said}` is no way to write {what}"
                self.problems.add("E723", written.place, message, advice)
        return Notations(dates, numbers) if sound else None

    def _by_event(self, line: RowMap, files: list[TableFile]) -> list[RowMap]:
        try:
            return self.events.lines(line, files)
        except Unreadable as error:
            self._report(files[0], error)
            return []

    def _open(self, path: Path, written: TableMap) -> TableFile | None:
        wanted = frozenset(name for row in written.rows for name in row.columns)
        file: TableFile | str = shown_path(path, self.folder)
        try:
            file = open_table(self.connection, self.folder, path, written, wanted)
            return with_clean_columns(self.connection, file, wanted)
        except Unreadable as error:
            self._report(file, error)
        except OSError as error:
            message = f"`{path.name}` cannot be read: {error.strerror}"
            self.problems.add("E701", written.place, message, "name a file that can be read")
        return None

    def _report(self, opened: TableFile | str, error: Unreadable) -> None:
        line, file = error.line, opened if isinstance(opened, str) else opened.file
        if line and not isinstance(opened, str) and opened.line_of_record is not None:
            line = opened.line_of_record(line)
        where = f"`{file}`, line {line}" if line else f"`{file}`"
        self.problems.add(error.code, Place(file, line, 0), f"{where}: {error}", error.help)

    def _named_apart(self, files: list[TableFile], written: TableMap) -> list[TableFile]:
        """Give files different names, so that no two rows have one id."""
        if len({file.name for file in files}) < len(files):
            files = [
                replace(file, name=f"{Path(file.file).parent.as_posix()}/{file.name}")
                for file in files
            ]
        sound = []
        for file in files:
            other = self.files_of.setdefault(file.name, file.file)
            if other == file.file:
                sound.append(file)
                continue
            message = f"the rows of `{file.file}` and `{other}` would have the same ids"
            self.problems.add("E716", written.place, message, "give one of the files another name")
        return sound

    def _table(
        self, row: RowMap, files: list[TableFile], written: TableMap, notations: Notations
    ) -> Table | None:
        zone = written.zone or self.names.zone
        name = table_name(written.file) + (f".{written.each}" if written.each else "")
        sound: list[Rows] = []
        for file in files:
            plan = Planner(row, file, self.names, self.sources, notations).make(name)
            if plan is None:
                continue
            try:
                rows = self._checked(plan, zone, ordered=written.ordered)
            except Unreadable as error:
                self._report(file, error)
                continue
            if rows is not None:
                sound.append(rows)
        if not sound:
            return None
        if written.zone is None:
            self.unzoned[-1] += sound
        if row.id is not None and not self._ids_differ([rows.plan for rows in sound]):
            return None
        return Table(
            name=name,
            at_once=row.until is None,
            event=None if row.is_measure else self._event(row),
            measure=row.name if row.is_measure else None,
            sql="\nUNION ALL\n".join(rows.sql for rows in sound),
            by=row.graded_by,
            sources=tuple(ref for ref in written.sources if ref.id in self.sources),
            prefixes=tuple(dict.fromkeys(rows.plan.prefix for rows in sound)),
            cites=row.source is not None,
            files=tuple(dict.fromkeys(rows.plan.file.file for rows in sound)),
            has_actor=self._has_actor(row),
            first=min((rows.first for rows in sound if rows.first is not None), default=None),
            last=max((rows.last for rows in sound if rows.last is not None), default=None),
            place=row.place,
        )

    def _has_actor(self, row: RowMap) -> bool:
        event = None if row.is_measure else self.names.declared.event(row.name)
        return event is not None and any(param.name == "by" for param in event.params)

    def _event(self, row: RowMap) -> str | None:
        event = self.names.declared.event(row.name)
        return event.name if event else None

    # -------------------------------------------------------------- checking
    def _checked(self, plan: Plan, zone: str, *, ordered: bool) -> Rows | None:
        """A file's rows as a SELECT, once every row has passed the checks."""
        extents = [text for moment in plan.moments.values() for text in moment.extents]
        hinted = any_of(plan.hints)
        extents.append(f"CASE WHEN {hinted} THEN 1 END")
        found = self._run_checks(plan.checks, plan.rows, plan.file, extents)
        if found is None:
            return None
        if found.pop():
            self._report_rows(plan.hints, plan.rows, plan.file)
        clocks = {name: Clocks(*found[n * 6 : n * 6 + 5]) for n, name in enumerate(plan.moments)}
        bounds = [micros for each in clocks.values() for micros in (*each.locals, *each.instants)]
        years = years_of(min(bounds), max(bounds)) if bounds else (1970, 1970)
        offsets = Offsets(zone, max(years[0], 2), years[1])
        select = _select(plan, offsets)
        checks = _time_checks(plan, offsets, zone)
        if checks and self._run_checks(checks, f"({select})", plan.file, []) is None:
            return None
        if ordered and "until" not in plan.moments:
            select = _select(plan, offsets, ordered=True)
            if self._run_checks([IN_ORDER], f"({select})", plan.file, []) is None:
                return None
        first, last = self._ends(clocks["on"], offsets)
        return Rows(plan, _without_helpers(select, plan), clocks, first, last)

    def _ends(self, on: Clocks, offsets: Offsets) -> tuple[int | None, int | None]:
        """The ticks of a file's first and last row."""
        ends = [*on.instants, *(offsets.utc(f"{local}") for local in on.locals)]
        if not ends:
            return None, None
        listed = ", ".join(f"({ticks(f'{end}', 1)})" for end in ends)
        row = run(self.connection, f"SELECT min(t), max(t) FROM (VALUES {listed}) v(t)")[0]
        return row[0], row[1]

    def clocks_agree(self) -> bool:
        """Whether, without a declared zone, all times of each column have an offset, or none:
        over the lines and the files of a table, and over the tables that share a file."""
        sound = True
        for block in _sharing(self.unzoned):
            columns: dict[str, list[tuple[Plan, Clocks]]] = {}
            for rows in block:
                for name, clocks in rows.clocks.items():
                    columns.setdefault(rows.plan.columns[name], []).append((rows.plan, clocks))
            for column, every in columns.items():
                bare = [(plan, c.bare) for plan, c in every if c.bare is not None]
                if bare and any(c.instants for _, c in every):
                    sound = False
                    self._report_bare(column, *min(bare, key=lambda at: (at[0].file.file, at[1])))
        return sound

    def _report_bare(self, column: str, plan: Plan, row: int) -> None:
        message = f"{plan.file.named(row)}: this time has no offset, and others have one"
        self.problems.add("E715", plan.file.place(row), f"{message} (column `{column}`)", ONE_CLOCK)

    def _run_checks(
        self, checks: Sequence[Check], rows: str, file: TableFile, extents: Sequence[str]
    ) -> list[int | None] | None:
        """One pass over the rows; the least and most of `extents`, or None if a check failed."""
        ends = [f"min({value}), max({value})" for value in extents]
        bad = f"count(*) FILTER (WHERE {any_of(checks)})"
        sql = f"SELECT {', '.join([bad, *ends])} FROM {rows}"
        found, *answer = run(self.connection, sql)[0]
        if found:
            self._report_rows(checks, rows, file)
        return None if found else answer

    def _report_rows(self, checks: Sequence[Check], rows: str, file: TableFile) -> None:
        """Of each check that fails, the first row that does, and how many more."""
        looked = [
            f"({check.bad}) AS __bad_{n}, "
            f"CASE WHEN __bad_{n} THEN left(({check.value})::VARCHAR, {LONGEST_VALUE}) END "
            f"AS __value_{n}"
            for n, check in enumerate(checks)
        ]
        asked = [
            f"count(*) FILTER (WHERE __bad_{n}), min(__row) FILTER (WHERE __bad_{n}), "
            f"arg_min(__value_{n}, __row) FILTER (WHERE __bad_{n})"
            for n in range(len(checks))
        ]
        inner = f"SELECT {', '.join(['__row', *looked])} FROM {rows}"
        answer = run(self.connection, f"SELECT {', '.join(asked)} FROM ({inner})")[0]
        for number, check in enumerate(checks):
            count, row, value = answer[number * 3 : number * 3 + 3]
            if count:
                more_rows = f" (and {count - 1:,} more rows)" if count > 1 else ""
                message = f"{file.named(row)}: {check.message.replace('{}', value or '')}"
                self.problems.add(
                    check.code, file.place(row), message + more_rows, check.advice(value or "")
                )

    def _ids_differ(self, plans: Sequence[Plan]) -> bool:
        every = " UNION ALL ".join(
            f"SELECT {number} AS file, __row, {plan.id} AS id FROM {plan.rows}"
            for number, plan in enumerate(plans)
        )
        rows = run(
            self.connection,
            f"SELECT id, count(*), max((file, __row)) FROM ({every}) GROUP BY id "
            "HAVING count(*) > 1 ORDER BY 3 LIMIT 3",
        )
        for id, count, (number, row) in rows:
            file = plans[number].file
            message = f"{file.named(row)}: the id `{id}` stands in {count} rows"
            self.problems.add(
                "E716",
                file.place(row),
                message,
                "give each row an id of its own, or name another column",
            )
        return not rows


def any_of(checks: Sequence[Check]) -> str:
    """Whether a row fails one of the checks, in SQL."""
    return " OR ".join(f"({check.bad})" for check in checks) or "false"


def _sharing(blocks: Sequence[Sequence[Rows]]) -> list[list[Rows]]:
    """The rows of tables, those of tables that share a file together."""
    found: list[tuple[set[str], list[Rows]]] = []
    for block in blocks:
        files, together = {rows.plan.file.file for rows in block}, list(block)
        apart = []
        for others in found:
            if files & others[0]:
                files, together = files | others[0], others[1] + together
            else:
                apart.append(others)
        found = [*apart, (files, together)]
    return [together for _, together in found]


# ------------------------------------------------------------------ SQL
def _select(plan: Plan, offsets: Offsets, *, ordered: bool = False) -> str:
    """Rows with ticks; the helpers (`__row`, `<moment>_*`) are for the checks.

    `ordered`: of the rows of a file at one time, each is a microsecond after the one before.
    """
    kept = ["__row", "entry", "grade", "source", *(quoted(name) for name in plan.values)]
    read = ["__row", f"{plan.entry} AS entry", f"{plan.grade} AS grade", f"{plan.source} AS source"]
    read += [f"{value} AS {quoted(name)}" for name, value in plan.values.items()]
    clocks, ends = [], []
    for name in plan.moments:
        local, offset, day = f"__{name}_local", f"__{name}_offset", f"__{name}_day"
        read += [local, offset, day, f"{local} + {DAY} AS __{name}_next"]
        kept += [local, offset, day]
        utc = f"CASE WHEN {offset} IS NULL THEN {offsets.utc(local)} ELSE {local} - {offset} END"
        clocks += [f"{utc} AS __{name}_utc", f"__{name}_next"]
        end = f"CASE WHEN {day} THEN {offsets.utc(f'__{name}_next')} ELSE __{name}_utc + 1 END"
        ends += [f"__{name}_utc", f"{end} AS __{name}_end"]
    late = "coalesce(__until_utc, __on_utc)" if "until" in plan.moments else "__on_utc"
    end = "coalesce(__until_end, __on_end)" if "until" in plan.moments else "__on_end"
    known = [f"__{name}_utc" for name in ("reported", "verified") if name in plan.moments]
    since = f"coalesce({', '.join([*known, late])})"
    final = [
        f"{ticks('__on_utc', 1)} AS lo",
        f"{ticks(late, 1)} AS hi",
        f"{ticks(end, 0)} AS fin",
        f"{ticks(since, 1)} AS known",
    ]
    if ordered:
        return f"SELECT {', '.join(final)}, * FROM ({_in_order(plan, read, kept, clocks, ends)})"
    rows = f"SELECT {', '.join(read)} FROM {plan.rows}"
    rows = f"SELECT {', '.join([*kept, *clocks])} FROM ({rows})"
    rows = f"SELECT {', '.join([*kept, *ends])} FROM ({rows})"
    return f"SELECT {', '.join(final)}, * FROM ({rows})"


def _in_order(
    plan: Plan, read: list[str], kept: list[str], clocks: list[str], ends: list[str]
) -> str:
    """The rows that count, each so many microseconds later as rows of its time are before it."""
    rows = f"SELECT {', '.join([*read, '__counts'])} FROM {plan.every_row}"
    rows = f"SELECT {', '.join([*kept, *clocks, '__counts'])} FROM ({rows})"
    earlier = "row_number() OVER (PARTITION BY __on_utc, __on_day ORDER BY __row) - 1"
    following = (
        "min(__on_utc) OVER (ORDER BY __on_utc RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"
    )
    ranked = f"SELECT *, {earlier} AS __earlier, {following} AS __following FROM ({rows})"
    moved = f"SELECT * REPLACE (__on_utc + __earlier AS __on_utc) FROM ({ranked})"
    columns = [*kept, *ends, "__earlier", "__following"]
    return f"SELECT {', '.join(columns)} FROM ({moved}) WHERE __counts"


IN_ORDER = Check(
    "E722",
    "__earlier > 0 AND (__on_utc >= __following OR "
    "(__on_utc - __earlier) // 1000000 <> __on_utc // 1000000)",
    "make_timestamp(__on_utc - __earlier)",
    "more rows are at {} than microseconds until the next time",
    "give the rows times of their own, or leave `rows are in order` out",
)


def _without_helpers(select: str, plan: Plan) -> str:
    columns = ["entry", "lo", "hi", "fin", "known", "grade", "source"]
    columns += [quoted(name) for name in plan.values]
    return f"SELECT {', '.join(columns)} FROM ({select})"


def _time_checks(plan: Plan, offsets: Offsets, zone: str) -> list[Check]:
    """The checks of times that need the offsets of the zone."""
    checks = []
    for name in plan.moments:
        local = f"__{name}_local"
        doubtful = offsets.doubtful(local)
        if doubtful != "FALSE":
            checks.append(
                Check(
                    "E146",
                    f"(__{name}_offset IS NULL AND NOT __{name}_day AND {doubtful})",
                    f"make_timestamp({local})",
                    f"the clocks of {zone} skip this time, or show it twice: {{}}",
                    "write it with its offset, as in +02:00",
                )
            )
    shown = "make_timestamp(__on_local)"
    if "until" in plan.moments:
        checks.append(
            Check(
                "E145",
                "__until_utc < __on_utc",
                shown,
                "it ends before it begins, on {}",
                "write the earlier time first",
            )
        )
    for name in ("reported", "verified"):
        if name in plan.moments:
            checks.append(
                Check(
                    "E507",
                    f"__{name}_end <= __on_utc",
                    shown,
                    f"{name} before it was done, on {{}}",
                    "correct one of the two times",
                )
            )
    return checks


def bulk_for(
    table: Table, policy: Policy, *, on: int, known: int | None, gone: frozenset[str]
) -> Bulk:
    """A table's rows as an account sees them. `gone` are entries corrected or withdrawn."""
    trusted = _Trusted(table, policy)
    where = [f"lo <= {on}", trusted.keeps()]
    if known is not None:
        where.append(f"known <= {known}")
    mine = sorted(id for id in gone if ":" in id)
    if mine:
        where.append(f"entry NOT IN ({', '.join(literal(id) for id in mine)})")
    accepted = sorted(grade for grade in policy.grades if grade)
    sure = f"(grade IS NULL OR grade IN ({', '.join(literal(grade) for grade in accepted)}))"
    if table.event is not None:
        columns = f"* EXCLUDE (known, grade, source), {sure} AS sure"
    else:
        where.append(sure)
        columns = f"entry, lo, hi, of, low, high, {trusted.tier()} AS tier"
    sql = f"SELECT {columns} FROM ({table.sql}) WHERE {' AND '.join(where)}"
    return Bulk(sql, table.at_once)


def listed(names: Iterable[str]) -> str:
    return ", ".join(literal(name) for name in names)


class _Trusted:
    """An account's trust over the rows of a table, in SQL."""

    def __init__(self, table: Table, policy: Policy) -> None:
        self.policy = policy
        self.record = record = policy.record
        self.has_actor = table.has_actor
        self.base = names_of_sources(table.sources, record)
        if table.by is not None:
            self.base |= {fold(table.by)}

    def _from(self, names: frozenset[str]) -> str:
        """Whether a row is from one of these: by its sources or, where it has none, its actor."""
        if self.base & names:
            return "TRUE"
        ids = [id for id in self.record.sources if names & names_of_source(id, self.record)]
        tests = [f"coalesce(source IN ({listed(ids)}), FALSE)"] if ids else []
        actors = [name for name in self.record.aliases if fold(name) in names]
        if self.has_actor and not self.base and actors:
            tests.append(f"(source IS NULL AND coalesce(p_by IN ({listed(actors)}), FALSE))")
        return f"({' OR '.join(tests)})" if tests else "FALSE"

    def keeps(self) -> str:
        only = self._from(self.policy.only) if self.policy.only else "TRUE"
        return f"({only} AND NOT {self._from(self.policy.distrusts)})"

    def tier(self) -> str:
        if not self.policy.first:
            return "0"
        return f"(CASE WHEN {self._from(self.policy.first)} THEN 0 ELSE 1 END)"
