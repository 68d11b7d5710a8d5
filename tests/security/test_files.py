"""Files of a case that a stranger made: what leads out, is no ordinary file, or is too large."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from servanda.cli import app
from servanda.record.sources import LARGEST, MOST_BLOCKS, read_bibtex, read_csl
from servanda.syntax.problems import Problems

SECRET = "root:x:0:0:secret"
HEAD = """agreement G "g"
  zone UTC
party A, B
event pay(by: party, id: text), not recorded is taken as not done
clause 1
  A must pay(any) by 2024-01-31
"""
TABLE = 'table "%s"\n  row is pay(by: A, id: column id) on column day\n'
ROWS = "id,day\nx,2024-01-02\n"


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def refused(case: Path, *words: str) -> str:
    """What `check` says; no other verb answers, and nothing of the secret is shown."""
    code, text = run("check", case)
    asked, answer = run("status", case, "--on", "2024-06-01")
    assert (code, asked) == (1, 1), text + answer
    for word in (SECRET, "Traceback", "Servanda's own"):
        assert word not in text + answer
    for word in words:
        assert word in text, text
    return text


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    (folder / "record").mkdir(parents=True)
    (folder / "agreement.sv").write_text(HEAD)
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "passwd").write_text(SECRET + "\n")
    return tmp_path / "passwd"


# each: where the link stands, and the line that names it
LINKS: dict[str, tuple[str, str]] = {
    "sources": ("sources.json", ""),
    "bibtex": ("more.bib", ""),
    "accounts": ("accounts.md", ""),
    "record": ("record/2024.md", ""),
    "record in a folder": ("record/deep/2024.sv", ""),
    "beside": ("beside.sv", ""),
    "include": ("part.sv", 'include "part.sv"\n'),
    "csv": ("rows.csv", TABLE % "rows.csv"),
    "packed csv": ("rows.csv.gz", TABLE % "rows.csv.gz"),
    "pattern": ("rows7.csv", TABLE % "rows*.csv"),
    "parquet": ("rows.parquet", TABLE % "rows.parquet"),
    "feather": ("rows.feather", TABLE % "rows.feather"),
    "xes": ("rows.xes", TABLE % "rows.xes"),
    "json": ("rows.json", TABLE % "rows.json"),
    "sqlite": ("rows.sqlite", TABLE % "rows.sqlite"),
    "xml": ("rows.xml", TABLE % "rows.xml"),
}


def with_line(case: Path, line: str) -> None:
    (case / "agreement.sv").write_text(HEAD + line)


@pytest.mark.parametrize(("name", "line"), LINKS.values(), ids=LINKS)
def test_a_link_out_of_the_case_is_refused(case: Path, outside: Path, name: str, line: str) -> None:
    with_line(case, line)
    (case / name).parent.mkdir(exist_ok=True)
    (case / name).symlink_to(outside)
    refused(case, "E107")


def test_a_link_by_way_of_a_folder_is_refused(case: Path, outside: Path) -> None:
    (case / "data").symlink_to(outside.parent)
    with_line(case, TABLE % "data/rows.csv")
    (outside.parent / "rows.csv").write_text(ROWS)
    refused(case, "E107")


def test_a_link_within_the_case_is_followed(case: Path) -> None:
    with_line(case, TABLE % "rows.csv")
    (case / "kept").mkdir()
    (case / "kept" / "rows.csv").write_text(ROWS)
    (case / "rows.csv").symlink_to("kept/rows.csv")
    (case / "kept" / "s.json").write_text('[{"id": "a"}]')
    (case / "sources.json").symlink_to("kept/s.json")
    code, text = run("status", case, "--on", "2024-06-01")
    assert code == 0 and "performed" in text, text


@pytest.mark.parametrize("name", ["sources.json", "more.bib", "record/2024.md", "accounts.md"])
def test_a_link_to_itself_is_refused(case: Path, name: str) -> None:
    (case / name).symlink_to(Path(name).name)
    code, text = run("check", case)
    assert "Traceback" not in text and "Servanda's own" not in text
    assert code == (1 if name.endswith((".json", ".bib")) else 0)


def make_socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's name is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


KINDS: dict[str, Callable[[Path], None]] = {
    "pipe": os.mkfifo,
    "socket": make_socket,
    "folder": Path.mkdir,
}
NAMED = {name: LINKS[name] for name in ("sources", "bibtex", "include", "csv", "xes", "sqlite")}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "line"), NAMED.values(), ids=NAMED)
def test_what_is_no_ordinary_file_is_refused(case: Path, kind: str, name: str, line: str) -> None:
    with_line(case, line)
    KINDS[kind](case / name)
    refused(case, name)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/stdin", "/proc/self/environ"])
@pytest.mark.parametrize("name", ["sources.json", "more.bib"])
def test_a_link_to_a_device_is_refused(case: Path, device: str, name: str) -> None:
    (case / name).symlink_to(device)
    refused(case, "E107")


@pytest.mark.parametrize("name", ["agreement.md", "accounts.md", "record/2024.md"])
def test_a_pipe_in_place_of_a_text_hangs_nothing(case: Path, name: str) -> None:
    (case / "agreement.sv").rename(case / "agreement.md")
    (case / name).unlink(missing_ok=True)
    os.mkfifo(case / name)
    done = subprocess.run(
        [sys.executable, "-m", "servanda", "check", str(case)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert "Traceback" not in done.stdout + done.stderr


# ------------------------------------------------------------------ sources
def said(text: str, read: Callable[..., object]) -> list[str]:
    problems = Problems()
    read(text, "sources", problems)
    return [problem.code for problem in problems]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "[" * 200_000 + "]" * 200_000,
        '[{"id": "a", "x": ' + '{"x": ' * 200 + "1" + "}" * 200 + "}]",
        '[{"id": "a", "issued": ' + "[" * 101 + "]" * 101 + "}]",
        '{"a":' * 100_000,
        "[" + "9" * 10_000 + "]",
    ],
)
def test_sources_that_are_nested_too_deeply(text: str) -> None:
    assert said(text, read_csl) == ["E601"]


@pytest.mark.parametrize(
    "part",
    [
        "1" + "0" * 40,
        "1e999",
        "-1e999",
        "NaN",
        "Infinity",
        "1e30",
        "2.5",
        "true",
        '"9999999999"',
        "[1]",
    ],
)
def test_a_part_of_a_date_that_is_no_whole_number(part: str) -> None:
    assert said(f'[{{"id": "a", "issued": {{"date-parts": [[2024, {part}]]}}}}]', read_csl) == [
        "E603"
    ]


def test_brackets_in_texts_are_no_nesting() -> None:
    assert said(json.dumps([{"id": "a", "title": '\\"' + "[{" * 500}]), read_csl) == []


def test_bibtex_with_too_many_blocks() -> None:
    assert said("@a{" * (MOST_BLOCKS + 1), read_bibtex) == ["E105"]


@pytest.mark.parametrize("name", ["sources.json", "more.bib"])
def test_sources_of_too_many_bytes(case: Path, name: str) -> None:
    with (case / name).open("wb") as file:
        file.truncate(LARGEST + 1)
    refused(case, "E105", name)
