"""Problems as rows of the JSON contract, for pages and their twins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from servanda.syntax.problems import Problem, render


def problem_rows(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems as the JSON contract has them, and as `check` prints them (`whole`)."""
    return [
        {
            "code": p.code,
            "subject": p.subject,
            "file": p.file,
            "line": p.line,
            "column": p.column,
            "message": p.message,
            "help": p.help,
            "severity": p.severity,
            "paragraph": p.paragraph,
            "whole": render(p),
        }
        for p in problems
    ]
