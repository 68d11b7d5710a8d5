"""OCEL in JSON, read as a stream: 2.0, and 1.0 with what pm4py adds to it (`.jsonocel`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from servanda.record.tables.files import TableFile, TableRequest, Unreadable
from servanda.record.tables.ocel import open_ocel
from servanda.record.tables.ocel_sink import NOT_OCEL, Sink, as_text, texts
from servanda.syntax.safe_files import JsonBounds

BUFFER = 1 << 18


def open_rows(request: TableRequest) -> TableFile:
    """The rows of a log. Raises Unreadable."""
    return open_ocel(request, read)


def read(path: Path, sink: Sink) -> None:
    """Put the objects, events and relations of a file into the sink. Raises Unreadable."""
    if find_spec("ijson") is None:
        raise Unreadable("E717", 0, "OCEL in JSON needs `ijson`", "install `servanda[bulk]`")
    for item in _items(path, "objects"):
        sink.object(_text(item, "id"), _text(item, "type"))
        for said in _listed(item, "attributes"):
            value = as_text(said.get("value"))
            sink.change(_text(item, "id"), _text(said, "name"), value, _text(said, "time"))
    for item in _items(path, "events"):
        attributes: dict[str, str | None] = {}
        for said in _listed(item, "attributes"):
            name = _text(said, "name") or ""
            if name in attributes:
                message = f"event `{item.get('id')}` has the attribute `{name}` twice"
                raise Unreadable("E706", 0, message, "keep one of the two")
            attributes[name] = as_text(said.get("value"))
        related = [
            (_text(said, "objectId"), _text(said, "qualifier"))
            for said in _listed(item, "relationships")
        ]
        times = _text(item, "time")
        sink.event(_text(item, "id"), _text(item, "type"), times, attributes, related)
    if sink.events.count or sink.objects.count:
        return
    keys = _keys(path)
    if {"ocel:objects", "ocel:events"} <= keys:
        _read_first_version(path, sink)
    elif not {"objects", "events"} <= keys:
        raise Unreadable(
            "E706", 0, NOT_OCEL, "write it with `objects` and `events`, and their `relationships`"
        )


def _read_first_version(path: Path, sink: Sink) -> None:
    """OCEL 1.0: objects and events by their ids; pm4py adds qualifiers and changes of objects."""
    for id, item in _by_id(path, "ocel:objects"):
        sink.object(id, _text(item, "ocel:type"))
        for name, value in texts(_map(item, "ocel:ovmap").items()):
            sink.change(id, name, value, None)
    for item in _items(path, "ocel:objectChanges"):
        field = _text(item, "ocel:field") or ""
        value = as_text(item.get(field))
        sink.change(_text(item, "ocel:oid"), field, value, _text(item, "ocel:timestamp"))
    for id, item in _by_id(path, "ocel:events"):
        typed = _listed(item, "ocel:typedOmap")
        related = [(_text(said, "ocel:oid"), _text(said, "ocel:qualifier")) for said in typed]
        if not typed:
            related = [(as_text(object), None) for object in _list(item, "ocel:omap")]
        attributes = dict(texts(_map(item, "ocel:vmap").items()))
        activity, time = _text(item, "ocel:activity"), _text(item, "ocel:timestamp")
        sink.event(id, activity, time, attributes, related)


def _by_id(path: Path, under: str) -> Iterator[tuple[str, dict[str, Any]]]:
    import ijson

    with _opened(path) as file:
        try:
            for id, item in ijson.kvitems(file, under, buf_size=BUFFER):
                if not isinstance(item, dict):
                    raise Unreadable("E706", 0, NOT_OCEL, f"`{id}` of `{under}` must be an object")
                yield id, item
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise Unreadable("E703", 0, _words(error), "write it again") from None


def _list(item: dict[str, Any], key: str) -> list[Any]:
    found = item.get(key) or []
    if not isinstance(found, list):
        raise Unreadable("E706", 0, NOT_OCEL, f"`{key}` must be a list")
    return found


def _map(item: dict[str, Any], key: str) -> dict[str, Any]:
    found = item.get(key) or {}
    if not isinstance(found, dict) or any(isinstance(v, dict | list) for v in found.values()):
        raise Unreadable("E706", 0, NOT_OCEL, f"`{key}` must be an object of plain values")
    return found


@contextmanager
def _opened(path: Path) -> Iterator[JsonBounds]:
    with path.open("rb") as file:
        yield JsonBounds(file)


def _items(path: Path, list_: str) -> Iterator[dict[str, Any]]:
    import ijson

    with _opened(path) as file:
        try:
            for item in ijson.items(file, f"{list_}.item", buf_size=BUFFER):
                if not isinstance(item, dict):
                    raise Unreadable("E706", 0, NOT_OCEL, f"`{list_}` must be a list of objects")
                yield item
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise Unreadable("E703", 0, _words(error), "write it again") from None


def _words(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "this is not text in UTF-8"
    said = str(error).splitlines()[0] if str(error) else ""
    if "premature" in said or "Incomplete" in said or "EOF" in said:
        return "this JSON ends early"
    return f"this is not JSON: {said}"[:200]


def _keys(path: Path) -> set[str]:
    """The names at the top."""
    import ijson

    with _opened(path) as file:
        try:
            return {
                value
                for prefix, event, value in ijson.parse(file)
                if (prefix, event) == ("", "map_key")
            }
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise Unreadable("E703", 0, _words(error), "write it again") from None


def _text(item: dict[str, Any], key: str) -> str | None:
    value = item.get(key)
    if isinstance(value, dict | list):
        raise Unreadable("E706", 0, NOT_OCEL, f"`{key}` of `{item.get('id')}` must be text")
    return as_text(value)


def _listed(item: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = item.get(key) or []
    if not isinstance(found, list) or not all(isinstance(said, dict) for said in found):
        raise Unreadable(
            "E706", 0, NOT_OCEL, f"`{key}` of `{item.get('id')}` must be a list of objects"
        )
    return found
