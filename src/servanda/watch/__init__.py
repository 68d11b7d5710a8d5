"""A case kept up to date as events arrive: see docs/watch.md."""

from servanda.watch.watch import Batch, Watch

__all__ = ["Batch", "Watch"]
