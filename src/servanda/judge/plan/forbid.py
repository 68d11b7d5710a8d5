"""`must not E`: every violating occurrence, and whether any is still open."""

from __future__ import annotations

from servanda.judge.plan.batch import Batch
from servanda.judge.plan.conditions import Conditions, binds, joined
from servanda.judge.plan.gates import Gates
from servanda.judge.plan.load import Events
from servanda.judge.plan.local_days import Days
from servanda.judge.plan.sql import (
    FOR_GOOD,
    NOT_ITS_TRIGGER,
    latest,
    matches,
    named,
    says_all,
    surely,
    till,
)
from servanda.judge.plan.step_functions import UNTIL_NEXT, counted
from servanda.judge.plan.verdict_spans import (
    COMMON,
    UNDECIDED,
    doubtful,
    ever,
    first_open,
    first_ticks,
    over_from,
    undecided_in,
    under,
    window_steps,
)
from servanda.judge.statuses import status_in_sql
from servanda.semantics.norms import Rule, RuleStatus, acted_out, may_be_its_trigger

BOUND = "greatest(g.su, g.idle, g.en, g.wa, g.re)"


def violations(batch: Batch, gates: Gates, of: Conditions, *, events: Events, days: Days) -> str:
    """`(iid, entry, lo, hi, level, firm, end_t, end_p, cure, may_cure, b_…)`: one row an occurrence, with its
    parameters (see `bound`). Where a remedy answers it, `und`: a vague term leaves it open.

    `end_t` is where it is no longer surely open, `end_p` where no longer possibly; `firm`: level 2,
    if only the instance is sure.
    """
    return " UNION ALL BY NAME ".join(
        of_rule(r, batch.own(r), gates, of, events=events, days=days) for r in batch.rules
    )


def bound(event: str, param: str) -> str:
    """The column that holds a violating occurrence's parameter."""
    return named(f"b_{event} ", param)


def of_rule(
    rule: Rule, inst: str, gates: Gates, of: Conditions, *, events: Events, days: Days
) -> str:
    assert rule.action is not None
    event = rule.action.name
    said = "".join(
        f", l.{named('p_', p.name)} AS {bound(event, p.name)}" for p in events[event].params
    )
    prevailing = [one.status for one in rule.yields_to if one.by_act]
    near = gates.few and of.at_once(event) and not prevailing
    und = ", l.left_open AS und" if rule.remedy is not None or of.norms.vagues else ""
    if near:
        found = by_range(rule, inst, gates)
    else:
        acts = inside(rule, inst)
        if prevailing:
            acts = excused(acts, inst, prevailing, of)
        found = by_look_up(acts, gates)
    whose = "" if rule.cured_by is None else f"JOIN {inst} i USING (iid)"
    return f"""
      SELECT l.iid, l.rule, l.entry, l.lo, l.hi, {till("l")} AS till, l.level, l.firm{und}, {cures(rule, days)}{said}
      FROM ({found}) l {whose} WHERE l.level > 0"""


INSIDE = "e.lo >= (i.o_till >> 6) * 64 AND e.fin <= i.c_lo"


def inside(rule: Rule, inst: str) -> str:
    """`(iid, rule, opening, is_sure, inside, x_lo, x_hi, …)`: occurrences in the window."""
    assert rule.action is not None
    return f"""
        SELECT i.iid, i.rule, i.o_lo AS opening, i.sure AS is_sure, e.*, {surely(rule.action)} AND {INSIDE} AS inside, 0 AS x_lo, 0 AS x_hi
        FROM {inst} i JOIN {named("ev_", rule.action.name)} e
        ON {matches(rule.action)} AND e.fin > (i.o_lo >> 6) * 64 AND e.lo < i.c_hi{not_its_trigger(rule)}"""


def not_its_trigger(rule: Rule) -> str:
    assert rule.action is not None
    return f" AND {NOT_ITS_TRIGGER}" if may_be_its_trigger(rule, rule.action) else ""


