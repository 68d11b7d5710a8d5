"""Charts and exports of nothing at all, and of texts that no file can hold."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

import servanda
from servanda.cli import app
from servanda.syntax.problems import ServandaError
from servanda.syntax.whole_text import is_whole, whole

NOTHING = {
    "no clause": ("", "2024-01-01"),
    "no instance": ("clause 1\n  when order(id: n):\n    A must pay within 3 days\n", "2024-01-01"),
    "not modelled": ('clause 1\n  not modelled "why"\n', "2024-01-01"),
    "long before": ("clause 1\n  A must pay from 2030-01-01 by 2030-02-01\n", "1990-01-01"),
    "a power nobody used": ("clause 1\n  A may pay from 2030-01-01\n", "1990-01-01"),
    "an unread measure": ("clause 1\n  A must keep stock <= 5 t\n", "1990-01-01"),
}
FORMS = ("svg", "png", "json", "html")
EXPORTS = ("csv", "xlsx", "parquet", "json", "jsonld", "ics")


def case_of(folder: Path, rules: str) -> servanda.Case:
    (folder / "agreement.sv").write_text(
        'agreement G "g"\n  record closed 2024-01-01\nparty A\nmeasure stock in t\n'
        "event pay(by: party), not recorded is taken as not done\n"
        f"event order(id), not recorded is taken as not done\n{rules}"
        "account one\naccount two\n2024-01-01 stock = 1 t\n"
    )
    return servanda.open(folder)


@pytest.mark.parametrize("name", NOTHING)
def test_every_chart_of_nothing_in_every_form(name: str, tmp_path: Path) -> None:
    rules, on = NOTHING[name]
    case = case_of(tmp_path, rules)
    assert not case.check().errors
    for which in ("timeline", "board", "counts", "measure"):
        if which == "measure" and not case.charts(which, on=on):
            with pytest.raises(ServandaError, match="E010"):
                case.chart(which, tmp_path / "measure.png", on=on)
            continue
        for form in FORMS:
            written = tmp_path / f"{which}.{form}"
            case.chart(which, written, on=on)
            content = written.read_bytes()
            if form == "png":
                assert content[:8] == b"\x89PNG\r\n\x1a\n"
                width, height = (int.from_bytes(content[n : n + 4], "big") for n in (16, 20))
                assert 0 < width < 10_000 and 0 < height < 10_000, which
            elif form == "svg":
                ElementTree.fromstring(content)
            elif form == "json":
                json.loads(content)
            else:
                assert b"<svg" in content


@pytest.mark.parametrize("name", ["no clause", "no instance"])
def test_every_export_of_nothing(name: str, tmp_path: Path) -> None:
    rules, on = NOTHING[name]
    case = case_of(tmp_path, rules)
    for form in EXPORTS:
        case.export(tmp_path / f"out.{form}", on=on)
        assert (tmp_path / f"out.{form}").stat().st_size > 0 or form == "csv", form
    case.report(tmp_path / "out.html", on=on)
    case.verdicts(on=on).write(tmp_path / "all.parquet")


HALVES = {
    "title": {"title": "half \ud83d of it"},
    "author": {"author": [{"family": "x\udc00", "given": "A"}]},
    "literal": {"author": [{"literal": "\ud800"}]},
    "publisher": {"publisher": "\udfff"},
    "date": {"issued": {"literal": "\ud83d 2019"}},
    "unread field": {"abstract": "\ud83d"},
    "note": {"note": "\udc00\ud83d"},
    "id": {"id": "a\ud83d"},
}


@pytest.mark.parametrize("name", HALVES)
def test_a_source_with_half_of_a_character(name: str, tmp_path: Path) -> None:
    item = {"id": "a", "title": "all 😀 of it"} | HALVES[name]
    (tmp_path / "sources.json").write_text(json.dumps([item]))
    cited = "a" if name != "id" else "b"
    rules = "clause 1\n  A must pay by 2024-01-31\n"
    case = case_of(tmp_path, f"{rules}2024-01-01 A pays{f'  source {cited}' * (name != 'id')}\n")
    codes = [problem.code for problem in case.check().problems if problem.severity != "hint"]
    assert "W602" in codes and not case.check().errors
    for form in EXPORTS:
        case.export(tmp_path / f"out.{form}", on="2024-01-01")
    case.report(tmp_path / "out.html", on="2024-01-01")
    assert all(is_whole(text) for text in texts(case.why("1", on="2024-01-01").to_dict()))


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)


def test_a_whole_character_written_as_two_halves_is_one(tmp_path: Path) -> None:
    (tmp_path / "sources.json").write_text('[{"id": "a", "title": "\\ud83d\\ude00"}]')
    case = case_of(tmp_path, "")
    assert case.sources["a"].title == "😀"
    assert not case.check().warnings


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\ud83d", "a�"), ("\udc00b", "�b"), ("\ud83d\ude00", "😀"), ("é", "é"), ("", "")],
)
def test_halves_are_replaced(text: str, expected: str) -> None:
    assert whole(text) == expected


def test_a_supposition_with_half_of_a_character_is_refused(tmp_path: Path) -> None:
    case = case_of(tmp_path, "clause 1\n  A must pay by 2024-01-31\n")
    for text in ("\ud800", '2024-01-01 A pays  note "\ud83d"', "# \udc00"):
        with pytest.raises(ServandaError) as refused:
            case.suppose(text=text)
        assert [problem.code for problem in refused.value.problems] == ["E104"]


BAD = os.fsdecode(b"\xff")


@pytest.mark.parametrize(
    "words",
    [
        ("why", "{case}", BAD),
        ("status", "{case}", "--account", BAD),
        ("status", "{case}", "--on", BAD),
        ("status", "{case}", "--engine", BAD),
        ("timeline", "{case}", "--clause", BAD),
        ("suppose", "{case}", BAD),
        ("export", "{case}", "-o", f"x.{BAD}"),
        ("judge", "{case}", "--memory", BAD),
        ("check", BAD),
        ("explain-error", BAD),
    ],
)
def test_arguments_that_are_not_in_utf_8_are_refused_in_json(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    case_of(tmp_path, "clause 1\n  A must pay by 2024-01-31\n")
    given = [str(tmp_path) if word == "{case}" else word for word in words]
    result = CliRunner().invoke(app, [*given, "--json"])
    assert result.exit_code in (1, 2)
    errors = json.loads(result.output)["errors"]
    assert errors and "E009" not in {error["code"] for error in errors}


def test_a_file_whose_name_is_not_in_utf_8_is_an_error(tmp_path: Path) -> None:
    case_of(tmp_path, "")
    try:
        Path(os.fsdecode(bytes(tmp_path) + b"/x\xff.sv")).write_text("2024-01-01 A pays\n")
    except OSError:
        pytest.skip("this system has no such names")
    (problem,) = servanda.open(tmp_path).check().errors
    assert (problem.code, problem.file) == ("E103", "x�.sv")
    result = CliRunner().invoke(app, ["status", str(tmp_path), "--json"])
    assert result.exit_code == 1
    assert [error["code"] for error in json.loads(result.output)["errors"]] == ["E103"]
