"""The statuses of a duty, and the kinds there are, in words: one wording for every answer."""

from __future__ import annotations

KINDS = {"achieve": "must", "keep": "must keep", "forbid": "must not", "may": "may"}
ORDER = (
    "broken",
    "unknown",
    "undetermined",
    "due",
    "suspended",
    "excused",
    "cured",
    "compensated",
    "kept",
    "dormant",
    "waived",
    "released",
    "lapsed",
    "ended",
)
PAST = frozenset(("dormant", "lapsed", "ended", "released", "waived"))
"""What is not in play: not yet, or no longer. (Released and waived: the debtor is free.)"""

WORDS = {
    "dormant": "not in force yet, or not arisen",
    "due": "owed, its time still running",
    "kept": "kept",
    "broken": "broken",
    "cured": "broken before, and made good",
    "compensated": "broken, and its remedy performed",
    "released": "released",
    "suspended": "suspended by a power used",
    "waived": "waived",
    "excused": "excused for now",
    "lapsed": "its time is over",
    "ended": "ended",
    "unknown": "the record does not tell",
    "undetermined": "turns on a term that nobody entitled has decided",
    None: "there is no such duty in this account",
}
POWER = {"due": "open", "dormant": "not open", "kept": "in use", "lapsed": "over"}
MARKS = {
    "broken": "✕",
    "kept": "✓",
    "cured": "↺",
    "compensated": "↺",
    "due": "…",
    "unknown": "?",
    "undetermined": "?",
    "suspended": "‖",
    "excused": "~",
    "waived": "○",
    "released": "○",
    "lapsed": "·",
    "ended": "·",
    "dormant": "·",
}
