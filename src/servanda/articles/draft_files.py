"""Save and load drafts, and append accepted ones to a record atomically."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from servanda.articles.drafts import Draft, Drafts
from servanda.record.resolver import resolve_record
from servanda.record.sources import read_csl, read_sources
from servanda.syntax.atomic_files import check_ordinary, refusing, whole_or_not
from servanda.syntax.files import find_texts, load
from servanda.syntax.layout import lay_out
from servanda.syntax.locks import locked
from servanda.syntax.parser import parse
from servanda.syntax.problems import Problem, Problems, ServandaError

RECORD = "record/articles.md"
SOURCES = "sources.json"
HEADING = "# What articles say\n\nEntries that a person confirmed after `servanda read`.\n"


def save(drafts: Drafts, path: Path, case: Path | None = None) -> None:
    """Write drafts as JSON, atomically. `case`: the folder out of which no link may lead."""
    content = msgspec.json.format(msgspec.json.encode(drafts), indent=1) + b"\n"
    with refusing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with whole_or_not(path, case=case) as made:
        made.write_bytes(content)


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


def accept(case: Path, drafts: Drafts, lines: list[str]) -> tuple[list[str], Path]:
    """Append accepted lines to the case's record, and the article to `sources.json`.

    The case is checked with them first. Raises ServandaError, and writes nothing, if it has new
    errors. Returns the lines that were added, and the record file: a line that stands there already
    is not added again, so that to accept once more after a crash is safe.
    """
    with locked(case):
        for file in (RECORD, SOURCES):
            check_ordinary(case / file, case)
        old, before = content_of(case / RECORD), content_of(case / SOURCES)
        text = HEADING if old is None else decoded(old, RECORD)
        added = source_to_add(case, drafts)
        new_lines = [line for line in dict.fromkeys(lines) if not has_line(text, line)]
        if not new_lines:
            return [], case / RECORD
        title = drafts.source.get("title") or drafts.source["id"]
        block = "\n".join(new_lines)
        record = f"{text.rstrip()}\n\n## {title}\n\n```servanda\n{block}\n```\n"
        check_case_with(case, record, added)
        if added is not None:
            listed = json.loads(before.decode("utf-8-sig")) if before is not None else []
            written = json.dumps([*listed, added], indent=2, ensure_ascii=False) + "\n"
            put(case, SOURCES, written, before)
        put(case, RECORD, record, old)
    return new_lines, case / RECORD


def content_of(path: Path) -> bytes | None:
    """The content of a file; None where there is none."""
    return path.read_bytes() if path.is_file() else None


def decoded(content: bytes, file: str) -> str:
    """The text of a file of the case. Raises ServandaError if it is not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"this is not text in UTF-8 (byte {error.start + 1})"
        problem = Problem("E104", f"file:{file}", file, 0, 0, message, "save it as UTF-8")
        raise ServandaError([problem]) from None


def has_line(text: str, line: str) -> bool:
    """Whether an entry stands in a text as it is, and not as the beginning of a longer one."""
    return re.search(rf"^{re.escape(line)}$(?!\n[ \t]+\S)", text, re.MULTILINE) is not None


def source_to_add(case: Path, drafts: Drafts) -> dict[str, Any] | None:
    """The article's source, if the case does not have it yet.

    Raises ServandaError where the sources cannot be read, or its id belongs to another one.
    """
    problems = Problems()
    same = read_sources(case, problems).get(drafts.source["id"])
    unread = [problem for problem in problems.errors if problem.file == SOURCES]
    if unread:
        raise ServandaError(unread)
    if same is None:
        return drafts.source
    if same.title != drafts.source.get("title"):
        raise ServandaError([another_source(case, same.id, same.title)])
    return None


def another_source(case: Path, id_: str, title: str | None) -> Problem:
    """The problem that an article's source id already belongs to another source."""
    return Problem(
        *("E604", f"source:{id_}"),
        str(case / SOURCES),
        0,
        0,
        f"the id `{id_}` belongs to another source: {title or 'without a title'}",
        "rename the article's file and read it again",
    )


def check_case_with(case: Path, record: str, source: dict[str, Any] | None) -> None:
    """Check the case with the new text and source. Raises ServandaError for its new errors."""
    problems = Problems()
    files = [file for file in find_texts(case, problems) if file != RECORD]
    layouts = [one for one in load(case, files, problems) if one.file != RECORD]
    layouts.append(lay_out(record, RECORD, problems))
    parsed = parse([s for layout in layouts for s in layout.statements], problems)
    sources = read_sources(case, problems)
    if source is not None:
        for one in read_csl(json.dumps([source]), SOURCES, problems):
            sources.setdefault(one.id, one)
    resolve_record(parsed.record, parsed.agreement, sources, problems, case)
    mine = [problem for problem in problems.errors if problem.file in (RECORD, SOURCES)]
    if mine:
        raise ServandaError(mine)


def put(case: Path, file: str, text: str, was: bytes | None) -> None:
    """Write a file of the case, if it is still what it was when it was read."""
    path = case / file
    with refusing(path):
        path.parent.mkdir(exist_ok=True)
    with whole_or_not(path, was, case) as made:
        made.write_text(text, encoding="utf-8", newline="\n")


def drafts_with_line(drafts: Drafts) -> list[Draft]:
    """The reported drafts that have a complete line for the record."""
    return [d for d in drafts.reported if d.record]