def excused(acts: str, inst: str, prevailing: list[RuleStatus], of: Conditions) -> str:
    """The same with `x_lo` and `x_hi`: how surely, at both ends of its date, an instance binds that
    prevails and asks for or permits the act."""
    rules = {rule.id: rule for rule in of.norms.rules}

    def by(status: RuleStatus) -> str:
        act = acted_out(rules[status.rules[0]])
        level = f"CASE WHEN {says_all(act, 'v', 's')} THEN s.level ELSE least(s.level, 1) END"
        return f"""SELECT v.n, CASE WHEN s.f <= v.lo AND v.lo < s.u THEN {level} ELSE 0 END AS x_lo,
                   CASE WHEN s.f <= v.hi AND v.hi < s.u THEN {level} ELSE 0 END AS x_hi
            FROM v JOIN {inst} i ON i.iid = v.iid JOIN {binds(of.numbers[status.rules[0]])} s
            ON {matches(act, "v", "s")} AND {joined(status, "s")}
               AND s.f <= v.hi AND s.u > v.lo"""

    found = " UNION ALL ".join(by(status) for status in prevailing)
    return f"""
        WITH v AS MATERIALIZED (SELECT row_number() OVER () AS n, * FROM ({acts})),
        x AS (SELECT n, max(x_lo) AS x_lo, max(x_hi) AS x_hi FROM ({found}) GROUP BY n)
        SELECT v.* EXCLUDE (n) REPLACE (coalesce(x.x_lo, 0) AS x_lo, coalesce(x.x_hi, 0) AS x_hi)
        FROM v LEFT JOIN x USING (n)"""


def by_look_up(acts: str, gates: Gates) -> str:
    """The acts with the duty's overlays at both ends of their date."""
    read = " ".join(
        f"ASOF JOIN {gates.table} {name} ON v.iid = {name}.iid AND v.{at} >= {name}.t"
        for name, at in (("gh", "hi"), ("gl", "lo"))
    )
    ends = [BOUND.replace("g.", f"{name}.") for name in ("gl", "gh")]
    at_lo = f"{ends[0]} < 2 AND greatest(gl.ex, v.x_lo) < 2"
    at_hi = f"{ends[1]} < 2 AND greatest(gh.ex, v.x_hi) < 2"
    surely = f"greatest({', '.join(ends)}, gh.ex, gl.ex, v.x_lo, v.x_hi) = 0"
    return f"""
        SELECT v.* REPLACE (CASE WHEN {at_lo} THEN greatest(v.lo, v.opening) ELSE v.hi END AS lo),
          CASE WHEN {at_lo} THEN {undecided_in("gl")} ELSE {undecided_in("gh")} END AS left_open,
          v.inside AND {surely} AS firm,
          CASE WHEN v.is_sure AND v.inside AND {surely} THEN 2 WHEN {at_lo} OR {at_hi} THEN 1 ELSE 0 END AS level
        FROM ({acts}) v {read}"""


def by_range(rule: Rule, inst: str, gates: Gates) -> str:
    """Occurrences at one instant, with the overlays, where an instance has few spans of them."""
    assert rule.action is not None
    return f"""
        SELECT i.iid, i.rule, e.* REPLACE (greatest(e.lo, i.o_lo) AS lo), {undecided_in("g")} AS left_open,
               {surely(rule.action)} AND {INSIDE} AND greatest({BOUND}, g.ex) = 0 AS firm,
               CASE WHEN i.sure AND {surely(rule.action)} AND {INSIDE} AND greatest({BOUND}, g.ex) = 0 THEN 2 ELSE 1 END AS level
        FROM {inst} i JOIN (SELECT * FROM {gates.spans()} g WHERE {BOUND} < 2 AND g.ex < 2) g USING (iid)
        JOIN {named("ev_", rule.action.name)} e
        ON {matches(rule.action)} AND e.fin > (i.o_lo >> 6) * 64 AND e.lo < i.c_hi{not_its_trigger(rule)}
           AND e.lo >= g.t AND e.lo < g.u"""


