"""Arrow tables as data frames of the libraries that are installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servanda.syntax.problems import refused

if TYPE_CHECKING:
    import polars
    import pyarrow


def polars_frame(table: pyarrow.Table) -> polars.DataFrame:
    """A Polars data frame. Raises ServandaError if Polars is not installed."""
    try:
        import polars
    except ModuleNotFoundError:
        raise refused(
            "E007", "package:polars", "this needs Polars", "install `servanda[polars]`"
        ) from None
    found = polars.from_arrow(table)
    assert isinstance(found, polars.DataFrame)
    return found


def pandas_frame(table: pyarrow.Table) -> Any:
    """A pandas data frame. Raises ServandaError if pandas is not installed."""
    try:
        return table.to_pandas()
    except ModuleNotFoundError:
        raise refused(
            "E007", "package:pandas", "this needs pandas", "install `servanda[pandas]`"
        ) from None
