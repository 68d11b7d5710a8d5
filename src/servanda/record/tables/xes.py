"""XES logs (IEEE 1849) as tables: a row for each event, in the order of the log.

Columns are the attributes of the event by their keys, and those of its trace with `case:` before
them. Values stay as they are written: a mapping gives them types, and they are checked against it.
"""

from __future__ import annotations

import re
from pathlib import Path

from servanda.record.tables.files import TableFile, TableRequest, Unreadable, run
from servanda.record.tables.scratch import Parts, parts_sql, scratch_of
from servanda.record.tables.xml_stream import Stream, as_dict

VALUES = frozenset(("string", "date", "int", "float", "boolean", "id"))
# The whole number that it is; one of sixteen digits may have been rounded, and stays as it is.
WHOLE_FLOAT = re.compile(r"-?\d{1,15}\.0+", re.ASCII)
NESTED = frozenset(("list", "container"))


def open_rows(request: TableRequest) -> TableFile:
    """The events of a log, one a row. Raises Unreadable."""
    sql = f"SELECT * FROM {parts_sql(scratch_of(request.path, fill), 'event')}"
    rows = run(request.connection, f"DESCRIBE {sql}")
    columns = {name: type_ for name, type_, *_ in rows if not name.startswith("__")}

    def line_of(row: int) -> int:
        found = run(request.connection, f"SELECT __line FROM ({sql}) WHERE __row = {row}")
        return int(found[0][0]) if found else 0

    return TableFile(request.file, request.name, sql, columns, line_of=line_of)


def fill(path: Path, folder: Path) -> None:
    """Write the events of a log as parts `event-*`. Raises Unreadable."""
    parts = Parts(folder, "event")
    _Log(parts).read(path)
    if not parts.count:
        raise Unreadable(
            "E706",
            0,
            "there is no event in this log",
            "name a log with events, or leave the table out",
        )
    parts.close()


class _Log(Stream):
    root = "log"
    wanted = "write a XES log: it begins with `<log`"

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = parts
        self.trace: dict[str, str | None] | None = None
        self.event: dict[str, str | None] | None = None
        self.begun = False
        self.event_line = 0

    def start(self, tag: str, attributes: list[str]) -> None:
        depth = self.depth = self.depth + 1
        if self.event is not None:
            if depth == (3 if self.trace is None else 4):
                self.value(self.event, "", tag, attributes)
        elif tag == "event" and depth == (2 if self.trace is None else 3):
            self.begun = True
            self.event_line = self.line
            self.event = {} if self.trace is None else self.trace.copy()
        elif tag == "trace" and depth == 2:
            self.begun = False
            self.trace = {}
        elif depth == 3 and self.trace is not None:
            if self.begun and tag in VALUES:
                message = "an attribute of the trace comes after an event"
                self.refuse("E706", message, "write the attributes of a trace before its events")
            self.value(self.trace, "case:", tag, attributes)

    def value(
        self, of: dict[str, str | None], prefix: str, tag: str, attributes: list[str]
    ) -> None:
        """Keep an attribute; nested ones, lists and containers are skipped."""
        if tag not in VALUES:
            if tag in NESTED:
                return
            self.refuse(
                "E706",
                f"`<{tag}>` is no attribute of XES",
                f"write one of {', '.join(sorted(VALUES))}",
            )
        if len(attributes) == 4 and attributes[0] == "key" and attributes[2] == "value":
            key, value = prefix + attributes[1], attributes[3]
        else:
            said = as_dict(attributes)
            if "key" not in said or "value" not in said:
                missing = "value" if "key" in said else "key"
                self.refuse("E706", f"`<{tag}>` has no {missing}", f"write its `{missing}`")
            key, value = prefix + said["key"], said["value"]
        if key in of:
            of_what = "trace" if self.event is None else "event"
            self.refuse("E706", f"one {of_what} has `{key}` twice", "keep one of the two")
        if tag == "float" and WHOLE_FLOAT.fullmatch(value):
            value = value.partition(".")[0]
        of[key] = value

    def end(self, tag: str) -> None:
        depth = self.depth = self.depth - 1
        if self.event is not None:
            if depth == (1 if self.trace is None else 2):
                self.parts.add(self.event, self.event_line)
                self.event = None
        elif depth == 1:
            self.trace = None
