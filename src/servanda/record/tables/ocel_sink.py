"""Output of the OCEL 2.0 readers: events, objects and relations in parts on the disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from servanda.record.tables.files import Unreadable
from servanda.record.tables.scratch import Parts

EVENT = ("ocel:eid", "ocel:activity", "ocel:timestamp")
NOT_OCEL = "this is not an OCEL 2.0 log"

Pairs = Iterable[tuple[str | None, str | None]]


class Sink:
    """Takes events, objects and relations in the order of the file.

    Writes parts `event-*`, `object-*`, `change-*` (of an object's attributes) and `relation-*`
    into a folder.
    """

    def __init__(self, folder: Path) -> None:
        self.events = Parts(folder, "event", EVENT)
        self.objects = Parts(folder, "object", ("id", "type"))
        self.changes = Parts(folder, "change", ("object", "name", "value", "time"))
        self.relations = Parts(folder, "relation", ("event", "object", "qualifier"))

    def event(
        self,
        id: str | None,
        type: str | None,
        time: str | None,
        attributes: Mapping[str, str | None],
        relations: Pairs,
    ) -> None:
        """Add an event; `relations` are pairs of an object's id and a qualifier."""
        row = self.events.count + 1
        if not id:
            raise Unreadable(
                "E706", 0, f"event {row} has no id", "give it an id: every event of OCEL has one"
            )
        own = dict(zip(EVENT, (id, type, time), strict=True))
        # Some programs write an event's own columns once more beside its attributes.
        said = {name: value for name, value in attributes.items() if own.get(name, value) != value}
        if said:
            raise Unreadable(
                "E706",
                0,
                f"event `{id}` has an attribute with a name that OCEL uses itself",
                "rename it",
            )
        self.events.add({**own, **attributes})
        for object, qualifier in relations:
            self.relate(id, object, qualifier)

    def relate(self, event: str | None, object: str | None, qualifier: str | None) -> None:
        """Add a relation of an event to an object."""
        self.relations.add({"event": event, "object": object, "qualifier": qualifier})

    def object(self, id: str | None, type: str | None) -> None:
        """Add an object. Raises Unreadable for one without an id."""
        if not id:
            number = self.objects.count + 1
            raise Unreadable(
                "E706",
                0,
                f"object {number} has no id",
                "give it an id: every object of OCEL has one",
            )
        self.objects.add({"id": id, "type": type})

    def change(
        self, object: str | None, name: str | None, value: str | None, time: str | None
    ) -> None:
        """Add the value of an object's attribute from a time on; None: from the beginning."""
        if name and value is not None:
            self.changes.add({"object": object, "name": name, "value": value, "time": time})

    def close(self) -> None:
        """Write what is left."""
        for parts in (self.events, self.objects, self.changes, self.relations):
            parts.close()


def texts(values: Iterable[tuple[object, object]]) -> Iterator[tuple[str, str | None]]:
    """Attributes with their values as texts: whole and decimal numbers with every digit."""
    for name, value in values:
        yield str(name), as_text(value)


def as_text(value: object) -> str | None:
    """A value of a log as text; None stays None. `1001.0` is the whole number that it is.

    Raises Unreadable for bytes that are no text.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            message = f"the bytes {value[:20].hex()} are no text in UTF-8"
            raise Unreadable("E714", 0, message, "write them as text") from None
    # A float from 2^53 on keeps its exponent, by which a mapping refuses it as an id.
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return f"{value:.16e}"
    if isinstance(value, Decimal) and value.adjusted() < 40 and value == value.to_integral_value():
        return f"{value:.0f}"
    return str(value)
