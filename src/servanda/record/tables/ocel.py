"""OCEL 2.0 logs (JSON, SQLite, XML) as tables: events, objects, and which event is of which object.

A row is an event, or with `each TYPE` an event and one object of that type. Columns are
`ocel:eid`, `ocel:activity`, `ocel:timestamp`, the event's attributes by their names, `ocel:type:T`
for the object of type T, `ocel:qualifier:Q` for the one related as Q, and with `each` also
`ocel:qualifier`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.record.tables.files import TableFile, Unreadable, literal, quoted, run, table_name
from servanda.record.tables.scratch import Parts, parts_sql, scratch_of
from servanda.syntax.problems import did_you_mean

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EVENT = ("ocel:eid", "ocel:activity", "ocel:timestamp")
BY_TYPE, BY_QUALIFIER, QUALIFIER = "ocel:type:", "ocel:qualifier:", "ocel:qualifier"
NOT_OCEL = "this is not an OCEL 2.0 log"

Pairs = Iterable[tuple[str | None, str | None]]


class Sink:
    """Where a reader puts what it finds, in the order of the file."""

    def __init__(self, folder: Path) -> None:
        self.events = Parts(folder, "event", EVENT)
        self.objects = Parts(folder, "object", ("id", "type"))
        self.relations = Parts(folder, "relation", ("event", "object", "qualifier"))

    def event(
        self,
        id: str | None,
        type: str | None,
        time: str | None,
        attributes: Mapping[str, str | None],
        relations: Pairs,
    ) -> None:
        """`relations`: an object's id and a qualifier each."""
        row = self.events.count + 1
        if not id:
            raise Unreadable(
                "E706", 0, f"event {row} has no id", "give it an id: every event of OCEL has one"
            )
        if not attributes.keys().isdisjoint(EVENT):
            raise Unreadable(
                "E706",
                0,
                f"event `{id}` has an attribute with a name that OCEL uses itself",
                "rename it",
            )
        self.events.add({**dict(zip(EVENT, (id, type, time), strict=True)), **attributes})
        for object, qualifier in relations:
            self.relate(id, object, qualifier)

    def relate(self, event: str | None, object: str | None, qualifier: str | None) -> None:
        self.relations.add({"event": event, "object": object, "qualifier": qualifier})

    def object(self, id: str | None, type: str | None) -> None:
        if not id:
            number = self.objects.count + 1
            raise Unreadable(
                "E706",
                0,
                f"object {number} has no id",
                "give it an id: every object of OCEL has one",
            )
        self.objects.add({"id": id, "type": type})

    def close(self) -> None:
        for parts in (self.events, self.objects, self.relations):
            parts.close()


def fill(path: Path, folder: Path) -> None:
    """Write a log as parts `event-*`, `object-*`, `relation-*`. Raises Unreadable."""
    sink = Sink(folder)
    suffix = path.suffix.lower()
    if suffix == ".sqlite":
        from servanda.record.tables.ocel_sqlite import read
    elif suffix == ".json":
        from servanda.record.tables.ocel_json import read
    else:
        from servanda.record.tables.ocel_xml import read
    read(path, sink)
    sink.close()


def open_ocel(
    connection: DuckDBPyConnection, file: str, path: Path, each: str | None, wanted: frozenset[str]
) -> TableFile:
    """A log's rows. `wanted` are the columns that a mapping names. Raises Unreadable."""
    folder = scratch_of(path, fill)
    log = _Log(connection, folder)
    log.check()
    name = table_name(path.name)
    if each is None:
        return log.table(file, name, "events", wanted, {})
    if each not in log.types:
        advice = (
            did_you_mean(each, log.types) or f"name one of {', '.join(log.types) or 'no types'}"
        )
        raise Unreadable("E707", 0, f"no object of this log has the type `{each}`", advice)
    own = {BY_TYPE + each: "r.object", QUALIFIER: "r.qualifier"}
    return log.table(file, f"{name}.{each}", each, wanted, own)


class _Log:
    def __init__(self, connection: DuckDBPyConnection, folder: Path) -> None:
        self.connection = connection
        self.folder = folder
        self.events = parts_sql(folder, "event")
        self.objects = parts_sql(folder, "object")
        self.relations = parts_sql(folder, "relation")
        self.types = self._texts(f"SELECT DISTINCT type FROM {self.objects}")
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
        columns |= {BY_QUALIFIER + qualifier: "VARCHAR" for qualifier in self.qualifiers}
        select = [f"{sql} AS {quoted(column)}" for column, sql in own.items()]
        joins, several = [], {}
        for n, column in enumerate(sorted(wanted & columns.keys() - own.keys())):
            related = self._related(column)
            if related is not None:
                joins.append(f"LEFT JOIN ({related}) j{n} ON j{n}.event = e.{quoted(EVENT[0])}")
                several[column] = f"__several_{n}"
                select += [f"j{n}.object AS {quoted(column)}", f"j{n}.n AS __several_{n}"]
        if own:
            each = (
                f"(SELECT row_number() OVER (ORDER BY r.__row) AS __row, r.* EXCLUDE (__row) "
                f"FROM {self.relations} r JOIN {self.objects} o ON o.id = r.object "
                f"WHERE o.type = {literal(rows)}) r"
            )
            start = "SELECT r.__row, e.* EXCLUDE (__row)"
            source = f"{each} JOIN {self.events} e ON e.{quoted(EVENT[0])} = r.event"
        else:
            start, source = "SELECT e.*", f"{self.events} e"
        sql = f"{', '.join([start, *select])} FROM {source} {' '.join(joins)}"
        return TableFile(file, name, self._kept(sql), columns, False, several)

    def _kept(self, sql: str) -> str:
        """The rows of a query, joined once and kept as Parquet."""
        rows = self.folder / f"rows-{sha256(sql.encode()).hexdigest()[:16]}.parquet"
        if not rows.exists():
            run(self.connection, f"COPY ({sql}) TO {literal(str(rows))} (FORMAT parquet)")
        return f"SELECT * FROM read_parquet({literal(str(rows))})"

    def _related(self, column: str) -> str | None:
        """For each event the one object in a column, and how many there are."""
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


def texts(values: Iterable[tuple[object, object]]) -> Iterator[tuple[str, str | None]]:
    """Attributes with their values as texts: whole and decimal numbers with every digit."""
    for name, value in values:
        yield str(name), as_text(value)


def as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
