"""What if: hypothetical entries or rules added to a case in memory, shown as a difference."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Protocol, TypeVar

from servanda.syntax.files import read_text
from servanda.syntax.layout import Layout, lay_out
from servanda.syntax.problems import Problems, ServandaError

SAME = ("status", "since", "until", "final", "version", "reading", "breaches")

Row = dict[str, Any]
Difference = dict[str, list[Any]]


class Rows(Protocol):
    """Typed rows that have a form as JSON."""

    def to_dicts(self) -> list[Row]: ...


class Case(Protocol):
    """What supposing needs of a case, and how another is made of it."""

    folder: Path
    name: str
    layouts: tuple[Layout, ...]

    def __init__(
        self, folder: Path, name: str, layouts: tuple[Layout, ...], problems: Problems
    ) -> None: ...
    def last_day(self) -> str: ...
    def status(
        self, on: str | None = None, known: str | None = None, account: str | None = None
    ) -> Rows: ...


AnyCase = TypeVar("AnyCase", bound=Case)


def suppose(
    case: Case,
    file: str | Path,
    on: str | None = None,
    known: str | None = None,
    account: str | None = None,
) -> Difference:
    """`{"added": [row], "removed": [row], "changed": [{"before", "after"}]}` on a day.

    Without `on`, the later of the last days of the record with and without the file. Raises
    ServandaError if the file cannot be read or does not fit the case.
    """
    supposed = with_file(case, Path(file))
    day = on or max(case.last_day(), supposed.last_day())
    before, after = (one.status(day, known, account).to_dicts() for one in (case, supposed))
    return difference(before, after)


def with_file(case: AnyCase, path: Path) -> AnyCase:
    """The case with the blocks of one more file, which stays as it is on disk."""
    problems = Problems()
    text = read_text(path, path.name, problems)
    if text is None:
        raise ServandaError(problems)
    return with_text(case, path.name, text)


def with_text(case: AnyCase, name: str, text: str) -> AnyCase:
    """The case with the blocks of one more text. Raises ServandaError if it does not fit."""
    problems = Problems()
    for layout in case.layouts:
        problems.remember(layout.file, layout.lines)
    layout = lay_out(text, name, problems)
    supposed = type(case)(case.folder, case.name, (*case.layouts, layout), problems)
    if problems.errors:
        raise ServandaError(problems.errors)
    return supposed


def difference(before: list[Row], after: list[Row]) -> Difference:
    """Rows matched by rule, debtor, creditor and instance; those that say the same are left out."""
    old, new = keyed(before), keyed(after)
    changed = [
        {"before": old[key], "after": row}
        for key, row in new.items()
        if key in old and any(old[key].get(k) != row.get(k) for k in SAME)
    ]
    return {
        "added": [row for key, row in new.items() if key not in old],
        "removed": [row for key, row in old.items() if key not in new],
        "changed": changed,
    }


def keyed(rows: list[Row]) -> dict[tuple[str, int], Row]:
    seen: Counter[str] = Counter()
    found = {}
    for row in rows:
        particulars = (
            row["clause"],
            row["kind"],
            row["debtor"],
            row["creditor"],
            row["instance"],
            row.get("rule"),
        )
        key = json.dumps(particulars, sort_keys=True)
        seen[key] += 1
        found[key, seen[key]] = row
    return found
