"""Queries on many records at once: every table has a column for the record, every row stays in its own.

`lifted(query)` finds what the query finds in each record alone. The plan's cost is its planning, so
two hundred records in one run cost little more than one. The rewriting is of DuckDB's own syntax
tree, so that what is run is the plan's own SQL; tests/judge/test_mixed.py compares it with the plan
on a record alone.
"""

from __future__ import annotations

import json
from typing import Any

import duckdb

RECORD = "__record"
RECORDS = "__records"
Node = dict[str, Any]
AGGREGATES = {
    "min", "max", "sum", "count", "count_star", "bool_or", "bool_and", "arg_max", "arg_min",
    "list", "string_agg", "any_value", "first", "last",
}  # fmt: skip


EXPRESSIONS = ("select_list", "where_clause", "group_expressions", "having", "qualify")


class CannotLift(Exception):
    """A query whose rows of one record cannot be told from those of another."""


def parsed(connection: duckdb.DuckDBPyConnection, query: str) -> Node:
    (text,) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [query]).fetchone()  # type: ignore[misc]
    tree = json.loads(text)
    if tree.get("error"):
        raise CannotLift(f"{tree.get('error_message')}: {query}")
    found: Node = tree
    return found


def lifted(
    connection: duckdb.DuckDBPyConnection, query: str, alike: frozenset[str], whole: bool = False
) -> str:
    """The query with a last column RECORD; `alike`: the tables that all records share. `whole`: of
    what is worked out from all rows, a record without any has no row."""
    tree = parsed(connection, query)
    for statement in tree["statements"]:
        Lifting(alike, whole).query(statement["node"], frozenset(), forced=True)
    (text,) = connection.execute(
        "SELECT json_deserialize_sql(?::JSON)", [json.dumps(tree)]
    ).fetchone()  # type: ignore[misc]
    return str(text)


class Lifting:
    def __init__(self, alike: frozenset[str], whole: bool = False) -> None:
        self.alike = alike
        self.whole = whole
        self.names = 0

    # -------------------------------------------------------------- what hangs on the record
    def reads(self, node: Any, ctes: frozenset[str]) -> bool:
        """Whether a part of a query reads a table of records; `ctes`: those that do not."""
        if isinstance(node, list):
            return any(self.reads(each, ctes) for each in node)
        if not isinstance(node, dict):
            return False
        if node.get("type") == "BASE_TABLE":
            return node["table_name"] not in self.alike | ctes
        if node.get("class") == "COLUMN_REF":
            return node["column_names"][-1] == RECORD
        own = ctes
        for cte in node.get("cte_map", {}).get("map", ()):
            own = (
                own - {cte["key"]}
                if self.reads(cte["value"]["query_node"], own)
                else own | {cte["key"]}
            )
        return any(self.reads(v, own) for k, v in node.items() if k != "cte_map")

    # -------------------------------------------------------------- queries
    def query(
        self, node: Node, ctes: frozenset[str], *, outer: Node | None = None, forced: bool = False
    ) -> bool:
        """Lift a query node in place; whether it was. `outer`: of a subquery in an expression, the
        record of the row it is asked for. `ctes`: names of those without records."""
        for cte in node.get("cte_map", {}).get("map", ()):
            there = self.query(cte["value"]["query_node"], ctes)
            ctes = ctes - {cte["key"]} if there else ctes | {cte["key"]}
        if node["type"] == "SET_OPERATION_NODE":
            there = [
                self.query(child, ctes, outer=outer, forced=forced) for child in node["children"]
            ]
            if any(there):
                for child, lifted_ in zip(node["children"], there, strict=True):
                    if not lifted_:
                        self.query(child, ctes, outer=outer, forced=True)
                self.modifiers(node, None, outer)
            return any(there)
        if node["type"] != "SELECT_NODE":
            raise CannotLift(node["type"])
        return self.select(node, ctes, outer, forced)

    def select(self, node: Node, ctes: frozenset[str], outer: Node | None, forced: bool) -> bool:
        wheres: list[Node] = []
        own = self.source(node["from_table"], ctes, wheres)
        if not own and not forced and not self.reads([node.get(key) for key in EXPRESSIONS], ctes):
            return False
        if not own:
            node["from_table"], own = crossed(self.records(), node["from_table"])
        mine = column(own[0])
        for key in EXPRESSIONS:
            self.expression(node.get(key), mine, ctes, set(own))
        self.modifiers(node, mine, outer)
        if outer is not None:
            wheres.append(equal(column(own[0]), outer))
        for test in wheres:
            there = node.get("where_clause")
            node["where_clause"] = both(there, test) if there else test
        if outer is not None:
            return True
        every = node.get("aggregate_handling") == "FORCE_AGGREGATES"
        grouped = node.get("group_expressions") or []
        if grouped:
            node["group_expressions"] = [*grouped, column(own[0])]
            node["group_sets"] = [[*each, len(grouped)] for each in node["group_sets"]]
        elif not every and any(aggregates(item) for item in node["select_list"]):
            if not self.whole:
                raise CannotLift("an aggregate of everything")
            node["group_expressions"], node["group_sets"] = [column(own[0])], [[0]]
        node["select_list"] = [*node["select_list"], column(own[0]) | {"alias": RECORD}]
        return True

    def modifiers(self, node: Node, mine: Node | None, outer: Node | None) -> None:
        for each in node.get("modifiers", ()):
            if each["type"] == "LIMIT_MODIFIER" and outer is None:
                raise CannotLift("a limit")
            if each["type"] == "DISTINCT_MODIFIER" and each["distinct_on_targets"]:
                assert mine is not None
                each["distinct_on_targets"].append(dict(mine))

    # -------------------------------------------------------------- sources
    def source(self, node: Node, ctes: frozenset[str], wheres: list[Node]) -> list[str]:
        """Lift what stands after FROM; the names of those with records, first one that all rows have."""
        kind = node["type"]
        if kind == "BASE_TABLE":
            if node["table_name"] in self.alike | ctes:
                return []
            return [node.get("alias") or node["table_name"]]
        if kind == "SUBQUERY":
            there = self.query(node["subquery"]["node"], ctes)
            if not there:
                return []
            node["alias"] = node.get("alias") or self.name()
            if node.get("column_name_alias"):
                node["column_name_alias"] = [*node["column_name_alias"], RECORD]
            return [node["alias"]]
        if kind == "JOIN":
            return self.join(node, ctes, wheres)
        if kind in ("EMPTY", "EXPRESSION_LIST", "TABLE_FUNCTION"):
            return []
        raise CannotLift(kind)

    def join(self, node: Node, ctes: frozenset[str], wheres: list[Node]) -> list[str]:
        left = self.source(node["left"], ctes, wheres)
        right = self.source(node["right"], ctes, wheres)
        if node.get("condition") and left:
            self.expression(node["condition"], column(left[0]), ctes, {*left, *right})
        if node["join_type"] in ("SEMI", "ANTI"):
            if left and right:
                self.tie(node, left, right, wheres)
            return left
        if not left and right and node["join_type"] == "LEFT":
            node["left"], left = crossed(self.records(), node["left"])
        if left and right:
            self.tie(node, left, right, wheres)
        return left + right

    def tie(self, node: Node, left: list[str], right: list[str], wheres: list[Node]) -> None:
        """The two sides of a join are of one record."""
        test = equal(column(left[0]), column(right[0]))
        if node["ref_type"] == "CROSS":
            node["ref_type"], node["is_implicit"], node["condition"] = "REGULAR", False, test
        elif node.get("using_columns"):
            merged = is_merged(node["left"])
            if len(left) == 1 or merged:
                node["using_columns"] = [*node["using_columns"], RECORD]
            elif node["join_type"] == "INNER":
                wheres.append(test)
            else:
                raise CannotLift("an outer join USING a column beside several tables")
        elif node.get("condition"):
            node["condition"] = both(test, node["condition"])
        else:
            raise CannotLift(f"a join {node['ref_type']}")

    def records(self) -> Node:
        return {
            "type": "BASE_TABLE", "alias": self.name(), "sample": None, "table_name": RECORDS,
            "schema_name": "", "catalog_name": "", "column_name_alias": [],
            "qualified_name": {"path": [RECORDS]}, "at_clause": None,
        }  # fmt: skip

    def name(self) -> str:
        self.names += 1
        return f"__q{self.names}"

    # -------------------------------------------------------------- expressions
    def expression(self, node: Any, mine: Node, ctes: frozenset[str], own: set[str]) -> None:
        if isinstance(node, list):
            for each in node:
                self.expression(each, mine, ctes, own)
            return
        if not isinstance(node, dict):
            return
        kind = node.get("class")
        if kind == "SUBQUERY":
            self.expression(node.get("child"), mine, ctes, own)
            self.query(node["subquery"]["node"], ctes, outer=dict(mine))
            return
        for value in node.values():
            self.expression(value, mine, ctes, own)
        if kind == "WINDOW":
            node["partitions"] = [*node.get("partitions", ()), dict(mine)]
        if kind == "STAR" and not node.get("columns"):
            relation = node.get("relation_name")
            if not relation or relation in own:
                node["exclude_list"] = [*node.get("exclude_list", ()), RECORD]


