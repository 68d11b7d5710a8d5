"""Every span of a judgement, asked on a day in it, and what its derivation must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from msgspec.structs import replace

from servanda.explain.judged import is_same_instance
from servanda.explain.reasons import RESIDUAL, fails, holds, reason
from servanda.judge.dependencies import Footprints
from servanda.judge.derivation import Derivation
from servanda.judge.derive import derive
from servanda.judge.reference import walk
from servanda.judge.statuses import STATUSES, told
from servanda.judge.support import Standing, only, standing, without
from servanda.judge.verdict import Verdict
from servanda.judge.visible_facts import visible
from servanda.record.dates import LAST_PHASE, end_of
from servanda.record.facts import Facts
from servanda.semantics.clock import local_day, micros_of
from servanda.semantics.norms import Norms
from servanda.vocabulary.statuses import word


def asked(verdict: Verdict, zone: str, now: int) -> int:
    """The last tick of a day in the span; of a span within a day, of the instant it began in."""
    if verdict.from_ is not None:
        end = end_of(local_day(micros_of(verdict.from_), zone).isoformat(), zone)
        stands = verdict.until is None or end < verdict.until
        return min(end, now) if stands else verdict.from_ | LAST_PHASE
    if verdict.until is None:
        return now
    before = local_day(micros_of(verdict.until), zone) - timedelta(days=1)
    return end_of(before.isoformat(), zone)


def derivations(
    norms: Norms,
    verdicts: list[Verdict],
    facts_at: Callable[[int], Facts],
    now: int,
) -> Iterator[tuple[Derivation, Facts]]:
    """The derivation of each span, asked on a day in it, with the facts up to then.

    A period has no instance before it begins: asked before then the judge has none of a span (not
    in force yet, or performed early). A span within a day is as it was when asked in it: the rest
    of the day may still close a window before an act.
    """
    footprints = Footprints(norms)
    recurring = {rule.id for rule in norms.rules if rule.window.every is not None}
    for verdict in verdicts:
        facts = facts_at(asked(verdict, norms.zone, now))
        open_then = [replace(verdict, until=None, closed_by=())]
        if facts.now + 1 != next_day(facts.now, norms.zone):
            open_then = as_of_then(footprints, facts, verdict)
        found = derive(norms, facts, open_then, footprints)
        if not found and verdict.rule in recurring:
            open_then = as_of_then(footprints, facts, verdict)
        assert [each.verdict for each in found] == open_then, (verdict, facts.now)
        yield from ((each, facts) for each in found)


def next_day(now: int, zone: str) -> int:
    return end_of(local_day(micros_of(now), zone).isoformat(), zone) + 1


def as_of_then(footprints: Footprints, facts: Facts, verdict: Verdict) -> list[Verdict]:
    """What stood of the instance of a verdict when it was asked."""
    norms, fewer = footprints.of_rule_restricted(verdict.rule, facts)
    return [
        each
        for each in walk.judge(norms, visible(norms, fewer, verdict))
        if each.until is None and is_same_instance(each, verdict) and each.from_ == verdict.from_
    ]


def is_sufficient_and_necessary(
    norms: Norms, facts: Facts, derivation: Derivation, footprints: Footprints
) -> None:
    """What is cited suffices; each of it is needed, or `instead` says what would do as well."""
    of = derivation.verdict
    wanted = Standing(of.status, of.from_, of.outcome)
    norms, facts = footprints.of_rule_restricted(of.rule, facts)
    facts = visible(norms, facts, of)
    cited = (*derivation.cited, *derivation.declared)
    assert standing(norms, only(facts, cited), of) == wanted, f"not sufficient: {of}"
    for ground in cited:
        fewer = [each for each in cited if each != ground]
        assert standing(norms, only(facts, fewer), of) != wanted, f"not needed: {ground}, {of}"
    for entry in derivation.cited:
        remains = standing(norms, without(facts, entry), of) == wanted
        assert remains == (entry in derivation.instead), (entry, of)
    for entry, others in derivation.instead.items():
        swapped = {*cited, *others} - {entry}
        assert standing(norms, only(facts, swapped), of) == wanted, (entry, others, of)


def is_read_from_its_table(derivation: Derivation) -> None:
    """The first row that holds gave the status; parts say why each condition holds or fails."""
    kind = derivation.rule.kind
    table = [(condition, told(kind, status).status) for condition, status in STATUSES[kind]]
    assert [(r.condition, r.status) for r in derivation.rows] == table
    assert derivation.deciding.status == derivation.verdict.status, derivation
    for row in derivation.rows:
        made_of = walk.KINDS[kind].PARTS.get(row.condition)
        if made_of is not None:
            assert (row.holds == made_of.any) == bool(row.parts), (row, derivation.verdict)


def tells_its_rows(derivation: Derivation) -> None:
    """The sentence names the condition that decided, and of others what is so of them."""
    kind, rows = derivation.rule.kind, derivation.rows
    first, *rest = reason(derivation).removesuffix(".").split(". Not ")
    deciding = derivation.deciding
    assert first == f"Why {word(deciding.status, kind)}: {holds(derivation, deciding)}"
    for said in rest:
        status, _, text = said.partition(": ")
        assert status != word(deciding.status, kind)
        (row,) = (r for r in rows if word(r.status, kind) == status and r.condition not in RESIDUAL)
        comes_first = rows.index(row) < rows.index(deciding)
        assert row.holds != comes_first, (said, derivation.verdict)
        wanted = fails(derivation, row) if comes_first else f"{holds(derivation, row)}{LATE}"
        assert text == wanted, derivation.verdict


LATE = "; but the reason above comes first"
