"""DuckDB's SQL, as the plan writes it, to Spark's: sqlglot, and what it does not settle.

Each rewrite below is one such thing. Both engines must give the same rows: a construct that has no
equal on Spark is refused (Untranslatable), never approximated.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from servanda.judge.engines.spark.columns import Columns, Known, star_of

LAST = 2**63 - 1
UNTIL = "__until"
KEY = "__key_"
FLOATS = (
    "a column of floats holds names, and Spark writes 1e-05 as 1.0E-5; "
    "write the column as text or as whole numbers"
)
Source = Callable[[exp.Expression], str]


class Untranslatable(ValueError):
    """A statement of the plan has no equal on Spark."""


class Statement:
    """One statement of the plan: what it reads, and its text for Spark.

    `source` gives the name of a table for a table function that reads files.
    """

    def __init__(self, query: str, tables: Known, source: Source) -> None:
        try:
            tree = sqlglot.parse_one(query, read="duckdb")
            for function in list(tree.find_all(exp.Table)):
                if not isinstance(function.this, exp.Identifier):
                    name = exp.to_identifier(source(function.this), quoted=True)
                    function.set("this", name)
            self.reads = {table.name.lower() for table in tree.find_all(exp.Table)}
            replaced_stars(tree, Columns(tables), {})
            different_names(tree)
            self.tree = rewritten(tree)
        except (SqlglotError, KeyError) as error:
            raise Untranslatable(f"{type(error).__name__}: {error}") from error

    def text(self, large: bool) -> str:
        """`large`: rows are numbered where they are, not all in one place."""
        tree = numbered_in_place(self.tree) if large else self.tree
        return tree.sql(dialect="spark", identify=True, comments=False)


def type_for_spark(type_: exp.Expression) -> str:
    return rewritten(type_.copy()).sql(dialect="spark")


def rewritten(tree: exp.Expression) -> exp.Expression:
    """The tree with every rewrite done, innermost first."""
    for node in reversed(list(tree.walk())):
        rewrite = REWRITES.get(type(node))
        new = node if rewrite is None else rewrite(node)
        if new is not node:
            if node is tree:
                tree = new
            else:
                node.replace(new)
    return tree


# ------------------------------------------------------------------ stars
def replaced_stars(tree: exp.Expression, columns: Columns, ctes: Known) -> None:
    """`* REPLACE (e AS c)` written out: Spark has EXCEPT, but no REPLACE."""
    ctes = columns.with_own(tree, ctes)
    written = tree.args.get("with_")
    for each in written.expressions if written is not None else ():
        replaced_stars(each.this, columns, ctes)
    if isinstance(tree, exp.Select):
        expressions = [
            new for item in tree.expressions for new in spread(tree, item, columns, ctes)
        ]
        tree.set("expressions", expressions)
    if isinstance(tree, exp.SetOperation) and tree.args.get("by_name"):
        by_place(tree, columns, ctes)
    for inner in inner_queries(tree):
        replaced_stars(inner, columns, ctes)


def by_place(union: exp.SetOperation, columns: Columns, ctes: Known) -> None:
    """`UNION BY NAME`: both sides in one order; a column that is not there is null."""
    names = columns.of(union, ctes)
    for side in ("this", "expression"):
        query = union.args[side]
        there = {name.lower() for name in columns.of(query, ctes)}
        cells = [
            exp.column(name)
            if name.lower() in there
            else exp.alias_(exp.Null(), exp.to_identifier(name, quoted=True))
            for name in names
        ]
        union.set(side, exp.select(*cells).from_(exp.Subquery(this=query)))
    union.set("by_name", None)


def inner_queries(tree: exp.Expression) -> Iterator[exp.Expression]:
    """The queries right below one, its common table expressions left out."""
    for key, value in tree.args.items():
        for child in value if isinstance(value, list) else [value]:
            if key == "with_" or not isinstance(child, exp.Expression):
                continue
            if isinstance(child, exp.Select | exp.SetOperation | exp.Subquery):
                yield child
            else:
                yield from inner_queries(child)


def spread(
    select: exp.Select, item: exp.Expression, columns: Columns, ctes: Known
) -> list[exp.Expression]:
    star = star_of(item)
    if star is None or not star.args.get("replace"):
        return [item]
    new = {each.alias.lower(): each for each in star.args["replace"]}
    left_out = {each.name.lower() for each in star.args.get("except_") or ()}
    table = item.table if isinstance(item, exp.Column) else None
    return [
        new[name.lower()] if name.lower() in new else exp.column(name, table=table or None)
        for name in columns.starred(select, item, ctes)
        if name.lower() not in left_out
    ]


# ------------------------------------------------------------------ joins and subqueries
def different_names(tree: exp.Expression) -> None:
    """No two common table expressions have one name: sqlglot moves them to the top."""
    for number, cte in enumerate(reversed(list(tree.find_all(exp.CTE)))):
        name, query = cte.alias, cte.parent.parent
        own = {id(node) for node in cte.this.walk()}
        for table in list(query.find_all(exp.Table)):
            if table.name == name and id(table) not in own:
                if not table.alias:
                    table.set("alias", exp.TableAlias(this=exp.to_identifier(name)))
                table.this.set("this", f"{name}__{number}")
        cte.args["alias"].this.set("this", f"{name}__{number}")


def asof_joins(node: exp.Expression) -> exp.Expression:
    """`ASOF JOIN r ON a.k = r.k AND a.t >= r.t`: r's rows hold until the next of the same key."""
    if node.args.get("method") != "ASOF":
        return node
    right = node.this.alias_or_name
    tests = list(node.args["on"].flatten()) if isinstance(node.args["on"], exp.And) else []
    keys = [of_table(test, right) for test in tests if isinstance(test, exp.EQ)]
    later = [test for test in tests if isinstance(test, exp.GTE)]
    if len(later) != 1 or len(keys) + 1 != len(tests) or not keys:
        raise Untranslatable(f"an as-of join on {node.args['on'].sql()}")
    at = later[0].expression
    following = exp.Window(
        this=exp.Lead(this=exp.column(at.name), offset=literal(1), default=literal(LAST)),
        partition_by=[exp.column(key.name) for key in keys],
        order=exp.Order(expressions=[exp.Ordered(this=exp.column(at.name), nulls_first=True)]),
    )
    inner = exp.select("*", exp.alias_(following, UNTIL)).from_(node.this)
    until = exp.LT(this=later[0].this.copy(), expression=exp.column(UNTIL, table=right))
    node.set("method", None)
    node.set("this", inner.subquery(right))
    node.set("on", exp.and_(*tests, until))
    return node


