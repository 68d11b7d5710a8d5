"""What a case is read from: `check` lists it, and warns of files that nothing names."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import servanda
from servanda.cli import app

AGREEMENT = """# Lease

```servanda
agreement G "g"
party A
event pay(by: party), not recorded is taken as not done
event stop, not recorded is taken as not done
clause 1
  A must pay by 2024-01-31
{more}
```
"""
ENTRY = "2024-01-10 A pays\n"


def case_of(folder: Path, files: dict[str, str], more: str = "") -> servanda.Case:
    for name, text in ({"agreement.md": AGREEMENT.format(more=more)} | files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"```servanda\n{text}```\n" if name.endswith(".md") and text == ENTRY else text
        )
    return servanda.open(folder)


def codes(case: servanda.Case) -> list[str]:
    return [p.code for p in case.check().problems if p.severity != "hint"]


def test_a_hypothesis_beside_the_agreement_does_not_count_in_silence(tmp_path: Path) -> None:
    case = case_of(tmp_path, {"hypothesis.sv": ENTRY, "record/2024.md": "```servanda\n```\n"})
    check = case.check()
    (warning,) = check.warnings
    assert (warning.code, warning.file) == ("W502", "hypothesis.sv")
    assert "record: hypothesis.sv (1 entry)" in str(check)
    rows = {row["file"]: row for row in check.to_dict()["files"]}
    assert {name for name, row in rows.items() if row["record"]} == {"hypothesis.sv"}
    assert [row.status for row in case.status(on="2024-03-01")] == ["kept"]


@pytest.mark.parametrize(
    ("files", "more", "warned"),
    [
        ({"hypothesis.sv": ENTRY}, "", ["hypothesis.sv"]),
        ({"rules.sv": "clause 2\n  A must not stop\n"}, "", ["rules.sv"]),
        ({"a.sv": ENTRY, "b.sv": "2024-01-11 stop\n"}, "", ["a.sv", "b.sv"]),
        ({"hypothesis.sv": ENTRY}, 'include "hypothesis.sv"', []),
        ({"hypothesis.sv": ENTRY}, 'include "./hypothesis.sv"', []),
        ({"record/2024.sv": ENTRY}, "", []),
        ({"what-if/hypothesis.sv": ENTRY}, "", []),
        ({"empty.sv": "# nothing yet\n"}, "", []),
        ({".hypothesis.sv": ENTRY}, "", []),
        ({"hypothesis.sv": ENTRY}, 'allow W502 "ours"', []),
        (
            {"hypothesis.sv": ENTRY, "annex.md": '```servanda\ninclude "hypothesis.sv"\n```\n'},
            'include "annex.md"',
            [],
        ),
    ],
)
def test_which_files_are_strays(
    tmp_path: Path, files: dict[str, str], more: str, warned: list[str]
) -> None:
    check = case_of(tmp_path, files, more).check()
    assert [(p.code, p.file) for p in check.warnings] == [("W502", name) for name in warned]
    assert not check.errors


@pytest.mark.parametrize("followed", ["include", "move"])
def test_the_advice_solves_it(tmp_path: Path, followed: str) -> None:
    case = case_of(tmp_path, {"hypothesis.sv": ENTRY})
    (warning,) = case.check().warnings
    line, file, folder = re.findall(r"`([^`]+)`", warning.help)[:3]
    if followed == "include":
        case = case_of(tmp_path, {}, more=line)
    else:
        (tmp_path / folder).mkdir()
        (tmp_path / "hypothesis.sv").rename(tmp_path / folder / "hypothesis.sv")
        case = servanda.open(tmp_path)
    assert (file, codes(case)) == ("agreement.md", [])
    status = [row.status for row in case.status(on="2024-03-01")]
    assert status == (["kept"] if followed == "include" else ["broken"])
    if followed == "move":
        changed = case.suppose(tmp_path / folder / "hypothesis.sv", on="2024-03-01").to_dict()
        assert [row["after"]["status"] for row in changed["changed"]] == ["kept"]


def test_a_folder_without_an_agreement_page_is_all_its_sv_files(tmp_path: Path) -> None:
    rules = AGREEMENT.format(more="").split("```servanda\n")[1].split("```")[0]
    (tmp_path / "rules.sv").write_text(rules)
    (tmp_path / "happened.sv").write_text(ENTRY)
    check = servanda.open(tmp_path).check()
    assert not check.warnings
    assert "record: happened.sv (1 entry)" in str(check)


def test_everything_that_is_read_is_listed(tmp_path: Path) -> None:
    files = {
        "accounts.md": "```servanda\naccount one\naccount two\n```\n",
        "record/2024.md": ENTRY,
        "record/old/2023.sv": "2023-01-10 A pays\n"
        'table "record/old/days.csv"\n  row is stop on column day\n',
        "record/old/days.csv": "day\n2023-02-01\n",
        "record/notes.txt": "nothing",
        "record/2022.MD": "nothing",
        "record/.2024.md": ENTRY,
        "sources.json": json.dumps([{"id": "a"}, {"id": "b"}]),
        "README.md": "not a part of it",
    }
    case = case_of(tmp_path, files)
    lines = str(case.check()).splitlines()
    assert lines[-4:] == [
        "record: record/2024.md (1 entry), record/old/2023.sv (1 entry, 1 table), "
        "record/old/days.csv (rows)",
        "text: agreement.md (1 clause), accounts.md (2 accounts and readings)",
        "sources: sources.json (2 sources)",
        "not read, as only .md and .sv are: record/2022.MD, record/notes.txt",
    ]
    result = CliRunner().invoke(app, ["check", str(tmp_path), "--json"])
    document = json.loads(result.output)
    assert document["files"] == [file.to_dict() for file in case.check().files]
    assert document["files_not_read"] == ["record/2022.MD", "record/notes.txt"]


def test_a_case_of_one_file_needs_no_list(tmp_path: Path) -> None:
    (tmp_path / "case.md").write_text(AGREEMENT.format(more=""))
    check = servanda.open(tmp_path / "case.md").check()
    assert "agreement.md" not in str(check) and "text:" not in str(check)
    assert [file.file for file in check.files] == ["case.md"]
