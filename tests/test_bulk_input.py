"""Bulk records through the command line: what is read, what is refused, and where it says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from servanda.cli import app

CASE = """agreement Bulk "Bulk input"
  zone UTC
party shop
event order(id: text), silence means no
event deliver(by: party, id: text), silence means no
clause 1 "Delivery"
  when order(n):
    shop must deliver(n) within 5 days
"""


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def case_with(folder: Path, lines: str) -> Path:
    (folder / "case.sv").write_text(CASE + lines)
    return folder / "case.sv"


def status(case: Path, *words: str) -> dict[str, Any]:
    code, text = run("status", case, "--json", *words)
    assert code == 0, text
    found: dict[str, Any] = json.loads(text)
    return found


# ------------------------------------------------------------------ the day a question is about
def test_the_last_day_is_that_of_the_tables(tmp_path: Path) -> None:
    case = case_with(tmp_path, 'table "o.csv"\n  row is order(id: column id) on column day\n')
    (tmp_path / "o.csv").write_text("id,day\na,2024-03-01\nb,2024-01-01\n")
    assert status(case)["on"] == "2024-03-01"
    (tmp_path / "case.sv").write_text(case.read_text() + '2024-04-01 order("c")\n')
    assert status(case)["on"] == "2024-04-01"


def test_an_empty_record_has_no_last_day(tmp_path: Path) -> None:
    case = case_with(tmp_path, 'table "o.csv"\n  row is order(id: column id) on column day\n')
    (tmp_path / "o.csv").write_text("id,day\n")
    code, text = run("status", case)
    assert code == 2
    assert "nothing is recorded" in text and "--on" in text
    assert status(case, "--on", "2024-01-01")["on"] == "2024-01-01"


# ------------------------------------------------------------------ sources
def test_rows_have_the_sources_of_their_table_and_their_own(tmp_path: Path) -> None:
    case = case_with(
        tmp_path,
        'table "o.csv"\n  source log\n  row is order(id: column id) on column day\n'
        'table "d.csv"\n  row is deliver(by: shop, id: column id) on column day '
        "source column src\n",
    )
    (tmp_path / "o.csv").write_text("id,day\na,2024-01-01\nb,2024-01-01\n")
    (tmp_path / "d.csv").write_text("id,day,src\na,2024-01-02,courier\nb,2024-01-02,\n")
    (tmp_path / "sources.json").write_text(
        json.dumps([{"id": id, "type": "document", "title": id} for id in ("log", "courier")])
    )
    one, two = status(case)["duties"]
    assert (one["entries"], one["sources"]) == (["o:1", "d:1"], ["log", "courier"])
    assert (two["entries"], two["sources"]) == (["o:2", "d:2"], ["log"])
