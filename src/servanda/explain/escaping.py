"""Texts of a record shown as they are: nothing in them hides, or turns the line around."""

from __future__ import annotations

import re

UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Characters that would not be seen, or would turn the line around, as their numbers."""
    return UNSEEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)
