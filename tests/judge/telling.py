"""How verdicts of the two judges are told, so that equal ones read alike."""

from __future__ import annotations

from decimal import Decimal

from servanda.judge.verdict import Bindings


def plain(bindings: Bindings) -> Bindings:
    """Numbers without the zeros that a judge may write behind them."""
    return tuple((n, v.normalize() if isinstance(v, Decimal) else v) for n, v in bindings)
