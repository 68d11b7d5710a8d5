"""The section of a clause: text, rule, readings, histories of its duties, reasons, entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.utils.safestring import SafeString, mark_safe
from msgspec.structs import replace

from servanda.explain.duty_histories import DutyHistory
from servanda.explain.judged import Judged, iso
from servanda.explain.why import Explanation
from servanda.explain.wording import Words
from servanda.present.charts.chart import Chart
from servanda.present.charts.rows import merge_alike_periods
from servanda.present.charts.timeline import timeline
from servanda.present.html.prose import html, section
from servanda.present.terminal.blocks import moment
from servanda.record.record import Entry
from servanda.syntax import tree as m
from servanda.syntax.layout import Layout
from servanda.syntax.printer.statements import show
from servanda.vocabulary.escaping import readable
from servanda.vocabulary.statuses import term, word

BLOCK = re.compile(
    r"^ {0,3}(`{3,}|~{3,})servanda\b.*?^ {0,3}\1[ \t]*$\n?", re.MULTILINE | re.DOTALL
)
"""A block of rules in the prose: the page has the rules by themselves."""
MOST_WHY = 6
"""Occasions of one clause that are explained: of more, the last ones, and how many there are."""


class ClausePages:
    """The sections of the clauses of one case on one day."""

    def __init__(self, layouts: Sequence[Layout], judged: Mapping[str, Judged]) -> None:
        self.layouts = layouts
        self.judged = judged
        self.names = list(judged)
        self.some = next(iter(judged.values()))
        self.tick = self.some.facts.now
        self.words = Words(self.some)
        self.explain = {name: Explanation(one) for name, one in judged.items()}

    def clause(self, clause: m.Clause, duties: Iterable[DutyHistory]) -> dict[str, Any]:
        """All that the report says of one clause."""
        agreement = self.some.agreement
        mine = [duty for duty in duties if duty.clause == clause.id]
        present = [duty for duty in mine if any(duty.span(n, self.tick) for n in self.names)]
        rows = merge_alike_periods(present, self.names, self.tick)
        return {
            "id": clause.id,
            "anchor": anchor(clause.id),
            "title": clause.title,
            "where": f"{clause.place.file}, line {clause.place.line}",
            "prose": mark_safe(html(BLOCK.sub("", self.prose(clause)))),
            "not_modelled": clause.not_modelled,
            "rules": [show(rule) for rule in clause.rules],
            "readings": [
                reading(agreement, r) for r in agreement.readings if r.clause == clause.id
            ],
            "amendments": [
                {"name": a.name, "title": a.title, "rules": [show(rule) for rule in a.rules]}
                for a in agreement.amendments
                if a.clause == clause.id
            ],
            "duties": [self.duty(duty) for duty in rows],
            "history": self.drawn_history(clause.id) if present else None,
            "spans": [row for duty in rows for row in self.history(duty)],
            "why": [why for duty in rows[-MOST_WHY:] for why in self.reasons(duty)],
            "not_explained": max(0, len(rows) - MOST_WHY),
            "entries": [self.entry(entry) for entry in self.entries(mine)],
        }

    def prose(self, clause: m.Clause) -> str:
        """What the text says under the clause's heading, or around its rule."""
        for layout in self.layouts:
            for paragraph in layout.paragraphs:
                if paragraph.id == clause.id:
                    return section(layout, paragraph.place.line + 1)
        found = next((x for x in self.layouts if x.file == clause.place.file), None)
        return "" if found is None or not clause.place.line else section(found, clause.place.line)

    # -------------------------------------------------------------- duties
    def duty(self, duty: DutyHistory) -> dict[str, Any]:
        """A duty on the day: its status by each account, in the order of the accounts."""
        statuses = [term(duty.status(name, self.tick), duty.kind) for name in self.names]
        return {
            "clause": duty.clause,
            "anchor": anchor(duty.clause),
            "text": readable(duty.text),
            "details": duty.details,
            "statuses": [
                {"code": status.code, "word": status.word, "account": name}
                for name, status in zip(self.names, statuses, strict=True)
            ],
            "contested": duty.contested(self.names, self.tick),
        }

    def drawn_history(self, clause: str) -> SafeString:
        wide, narrow = (timeline(self.judged, (clause,), narrow=n) for n in (False, True))
        return drawn(wide, narrow)

    def history(self, duty: DutyHistory) -> Iterator[dict[str, Any]]:
        """The spans of a duty in words; accounts that agree on them together."""
        by_spans: dict[str, list[str]] = {}
        zone = self.some.norms.zone
        for name in self.names:
            spans = [
                f"{word(s.status, duty.kind, s.verdict.outcome)} {since(iso(s.from_, zone))}"
                for s in duty.spans.get(name, ())
            ]
            by_spans.setdefault("; ".join(spans), []).append(name)
        for spans_, names in by_spans.items():
            if spans_:
                yield {
                    "text": readable(duty.text),
                    "details": duty.details,
                    "who": ", ".join(names),
                    "spans": spans_,
                }

    def reasons(self, duty: DutyHistory) -> Iterator[dict[str, Any]]:
        """One derivation for each status that accounts give a duty on the day."""
        by_status: dict[str, list[str]] = {}
        for name in self.names:
            status = duty.status(name, self.tick)
            if status is not None:
                by_status.setdefault(status, []).append(name)
        for names in by_status.values():
            span = duty.span(names[0], self.tick)
            assert span is not None
            tree = msgspec.to_builtins(self.explain[names[0]].tree(span.verdict))
            yield {"who": ", ".join(names), "by": names[0], "several": len(names) > 1, "tree": tree}

    # -------------------------------------------------------------- entries
    def entries(self, duties: Iterable[DutyHistory]) -> list[Entry]:
        """The entries that opened the clause's spans in any account, in order of time."""
        by_id = {entry.id: entry for entry in self.some.record.entries}
        ids = {
            id_
            for duty in duties
            for spans in duty.spans.values()
            for s in spans
            for id_ in s.verdict.entries
        }
        found = [by_id[id_] for id_ in ids if id_ in by_id]
        return sorted(found, key=lambda entry: (entry.when.lo, entry.id))

    def entry(self, entry: Entry) -> dict[str, Any]:
        """An entry in a row: date, content, attribution, sources."""
        cited = list(dict.fromkeys(ref.id for ref in entry.sources))
        return {
            "id": entry.id,
            "done": entry.when.text,
            "says": readable(self.words.what(entry.what)),
            "who": "; ".join([*self.words.grade(entry), *self.words.chain(entry)]),
            "dates": ", ".join(list(self.words.dates(entry))[1:]),
            "sources": [
                {"id": ref.id, "anchor": anchor(ref.id, "source"), "place": ref.locator}
                for ref in entry.sources
            ],
            "one_source": len(cited) == 1,
            "note": entry.note,
        }


