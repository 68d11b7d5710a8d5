"""`may …`: whether a power is open, and what its exercise does."""

from __future__ import annotations

from servanda.judge.plan.common import (
    GATE_COLUMNS,
    first_ticks,
    gate_sources,
    not_in_force,
    window_steps,
)
from servanda.judge.plan.steps import counted, merged
from servanda.judge.plan.text import FOR_GOOD, literal, matches, named, quoted
from servanda.language.core import Norms, Rule, Var

EFFECT_COLUMNS = (
    "iid BIGINT, entry VARCHAR, clause VARCHAR, of_ VARCHAR, towards VARCHAR, "
    "keys MAP(VARCHAR, VARCHAR), own VARCHAR, f BIGINT, u BIGINT, level INTEGER"
)


def timeline(inst: str, gates: str) -> str:
    """`(iid, t, win, overlays…, avail)`: open to exercise 2 surely, 1 possibly, 0 not."""
    line = merged({"win": window_steps(inst)}, inst, gate_sources(gates))
    return f"SELECT *, least(win, 2 - idle, 2 - ex) AS avail FROM ({line})"


def exercised(rule: Rule, norms: Norms, inst: str, line: str) -> str:
    """Record entries that use this power, with how surely it was open to them."""
    power = rule.power
    assert power is not None
    if power.verb in ("do", "determine"):
        return used(rule, inst, line)
    clauses = ", ".join(map(quoted, power.clauses)) or "NULL"
    tests = [f"x.verb = {quoted(power.verb)}", by_holder(rule, norms)]
    tests.append(f"(x.clause IN ({clauses}) OR (x.clause IS NULL AND {literal(power.verb)} = 'end_all'))")
    if power.amendment is not None:
        tests.append(f"x.amendment = {literal(power.amendment)}")
    if rule.creditor is not None:
        tests.append("(x.towards IS NULL OR x.towards = i.creditor)")
    own = "i.debtor" if power.verb == "suspend" and narrows(rule, norms) else "NULL::VARCHAR"
    return f"""
      SELECT i.iid, x.entry, x.clause, x.of_, coalesce(x.towards, i.creditor) AS towards, x.keys,
             {own} AS own, i.debtor AS holder, (x.lo >> 6) * 64 AS f_lo, (x.hi >> 6) * 64 AS f_hi,
             CASE WHEN i.sure AND x.sure THEN {open_at("x.hi")} ELSE least(1, {open_at("x.hi")}) END AS level
      FROM {inst} i JOIN exercises x ON {" AND ".join(tests)}
      ASOF JOIN {line} l ON l.iid = i.iid AND (x.hi >> 6) * 64 + 1 >= l.t
      ASOF JOIN {line} before ON before.iid = i.iid AND (x.hi >> 6) * 64 - 1 >= before.t"""


def open_at(_: str) -> str:
    """Conditions at phase 1 of the instant; what lies over the power, as it was before it."""
    return "least(l.avail, 2 - before.su, 2 - before.en)"


def by_holder(rule: Rule, norms: Norms) -> str:
    """The entry's actor is the holder, or a group that acts together and contains the holder."""
    if isinstance(rule.debtor, Var):
        return "x.by_ = i.debtor"
    holder = str(rule.debtor.value)
    names = {holder} | {g for g, members in norms.groups if holder in members}
    return f"x.by_ IN ({', '.join(map(quoted, sorted(names)))})"


def narrows(rule: Rule, norms: Norms) -> bool:
    """Whether the holder's own duties among the targets are told apart at run time only."""
    assert rule.power is not None
    targets = [r for r in norms.rules if r.id in rule.power.rules]
    return any(isinstance(r.debtor, Var) for r in targets) or isinstance(rule.debtor, Var)


def used(rule: Rule, inst: str, line: str) -> str:
    """A permission used: the first matching event while open."""
    assert rule.power is not None
    if rule.power.match is None or rule.power.verb == "determine":
        return f"SELECT * FROM (SELECT 0::BIGINT AS iid, NULL::VARCHAR AS entry, NULL::VARCHAR AS clause, NULL::VARCHAR AS of_, NULL::VARCHAR AS towards, MAP {{}}::MAP(VARCHAR, VARCHAR) AS keys, NULL::VARCHAR AS own, NULL::VARCHAR AS holder, 0::BIGINT AS f_lo, 0::BIGINT AS f_hi, 0 AS level) WHERE false"
    return f"""
      SELECT i.iid, e.entry, NULL::VARCHAR AS clause, NULL::VARCHAR AS of_, NULL::VARCHAR AS towards,
             MAP {{}}::MAP(VARCHAR, VARCHAR) AS keys, NULL::VARCHAR AS own, i.debtor AS holder,
             e.lo AS f_lo, e.hi AS f_hi,
             CASE WHEN i.sure AND e.sure THEN {open_at("e.hi")} ELSE least(1, {open_at("e.hi")}) END AS level
      FROM {inst} i JOIN {named("ev_", rule.power.match.name)} e ON {matches(rule.power.match)}
      ASOF JOIN {line} l ON l.iid = i.iid AND (e.hi >> 6) * 64 + 1 >= l.t
      ASOF JOIN {line} before ON before.iid = i.iid AND (e.hi >> 6) * 64 - 1 >= before.t"""


