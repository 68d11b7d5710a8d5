"""The verbs of the command line: a function with `@verb` is one, in whatever file here it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

GROUPS = ("question", "table", "document", "view", "text", "article", "help")
"""In the order in which `servanda --help` lists them."""

F = TypeVar("F", bound=Callable[..., Any])
_found: dict[str, list[Callable[..., Any]]] = {group: [] for group in GROUPS}


def verb(group: str) -> Callable[[F], F]:
    """Make a function a verb, called as the function is (`explain_error`: `explain-error`)."""

    def register(function: F) -> F:
        _found[group].append(function)
        return function

    return register


def verbs() -> dict[str, Callable[..., Any]]:
    """Every verb by its name, group by group, each in the order of its file."""
    every = (function for group in _found.values() for function in group)
    return {function.__name__.replace("_", "-"): function for function in every}
