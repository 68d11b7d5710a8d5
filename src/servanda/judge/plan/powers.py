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
    "keys MAP(VARCHAR, VARCHAR), holder VARCHAR, f BIGINT, u BIGINT, level INTEGER"
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
        return used(rule, norms, inst, line)
    clauses = ", ".join(map(quoted, power.clauses)) or "NULL"
    tests = [f"x.verb = {quoted(power.verb)}", by_holder(rule, norms)]
    tests.append(
        f"(x.clause IN ({clauses}) OR (x.clause IS NULL AND {literal(power.verb)} = 'end_all'))"
    )
    if power.amendment is not None:
        tests.append(f"x.amendment = {literal(power.amendment)}")
    if rule.creditor is not None:
        tests.append("(x.towards IS NULL OR x.towards = i.creditor)")
    return f"""
      SELECT i.iid, x.entry, x.clause, x.of_, coalesce(x.towards, i.creditor) AS towards, x.keys,
             i.debtor AS holder, (x.lo >> 6) * 64 AS f_lo, (x.hi >> 6) * 64 AS f_hi, {LEVEL.replace("%", "x")}
      FROM {inst} i JOIN exercises x ON {" AND ".join(tests)} {read_open(line, "x")}"""


def read_open(line: str, at: str) -> str:
    """Conditions at phase 1 of the instant; what lies over the power, as it was before it.

    Read at both ends of the entry's date.
    """
    return " ".join(
        f"ASOF JOIN {line} on_{end} ON on_{end}.iid = i.iid AND ({at}.{end} >> 6) * 64 + 1 >= on_{end}.t "
        f"ASOF JOIN {line} pre_{end} ON pre_{end}.iid = i.iid AND ({at}.{end} >> 6) * 64 - 1 >= pre_{end}.t"
        for end in ("lo", "hi")
    )


OPEN = "least(on_{0}.avail, 2 - pre_{0}.su, 2 - pre_{0}.en)"
LEVEL = (
    f"CASE WHEN i.sure AND %.sure THEN least({OPEN.format('lo')}, {OPEN.format('hi')}) ELSE 0 END AS sure_level, "
    f"least(1, greatest({OPEN.format('lo')}, {OPEN.format('hi')})) AS possible_level"
)


def by_holder(rule: Rule, norms: Norms) -> str:
    """The entry's actor is the holder, or a group that acts together and contains the holder."""
    if isinstance(rule.debtor, Var):
        return "x.by_ = i.debtor"
    holder = str(rule.debtor.value)
    names = {holder} | {g for g, members in norms.groups if holder in members}
    return f"x.by_ IN ({', '.join(map(quoted, sorted(names)))})"


def used(rule: Rule, norms: Norms, inst: str, line: str) -> str:
    """A permission used (a matching event), or a determination made."""
    power = rule.power
    assert power is not None
    columns = (
        "NULL::VARCHAR AS clause, NULL::VARCHAR AS of_, NULL::VARCHAR AS towards, "
        "MAP {}::MAP(VARCHAR, VARCHAR) AS keys, i.debtor AS holder, e.lo AS f_lo, e.hi AS f_hi"
    )
    if power.match is None:
        return f"SELECT i.iid, NULL AS entry, {columns}, 0 AS sure_level, 0 AS possible_level FROM {inst} i, exercises e WHERE false"
    table = named("ev_" if power.verb == "do" else "said_", power.match.name)
    by = "" if power.verb == "do" else f" AND {by_holder(rule, norms).replace('x.', 'e.')}"
    return f"""
      SELECT i.iid, e.entry, {columns}, {LEVEL.replace("%", "e")}
      FROM {inst} i JOIN {table} e ON {matches(power.match)}{by} {read_open(line, "e")}"""


def effects(rule: Rule, norms: Norms, inst: str, line: str) -> str:
    """Intervals over which exercises lie, in the shape of EFFECT_COLUMNS."""
    power = rule.power
    assert power is not None
    found = f"SELECT * FROM ({exercised(rule, norms, inst, line)}) WHERE possible_level > 0"
    shape = "s.iid, s.entry, s.clause, s.of_, s.towards, s.keys, s.holder"
    sure_end = possible_end = str(FOR_GOOD)
    if power.verb == "suspend":
        sure_end = earliest(line, "y.lo", "idle >= 1", "")
        possible_end = earliest(line, "y.hi", "idle = 2", "AND y.sure")
    return f"""
      SELECT {shape}, f_hi AS f, {sure_end} AS u, 2 AS level FROM ({found}) s WHERE sure_level = 2
      UNION ALL SELECT {shape}, f_lo, {possible_end}, 1 FROM ({found}) s"""


def earliest(line: str, resumed_at: str, idle: str, also: str) -> str:
    """When a suspension ends: resumed by the same holder, or the power's `while` turned false."""
    return f"""least(
      coalesce((SELECT min(({resumed_at} >> 6) * 64) FROM exercises y
                WHERE y.verb = 'resume' AND y.by_ = s.holder AND y.clause = s.clause
                AND (y.lo >> 6) * 64 >= s.f_hi {also}), {FOR_GOOD}),
      coalesce((SELECT min(l.t) FROM {line} l
                WHERE l.iid = s.iid AND l.t > s.f_hi + 1 AND l.{idle}), {FOR_GOOD}))"""


def joint(tables: list[str], count: int, iid: int) -> str:
    """All holders together: in effect while every one of them has used it."""
    union = " UNION ALL ".join(f"SELECT *, {n} AS member FROM ({t})" for n, t in enumerate(tables))
    return f"""
      SELECT {iid}::BIGINT AS iid, arg_max(entry, f) AS entry, clause, of_, towards, keys,
             NULL::VARCHAR AS holder, max(f) AS f, min(u) AS u, level
      FROM (SELECT member, clause, of_, towards, keys, x.level, min(f) AS f, max(u) AS u,
                   arg_min(entry, f) AS entry
            FROM ({union}) x GROUP BY ALL)
      GROUP BY clause, of_, towards, keys, level HAVING count(*) = {count}"""


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
  CASE WHEN l.t < i.hi OR (NOT i.sure AND l.t >= i.doubt) THEN CASE WHEN i.doubt_und THEN 'undetermined' ELSE 'unknown' END
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
