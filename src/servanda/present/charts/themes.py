"""Charts in light and in dark: they are drawn in light colours, and those are then replaced."""

from __future__ import annotations

from typing import Any

from servanda.vocabulary.colours import CHART_COLOURS
from servanda.vocabulary.statuses import ALL

EVERY = (*CHART_COLOURS, *(term.fill for term in ALL.values()))
DARK = {colour.light: colour.dark for colour in EVERY}


def dark(spec: Any) -> Any:
    """A spec with every colour of a light page replaced by that of a dark one."""
    if isinstance(spec, dict):
        return {key: dark(value) for key, value in spec.items()}
    if isinstance(spec, list):
        return [dark(value) for value in spec]
    return DARK.get(spec, spec) if isinstance(spec, str) else spec


def dark_rules(scope: str = "svg.chart") -> str:
    """CSS that shows charts drawn in light colours in dark ones; no attribute is changed."""
    return "\n".join(
        f'{scope} [{what}="{colour.light}"]{{{what}:{colour.dark}}}'
        for colour in EVERY
        for what in ("fill", "stroke")
    )
