"""Rows of answers as Arrow tables, with types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from servanda.api.rows import Row

if TYPE_CHECKING:
    import pyarrow

LARGEST = 2**63 - 1


def arrow_table(row: type[Row], rows: Sequence[Mapping[str, Any]], zone: str) -> pyarrow.Table:
    """Rows of the JSON contract as an Arrow table; the types are those of the row's attributes."""
    import pyarrow

    hints = get_type_hints(row)
    columns = {}
    for name, key in zip(row.__struct_fields__, row.__struct_encode_fields__, strict=True):
        columns[key] = arrow_column(hints[name], [each.get(key, ()) for each in rows], zone)
    return pyarrow.table(columns)


def arrow_column(hint: Any, values: list[Any], zone: str) -> pyarrow.Array:
    """A column by the type of its attribute: `datetime | None`, `tuple[str, ...]`, `dict`, …"""
    import pyarrow

    options = [each for each in get_args(hint) if each is not type(None)]
    origin = get_origin(hint)
    if origin is tuple and get_origin(options[0]) is dict:
        flat = [each for value in values for each in value]
        of = particulars_type(flat)
        return pyarrow.array([particulars(value, of) for value in values], pyarrow.list_(of))
    if origin is tuple and options[0] is Any:
        return pyarrow.array(values)
    if origin is tuple:
        return pyarrow.array(values, pyarrow.list_(pyarrow.string()))
    if origin is dict:
        of = particulars_type(values)
        return pyarrow.array(particulars(values, of), of)
    plain = options[0] if options else hint
    if plain is datetime:
        moments = [None if value is None else datetime.fromisoformat(value) for value in values]
        return pyarrow.array(moments, pyarrow.timestamp("us", tz=zone))
    types = {str: pyarrow.string(), bool: pyarrow.bool_(), int: pyarrow.int64()}
    return pyarrow.array(values, types[plain])


def particulars_type(found: Iterable[Mapping[str, Any]]) -> pyarrow.DataType:
    """A struct with a field for every name; numbers where all its values are, else text."""
    import pyarrow

    seen: dict[str, list[Any]] = {}
    for each in found:
        for name, value in each.items():
            seen.setdefault(name, []).extend(() if value is None else (value,))
    fields = []
    for name, values in seen.items():
        if any(isinstance(value, str) for value in values):
            fields.append((name, pyarrow.string()))
        elif all(isinstance(value, int) and abs(value) <= LARGEST for value in values):
            fields.append((name, pyarrow.int64() if values else pyarrow.string()))
        else:
            fields.append((name, pyarrow.float64()))
    return pyarrow.struct(fields) if fields else pyarrow.null()


def particulars(found: Iterable[Mapping[str, Any]], of: pyarrow.DataType) -> list[Any]:
    """Particulars with values of the struct's types; those without any, as null."""
    import pyarrow

    texts = {f.name for f in of if f.type == pyarrow.string()} if of != pyarrow.null() else set()
    floats = {f.name for f in of if f.type == pyarrow.float64()} if of != pyarrow.null() else set()

    def typed(name: str, value: Any) -> Any:
        if value is not None and name in texts:
            return str(value)
        return float(value) if value is not None and name in floats else value

    return [{n: typed(n, v) for n, v in each.items()} if each else None for each in found]
