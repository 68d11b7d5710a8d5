"""Step functions (see steps.py) from intervals, and several of them on one timeline."""

from __future__ import annotations

from servanda.judge.plan.sql import FOR_GOOD, SINCE_EVER

# The tick at which a row of a timeline ends.
UNTIL_NEXT = f"lead(t, 1, {FOR_GOOD}) OVER (PARTITION BY iid ORDER BY t)"
Sources = dict[tuple[str, ...], str]
"""SELECTs of `(iid, t, …)`, by the names of the columns that each has."""


def counted(intervals: str, inst: str, undecided: bool = False) -> str:
    """The `or` of intervals `(iid, f, u, level)`: level 2 surely, level 1 possibly.

    Level 0 marks possible stretches that a vague term leaves open; `undecided` adds them as `und`.
    Only true changes come out: a point where nothing changes would never reach a fixpoint.
    """
    value = "CASE WHEN {a} > 0 THEN 2 WHEN {b} > 0 THEN 1 ELSE 0 END"
    vague = "({a} <= 0 AND {b} > 0 AND {c} > 0)"
    told = {"val": value} | ({"und": vague} if undecided else {})
    columns = ", ".join(f"{sql.format(a='a', b='b', c='c')} AS {n}" for n, sql in told.items())
    changed = " OR ".join(
        f"{sql.format(a='a', b='b', c='c')} <> {sql.format(a='a - d_a', b='b - d_b', c='c - d_c')}"
        for sql in told.values()
    )
    sums = {"a": "level = 2", "b": "level >= 1"} | ({"c": "level = 0"} if undecided else {})
    moved = ", ".join(f"sum(CASE WHEN {t} THEN n ELSE 0 END) AS d_{n}" for n, t in sums.items())
    course = ", ".join(f"sum(d_{n}) OVER w AS {n}" for n in sums)
    return f"""
      WITH iv AS ({intervals}),
      d AS (SELECT iid, f AS t, level, 1 AS n FROM iv WHERE f < u
            UNION ALL SELECT iid, u, level, -1 FROM iv WHERE f < u AND u < {FOR_GOOD}
            UNION ALL SELECT i.iid, {SINCE_EVER}, 0, 0 FROM {inst} i),
      s AS (SELECT iid, t, {moved} FROM d GROUP BY iid, t),
      c AS (SELECT *, {course} FROM s
            WINDOW w AS (PARTITION BY iid ORDER BY t ROWS UNBOUNDED PRECEDING))
      SELECT iid, t, {columns} FROM c WHERE t <= {SINCE_EVER} OR {changed}"""


def at_tick(steps: str, inst: str, tick: str, undecided: bool = False) -> str:
    """`(iid, val)` of a step function at a tick of each instance (and `und`, if it has that)."""
    und = ", coalesce(arg_max(s.und, s.t), false) AS und" if undecided else ""
    return f"""
      SELECT i.iid, coalesce(arg_max(s.val, s.t), 0) AS val{und}
      FROM {inst} i LEFT JOIN ({steps}) s ON s.iid = i.iid AND s.t <= {tick}
      GROUP BY i.iid"""


def only(name: str, steps: str) -> str:
    """The timeline of one step function alone."""
    return f"SELECT iid, t, val AS {name} FROM ({steps})"


def merged(
    columns: dict[str, str],
    inst: str,
    others: Sources | None = None,
    whole: bool = False,
    ended: bool = False,
) -> str:
    """One timeline `(iid, t, …)` of several step functions, filled forward; `ended`: with the tick
    `u` at which each row ends.

    `columns` are step functions with `val`, by the name of their column; `others` are SELECTs
    that have several columns already. `whole`: each has the beginning of time for every instance.
    """
    sources: Sources = dict(others or {})
    until = f", {UNTIL_NEXT} AS u" if ended else ""
    if whole and len(sources) + len(columns) == 1:
        (line,) = [*sources.values(), *(only(*column) for column in columns.items())]
        return f"SELECT *{until} FROM ({line})" if ended else line
    for name, sql in columns.items():
        sources[name,] = f"SELECT iid, t, val AS {name} FROM ({sql})"
    if not sources:
        return (
            f"SELECT i.iid, {SINCE_EVER} AS t{f', {FOR_GOOD} AS u' if ended else ''} FROM {inst} i"
        )
    names = [name for own in sources for name in own]
    nothing = ", ".join(f"NULL::INTEGER AS {n}" for n in names)
    parts = [f"SELECT i.iid, {SINCE_EVER} AS t, {nothing} FROM {inst} i"]
    for own, sql in sources.items():
        cells = ", ".join(n if n in own else f"NULL::INTEGER AS {n}" for n in names)
        parts.append(f"SELECT iid, t, {cells} FROM ({sql})")
    grouped = ", ".join(f"max({name}) AS {name}" for name in names)
    filled = ", ".join(
        f"coalesce(last_value({name} IGNORE NULLS) OVER w, 0)::INTEGER AS {name}" for name in names
    )
    return f"""
      SELECT iid, t, {filled}{until} FROM (SELECT iid, t, {grouped} FROM (
        {" UNION ALL ".join(parts)}) GROUP BY iid, t)
      WINDOW w AS (PARTITION BY iid ORDER BY t ROWS UNBOUNDED PRECEDING)"""


def valued(steps: list[str], name: str, undecided: bool) -> Sources:
    """Conditions as a source of `merged`: the value and, beside it (`undecided`), where a vague
    term leaves it open."""
    if not steps:
        return {}
    both = " UNION ALL ".join(steps)
    if not undecided:
        return {(name,): f"SELECT iid, t, val AS {name} FROM ({both})"}
    und = f"{name}_und"
    return {(name, und): f"SELECT iid, t, val AS {name}, und::INTEGER AS {und} FROM ({both})"}
