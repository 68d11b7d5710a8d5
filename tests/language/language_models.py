"""Hypothesis strategies for everything that the language can say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from servanda.syntax import entries as e
from servanda.syntax import tree as m
from servanda.syntax.key_texts import key_text

# A trailing underscore keeps clear of the words of the language.
names = st.from_regex(r"[a-zA-Zéß][a-z0-9_]{0,5}_", fullmatch=True)
texts = st.text(
    st.characters(codec="utf-8", exclude_characters='"', exclude_categories=["C", "Z"])
    | st.just(" ")
    | st.just("#"),
    max_size=12,
).map(key_text)
clause_ids = st.sampled_from(["7", "I.14", "2231.11", "Delivery", "5(b)", "V.20", "A-1", "36"])
trusts = names | st.sampled_from(["IAEA-Board", "ofac.gov"])
ids = st.sampled_from(["gov-inf-2019-8", "a:b/c.d", "2019", "x", "2018-05-08"])
days = st.dates(date(1700, 1, 1), date(2199, 12, 31))
zones = st.sampled_from(["Europe/Amsterdam", "America/New_York", "America/Argentina/Ushuaia"])
units = st.sampled_from(["kg", "kg UF6", "%", "EUR", "kg/day", "m²", "kg U/month"])
decimals = st.one_of(
    st.decimals(-(10**9), 10**9, places=3),
    st.integers(-(10**9), 10**9).map(Decimal),
    st.sampled_from([Decimal("10e9"), Decimal("0.00"), Decimal("-12345.50"), Decimal("1E-9")]),
)
numbers = st.builds(m.Number, decimals, st.none() | units)
amounts = st.builds(m.Number, decimals.map(abs), st.none() | units)
named = st.builds(m.Name, names)
durations = st.builds(
    m.Duration,
    st.integers(0, 900),
    st.sampled_from(["second", "minute", "hour", "day", "week", "month", "year"]),
) | st.builds(m.Duration, st.integers(1, 90), st.just("day"), names)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def some(strategy: st.SearchStrategy[Any], least: int = 0, most: int = 3) -> st.SearchStrategy[Any]:
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


# ---------------------------------------------------------------------- expressions, conditions
plain_args = st.builds(m.Arg, maybe(names), st.sampled_from(["any", "same"])) | st.builds(
    m.Arg,
    maybe(names),
    st.sampled_from(["=", ">=", "<=", ">", "<"]),
    numbers | named | st.builds(m.Text, texts) | st.builds(m.Day, days),
)
patterns = st.builds(m.Pattern, names, some(plain_args))
atoms = st.one_of(
    numbers,
    named,
    st.builds(m.Text, texts),
    st.builds(m.Day, days),
    st.builds(m.MeasureOf, names, names),
    st.builds(m.SumOf, names, patterns, maybe(durations)),
    st.builds(m.CountOf, patterns, maybe(durations)),
    st.builds(m.RateOf, names, patterns, st.sampled_from(["day", "year"]), durations),
    st.builds(m.ChangeOf, names, maybe(names), durations),
)
exprs = st.recursive(
    atoms,
    lambda inner: st.builds(m.Arithmetic, st.sampled_from(["+", "-", "*"]), inner, inner),
    max_leaves=5,
)


def _joined(kind: type, inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A flat `And` or `Or`: the parser joins those that stand inside their own kind."""
    others = inner.filter(lambda cond: not isinstance(cond, kind))
    return st.builds(kind, some(others, 2))


