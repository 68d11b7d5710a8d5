"""Rows, exports and pages name the entries that opened a span: the flagship's breach of 2019."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import servanda
from servanda.present.export import rows, tables
from servanda.present.export.prov import as_prov
from servanda.web.settings import application
from servanda.web.workspace import Workspace

FLAGSHIP = Path(__file__).resolve().parents[2] / "cases" / "jcpoa"
ACCOUNT = "E3"
BEGAN = "2019-07-01T00:00:00Z"
READING = "2019-07-01-uranium_stock-Iran"


@pytest.fixture(scope="module")
def judged() -> dict[str, Any]:
    return {ACCOUNT: servanda.open(FLAGSHIP).judge(ACCOUNT)}


def test_the_timeline_names_the_reading_that_opened_the_breach() -> None:
    spans = servanda.open(FLAGSHIP).timeline(account=ACCOUNT, clause="7").to_dicts()
    (breach,) = [row for row in spans if row["from"] == BEGAN and row["status"] == "broken"]
    assert (breach["entries"], breach["closed_by"]) == ([READING], [])
    assert breach["sources"]
    (before,) = [row for row in spans if row["until"] == BEGAN]
    assert (before["status"], before["closed_by"]) == ("kept", [READING])


def test_a_csv_export_names_it(judged: dict[str, Any]) -> None:
    text = tables.as_csv(rows.spans(judged)).decode()
    (breach,) = [
        row
        for row in csv.DictReader(io.StringIO(text))
        if (row["clause"], row["from"], row["status"]) == ("7", BEGAN, "broken")
    ]
    assert (breach["entries"], breach["closed_by"]) == (READING, "")


def test_provenance_derives_the_breach_from_it(judged: dict[str, Any]) -> None:
    graph = json.loads(as_prov(judged))["@graph"]
    (breach,) = [
        node
        for node in graph
        if (node.get("sv:rule"), node.get("sv:status")) == ("7", "broken")
        and node["sv:from"]["@value"] == BEGAN
    ]
    (entry,) = breach["prov:wasDerivedFrom"]
    assert entry["@id"].endswith(f":entry:{READING}")
    (before,) = [
        node
        for node in graph
        if node.get("sv:rule") == "7" and node.get("sv:until", {}).get("@value") == BEGAN
    ]
    assert before["sv:closedBy"] == [entry]


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    from django.test import Client

    workspace = Workspace(FLAGSHIP)
    application(workspace, writable=False)
    workspace.read()
    yield Client(SERVER_NAME="localhost")
    workspace.worker.close()


def test_the_entrys_page_tells_the_verdicts_that_rest_on_it(served: Any) -> None:
    found = served.get(f"/entry/{READING}.json?account={ACCOUNT}").json()["rests_on_it"]
    told = {(one["clause"], one["account"], one["from"]) for one in found}
    assert ("7", ACCOUNT, BEGAN) in told


def test_the_clauses_page_tells_what_opened_and_closed_each_span(served: Any) -> None:
    lives = served.get(f"/clause/7.json?account={ACCOUNT}").json()
    text = json.dumps(lives)
    spans = [span for span in every(lives, "status") if span.get("from") == BEGAN]
    assert READING in text
    assert [READING] in [span["entries"] for span in spans if span["status"] == "broken"]


def every(part: Any, key: str) -> Iterator[dict[str, Any]]:
    """Every object inside a document that has a key."""
    if isinstance(part, dict):
        if key in part:
            yield part
        for value in part.values():
            yield from every(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from every(value, key)