def of_table(test: exp.Expression, table: str) -> exp.Column:
    found = next((c for c in test.find_all(exp.Column) if c.table == table), None)
    if found is None:
        raise Untranslatable(f"an as-of join on {test.sql()}")
    return found


def exists_as_value(node: exp.Expression) -> exp.Expression:
    """EXISTS outside a WHERE or ON: a count there, which Spark allows anywhere."""
    above = node.parent
    while above is not None and not isinstance(above, exp.Where | exp.Join | exp.Select):
        above = above.parent
    if not isinstance(above, exp.Select):
        return node
    query = node.this.unnest().copy()
    query.set("expressions", [exp.GT(this=exp.Count(this=exp.Star()), expression=literal(0))])
    return exp.Subquery(this=query)


def numbered_anyhow(node: exp.Expression) -> exp.Expression:
    """`row_number() OVER ()`: numbers that differ, with gaps between what workers hold.

    In a file that is one partition (see files.py) they are the places of its rows.
    """
    said = [node.args.get(key) for key in ("order", "partition_by", "alias")]
    if not isinstance(node.this, exp.RowNumber) or any(said):
        return node
    counted = exp.Anonymous(this="monotonically_increasing_id")
    return exp.Paren(this=exp.Add(this=counted, expression=literal(1)))


