"""Where conditions turned, and the facts that turned them: docs/meaning.md, 8."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from servanda.judge.engines.duckdb import Tables
from servanda.judge.plan.conditions import Atoms, Conditions, joined, narrowed
from servanda.judge.plan.sql import compares_variables, matches, named, quoted, scalar
from servanda.semantics.norms import (
    Always,
    And,
    Arith,
    Compare,
    Cond,
    Expr,
    Happened,
    InState,
    IsVague,
    Match,
    MeasureChange,
    MeasureReading,
    Not,
    Or,
    Rule,
    RuleStatus,
    Total,
    Within,
    excuse_of,
)

BEGIN = "s.rule, s.iid, s.f"
BeginsOf = Callable[[Iterable[str]], str | None]
"""Where the spans of some rules begin, `(rule, iid, f, debtor)`; None: they have none."""


class Turns:
    """Where the conditions of a rule, and their parts, are not the same before and after."""

    def __init__(
        self,
        tables: Tables,
        conditions: Conditions,
        begins_of: BeginsOf,
        inst_of: Callable[[str], str],
        *,
        conds: list[Cond],
        inst: str,
        key: str,
        tiered: bool,
    ) -> None:
        """`key`: the column of the beginnings that holds the instance's number in `inst`; `tiered`:
        readings are of several tiers."""
        self.tables = tables
        self.conditions = conditions
        self.begins_of = begins_of
        self.inst_of = inst_of
        self.inst = inst
        self.key = key
        self.tiered = tiered
        self.nodes: list[Cond] = []
        self.leaves = [leaf for cond in conds for leaf in leaves(cond, ())]

    def make(self, table: str, begins: str) -> bool:
        """The beginnings with a column for each part: whether it turned. False: nothing can."""
        if not self.leaves:
            return False
        atoms = Atoms(self.conditions, self.inst)
        self.nodes = list(dict.fromkeys(node for path, _ in self.leaves for node in path))
        cells = []
        for n, node in enumerate(self.nodes):
            value, undecided = atoms.condition(node)
            cells.append(f"{value} AS v{n}, ({undecided}) AS u{n}")
        if not atoms.sources:
            return False
        varied = any(map(compares_variables, self.nodes))
        whose = f" JOIN {self.inst} i ON i.iid = f.iid" if varied else ""
        turned = [f"(a.v{n} <> z.v{n} OR a.u{n} <> z.u{n})" for n in range(len(self.nodes))]
        flags = ", ".join(f"{test} AS m{n}" for n, test in enumerate(turned))
        self.tables.create(
            f"{table}_v",
            f"SELECT f.iid, f.t, {', '.join(cells)} FROM ({atoms.timeline()}) f{whose}",
        )
        self.tables.create(
            table,
            f"""SELECT s.*, {flags} FROM {begins} s
                ASOF JOIN {table}_v a ON a.iid = {self.key} AND s.before >= a.t
                ASOF JOIN {table}_v z ON z.iid = {self.key} AND s.after >= z.t
                WHERE {" OR ".join(turned)}""",
        )
        return table not in self.tables.empty

    def facts(self, table: str, edges: list[str]) -> Iterator[str]:
        """SELECTs of the entries that turned each part."""
        for path, leaf in self.leaves:
            tests = " AND ".join(f"s.m{self.nodes.index(node)}" for node in path)
            yield from self.facts_of(leaf, f"(SELECT * FROM {table} s WHERE {tests})", edges)

    def facts_of(self, leaf: Cond, turned: str, edges: list[str]) -> Iterator[str]:
        """The same for one part, of beginnings at which it turned."""
        of = f"FROM {turned} s JOIN {self.inst} i ON i.iid = {self.key}"
        if isinstance(leaf, RuleStatus):
            self.follow(leaf, of, edges)
        for source, test in self.changes(leaf):
            yield f"""
              SELECT {BEGIN}, e.entry, false AS act {of}
              JOIN ({source}) e ON e.came = (s.f >> 6) AND {test}"""

    def follow(self, leaf: RuleStatus, of: str, edges: list[str]) -> None:
        whose = narrowed(leaf, "o")
        begins = self.begins_of(leaf.rules)
        if begins is None:
            return
        other = f"JOIN {begins} o ON o.f = s.f AND {whose}"
        if leaf.joins:
            inst = self.inst_of(leaf.rules[0])
            other += f" JOIN {inst} p ON p.iid = o.iid AND {joined(leaf, 'p')}"
        edges.append(f"SELECT {BEGIN}, o.rule AS other, o.iid AS other_iid {of} {other}")

    def changes(self, leaf: Cond) -> Iterator[tuple[str, str]]:
        """`(entry, came, …)`: the facts that a condition reads, with the microseconds at which they
        come or cease to count; and the test that one is of instance `i`."""
        if isinstance(leaf, InState):
            yield from self.state(leaf.match)
        elif isinstance(leaf, IsVague):
            table = named("said_", leaf.match.name)
            if table not in self.tables.empty:
                by = ", ".join(map(quoted, self.conditions.vagues[leaf.match.name].deciders))
                told = f"SELECT * FROM {table} WHERE by_ IN ({by or 'NULL'})"
                yield ticks(f"({told})", None), matches(leaf.match)
        elif isinstance(leaf, Happened):
            yield from self.counted(leaf.match, leaf.window, "true")
        elif isinstance(leaf, Compare):
            for number in numbers_in(leaf):
                if isinstance(number, Total):
                    since = "true" if number.window is not None else "e.fin > i.since"
                    yield from self.counted(number.match, number.window, since)
                elif isinstance(number, MeasureReading | MeasureChange):
                    yield from self.read(number)

    def counted(self, match: Match, window: int | None, since: str) -> Iterator[tuple[str, str]]:
        event = named("ev_", match.name)
        if event not in self.tables.empty:
            once = self.conditions.at_once(match.name)
            yield ticks(event, window, once), f"{matches(match)} AND {since}"

    def read(self, number: MeasureReading | MeasureChange) -> Iterator[tuple[str, str]]:
        if "readings" in self.tables.empty:
            return
        window = number.window if isinstance(number, MeasureChange) else None
        measure = self.conditions.measures[number.measure]
        own = ticks(f"(SELECT * FROM readings WHERE measure = {measure})", window)
        if self.tiered:
            best = f"""SELECT *, min(tier) OVER (PARTITION BY "of", came) AS best FROM ({own})"""
            own = f"SELECT * FROM ({best}) WHERE tier = best"
        yield own, "true" if number.of is None else f'e."of" = {scalar(number.of)}'

    def state(self, match: Match) -> Iterator[tuple[str, str]]:
        state = self.conditions.states[match.name]
        for change in state.changes:
            event = named("ev_", change.name)
            if event in self.tables.empty:
                continue
            bound = {a.variable: named("p_", a.param) for a in change.args if a.op == "bind"}
            keys = "".join(f", e.{bound[p.name]} AS {named('p_', p.name)}" for p in state.params)
            is_span = change is state.held
            hi = "e.fin AS hi" if is_span else "e.hi"
            own = f"(SELECT e.entry, e.lo, {hi}{keys} FROM {event} e WHERE {matches(change)})"
            once = not is_span and self.conditions.at_once(change.name)
            yield ticks(own, None, once), matches(match)


def ticks(table: str, window: int | None, once: bool = False) -> str:
    """Facts by each instant (in microseconds) at which they come, or leave a window so long."""
    found = ["e.lo >> 6"] if once else ["e.lo >> 6", "e.hi >> 6"]
    if window is not None:
        found += [f"({at}) + {window}" for at in found]
    if len(found) == 1:
        return f"SELECT e.*, {found[0]} AS came FROM {table} e"
    return f"SELECT e.*, unnest([{', '.join(found)}]) AS came FROM {table} e"


# ------------------------------------------------------------------ what conditions consist of
def conditions_of(rule: Rule) -> list[Cond]:
    """The conditions that a rule reads during its whole window."""
    conds = (rule.keep, rule.while_, excuse_of(rule))
    return [cond for cond in conds if cond is not None and not isinstance(cond, Always)]


def leaves(cond: Cond, above: tuple[Cond, ...]) -> Iterator[tuple[tuple[Cond, ...], Cond]]:
    """The parts that speak of facts, each with the conditions it stands in, itself included."""
    path = (*above, cond)
    if isinstance(cond, And | Or):
        for item in cond.items:
            yield from leaves(item, path)
    elif isinstance(cond, Not):
        yield from leaves(cond.item, path)
    elif not isinstance(cond, Always | Within):
        yield path, cond


def statuses_in(cond: Cond) -> Iterator[str]:
    for _, leaf in leaves(cond, ()):
        if isinstance(leaf, RuleStatus):
            yield from leaf.rules


def numbers_in(cond: Compare) -> Iterator[Expr]:
    waiting: list[Expr] = [cond.left, cond.right]
    while waiting:
        number = waiting.pop()
        yield number
        if isinstance(number, Arith):
            waiting += [number.left, number.right]
