"""The values of BibTeX fields: TeX as plain text, lists of names, concatenations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

LONGEST_TEX = 20_000
"""Characters of a field that are decoded; of a longer one only the braces go."""
_UNESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)([%&])")
_NAME_PARTS = {"given", "family", "prefix", "suffix"}


# ------------------------------------------------------------------ TeX
def plain_text(text: str) -> str:
    r"""A field in plain text: `G{\"o}del` → `Gödel`, `10\% of {IAEA}` → `10% of IAEA`."""
    if "\\" in text and len(text) <= LONGEST_TEX:
        text = _decoded(text)
    text = text.replace("{", "").replace("}", "").replace("~", " ")
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _decoded(text: str) -> str:
    from pylatexenc.latex2text import LatexNodes2Text

    # a percent sign begins a comment in TeX, and none in BibTeX
    escaped = _UNESCAPED.sub(r"\1\\\2", text)
    try:
        return str(LatexNodes2Text(math_mode="verbatim").latex_to_text(escaped))
    except Exception:  # whatever is no TeX stays as it is written
        return text


# ------------------------------------------------------------------ names
def names_in(text: str) -> Iterator[str]:
    """The names of an `author` field, first names first; `others` is nobody's name.

    `Knuth, Jr., Donald` → `Donald Knuth Jr.`, `van Gogh, Vincent` → `Vincent van Gogh`. What
    stands in braces is neither split at `and` nor at commas.
    """
    for whole in _split(text, r"\s+and\s+", flags=re.I):
        name = whole.strip()
        if name and name.lower() != "others" and (shown := _name(name)):
            yield shown


def _name(name: str) -> str:
    parts = [part.strip() for part in _split(name, ",")]
    by_key = dict(part.partition("=")[::2] for part in parts if "=" in part)
    named = {key.strip().lower(): value for key, value in by_key.items()}
    if len(named) == len(parts) and named.keys() <= {*_NAME_PARTS, "given-i", "useprefix"}:
        ordered = [named.get(key, "") for key in ("given", "prefix", "family", "suffix")]
    elif len(parts) >= 3:  # von Last, Jr, First
        last, suffix, *first = parts
        ordered = [*first, last, suffix]
    else:
        ordered = parts[::-1]
    return " ".join(shown for part in ordered if (shown := plain_text(part)))


def _split(text: str, separator: str, flags: int = 0) -> list[str]:
    """The parts of a text between separators that do not stand in braces."""
    parts, start, depth = [], 0, 0
    for found in re.finditer(rf"\\.|[{{}}]|(?P<apart>{separator})", text, flags | re.S):
        depth += (found[0] == "{") - (found[0] == "}")
        if found["apart"] is not None and depth <= 0:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


# ------------------------------------------------------------------ concatenations
def concatenated(value: str, strings: Mapping[str, str]) -> str:
    """`"10~" # jan` → `10~jan`, with the `@string`s of the file; another value as it is."""
    pieces = re.findall(
        r"\s*(\"(?:[^\"{}]|\{[^{}]*\})*\"|\{(?:[^{}]|\{[^{}]*\})*\}|[^#\"{}]+)\s*", value
    )
    if "#" not in value:
        return strings.get(value.strip().lower(), value)
    shown = []
    for piece in (piece.strip() for piece in pieces):
        enclosed = piece[:1] in ('"', "{")
        shown.append(piece[1:-1] if enclosed else strings.get(piece.lower(), piece))
    return "".join(shown)