def cures(rule: Rule, days: Days) -> str:
    if rule.cured_by is None:
        return f"{FOR_GOOD} AS end_t, {FOR_GOOD} AS end_p, NULL::VARCHAR AS cure, NULL::VARCHAR AS may_cure"
    last = by_then = str(FOR_GOOD)
    if (within := rule.cure_within) is not None:
        by = latest("(l.hi >> 6)", f"({till('l')} >> 6)", within)
        last, by_then = (
            f"{days.deadline(by, within)} * 64",
            f"{days.deadline('(l.hi >> 6)', within)} * 64",
        )
    source = (
        f"FROM {named('ev_', rule.cured_by.name)} c "
        f"WHERE {matches(rule.cured_by, 'c', 'i', 'l')} AND c.lo >= l.hi AND c.lo < {last}"
    )
    sure = f"{source} AND {surely(rule.cured_by, 'c', 'i', 'l')} AND c.fin <= {by_then}"
    return (
        f"coalesce((SELECT min(c.lo) {source}), {FOR_GOOD}) AS end_t, "
        f"coalesce((SELECT min(c.hi) {sure}), {FOR_GOOD}) AS end_p, "
        f"(SELECT arg_min(c.entry, (c.hi, c.entry)) {sure}) AS cure, "
        f"(SELECT arg_min(c.entry, (c.lo, c.entry)) {source}) AS may_cure"
    )


def timeline(batch: Batch, gates: Gates, violated: str, conditions: Conditions) -> str:
    """`(iid, t, win, overlays…, open, had, silent)`."""
    intervals = f"""
      SELECT iid, hi AS f, end_t AS u, 2 AS level FROM {violated} WHERE firm
      UNION ALL SELECT iid, lo, end_p, 1 FROM {violated}"""
    past = f"""
      SELECT iid, hi AS f, {FOR_GOOD} AS u, 2 AS level FROM {violated} WHERE firm
      UNION ALL SELECT iid, lo, {FOR_GOOD}, 1 FROM {violated}"""
    sources = {
        "open": counted(intervals, batch.inst),
        "had": counted(past, batch.inst),
        "win": window_steps(batch.inst),
    }
    if conditions.norms.vagues:
        left = f"SELECT iid, lo AS f, CASE WHEN firm THEN hi ELSE {FOR_GOOD} END AS u, 1 AS level FROM {violated} WHERE und"
        sources["had_und"] = counted(left, batch.inst)
    floors = []
    for rule in batch.rules:
        assert rule.action is not None
        own = f"(SELECT i.*, b.since_bound FROM {batch.own(rule)} i JOIN ({bound_since(batch, gates)}) b USING (iid))"
        floor = conditions.open_floor(rule.action.name, None, own, "i.since_bound")
        floors += [] if floor is None else [floor]
    if floors:
        sources["silent"] = counted(" UNION ALL ".join(floors), batch.inst)
    zero = "" if floors else ", 0 AS silent"
    zero += "" if conditions.norms.vagues else ", 0 AS had_und"
    line = under(gates, sources, batch.inst)
    return f"SELECT *{zero} FROM ({line})"


def bound_since(batch: Batch, gates: Gates) -> str:
    """The first tick at which each instance may be bound."""
    return f"""
      SELECT i.iid, coalesce(min(greatest(g.t, i.o_lo)), {FOR_GOOD}) AS since_bound
      FROM {batch.inst} i LEFT JOIN (
        SELECT * FROM {gates.spans()} y) g
      ON g.iid = i.iid AND {BOUND} < 2 AND g.ex < 2 AND g.u > i.o_lo AND g.t < i.c_hi
      GROUP BY i.iid"""


