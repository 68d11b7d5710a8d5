"""The verdict table as people get it: one query over the verdicts of all batches."""

from __future__ import annotations

from collections.abc import Mapping

from servanda.judge.plan import forbid
from servanda.judge.plan.batch import Batch
from servanda.judge.plan.load import Events
from servanda.judge.plan.openings import Openings
from servanda.judge.plan.rules import Rules
from servanda.judge.plan.sql import FOR_GOOD, SINCE_EVER, named, quoted
from servanda.judge.statuses import FINAL, OPEN, OUTCOMES, OVER, USED
from servanda.semantics.norms import Variable

# Names and types, in order; all that an empty table still has.
COLUMNS = {
    "clause": "VARCHAR",
    "rule": "VARCHAR",
    "kind": "VARCHAR",
    "debtor": "VARCHAR",
    "creditor": "VARCHAR",
    "instance": "VARCHAR",
    "trigger": "VARCHAR",
    "status": "VARCHAR",
    "from": "TIMESTAMP WITH TIME ZONE",
    "until": "TIMESTAMP WITH TIME ZONE",
    "outcome": "VARCHAR",
    "used": "BOOLEAN",
    "open": "BOOLEAN",
    "final": "BOOLEAN",
    "entries": "VARCHAR[]",
    "closed_by": "VARCHAR[]",
    "breach": "VARCHAR",
    "breaches": "VARCHAR",
    "breach_entries": "VARCHAR",
}


def table(rules: Rules, openings: Openings) -> str:
    """All status spans: a SELECT of COLUMNS. `instance` and the breaches are JSON as text."""
    found = [of_batch(batch, rules.events, openings) for batch in rules.judged.values()]
    if not found:
        nothing = (f"NULL::{type_} AS {named('', name)}" for name, type_ in COLUMNS.items())
        return f"SELECT {', '.join(nothing)} WHERE false"
    return " UNION ALL ".join(found)


def spans(rules: Rules) -> str:
    """Every span for counting: `(clause, status, outcome, until, kind)`, ticks."""
    found = [
        f"SELECT {by_rule(batch, {r.id: quoted(r.clause) for r in batch.rules})} AS clause, "
        f"{STATUS} AS status, {outcome(batch)} AS outcome, nullif(v.u, {FOR_GOOD}) AS until, "
        f"{quoted(batch.kind)} AS kind "
        f"FROM ({batch.verdict}) v"
        for batch in rules.judged.values()
    ]
    nothing = (
        "SELECT NULL::VARCHAR AS clause, NULL::VARCHAR AS status, NULL::VARCHAR AS outcome, "
        "NULL::BIGINT AS until, NULL::VARCHAR AS kind WHERE false"
    )
    return " UNION ALL ".join(found) or nothing


def of_batch(batch: Batch, events: Events, openings: Openings) -> str:
    more = openings.lists() if batch.name in openings.batches else None
    if batch.kind != "forbid":
        return of_spans(batch, batch.spans, more)
    ties = openings.ties(batch)
    if not batch.breaches:
        return of_spans(batch, batch.spans, more, events, ties)
    before = of_spans(batch, batch.spans, more)
    return f"{before} UNION ALL {of_spans(batch, batch.breaches, more, events, ties)}"


def of_spans(
    batch: Batch,
    spans: str,
    more: str | None,
    events: Events | None = None,
    ties: bool = False,
) -> str:
    """A SELECT of the table's columns for the spans of a batch.

    `more`: a query of entries beside acts. `events`: where violations may have begun the spans,
    several at one tick if `ties`.
    """
    rules = batch.rules
    clauses = by_rule(batch, {r.id: quoted(r.clause) for r in rules})
    ids = by_rule(batch, {r.id: quoted(r.id) for r in rules})
    final = ", ".join(map(quoted, FINAL[batch.kind]))
    breach, violations = NO_BREACH, ""
    if events is not None:
        breach = breaches(batch, events, ties)
        violations = f" LEFT JOIN violations_{batch.name} b ON b.vid = v.breach_key"
        if ties:
            violations += f" LEFT JOIN ({tied(batch, events)}) t ON t.iid = b.iid AND t.hi = b.hi"
    debtor = "NULL::VARCHAR" if batch.kind == "provision" else "v.debtor"
    lists = ""
    if more is not None:
        lists = f"""
          LEFT JOIN ({more}) m ON m.rule = v.rule AND m.iid = v.iid AND m.f = v.f
          LEFT JOIN ({more}) n ON n.rule = v.rule AND n.iid = v.iid AND n.f = v.u"""
    entries = listed(["v.began", "v.opened"], "m.entries" if more else None)
    closed_by = listed(["v.closed"], "n.entries" if more else None)
    variables = batch.rules[0].variables if len(batch.rules) == 1 else ()
    return f"""
      SELECT {clauses} AS clause, {ids} AS rule, {quoted(batch.kind)} AS kind, {debtor} AS debtor, v.creditor,
             {instance(variables)} AS instance, v.trigger, {STATUS} AS status, {instant("v.f")} AS "from",
             {instant("v.u")} AS until, {outcome(batch)} AS outcome, {is_used(batch)} AS used, {is_open(batch)} AS open,
             {STATUS} IN ({final}) AS final,
             {entries} AS entries, {closed_by} AS closed_by, {breach}
      FROM ({spans}) v{violations}{lists}"""


STATUS = "split_part(v.status, ', ', 1)"
LAST = "list_extract(string_split(v.status, ', '), -1)"


