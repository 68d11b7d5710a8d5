"""All that a report says of a case on a day, as plain data: `page.py` sets it on a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from servanda.explain.check_report import Checked
from servanda.explain.judged import Judged
from servanda.explain.statuses import ORDER
from servanda.present.charts.counts import counts
from servanda.present.charts.measures import measures
from servanda.present.charts.rows import OCCASION, alike_periods, in_play, lanes, spaced, word
from servanda.present.charts.timeline import timeline
from servanda.present.report.clause_page import OnePagers, anchor
from servanda.present.terminal.blocks import particulars
from servanda.syntax.layout import Layout

FEWEST = 2
"""How many readings a measure needs for a chart, if no duty limits it."""


class Dossier:
    """A case, judged on one day by each of some accounts. `compared` are the rows of `compare`
    (None: one account alone, nothing to compare)."""

    def __init__(
        self,
        layouts: Sequence[Layout],
        checked: Checked,
        judged: Mapping[str, Judged],
        compared: Sequence[Mapping[str, Any]] | None,
    ) -> None:
        self.checked = checked
        self.judged = judged
        self.compared = compared
        self.some = next(iter(judged.values()))
        self.agreement = self.some.agreement
        self.lanes = lanes(judged)
        self.pages = OnePagers(layouts, judged)

    # -------------------------------------------------------------- the whole
    def page(self) -> dict[str, Any]:
        """Everything on the page, in its order."""
        some = self.some
        drawn = measures(self.judged, least=FEWEST)
        clauses = [self.pages.clause(clause, self.lanes) for clause in self.agreement.clauses]
        return {
            "title": some.agreement.header.title or some.agreement.header.name,
            "name": some.agreement.header.name,
            "on": some.on,
            "known": some.known,
            "zone": some.norms.zone,
            "accounts": [self.account(name) for name in self.judged],
            "coverage": self.checked.paragraphs,
            "cross_checks": Counter(row.agrees for row in self.checked.cross_checks),
            "counts": self.counts(),
            "board": self.board(),
            "contested": self.contested(),
            "timeline": timeline(self.judged),
            "counted": counts(self.judged),
            "measures": drawn,
            "not_drawn": len(measures(self.judged)) - len(drawn),
            "clauses": clauses,
            "sources": list(self.sources(clauses)),
        }

    def account(self, name: str) -> dict[str, Any]:
        """What an account chooses."""
        chosen = next((a for a in self.agreement.accounts if a.name == name), None)
        if chosen is None:
            return {"name": name, "title": None, "reads": [], "trust": []}
        trust = [("trusts only", chosen.only), ("trusts over all", chosen.first)]
        trust += [("distrusts", chosen.distrusts), ("accepts", chosen.grades)]
        return {
            "name": name,
            "title": chosen.title,
            "reads": [f"{group} as {spaced(how)}" for group, how in chosen.reads],
            "trust": [f"{how} {', '.join(names)}" for how, names in trust if names],
        }

    # -------------------------------------------------------------- at a glance
    def counts(self) -> list[dict[str, Any]]:
        """How many duties have each status, by account: whole numbers."""
        tick, found = self.some.facts.now, {name: Counter[str]() for name in self.judged}
        for lane in self.lanes:
            for name in lane.spans:
                status = lane.at(name, tick)
                if status is not None:
                    found[name][status] += 1
        used = [status for status in ORDER if any(by[status] for by in found.values())]
        return [{"status": status, "by": [by[status] for by in found.values()]} for status in used]

    def board(self) -> list[dict[str, Any]]:
        tick, names = self.some.facts.now, list(self.judged)
        rows = alike_periods([lane for lane in self.lanes if in_play(lane, tick)], names, tick)
        return [self.pages.duty(lane) for lane in rows]

    def contested(self) -> list[dict[str, Any]] | None:
        """The duties on which accounts differ, by what they turn on: the same point once."""
        if self.compared is None:
            return None
        points: dict[tuple[str, ...], Counter[tuple[str, str, str]]] = {}
        texts = self.texts()
        for row in self.compared:
            key = (row["clause"], row["kind"], row["debtor"], particulars(row["instance"]))
            text = next(texts.get(key, iter(())), row["debtor"])
            if row["contested"]:
                turns = tuple(dict.fromkeys(each["choices"] for each in row["differences"]))
                duty = (row["clause"], text, sides(row["statuses"], row["kind"]))
                points.setdefault(turns, Counter())[duty] += 1
        return [
            {
                "turns_on": list(turns),
                "duties": [
                    {"clause": c, "anchor": anchor(c), "text": text, "sides": said, "times": times}
                    for (c, text, said), times in duties.items()
                ],
            }
            for turns, duties in points.items()
        ]

    def texts(self) -> dict[tuple[str, ...], Iterator[str]]:
        """The sentences of duties, for rows of `compare`: of several alike, in order."""
        found: dict[tuple[str, ...], list[str]] = {}
        for lane in self.lanes:
            inside = particulars({k: v for k, v in lane.instance.items() if k != OCCASION})
            text = spaced(lane.text) + (f" ({inside})" if inside else "")
            found.setdefault((lane.clause, lane.kind, lane.debtor, inside), []).append(text)
        return {key: iter(texts) for key, texts in found.items()}

    # -------------------------------------------------------------- sources
    def sources(self, clauses: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Every source that an entry of the report cites, and how many of its entries do."""
        cited: Counter[str] = Counter()
        for entry in {e["id"]: e for clause in clauses for e in clause["entries"]}.values():
            cited.update({ref["id"] for ref in entry["sources"]})
        for id_ in sorted(cited):
            known = self.some.record.sources.get(id_)
            yield {
                "id": id_,
                "anchor": anchor(id_, "source"),
                "cited": cited[id_],
                "title": known.title if known else None,
                "by": ", ".join(known.authors) if known else "",
                "publisher": known.publisher if known else None,
                "issued": known.issued if known else None,
                "number": known.number if known else None,
                "url": known.url if known else None,
            }


def sides(statuses: Mapping[str, str | None], kind: str) -> str:
    """`broken: E3, US; suspended: Iran`."""
    told: dict[str, list[str]] = {}
    for name, status in statuses.items():
        told.setdefault(word(status, kind) if status else "no such duty", []).append(name)
    return "; ".join(f"{said}: {', '.join(names)}" for said, names in told.items())