def points(inst: str, line: str, violated: str) -> str:
    """`(iid, t, status, opened, breach_key)`; each sure violation is a point of its own."""
    return f"""
      WITH first_t AS (SELECT g.*, {UNTIL_NEXT} AS u, {first_ticks("wa", "re", "en")},
                         min(CASE WHEN silent = 1 THEN t END) OVER (PARTITION BY iid) AS silent_t,
                         {ever(f"win >= 1 AND {BOUND} < 2 AND ex < 2")} AS was_bound FROM {line} g),
      over AS (SELECT f.*, {over_from()} AS over_t FROM first_t f JOIN {inst} i USING (iid)),
      l AS (SELECT * EXCLUDE (u), coalesce(silent_t < over_t, false) AS was_silent,
              {ever(f"{LET_GO} AND open = 2")} AS then_t, {ever(f"{LET_GO} AND open >= 1")} AS then_p FROM over),
      first AS ({first_of(violated, inst)}),
      healed AS (SELECT iid, end_p AS t, min(cure) AS cure FROM {violated}
                 WHERE cure IS NOT NULL GROUP BY ALL)
      SELECT l.iid, l.t, {STATUS} AS status,
        CASE WHEN {STATUS} = 'broken' THEN first.entry WHEN {STATUS} = 'cured' THEN healed.cure END AS opened,
        CASE WHEN {STATUS} = 'broken' THEN first.vid END AS breach_key
      FROM (SELECT * FROM l UNION ALL
            SELECT l.* REPLACE (v.t AS t) FROM first v ASOF JOIN l ON v.iid = l.iid AND v.t >= l.t
            WHERE v.t <> l.t) l
      JOIN {inst} i USING (iid)
      LEFT JOIN first ON first.iid = l.iid AND first.t = l.t
      LEFT JOIN healed ON healed.iid = l.iid AND healed.t = l.t
      WHERE l.t >= i.lo"""


def first_of(violated: str, inst: str | None = None) -> str:
    """Of the sure violations of an instance at one tick, the first by entry id.

    `inst`: a violation in the instant in which a remedy opens counts from the opening.
    """
    at = ("v.hi", "") if inst is None else ("greatest(v.hi, i.o_hi)", f"JOIN {inst} i USING (iid)")
    return f"""SELECT v.iid, {at[0]} AS t, arg_min(v.vid, v.entry) AS vid, min(v.entry) AS entry
               FROM {violated} v {at[1]} WHERE v.level = 2 GROUP BY v.iid, {at[0]}"""


LET_GO = "t < over_t AND u >= over_t AND over_t IN (wa_t, re_t)"
OVER_OPEN = f"(({COMMON['ended']} OR {COMMON['lapsed']}) AND open = 1)"
VERDICT_OPEN = "(then_p OR was_silent OR had = 1)"
VIOLATION = "(l.t < i.o_hi OR open = 2)"
STATUS = status_in_sql(
    "forbid",
    COMMON
    | {
        f"doubted violation{vague}": f"{COMMON[f'doubted{vague}']} AND {VIOLATION}"
        for vague in ("", ", vague")
    }
    | {
        "breach": "open = 2",
        "first open": first_open("en", "wa", "re", "su", "idle", "ex"),
        "first open, vague": f"{first_open('en', 'wa', 're', 'su', 'idle', 'ex')} AND {UNDECIDED}",
        "left open, vague": UNDECIDED,
        "left open": f"({doubtful('su', 'idle', 'wa', 're', 'en', 'ex')} OR open = 1 OR silent = 1)",
        "was broken": "had = 2",
        "over, left open": OVER_OPEN,
        "over, left open, vague": f"{OVER_OPEN} AND had_und = 1",
        "never bound": "NOT was_bound",
        "in breach then": "then_t",
        "verdict open": VERDICT_OPEN,
        "verdict open, vague": f"{VERDICT_OPEN} AND had_und = 1",
    },
)