def outcome(batch: Batch) -> str:
    """What a duty that is over came to (judge/statuses.py: `told`)."""
    if not OUTCOMES[batch.kind]:
        return "NULL::VARCHAR"
    if batch.kind == "may":
        return f"CASE WHEN {STATUS} IN ({', '.join(map(quoted, OVER))}) THEN {LAST} END"
    said = "nullif(split_part(v.status, ', ', 2), '')"
    final = [quoted(status) for status in FINAL[batch.kind] if status not in OVER]
    if not final:
        return said
    return f"coalesce({said}, CASE WHEN v.status IN ({', '.join(final)}) THEN v.status END)"


def is_used(batch: Batch) -> str:
    """Whether a power has been exercised by the end of the span."""
    return "NULL::BOOLEAN" if batch.kind != "may" else truth_of(LAST, USED, "NULL")


def is_open(batch: Batch) -> str:
    """Whether a power may be exercised in the span."""
    if batch.kind != "may":
        return "NULL::BOOLEAN"
    code = f"CASE WHEN {STATUS} = 'exercised' THEN split_part(v.status, ', ', 2) ELSE {STATUS} END"
    return truth_of(f"({code})", OPEN, "false")


def truth_of(code: str, values: Mapping[str, bool | None], others: str) -> str:
    cases = " ".join(f"WHEN {quoted(c)} THEN {quoted_truth(v)}" for c, v in values.items())
    return f"(CASE {code} {cases} ELSE {others} END)::BOOLEAN"


def quoted_truth(value: bool | None) -> str:
    return "NULL" if value is None else str(value).lower()


def listed(ids: list[str], more: str | None) -> str:
    """Entries as a list in order of id, each once: single ones that may be null, and a list."""
    pieces = [f"CASE WHEN {id_} IS NULL THEN {NO_ENTRIES} ELSE [{id_}] END" for id_ in ids]
    alone = pieces[0]
    if len(ids) == 2:
        first, second = ids
        alone = (
            f"CASE WHEN {first} IS NULL OR {first} = {second} THEN {pieces[1]} "
            f"WHEN {second} IS NULL THEN [{first}] ELSE list_sort([{first}, {second}]) END"
        )
    if more is None:
        return alone
    whole = more
    for piece in pieces:
        whole = f"list_concat({whole}, {piece})"
    none = " AND ".join(f"{id_} IS NULL" for id_ in ids)
    return (
        f"CASE WHEN {more} IS NULL THEN {alone} WHEN {none} THEN {more} "
        f"ELSE list_sort(list_distinct({whole})) END"
    )


NO_ENTRIES = "[]::VARCHAR[]"


def by_rule(batch: Batch, values: dict[str, str], row: str = "v") -> str:
    """Output columns that depend on the rule only."""
    if len(set(values.values())) == 1:
        return next(iter(values.values()))
    cases = " ".join(f"WHEN {batch.numbers[id_]} THEN {value}" for id_, value in values.items())
    return f"(CASE {row}.rule {cases} END)"


def instant(tick: str) -> str:
    """Start or end of a span; null if it is open."""
    there = f"{tick} > {SINCE_EVER} AND {tick} < {FOR_GOOD}"
    return f"CASE WHEN {there} THEN make_timestamptz({tick} >> 6) END"


def instance(variables: tuple[Variable, ...]) -> str:
    return json_object({v.name: cell(f"v.{named('k_', v.name)}", v.type) for v in variables})


NO_BREACH = "NULL::VARCHAR AS breach, NULL::VARCHAR AS breaches, NULL::VARCHAR AS breach_entries"


def breaches(batch: Batch, events: Events, ties: bool) -> str:
    """The parameters of the violating occurrences, and their entries; most often it is one."""
    first = said = parameters(batch, events)
    entry = "to_json(b.entry)::VARCHAR"
    if ties:
        first, said = f"coalesce(t.first, {said})", f"coalesce(t.said, {said})"
        entry = f"coalesce(t.entries, {entry})"
    return f"""
      CASE WHEN b.vid IS NOT NULL THEN {first} END AS breach,
      CASE WHEN b.vid IS NOT NULL THEN '[' || {said} || ']' END AS breaches,
      CASE WHEN b.vid IS NOT NULL THEN '[' || {entry} || ']' END AS breach_entries"""


def tied(batch: Batch, events: Events) -> str:
    """`(iid, hi, first, said, entries)` of ticks at which an instance has several violations."""
    violated = f"violations_{batch.name}"
    return f"""
      SELECT iid, hi, arg_min(said, (entry, vid)) AS first,
             string_agg(said, ',' ORDER BY entry, vid) AS said,
             string_agg(name, ',' ORDER BY entry, vid) AS entries
      FROM (SELECT b.iid, b.hi, b.entry, b.vid, {parameters(batch, events)} AS said,
                   to_json(b.entry)::VARCHAR AS name
            FROM {violated} b JOIN ties_{batch.name} several
            ON several.iid = b.iid AND several.hi = b.hi WHERE b.level = 2)
      GROUP BY iid, hi"""


def parameters(batch: Batch, events: Events) -> str:
    """A violating occurrence's parameters, of a row `b` of its batch's violations."""
    found: dict[str, str] = {}
    for rule in batch.rules:
        assert rule.action is not None
        event = events[rule.action.name]
        said = {p.name: f"b.{forbid.bound(event.name, p.name)}" for p in event.params}
        found[rule.id] = json_object({p.name: cell(said[p.name], p.type) for p in event.params})
    return by_rule(batch, found, "b")


def json_object(cells: dict[str, str]) -> str:
    if not cells:
        return "'{}'"
    pairs = ", ".join(f"{named('', name)}: {value}" for name, value in cells.items())
    return f"to_json({{{pairs}}})::VARCHAR"


def cell(column: str, type_: str) -> str:
    """A value as JSON has it: numbers without the zeros they are kept with."""
    if type_ != "number":
        return column
    return f"rtrim(rtrim({column}::VARCHAR, '0'), '.')::JSON"