conds = st.recursive(
    st.one_of(
        st.builds(m.Compare, st.sampled_from(["<=", ">=", "<", ">", "=", "!="]), exprs, exprs),
        st.builds(m.Member, names, names),
        st.builds(m.InBreach, names, maybe(clause_ids), st.just(False), maybe(names)),
        st.builds(m.InBreach, names, st.none(), st.just(True), maybe(names)),
        st.builds(
            m.ClauseIs,
            clause_ids,
            st.sampled_from(["suspended", "binding", "performed", "broken"]),
        ),
        st.builds(m.Once, patterns, maybe(durations)),
        st.builds(m.Holds, patterns),
    ),
    lambda inner: st.one_of(_joined(m.And, inner), _joined(m.Or, inner), st.builds(m.Not, inner)),
    max_leaves=5,
)
instants = st.builds(
    m.AtInstant,
    st.sampled_from(["2018-08-07T00:01", "2018-08-07T00:01:30.250"]),
    maybe(zones),
) | st.builds(m.AtInstant, st.sampled_from(["2025-09-28T00:00Z", "2025-09-28T00:00+02:00"]))
points = st.recursive(
    st.builds(m.AtDate, days) | instants | st.builds(m.AtEvent, patterns),
    lambda inner: st.one_of(
        st.builds(m.Shift, inner, st.sampled_from([1, -1]), durations),
        st.builds(m.Earlier, some(inner, 2)),
        st.builds(m.Later, some(inner, 2)),
        st.builds(m.Edge, st.sampled_from(["start", "end"]), inner),
    ),
    max_leaves=4,
)

# ---------------------------------------------------------------------- rules
holders = st.one_of(
    st.builds(m.Holder, st.just("one"), some(names, 1, 1)),
    st.builds(m.Holder, st.just("many"), some(names, 2)),
    st.builds(m.Holder, st.just("each"), some(names, 1, 1), maybe(names)),
    st.builds(m.Holder, st.sampled_from(["any", "together"]), some(names, 1, 1)),
)
windows = st.builds(
    m.Window,
    from_=maybe(points),
    until=maybe(points),
    term=maybe(durations),
    by=maybe(points),
    before=maybe(points),
    every=maybe(st.sampled_from(["day", "week", "month", "quarter", "year", "6 months"])),
) | st.one_of(
    st.builds(m.Window, within=durations, after=maybe(points)),
    st.builds(
        m.Window,
        within=durations,
        edge=st.sampled_from(["start", "end"]),
        in_period=st.booleans(),
    ),
)
gates = st.builds(m.Gates, maybe(conds), maybe(conds), maybe(conds))
excesses = st.builds(m.Compare, st.just(">"), exprs, exprs)
triggers = st.one_of(
    st.builds(m.Trigger, patterns, some(patterns), maybe(conds)),
    st.builds(m.Trigger, st.none(), st.just(()), st.none(), conds),
    st.builds(m.Trigger, st.none(), st.just(()), st.none(), excesses, names),
)


@st.composite
def duties(draw: st.DrawFn, depth: int = 2, triggered: bool = True) -> m.Duty:
    kind = draw(st.sampled_from(["achieve", "keep", "forbid"]))
    own_gates = draw(gates)
    has_deadline = kind == "achieve" and own_gates.unless is not None
    return m.Duty(
        kind=kind,
        holder=draw(holders),
        event=None if kind == "keep" else draw(patterns),
        cond=draw(conds) if kind == "keep" else None,
        trigger=draw(maybe(triggers)) if triggered else None,
        window=draw(windows),
        gates=own_gates,
        creditor=draw(maybe(names)),
        early=draw(maybe(st.sampled_from(["always", "never"]))),
        total=draw(st.booleans()),
        cured_by=draw(maybe(patterns)),
        cure_within=None if kind == "keep" else draw(maybe(durations)),
        grace=draw(maybe(durations)) if kind == "keep" else None,
        curable=draw(st.booleans()),
        time_extended=draw(st.booleans()) if has_deadline else False,
        remedy=draw(maybe(remedies(depth - 1))) if depth else None,
        place=m.NOWHERE,
    )


def remedies(depth: int) -> st.SearchStrategy[m.Remedy]:
    return st.builds(m.Remedy, duties(depth, False), st.booleans())


