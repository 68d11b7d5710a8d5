"""Save and load drafts, and append accepted ones to a record atomically."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from servanda.articles.drafts import Draft, Drafts
from servanda.atomic_files import whole_or_not
from servanda.record.resolver import resolve_record
from servanda.record.sources import read_sources
from servanda.syntax.files import load
from servanda.syntax.parser import parse
from servanda.syntax.problems import Problem, Problems, ServandaError

RECORD = "record/articles.md"
SOURCES = "sources.json"
HEADING = "# What articles say\n\nEntries that a person confirmed after `servanda read`.\n"


def save(drafts: Drafts, path: Path) -> None:
    """Write drafts as JSON, atomically."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(drafts), indent=1).decode() + "\n")


def load_drafts(path: Path) -> Drafts:
    """Load saved drafts. Raises ServandaError if the file is missing or not drafts."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Drafts)
    except (OSError, msgspec.DecodeError) as error:
        raise ServandaError(
            [
                Problem(
                    *("E031", f"file:{path}"),
                    str(path),
                    0,
                    0,
                    f"not a drafts file: {error}",
                    "make them with `servanda read FILE --case CASE -o drafts.json`",
                )
            ]
        ) from None


def accept(case: Path, drafts: Drafts, lines: list[str]) -> Path:
    """Append accepted lines to the case's record, and the article to `sources.json`.

    A copy of the case is checked with them first. Raises ServandaError, and writes nothing, if
    that has new errors. Returns the path of the record file.
    """
    before = SOURCES if (case / SOURCES).is_file() else None
    old = (case / RECORD).read_text(encoding="utf-8") if (case / RECORD).is_file() else HEADING
    new = (
        f"{old.rstrip()}\n\n## {drafts.source.get('title') or drafts.source['id']}\n\n```servanda\n"
        + "\n".join(lines)
        + "\n```\n"
    )
    sources = json.loads((case / SOURCES).read_text(encoding="utf-8")) if before else []
    same = next((s for s in sources if s.get("id") == drafts.source["id"]), None)
    if same is None:
        sources.append(drafts.source)
    elif same.get("title") != drafts.source.get("title"):
        raise ServandaError([another_source(case, drafts.source["id"], same)])
    listed = json.dumps(sources, indent=2, ensure_ascii=False) + "\n"
    check_case_with(case, new, listed)
    write_whole(case / SOURCES, listed)
    write_whole(case / RECORD, new)
    return case / RECORD


def another_source(case: Path, id_: str, other: dict[str, Any]) -> Problem:
    """The problem that an article's source id already belongs to another source."""
    return Problem(
        *("E604", f"source:{id_}"),
        str(case / SOURCES),
        0,
        0,
        f"the id `{id_}` belongs to another source: {other.get('title') or 'without a title'}",
        "rename the article's file and read it again",
    )


def check_case_with(case: Path, record: str, sources: str) -> None:
    """Check a copy of the case with the new text. Raises ServandaError for its new errors."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "case"
        shutil.copytree(case, copy, symlinks=True)
        (copy / RECORD).parent.mkdir(exist_ok=True)
        (copy / RECORD).write_text(record, encoding="utf-8")
        (copy / SOURCES).write_text(sources, encoding="utf-8")
        problems = Problems()
        files = sorted(
            str(p.relative_to(copy)) for p in copy.rglob("*") if p.suffix in (".md", ".sv")
        )
        texts = ["agreement.md", *(f for f in files if f.startswith("record/"))]
        layouts = load(copy, [t for t in texts if (copy / t).is_file()], problems)
        parsed = parse([s for layout in layouts for s in layout.statements], problems)
        resolve_record(
            parsed.record, parsed.agreement, read_sources(copy, problems), problems, copy
        )
    mine = [
        p for p in problems.errors if p.file.endswith("articles.md") or p.file.endswith(SOURCES)
    ]
    if mine:
        raise ServandaError(mine)


def write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_or_not(path) as made:
        made.write_text(text, encoding="utf-8", newline="\n")


def drafts_with_line(drafts: Drafts) -> list[Draft]:
    """The reported drafts that have a complete line for the record."""
    return [d for d in drafts.reported if d.record]
