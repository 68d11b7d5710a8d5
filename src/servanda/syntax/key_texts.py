"""The form in which texts are compared: ids that look alike are one id."""

from __future__ import annotations

import re
import unicodedata

# Marks that cannot be seen: byte order mark, zero-width and soft hyphens, marks of direction.
UNSEEN = "\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
SPACES = "\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# Joiners change letters within a word of Persian or Hindi; at its ends they change nothing.
ENDS = " \t\n\r\v\f\u200c\u200d"
_UNSEEN, _SPACES = re.compile(f"[{UNSEEN}]"), re.compile(f"[{SPACES}]")


def key_text(text: str) -> str:
    """A text as it is compared: composed (NFC), without unseen marks, every Unicode space as a
    space, and none at the ends."""
    if text.isascii():
        return text.strip(ENDS)
    composed = unicodedata.normalize("NFC", text)
    return _SPACES.sub(" ", _UNSEEN.sub("", composed)).strip(ENDS)