def is_merged(left: Node) -> bool:
    """Whether all that stands left of a join has one record column, by USING."""
    if left["type"] != "JOIN":
        return True
    return RECORD in (left.get("using_columns") or ()) and is_merged(left["left"])


def aggregates(node: Any) -> bool:
    if isinstance(node, list):
        return any(map(aggregates, node))
    if not isinstance(node, dict) or node.get("class") in ("WINDOW", "SUBQUERY"):
        return False
    if node.get("class") == "FUNCTION" and node["function_name"] in AGGREGATES:
        return True
    return any(aggregates(v) for v in node.values())


def column(table: str) -> Node:
    return {
        "class": "COLUMN_REF",
        "type": "COLUMN_REF",
        "alias": "",
        "column_names": [table, RECORD],
    }


def equal(left: Node, right: Node) -> Node:
    return {
        "class": "COMPARISON",
        "type": "COMPARE_EQUAL",
        "alias": "",
        "left": dict(left),
        "right": dict(right),
    }


def both(one: Node, other: Node) -> Node:
    return {
        "class": "CONJUNCTION",
        "type": "CONJUNCTION_AND",
        "alias": "",
        "children": [one, other],
    }


def crossed(records: Node, other: Node) -> tuple[Node, list[str]]:
    """What stands after FROM for every record, and the name of the table of records."""
    if other["type"] == "EMPTY":
        return records, [records["alias"]]
    joined = {
        "type": "JOIN", "alias": "", "sample": None, "left": records, "right": other, "condition": None,
        "join_type": "INNER", "ref_type": "CROSS", "is_implicit": False, "using_columns": [],
        "delim_flipped": False, "duplicate_eliminated_columns": [], "nearest_count": 1,
        "nearest_order_type": "ASCENDING", "column_name_alias": [],
    }  # fmt: skip
    return joined, [records["alias"]]