def numbered_in_place(select: exp.Expression) -> exp.Expression:
    """`row_number() OVER (ORDER BY k)` over all rows, as numbers that rise with k but have gaps:
    the rows are sorted in parts, and each part counts from a start of its own."""
    numbers = [
        item
        for item in select.expressions
        if isinstance(item, exp.Alias)
        and isinstance(item.this, exp.Window)
        and isinstance(item.this.this, exp.RowNumber)
        and item.this.args.get("order")
        and not item.this.args.get("partition_by")
    ]
    if not isinstance(select, exp.Select) or len(numbers) != 1:
        return select
    (number_,) = numbers
    keys = [ordered.this for ordered in number_.this.args["order"].expressions]
    hidden = [exp.alias_(key.copy(), f"{KEY}{n}", quoted=True) for n, key in enumerate(keys)]
    inner = select.copy()
    inner.set("expressions", [e.copy() for e in select.expressions if e is not number_] + hidden)
    names = [exp.to_identifier(f"{KEY}{n}", quoted=True) for n in range(len(keys))]
    sorted_ = exp.select("*").from_(exp.Subquery(this=inner))
    sorted_ = sorted_.order_by(*(exp.Column(this=name.copy()) for name in names))
    number_ = exp.alias_(exp.Anonymous(this="monotonically_increasing_id"), number_.alias)
    rest = exp.Star(except_=names)
    return exp.select(number_, rest).from_(exp.Subquery(this=sorted_))


# ------------------------------------------------------------------ functions
def best_rows(node: exp.Expression) -> exp.Expression:
    """DuckDB's arg_max passes over rows whose value is null; Spark's max_by does not."""
    order = node.expression
    if isinstance(order, exp.Case) and isinstance(order.args["ifs"][0].args["true"], exp.Tuple):
        order.args["ifs"][0].set("true", struct(order.args["ifs"][0].args["true"]))
    elif isinstance(order, exp.Tuple):
        order = struct(order)
    there = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null()))
    return type(node)(this=node.this, expression=exp.case().when(there, order))


def struct(row: exp.Tuple) -> exp.Expression:
    return exp.func("struct", *row.expressions, dialect="spark")


def functions(node: exp.Expression) -> exp.Expression:
    """Functions by name. A TIMESTAMP of Spark is an instant, and its session's clocks are UTC's."""
    name, given = node.name.lower(), node.expressions
    if name == "epoch_us":
        return exp.func("unix_micros", *given)
    if name == "isfinite":  # asked only before a float is written as text
        raise Untranslatable(FLOATS)
    if name == "error":
        return exp.func("raise_error", *given)
    if name == "make_timestamptz":
        return exp.func("timestamp_micros", *given)
    if name == "to_json":
        return json_object(*given) if isinstance(given[0], exp.Struct) else json_value(*given)
    if name == "timezone":
        return at_zone(*given)
    return node


def whole_matches(node: exp.Expression) -> exp.Expression:
    """`$` would allow a line end after the match."""
    whole = exp.Literal.string(rf"\A(?:{node.expression.name})\z")
    return exp.RegexpLike(this=node.this, expression=whole)


def json_object(row: exp.Expression) -> exp.Expression:
    """`to_json({a: x})`; a value that is JSON already goes in as it is."""
    if not row.expressions:
        raise Untranslatable(row.sql())
    pieces: list[exp.Expression] = []
    for pair in row.expressions:
        before = "," if pieces else "{"
        key = json.dumps(pair.this.name, ensure_ascii=False)
        pieces += [exp.Literal.string(f"{before}{key}:"), json_value(pair.expression)]
    return exp.Anonymous(this="concat", expressions=[*pieces, exp.Literal.string("}")])


def json_value(value: exp.Expression) -> exp.Expression:
    """A value as JSON: what `to_json` makes of a list of it, without the list."""
    if isinstance(value, exp.Cast) and value.to.this == exp.DataType.Type.JSON:
        return exp.Anonymous(this="coalesce", expressions=[value.this, exp.Literal.string("null")])
    listed = exp.Anonymous(this="array", expressions=[value])
    text = exp.Anonymous(this="to_json", expressions=[listed])
    inner = exp.Sub(
        this=exp.Anonymous(this="length", expressions=[text.copy()]), expression=literal(2)
    )
    return exp.Anonymous(this="substring", expressions=[text, literal(2), inner])


