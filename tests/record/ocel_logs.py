"""One object-centric log in every way that programs write it.

Two orders, three items; `e2` ships two items; the price of `pen` changes from 3 to 5 on 5 January.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

OBJECTS = {
    "o1": ("order", {}),
    "pen": ("item", {"price": "3", "colour": "blue"}),
    "ink": ("item", {"price": "7"}),
    "cap": ("item", {}),
}
CHANGES = [("pen", "price", "5", "2024-01-05T00:00:00+00:00")]
EVENTS = {
    "e1": ("place order", "2024-01-01T08:00:00+00:00", {}, ["o1", "pen", "ink", "cap"]),
    "e2": ("ship", "2024-01-03T08:00:00+00:00", {"weight": "0.5"}, ["o1", "pen", "ink"]),
    "e3": ("ship", "2024-01-09T08:00:00+00:00", {"weight": "2.5"}, ["o1", "cap"]),
    "e4": ("bill", "2024-01-09T09:00:00+00:00", {}, ["o1", "pen"]),
}


def standard_json(path: Path) -> None:
    def values(id: str, own: dict[str, str]) -> list[dict[str, str]]:
        found = [{"name": k, "value": v, "time": "1970-01-01T00:00:00Z"} for k, v in own.items()]
        return found + [{"name": k, "value": v, "time": at} for o, k, v, at in CHANGES if o == id]

    log = {
        "objectTypes": [],
        "eventTypes": [],
        "objects": [
            {"id": id, "type": kind, "attributes": values(id, own)}
            for id, (kind, own) in OBJECTS.items()
        ],
        "events": [
            {
                "id": id,
                "type": kind,
                "time": at,
                "attributes": [{"name": k, "value": v} for k, v in own.items()],
                "relationships": [{"objectId": o, "qualifier": OBJECTS[o][0]} for o in of],
            }
            for id, (kind, at, own, of) in EVENTS.items()
        ],
    }
    path.write_text(json.dumps(log))


def first_json(path: Path, *, changes: bool = False) -> None:
    """OCEL 1.0; `changes`: with what pm4py adds to it for 2.0."""
    log: dict[str, Any] = {
        "ocel:global-event": {"ocel:activity": "__INVALID__"},
        "ocel:global-log": {"ocel:version": "1.0", "ocel:ordering": "timestamp"},
        "ocel:events": {
            id: {"ocel:activity": kind, "ocel:timestamp": at, "ocel:vmap": own, "ocel:omap": of}
            for id, (kind, at, own, of) in EVENTS.items()
        },
        "ocel:objects": {
            id: {"ocel:type": kind, "ocel:ovmap": own} for id, (kind, own) in OBJECTS.items()
        },
    }
    if changes:
        log["ocel:objectChanges"] = [
            {"ocel:oid": o, "ocel:type": "item", "ocel:timestamp": at, "ocel:field": k, k: v}
            for o, k, v, at in CHANGES
        ]
        for id, (_, _, _, of) in EVENTS.items():
            log["ocel:events"][id]["ocel:typedOmap"] = [
                {"ocel:oid": o, "ocel:qualifier": OBJECTS[o][0]} for o in of
            ]
    path.write_text(json.dumps(log, indent=2))


def pm4py_json(path: Path) -> None:
    first_json(path, changes=True)


def pm4py_xml(path: Path) -> None:
    """OCEL 2.0 as pm4py writes it: the first values of objects at time `0`."""
    text = "<?xml version='1.0' encoding='UTF-8'?>\n<log><object-types/><event-types/><objects>"
    for id, (kind, own) in OBJECTS.items():
        text += f'<object id="{id}" type="{kind}"><attributes>'
        said = [(k, v, "0") for k, v in own.items()]
        said += [(k, v, at) for o, k, v, at in CHANGES if o == id]
        text += "".join(f'<attribute name="{k}" time="{at}">{v}</attribute>' for k, v, at in said)
        text += "</attributes></object>"
    text += "</objects><events>"
    for id, (kind, at, own, of) in EVENTS.items():
        text += f'<event id="{id}" type="{kind}" time="{at}"><attributes>'
        text += "".join(f'<attribute name="{k}">{v}</attribute>' for k, v in own.items())
        text += "</attributes><objects>"
        text += "".join(f'<object object-id="{o}" qualifier="{OBJECTS[o][0]}"/>' for o in of)
        text += "</objects></event>"
    path.write_text(text + "</events></log>")


def first_xml(path: Path) -> None:
    text = "<?xml version='1.0' encoding='UTF-8'?>\n<log><global scope=\"event\">"
    text += '<string key="activity" value="__INVALID__"/></global><events>'
    for id, (kind, at, own, of) in EVENTS.items():
        text += f'<event><string key="id" value="{id}"/><string key="activity" value="{kind}"/>'
        text += f'<date key="timestamp" value="{at}"/><list key="omap">'
        text += "".join(f'<string key="object-id" value="{o}"/>' for o in of)
        text += '</list><list key="vmap">'
        text += "".join(f'<float key="{k}" value="{v}"/>' for k, v in own.items())
        text += "</list></event>"
    text += "</events><objects>"
    for id, (kind, own) in OBJECTS.items():
        text += f'<object><string key="id" value="{id}"/><string key="type" value="{kind}"/>'
        text += '<list key="ovmap">'
        text += "".join(f'<string key="{k}" value="{v}"/>' for k, v in own.items())
        text += "</list></object>"
    path.write_text(text + "</objects></log>")


def pm4py_sqlite(path: Path) -> None:
    """OCEL 2.0 as pm4py writes it, with `ocel:activity` once more in the tables of events."""
    with sqlite3.connect(path) as base:
        base.executescript(
            "CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);"
            "CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);"
            "CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);"
            "CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);"
            "CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT,"
            " ocel_qualifier TEXT);"
            "CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT,"
            " ocel_qualifier TEXT);"
            'CREATE TABLE object_order (ocel_id TEXT, ocel_time TIMESTAMP, "price" TEXT);'
            "CREATE TABLE object_item (ocel_id TEXT, price TEXT, colour TEXT,"
            " ocel_time TIMESTAMP, ocel_changed_field TEXT);"
        )
        base.executemany(
            "INSERT INTO object_map_type VALUES (?, ?)", [("order",) * 2, ("item",) * 2]
        )
        for id, (kind, own) in OBJECTS.items():
            base.execute("INSERT INTO object VALUES (?, ?)", (id, kind))
            if kind == "item":
                row = (id, own.get("price"), own.get("colour"), "1970-01-02 12:00:00")
                base.execute("INSERT INTO object_item VALUES (?, ?, ?, ?, NULL)", row)
        for id, name, value, at in CHANGES:
            row = (id, value, at.replace("T", " "), name)
            base.execute("INSERT INTO object_item VALUES (?, ?, NULL, ?, ?)", row)
        for kind in dict.fromkeys(kind for kind, *_ in EVENTS.values()):
            table = "".join(word.capitalize() for word in kind.split())
            base.execute("INSERT INTO event_map_type VALUES (?, ?)", (kind, table))
            base.execute(
                f'CREATE TABLE "event_{table}" '
                '(ocel_id TEXT, "ocel:activity" TEXT, ocel_time TIMESTAMP, weight TEXT)'
            )
            for id, (its, at, own, of) in EVENTS.items():
                if its == kind:
                    row = (id, kind, at.replace("T", " "), own.get("weight"))
                    base.execute("INSERT INTO event VALUES (?, ?)", (id, kind))
                    base.execute(f'INSERT INTO "event_{table}" VALUES (?, ?, ?, ?)', row)
                    pairs = [(id, o, OBJECTS[o][0]) for o in of]
                    base.executemany("INSERT INTO event_object VALUES (?, ?, ?)", pairs)
    base.close()


LOGS: dict[str, Callable[[Path], None]] = {
    "standard.json": standard_json,
    "standard.jsonocel": standard_json,
    "pm4py.jsonocel": pm4py_json,
    "pm4py.xmlocel": pm4py_xml,
    "pm4py.xml": pm4py_xml,
    "pm4py.sqlite": pm4py_sqlite,
    "first.jsonocel": first_json,
    "first.xmlocel": first_xml,
}
HAVE_CHANGES = tuple(name for name in LOGS if not name.startswith("first"))
