"""Signals that end a command: it leaves no temporary file, and says that it was interrupted."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

INTERRUPTED = 128 + signal.SIGINT
PATIENCE = 10.0
"""Seconds to unwind in: then the program ends at once, for a library may miss a signal."""
_received: list[int] = []


def catch_signals() -> None:
    """Let a request to end unwind the program as Ctrl-C does, so that it tidies up."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if not _received:
        last = threading.Timer(PATIENCE, os._exit, [128 + number])
        last.daemon = True
        last.start()
    _received.append(number)
    raise KeyboardInterrupt


def is_interrupted() -> bool:
    """Whether a signal has come: libraries turn its exception into one of their own."""
    return bool(_received)


def exit_code_of_signal() -> int:
    """128 and the number of the first signal, as shells have it; that of Ctrl-C if none came."""
    return 128 + _received[0] if _received else INTERRUPTED