def at_zone(zone: exp.Expression, value: exp.Expression) -> exp.Expression:
    """The instant of a local time, or the local time of an instant."""
    if isinstance(value, exp.Cast):
        return exp.func("to_utc_timestamp", value, zone)
    if isinstance(value, exp.UnixToTime):
        return value if zone.name == "UTC" else exp.func("from_utc_timestamp", value, zone)
    raise Untranslatable(f"a time zone of {value.sql()}")


def types(node: exp.Expression) -> exp.Expression:
    if node.this in (exp.DataType.Type.TIMESTAMP, exp.DataType.Type.TIMESTAMPNTZ):
        return exp.DataType(this=exp.DataType.Type.TIMESTAMPTZ)
    if node.this in (exp.DataType.Type.INT128, exp.DataType.Type.UBIGINT):
        return exp.DataType.build("DECIMAL(38, 0)")
    return node


def maps(node: exp.Expression) -> exp.Expression:
    """`MAP {'a': x}`."""
    if not isinstance(node.this, exp.Struct):
        raise Untranslatable(node.sql())
    cells: list[exp.Expression] = []
    for pair in node.this.expressions:
        key = exp.Literal.string(pair.this.name) if is_name(pair.this) else pair.this
        cells += [key, pair.expression]
    return exp.Anonymous(this="map", expressions=cells)


def is_name(key: exp.Expression) -> bool:
    return isinstance(key, exp.Identifier)


def inlined(node: exp.Expression) -> exp.Expression:
    """Spark has no word for a common table expression that is computed once."""
    node.set("materialized", None)
    return node


def intervals(node: exp.Expression) -> exp.Expression:
    """`INTERVAL (-3) MONTH`."""
    count = number(node.this.unnest())
    if count is None:
        raise Untranslatable(node.sql())
    return exp.Interval(this=exp.Literal.string(str(count)), unit=node.args["unit"])


def one_of_one(node: exp.Expression) -> exp.Expression:
    """`greatest(a)`: Spark wants two."""
    return node if node.expressions else node.this


def lengths(node: exp.Expression) -> exp.Expression:
    """`len` of a list; of a text it is the same in both."""
    return exp.func("size", node.this) if isinstance(node.this, exp.ArrayFilter) else node


def tries(node: exp.Expression) -> exp.Expression:
    """`TRY(CAST(a * b AS t))`: null where it overflows."""
    cast = node.this
    if not isinstance(cast, exp.Cast):
        raise Untranslatable(node.sql())
    value = cast.this
    if isinstance(value, exp.Mul):
        value = exp.func("try_multiply", value.this, value.expression)
    return exp.TryCast(this=value, to=cast.to, safe=True)


def parts_of_texts(node: exp.Expression) -> exp.Expression:
    """`text[-6:]` and `text[2]`; sqlglot has moved a single index by one."""
    (at,) = node.expressions
    if isinstance(at, exp.Slice):
        start, end = number(at.this), number(at.expression)
        if start is None:
            raise Untranslatable(node.sql())
        length = [] if end is None else [literal(end - start + 1)]
        return exp.func("substring", node.this, literal(start), *length)
    index = number(at)
    if index is None:
        return node
    return exp.func("substring", node.this, literal(index + 1), literal(1))


def number(node: exp.Expression | None) -> int | None:
    try:
        return None if node is None else int(node.sql())
    except ValueError:
        return None


def literal(value: int) -> exp.Expression:
    if value < 0:
        return exp.Neg(this=exp.Literal.number(-value))
    return exp.Literal.number(value)


REWRITES: dict[type[exp.Expression], Callable[[Any], exp.Expression]] = {
    exp.Anonymous: functions,
    exp.ArgMax: best_rows,
    exp.ArgMin: best_rows,
    exp.Bracket: parts_of_texts,
    exp.CTE: inlined,
    exp.DataType: types,
    exp.Exists: exists_as_value,
    exp.Greatest: one_of_one,
    exp.Interval: intervals,
    exp.Join: asof_joins,
    exp.Least: one_of_one,
    exp.Length: lengths,
    exp.RegexpFullMatch: whole_matches,
    exp.ToMap: maps,
    exp.Try: tries,
    exp.Window: numbered_anyhow,
}
