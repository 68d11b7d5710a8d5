"""OCEL in XML, read as a stream: 2.0, and 1.0 (`.xmlocel`)."""

from __future__ import annotations

from pathlib import Path

from servanda.record.tables.files import TableFile, TableRequest
from servanda.record.tables.ocel import open_ocel
from servanda.record.tables.ocel_sink import NOT_OCEL, Sink
from servanda.record.tables.xml_stream import Stream, as_dict

FIRST_VERSION = {"activity": "type", "timestamp": "time"}


def open_rows(request: TableRequest) -> TableFile:
    """The rows of a log. Raises Unreadable."""
    return open_ocel(request, read)


def read(path: Path, sink: Sink) -> None:
    """Put the objects, events and relations of a file into the sink. Raises Unreadable."""
    log = _Log(sink)
    log.read(path)
    if not log.parted:
        log.refuse("E706", f"{NOT_OCEL}: it has no `<events>`", log.wanted)


class _Log(Stream):
    root = "log"
    wanted = "write an OCEL log: it begins with `<log`"

    def __init__(self, sink: Sink) -> None:
        super().__init__()
        self.sink = sink
        self.parted = False
        self.open: list[str] = []
        self.said: dict[str, str] = {}
        self.attributes: dict[str, str | None] = {}
        self.changes: list[tuple[str, str | None, str | None]] = []
        self.relations: list[tuple[str | None, str | None]] = []
        self.list: str | None = None
        self.since: str | None = None
        self.time: str | None = None
        self.name: str | None = None
        self.value: list[str] = []

    def start(self, tag: str, attributes: list[str]) -> None:
        self.open.append(tag)
        match self.open:
            case ["events"]:
                self.parted = True
            case ["events", "event"] | ["objects", "object"]:
                self.said = as_dict(attributes)
                self.attributes, self.relations, self.changes = {}, [], []
            case ["objects", "object", "attributes"]:
                self.since = as_dict(attributes).get("time")
            case [_, _, "attributes", "attribute"]:
                said = as_dict(attributes)
                self.name, self.value = said.get("name"), []
                self.time = said.get("time", self.since)
                self.parser.CharacterDataHandler = self.value.append
            case ["events", "event", "objects", "relationship" | "object"]:
                said = as_dict(attributes)
                self.relations.append((said.get("object-id"), said.get("qualifier")))
            case ["events" | "objects", "event" | "object", "list"]:
                self.list = as_dict(attributes).get("key")
            case ["events" | "objects", "event" | "object", "list", _]:
                said = as_dict(attributes)
                self.take_listed(said.get("key"), said.get("value"))
            case ["events" | "objects", "event" | "object", _] if "key" in attributes[::2]:
                said = as_dict(attributes)
                key = FIRST_VERSION.get(said["key"], said["key"])
                self.said.setdefault(key, said.get("value", ""))
            case [_, _, _, _, _, _, _, _, *_]:
                self.refuse("E706", f"{NOT_OCEL}: `<{tag}>` is nested too deeply", self.wanted)

    def take_listed(self, key: str | None, value: str | None) -> None:
        """Take a value of a list of OCEL 1.0."""
        match self.list:
            case "omap":
                self.relations.append((value, None))
            case "vmap":
                self.keep(key, value)
            case "ovmap" if key:
                self.changes.append((key, value, None))

    def keep(self, name: str | None, value: str | None) -> None:
        """Keep an attribute of an event."""
        if not name or name in self.attributes:
            problem = "stands twice" if name else "has no name"
            message = f"an attribute of `{self.said.get('id')}` {problem}"
            self.refuse("E706", message, "give each attribute one name of its own")
        self.attributes[name] = value

    def end(self, tag: str) -> None:
        said = self.said
        match self.open:
            case ["events", "event"]:
                self.sink.event(
                    said.get("id"),
                    said.get("type"),
                    said.get("time"),
                    self.attributes,
                    self.relations,
                )
            case ["objects", "object"]:
                self.sink.object(said.get("id"), said.get("type"))
                for name, value, time in self.changes:
                    self.sink.change(said.get("id"), name, value, time)
            case ["events", "event", "attributes", "attribute"]:
                self.parser.CharacterDataHandler = None
                self.keep(self.name, "".join(self.value))
            case ["objects", "object", "attributes", "attribute"]:
                self.parser.CharacterDataHandler = None
                if self.name:
                    self.changes.append((self.name, "".join(self.value), self.time))
        if self.open:
            self.open.pop()
