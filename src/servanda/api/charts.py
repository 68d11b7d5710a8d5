"""The one chart that was asked for, as a file. The charts: `present/charts/registry.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from servanda.syntax.problems import refused

if TYPE_CHECKING:
    from servanda.present.charts.chart import Chart, Theme

PICTURES = ("svg", "png", "json", "html")


def only_chart(
    measured: Iterable[tuple[str, str | None]], found: Sequence[Chart], measure: str | None
) -> Chart:
    """The one chart of a measure; `measured` are those that are read, with their subjects.

    Raises ServandaError where there is none, or several.
    """
    from servanda.explain.table_entries import FEW_ROWS

    if len(found) == 1:
        return found[0]
    names = list(dict.fromkeys(name for name, _ in measured))
    if not found:
        what = f"there is no reading of {f'`{measure}`' if measure else 'a measure of it'}"
        read = f"read are {', '.join(names)}" if names else "the record reads no measure"
        advice = f"{read}; tables of over {FEW_ROWS:,} rows are not drawn"
        raise refused(
            "E010", "option:measure" if measure is None else f"measure:{measure}", what, advice
        )
    advice = f"--measure {' or '.join(names)}"
    raise refused("E004", "option:measure", f"{len(found)} charts fit: name one", advice)


def chart_bytes(chart: Chart, form: str, theme: Theme) -> bytes:
    """A chart as svg, png, its Vega-Lite spec (json), or a piece of a page (html)."""
    if form == "png":
        return chart.png(theme)
    if form == "json":
        import msgspec

        return msgspec.json.format(msgspec.json.encode(chart.vegalite(theme)), indent=1)
    if form == "html":
        return chart.figure().encode("utf-8")
    return chart.svg(theme).encode("utf-8")
