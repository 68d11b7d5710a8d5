"""JSON documents as the bytes of a file."""

from __future__ import annotations

from typing import Any

import msgspec


def as_bytes(document: Any) -> bytes:
    """Laid out, in UTF-8, ending in a line end."""
    return msgspec.json.format(msgspec.json.encode(document, enc_hook=plain), indent=1) + b"\n"


def plain(value: object) -> str:
    """The parser's words are texts of their own kind."""
    if isinstance(value, str):
        return str.__str__(value)
    raise NotImplementedError(f"{type(value).__name__} is no value of a document")
