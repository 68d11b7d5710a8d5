"""Columns of a query in order, to translate `SELECT * REPLACE`, which Spark lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

Known = Mapping[str, tuple[str, ...]]


class Columns:
    """The columns of queries over tables whose columns are known (by their names in lower case)."""

    def __init__(self, tables: Known) -> None:
        self.tables = tables

    def of(self, query: exp.Expression, ctes: Known) -> tuple[str, ...]:
        """The columns of a SELECT, a UNION, or what stands in a FROM."""
        ctes = self.with_own(query, ctes)
        if isinstance(query, exp.Subquery):
            return renamed(query, self.of(query.this, ctes))
        if isinstance(query, exp.SetOperation):
            left = self.of(query.this, ctes)
            if not query.args.get("by_name"):
                return left
            return left + tuple(c for c in self.of(query.expression, ctes) if c not in left)
        if isinstance(query, exp.Table):
            name = query.name.lower()
            return renamed(query, ctes[name] if name in ctes else self.tables[name])
        if isinstance(query, exp.Select):
            return tuple(self.projected(query, ctes))
        return renamed(query, ())  # VALUES: its alias names them

    def with_own(self, query: exp.Expression, ctes: Known) -> Known:
        """The common table expressions that a query sees: those around it, then its own."""
        written = query.args.get("with_")
        found = dict(ctes)
        for each in written.expressions if written is not None else ():
            found[each.alias.lower()] = renamed(each, self.of(each.this, found))
        return found

    def projected(self, select: exp.Select, ctes: Known) -> Iterator[str]:
        for item in select.expressions:
            star = star_of(item)
            if star is None:
                yield item.alias_or_name
                continue
            left_out = {e.name.lower() for e in star.args.get("except_") or ()}
            for name in self.starred(select, item, ctes):
                if name.lower() not in left_out:
                    yield name

    def starred(self, select: exp.Select, item: exp.Expression, ctes: Known) -> tuple[str, ...]:
        """What `*` or `i.*` stands for, before anything is left out."""
        if isinstance(item, exp.Column):
            source = next(s for s in sources(select) if s.alias_or_name == item.table)
            return self.of(source, ctes)
        found: list[str] = []
        for source in sources(select):
            found += [name for name in self.of(source, ctes) if not joined_on(source, name)]
        return tuple(found)


def star_of(item: exp.Expression) -> exp.Star | None:
    found = item.this if isinstance(item, exp.Column) else item
    return found if isinstance(found, exp.Star) else None


def sources(select: exp.Select) -> list[exp.Expression]:
    """What stands in the FROM of a SELECT, in order."""
    first = select.args.get("from_")
    joins = select.args.get("joins") or ()
    return ([first.this] if first is not None else []) + [join.this for join in joins]


def joined_on(source: exp.Expression, name: str) -> bool:
    """The column is one that USING has already given."""
    join = source.parent
    using = join.args.get("using") or () if isinstance(join, exp.Join) else ()
    return name.lower() in {each.name.lower() for each in using}


def renamed(source: exp.Expression, own: tuple[str, ...]) -> tuple[str, ...]:
    """The columns under the names that an alias gives them."""
    alias = source.args.get("alias")
    given = tuple(c.name for c in alias.args.get("columns") or ()) if alias is not None else ()
    return given + own[len(given) :]
