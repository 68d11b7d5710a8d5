"""What follows from facts alone: states over time, measures over time, vague terms decided."""

from __future__ import annotations

from servanda.judge.engines.duckdb import Tables
from servanda.judge.plan import measures
from servanda.judge.plan.conditions import Conditions
from servanda.judge.plan.sql import FOR_GOOD, SINCE_EVER, column_type, matches, named, surely
from servanda.record.facts import Determination, Facts, Value
from servanda.semantics.norms import HeldVague, Match, Norms, StateType, VagueType

Key = tuple[Value | None, ...]


def prepare(tables: Tables, norms: Norms, facts: Facts, of: Conditions) -> None:
    """Make `state_X`, `steps` and `vague_X` for every state, measure and vague term."""
    for state in norms.states:  # and again when an event arises that begins or ends one
        prepare_state(tables, state, of)
    measures.prepare(tables, norms, of)
    for vague in norms.vagues:
        prepare_vague(tables, vague, norms, facts)


# ------------------------------------------------------------------ states
def prepare_state(tables: Tables, state: StateType, of: Conditions) -> None:
    """`state_X(p_…, f, u, val)`: one row per span of one key, val as in steps.py; and `und`, where
    a vague term may leave open an event that begins or ends it."""
    table = named("state_", state.name)
    keys = [named("p_", p.name) for p in state.params]
    open_ = of.may_be_undecided(state.name)
    if all(named("ev_", m.name) in tables.empty for m in state.changes):
        columns = [f"{named('p_', p.name)} {column_type(p.type)}" for p in state.params]
        columns += ["f BIGINT, u BIGINT, val INTEGER, heard BOOLEAN"]
        tables.declare(table, ", ".join(columns + ["und BOOLEAN"] * open_))
        return
    changes_of = [(m, True) for m in state.begins] + [(m, False) for m in state.ends]
    told = {m.name: "e.und" if of.may_be_undecided(m.name) else "false" for m, _ in changes_of}
    changes = " UNION ALL ".join(
        change_rows(state, m, begins, told[m.name] if open_ else "") for m, begins in changes_of
    )
    listed = "".join(f"{k}, " for k in keys)
    partition = f"PARTITION BY {', '.join(keys)} " if keys else ""
    grouped, latest, und = (OPEN, LAST_OPEN, UNDECIDED) if open_ else ("", "", "")
    tables.create(
        table,
        f"""
      WITH ch AS ({changes}),
      g AS (SELECT {listed} t, bool_or(sure AND on_) AS s1, bool_or(sure AND NOT on_) AS s0,
                   bool_or(NOT sure AND on_) AS m1, bool_or(NOT sure AND NOT on_) AS m0{grouped}
            FROM ch GROUP BY ALL),
      w AS (SELECT {listed} t,
              last_value(CASE WHEN s1 AND s0 THEN 1 WHEN s1 THEN 2 WHEN s0 THEN 0 END IGNORE NULLS) OVER o AS v,
              max(CASE WHEN s1 OR s0 THEN t END) OVER o AS sure_t,
              max(CASE WHEN m1 THEN t END) OVER o AS m1_t,
              max(CASE WHEN m0 THEN t END) OVER o AS m0_t{latest},
              lead(t, 1, {FOR_GOOD}) OVER ({partition}ORDER BY t) AS u
            FROM g WINDOW o AS ({partition}ORDER BY t ROWS UNBOUNDED PRECEDING))
      SELECT {listed} t AS f, u,
        CASE WHEN v = 2 AND coalesce(m0_t, {SINCE_EVER} - 1) < sure_t THEN 2
             WHEN v = 2 OR v = 1 THEN 1
             WHEN coalesce(m1_t, {SINCE_EVER}) >= coalesce(sure_t, {SINCE_EVER}) AND m1_t IS NOT NULL THEN 1
             ELSE 0 END AS val, v IS NOT NULL AS heard{und}
      FROM w UNION ALL {span_rows(state, keys, open_)}""",
    )


def span_rows(state: StateType, keys: list[str], open_: bool) -> str:
    """The spans in which it held all the time: they overlap the others, and the most counts."""
    listed = "".join(f"{key}, " for key in keys)
    und = ", false AS und" if open_ else ""
    return f"""
      SELECT {listed} lo AS f, fin AS u, CASE WHEN sure THEN 2 ELSE 1 END AS val, sure AS heard{und}
      FROM {named("ev_", state.held.name)}"""


