"""`may …`: whether a power is open, and what its exercise does."""

from __future__ import annotations

from servanda.judge.engines.duckdb import Tables
from servanda.judge.plan.batch import Batch
from servanda.judge.plan.gates import GATE_COLUMNS, Gates
from servanda.judge.plan.rule_order import conditions_of, statuses
from servanda.judge.plan.sql import FOR_GOOD, NOT_ITS_TRIGGER, matches, named, quoted, surely
from servanda.judge.plan.step_functions import UNTIL_NEXT, counted, merged, valued
from servanda.judge.plan.verdict_spans import COMMON, first_open, first_ticks, under, window_steps
from servanda.judge.statuses import status_in_sql
from servanda.record.facts import Exercise, Facts
from servanda.semantics.clock import EFFECT
from servanda.semantics.norms import Norms, Rule, Var, may_be_its_trigger

EFFECT_COLUMNS = (
    "rule INTEGER, iid BIGINT, entry VARCHAR, clause VARCHAR, of_ VARCHAR, towards VARCHAR, "
    "keys MAP(VARCHAR, VARCHAR), holder VARCHAR, f BIGINT, u BIGINT, level INTEGER"
)


def timeline(inst: str, gates: Gates) -> str:
    """`(iid, t, win, overlays…, avail)`: open to exercise 2 surely, 1 possibly, 0 not."""
    line = under(gates, {"win": window_steps(inst)}, inst)
    return f"SELECT *, least(win, 2 - idle, 2 - ex) AS avail FROM ({line})"


def may_be_used(rule: Rule, tables: Tables, facts: Facts) -> bool:
    """Whether the record has anything that could be an exercise of the power."""
    power = rule.power
    assert power is not None
    if power.verb in ("do", "determine"):
        prefix = "ev_" if power.verb == "do" else "said_"
        return power.match is not None and named(prefix, power.match.name) not in tables.empty
    return any(concerns(rule, e) for e in facts.exercises)


def concerns(rule: Rule, exercise: Exercise) -> bool:
    """The entry is of the power's kind and names its clause (and amendment)."""
    power = rule.power
    assert power is not None
    everything = exercise.clause is None and power.verb == "end_all"
    return (
        exercise.verb == power.verb
        and (exercise.clause in power.clauses or everything)
        and power.amendment in (None, exercise.amendment)
    )


def exercised(batch: Batch, norms: Norms, facts: Facts, line: str) -> str | None:
    """Record entries that use powers of the batch, with how surely each was open to them.

    None where the record has none.
    """
    rows = [
        f"({batch.numbers[rule.id]}, {n}, {str(names is None).lower()}, "
        f"{str(rule.creditor is None).lower()})"
        for rule in batch.rules
        for names in [holders(rule, norms)]
        for n, e in enumerate(facts.exercises)
        if concerns(rule, e) and (names is None or e.by in names)
    ]
    if not rows:
        return None
    use = (
        "i.rule, i.iid, x.entry, x.clause, x.of_, coalesce(x.towards, i.creditor) AS towards, "
        "x.keys, i.debtor AS holder"
    )
    of = f"""FROM (VALUES {", ".join(rows)}) c(rule, n, of_debtor, of_anyone)
      JOIN {batch.inst} i USING (rule) JOIN exercises x USING (n) {read_open(line, "x")}"""
    its = f"""(NOT of_debtor OR {acts_as("x.by_", "i.debtor", norms)})
        AND (of_anyone OR x.towards IS NULL OR x.towards = i.creditor)"""
    at_once = f"""
      SELECT {use}, {begins("(x.lo >> 6) * 64", "(x.hi >> 6) * 64")},
             (x.hi >> 6) * 64 AS f_hi, (x.hi >> 6) * 64 + 1 AS read, {LEVEL.replace("%", "x")}
      {of} WHERE {its}"""
    if not any(map(may_open_late, batch.rules)):
        return at_once
    return f"{at_once} UNION ALL {opened_by_the_day(use, of, its, line)}"


def may_open_late(rule: Rule) -> bool:
    """Whether the power may open in an instant's course: by a status, or as an amendment's own."""
    follows = rule.trigger is not None and rule.trigger.match is None
    asks = any(True for cond in conditions_of(rule) for _ in statuses(cond))
    return follows or asks or rule.version is not None


