"""`servanda read` and `servanda accept` as commands: answers, and bad input that writes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from servanda.cli import app

ROOT = Path(__file__).resolve().parents[2]
TEXT = "A title\n\nIran said on Sunday that the talks had failed. The US denied that it had left.\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "cases" / "jcpoa", tmp_path / "case")
    return tmp_path / "case"


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(w) for w in words])
    return result.exit_code, result.output


def test_read_then_accept(case: Path, tmp_path: Path) -> None:
    article, drafts = tmp_path / "a.txt", tmp_path / "drafts.json"
    article.write_text(TEXT, encoding="utf-8")
    code, said = run("read", article, "--case", case, "--published", "2021-10-05", "-o", drafts)
    assert code == 0
    assert "What others say (2)" in said
    code, said = run("accept", drafts, "--case", case, "--keep", "1", "--json")
    assert code == 0
    assert [line.split("\n")[0] for line in json.loads(said)["added"]] == [
        '2021-10-03 Iran says "that the talks had failed"',
    ]
    assert run("check", case)[0] == 0
    code, said = run("accept", drafts, "--case", case, "--keep", "2")
    assert code != 0
    assert "draft 2 has no line" in said


def test_read_answers_in_json(case: Path, tmp_path: Path) -> None:
    article = tmp_path / "a.txt"
    article.write_text(TEXT, encoding="utf-8")
    code, said = run("read", article, "--case", case, "--json")
    found = json.loads(said)
    assert code == 0
    assert found["reported"][0]["record"] is None
    assert "publication date" in found["remarks"][0]


@pytest.mark.parametrize("content", [b"", b"<html><script>x()</script></html>", bytes(range(256))])
def test_bad_input_leaves_nothing(case: Path, tmp_path: Path, content: bytes) -> None:
    article, drafts = tmp_path / "a.html", tmp_path / "drafts.json"
    article.write_bytes(content)
    code, said = run("read", article, "--case", case, "-o", drafts)
    assert code != 0
    assert "Traceback" not in said
    assert not drafts.exists()


def test_an_open_quotation_is_remarked(case: Path, tmp_path: Path) -> None:
    article = tmp_path / "a.txt"
    article.write_text(f"{TEXT}\nIran said: “We will not wait for them.\n", encoding="utf-8")
    assert "never closed" in run("read", article, "--case", case)[1]


def test_drafts_that_are_none_are_refused(case: Path, tmp_path: Path) -> None:
    drafts = tmp_path / "drafts.json"
    drafts.write_text('{"half": ', encoding="utf-8")
    code, said = run("accept", drafts, "--case", case, "--keep", "1")
    assert code != 0
    assert "Traceback" not in said
    assert not (case / "record" / "articles.md").exists()
