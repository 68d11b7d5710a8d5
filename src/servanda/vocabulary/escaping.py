"""Texts of a record shown as they are: nothing in them hides, or turns the line around."""

from __future__ import annotations

import re

INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Escape invisible and bidirectional characters: `⟨U+202E⟩`."""
    return INVISIBLE.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)


def printable(text: str) -> str:
    """For a terminal: what would move the cursor becomes a space."""
    return "".join(c if c.isprintable() else " " for c in text)


def readable(text: str) -> str:
    """A rule as people read it: names as words, comparisons as they are printed."""
    words = re.sub(r"(?<=\w)_(?=\w)", " ", text)
    return words.replace(" <= ", " ≤ ").replace(" >= ", " ≥ ")