def opened_by_the_day(use: str, of: str, its: str, line: str) -> str:
    """Uses dated by one day, of powers that its beginning finds closed: read where what follows from
    it first may have opened them, and in effect from there."""
    follows = f"((x.lo >> 6) * 64 + {EFFECT})"
    return f"""
      SELECT rule, iid, entry, clause, of_, towards, keys, holder, y AS f_lo, y AS f_hi, y AS read,
             CASE WHEN sure THEN open ELSE 0 END AS sure_level, least(1, open) AS possible_level,
             und AS lo_und, und AS hi_und, idle, idle_und
      FROM (
        SELECT {use}, greatest(l.t, {follows}) AS y, i.sure AND x.sure AS sure, l.idle, l.idle_und,
               least(l.avail, 2 - pre_lo.su, 2 - pre_lo.en) AS open,
               i.doubt_und OR greatest(l.ex_und, l.idle_und, pre_lo.off_und) = 1 AS und,
               row_number() OVER (PARTITION BY i.iid, x.n ORDER BY l.t) AS nth
        {of} JOIN (SELECT *, {UNTIL_NEXT} AS v FROM {line}) l
          ON l.iid = i.iid AND l.v > {follows} AND l.t < ((x.lo >> 6) + 1) * 64
        WHERE {its} AND x.lo = x.hi AND x.fin > ((x.lo >> 6) + 1) * 64 AND {LO} = 0 AND l.avail > 0)
      WHERE nth = 1 AND open > 0"""


def holders(rule: Rule, norms: Norms) -> set[str] | None:
    """Who acts for the holder: itself, or a group that contains it; None: whoever the debtor is."""
    if isinstance(rule.debtor, Var):
        return None
    holder = str(rule.debtor.value)
    return {holder} | {g for g, members in norms.groups if holder in members}


def acts_as(by: str, holder: str, norms: Norms) -> str:
    """Whether who acts is the holder, or a group that contains it, as SQL."""
    groups = "".join(
        f" OR ({by} = {quoted(group)} AND {holder} IN ({', '.join(map(quoted, members))}))"
        for group, members in norms.groups
        if members
    )
    return f"({by} = {holder}{groups})"


def read_open(line: str, at: str) -> str:
    """Conditions at phase 1 of the instant; overlays of the power just before it.

    Read at both ends of the entry's date.
    """
    return " ".join(
        f"ASOF JOIN {line} on_{end} ON on_{end}.iid = i.iid AND ({at}.{end} >> 6) * 64 + 1 >= on_{end}.t "
        f"ASOF JOIN {line} pre_{end} ON pre_{end}.iid = i.iid AND ({at}.{end} >> 6) * 64 - 1 >= pre_{end}.t"
        for end in ("lo", "hi")
    )


OPEN = "least(on_{0}.avail, 2 - pre_{0}.su, 2 - pre_{0}.en)"
LO, HI = OPEN.format("lo"), OPEN.format("hi")
LEFT_OPEN = "({open} > 0 AND (i.doubt_und OR greatest(on_{0}.ex_und, on_{0}.idle_und, pre_{0}.off_und) = 1))"
LEVEL = (
    f"CASE WHEN i.sure AND %.sure THEN least({LO}, {HI}) ELSE 0 END AS sure_level, "
    f"least(1, greatest({LO}, {HI})) AS possible_level, "
    f"{LEFT_OPEN.format('lo', open=LO)} AS lo_und, {LEFT_OPEN.format('hi', open=HI)} AS hi_und, "
    "on_hi.idle, on_hi.idle_und"
)


def begins(lo: str, hi: str) -> str:
    """From when a use may have effect: where the power may be open, at one end of its date."""
    return f"CASE WHEN {LO} > 0 THEN {lo} ELSE {hi} END AS f_lo"


def acts_under(rule: Rule, norms: Norms, inst: str, line: str) -> str:
    """A permission used (a matching event), or a determination made."""
    power = rule.power
    assert power is not None and power.match is not None
    table = named("ev_" if power.verb == "do" else "said_", power.match.name)
    by = ""
    if power.verb == "determine":
        names = holders(rule, norms)
        by = (
            f" AND e.by_ IN ({', '.join(map(quoted, sorted(names)))})"
            if names
            else f" AND {acts_as('e.by_', 'i.debtor', norms)}"
        )
    other = f" AND {NOT_ITS_TRIGGER}" if may_be_its_trigger(rule, power.match) else ""
    return f"""
      SELECT i.rule, i.iid, e.entry, NULL::VARCHAR AS clause, NULL::VARCHAR AS of_,
             NULL::VARCHAR AS towards, MAP {{}}::MAP(VARCHAR, VARCHAR) AS keys, i.debtor AS holder,
             {begins("e.lo", "e.hi")}, e.hi AS f_hi, e.hi AS read, {LEVEL.replace("%.sure", f"({surely(power.match)})")}
      FROM {inst} i JOIN {table} e ON {matches(power.match)}{by}{other} {read_open(line, "e")}"""


def exercises_under(
    batch: Batch, norms: Norms, facts: Facts, tables: Tables, line: str
) -> str | None:
    """All exercises of the batch's powers and how surely each was open to them; None: no exercise."""
    found = [
        acts_under(rule, norms, batch.own(rule), line)
        for rule in batch.rules
        if rule.power is not None
        and rule.power.verb in ("do", "determine")
        and may_be_used(rule, tables, facts)
    ]
    entries = exercised(batch, norms, facts, line)
    found += [] if entries is None else [entries]
    return " UNION ALL ".join(found) or None


