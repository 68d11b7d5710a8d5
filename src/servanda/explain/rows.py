"""The rows of `status` and `timeline`: the JSON contract, one dict a verdict span."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from servanda.explain.cited_sources import CitedSources
from servanda.explain.duty_labels import DutyLabel, labels
from servanda.explain.judged import Judged, iso
from servanda.explain.wording import value
from servanda.judge.statuses import FINAL
from servanda.judge.verdict import Bindings, Verdict
from servanda.semantics.norms import Rule


def plain(value: object) -> Any:
    """A value as JSON has it: whole numbers as int, others as the shortest float, dates as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if value is None or isinstance(value, str) else str(value)


def bindings(pairs: Bindings) -> dict[str, Any]:
    return {name: plain(value) for name, value in pairs}


def is_final(rule: Rule, verdict: Verdict) -> bool:
    """Whether nothing dated later can change the verdict: docs/meaning.md, 7."""
    return verdict.status in FINAL[rule.kind]


def row(judged: Judged, verdict: Verdict, cited: CitedSources, label: DutyLabel) -> dict[str, Any]:
    """The part that status and timeline share."""
    rule = judged.rule(verdict.rule)
    return {
        "clause": rule.clause,
        "duty": label.text,
        "kind": rule.kind,
        "debtor": verdict.debtor or None,
        "creditor": verdict.creditor,
        "instance": bindings(verdict.instance),
        "particulars": label.particulars,
        "status": verdict.status,
        "outcome": verdict.outcome,
        "used": verdict.used,
        "open": verdict.open,
        "final": is_final(rule, verdict),
        "entries": list(verdict.cited),
        "closed_by": list(verdict.closed_by),
        "sources": cited.of(verdict.cited),
        "rule": rule.id,
        "version": rule.version,
        "reading": rule.reading,
        "breach": bindings(verdict.breach),
        "breaches": [bindings(each) for each in verdict.breaches],
        "breach_particulars": [in_words(judged, rule, each) for each in verdict.breaches],
        "breach_entries": list(verdict.acts) if verdict.breaches else [],
    }


def in_words(judged: Judged, rule: Rule, act: Bindings) -> dict[str, str]:
    """The particulars of a violating event, with the units of its parameters."""
    name = None if rule.action is None else rule.action.name
    params = next((event.params for event in judged.norms.events if event.name == name), ())
    units = {param.name: param.unit for param in params}
    return {param: value(given, units.get(param)) for param, given in act}


def status_rows(judged: Judged, clause: str | None = None) -> list[dict[str, Any]]:
    """One row per instance: its status at `on`."""
    cited = CitedSources(judged)
    zone = judged.norms.zone
    rows, named = [], labels(judged)
    for verdict in judged.verdicts:
        rule = judged.rule(verdict.rule)
        if verdict.until is None and clause in (None, rule.clause):
            times = {"since": iso(verdict.from_, zone), "until": None}
            rows.append(row(judged, verdict, cited, named[id(verdict)]) | times)
    return rows


def timeline_rows(judged: Judged, clause: str | None = None) -> list[dict[str, Any]]:
    """Every span of every instance, half-open."""
    cited = CitedSources(judged)
    zone, named = judged.norms.zone, labels(judged)
    return [
        row(judged, v, cited, named[id(v)])
        | {"from": iso(v.from_, zone), "until": iso(v.until, zone)}
        for v in judged.verdicts
        if clause is None or judged.rule(v.rule).clause == clause
    ]
