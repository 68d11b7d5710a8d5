"""Texts without halves of characters (lone surrogates), which no file can hold."""

from __future__ import annotations

from typing import Any


def whole(text: str) -> str:
    """The text with U+FFFD in place of each half of a character."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def is_whole(text: str) -> bool:
    """Whether no half of a character stands alone in the text."""
    return whole(text) == text


def whole_values(value: Any) -> Any:
    """The same of all texts of a document of lists and objects."""
    match value:
        case str():
            return whole(value)
        case list() | tuple():
            return [whole_values(one) for one in value]
        case dict():
            return {whole_values(key): whole_values(one) for key, one in value.items()}
    return value