def effects(rule: Rule, norms: Norms, inst: str, line: str) -> str:
    """Intervals over which exercises lie, in the shape of EFFECT_COLUMNS."""
    power = rule.power
    assert power is not None
    found = exercised(rule, norms, inst, line)
    if power.verb != "suspend":
        return f"""
          SELECT iid, entry, clause, of_, towards, keys, own, f_hi AS f, {FOR_GOOD} AS u, level
          FROM ({found}) WHERE level > 0
          UNION ALL SELECT iid, entry, clause, of_, towards, keys, own, f_lo, {FOR_GOOD}, 1
          FROM ({found}) WHERE level > 0 AND f_lo < f_hi"""
    resumed = (
        "FROM exercises y WHERE y.verb = 'resume' AND y.by_ = s.holder AND y.clause = s.clause "
        "AND (y.lo >> 6) * 64 >= s.f_hi AND y.entry <> s.entry"
    )
    return f"""
      SELECT s.iid, entry, clause, of_, towards, keys, own,
             CASE WHEN n.level = 2 THEN f_hi ELSE f_lo END AS f,
             CASE WHEN n.level = 2 THEN least(
               coalesce((SELECT min((y.lo >> 6) * 64) {resumed}), {FOR_GOOD}),
               coalesce((SELECT min(l.t) FROM {line} l WHERE l.iid = s.iid AND l.t > s.f_hi + 1 AND l.idle >= 1), {FOR_GOOD}))
             ELSE least(
               coalesce((SELECT min((y.hi >> 6) * 64) {resumed} AND y.sure), {FOR_GOOD}),
               coalesce((SELECT min(l.t) FROM {line} l WHERE l.iid = s.iid AND l.t > s.f_hi + 1 AND l.idle = 2), {FOR_GOOD}))
             END AS u, n.level
      FROM (SELECT * FROM ({found}) WHERE level > 0) s, (VALUES (1), (2)) n(level)
      WHERE n.level <= s.level"""


def joint(tables: list[str], count: int, iid: int) -> str:
    """All holders together: in effect from the last of the first entries of each."""
    union = " UNION ALL ".join(f"SELECT *, {n} AS member FROM ({t})" for n, t in enumerate(tables))
    return f"""
      SELECT {iid}::BIGINT AS iid, arg_max(entry, f) AS entry, clause, of_, towards, keys, own, max(f) AS f,
             min(u) AS u, level
      FROM (SELECT member, clause, of_, towards, keys, NULL::VARCHAR AS own, n.level, min(f) AS f, max(u) AS u,
                   arg_min(entry, f) AS entry
            FROM ({union}) x, (VALUES (1), (2)) n(level) WHERE x.level >= n.level GROUP BY ALL)
      GROUP BY clause, of_, towards, keys, own, level HAVING count(*) = {count}"""


def points(inst: str, line: str, effect: str) -> str:
    """`(iid, t, status, opened, breach_key)`; `kept`: exercised and in effect."""
    in_use = counted(f"SELECT iid, f, u, level FROM {effect} y", inst)
    columns: tuple[str, ...] = ("win", "avail", *GATE_COLUMNS)
    others = {columns: f"SELECT iid, t, {', '.join(columns)} FROM {line}"}
    both = merged({"used": in_use}, inst, others)
    return f"""
      SELECT l.iid, l.t, {STATUS} AS status, x.entry AS opened, NULL::BIGINT AS breach_key
      FROM (SELECT *, {first_ticks("wa", "re", "en")} FROM ({both})) l
      JOIN {inst} i USING (iid)
      LEFT JOIN (SELECT iid, f, min(entry) AS entry FROM {effect} y WHERE level = 2 GROUP BY ALL) x
        ON x.iid = l.iid AND x.f = l.t
      WHERE l.t >= i.lo"""


STATUS = f"""
  CASE WHEN NOT i.sure THEN 'unknown'
       WHEN {not_in_force("en")} THEN 'ended'
       WHEN l.t < i.o_lo THEN 'dormant'
       WHEN l.t < i.o_hi THEN 'unknown'
       WHEN l.t >= i.c_hi THEN 'lapsed'
       WHEN l.t >= i.c_lo THEN 'unknown'
       WHEN su = 2 THEN 'suspended'
       WHEN used = 2 THEN 'kept'
       WHEN idle = 2 OR ex = 2 THEN 'dormant'
       WHEN (ex = 1 AND ex_und = 1) OR (idle = 1 AND idle_und = 1) THEN 'undetermined'
       WHEN su = 1 OR en = 1 OR used = 1 OR idle = 1 OR ex = 1 THEN 'unknown'
       ELSE 'due' END"""
