"""Contents of a report on a case and a day, as plain data; `page.py` renders them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from servanda.explain.check_report import Checked
from servanda.explain.judged import Judged
from servanda.present.charts.chart import Chart
from servanda.present.charts.counts import counts
from servanda.present.charts.measures import measures
from servanda.present.charts.rows import histories, merge_alike_periods
from servanda.present.charts.timeline import timeline
from servanda.present.html.filters import is_web_address
from servanda.present.report.clause_page import ClausePages, anchor, figure
from servanda.syntax.layout import Layout
from servanda.vocabulary.escaping import readable
from servanda.vocabulary.statuses import ORDER, term, word

FEWEST = 2
"""How many readings a measure needs for a chart, if no duty limits it."""


class Report:
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
        self.duties = histories(judged)
        self.pages = ClausePages(layouts, judged)

    # -------------------------------------------------------------- the whole
    def page(self) -> dict[str, Any]:
        """Everything on the page, in its order."""
        some = self.some
        pairs = zip(self.charts(narrow=False), self.charts(narrow=True), strict=True)
        figures = [figure(wide, narrow) for wide, narrow in pairs]
        clauses = [self.pages.clause(clause, self.duties) for clause in self.agreement.clauses]
        return {
            "title": some.agreement.header.title or some.agreement.header.name,
            "name": some.agreement.header.name,
            "on": some.on,
            "known": some.known,
            "zone": some.norms.zone,
            "accounts": [self.account(name) for name in self.judged],
            "names": list(self.judged),
            "coverage": self.checked.paragraphs,
            "cross_checks": self.cross_checks(),
            "counts": self.counts(),
            "board": self.board(),
            "contested": self.contested(),
            "timeline": figures[0],
            "counted": figures[1],
            "measures": figures[2:],
            "not_drawn": len(measures(self.judged)) - len(figures[2:]),
            "clauses": clauses,
            "sources": list(self.sources(clauses)),
        }

    def charts(self, narrow: bool) -> list[Chart]:
        """The timeline, the counts, and the measures that are drawn."""
        drawn = measures(self.judged, least=FEWEST, narrow=narrow)
        return [timeline(self.judged, narrow=narrow), counts(self.judged, narrow=narrow), *drawn]

    def account(self, name: str) -> dict[str, Any]:
        """What an account chooses."""
        chosen = next((a for a in self.agreement.accounts if a.name == name), None)
        if chosen is None:
            return {"name": name, "title": None, "reads": [], "trust": []}
        trust = [("trusts only", chosen.only), ("for measurements prefers", chosen.first)]
        trust += [("distrusts", chosen.distrusts), ("accepts", chosen.grades)]
        return {
            "name": name,
            "title": chosen.title,
            "reads": [f"{group} as {readable(how)}" for group, how in chosen.reads],
            "trust": [f"{how} {', '.join(names)}" for how, names in trust if names],
        }

    # -------------------------------------------------------------- at a glance
    def counts(self) -> list[dict[str, Any]]:
        """How many duties have each status, by account: whole numbers."""
        tick, found = self.some.facts.now, {name: Counter[str]() for name in self.judged}
        for duty in self.duties:
            for name in duty.spans:
                status = duty.status(name, tick)
                if status is not None:
                    found[name][status] += 1
        used = [status for status in ORDER if any(by[status] for by in found.values())]
        return [
            {
                "status": status,
                "word": term(status).word,
                "meaning": term(status).description,
                "by": [{"account": name, "count": by[status]} for name, by in found.items()],
            }
            for status in used
        ]

    def board(self) -> list[dict[str, Any]]:
        tick, names = self.some.facts.now, list(self.judged)
        in_play = [duty for duty in self.duties if duty.in_play(tick)]
        return [self.pages.duty(duty) for duty in merge_alike_periods(in_play, names, tick)]

    def contested(self) -> list[dict[str, Any]] | None:
        """The duties on which accounts differ, by what they turn on: the same point once."""
        if self.compared is None:
            return None
        points: dict[tuple[str, ...], Counter[tuple[str, str, str]]] = {}
        for row in self.compared:
            if row["contested"]:
                turns = tuple(dict.fromkeys(each["choices"] for each in row["differences"]))
                duty = (row["clause"], readable(row["duty"]), sides(row["statuses"], row["kind"]))
                points.setdefault(turns, Counter())[duty] += 1
        return [
            {
                "turns_on": list(turns),
                "duties": [
                    {"clause": c, "anchor": anchor(c), "text": text, "sides": by, "times": times}
                    for (c, text, by), times in duties.items()
                ],
            }
            for turns, duties in points.items()
        ]

    def cross_checks(self) -> dict[str, int]:
        """How many figures of the record agree with others, disagree, or were not compared."""
        counted = Counter(row.agrees for row in self.checked.cross_checks)
        return {
            "agree": counted[True],
            "disagree": counted[False],
            "not_made": counted[None],
            "all": len(self.checked.cross_checks),
        }

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
                "url": known.url if known and is_web_address(known.url) else None,
            }


def sides(statuses: Mapping[str, str | None], kind: str) -> str:
    """`broken: E3, US; suspended: Iran`."""
    by_word: dict[str, list[str]] = {}
    for name, status in statuses.items():
        by_word.setdefault(word(status, kind), []).append(name)
    return "; ".join(f"{status}: {', '.join(names)}" for status, names in by_word.items())
