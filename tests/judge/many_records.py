"""The plan on many records of one set of norms in one run: its own code, on lifted queries.

`judge_all(norms, facts)` gives what `judgement.judge` gives of each, for the price of a few. The
records must agree in `now` and in declared completeness, which the plan writes into its queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any
from unittest.mock import patch

import duckdb
from lifting import RECORD, RECORDS, CannotLift, lifted
from msgspec.structs import replace

from servanda.judge import judgement as judgements
from servanda.judge.engines.duckdb import DuckTables, Row, cell, handed, shared
from servanda.judge.judgement import Judgement
from servanda.judge.plan import fact_tables, openings
from servanda.judge.plan.instances import Instances, hangs_on_instance
from servanda.judge.plan.sql import FIRST_INSTANT, FOR_GOOD
from servanda.judge.verdict import JudgeError, Verdict
from servanda.record.facts import Facts
from servanda.semantics.norms import Match, Norms, Point, Rule, VagueType

MARK = "\x1f"


class Id(str):
    """An entry's id that knows its record."""

    record: int


def marked(text: str, record: int) -> Id:
    found = Id(text)
    found.record = record
    return found


class Listed(list[object]):
    """A row that knows its record, though it names no entry."""

    record: int


class ManyTables(DuckTables):
    """Tables with a column for the record; `reading`: whose rows are read now, if anybody's."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, count: int) -> None:
        self.engine = engine
        self.count_of_records = count
        self.reading: int | None = None
        self.found: dict[str, dict[int, list[Row]]] = {}
        self.widths: dict[str, int] = {}
        self.alike: frozenset[str] = frozenset()
        self.begin()
        self.execute(
            f"CREATE TABLE {RECORDS} AS SELECT range::INTEGER AS {RECORD} FROM range({count})"
        )

    def lift(self, query: str) -> str:
        return lifted(self.con, query, self.alike)

    def rows(self, query: str) -> list[Row]:
        if self.reading is None:
            return super().rows(query)
        if query not in self.found:
            groups: dict[int, list[Row]] = {}
            found = self.execute(lifted(self.con, query, self.alike, whole=True))
            self.widths[query] = len(found.description) - 1
            for row in found.fetchall():
                groups.setdefault(row[-1], []).append(row[:-1])
            self.found[query] = groups
        return self.found[query].get(self.reading, [])

    def row(self, query: str) -> Row:
        found = self.rows(query)
        return found[0] if found else (None,) * self.widths[query]

    def declare(self, table: str, columns: str) -> None:
        super().declare(table, f"{columns}, {RECORD} INTEGER")

    def create(self, table: str, select: str) -> None:
        name = table.strip('"')
        if name.startswith("cal_"):
            self.alike |= {name}
        else:
            select = self.lift(select)
        super().create(table, select)

    def define(self, table: str, select: str) -> None:
        super().define(table, self.lift(select))

    def append(self, table: str, select: str) -> None:
        super().append(table, self.lift(select))

    def insert(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        if not rows:
            return
        self.empty.discard(table)
        told = [(*row, record_of(row)) for row in rows]
        if any(isinstance(value, dict) for value in rows[0]):
            text = ", ".join("(" + ", ".join(map(cell, row)) + ")" for row in told)
            self.execute(f"INSERT INTO {table} VALUES {text}")
            return
        columns = [[plain(handed(value)) for value in one] for one in zip(*told, strict=True)]
        self.execute(
            f"INSERT INTO {table} SELECT {', '.join('unnest(?)' for _ in columns)}", columns
        )


def plain(value: object) -> object:
    return str(value) if isinstance(value, Id) else value


def record_of(row: Sequence[object]) -> int:
    if isinstance(row, Listed):
        return row.record
    return next(value.record for value in row if isinstance(value, Id))


class ManyInstances(Instances):
    """What one record's plan works out in Python, of every record."""

    record = 0

    def first_of(self, match: Match) -> Any:
        return of_record(self.tables, self.record, partial(super().first_of, match), self)

    def each(self, work: Any, at: str) -> tuple[Any, ...]:
        """A tuple of numbers as SQL, by record where records differ."""
        found = []
        for record in range(self.tables.count_of_records):  # type: ignore[attr-defined]
            self.record = record
            found.append(work())
        return tuple(by_record(values, at) for values in zip(*found, strict=True))

    def fixed_window(self, rule: Rule) -> Any:
        return self.each(partial(super().fixed_window, rule), RECORD)

    def point(self, point: Point) -> Any:
        if hangs_on_instance(point):
            return super().point(point)
        return self.each(partial(self.fixed, point), f"i.{RECORD}")

    def periods(self, rule: Rule, table: str) -> None:
        every = rule.window.every
        firsts = self.tables.rows(
            f"SELECT DISTINCT min(o_hi) FROM {table}_2 WHERE o_hi > {FIRST_INSTANT} AND o_hi < {FOR_GOOD} GROUP BY {RECORD}"
        )
        if every is not None and " " in every and len(firsts) > 1:
            raise CannotLift("periods counted from openings that differ")
        super().periods(rule, table)