@st.composite
def powers(draw: st.DrawFn) -> m.Power:
    targeting = ["suspend", "resume", "waive", "release", "end"]
    verb = draw(st.sampled_from([*targeting, "create", "end_all", "amend", "determine", "do"]))
    return m.Power(
        verb=verb,
        holder=draw(holders),
        targets=draw(some(clause_ids, 1, 1 if verb == "amend" else 3))
        if verb in (*targeting, "create", "amend")
        else (),
        pattern=draw(patterns) if verb in ("determine", "do") else None,
        amendment=draw(names) if verb == "amend" else None,
        of=draw(maybe(names)) if verb in targeting else None,
        towards=draw(maybe(names)),
        trigger=draw(maybe(triggers)),
        window=draw(windows),
        gates=draw(gates),
        place=m.NOWHERE,
    )


rules = duties() | powers()

# ---------------------------------------------------------------------- blocks
params = some(
    st.builds(m.Param, names, st.sampled_from(["party", "text", "number", "date", "clause"]))
    | st.builds(m.Param, names, st.just("number"), units)
)
here = st.just(m.NOWHERE)
defines = st.builds(m.Define, names, params, conds, here)
lasting = st.builds(m.Duration, st.integers(1, 900), st.sampled_from(["hour", "day", "year"]))


@st.composite
def precedences(draw: st.DrawFn) -> tuple[m.Precedence, ...]:
    """Those of one extent together: they are shown in one line."""
    extents = draw(st.permutations(["conflict", "all"]))
    return tuple(
        m.Precedence(over, extent) for extent in extents for over in draw(some(clause_ids))
    )


clauses = st.builds(
    m.Clause,
    id=clause_ids,
    title=maybe(texts),
    rules=some(rules),
    prevails_over=precedences(),
    survives=st.booleans(),
    created=st.booleans(),
    not_modelled=maybe(texts),
    place=here,
).flatmap(
    lambda made: st.builds(
        replace, st.just(made), survives_for=maybe(lasting) if made.survives else st.none()
    )
)


@st.composite
def readings_(draw: st.DrawFn) -> m.Reading:
    effect = draw(st.sampled_from(["replaces", "adds", "none", "as_written", None]))
    has_rules = effect in ("replaces", "adds")
    return m.Reading(
        group=draw(names),
        name=draw(names),
        clause=draw(clause_ids),
        title=draw(maybe(texts)),
        rules=draw(some(rules, 1)) if has_rules else (),
        effect=effect,
        needs=draw(some(st.builds("{}.{}".format, names, names))),
        prevails_over=draw(precedences()),
        defines=draw(some(defines, 1 if effect is None else 0)),
        place=m.NOWHERE,
    )


