"""A time limit for judging, where somebody waits for the answer who need not be trusted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from servanda.judge.verdict import JudgeError

_until: ContextVar[tuple[float, float] | None] = ContextVar("until", default=None)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Judgements made by this thread meanwhile raise JudgeError once the time is over."""
    token = _until.set((time.monotonic() + seconds, seconds))
    try:
        yield
    finally:
        _until.reset(token)


def check_time() -> None:
    """Raises JudgeError where there is a time limit, and it is over."""
    limit = _until.get()
    if limit is not None and time.monotonic() > limit[0]:
        message = f"this takes longer to judge than {limit[1]:g} seconds"
        raise JudgeError(message, help="ask for fewer periods or cases, or judge it by command")
