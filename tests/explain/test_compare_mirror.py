"""Neutral wording: where two accounts change places, so do the sides of every sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from test_turns_on import KNOWN, compared

from servanda.explain.differences import Difference
from servanda.explain.wording import joined

HEAD = re.split(r"^account ", KNOWN, flags=re.MULTILINE)[0]
NOTHING = ""
SETS = [
    ["  reads R1 as lenient\n", "  reads R1 as strict\n  reads R5 as vague\n", NOTHING],
    [
        "  takes the position that serious(B), whatever is determined\n",
        '  takes the position that not serious(B) "a reason"\n',
        NOTHING,
    ],
    ["  accepts alleged\n", "  distrusts letter\n", "  for measurements prefers paper\n"],
    ["  trusts only letter\n", "  trusts only paper\n  reads R2 as off\n", NOTHING],
]


def page(contents: list[str]) -> str:
    return HEAD + "".join(f"account a{n}\n{lines}" for n, lines in enumerate(contents))


def told(contents: list[str], folder: Path, names: dict[str, str]) -> dict[Any, set[Any]]:
    """Every difference in no order of its sides, with other names for accounts."""
    folder.mkdir()
    comparison = compared(page(contents), folder)
    keys = dict.fromkeys(key for found in comparison.statuses.values() for key in found)
    return {
        key: {shape(difference, names) for difference in found}
        for key, found in comparison.differences(keys).items()
    }


def shape(difference: Difference, names: dict[str, str]) -> Any:
    def renamed(accounts: Iterable[str]) -> frozenset[str]:
        return frozenset(names[name] for name in accounts)

    return (
        frozenset((held.status, renamed(held.accounts)) for held in difference.statuses),
        frozenset(
            (
                point.subject,
                frozenset(
                    (renamed(s.accounts), s.status, s.says.removeprefix(joined(s.accounts)))
                    for s in point.sides
                ),
            )
            for point in difference.points
        ),
        renamed(difference.more),
    )


@pytest.mark.parametrize("contents", SETS, ids=["readings", "terms", "trust", "lists"])
def test_two_accounts_that_change_places_change_sides(contents: list[str], tmp_path: Path) -> None:
    first, second, *rest = contents
    same = {f"a{n}": f"a{n}" for n in range(len(contents))}
    before = told(contents, tmp_path / "before", same)
    changed = same | {"a0": "a1", "a1": "a0"}
    assert any(before.values())
    assert told([second, first, *rest], tmp_path / "after", changed) == before