def by_record(values: Sequence[int | None], at: str) -> str:
    told = ["NULL" if value is None else str(value) for value in values]
    if len(set(told)) == 1:
        return told[0]
    usual = max(set(told), key=told.count)
    cases = " ".join(f"WHEN {n} THEN {value}" for n, value in enumerate(told) if value != usual)
    return f"(CASE {at} {cases} ELSE {usual} END)::BIGINT"


def of_record(tables: Any, record: int, work: Callable[[], Any], of: Any) -> Any:
    """What some work finds in one record alone; `of` remembers the first occurrences it has met."""
    before, of.firsts, tables.reading = tables.reading, {}, record
    try:
        return work()
    finally:
        tables.reading = before


first_entries_alone = openings.Openings.first_of


def first_entries(self: openings.Openings, match: Match) -> list[str]:
    """Openings.first_of of every record, with the record in each entry's id."""
    found = []
    for n in range(self.tables.count_of_records):  # type: ignore[attr-defined]
        for pair in of_record(self.tables, n, partial(first_entries_alone, self, match), self):
            at, _, entry = pair.partition(", '")
            found.append(f"{at}, '{n}{MARK}{entry}")
    return found


def merged(facts: Sequence[Facts]) -> Facts:
    """All records in one, each entry's id marked with its record."""

    def all_of(found: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        return tuple(
            replace(one, entry=marked(one.entry, n)) for n, each in enumerate(found) for one in each
        )

    def by_name(found: Sequence[dict[str, tuple[Any, ...]]]) -> dict[str, tuple[Any, ...]]:
        names = dict.fromkeys(chain.from_iterable(found))
        return {name: all_of([each.get(name, ()) for each in found]) for name in names}

    return replace(
        facts[0],
        events=by_name([f.events for f in facts]),
        readings=by_name([f.readings for f in facts]),
        exercises=all_of([f.exercises for f in facts]),
        determinations=all_of([f.determinations for f in facts]),
    )


class Here:
    """A pool that does the work at once: threads have nothing to gain here."""

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    map = staticmethod(map)

    def submit(self, work: Any, *args: Any) -> Any:
        value = work(*args)

        class Done:
            result = staticmethod(lambda: value)

        return Done


@contextmanager
def lifting(facts: Sequence[Facts]) -> Iterator[None]:
    """The plan, so that what it works out in Python is worked out of each record."""
    alone = fact_tables.vague_rows

    def vague_rows(vague: VagueType, norms: Norms, _: Facts) -> list[list[object]]:
        found: list[list[object]] = []
        for n, each in enumerate(facts):
            for row in alone(vague, norms, each):
                found.append(Listed(row))
                found[-1].record = n  # type: ignore[attr-defined]
        return found

    with (
        patch.object(fact_tables, "vague_rows", vague_rows),
        patch.object(judgements, "Instances", ManyInstances),
        patch.object(openings.Openings, "first_of", first_entries),
        patch.object(Judgement, "side_by_side", lambda self: Here()),
    ):
        yield


class Beside:
    """Stands for tables whose engine a judgement shares."""

    def __init__(self, tables: ManyTables) -> None:
        self.beside = lambda: tables


def judge_all(norms: Norms, facts: Sequence[Facts]) -> Iterator[tuple[Verdict, ...]]:
    """The verdicts of each record. Raises JudgeError where one has none, and CannotLift."""
    assert len({(f.now, f.complete) for f in facts}) == 1
    engine = shared()
    tables = ManyTables(engine, len(facts))
    with lifting(facts):
        judged = Judgement(norms, merged(facts), beside=Beside(tables))  # type: ignore[arg-type]
        _ = judged.openings
        for n in range(len(facts)):
            tables.reading = n
            judged.openings.__dict__["more"] = more(tables, n)
            yield judged.verdicts()


def more(tables: ManyTables, n: int) -> dict[tuple[int, int, int], dict[str, bool]]:
    """Openings.more, of one record."""
    found: dict[tuple[int, int, int], dict[str, bool]] = {}
    if "openings" in tables.empty:
        return found
    for rule, iid, f, entry, act in tables.rows("SELECT rule, iid, f, entry, act FROM openings"):
        record, mark, id_ = entry.rpartition(MARK)
        if mark and record != str(n):
            continue
        own = found.setdefault((rule, iid, f), {})
        own[id_] = own.get(id_, False) or act
    return found


__all__ = ["CannotLift", "JudgeError", "judge_all"]