def effects(batch: Batch, uses: str, line: str, norms: Norms) -> str:
    """Intervals over which exercises lie, in the shape of EFFECT_COLUMNS, from a table of `uses`."""
    shape = "s.rule, s.iid, s.entry, s.clause, s.of_, s.towards, s.keys, s.holder"
    sure_end = possible_end = vague_from = str(FOR_GOOD)
    suspending = [
        str(batch.numbers[r.id])
        for r in batch.rules
        if r.power is not None and r.power.verb == "suspend"
    ]
    if suspending:
        lasting = f"CASE WHEN s.rule NOT IN ({', '.join(suspending)}) THEN {FOR_GOOD} ELSE {{}} END"
        sure_end = lasting.format(earliest(line, "y.lo", "idle >= 1", "", norms))
        possible_end = lasting.format(earliest(line, "y.hi", "idle = 2", "AND y.sure", norms))
        vague_from = lasting.format(turned(line, "idle_und = 1"))
    return f"""
      WITH s AS MATERIALIZED (
        SELECT s.*, least(CASE WHEN lo_und THEN f_lo WHEN hi_und THEN f_hi ELSE {FOR_GOOD} END, {vague_from}) AS vague
        FROM {uses} s WHERE possible_level > 0)
      SELECT {shape}, f_hi AS f, {sure_end} AS u, 2 AS level FROM s WHERE sure_level = 2
      UNION ALL SELECT {shape}, f_lo, {possible_end}, 1 FROM s
      UNION ALL SELECT {shape}, vague, {possible_end}, 0 FROM s WHERE vague < {FOR_GOOD}"""


def earliest(line: str, resumed_at: str, idle: str, also: str, norms: Norms) -> str:
    """When a suspension ends: resumed by the same holder, or the power's `while` turned false."""
    return f"""least(
      coalesce((SELECT min(({resumed_at} >> 6) * 64) FROM exercises y
                WHERE y.verb = 'resume' AND {acts_as("y.by_", "s.holder", norms)} AND y.clause = s.clause
                AND (y.lo >> 6) * 64 >= s.f_hi {also}), {FOR_GOOD}),
      {turned(line, idle)})"""


def turned(line: str, idle: str) -> str:
    """When, after its use, the power's `while` first became so, or was so already."""
    return f"""(CASE WHEN s.{idle} THEN s.read + 1 ELSE coalesce((SELECT min(l.t) FROM {line} l
                WHERE l.iid = s.iid AND l.t > s.read AND l.{idle}), {FOR_GOOD}) END)"""


def points(inst: str, line: str, effect: str) -> str:
    """`(iid, t, status, opened, breach_key)`."""
    in_use = counted(f"SELECT iid, f, u, level FROM {effect} y", inst, True)
    columns: tuple[str, ...] = ("win", "avail", *GATE_COLUMNS)
    laid = {columns: f"SELECT iid, t, {', '.join(columns)} FROM {line}"}
    made = counted(
        f"""SELECT y.iid, y.f, {FOR_GOOD} AS u, y.level FROM {effect} y JOIN {inst} i ON i.iid = y.iid
            WHERE y.level > 0 AND y.f < i.c_hi AND y.f >= (i.o_lo >> 6) * 64""",
        inst,
    )
    both = merged({"made": made}, inst, laid | valued([in_use], "used", True))
    return f"""
      SELECT l.iid, l.t, {STATUS} AS status, CASE WHEN starts_with({STATUS}, 'exercised') THEN x.entry END AS opened,
             NULL::BIGINT AS breach_key
      FROM (SELECT *, {first_ticks("wa", "re", "en")} FROM ({both})) l
      JOIN {inst} i USING (iid)
      LEFT JOIN (SELECT iid, f, min(entry) AS entry FROM {effect} y WHERE level = 2 GROUP BY ALL) x
        ON x.iid = l.iid AND x.f = l.t
      WHERE l.t >= i.lo"""


STATUS = status_in_sql(
    "may",
    COMMON
    | {
        "used, shut": "(used = 2 AND (idle = 2 OR ex = 2))",
        "used, left open": "(used = 2 AND (su = 1 OR en = 1 OR idle = 1 OR ex = 1))",
        "used": "used = 2",
        "first open": first_open("en", "su", "greatest(idle, ex)"),
        "first open, vague": f"{first_open('en', 'su', 'greatest(idle, ex)')} AND greatest(ex_und, idle_und, off_und, used_und) = 1",
        "was used": "made = 2",
        "use open": "made = 1",
        "use open, vague": "made = 1 AND used_und = 1",
        "shut": "(idle = 2 OR ex = 2)",
        "left open, vague": "greatest(ex_und, idle_und, off_und, used_und) = 1",
        "left open": "(su = 1 OR en = 1 OR used = 1 OR idle = 1 OR ex = 1)",
    },
)
