"""Muting: `allow W301 "why"` lines take warnings and hints out of a report, with their reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from servanda.syntax.problems import Problem, Problems
from servanda.syntax.tree import Agreement, Allow

IDLE_ALLOW = "H410"


class Muting(Struct, frozen=True):
    """Result of the `allow` lines: problems left, problems muted, and lines without effect."""

    kept: tuple[Problem, ...]
    muted: tuple[Problem, ...]
    idle: tuple[Allow, ...]


def mute(problems: Iterable[Problem], agreement: Agreement) -> Muting:
    """Apply every `allow` line of an agreement. Errors are always kept."""
    allows = list(allows_of(agreement))
    kept: list[Problem] = []
    muted: list[Problem] = []
    used: set[int] = set()
    for problem in problems:
        matching = {n for n, allow in enumerate(allows) if is_allowed(problem, allow)}
        used |= matching
        (muted if matching else kept).append(problem)
    idle = tuple(allow for n, allow in enumerate(allows) if n not in used)
    return Muting(tuple(kept), tuple(muted), idle)


def allows_of(agreement: Agreement) -> Iterator[Allow]:
    """The `allow` lines of a text: at its margin, and inside clauses, readings and amendments."""
    yield from agreement.allows
    blocks = (agreement.clauses, agreement.readings, agreement.amendments)
    yield from (allow for kind in blocks for block in kind for allow in block.allows)


def is_allowed(problem: Problem, allow: Allow) -> bool:
    """Whether an `allow` line mutes a problem: of its code, no error, and within its block."""
    if problem.code != allow.code or problem.severity == "error":
        return False
    block = allow.block
    if block is None:
        return True
    return problem.file == block.file and block.first <= problem.line <= block.last


def report_idle(idle: Iterable[Allow], problems: Problems) -> None:
    """Hint at `allow` lines that mute nothing. To be asked only of a case without errors."""
    for allow in idle:
        where = "" if allow.block is None else " in this block"
        message = f"`allow {allow.code}` mutes nothing: no such problem is found{where}"
        problems.add(IDLE_ALLOW, allow.place, message, "leave the line out")