# Of `prepare_state`: possible changes that a vague term leaves open, the last of each kind, and
# whether one stands against the last sure change.
OPEN = ", bool_or(und AND on_) AS d1, bool_or(und AND NOT on_) AS d0"
LAST_OPEN = """,
              max(CASE WHEN d1 THEN t END) OVER o AS d1_t, max(CASE WHEN d0 THEN t END) OVER o AS d0_t"""
UNDECIDED = """,
        coalesce(CASE v WHEN 2 THEN d0_t >= sure_t WHEN 1 THEN false WHEN 0 THEN d1_t >= sure_t
                        ELSE d1_t IS NOT NULL END, false) AS und"""


def change_rows(state: StateType, match: Match, begins: bool, undecided: str) -> str:
    """Each occurrence as a sure change at `hi`, and a possible one at `lo` where they differ.

    `undecided`: whether a vague term leaves it open, if anybody asks.
    """
    bound = {a.variable: named("p_", a.param) for a in match.args if a.op == "bind"}
    keys = "".join(f"e.{bound[p.name]} AS {named('p_', p.name)}, " for p in state.params)
    source = f"FROM {named('ev_', match.name)} e WHERE {matches(match)}"
    on, sure = "true" if begins else "false", surely(match)
    never, und = (", false AS und", f", {undecided}") if undecided else ("", "")
    return f"""
      SELECT {keys} e.hi AS t, true AS sure, {on} AS on_{never} {source} AND {sure}
      UNION ALL SELECT {keys} e.lo, false, {on}{und} {source} AND (e.lo < e.hi OR NOT ({sure}))"""


# ------------------------------------------------------------------ vague terms
def prepare_vague(tables: Tables, vague: VagueType, norms: Norms, facts: Facts) -> None:
    """`vague_X(p_…, t, val)`: decided true (2) or false (0) from t on, or open again (1)."""
    columns = [f"{named('p_', p.name)} {column_type(p.type)}" for p in vague.params]
    table = named("vague_", vague.name)
    tables.declare(table, ", ".join([*columns, "t BIGINT", "val INTEGER"]))
    tables.insert(table, vague_rows(vague, norms, facts))


def vague_rows(vague: VagueType, norms: Norms, facts: Facts) -> list[list[object]]:
    """Per key, the changes of the last word: the account's own answer, else the bodies'."""
    held = [h for h in norms.held if h.name == vague.name]
    said = [d for d in facts.determinations if d.name == vague.name and d.by in vague.deciders]
    keys = {h.args for h in held} | {d.args for d in said}
    rows: list[list[object]] = []
    for key in sorted(keys, key=repr):
        ticks = {SINCE_EVER}
        for h in held:
            if h.args == key:
                ticks |= {starts(h), ends(h)}
        for d in said:
            if d.args == key:
                ticks |= {d.lo, d.hi}
        previous = None
        for t in sorted(ticks - {FOR_GOOD}):
            val = vague_value(key, t, held, said)
            if val != previous:
                rows.append([*key, t, val])
            previous = val
    return rows


def vague_value(key: Key, t: int, held: list[HeldVague], said: list[Determination]) -> int:
    """2, 0, or 1 where nobody has decided, or two answers stand against each other."""
    own = [h for h in held if h.args == key and starts(h) <= t < ends(h)]
    answer = max(own, key=starts) if own else None
    if answer is not None and answer.outranks:
        return 2 * answer.holds
    mine = [d for d in said if d.args == key]
    sure = [d for d in mine if d.sure and d.hi <= t]
    if not sure:
        if answer is None or any(d.lo <= t and d.holds != answer.holds for d in mine):
            return 1
        return 2 * answer.holds
    last = max(d.hi for d in sure)
    answers = {d.holds for d in sure if d.hi == last}
    answers |= {d.holds for d in mine if last <= d.lo <= t and (not d.sure or t < d.hi)}
    return 1 if len(answers) > 1 else 2 * (answers == {True})


def starts(held: HeldVague) -> int:
    return SINCE_EVER if held.from_ is None else held.from_ * 64


def ends(held: HeldVague) -> int:
    return FOR_GOOD if held.until is None else held.until * 64
