"""OCEL logs (JSON, SQLite, XML) as tables: events, objects, and which event is of which object.

A row is an event, or with `each TYPE` an event and one object of that type. Columns are
`ocel:eid`, `ocel:activity`, `ocel:timestamp`, the event's attributes by their names, `ocel:type:T`
for the object of type T, `ocel:attribute:T:A` for its attribute A as it was at the event,
`ocel:qualifier:Q` for the one related as Q, and with `each` also `ocel:qualifier`.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.record.tables.files import (
    REPEATS,
    TableFile,
    TableRequest,
    Unreadable,
    literal,
    quoted,
    run,
)
from servanda.record.tables.ocel_sink import EVENT, Sink
from servanda.record.tables.scratch import parts_sql, scratch_of
from servanda.record.tables.sql import with_instant
from servanda.syntax.problems import did_you_mean

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BY_TYPE, BY_QUALIFIER, QUALIFIER = "ocel:type:", "ocel:qualifier:", "ocel:qualifier"
ATTRIBUTE = "ocel:attribute:"
NO_TIME = ("0", "")  # how programs write that an attribute has a value from the beginning


def open_ocel(request: TableRequest, read: Callable[[Path, Sink], None]) -> TableFile:
    """A log's rows. `read` puts the content of a file into a sink. Raises Unreadable."""

    def fill(path: Path, folder: Path) -> None:
        sink = Sink(folder)
        read(path, sink)
        sink.close()

    each = request.each
    log = _Log(request.connection, scratch_of(request.path, fill), each)
    log.check()
    if each is None:
        return log.table(request.file, request.name, "events", request.wanted, {})
    if each not in log.types:
        advice = (
            did_you_mean(each, log.types) or f"name one of {', '.join(log.types) or 'no types'}"
        )
        raise Unreadable("E707", 0, f"no object of this log has the type `{each}`", advice)
    own = {BY_TYPE + each: "r.object", QUALIFIER: "r.qualifier"}
    return log.table(request.file, f"{request.name}.{each}", each, request.wanted, own)


