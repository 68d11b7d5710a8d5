"""OCEL 2.0 in XML, read as a stream."""

from __future__ import annotations

from pathlib import Path

from servanda.record.tables.files import TableFile, TableRequest
from servanda.record.tables.ocel import open_ocel
from servanda.record.tables.ocel_sink import NOT_OCEL, Sink
from servanda.record.tables.xml_stream import Stream, as_dict


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
        self.relations: list[tuple[str | None, str | None]] = []
        self.name: str | None = None
        self.value: list[str] = []

    def start(self, tag: str, attributes: list[str]) -> None:
        self.open.append(tag)
        match self.open:
            case ["events"]:
                self.parted = True
            case ["events", "event"]:
                self.said = as_dict(attributes)
                self.attributes, self.relations = {}, []
            case ["objects", "object"]:
                said = as_dict(attributes)
                self.sink.object(said.get("id"), said.get("type"))
            case ["events", "event", "attributes", "attribute"]:
                self.name, self.value = as_dict(attributes).get("name"), []
                self.parser.CharacterDataHandler = self.value.append
            case ["events", "event", "objects", "relationship" | "object"]:
                said = as_dict(attributes)
                self.relations.append((said.get("object-id"), said.get("qualifier")))
            case [_, _, _, _, _, _, _, _, *_]:
                self.refuse("E706", f"{NOT_OCEL}: `<{tag}>` is nested too deeply", self.wanted)

    def end(self, tag: str) -> None:
        match self.open:
            case ["events", "event"]:
                said = self.said
                self.sink.event(
                    said.get("id"),
                    said.get("type"),
                    said.get("time"),
                    self.attributes,
                    self.relations,
                )
            case ["events", "event", "attributes", "attribute"]:
                self.parser.CharacterDataHandler = None
                if not self.name or self.name in self.attributes:
                    problem = "stands twice" if self.name else "has no name"
                    message = f"an attribute of `{self.said.get('id')}` {problem}"
                    self.refuse("E706", message, "give each attribute one name of its own")
                self.attributes[self.name] = "".join(self.value)
        if self.open:
            self.open.pop()
