"""Incremental judging: verdicts kept up to date as events arrive (docs/watch.md)."""

from servanda.watch.watch import Batch, Watch

__all__ = ["Batch", "Watch"]
