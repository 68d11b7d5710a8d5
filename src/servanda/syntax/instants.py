"""The one spelling of dates and instants: patterns that entries, tables and questions share."""

from __future__ import annotations

import re
from datetime import datetime

DAY = r"\d{4}-\d\d-\d\d"
CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
# No zone has ever been sixteen hours from UTC.
OFFSET = r"(Z|[+-](0\d|1[0-5])(:?[0-5]\d)?)"
_INSTANT = re.compile(rf"{DAY}[T ]{CLOCK}{OFFSET}?", re.ASCII)
_OFFSET = re.compile(r".{16,}?([+-]\d\d(:?\d\d)?)", re.ASCII)


def read_instant(text: str) -> datetime:
    """An ISO instant, naive without an offset. Digits finer than a microsecond are cut off, never
    rounded, so that no instant passes into the next second or day. Raises ValueError."""
    if _INSTANT.fullmatch(text) is None:
        raise ValueError(text)
    return datetime.fromisoformat(text)


def advice_for(text: str) -> str:
    """What to write instead of an instant that does not exist."""
    if _OFFSET.fullmatch(text) and not re.search(rf"{OFFSET}\Z", text):
        return "write an offset from -15:59 to +15:59, as in +02:00, +0200 or +02; UTC is Z"
    return "write a time from 00:00 to 23:59:59, with at most nine digits after the point"
