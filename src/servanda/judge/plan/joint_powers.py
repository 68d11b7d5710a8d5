"""Joint powers: in effect while every holder has used them."""

from __future__ import annotations

from servanda.judge.plan.sql import FOR_GOOD

AIM = "grp, size, clause, of_, towards, which"
LEVELS = ("level = 2", "level >= 1", "level = 0")  # surely, possibly, only so by a vague term
ONE = ("{0} > 0", "{1} > 0", "{0} <= 0 AND {1} > 0 AND {2} > 0")
ALL = ("{0} = size", "{1} = size", "{0} < size AND {1} = size AND {2} > 0")


def joined(groups: list[list[int]], inst: str) -> str:
    """What all who hold a power together (groups of rule numbers) did with it, from `parts`: what
    each did; for the instances of `inst`."""
    members = ", ".join(
        f"({g}, {n}, {len(group)})" for g, group in enumerate(groups) for n in group
    )
    return f"""
      WITH m(grp, rule, size) AS (VALUES {members}),
      iv AS (SELECT m.grp, m.size, p.rule AS member, clause, of_, towards, keys, map_entries(keys) AS which,
                    f, u, level, entry
             FROM parts p JOIN m USING (rule) WHERE f < u),
      {by_all()}
      SELECT m.rule, i.iid, s.entry, s.clause, s.of_, s.towards, s.keys, NULL::VARCHAR AS holder, s.f, s.u, s.level
      FROM shared s JOIN m USING (grp) JOIN {inst} i ON i.rule = m.rule"""


def by_all() -> str:
    """`shared`: when all members have used a power to one aim, from `iv`, each use of each.

    How many uses of a member are in effect, hence how many members cover the aim, hence whether all.
    """
    moved = [f"sum(CASE WHEN {at} THEN n ELSE 0 END) AS d{k}" for k, at in enumerate(LEVELS)]
    begun = [f"min(CASE WHEN {at} THEN entry END) AS by{k}" for k, at in enumerate(LEVELS[:2])]
    turned = [
        f"sum(CAST({after} AS INTEGER) - CAST({before} AS INTEGER)) AS d{k}"
        for k, (after, before) in enumerate(zip(*turning(ONE), strict=True))
    ]
    ways = zip((2, 1, 0), *turning(ALL), ("by0", "by1", "NULL"), strict=True)
    held = " UNION ALL ".join(
        f"SELECT {AIM}, keys, t, {level} AS level, {entry} AS entry, {after} AS held, {before} AS was FROM course"
        for level, after, before, entry in ways
    )
    totals = ", ".join(f"sum(d{k}) OVER w AS n{k}" for k in range(3))
    so_far = "ORDER BY t ROWS UNBOUNDED PRECEDING"
    return f"""
      edges AS (SELECT {AIM}, member, keys, f AS t, level, entry, 1 AS n FROM iv
                UNION ALL SELECT {AIM}, member, keys, u, level, NULL, -1 FROM iv WHERE u < {FOR_GOOD}),
      steps AS (SELECT {AIM}, member, t, any_value(keys) AS keys, {", ".join(moved + begun)}
                FROM edges GROUP BY {AIM}, member, t),
      uses AS (SELECT *, {totals} FROM steps WINDOW w AS (PARTITION BY {AIM}, member {so_far})),
      turns AS (SELECT {AIM}, t, any_value(keys) AS keys, {", ".join(turned)}, min(by0) AS by0, min(by1) AS by1
                FROM uses GROUP BY {AIM}, t),
      course AS (SELECT *, {totals} FROM turns WINDOW w AS (PARTITION BY {AIM} {so_far})),
      shared AS (SELECT {AIM}, keys, entry, t AS f, u, level
                 FROM (SELECT *, coalesce(lead(t) OVER (PARTITION BY {AIM}, level ORDER BY t), {FOR_GOOD}) AS u
                       FROM ({held}) WHERE held <> was)
                 WHERE held)"""


def turning(held: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Each condition on the totals: after the step, and before it."""
    after = [f"n{k}" for k in range(3)]
    before = [f"(n{k} - d{k})" for k in range(3)]
    return [h.format(*after) for h in held], [h.format(*before) for h in held]
