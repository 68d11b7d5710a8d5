"""One page a clause: its text, its rule and readings, its duties' life, why, and the entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from servanda.explain.evidence import Evidence
from servanda.explain.judged import Judged, iso
from servanda.explain.lanes import Lane
from servanda.explain.why import Explanation
from servanda.explain.wording import Words
from servanda.present.charts.rows import alike_periods, contested, spaced, word
from servanda.present.charts.timeline import timeline
from servanda.present.report.prose import html, section
from servanda.present.terminal.blocks import moment, particulars
from servanda.record.record import Entry
from servanda.syntax import tree as m
from servanda.syntax.layout import Layout
from servanda.syntax.printer.statements import show

BLOCK = re.compile(
    r"^ {0,3}(`{3,}|~{3,})servanda\b.*?^ {0,3}\1[ \t]*$\n?", re.MULTILINE | re.DOTALL
)
"""A block of rules in the prose: the page has the rules by themselves."""
ABSENT = "no such duty"
MOST_WHY = 6
"""Occasions of one clause that are explained: of more, the last ones, and how many there are."""


class OnePagers:
    """The pages of the clauses of one case on one day."""

    def __init__(self, layouts: Sequence[Layout], judged: Mapping[str, Judged]) -> None:
        self.layouts = layouts
        self.judged = judged
        self.names = list(judged)
        self.some = next(iter(judged.values()))
        self.tick = self.some.facts.now
        self.words = Words(self.some)
        self.evidence = {name: Evidence(one) for name, one in judged.items()}
        self.explain = {name: Explanation(one) for name, one in judged.items()}
        self.rules = {n: {r.id: r for r in one.norms.rules} for n, one in judged.items()}

    def clause(self, clause: m.Clause, lanes: Iterable[Lane]) -> dict[str, Any]:
        """All that the report says of one clause."""
        agreement = self.some.agreement
        mine = [lane for lane in lanes if lane.clause == clause.id]
        present = [lane for lane in mine if any(lane.stretch(n, self.tick) for n in self.names)]
        rows = alike_periods(present, self.names, self.tick)
        return {
            "id": clause.id,
            "anchor": anchor(clause.id),
            "title": clause.title,
            "where": f"{clause.place.file}, line {clause.place.line}",
            "prose": html(BLOCK.sub("", self.prose(clause))),
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
            "duties": [self.duty(lane) for lane in rows],
            "life": timeline(self.judged, (clause.id,)) if present else None,
            "spans": [life for lane in rows for life in self.life(lane)],
            "why": [why for lane in rows[-MOST_WHY:] for why in self.why(lane)],
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
    def duty(self, lane: Lane) -> dict[str, Any]:
        """A duty on the day: its status by each account, in the order of the accounts."""
        statuses = [lane.at(name, self.tick) for name in self.names]
        return {
            "clause": lane.clause,
            "anchor": anchor(lane.clause),
            "text": spaced(lane.text),
            "inside": particulars(lane.instance),
            "statuses": [
                {"status": s, "said": word(s, lane.kind) if s else ABSENT} for s in statuses
            ],
            "contested": contested(lane, self.names, self.tick),
        }

    def life(self, lane: Lane) -> Iterator[dict[str, Any]]:
        """The spans of a duty in words; accounts that tell it alike together."""
        told: dict[str, list[str]] = {}
        zone = self.some.norms.zone
        for name in self.names:
            spans = [
                f"{word(s.status, lane.kind)} {since(iso(s.from_, zone))}"
                for s in lane.spans.get(name, ())
            ]
            told.setdefault("; ".join(spans) or ABSENT, []).append(name)
        for said, names in told.items():
            if said == ABSENT:
                continue
            yield {
                "text": spaced(lane.text),
                "inside": particulars(lane.instance),
                "who": ", ".join(names),
                "spans": said,
            }

    def why(self, lane: Lane) -> Iterator[dict[str, Any]]:
        """One derivation for each status that accounts give a duty on the day."""
        told: dict[str, list[str]] = {}
        for name in self.names:
            status = lane.at(name, self.tick)
            if status is not None:
                told.setdefault(status, []).append(name)
        for names in told.values():
            stretch = lane.stretch(names[0], self.tick)
            assert stretch is not None
            tree = self.explain[names[0]].tree(stretch.verdict)
            yield {"who": ", ".join(names), "by": names[0], "several": len(names) > 1, "tree": tree}

    # -------------------------------------------------------------- entries
    def entries(self, lanes: Iterable[Lane]) -> list[Entry]:
        """The entries that the clause's spans rest on in any account, in order of time."""
        by_id = {entry.id: entry for entry in self.some.record.entries}
        ids = {
            id_
            for lane in lanes
            for name, spans in lane.spans.items()
            for s in spans
            for id_ in self.evidence[name].of(self.rules[name][s.verdict.rule], s.verdict)
        }
        found = [by_id[id_] for id_ in ids if id_ in by_id]
        return sorted(found, key=lambda entry: (entry.when.lo, entry.id))

    def entry(self, entry: Entry) -> dict[str, Any]:
        """An entry in a row: when, what, on whose word, through whom, and where it stands."""
        cited = list(dict.fromkeys(ref.id for ref in entry.sources))
        return {
            "id": entry.id,
            "done": entry.when.text,
            "says": spaced(self.words.what(entry.what)),
            "who": "; ".join([*self.words.grade(entry), *self.words.chain(entry)]),
            "dates": ", ".join(list(self.words.dates(entry))[1:]),
            "sources": [
                {"id": ref.id, "anchor": anchor(ref.id, "source"), "place": ref.locator}
                for ref in entry.sources
            ],
            "one_source": len(cited) == 1,
            "note": entry.note,
        }


def since(begun: str | None) -> str:
    return "at first" if begun is None else f"from {moment(begun, '')}"


def reading(agreement: m.Agreement, one: m.Reading) -> dict[str, Any]:
    """A reading: what it says, and which accounts hold it."""
    held = [a.name for a in agreement.accounts if (one.group, one.name) in a.reads]
    return {
        "name": f"{one.group}, {spaced(one.name)}",
        "title": one.title,
        "how": "in place of the text" if one.replaces else "beside the text",
        "rules": [show(rule) for rule in one.rules],
        "held_by": ", ".join(held) or "no account",
    }


def anchor(id_: str, kind: str = "clause") -> str:
    """The place of a clause or a source on the page (ids hold no spaces)."""
    return f"{kind}-{id_}"
