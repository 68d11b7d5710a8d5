"""What if: hypothetical entries or rules added to a case in memory, shown as a difference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from servanda.explain.judged_case import JudgedCase
from servanda.syntax.files import read_text
from servanda.syntax.layout import lay_out
from servanda.syntax.problems import Problems, ServandaError
from servanda.syntax.tree import Place
from servanda.syntax.whole_text import is_whole

SAME = ("status", "since", "until", "final", "version", "reading", "breaches")

Row = dict[str, Any]
Difference = dict[str, list[Any]]


AnyCase = TypeVar("AnyCase", bound=JudgedCase)


def with_file(case: AnyCase, path: Path) -> AnyCase:
    """The case with the blocks of one more file, which stays as it is on disk."""
    problems = Problems()
    text = read_text(path, path.name if path.is_file() else str(path), problems)
    if text is None:
        raise ServandaError(problems)
    return with_text(case, path.name, text)


def with_text(case: AnyCase, name: str, text: str) -> AnyCase:
    """The case with the blocks of one more text. Raises ServandaError if it does not fit."""
    problems = Problems()
    if not is_whole(text):
        message = "half of a character stands alone in this text"
        problems.add("E104", Place(name, 0, 0), message, "write the whole character")
        raise ServandaError(problems)
    for layout in case.layouts:
        problems.remember(layout.file, layout.lines)
    layout = lay_out(text, name, problems)
    supposed = type(case)(case.folder, case.name, (*case.layouts, layout), problems)
    if problems.errors:
        raise ServandaError(problems.errors)
    return supposed


def difference(before: list[Row], after: list[Row]) -> Difference:
    """The rows that are added, removed and changed, in the order of each list.

    Rows are matched by rule, debtor, creditor and instance; of several alike first those with
    nothing changed, then the others in order.
    """
    old, new = by_duty(before), by_duty(after)
    pairs: list[tuple[int, int]] = []
    for key, places in new.items():
        mine = old.get(key, [])
        same = dict(pairs_alike(before, mine, after, places))
        left = [n for n in mine if n not in same]
        taken = set(same.values())
        pairs += [*same.items(), *zip(left, (n for n in places if n not in taken), strict=False)]
    gone, found = dict(pairs), {n: o for o, n in pairs}
    return {
        "added": [row for n, row in enumerate(after) if n not in found],
        "removed": [row for n, row in enumerate(before) if n not in gone],
        "changed": [
            {"before": before[found[n]], "after": row}
            for n, row in enumerate(after)
            if n in found and told(before[found[n]]) != told(row)
        ],
    }


def by_duty(rows: list[Row]) -> dict[str, list[int]]:
    """The places of the rows of each duty; several where only the occasion differs."""
    found: dict[str, list[int]] = {}
    for n, row in enumerate(rows):
        duty = (row["clause"], row["kind"], row["debtor"], row["creditor"], row["instance"])
        found.setdefault(json.dumps((*duty, row.get("rule")), sort_keys=True), []).append(n)
    return found


def pairs_alike(
    before: list[Row], old: list[int], after: list[Row], new: list[int]
) -> Iterator[tuple[int, int]]:
    """Places of rows with nothing changed, each once."""
    waiting: dict[str, list[int]] = {}
    for n in reversed(old):
        waiting.setdefault(told(before[n]), []).append(n)
    for n in new:
        if waiting.get(told(after[n])):
            yield waiting[told(after[n])].pop(), n


def told(row: Row) -> str:
    """What a changed row says otherwise."""
    return json.dumps([row.get(key) for key in SAME], sort_keys=True, default=str)