readings = readings_()
amendments = st.builds(m.Amendment, names, clause_ids, maybe(texts), some(rules), here)
held = st.builds(
    m.Held,
    patterns,
    holds=st.booleans(),
    from_=maybe(days.map(str)),
    until=maybe(st.sampled_from(["2018-05-08", "2018-08-07T00:01 America/New_York"])),
    outranks=st.booleans(),
    reason=maybe(texts),
    place=here,
)
grades = st.sampled_from(["verified", "estimated", "declared", "alleged"])
accounts = st.builds(
    m.Account,
    name=names,
    title=maybe(texts),
    reads=st.dictionaries(names, names, max_size=2).map(lambda reads: tuple(reads.items())),
    only=some(trusts),
    first=some(trusts),
    distrusts=some(trusts),
    grades=some(grades),
    held=some(held),
    place=here,
)
headers = st.builds(
    m.Header,
    name=names,
    title=maybe(texts),
    place=here,
    zone=maybe(zones | st.just("UTC")),
    months=maybe(st.sampled_from(["clipped", "refused"])),
    counting=st.sampled_from(["the_trigger", "the_next_day"]),
    suspension=maybe(st.sampled_from(["stops", "runs"])),
    force_from=maybe(points),
    force_until=maybe(points),
    closed=maybe(days),
)
arises = st.builds(m.Arises, st.booleans(), durations, patterns, maybe(conds), maybe(patterns))
events = st.builds(m.Event, names, params, st.booleans(), st.none(), here) | st.builds(
    m.Event, names, params, st.just(False), arises, here
)
unit_words = st.builds(
    m.UnitWord, names, st.sampled_from(["substance", "currency"]), st.none(), here
) | st.builds(m.UnitWord, names, st.just("unit"), amounts, here)
agreements = st.builds(
    m.Agreement,
    header=headers,
    parties=some(st.builds(m.Party, names, maybe(texts), st.booleans(), here)),
    groups=some(st.builds(m.Group, names, maybe(texts), some(names, 1), here)),
    units=some(unit_words),
    conversions=some(st.builds(m.Conversion, amounts, amounts, here)),
    calendars=some(
        st.builds(m.Calendar, names, st.sampled_from(["NL", "US-NY"]), some(days), some(days), here)
    ),
    events=some(events),
    states=some(st.builds(m.State, names, params, some(patterns, 1), some(patterns), here)),
    measures=some(st.builds(m.Measure, names, params, maybe(units), maybe(durations), here)),
    vagues=some(st.builds(m.Vague, names, params, some(names, 1), here)),
    moments=some(st.builds(m.Moment, names, st.sampled_from(["day", "instant"]), points, here)),
    defines=some(defines),
    clauses=st.lists(clauses, max_size=2, unique_by=lambda c: c.id).map(tuple),
    readings=st.lists(readings, max_size=2, unique_by=lambda r: r.full_name).map(tuple),
    amendments=st.lists(amendments, max_size=2, unique_by=lambda a: a.name).map(tuple),
    accounts=st.lists(accounts, max_size=2, unique_by=lambda a: a.name).map(tuple),
)

# ---------------------------------------------------------------------- the record
whens = st.one_of(
    st.builds(e.When, days),
    st.builds(lambda first, more: e.When(first, first + timedelta(more)), days, st.integers(0, 90)),
    st.just(e.When(date(2016, 2, 1), date(2016, 2, 29), None, "month")),
    st.just(e.When(date(2018, 12, 1), date(2018, 12, 31), None, "month")),
    st.builds(e.When, st.just("2018-08-07T00:01"), st.none(), maybe(zones), st.just("instant")),
    st.builds(
        e.When,
        st.just("2018-08-07T00:01"),
        st.just("2018-08-07T12:00"),
        maybe(zones),
        st.just("instant"),
    ),
)
literals = numbers | named | st.builds(m.Text, texts) | st.builds(m.Day, days)
literal_args = some(st.builds(m.Arg, maybe(names), st.just("="), literals))


@st.composite
def reading_facts(draw: st.DrawFn) -> e.ReadingFact:
    fact = e.ReadingFact(draw(names), draw(maybe(names)))
    kind = draw(st.sampled_from(["=", "<=", "<", ">=", ">", "between", "unknown"]))
    low = draw(numbers) if kind in ("=", ">=", ">", "between") else None
    high = draw(numbers) if kind in ("<=", "<", "between") else None
    if low is not None and high is not None and high.value < low.value:
        low, high = m.Number(high.value, low.unit), m.Number(low.value, high.unit)
    if kind == "=":
        high = low
    return e.ReadingFact(fact.measure, fact.of, low, high, kind == ">", kind == "<")


@st.composite
def link_facts(draw: st.DrawFn) -> e.LinkFact:
    kind = draw(st.sampled_from(["change", "ratio", "first"]))
    value = draw(numbers)
    low, high = draw(st.sampled_from([(value, value), (value, None), (None, value)]))
    reading = e.ReadingFact(draw(names), draw(maybe(names)), low, high)
    since = draw(whens) if kind == "change" else None
    return e.LinkFact(kind, reading, since, draw(amounts) if kind == "ratio" else None)