def figure(chart: Chart, narrow: Chart) -> dict[str, Any]:
    """A chart as a template has it; `narrow`: the same for a phone."""
    return {
        "title": chart.title,
        "text": chart.text,
        "svg": drawn(chart, narrow),
        "columns": list(chart.columns),
        "rows": [list(row) for row in chart.rows],
    }


def drawn(chart: Chart, narrow: Chart) -> SafeString:
    """A chart's SVG for a wide page and for a phone, of which the style sheet shows one.

    Their texts are escaped where they are made.
    """
    phone = replace(narrow, name=f"{narrow.name}-narrow")
    return mark_safe(
        f'<div class="scroll wide">{chart.svg()}</div><div class="phone">{phone.svg()}</div>'
    )


def since(begun: str | None) -> str:
    return "at first" if begun is None else f"from {moment(begun, '')}"


def reading(agreement: m.Agreement, one: m.Reading) -> dict[str, Any]:
    """A reading: what it says, and which accounts hold it."""
    held = [a.name for a in agreement.accounts if (one.group, one.name) in a.reads]
    return {
        "name": f"{one.group}, {readable(one.name)}",
        "title": one.title,
        "how": m.EFFECT_PHRASES[one.effect] if one.effect is not None else "defines",
        "rules": [show(rule) for rule in one.rules],
        "held_by": ", ".join(held) or "no account",
    }


def anchor(id_: str, kind: str = "clause") -> str:
    """The place of a clause or a source on the page (ids hold no spaces)."""
    return f"{kind}-{id_}"
