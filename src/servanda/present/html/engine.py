"""Django's templates without a site: every value is escaped, and a missing one is an error."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine
from django.utils.safestring import SafeString, mark_safe

from servanda.vocabulary.escaping import visible

FILTERS = "servanda.present.html.filters"


class MissingValue(Exception):
    """A template names a value that it was not given."""


class Missing(str):
    """Django's placeholder for a missing value: raises MissingValue when shown."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, name: object) -> str:
        raise MissingValue(f"the template was not given `{name}`")


@lru_cache(maxsize=4)
def engine(folder: Path) -> Engine:
    """The templates of a folder."""
    return Engine(
        dirs=[str(folder)],
        autoescape=True,
        builtins=[FILTERS],
        string_if_invalid=Missing("missing"),
    )


def render(folder: Path, name: str, context: Mapping[str, Any]) -> str:
    """A template filled in. Invisible characters of every text are shown by their number.

    Raises MissingValue for a value that the template names and `context` does not hold.
    """
    template = engine(folder).get_template(name)
    filled = Context(visible_throughout(dict(context)), use_l10n=False, use_tz=False)
    found: str = template.render(filled)
    return found


def visible_throughout(value: Any) -> Any:
    """Plain data with the invisible characters of its texts escaped; safe HTML stays safe."""
    if isinstance(value, SafeString):
        return mark_safe(visible_lines(str(value)))
    if isinstance(value, str):
        return visible_lines(value)
    if isinstance(value, Mapping):
        return {key: visible_throughout(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [visible_throughout(item) for item in value]
    return value


def visible_lines(text: str) -> str:
    """`visible`, line by line: line ends stay."""
    return "\n".join(visible(line) for line in text.split("\n"))