class _Log:
    def __init__(self, connection: DuckDBPyConnection, folder: Path, own_type: str | None) -> None:
        self.connection = connection
        self.own_type = own_type
        self.folder = folder
        self.events = parts_sql(folder, "event")
        self.objects = parts_sql(folder, "object")
        self.relations = parts_sql(folder, "relation")
        self.changes = parts_sql(folder, "change")
        self.types = self._texts(f"SELECT DISTINCT type FROM {self.objects}")
        self.attributes = dict.fromkeys(
            (str(type), str(name))
            for type, name in run(
                connection,
                f"SELECT DISTINCT o.type, c.name FROM {self.changes} c JOIN {self.objects} o "
                "ON o.id = c.object WHERE o.type IS NOT NULL ORDER BY ALL",
            )
        )
        self.qualifiers = self._texts(f"SELECT DISTINCT qualifier FROM {self.relations}")

    def _texts(self, sql: str) -> list[str]:
        rows = run(self.connection, f"SELECT * FROM ({sql}) v(t) WHERE t IS NOT NULL ORDER BY t")
        return [text for (text,) in rows]

    # -------------------------------------------------------------- what must hold of a log
    def check(self) -> None:
        """Ids are of one event or object, and what is related is there. Raises Unreadable."""
        for kind, rows, id in (
            ("event", self.events, '"ocel:eid"'),
            ("object", self.objects, "id"),
        ):
            self._none(
                f"SELECT min(__row) AS row, {id} AS id, count(*) AS n, NULL FROM {rows} "
                f"GROUP BY {id} HAVING count(*) > 1",
                f"{kind} {{row}}: {{n}} {kind}s have the id `{{id}}`",
                "give each an id of its own",
            )
        for kind, rows, id in (
            ("object", self.objects, "id"),
            ("event", self.events, '"ocel:eid"'),
        ):
            self._none(
                f"SELECT min(r.__row) AS row, r.event AS id, count(*) AS n, min(r.{kind}) "
                f"FROM {self.relations} r ANTI JOIN {rows} o ON o.{id} = r.{kind} GROUP BY r.event",
                f"event `{{id}}` is in a relation whose {kind} `{{other}}` is missing",
                "add it, or leave the relation out",
            )

        timeless = ", ".join(literal(text) for text in NO_TIME)
        times = with_instant(f"SELECT * FROM {self.changes}", "time", "micros")
        self._none(
            f"SELECT __row AS row, object AS id, 1 AS n, time FROM ({times}) "
            f"WHERE micros IS NULL AND time NOT IN ({timeless})",
            "an attribute of object `{id}` changes at `{other}`, which is no time",
            "write the time as 2019-07-01T12:00Z",
        )

    def _none(self, sql: str, message: str, help: str) -> None:
        found = run(self.connection, f"{sql} ORDER BY row LIMIT 1")
        if found:
            row, id, n, other = found[0]
            raise Unreadable("E706", 0, message.format(row=row, id=id, n=n, other=other), help)

    # -------------------------------------------------------------- rows
    def table(
        self, file: str, name: str, rows: str, wanted: frozenset[str], own: dict[str, str]
    ) -> TableFile:
        """The columns that a mapping names, and the others by name only."""
        described = run(self.connection, f"DESCRIBE SELECT * FROM {self.events}")
        columns = {column: "VARCHAR" for column, *_ in described if column != "__row"}
        columns |= dict.fromkeys((*own, *(BY_TYPE + type for type in self.types)), "VARCHAR")
        columns |= {f"{ATTRIBUTE}{type}:{name}": "VARCHAR" for type, name in self.attributes}
        columns |= {BY_QUALIFIER + qualifier: "VARCHAR" for qualifier in self.qualifiers}
        select = [f"{sql} AS {quoted(column)}" for column, sql in own.items()]
        joins, several = [], {}
        for n, column in enumerate(sorted(wanted & columns.keys() - own.keys())):
            related = self._related(column)
            if related is not None:
                on = f"j{n}.event = e.{quoted(EVENT[0])}"
                of_the_row = bool(own) and column.startswith(f"{ATTRIBUTE}{rows}:")
                joins.append(
                    f"LEFT JOIN ({related}) j{n} ON {on}"
                    + (f" AND j{n}.of = r.object" if of_the_row else "")
                )
                several[column] = f"__several_{n}"
                select += [f"j{n}.object AS {quoted(column)}", f"j{n}.n AS __several_{n}"]
        if own:
            each = (
                f"(SELECT row_number() OVER (ORDER BY r.__row) AS __row, r.* EXCLUDE (__row) "
                f"FROM {self.relations} r JOIN {self.objects} o ON o.id = r.object "
                f"WHERE o.type = {literal(rows)}) r"
            )
            start = "SELECT r.__row, e.* EXCLUDE (__row)"
            select.append(f"count(*) OVER (PARTITION BY e.{quoted(EVENT[0])}) AS {REPEATS}")
            source = f"{each} JOIN {self.events} e ON e.{quoted(EVENT[0])} = r.event"
        else:
            start, source = "SELECT e.*", f"{self.events} e"
        sql = f"{', '.join([start, *select])} FROM {source} {' '.join(joins)}"
        of_events = frozenset(column for column, *_ in described) if own else frozenset()
        return TableFile(file, name, self._kept(sql), columns, several, repeated=of_events)

    def _kept(self, sql: str) -> str:
        """The rows of a query, joined once and kept as Parquet."""
        rows = self.folder / f"rows-{sha256(sql.encode()).hexdigest()[:16]}.parquet"
        if not rows.exists():
            run(self.connection, f"COPY ({sql}) TO {literal(str(rows))} (FORMAT parquet)")
        return f"SELECT * FROM read_parquet({literal(str(rows))})"

    def _related(self, column: str) -> str | None:
        """For each event the one object in a column, and how many there are."""
        if column.startswith(ATTRIBUTE):
            return self._attribute(column.removeprefix(ATTRIBUTE))
        if column.startswith(BY_TYPE):
            those = (
                f"{self.relations} r JOIN {self.objects} o ON o.id = r.object "
                f"WHERE o.type = {literal(column.removeprefix(BY_TYPE))}"
            )
        elif column.startswith(BY_QUALIFIER):
            qualifier = column.removeprefix(BY_QUALIFIER)
            those = f"{self.relations} r WHERE r.qualifier = {literal(qualifier)}"
        else:
            return None
        return (
            f"SELECT r.event, min(r.object) AS object, count(DISTINCT r.object) AS n "
            f"FROM {those} GROUP BY r.event"
        )

    def _attribute(self, of: str) -> str:
        """For each event the attribute of its object of a type, as it was then, and how many
        objects of that type it has; `of` is the object where it is the row's own."""
        type, name = next((t, a) for t, a in self.attributes if f"{t}:{a}" == of)
        events = with_instant(f"SELECT * FROM {self.events}", EVENT[2], "micros")
        changes = with_instant(f"SELECT * FROM {self.changes}", "time", "micros")
        ranked = (
            "SELECT object, value, coalesce(micros, -4611686018427387904) AS micros, "
            f"row_number() OVER (ORDER BY micros NULLS FIRST, __row) AS later FROM ({changes}) "
            f"WHERE name = {literal(name)}"
        )
        each = (
            "SELECT r.event, r.object AS of, arg_max(c.value, c.later) AS value "
            f"FROM {self.relations} r JOIN {self.objects} o ON o.id = r.object "
            f"JOIN ({events}) e ON e.{quoted(EVENT[0])} = r.event "
            f"LEFT JOIN ({ranked}) c ON c.object = r.object AND c.micros <= e.micros "
            f"WHERE o.type = {literal(type)} GROUP BY ALL"
        )
        if self.own_type == type:
            return f"SELECT event, of, value AS object, 1 AS n FROM ({each})"
        return f"SELECT event, min(value) AS object, count(*) AS n FROM ({each}) GROUP BY event"