@st.composite
def said_facts(draw: st.DrawFn) -> e.SaidFact:
    kind = draw(st.sampled_from(["text", "pattern", "clause"]))
    return e.SaidFact(
        draw(names),
        draw(st.sampled_from(["says", "demands", "denies", "accepts"])),
        draw(maybe(names)),
        draw(texts if kind != "pattern" else maybe(texts)),
        draw(patterns) if kind == "pattern" else None,
        draw(clause_ids) if kind == "clause" else None,
    )


power_verbs = st.sampled_from(["suspend", "resume", "waive", "release", "end", "create"])
facts = st.one_of(
    st.builds(e.EventFact, names, maybe(names), literal_args),
    reading_facts(),
    link_facts(),
    said_facts(),
    st.builds(
        e.PowerFact,
        power_verbs,
        names,
        some(clause_ids, 1),
        some(st.tuples(names, literals)),
        maybe(names),
        maybe(names),
    ),
    st.builds(e.PowerFact, st.just("end_all"), names),
    st.builds(e.PowerFact, st.just("amend"), names, some(clause_ids, 1, 1), amendment=names),
    st.builds(e.DetermineFact, names, st.builds(m.Pattern, names, literal_args), st.booleans()),
    st.builds(e.WithdrawFact, ids),
)
sources = some(st.builds(e.SourceRef, ids, maybe(texts)))
attributions = st.builds(
    e.Attribution, st.just("said"), texts | names, maybe(texts | names)
) | st.builds(e.Attribution, st.just("reported"), texts | names, st.none(), maybe(whens))


@st.composite
def entries(draw: st.DrawFn) -> e.Entry:
    grade = draw(maybe(grades))
    return e.Entry(
        when=draw(whens),
        fact=draw(facts),
        id=draw(maybe(ids)),
        sources=draw(sources),
        grade=grade,
        grade_by=draw(maybe(trusts)) if grade else None,
        announced=draw(maybe(whens)),
        verified=draw(maybe(whens)),
        reported=draw(maybe(whens)),
        chain=draw(some(attributions)),
        corrects=draw(maybe(ids)),
        note=draw(maybe(texts)),
    )


completeness = st.builds(
    e.Completeness, trusts, some(names, 1), maybe(whens), maybe(whens), sources, maybe(whens)
)
columns = st.sampled_from(["order_id", "qty", "Date of delivery", "2019"])
cells = st.builds(e.Column, columns, maybe(units)) | numbers | named | st.builds(m.Text, texts)
row_says = (
    st.fixed_dictionaries({"name": names, "args": some(st.builds(e.CellArg, names, cells))})
    | st.fixed_dictionaries(
        {"name": st.just(""), "event_of": columns, "args": some(st.builds(e.CellArg, names, cells))}
    )
    | st.fixed_dictionaries(
        {"name": names, "value": cells, "of": maybe(cells.filter(lambda c: not _has_unit(c)))}
    )
)


def _has_unit(cell: e.Cell) -> bool:
    return isinstance(cell, e.Column) and cell.unit is not None


@st.composite
def row_maps(draw: st.DrawFn) -> e.RowMap:
    graded = draw(maybe(grades))
    optional = ("until", "reported", "verified", "announced", "id", "source", "grade")
    return e.RowMap(
        **draw(row_says),
        on=draw(columns),
        **{field: draw(maybe(columns)) for field in optional},
        graded=graded,
        graded_by=draw(maybe(trusts)) if graded else None,
        where=draw(some(st.tuples(columns, st.lists(texts, min_size=1, max_size=3).map(tuple)))),
    )


tables = st.builds(
    e.TableMap,
    st.just("record/orders.json"),
    maybe(columns),
    maybe(zones),
    some(row_maps(), 1),
    sources,
    sheet=maybe(texts),
    dates=maybe(texts),
    numbers=maybe(texts),
    distinct=st.booleans(),
    ordered=st.booleans(),
)
records = st.tuples(
    st.lists(entries(), max_size=4),
    st.lists(completeness, max_size=2),
    st.lists(tables, max_size=2),
)
